"""Which slices a protocol asks for, in volumes of any height."""

from collections.abc import Sequence

import numpy as np

LEAST_INSIDE = 0.1
"""A slice with less than this share of the fullest one's field of view is not worth looking at."""


def slices_worth_looking_at(height: int, inside: np.ndarray | None) -> list[int]:
    """Return the slices that show enough of the sample.

    Protocols count these slices: the first, the central one, seven equally spaced ones.

    Parameters
    ----------
    height : int
        Slices in the volume.
    inside : ndarray of bool, shape (z, y, x), or None
        The field of view.

    Returns
    -------
    list of int
        All of them without a field of view, else those of at least `LEAST_INSIDE` (a choice) of
        the most that a slice has inside.
    """
    if inside is None:
        return list(range(height))
    pixels = np.count_nonzero(inside, axis=(1, 2))
    return np.flatnonzero(pixels >= LEAST_INSIDE * pixels.max()).tolist()


def next_slices(after: int, among: Sequence[int]) -> list[int]:
    """Return the other slices in the order in which a user continues from one: up, then down."""
    return [z for z in among if z > after] + [z for z in reversed(among) if z < after]


def trained_slices(height: int, which: int | str | Sequence[int]) -> list[int]:
    """Return the slices that are drawn, in the order of drawing.

    Parameters
    ----------
    height : int
        Slices in the volume.
    which : int, {"first", "central", "last"} or sequence of int
        A number of equally spaced interior slices: seven of 200 are 100, 25, 50, 75, 125, 150, 175
        (Bailey et al. 2023, section 3.1.2); in general slice i of n lies at i * height / (n + 1),
        rounded down. A single slice by its place (section 2.5.3: a central one is better than the
        first or last). Or the slices themselves.

    Returns
    -------
    list of int
        Of a number, the central slice, then the others from the first to the last.

    Raises
    ------
    ValueError
        If the volume is too low for so many different slices, or slices are named that it does
        not have, or twice.
    """
    if isinstance(which, list | tuple):
        return _named(height, which)
    single = {"first": 0, "central": height // 2, "last": height - 1}
    if which in single:
        return [single[which]]
    count = which
    _require_count(height, count)
    places = [(index * height) // (count + 1) for index in range(1, count + 1)]
    central = places[count // 2]
    return [central] + [place for place in places if place != central]


def seeded_slices(height: int, which: str | int) -> list[int]:
    """Return the slices that are seeded by thresholds.

    Parameters
    ----------
    height : int
        Slices in the volume.
    which : {"first", "all"} or int
        "first" is slice 0 (ML1 of the paper's Table 2), "all" every slice (ML3), and a number so
        many equally spaced ones (ML2: six), at the centres of as many equal slabs, which is an
        assumption: 16, 50, 83, 116, 150, 183 of 200.

    Returns
    -------
    list of int
        From the first to the last.

    Raises
    ------
    ValueError
        If `which` is none of these, or the volume is too low for so many different slices.
    """
    if which == "first":
        return [0]
    if which == "all":
        return list(range(height))
    _require_count(height, which)
    return [((2 * index + 1) * height) // (2 * which) for index in range(which)]


def looked_at_slices(height: int, looks: Sequence[float]) -> list[int]:
    """Return the slices at relative heights, each once.

    Parameters
    ----------
    height : int
        Slices in the volume.
    looks : sequence of float
        Relative heights, at least 0 and below 1.

    Returns
    -------
    list of int
        From the first to the last.
    """
    return sorted({int(look * height) for look in looks})


def _named(height: int, which: Sequence[int]) -> list[int]:
    places = [int(place) for place in which]
    if not places or len(set(places)) < len(places) or not all(0 <= z < height for z in places):
        raise ValueError(
            f"slices must be different ones from 0 to {height - 1}, and at least one; "
            f"found {list(which)}"
        )
    return places


def _require_count(height: int, count: int) -> None:
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ValueError(
            "slices must be a whole number of at least 1 or a word that the method knows, "
            f"found {count!r}"
        )
    if count >= height:
        raise ValueError(
            f"{count} slices do not fit between the ends of a volume of {height}; ask for fewer"
        )
