"""What a study consists of: datasets, filters, variants and users, and which of them meet.

Plain data. `reading` makes a `Study` of a config, `targets` lists its files, `cost` says what its
jobs need.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod
from typing import Any, NamedTuple

from ..groups import RECORDED, SIMULATED
from ..labels import TWO_PHASES, Phases
from .variants import is_drawn_by_hand, learns_from


class SourceKind(NamedTuple):
    """What the kind of a dataset's source implies.

    Attributes
    ----------
    origin : str
        Where the grey values come from, as tables call it.
    has_truth : bool
        Whether the true phases are known.
    """

    origin: str
    has_truth: bool


SOURCE_KINDS = {
    "twin": SourceKind("twin", has_truth=True),
    "geometry": SourceKind("simulated-imaging", has_truth=True),
    "file": SourceKind("measured", has_truth=False),
    "projections": SourceKind("measured", has_truth=False),
    "scanned_twin": SourceKind("twin", has_truth=True),
}


class StudyError(ValueError):
    """A config that is well-formed but cannot be run; the message names the key."""


def realisation_name(name: str, realisation: int) -> str:
    """Return the name of one realisation of a dataset or electrode, for paths and seeds.

    The first realisation keeps the plain name, so asking for more of them leaves it unchanged.
    """
    return name if realisation == 1 else f"{name}.r{realisation}"


@dataclass(frozen=True)
class Dataset:
    """One cropped tomogram.

    Attributes
    ----------
    name : str
        Name in paths and seeds; see `realisation_name`.
    material : str
    voxel_size_nm : float
    source : Mapping
        ``kind`` (a key of `SOURCE_KINDS`) and what that kind needs.
    shape : tuple of int
        Voxels (z, y, x) after the crop.
    start : tuple of int or "centre"
        First voxel (z, y, x) of the crop in the source.
    grey_window : tuple of float, mapping or None
        Grey values of the source that become 0 and 255, or ``{"percentiles": (low, high)}`` of the
        crop; None for 8-bit sources.
    listed_as : str
        Name in the config and in tables, shared by all realisations.
    realisation : int
        Which electrode (and noise) of the same description it shows, counted from 1.
    ignores_voxel_size : bool
        Whether the voxel size stated in the file itself is wrong.
    mask : str, mapping or None
        Where the field of view ends: ``circle``, ``{"circle": radius in pixels}``, ``{"outside":
        grey value}``, a file's entry, or ``none``: nowhere, whatever the border looks like.
    active : str
        ``bright`` or ``dark``: how active material appears in the source.
    shown_apart : bool
        Whether figures of slices and of spread show it apart from the other datasets.
    truth : Mapping or None
        A measured dataset's reference: a file's entry and perhaps ``codes``.
    """

    name: str
    material: str
    voxel_size_nm: float
    source: Mapping
    shape: tuple[int, int, int]
    start: tuple[int, int, int] | str
    grey_window: tuple[float, float] | Mapping | None
    listed_as: str
    realisation: int = 1
    ignores_voxel_size: bool = False
    mask: str | Mapping | None = None
    active: str = "bright"
    shown_apart: bool = False
    truth: Mapping | None = None

    @property
    def origin(self) -> str:
        """``twin``, ``simulated-imaging`` or ``measured``."""
        return SOURCE_KINDS[self.source["kind"]].origin

    @property
    def has_truth(self) -> bool:
        """Whether the true phases are known, or held to be: a reference was given."""
        return self.is_modelled or self.truth is not None

    @property
    def is_modelled(self) -> bool:
        """Whether it is imaged by us, from a structure that is known."""
        return SOURCE_KINDS[self.source["kind"]].has_truth

    @property
    def is_imported(self) -> bool:
        """Whether its grey levels are converted from a tomogram, measured or reconstructed."""
        return self.source["kind"] in ("file", "projections", "scanned_twin")

    @property
    def masked(self) -> bool:
        """Whether a mask bounds its field of view."""
        return self.mask not in (None, "none")

    @property
    def mask_from_file(self) -> bool:
        """Whether the mask comes from a file."""
        return isinstance(self.mask, Mapping) and "file" in self.mask

    @property
    def inverted(self) -> bool:
        """Whether grey levels are inverted on import because active material is dark."""
        return self.active == "dark"

    @property
    def level_window(self) -> tuple[float, float] | None:
        """Grey values of the source that are 0 and 255 in its images.

        The first is the larger where grey levels are inverted; None if the window is not known
        before the file is read.
        """
        if not isinstance(self.grey_window, tuple):
            return None
        return self.grey_window[::-1] if self.inverted else self.grey_window

    @property
    def electrode(self) -> str:
        """Name of the realisation of the electrode that a twin is cut from; part of its seed."""
        return realisation_name(self.source["electrode"], self.realisation)

    @property
    def voxels(self) -> int:
        """Number of voxels."""
        return prod(self.shape)


@dataclass(frozen=True)
class Recording:
    """What a real person did: one file for one image and variant.

    Attributes
    ----------
    dataset, filter, variant : str
    file : Mapping
        The keys of every file in a config (file, url, sha256, obtain); ``beside`` lists files that
        are taken where the first is not there.
    codes : Mapping or None
        Which values of a label volume mean which phase.
    kind : str
        A key of `RECORDING_KINDS`.
    """

    dataset: str
    filter: str
    variant: str
    file: Mapping
    codes: Mapping | None = None
    kind: str = "labels"


RECORDING_KINDS = {
    "numbers": "a threshold or a window",
    "seeds": "windows that seed slices",
    "labels": "labels on some voxels, or on all",
    "segmentation": "a finished segmentation",
}
"""What a person's file may hold."""


def sitting_name(person: str, sitting: int) -> str:
    """Return the name of a user: the first sitting is called as the person is."""
    return person if sitting == 1 else f"{person}.s{sitting}"


@dataclass(frozen=True)
class User:
    """A person who segments: simulated, or recorded with files of what they did.

    Attributes
    ----------
    name : str
        Of the person; of a further sitting see `sitting_name`.
    recordings : tuple of Recording
    folder : str or None
        The folder of a recorded person who has one; perhaps nothing is in it yet.
    person : str
        The name of the person if this is a further sitting.
    sitting : int
    note : str
        What the person's folder says about them.
    """

    name: str
    recordings: tuple[Recording, ...] = ()
    folder: str | None = None
    person: str = ""
    sitting: int = 1
    note: str = ""

    @property
    def made_by(self) -> str:
        """``simulated`` or ``recorded``."""
        return RECORDED if self.recordings or self.folder is not None else SIMULATED

    def cells(self) -> list["Cell"]:
        """Return the segmentations of what was recorded."""
        return [Cell(r.dataset, r.filter, r.variant, self.name, RECORDED) for r in self.recordings]


@dataclass(frozen=True)
class Cell:
    """One segmentation: a dataset after a filter, segmented by a user with a variant.

    ``made_by`` is the user's group, ``simulated`` or ``recorded``.
    """

    dataset: str
    filter: str
    variant: str
    user: str
    made_by: str = SIMULATED


@dataclass(frozen=True)
class Block:
    """Variants that belong together; one job does them for a batch of users on one image.

    Jobs are split by user and image, so a new user or dataset computes only its own. The variants
    of a block share what is expensive, such as the features of the image.
    """

    name: str
    datasets: tuple[str, ...]
    filters: tuple[str, ...]
    variants: tuple[str, ...]
    users: tuple[str, ...]
    made_by: str = SIMULATED

    def cells(self) -> Iterator[Cell]:
        """Yield the block's segmentations, users innermost."""
        for dataset in self.datasets:
            for filter_ in self.filters:
                for variant in self.variants:
                    for user in self.users:
                        yield Cell(dataset, filter_, variant, user, self.made_by)


@dataclass(frozen=True)
class PopulationSample:
    """What a sample of the population does: a part of the study's plan.

    The study's own users, its panel, are the first of the sample.

    Attributes
    ----------
    blocks : tuple of Block
        What is done, by the panel and the others; each with all users of the sample.
    panel : tuple of str
    users_per_job : int
        Others whose part of a block is done by one job on each image.
    """

    blocks: tuple[Block, ...]
    panel: tuple[str, ...]
    users_per_job: int

    @property
    def users(self) -> tuple[str, ...]:
        """Everybody in the sample."""
        return self.blocks[0].users

    @property
    def others(self) -> tuple[str, ...]:
        """Everybody but the panel."""
        return tuple(user for user in self.users if user not in self.panel)

    def blocks_of_others(self) -> list[Block]:
        """Return what is done besides the plan: by everybody but the panel."""
        return [replace(block, users=self.others) for block in self.blocks]

    def batches(self) -> list["Batch"]:
        """Return the batches in which the others are done."""
        return _batches(self.others, self.users_per_job)

    def cells(self) -> list[Cell]:
        """Return everybody's segmentations."""
        return [cell for block in self.blocks for cell in block.cells()]

    def cells_of_others(self) -> list[Cell]:
        """Return the segmentations besides the plan."""
        return [cell for block in self.blocks_of_others() for cell in block.cells()]

    def cells_on(self, dataset: str, filter_: str) -> list[Cell]:
        """Return everybody's segmentations of an image, those of each variant together."""
        return [cell for cell in self.cells() if (cell.dataset, cell.filter) == (dataset, filter_)]

    def images(self) -> list[tuple[str, str]]:
        """Return every (dataset, filter) of the sample."""
        return list(dict.fromkeys((cell.dataset, cell.filter) for cell in self.cells()))


@dataclass(frozen=True)
class Sensitivity:
    """Images and variants on which the effect of each user trait on the spread is studied.

    ``base_runs`` gives the number of base runs of the Sobol design for each variant; see
    `manyeyes.statistics.designs.sensitivity_design`.
    """

    datasets: tuple[str, ...]
    filters: tuple[str, ...]
    base_runs: Mapping[str, int]

    def images(self) -> list[tuple[str, str]]:
        """Return all (dataset, filter), in the order of the config."""
        return [(dataset, filter_) for dataset in self.datasets for filter_ in self.filters]


@dataclass(frozen=True)
class OutlineMap:
    """Images on which a slider and painting are compared, whatever people's outlines are.

    Attributes
    ----------
    images : tuple of (dataset, filter)
    painted, slider : str
        Variants.
    users : tuple of str
        Simulated users.
    shifts_px : tuple of float
        How far outside the edge outlines are placed, in pixels of the image; ascending.
    """

    images: tuple[tuple[str, str], ...]
    painted: str
    slider: str
    users: tuple[str, ...]
    shifts_px: tuple[float, ...]

    def batches(self, users_per_job: int) -> list["Batch"]:
        """Return the batches in which its users are done."""
        return _batches(self.users, users_per_job)


@dataclass(frozen=True)
class Batch:
    """Consecutive users whose part of a block is done by one job on each image.

    Attributes
    ----------
    name : str
        Used in the names of files that belong to the batch as a whole.
    users : tuple of str
    """

    name: str
    users: tuple[str, ...]


def _batches(users: tuple[str, ...], users_per_job: int) -> list[Batch]:
    firsts = range(0, len(users), users_per_job)
    groups = [users[first : first + users_per_job] for first in firsts]
    return [Batch(_batch_name(group), group) for group in groups]


def _batch_name(users: tuple[str, ...]) -> str:
    return users[0] if len(users) == 1 else f"{users[0]}_to_{users[-1]}"


@dataclass(frozen=True)
class Study:
    """Everything that a run needs to know about what is to be done.

    ``lost`` holds segmentations that an earlier run could not make; they stay in the plan but do
    not count as segmentations of the study. ``structures`` holds, for each structure of users that
    repeats the plan, its population. ``further_sittings`` are those of people beyond their first,
    by the name of their user: they have tables of their own, for spreads between people are those
    of first sittings. ``asked`` holds each (dataset, filter, variant) that people with a folder
    were asked for, ``unused`` a sentence for every file of theirs that has no place in the study.
    ``maps`` names what is written voxel by voxel: ``probability``, ``disagreement``.
    ``start_networks`` holds, by name, what networks that begin with another one are trained on
    before; ``trains_on`` is the device of all trainings, cpu or gpu.
    ``pore_networks`` is a `manyeyes.study.pore_networks.PoreNetworks`, or None; it is not imported
    here, as jobs of all studies read this module and must not run again when that one is edited.
    """

    name: str
    title: str
    seed: str
    datasets: dict[str, Dataset]
    filters: dict[str, Mapping]
    variants: dict[str, Mapping]
    users: dict[str, User]
    blocks: tuple[Block, ...]
    population: Mapping
    electrodes: dict[str, Mapping]
    baseline: Mapping | None
    figures: tuple[str, ...] | None = field(default=None)
    report: Mapping = field(default_factory=dict)
    sensitivity: Sensitivity | None = None
    outline_map: OutlineMap | None = None
    population_sample: PopulationSample | None = None
    structures: Mapping[str, Mapping] = field(default_factory=dict)
    ablations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    imitators: tuple[str, ...] = ()
    comparisons: tuple[Mapping, ...] = ()
    measures: tuple[str, ...] = ()
    phases: Phases = TWO_PHASES
    pore_networks: Any = None
    realisations: int = 1
    users_per_job: int = 1
    lost: frozenset[Cell] = frozenset()
    further_sittings: Mapping[str, User] = field(default_factory=dict)
    asked: tuple[tuple[str, str, str], ...] = ()
    unused: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    start_networks: Mapping[str, Mapping] = field(default_factory=dict)
    trains_on: str = "cpu"

    def users_made_by(self, made_by: str) -> list[str]:
        """Return the names of the users of a group, in the order of the config."""
        return [user.name for user in self.users.values() if user.made_by == made_by]

    def everybody(self) -> list[str]:
        """Return the names of the users, and of those who are in the population sample alone."""
        sample = self.population_sample
        return [*self.users, *(sample.others if sample else ()), *self.further_sittings]

    def recorded_users(self) -> list[User]:
        """Return the recorded people, each followed by their further sittings."""
        return [
            found
            for user in self.users.values()
            if user.made_by == RECORDED
            for found in (
                user,
                *(s for s in self.further_sittings.values() if s.person == user.name),
            )
        ]

    @cached_property
    def finished(self) -> frozenset[Cell]:
        """The segmentations that somebody finished: they are imported, not computed."""
        return frozenset(
            cell
            for user in self.recorded_users()
            for recording, cell in zip(user.recordings, user.cells(), strict=True)
            if recording.kind == "segmentation"
        )

    def repeated_cells_on(self, dataset: str, filter_: str) -> list[Cell]:
        """Return an image's segmentations by the variants that a person did in several sittings.

        Those of everybody who did such a variant, first sittings and further ones.
        """
        cells = [
            cell
            for user in self.recorded_users()
            for cell in user.cells()
            if (cell.dataset, cell.filter) == (dataset, filter_) and cell not in self.lost
        ]
        repeated = {cell.variant for cell in cells if cell.user in self.further_sittings}
        return [c for v in self.variants if v in repeated for c in cells if c.variant == v]

    def images_with_sittings(self) -> list[tuple[str, str]]:
        """Return the images that a person segmented in a further sitting."""
        found = {(c.dataset, c.filter) for u in self.further_sittings.values() for c in u.cells()}
        return [(d, f) for d in self.datasets for f in self.filters if (d, f) in found]

    def images_asked_for(self) -> list[tuple[str, str]]:
        """Return the images that are segmented, and those that people are still to segment."""
        asked = {(dataset, filter_) for dataset, filter_, _ in self.asked} | set(self._by_image)
        asked |= set(self.images_with_sittings())
        return [(d, f) for d in self.datasets for f in self.filters if (d, f) in asked]

    def given_truths(self) -> list[str]:
        """Return the datasets that were given a reference."""
        return [dataset.name for dataset in self.datasets.values() if dataset.truth is not None]

    def simulated_blocks(self) -> list[Block]:
        """Return the blocks that simulated users do: those of the config's plan."""
        return [block for block in self.blocks if block.made_by == SIMULATED]

    def imitated(self) -> list[Cell]:
        """Return the drawings of real people that simulated users repeat for comparison."""
        return [
            cell
            for user in self.users.values()
            for cell in user.cells()
            if self.imitators
            and is_drawn_by_hand(self.variants[cell.variant])
            and cell not in self.finished
        ]

    @cached_property
    def _by_image(self) -> dict[tuple[str, str], list[Cell]]:
        """Segmentations by image; a large study asks for them often."""
        found: dict[tuple[str, str], list[Cell]] = {}
        for block in self.blocks:
            for cell in block.cells():
                if cell not in self.lost:
                    found.setdefault((cell.dataset, cell.filter), []).append(cell)
        return found

    def cells(self) -> list[Cell]:
        """Return all segmentations, in the order of the config."""
        return [c for block in self.blocks for c in block.cells() if c not in self.lost]

    def cells_on(self, dataset: str, filter_: str) -> list[Cell]:
        """Return the segmentations of one image, in the order of the config."""
        return list(self._by_image.get((dataset, filter_), ()))

    def images(self) -> list[tuple[str, str]]:
        """Return every (dataset, filter) that has a segmentation, in the order of the config."""
        return [(d, f) for d in self.datasets for f in self.filters if (d, f) in self._by_image]

    def drawn_variant(self, name: str) -> tuple[Mapping, Mapping]:
        """Return a network's variant, and the one whose drawings it learns from."""
        variant = self.variants[name]
        return variant, self.variants[learns_from(variant)]

    def drawn_as(self, cell: Cell) -> Cell:
        """Return the segmentation whose annotation one is made from: most often itself.

        A network learns from what its user drew for another variant.
        """
        source = learns_from(self.variants[cell.variant])
        return replace(cell, variant=source) if source else cell

    def users_of(
        self, dataset: str, filter_: str, variant: str, made_by: str | None = None
    ) -> list[str]:
        """Return who of a group (or of both) segments an image with a variant, in config order."""
        return [
            cell.user
            for cell in self.cells_on(dataset, filter_)
            if cell.variant == variant and made_by in (None, cell.made_by)
        ]

    @property
    def has_two_phases(self) -> bool:
        """Whether users label two phases, as people did in the paper."""
        return len(self.phases.entries) == 2

    def first_realisations(self) -> "Study":
        """Return the same study with one realisation of each dataset, named as in the config."""
        datasets = {name: d for name, d in self.datasets.items() if d.realisation == 1}

        def of_first(block: Block) -> Block:
            return replace(block, datasets=tuple(n for n in block.datasets if n in datasets))

        sample = self.population_sample
        return replace(
            self,
            datasets=datasets,
            blocks=tuple(map(of_first, self.blocks)),
            population_sample=sample
            and replace(sample, blocks=tuple(map(of_first, sample.blocks))),
            realisations=1,
        )

    def batches(self, users: Collection[str] | None = None) -> list[Batch]:
        """Return the batches in which some users (or all) are done, in the order of the config.

        Batches are cut from all simulated users of the study. Those who do not fill a batch are
        batches alone, as recorded users are: whoever joins, the batches of the others stay, until
        one more of them can be filled.
        """
        simulated = self.users_made_by(SIMULATED)
        size = self.users_per_job
        whole = len(simulated) - len(simulated) % size
        groups = [simulated[first : first + size] for first in range(0, whole, size)]
        groups += [[name] for name in (*simulated[whole:], *self.users_made_by(RECORDED))]
        batches = []
        for group in groups:
            chosen = tuple(name for name in group if users is None or name in users)
            if chosen:
                batches.append(Batch(_batch_name(chosen), chosen))
        return batches
