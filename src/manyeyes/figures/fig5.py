"""Fig. 5: drawn seeds at low coverage against threshold and watershed."""

from matplotlib.figure import Figure as Drawing

from . import bars
from .choosing import compared_variants, low_coverages, tabled
from .figure import VARIATION, Figure, FigureData
from .findings import sd_and_pairs_found

CALIBRATED = (
    "The simulated users are calibrated on the paper's differences of S2 and cWS on raw NMC-2; "
    "agreement there is no finding."
)


def draw(data: FigureData) -> Drawing:
    """Return bars of SD (a) and mean pairwise difference (b)."""
    beside_paper = bool(data.publication.stated("percent"))
    notes = [CALIBRATED] if beside_paper and data.origins.get("NMC-2") == "twin" else []
    return bars.draw(data, bars.SD_AND_PAIRS, height_mm=120.0, more_notes=notes)


FIGURE = Figure(
    title="Drawn seeds against threshold and watershed",
    category=VARIATION,
    order=5,
    requires="a threshold or a watershed beside drawn seeds, by two users, on a dataset that is "
    "not shown apart",
    needs=tabled(compared_variants, beside=low_coverages),
    draw=draw,
    caption="""
Drawn seeds at low coverage beside simple threshold and watershed: (a) standard deviation over
users of the active-material volume fraction, (b) mean share of voxels by which two users differ.

Corresponds to Fig. 5 of Bailey et al. 2023.

The paper found low coverages most promising, above all on raw, noisy data. The differences of S2
(7.6 %) and cWS (4.6 %) on raw NMC-2 are the two numbers on which the simulated users are
calibrated: agreement there is no finding.
""",
    tables=("variability", "volume_fractions", "pairwise"),
    finding=sd_and_pairs_found,
    spread="variability",
)
