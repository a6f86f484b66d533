"""What inputs, slices and methods are called in files, tables and figures."""

INPUTS = {"raw": "Raw image", "stretched": "Stretching", "equalised": "Equalization"}
"""What is done to the grey values before a network sees them, and its name in Table 2."""

LABELS, TRUTH, THRESHOLD = "labels", "truth", "threshold"
"""The hysteresis labels, which the paper calls the ground truth; the true pores, which only a twin
has; and one global threshold, as the paper used in Avizo."""

UNFILTERED = "unfiltered"
"""The network of raw inputs, shown slices before the filters."""

TRAINING, TEST = "training", "test"
"""Slices that a network learned from, and slices of a particle that it never saw."""

VOLUMES = ("porosity", "pore_volume", "pore_surface")
"""What is measured of the pores in 3-D."""
