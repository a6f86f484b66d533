"""What is measured: fractions, spread over users, distance to truth and baseline, image quality.

The names below are public. They are imported when they are first used. Inside the project, import
from the modules themselves: what a job's code is, is read from its import statements.
"""

from importlib import import_module

_MODULES = {
    "fractions": ("percent_different", "sample_sd", "volume_fraction"),
    "quality": (
        "ImageQuality",
        "contrast_to_noise",
        "grey_histogram",
        "histogram_modes",
        "image_quality",
    ),
    "shape": ("Morphology", "morphology", "specific_surface_per_um"),
    "tables": (
        "accuracy_table",
        "image_quality_table",
        "morphology_table",
        "pairwise_table",
        "variability_table",
        "volume_fractions_table",
    ),
    "truth": ("Accuracy", "accuracy", "truth_fraction"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str):
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # `measures.accuracy` is the function, `measures.shape` the module.
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
