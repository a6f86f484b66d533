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
        tables=reported_tables,
        figures=lambda w: [f"{RESULTS}/figures/{name}.svg" for name in reported_figures()],
        packs=expand(
            "{results}/parts/slices/{image[0]}/{image[1]}.json",
            results=RESULTS,
            image=viewed_images(FIRST, VIEWED_USERS),
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
        # Figures say what was found, and are imported by their names.
        code=lambda w: [
            code_of("write_report.py"),
            *(code_of(module_files()[name]) for name in reported_figures()),
        ],
        contents=contents_of(["CITATION.cff", *PAGE.values()]),
        study=study_for_report(
            STUDY,
            FIRST,
            about_paper=about_paper(),
            viewed_users=VIEWED_USERS,
            slice_step=VIEWER_STEP,
            missing=missing(WHOLE, STUDY, NOTED) if UNFINISHED else [],
        ),
        figures=lambda w: [jobs.figure_for_report(name, FIRST) for name in reported_figures()],
        # Written when a run starts; no rule makes it.
        rule_graph=f"{RESULTS}/parts/rule_graph.csv",
        benchmarks=f"{RESULTS}/benchmarks",
        logs=f"{RESULTS}/logs",
    script:
        "../scripts/write_report.py"
