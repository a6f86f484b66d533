"""Whether input files are what the config says, judged by their headers before any job."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..imaging.conversion import level_of
from ..imaging.recorded_levels import LEVELS, in_levels, numbers_of, out_of_order
from ..imaging.tomograms import crop_corners
from ..methods import METHODS
from .model import Dataset

# Voxel sizes that differ by no more than this share are the same: headers round.
SAME_SIZE = 0.01


def source_problems(
    dataset: Dataset,
    shape: Sequence[int],
    dtype: object,
    voxel_size_nm: Sequence[float | None],
) -> list[str]:
    """Return what contradicts the config in a dataset's file.

    Parameters
    ----------
    dataset : Dataset
        With a source of kind ``file``, ``geometry`` or ``projections``; of the last, what is said
        is of the slices that are reconstructed.
    shape : sequence of int
        Slices, rows, columns of the file.
    dtype : object
        Of its values, as numpy takes it.
    voxel_size_nm : sequence of (float or None)
        Edges (z, y, x) that the file states; None where it says nothing.

    Returns
    -------
    list of str
        Sentences without the file's name, each naming the key to look at; empty if all is well.
    """
    source = dataset.source
    problems = []
    expected = source.get("expected_shape")
    if expected is not None and tuple(expected) != tuple(shape):
        problems.append(
            f"expected a volume of shape {tuple(expected)} (z, y, x; source.expected_shape), found "
            f"{tuple(shape)}; is it the right file, and are its slices complete?"
        )
    wanted = source.get("expected_dtype")
    if wanted is not None and np.dtype(wanted) != np.dtype(dtype):
        problems.append(
            f"expected {wanted} grey values (source.expected_dtype), found {np.dtype(dtype)}; "
            "export it again without conversion, or correct expected_dtype and grey_window"
        )
    measured = source["kind"] in ("file", "projections")
    if measured and dataset.grey_window is None and np.dtype(dtype) != np.uint8:
        problems.append(
            f"{np.dtype(dtype)} grey values need a grey_window to become 8-bit; take the ends that "
            "your viewer shows, or {percentiles: [0.1, 99.9]}"
        )
    start, stop = crop_corners(shape, dataset.start, dataset.shape)
    if any(last > size for last, size in zip(stop, shape, strict=True)):
        problems.append(
            f"the crop from {start} to {stop} (z, y, x) lies outside the volume of {list(shape)} "
            "voxels; move it or make it smaller"
        )
    problem = voxel_size_problem(voxel_size_nm, dataset.voxel_size_nm, "voxel_size_nm")
    if problem and not dataset.ignores_voxel_size:
        problems.append(problem)
    return problems


def voxel_size_problem(
    stated_nm: Sequence[float | None], expected_nm: float | Sequence[float], key: str
) -> str | None:
    """Return how the voxel size that a file states contradicts the config, and what to do.

    Parameters
    ----------
    stated_nm : sequence of (float or None)
        Edges (z, y, x) that the file states; None where it says nothing.
    expected_nm : float or sequence of float
        The config's: the edge of a cube, or edges (z, y, x).
    key : str
        Of the voxel size in the config.

    Returns
    -------
    str or None
        One sentence that names both; None if the file agrees with the config within 1 %.
    """
    cubic = not isinstance(expected_nm, Sequence)
    wanted = [float(expected_nm)] * 3 if cubic else [float(size) for size in expected_nm]
    known = [(axis, size) for axis, size in zip("zyx", stated_nm, strict=True) if size]
    stated = ", ".join(f"{axis} {size:g} nm" for axis, size in known)
    sizes = [size for _, size in known]
    way_out = "or set voxel_size_in_file: ignore where the file is wrong"
    if cubic and sizes and max(sizes) > (1 + SAME_SIZE) * min(sizes):
        return (
            f"its header says that voxels are not cubic ({stated}), but {key} is one size, "
            f"{wanted[0]:g} nm; resample the volume to cubes, {way_out}"
        )
    pairs = [(size, want) for size, want in zip(stated_nm, wanted, strict=True) if size]
    if any(abs(size - want) > SAME_SIZE * want for size, want in pairs):
        said = f"{wanted[0]:g} nm" if cubic else ", ".join(f"{want:g}" for want in wanted) + " nm"
        return (
            f"its header says that a voxel is {stated}, but {key} is {said}; correct the config, "
            f"{way_out}"
        )
    return None


def annotation_problem(
    annotation: Mapping,
    variant: str,
    method: str,
    grey_window: Sequence[float] | None = None,
    phases: int = 2,
) -> str | None:
    """Return why a recorded threshold or window does not fit its variant.

    Parameters
    ----------
    annotation : mapping
        What `manyeyes.files.annotations.read_annotation` returns.
    variant, method : str
    grey_window : (float, float), optional
        `Dataset.level_window`, by which grey values of the dataset's file become levels; None if it
        is not known before the file is read. Numbers of the source then cannot be judged.
    phases : int
        With three there are two boundaries.

    Returns
    -------
    str or None
        A sentence, or None if all is well.
    """
    expected = wanted_annotation(method)
    if annotation["kind"] != expected:
        return f"{variant} needs a {expected}, found a {annotation['kind']}"
    keys = ("level",) if expected == "threshold" else ("low", "high")
    lower = ("lower_level",) if expected == "threshold" else ("lower_low", "lower_high")
    if "slices" in annotation and METHODS[method].annotation != "seeds":
        return f"{variant} has one window for the whole image, found windows of slices"
    of_source = annotation.get("levels_of") == "source"
    for where, numbers in numbers_of(annotation):
        wanted = keys
        if phases > 2:
            missing = [key for key in lower if key not in numbers]
            if missing:
                return (
                    f"the study has three phases, so {variant} needs {' and '.join(missing)} too"
                    f"{where}, for the boundary between the darkest two"
                )
            wanted = (*lower, *keys)
        elif any(key in numbers for key in lower):
            return f"{' and '.join(lower)} divides a third phase, but the study has two"
        problem = None if of_source else _no_level(numbers, wanted, where, grey_window)
        if problem:
            return problem
    if of_source and grey_window is not None:
        try:
            annotation = in_levels(annotation, grey_window)
        except ValueError as error:
            return str(error)
    for where, numbers in numbers_of(annotation):
        wanted = (*lower, *keys) if phases > 2 else keys
        # Of the source of an inverted dataset, only levels are in this order.
        if not (of_source and grey_window is None):
            problem = out_of_order(numbers, wanted)
            if problem:
                return f"{problem}{where}"
    return None


def wanted_annotation(method: str) -> str:
    """Return which kind of numbers a person's file for a method holds."""
    found = METHODS[method]
    return "window" if found.annotation == "seeds" else found.kind.stored_as


def _no_level(numbers: Mapping, keys, where: str, window) -> str | None:
    """Return which number is no level of an 8-bit image, in words."""
    for key in keys:
        value = numbers[key]
        # NaN fails both comparisons.
        if not LEVELS[0] <= value <= LEVELS[1] or value != int(value):
            return (
                f"{key} must be a whole grey level from {LEVELS[0]} to {LEVELS[1]} of the 8-bit "
                f"images in results/<study>/images, found {value!r}{where}"
                f"{_translated(key, value, window)}"
            )
    return None


def _translated(key: str, value: float, window: Sequence[float] | None) -> str:
    """Return how a grey value of the dataset's file is declared, and which level it would be."""
    declared = 'write "levels_of": "source" beside it if that is what it is'
    if window is None or not min(window) <= value <= max(window):
        return f"; for a grey value of the scan's file, {declared}"
    level = level_of(value, window)
    return f"; as a grey value of the file it would be {key}: {level}; {declared}"
