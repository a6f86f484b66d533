# The tidy tables of a study, and the paper's tables made from them.


rule collect_table:
    input:
        lambda wildcards: FILES.parts_of(wildcards.table),
    output:
        PATHS.table("{table}"),
    wildcard_constraints:
        table="|".join(FILES.collected()),
    params:
        order=FILES.order(),
        listed=FILES.realisations_listed(),
    script:
        "../scripts/collect_table.py"


rule summarise_variability:
    input:
        volume_fractions=PATHS.table("volume_fractions"),
        pairwise=PATHS.table("pairwise"),
    output:
        PATHS.table("variability"),
    script:
        "../scripts/summarise_variability.py"


rule summarise_accuracy:
    input:
        PATHS.table("accuracy"),
    output:
        PATHS.table("accuracy_summary"),
    script:
        "../scripts/summarise_accuracy.py"


if STUDY.baseline:

    rule compare_with_baseline:
        input:
            volume_fractions=PATHS.table("volume_fractions"),
            block=CHAIN.block,
            scatter=CHAIN.scatter,
        output:
            PATHS.table("baseline"),
        params:
            datasets=STUDY.baseline["datasets"],
            paper_percent=STUDY.baseline.get("paper_percent"),
        script:
            "../scripts/compare_with_baseline.py"
