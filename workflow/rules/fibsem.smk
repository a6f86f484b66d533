# The FIB-SEM baseline, from the raw slice-and-view stack to a volume fraction; one step a rule.
# Stacks are passed on as 8-bit TIFFs whose voxels are as large as the geometry says.


if FIBSEM_TWIN:

    rule fibsem_acquire:
        output:
            raw=f"{STACK}/raw.tif",
            seen=f"{STACK}/seen.tif",
            curtains=f"{STACK}/curtains.tif",
            record=f"{STACK}/record.csv",
            layout=f"{STACK}/layout.json",
            repairs=f"{STACK}/repairs.csv",
        log:
            f"{RESULTS}/logs/fibsem_acquire.log",
        benchmark:
            f"{RESULTS}/benchmarks/fibsem_acquire.tsv"
        group:
            "fibsem"
        conda:
            "../../envs/manyeyes.yaml"
        resources:
            mem_mb=stack_megabytes(2.2, WITH_PARTICLES_MB),
            runtime=stack_minutes(0.35),
            disk_mb=stack_volumes(2),
        params:
            code=code_of("fibsem_acquire.py"),
            source=FIBSEM_SOURCE,
            description=STUDY.electrodes.get(FIBSEM_SOURCE.get("electrode")),
            seed=STUDY.seed,
            geometry=FIBSEM["geometry"],
        script:
            "../scripts/fibsem_acquire.py"

else:

    rule fibsem_import:
        input:
            file_of(FIBSEM_SOURCE),
        output:
            raw=f"{STACK}/raw.tif",
            layout=f"{STACK}/layout.json",
            repairs=f"{STACK}/repairs.csv",
        log:
            f"{RESULTS}/logs/fibsem_import.log",
        benchmark:
            f"{RESULTS}/benchmarks/fibsem_import.tsv"
        group:
            "fibsem"
        conda:
            "../../envs/manyeyes.yaml"
        resources:
            mem_mb=stack_megabytes(8),
            runtime=stack_minutes(0.3),
            disk_mb=stack_volumes(1),
        params:
            code=code_of("fibsem_import.py", reads=[file_of(FIBSEM_SOURCE)]),
            source=FIBSEM_SOURCE,
            geometry=FIBSEM["geometry"],
        script:
            "../scripts/fibsem_import.py"


rule fibsem_align:
    input:
        raw=f"{STACK}/raw.tif",
        layout=f"{STACK}/layout.json",
    output:
        fields=f"{STACK}/fields.csv",
    log:
        f"{RESULTS}/logs/fibsem_align.log",
    benchmark:
        f"{RESULTS}/benchmarks/fibsem_align.tsv"
    group:
        "fibsem"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=stack_megabytes(2),
        runtime=stack_minutes(0.06),
        disk_mb=more_each_time(10),
    params:
        code=code_of("fibsem_align.py"),
        settings=FIBSEM["align"],
        destripe=FIBSEM["destripe"],
        geometry=FIBSEM["geometry"],
    script:
        "../scripts/fibsem_align.py"


rule fibsem_correct_shear:
    input:
        fields=f"{STACK}/fields.csv",
    output:
        places=f"{STACK}/places.csv",
        motion=f"{STACK}/motion.json",
    log:
        f"{RESULTS}/logs/fibsem_correct_shear.log",
    benchmark:
        f"{RESULTS}/benchmarks/fibsem_correct_shear.tsv"
    group:
        "fibsem"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=more_each_time(AT_LEAST_MB),
        runtime=more_each_time(2),
        disk_mb=more_each_time(10),
    params:
        code=code_of("fibsem_correct_shear.py"),
        geometry=FIBSEM["geometry"],
    script:
        "../scripts/fibsem_correct_shear.py"


rule fibsem_crop:
    input:
        raw=f"{STACK}/raw.tif",
        places=f"{STACK}/places.csv",
        layout=f"{STACK}/layout.json",
    output:
        cropped=temp(f"{STACK}/cropped.tif"),
        crop=f"{STACK}/crop.json",
    log:
        f"{RESULTS}/logs/fibsem_crop.log",
    benchmark:
        f"{RESULTS}/benchmarks/fibsem_crop.tsv"
    group:
        "fibsem"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=stack_megabytes(2),
        runtime=stack_minutes(0.1),
        disk_mb=stack_volumes(1),
    params:
        code=code_of("fibsem_crop.py"),
        settings=FIBSEM["crop"],
        geometry=FIBSEM["geometry"],
    script:
        "../scripts/fibsem_crop.py"


rule fibsem_destripe:
    input:
        cropped=f"{STACK}/cropped.tif",
    output:
        destriped=temp(f"{STACK}/destriped.tif"),
    log:
        f"{RESULTS}/logs/fibsem_destripe.log",
    benchmark:
        f"{RESULTS}/benchmarks/fibsem_destripe.tsv"
    group:
        "fibsem"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=stack_megabytes(1.2),
        runtime=stack_minutes(0.06),
        disk_mb=stack_volumes(1),
    params:
        code=code_of("fibsem_destripe.py"),
        settings=FIBSEM["destripe"],
        geometry=FIBSEM["geometry"],
    script:
        "../scripts/fibsem_destripe.py"


rule fibsem_denoise:
    input:
        destriped=f"{STACK}/destriped.tif",
    output:
        denoised=f"{STACK}/denoised.tif",
    log:
        f"{RESULTS}/logs/fibsem_denoise.log",
    benchmark:
        f"{RESULTS}/benchmarks/fibsem_denoise.tsv"
    group:
        "fibsem"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=stack_megabytes(1),
        runtime=stack_minutes(0.06),
        disk_mb=stack_volumes(1),
    params:
        code=code_of("fibsem_denoise.py"),
        settings=FIBSEM["denoise"],
        geometry=FIBSEM["geometry"],
    script:
        "../scripts/fibsem_denoise.py"


rule fibsem_segment:
    input:
        denoised=f"{STACK}/denoised.tif",
    output:
        labels=f"{STACK}/labels.tif",
    log:
        f"{RESULTS}/logs/fibsem_segment.log",
    benchmark:
        f"{RESULTS}/benchmarks/fibsem_segment.tsv"
    group:
        "fibsem"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=stack_megabytes(1.5),
        runtime=stack_minutes(0.15),
        disk_mb=stack_volumes(1),
    params:
        code=code_of("fibsem_segment.py"),
        settings=FIBSEM["watershed"],
        geometry=FIBSEM["geometry"],
    script:
        "../scripts/fibsem_segment.py"


rule fibsem_fill:
    input:
        labels=f"{STACK}/labels.tif",
    output:
        filled=f"{STACK}/filled.tif",
    log:
        f"{RESULTS}/logs/fibsem_fill.log",
    benchmark:
        f"{RESULTS}/benchmarks/fibsem_fill.tsv"
    group:
        "fibsem"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=stack_megabytes(4.5),
        runtime=stack_minutes(0.06),
        disk_mb=stack_volumes(1),
    params:
        code=code_of("fibsem_fill.py"),
        geometry=FIBSEM["geometry"],
    script:
        "../scripts/fibsem_fill.py"


rule fibsem_resample:
    input:
        filled=f"{STACK}/filled.tif",
    output:
        resampled=f"{STACK}/filled_{{nm}}nm.tif",
    log:
        f"{RESULTS}/logs/fibsem_resample/{{nm}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/fibsem_resample/{{nm}}.tsv"
    wildcard_constraints:
        nm="|".join(f"{size:g}" for size in FIBSEM["resample_nm"]),
    group:
        "fibsem"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=stack_megabytes(1),
        runtime=stack_minutes(0.06),
        disk_mb=final_volumes(1),
    params:
        code=code_of("fibsem_resample.py"),
        crop=FIBSEM["crop"],
        geometry=FIBSEM["geometry"],
    script:
        "../scripts/fibsem_resample.py"


rule fibsem_scatter:
    input:
        labels=f"{STACK}/filled_{FIBSEM_COMPARED_NM:g}nm.tif",
    output:
        scatter=f"{RESULTS}/baseline/scatter.csv",
    log:
        f"{RESULTS}/logs/fibsem_scatter.log",
    benchmark:
        f"{RESULTS}/benchmarks/fibsem_scatter.tsv"
    group:
        "fibsem"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=final_megabytes(0.9, WITH_PARTICLES_MB),
        runtime=stack_minutes(0.1),
        disk_mb=more_each_time(10),
    params:
        code=code_of("fibsem_scatter.py"),
        blocks=compared_crops(),
        slicing_axis=FIBSEM_SOURCE.get("slicing_axis", "z"),
        voxel_size_nm=FIBSEM_COMPARED_NM,
        electrode=FIBSEM_SOURCE.get("electrode"),
        description=STUDY.electrodes.get(FIBSEM_SOURCE.get("electrode")),
        seed=STUDY.seed,
    script:
        "../scripts/fibsem_scatter.py"


if FIBSEM_TWIN:

    rule fibsem_score:
        input:
            raw=f"{STACK}/raw.tif",
            curtains=f"{STACK}/curtains.tif",
            record=f"{STACK}/record.csv",
            layout=f"{STACK}/layout.json",
            places=f"{STACK}/places.csv",
            crop=f"{STACK}/crop.json",
            destriped=f"{STACK}/destriped.tif",
            denoised=f"{STACK}/denoised.tif",
            labels=f"{STACK}/labels.tif",
            filled=f"{STACK}/filled.tif",
            resampled=[f"{STACK}/filled_{size:g}nm.tif" for size in FIBSEM["resample_nm"]],
        output:
            scores=f"{TABLES}/fibsem_scores.csv",
            stack_truth=f"{STACK}/truth.tif",
            truth=f"{RESULTS}/baseline/truth.tif",
        log:
            f"{RESULTS}/logs/fibsem_score.log",
        benchmark:
            f"{RESULTS}/benchmarks/fibsem_score.tsv"
        group:
            "fibsem"
        conda:
            "../../envs/manyeyes.yaml"
        resources:
            mem_mb=stack_megabytes(4.8, WITH_PARTICLES_MB),
            runtime=stack_minutes(0.75),
            disk_mb=stack_volumes(1),
        params:
            code=code_of("fibsem_score.py"),
            source=FIBSEM_SOURCE,
            description=STUDY.electrodes.get(FIBSEM_SOURCE.get("electrode")),
            seed=STUDY.seed,
            destripe=FIBSEM["destripe"],
            resample_nm=FIBSEM["resample_nm"],
            geometry=FIBSEM["geometry"],
        script:
            "../scripts/fibsem_score.py"


rule fibsem_measure:
    input:
        labels=f"{STACK}/labels.tif",
        filled=f"{STACK}/filled.tif",
        resampled=f"{STACK}/filled_{FIBSEM_COMPARED_NM:g}nm.tif",
        scores=[f"{TABLES}/fibsem_scores.csv"] if FIBSEM_TWIN else [],
    output:
        block=f"{RESULTS}/baseline/block.csv",
    log:
        f"{RESULTS}/logs/fibsem_measure.log",
    benchmark:
        f"{RESULTS}/benchmarks/fibsem_measure.tsv"
    group:
        "fibsem"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=stack_megabytes(1.8),
        runtime=stack_minutes(0.06),
        disk_mb=more_each_time(10),
    params:
        code=code_of("fibsem_measure.py"),
        voxel_size_nm=FIBSEM_COMPARED_NM,
    script:
        "../scripts/fibsem_measure.py"


# What the figures of the chain need of its volumes, of which some are gone when the chain is done.
rule fibsem_views:
    input:
        unpack(volumes_of_views),
    output:
        views=f"{STACK}/views.npz",
        told=f"{STACK}/views.json",
    log:
        f"{RESULTS}/logs/fibsem_views.log",
    benchmark:
        f"{RESULTS}/benchmarks/fibsem_views.tsv"
    group:
        "fibsem"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=stack_megabytes(3),
        runtime=stack_minutes(0.1),
        disk_mb=stack_volumes(1),
    params:
        code=code_of("fibsem_views.py"),
        destripe=FIBSEM["destripe"]["method"],
        voxel_size_nm=FIBSEM_COMPARED_NM,
        geometry=FIBSEM["geometry"],
    script:
        "../scripts/fibsem_views.py"


localrules:
    fibsem,


# The chain alone: `snakemake fibsem`.
rule fibsem:
    input:
        f"{RESULTS}/baseline/block.csv",
        f"{RESULTS}/baseline/scatter.csv",
        expand(
            "{results}/figures/{figure}.{kind}",
            results=RESULTS,
            figure=["fig_s7", "fig_s8", "fig_fibsem"],
            kind=["svg", "png"],
        ),
