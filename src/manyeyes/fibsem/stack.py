"""Whether a stack of slices is complete and in order; if not, it is refused, or repaired."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy

# Share of the median slice's standard deviation below which a slice is blank.
_BLANK_SHARE = 0.1
# Slices are compared by thumbnails of about this many pixels along their longer edge.
_THUMBNAIL_PX = 96
# Of four slices in order, the outer pairs of neighbours differ less than the pairs next but one, at
# least by this factor: twins in order give 1.8 or more, any disorder 1.02 or less.
_IN_ORDER = 1.2
# Share of the median likeness of neighbours below which two neighbours are a jump.
_JUMP = 0.5


@dataclass(frozen=True)
class Repair:
    """A slice that replaces one that could not be used.

    Attributes
    ----------
    slice : int
        Place in the stack, from 0.
    problem : str
        ``missing`` or ``blank``.
    taken_from : int
        Place of the slice that was copied.
    """

    slice: int
    problem: str
    taken_from: int


def check_numbers(numbers: Sequence[int]) -> list[int]:
    """Return the numbers missing between the first and last of slice numbers (in file order).

    Raises
    ------
    ValueError
        If a number occurs twice, the numbers do not increase, or more are missing than present.
    """
    numbers = list(numbers)
    for before, after in itertools.pairwise(numbers):
        if after == before:
            raise ValueError(
                f"slice {after} comes twice: is that the slice's number in the files' names?"
            )
        if after < before:
            raise ValueError(
                f"slice {after} comes after slice {before}: the slices are out of order; name the "
                "files so that sorting by name is sorting by number (leading zeros)"
            )
    if not numbers:
        raise ValueError("there are no slices; is it the right folder?")
    gaps = [range(a + 1, b) for a, b in itertools.pairwise(numbers) if b > a + 1]
    # Two in a row cannot be repaired, so no more than there are slices need be listed.
    if numbers[-1] - numbers[0] >= 2 * len(numbers):
        raise ValueError(
            f"of slices {numbers[0]} to {numbers[-1]} only {len(numbers)} are there, "
            f"{listed_ranges((gap[0], gap[-1]) for gap in gaps)} are missing; is that the slice's "
            "number in the files' names?"
        )
    return [number for gap in gaps for number in gap]


def listed_ranges(ranges: Iterable[tuple[int, int]], most: int = 5) -> str:
    """Return at most `most` ranges (first, last) as text, such as ``4, 7 to 12, ...``."""
    listed = [f"{first}" if first == last else f"{first} to {last}" for first, last in ranges]
    return ", ".join(listed[:most] + ["..."] * (len(listed) > most))


def as_ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return the first and last number of each run of consecutive numbers."""
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ranges


def check_slices(slices: Sequence[np.ndarray], numbers: Sequence[int] | None = None) -> None:
    """Raise ValueError unless all slices are 8-bit images of one shape.

    Parameters
    ----------
    slices : sequence of ndarray
    numbers : sequence of int, optional
        Of the slices, for messages; from 0 by default.
    """
    if len(slices) == 0:
        raise ValueError("there are no slices; is it the right file or folder?")
    numbers = range(len(slices)) if numbers is None else numbers
    first = slices[0]
    for k, image in zip(numbers, slices, strict=True):
        if image.ndim != 2 or image.dtype != np.uint8:
            raise ValueError(
                f"slice {k}: expected an 8-bit grey image (y, x), found {image.dtype} of shape "
                f"{image.shape}; convert the whole stack to 8 bits with one window"
            )
        if image.shape != first.shape:
            raise ValueError(
                f"slice {k} has {image.shape[0]} x {image.shape[1]} pixels, slice {numbers[0]} has "
                f"{first.shape[0]} x {first.shape[1]}: all slices must have one size and scale; "
                "leave out overviews and images at another magnification"
            )


def blank_slices(slices: Sequence[np.ndarray]) -> list[int]:
    """Return the slices that show nothing: black, or of one grey level.

    Parameters
    ----------
    slices : sequence of ndarray of uint8, shape (y, x)

    Raises
    ------
    ValueError
        If most slices are blank.
    """
    spread = np.array([image.std() for image in slices])
    usual = np.median(spread)
    if usual == 0:
        raise ValueError("at least half of the slices show a single grey level: is it an image?")
    return np.flatnonzero(spread < _BLANK_SHARE * usual).tolist()


def misplaced_slices(slices: Sequence[np.ndarray]) -> list[int]:
    """Return the slices that seem to lie in the wrong place.

    Slices change gradually, so of four in a row a, b, c, d the pairs (a, b) and (c, d) are more
    alike than (a, c) and (b, d). Thumbnails are compared, which noise, curtains and a few pixels of
    drift hardly affect. A stack that is reversed as a whole is in order. Slices so thick that
    neighbours have little in common cannot be distinguished from slices in disorder.

    Parameters
    ----------
    slices : sequence of ndarray of uint8, shape (y, x)
        Those that are not blank, none twice. Fewer than four cannot be judged.

    Returns
    -------
    list of int
        Slices b and c of every four for which this does not hold, and those that are much less
        like their predecessor than neighbours usually are.
    """
    if len(slices) < 4:
        return []
    thumbnails = np.array([_thumbnail(image) for image in slices])

    def unlikeness(step):
        return 1 - np.einsum("ki,ki->k", thumbnails[:-step], thumbnails[step:])

    near, next_but_one = unlikeness(1), unlikeness(2)
    outer = near[:-2] + near[2:]
    disorder = np.flatnonzero(next_but_one[:-1] + next_but_one[1:] < _IN_ORDER * outer)
    jumps = np.flatnonzero(1 - near < _JUMP * np.median(1 - near))
    return sorted({int(k) + 1 for k in (*disorder, *(disorder + 1), *jumps)})


def repair(
    slices: Sequence[np.ndarray], missing: Sequence[int], blank: Sequence[int]
) -> tuple[list[np.ndarray], list[Repair]]:
    """Replace missing and blank slices by a copy of a neighbour, and record it.

    A mean of both neighbours would show edges that no face has, as they are displaced.

    Parameters
    ----------
    slices : sequence of ndarray of uint8, shape (y, x)
        In order, without the missing ones.
    missing : sequence of int
        Places of missing slices in the repaired stack.
    blank : sequence of int
        From `blank_slices`.

    Returns
    -------
    slices : list of ndarray
    repairs : list of Repair

    Raises
    ------
    ValueError
        If two or more slices in a row are missing or blank.
    """
    gaps, blank = set(missing), set(blank)
    if gaps and (min(gaps) < 0 or max(gaps) >= len(slices) + len(gaps)):
        raise ValueError(f"missing slices {sorted(gaps)} do not lie within the stack")
    given = iter(range(len(slices)))
    sources = [None if k in gaps else next(given) for k in range(len(slices) + len(gaps))]
    usable = [source is not None and source not in blank for source in sources]
    repaired, repairs = [], []
    for k, source in enumerate(sources):
        if usable[k]:
            repaired.append(slices[source])
            continue
        if k > 0 and not usable[k - 1]:
            raise ValueError(
                f"slices {k - 1} and {k} are both missing or blank: a gap of two slices cannot be "
                "bridged; find the slices, or use the part of the stack before or after"
            )
        neighbour = k - 1 if k > 0 else k + 1
        if neighbour >= len(sources) or not usable[neighbour]:
            raise ValueError(
                f"slices {k} and {neighbour} are both missing or blank: a gap of two slices cannot "
                "be bridged; use the part of the stack before or after"
            )
        repaired.append(slices[sources[neighbour]])
        repairs.append(Repair(k, "blank" if source is not None else "missing", neighbour))
    return repaired, repairs


def _thumbnail(image: np.ndarray) -> np.ndarray:
    """Return a small, blurred version of unit length and zero mean, as a vector; float32."""
    factor = max(1, max(image.shape) // _THUMBNAIL_PX)
    smooth = scipy.ndimage.uniform_filter(image.astype(np.float32), factor)[::factor, ::factor]
    smooth = scipy.ndimage.gaussian_filter(smooth, 1.0)
    smooth -= smooth.mean()
    return smooth.ravel() / max(float(np.linalg.norm(smooth)), 1e-6)
