"""Input and parameter functions of the rules: what a job needs, by its wildcards."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from re import escape

from snakemake.exceptions import WorkflowError

from ..files.annotations import SOURCE, levels_of, read_annotation
from ..files.errors import FileError
from ..files.formats import format_of, settings_of
from ..files.pieces import digest_of_pieces
from ..files.projections import open_scan
from ..materials import has_separable_particles
from ..methods import METHODS
from ..study.model import Block, Cell, Dataset, Recording, Study
from ..study.networks import networks_of
from ..study.paths import of_users
from ..study.projected import (
    KINDS,
    UNKNOWN_SCAN,
    has_phase,
    is_scanned_twin,
    step_settings,
    twin_scan_shape,
)
from ..study.targets import Targets
from ..study.variants import keeps_labels, learns_from, looks_at_output


@dataclass(frozen=True)
class UserJob:
    """A rule that annotates or segments: a block of the plan and a batch of its users.

    Attributes
    ----------
    block : Block
    name : str
        End of the rule's name; its beginning is what it does.
    batch : str
        Name of the batch, or the wildcard ``{user}`` where a job serves one user.
    users : tuple of str
        The batch, or the wildcard alone.
    variants : dict
        The block's variants, by name; networks are none of them, since one training is one job.
    """

    block: Block
    name: str
    batch: str
    users: tuple[str, ...]
    variants: dict[str, Mapping]

    @property
    def labelled(self) -> list[str]:
        """The block's variants whose annotation is a label volume."""
        return [name for name, variant in self.variants.items() if keeps_labels(variant)]

    @property
    def annotates_with_forest(self) -> bool:
        """Whether users look at what a forest makes of their labels while they draw."""
        return any(map(looks_at_output, self.variants.values()))

    def files(self, pattern: str) -> list[str]:
        """Return a pattern once for each user and variant."""
        return of_users(pattern, self.variants, self.users)

    def drawings(self, pattern: str) -> list[str]:
        """Return a pattern once for each user and variant whose annotation is a label volume."""
        return of_users(pattern, self.labelled, self.users)

    def users_of(self, wildcards) -> list[str]:
        """Return the users of a job."""
        return [user.format(**wildcards) for user in self.users]


class JobInputs:
    """Input and parameter functions for the rules of a study.

    Parameters
    ----------
    targets : Targets
    data_folder : str or None
        Where input files of the config lie if their paths are relative.
    """

    def __init__(self, targets: Targets, data_folder: str | None):
        self._targets = targets
        self._paths = targets.paths
        self._study: Study = targets.study
        self._data_folder = data_folder
        self._users = {user.name: user for user in self._study.recorded_users()}
        self._recordings: dict[tuple, Recording] = {
            (r.dataset, r.filter, r.variant, user.name): r
            for user in self._study.recorded_users()
            for r in user.recordings
        }
        self.fetched = {
            entry["sha256"][:12]: entry
            for entry in [*self.image_entries(), *self.recorded_entries()]
            if "url" in entry
        }

    # Input files of the config

    def file_of(self, entry: Mapping) -> str:
        """Return the path at which the rules find an input file of the config.

        Files with a public address pass through the rule `fetch_file`, which checks their sha256;
        a user's own file is read where it lies.
        """
        if "url" in entry:
            return f"resources/{entry['sha256'][:12]}/{Path(entry['file']).name}"
        paths = [
            Path(self._data_folder or "") / Path(name).expanduser()
            for name in (entry["file"], *entry.get("beside", ()))
        ]
        return str(next((path for path in paths if path.exists()), paths[0]))

    def image_entries(self) -> list[Mapping]:
        """Return the input files that images are made of, as the config describes them."""
        datasets = self._study.datasets.values()
        entries = [d.source for d in datasets if "file" in d.source]
        entries += [d.mask for d in datasets if d.mask_from_file]
        entries += [d.truth for d in datasets if d.truth is not None]
        chain = (self._study.baseline or {}).get("fibsem")
        if chain is not None and "file" in chain["source"]:
            entries.append(chain["source"])
        entries += [start for start in self._study.start_networks.values() if "file" in start]
        return entries

    def recorded_entries(self) -> list[Mapping]:
        """Return the input files that people made, as the config describes them."""
        return [recording.file for recording in self._recordings.values()]

    def refuse_missing_files(self, entries: Iterable[Mapping], more: str = "") -> None:
        """Raise if a file is missing that only the user can bring.

        Raises
        ------
        WorkflowError
            With all files that are missing, and how to get them.
        """
        missing = [e for e in entries if "url" not in e and not Path(self.file_of(e)).exists()]
        hint = "Put it there, or name its folder in data_folder or MANYEYES_DATA."
        hints = dict.fromkeys(entry.get("obtain", hint) for entry in missing)
        if missing:
            raise WorkflowError(
                "These input files are missing:\n  "
                + "\n  ".join(dict.fromkeys(self.file_of(entry) for entry in missing))
                + "\n"
                + "\n".join([*hints, *([more] if more else [])])
            )

    # Datasets

    def names_of(self, *kinds: str) -> str:
        """Return a wildcard pattern of the datasets whose source is of some kinds."""
        return _pattern(d.name for d in self._study.datasets.values() if d.source["kind"] in kinds)

    def dataset(self, wildcards) -> Dataset:
        """Return the dataset of a job."""
        return self._study.datasets[wildcards.dataset]

    def voxel_size_nm(self, wildcards) -> float:
        """Return the voxel size of a job's dataset."""
        return self.dataset(wildcards).voxel_size_nm

    def has_separable_particles(self, wildcards) -> bool:
        """Return whether the particles of a job's dataset can be told apart."""
        return has_separable_particles(self.dataset(wildcards).material)

    def source_setting(self, key: str, default=None) -> Callable:
        """Return a function that gives a key of the source of a job's dataset."""
        return lambda wildcards: self.dataset(wildcards).source.get(key, default)

    def source_file(self, wildcards) -> list[str]:
        """Return the file that a dataset is cropped from, or nothing for a twin."""
        source = self.dataset(wildcards).source
        if source["kind"] in KINDS:
            return [self._paths.projected("slices.tif").format(dataset=wildcards.dataset)]
        return [self.file_of(source)] if "file" in source else []

    def volume_file(self, wildcards) -> str:
        """Return the file that a dataset is cropped from: a user's own, or reconstructed slices."""
        (file,) = self.source_file(wildcards)
        return file

    def source_read(self, wildcards) -> list[tuple[str, dict]]:
        """Return the file that a dataset is cropped from, and how the config says it is read."""
        source = self.dataset(wildcards).source
        own = {} if source["kind"] in KINDS else settings_of(source)
        return [(path, own) for path in self.source_file(wildcards)]

    def mask_read(self, wildcards) -> list[tuple[str, dict]]:
        """Return the file that a dataset's mask is taken from, and how it is read."""
        return [
            (path, settings_of(self.dataset(wildcards).mask)) for path in self.mask_file(wildcards)
        ]

    def holds_source(self, wildcards) -> bool:
        """Return whether a dataset's source may be in memory as a whole while its crop is read."""
        formats = (format_of(path, own) for path, own in self.source_read(wildcards))
        return any(one.held_whole or one.map is one.part is None for one in formats)

    def scan_file(self, wildcards) -> str:
        """Return the file of the projections that a dataset is reconstructed from."""
        dataset = self.dataset(wildcards)
        if is_scanned_twin(dataset):
            return self._paths.projected("scan.h5").format(dataset=dataset.name)
        return self.file_of(dataset.source)

    def scan_shape(self, wildcards) -> tuple[int, int, int]:
        """Return projections, rows and columns of a scan; a guess before it is fetched."""
        dataset = self.dataset(wildcards)
        if is_scanned_twin(dataset):
            return twin_scan_shape(dataset)
        path = Path(self.scan_file(wildcards))
        return _shape_in(path) if path.exists() else UNKNOWN_SCAN

    def transmission_file(self, wildcards) -> str:
        """Return the transmission that attenuation is computed from: after phase retrieval or not.

        Phase retrieval is a step of its own, which most datasets do not have.
        """
        name = "phase.npy" if has_phase(self.dataset(wildcards)) else "normalised.npy"
        return self._paths.projected(name).format(dataset=wildcards.dataset)

    def steps_of_views(self, wildcards) -> list[str]:
        """Return the names of the steps of a reconstruction that kept something to see."""
        phase = ["phase"] if has_phase(self.dataset(wildcards)) else []
        return ["normalise", *phase, "prepare", "axis", "reconstruct"]

    def views_of_steps(self, wildcards) -> list[str]:
        """Return what the steps of a dataset's reconstruction kept to be seen."""
        return [
            self._paths.projected(f"{step}.npz").format(dataset=wildcards.dataset)
            for step in self.steps_of_views(wildcards)
        ]

    def facts_of_steps(self, wildcards) -> list[str]:
        """Return what the steps of a dataset's reconstruction, and a twin's scan, counted."""
        steps = ["normalise", "prepare", "axis", "reconstruct"]
        steps += ["scan"] if is_scanned_twin(self.dataset(wildcards)) else []
        return [
            self._paths.projected(f"{step}.json").format(dataset=wildcards.dataset)
            for step in steps
        ]

    def step_settings(self, step: str) -> Callable:
        """Return a function that gives the settings of a step of a dataset's reconstruction."""
        return lambda wildcards: step_settings(self.dataset(wildcards), step)

    def mask_file(self, wildcards) -> list[str]:
        """Return the input file that a dataset's mask is taken from, if there is one."""
        dataset = self.dataset(wildcards)
        return [self.file_of(dataset.mask)] if dataset.mask_from_file else []

    def mask(self, wildcards) -> list[str]:
        """Return a dataset's mask, if it has one."""
        return self._targets.mask_of(wildcards.dataset)

    def masked(self) -> str:
        """Return a wildcard pattern of the datasets with a mask."""
        return _pattern(self._targets.masked)

    def truth(self, wildcards) -> list[str]:
        """Return a dataset's true phases, or nothing for a measured one."""
        return self._targets.truth_of(wildcards.dataset)

    def dataset_settings(self, wildcards) -> dict:
        """Return what a job needs to know of its dataset besides its source."""
        dataset = self.dataset(wildcards)
        settings = {
            "shape": dataset.shape,
            "start": dataset.start,
            "voxel_size_nm": dataset.voxel_size_nm,
            "grey_window": dataset.grey_window,
        }
        # Only where the config says so: a new parameter that nobody set must not rerun a job.
        if dataset.mask is not None:
            settings["mask"] = dataset.mask
        if dataset.inverted:
            settings["active"] = "dark"
        return settings

    def truth_file(self, wildcards) -> str:
        """Return the file of the reference that a dataset was given."""
        return self.file_of(self.dataset(wildcards).truth)

    def with_given_truth(self) -> str:
        """Return a wildcard pattern of the datasets that were given a reference."""
        return _pattern(self._study.given_truths())

    def import_settings(self, wildcards) -> dict:
        """Return what a job needs to know that reads the source of its dataset.

        The pieces of folders and of other volumes that lie in several files are counted here:
        Snakemake notices when a file is changed, but not when one in a folder is.
        """
        settings = self.dataset_settings(wildcards)
        for path, own in self.source_read(wildcards):
            if own:
                settings["reading"] = own
            pieces = digest_of_pieces(path, own)
            if pieces:
                settings["pieces"] = pieces
        for path, own in self.mask_read(wildcards):
            pieces = digest_of_pieces(path, own)
            if pieces:
                settings["pieces_of_mask"] = pieces
        return settings

    def truth_settings(self, wildcards) -> dict:
        """Return what a job that makes a truth needs to know of its dataset.

        How slices become grey levels, which a scanned twin may be told, is nothing to its truth.
        """
        settings = self.dataset_settings(wildcards)
        if is_scanned_twin(self.dataset(wildcards)):
            settings["grey_window"] = None
        return settings

    # Users

    def user_jobs(self) -> list[UserJob]:
        """Return the rules that do the plan, and what others of the population sample do.

        With one user a job, one rule serves all users of a block; else there is one for each batch.
        """
        study, sample = self._study, self._study.population_sample
        planned = [
            (block, study.users_per_job, study.batches(block.users))
            for block in study.simulated_blocks()
        ]
        if sample:
            planned += [
                (block, sample.users_per_job, sample.batches())
                for block in sample.blocks_of_others()
            ]
        jobs = []
        for block, users_per_job, batches in planned:
            variants = {name: study.variants[name] for name in block.variants}
            variants = {n: v for n, v in variants.items() if not learns_from(v)}
            if not variants:
                continue
            if users_per_job == 1:
                jobs.append(UserJob(block, block.name, "{user}", ("{user}",), variants))
                continue
            for number, batch in enumerate(batches, start=1):
                name = block.name if number == 1 else f"{block.name}_batch{number}"
                jobs.append(UserJob(block, name, batch.name, batch.users, variants))
        return jobs

    def recorded_users(self) -> str:
        """Return a wildcard pattern of the recorded users."""
        return _pattern(user.name for user in self._study.recorded_users())

    def recorded_datasets(self, *kinds: str) -> str:
        """Return a wildcard pattern of the datasets of what people recorded of some kinds.

        It looks ahead at the names that follow the dataset's in a path, since one person may have
        drawn what another finished.
        """
        chosen = [
            "/".join(map(re.escape, key)) for key, r in self._recordings.items() if r.kind in kinds
        ]
        names = _pattern(dict.fromkeys(key[0] for key in self._recordings))
        return rf"(?=(?:{'|'.join(chosen)})\.)(?:{names})" if chosen else _pattern([])

    def recorded_cells(self) -> list[tuple[str, str, str, str]]:
        """Return (dataset, filter, variant, user) of everything that people recorded."""
        return list(self._recordings)

    def recording(self, wildcards) -> Recording:
        """Return what a person recorded for an image and variant."""
        return self._recordings[
            wildcards.dataset, wildcards.filter, wildcards.variant, wildcards.user
        ]

    def nothing_recorded_yet(self, wildcards) -> list[str]:
        """Return no file, or stop where people have not recorded anything that could be studied."""
        study = self._study
        if study.blocks or study.sensitivity or study.outline_map or study.pore_networks:
            return []
        folders = [user.folder for user in study.users.values() if user.folder is not None]
        raise WorkflowError(
            f"Nobody has recorded anything yet: nothing is in {', '.join(folders)}. Make the "
            "images that people work on with manyeyes run STUDY --only images, and run the study "
            "when people have done their part."
        )

    def recorded_file(self, wildcards) -> str:
        """Return the file of what a person recorded.

        Missing files are refused only here, since people need the images before they can record.
        """
        self.refuse_missing_files(
            self.recorded_entries(),
            "The images that people work on can be made without them: manyeyes run STUDY --only "
            "images.",
        )
        return self.file_of(self.recording(wildcards).file)

    def recorded_drawing(self, wildcards) -> list[str]:
        """Return the labels that a person drew, if the variant is one that is drawn."""
        drawn = self._targets.keeps_labels(wildcards.variant)
        return [self._paths.drawing.format(**wildcards)] if drawn else []

    def window_facts(self, wildcards) -> list[str]:
        """Return the file that says which window a dataset was converted by, where it is needed.

        A person's numbers may be grey values of the scan, and the config may give percentiles.
        """
        dataset, recording = self.dataset(wildcards), self.recording(wildcards)
        path = Path(self.file_of(recording.file))
        if dataset.level_window is not None or not dataset.is_imported or path.suffix != ".json":
            return []
        needed = "url" in recording.file or _of_source(path)
        return [self._paths.tomogram_facts.format(dataset=dataset.name)] if needed else []

    def recorded_read(self, wildcards) -> list[tuple[str, dict]]:
        """Return the file of what a person recorded, and how the config says it is read."""
        return [(self.recorded_file(wildcards), settings_of(self.recording(wildcards).file))]

    def truth_read(self, wildcards) -> list[tuple[str, dict]]:
        """Return the file of a dataset's reference, and how the config says it is read."""
        truth = self.dataset(wildcards).truth
        return [] if truth is None else [(self.truth_file(wildcards), settings_of(truth))]

    def takes_whole_labels(self, wildcards) -> bool:
        """Return whether labels of every voxel are a finished segmentation, not training labels.

        In a person's folder nothing says which of the two a volume is.
        """
        user = self._users[wildcards.user]
        method = METHODS[self.variant(wildcards)["method"]]
        return user.folder is not None and method.annotate is not None

    def methods_of_recording(self, wildcards) -> list[Mapping]:
        """Return the variants whose methods may label what a person recorded."""
        whole = self.takes_whole_labels(wildcards) and self.recorded_drawing(wildcards)
        finished = [{"method": "recorded_labels"}] if whole else []
        return [self.variant(wildcards), *finished]

    # Networks

    def network_variants(self) -> str:
        """Return a wildcard pattern of the variants whose labels come from a network."""
        return _pattern(map(escape, networks_of(self._study)))

    def learned_drawing(self, wildcards) -> str:
        """Return the labels that a network learns from, which its user drew for another variant."""
        return self._targets.drawing_of(Cell(**wildcards))

    def network_begins_with(self, wildcards) -> list[str]:
        """Return the network that a training begins with, or nothing."""
        start = self.variant(wildcards).get("start")
        return [] if start is None else [self._start_network(start)]

    def start_network(self, wildcards) -> str:
        """Return a network that others begin with."""
        return self._start_network(wildcards.start)

    def _start_network(self, start: str) -> str:
        entry = self._study.start_networks[start]
        if "file" in entry:
            return self.file_of(entry)
        return self._paths.start_network.format(start=start)

    def start(self, wildcards) -> Mapping:
        """Return what a network that others begin with is trained on."""
        return self._study.start_networks[wildcards.start]

    def images_of_start(self, wildcards) -> list[str]:
        """Return the images that such a network is trained on."""
        start = self.start(wildcards)
        return [self._paths.image_of(name, start["filter"]) for name in start["datasets"]]

    def truths_of_start(self, wildcards) -> list[str]:
        """Return the truths that such a network is trained on."""
        names = self.start(wildcards)["datasets"]
        return [self._paths.truth.format(dataset=name) for name in names]

    def learned_drawings(self, wildcards) -> list[tuple[str, str, str]]:
        """Return (variant, user, group) of an image's drawings that networks learn from."""
        return _names(self._targets.learned_drawings(wildcards.dataset, wildcards.filter))

    def files_of_learned_drawings(self, wildcards) -> list[str]:
        """Return the labels of these."""
        drawn = self._targets.learned_drawings(wildcards.dataset, wildcards.filter)
        return [self._paths.drawing_of(cell) for cell in drawn]

    def variant(self, wildcards) -> Mapping:
        """Return the variant of a job."""
        return self._study.variants[wildcards.variant]

    def variants_of(self, block: str) -> dict[str, Mapping]:
        """Return the variants of a block of the plan, by name."""
        return {name: self._study.variants[name] for name in self._targets.blocks[block].variants}

    # Segmentations

    def cells_of_batch(self, wildcards) -> list[tuple[str, str, str]]:
        """Return (variant, user, group) of a batch's segmentations of an image."""
        return _names(self._cells_of_batch(wildcards))

    def cells_on_image(self, wildcards) -> list[tuple[str, str, str]]:
        """Return (variant, user, group) of an image's segmentations."""
        return _names(self._targets.cells_on_image(wildcards.dataset, wildcards.filter))

    def shared_cells_on_image(self, wildcards) -> list[tuple[str, str, str]]:
        """Return the same of an image's segmentations by variants that several users did."""
        return _names(self._targets.shared_cells_on_image(wildcards.dataset, wildcards.filter))

    def sampled_cells_on_image(self, wildcards) -> list[tuple[str, str, str]]:
        """Return the same of the population sample's segmentations of an image."""
        return _names(self._targets.sampled_cells_on_image(wildcards.dataset, wildcards.filter))

    def sampled_segmentations_on_image(self, wildcards) -> list[str]:
        """Return the population sample's segmentations of an image."""
        cells = self._targets.sampled_cells_on_image(wildcards.dataset, wildcards.filter)
        return self._targets.segmentations(cells)

    def cells_of_sittings(self, wildcards) -> list[tuple[str, str, str, int]]:
        """Return (variant, user, person, sitting) of an image's variants with further sittings."""
        cells = self._study.repeated_cells_on(wildcards.dataset, wildcards.filter)
        users = [self._users[cell.user] for cell in cells]
        return [
            (cell.variant, cell.user, user.person or user.name, user.sitting)
            for cell, user in zip(cells, users, strict=True)
        ]

    def segmentations_of_sittings(self, wildcards) -> list[str]:
        """Return the segmentations of an image's variants with further sittings."""
        cells = self._study.repeated_cells_on(wildcards.dataset, wildcards.filter)
        return self._targets.segmentations(cells)

    def cells_drawn_by_hand(self, wildcards) -> list[tuple[str, str, str]]:
        """Return (variant, user, group) of an image's segmentations with drawn labels."""
        return _names(self._targets.cells_drawn_by_hand(wildcards.dataset, wildcards.filter))

    def segmentations_of_batch(self, wildcards) -> list[str]:
        """Return a batch's segmentations of an image."""
        return self._targets.segmentations(self._cells_of_batch(wildcards))

    def shared_segmentations_on_image(self, wildcards) -> list[str]:
        """Return an image's segmentations by variants that several users of a group did."""
        cells = self._targets.shared_cells_on_image(wildcards.dataset, wildcards.filter)
        return self._targets.segmentations(cells)

    def drawings_on_image(self, wildcards) -> list[str]:
        """Return the labels that were drawn by hand on an image."""
        cells = self._targets.cells_drawn_by_hand(wildcards.dataset, wildcards.filter)
        return [self._targets.drawing_of(cell) for cell in cells]

    def _cells_of_batch(self, wildcards):
        return self._targets.cells_of_batch(wildcards.dataset, wildcards.filter, wildcards.batch)

    def repeated_parts(self, table: str) -> Callable:
        """Return an input function: the parts of a table that users of another structure fill."""
        return lambda wildcards: self._targets.repeated_parts(wildcards.structure, table)


def _of_source(path: Path) -> bool:
    """Return whether levels in a person's file are grey values of the original scan."""
    try:
        return levels_of(read_annotation(path)[0]) == SOURCE
    except FileError:
        # The job itself says what is wrong.
        return False


@cache
def _shape_in(path: Path) -> tuple[int, int, int]:
    with open_scan(path) as scan:
        return scan.shape


def _names(cells) -> list[tuple[str, str, str]]:
    return [(cell.variant, cell.user, cell.made_by) for cell in cells]


def _pattern(names: Iterable[str]) -> str:
    """Return a wildcard pattern of names; one that matches nothing if there are none."""
    return "|".join(names) or "-none-"
