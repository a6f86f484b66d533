"""The scatter of the volume fraction of blocks within one electrode.

A block is one sample of the electrode. The variance of its volume fraction is the two-point
covariance C(h), averaged over all pairs of points of the block of edges L:

    Var = 1/V^2 * integral of C(h) * prod_i max(0, L_i - |h_i|) dh

(Lantuejoul 1991, doi:10.1111/j.1365-2818.1991.tb03100.x). `scatter_of_blocks` measures the scatter
in a whole electrode; `scatter_from_one_volume` estimates it from the covariance of one measured
volume. Both take volumes coarsened by `coarsen`, since the scatter of large blocks does not depend
on details.
"""

import numpy as np
import pandas as pd
import scipy


def coarsen(active: np.ndarray, factors: tuple[int, int, int]) -> np.ndarray:
    """Average a mask over boxes of voxels.

    Parameters
    ----------
    active : ndarray of bool, shape (z, y, x)
    factors : tuple of int
        Voxels (z, y, x) to a box. What does not fill a box at the far ends is left out.

    Returns
    -------
    ndarray of float32, shape (z // factor, ...)
        Share of active material, 0 to 1.

    Raises
    ------
    ValueError
        If a box is larger than the volume.
    """
    counts = [n // f for n, f in zip(active.shape, factors, strict=True)]
    if min(counts) < 1 or min(factors) < 1:
        raise ValueError(f"boxes of {list(factors)} voxels do not fit into {active.shape}")
    whole = active[tuple(slice(n * f) for n, f in zip(counts, factors, strict=True))]
    boxes = whole.reshape(counts[0], factors[0], counts[1], factors[1], counts[2], factors[2])
    return boxes.mean(axis=(1, 3, 5), dtype=np.float32)


def scatter_of_blocks(shares: np.ndarray, block: tuple[int, int, int]) -> float:
    """Return the standard deviation of the volume fraction over all places of a block.

    Opposite faces are joined, as in a twin electrode. The electrode is finite and its overall
    fraction is set, so blocks that are not small in comparison scatter a little less than those of
    an infinite electrode.

    Parameters
    ----------
    shares : ndarray, shape (z, y, x)
        From `coarsen`, of the whole electrode.
    block : tuple of int
        Edges (z, y, x) of the block, in voxels of `shares`.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    ValueError
        If the block is larger than the electrode.
    """
    _check_block(block, shares.shape)
    means = scipy.ndimage.uniform_filter(shares.astype(np.float64), block, mode="wrap")
    return float(means.std())


def scatter_from_one_volume(
    shares: np.ndarray, block: tuple[int, int, int], reach: float | None = None
) -> float:
    """Estimate the scatter of blocks from the covariance within one measured volume.

    The covariance is taken to be zero beyond a reach. The mean of the volume is itself a sample,
    and subtracting it lowers every covariance by the variance of that mean, V. With the weight F of
    all pairs within reach, V = S / (1 - F), where S is the integral above of the measured
    covariance. This is solved for the volume and then used for the block.

    Parameters
    ----------
    shares : ndarray, shape (z, y, x)
        From `coarsen`, with about cubic voxels.
    block : tuple of int
        Edges (z, y, x) of the block in voxels of `shares`; it may be larger than the volume.
    reach : float, optional
        In voxels; half of the volume's smallest edge by default. It should be a few particles
        long, and the volume several times as large.

    Returns
    -------
    float
        Standard deviation of the volume fraction, 0 to 1; a rough estimate.

    Raises
    ------
    ValueError
        If the volume is too small for its reach, or the estimate is negative.
    """
    shape = np.array(shares.shape)
    if min(block) < 1 or len(block) != 3:
        raise ValueError(f"a block has three edges of at least one voxel, found {block!r}")
    reach = min(shape) / 2 if reach is None else reach
    lag = int(reach)
    if lag < 1 or lag >= min(shape):
        raise ValueError(
            f"reach must lie between 1 voxel and the volume's smallest edge, {min(shape)}: {reach}"
        )
    covariance = _covariance(shares, lag)
    steps = np.arange(-lag, lag + 1)
    near = (
        steps[:, None, None] ** 2 + steps[None, :, None] ** 2 + steps[None, None, :] ** 2
    ) <= reach**2

    def weight(edges):
        share = [np.maximum(0, n - np.abs(steps)) / n**2 for n in edges]
        return near * share[0][:, None, None] * share[1][None, :, None] * share[2][None, None, :]

    own, other = weight(shape), weight(block)
    of_mean = float(np.sum(covariance * own)) / (1 - float(own.sum()))
    variance = float(np.sum(covariance * other)) + float(other.sum()) * of_mean
    if of_mean < 0 or variance < 0:
        raise ValueError(
            f"the covariance within {reach:g} voxels gives a negative variance: the volume of "
            f"{shares.shape} is too small for this reach; choose another, or a larger volume"
        )
    return float(np.sqrt(variance))


def difference_interval(
    difference: float, *scatters: float, confidence: float = 0.95
) -> tuple[float, float]:
    """Return the interval of a difference of two fractions that sampling causes.

    Parameters
    ----------
    difference : float
        Any unit.
    *scatters : float
        Standard deviation of each of the two by sampling, in the same unit. They are taken to be
        independent and normal: blocks lie farther apart than a particle.
    confidence : float
        0 to 1.

    Returns
    -------
    low, high : float

    Raises
    ------
    ValueError
        If the confidence does not lie between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, found {confidence}")
    half = float(scipy.stats.norm.ppf(0.5 + confidence / 2) * np.hypot.reduce(scatters))
    return difference - half, difference + half


def with_sampling_interval(
    differences: pd.DataFrame, scatters: pd.DataFrame, block: str = "FIB-SEM"
) -> pd.DataFrame:
    """Add to each difference from the baseline the interval that sampling alone causes.

    Parameters
    ----------
    differences : DataFrame
        With ``dataset``, ``baseline`` (a fraction) and ``difference_points``, as
        `manyeyes.measures.baseline_table` gives.
    scatters : DataFrame
        ``block``, ``scatter_in_electrode`` and ``scatter_from_volume`` (fractions, 0 to 1) of the
        FIB-SEM block and of each dataset. That in the electrode is taken where it is known.
    block : str
        Name of the baseline's block there.

    Returns
    -------
    DataFrame
        The differences with ``low`` and ``high``, in points: the 95 % interval of the difference
        for a finite block and a finite crop; ``low_percent`` and ``high_percent`` are the same in
        per cent of the baseline. If the interval contains zero, the difference may be sampling
        alone.

    Raises
    ------
    ValueError
        If the scatter of the block or of a dataset is missing.
    """
    known = scatters["scatter_in_electrode"].fillna(scatters["scatter_from_volume"])
    points = dict(zip(scatters["block"], 100 * known, strict=True))
    missing = sorted({block, *differences["dataset"]} - points.keys())
    if missing:
        raise ValueError(f"no scatter is known of {', '.join(missing)}; known: {sorted(points)}")
    bounds = [
        difference_interval(row.difference_points, points[block], points[row.dataset])
        for row in differences.itertuples()
    ]
    table = differences.assign(low=[b[0] for b in bounds], high=[b[1] for b in bounds])
    for bound in ("low", "high"):
        table[f"{bound}_percent"] = table[bound] / table["baseline"]
    return table


def _covariance(shares: np.ndarray, lag: int) -> np.ndarray:
    """Return the covariance at all lags up to `lag` voxels along each axis, 0 in the middle.

    Each lag is averaged over the pairs that lie within the volume.
    """
    sizes = [scipy.fft.next_fast_len(n + lag, real=True) for n in shares.shape]
    deviation = shares.astype(np.float64) - float(shares.mean(dtype=np.float64))
    power = np.abs(scipy.fft.rfftn(deviation, sizes)) ** 2
    sums = scipy.fft.irfftn(power, sizes)
    steps = np.arange(-lag, lag + 1)
    sums = sums[np.ix_(*(steps % n for n in sizes))]
    pairs = [n - np.abs(steps) for n in shares.shape]
    return sums / (pairs[0][:, None, None] * pairs[1][None, :, None] * pairs[2][None, None, :])


def _check_block(block: tuple[int, int, int], shape: tuple[int, int, int]) -> None:
    if len(block) != 3 or min(block) < 1 or any(b > n for b, n in zip(block, shape, strict=True)):
        raise ValueError(f"a block of {block!r} voxels does not fit into {shape}")
