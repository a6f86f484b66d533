# What each figure and table shows of this study, and which files that takes.

from manyeyes.figures import choosing, jobs
from manyeyes.figures.registry import figure_called, module_files
from manyeyes.materials import has_separable_particles

# From what a figure needs to the file that holds it.
FILES_SHOWN = {
    "tables": lambda table: f"{TABLES}/{table}.csv",
    "images": lambda image: f"{RESULTS}/images/{image[0]}/{image[1]}.tif",
    "cells": lambda cell: segmentation_of(cell),
    "truths": lambda dataset: f"{RESULTS}/truth/{dataset}.tif",
    "votes": lambda image: f"{RESULTS}/votes/{image[0]}/{image[1]}.tif",
    "imitated": lambda cell: f"{imitation_of(cell)}.tif",
    "fibsem": lambda part: files_of_chain()[part],
    "masks": lambda dataset: MASK.format(dataset=dataset),
}


def drawn_figures():
    """Return the figures of this study, or stop with what it lacks for one."""
    try:
        return jobs.drawn_figures(FIRST, unfinished=bool(UNFINISHED))
    except ValueError as error:
        raise WorkflowError(f"figures: {error}")


def figures_of_study(wildcards=None):
    """Return the files of all figures and of the paper's tables.

    An input function: figures are slow to import, and jobs need not know of them all.
    """
    files = expand(
        "{results}/figures/{figure}.{kind}",
        results=RESULTS,
        figure=drawn_figures(),
        kind=["svg", "png"],
    )
    return files + PAPER_TABLES


if workflow.is_main_process and STUDY.figures is not None:
    drawn_figures()


def block_megavoxels():
    """Return the size of the FIB-SEM block, if there is one."""
    return compared_megavoxels() if STUDY.baseline else 0


def datasets_with_truth():
    """Return the segmented datasets whose truth is known."""
    names = dict.fromkeys(dataset for dataset, _ in FIRST.images())
    return [name for name in names if FIRST.datasets[name].has_truth]


PAPER_TABLES = expand(
    "{tables}/{name}.{kind}",
    tables=TABLES,
    name=choosing.paper_tables(FIRST),
    kind=["csv", "md"],
)
