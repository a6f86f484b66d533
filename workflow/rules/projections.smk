# From projections to the slices that a dataset is cropped from: one step a rule, in slabs of rows.


rule scan_twin:
    input:
        truth=PATHS.truth,
    output:
        scan=temp(PATHS.projected("scan.h5")),
        facts=PATHS.projected("scan.json"),
    wildcard_constraints:
        dataset=INPUTS.names_of("scanned_twin"),
    group:
        ASK.submission("{dataset}")
    resources:
        **ASK.on_scan(INPUTS.scan_shape, cost.SCANNING),
    params:
        scan=INPUTS.source_setting("scan"),
        voxel_size_nm=INPUTS.voxel_size_nm,
        seed=STUDY.seed,
    script:
        "../scripts/scan_twin.py"


rule normalise_projections:
    input:
        scan=INPUTS.scan_file,
    output:
        normalised=temp(PATHS.projected("normalised.npy")),
        facts=PATHS.projected("normalise.json"),
        views=PATHS.projected("normalise.npz"),
    wildcard_constraints:
        dataset=INPUTS.names_of("projections", "scanned_twin"),
    group:
        ASK.submission("{dataset}")
    resources:
        **ASK.on_scan(INPUTS.scan_shape, cost.NORMALISING),
    params:
        code=lambda wildcards: CHECKOUT.code_of(
            "normalise_projections.py", scans=[INPUTS.scan_file(wildcards)]
        ),
        settings=INPUTS.step_settings("normalise"),
        voxel_size_nm=INPUTS.voxel_size_nm,
        ignores_voxel_size=lambda wildcards: INPUTS.dataset(wildcards).ignores_voxel_size,
    script:
        "../scripts/normalise_projections.py"


rule retrieve_phase:
    input:
        normalised=PATHS.projected("normalised.npy"),
    output:
        phase=temp(PATHS.projected("phase.npy")),
        views=PATHS.projected("phase.npz"),
    group:
        ASK.submission("{dataset}")
    resources:
        **ASK.on_scan(INPUTS.scan_shape, cost.RETRIEVING),
    params:
        settings=INPUTS.step_settings("phase"),
        voxel_size_nm=INPUTS.voxel_size_nm,
        angles_at_once=cost.ANGLES_AT_ONCE,
    script:
        "../scripts/retrieve_phase.py"


rule prepare_projections:
    input:
        transmission=INPUTS.transmission_file,
    output:
        prepared=temp(PATHS.projected("prepared.npy")),
        facts=PATHS.projected("prepare.json"),
        views=PATHS.projected("prepare.npz"),
    group:
        ASK.submission("{dataset}")
    resources:
        **ASK.on_scan(INPUTS.scan_shape, cost.PREPARING),
    params:
        settings=INPUTS.step_settings("prepare"),
    script:
        "../scripts/prepare_projections.py"


rule find_axis:
    input:
        prepared=PATHS.projected("prepared.npy"),
        facts=PATHS.projected("normalise.json"),
    output:
        facts=PATHS.projected("axis.json"),
        views=PATHS.projected("axis.npz"),
    group:
        ASK.submission("{dataset}")
    resources:
        **ASK.on_scan(INPUTS.scan_shape, cost.FINDING),
    params:
        settings=INPUTS.step_settings("axis"),
    script:
        "../scripts/find_axis.py"


rule reconstruct_slices:
    input:
        prepared=PATHS.projected("prepared.npy"),
        facts=PATHS.projected("normalise.json"),
        axis=PATHS.projected("axis.json"),
    output:
        slices=PATHS.projected("slices.tif"),
        facts=PATHS.projected("reconstruct.json"),
        views=PATHS.projected("reconstruct.npz"),
    group:
        ASK.submission("{dataset}")
    threads: ASK.threads(forests=True)
    resources:
        **ASK.reconstructing(INPUTS.scan_shape),
    params:
        settings=INPUTS.step_settings("reconstruct"),
        voxel_size_nm=INPUTS.voxel_size_nm,
    script:
        "../scripts/reconstruct_slices.py"


# What the figure of the steps needs, of which the volumes are gone when the slices are there.
rule describe_projections:
    input:
        facts=INPUTS.facts_of_steps,
        views=INPUTS.views_of_steps,
    output:
        table=PATHS.part("projections/{dataset}"),
        views=PATHS.projected("views.npz"),
    group:
        ASK.submission("{dataset}")
    script:
        "../scripts/describe_projections.py"


rule score_reconstruction:
    input:
        slices=PATHS.projected("slices.tif"),
        truth=PATHS.truth,
    output:
        PATHS.part("reconstruction_scores/{dataset}"),
    wildcard_constraints:
        dataset=INPUTS.names_of("scanned_twin"),
    group:
        ASK.submission("{dataset}")
    resources:
        **ASK.job(40, 1),
    params:
        scan=INPUTS.source_setting("scan"),
        voxel_size_nm=INPUTS.voxel_size_nm,
    script:
        "../scripts/score_reconstruction.py"
