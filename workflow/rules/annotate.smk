# What every user did: a threshold, a window or a drawing for each image and variant.

ANNOTATION = f"{RESULTS}/annotations/{{dataset}}/{{filter}}/{{variant}}/{{user}}"


def of_block(pattern, variants):
    """Return a path pattern once per variant; dataset, filter and user stay wildcards."""
    return [pattern.replace("{variant}", variant) for variant in variants]


# One rule a block of the plan, so that one job does all that belongs together for a user and an image.
for block in PLANNED:

    rule:
        name:
            f"annotate_{block.name}"
        input:
            image=f"{RESULTS}/images/{{dataset}}/{{filter}}.tif",
        output:
            annotations=of_block(f"{ANNOTATION}.json", block.variants),
            drawings=of_block(f"{ANNOTATION}.tif", variants_that(block, drawn=True)),
        params:
            variants={name: STUDY.variants[name] for name in block.variants},
            population=STUDY.population,
            seed=STUDY.seed,
            voxel_size_nm=lambda wildcards: STUDY.datasets[wildcards.dataset].voxel_size_nm,
        wildcard_constraints:
            dataset="|".join(block.datasets),
            filter="|".join(block.filters),
            user="|".join(block.users),
        log:
            f"{RESULTS}/logs/annotate_{block.name}/{{dataset}}/{{filter}}/{{user}}.log",
        benchmark:
            f"{RESULTS}/benchmarks/annotate_{block.name}/{{dataset}}/{{filter}}/{{user}}.tsv"
        threads: 1
        resources:
            mem_mb=megabytes(60),
        script:
            "../scripts/annotate.py"


def recording_of(wildcards):
    return RECORDINGS[wildcards.dataset, wildcards.filter, wildcards.variant, wildcards.user]


def drawn_recordings(drawn):
    """Return a wildcard pattern of the variants that recorded users drew (or did not draw)."""
    names = {variant for _, _, variant, _ in RECORDINGS if draws(variant) == drawn}
    return "|".join(sorted(names)) or "-none-"


rule import_drawing:
    input:
        labels=lambda wildcards: file_of(recording_of(wildcards).file),
        image=f"{RESULTS}/images/{{dataset}}/{{filter}}.tif",
    output:
        annotation=f"{ANNOTATION}.json",
        drawing=f"{ANNOTATION}.tif",
    params:
        codes=lambda wildcards: recording_of(wildcards).codes,
        dataset=dataset_params,
    wildcard_constraints:
        user="|".join(RECORDED) or "-none-",
        variant=drawn_recordings(drawn=True),
    log:
        f"{RESULTS}/logs/import_drawing/{{dataset}}/{{filter}}/{{variant}}/{{user}}.log",
    resources:
        mem_mb=megabytes(20),
    script:
        "../scripts/import_drawing.py"


rule import_thresholds:
    input:
        lambda wildcards: file_of(recording_of(wildcards).file),
    output:
        annotation=f"{ANNOTATION}.json",
    params:
        method=lambda wildcards: STUDY.variants[wildcards.variant]["method"],
    wildcard_constraints:
        user="|".join(RECORDED) or "-none-",
        variant=drawn_recordings(drawn=False),
    log:
        f"{RESULTS}/logs/import_thresholds/{{dataset}}/{{filter}}/{{variant}}/{{user}}.log",
    resources:
        mem_mb=200,
    script:
        "../scripts/import_thresholds.py"
