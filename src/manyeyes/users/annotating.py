"""From a variant of the config to what a user does."""

from collections.abc import Mapping, Sequence

import numpy as np
from skimage.filters import threshold_otsu

from ..imaging.filters import require_image
from ..imaging.masks import known_mask, voxels_inside
from .annotations import Annotation, Threshold
from .drawing import FirstOutput, draw
from .population import Traits
from .seeding import set_seeds, set_threshold, set_window

SETTINGS = {
    "threshold": ("offset",),
    "watershed": ("seed_error",),
    "seeded_forest": ("slices",),
    "drawn_forest": ("coverage_percent", "slices"),
    "otsu": (),
}


def annotate(
    image: np.ndarray,
    variant: Mapping[str, object],
    traits: Traits,
    *,
    seed_names: Sequence[object],
    first_output: FirstOutput | None = None,
    inside: np.ndarray | None = None,
) -> Annotation:
    """Let a user do their part of a segmentation.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
        What the user looks at; nothing else is known to them.
    variant : mapping
        As in the config; keys that are no business of the user are left alone. ``method`` is

        - ``threshold`` with ``offset``, in grey levels from the user's preferred threshold
          (Bailey et al. 2023, section 2.5.1);
        - ``watershed`` with ``seed_error``, the share of wrong-looking pixels that is tolerated
          at the seeds' edge (section 2.5.2);
        - ``seeded_forest`` with ``slices``: "first", "all", or a number of equally spaced slices,
          each with a window of its own (Table 2, ML1 to ML3);
        - ``drawn_forest`` with ``slices`` and ``coverage_percent``: the central slice is drawn,
          the others after a first output (section 2.5.3), unless ``corrections`` is False. Slices
          are a number, "first", "central" or "last" for a single one, or a list of them in the
          order of drawing;
        - ``otsu``: the user leaves it to Otsu's threshold (1979, doi:10.1109/TSMC.1979.4310076) of
          the whole image, and so never varies.
    traits : Traits
        The user.
    seed_names : sequence
        (study seed, user, dataset, filter). The method is added here: all variants of a method
        share one sitting, so that S1 and S3 are offsets of S2's threshold and the generous window
        lies inside the conservative one. Each coverage of ``drawn_forest`` is a sitting of its
        own (assumption: nobody draws 10 % and goes on to 25 % from there).
    first_output : callable, optional
        Needed by ``drawn_forest`` with more than one slice, see `manyeyes.users.drawing.draw`.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view: nobody looks at or labels what lies outside, and nothing hangs on it.

    Returns
    -------
    Threshold, Window or Drawing
        With a record of what the user did.

    Raises
    ------
    ValueError
        If the image is no 8-bit volume with two phases to be seen, or the variant is unknown,
        lacks a setting or has an impossible one.
    """
    require_image(image)
    inside = known_mask(inside, image.shape)
    method = variant.get("method")
    if method not in SETTINGS:
        raise ValueError(
            f"a simulated user knows the methods {', '.join(SETTINGS)}; found {method!r}"
        )
    missing = [key for key in SETTINGS[method] if key not in variant]
    if missing:
        raise ValueError(f"a variant of method {method!r} needs {', '.join(missing)}")
    names = (*seed_names, method)
    if method == "threshold":
        offset = variant["offset"]
        if offset != int(offset):
            raise ValueError(f"offset must be a whole number of grey levels, found {offset!r}")
        return set_threshold(image, int(offset), traits, names, inside)
    if method == "watershed":
        return set_window(image, float(variant["seed_error"]), traits, names, inside)
    if method == "seeded_forest":
        return set_seeds(image, variant["slices"], traits, names, inside)
    if method == "otsu":
        # the highest level of the darker class, so the brighter one begins above it
        level = threshold_otsu(voxels_inside(image, inside))
        return Threshold(int(level) + 1, {"chosen_by": "otsu"})
    percent = float(variant["coverage_percent"])
    return draw(
        image,
        variant["slices"],
        percent,
        traits,
        (*names, f"{percent:g}"),
        first_output,
        variant.get("corrections", True),
        inside,
    )
