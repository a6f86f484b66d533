"""Fig. S5: each user's volume fraction with forests trained by thresholded seeds."""

from . import user_points
from .choosing import used_variants

FIGURE = user_points.figure_of(
    "forests trained by thresholded seeds",
    lambda study: used_variants(study, "seeded_forest"),
    order=5,
    stands_for="S5",
)
