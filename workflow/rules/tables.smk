# The tidy tables of a study, and the paper's tables made from them.


# One rule for all tables whose parts come from the same jobs.
for kind, names in FILES.collected().items():

    rule:
        name:
            f"collect_{kind}"
        input:
            **{name: FILES.parts_of(name) for name in names},
        output:
            **{name: PATHS.table(name) for name in names},
        params:
            order=FILES.order(),
            listed=FILES.realisations_listed(),
        script:
            "../scripts/collect_tables.py"


rule collect_truths:
    input:
        **{name: FILES.parts_of(name) for name in OF_TRUTH},
    output:
        **{name: PATHS.table(name) for name in OF_TRUTH},
    params:
        order=FILES.order(),
        listed=None,
    script:
        "../scripts/collect_tables.py"


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
