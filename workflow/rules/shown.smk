# What each figure and table shows of this study, which files that takes, and what their jobs are told.
# Which figures there are is told by manyeyes/figures/needs.py.

from manyeyes.paper import names as paper
from manyeyes.figures.needs import FIGURES, figures_of, needs_of
from manyeyes.figures.words import inverted_sentence, origin_sentence


def needs_in_study(figure):
    """Return what a figure shows of this study, or stop with what the study lacks for it."""
    try:
        return needs_of(figure, FIRST)
    except ValueError as error:
        raise WorkflowError(f"figures: {error}")


def figures_of_study():
    """Return the files of all figures that the config asks for, or that the study can draw."""
    for figure in drawn_figures():
        needs_in_study(figure)
    drawn = expand(
        "{results}/figures/{figure}.{kind}",
        results=RESULTS,
        figure=drawn_figures(),
        kind=["svg", "png"],
    )
    return drawn + PAPER_TABLES


def drawn_figures():
    """Return the figures that the config asks for, or all that the study can draw.

    Of an unfinished study it is those of the asked-for that are still possible.
    """
    if STUDY.figures is not None and not UNFINISHED:
        return list(STUDY.figures)
    possible = figures_of(FIRST)
    return [name for name in possible if STUDY.figures is None or name in STUDY.figures]


def files_of_figure(figure):
    """Return an input function: the tables and volumes that a figure is drawn from."""

    def files(wildcards):
        needs = needs_in_study(figure)
        names = (*FIGURES[figure].tables, *needs.tables)
        found = {table: f"{TABLES}/{table}.csv" for table in names}
        volumes = {
            "images": [f"{RESULTS}/images/{d}/{f}.tif" for d, f in needs.images],
            "segmentations": [segmentation_of(cell) for cell in needs.cells],
            "truths": [f"{RESULTS}/truth/{dataset}.tif" for dataset in needs.truths],
            "votes": [f"{RESULTS}/votes/{d}/{f}.tif" for (d, f), _ in needs.votes],
            "strokes_shown": [f"{imitation_of(cell)}.tif" for cell in needs.imitated],
            "masks": [MASK.format(dataset=dataset) for dataset in masked_in(needs)],
        }
        found |= {name: paths for name, paths in volumes.items() if paths}
        return found | {name: files_of_chain()[name] for name in needs.fibsem}

    return files


def masked_in(needs):
    """Return the datasets with a mask whose images a figure shows."""
    return [name for name in dict.fromkeys(d for d, _ in needs.images) if name in MASKED]


def figure_megabytes(figure):
    """Return a resource function: what drawing a figure needs at most, in MB."""

    def mem_mb(wildcards, attempt):
        needs = needs_in_study(figure)
        voxels = [STUDY.datasets[name].voxels for name in needs.datasets]
        reads_volumes = needs.images or needs.cells or needs.truths
        needed = 650 + (11 * max(voxels) / 1e6 if reads_volumes else 0)
        if "volume" in needs.fibsem:
            needed = max(needed, 1000 + 2 * compared_megavoxels())
        return int(needed * attempt)

    return mem_mb


def shown_in_figure(figure):
    """Return a params function: what a figure has to know of the study, and no more."""

    def shown(wildcards):
        needs = needs_in_study(figure)
        datasets = {name: FIRST.datasets[name] for name in needs.datasets}
        told = {
            "origins": origins_of(needs),
            "images": list(needs.images),
            "cells": [(c.dataset, c.filter, c.variant, c.user) for c in needs.cells],
            "truths": list(needs.truths),
        }
        if masked_in(needs):
            told["masked"] = masked_in(needs)
        if needs.votes:
            told["votes"] = [(d, voted_on(d, f, names)) for (d, f), names in needs.votes]
        if needs.imitated:
            told["recordings"] = [(c.dataset, c.filter, c.variant, c.user) for c in needs.imitated]
        if needs.cells or needs.truths or needs.votes or needs.imitated:
            told["voxel_sizes_nm"] = {name: d.voxel_size_nm for name, d in datasets.items()}
        if figure == "fig_s1":
            told["draws_seeds"] = any(cell.variant in paper.COVERAGES for cell in FIRST.cells())
        if figure == "fig_twins":
            told["targets"] = {name: target_of(d) for name, d in datasets.items()}
            told["nmc"] = [n for n, d in datasets.items() if paper.family(d.material) == "nmc"]
        return told

    return shown


def origins_of(needs):
    """Return where the data of everything that a figure shows come from."""
    origins = {name: FIRST.datasets[name].origin for name in needs.datasets}
    if needs.fibsem:
        origins["FIB-SEM block"] = "twin" if FIBSEM_TWIN else "measured"
    return origins


def voted_on(dataset, filter_, wanted):
    """Return the pages of an image's votes: variant, group, number of users, whether it is wanted."""
    users = {}
    for cell in SHARED_CELLS:
        if (cell.dataset, cell.filter) == (dataset, filter_):
            page = (cell.variant, cell.made_by)
            users[page] = users.get(page, 0) + 1
    return [
        (v, made_by, users[v, made_by], v in wanted)
        for v in STUDY.variants
        for made_by in GROUPS
        if (v, made_by) in users
    ]


def target_of(dataset):
    """Return what the config asks of a twin."""
    return {
        "contrast_to_noise": dataset.source["imaging"]["contrast_to_noise"],
        "active_fraction_filled": STUDY.electrodes[dataset.source["electrode"]]["active_fraction"],
    }


def origins_in_figure(figure):
    """Return a params function: the sentence about the data's origin, for the caption."""

    def sentences(wildcards):
        needs = needs_in_study(figure)
        inverted = [name for name in needs.datasets if FIRST.datasets[name].inverted]
        told = [origin_sentence(origins_of(needs)), inverted_sentence(inverted)]
        return " ".join(text for text in told if text)

    return sentences


# Geometries


def datasets_with_truth():
    """Return the datasets that somebody segments and whose truth is known."""
    names = dict.fromkeys(dataset for dataset, _ in FIRST.images())
    return [name for name in names if FIRST.datasets[name].has_truth]


# The paper's tables


def datasets_shown(figure):
    """Return the datasets that a figure shows of this study; none if it cannot draw it."""
    return list(FIGURES[figure].wanted(FIRST).datasets)


def paper_tables():
    """Return the files of the paper's tables that this study can fill."""
    if not STUDY.cells():
        return []
    names = ["table_1", "table_2"]
    names += ["table_s1"] if datasets_shown("fig5") else []
    names += ["table_s2"] if datasets_shown("fig8") else []
    return expand("{tables}/{name}.{kind}", tables=TABLES, name=names, kind=["csv", "md"])


def datasets_by_variant():
    """Return which datasets each variant runs on."""
    used = {}
    for cell in FIRST.cells():
        used.setdefault(cell.variant, {})[cell.dataset] = None
    return {variant: list(datasets) for variant, datasets in used.items()}


PAPER_TABLES = paper_tables()
