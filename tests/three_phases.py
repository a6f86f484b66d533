"""Images of three phases in wide regions, of grey levels 40 (pore), 90 (binder) and 200."""

import numpy as np

from manyeyes.labels import THREE_PHASES

GREYS = {1: 200, 2: 90, 3: 40}


def three_phase(shape=(12, 64, 64), noise=0.0, seed=0):
    """Return an image of uint8 (z, y, x), and its labels in `THREE_PHASES`.

    Active material is two round rods along z, one of them beside a slab of binder.
    """
    y, x = np.indices(shape[1:]) / (np.array(shape[1:]) - 1).reshape(2, 1, 1)
    plane = np.full(shape[1:], THREE_PHASES["pore"].code, np.uint8)
    plane[(y > 0.5) & (x > 0.3) & (x < 0.62)] = THREE_PHASES["cbd"].code
    for middle_y, middle_x in ((0.25, 0.3), (0.75, 0.8)):
        round_ = (y - middle_y) ** 2 + (x - middle_x) ** 2 < 0.18**2
        plane[round_] = THREE_PHASES["active"].code
    truth = np.broadcast_to(plane, shape).copy()
    levels = np.zeros(4)
    levels[list(GREYS)] = list(GREYS.values())
    image = levels[truth] + np.random.default_rng(seed).normal(0, 1, shape) * noise
    return np.clip(np.rint(image), 0, 255).astype(np.uint8), truth
