"""One image segmented by people who differ in one trait at a time: runs of a sensitivity study."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
import scipy

from ..annotations import Annotation, Drawing
from ..imaging.masks import known_mask
from ..measures.fractions import volume_fraction
from ..methods import Request, annotate, label
from ..statistics.designs import JITTER, sensitivity_design
from .population import Population
from .ranks import traits_at, traits_of


def trait_design(
    variant: Mapping[str, object], base_runs: int, *names: object, structure: str = "two_class"
) -> pd.DataFrame:
    """Return the people and sittings whose results show which trait matters with a variant.

    Parameters
    ----------
    variant : mapping
        As in the config.
    base_runs : int
        See `manyeyes.statistics.designs.sensitivity_design`.
    *names : object
        Names that seed the design.
    structure : str, default "two_class"
        Of the population.

    Returns
    -------
    DataFrame
        A design whose factors are the traits that play a part in the variant's method, as ranks in
        the population between 0 and 1, and the session's jitter.

    Raises
    ------
    ValueError
        If no trait of a simulated user matters with the method.
    """
    factors = {trait: scipy.stats.uniform() for trait in traits_of(variant["method"], structure)}
    return sensitivity_design(factors, base_runs, *names)


def active_fractions(
    image: np.ndarray,
    variant: Mapping[str, object],
    population: Population,
    runs: Sequence[tuple[Mapping[str, float], int]],
    names: Sequence[object],
    inside: np.ndarray | None = None,
) -> list[float]:
    """Return the volume fractions that people get in their sittings.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    variant : mapping
        As in the config.
    population : Population
    runs : sequence of (mapping of str to float, int)
        The person, see `manyeyes.users.ranks.traits_at`, and the sitting. The sitting seeds
        everything that is drawn anew each time: mood, the slices looked at, where the slider
        stops, hand and strokes, and the forest's own random draws. Two people in the same sitting
        share these draws.
    names : sequence
        Names that seed every draw: study seed, dataset, filter and so on.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view.

    Returns
    -------
    list of float
        Shares of the image's voxels inside, 0 to 1.
    """
    inside = known_mask(inside, image.shape)

    def fractions(annotations: Iterable[Annotation], names: tuple) -> Iterator[float]:
        requests = [
            Request(variant, read=lambda done=done: done, user="anybody", names=names)
            for done in annotations
        ]
        for labels, _ in label(image, requests, inside):
            yield volume_fraction(labels)

    found = [0.0] * len(runs)
    # Sliders stop at whole grey levels, so many people share one: each is labelled once.
    shared: dict[Annotation, list[int]] = {}
    for place, (ranks, sitting) in enumerate(runs):
        seed_names = (*names, JITTER, sitting)
        done = annotate(
            image,
            variant,
            traits_at(population, "anybody", ranks),
            seed_names=seed_names,
            output_names=(*seed_names, "first output"),
            inside=inside,
        )
        if isinstance(done, Drawing):
            # Before the next drawing is made: there are thousands of them.
            (found[place],) = fractions([done], seed_names)
        else:
            shared.setdefault(done, []).append(place)
    for fraction, places in zip(fractions(shared, ()), shared.values(), strict=True):
        for place in places:
            found[place] = fraction
    return found


def explore(
    image: np.ndarray,
    variant: Mapping[str, object],
    population: Population,
    base_runs: int,
    names: Sequence[object],
    inside: np.ndarray | None = None,
) -> pd.DataFrame:
    """Return the volume fraction of every run of a sensitivity study on one image.

    Parameters
    ----------
    image, variant, population, names, inside
        See `active_fractions`.
    base_runs : int
        See `trait_design`.

    Returns
    -------
    DataFrame
        The design of `trait_design`, and active_fraction.
    """
    structure = population.structure
    design = trait_design(variant, base_runs, *names, structure=structure)
    traits = traits_of(variant["method"], structure)
    runs = [
        ({name: getattr(run, name) for name in traits}, getattr(run, JITTER))
        for run in design.itertuples(index=False)
    ]
    found = active_fractions(image, variant, population, runs, names, inside)
    return design.assign(active_fraction=found)
