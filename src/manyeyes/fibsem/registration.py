"""How far one image is displaced against another, to a small fraction of a pixel."""

from typing import NamedTuple

import numpy as np
import scipy
import skimage

# Refinement stops when a step is below this, pixels.
_CLOSE_ENOUGH_PX = 0.01
_MOST_STEPS = 20


class Registered(NamedTuple):
    """Displacement of an image against another, and how alike the two are there.

    Attributes
    ----------
    displacement : numpy.ndarray
        float64 (2,): rows and columns.
    likeness : float
        Weighted correlation of the two images at that displacement, -1 to 1.
    """

    displacement: np.ndarray
    likeness: float


def register(
    fixed: np.ndarray,
    moving: np.ndarray,
    weight: np.ndarray,
    guess: tuple[float, float] | None = None,
) -> Registered:
    """Find where the content of `fixed` lies in `moving`.

    Least squares of moving(p + d) = gain * fixed(p) + offset over d, gain and offset, by
    Gauss-Newton steps (Lucas and Kanade 1981), so brightness may differ. Without a guess, it starts
    at the peak of the plain cross-correlation (the whitened spectrum of the phase correlation is
    mostly noise here).

    Parameters
    ----------
    fixed, moving : numpy.ndarray
        float32 (y, x), of one shape, smoothed enough that edges span a few pixels.
    weight : numpy.ndarray
        float32 (y, x), at least 0: weight of each pixel of `fixed`; 0 at the borders.
    guess : (float, float), optional
        Displacement to start from, within a few pixels.

    Raises
    ------
    ValueError
        If shapes differ or the weighted part of `fixed` shows nothing to register by.
    """
    if not fixed.shape == moving.shape == weight.shape:
        raise ValueError(
            f"images and weight must have one shape: {fixed.shape}, {moving.shape}, {weight.shape}"
        )
    total = float(weight.sum())
    mean = float((weight * fixed).sum()) / total if total > 0 else 0.0
    if guess is None:
        there = float((weight * moving).sum()) / total if total > 0 else 0.0
        shift, *_ = skimage.registration.phase_cross_correlation(
            weight * (fixed - mean), weight * (moving - there), normalization=None
        )
        guess = -shift
    slope_y, slope_x = np.gradient(fixed)
    terms = np.stack([slope_y, slope_x, fixed - mean, np.ones_like(fixed)], dtype=np.float64)
    terms = terms.reshape(4, -1)
    weighted = terms * weight.ravel()
    # Sums by einsum and not by BLAS, whose rounding may depend on the number of threads.
    normal = np.einsum("in,jn->ij", weighted, terms)
    if total <= 0 or np.linalg.cond(normal) > 1e12:
        raise ValueError(
            "nothing to register by: the image is flat, or its edges all run one way, where the "
            "weight is; choose another part of it"
        )
    d = np.asarray(guess, dtype=np.float64).copy()
    for _ in range(_MOST_STEPS):
        here = _shifted(moving, d)
        # Pixels that moved in from beyond the border count for nothing.
        seen = np.zeros(fixed.shape, dtype=np.float32)
        low = np.clip(np.ceil(-d), 0, fixed.shape).astype(int)
        high = np.clip(np.floor(np.array(fixed.shape) - d), 0, fixed.shape).astype(int)
        seen[low[0] : high[0], low[1] : high[1]] = 1
        residual = ((here - fixed) * seen).ravel()
        step = np.linalg.solve(normal, np.einsum("in,n->i", weighted, residual))
        gain = 1.0 + step[2]
        move = -step[:2] / max(gain, 0.2)
        d = d + np.clip(move, -2.0, 2.0)
        if np.abs(move).max() < _CLOSE_ENOUGH_PX:
            break
    return Registered(d, _likeness(fixed, _shifted(moving, d), weight))


def _likeness(a: np.ndarray, b: np.ndarray, weight: np.ndarray) -> float:
    """Return the weighted correlation of two images."""
    total = float(weight.sum())
    a = a - float((weight * a).sum()) / total
    b = b - float((weight * b).sum()) / total
    both = np.sqrt(float((weight * a * a).sum()) * float((weight * b * b).sum()))
    return float((weight * a * b).sum()) / both if both > 0 else 0.0


def _shifted(image: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Return image(p + d)."""
    return scipy.ndimage.shift(image, -d, order=1, mode="nearest", prefilter=False)
