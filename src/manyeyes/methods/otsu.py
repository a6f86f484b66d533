"""Otsu's threshold of the whole image (1979, doi:10.1109/TSMC.1979.4310076), without a user."""

from collections.abc import Mapping

import numpy as np

from ..annotations import Threshold
from ._method import Method, Person
from .threshold import label


def annotate(image: np.ndarray, variant: Mapping, person: Person) -> Threshold:
    """Return Otsu's threshold, the same for every user; for three phases his two thresholds."""
    from skimage.filters import threshold_multiotsu, threshold_otsu

    from ..imaging.masks import voxels_inside

    seen = voxels_inside(image, person.inside)
    # the highest level of the darker class, so the brighter one begins above it
    if len(person.phases.entries) == 2:
        return Threshold(int(threshold_otsu(seen)) + 1, {"chosen_by": "otsu"})
    require_three_levels(seen)
    lower, level = (int(level) + 1 for level in threshold_multiotsu(seen, 3))
    return Threshold(level, {"chosen_by": "otsu"}, lower)


def require_three_levels(seen: np.ndarray) -> None:
    """Raise ValueError unless an image has grey levels for three classes."""
    levels = np.unique(seen)
    if levels.size < 3:
        raise ValueError(
            f"three phases need at least three grey levels, found {levels.tolist()}; check the "
            "dataset's crop and grey window"
        )


METHOD = Method(
    name="otsu",
    title="Otsu's threshold",
    annotation="nothing",
    annotate=annotate,
    label=label,
    two_phases=False,
)
