"""What is measured: fractions, spread over users, distance to truth and baseline, image quality.

The names below are public. They are imported when they are first used. Inside the project, import
from the modules themselves, as code digests follow import statements.
"""

from ..lazy import lazy_names

_MODULE_OF = {
    "Accuracy": "truth",
    "Baseline": "tables",
    "Connectivity": "pieces",
    "ImageQuality": "quality",
    "Morphology": "shape",
    "PAPER": "tables",
    "PhaseScores": "confusion_matrix",
    "Transport": "transport",
    "accuracy": "truth",
    "accuracy_summary": "tables",
    "accuracy_table": "tables",
    "baseline_table": "tables",
    "connectivity": "pieces",
    "block_uncertainty": "profiles",
    "confusion_counts": "confusion_matrix",
    "contrast_to_noise": "quality",
    "euler_number": "pieces",
    "correlation_length_um": "pore_sizes",
    "first_realisation": "tables",
    "grey_histogram": "quality",
    "histogram_modes": "quality",
    "image_quality": "quality",
    "image_quality_table": "tables",
    "interfaces_per_um": "interfaces",
    "listed_realisations": "tables",
    "local_thickness_um": "pore_sizes",
    "morphology": "shape",
    "morphology_table": "tables",
    "pairwise_table": "tables",
    "particle_summary": "particles",
    "particles_table": "particles",
    "percent_different": "fractions",
    "profiles_table": "profiles",
    "phase_scores": "confusion_matrix",
    "phase_spread_table": "tables_of_phases",
    "phase_tables": "tables_of_phases",
    "sample_sd": "fractions",
    "specific_surface_per_um": "shape",
    "split": "particles",
    "surfaces_per_um": "interfaces",
    "thickness_summary": "pore_sizes",
    "triple_line_per_um2": "interfaces",
    "tortuosity": "transport",
    "truth_fraction": "truth",
    "two_point": "pore_sizes",
    "variability_table": "tables",
    "volume_fraction": "fractions",
    "volume_fractions_table": "tables",
}

__getattr__, __all__ = lazy_names(__name__, _MODULE_OF)
