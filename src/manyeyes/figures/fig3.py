"""Fig. 3: how much users differ in the volume fraction, thresholds and watershed."""

from . import bars
from .choosing import tabled, used_variants
from .figure import VARIATION, Figure
from .findings import sd_found

# Section 3.1.2 of the paper.
LIMITS = {"sd": (0.13, "highest in the paper: 0.13")}

FIGURE = Figure(
    title="Spread of the volume fraction: simple thresholds and watershed",
    category=VARIATION,
    order=3,
    requires="a simple threshold or a watershed by two users on a dataset not shown apart",
    needs=tabled(lambda study: used_variants(study, "threshold", "watershed")),
    draw=lambda data: bars.draw(data, limits=LIMITS),
    caption="""
Standard deviation over users (n - 1) of the active-material volume fraction, for simple
thresholds and watershed.

Corresponds to Fig. 3 of Bailey et al. 2023.

The paper found standard deviations of up to 0.13 (dashed). The filter lowered them for every
method on NMC-1 but not on NMC-2. The range at S2 on raw NMC-2 is not stated there; it follows
from the 7.6 % of voxels by which two users differ on average. The simulated users are calibrated
on that number.
""",
    tables=("variability", "volume_fractions"),
    finding=sd_found,
    spread="variability",
)
