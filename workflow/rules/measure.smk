# What is measured on each segmentation, between users, and on each image. Parts of the tables, so that
# a new user or dataset adds a part and recomputes no other.


rule measure:
    input:
        segmentations=INPUTS.segmentations_of_batch,
        truth=INPUTS.truth,
    output:
        volume_fractions=PATHS.part("volume_fractions/{dataset}/{filter}/{batch}"),
        accuracy=PATHS.part("accuracy/{dataset}/{filter}/{batch}"),
        phase_accuracy=PATHS.part("phase_accuracy/{dataset}/{filter}/{batch}"),
        confusion=PATHS.part("confusion/{dataset}/{filter}/{batch}"),
        morphology=PATHS.part("morphology/{dataset}/{filter}/{batch}"),
    group:
        ASK.submission("{dataset}.{filter}.{batch}", of_labels=True)
    resources:
        mem_mb=lambda wildcards, attempt: ASK.mb(15 + 1.5 * len(INPUTS.cells_of_batch(wildcards)))(
            wildcards, attempt
        ),
        runtime=lambda wildcards, attempt: ASK.minutes(
            0.2 * len(INPUTS.cells_of_batch(wildcards))
        )(wildcards, attempt),
        disk_mb=ASK.disk(0),
    params:
        cells=INPUTS.cells_of_batch,
        phases=config.get("phases"),
        origin=lambda wildcards: INPUTS.dataset(wildcards).origin,
        voxel_size_nm=INPUTS.voxel_size_nm,
    script:
        "../scripts/measure.py"


rule compare_users:
    input:
        segmentations=INPUTS.shared_segmentations_on_image,
        truth=INPUTS.truth,
    output:
        **FILES.agreement_of_image(),
        pairwise=PATHS.part("pairwise/{dataset}/{filter}"),
    group:
        ASK.submission("{dataset}.{filter}", of_labels=True)
    resources:
        # Each voxel: a byte for every user of a variant, and the distances to the interfaces.
        mem_mb=ASK.mb(40 + len(STUDY.users)),
        runtime=lambda wildcards, attempt: ASK.minutes(
            0.035 * len(INPUTS.shared_cells_on_image(wildcards)) + 0.2 * len(STUDY.users)
        )(wildcards, attempt),
        disk_mb=ASK.disk(1),
    params:
        cells=INPUTS.shared_cells_on_image,
        phases=config.get("phases"),
        voxel_size_nm=INPUTS.voxel_size_nm,
    script:
        "../scripts/compare_users.py"


if STUDY.population_sample:

    rule compare_sample:
        input:
            segmentations=INPUTS.sampled_segmentations_on_image,
            truth=INPUTS.truth,
        output:
            **{name: PATHS.part(f"{name}/{{dataset}}/{{filter}}") for name in OF_POPULATION},
        group:
            ASK.submission("{dataset}.{filter}", of_labels=True)
        resources:
            # Each voxel: a byte for everybody's labels by a variant.
            mem_mb=ASK.mb(10 + len(STUDY.everybody())),
            runtime=lambda wildcards, attempt: ASK.minutes(
                0.01 * len(INPUTS.sampled_cells_on_image(wildcards)) ** 1.5
            )(wildcards, attempt),
            disk_mb=ASK.disk(0),
        params:
            cells=INPUTS.sampled_cells_on_image,
            phases=config.get("phases"),
            origin=lambda wildcards: INPUTS.dataset(wildcards).origin,
        script:
            "../scripts/compare_sample.py"


if STUDY.further_sittings:

    rule measure_sittings:
        input:
            segmentations=INPUTS.segmentations_of_sittings,
        output:
            PATHS.part("sittings/{dataset}/{filter}"),
        group:
            ASK.submission("{dataset}.{filter}")
        resources:
            mem_mb=lambda wildcards, attempt: ASK.mb(
                10 + 1.5 * len(INPUTS.cells_of_sittings(wildcards))
            )(wildcards, attempt),
            runtime=lambda wildcards, attempt: ASK.minutes(
                0.1 * len(INPUTS.cells_of_sittings(wildcards))
            )(wildcards, attempt),
            disk_mb=ASK.disk(0),
        params:
            cells=INPUTS.cells_of_sittings,
            phases=config.get("phases"),
        script:
            "../scripts/measure_sittings.py"


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


# Each group of measures apart: an edit of one measures no other again.
if STUDY.measures:

    rule measure_microstructure:
        input:
            segmentations=INPUTS.segmentations_of_batch,
        output:
            PATHS.part("microstructure/{measures}/{dataset}/{filter}/{batch}"),
        wildcard_constraints:
            measures="|".join(STUDY.measures),
        group:
            ASK.submission("{dataset}.{filter}.{batch}", of_labels=True)
        resources:
            mem_mb=ASK.measuring_mb,
            runtime=lambda wildcards, attempt: ASK.measuring_minutes(
                len(INPUTS.cells_of_batch(wildcards))
            )(wildcards, attempt),
            disk_mb=ASK.disk(0),
        params:
            code=lambda wildcards: CHECKOUT.code_of(
                "measure_microstructure.py", groups=[wildcards.measures]
            ),
            cells=INPUTS.cells_of_batch,
            phases=config.get("phases"),
            voxel_size_nm=INPUTS.voxel_size_nm,
            separable=INPUTS.has_separable_particles,
        script:
            "../scripts/measure_microstructure.py"

    rule measure_true_microstructure:
        input:
            truth=PATHS.truth,
        output:
            PATHS.part("true_microstructure/{measures}/{dataset}"),
        wildcard_constraints:
            measures="|".join(STUDY.measures),
        group:
            ASK.submission("{dataset}")
        resources:
            mem_mb=ASK.measuring_mb,
            # In the phases of the study, and in three.
            runtime=ASK.measuring_minutes(2),
            disk_mb=ASK.disk(0),
        params:
            code=lambda wildcards: CHECKOUT.code_of(
                "measure_true_microstructure.py", groups=[wildcards.measures]
            ),
            phases=config.get("phases"),
            voxel_size_nm=INPUTS.voxel_size_nm,
            separable=INPUTS.has_separable_particles,
        script:
            "../scripts/measure_true_microstructure.py"
