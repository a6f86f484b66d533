"""How a network is trained."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..devices import DEVICES
from ..settings import check_number
from .architectures import STEP
from .augmentations import AUGMENTATIONS
from .greys import GREYS

LOSSES = ("cross-entropy", "dice", "mse")
SCALINGS = ("range", "standard")


@dataclass(frozen=True)
class Training:
    """Settings of a training; the defaults are those of Lee et al. 2023.

    Attributes
    ----------
    epochs : int
        Each shows every image once.
    batch : int
        Images for each step of the optimiser.
    rate : float
        First learning rate of Adam.
    factor, patience, minimum : float, int, float
        The rate is multiplied by `factor` when the loss of the validation (of the training, if
        there is none) did not fall for `patience` epochs, down to `minimum`.
    loss : {"cross-entropy", "dice", "mse"}
        Of labelled pixels only. Cross-entropy is binary for one output, and otherwise categorical.
        Dice is one minus the mean over classes of each image.
    augmentation : str or sequence of str
        Names of `augmentations.AUGMENTATIONS`. Each image of each epoch gets one of them by lot.
    stop_after : int, optional
        Stop when the loss of the validation did not fall for so many epochs, and return the weights
        of the best epoch. By default all epochs are run and the last weights are returned.
    width : int
        Channels of the first convolution.
    codes : sequence of int
        Codes of the phases in the labels, 1 to 254. The architecture `lee` returns the probability
        of the first.
    greys : {"raw", "stretched", "equalised"}
        What is done to the grey levels of each image first, in training and whenever the network is
        applied; see `manyeyes.networks.greys`. Give images as they are, not stretched twice.
    scaling : {"range", "standard"}
        How grey levels become numbers for the network: divided by the largest value of their type
        (floats are taken as they are), or less the mean of the training images and divided by their
        standard deviation.
    window : int, optional
        Edge in pixels of the square that is cut from each image by lot in each epoch; a multiple of
        8. By default whole images are shown.
    device : {"cpu", "gpu"}
        A GPU needs another build of JAX. Its results are near those of a CPU, but not the same.
    """

    epochs: int = 100
    batch: int = 32
    rate: float = 1e-3
    factor: float = 0.2
    patience: int = 10
    minimum: float = 1e-5
    loss: str = "cross-entropy"
    augmentation: str | Sequence[str] = "none"
    stop_after: int | None = None
    width: int = 32
    codes: Sequence[int] = (1, 2)
    greys: str = "raw"
    scaling: str = "range"
    window: int | None = None
    device: str = "cpu"

    def __post_init__(self):
        """Check every value; the message names the setting."""
        for key in ("epochs", "batch", "patience", "width"):
            _check_whole(key, getattr(self, key), 1)
        check_number("rate", self.rate, 1e-12, 10.0)
        check_number("factor", self.factor, 1e-6, 1.0)
        check_number("minimum", self.minimum, 0.0, self.rate)
        if self.stop_after is not None:
            _check_whole("stop_after", self.stop_after, 1)
        if self.window is not None:
            _check_whole("window", self.window, STEP)
            if self.window % STEP:
                raise ValueError(f"window must be a multiple of {STEP}, found {self.window}")
        for key, known in {
            "loss": LOSSES,
            "greys": tuple(GREYS),
            "scaling": SCALINGS,
            "device": DEVICES,
        }.items():
            if getattr(self, key) not in known:
                raise ValueError(
                    f"{key} must be one of {', '.join(known)}, found {getattr(self, key)!r}"
                )
        names = self.augmentation
        names = (names,) if isinstance(names, str) else tuple(names)
        unknown = [name for name in names if name not in AUGMENTATIONS]
        if unknown or not names:
            raise ValueError(
                f"augmentation must name some of {', '.join(AUGMENTATIONS)}, found {names!r}"
            )
        # A list of a YAML becomes a tuple, so that equal settings are equal.
        object.__setattr__(self, "augmentation", names)
        object.__setattr__(self, "codes", checked_codes(self.codes))


def _check_whole(key: str, value: object, low: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < low:
        raise ValueError(f"{key} must be a whole number of at least {low}, found {value!r}")


def checked_codes(codes: Sequence[int]) -> tuple[int, ...]:
    """Return codes as a tuple, or raise ValueError unless they are two or more different ones."""
    found = tuple(codes)
    for code in found:
        if isinstance(code, bool) or not isinstance(code, int) or not 1 <= code <= 254:
            raise ValueError(f"codes must be whole numbers from 1 to 254, found {code!r}")
    if len(found) < 2 or len(set(found)) != len(found):
        raise ValueError(f"codes must be two or more different numbers, found {list(found)}")
    return found
