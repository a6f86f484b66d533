"""What differs between sittings: mood, the slices looked at, where the slider stops."""

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from ..randomness import generator
from .population import Traits


@dataclass(frozen=True)
class Sitting:
    """One person before one image with one method.

    Attributes
    ----------
    criterion : float
        Log-odds of being active at which the line between the phases is drawn today.
    seed_tolerance : tuple of float
        What is added today to the log-odds of the variant's seed error, for seeds of (active
        material, pore).
    whim : float
        Where a threshold stops among those that look the same, 0 to 1.
    looks : tuple of float
        Places of the slices looked at, 0 to 1, one in each of several equal slabs.
    outline_px : float
        How far outside an edge the person places it today, for objects of the reference size.
    """

    criterion: float
    seed_tolerance: tuple[float, float]
    whim: float
    looks: tuple[float, ...]
    outline_px: float

    def moderated(self, share: float) -> "Sitting":
        """Return the sitting with only a share of what sets its sliders apart from the median's."""
        active, other = self.seed_tolerance
        return replace(
            self, criterion=share * self.criterion, seed_tolerance=(share * active, share * other)
        )


def begin_sitting(traits: Traits, *seed_names: object) -> Sitting:
    """Draw how a sitting differs from the person's habit.

    Parameters
    ----------
    traits : Traits
    *seed_names : object
        Study seed, user, dataset, filter, method, and whatever else distinguishes sittings.
    """
    rng = generator(*seed_names, "sitting")
    population = traits.population
    passing = sqrt(population.session_share)
    mood = population.threshold_criterion_sd * passing * rng.standard_normal()
    tolerance = population.seed_error_spread * passing * rng.standard_normal(2)
    whim = rng.random()
    slabs = population.inspected_slices
    looks = (np.arange(slabs) + rng.random(slabs)) / slabs
    outline = population.outline_sitting_sd_px * rng.standard_normal()
    return Sitting(
        criterion=traits.criterion + mood,
        seed_tolerance=(
            float(traits.seed_tolerance[0] + tolerance[0]),
            float(traits.seed_tolerance[1] + tolerance[1]),
        ),
        whim=float(whim),
        looks=tuple(looks.tolist()),
        outline_px=traits.outline_habit_px + float(outline),
    )


def at_lower_boundary(sitting: Sitting, traits: Traits, *seed_names: object) -> Sitting:
    """Return a sitting as it is at the boundary between the darkest two of three phases.

    Criterion, tolerances and where the slider stops are of that boundary, and drawn by themselves,
    so that what a user does at the other one is what it is where two phases are labelled. The
    slices looked at and the hand are the same.

    Parameters
    ----------
    sitting : Sitting
        From `begin_sitting`.
    traits : Traits
    *seed_names : object
        Those of `begin_sitting`.
    """
    rng = generator(*seed_names, "sitting", "lower")
    population = traits.population
    passing = population.lower_spread_ratio * sqrt(population.session_share)
    mood = population.threshold_criterion_sd * passing * rng.standard_normal()
    tolerance = population.seed_error_spread * passing * rng.standard_normal(2)
    brighter, darker = (traits.lower_seed_tolerance + tolerance).tolist()
    return replace(
        sitting,
        criterion=traits.lower_criterion + float(mood),
        seed_tolerance=(brighter, darker),
        whim=float(rng.random()),
    )
