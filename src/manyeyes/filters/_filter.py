"""What a filter is, and what filters share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Filter:
    """A filter of a tomogram.

    Attributes
    ----------
    apply : callable
        Takes an image, uint8 (z, y, x), the field of view (bool or None) and, as keywords, the
        settings; returns uint8 (z, y, x), 0 outside.
    seconds_a_megavoxel, bytes_a_voxel : float
        CPU time and memory, as measured.
    settings : mapping
        JSON schema of each key of a filter.
    required : tuple of str
        Keys that a filter must have.
    """

    apply: Callable[..., np.ndarray]
    seconds_a_megavoxel: float
    bytes_a_voxel: float
    settings: Mapping[str, Mapping] = field(default_factory=dict)
    required: tuple[str, ...] = ()

    def schema(self, method: str) -> dict:
        """Return the JSON schema of a filter of this method."""
        return {
            "properties": {"method": {"const": method}, **self.settings},
            "required": ["method", *self.required],
            "additionalProperties": False,
        }


def in_8_bits(grey: np.ndarray, inside: np.ndarray | None) -> np.ndarray:
    """Return grey levels rounded to whole ones, within 0 and 255, and 0 outside."""
    levels = np.clip(np.rint(grey), 0, 255).astype(np.uint8)
    return levels if inside is None else np.where(inside, levels, np.uint8(0))


def positive(largest: float, description: str) -> dict:
    """Return the JSON schema of a number above 0."""
    return {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": largest,
        "description": description,
    }


def whole(least: int, largest: int, description: str) -> dict:
    """Return the JSON schema of a whole number."""
    return {"type": "integer", "minimum": least, "maximum": largest, "description": description}
