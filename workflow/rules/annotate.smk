# What every user did: a threshold, a window or a drawing for each image and variant. One rule a
# block of the plan (and a batch of users, where a job takes several), so that one job does all that
# belongs together for a user and an image.

from manyeyes.study.inputs import level_window

for block, job, batch, users in USER_JOBS:

    rule:
        name:
            f"annotate_{job}"
        input:
            image=f"{RESULTS}/images/{{dataset}}/{{filter}}.tif",
            mask=mask_of,
        output:
            annotations=of_job(f"{ANNOTATION}.json", block.variants, users),
            drawings=of_job(f"{ANNOTATION}.tif", variants_that(block, drawn=True), users),
        log:
            f"{RESULTS}/logs/annotate_{block.name}/{{dataset}}/{{filter}}/{batch}.log",
        benchmark:
            f"{RESULTS}/benchmarks/annotate_{block.name}/{{dataset}}/{{filter}}/{batch}.tsv"
        wildcard_constraints:
            dataset="|".join(block.datasets),
            filter="|".join(block.filters),
            user="|".join(block.users),
        group:
            submission(f"{{dataset}}.{{filter}}.{batch}")
        conda:
            "../../envs/manyeyes.yaml"
        threads: 1
        resources:
            mem_mb=of_dataset(AT_LEAST_MB + 60, 15) if paints(block) else megabytes(5),
            runtime=minutes((0.5 * len(block.variants) if paints(block) else 0.4) * len(users)),
            disk_mb=volumes(len(variants_that(block, drawn=True)) * len(users)),
        params:
            code=code_of("annotate.py", block.variants, "" if paints(block) else "manyeyes.forest"),
            users=users_in(users),
            variants={name: STUDY.variants[name] for name in block.variants},
            population=STUDY.population,
            seed=STUDY.seed,
            voxel_size_nm=lambda wildcards: STUDY.datasets[wildcards.dataset].voxel_size_nm,
        script:
            "../scripts/annotate.py"


rule import_drawing:
    input:
        labels=recorded_file,
        image=f"{RESULTS}/images/{{dataset}}/{{filter}}.tif",
        source=file_of_dataset,
        mask=mask_of,
    output:
        annotation=f"{ANNOTATION}.json",
        drawing=f"{ANNOTATION}.tif",
        warnings=f"{WARNINGS}/drawings/{{dataset}}/{{filter}}/{{variant}}/{{user}}.json",
    log:
        f"{RESULTS}/logs/import_drawing/{{dataset}}/{{filter}}/{{variant}}/{{user}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/import_drawing/{{dataset}}/{{filter}}/{{variant}}/{{user}}.tsv"
    wildcard_constraints:
        user="|".join(RECORDED) or "-none-",
        variant=drawn_recordings(drawn=True),
    group:
        submission("{dataset}.{filter}.{user}")
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=megabytes(20),
        runtime=minutes(0.5),
        disk_mb=volumes(1),
    params:
        code=code_of("import_drawing.py"),
        codes=lambda wildcards: recording_of(wildcards).codes,
        phases=config.get("phases"),
        dataset=dataset_params,
    script:
        "../scripts/import_drawing.py"


rule import_thresholds:
    input:
        recorded_file,
    output:
        annotation=f"{ANNOTATION}.json",
    log:
        f"{RESULTS}/logs/import_thresholds/{{dataset}}/{{filter}}/{{variant}}/{{user}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/import_thresholds/{{dataset}}/{{filter}}/{{variant}}/{{user}}.tsv"
    wildcard_constraints:
        user="|".join(RECORDED) or "-none-",
        variant=drawn_recordings(drawn=False),
    group:
        submission("{dataset}.{filter}.{user}")
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=more_each_time(AT_LEAST_MB),
        runtime=more_each_time(2),
        disk_mb=more_each_time(10),
    params:
        code=code_of("import_thresholds.py"),
        method=lambda wildcards: STUDY.variants[wildcards.variant]["method"],
        grey_window=lambda wildcards: level_window(STUDY.datasets[wildcards.dataset]),
    script:
        "../scripts/import_thresholds.py"
