"""Annotations that are made with sliders alone: thresholds, windows, and seeds for a forest."""

import numpy as np

from manyeyes.users.annotations import Drawing, Threshold, Window
from manyeyes.users.eye import GreyCurve
from manyeyes.users.population import Traits
from manyeyes.users.seeing import judge_greys
from manyeyes.users.sitting import Sitting, begin_sitting
from manyeyes.users.slices import looked_at_slices, seeded_slices
from manyeyes.users.thresholds import choose_threshold, choose_window


def set_threshold(image: np.ndarray, offset: int, traits: Traits, names: tuple) -> Threshold:
    """Choose one threshold by eye, and move it by an offset.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
        What the user looks at.
    offset : int
        Grey levels from the threshold that the user prefers.
    traits : Traits
        The user.
    names : tuple
        Seed names of the sitting.

    Returns
    -------
    Threshold
        Between 1 and 255, where the slider ends; `record` holds the preferred level as well.
    """
    sitting = begin_sitting(traits, *names)
    curve, looked_at = look(image, traits, sitting)
    preferred = choose_threshold(curve, sitting, traits.population.indifference)
    record = {
        "preferred_level": preferred,
        "offset": offset,
        "criterion": sitting.criterion,
        "slices_looked_at": looked_at,
    }
    return Threshold(min(max(preferred + offset, 1), 255), record)


def set_window(image: np.ndarray, seed_error: float, traits: Traits, names: tuple) -> Window:
    """Choose the two thresholds that a watershed starts from.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
        What the user looks at.
    seed_error : float
        Share of wrong-looking pixels that the variant allows at the seeds' edge.
    traits : Traits
        The user.
    names : tuple
        Seed names of the sitting.

    Returns
    -------
    Window
    """
    sitting = begin_sitting(traits, *names)
    curve, looked_at = look(image, traits, sitting)
    low, high = choose_window(curve, sitting, seed_error, traits.population.least_seeded_share)
    record = {
        "seed_error": seed_error,
        "seed_tolerance": list(sitting.seed_tolerance),
        "slices_looked_at": looked_at,
    }
    return Window(low, high, record)


def set_seeds(image: np.ndarray, which: str | int, traits: Traits, names: tuple) -> Drawing:
    """Seed slices by windows, as training labels of a forest.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
        What the user looks at.
    which : {"first", "all"} or int
        See `manyeyes.users.slices.seeded_slices`. With "all" one window serves the whole volume;
        else each slice gets a window of its own, chosen on that slice in a sitting of its own.
    traits : Traits
        The user.
    names : tuple
        Seed names of the sitting.

    Returns
    -------
    Drawing
    """
    population = traits.population
    labels = np.zeros(image.shape, dtype=np.uint8)
    places = seeded_slices(image.shape[0], which)
    parts = [slice(None)] if which == "all" else [slice(z, z + 1) for z in places]
    windows = []
    for part in parts:
        if which == "all":
            sitting = begin_sitting(traits, *names)
            curve, looked_at = look(image, traits, sitting)
        else:
            sitting = begin_sitting(traits, *names, "slice", part.start)
            curve = judge_greys(image[part], traits)
            looked_at = [part.start]
        low, high = choose_window(
            curve, sitting, population.forest_seed_error, population.least_seeded_share
        )
        labels[part][image[part] < low] = 2
        labels[part][image[part] >= high] = 1
        windows.append({"low": low, "high": high, "slices_looked_at": looked_at})
    record = {
        "windows": windows,
        "slices": "all" if which == "all" else places,
        "labelled_share": float(np.count_nonzero(labels) / (len(places) * labels[0].size)),
    }
    return Drawing(labels, record)


def look(image: np.ndarray, traits: Traits, sitting: Sitting) -> tuple[GreyCurve, list[int]]:
    """Leaf through a volume and take in how its grey levels look.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
        What the user looks at.
    traits : Traits
        The user.
    sitting : Sitting
        Which slices they stop at.

    Returns
    -------
    curve : GreyCurve
        How grey levels look.
    looked_at : list of int
        The slices.
    """
    looked_at = looked_at_slices(image.shape[0], sitting.looks)
    return judge_greys(image[looked_at], traits), looked_at
