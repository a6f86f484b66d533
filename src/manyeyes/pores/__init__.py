"""Slices of a cathode particle with pores, after Lee et al. 2023, and what is done with them.

The twins, filters, labels and measures that a study of that paper needs
(doi:10.1186/s40543-023-00407-z). The names below are imported when they are first used. Inside the
project, import from the modules themselves, as code digests follow import statements.
"""

from ..lazy import lazy_names

_MODULE_OF = {
    "BseSettings": "settings",
    "GRAIN": "codes",
    "IRREGULAR": "settings",
    "PORE": "codes",
    "ParticleSettings": "settings",
    "bse_slices": "bse",
    "curtains_of": "bse",
    "grey_labels": "labelling",
    "hysteresis_labels": "labelling",
    "level_by_eye": "labelling",
    "particle_grains": "particle",
    "particle_truth": "particle",
    "pore_statistics": "statistics",
    "slice_statistics": "statistics",
    "smoothed": "preparing",
    "thresholds_by_eye": "labelling",
    "threshold_labels": "labelling",
    "wedge_filtered": "preparing",
}

__getattr__, __all__ = lazy_names(__name__, _MODULE_OF)
