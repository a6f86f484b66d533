# From a source to the image that a user looks at: rasterise or read, image, crop, filter.


rule rasterise_twin:
    output:
        truth=PATHS.truth,
    wildcard_constraints:
        dataset=INPUTS.names_of("twin", "scanned_twin"),
    group:
        ASK.submission("{dataset}")
    resources:
        **ASK.job(5, 1, volumes=1, at_least_mb=cost.WITH_PARTICLES_MB),
    params:
        dataset=INPUTS.truth_settings,
        electrode=lambda wildcards: INPUTS.dataset(wildcards).electrode,
        origin_um=INPUTS.source_setting("origin_um", (0, 0, 0)),
        description=lambda wildcards: STUDY.electrodes[
            INPUTS.dataset(wildcards).source["electrode"]
        ],
        seed=STUDY.seed,
    script:
        "../scripts/rasterise_twin.py"


rule import_geometry:
    input:
        INPUTS.source_file,
    output:
        truth=PATHS.truth,
    wildcard_constraints:
        dataset=INPUTS.names_of("geometry"),
    group:
        ASK.submission("{dataset}")
    resources:
        **ASK.job(40, 1, volumes=1),
    params:
        code=lambda wildcards: CHECKOUT.code_of(
            "import_geometry.py", reads=INPUTS.source_read(wildcards)
        ),
        dataset=INPUTS.import_settings,
        codes=INPUTS.source_setting("codes"),
        ignores_voxel_size=lambda wildcards: INPUTS.dataset(wildcards).ignores_voxel_size,
    script:
        "../scripts/import_geometry.py"


if STUDY.given_truths():

    rule import_truth:
        input:
            labels=INPUTS.truth_file,
            image=PATHS.tomogram,
            source=INPUTS.source_file,
            mask=INPUTS.mask,
        output:
            truth=PATHS.truth,
        wildcard_constraints:
            dataset=INPUTS.with_given_truth(),
        group:
            ASK.submission("{dataset}")
        resources:
            **ASK.job(20, 0.5, volumes=1),
        params:
            code=lambda wildcards: CHECKOUT.code_of(
                "import_truth.py",
                reads=INPUTS.source_read(wildcards),
                reads_labels=INPUTS.truth_read(wildcards),
            ),
            phases=config.get("phases"),
            codes=lambda wildcards: INPUTS.dataset(wildcards).truth.get("codes"),
            reading=lambda wildcards: INPUTS.truth_read(wildcards)[0][1],
            dataset=INPUTS.import_settings,
        script:
            "../scripts/import_truth.py"


rule image_truth:
    input:
        truth=PATHS.truth,
    output:
        tomogram=PATHS.tomogram,
    wildcard_constraints:
        dataset=INPUTS.names_of("twin", "geometry"),
    group:
        ASK.submission("{dataset}")
    resources:
        **ASK.job(22, 1, volumes=1),
    params:
        dataset=INPUTS.dataset_settings,
        imaging=INPUTS.source_setting("imaging"),
        seed=STUDY.seed,
    script:
        "../scripts/image_truth.py"


rule import_mask:
    input:
        source=INPUTS.volume_file,
        mask=INPUTS.mask_file,
    output:
        mask=PATHS.mask,
    wildcard_constraints:
        dataset=INPUTS.masked(),
    group:
        ASK.submission("{dataset}")
    resources:
        # Whole slices of the source are looked at, and all of a mask's file.
        mem_mb=lambda wildcards, input, attempt: int((600 + 6 * input.size_mb) * attempt),
        runtime=ASK.minutes(1),
        disk_mb=ASK.disk(1),
    params:
        code=lambda wildcards: CHECKOUT.code_of(
            "import_mask.py", reads=[*INPUTS.source_read(wildcards), *INPUTS.mask_read(wildcards)]
        ),
        dataset=INPUTS.import_settings,
    script:
        "../scripts/import_mask.py"


rule import_tomogram:
    input:
        source=INPUTS.volume_file,
        mask=INPUTS.mask,
    output:
        tomogram=PATHS.tomogram,
        facts=PATHS.tomogram_facts,
    wildcard_constraints:
        dataset=INPUTS.names_of("file", "projections", "scanned_twin"),
    group:
        ASK.submission("{dataset}")
    resources:
        # The crop becomes 8-bit by way of float64.
        mem_mb=lambda wildcards, input, attempt: int(
            attempt
            * (
                600
                + 24 * INPUTS.dataset(wildcards).voxels / 1e6
                + (8 * input.size_mb if INPUTS.holds_source(wildcards) else 0)
            )
        ),
        runtime=ASK.minutes(1),
        disk_mb=ASK.disk(1),
    params:
        code=lambda wildcards: CHECKOUT.code_of(
            "import_tomogram.py", reads=INPUTS.source_read(wildcards)
        ),
        dataset=INPUTS.import_settings,
        expected_shape=INPUTS.source_setting("expected_shape"),
        expected_dtype=INPUTS.source_setting("expected_dtype"),
        ignores_voxel_size=lambda wildcards: INPUTS.dataset(wildcards).ignores_voxel_size,
    script:
        "../scripts/import_tomogram.py"


rule filter_tomogram:
    input:
        tomogram=PATHS.tomogram,
        mask=INPUTS.mask,
    output:
        image=PATHS.image,
    group:
        ASK.submission("{dataset}")
    resources:
        mem_mb=ASK.filtering_mb,
        runtime=ASK.filtering_minutes,
        disk_mb=ASK.disk(1),
    params:
        code=lambda wildcards: CHECKOUT.code_of(
            "filter_tomogram.py", filters=[STUDY.filters[wildcards.filter]["method"]]
        ),
        voxel_size_nm=INPUTS.voxel_size_nm,
        filter=lambda wildcards: STUDY.filters[wildcards.filter],
    script:
        "../scripts/filter_tomogram.py"
