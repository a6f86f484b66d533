# The tidy tables of a study, and the paper's tables made from them.


rule collect_table:
    input:
        parts_of,
    output:
        f"{TABLES}/{{table}}.csv",
    log:
        f"{RESULTS}/logs/collect_table/{{table}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/collect_table/{{table}}.tsv"
    wildcard_constraints:
        table="|".join(BY_CELL + BY_IMAGE),
    group:
        "tables"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=more_each_time(600),
        runtime=more_each_time(3),
        disk_mb=more_each_time(100),
    params:
        code=code_of("collect_table.py"),
        order={
            "dataset": list(STUDY.datasets),
            "filter": list(STUDY.filters),
            "variant": list(STUDY.variants),
            "user": list(STUDY.users),
        },
        listed=realisations_listed(),
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
    benchmark:
        f"{RESULTS}/benchmarks/summarise_variability.tsv"
    group:
        "tables"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=more_each_time(600),
        runtime=more_each_time(3),
        disk_mb=more_each_time(100),
    params:
        code=code_of("summarise_variability.py"),
    script:
        "../scripts/summarise_variability.py"


rule summarise_accuracy:
    input:
        f"{TABLES}/accuracy.csv",
    output:
        f"{TABLES}/accuracy_summary.csv",
    log:
        f"{RESULTS}/logs/summarise_accuracy.log",
    benchmark:
        f"{RESULTS}/benchmarks/summarise_accuracy.tsv"
    group:
        "tables"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=more_each_time(600),
        runtime=more_each_time(3),
        disk_mb=more_each_time(100),
    params:
        code=code_of("summarise_accuracy.py"),
    script:
        "../scripts/summarise_accuracy.py"


rule compare_with_baseline:
    input:
        volume_fractions=f"{TABLES}/volume_fractions.csv",
        block=f"{RESULTS}/baseline/block.csv",
        scatter=f"{RESULTS}/baseline/scatter.csv",
    output:
        f"{TABLES}/baseline.csv",
    log:
        f"{RESULTS}/logs/compare_with_baseline.log",
    benchmark:
        f"{RESULTS}/benchmarks/compare_with_baseline.tsv"
    group:
        "tables"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=more_each_time(600),
        runtime=more_each_time(3),
        disk_mb=more_each_time(100),
    params:
        code=code_of("compare_with_baseline.py"),
        datasets=BASELINE["datasets"],
        paper_percent=BASELINE.get("paper_percent"),
    script:
        "../scripts/compare_with_baseline.py"
