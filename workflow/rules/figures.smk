# The figures and the paper's tables, a rule each, drawn from tables and volumes.


include: "shown.smk"


# One rule a figure, draw_fig1 and so on, each with its own script.
for figure in FIGURES:

    rule:
        name:
            f"draw_{figure}"
        input:
            unpack(files_of_figure(figure)),
        output:
            svg=report(
                f"{RESULTS}/figures/{figure}.svg",
                caption=f"../report/{figure}.rst",
                category=FIGURES[figure].category,
                labels={"figure": figure, "shows": FIGURES[figure].title},
            ),
            png=f"{RESULTS}/figures/{figure}.png",
        log:
            f"{RESULTS}/logs/draw_{figure}.log",
        benchmark:
            f"{RESULTS}/benchmarks/draw_{figure}.tsv"
        group:
            "tables"
        conda:
            "../../envs/manyeyes.yaml"
        resources:
            mem_mb=figure_megabytes(figure),
            runtime=more_each_time(3),
            disk_mb=more_each_time(100),
        params:
            code=code_of(f"draw_{figure}.py"),
            script=f"draw_{figure}.py",
            shown=shown_in_figure(figure),
            origins=origins_in_figure(figure),
        script:
            # Read when the job runs, long after the loop: the name comes from the rule's own params.
            "../scripts/{params.script}"


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
        with_particles=lambda wildcards: (
            paper.family(STUDY.datasets[wildcards.dataset].material) not in paper.PLATELETS
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
        used=datasets_by_variant(),
        open=datasets_shown("fig5"),
        in_house=datasets_shown("fig8"),
    script:
        "../scripts/draw_tables.py"
