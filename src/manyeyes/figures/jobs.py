"""Files, parameters and memory of a figure's job, from what the figure needs."""

from collections.abc import Callable, Iterable, Mapping
from math import prod

from ..methods import METHODS
from .choosing import methods_of_variants, unfiltered
from .figure import Needs, plain
from .registry import figure_called, figures_of, needs_of_figure
from .words import inverted_sentence, origin_sentence, reference_sentence

SOLID_BYTES = 60
"""Memory for each voxel of a volume of labels that is split into particles and rendered, bytes."""

PORE_BYTES = 8
"""Memory for each voxel of each volume of a particle's slices that a figure shows, bytes."""


def drawn_figures(study, unfinished: bool = False) -> list[str]:
    """Return the figures that the config asks for, or all that the study can draw.

    Parameters
    ----------
    study : manyeyes.study.Study
        With one realisation of each dataset.
    unfinished : bool
        Whether parts of the study could not be made; figures that need them are then left out.

    Raises
    ------
    ValueError
        If the config asks for a figure that does not exist or that this study cannot draw.
    """
    if study.figures is None:
        return figures_of(study)
    if unfinished:
        return [name for name in figures_of(study) if name in study.figures]
    for name in study.figures:
        needs_of_figure(name, study)
    return list(study.figures)


def tables_of_figure(name: str, study) -> list[str]:
    """Return the names of the tables that a figure is drawn from."""
    return [*figure_called(name).tables, *needs_of_figure(name, study).tables]


def files_of_figure(
    name: str, study, masked: Iterable[str], paths: Mapping[str, Callable]
) -> dict[str, str | list[str]]:
    """Return the files that a figure is drawn from, by the name of each input of its job.

    Parameters
    ----------
    name : str
    study : manyeyes.study.Study
        With one realisation of each dataset.
    masked : iterable of str
        Datasets with a field of view.
    paths : mapping of str to callable
        From an entry of `Needs` to its file: ``tables``, ``images``, ``cells``, ``truths``,
        ``votes``, ``imitated``, ``projected``, ``pores``, ``fibsem`` and ``masks``.
    """
    needs = needs_of_figure(name, study)
    found: dict[str, str | list[str]] = {
        table: paths["tables"](table) for table in tables_of_figure(name, study)
    }
    volumes = {
        "images": ("images", needs.images),
        "histograms": ("images", needs.histograms),
        "cells": ("cells", needs.cells),
        "truths": ("truths", needs.truths),
        "votes": ("votes", needs.votes),
        "volumes": ("images", needs.volumes),
        "truth_volumes": ("truths", needs.truth_volumes),
        "cell_volumes": ("cells", needs.cell_volumes),
        "imitated": ("imitated", needs.imitated),
        "projected": ("projected", needs.projected),
        "pores": ("pores", needs.pores),
        "masks": ("masks", _masked(needs, masked)),
    }
    for key, (kind, entries) in volumes.items():
        if entries:
            found[key] = [paths[kind](entry) for entry in entries]
    return found | {part: paths["fibsem"](part) for part in needs.fibsem}


def _masked(needs: Needs, masked: Iterable[str]) -> list[str]:
    """Return the datasets whose grey values are counted inside a field of view."""
    masked = set(masked)
    return [name for name in dict.fromkeys(d for d, _ in needs.histograms) if name in masked]


def parameters_of_figure(name: str, study, masked: Iterable[str]) -> dict:
    """Return only what a figure must know about a study, as plain values."""
    needs = needs_of_figure(name, study)
    methods = methods_of_variants(study)
    shown = plain(needs) | {
        "tables": tables_of_figure(name, study),
        "origins": origins_shown(needs, study),
        "unfiltered": unfiltered(study),
        "methods": methods,
        "only_peoples": [v for v, name in methods.items() if METHODS[name].annotate is None],
        "voxel_sizes_nm": {d: study.datasets[d].voxel_size_nm for d in needs.datasets},
    }
    covered = _masked(needs, masked)
    return shown | ({"masked": covered} if covered else {})


def origins_shown(needs: Needs, study) -> dict[str, str]:
    """Return the origin of all data that a figure shows."""
    origins = {name: study.datasets[name].origin for name in needs.datasets}
    origins |= dict.fromkeys(needs.particles, "twin")
    if needs.fibsem:
        twin = study.baseline["fibsem"]["source"]["kind"] == "twin"
        origins["FIB-SEM block"] = "twin" if twin else "measured"
    return origins


def sentences_on_origins(name: str, study) -> str:
    """Return sentences on where a figure's data come from and which are shown inverted."""
    needs = needs_of_figure(name, study)
    inverted = [d for d in needs.datasets if study.datasets[d].inverted]
    given = [d for d in needs.datasets if study.datasets[d].truth is not None]
    sentences = [
        origin_sentence(origins_shown(needs, study)),
        inverted_sentence(inverted),
        reference_sentence(given),
    ]
    return " ".join(filter(None, sentences))


def megabytes_of_figure(name: str, study, block_megavoxels: float = 0.0) -> float:
    """Return the peak memory of drawing a figure, in MB.

    Parameters
    ----------
    name : str
    study : manyeyes.study.Study
    block_megavoxels : float
        Size of the FIB-SEM block.
    """
    needs = needs_of_figure(name, study)
    if "volume" in needs.fibsem:
        return 1000 + 2 * block_megavoxels
    if needs.pores:
        return 650 + PORE_BYTES * prod(study.pore_networks.slice_shape) * len(needs.pores) / 1e6
    largest = max((study.datasets[d].voxels for d in needs.datasets), default=0)
    held = SOLID_BYTES if needs.holds_solids else 11 if needs.reads_volumes else 0
    return 650 + held * largest / 1e6


def figure_for_report(name: str, study) -> dict:
    """Return what the report must know about a figure, as plain values."""
    needs = needs_of_figure(name, study)
    return {
        "name": name,
        "tables": tables_of_figure(name, study),
        "datasets": list(needs.datasets),
        "variants": list(needs.variants),
        "filters": list(needs.filters),
        "unfiltered": unfiltered(study),
        "origins": sentences_on_origins(name, study),
        "cells": bool(needs.cells),
    }
