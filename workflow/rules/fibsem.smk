# The FIB-SEM baseline, from the raw slice-and-view stack to a volume fraction; one step a rule.
# Stacks are passed on as 8-bit TIFFs whose voxels are as large as the geometry says.


if CHAIN.is_twin:

    rule fibsem_acquire:
        output:
            raw=CHAIN.file("raw.tif"),
            seen=CHAIN.file("seen.tif"),
            curtains=CHAIN.file("curtains.tif"),
            record=CHAIN.file("record.csv"),
            layout=CHAIN.file("layout.json"),
            repairs=CHAIN.file("repairs.csv"),
        group:
            "fibsem"
        resources:
            **ASK.stack(CHAIN, 2.2, 0.35, volumes=2, at_least_mb=cost.WITH_PARTICLES_MB),
        params:
            source=CHAIN.source,
            description=CHAIN.description,
            seed=STUDY.seed,
            geometry=CHAIN.settings["geometry"],
        script:
            "../scripts/fibsem_acquire.py"

else:

    rule fibsem_import:
        input:
            INPUTS.file_of(CHAIN.source),
        output:
            raw=CHAIN.file("raw.tif"),
            layout=CHAIN.file("layout.json"),
            repairs=CHAIN.file("repairs.csv"),
        group:
            "fibsem"
        resources:
            **ASK.stack(CHAIN, 8, 0.3, volumes=1),
        params:
            code=CHECKOUT.code_of("fibsem_import.py", reads=[INPUTS.file_of(CHAIN.source)]),
            source=CHAIN.source,
            geometry=CHAIN.settings["geometry"],
        script:
            "../scripts/fibsem_import.py"


rule fibsem_align:
    input:
        raw=CHAIN.file("raw.tif"),
        layout=CHAIN.file("layout.json"),
    output:
        fields=CHAIN.file("fields.csv"),
    group:
        "fibsem"
    resources:
        **ASK.stack(CHAIN, 2, 0.06),
    params:
        settings=CHAIN.settings["align"],
        destripe=CHAIN.settings["destripe"],
        geometry=CHAIN.settings["geometry"],
    script:
        "../scripts/fibsem_align.py"


rule fibsem_correct_shear:
    input:
        fields=CHAIN.file("fields.csv"),
    output:
        places=CHAIN.file("places.csv"),
        motion=CHAIN.file("motion.json"),
    group:
        "fibsem"
    resources:
        runtime=more_each_time(2),
        disk_mb=more_each_time(10),
    params:
        geometry=CHAIN.settings["geometry"],
    script:
        "../scripts/fibsem_correct_shear.py"


rule fibsem_crop:
    input:
        raw=CHAIN.file("raw.tif"),
        places=CHAIN.file("places.csv"),
        layout=CHAIN.file("layout.json"),
    output:
        cropped=temp(CHAIN.file("cropped.tif")),
        crop=CHAIN.file("crop.json"),
    group:
        "fibsem"
    resources:
        **ASK.stack(CHAIN, 2, 0.1, volumes=1),
    params:
        settings=CHAIN.settings["crop"],
        geometry=CHAIN.settings["geometry"],
    script:
        "../scripts/fibsem_crop.py"


rule fibsem_destripe:
    input:
        cropped=CHAIN.file("cropped.tif"),
    output:
        destriped=temp(CHAIN.file("destriped.tif")),
    group:
        "fibsem"
    resources:
        **ASK.stack(CHAIN, 1.2, 0.06, volumes=1),
    params:
        settings=CHAIN.settings["destripe"],
        geometry=CHAIN.settings["geometry"],
    script:
        "../scripts/fibsem_destripe.py"


rule fibsem_denoise:
    input:
        destriped=CHAIN.file("destriped.tif"),
    output:
        denoised=CHAIN.file("denoised.tif"),
    group:
        "fibsem"
    resources:
        **ASK.stack(CHAIN, 1, 0.06, volumes=1),
    params:
        settings=CHAIN.settings["denoise"],
        geometry=CHAIN.settings["geometry"],
    script:
        "../scripts/fibsem_denoise.py"


rule fibsem_segment:
    input:
        denoised=CHAIN.file("denoised.tif"),
    output:
        labels=CHAIN.file("labels.tif"),
    group:
        "fibsem"
    resources:
        **ASK.stack(CHAIN, 1.5, 0.15, volumes=1),
    params:
        settings=CHAIN.settings["watershed"],
        geometry=CHAIN.settings["geometry"],
    script:
        "../scripts/fibsem_segment.py"


rule fibsem_fill:
    input:
        labels=CHAIN.file("labels.tif"),
    output:
        filled=CHAIN.file("filled.tif"),
    group:
        "fibsem"
    resources:
        **ASK.stack(CHAIN, 4.5, 0.06, volumes=1),
    params:
        geometry=CHAIN.settings["geometry"],
    script:
        "../scripts/fibsem_fill.py"


rule fibsem_resample:
    input:
        filled=CHAIN.file("filled.tif"),
    output:
        resampled=CHAIN.file("filled_{nm}nm.tif"),
    wildcard_constraints:
        nm="|".join(f"{size:g}" for size in CHAIN.settings["resample_nm"]),
    group:
        "fibsem"
    resources:
        **ASK.stack(CHAIN, 1, 0.06) | {"disk_mb": more_each_time(10 + CHAIN.final_megavoxels)},
    params:
        crop=CHAIN.settings["crop"],
        geometry=CHAIN.settings["geometry"],
    script:
        "../scripts/fibsem_resample.py"


rule fibsem_scatter:
    input:
        labels=CHAIN.resampled(CHAIN.compared_nm),
    output:
        scatter=CHAIN.scatter,
    group:
        "fibsem"
    resources:
        mem_mb=more_each_time(cost.WITH_PARTICLES_MB + 0.9 * CHAIN.final_megavoxels),
        runtime=more_each_time(cost.stack_minutes(CHAIN.stack_megavoxels, 0.1)),
        disk_mb=more_each_time(10),
    params:
        blocks=CHAIN.crops_um(),
        slicing_axis=CHAIN.source.get("slicing_axis", "z"),
        voxel_size_nm=CHAIN.compared_nm,
        electrode=CHAIN.electrode,
        description=CHAIN.description,
        seed=STUDY.seed,
    script:
        "../scripts/fibsem_scatter.py"


if CHAIN.is_twin:

    rule fibsem_score:
        input:
            raw=CHAIN.file("raw.tif"),
            curtains=CHAIN.file("curtains.tif"),
            record=CHAIN.file("record.csv"),
            layout=CHAIN.file("layout.json"),
            places=CHAIN.file("places.csv"),
            crop=CHAIN.file("crop.json"),
            destriped=CHAIN.file("destriped.tif"),
            denoised=CHAIN.file("denoised.tif"),
            labels=CHAIN.file("labels.tif"),
            filled=CHAIN.file("filled.tif"),
            resampled=[CHAIN.resampled(size) for size in CHAIN.settings["resample_nm"]],
        output:
            scores=PATHS.table("fibsem_scores"),
            stack_truth=CHAIN.file("truth.tif"),
            truth=CHAIN.truth,
        group:
            "fibsem"
        resources:
            **ASK.stack(CHAIN, 4.8, 0.75, volumes=1, at_least_mb=cost.WITH_PARTICLES_MB),
        params:
            source=CHAIN.source,
            description=CHAIN.description,
            seed=STUDY.seed,
            destripe=CHAIN.settings["destripe"],
            resample_nm=CHAIN.settings["resample_nm"],
            geometry=CHAIN.settings["geometry"],
        script:
            "../scripts/fibsem_score.py"


rule fibsem_measure:
    input:
        labels=CHAIN.file("labels.tif"),
        filled=CHAIN.file("filled.tif"),
        resampled=CHAIN.resampled(CHAIN.compared_nm),
        scores=[PATHS.table("fibsem_scores")] if CHAIN.is_twin else [],
    output:
        block=CHAIN.block,
    group:
        "fibsem"
    resources:
        **ASK.stack(CHAIN, 1.8, 0.06),
    params:
        voxel_size_nm=CHAIN.compared_nm,
    script:
        "../scripts/fibsem_measure.py"


# What the figures of the chain need of its volumes, of which some are gone when the chain is done.
rule fibsem_views:
    input:
        **CHAIN.files_of_views(),
    output:
        views=CHAIN.file("views.npz"),
        facts=CHAIN.file("views.json"),
    group:
        "fibsem"
    resources:
        **ASK.stack(CHAIN, 3, 0.1, volumes=1),
    params:
        destripe=CHAIN.settings["destripe"]["method"],
        voxel_size_nm=CHAIN.compared_nm,
        geometry=CHAIN.settings["geometry"],
    script:
        "../scripts/fibsem_views.py"


# The chain alone: `snakemake fibsem`.
rule fibsem:
    input:
        CHAIN.block,
        CHAIN.scatter,
        expand(
            "{results}/figures/{figure}.{kind}",
            results=RESULTS,
            figure=["fig_s7", "fig_s8", "fig_fibsem"],
            kind=["svg", "png"],
        ),
    localrule: True
