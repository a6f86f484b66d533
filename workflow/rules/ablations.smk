# What a part of the protocol is worth: variants that differ in one thing.


rule compare_ablations:
    input:
        volume_fractions=PATHS.table("volume_fractions"),
        accuracy=[PATHS.table("accuracy")] if FILES.shared_datasets_with_truth() else [],
    output:
        table=PATHS.table("ablation"),
        text=report(
            PATHS.table("ablation", "md"),
            caption="../report/ablation.rst",
            category="What follows",
            labels={"table": "ablation", "shows": "What each part of the protocol is worth"},
        ),
    params:
        ablations=STUDY.ablations,
    script:
        "../scripts/compare_ablations.py"
