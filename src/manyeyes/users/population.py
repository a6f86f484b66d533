"""The population that simulated users are drawn from, and the traits of one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from math import exp, inf, log, sqrt

import numpy as np

from ..randomness import generator
from ..settings import check_number, read_settings
from .fitted_people import FittedPeople, with_values
from .people import FITTED, draw_of_people, typical_people

# Favourite widths of the brush, in pixels: those of ilastik (default 3) that fit into particles of
# 20 px. The narrowest, 1, is used where the favourite does not fit; wider ones, 11 to 61, are left
# out. That these three are equally frequent is an assumption.
BRUSHES_PX = (3, 5, 7)

STRUCTURES = ("two_class", "sharp_eyed", "contour")
"""How users can be modelled; see `manyeyes.users.seeing`."""

# Bounds of numbers beyond "not negative".
_UP_TO_1 = (
    "criterion_outline_correlation",
    "overlay_tolerance",
    "session_share",
    "correction_share_max",
    "lower_criterion_correlation",
)
_ABOVE_0 = ("eye_sigma_px", "eye_sigma_min_px", "hand_correlation_px", "stroke_px")
_ABOVE_0 += ("overshoot_a", "overshoot_b")
_BELOW_HALF = ("indifference", "least_seeded_share", "forest_seed_error")
_ORDERED = (
    ("eye_sigma_min_px", "eye_sigma_max_px"),
    ("correction_depth_min_px", "correction_depth_max_px"),
    ("correction_share_min", "correction_share_max"),
)


@dataclass(frozen=True)
class Population:
    """Priors of the traits and of what changes from one sitting to the next.

    Only `threshold_criterion_sd` and `seed_error_spread` are fitted to results of Bailey et al.
    2023; see ``tools/calibration.py``. What is marked as from people is fitted to outlines that
    real people drew of other objects: None leaves it to them, and each user has a draw of its own;
    see `manyeyes.users.people`. All others are assumptions. Lengths are in pixels of the slice that
    the user looks at, errors and shares between 0 and 1.

    Attributes
    ----------
    structure : str
        How these people see, one of `STRUCTURES`.
    threshold_criterion_sd : float
        Standard deviation, over users and sittings together, of the log-odds of being active at
        which a user divides the phases. 0 means that a speckle costs as much as a hole.
        Calibrated: pairwise difference of S2 on raw NMC-2, 7.6 % (section 3.1.2).
    seed_error_spread : float
        Standard deviation, over users and sittings together, of the log-odds of the seed
        error that a user tolerates, around the variant's. Calibrated: pairwise difference
        of cWS on raw NMC-2, 4.6 % (section 3.1.2).
    session_share : float
        Share of these two variances that is drawn anew at every sitting; the rest is the person's.
    eye_sigma_px : float
        Median width of the Gaussian over which the eye pools grey levels.
    eye_sigma_ln_sd : float
        Spread of its natural logarithm over users.
    eye_sigma_min_px, eye_sigma_max_px : float
        Bounds of that width.
    inspected_slices : int
        Slices on which a user tries a threshold.
    indifference : float
        Share of the area by which two overlays may differ unseen; among such thresholds one is
        picked at random.
    least_seeded_share : float
        A user seeds at least this share of what looks like each phase.
    forest_seed_error : float
        Seed error tolerated for training a forest (ML1 to ML3), between the generous and the
        conservative watershed.
    outline_habit_sd_px : float or None
        Spread over users of how far outside (positive) or inside an edge they place it, on objects
        of the reference size, `manyeyes.users.people.REFERENCE_OUTLINE_PX`. From people.
    outline_sitting_sd_px : float or None
        The same over sittings of one user. From people.
    outline_object_sd_px : float or None
        The same over the objects of one sitting. From people.
    outline_exponent : float or None
        These three grow as this power of the length of an object's outline. From people.
    hand_noise_px : float or None
        Standard deviation of the hand along an outline, on objects of the reference size. From
        people.
    hand_noise_ln_sd : float or None
        Spread of its natural logarithm over users. From people.
    hand_noise_exponent : float or None
        The power with which it grows. From people.
    hand_correlation_px : float or None
        Length along an outline until the hand's error is forgotten to 1 / e, on objects of the
        reference size. From people.
    hand_correlation_exponent : float or None
        The power with which it grows. From people.
    criterion_outline_correlation : float
        Correlation over users between how much active material their thresholds give and how far
        outside an edge they place it, -1 to 1. Unknown.
    overlay_tolerance : float
        If the area of an overlay differs by more than this share from that of the phase as seen, a
        user moves the sliders half way to where the median user sets them, and looks again.
    overlay_tries : int
        How often at most.
    outline_ambiguity_max_px : float
        Upper bound of the part of the outline's error that grows with noise over gradient.
    stroke_px : float
        Mean length of a stroke.
    margin_px : float
        Distance that strokes keep from a perceived edge.
    overshoot_a, overshoot_b : float
        Beta distribution over users of the share of strokes that cross an edge.
    overshoot_px : float
        How far such strokes cross it.
    correction_area_px : int
        An error of the first output is seen if it covers more than this.
    correction_depth_min_px, correction_depth_max_px : float
        And if it reaches deeper than this from the edge, uniform over users.
    correction_share_min, correction_share_max : float
        Corrections take at most this share of a slice's labels, uniform over users.
    contour_least_px : float
        Shortest line that a user of the structure ``contour`` takes for a contour.
    lower_spread_ratio : float
        Where three phases are labelled: how much more people differ in the boundary between pore
        and carbon-binder domain than in that of active material. Times `threshold_criterion_sd` and
        `seed_error_spread` it gives the same spreads of that boundary. Unknown; 1 is an assumption.
    lower_criterion_correlation : float
        Correlation over users between their criteria at the two boundaries, -1 to 1. Unknown.
    fitted_people : FittedPeople or None
        Draws from recorded people, of which each user takes one instead of the priors above; see
        ``manyeyes fit-person``. What changes from one sitting to the next still comes from these.

    Notes
    -----
    The two calibrated spreads hold only for a twin of NMC-2 with a contrast-to-noise of 3.5, itself
    an assumption. 200 users on each of 5 realisations gave

    ==================  ======================  ====================
    contrast-to-noise   threshold_criterion_sd  seed_error_spread
    ==================  ======================  ====================
    2.5                 0.98 (0.48 to 5.2)      not reached
    3.5                 1.54 (0.78 to 7.8)      1.69 (0.89 to 4.7)
    ==================  ======================  ====================

    with a standard error of 3 and 6 % from realisations. In brackets: between which values the
    spreads lie, since the paper's numbers are of three people (``tools/calibrate_population.py``).
    The other structures are calibrated in the same way; ``config/protocol.yaml`` has their values.

    Users who act by rules are known as robot users (Nickisch et al. 2010; Kohli et al. 2012,
    doi:10.1007/s11263-012-0537-3). Idealised ones overstate quality, and variation between clicks
    narrows the gap (Marinov et al. 2024, arXiv:2404.01816).
    """

    structure: str = "two_class"
    threshold_criterion_sd: float = 1.54
    seed_error_spread: float = 1.69
    session_share: float = 0.25
    eye_sigma_px: float = 1.5
    eye_sigma_ln_sd: float = 0.3
    eye_sigma_min_px: float = 0.7
    eye_sigma_max_px: float = 3.0
    inspected_slices: int = 5
    indifference: float = 0.006
    least_seeded_share: float = 0.05
    forest_seed_error: float = 0.03
    outline_habit_sd_px: float | None = None
    outline_sitting_sd_px: float | None = None
    outline_object_sd_px: float | None = None
    outline_exponent: float | None = None
    hand_noise_px: float | None = None
    hand_noise_ln_sd: float | None = None
    hand_noise_exponent: float | None = None
    hand_correlation_px: float | None = None
    hand_correlation_exponent: float | None = None
    criterion_outline_correlation: float = 0.0
    overlay_tolerance: float = 0.15
    overlay_tries: int = 3
    outline_ambiguity_max_px: float = 3.0
    stroke_px: float = 30.0
    margin_px: float = 1.5
    overshoot_a: float = 2.0
    overshoot_b: float = 10.0
    overshoot_px: float = 1.0
    correction_area_px: int = 20
    correction_depth_min_px: float = 1.0
    correction_depth_max_px: float = 2.5
    correction_share_min: float = 0.15
    correction_share_max: float = 0.50
    contour_least_px: float = 10.0
    lower_spread_ratio: float = 1.0
    lower_criterion_correlation: float = 0.0
    fitted_people: FittedPeople | None = None

    def __post_init__(self):
        if self.fitted_people is not None:
            people = FittedPeople.from_mapping(self.fitted_people)
            object.__setattr__(self, "fitted_people", people)
        if self.structure not in STRUCTURES:
            raise ValueError(
                f"population.structure must be one of {', '.join(STRUCTURES)}, "
                f"found {self.structure!r}"
            )
        for item in fields(self)[1:-1]:
            key, value = f"population.{item.name}", getattr(self, item.name)
            if value is None and item.name in FITTED:
                continue
            least = -1 if item.name.endswith("_correlation") else 0
            check_number(key, value, least, 1 if item.name in _UP_TO_1 else inf)
            if item.name in _ABOVE_0 and value == 0:
                raise ValueError(f"{key} must be above 0, found 0")
            if item.name in _BELOW_HALF and value >= 0.5:
                raise ValueError(f"{key} must be below 0.5, found {value}")
        for name, least in (("inspected_slices", 1), ("overlay_tries", 0)):
            value = getattr(self, name)
            if value < least or value != int(value):
                raise ValueError(
                    f"population.{name} must be a whole number of at least {least}, found {value}"
                )
        for low, high in _ORDERED:
            if getattr(self, low) > getattr(self, high):
                raise ValueError(
                    f"population.{low} ({getattr(self, low)}) must not exceed "
                    f"population.{high} ({getattr(self, high)})"
                )

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object]) -> "Population":
        """Return the population that a config describes; see `manyeyes.settings.read_settings`."""
        return read_settings(mapping, cls, "population")


@dataclass(frozen=True)
class Traits:
    """What is the same for one person on all images and with all methods.

    Attributes
    ----------
    population : Population
        The person's; it also says how much sittings differ and how the hand errs. No field is None.
    user : str
        The person's name.
    eye_sigma_px : float
        Width over which the eye pools grey levels.
    criterion : float
        Log-odds of being active at which the person divides the phases.
    seed_tolerance : tuple of float
        What is added to the log-odds of the variant's seed error, for seeds of (active material,
        pore); above 0 the person tolerates more. The two are independent (assumption).
    outline_habit_px : float
        How far outside an edge the person places it, for objects of the reference size.
    brush_px : int
        Favourite width of the brush.
    overshoot_share : float
        Share of strokes that cross an edge.
    correction_depth_px : float
        How deep an error must be to be seen.
    correction_share : float
        Largest share of a slice's labels that is spent on corrections.
    lower_criterion : float
        Where three phases are labelled: log-odds of being brighter than pore at which the person
        divides pore and carbon-binder domain.
    lower_seed_tolerance : tuple of float
        As `seed_tolerance`, for seeds of (carbon-binder domain, pore) at that boundary.
    """

    population: Population
    user: str
    eye_sigma_px: float
    criterion: float
    seed_tolerance: tuple[float, float]
    outline_habit_px: float
    brush_px: int
    overshoot_share: float
    correction_depth_px: float
    correction_share: float
    lower_criterion: float = 0.0
    lower_seed_tolerance: tuple[float, float] = (0.0, 0.0)


def draw_traits(population: Population, seed: object, user: str) -> Traits:
    """Draw the person behind a name.

    Parameters
    ----------
    population : Population
        The priors.
    seed : object
        The study's seed.
    user : str
        The person's name, such as "A". The same seed and name give the same person, however many
        others there are. Under another population they give the same standard scores, so that the
        effect of a prior can be seen on the same people.

    Returns
    -------
    Traits
    """
    rng = generator(seed, "traits", user)
    scores = rng.standard_normal(5).tolist()
    brush = BRUSHES_PX[rng.integers(len(BRUSHES_PX))]
    depth, share = rng.random(2)
    # last, since a beta draw takes as many random numbers as it needs
    overshoot = float(rng.beta(population.overshoot_a, population.overshoot_b))
    own = _own_hand(population, generator(seed, "people", user))
    person = person_at(own, user, scores, brush, overshoot, (depth, share))
    if population.fitted_people:
        fitted = population.fitted_people.one_of(generator(seed, "fitted people", user))
        person = with_values(person, fitted)
    return _with_lower_boundary(person, scores[1], generator(seed, "traits", user, "lower"))


def _with_lower_boundary(person: Traits, score: float, rng: np.random.Generator) -> Traits:
    """Return a person who also tells a third phase from the darkest.

    ``score`` is the standard score of the person's criterion. Random numbers of their own leave
    everything else as it is where two phases are labelled.
    """
    population = person.population
    lasting = population.lower_spread_ratio * sqrt(1 - population.session_share)
    own, brighter, darker = rng.standard_normal(3).tolist()
    together = population.lower_criterion_correlation
    tolerance = population.seed_error_spread * lasting
    return replace(
        person,
        lower_criterion=population.threshold_criterion_sd
        * lasting
        * (together * score + sqrt(1 - together**2) * own),
        lower_seed_tolerance=(tolerance * brighter, tolerance * darker),
    )


def _own_hand(population: Population, rng: np.random.Generator) -> Population:
    """Return a population in which what comes from people is one draw, with a hand of its own."""
    own = filled_in(population, draw_of_people(rng))
    noise = own.hand_noise_px * exp(own.hand_noise_ln_sd * rng.standard_normal())
    return replace(own, hand_noise_px=noise)


def filled_in(population: Population, people: Mapping[str, float] | None = None) -> Population:
    """Return a population with values for the fields that are None, by default typical people's."""
    people = people or typical_people()
    missing = [name for name in FITTED if getattr(population, name) is None]
    return replace(population, **{name: people[name] for name in missing})


def person_at(
    population: Population,
    user: str,
    scores: Sequence[float],
    brush_px: int,
    overshoot_share: float,
    corrections: tuple[float, float],
) -> Traits:
    """Return the person who stands at a given place in a population.

    Parameters
    ----------
    population : Population
        No field is None.
    user : str
        The person's name; nothing is drawn from it.
    scores : sequence of float
        Standard scores of the traits that are normally distributed: the logarithm of eye_sigma_px,
        criterion, seed_tolerance (two) and what outline_habit_px does not share with criterion.
    brush_px : int
    overshoot_share : float
    corrections : (float, float)
        Where correction_depth_px and correction_share lie between their bounds, 0 to 1.

    Returns
    -------
    Traits
    """
    eye, criterion, active, other, habit = scores
    lasting = sqrt(1 - population.session_share)
    tolerance = population.seed_error_spread * lasting
    sigma = exp(log(population.eye_sigma_px) + population.eye_sigma_ln_sd * eye)
    depth, share = corrections
    # a high criterion gives little active material
    together = population.criterion_outline_correlation
    habit = sqrt(1 - together**2) * habit - together * criterion
    return Traits(
        population=population,
        user=user,
        eye_sigma_px=min(max(sigma, population.eye_sigma_min_px), population.eye_sigma_max_px),
        criterion=population.threshold_criterion_sd * lasting * criterion,
        seed_tolerance=(tolerance * active, tolerance * other),
        outline_habit_px=population.outline_habit_sd_px * habit,
        brush_px=brush_px,
        overshoot_share=overshoot_share,
        correction_depth_px=_between(
            population.correction_depth_min_px, population.correction_depth_max_px, depth
        ),
        correction_share=_between(
            population.correction_share_min, population.correction_share_max, share
        ),
    )


def _between(low: float, high: float, share: float) -> float:
    """Return the value at a share of the way from `low` to `high`."""
    return float(low + (high - low) * share)
