"""Fig. S4: how much users differ when thresholded seeds train the forest."""

from . import bars
from .choosing import tabled, used_variants
from .figure import VARIATION, Figure
from .findings import sd_found

FIGURE = Figure(
    title="Spread of the volume fraction: forests trained by thresholded seeds",
    category=VARIATION,
    order=14,
    requires="a seeded forest by two users on a dataset that is not shown apart",
    needs=tabled(lambda study: used_variants(study, "seeded_forest")),
    draw=bars.draw,
    caption="""
Standard deviation over users of the active-material volume fraction when thresholded seeds train
the forest.

Stands for Fig. S4 of Bailey et al. 2023, whose panels were not available.

The paper trains on the first slice (ML1), on six equally spaced slices (ML2) and on the whole
volume (ML3). It found less variation than with threshold and watershed on only half of the
samples, and less with ML2 than with ML1.
""",
    tables=("variability", "volume_fractions"),
    finding=sd_found,
    spread="variability",
)
