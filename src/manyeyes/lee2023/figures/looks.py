"""How inputs, slices and predictions look in the figures of this paper."""

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

from ...figures import style
from ...pores.codes import PORE
from ..names import LABELS, THRESHOLD, TRUTH, UNFILTERED
from ..predictions import LEVELS


class Look(NamedTuple):
    """Colour, line and mark of a method, and its name."""

    colour: str
    line: object
    marker: str
    name: str


LOOKS = {
    TRUTH: Look("#444444", "-", "P", "true pores"),
    LABELS: Look("#000000", "-", "d", "labels"),
    THRESHOLD: Look("#7d3270", "-", "v", "threshold"),
    "raw": Look("#6e6e6e", (0, (1, 1)), "s", "network, raw"),
    "stretched": Look("#d9660a", (0, (4, 1.5)), "^", "network, stretched"),
    "equalised": Look("#0b6aa8", "-", "o", "network, equalised"),
    UNFILTERED: Look("#b5651d", "-", "x", "network, unfiltered slices"),
}
"""Distinct in colour, and in line or mark, for prints without colour."""

GRAIN_COLOUR, PORE_COLOUR, FALSE_COLOUR, MISSED_COLOUR = "#efefef", "#222222", "#e07b00", "#2f7fbf"

CUT_LEVEL = LEVELS // 2
"""Predictions above this are pore; see `manyeyes.lee2023.predictions.as_levels`."""


def depths(slices: int, count: int) -> list[int]:
    """Return slices that are spread evenly over a stack."""
    return [round((2 * place + 1) * slices / (2 * count)) for place in range(count)]


def called(prediction: np.ndarray) -> np.ndarray:
    """Return where a prediction, uint16 as it is stored, calls a pore; bool."""
    return prediction > CUT_LEVEL


def show_slice(axes: Axes, image: np.ndarray) -> None:
    """Show a slice of 16-bit grey values between its darkest and brightest thousandth."""
    low, high = np.percentile(image, [0.1, 99.9])
    style.show(axes, image, cmap="gray", vmin=low, vmax=max(high, low + 1))


def show_pores(axes: Axes, labels: np.ndarray) -> None:
    """Show a slice of labels, pores dark."""
    show_calls(axes, labels == PORE, labels)


def show_calls(axes: Axes, pore: np.ndarray, labels: np.ndarray) -> None:
    """Show where pores are called, and where labels say otherwise.

    Parameters
    ----------
    axes : Axes
    pore : ndarray of bool, shape (y, x)
    labels : ndarray of uint8, shape (y, x)
        1 grain, 2 pore.
    """
    colours = np.array(list(map(to_rgb, (GRAIN_COLOUR, MISSED_COLOUR, FALSE_COLOUR, PORE_COLOUR))))
    style.show(axes, colours[2 * pore + (labels == PORE)])


def call_handles(reference: str) -> list[Patch]:
    """Return legend entries for `show_calls`, held against a reference."""
    entries = {
        PORE_COLOUR: f"pore, as the {reference} say",
        FALSE_COLOUR: f"called pore, grain in the {reference}",
        MISSED_COLOUR: f"pore in the {reference}, missed",
    }
    return [Patch(fc=colour, ec="black", lw=0.4, label=text) for colour, text in entries.items()]


def name_row(axes: Axes, text: str) -> None:
    """Write the name of a row of panels to its left."""
    axes.set_ylabel(style.plain(text), fontsize=7.0)
