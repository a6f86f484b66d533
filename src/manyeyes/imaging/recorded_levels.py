"""What people did with sliders, as 8-bit levels of their images: converted and checked."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from .conversion import level_of

THRESHOLD_KEYS = ("lower_level", "level")
WINDOW_KEYS = ("lower_low", "lower_high", "low", "high")
"""The numbers of a threshold and of a window, from the darkest boundary to the brightest."""

# A grey level from which everything is active, and one from which nothing is.
LEVELS = (0, 256)


def in_levels(annotation: Mapping, window: Sequence[float]) -> dict:
    """Return a threshold or a window whose numbers are grey values of the scan, in 8-bit levels.

    Parameters
    ----------
    annotation : mapping
        As `manyeyes.files.annotations.read_annotation` returns it, with ``levels_of: source``.
    window : (float, float)
        The grey values that became 0 and 255 (`Dataset.level_window`). Where it
        is reversed, dark material is active: then up to `level` of the scan everything is active.

    Returns
    -------
    dict
        Without ``levels_of``; ``record`` holds the window and the numbers as they were recorded.

    Raises
    ------
    ValueError
        If a number lies outside the window.
    """
    kept = {key: value for key, value in annotation.items() if key != "levels_of"}
    given = {key: kept[key] for key in (*THRESHOLD_KEYS, *WINDOW_KEYS) if key in kept}
    if "slices" in kept:
        kept["slices"] = [{**one, **_converted(one, window)} for one in kept["slices"]]
        given["slices"] = annotation["slices"]
    record = {"grey_window": [float(end) for end in window], "in_grey_values": given}
    return {**kept, **_converted(kept, window), "record": {**kept.get("record", {}), **record}}


def _converted(numbers: Mapping, window: Sequence[float]) -> dict:
    """Return the numbers of one threshold or window as levels, in their order."""
    found = {}
    for keys in (("level",), ("lower_level",), ("low", "high"), ("lower_low", "lower_high")):
        if all(key in numbers for key in keys):
            levels = [_level(numbers[key], window) for key in keys]
            # Where the conversion inverts, the darker end of a window is the brighter one.
            found |= dict(zip(keys, sorted(levels), strict=True))
    return found


def _level(value: float, window: Sequence[float]) -> int:
    """Return the level from which on an image is what "at least `value`" of the scan selects.

    Voxels of one level have grey values around that of the level, so the boundary below a level
    lies half a level lower. This one is the nearest to the value, at most half a level away.
    """
    # Refuses what lies outside the window.
    level_of(value, window)
    first, last = (float(end) for end in window)
    place = 255 * (value - first) / (last - first)
    return math.ceil(round(place, 9))


def numbers_of(annotation: Mapping) -> Iterator[tuple[str, Mapping]]:
    """Yield the numbers of an annotation: once, or for each slice with the words "on slice n"."""
    if "slices" in annotation:
        for window in annotation["slices"]:
            yield f" on slice {window['slice']}", window
    else:
        yield "", annotation


def out_of_order(numbers: Mapping, keys: Sequence[str]) -> str | None:
    """Return which of some levels lies above the next, in words."""
    for one, other in pairwise(keys):
        if numbers[one] > numbers[other]:
            return f"{one} ({numbers[one]}) must not lie above {other} ({numbers[other]})"
    return None
