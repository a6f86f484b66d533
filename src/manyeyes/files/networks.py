"""Files of trained networks, and of trainings that are not finished.

A model file is a zip of arrays and a JSON document (see `archives`): no code, no pickle.
``numpy.load`` opens its weights too.
"""

import math
from pathlib import Path

from ..networks.architectures import ARCHITECTURES, weight_shapes
from ..networks.network import Network
from ..networks.plateau import Plateau
from ..networks.settings import checked_codes
from ..networks.state import TrainingState
from .archives import opened_archive, write_archive
from .errors import COPY_AGAIN, FileError

SUFFIX = ".npz"
"""Of model files."""

_NETWORK, _TRAINING, _VERSION = "manyeyes network", "manyeyes training", 1
_START_ANEW = "remove it, and the training begins anew"
_MOST_WIDTH = 4096
_PARTS = ("weights", "first", "second", "best")


def write_network(path, network: Network) -> None:
    """Write a model file; equal networks have equal bytes.

    Parameters
    ----------
    path : path-like
        Usually with the suffix ``.npz``.
    network : Network
    """
    document = {
        "kind": _NETWORK,
        "version": _VERSION,
        "architecture": network.architecture,
        "width": network.width,
        "codes": list(network.codes),
        "dtype": network.dtype,
        "greys": network.greys,
        "offset": network.offset,
        "scale": network.scale,
        "training": network.training,
    }
    write_archive(path, document, network.weights)


def read_network(path) -> Network:
    """Return the network of a model file.

    Raises
    ------
    FileError
        If the file is no model file of manyeyes, or is damaged.
    """
    with opened_archive(path, _NETWORK, _VERSION, COPY_AGAIN) as archive:
        told = archive.document
        architecture = _one_of(path, told, "architecture", ARCHITECTURES)
        width, codes = _whole(path, told, "width"), _codes(path, told)
        shapes = weight_shapes(architecture, width, len(codes))
        return Network(
            architecture=architecture,
            width=width,
            codes=codes,
            dtype=_of_type(path, told, "dtype", str),
            greys=_of_type(path, told, "greys", str),
            offset=_number(path, told, "offset"),
            scale=_number(path, told, "scale"),
            weights=archive.arrays(shapes, COPY_AGAIN),
            training=_of_type(path, told, "training", dict),
        )


class Checkpoint:
    """A file in which a training keeps how far it is, for `manyeyes.networks.fit_network`.

    Parameters
    ----------
    path : path-like
        It is replaced as a whole, so that a killed training leaves the state of an epoch.
    """

    def __init__(self, path):
        self.path = Path(path)

    def load(self) -> TrainingState | None:
        """Return the state that was saved last, or None if there is no file.

        Raises
        ------
        FileError
            If the file is something else, or damaged.
        """
        if not self.path.exists():
            return None
        with opened_archive(self.path, _TRAINING, _VERSION, _START_ANEW) as archive:
            told = archive.document
            shapes = {}
            for name, shape in _of_type(self.path, told, "shapes", dict).items():
                shapes |= {f"{part}/{name}": tuple(shape) for part in _PARTS}
            arrays = archive.arrays(shapes, _START_ANEW)
            parts = {
                part: {name: arrays[f"{part}/{name}"] for name in told["shapes"]} for part in _PARTS
            }
            return TrainingState(
                task=told["task"],
                **parts,
                best_epoch=told["best_epoch"],
                best_loss=told["best_loss"],
                step=told["step"],
                plateau=Plateau(**told["plateau"]),
                rows=tuple(dict(row) for row in told["rows"]),
            )

    def save(self, state: TrainingState) -> None:
        """Write a state."""
        document = {
            "kind": _TRAINING,
            "version": _VERSION,
            "shapes": {name: list(array.shape) for name, array in state.weights.items()},
            "task": state.task,
            "best_epoch": state.best_epoch,
            "best_loss": state.best_loss,
            "step": state.step,
            "plateau": vars(state.plateau),
            # Whole rows, in the order of their columns.
            "rows": [list(row.items()) for row in state.rows],
        }
        arrays = {
            f"{part}/{name}": array
            for part in _PARTS
            for name, array in getattr(state, part).items()
        }
        write_archive(self.path, document, arrays)

    def remove(self) -> None:
        """Remove the file, if there is one."""
        self.path.unlink(missing_ok=True)


def _of_type(path, told: dict, key: str, cls: type):
    value = told.get(key)
    if not isinstance(value, cls) or isinstance(value, bool):
        raise FileError(
            f"{path}: {key} should be of type {cls.__name__}, found {value!r:.60}; {COPY_AGAIN}"
        )
    return value


def _one_of(path, told: dict, key: str, known) -> str:
    value = _of_type(path, told, key, str)
    if value not in known:
        raise FileError(
            f"{path}: {key} should be one of {', '.join(known)}, found {value!r:.60}; {COPY_AGAIN}"
        )
    return value


def _whole(path, told: dict, key: str) -> int:
    value = _of_type(path, told, key, int)
    if not 1 <= value <= _MOST_WIDTH:
        raise FileError(
            f"{path}: {key} should lie between 1 and {_MOST_WIDTH}, found {value!r:.60}; "
            f"{COPY_AGAIN}"
        )
    return value


def _number(path, told: dict, key: str) -> float:
    value = told.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise FileError(f"{path}: {key} should be a number, found {value!r:.60}; {COPY_AGAIN}")
    return float(value)


def _codes(path, told: dict) -> tuple[int, ...]:
    try:
        return checked_codes(_of_type(path, told, "codes", list))
    except FileError:
        raise
    except ValueError as error:
        raise FileError(f"{path}: {error}; {COPY_AGAIN}") from error
