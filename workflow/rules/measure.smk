# What is measured on each segmentation, between users, and on each image. Parts of the tables, so
# that a new user or dataset adds a part and recomputes no other.

BLOCKS = {block.name: block for block in STUDY.blocks}


def segmentation_of(cell):
    return SEGMENTATION.format(
        dataset=cell.dataset, filter=cell.filter, variant=cell.variant, user=cell.user
    )


def segmentations_in_block(wildcards):
    return [
        segmentation_of(cell)
        for cell in BLOCKS[wildcards.block].cells()
        if (cell.dataset, cell.filter, cell.user)
        == (wildcards.dataset, wildcards.filter, wildcards.user)
    ]


def cells_on_image(wildcards):
    """Return an image's cells, the users of each variant one after the other."""
    variants = list(STUDY.variants)
    cells = [
        cell
        for cell in STUDY.cells()
        if (cell.dataset, cell.filter) == (wildcards.dataset, wildcards.filter)
    ]
    return sorted(cells, key=lambda cell: variants.index(cell.variant))


def truth_of(wildcards):
    """Return the truth's file, or nothing for a measured dataset."""
    has_truth = STUDY.datasets[wildcards.dataset].has_truth
    return [f"{RESULTS}/truth/{wildcards.dataset}.tif"] if has_truth else []


rule measure:
    input:
        segmentations=segmentations_in_block,
        truth=truth_of,
    output:
        volume_fractions=f"{RESULTS}/parts/volume_fractions/{{block}}/{{dataset}}/{{filter}}/{{user}}.csv",
        accuracy=f"{RESULTS}/parts/accuracy/{{block}}/{{dataset}}/{{filter}}/{{user}}.csv",
        morphology=f"{RESULTS}/parts/morphology/{{block}}/{{dataset}}/{{filter}}/{{user}}.csv",
    params:
        variants=lambda wildcards: BLOCKS[wildcards.block].variants,
        origin=lambda wildcards: STUDY.datasets[wildcards.dataset].origin,
        voxel_size_nm=lambda wildcards: STUDY.datasets[wildcards.dataset].voxel_size_nm,
    wildcard_constraints:
        block="|".join(BLOCKS),
    log:
        f"{RESULTS}/logs/measure/{{block}}/{{dataset}}/{{filter}}/{{user}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/measure/{{block}}/{{dataset}}/{{filter}}/{{user}}.tsv"
    resources:
        mem_mb=megabytes(60),
    script:
        "../scripts/measure.py"


rule compare_users:
    input:
        segmentations=lambda wildcards: [segmentation_of(c) for c in cells_on_image(wildcards)],
    output:
        pairwise=f"{RESULTS}/parts/pairwise/{{dataset}}/{{filter}}.csv",
    params:
        cells=lambda wildcards: [(c.variant, c.user) for c in cells_on_image(wildcards)],
    log:
        f"{RESULTS}/logs/compare_users/{{dataset}}/{{filter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/compare_users/{{dataset}}/{{filter}}.tsv"
    resources:
        mem_mb=megabytes(5 + len(STUDY.users)),
    script:
        "../scripts/compare_users.py"


rule assess_image:
    input:
        image=f"{RESULTS}/images/{{dataset}}/{{filter}}.tif",
    output:
        image_quality=f"{RESULTS}/parts/image_quality/{{dataset}}/{{filter}}.csv",
    log:
        f"{RESULTS}/logs/assess_image/{{dataset}}/{{filter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/assess_image/{{dataset}}/{{filter}}.tsv"
    resources:
        mem_mb=megabytes(60),
    script:
        "../scripts/assess_image.py"
