"""Fig. S6: each user's volume fraction with forests trained by drawn seeds."""

from . import user_points
from .choosing import by_coverage

FIGURE = user_points.figure_of(
    "forests trained by drawn seeds", by_coverage, order=6, stands_for="S6"
)
