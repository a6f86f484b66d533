# From a source to the image that a user looks at: rasterise or read, image, crop, filter.


rule rasterise_twin:
    output:
        truth=f"{RESULTS}/truth/{{dataset}}.tif",
    log:
        f"{RESULTS}/logs/rasterise_twin/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/rasterise_twin/{{dataset}}.tsv"
    wildcard_constraints:
        dataset=names_of("twin"),
    group:
        submission("{dataset}")
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=of_dataset(WITH_PARTICLES_MB, 5),
        runtime=minutes(1),
        disk_mb=volumes(1),
    params:
        code=code_of("rasterise_twin.py"),
        dataset=dataset_params,
        electrode=lambda wildcards: STUDY.datasets[wildcards.dataset].electrode,
        origin_um=lambda wildcards: source_of(wildcards).get("origin_um", (0, 0, 0)),
        description=lambda wildcards: STUDY.electrodes[source_of(wildcards)["electrode"]],
        seed=STUDY.seed,
    script:
        "../scripts/rasterise_twin.py"


rule import_geometry:
    input:
        lambda wildcards: file_of(source_of(wildcards)),
    output:
        truth=f"{RESULTS}/truth/{{dataset}}.tif",
    log:
        f"{RESULTS}/logs/import_geometry/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/import_geometry/{{dataset}}.tsv"
    wildcard_constraints:
        dataset=names_of("geometry"),
    group:
        submission("{dataset}")
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=megabytes(40),
        runtime=minutes(1),
        disk_mb=volumes(1),
    params:
        code=lambda wildcards: code_of("import_geometry.py", reads=file_of_dataset(wildcards)),
        dataset=dataset_params,
        codes=lambda wildcards: source_of(wildcards)["codes"],
        ignores_voxel_size=lambda wildcards: STUDY.datasets[wildcards.dataset].ignores_voxel_size,
    script:
        "../scripts/import_geometry.py"


rule image_truth:
    input:
        truth=f"{RESULTS}/truth/{{dataset}}.tif",
    output:
        tomogram=f"{RESULTS}/tomograms/{{dataset}}.tif",
    log:
        f"{RESULTS}/logs/image_truth/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/image_truth/{{dataset}}.tsv"
    wildcard_constraints:
        dataset=f"{names_of('twin')}|{names_of('geometry')}",
    group:
        submission("{dataset}")
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=megabytes(15),
        runtime=minutes(0.5),
        disk_mb=volumes(1),
    params:
        code=code_of("image_truth.py"),
        dataset=dataset_params,
        imaging=lambda wildcards: source_of(wildcards)["imaging"],
        seed=STUDY.seed,
    script:
        "../scripts/image_truth.py"


rule import_mask:
    input:
        source=lambda wildcards: file_of(source_of(wildcards)),
        mask=mask_file_of,
    output:
        mask=MASK,
    log:
        f"{RESULTS}/logs/import_mask/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/import_mask/{{dataset}}.tsv"
    wildcard_constraints:
        dataset="|".join(MASKED) or "-none-",
    group:
        submission("{dataset}")
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        # Source and mask may be far larger than the crop.
        mem_mb=lambda wildcards, input, attempt: int((600 + 6 * input.size_mb) * attempt),
        runtime=minutes(1),
        disk_mb=volumes(1),
    params:
        code=lambda wildcards: code_of(
            "import_mask.py", reads=[*file_of_dataset(wildcards), *mask_file_of(wildcards)]
        ),
        dataset=dataset_params,
    script:
        "../scripts/import_mask.py"


rule import_tomogram:
    input:
        source=lambda wildcards: file_of(source_of(wildcards)),
        mask=mask_of,
    output:
        tomogram=f"{RESULTS}/tomograms/{{dataset}}.tif",
    log:
        f"{RESULTS}/logs/import_tomogram/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/import_tomogram/{{dataset}}.tsv"
    wildcard_constraints:
        dataset=names_of("file"),
    group:
        submission("{dataset}")
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        # The file may be far larger than its crop.
        mem_mb=lambda wildcards, input, attempt: int((600 + 3 * input.size_mb) * attempt),
        runtime=minutes(1),
        disk_mb=volumes(1),
    params:
        code=lambda wildcards: code_of("import_tomogram.py", reads=file_of_dataset(wildcards)),
        dataset=dataset_params,
        expected_shape=lambda wildcards: source_of(wildcards).get("expected_shape"),
        expected_dtype=lambda wildcards: source_of(wildcards).get("expected_dtype"),
        ignores_voxel_size=lambda wildcards: STUDY.datasets[wildcards.dataset].ignores_voxel_size,
    script:
        "../scripts/import_tomogram.py"


rule filter_tomogram:
    input:
        tomogram=f"{RESULTS}/tomograms/{{dataset}}.tif",
        mask=mask_of,
    output:
        image=f"{RESULTS}/images/{{dataset}}/{{filter}}.tif",
    log:
        f"{RESULTS}/logs/filter_tomogram/{{dataset}}/{{filter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/filter_tomogram/{{dataset}}/{{filter}}.tsv"
    group:
        submission("{dataset}")
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=megabytes(5),
        runtime=minutes(0.5),
        disk_mb=volumes(1),
    params:
        code=code_of("filter_tomogram.py"),
        voxel_size_nm=lambda wildcards: STUDY.datasets[wildcards.dataset].voxel_size_nm,
        filter=lambda wildcards: STUDY.filters[wildcards.filter],
    script:
        "../scripts/filter_tomogram.py"
