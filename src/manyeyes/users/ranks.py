"""People at given ranks of the population, for moving one trait at a time."""

from collections.abc import Mapping
from math import exp, log, sqrt

import scipy

from ..methods import ANNOTATION_KINDS, METHODS
from .population import BRUSHES_PX, Population, Traits, between

TRAITS = tuple(dict.fromkeys(name for kind in ANNOTATION_KINDS.values() for name in kind.traits))


def traits_of(method: str, structure: str) -> tuple[str, ...]:
    """Return the traits that play a part in annotating for a method.

    Parameters
    ----------
    method : str
        Of a variant.
    structure : str
        Of the population.

    Returns
    -------
    tuple of str

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
        The priors.
    user : str
        The person's name; nothing is drawn from it.
    ranks : mapping of str to float
        Share of the population that has less of the trait, above 0 and below 1, by names of
        `TRAITS`. Traits that are left out stand at one half.

    Returns
    -------
    Traits
        With ranks drawn evenly, people are distributed as `draw_traits` draws them.

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
    score = {name: float(scipy.stats.norm.ppf(value)) for name, value in rank.items()}
    lasting = sqrt(1 - population.session_share)
    tolerance = population.seed_error_spread * lasting
    sigma = exp(log(population.eye_sigma_px) + population.eye_sigma_ln_sd * score["eye_sigma_px"])
    return Traits(
        population=population,
        user=user,
        eye_sigma_px=min(max(sigma, population.eye_sigma_min_px), population.eye_sigma_max_px),
        criterion=population.threshold_criterion_sd * lasting * score["criterion"],
        seed_tolerance=(
            tolerance * score["seed_tolerance_active"],
            tolerance * score["seed_tolerance_other"],
        ),
        outline_habit_px=population.outline_habit_sd_px * score["outline_habit_px"],
        brush_px=BRUSHES_PX[int(rank["brush_px"] * len(BRUSHES_PX))],
        overshoot_share=float(
            scipy.stats.beta.ppf(
                rank["overshoot_share"], population.overshoot_a, population.overshoot_b
            )
        ),
        correction_depth_px=between(
            population.correction_depth_min_px,
            population.correction_depth_max_px,
            rank["correction_depth_px"],
        ),
        correction_share=between(
            population.correction_share_min,
            population.correction_share_max,
            rank["correction_share"],
        ),
    )
