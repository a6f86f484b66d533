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
}
"""The numbers that the JSON of each kind of annotation must contain."""

LOWER_KEYS = {"threshold": {"lower_level"}, "window": {"lower_low", "lower_high"}}
"""The numbers that it contains besides where three phases are labelled."""

_EXAMPLE = '{"kind": "threshold", "level": 125}'


def read_annotation(
    path, drawing=None, advice: str = "correct it, or save it again"
) -> tuple[dict, np.ndarray | None]:
    """Return what a user did for one image and variant.

    Parameters
    ----------
    path : path-like
        The JSON: ``user``, ``made_by`` (simulated or recorded), ``kind`` and the numbers of
        `STORED_KEYS`, and where three phases are labelled those of `LOWER_KEYS`.
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
    missing = STORED_KEYS[kind] - annotation.keys()
    if missing:
        raise FileError(f"{path}: a {kind} needs {', '.join(sorted(missing))}; {advice}")
    lower = LOWER_KEYS.get(kind, set())
    if lower & annotation.keys() and lower - annotation.keys():
        raise FileError(f"{path}: a {kind} has all or none of {', '.join(sorted(lower))}; {advice}")
    for key in sorted(STORED_KEYS[kind] | (lower & annotation.keys())):
        if not _is_number(annotation[key]):
            raise FileError(
                f"{path}: {key} must be a number, found {annotation[key]!r:.60}; {advice}"
            )
    if kind != "drawing":
        return annotation, None
    if drawing is None:
        raise FileError(f"{path}: a drawing needs its label volume, a TIFF of the same name")
    return annotation, read_result(drawing)


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
