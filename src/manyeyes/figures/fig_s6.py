"""Fig. S6: each user's volume fraction with forests trained by drawn seeds."""

from . import user_points
from .choosing import by_coverage, tabled
from .figure import DETAILS, Figure

FIGURE = Figure(
    title="Each user's volume fraction: forests trained by drawn seeds",
    category=DETAILS,
    order=6,
    requires="a forest trained by drawn seeds on a dataset other than NEX-V and NEX-U",
    needs=tabled(by_coverage, least=1),
    draw=user_points.draw_data,
    caption="""
Active-material volume fraction that each user obtained with forests trained by drawn seeds: the
single values behind the standard deviations. Dashed: the truth, where it is known, internal pores
not filled.

Stands for Fig. S6 of Bailey et al. 2023, whose panels were not at hand.
""",
    tables=("volume_fractions",),
)
