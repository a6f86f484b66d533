"""Check the headers of all input files before any job, and report every problem at once."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from ..fibsem.geometry import SliceGeometry
from ..files.annotations import read_annotation
from ..files.errors import FileError
from ..files.formats import settings_of
from ..files.label_files import labels_shape
from ..files.projections import open_scan
from ..files.slices import slice_facts
from ..files.volumes import volume_facts
from ..imaging.label_checks import misfit
from ..projections.centre import first_half_turn
from ..projections.geometry import check_angles
from ..study.inputs import (
    annotation_problem,
    source_problems,
    voxel_size_problem,
)
from ..study.model import Dataset, Study
from ..study.projected import reconstructed_shape

# Files of one size are the same if these parts of them are.
_SAMPLES, _SAMPLE_BYTES = 9, 2**16


def input_problems(study: Study, file_of: Callable[[Mapping], str]) -> list[str]:
    """Return what is wrong with the input files of a study that are there.

    Parameters
    ----------
    study : Study
        With one realisation of each dataset.
    file_of : callable
        Returns where the file of an entry of the config lies. Files that are not there are
        skipped: they are fetched, or reported elsewhere.

    Returns
    -------
    list of str
        One sentence a problem, each starting with its key and file; empty if all is well.
    """
    shapes: dict[str, tuple] = {}
    found = [
        *_sources(study, file_of, shapes),
        *_copies(study, file_of),
        *_masks(study, file_of, shapes),
        *_truths(study, file_of, shapes),
        *_recordings(study, file_of, shapes),
        *_stack(study, file_of),
    ]
    return list(dict.fromkeys(found))


def _sources(study: Study, file_of, shapes: dict[str, tuple]) -> Iterator[str]:
    """Yield problems of tomograms and geometries, and note their shapes."""
    for name, dataset in study.datasets.items():
        if "file" not in dataset.source:
            continue
        path = Path(file_of(dataset.source))
        if dataset.source["kind"] == "projections":
            yield from _scan(dataset, path, shapes)
            continue
        key = f"datasets.{name} ({path})"
        if not path.exists():
            continue
        try:
            facts = volume_facts(
                path,
                labels=dataset.source["kind"] == "geometry",
                settings=settings_of(dataset.source),
            )
        except FileError as error:
            yield f"datasets.{name}: {error}"
            continue
        shapes[name] = facts.shape
        for problem in source_problems(dataset, facts.shape, facts.dtype, facts.voxel_size_nm):
            yield f"{key}: {problem}"


def _copies(study: Study, file_of) -> Iterator[str]:
    """Yield datasets that are the same crop of equal files, which would count twice."""
    seen: dict[tuple, tuple[str, Path]] = {}
    for name, dataset in study.datasets.items():
        if dataset.source["kind"] != "file":
            continue
        path = Path(file_of(dataset.source))
        if not path.is_file():
            continue
        part = repr((settings_of(dataset.source), dataset.start, dataset.shape))
        window = repr((dataset.grey_window, dataset.active, dataset.mask))
        other = seen.setdefault((_sample_of(path), part, window), (name, path))
        if other[0] != name:
            yield (
                f"datasets.{name} ({path}): this is a copy of {other[1]}, the file of "
                f"{other[0]}, and its crop is the same, which would count twice; keep one of them"
            )


def _sample_of(path: Path) -> tuple[int, bytes]:
    """Return the size of a file and a digest of parts of it, which differ between tomograms."""
    size = path.stat().st_size
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        for k in range(_SAMPLES):
            file.seek(k * max(0, size - _SAMPLE_BYTES) // (_SAMPLES - 1))
            digest.update(file.read(_SAMPLE_BYTES))
    return size, digest.digest()


def _scan(dataset: Dataset, path: Path, shapes: dict[str, tuple]) -> Iterator[str]:
    """Yield problems of projections, and note the shape of what is reconstructed from them."""
    if not path.exists():
        return
    key = f"datasets.{dataset.name}"
    settings = dataset.source.get("reconstruction", {})
    try:
        with open_scan(path) as scan:
            found, angles_deg, pixel_nm = scan.shape, scan.angles_deg, scan.pixel_nm
            # What is in the file is known by its header; that it can be read is tried on one row.
            scan.whites(0, 1)
            scan.darks(0, 1)
    except FileError as error:
        yield f"{key}: {error}"
        return
    try:
        check_angles(angles_deg, found[0])
        if settings.get("centre") is None:
            first_half_turn(angles_deg, found[0])
        elif not 0 <= settings["centre"] < found[2]:
            raise ValueError(
                f"source.reconstruction.centre: {settings['centre']:g} is no column of the "
                f"detector, which has {found[2]}"
            )
    except ValueError as error:
        yield f"{key} ({path}): {error}"
    try:
        shape = reconstructed_shape(dataset, found)
    except ValueError as error:
        yield f"{key} ({path}): source.reconstruction: {error}"
        return
    shapes[dataset.name] = shape
    for problem in source_problems(dataset, shape, np.dtype(np.float32), (pixel_nm,) * 3):
        yield f"{key} ({path}): {problem}"


def _masks(study: Study, file_of, shapes: Mapping[str, tuple]) -> Iterator[str]:
    """Yield problems of masks that are files."""
    for name, dataset in study.datasets.items():
        if not dataset.mask_from_file:
            continue
        path = Path(file_of(dataset.mask))
        if not path.exists():
            continue
        try:
            shape = volume_facts(path, labels=True, settings=settings_of(dataset.mask)).shape
        except FileError as error:
            yield f"datasets.{name}.mask: {error}"
            continue
        problem = misfit(shape, dataset.shape, shapes.get(name), "mask")
        if problem:
            yield f"datasets.{name}.mask ({path}): {problem}"


def _truths(study: Study, file_of, shapes: Mapping[str, tuple]) -> Iterator[str]:
    """Yield problems of references."""
    for name, dataset in study.datasets.items():
        path = Path(file_of(dataset.truth)) if dataset.truth is not None else None
        if path is None or not path.exists():
            continue
        try:
            shape = labels_shape(path, settings_of(dataset.truth))
        except FileError as error:
            yield f"datasets.{name}.truth: {error}"
            continue
        problem = shape and misfit(shape, dataset.shape, shapes.get(name), "reference")
        if problem:
            yield f"datasets.{name}.truth ({path}): {problem}"


def _recordings(study: Study, file_of, shapes: Mapping[str, tuple]) -> Iterator[str]:
    """Yield problems of what people recorded."""
    seen: dict[Path, tuple | None] = {}
    for user in study.recorded_users():
        for recording in user.recordings:
            path = Path(file_of(recording.file))
            if not path.exists():
                continue
            dataset = study.datasets[recording.dataset]
            method = study.variants[recording.variant]["method"]
            key = f"users.{user.person or user.name}" + (".recorded" if user.folder is None else "")
            try:
                if recording.kind in ("labels", "segmentation") and path.suffix != ".json":
                    # One file may be given for several images and variants.
                    if path not in seen:
                        seen[path] = labels_shape(path, settings_of(recording.file))
                    known = seen[path]
                    source = shapes.get(recording.dataset)
                    problem = None if known is None else misfit(known, dataset.shape, source)
                else:
                    annotation, _ = read_annotation(path)
                    problem = annotation_problem(
                        annotation,
                        recording.variant,
                        method,
                        dataset.level_window,
                        len(study.phases.entries),
                    )
            except FileError as error:
                yield f"{key}: {error}"
                continue
            if problem:
                yield f"{key} ({path}): {problem}"


def _stack(study: Study, file_of) -> Iterator[str]:
    """Yield problems of the FIB-SEM stack."""
    chain = (study.baseline or {}).get("fibsem")
    if chain is None or "file" not in chain["source"]:
        return
    source = chain["source"]
    path = Path(file_of(source))
    if not path.exists():
        return
    try:
        facts = slice_facts(path)
    except FileError as error:
        yield f"baseline.fibsem.source: {error}"
        return
    key = f"baseline.fibsem ({path})"
    if facts.dtype != np.uint8:
        yield f"{key}: expected 8-bit slices, found {facts.dtype}; convert them with one window"
    geometry = SliceGeometry(**chain["geometry"])
    dz, dy, dx = facts.voxel_size_nm
    # The microscope states one pixel size even where rows are foreshortened.
    stated = (dz, dy if geometry.tilt_corrected else None, dx)
    problem = voxel_size_problem(stated, geometry.voxel_size_nm, "geometry")
    if problem and source.get("voxel_size_in_file") != "ignore":
        yield f"{key}: {problem}"
