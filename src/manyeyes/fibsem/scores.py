"""How well each step of the chain removed the faults of the acquisition."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..labels import ACTIVE, INTERNAL_PORE, REST

_CODES = 5


@dataclass(frozen=True)
class DriftScore:
    """Errors of the places of slices, pixels.

    Attributes
    ----------
    rms_rows, rms_columns, rms : float
        Root mean square of the error along each axis, and of its length.
    furthest : float
        Longest error.
    offset : tuple of float
        Mean error (rows, columns), which moves the whole volume; not part of the others.
    """

    rms_rows: float
    rms_columns: float
    rms: float
    furthest: float
    offset: tuple[float, float]


def drift_score(found_px: np.ndarray, true_px: np.ndarray) -> DriftScore:
    """Compare measured with true fields.

    Parameters
    ----------
    found_px, true_px : numpy.ndarray
        float64 (n, 2), rows and columns: where fields begin on the face. Only the mean of the
        difference is subtracted; a trend counts as an error.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    if found_px.shape != true_px.shape:
        raise ValueError(f"fields of shape {found_px.shape} and {true_px.shape} do not compare")
    error = found_px - true_px
    offset = error.mean(axis=0)
    error = error - offset
    squares = error**2
    return DriftScore(
        *(float(v) for v in np.sqrt(squares.mean(axis=0))),
        float(np.sqrt(squares.sum(axis=1).mean())),
        float(np.sqrt(squares.sum(axis=1).max())),
        (float(offset[0]), float(offset[1])),
    )


@dataclass(frozen=True)
class StripeScore:
    """Effect of destriping on curtains and on the image.

    Attributes
    ----------
    stripes_left : float
        Energy of the curtains after destriping over that before: 0 if all are gone, 1 if none.
    signal_lost : float
        Energy of what destriping removes from an image without curtains, over the energy (about
        the mean) of that image.
    """

    stripes_left: float
    signal_lost: float


def stripe_score(
    destripe: Callable[[np.ndarray], np.ndarray], image: np.ndarray, curtains: np.ndarray
) -> StripeScore:
    """Score a destriping filter on a slice whose curtains are known.

    Parameters
    ----------
    destripe : callable
        Slice (y, x) in, slice out, real numbers.
    image : numpy.ndarray
        uint8 (y, x), with curtains.
    curtains : numpy.ndarray
        float32 (y, x): the `manyeyes.fibsem.curtains.curtain_field` in the image.

    Raises
    ------
    ValueError
        If there are no curtains, or the image is flat without them.
    """
    striped = image.astype(np.float32)
    clean = striped - curtains
    of_stripes = float(np.sum(curtains**2))
    of_signal = float(np.sum((clean - clean.mean()) ** 2))
    if of_stripes == 0 or of_signal == 0:
        raise ValueError("a slice without curtains, or without structure, has nothing to score")
    without = destripe(clean)
    left = float(np.sum((destripe(striped) - without) ** 2))
    lost = float(np.sum((without - clean) ** 2))
    return StripeScore(left / of_stripes, lost / of_signal)


def stripe_share(image: np.ndarray) -> float:
    """Return how striped an image (y, x) of unknown curtains is, to compare before and after.

    Returns
    -------
    float
        Variance of the columns' means over that of columns of independent pixels: 1 for white
        noise, above 1 for any structure, far more for stripes.
    """
    fine = np.diff(image.astype(np.float64), axis=1)
    return float(fine.mean(axis=0).var() * image.shape[0] / max(fine.var(), 1e-30))


class LabelCounts:
    """How many voxels of each label are of each true phase, added layer by layer."""

    def __init__(self):
        self._counts = np.zeros((3, _CODES), dtype=np.int64)

    def add(self, labels: np.ndarray, truth: np.ndarray) -> None:
        """Count some more voxels.

        Parameters
        ----------
        labels : numpy.ndarray
            uint8, 1 active material, 2 the rest.
        truth : numpy.ndarray
            uint8, codes 1 to 4, of the same shape.

        Raises
        ------
        ValueError
            If shapes differ or a code is unknown.
        """
        if labels.shape != truth.shape:
            raise ValueError(f"labels of {labels.shape} and truth of {truth.shape} do not compare")
        for name, values, high in (("labels", labels, REST), ("truth", truth, INTERNAL_PORE)):
            if values.size == 0 or values.min() < ACTIVE or values.max() > high:
                raise ValueError(f"{name} must hold {ACTIVE} to {high} only")
        both = np.bincount((labels * np.uint8(_CODES) + truth).ravel(), minlength=3 * _CODES)
        self._counts += both.reshape(3, _CODES)

    def score(self, *, filled: bool) -> dict[str, float]:
        """Return the comparison.

        Parameters
        ----------
        filled : bool
            Whether pores inside particles count as active material in the truth.

        Returns
        -------
        dict
            ``active_fraction``, ``truth_fraction``, ``error_points`` (their difference times 100),
            ``dice`` and ``voxel_error``.

        Raises
        ------
        ValueError
            If nothing was counted.
        """
        total = int(self._counts.sum())
        if total == 0:
            raise ValueError("nothing was counted yet")
        true_codes = [ACTIVE, INTERNAL_PORE] if filled else [ACTIVE]
        found, true = int(self._counts[ACTIVE].sum()), int(self._counts[:, true_codes].sum())
        both = int(self._counts[ACTIVE, true_codes].sum())
        return {
            "active_fraction": found / total,
            "truth_fraction": true / total,
            "error_points": 100.0 * (found - true) / total,
            "dice": 2 * both / (found + true) if found + true else 1.0,
            "voxel_error": (found + true - 2 * both) / total,
        }
