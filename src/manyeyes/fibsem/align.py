"""The place of each slice's field on the face, measured from the slices alone.

Both functions return float64 (n, 2): where each field begins, in rows and columns relative to the
first one.

`track_marks` is for stacks with tracking lines in a coat above the face, which are the same in
every slice. Each slice is compared with one template, so errors do not add up.

`follow_structure` uses the electrode alone. Each slice is registered to several before it, and all
measurements are reconciled, which averages noise and outweighs a bad slice. But inclined particles
look like drift. A slice shows about a dozen of them, so their inclination does not average out over
the length of a particle, and it adds up over the stack. Registration cannot distinguish this from
slow drift, so only motion faster than particles change is believed; slow drift stays in the stack.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import scipy
import skimage

from .registration import register

# Standard deviation, in pixels, of the smoothing before slices are compared.
_SMOOTHING_PX = 1.5
# Slices that each slice is registered to, counted back from it.
_LAGS = (1, 2, 3)


def track_marks(
    slices: Sequence[np.ndarray], box: tuple[int, int, int, int], shear_rows: float
) -> np.ndarray:
    """Measure each slice's field by lines that every slice shows.

    The first pass compares with the lines of the first slice, the second with the mean of all, so
    that the noise of the first slice does not matter.

    Parameters
    ----------
    slices : sequence of ndarray of uint8, shape (y, x)
        Destriped or not.
    box : (int, int, int, int)
        First and last row, first and last column (the last excluded) of the lines in the first
        slice, with a few pixels of their surroundings.
    shear_rows : float
        Rows by which structure is expected to move up with each slice.

    Raises
    ------
    ValueError
        If the box lies outside the slices, shows nothing to register by, or leaves the field.
    """
    top, foot, left, right = box
    rows, columns = slices[0].shape
    if not (0 <= top < foot <= rows and 0 <= left < right <= columns):
        raise ValueError(
            f"marks: the box of rows {top} to {foot} and columns {left} to {right} does not lie "
            f"within slices of {rows} x {columns}"
        )
    corner = np.array([top, left], dtype=np.float64)
    shape = (foot - top, right - left)
    weight = _taper(shape)
    template = _window(slices[0], corner, shape, 0)
    expected = _track(slices, template, weight, corner, np.array([-shear_rows, 0.0]))
    template = np.mean(
        [_window(s, c, shape, k) for k, (s, c) in enumerate(zip(slices, expected, strict=True))],
        axis=0,
    )
    found = np.array(
        [
            c + register(template, _window(s, c, shape, k), weight, (0.0, 0.0)).displacement
            for k, (s, c) in enumerate(zip(slices, expected, strict=True))
        ]
    )
    return found[0] - found


def follow_structure(
    slices: Sequence[np.ndarray],
    shear_rows: float,
    *,
    lags: Iterable[int] = _LAGS,
    binning: int = 2,
    believed_slices: float = 10.0,
) -> np.ndarray:
    """Measure each slice's field by the electrode's own structure.

    Parameters
    ----------
    slices : sequence of ndarray of uint8, shape (y, x)
        Rows of the electrode alone, destriped: a coat or curtains would hold them in place.
    shear_rows : float
        Rows by which structure moves up with each slice, from the geometry; replaces the slow part
        of the measured motion.
    lags : iterable of int
        How many slices back each one is registered to.
    binning : int
        Pixels along each edge that are averaged first.
    believed_slices : float
        Standard deviation, in slices, of the Gaussian beyond which motion counts as slow and is
        not believed. About a third of a particle's length is right.

    Raises
    ------
    ValueError
        If there are fewer than three slices, 1 is not among the lags, or nothing is believed.
    """
    lags = sorted(set(lags))
    if len(slices) < 3 or not lags or lags[0] != 1:
        raise ValueError(
            f"following structure needs at least three slices and the lag 1: found {len(slices)} "
            f"slices, lags {lags}"
        )
    if not believed_slices > 0:
        raise ValueError(f"believed_slices must be above 0, found {believed_slices}")
    recent: list[np.ndarray] = []
    weight = None
    pairs, measured, likeness = [], [], []
    for k, image in enumerate(slices):
        small = skimage.measure.block_reduce(image.astype(np.float32), binning, np.mean)
        small = scipy.ndimage.gaussian_filter(small, _SMOOTHING_PX)
        if weight is None:
            weight = _taper(small.shape)
        for lag in (lag for lag in lags if lag <= k):
            pairs.append((k - lag, k))
            found = register(recent[-lag], small, weight)
            measured.append(-found.displacement * binning)
            likeness.append(found.likeness)
        recent = [*recent, small][-lags[-1] :]
    field = _reconcile(len(slices), np.array(pairs), np.array(measured), np.array(likeness))
    # A line is subtracted first: the filter would bend it at the ends.
    line = np.arange(len(field))[:, None]
    field -= line * np.polyfit(line[:, 0], field, 1)[0]
    field -= scipy.ndimage.gaussian_filter1d(field, believed_slices, axis=0, mode="nearest")
    field += line * np.array([shear_rows, 0.0])
    return field - field[0]


def _track(slices, template, weight, corner, step) -> np.ndarray:
    """Return the template's corner in each slice, starting from that in the slice before."""
    corners = []
    for k, image in enumerate(slices):
        here = corner if k == 0 else corners[-1] + step
        corners.append(
            here + register(template, _window(image, here, template.shape, k), weight).displacement
        )
    return np.array(corners)


def _window(image: np.ndarray, corner: np.ndarray, shape: tuple[int, int], k: int) -> np.ndarray:
    """Return a smoothed window of an image whose corner may lie between pixels; float32."""
    margin = 6
    first = np.floor(corner).astype(int)
    low, high = first - margin, first + np.array(shape) + margin + 1
    # The margin may lie outside, where pixels are repeated; the window itself may not.
    if (first < -margin).any() or (high - 2 * margin > np.array(image.shape) + margin).any():
        raise ValueError(
            f"the marks leave the field at slice {k}: their box would begin at row "
            f"{corner[0]:.0f}, column {corner[1]:.0f}; is shear_rows right, or the stack shorter?"
        )
    index = [
        np.clip(np.arange(a, b), 0, n - 1) for a, b, n in zip(low, high, image.shape, strict=True)
    ]
    part = scipy.ndimage.gaussian_filter(image[np.ix_(*index)].astype(np.float32), _SMOOTHING_PX)
    part = scipy.ndimage.shift(part, first - corner, order=1, mode="nearest", prefilter=False)
    return part[margin : margin + shape[0], margin : margin + shape[1]]


def _taper(shape: tuple[int, int]) -> np.ndarray:
    """Return weights that fall to 0 at the borders within an eighth of each edge; float32."""
    edges = []
    for n in shape:
        distance = np.minimum(np.arange(n) + 0.5, n - np.arange(n) - 0.5) / max(n / 8, 1)
        edges.append(np.sin(np.pi / 2 * np.minimum(distance, 1)) ** 2)
    return np.outer(*edges).astype(np.float32)


def _reconcile(
    count: int, pairs: np.ndarray, measured: np.ndarray, likeness: np.ndarray
) -> np.ndarray:
    """Return the positions that agree best with measured differences, by weighted least squares.

    Structure changes with distance, so the weight of a difference is the inverse square of its lag,
    times a steep power of the likeness of the two slices. A slice unlike its neighbours then spoils
    only its own place.
    """
    here, there = pairs.T
    index = np.arange(len(pairs))
    signs = np.repeat([1.0, -1.0], len(pairs))
    places = (np.concatenate([index, index]), np.concatenate([there, here]))
    # The first slice stays where it is.
    design = scipy.sparse.csr_matrix((signs, places), shape=(len(pairs), count))[:, 1:]
    weighted = design.T @ scipy.sparse.diags(np.clip(likeness, 0.05, 1) ** 4 / (there - here) ** 2)
    found = scipy.sparse.linalg.spsolve((weighted @ design).tocsc(), weighted @ measured)
    return np.vstack([np.zeros((1, 2)), found])
