# The tidy tables of a study, and the paper's tables made from them.

TABLES = f"{RESULTS}/tables"
BY_CELL = ["volume_fractions", "accuracy", "morphology"]
BY_IMAGE = ["pairwise", "image_quality"]


def parts_of(wildcards):
    """Return the parts of a table in the order of the config."""
    folder = f"{RESULTS}/parts/{wildcards.table}"
    if wildcards.table in BY_IMAGE:
        return [f"{folder}/{dataset}/{filter_}.csv" for dataset, filter_ in STUDY.images()]
    parts = [
        f"{folder}/{block.name}/{dataset}/{filter_}/{user}.csv"
        for block in STUDY.blocks
        for dataset in block.datasets
        for filter_ in block.filters
        for user in block.users
    ]
    return parts


def tables_of_study():
    """Return every table that this study can fill."""
    names = [*BY_CELL, *BY_IMAGE, "variability", "accuracy_summary"]
    names += ["baseline"] if STUDY.baseline else []
    return expand("{tables}/{name}.csv", tables=TABLES, name=names)


rule collect_table:
    input:
        parts_of,
    output:
        f"{TABLES}/{{table}}.csv",
    params:
        order={
            "dataset": list(STUDY.datasets),
            "filter": list(STUDY.filters),
            "variant": list(STUDY.variants),
            "user": list(STUDY.users),
        },
    wildcard_constraints:
        table="|".join(BY_CELL + BY_IMAGE),
    log:
        f"{RESULTS}/logs/collect_table/{{table}}.log",
    resources:
        mem_mb=500,
    script:
        "../scripts/collect_table.py"


rule summarise_variability:
    input:
        volume_fractions=f"{TABLES}/volume_fractions.csv",
        pairwise=f"{TABLES}/pairwise.csv",
    output:
        f"{TABLES}/variability.csv",
    log:
        f"{RESULTS}/logs/summarise_variability.log",
    resources:
        mem_mb=500,
    script:
        "../scripts/summarise_variability.py"


rule summarise_accuracy:
    input:
        f"{TABLES}/accuracy.csv",
    output:
        f"{TABLES}/accuracy_summary.csv",
    log:
        f"{RESULTS}/logs/summarise_accuracy.log",
    resources:
        mem_mb=500,
    script:
        "../scripts/summarise_accuracy.py"


rule compare_with_baseline:
    input:
        volume_fractions=f"{TABLES}/volume_fractions.csv",
        block=f"{RESULTS}/baseline/block.csv",
    output:
        f"{TABLES}/baseline.csv",
    params:
        datasets=BASELINE["datasets"],
        paper_percent=BASELINE.get("paper_percent"),
    log:
        f"{RESULTS}/logs/compare_with_baseline.log",
    resources:
        mem_mb=500,
    script:
        "../scripts/compare_with_baseline.py"
