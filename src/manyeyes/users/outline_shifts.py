"""One image segmented by a slider, and painted with the outline in several places."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import sqrt

import numpy as np
import pandas as pd

from ..imaging.masks import known_mask
from ..measures.fractions import volume_fraction
from ..methods import Request, annotate, label
from .outline import hand_on_image, outline_length
from .population import Traits
from .seeing import see
from .sitting import begin_sitting
from .slices import slices_worth_looking_at, trained_slices


def with_shift(traits: Traits, shift_px: float, outline_px: float) -> Traits:
    """Return a person who places outlines at a fixed distance from the edge, in every sitting.

    Parameters
    ----------
    traits : Traits
    shift_px : float
        How far outside, in pixels of the image.
    outline_px : float
        Length of a typical object's outline on that image. What belongs to single objects keeps
        the size that it has for such objects.

    Returns
    -------
    Traits
    """
    population = traits.population
    hand = hand_on_image(population, 0.0, outline_px)
    fixed = replace(
        population,
        outline_exponent=0.0,
        outline_sitting_sd_px=0.0,
        outline_object_sd_px=hand.object_sd_px,
    )
    return replace(traits, population=fixed, outline_habit_px=shift_px)


def generosity(traits: Traits) -> float:
    """Return how much active material a person's thresholds give, as a standard score.

    0 if people do not differ in it.
    """
    population = traits.population
    spread = population.threshold_criterion_sd * sqrt(1 - population.session_share)
    # a high criterion gives little active material
    return -traits.criterion / spread if spread else 0.0


def shifted_paintings(
    image: np.ndarray,
    variants: Mapping[str, Mapping[str, object]],
    people: Sequence[Traits],
    shifts_px: Sequence[float],
    names: tuple[object, object, object],
    inside: np.ndarray | None = None,
) -> pd.DataFrame:
    """Return the volume fractions of people who use a slider once, and paint once for each shift.

    The slider is set as in the study of this seed. Paintings differ in the shift alone: mood, hand,
    strokes and the forest's draws are those of the person's one sitting in that study.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    variants : mapping of str to mapping
        Name and entry of the config: the slider's first, the painted one second.
    people : sequence of Traits
    shifts_px : sequence of float
        How far outside the edge outlines are placed, in pixels.
    names : (object, object, object)
        Study seed, dataset and filter.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view.

    Returns
    -------
    DataFrame
        One row a segmentation: ``variant``, ``user``, ``shift_px`` (missing for the slider),
        ``active_fraction``; and what is the same for all of a user's: ``generosity`` (see
        `generosity`), ``outline_px`` (length of a typical object's outline on the slices that are
        painted) and ``shift_scale`` (pixels here for one on objects of the reference size).
    """
    seed, dataset, filter_ = names
    inside = known_mask(inside, image.shape)
    (slider_name, slider), (painted_name, painted) = variants.items()
    rows = []
    for traits in people:
        by_user = (seed, traits.user, dataset, filter_)
        length = _typical_outline(image, painted, traits, by_user, inside)
        who = {
            "user": traits.user,
            "generosity": generosity(traits),
            "outline_px": length,
            "shift_scale": hand_on_image(traits.population, 1.0, length).shift_px,
        }

        def asked(name, variant, of, user=traits.user, by_user=by_user):
            done = annotate(
                image,
                variant,
                of,
                seed_names=by_user,
                output_names=(*by_user, name, "first output"),
                inside=inside,
            )
            return Request(variant, read=lambda: done, user=user, names=(*by_user, name))

        requests = [asked(slider_name, slider, traits)]
        requests += [
            asked(painted_name, painted, with_shift(traits, shift, length)) for shift in shifts_px
        ]
        done = [slider_name, *[painted_name] * len(shifts_px)]
        segmented = label(image, requests, inside)
        for name, shift, (labels, _) in zip(done, [np.nan, *shifts_px], segmented, strict=True):
            found = {"variant": name, "shift_px": shift, "active_fraction": volume_fraction(labels)}
            rows.append({**found, **who})
    columns = ["variant", "user", "shift_px", "active_fraction"]
    columns += ["generosity", "outline_px", "shift_scale"]
    return pd.DataFrame(rows)[columns]


def _typical_outline(image, painted, traits, by_user, inside) -> float:
    """Return how long objects' outlines are to a user, on the slices that are to be painted."""
    worth = slices_worth_looking_at(image.shape[0], inside)
    places = sorted(trained_slices(worth, painted["slices"]))
    part = None if inside is None else inside[places]
    sitting = begin_sitting(traits, *by_user, painted["method"])
    return outline_length(see(image[places], traits, sitting, part))
