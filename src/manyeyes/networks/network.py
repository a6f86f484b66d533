"""A trained network as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from .architectures import weight_shapes
from .greys import GREYS
from .settings import checked_codes

DTYPES = ("uint8", "uint16", "float32")
"""Types of grey levels that a network can learn from."""


@dataclass(frozen=True)
class Network:
    """What `manyeyes.networks.fit_network` returns and a model file holds.

    Attributes
    ----------
    architecture : str
    width : int
        Channels of the first convolution.
    codes : tuple of int
        Codes of the phases, in the order of the probabilities.
    dtype : str
        Type of the grey levels that it learned from.
    greys : str
        What is done to the grey levels of an image first; see `manyeyes.networks.greys`.
    offset, scale : float
        Then a grey level g becomes ``(g - offset) * scale``.
    weights : dict of str to ndarray of float32
        See `architectures.weight_shapes`.
    training : dict
        How it was trained: plain values, which a model file keeps as JSON.
    """

    architecture: str
    width: int
    codes: tuple[int, ...]
    dtype: str
    greys: str
    offset: float
    scale: float
    weights: Mapping[str, np.ndarray]
    training: dict = field(default_factory=dict)

    def __post_init__(self):
        """Check that all parts fit together."""
        object.__setattr__(self, "codes", checked_codes(self.codes))
        if self.dtype not in DTYPES:
            raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, found {self.dtype!r}")
        if self.greys not in GREYS:
            raise ValueError(f"greys must be one of {', '.join(GREYS)}, found {self.greys!r}")
        if not (np.isfinite(self.offset) and np.isfinite(self.scale) and self.scale > 0):
            raise ValueError(
                f"offset and scale must be finite and scale positive, found {self.offset!r} and "
                f"{self.scale!r}"
            )
        shapes = weight_shapes(self.architecture, self.width, len(self.codes))
        found = {name: np.shape(array) for name, array in self.weights.items()}
        if found != shapes:
            wrong = sorted(
                name for name in shapes.keys() | found.keys() if shapes.get(name) != found.get(name)
            )
            raise ValueError(
                f"the weights do not fit the architecture {self.architecture} of width "
                f"{self.width} and {len(self.codes)} codes: {', '.join(wrong[:4])}"
            )
        for name, array in self.weights.items():
            if array.dtype != np.float32 or not np.isfinite(array).all():
                raise ValueError(f"weights must be finite float32, found others in {name}")

    @property
    def parameters(self) -> int:
        """How many numbers were trained."""
        return sum(array.size for array in self.weights.values())

    def provenance(self) -> str:
        """Return a line about the training, which is stored with the labels of this network."""
        told = self.training
        return (
            f"network {self.architecture} of {self.parameters} parameters, grey levels "
            f"{self.greys}, {told.get('epochs_run', 'unknown')} epochs, "
            f"{told.get('labelled', 'unknown')} labelled pixels, "
            f"seed {told.get('seed', 'unknown')}, on {told.get('device', 'unknown')}"
        )
