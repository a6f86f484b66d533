"""What Lee et al. 2023 and the authors' notebook state: the numbers of Table 2, and others.

Paper: doi:10.1186/s40543-023-00407-z. Notebook: https://github.com/SKKU-STEM/Pore-segnet. Apart
from `names`, so that a corrected number trains no network again.
"""

from typing import NamedTuple

from .names import TEST, TRAINING

PAPER = "Lee et al. 2023"

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
