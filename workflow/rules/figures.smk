# The figures, drawn from tables and volumes, and the paper's tables.


include: "shown.smk"


rule draw_figure:
    input:
        unpack(lambda w: jobs.files_of_figure(w.figure, FIRST, MASKED, FILES_SHOWN)),
    output:
        svg=report(
            f"{RESULTS}/figures/{{figure}}.svg",
            caption="../report/figure.rst",
            category=lambda w: figure_called(w.figure).category,
            labels=lambda w: {"figure": w.figure, "shows": figure_called(w.figure).title},
        ),
        png=f"{RESULTS}/figures/{{figure}}.png",
    log:
        f"{RESULTS}/logs/draw_figure/{{figure}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/draw_figure/{{figure}}.tsv"
    wildcard_constraints:
        figure="|".join(module_files()),
    group:
        "tables"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=lambda w, attempt: ceil(
            attempt * jobs.megabytes_of_figure(w.figure, FIRST, block_megavoxels())
        ),
        runtime=more_each_time(3),
        disk_mb=more_each_time(100),
    params:
        # The figure's own module is found by its name, so no import tells of it.
        code=lambda w: [code_of("draw_figure.py"), code_of(module_files()[w.figure])],
        shown=lambda w: jobs.parameters_of_figure(w.figure, FIRST, MASKED),
        caption=lambda w: figure_called(w.figure).caption.strip(),
        origins=lambda w: jobs.sentences_on_origins(w.figure, FIRST),
    script:
        "../scripts/draw_figure.py"


# What the truths look like, for the figures that compare geometries.


rule measure_geometry:
    input:
        truth=f"{RESULTS}/truth/{{dataset}}.tif",
    output:
        geometry=f"{RESULTS}/parts/geometry/{{dataset}}.csv",
        particles=f"{RESULTS}/parts/particles/{{dataset}}.csv",
    log:
        f"{RESULTS}/logs/measure_geometry/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/measure_geometry/{{dataset}}.tsv"
    group:
        submission("{dataset}")
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=megabytes(35),
        runtime=minutes(1),
        disk_mb=more_each_time(10),
    params:
        code=code_of("measure_geometry.py"),
        voxel_size_nm=lambda wildcards: STUDY.datasets[wildcards.dataset].voxel_size_nm,
        with_particles=lambda wildcards: has_separable_particles(
            STUDY.datasets[wildcards.dataset].material
        ),
    script:
        "../scripts/measure_geometry.py"


# The paper's tables: S1 and S2 where the study has what they show.


rule draw_tables:
    input:
        variability=f"{TABLES}/variability.csv",
    output:
        PAPER_TABLES,
    log:
        f"{RESULTS}/logs/draw_tables.log",
    benchmark:
        f"{RESULTS}/benchmarks/draw_tables.tsv"
    group:
        "tables"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=more_each_time(600),
        runtime=more_each_time(3),
        disk_mb=more_each_time(100),
    params:
        code=code_of("draw_tables.py"),
        datasets={
            name: {
                "material": d.material,
                "voxel_size_nm": d.voxel_size_nm,
                "origin": d.origin,
                "shape": d.shape,
            }
            for name, d in FIRST.datasets.items()
        },
        variants=STUDY.variants,
        used=choosing.datasets_by_variant(FIRST),
        rows={
            name: [list(rows.datasets), list(rows.variants), list(rows.filters)]
            for name, rows in choosing.rows_of_tables(FIRST).items()
        },
    script:
        "../scripts/draw_tables.py"
