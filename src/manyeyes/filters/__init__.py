"""Filters of a tomogram before segmentation: one module per filter.

Each module of this package without a leading underscore holds ``FILTER``, a `Filter`, and is named
as the filter's ``method`` in configs. All are imported to read a config, so they import nothing
heavier than NumPy at the top.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import numpy as np

from ._filter import Filter

__all__ = ["Filter", "apply", "filters"]


@cache
def filters() -> dict[str, Filter]:
    """Return all filters by the name of their method."""
    names = sorted(module.name for module in iter_modules(__path__))
    return {n: import_module(f"{__name__}.{n}").FILTER for n in names if not n.startswith("_")}


def apply(
    image: np.ndarray, parameters: Mapping[str, object], inside: np.ndarray | None = None
) -> np.ndarray:
    """Apply a filter of the config to a dataset.

    Parameters
    ----------
    image : ndarray of uint8, shape (z, y, x)
        Grey levels.
    parameters : mapping
        ``method`` and the settings that it takes.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view.

    Returns
    -------
    ndarray of uint8, shape (z, y, x)
        0 outside the field of view; for the method "none", the same array.

    Raises
    ------
    ValueError
        If the image is no 8-bit volume, the method is unknown or does not take a parameter, or a
        parameter is impossible.
    """
    from ..imaging.filters import require_image
    from ..imaging.masks import known_mask

    require_image(image)
    known = filters()
    settings = dict(parameters)
    method = settings.pop("method", None)
    if method not in known:
        raise ValueError(
            f"a filter's method must be one of {', '.join(known)}, found {method!r}; "
            "name it in the config under filters"
        )
    chosen = known[method]
    unknown = sorted(set(settings) - set(chosen.settings))
    if unknown:
        raise ValueError(
            f"filter method {method!r} has no parameter {', '.join(unknown)}; "
            f"it takes {', '.join(chosen.settings) or 'none'}"
        )
    missing = [name for name in chosen.required if name not in settings]
    if missing:
        raise ValueError(f"filter method {method!r} needs {', '.join(missing)}")
    return chosen.apply(image, known_mask(inside, image.shape), **settings)
