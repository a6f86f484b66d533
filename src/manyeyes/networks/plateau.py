"""Lower the learning rate where the loss stays, as ReduceLROnPlateau of Keras does."""

from dataclasses import dataclass, replace

LEAST_GAIN = 1e-4
"""By how much a loss must fall to count as lower (Keras' ``min_delta``)."""


@dataclass(frozen=True)
class Plateau:
    """Where a training stands.

    Attributes
    ----------
    rate : float
        Learning rate of the next epoch.
    lowest : float
        Lowest loss so far, but for gains below `LEAST_GAIN`.
    waited : int
        Epochs since then, or since the rate was lowered.
    """

    rate: float
    lowest: float = float("inf")
    waited: int = 0

    def after(self, loss: float, factor: float, patience: int, minimum: float):
        """Return where it stands after an epoch with a loss."""
        if loss < self.lowest - LEAST_GAIN:
            return replace(self, lowest=loss, waited=0)
        waited = self.waited + 1
        if waited < patience or self.rate <= minimum:
            return replace(self, waited=waited)
        return replace(self, rate=max(self.rate * factor, minimum), waited=0)
