"""What a figure is: its title, what it needs of a study, its finding, and how it is drawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

CATEGORIES = (
    "Variation between users",
    "What follows",
    "Images, twins and accuracy",
    "Slices",
    "User by user",
    "The FIB-SEM baseline",
    "How sure that is",
)
"""Headings of the report, in its order."""
VARIATION, FOLLOWS, CHECKS, SLICES, DETAILS, CHAIN, SURE = CATEGORIES


@dataclass(frozen=True)
class Needs:
    """What of a study a figure shows. It is false if the study has nothing for the figure.

    Attributes
    ----------
    datasets : tuple of str
        What it shows, in its order.
    variants : tuple of str
        Variants that it shows, in its order; empty if it shows all.
    filters : tuple of str
        Filters that it shows; empty if it shows all.
    images, histograms : tuple of (dataset, filter)
        Images of which it shows the central slice, or the grey values of the whole volume.
    cells : tuple of Cell
        Segmentations of which it shows the central slice.
    truths : tuple of str
        Datasets of which it shows the central slice of the truth.
    votes : tuple of (dataset, filter)
        Images of which it shows where users disagree.
    imitated : tuple of Cell
        Drawings of people that simulated users imitate.
    fibsem : tuple of str
        Files of the FIB-SEM chain: ``views`` and ``facts`` (slices of every step, and their
        description), ``volume``, ``block``, ``scores``.
    tables : tuple of str
        Tables that only some studies have, beside `Figure.tables`.
    facts : mapping
        Anything else that it must know of the study: plain values.
    """

    datasets: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    images: tuple[tuple[str, str], ...] = ()
    histograms: tuple[tuple[str, str], ...] = ()
    cells: tuple = ()
    truths: tuple[str, ...] = ()
    votes: tuple[tuple[str, str], ...] = ()
    imitated: tuple = ()
    fibsem: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self):
        return bool(self.datasets or self.fibsem)

    @property
    def reads_volumes(self) -> bool:
        """Whether a whole volume of a dataset is in memory at a time."""
        return bool(self.images or self.histograms or self.cells or self.truths)


@dataclass(frozen=True)
class FigureData:
    """What a figure is drawn from: the entries of `Needs`, read.

    Attributes
    ----------
    tables : mapping of name to DataFrame
    origins : mapping of dataset to origin
        The datasets to show, in order, and where their data come from.
    variants, filters : tuple of str
        As in `Needs`.
    unfiltered : tuple of str
        Those of the study's filters that leave an image as it is.
    images : mapping of (dataset, filter) to ndarray of uint8, shape (y, x)
    histograms : mapping of (dataset, filter) to ndarray, shape (256,)
        Voxels of each grey level.
    labels : mapping of (dataset, filter, variant, user) to ndarray of uint8, shape (y, x)
    truths : mapping of dataset to ndarray of uint8, shape (y, x)
    votes : mapping of (dataset, variant, made_by) to (ndarray of uint8, shape (y, x), int)
        How many users call a pixel active (more than there are: outside the field of view), and
        how many users there are.
    imitated : mapping of (dataset, filter, variant, user) to ndarray of uint8, shape (2 + n, y, x)
        Grey levels, a person's labels and those of n simulated users.
    fibsem : mapping of name to content
    voxel_sizes_nm : mapping of dataset to float
    facts : mapping
        As in `Needs`.
    """

    tables: Mapping[str, Any] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    variants: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    unfiltered: tuple[str, ...] = ("raw",)
    images: Mapping = field(default_factory=dict)
    histograms: Mapping = field(default_factory=dict)
    labels: Mapping = field(default_factory=dict)
    truths: Mapping = field(default_factory=dict)
    votes: Mapping = field(default_factory=dict)
    imitated: Mapping = field(default_factory=dict)
    fibsem: Mapping = field(default_factory=dict)
    voxel_sizes_nm: Mapping[str, float] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def no_finding(data: FigureData) -> str:
    """Return nothing: the figure needs no sentence."""
    return ""


@dataclass(frozen=True)
class Figure:
    """A figure of the study; a module of figures holds one as ``FIGURE``.

    Attributes
    ----------
    title : str
        What it shows, in a line.
    category : str
        One of `CATEGORIES`: where it stands in the report.
    order : int
        Its place within the category.
    requires : str
        What a study must have for it, for the error of one that has not.
    needs : callable
        From a `manyeyes.study.Study` to `Needs`.
    draw : callable
        From `FigureData` to a matplotlib figure.
    caption : str
        What it shows, as reStructuredText. A paragraph that begins as one of
        `manyeyes.report.captions.PAPER_OPENINGS` is about the paper.
    tables : tuple of str
        Names of the tables that it is drawn from.
    finding : callable
        From `FigureData` with tables alone to what this study found, in a sentence or two.
    spread : str
        Table whose standard deviations it shows, if it does: the report adds how far such a number
        of users can tell them.
    """

    title: str
    category: str
    order: int
    requires: str
    needs: Callable[[Any], Needs]
    draw: Callable[[FigureData], Any]
    caption: str
    tables: tuple[str, ...] = ()
    finding: Callable[[FigureData], str] = no_finding
    spread: str = ""


def plain(needs: Needs) -> dict:
    """Return what a figure needs as plain values for a job; empty entries are left out."""
    values = {one.name: getattr(needs, one.name) for one in fields(needs)}
    for name in ("cells", "imitated"):
        values[name] = [(c.dataset, c.filter, c.variant, c.user) for c in values[name]]
    return {
        name: dict(value) if name == "facts" else [*value]
        for name, value in values.items()
        if value
    }
