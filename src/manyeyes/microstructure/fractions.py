"""Volume fractions: of each phase, of its layers, and how far a sample of this size is off."""

from collections.abc import Iterator

import numpy as np

from ..labels import Phases
from .registry import Group, Measure, Measured


def measure(labels: np.ndarray, phases: Phases, voxel_size_nm: float) -> Iterator[Measured]:
    """Yield the numbers; see `Group`."""
    from ..measures.profiles import block_uncertainty, profiles_table

    inside = np.count_nonzero(labels)
    for key, code in phases.codes.items():
        yield Measured("volume_fraction", key, "", np.count_nonzero(labels == code) / inside)
    for key, code in phases.codes.items():
        profiles = profiles_table(labels, voxel_size_nm, code)
        for name in "zyx":
            layers = profiles.loc[profiles["axis"] == name, "fraction"]
            yield Measured("layer_deviation", key, name, np.nanstd(layers))
        yield Measured("sampling_error", key, "", block_uncertainty(labels, code)["standard_error"])


GROUP = Group(
    measures={
        "volume_fraction": Measure(shown=True),
        "layer_deviation": Measure(),
        "sampling_error": Measure(),
    },
    measure=measure,
    seconds_a_megavoxel=0.2,
    bytes_a_voxel=5,
)
