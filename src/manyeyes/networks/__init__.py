"""Networks that segment slices: the one of Lee et al. 2023 and LRCS-Net after segmentPy.

Everything outside is numpy arrays. JAX trains and applies the networks and is loaded on first use;
it is the extra ``networks`` of this package. A network is trained by one thread, and equal input
gives equal bytes.
"""

from ..lazy import lazy_names

_MODULE_OF = {
    "Network": "network",
    "SEGMENTPY": "augmentations",
    "Training": "settings",
    "count_parameters": "architectures",
    "equalised": "greys",
    "fit_network": "fitting",
    "label_slices": "predicting",
    "predict": "predicting",
    "raw": "greys",
    "stretched": "greys",
}

__getattr__, __all__ = lazy_names(__name__, _MODULE_OF)
