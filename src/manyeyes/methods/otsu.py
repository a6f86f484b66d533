"""Otsu's threshold of the whole image (1979, doi:10.1109/TSMC.1979.4310076), without a user."""

from collections.abc import Mapping

import numpy as np

from ..annotations import Threshold
from ._method import Method, Person
from .threshold import label


def annotate(image: np.ndarray, variant: Mapping, person: Person) -> Threshold:
    """Return Otsu's threshold, the same for every user."""
    from skimage.filters import threshold_otsu

    from ..imaging.masks import voxels_inside

    # the highest level of the darker class, so the brighter one begins above it
    level = threshold_otsu(voxels_inside(image, person.inside))
    return Threshold(int(level) + 1, {"chosen_by": "otsu"})


METHOD = Method(
    name="otsu",
    title="Otsu's threshold",
    annotation="nothing",
    annotate=annotate,
    label=label,
)
