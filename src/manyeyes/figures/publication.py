"""Numbers that a publication states about datasets, to be shown beside those of a study."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Stated:
    """A number about one image and variant.

    Attributes
    ----------
    dataset, filter, variant : str
    quantity : str
        ``sd`` of the volume fraction, ``percent`` of voxels that differ between two users,
        ``baseline_percent`` (size of the difference from the FIB-SEM volume fraction).
    low, high : float
        Equal for a stated value; low is 0 for a stated upper limit.
    kind : str
        ``value``, ``below``, or ``derived`` (follows from other numbers of the publication).
    source : str
        Section of the publication.
    """

    dataset: str
    filter: str
    variant: str
    quantity: str
    low: float
    high: float
    kind: str
    source: str


@dataclass(frozen=True)
class Publication:
    """The datasets of a publication, and the numbers that it states about them."""

    datasets: tuple[str, ...] = ()
    numbers: tuple[Stated, ...] = ()

    def is_about(self, datasets: Iterable[str]) -> bool:
        """Return whether any of these datasets is one of the publication's."""
        return not set(self.datasets).isdisjoint(datasets)

    def stated(self, quantity: str) -> dict[tuple[str, str, str], Stated]:
        """Return the numbers of one quantity by (dataset, filter, variant)."""
        numbers = (number for number in self.numbers if number.quantity == quantity)
        return {(number.dataset, number.filter, number.variant): number for number in numbers}
