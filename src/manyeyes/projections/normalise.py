"""From counts to attenuation: flat and dark correction, and the logarithm."""

from typing import NamedTuple

import numpy as np

# An image of the open beam or of none is the mean of its frames without values this many robust
# standard deviations from their median: a zinger in one frame would become a ring.
_OUTLIER = 8.0
_SIGMA_PER_MAD = 1.4826
# A pixel sees no beam if it sees less than this share of what the middle of its row sees: means of
# a few frames of a dead pixel differ by their noise.
_NO_BEAM = 0.05


class Field(NamedTuple):
    """What the detector sees without a sample.

    Attributes
    ----------
    white : numpy.ndarray
        float32 (rows, columns), counts of the open beam above those in the dark; 1 at dead pixels.
    dark : numpy.ndarray
        float32 (rows, columns), counts without beam.
    dead : numpy.ndarray
        bool (rows, columns), pixels that see no beam.
    """

    white: np.ndarray
    dark: np.ndarray
    dead: np.ndarray


class Attenuation(NamedTuple):
    """Attenuation, and how often it had to be limited.

    Attributes
    ----------
    values : numpy.ndarray
        float32, minus the logarithm of the transmission.
    floored : int
        Values whose transmission was below the floor.
    """

    values: np.ndarray
    floored: int


def open_field(
    whites: np.ndarray | None,
    darks: np.ndarray | None,
    *,
    most_dead: float = 0.01,
) -> Field:
    """Average images of the open beam and of the dark.

    Parameters
    ----------
    whites : numpy.ndarray
        (frames, rows, columns), counts without sample.
    darks : numpy.ndarray or None
        (frames, rows, columns), counts without beam; None if the counts contain no offset.
    most_dead : float
        The largest share of pixels that may see no beam. They are filled from their neighbours.

    Returns
    -------
    Field

    Raises
    ------
    ValueError
        If there are no whites, shapes differ, values are not finite, or too many pixels see no
        beam.
    """
    if whites is None or np.size(whites) == 0:
        raise ValueError(
            "there are no images of the open beam (whites), without which transmission is "
            "unknown; record some, or name a file that has them"
        )
    white = _mean_frame(whites, "whites")
    dark = np.zeros_like(white)
    if darks is not None and np.size(darks) > 0:
        dark = _mean_frame(darks, "darks")
    if white.shape != dark.shape:
        raise ValueError(
            f"whites are of {white.shape} rows and columns, darks of {dark.shape}; they must be "
            "of the same detector and the same rows"
        )
    light = white - dark
    dead = light <= np.maximum(_NO_BEAM * np.median(light, axis=1, keepdims=True), 0)
    share = float(dead.mean())
    if share > most_dead:
        raise ValueError(
            f"{int(dead.sum())} of {dead.size} pixels ({100 * share:.3g} %) see no more light in "
            f"the whites than in the darks, or less than {100 * _NO_BEAM:g} % of what their row "
            f"sees; at most {100 * most_dead:.3g} % may; check that whites "
            "and darks are not swapped and that the shutter was open, or leave out the rows and "
            "columns that the beam misses"
        )
    return Field(np.where(dead, 1, light).astype(np.float32), dark.astype(np.float32), dead)


def transmission(counts: np.ndarray, field: Field) -> np.ndarray:
    """Return the share of the beam that reaches each pixel.

    Parameters
    ----------
    counts : numpy.ndarray
        (angles, rows, columns).
    field : Field
        Of the same rows.

    Returns
    -------
    numpy.ndarray
        float32 (angles, rows, columns); at dead pixels a line between the nearest others of the
        row.

    Raises
    ------
    ValueError
        If shapes do not fit, or a value is not finite.
    """
    counts = np.asarray(counts)
    if counts.ndim != 3 or counts.shape[1:] != field.white.shape:
        raise ValueError(
            f"expected projections (angles, rows, columns) of {field.white.shape} rows and "
            f"columns, as the whites, found shape {counts.shape}"
        )
    check_finite(counts, "projections")
    out = np.empty(counts.shape, dtype=np.float32)
    for angle, image in enumerate(counts):
        out[angle] = (image - field.dark) / field.white
    for row in np.flatnonzero(field.dead.any(axis=1)):
        _fill(out[:, row], field.dead[row], int(row))
    return out


def attenuation(transmitted: np.ndarray, floor: float = 1e-4) -> Attenuation:
    """Return minus the logarithm of the transmission.

    Parameters
    ----------
    transmitted : numpy.ndarray
        float32, any shape.
    floor : float
        Lower transmissions are taken to be this, since noise can make them zero or negative.

    Raises
    ------
    ValueError
        If the floor is not between 0 and 1.
    """
    if not 0 < floor < 1:
        raise ValueError(f"floor must be a transmission between 0 and 1, found {floor!r}")
    floored = int(np.count_nonzero(transmitted < floor))
    values = np.maximum(transmitted, np.float32(floor))
    np.log(values, out=values)
    return Attenuation(np.negative(values, out=values), floored)


def check_finite(values: np.ndarray, what: str) -> None:
    """Raise ValueError if a value is not a finite number; the message tells where the first is."""
    if np.asarray(values).dtype.kind in "ui":
        return
    bad = 0
    first = None
    for index, image in enumerate(values):
        wrong = ~np.isfinite(image)
        if first is None and wrong.any():
            first = (index, *(int(place) for place in np.argwhere(wrong)[0]))
        bad += int(wrong.sum())
    if bad:
        raise ValueError(
            f"{bad} of {np.size(values)} values of the {what} are not finite, the first at "
            f"{first} (frame, row, column); export or record these frames again, or leave them out"
        )


def _mean_frame(frames: np.ndarray, what: str) -> np.ndarray:
    """Return the mean of frames without outliers, float64 (rows, columns)."""
    frames = np.asarray(frames)
    if frames.ndim != 3:
        raise ValueError(f"expected {what} as (frames, rows, columns), found shape {frames.shape}")
    check_finite(frames, what)
    frames = frames.astype(np.float64)
    if len(frames) < 3:
        return frames.mean(axis=0)
    apart = np.abs(frames - np.median(frames, axis=0))
    # One spread for each row: that of a pixel is badly known from a few frames.
    spread = np.median(apart, axis=(0, 2), keepdims=True) * _SIGMA_PER_MAD
    kept = apart <= np.maximum(_OUTLIER * spread, 1.0)
    return np.sum(frames * kept, axis=0) / np.maximum(kept.sum(axis=0), 1)


def _fill(sinogram: np.ndarray, dead: np.ndarray, row: int) -> None:
    """Fill dead columns of a sinogram (angles, columns) from their neighbours, in place."""
    if dead.all():
        raise ValueError(f"no pixel of row {row} sees the beam; leave out this row")
    alive = np.flatnonzero(~dead)
    columns = np.flatnonzero(dead)
    left = np.searchsorted(alive, columns) - 1
    low = alive[np.clip(left, 0, None)]
    high = alive[np.clip(left + 1, None, len(alive) - 1)]
    share = np.where(high > low, (columns - low) / np.maximum(high - low, 1), 0.0)
    share = share.astype(np.float32)
    sinogram[:, columns] = sinogram[:, low] * (1 - share) + sinogram[:, high] * share
