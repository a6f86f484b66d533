"""Small calls that put all compiled code that jobs share into Numba's cache on disk.

Compiling takes about a minute. Without these calls, each job that runs at the same time as the
first would compile for itself.
"""

from collections.abc import Callable

import numpy as np

from .forest.classifier import classify, fit_forest
from .forest.training import train
from .methods import Person
from .methods.watershed import watershed
from .users.drawing import Protocol, draw
from .users.population import Population, draw_traits

_EDGE = 16


def _phases() -> tuple[np.ndarray, np.ndarray]:
    """Return a small volume of two phases, and labels of a part of it."""
    z, y, x = np.indices((_EDGE,) * 3)
    truth = (1 + (x + y > _EDGE)).astype(np.uint8)
    volume = (100 * truth + 7 * z % 13).astype(np.uint8)
    return volume, np.where((z + y) % 4 == 0, truth, 0).astype(np.uint8)


def _train() -> None:
    fit_forest(*_phases(), seed=0, trees=2)


def _label() -> None:
    # With scikit-learn as the trainer, because ours is compiled by another process meanwhile.
    volume, labels = _phases()
    values = np.random.default_rng(0).random((200, 61), dtype=np.float32)
    forest = train(values, labels[labels > 0][:200], seed=0, trees=2, trainer="scikit-learn")
    classify(volume, forest)
    classify(volume, forest, slices=[3])


def _annotate() -> None:
    volume, _ = _phases()
    watershed(volume, 120, 180)
    draw(
        volume,
        Protocol(slices=3, coverage_percent=10.0),
        Person(draw_traits(Population(), "kernels", "nobody"), ("kernels",)),
        lambda _, slices: np.ones((len(slices), _EDGE, _EDGE), dtype=np.uint8),
    )


WARM_UPS: dict[str, Callable[[], None]] = {
    "labelling": _label,
    "training": _train,
    "annotating": _annotate,
}
"""The calls, each for its own process, the longest first."""
