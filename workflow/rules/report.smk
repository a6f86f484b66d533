# The report: one HTML page with the answer, the figures and their data, and a viewer of slices.


rule pack_slices:
    input:
        image=PATHS.image,
        segmentations=SHOWN.viewed_segmentations,
        drawings=SHOWN.viewed_drawings,
        truth=INPUTS.truth,
        mask=INPUTS.mask,
    output:
        PATHS.slices,
    group:
        ASK.submission("{dataset}.{filter}", of_labels=True)
    resources:
        **ASK.job(5, 1, volumes=2),
    params:
        cells=SHOWN.viewed_cells,
        phases=config.get("phases"),
        step=SHOWN.slice_step,
    script:
        "../scripts/pack_slices.py"


rule write_report:
    input:
        tables=SHOWN.reported_tables,
        figures=SHOWN.reported_figure_files,
        packs=SHOWN.packs(),
        warnings=FILES.warnings(),
        citation=CHECKOUT.file("CITATION.cff"),
        page=CHECKOUT.file(SHOWN.page),
        parts=[CHECKOUT.file(path) for path in PARTS],
        style=CHECKOUT.file(PAGE["style"]),
        scripts=[CHECKOUT.file(PAGE["script"]), CHECKOUT.file(PAGE["viewer"])],
    output:
        report=PATHS.report,
        # The paragraph on methods that the report shows, by itself.
        methods=PATHS.methods,
    resources:
        mem_mb=more_each_time(900),
        disk_mb=more_each_time(200),
    params:
        code=SHOWN.report_code,
        contents=CHECKOUT.contents_of(["CITATION.cff", SHOWN.page, *PAGE.values(), *PARTS]),
        study=SHOWN.report_study(),
        figures=SHOWN.report_figures,
        # Written when a run starts; no rule makes it.
        rule_graph=PATHS.rule_graph,
        benchmarks=f"{RESULTS}/benchmarks",
        logs=f"{RESULTS}/logs",
    script:
        "../scripts/write_report.py"


rule write_workbook:
    input:
        SHOWN.reported_tables,
    output:
        PATHS.workbook,
    resources:
        mem_mb=more_each_time(900),
    params:
        about=[
            f"All tables of the study {STUDY.name}, one sheet each.",
            "docs/results.md explains them; figures and methods are in report.html.",
        ],
    script:
        "../scripts/write_workbook.py"
