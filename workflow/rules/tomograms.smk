# From a source to the image that a user looks at: rasterise or read, image, crop, filter.


def names_of(kind):
    """Return a wildcard pattern of the datasets whose source is of a kind."""
    return "|".join(d.name for d in STUDY.datasets.values() if d.source["kind"] == kind) or "-none-"


def source_of(wildcards):
    return STUDY.datasets[wildcards.dataset].source


def dataset_params(wildcards):
    """Return what a job needs to know of its dataset besides its source."""
    dataset = STUDY.datasets[wildcards.dataset]
    return {
        "shape": dataset.shape,
        "start": dataset.start,
        "voxel_size_nm": dataset.voxel_size_nm,
        "grey_window": dataset.grey_window,
    }


rule rasterise_twin:
    output:
        truth=f"{RESULTS}/truth/{{dataset}}.tif",
    params:
        dataset=dataset_params,
        electrode=lambda wildcards: source_of(wildcards)["electrode"],
        origin_um=lambda wildcards: source_of(wildcards).get("origin_um", (0, 0, 0)),
        description=lambda wildcards: STUDY.electrodes[source_of(wildcards)["electrode"]],
        seed=STUDY.seed,
    wildcard_constraints:
        dataset=names_of("twin"),
    log:
        f"{RESULTS}/logs/rasterise_twin/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/rasterise_twin/{{dataset}}.tsv"
    resources:
        mem_mb=megabytes(100),
    script:
        "../scripts/rasterise_twin.py"


rule import_geometry:
    input:
        lambda wildcards: file_of(source_of(wildcards)),
    output:
        truth=f"{RESULTS}/truth/{{dataset}}.tif",
    params:
        dataset=dataset_params,
        codes=lambda wildcards: source_of(wildcards)["codes"],
    wildcard_constraints:
        dataset=names_of("geometry"),
    log:
        f"{RESULTS}/logs/import_geometry/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/import_geometry/{{dataset}}.tsv"
    resources:
        mem_mb=megabytes(40),
    script:
        "../scripts/import_geometry.py"


rule image_truth:
    input:
        truth=f"{RESULTS}/truth/{{dataset}}.tif",
    output:
        tomogram=f"{RESULTS}/tomograms/{{dataset}}.tif",
    params:
        dataset=dataset_params,
        imaging=lambda wildcards: source_of(wildcards)["imaging"],
        seed=STUDY.seed,
    wildcard_constraints:
        dataset=f"{names_of('twin')}|{names_of('geometry')}",
    log:
        f"{RESULTS}/logs/image_truth/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/image_truth/{{dataset}}.tsv"
    resources:
        mem_mb=megabytes(60),
    script:
        "../scripts/image_truth.py"


rule import_tomogram:
    input:
        lambda wildcards: file_of(source_of(wildcards)),
    output:
        tomogram=f"{RESULTS}/tomograms/{{dataset}}.tif",
    params:
        dataset=dataset_params,
        expected_shape=lambda wildcards: source_of(wildcards).get("expected_shape"),
        expected_dtype=lambda wildcards: source_of(wildcards).get("expected_dtype"),
    wildcard_constraints:
        dataset=names_of("file"),
    log:
        f"{RESULTS}/logs/import_tomogram/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/import_tomogram/{{dataset}}.tsv"
    resources:
        # The file may be far larger than its crop.
        mem_mb=lambda wildcards, input: 400 + 3 * input.size_mb,
    script:
        "../scripts/import_tomogram.py"


rule filter_tomogram:
    input:
        tomogram=f"{RESULTS}/tomograms/{{dataset}}.tif",
    output:
        image=f"{RESULTS}/images/{{dataset}}/{{filter}}.tif",
    params:
        voxel_size_nm=lambda wildcards: STUDY.datasets[wildcards.dataset].voxel_size_nm,
        filter=lambda wildcards: STUDY.filters[wildcards.filter],
    log:
        f"{RESULTS}/logs/filter_tomogram/{{dataset}}/{{filter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/filter_tomogram/{{dataset}}/{{filter}}.tsv"
    resources:
        mem_mb=megabytes(20),
    script:
        "../scripts/filter_tomogram.py"
