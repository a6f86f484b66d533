# From what a user did to labels of the whole image. The same path for simulated and recorded users.

SEGMENTATION = f"{RESULTS}/segmentations/{{dataset}}/{{filter}}/{{variant}}/{{user}}.tif"


for block in PLANNED:

    rule:
        name:
            f"segment_{block.name}"
        input:
            image=f"{RESULTS}/images/{{dataset}}/{{filter}}.tif",
            annotations=of_block(f"{ANNOTATION}.json", block.variants),
            drawings=of_block(f"{ANNOTATION}.tif", variants_that(block, drawn=True)),
        output:
            segmentations=of_block(SEGMENTATION, block.variants),
        params:
            variants={name: STUDY.variants[name] for name in block.variants},
            seed=STUDY.seed,
            voxel_size_nm=lambda wildcards: STUDY.datasets[wildcards.dataset].voxel_size_nm,
        wildcard_constraints:
            dataset="|".join(block.datasets),
            filter="|".join(block.filters),
            user="|".join(block.users),
        log:
            f"{RESULTS}/logs/segment_{block.name}/{{dataset}}/{{filter}}/{{user}}.log",
        benchmark:
            f"{RESULTS}/benchmarks/segment_{block.name}/{{dataset}}/{{filter}}/{{user}}.tsv"
        threads: 2 if variants_that(block, drawn=True) else 1
        resources:
            mem_mb=megabytes(100),
        script:
            "../scripts/segment.py"


def recorded_annotation(wildcards):
    """Return the files of one recorded annotation: a JSON, and a drawing where there is one."""
    suffixes = [".json", ".tif"] if draws(wildcards.variant) else [".json"]
    return [ANNOTATION.format(**wildcards) + suffix for suffix in suffixes]


rule segment_recorded:
    input:
        image=f"{RESULTS}/images/{{dataset}}/{{filter}}.tif",
        annotations=lambda wildcards: recorded_annotation(wildcards)[:1],
        drawings=lambda wildcards: recorded_annotation(wildcards)[1:],
    output:
        segmentations=[SEGMENTATION],
    params:
        variants=lambda wildcards: {wildcards.variant: STUDY.variants[wildcards.variant]},
        seed=STUDY.seed,
        voxel_size_nm=lambda wildcards: STUDY.datasets[wildcards.dataset].voxel_size_nm,
    wildcard_constraints:
        user="|".join(RECORDED) or "-none-",
    log:
        f"{RESULTS}/logs/segment_recorded/{{dataset}}/{{filter}}/{{variant}}/{{user}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/segment_recorded/{{dataset}}/{{filter}}/{{variant}}/{{user}}.tsv"
    threads: 2
    resources:
        mem_mb=megabytes(100),
    script:
        "../scripts/segment.py"
