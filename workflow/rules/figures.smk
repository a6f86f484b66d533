# The figures and the paper's tables, a rule each, drawn from tables and volumes. Which figures there
# are, and what of a study each one shows, is told by manyeyes/figures/needs.py.

from manyeyes.figures import paper
from manyeyes.figures.needs import FIGURES, figures_of, needs_of
from manyeyes.figures.words import origin_sentence


def needs_in_study(figure):
    """Return what a figure shows of this study, or stop with what the study lacks for it."""
    try:
        return needs_of(figure, STUDY)
    except ValueError as error:
        raise WorkflowError(f"figures: {error}")


def figures_of_study():
    """Return the files of all figures that the config asks for, or that the study can draw."""
    wanted = figures_of(STUDY) if STUDY.figures is None else STUDY.figures
    for figure in wanted:
        needs_in_study(figure)
    return [
        f"{RESULTS}/figures/{figure}.{kind}" for figure in wanted for kind in ("svg", "png")
    ] + PAPER_TABLES


def files_of_figure(figure):
    """Return an input function: the tables and volumes that a figure is drawn from."""

    def files(wildcards):
        needs = needs_in_study(figure)
        found = {table: f"{TABLES}/{table}.csv" for table in FIGURES[figure].tables}
        volumes = {
            "images": [f"{RESULTS}/images/{d}/{f}.tif" for d, f in needs.images],
            "segmentations": [segmentation_of(cell) for cell in needs.cells],
            "truths": [f"{RESULTS}/truth/{dataset}.tif" for dataset in needs.truths],
        }
        return found | {name: paths for name, paths in volumes.items() if paths}

    return files


def shown_in_figure(figure):
    """Return a params function: what a figure has to know of the study, and no more."""

    def shown(wildcards):
        needs = needs_in_study(figure)
        datasets = {name: STUDY.datasets[name] for name in needs.datasets}
        told = {
            "origins": {name: d.origin for name, d in datasets.items()},
            "images": list(needs.images),
            "cells": [(c.dataset, c.filter, c.variant, c.user) for c in needs.cells],
            "truths": list(needs.truths),
        }
        if needs.cells or needs.truths:
            told["voxel_sizes_nm"] = {name: d.voxel_size_nm for name, d in datasets.items()}
        if figure == "fig_s1":
            told["draws_seeds"] = any(cell.variant in paper.COVERAGES for cell in STUDY.cells())
        if figure == "fig_twins":
            told["targets"] = {name: target_of(d) for name, d in datasets.items()}
            told["nmc"] = [n for n, d in datasets.items() if paper.family(d.material) == "nmc"]
        return told

    return shown


def target_of(dataset):
    """Return what the config asks of a twin."""
    return {
        "contrast_to_noise": dataset.source["imaging"]["contrast_to_noise"],
        "active_fraction_filled": STUDY.electrodes[dataset.source["electrode"]]["active_fraction"],
    }


def origins_in_figure(figure):
    """Return a params function: the sentence about the data's origin, for the caption."""
    return lambda wildcards: origin_sentence(
        {name: STUDY.datasets[name].origin for name in needs_in_study(figure).datasets}
    )


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
        conda:
            "../../envs/manyeyes.yaml"
        resources:
            mem_mb=1000,
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
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=megabytes(100),
    params:
        code=code_of("measure_geometry.py"),
        voxel_size_nm=lambda wildcards: STUDY.datasets[wildcards.dataset].voxel_size_nm,
        with_particles=lambda wildcards: (
            paper.family(STUDY.datasets[wildcards.dataset].material) not in paper.PLATELETS
        ),
    script:
        "../scripts/measure_geometry.py"


def datasets_with_truth():
    """Return the datasets that somebody segments and whose truth is known."""
    names = dict.fromkeys(dataset for dataset, _ in STUDY.images())
    return [name for name in names if STUDY.datasets[name].has_truth]


rule collect_geometry:
    input:
        lambda wildcards: expand(
            "{results}/parts/{table}/{dataset}.csv",
            results=RESULTS,
            table=wildcards.table,
            dataset=datasets_with_truth(),
        ),
    output:
        f"{TABLES}/{{table}}.csv",
    log:
        f"{RESULTS}/logs/collect_geometry/{{table}}.log",
    wildcard_constraints:
        table="geometry|particles",
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=500,
    params:
        code=code_of("collect_table.py"),
        order={"dataset": list(STUDY.datasets)},
    script:
        "../scripts/collect_table.py"


# The paper's tables: S1 and S2 where the study has what they show.


def datasets_shown(figure):
    """Return the datasets that a figure shows of this study; none if it cannot draw it."""
    return list(FIGURES[figure].wanted(STUDY).datasets)


def paper_tables():
    """Return the files of the paper's tables that this study can fill."""
    names = ["table_1", "table_2"]
    names += ["table_s1"] if datasets_shown("fig5") else []
    names += ["table_s2"] if datasets_shown("fig8") else []
    return expand("{tables}/{name}.{kind}", tables=TABLES, name=names, kind=["csv", "md"])


def datasets_by_variant():
    """Return which datasets each variant runs on."""
    used = {}
    for cell in STUDY.cells():
        used.setdefault(cell.variant, {})[cell.dataset] = None
    return {variant: list(datasets) for variant, datasets in used.items()}


PAPER_TABLES = paper_tables()


rule draw_tables:
    input:
        variability=f"{TABLES}/variability.csv",
    output:
        PAPER_TABLES,
    log:
        f"{RESULTS}/logs/draw_tables.log",
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=500,
    params:
        code=code_of("draw_tables.py"),
        datasets={
            name: {
                "material": d.material,
                "voxel_size_nm": d.voxel_size_nm,
                "origin": d.origin,
                "shape": d.shape,
            }
            for name, d in STUDY.datasets.items()
        },
        variants=STUDY.variants,
        used=datasets_by_variant(),
        open=datasets_shown("fig5"),
        in_house=datasets_shown("fig8"),
    script:
        "../scripts/draw_tables.py"
