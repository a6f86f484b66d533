# The report: one HTML page with the answer, the figures and their data, and a viewer of slices.


include: "reported.smk"


rule pack_slices:
    input:
        image=f"{RESULTS}/images/{{dataset}}/{{filter}}.tif",
        segmentations=lambda wildcards: [segmentation_of(c) for c in viewed_cells(wildcards)],
        drawings=lambda wildcards: [
            drawing_of(cell)
            for cell in drawn_by_hand(wildcards)
            if cell in set(viewed_cells(wildcards))
        ],
        truth=truth_of,
        mask=mask_of,
    output:
        f"{RESULTS}/parts/slices/{{dataset}}/{{filter}}.json",
    log:
        f"{RESULTS}/logs/pack_slices/{{dataset}}/{{filter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/pack_slices/{{dataset}}/{{filter}}.tsv"
    group:
        submission("{dataset}.{filter}")
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=megabytes(5),
        runtime=minutes(1),
        disk_mb=volumes(2),
    params:
        code=code_of("pack_slices.py"),
        cells=lambda wildcards: [(c.variant, c.user) for c in viewed_cells(wildcards)],
        step=VIEWER_STEP,
    script:
        "../scripts/pack_slices.py"


rule write_report:
    input:
        tables=reported_tables(),
        figures=[f"{RESULTS}/figures/{figure['name']}.svg" for figure in reported_figures()],
        captions=[ours(path) for path in reported_captions()],
        packs=expand(
            "{results}/parts/slices/{image[0]}/{image[1]}.json",
            results=RESULTS,
            image=viewed_images(),
        ),
        warnings=files_of_warnings(),
        citation=ours("CITATION.cff"),
        page=ours(PAGE["page"]),
        style=ours(PAGE["style"]),
        scripts=[ours(PAGE["script"]), ours(PAGE["viewer"])],
    output:
        f"{RESULTS}/report.html",
    log:
        f"{RESULTS}/logs/write_report.log",
    benchmark:
        f"{RESULTS}/benchmarks/write_report.tsv"
    group:
        "tables"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=more_each_time(900),
        runtime=more_each_time(3),
        disk_mb=more_each_time(200),
    params:
        code=code_of("write_report.py"),
        contents=contents_of([*reported_captions(), "CITATION.cff", *PAGE.values()]),
        study=reported_study(),
        figures=reported_figures(),
        benchmarks=f"{RESULTS}/benchmarks",
        logs=f"{RESULTS}/logs",
        rule_graph=f"{RESULTS}/parts/rule_graph.csv",
    script:
        "../scripts/write_report.py"
