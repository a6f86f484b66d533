"""Fig. S2: each user's volume fraction with simple thresholds."""

from . import user_points
from .choosing import tabled, used_variants
from .figure import DETAILS, Figure

FIGURE = Figure(
    title="Each user's volume fraction: simple thresholds",
    category=DETAILS,
    order=2,
    requires="a simple threshold on a dataset other than NEX-V and NEX-U",
    needs=tabled(lambda study: used_variants(study, "threshold"), least=1),
    draw=user_points.draw_data,
    caption="""
Active-material volume fraction that each user obtained with simple thresholds: the single values
behind the standard deviations. Dashed: the truth, where it is known, internal pores not filled.

Stands for Fig. S2 of Bailey et al. 2023, whose panels were not at hand.
""",
    tables=("volume_fractions",),
)
