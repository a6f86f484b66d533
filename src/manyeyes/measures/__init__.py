"""What is measured: fractions, spread over users, distance to truth and baseline, image quality."""

from .fractions import percent_different, sample_sd, volume_fraction
from .quality import (
    ImageQuality,
    contrast_to_noise,
    grey_histogram,
    histogram_modes,
    image_quality,
)
from .shape import Morphology, morphology, specific_surface_per_um
from .tables import (
    PAPER,
    Baseline,
    accuracy_summary,
    accuracy_table,
    baseline_table,
    first_realisation,
    image_quality_table,
    listed_realisations,
    morphology_table,
    pairwise_table,
    variability_table,
    volume_fractions_table,
)
from .truth import (
    Accuracy,
    accuracy,
    truth_fraction,
)

__all__ = [
    "PAPER",
    "Accuracy",
    "Baseline",
    "ImageQuality",
    "Morphology",
    "accuracy",
    "accuracy_summary",
    "accuracy_table",
    "baseline_table",
    "contrast_to_noise",
    "first_realisation",
    "grey_histogram",
    "histogram_modes",
    "image_quality",
    "image_quality_table",
    "listed_realisations",
    "morphology",
    "morphology_table",
    "pairwise_table",
    "percent_different",
    "sample_sd",
    "specific_surface_per_um",
    "truth_fraction",
    "variability_table",
    "volume_fraction",
    "volume_fractions_table",
]
