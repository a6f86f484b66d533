"""One image segmented by people who differ in one trait at a time: runs of a sensitivity study."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import scipy

from ..imaging.masks import fill_outside, known_mask
from ..measures.fractions import volume_fraction
from ..methods import segmentation
from ..randomness import seed_from_names
from ..statistics.designs import JITTER, sensitivity_design
from .annotating import annotate
from .annotations import Drawing, Threshold
from .population import Population
from .ranks import traits_at, traits_of


def trait_design(
    variant: Mapping[str, object], base_runs: int, *names: object, structure: str = "two_class"
) -> pd.DataFrame:
    """Return the people and sittings whose results tell which trait matters with a variant.

    Parameters
    ----------
    variant : mapping
        As in the config.
    base_runs : int
        See `manyeyes.designs.sensitivity_design`.
    *names : object
        Names that seed the design.
    structure : str, default "two_class"
        Of the population.

    Returns
    -------
    DataFrame
        A design whose factors are the traits that come into play with the variant's method, as
        ranks in the population between 0 and 1, and the session's jitter.

    Raises
    ------
    ValueError
        If no trait of a simulated user matters with the method.
    """
    factors = {trait: scipy.stats.uniform() for trait in traits_of(variant["method"], structure)}
    return sensitivity_design(factors, base_runs, *names)


class Explorer:
    """Segments one image with one variant for anybody, and keeps what all have in common.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
    variant : mapping
        As in the config.
    population : Population
    names : sequence
        Names that seed whatever is drawn: study seed, dataset, filter and so on.
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
        self._continued = fill_outside(image, self.inside)
        self.variant = variant
        self.population = population
        self.names = names
        self._flooded: dict[tuple[int, int], float] = {}
        self._gradient = (
            segmentation.gradient_magnitude(image, self.inside)
            if variant["method"] == "watershed"
            else None
        )

    def active_fraction(self, ranks: Mapping[str, float], sitting: int) -> float:
        """Return the volume fraction that a person gets in a sitting.

        Parameters
        ----------
        ranks : mapping of str to float
            The person; see `manyeyes.users.ranks.traits_at`.
        sitting : int
            Seeds all that is drawn anew whenever somebody sits down: mood, the slices looked at,
            the slider's rest, hand and strokes, and the forest's own random draws. Two people in
            the same sitting share these draws.

        Returns
        -------
        float
            Share of the image's voxels inside, 0 to 1.
        """
        names = (*self.names, JITTER, sitting)
        traits = traits_at(self.population, "anybody", ranks)
        annotation = annotate(
            self.image,
            self.variant,
            traits,
            seed_names=names,
            first_output=lambda labels, slices: self._forest(
                labels, slices, None, *names, "first output"
            ),
            inside=self.inside,
        )
        if isinstance(annotation, Threshold):
            return volume_fraction(
                segmentation.threshold(self.image, annotation.level, self.inside)
            )
        if isinstance(annotation, Drawing):
            limit = self.variant.get("max_labels")
            found = self._forest(annotation.labels, None, limit, *names, "forest")
            return volume_fraction(segmentation.without_outside(found, self.inside))
        window = annotation.low, annotation.high
        # Windows are whole grey levels, so that many people share one.
        if window not in self._flooded:
            labels = segmentation.watershed(self.image, *window, self._gradient, self.inside)
            self._flooded[window] = volume_fraction(labels)
        return self._flooded[window]

    def _forest(self, labels, slices, max_labels, *names):
        # Thresholds and windows need no forest, and its import takes longer than they do.
        from ..forest import classify, fit_forest

        seed = seed_from_names(*names)
        training = self.variant.get("forest", {})
        image = self._continued
        forest = fit_forest(image, labels, seed=seed, max_labels=max_labels, **training)
        return classify(image, forest, slices=slices)


def explore(
    image: np.ndarray,
    variant: Mapping[str, object],
    population: Population,
    base_runs: int,
    *names: object,
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
    *names : object
        Names that seed all of it: study seed, dataset, filter, variant.
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
    fractions = [
        explorer.active_fraction(
            {name: getattr(run, name) for name in traits}, getattr(run, JITTER)
        )
        for run in design.itertuples(index=False)
    ]
    return design.assign(active_fraction=fractions)
