# What is measured on each segmentation, between users, and on each image. Parts of the tables, so that
# a new user or dataset adds a part and recomputes no other.


rule measure:
    input:
        segmentations=INPUTS.segmentations_of_batch,
        truth=INPUTS.truth,
    output:
        volume_fractions=PATHS.part("volume_fractions/{block}/{dataset}/{filter}/{batch}"),
        accuracy=PATHS.part("accuracy/{block}/{dataset}/{filter}/{batch}"),
        morphology=PATHS.part("morphology/{block}/{dataset}/{filter}/{batch}"),
    wildcard_constraints:
        block="|".join(FILES.blocks),
    group:
        ASK.submission("{dataset}.{filter}.{batch}")
    resources:
        mem_mb=lambda wildcards, attempt: ASK.mb(15 + 1.5 * len(INPUTS.cells_of_batch(wildcards)))(
            wildcards, attempt
        ),
        runtime=ASK.minutes(0.6 * STUDY.users_per_job),
        disk_mb=ASK.disk(0),
    params:
        cells=INPUTS.cells_of_batch,
        origin=lambda wildcards: INPUTS.dataset(wildcards).origin,
        voxel_size_nm=INPUTS.voxel_size_nm,
    script:
        "../scripts/measure.py"


rule compare_users:
    input:
        segmentations=INPUTS.segmentations_on_image,
    output:
        pairwise=PATHS.part("pairwise/{dataset}/{filter}"),
    group:
        ASK.submission("{dataset}.{filter}")
    resources:
        **ASK.job(5 + 2 * len(STUDY.users), 0.2 * len(STUDY.users)),
    params:
        cells=INPUTS.cells_on_image,
    script:
        "../scripts/compare_users.py"


rule assess_image:
    input:
        image=PATHS.image,
        mask=INPUTS.mask,
    output:
        image_quality=PATHS.part("image_quality/{dataset}/{filter}"),
    group:
        ASK.submission("{dataset}")
    resources:
        **ASK.job(10, 0.5),
    script:
        "../scripts/assess_image.py"
