"""What a person did to label an image: a JSON, and for a drawing a label volume beside it."""

import math

import numpy as np

from .documents import parsed_json, write_json
from .errors import FileError
from .results import read_result, write_volume

STORED_KEYS = {
    "threshold": {"level"},
    "window": {"low", "high"},
    "drawing": set(),
    "nothing": set(),
    "segmentation": set(),
}
"""The numbers that the JSON of each kind of annotation must contain."""

LOWER_KEYS = {"threshold": {"lower_level"}, "window": {"lower_low", "lower_high"}}
"""The numbers that it contains besides where three phases are labelled."""

SLICES = "slices"
"""The key of a window that was set anew on each slice: a list of ``slice`` and its numbers."""

LEVELS_OF = "levels_of"
"""The key that says which grey values a person's numbers are: of the `IMAGE` or of the `SOURCE`."""
IMAGE, SOURCE = "image", "source"

_EXAMPLE = '{"kind": "threshold", "level": 125}'
_MOST_SLICES = 100_000


def read_annotation(
    path, drawing=None, advice: str = "correct it, or save it again"
) -> tuple[dict, np.ndarray | None]:
    """Return what a user did for one image and variant.

    Parameters
    ----------
    path : path-like
        The JSON: ``user``, ``made_by`` (simulated or recorded), ``kind`` and the numbers of
        `STORED_KEYS`, and where three phases are labelled those of `LOWER_KEYS`. In a person's file
        a window may have ``slices`` in place of numbers, and ``levels_of`` may be ``source``.
    drawing : path-like, optional
        The label volume of a drawing, a TIFF.
    advice : str
        What to do if it is wrong; `errors.RUN_AGAIN` if a job wrote it.

    Returns
    -------
    annotation : dict
    labels : ndarray of uint8, shape (z, y, x), or None

    Raises
    ------
    FileError
        If the JSON is not an annotation or the drawing is missing.
    """
    annotation = parsed_json(path, "an annotation in JSON", advice)
    if _is_number(annotation):
        raise FileError(
            f"{path}: a number alone does not say what it is; write "
            f'{{"kind": "threshold", "level": {annotation!r:.20}}}'
        )
    if not isinstance(annotation, dict):
        raise FileError(
            f"{path}: expected an annotation such as {_EXAMPLE}, found {str(annotation)[:60]!r}; "
            f"{advice}"
        )
    kind = annotation.get("kind")
    if not isinstance(kind, str) or kind not in STORED_KEYS:
        raise FileError(
            f"{path}: kind must be one of {', '.join(STORED_KEYS)}, found {kind!r:.60}; {advice}"
        )
    if annotation.get(LEVELS_OF, IMAGE) not in (IMAGE, SOURCE):
        raise FileError(
            f'{path}: levels_of is "{IMAGE}" (8-bit levels of the images) or "{SOURCE}" (grey '
            f"values of the scan's file), found {annotation[LEVELS_OF]!r:.60}; {advice}"
        )
    if kind == "window" and SLICES in annotation:
        _check_slices(path, annotation, advice)
    else:
        _check_numbers(path, annotation, kind, f"a {kind}", advice)
    if kind not in ("drawing", "segmentation") or (kind == "segmentation" and drawing is None):
        return annotation, None
    if drawing is None:
        raise FileError(f"{path}: a drawing needs its label volume, a TIFF of the same name")
    return annotation, read_result(drawing)


def levels_of(annotation: dict) -> str:
    """Return whose grey values the numbers of an annotation are: `IMAGE` or `SOURCE`."""
    return annotation.get(LEVELS_OF, IMAGE)


def _check_slices(path, annotation: dict, advice: str) -> None:
    """Refuse windows of slices unless each is a window of a slice of its own."""
    windows = annotation[SLICES]
    if not isinstance(windows, list) or not 0 < len(windows) <= _MOST_SLICES:
        raise FileError(
            f'{path}: slices is a list such as [{{"slice": 0, "low": 100, "high": 150}}], found '
            f"{windows!r:.60}; {advice}"
        )
    for window in windows:
        place = window.get("slice") if isinstance(window, dict) else None
        if not isinstance(place, int) or isinstance(place, bool) or place < 0:
            raise FileError(
                f"{path}: each entry of slices has the number of its slice, from 0 on, found "
                f"{window!r:.60}; {advice}"
            )
        _check_numbers(path, window, "window", f"the window of slice {place}", advice)
    places = [window["slice"] for window in windows]
    if len(set(places)) < len(places):
        raise FileError(f"{path}: a slice has two windows; keep one of each; {advice}")


def _check_numbers(path, annotation: dict, kind: str, what: str, advice: str) -> None:
    """Refuse an annotation without the numbers of its kind."""
    missing = STORED_KEYS[kind] - annotation.keys()
    if missing:
        raise FileError(f"{path}: {what} needs {', '.join(sorted(missing))}; {advice}")
    lower = LOWER_KEYS.get(kind, set())
    if lower & annotation.keys() and lower - annotation.keys():
        raise FileError(f"{path}: {what} has all or none of {', '.join(sorted(lower))}; {advice}")
    for key in sorted(STORED_KEYS[kind] | (lower & annotation.keys())):
        if not _is_number(annotation[key]):
            raise FileError(
                f"{path}: {key} must be a number, found {annotation[key]!r:.60}; {advice}"
            )


def _is_number(value: object) -> bool:
    """Whether a value is a number that a float can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def write_annotation(annotation, path, drawing, user: str, voxel_size_nm: float) -> None:
    """Write what a simulated user did, in the same format as what a person recorded.

    Parameters
    ----------
    annotation : manyeyes.annotations.Annotation
    path : path-like
        Of the JSON.
    drawing : path-like or None
        Of the label volume, for a `Drawing`.
    user : str
    voxel_size_nm : float
    """
    kind = type(annotation).__name__.lower()
    keys = sorted(STORED_KEYS[kind] | LOWER_KEYS.get(kind, set()))
    numbers = {key: getattr(annotation, key) for key in keys}
    numbers = {key: value for key, value in numbers.items() if value is not None}
    record = {"user": user, "made_by": "simulated", "kind": kind, "record": annotation.record}
    write_json(record | numbers, path)
    if drawing is not None:
        write_volume(drawing, annotation.labels, voxel_size_nm)
