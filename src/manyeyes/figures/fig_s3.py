"""Fig. S3: each user's volume fraction with watershed."""

from . import user_points
from .choosing import used_variants

FIGURE = user_points.figure_of(
    "watershed", lambda study: used_variants(study, "watershed"), order=3, stands_for="S3"
)
