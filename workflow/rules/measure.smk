# What is measured on each segmentation, between users, and on each image. Parts of the tables, so
# that a new user or dataset adds a part and recomputes no other.


rule measure:
    input:
        segmentations=lambda wildcards: [segmentation_of(c) for c in cells_of_batch(wildcards)],
        truth=truth_of,
    output:
        volume_fractions=f"{RESULTS}/parts/volume_fractions/{{block}}/{{dataset}}/{{filter}}/{{batch}}.csv",
        accuracy=f"{RESULTS}/parts/accuracy/{{block}}/{{dataset}}/{{filter}}/{{batch}}.csv",
        morphology=f"{RESULTS}/parts/morphology/{{block}}/{{dataset}}/{{filter}}/{{batch}}.csv",
    log:
        f"{RESULTS}/logs/measure/{{block}}/{{dataset}}/{{filter}}/{{batch}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/measure/{{block}}/{{dataset}}/{{filter}}/{{batch}}.tsv"
    wildcard_constraints:
        block="|".join(BLOCKS),
    group:
        submission("{dataset}.{filter}.{batch}")
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=measured_megabytes,
        runtime=minutes(0.6 * STUDY.users_per_job),
        disk_mb=more_each_time(10),
    params:
        code=code_of("measure.py"),
        cells=lambda wildcards: [(c.variant, c.user, c.made_by) for c in cells_of_batch(wildcards)],
        origin=lambda wildcards: STUDY.datasets[wildcards.dataset].origin,
        voxel_size_nm=lambda wildcards: STUDY.datasets[wildcards.dataset].voxel_size_nm,
    script:
        "../scripts/measure.py"


rule compare_users:
    input:
        segmentations=lambda wildcards: [segmentation_of(c) for c in cells_on_image(wildcards)],
    output:
        pairwise=f"{RESULTS}/parts/pairwise/{{dataset}}/{{filter}}.csv",
    log:
        f"{RESULTS}/logs/compare_users/{{dataset}}/{{filter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/compare_users/{{dataset}}/{{filter}}.tsv"
    group:
        submission("{dataset}.{filter}")
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=megabytes(5 + 2 * len(STUDY.users)),
        runtime=minutes(0.2 * len(STUDY.users)),
        disk_mb=more_each_time(10),
    params:
        code=code_of("compare_users.py"),
        cells=lambda wildcards: [(c.variant, c.user, c.made_by) for c in cells_on_image(wildcards)],
    script:
        "../scripts/compare_users.py"


rule assess_image:
    input:
        image=f"{RESULTS}/images/{{dataset}}/{{filter}}.tif",
        mask=mask_of,
    output:
        image_quality=f"{RESULTS}/parts/image_quality/{{dataset}}/{{filter}}.csv",
    log:
        f"{RESULTS}/logs/assess_image/{{dataset}}/{{filter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/assess_image/{{dataset}}/{{filter}}.tsv"
    group:
        submission("{dataset}")
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=megabytes(10),
        runtime=minutes(0.5),
        disk_mb=more_each_time(10),
    params:
        code=code_of("assess_image.py"),
    script:
        "../scripts/assess_image.py"
