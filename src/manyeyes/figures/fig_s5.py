"""Fig. S5: each user's volume fraction with forests trained by thresholded seeds."""

from . import user_points
from .choosing import tabled, used_variants
from .figure import DETAILS, Figure

FIGURE = Figure(
    title="Each user's volume fraction: forests trained by thresholded seeds",
    category=DETAILS,
    order=5,
    requires="a forest trained by thresholded seeds on a dataset other than NEX-V and NEX-U",
    needs=tabled(lambda study: used_variants(study, "seeded_forest"), least=1),
    draw=user_points.draw_data,
    caption="""
Active-material volume fraction that each user obtained with forests trained by thresholded seeds:
the single values behind the standard deviations. Dashed: the truth, where it is known, internal
pores not filled.

Stands for Fig. S5 of Bailey et al. 2023, whose panels were not at hand.
""",
    tables=("volume_fractions",),
)
