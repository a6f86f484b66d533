"""Which slices a protocol asks for, in volumes of any height."""

from collections.abc import Sequence

import numpy as np

LEAST_INSIDE = 0.1
"""A slice with less than this share of the fullest one's field of view is not worth looking at."""


def slices_worth_looking_at(height: int, inside: np.ndarray | None) -> list[int]:
    """Return the slices that show enough of the sample; protocols count these slices.

    Parameters
    ----------
    height : int
        Slices in the volume.
    inside : ndarray of bool, shape (z, y, x), or None
        The field of view.

    Returns
    -------
    list of int
        All slices without a field of view, else those with at least `LEAST_INSIDE` (a choice) of
        the pixels that the fullest slice has inside.
    """
    if inside is None:
        return list(range(height))
    pixels = np.count_nonzero(inside, axis=(1, 2))
    return np.flatnonzero(pixels >= LEAST_INSIDE * pixels.max()).tolist()


def next_slices(after: int, among: Sequence[int]) -> list[int]:
    """Return the other slices in the order in which a user continues from one: up, then down."""
    return [z for z in among if z > after] + [z for z in reversed(among) if z < after]


def trained_slices(among: Sequence[int], which: int | str | Sequence[int]) -> list[int]:
    """Return the slices that are drawn, in the order of drawing.

    Parameters
    ----------
    among : sequence of int
        The slices that count, in order.
    which : int, {"first", "central", "last"} or sequence of int
        A number of equally spaced interior slices: seven of 200 are 100, 25, 50, 75, 125, 150, 175
        (Bailey et al. 2023, section 3.1.2). In general slice i of n is number
        i * len(among) / (n + 1), rounded down. Or a single slice by its place (section 2.5.3: a
        central one is better than the first or last). Or the slices themselves.

    Returns
    -------
    list of int
        For a number, the central slice, then the others from the first to the last.

    Raises
    ------
    ValueError
        If there are too few slices, or named ones are not among them or named twice.
    """
    height = len(among)
    if isinstance(which, list | tuple):
        named = [int(place) for place in which]
        if not named or len(set(named)) < len(named) or not set(named) <= set(among):
            raise ValueError(
                f"slices must be different ones from {among[0]} to {among[-1]}, and at least one; "
                f"found {list(which)}"
            )
        return named
    single = {"first": 0, "central": height // 2, "last": height - 1}
    if which in single:
        return [among[single[which]]]
    _require_count(height, which)
    places = [among[(index * height) // (which + 1)] for index in range(1, which + 1)]
    central = places.pop(which // 2)
    return [central, *places]


def seeded_slices(among: Sequence[int], which: str | int) -> list[int]:
    """Return the slices that are seeded by thresholds, from the first to the last.

    Parameters
    ----------
    among : sequence of int
        The slices that count, in order.
    which : {"first", "all"} or int
        The first slice (ML1 of the paper's Table 2), every slice (ML3), or a number of equally
        spaced ones (ML2: six) at the centres of as many equal slabs, which is an assumption: 16,
        50, 83, 116, 150, 183 of 200.

    Returns
    -------
    list of int

    Raises
    ------
    ValueError
        If `which` is none of these, or there are too few slices.
    """
    if which == "first":
        return [among[0]]
    if which == "all":
        return list(among)
    _require_count(len(among), which)
    return [among[((2 * index + 1) * len(among)) // (2 * which)] for index in range(which)]


def looked_at_slices(among: Sequence[int], looks: Sequence[float]) -> list[int]:
    """Return the slices at relative heights (at least 0, below 1), sorted, each once."""
    return sorted({among[int(look * len(among))] for look in looks})


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
