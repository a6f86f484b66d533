# What a part of the protocol is worth: variants that differ in one thing.


rule compare_ablations:
    input:
        volume_fractions=f"{TABLES}/volume_fractions.csv",
        accuracy=[f"{TABLES}/accuracy.csv"] if shared_datasets_with_truth() else [],
    output:
        table=f"{TABLES}/ablation.csv",
        text=report(
            f"{TABLES}/ablation.md",
            caption="../report/ablation.rst",
            category="What follows",
            labels={"table": "ablation", "shows": "What each part of the protocol is worth"},
        ),
    log:
        f"{RESULTS}/logs/compare_ablations.log",
    benchmark:
        f"{RESULTS}/benchmarks/compare_ablations.tsv"
    group:
        "tables"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=more_each_time(600),
        runtime=more_each_time(3),
        disk_mb=more_each_time(100),
    params:
        code=code_of("compare_ablations.py"),
        ablations=STUDY.ablations,
    script:
        "../scripts/compare_ablations.py"
