"""Whether input files are what the config says, judged by their headers before any job."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from ..imaging.tomograms import crop_corners
from ..methods import METHODS
from .model import Dataset

# Voxel sizes that differ by no more than this share are the same: headers round.
SAME_SIZE = 0.01
# A grey level from which everything is active, and one from which nothing is.
LEVELS = (0, 256)


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

    `annotation` is what `read_annotation` returns; `grey_window` (`Dataset.level_window`) turns
    grey values of the dataset's file into levels. With three `phases` there are two boundaries.
    """
    expected = METHODS[method].kind.stored_as
    if annotation["kind"] != expected:
        return f"{variant} needs a {expected}, found a {annotation['kind']}"
    keys = ("level",) if expected == "threshold" else ("low", "high")
    lower = ("lower_level",) if expected == "threshold" else ("lower_low", "lower_high")
    if phases > 2:
        missing = [key for key in lower if key not in annotation]
        if missing:
            return (
                f"the study has three phases, so {variant} needs {' and '.join(missing)} too, for "
                "the boundary between the darkest two"
            )
        keys = (*lower, *keys)
    elif any(key in annotation for key in lower):
        return f"{' and '.join(lower)} divides a third phase, but the study has two"
    for key in keys:
        value = annotation[key]
        # NaN fails both comparisons.
        if not LEVELS[0] <= value <= LEVELS[1] or value != int(value):
            return (
                f"{key} must be a whole grey level from {LEVELS[0]} to {LEVELS[1]} of the 8-bit "
                f"images in results/<study>/images, found {value!r}"
                f"{_translated(key, value, grey_window)}"
            )
    for one, other in pairwise(keys):
        if annotation[one] > annotation[other]:
            return f"{one} ({annotation[one]}) must not lie above {other} ({annotation[other]})"
    return None


def _translated(key: str, value: float, window: Sequence[float] | None) -> str:
    """Return words that give a grey value of the dataset's file as a level of its 8-bit images."""
    if window is None or not min(window) <= value <= max(window):
        return ""
    level = round((value - window[0]) * 255 / (window[1] - window[0]))
    return f"; as a grey value of the file it would be {key}: {level}"
