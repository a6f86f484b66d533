"""Which slice of a volume figures show; jobs that draw nothing import it too."""

import numpy as np


def central_slice(volume: np.ndarray) -> np.ndarray:
    """Return the central xy plane of a volume (z, y, x): slice 100 of 200, counted from 0."""
    return volume[volume.shape[0] // 2]
