"""What a figure is: its title, what it needs from a study, its finding, and how it is drawn."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from .publication import Publication
from .words import PEOPLE

if TYPE_CHECKING:
    import pandas as pd

CATEGORIES = (
    "Pores found by networks",
    "Variation between users",
    "What follows",
    "Where painting stops winning",
    "Images, twins and accuracy",
    "Slices",
    "User by user",
    "The FIB-SEM baseline",
    "How sure that is",
)
"""Headings of the report, in its order."""
PORES, VARIATION, FOLLOWS, OUTLINES, CHECKS, SLICES, DETAILS, CHAIN, SURE = CATEGORIES


@dataclass(frozen=True)
class Needs:
    """What a figure shows of a study. It is false if the study has nothing for the figure.

    Attributes
    ----------
    datasets : tuple of str
        In the order of the figure.
    variants, filters : tuple of str
        In the order of the figure; empty if it shows all.
    images, histograms : tuple of (dataset, filter)
        Images whose central slice it shows, or the grey values of the whole volume.
    cells : tuple of Cell
        Segmentations whose central slice it shows.
    truths : tuple of str
        Datasets whose true phases it shows, on the central slice.
    votes : tuple of (dataset, filter)
        Images on which it shows where users disagree.
    volumes : tuple of (dataset, filter)
        Images whose whole volume it measures.
    truth_volumes : tuple of str
        Datasets whose true phases it shows, all of them.
    cell_volumes : tuple of Cell
        Segmentations that it shows, all of them.
    imitated : tuple of Cell
        Drawings of people that simulated users imitate.
    fibsem : tuple of str
        Files of the FIB-SEM chain: ``views`` and ``facts`` (slices of every step, and their
        description), ``volume``, ``block``, ``scores``.
    projected : tuple of str
        Datasets whose way from projections to slices it shows.
    particles : tuple of str
        Particles whose pores it shows.
    pores : tuple of str
        Volumes of these that it shows, as `manyeyes.study.pore_networks.PoreNetworks.volume_name`
        calls them.
    tables : tuple of str
        Tables that only some studies have, in addition to `Figure.tables`.
    facts : mapping
        Anything else that it must know about the study, as plain values.
    """

    datasets: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    images: tuple[tuple[str, str], ...] = ()
    histograms: tuple[tuple[str, str], ...] = ()
    cells: tuple = ()
    truths: tuple[str, ...] = ()
    votes: tuple[tuple[str, str], ...] = ()
    volumes: tuple[tuple[str, str], ...] = ()
    truth_volumes: tuple[str, ...] = ()
    cell_volumes: tuple = ()
    imitated: tuple = ()
    fibsem: tuple[str, ...] = ()
    projected: tuple[str, ...] = ()
    particles: tuple[str, ...] = ()
    pores: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self):
        return bool(self.datasets or self.fibsem or self.particles)

    @property
    def reads_volumes(self) -> bool:
        """Whether a whole volume of a dataset is in memory at a time."""
        entries = (self.images, self.histograms, self.cells, self.truths, self.volumes)
        return any(entries) or self.holds_solids

    @property
    def holds_solids(self) -> bool:
        """Whether whole volumes of labels are held, measured and rendered."""
        return bool(self.truth_volumes or self.cell_volumes)


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
        The filters of the study that leave an image as it is.
    methods : mapping of variant to method
        All that the study uses, in the order of its config.
    only_peoples : tuple of str
        Variants that no simulated user can use: labels that come from people's files.
    publication : Publication
        What a publication states about datasets of these names.
    images : mapping of (dataset, filter) to ndarray of uint8, shape (y, x)
    histograms : mapping of (dataset, filter) to ndarray, shape (256,)
        Voxels of each grey level.
    labels : mapping of (dataset, filter, variant, user) to ndarray of uint8, shape (y, x)
    truths : mapping of dataset to ndarray of uint8, shape (y, x)
    votes : mapping of (dataset, variant, made_by) to (ndarray of uint8, shape (y, x), int)
        How many users call a pixel active (a larger number: outside the field of view), and how
        many users there are.
    volumes : mapping of (dataset, filter) to ndarray of uint8, shape (z, y, x)
    truth_volumes : mapping of dataset to ndarray of uint8, shape (z, y, x)
    label_volumes : mapping of (dataset, filter, variant, user) to ndarray of uint8, shape (z, y, x)
    imitated : mapping of (dataset, filter, variant, user) to ndarray of uint8, shape (2 + n, y, x)
        Grey levels, a person's labels and those of n simulated users.
    fibsem : mapping of name to content
    projected : mapping of dataset to mapping of name to ndarray of float32, shape (a, b)
        What the steps of a reconstruction show: projections, sinograms, a slice.
    particles : tuple of str
        As in `Needs`.
    pores : mapping of name to ndarray, shape (z, y, x)
        Volumes of particles.
    voxel_sizes_nm : mapping of dataset to float
    facts : mapping
        As in `Needs`.
    """

    tables: Mapping[str, Any] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    variants: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    unfiltered: tuple[str, ...] = ("raw",)
    methods: Mapping[str, str] = field(default_factory=dict)
    only_peoples: tuple[str, ...] = ()
    publication: Publication = field(default_factory=Publication)
    images: Mapping = field(default_factory=dict)
    histograms: Mapping = field(default_factory=dict)
    labels: Mapping = field(default_factory=dict)
    truths: Mapping = field(default_factory=dict)
    votes: Mapping = field(default_factory=dict)
    volumes: Mapping = field(default_factory=dict)
    truth_volumes: Mapping = field(default_factory=dict)
    label_volumes: Mapping = field(default_factory=dict)
    imitated: Mapping = field(default_factory=dict)
    fibsem: Mapping = field(default_factory=dict)
    projected: Mapping = field(default_factory=dict)
    particles: tuple[str, ...] = ()
    pores: Mapping = field(default_factory=dict)
    voxel_sizes_nm: Mapping[str, float] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def shown(self, table: "pd.DataFrame") -> "pd.DataFrame":
        """Return the rows of a table about the datasets, variants and filters of the figure."""
        rows = table[table["dataset"].isin(list(self.origins))]
        rows = rows[rows["variant"].isin(self.variants)] if self.variants else rows
        return rows[rows["filter"].isin(self.filters)] if self.filters else rows

    def rows(self, name: str) -> "pd.DataFrame":
        """Return the rows that are `shown` of a table.

        Raises
        ------
        ValueError
            If there are none.
        """
        rows = self.shown(self.tables[name])
        if rows.empty:
            of = f" of {', '.join(self.variants)}" if self.variants else ""
            on = ", ".join(self.origins) or "any dataset"
            raise ValueError(f"nothing to draw: the table {name} has no row{of} on {on}")
        return rows

    def datasets_in(self, table: "pd.DataFrame") -> list[str]:
        """Return the datasets of the figure that a table has, in the figure's order."""
        found = set(table["dataset"])
        return [name for name in self.origins if name in found]

    def in_order(self, variants: Iterable[str]) -> list[str]:
        """Return variants in the order of the config, each before the same one by people."""
        found = dict.fromkeys(variants)
        known = [name for variant in self.methods for name in (variant, variant + PEOPLE)]
        return [name for name in known if name in found] + [n for n in found if n not in known]


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
        Its heading in the report, one of `CATEGORIES`.
    order : int
        Its place below that heading.
    requires : str
        What a study must have for it, for the error of a study without.
    needs : callable
        From a `manyeyes.study.Study` to `Needs`.
    draw : callable
        From `FigureData` to a matplotlib figure; raises ValueError if there is nothing to draw.
    caption : str
        What it shows, as reStructuredText. A paragraph that begins as one of
        `manyeyes.report.captions.PAPER_OPENINGS` is about the paper.
    tables : tuple of str
        Names of the tables that it is drawn from.
    finding : callable
        From `FigureData` with only tables to what this study found, in a sentence or two.
    label : str
        Its number in a publication, such as "Fig. 1 of Lee et al. ", if its name does not say it.
    spread : str
        Table whose standard deviations it shows, if any: the report adds how precise they are for
        this number of users.
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
    label: str = ""


def plain(needs: Needs) -> dict:
    """Return what a figure needs as plain values for a job; empty entries are left out."""
    values = {one.name: getattr(needs, one.name) for one in fields(needs)}
    for name in ("cells", "cell_volumes", "imitated"):
        values[name] = [(c.dataset, c.filter, c.variant, c.user) for c in values[name]]
    return {
        name: dict(value) if name == "facts" else [*value]
        for name, value in values.items()
        if value
    }
