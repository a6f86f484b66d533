"""What the codes of a truth volume mean."""

import numpy as np

ACTIVE = 1
CBD = 2
PORE = 3
INTERNAL_PORE = 4


def active(truth: np.ndarray) -> np.ndarray:
    """Return where active material is, pores and cracks inside particles left out; bool."""
    return truth == ACTIVE


def active_filled(truth: np.ndarray) -> np.ndarray:
    """Return where particles are, pores and cracks inside them filled; bool."""
    return (truth == ACTIVE) | (truth == INTERNAL_PORE)


def to_two_phase(truth: np.ndarray, filled: bool) -> np.ndarray:
    """Return labels as a user would give them: 1 active material, 2 all else.

    Parameters
    ----------
    truth : numpy.ndarray
        Codes 1 to 4, any shape.
    filled : bool
        Whether pores and cracks inside particles count as active material.

    Returns
    -------
    numpy.ndarray
        uint8, of the same shape.
    """
    mask = active_filled(truth) if filled else active(truth)
    return np.where(mask, np.uint8(1), np.uint8(2))
