"""What a user who is about to paint makes of the slices looked at."""

from collections.abc import Sequence
from typing import NamedTuple

from .eye import Perception
from .outline import Hand
from .third_phase import ThirdPhase


class Impression(NamedTuple):
    """One impression of the phases, from the slices to be drawn and those looked at before.

    Attributes
    ----------
    slices : list of int
        Which slices.
    seen : Perception
        Active material and the rest.
    noise : float
        That the user sees, in grey levels.
    hand : Hand
        Of the user, on this image.
    third : ThirdPhase or None
        What else is seen where three phases are painted.
    """

    slices: list[int]
    seen: Perception
    noise: float
    hand: Hand
    third: ThirdPhase | None

    def shows_third(self, places: Sequence[int]) -> bool:
        """Return whether any of some slices shows a third phase."""
        return any(self.third.third[self.slices.index(z)].any() for z in places)
