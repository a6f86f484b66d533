"""People at given ranks of the population, for moving one trait at a time."""

from collections.abc import Mapping

import scipy

from ..methods import ANNOTATION_KINDS, METHODS
from .population import BRUSHES_PX, Population, Traits, filled_in, person_at

TRAITS = tuple(dict.fromkeys(name for kind in ANNOTATION_KINDS.values() for name in kind.traits))

# Traits that are normally distributed, in the order of `population.person_at`.
_NORMAL = ("eye_sigma_px", "criterion", "seed_tolerance_active", "seed_tolerance_other")
_NORMAL += ("outline_habit_px",)


def traits_of(method: str, structure: str) -> tuple[str, ...]:
    """Return the traits that play a part in annotating for a method.

    Parameters
    ----------
    method : str
        Of a variant.
    structure : str
        Of the population.

    Raises
    ------
    ValueError
        If no trait of a simulated user plays a part.
    """
    known = [name for name, found in METHODS.items() if found.traits]
    if method not in known:
        raise ValueError(
            f"traits of users matter with the methods {', '.join(known)}; found {method!r}"
        )
    kind = METHODS[method].kind
    return kind.sharp_eyed_traits if structure == "sharp_eyed" else kind.traits


def traits_at(population: Population, user: str, ranks: Mapping[str, float]) -> Traits:
    """Return the person whose traits stand at given ranks of the population.

    Parameters
    ----------
    population : Population
    user : str
        The person's name; nothing is drawn from it.
    ranks : mapping of str to float
        Share of the population that has less of the trait, above 0 and below 1, by names of
        `TRAITS`. Traits that are left out stand at one half.

    Returns
    -------
    Traits
        With ranks drawn evenly, people are distributed as `draw_traits` draws them, but that what
        is fitted to real people has its median.

    Raises
    ------
    ValueError
        If a trait is unknown or a rank is not between 0 and 1.
    """
    unknown = sorted(set(ranks) - set(TRAITS))
    if unknown:
        raise ValueError(f"there is no trait {', '.join(unknown)}; known are {', '.join(TRAITS)}")
    for name, rank in ranks.items():
        if not 0 < rank < 1:
            raise ValueError(f"the rank of {name} must be above 0 and below 1, found {rank}")
    rank = dict.fromkeys(TRAITS, 0.5) | dict(ranks)
    scores = [float(scipy.stats.norm.ppf(rank[name])) for name in _NORMAL]
    overshoot = scipy.stats.beta.ppf(
        rank["overshoot_share"], population.overshoot_a, population.overshoot_b
    )
    return person_at(
        filled_in(population),
        user,
        scores,
        brush_px=BRUSHES_PX[int(rank["brush_px"] * len(BRUSHES_PX))],
        overshoot_share=float(overshoot),
        corrections=(rank["correction_depth_px"], rank["correction_share"]),
    )
