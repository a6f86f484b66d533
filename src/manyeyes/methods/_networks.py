"""Networks that learn from labels: from those that a user drew, and from the truth of twins."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..labels import OUTSIDE, UNLABELLED, Phases, truth_in_phases
from ..randomness import generator, seed_from_names
from ._held_out import held_out

if TYPE_CHECKING:
    import pandas as pd

    from ..networks import Network

USUAL = {
    "epochs": 60,
    "batch": 1,
    "rate": 1e-3,
    "stop_after": 15,
    "patience": 6,
    "augmentation": ("none", "noise", "flip", "salt and pepper", "grey variation", "warp"),
    "scaling": "standard",
}
"""Of a training on a user's strokes, unless the config says otherwise. A user draws on a handful of
slices, so each is a step of the optimiser; augmentations are those of segmentPy."""

SLICES_OF_A_TWIN = 16


def learned_from_drawing(
    image: np.ndarray,
    labels: np.ndarray,
    variant: Mapping,
    phases: Phases,
    names: Sequence[object],
    *,
    inside: np.ndarray | None = None,
    start: "Network | None" = None,
    device: str = "cpu",
    checkpoint=None,
    progress: Callable | None = None,
) -> tuple["Network", "pd.DataFrame", dict]:
    """Return a network that learned from the slices on which a user drew.

    A fifth of the strokes is held out; training stops where their loss falls no more. Neither the
    strokes held out nor anything else that is drawn by lot depends on the user, so that one seed is
    the same for all users.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    labels : ndarray of uint8, shape (z, y, x)
        The drawing; 0 is unlabelled.
    variant : mapping
        ``architecture``, ``seed`` and ``training``.
    phases : Phases
    names : sequence
        Seed names, without the user.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view; outside, a network sees the nearest grey levels inside.
    start : Network, optional
        What the training begins with.
    device : {"cpu", "gpu"}
    checkpoint, progress : optional
        As in `manyeyes.networks.fit_network`.

    Returns
    -------
    network : Network
    history : DataFrame
        One row an epoch.
    facts : dict
        slices, labelled, held_out: how much the training saw, in slices and pixels.

    Raises
    ------
    ValueError
        If the drawing lacks a phase.
    """
    from ..imaging.masks import fill_outside
    from ..networks import fit_network

    drawn = np.flatnonzero((labels != UNLABELLED).any(axis=(1, 2)))
    shown = labels[drawn]
    known = [phase.name for phase in phases if (shown == phase.code).any()]
    if len(known) < 2:
        raise ValueError(
            f"the drawing has labels of {' and '.join(known) or 'nothing'} only; a network learns "
            "to tell phases apart, so label at least two"
        )
    seed_names = (*names, variant["architecture"], "seed", variant["seed"])
    apart = held_out(shown, generator(*seed_names, "held out"))
    images = fill_outside(image, inside)[drawn]
    network, history = fit_network(
        images,
        np.where(apart, np.uint8(UNLABELLED), shown),
        architecture=variant["architecture"],
        seed=seed_from_names(*seed_names, "training"),
        settings=_settings(variant["training"], phases, device, bool(apart.any())),
        validation=(images, np.where(apart, shown, np.uint8(UNLABELLED))) if apart.any() else None,
        start=start,
        checkpoint=checkpoint,
        progress=progress,
    )
    facts = {
        "slices": len(drawn),
        "labelled": int(np.count_nonzero(shown)),
        "held_out": int(np.count_nonzero(apart)),
    }
    return network, history, facts


def learned_from_twins(
    images: Sequence[np.ndarray],
    truths: Sequence[np.ndarray],
    start: Mapping,
    phases: Phases,
    names: Sequence[object],
    *,
    device: str = "cpu",
    checkpoint=None,
    progress: Callable | None = None,
) -> tuple["Network", "pd.DataFrame", dict]:
    """Return a network that learned from twins, whose every voxel is known.

    Slices are spread evenly over each twin; every fifth is for the validation.

    Parameters
    ----------
    images, truths : sequence of ndarray of uint8, shape (z, y, x)
        Truths have codes of `manyeyes.labels.TRUTH_PHASES`. All slices must have one size.
    start : mapping
        ``architecture``, ``training`` and perhaps ``slices``, the number for each twin.
    phases, names, device, checkpoint, progress
        See `learned_from_drawing`.

    Returns
    -------
    network, history, facts
    """
    from ..networks import fit_network

    sizes = {image.shape[1:] for image in images}
    if len(sizes) > 1:
        raise ValueError(
            f"a network begins with twins whose slices have one size, found {sorted(sizes)}; crop "
            "them alike"
        )
    shown, known = [], []
    for image, truth in zip(images, truths, strict=True):
        count = min(start.get("slices", SLICES_OF_A_TWIN), len(image))
        places = np.linspace(0, len(image) - 1, count).round().astype(int)
        shown.append(image[places])
        known.append(truth_in_phases(truth[places], phases))
    grey, labels = np.concatenate(shown), np.concatenate(known)
    apart = np.arange(len(grey)) % 5 == 4
    if not apart.any():
        apart[-1:] = len(grey) > 1
    network, history = fit_network(
        grey[~apart],
        labels[~apart],
        architecture=start["architecture"],
        seed=seed_from_names(*names, "training"),
        settings=_settings(start["training"], phases, device, bool(apart.any())),
        validation=(grey[apart], labels[apart]) if apart.any() else None,
        checkpoint=checkpoint,
        progress=progress,
    )
    facts = {
        "slices": int(np.count_nonzero(~apart)),
        "labelled": int(labels[~apart].size),
        "held_out": int(labels[apart].size),
    }
    return network, history, facts


def labels_of(
    network: "Network",
    image: np.ndarray,
    inside: np.ndarray | None = None,
    device: str = "cpu",
) -> np.ndarray:
    """Return a network's labels of every slice of an image, uint8 (z, y, x); 0 outside."""
    from ..imaging.masks import fill_outside
    from ..networks import label_slices

    labels = label_slices(network, fill_outside(image, inside), device=device)
    return labels if inside is None else np.where(inside, labels, np.uint8(OUTSIDE))


def _settings(training: Mapping, phases: Phases, device: str, judged: bool):
    """Return the settings of a training; without anything held out it runs to its last epoch."""
    from ..networks import Training

    settings = {**USUAL, **training}
    if not judged:
        settings["stop_after"] = None
    # The architecture lee gives the probability of the first code.
    codes = sorted(phases.codes.values(), key=phases["active"].code.__ne__)
    return Training(**settings, codes=tuple(codes), device=device)


def training_row(history: "pd.DataFrame", facts: Mapping) -> dict:
    """Return what is kept of a training: how long it took and how well it ended.

    Returns
    -------
    dict
        slices, labelled, held_out (pixels), epochs (run), best_epoch, loss, held_out_loss (both at
        the best epoch; the second NaN if nothing was held out).
    """
    judged = "validation_loss" in history
    best = history.loc[history["validation_loss"].idxmin()] if judged else history.iloc[-1]
    return {
        **facts,
        "epochs": len(history),
        "best_epoch": int(best["epoch"]),
        "loss": float(best["loss"]),
        "held_out_loss": float(best["validation_loss"]) if judged else np.nan,
    }
