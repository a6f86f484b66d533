# From what a user did to labels of the whole image. The same path for simulated and recorded users.


for block, job, batch, users in USER_JOBS:

    rule:
        name:
            f"segment_{job}"
        input:
            image=f"{RESULTS}/images/{{dataset}}/{{filter}}.tif",
            mask=mask_of,
            annotations=of_job(f"{ANNOTATION}.json", block.variants, users),
            drawings=of_job(f"{ANNOTATION}.tif", variants_that(block, drawn=True), users),
        output:
            segmentations=of_job(SEGMENTATION, block.variants, users),
        log:
            f"{RESULTS}/logs/segment_{block.name}/{{dataset}}/{{filter}}/{batch}.log",
        benchmark:
            f"{RESULTS}/benchmarks/segment_{block.name}/{{dataset}}/{{filter}}/{batch}.tsv"
        wildcard_constraints:
            dataset="|".join(block.datasets),
            filter="|".join(block.filters),
            user="|".join(block.users),
        group:
            submission(f"{{dataset}}.{{filter}}.{batch}")
        conda:
            "../../envs/manyeyes.yaml"
        threads: threads_of(forests=bool(variants_that(block, drawn=True)))
        resources:
            mem_mb=forest_megabytes(block),
            runtime=segmenting_minutes(block, users),
            disk_mb=volumes(len(block.variants) * len(users)),
        params:
            code=code_of("segment.py", block.variants, without="manyeyes.users"),
            users=users_in(users),
            variants={name: STUDY.variants[name] for name in block.variants},
            seed=STUDY.seed,
            voxel_size_nm=lambda wildcards: STUDY.datasets[wildcards.dataset].voxel_size_nm,
        script:
            "../scripts/segment.py"


rule segment_recorded:
    input:
        image=f"{RESULTS}/images/{{dataset}}/{{filter}}.tif",
        mask=mask_of,
        annotations=lambda wildcards: recorded_annotation(wildcards)[:1],
        drawings=lambda wildcards: recorded_annotation(wildcards)[1:],
    output:
        segmentations=[SEGMENTATION],
    log:
        f"{RESULTS}/logs/segment_recorded/{{dataset}}/{{filter}}/{{variant}}/{{user}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/segment_recorded/{{dataset}}/{{filter}}/{{variant}}/{{user}}.tsv"
    wildcard_constraints:
        user="|".join(RECORDED) or "-none-",
    group:
        submission("{dataset}.{filter}.{user}")
    conda:
        "../../envs/manyeyes.yaml"
    threads: threads_of(forests=True)
    resources:
        mem_mb=recorded_megabytes,
        runtime=minutes(3, at_least_s=60),
        disk_mb=volumes(1),
    params:
        code=lambda wildcards: code_of("segment.py", [wildcards.variant], without="manyeyes.users"),
        users=lambda wildcards: [wildcards.user],
        variants=lambda wildcards: {wildcards.variant: STUDY.variants[wildcards.variant]},
        seed=STUDY.seed,
        voxel_size_nm=lambda wildcards: STUDY.datasets[wildcards.dataset].voxel_size_nm,
    script:
        "../scripts/segment.py"
