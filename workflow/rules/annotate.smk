# What every user did: a threshold, a window or a drawing for each image and variant. One rule for each
# block of the plan (and batch of users, where a job serves several); one job does all that belongs
# together for a user and an image.

for job in INPUTS.user_jobs():

    rule:
        name:
            f"annotate_{job.name}"
        input:
            image=PATHS.image,
            mask=INPUTS.mask,
        output:
            annotations=job.files(PATHS.annotation),
            drawings=job.drawings(PATHS.drawing),
        log:
            f"{RESULTS}/logs/annotate_{job.block.name}/{{dataset}}/{{filter}}/{job.batch}.log",
        benchmark:
            f"{RESULTS}/benchmarks/annotate_{job.block.name}/{{dataset}}/{{filter}}/{job.batch}.tsv"
        wildcard_constraints:
            dataset="|".join(job.block.datasets),
            filter="|".join(job.block.filters),
            user="|".join(job.block.users),
        group:
            ASK.submission(f"{{dataset}}.{{filter}}.{job.batch}")
        resources:
            **ASK.annotating(job),
        params:
            code=CHECKOUT.code_of(
                "annotate.py",
                variants=job.variants.values(),
                without="" if job.annotates_with_forest else "manyeyes.forest",
            ),
            users=job.users_of,
            variants=job.variants,
            population=STUDY.population,
            phases=config.get("phases"),
            seed=STUDY.seed,
            voxel_size_nm=INPUTS.voxel_size_nm,
        script:
            "../scripts/annotate.py"


rule import_drawing:
    input:
        labels=INPUTS.recorded_file,
        image=PATHS.image,
        source=INPUTS.source_file,
        mask=INPUTS.mask,
        window=INPUTS.window_facts,
    output:
        annotation=PATHS.annotation,
        drawing=PATHS.drawing,
        warnings=PATHS.drawing_warnings,
    wildcard_constraints:
        dataset=INPUTS.recorded_datasets("labels", "seeds"),
        user=INPUTS.recorded_users(),
    group:
        ASK.submission("{dataset}.{filter}.{user}")
    resources:
        **ASK.job(20, 0.5, volumes=1),
    params:
        code=lambda wildcards: CHECKOUT.code_of(
            "import_drawing.py",
            reads=INPUTS.source_read(wildcards),
            reads_labels=INPUTS.recorded_read(wildcards),
        ),
        phases=config.get("phases"),
        codes=lambda wildcards: INPUTS.recording(wildcards).codes,
        reading=lambda wildcards: INPUTS.recorded_read(wildcards)[0][1],
        dataset=INPUTS.import_settings,
        method=lambda wildcards: INPUTS.variant(wildcards)["method"],
        slices=lambda wildcards: INPUTS.variant(wildcards).get("slices"),
        takes_whole=INPUTS.takes_whole_labels,
        grey_window=lambda wildcards: INPUTS.dataset(wildcards).level_window,
    script:
        "../scripts/import_drawing.py"


rule import_segmentation:
    input:
        labels=INPUTS.recorded_file,
        image=PATHS.image,
        source=INPUTS.source_file,
        mask=INPUTS.mask,
    output:
        annotation=PATHS.annotation,
        segmentation=PATHS.segmentation,
        warnings=PATHS.drawing_warnings,
    wildcard_constraints:
        dataset=INPUTS.recorded_datasets("segmentation"),
        user=INPUTS.recorded_users(),
    group:
        ASK.submission("{dataset}.{filter}.{user}")
    resources:
        **ASK.job(20, 0.5, volumes=1),
    params:
        code=lambda wildcards: CHECKOUT.code_of(
            "import_segmentation.py",
            reads=INPUTS.source_read(wildcards),
            reads_labels=INPUTS.recorded_read(wildcards),
        ),
        phases=config.get("phases"),
        codes=lambda wildcards: INPUTS.recording(wildcards).codes,
        reading=lambda wildcards: INPUTS.recorded_read(wildcards)[0][1],
        dataset=INPUTS.import_settings,
    script:
        "../scripts/import_segmentation.py"


rule import_thresholds:
    input:
        recorded=INPUTS.recorded_file,
        window=INPUTS.window_facts,
    output:
        annotation=PATHS.annotation,
    wildcard_constraints:
        dataset=INPUTS.recorded_datasets("numbers"),
        user=INPUTS.recorded_users(),
    group:
        ASK.submission("{dataset}.{filter}.{user}")
    resources:
        runtime=more_each_time(2),
        disk_mb=more_each_time(10),
    params:
        method=lambda wildcards: INPUTS.variant(wildcards)["method"],
        phases=config.get("phases"),
        grey_window=lambda wildcards: INPUTS.dataset(wildcards).level_window,
    script:
        "../scripts/import_thresholds.py"
