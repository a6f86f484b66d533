"""Model electrodes whose truth is known: described once, rasterised at any voxel size and place."""

from manyeyes.electrodes.description import KINDS, allowed_keys, read_description
from manyeyes.electrodes.electrode import Electrode, describe_electrode
from manyeyes.electrodes.phases import active, active_filled, to_two_phase
from manyeyes.electrodes.rasterising import rasterise

__all__ = [
    "KINDS",
    "Electrode",
    "active",
    "active_filled",
    "allowed_keys",
    "describe_electrode",
    "rasterise",
    "read_description",
    "to_two_phase",
]
