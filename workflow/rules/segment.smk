# From what a user did to labels of the whole image, in the same way for simulated and recorded users.


for job in INPUTS.user_jobs():

    rule:
        name:
            f"segment_{job.name}"
        input:
            image=PATHS.image,
            mask=INPUTS.mask,
            annotations=job.files(PATHS.annotation),
            drawings=job.drawings(PATHS.drawing),
        output:
            segmentations=job.files(PATHS.segmentation),
        log:
            f"{RESULTS}/logs/segment_{job.block.name}/{{dataset}}/{{filter}}/{job.batch}.log",
        benchmark:
            f"{RESULTS}/benchmarks/segment_{job.block.name}/{{dataset}}/{{filter}}/{job.batch}.tsv"
        wildcard_constraints:
            dataset="|".join(job.block.datasets),
            filter="|".join(job.block.filters),
            user="|".join(job.block.users),
        group:
            ASK.submission(f"{{dataset}}.{{filter}}.{job.batch}")
        threads: ASK.threads(forests=bool(job.labelled))
        resources:
            **ASK.segmenting(job),
        params:
            code=CHECKOUT.code_of(
                "segment.py", variants=job.variants.values(), without="manyeyes.users"
            ),
            users=job.users_of,
            variants=job.variants,
            phases=config.get("phases"),
            seed=STUDY.seed,
            voxel_size_nm=INPUTS.voxel_size_nm,
        script:
            "../scripts/segment.py"


rule segment_recorded:
    input:
        image=PATHS.image,
        mask=INPUTS.mask,
        annotations=[PATHS.annotation],
        drawings=INPUTS.recorded_drawing,
    output:
        segmentations=[PATHS.segmentation],
    wildcard_constraints:
        dataset=INPUTS.recorded_datasets("numbers", "seeds", "labels"),
        user=INPUTS.recorded_users(),
    group:
        ASK.submission("{dataset}.{filter}.{user}")
    threads: ASK.threads(forests=True)
    resources:
        mem_mb=ASK.of_dataset(cost.recorded_forest_megabytes),
        runtime=ASK.minutes(3, at_least_s=60),
        disk_mb=ASK.disk(1),
    params:
        code=lambda wildcards: CHECKOUT.code_of(
            "segment.py", variants=INPUTS.methods_of_recording(wildcards), without="manyeyes.users"
        ),
        users=lambda wildcards: [wildcards.user],
        variants=lambda wildcards: {wildcards.variant: INPUTS.variant(wildcards)},
        phases=config.get("phases"),
        seed=STUDY.seed,
        voxel_size_nm=INPUTS.voxel_size_nm,
    script:
        "../scripts/segment.py"


# Maps for other programs, where the config asks for them.
if STUDY.maps:

    rule map_probability:
        input:
            image=PATHS.image,
            mask=INPUTS.mask,
            annotation=PATHS.annotation,
            drawing=PATHS.drawing,
        output:
            PATHS.probability,
        group:
            ASK.submission("{dataset}.{filter}.{user}")
        threads: ASK.threads(forests=True)
        resources:
            mem_mb=ASK.of_dataset(cost.recorded_forest_megabytes),
            runtime=ASK.minutes(3, at_least_s=60),
            disk_mb=ASK.disk(4),
        params:
            code=lambda wildcards: CHECKOUT.code_of(
                "map_probability.py",
                variants=[INPUTS.variant(wildcards)],
                without="manyeyes.users",
            ),
            variant=INPUTS.variant,
            phases=config.get("phases"),
            seed=STUDY.seed,
            voxel_size_nm=INPUTS.voxel_size_nm,
        script:
            "../scripts/map_probability.py"

    rule map_disagreement:
        input:
            segmentations=lambda wildcards: FILES.segmentations(FILES.cells_of_map(wildcards)),
        output:
            PATHS.disagreement,
        wildcard_constraints:
            made_by="simulated|recorded",
        group:
            ASK.submission("{dataset}.{filter}")
        resources:
            **ASK.job(50, 0.5, volumes=4),
        params:
            users=lambda wildcards: [cell.user for cell in FILES.cells_of_map(wildcards)],
            phases=config.get("phases"),
            voxel_size_nm=INPUTS.voxel_size_nm,
        script:
            "../scripts/map_disagreement.py"
