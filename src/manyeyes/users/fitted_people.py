"""Users who are drawn from recorded people, to whom the user model was fitted.

`manyeyes fit-person` writes the draws; see `manyeyes.persons`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..settings import check_number

if TYPE_CHECKING:
    from .population import Traits

MOST_DRAWS = 10_000

# What a trait may be: from, to.
_BOUNDS = {
    "criterion": (-50.0, 50.0),
    "seed_tolerance_active": (-50.0, 50.0),
    "seed_tolerance_other": (-50.0, 50.0),
    "eye_sigma_px": (1e-3, 100.0),
    "outline_habit_px": (-100.0, 100.0),
    "outline_sitting_sd_px": (0.0, 100.0),
    "outline_object_sd_px": (0.0, 100.0),
    "hand_noise_px": (0.0, 100.0),
    "hand_correlation_px": (1e-3, 1000.0),
    "brush_px": (1, 99),
    "overshoot_share": (0.0, 1.0),
    "correction_depth_px": (0.0, 100.0),
    "correction_share": (0.0, 1.0),
}
OF_PERSON = tuple(_BOUNDS)
"""The traits of a person, by the names that tables and configs use."""

# These are fields of the person's own population.
_OF_POPULATION = (
    "outline_sitting_sd_px",
    "outline_object_sd_px",
    "hand_noise_px",
    "hand_correlation_px",
)


@dataclass(frozen=True)
class FittedPeople:
    """Draws from the people who were fitted.

    Attributes
    ----------
    traits : tuple of str
        Of `OF_PERSON`; all others are drawn from the population.
    draws : tuple of tuple of float
        One row for each draw, with a number for each trait.
    """

    traits: tuple[str, ...]
    draws: tuple[tuple[float, ...], ...]

    @classmethod
    def from_mapping(cls, mapping: object) -> "FittedPeople":
        """Return the draws that a config lists.

        Parameters
        ----------
        mapping : mapping
            ``traits`` (list of names) and ``draws`` (list of rows).

        Raises
        ------
        ValueError
            If it is not of this form, a trait is unknown, or a number is impossible.
        """
        key = "population.fitted_people"
        if isinstance(mapping, cls):
            return mapping
        if not isinstance(mapping, Mapping) or set(mapping) != {"traits", "draws"}:
            found = sorted(map(str, mapping)) if isinstance(mapping, Mapping) else mapping
            raise ValueError(
                f"{key} needs traits (a list of names) and draws (a list of rows of numbers), as "
                f"manyeyes fit-person writes them; found {found!r:.60}"
            )
        traits, draws = mapping["traits"], mapping["draws"]
        if not isinstance(traits, list | tuple) or not isinstance(draws, list | tuple):
            raise ValueError(f"{key}: traits and draws must be lists")
        unknown = [name for name in traits if name not in _BOUNDS]
        if unknown or not traits or len(set(traits)) < len(traits):
            raise ValueError(
                f"{key}.traits must be different ones of {', '.join(_BOUNDS)}; found {list(traits)}"
            )
        if not 1 <= len(draws) <= MOST_DRAWS:
            raise ValueError(f"{key}.draws must have 1 to {MOST_DRAWS} rows, found {len(draws)}")
        for number, row in enumerate(draws):
            where = f"{key}.draws[{number}]"
            if not isinstance(row, list | tuple) or len(row) != len(traits):
                raise ValueError(
                    f"{where} must have a number for each of the {len(traits)} traits, "
                    f"found {row!r:.60}"
                )
            for name, value in zip(traits, row, strict=True):
                check_number(f"{where} ({name})", value, *_BOUNDS[name])
                if name == "brush_px" and (value != int(value) or value % 2 == 0):
                    raise ValueError(f"{where}: brush_px must be odd and whole, found {value}")
        return cls(tuple(traits), tuple(tuple(float(value) for value in row) for row in draws))

    def one_of(self, rng: np.random.Generator) -> dict[str, float]:
        """Return one draw, by the names of traits."""
        return dict(zip(self.traits, self.draws[rng.integers(len(self.draws))], strict=True))


def values_of(traits: "Traits") -> dict[str, float]:
    """Return the traits of a person by the names of `OF_PERSON`."""
    active, other = traits.seed_tolerance
    own = {name: getattr(traits.population, name) for name in _OF_POPULATION}
    tolerances = {"seed_tolerance_active": active, "seed_tolerance_other": other}
    return {
        name: float({**own, **tolerances}.get(name, getattr(traits, name, 0.0)))
        for name in OF_PERSON
    }


def with_values(traits: "Traits", values: Mapping[str, float]) -> "Traits":
    """Return a person with other traits; those that are not named stay."""
    values = dict(values)
    own = {name: values.pop(name) for name in _OF_POPULATION if name in values}
    active, other = traits.seed_tolerance
    tolerance = (
        values.pop("seed_tolerance_active", active),
        values.pop("seed_tolerance_other", other),
    )
    if "brush_px" in values:
        values["brush_px"] = int(values["brush_px"])
    return replace(
        traits, population=replace(traits.population, **own), seed_tolerance=tolerance, **values
    )
