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


class Explorer:
    """Segments one image with one variant for any person.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    variant : mapping
        As in the config.
    population : Population
    *names : object
        Names that seed every draw: study seed, dataset, filter and so on.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view.
    """

    def __init__(
        self,
        image: np.ndarray,
        variant: Mapping,
        population: Population,
        *names: object,
        inside: np.ndarray | None = None,
    ):
        self.image = image
        self.inside = known_mask(inside, image.shape)
        self.variant = variant
        self.population = population
        self.names = names

    def active_fraction(self, ranks: Mapping[str, float], sitting: int) -> float:
        """Return the volume fraction that a person gets in a sitting; see `active_fractions`."""
        return self.active_fractions([(ranks, sitting)])[0]

    def active_fractions(self, runs: list[tuple[Mapping[str, float], int]]) -> list[float]:
        """Return the volume fractions that people get in their sittings.

        Parameters
        ----------
        runs : list of (mapping of str to float, int)
            The person, see `manyeyes.users.ranks.traits_at`, and the sitting. The sitting seeds
            all that is drawn anew at each sitting: mood, the slices looked at, where
            the slider stops, hand and strokes, and the forest's own random draws. Two people in
            the same sitting share these draws.

        Returns
        -------
        list of float
            Shares of the image's voxels inside, 0 to 1.
        """
        found = [0.0] * len(runs)
        # Sliders stop at whole grey levels, so that many people share one: each is labelled once.
        shared: dict[Annotation, list[int]] = {}
        for place, (ranks, sitting) in enumerate(runs):
            names = (*self.names, JITTER, sitting)
            done = annotate(
                self.image,
                self.variant,
                traits_at(self.population, "anybody", ranks),
                seed_names=names,
                output_names=(*names, "first output"),
                inside=self.inside,
            )
            if isinstance(done, Drawing):
                # Before the next drawing is made: there are thousands of them.
                (found[place],) = self._fractions([done], names)
            else:
                shared.setdefault(done, []).append(place)
        for fraction, places in zip(self._fractions(shared, ()), shared.values(), strict=True):
            for place in places:
                found[place] = fraction
        return found

    def _fractions(self, annotations: Iterable[Annotation], names: tuple) -> Iterator[float]:
        requests = [
            Request(self.variant, read=lambda done=done: done, user="anybody", names=names)
            for done in annotations
        ]
        for labels, _ in label(self.image, requests, self.inside):
            yield volume_fraction(labels)


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
    image : ndarray of uint8, shape (z, y, x)
        What everybody looks at.
    variant : mapping
        As in the config.
    population : Population
        Where people come from.
    base_runs : int
        See `trait_design`.
    names : sequence
        Names that seed every draw: study seed, dataset, filter, variant.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view.

    Returns
    -------
    DataFrame
        The design of `trait_design`, and active_fraction.
    """
    structure = population.structure
    design = trait_design(variant, base_runs, *names, structure=structure)
    traits = traits_of(variant["method"], structure)
    explorer = Explorer(image, variant, population, *names, inside=inside)
    runs = [
        ({name: getattr(run, name) for name in traits}, getattr(run, JITTER))
        for run in design.itertuples(index=False)
    ]
    return design.assign(active_fraction=explorer.active_fractions(runs))
