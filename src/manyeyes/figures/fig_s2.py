"""Fig. S2: each user's volume fraction with simple thresholds."""

from . import user_points
from .choosing import used_variants

FIGURE = user_points.figure_of(
    "simple thresholds", lambda study: used_variants(study, "threshold"), order=2, stands_for="S2"
)
