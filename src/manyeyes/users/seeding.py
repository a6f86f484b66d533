"""Annotations made with sliders alone: thresholds, windows, and seeds for a forest.

Sliders divide grey levels into active material and the rest, and the rest into two where the study
has three phases.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ..annotations import Drawing, Threshold, Window
from ..imaging.flooding import flood
from ..imaging.masks import known_mask
from ..labels import ACTIVE, CBD, PORE, REST, UNLABELLED
from ..methods import Person
from ..methods.watershed import gradient_magnitude, markers_between
from .eye import GreyCurve
from .lower_sliders import fitting_windows, lower_threshold, windows_of_three
from .population import Population, Traits
from .seeing import judge_greys, see
from .sitting import Sitting, at_lower_boundary, begin_sitting
from .slices import looked_at_slices, next_slices, seeded_slices, slices_worth_looking_at
from .sliders import choose_threshold, choose_window, seen_area, try_until_it_fits
from .third_phase import ThirdPhase, perceive_third

# A phase with a smaller share of a slice is too little to set a window by (assumption).
LEAST_PHASE = 0.005


def set_threshold(image: np.ndarray, offset: int, person: Person) -> Threshold:
    """Choose one threshold by eye, and move it by an offset.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    offset : int
        Grey levels from the threshold that the user prefers.
    person : Person
        The user, with the seed names of the sitting, the phases and the field of view.

    Returns
    -------
    Threshold
        Between 1 and 255, where the slider ends; `record` holds the preferred level as well. Of
        three phases both levels are moved, and never pass each other; `record` then holds what
        share of the slices looks like the third phase.
    """
    sitting = begin_sitting(person.traits, *person.names)
    curve, looked_at = look(image, person.traits, sitting, person.inside)
    preferred, again = settle_threshold(curve, sitting, person.traits.population)
    record = {
        "preferred_level": preferred,
        "offset": offset,
        "criterion": sitting.criterion,
        "set_again": again,
        "slices_looked_at": looked_at,
    }
    level = min(max(preferred + offset, 1), 255)
    if len(person.phases.entries) == 2:
        return Threshold(level, record)
    seen, slices, lower = look_for_third(image, looked_at, sitting, person, *person.names)
    lower_preferred, again = lower_threshold(
        slices, seen, lower, preferred, person.traits.population
    )
    record |= {
        "lower_preferred_level": lower_preferred,
        "lower_criterion": lower.criterion,
        "lower_set_again": again,
        "third_phase_seen": seen.share,
    }
    return Threshold(level, record, min(max(lower_preferred + offset, 1), level))


def set_window(image: np.ndarray, seed_error: float, person: Person) -> Window:
    """Choose the two thresholds that a watershed starts from.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    seed_error : float
        Share of wrong-looking pixels that the variant allows at the seeds' edge.
    person : Person
        The user, with the seed names of the sitting, the phases and the field of view.

    Returns
    -------
    Window
        Of three phases, the window of active material is set first. A user who sees no third phase
        marks none: both ends of the lower window are then where seeds of pore end.
    """
    sitting = begin_sitting(person.traits, *person.names)
    curve, looked_at = look(image, person.traits, sitting, person.inside)
    overlay = WatershedOverlay(image, looked_at, person.inside)
    seen = overlay.area_seen(person.traits, sitting)
    population = person.traits.population
    (low, high), again = settle_window(
        curve, sitting, seed_error, population, (overlay.active_area, seen)
    )
    record = {
        "seed_error": seed_error,
        "seed_tolerance": list(sitting.seed_tolerance),
        "set_again": again,
        "slices_looked_at": looked_at,
    }
    if len(person.phases.entries) == 2:
        return Window(low, high, record)
    seen, slices, lower = look_for_third(image, looked_at, sitting, person, *person.names)
    record |= {"third_phase_seen": seen.share, "lower_seed_tolerance": list(lower.seed_tolerance)}
    if not seen.share:
        return Window(low, high, record, low, low)
    (lower_low, lower_high, low, high), again = fitting_windows(
        lambda mood: windows_of_three(slices, seen, mood, ((low, high), seed_error), population),
        overlay.brighter_area,
        seen,
        lower,
        population,
    )
    record["lower_set_again"] = again
    return Window(low, high, record, lower_low, lower_high)


def look_for_third(
    image: np.ndarray, places: Sequence[int], sitting: Sitting, person: Person, *seed_names: object
) -> tuple[ThirdPhase, np.ndarray, Sitting]:
    """Return how slices look to a user who tells three phases, the slices, and the sitting.

    ``sitting`` is that of the boundary of active material, ``seed_names`` are its own.
    """
    slices = image[places]
    inside = None if person.inside is None else person.inside[places]
    seen = see(slices, person.traits, sitting, inside)
    lower = at_lower_boundary(sitting, person.traits, *seed_names)
    return perceive_third(seen, person.traits.eye_sigma_px), slices, lower


def settle_threshold(curve: GreyCurve, sitting: Sitting, population: Population) -> tuple[int, int]:
    """Return the level that a user prefers, and how often the slider was set again."""
    return try_until_it_fits(
        lambda mood: choose_threshold(curve, mood, population.indifference),
        lambda level: 1.0 - float(curve.below[level]),
        seen_area(curve),
        sitting,
        population,
    )


def settle_window(
    curve: GreyCurve,
    sitting: Sitting,
    seed_error: float,
    population: Population,
    look_at: tuple[Callable[[tuple[int, int]], float], float],
) -> tuple[tuple[int, int], int]:
    """Return the window that a user prefers, and how often the sliders were set again.

    ``look_at`` is what gives the active share of a window's overlay, and the share seen.
    """
    active_area, seen = look_at
    return try_until_it_fits(
        lambda mood: choose_window(curve, mood, seed_error, population.least_seeded_share),
        active_area,
        seen,
        sitting,
        population,
    )


class WatershedOverlay:
    """What a user sees of a watershed: its result on the slices looked at.

    Each slice is flooded by itself instead of with the volume, which takes a fraction of the time
    (an approximation).

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    looked_at : sequence of int
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view.
    """

    def __init__(
        self, image: np.ndarray, looked_at: Sequence[int], inside: np.ndarray | None = None
    ):
        self._whole = (image[looked_at], None if inside is None else inside[looked_at])
        self._slices = [
            (image[z : z + 1], None if inside is None else inside[z : z + 1]) for z in looked_at
        ]
        self._gradients = [gradient_magnitude(part, within) for part, within in self._slices]
        self._areas: dict[tuple[int, ...], float] = {}

    def area_seen(self, traits: Traits, sitting: Sitting) -> float:
        """Return the share of the slices that looks active to a user.

        As with a threshold, the criterion plays no part: it is where a user draws the line in
        doubt, and what is seen is held to be the same for all.
        """
        slices, inside = self._whole
        active = see(slices, traits, replace(sitting, criterion=0.0), inside).active
        return float(np.mean(active if inside is None else active[inside]))

    def active_area(self, window: tuple[int, int]) -> float:
        """Return the share of the slices that the watershed of a window calls active."""
        if window not in self._areas:
            low, high = window
            self._areas[window] = self._flooded_share(
                lambda part: np.where(part >= high, ACTIVE, np.where(part < low, REST, UNLABELLED)),
                [ACTIVE],
            )
        return self._areas[window]

    def brighter_area(self, windows: tuple[int, int, int, int]) -> float:
        """Return the share that the watershed of two windows calls brighter than pore.

        ``windows`` are the lower one's ends, then the upper one's.
        """
        if windows not in self._areas:
            self._areas[windows] = self._flooded_share(
                lambda part: markers_between(part, windows, (PORE, CBD, ACTIVE)), [CBD, ACTIVE]
            )
        return self._areas[windows]

    def _flooded_share(
        self, seeds_of: Callable[[np.ndarray], np.ndarray], wanted: Sequence[int]
    ) -> float:
        """Return the share of the slices that gets labels, when flooded from seeds."""
        found = pixels = 0
        for (part, within), gradient in zip(self._slices, self._gradients, strict=True):
            seen = np.ones(part.shape, dtype=bool) if within is None else within
            seeds = np.where(seen, seeds_of(part), UNLABELLED).astype(np.uint8)
            if seeds.any():
                labels = flood(gradient, seeds, within)
                found += sum(np.count_nonzero(labels == label) for label in wanted)
            pixels += np.count_nonzero(seen)
        return found / pixels


def set_seeds(image: np.ndarray, which: str | int, person: Person) -> Drawing:
    """Seed slices by windows, as training labels of a forest.

    A slice that, to the user, shows one phase only is replaced by the next that shows both: a
    window set on it would divide its noise.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    which : {"first", "all"} or int
        See `manyeyes.users.slices.seeded_slices`. With "all", one window is set for the whole
        volume; otherwise one for each slice, on that slice and in a sitting of its own.
    person : Person
        The user, with the seed names of the sitting, the phases and the field of view.

    Returns
    -------
    Drawing
        On slices where a user sees no third phase, none is seeded.

    Raises
    ------
    ValueError
        If no slice shows both phases, or a phase that is seen gets no seed.
    """
    traits, names, inside = person.traits, person.names, person.inside
    population = traits.population
    dark, *between, active = (p.code for p in person.phases.by_brightness("a user who sets seeds"))
    labels = np.zeros(image.shape, dtype=np.uint8)
    worth = slices_worth_looking_at(image.shape[0], inside)
    places = seeded_slices(worth, which)
    if which != "all":
        places = _with_both_phases(image, places, worth, person)
    parts = [slice(None)] if which == "all" else [slice(z, z + 1) for z in places]
    windows = []
    for part in parts:
        if which == "all":
            sitting = begin_sitting(traits, *names)
            curve, looked_at = look(image, traits, sitting, inside)
        else:
            sitting = begin_sitting(traits, *names, "slice", part.start)
            curve = judge_greys(image[part], traits, None if inside is None else inside[part])
            looked_at = [part.start]
        low, high = choose_window(
            curve, sitting, population.forest_seed_error, population.least_seeded_share
        )
        window = {"low": low, "high": high, "slices_looked_at": looked_at}
        if between:
            its_names = names if which == "all" else (*names, "slice", part.start)
            seen, slices, lower = look_for_third(image, looked_at, sitting, person, *its_names)
            window |= {"third_phase_seen": seen.share, "lower_low": low, "lower_high": low}
            if seen.share:
                upper = (low, high), population.forest_seed_error
                found = windows_of_three(slices, seen, lower, upper, population)
                window |= dict(zip(("lower_low", "lower_high", "low", "high"), found, strict=True))
            ends = tuple(window[key] for key in ("lower_low", "lower_high", "low", "high"))
            labels[part] = markers_between(image[part], ends, (dark, between[0], active))
        else:
            labels[part][image[part] < low] = dark
            labels[part][image[part] >= high] = active
        if inside is not None:
            labels[part][~inside[part]] = UNLABELLED
        windows.append(window)
    unseen = between if not any(window.get("third_phase_seen") for window in windows) else []
    for phase in person.phases:
        if phase.code not in unseen and not (labels == phase.code).any():
            side, end = ("from", "high") if phase.code == active else ("below", "low")
            raise ValueError(
                f"the user's windows leave no seed of {phase.name} on {_listed(places)}, for no "
                f"voxel there lies {side} the level {windows[0][end]}; check "
                "that both phases are visible there, and the dataset's grey_window"
            )
    pixels = len(places) * labels[0].size if inside is None else np.count_nonzero(inside[places])
    record = {
        "windows": windows,
        "slices": "all" if which == "all" else places,
        "labelled_share": float(np.count_nonzero(labels) / pixels),
    }
    return Drawing(labels, record)


def _with_both_phases(image, places, worth, person) -> list[int]:
    """Return the slices to seed: those of one phase replaced by the next that show both."""
    traits, names, inside = person.traits, person.names, person.inside
    sitting = begin_sitting(traits, *names)
    looked_at = looked_at_slices(worth, sitting.looks)

    def show_both(*wanted: int) -> list[bool]:
        everything = sorted({*wanted, *looked_at})
        part = None if inside is None else inside[everything]
        seen = see(image[everything], traits, sitting, part)
        return [seen.shows_both(everything.index(z), LEAST_PHASE) for z in wanted]

    good = [z for z, both in zip(places, show_both(*places), strict=True) if both]
    taken = set(good)
    found = []
    for z in places:
        if z in good:
            found.append(z)
            continue
        others = [other for other in next_slices(z, worth) if other not in taken | set(places)]
        instead = next((other for other in others if show_both(other)[0]), None)
        if instead is not None:
            taken.add(instead)
            found.append(instead)
    if not found:
        raise ValueError(
            f"{_listed(places)} shows the user a single phase, and so does every other slice, so "
            "no window can be set; check that the crop holds both phases, and the dataset's "
            "grey_window, mask and active"
        )
    return found


def _listed(places: list[int]) -> str:
    some = ", ".join(map(str, places[:6])) + (", ..." if len(places) > 6 else "")
    return f"slice {some}" if len(places) == 1 else f"slices {some}"


def look(
    image: np.ndarray, traits: Traits, sitting: Sitting, inside: np.ndarray | None = None
) -> tuple[GreyCurve, list[int]]:
    """Return how the grey levels of a volume look to a user who looks at some slices.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    traits : Traits
    sitting : Sitting
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view.

    Returns
    -------
    curve : GreyCurve
    looked_at : list of int
        Which slices.
    """
    inside = known_mask(inside, image.shape)
    worth = slices_worth_looking_at(image.shape[0], inside)
    looked_at = looked_at_slices(worth, sitting.looks)
    part = None if inside is None else inside[looked_at]
    return judge_greys(image[looked_at], traits, part), looked_at
