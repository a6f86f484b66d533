"""Fig. 4: how much users differ with drawn seeds, by coverage of the trained slices."""

from . import bars
from .choosing import by_coverage, tabled
from .figure import VARIATION, Figure
from .findings import sd_and_pairs_found

# Section 3.1.2 of the paper.
LIMITS = {"sd": (0.06, "all below 0.06 in the paper")}

FIGURE = Figure(
    title="Drawn seeds: spread and pairwise difference by coverage",
    category=VARIATION,
    order=4,
    requires="drawn seeds by two users on a dataset that is not shown apart",
    needs=tabled(by_coverage),
    draw=lambda data: bars.draw(data, bars.SD_AND_PAIRS, limits=LIMITS, height_mm=120.0),
    caption="""
Drawn seeds, by coverage of the trained slices: (a) standard deviation over users of the
active-material volume fraction, (b) mean share of voxels by which two users differ.

Corresponds to Fig. 4 of Bailey et al. 2023.

The paper found all standard deviations below 0.06 (dashed), the lowest at 10 % coverage on raw
NMC-2, and no steady gain with coverage. Diamonds are the differences that it states.
""",
    tables=("variability", "volume_fractions", "pairwise"),
    finding=sd_and_pairs_found,
    spread="variability",
)
