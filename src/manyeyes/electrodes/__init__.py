"""Model electrodes whose truth is known: described once, rasterised at any voxel size and place."""

from .description import KINDS, allowed_keys, read_description
from .electrode import Electrode, describe_electrode
from .rasterising import rasterise

__all__ = [
    "KINDS",
    "Electrode",
    "allowed_keys",
    "describe_electrode",
    "rasterise",
    "read_description",
]
