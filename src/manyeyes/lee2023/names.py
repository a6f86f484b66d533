"""What Lee et al. 2023 state: the names of inputs, and the numbers of Table 2.

Paper: doi:10.1186/s40543-023-00407-z. Notebook: https://github.com/SKKU-STEM/Pore-segnet.
"""

from typing import NamedTuple

PAPER = "Lee et al. 2023"
DOI = "10.1186/s40543-023-00407-z"

GRAIN, PORE = 1, 2
"""Codes of labels and truths of particles."""

INPUTS = {"raw": "Raw image", "stretched": "Stretching", "equalised": "Equalization"}
"""What is done to the grey values before a network sees them, and its name in Table 2."""

LABELS, TRUTH, THRESHOLD = "labels", "truth", "threshold"
"""The hysteresis labels, which the paper calls the ground truth; the true pores, which only a twin
has; and one global threshold, as the paper used in Avizo."""

UNFILTERED = "unfiltered"
"""The network of raw inputs, shown slices before the filters."""

TRAINING, TEST = "training", "test"
"""Slices that a network learned from, and slices of a particle that it never saw."""

EPOCHS = 100
"""Epochs of the paper's trainings; no claim about when learning settles is tested with fewer."""


class Stated(NamedTuple):
    """A row of one half of Table 2."""

    accuracy: float
    f1: float
    mse: float


TABLE_2 = {
    ("raw", TRAINING): Stated(0.9794, 0.997, 0.0019),
    ("stretched", TRAINING): Stated(0.9801, 0.998, 0.00098),
    ("equalised", TRAINING): Stated(0.982, 0.998, 0.00074),
    ("raw", TEST): Stated(0.9742, 0.9935, 0.0062),
    ("stretched", TEST): Stated(0.974, 0.9932, 0.007),
    ("equalised", TEST): Stated(0.9756, 0.9946, 0.0049),
}
"""Table 2: by input, and the set of slices."""

LAST_DIGITS = {
    ("raw", TRAINING): Stated(1e-4, 1e-3, 1e-4),
    ("stretched", TRAINING): Stated(1e-4, 1e-3, 1e-5),
    ("equalised", TRAINING): Stated(1e-3, 1e-3, 1e-5),
    ("raw", TEST): Stated(1e-4, 1e-4, 1e-4),
    ("stretched", TEST): Stated(1e-3, 1e-4, 1e-3),
    ("equalised", TEST): Stated(1e-4, 1e-4, 1e-4),
}
"""The unit of the last digit of each number of Table 2; half of it may be rounding."""


class Notebook(NamedTuple):
    """Scores that the authors' notebook prints of its own validation images."""

    accuracy: float
    precision: float
    recall: float
    f1: float
    mse: float
    accuracy_without_pores: float


NOTEBOOK = Notebook(0.9601, 0.924, 0.647, 0.760, 0.0223, 0.9125)
"""``accuracy_without_pores``: of predicting no pore at all on the same images."""

PORE_AREA = (0.016, 0.023)
"""Share of pore measured in five pictures of the notebook: lowest and highest."""
