# The figures, drawn from tables and volumes, and the paper's tables.


rule draw_figure:
    input:
        unpack(SHOWN.files_of_figure),
    output:
        svg=report(
            PATHS.figure("{figure}", "svg"),
            caption="../report/figure.rst",
            category=lambda wildcards: SHOWN.figure(wildcards).category,
            labels=lambda wildcards: {
                "figure": wildcards.figure,
                "shows": SHOWN.figure(wildcards).title,
            },
        ),
        png=PATHS.figure("{figure}", "png"),
    resources:
        mem_mb=SHOWN.figure_megabytes,
    params:
        **({"style": config["figure_style"]} if "figure_style" in config else {}),
        code=SHOWN.figure_code,
        shown=SHOWN.figure_settings,
        phases=config.get("phases"),
        # Only where the config says so: a parameter that nobody set must not draw figures again.
        caption=lambda wildcards: SHOWN.figure(wildcards).caption.strip(),
        origins=SHOWN.figure_origins,
    script:
        "../scripts/draw_figure.py"


# What the truths look like, for the figures that compare geometries.


rule measure_geometry:
    input:
        truth=PATHS.truth,
    output:
        geometry=PATHS.part("geometry/{dataset}"),
        particles=PATHS.part("particles/{dataset}"),
    group:
        ASK.submission("{dataset}")
    resources:
        **ASK.job(35, 1),
    params:
        voxel_size_nm=INPUTS.voxel_size_nm,
        with_particles=INPUTS.has_separable_particles,
    script:
        "../scripts/measure_geometry.py"


# The paper's tables: S1 and S2 where the study has what they show.


rule draw_tables:
    input:
        variability=PATHS.table("variability"),
    output:
        SHOWN.paper_tables,
    params:
        **SHOWN.paper_table_settings(),
        phases=config.get("phases"),
    script:
        "../scripts/draw_tables.py"
