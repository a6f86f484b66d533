"""What a study consists of: datasets, filters, variants, users, and which of them meet.

A study is read from a config mapping that the schema has already checked for form; this module
checks what a schema cannot say (names that refer to each other) and lists the work to be done.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from ..groups import RECORDED, SIMULATED
from ..labels import TWO_PHASES, Phases, phases_from_config
from ..methods import METHODS

# Where the grey values of a dataset come from, by the kind of its source.
ORIGINS = {"twin": "twin", "geometry": "simulated-imaging", "file": "measured"}

# The paper's three; whoever else is simulated is numbered on from them.
FIRST_USERS = ("A", "B", "C")


class StudyError(ValueError):
    """A config that is well-formed but cannot be run; the message names the key."""


def realisation_name(name: str, realisation: int) -> str:
    """Return what one realisation of a dataset or electrode is called in paths and seeds.

    The first keeps the plain name, so that asking for more of them changes nothing of it.
    """
    return name if realisation == 1 else f"{name}.r{realisation}"


@dataclass(frozen=True)
class Dataset:
    """One cropped tomogram.

    Attributes
    ----------
    name : str
        In paths and seeds; see `realisation_name`.
    material : str
    voxel_size_nm : float
    source : Mapping
        ``kind`` (twin, geometry, file) and what that kind needs.
    shape : tuple of int
        Voxels (z, y, x) after the crop.
    start : tuple of int or "centre"
        First voxel (z, y, x) of the crop in the source.
    grey_window : tuple of float, mapping or None
        Grey values of the source that become 0 and 255, or ``{"percentiles": (low, high)}`` of the
        crop; None for 8-bit sources.
    listed_as : str
        The name in the config and in tables, where all realisations share it.
    realisation : int
        Which of the electrodes (and noises) of the same description it shows, from 1 on.
    ignores_voxel_size : bool
        Whether the voxel size that the file itself states is wrong.
    mask : str, mapping or None
        Where its field of view ends: ``circle``, ``{"circle": radius in pixels}``, ``{"outside":
        grey value}``, a file's entry, or ``none``: nowhere, whatever its border looks like.
    active : str
        ``bright`` or ``dark``: how active material shows in the source.
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

    @property
    def origin(self) -> str:
        """``twin``, ``simulated-imaging`` or ``measured``."""
        return ORIGINS[self.source["kind"]]

    @property
    def has_truth(self) -> bool:
        """Whether the true phases are known, as they are for everything that we imaged."""
        return self.source["kind"] != "file"

    @property
    def masked(self) -> bool:
        """Whether its field of view is bounded by a mask."""
        return self.mask not in (None, "none")

    @property
    def mask_from_file(self) -> bool:
        """Whether the mask is a file's."""
        return isinstance(self.mask, Mapping) and "file" in self.mask

    @property
    def inverted(self) -> bool:
        """Whether grey levels are inverted on import, since active material is dark."""
        return self.active == "dark"

    @property
    def electrode(self) -> str:
        """Name of the realisation of the electrode that a twin is cut from, for its seed."""
        return realisation_name(self.source["electrode"], self.realisation)

    @property
    def voxels(self) -> int:
        """Number of voxels."""
        return int(np.prod(self.shape))


@dataclass(frozen=True)
class Recording:
    """Annotations of a real person: one file for an image and variant.

    ``file`` has the keys of every file in a config (file, url, sha256, obtain).
    """

    dataset: str
    filter: str
    variant: str
    file: Mapping
    codes: Mapping | None = None


@dataclass(frozen=True)
class User:
    """A person who segments: simulated, or recorded with a file for all that they did."""

    name: str
    recordings: tuple[Recording, ...] = ()

    @property
    def made_by(self) -> str:
        """``simulated`` or ``recorded``."""
        return RECORDED if self.recordings else SIMULATED


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
    """Variants that belong together, done by each user on each image in one job.

    Batching is by user and image, so a new user or dataset computes its own jobs only, and the
    variants of a block share what is expensive (the features of the image).
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
class Sensitivity:
    """Images and variants for which it is asked which trait of the users drives the spread.

    ``base_runs`` says for each variant how many runs the Sobol indices rest on; see
    `manyeyes.designs.sensitivity_design`.
    """

    datasets: tuple[str, ...]
    filters: tuple[str, ...]
    base_runs: Mapping[str, int]

    def images(self) -> list[tuple[str, str]]:
        """Return all (dataset, filter), in the order of the config."""
        return [(dataset, filter_) for dataset in self.datasets for filter_ in self.filters]


@dataclass(frozen=True)
class Batch:
    """Consecutive users whose part of a block one job does on each image.

    Attributes
    ----------
    name : str
        Of the files that are theirs together.
    users : tuple of str
    """

    name: str
    users: tuple[str, ...]


@dataclass(frozen=True)
class Study:
    """Everything that a run needs to know about what is to be done.

    ``lost`` are segmentations that a run could not make: they are planned, but not counted on.
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
    structures: tuple[str, ...] = ()
    ablations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    imitators: tuple[str, ...] = ()
    comparisons: tuple[Mapping, ...] = ()
    phases: Phases = TWO_PHASES
    realisations: int = 1
    users_per_job: int = 1
    lost: frozenset[Cell] = frozenset()

    def planned(self) -> list[Block]:
        """Return the blocks that simulated users do."""
        return [
            block
            for block in self.blocks
            if all(self.users[name].made_by == "simulated" for name in block.users)
        ]

    def imitated(self) -> list[Cell]:
        """Return what people drew that simulated users are to draw too, for comparison."""
        return [
            Cell(recording.dataset, recording.filter, recording.variant, user.name, RECORDED)
            for user in self.users.values()
            for recording in user.recordings
            if self.imitators and METHODS[self.variants[recording.variant]["method"]].drawn_by_hand
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
        """Return all (dataset, filter) that somebody segments, in the order of the config."""
        return [(d, f) for d in self.datasets for f in self.filters if (d, f) in self._by_image]

    def users_of(
        self, dataset: str, filter_: str, variant: str, made_by: str | None = None
    ) -> list[str]:
        """Return who of a group (or of both) segments an image with a variant, in config order."""
        return [
            cell.user
            for cell in self.cells_on(dataset, filter_)
            if cell.variant == variant and made_by in (None, cell.made_by)
        ]

    def first_realisations(self) -> "Study":
        """Return the same study with one realisation of each dataset, named as in the config."""
        datasets = {name: d for name, d in self.datasets.items() if d.realisation == 1}
        blocks = [
            replace(block, datasets=tuple(name for name in block.datasets if name in datasets))
            for block in self.blocks
        ]
        return replace(self, datasets=datasets, blocks=tuple(blocks), realisations=1)

    def batches(self, block: Block) -> list[Batch]:
        """Return the batches of users in which a block is done, in the order of the config.

        Batches are cut from all simulated users of the study, so a user shares jobs with the same
        others whoever joins after them.
        """
        simulated = [user.name for user in self.users.values() if user.made_by == "simulated"]
        size = self.users_per_job
        groups = [simulated[first : first + size] for first in range(0, len(simulated), size)]
        groups += [[user.name] for user in self.users.values() if user.made_by == "recorded"]
        batches = []
        for group in groups:
            users = tuple(user for user in group if user in block.users)
            if users:
                name = users[0] if len(users) == 1 else f"{users[0]}_to_{users[-1]}"
                batches.append(Batch(name, users))
        return batches


def study_from_config(config: Mapping) -> Study:
    """Return the study that a config describes.

    Parameters
    ----------
    config : Mapping
        Already validated against ``workflow/schemas/study.schema.yaml``.

    Returns
    -------
    Study

    Raises
    ------
    StudyError
        If names refer to nothing, two users share a name, users cannot be put into jobs as asked
        for, a segmentation is planned twice, a twin does not fit into its electrode, nothing has
        a second realisation where there should be one, or nothing is planned at all.
    """
    datasets = {name: _dataset(name, entry) for name, entry in config["datasets"].items()}
    filters = {name: _ordered(entry) for name, entry in config["filters"].items()}
    variants = _variants(config["variants"], config.get("forest", {}))
    users = _users(config["users"], variants)
    electrodes = {name: _ordered(entry) for name, entry in config.get("electrodes", {}).items()}
    blocks = _planned_blocks(config.get("plan", {}), datasets, filters, variants, users)
    blocks += _recorded_blocks(users, datasets, filters, variants)
    sensitivity = _sensitivity(config.get("sensitivity"), datasets, filters, variants)
    if not blocks and sensitivity is None:
        raise StudyError("plan: nothing is planned; name datasets, filters and variants")
    _refuse_repetitions(blocks)
    _check_twins(datasets, electrodes)
    _check_slices(blocks, sensitivity, datasets, variants)
    realisations = config.get("realisations", 1)
    expanded = _realised(datasets, realisations)
    users_per_job = config.get("users_per_job", 1)
    _check_batches(users, users_per_job)
    figures = config.get("figures", "all")
    return Study(
        name=config["study"],
        title=config.get("title", config["study"]),
        seed=str(config["seed"]),
        datasets=expanded,
        filters=filters,
        variants=variants,
        users=users,
        blocks=tuple(_over_realisations(block, expanded, users) for block in blocks),
        population=_ordered(config.get("population", {})),
        electrodes=electrodes,
        baseline=_baseline(config.get("baseline"), datasets, electrodes),
        figures=None if figures == "all" else tuple(figures),
        report=config.get("report", {}),
        sensitivity=sensitivity,
        structures=_structures(config),
        ablations=_ablations(config.get("ablations", {}), variants, blocks),
        imitators=_imitators(config.get("imitators"), users),
        comparisons=tuple(config.get("comparisons", ())),
        phases=_phases(config.get("phases")),
        realisations=realisations,
        users_per_job=users_per_job,
    )


def _variants(entries: Mapping, forest: Mapping) -> dict[str, Mapping]:
    """Return the variants; those with a forest say how it is trained, so that this reruns them."""
    variants = {}
    for name, entry in entries.items():
        with_forest = METHODS[entry["method"]].needs_forest
        variants[name] = _ordered({**entry, "forest": dict(forest)} if with_forest else entry)
    return variants


def _phases(entries: Mapping | None) -> Phases:
    try:
        return phases_from_config(entries)
    except ValueError as error:
        raise StudyError(f"phases: {error}") from error


def _dataset(name: str, entry: Mapping) -> Dataset:
    crop = entry["crop"]
    window = entry.get("grey_window")
    low_high = window["percentiles"] if isinstance(window, Mapping) else window
    if low_high is not None and not low_high[0] < low_high[1]:
        raise StudyError(
            f"datasets.{name}.grey_window: the lower end must be below the upper one, "
            f"found {list(low_high)}; for active material that is darker than the rest set "
            f"datasets.{name}.active: dark"
        )
    for key in ("mask", "active"):
        if key in entry and entry["source"]["kind"] != "file":
            raise StudyError(
                f"datasets.{name}.{key}: this is for measured tomograms (source kind file); what "
                "we image ourselves fills its crop, and active material is bright in it; leave "
                "the key out"
            )
    start = crop.get("start", (0, 0, 0))
    return Dataset(
        name=name,
        material=entry["material"],
        voxel_size_nm=float(entry["voxel_size_nm"]),
        source=_ordered(entry["source"]),
        shape=tuple(crop["shape"]),
        start=start if isinstance(start, str) else tuple(start),
        grey_window=tuple(window) if isinstance(window, list) else window,
        listed_as=name,
        ignores_voxel_size=entry.get("voxel_size_in_file") == "ignore",
        mask=_ordered(entry.get("mask")),
        active=entry.get("active", "bright"),
    )


def _realised(datasets: Mapping[str, Dataset], realisations: int) -> dict[str, Dataset]:
    """Return every realisation of each dataset; what was measured has one."""
    found = {}
    for name, dataset in datasets.items():
        for number in range(1, 1 + (realisations if dataset.has_truth else 1)):
            realised = realisation_name(name, number)
            found[realised] = replace(dataset, name=realised, realisation=number)
    if realisations > 1 and len(found) == len(datasets):
        raise StudyError(
            f"realisations: {realisations} are asked for, but every dataset is measured, and of a "
            "measured one there is no other; leave the key out or add a twin"
        )
    return found


def _over_realisations(
    block: Block, datasets: Mapping[str, Dataset], users: Mapping[str, User]
) -> Block:
    """Let a block run on all realisations; a recording belongs to the first alone."""
    recorded = any(users[name].made_by == "recorded" for name in block.users)
    names = [
        name
        for listed in block.datasets
        for name, dataset in datasets.items()
        if dataset.listed_as == listed and (dataset.realisation == 1 or not recorded)
    ]
    return replace(block, datasets=tuple(names))


def _ordered(value):
    """Return a config value with the keys of its mappings sorted.

    Parameters of jobs are compared as they are written; the order of keys in a YAML is no change.
    """
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_ordered(entry) for entry in value]
    return value


def simulated_names(count: int) -> list[str]:
    """Return the names of so many simulated users: the paper's three first, then numbers."""
    numbered = [f"U{number:02d}" for number in range(len(FIRST_USERS) + 1, count + 1)]
    return [*FIRST_USERS[:count], *numbered]


def _users(entries: Iterable | Mapping, variants: Mapping[str, Mapping]) -> dict[str, User]:
    if isinstance(entries, Mapping):
        entries = [*simulated_names(entries["simulated"]), *entries.get("recorded", ())]
    users = {}
    for entry in entries:
        user = User(entry) if isinstance(entry, str) else _recorded_user(entry, variants)
        if user.name in users:
            raise StudyError(
                f"users: two users are called {user.name!r}; a user is known by name alone, "
                "so give each their own"
            )
        users[user.name] = user
    return users


def _check_batches(users: Mapping[str, User], users_per_job: int) -> None:
    """Refuse a last batch that would change, and be computed again, when users are added."""
    simulated = sum(user.made_by == "simulated" for user in users.values())
    if simulated % users_per_job:
        raise StudyError(
            f"users_per_job: {simulated} simulated users do not make whole batches of "
            f"{users_per_job}; take a multiple of it, so that users who join later do not change "
            "the batch of an earlier one"
        )


def _recorded_user(entry: Mapping, variants: Mapping[str, Mapping]) -> User:
    name = entry["name"]
    recordings = []
    for record in entry["recorded"]:
        for dataset in record["datasets"]:
            for filter_ in record["filters"]:
                for variant in record["variants"]:
                    names = {"dataset": dataset, "filter": filter_, "variant": variant}
                    file = dict(record["source"])
                    # `config_sense` has seen that the pattern holds nothing else.
                    path = file["file"].format(user=name, **names)
                    file["file"] = _with_suffix(path, variants.get(variant, {}).get("method"))
                    recordings.append(Recording(**names, file=file, codes=record.get("codes")))
    return User(name, tuple(recordings))


def _with_suffix(path: str, method: str | None) -> str:
    """Return where an annotation lies: thresholds and windows beside label volumes, as JSON."""
    stem, dot, suffix = path.rpartition(".")
    is_volume = dot and suffix.lower() in ("tif", "tiff")
    numbers = method in METHODS and not METHODS[method].keeps_labels
    return f"{stem}.json" if is_volume and numbers else path


def _chosen(value, known: Iterable[str], key: str) -> tuple[str, ...]:
    """Return the names that a config key selects; ``all`` selects every known one."""
    known = list(known)
    chosen = known if value == "all" else list(value)
    for name in chosen:
        if name not in known:
            raise StudyError(
                f"{key}: there is no {name!r} in this study; known are {', '.join(known)}"
            )
    return tuple(chosen)


def _planned_blocks(plan, datasets, filters, variants, users) -> list[Block]:
    simulated = [user.name for user in users.values() if user.made_by == "simulated"]
    blocks = []
    for name, entry in plan.items():
        key = f"plan.{name}"
        block = Block(
            name=name,
            datasets=_chosen(entry["datasets"], datasets, f"{key}.datasets"),
            filters=_chosen(entry["filters"], filters, f"{key}.filters"),
            variants=_chosen(entry["variants"], variants, f"{key}.variants"),
            users=_chosen(entry.get("users", "all"), simulated, f"{key}.users"),
        )
        for variant in block.variants:
            if METHODS[variants[variant]["method"]].annotate is None:
                raise StudyError(
                    f"{key}.variants: {variant!r} is for recorded users; it runs for the users "
                    "that name it under users.recorded, not by a plan"
                )
        blocks.append(block)
    return blocks


def _recorded_blocks(users, datasets, filters, variants) -> list[Block]:
    blocks = []
    for user in users.values():
        for record in user.recordings:
            key = f"users.{user.name}.recorded"
            method = METHODS.get(variants.get(record.variant, {}).get("method"))
            if method is not None and not method.takes_recordings:
                raise StudyError(
                    f"{key}: {record.variant!r} ({method.title}) is set by nobody; take it off "
                    "the list"
                )
            blocks.append(
                Block(
                    name=_recorded_block(user.name, record),
                    datasets=_chosen([record.dataset], datasets, key),
                    filters=_chosen([record.filter], filters, key),
                    variants=_chosen([record.variant], variants, key),
                    users=(user.name,),
                    made_by=RECORDED,
                )
            )
    return blocks


def _recorded_block(user: str, record: Recording) -> str:
    """Return a block's name that no other has: what joins the names is in none of them."""
    return ".".join(["recorded", user, record.dataset, record.filter, record.variant])


def _imitators(count, users) -> tuple[str, ...]:
    if count is None:
        return ()
    if not any(user.recordings for user in users.values()):
        raise StudyError(
            "imitators: there is nobody to imitate; name a recorded user under users, or leave "
            "the key out"
        )
    return tuple(f"imitator {index + 1}" for index in range(count))


def _structures(config) -> tuple[str, ...]:
    structures = tuple(config.get("structures", ()))
    own = config.get("population", {}).get("structure", "two_class")
    if own in structures:
        raise StudyError(
            f"structures: {own} is how this study's users are built anyway (population.structure); "
            "name the others only"
        )
    if structures and not config.get("plan"):
        raise StudyError("structures: there is no plan that others could repeat; plan something")
    return structures


def _ablations(entries, variants, blocks) -> dict[str, tuple[str, ...]]:
    ablations = {}
    for question, names in entries.items():
        key = f"ablations.{question}"
        ablations[question] = _chosen(names, variants, key)
        done: dict[tuple, set] = {}
        for block in blocks:
            for cell in block.cells():
                where = (cell.dataset, cell.filter, cell.made_by, cell.user)
                done.setdefault(where, set()).add(cell.variant)
        together = [where for where, found in done.items() if found >= set(names)]
        if len(together) == len({where[:3] for where in together}):
            raise StudyError(
                f"{key}: no image is segmented with all of {', '.join(names)} by two users "
                "of one kind (simulated, recorded); plan that or take the question off the list"
            )
    return ablations


def _sensitivity(entry, datasets, filters, variants) -> Sensitivity | None:
    if entry is None:
        return None
    base_runs = entry["base_runs"]
    for variant in _chosen(base_runs, variants, "sensitivity.base_runs"):
        method = variants[variant]["method"]
        if not METHODS[method].traits:
            raise StudyError(
                f"sensitivity.base_runs: {variant!r} ({method}) does not depend on any trait of a "
                "simulated user; take it off the list"
            )
    return Sensitivity(
        datasets=_chosen(entry["datasets"], datasets, "sensitivity.datasets"),
        filters=_chosen(entry["filters"], filters, "sensitivity.filters"),
        base_runs={name: base_runs[name] for name in variants if name in base_runs},
    )


def _refuse_repetitions(blocks: Iterable[Block]) -> None:
    seen = {}
    for block in blocks:
        for cell in block.cells():
            if cell in seen:
                recorded = block.name.startswith("recorded.")
                key = f"users.{cell.user}.recorded" if recorded else f"plan.{block.name}"
                raise StudyError(
                    f"{key}: {cell.variant} on {cell.dataset} ({cell.filter}) by "
                    f"{cell.user} is already planned in {seen[cell]}; keep one of them"
                )
            seen[cell] = block.name


def _fits(start_um, shape, voxel_size_nm, size_um) -> bool:
    extent = np.asarray(shape) * np.asarray(voxel_size_nm, float) / 1000.0
    start = np.asarray(start_um, float)
    return bool((start >= 0).all() and (start + extent <= np.asarray(size_um) + 1e-6).all())


def _check_place(key, electrode, origin_um, shape, voxel_size_nm, electrodes) -> None:
    if electrode not in electrodes:
        raise StudyError(
            f"{key}.electrode: there is no electrode {electrode!r}; "
            f"known are {', '.join(electrodes) or 'none'}"
        )
    size_um = electrodes[electrode]["size_um"]
    if not _fits(origin_um, shape, voxel_size_nm, size_um):
        extent = np.round(np.asarray(shape) * np.asarray(voxel_size_nm) / 1000.0, 2).tolist()
        raise StudyError(
            f"{key}: a block of {extent} um (z, y, x) at {list(origin_um)} um does not fit into "
            f"electrode {electrode!r} of {list(size_um)} um; move it, crop it or enlarge the "
            "electrode"
        )


def _check_twins(datasets: Mapping[str, Dataset], electrodes: Mapping) -> None:
    for dataset in datasets.values():
        if dataset.source["kind"] == "twin":
            _check_place(
                f"datasets.{dataset.name}.source",
                dataset.source["electrode"],
                dataset.source.get("origin_um", (0, 0, 0)),
                dataset.shape,
                dataset.voxel_size_nm,
                electrodes,
            )


def _check_slices(blocks, sensitivity, datasets, variants) -> None:
    """Refuse volumes with fewer slices than a variant wants drawn."""
    wanted = [(f"plan.{block.name}", block.variants, block.datasets) for block in blocks]
    if sensitivity is not None:
        wanted.append(("sensitivity", sensitivity.base_runs, sensitivity.datasets))
    for key, chosen, names in wanted:
        for variant in chosen:
            slices = variants[variant].get("slices")
            if not isinstance(slices, int):
                continue
            for name in names:
                if datasets[name].shape[0] <= slices:
                    raise StudyError(
                        f"{key}: {variant} wants {slices} separate slices, but "
                        f"{name} is cropped to {datasets[name].shape[0]}"
                    )


def _baseline(entry, datasets, electrodes):
    if entry is None:
        return None
    _chosen(entry["datasets"], datasets, "baseline.datasets")
    return _ordered({**entry, "fibsem": _fibsem(entry["fibsem"], electrodes)})


# What the FIB-SEM chain does where the config says nothing.
_FIBSEM_DEFAULTS = {
    "destripe": {"method": "wavelet_fourier"},
    "align": {"method": "marks"},
    "denoise": {},
    "watershed": {},
    "resample_nm": [55, 126],
}


def _fibsem(entry, electrodes):
    filled = {**_FIBSEM_DEFAULTS, **entry}
    source = filled["source"]
    if source["kind"] == "twin" and source["electrode"] not in electrodes:
        raise StudyError(
            f"baseline.fibsem.source.electrode: there is no electrode {source['electrode']!r}; "
            f"known are {', '.join(electrodes) or 'none'}"
        )
    by_marks = source["kind"] == "file" and filled["align"]["method"] == "marks"
    if by_marks and "marks_box" not in source:
        raise StudyError(
            "baseline.fibsem: slices are aligned by tracking lines unless align says otherwise, so "
            "source.marks_box is needed (first and last row, first and last column of the lines in "
            "the first slice); a stack without such lines needs align: {method: structure}"
        )
    return filled
