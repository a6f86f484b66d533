"""Settings that a study's YAML gives: keys and numbers are checked when they are read."""

import dataclasses
import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np


def read_settings(settings: Mapping, cls: type, what: str, beside: Collection[str] = ()):
    """Return a dataclass with the settings of a mapping, and defaults for the others.

    Parameters
    ----------
    settings : Mapping
        Fields of `cls`.
    cls : type
        A dataclass, which checks the values itself.
    what : str
        What is set, for messages, such as ``imaging``.
    beside : collection of str
        Keys of the mapping that are no field of the class.

    Returns
    -------
    instance of `cls`

    Raises
    ------
    ValueError
        If a key is unknown or missing, or a value is impossible. The message names the key.
    """
    if not isinstance(settings, Mapping):
        raise ValueError(f"{what} needs keys and values, not {type(settings).__name__}")
    fields = dataclasses.fields(cls)
    known = [*beside, *(field.name for field in fields)]
    unknown = sorted(str(key) for key in settings if key not in known)
    if unknown:
        raise ValueError(
            f"unknown key {', '.join(unknown)} in {what}; its keys are {', '.join(known)}"
        )
    missing = [
        field.name
        for field in fields
        if field.default is dataclasses.MISSING and field.name not in settings
    ]
    if missing:
        raise ValueError(f"{what} needs {' and '.join(missing)}")
    return cls(**{key: value for key, value in settings.items() if key not in beside})


def check_number(key: str, value: object, low: float, high: float = math.inf) -> None:
    """Raise ValueError unless a setting is a finite number within two bounds."""
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    if not numeric or not math.isfinite(value) or not low <= value <= high:
        bounds = f"of at least {low:g}" if high == math.inf else f"between {low:g} and {high:g}"
        raise ValueError(f"{key} must be a number {bounds}, found {value!r}")


def voxel_edges(voxel_size_nm: float | Sequence[float]) -> np.ndarray:
    """Return the edges (z, y, x) of a voxel in nm, float64 (3,), from one number or three.

    Raises
    ------
    ValueError
        If they are not positive.
    """
    try:
        edges = np.broadcast_to(np.asarray(voxel_size_nm, dtype=np.float64), 3)
    except (TypeError, ValueError):
        edges = np.zeros(3)
    if not (np.isfinite(edges).all() and (edges > 0).all()):
        raise ValueError(
            f"voxel_size_nm must be a positive number or three (z, y, x), found {voxel_size_nm!r}"
        )
    return edges
