"""How a predicted probability of pore compares with labels: Table 1 of the paper, and what follows.

Paper: doi:10.1186/s40543-023-00407-z, section "Results and discussion".
"""

from dataclasses import dataclass

import numpy as np

from ..pores.codes import PORE

CUT = 0.5
"""Probabilities above this are pore, as Keras' binary accuracy has it."""


@dataclass(frozen=True)
class Scores:
    """Counts of pixels with pore as the positive class (Table 1), and the mean squared error.

    Attributes
    ----------
    true_pore, false_pore, false_grain, true_grain : int
        TP, FP, FN and TN.
    mse : float
        Mean over pixels of (probability - label) squared, labels 0 or 1.
    """

    true_pore: int
    false_pore: int
    false_grain: int
    true_grain: int
    mse: float

    @property
    def pixels(self) -> int:
        """All pixels."""
        return self.true_pore + self.false_pore + self.false_grain + self.true_grain

    @property
    def accuracy(self) -> float:
        """Share of pixels that are right."""
        return (self.true_pore + self.true_grain) / self.pixels

    @property
    def precision(self) -> float:
        """Share of what is called pore that is pore; NaN if nothing is."""
        return _ratio(self.true_pore, self.true_pore + self.false_pore)

    @property
    def recall(self) -> float:
        """Share of the pores that are called so; NaN without pores."""
        return _ratio(self.true_pore, self.true_pore + self.false_grain)

    @property
    def f1_pore(self) -> float:
        """F1 with pore as the positive class."""
        return _f1(self.true_pore, self.false_pore + self.false_grain)

    @property
    def f1_grain(self) -> float:
        """F1 with grain as the positive class."""
        return _f1(self.true_grain, self.false_pore + self.false_grain)

    @property
    def pore_share(self) -> float:
        """Share of pore in the labels: what predicting no pore gets wrong."""
        return (self.true_pore + self.false_grain) / self.pixels

    @property
    def predicted_share(self) -> float:
        """Share of pore in the prediction."""
        return (self.true_pore + self.false_pore) / self.pixels

    def row(self) -> dict[str, float]:
        """Return all numbers by name, for a table."""
        names = ("true_pore", "false_pore", "false_grain", "true_grain", "accuracy", "precision")
        names += ("recall", "f1_pore", "f1_grain", "mse", "pore_share", "predicted_share")
        return {name: getattr(self, name) for name in names}


def score(probability: np.ndarray, labels: np.ndarray) -> Scores:
    """Return how a prediction compares with labels.

    Parameters
    ----------
    probability : ndarray of float, shape (z, y, x)
        Of pore, 0 to 1.
    labels : ndarray of uint8, shape (z, y, x)
        1 grain, 2 pore.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    _check_shapes(probability, labels)
    pore, called = labels == PORE, probability > CUT
    true_pore = int(np.count_nonzero(pore & called))
    false_pore = int(np.count_nonzero(called)) - true_pore
    false_grain = int(np.count_nonzero(pore)) - true_pore
    true_grain = labels.size - true_pore - false_pore - false_grain
    return Scores(true_pore, false_pore, false_grain, true_grain, _mse(probability, pore))


def score_no_pore(labels: np.ndarray) -> Scores:
    """Return the scores of predicting no pore at all, with probability 0."""
    return score(np.zeros(labels.shape, np.float32), labels)


def score_as_keras(probability: np.ndarray, target: np.ndarray) -> dict[str, float]:
    """Return scores as Keras and scikit-learn compute them where labels may be grey.

    Keras' binary accuracy counts a pixel as right if its label *equals* the rounded output, so that
    a grey label (neither 0 nor 1) is always wrong. F1 takes labels rounded to 0 or 1. The squared
    error takes them as they are.

    Parameters
    ----------
    probability : ndarray of float, shape (z, y, x)
        Of pore, 0 to 1.
    target : ndarray of float, shape (z, y, x)
        Labels: 1 pore, 0 grain, between them grey.

    Returns
    -------
    dict of str to float
        grey_share, accuracy, f1_pore, f1_grain, mse.
    """
    _check_shapes(probability, target)
    called = probability > CUT
    rounded = target > CUT
    true_pore = np.count_nonzero(rounded & called)
    wrong = np.count_nonzero(rounded ^ called)
    return {
        "grey_share": float(np.mean((target != 0) & (target != 1))),
        "accuracy": float(np.mean(target == called)),
        "f1_pore": _f1(true_pore, wrong),
        "f1_grain": _f1(target.size - true_pore - wrong, wrong),
        "mse": _mse(probability, target),
    }


def _check_shapes(probability: np.ndarray, labels: np.ndarray) -> None:
    if probability.shape != labels.shape:
        raise ValueError(
            f"prediction and labels are compared pixel by pixel, but have the shapes "
            f"{probability.shape} and {labels.shape}"
        )


def _mse(probability: np.ndarray, target: np.ndarray) -> float:
    """Return the mean squared difference, one slice at a time to save memory."""
    sums = [
        np.sum((p.astype(np.float64) - t) ** 2) for p, t in zip(probability, target, strict=True)
    ]
    return float(np.sum(sums) / target.size)


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def _f1(right: int, wrong: int) -> float:
    return _ratio(2 * right, 2 * right + wrong)
