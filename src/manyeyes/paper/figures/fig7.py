"""Fig. 7: how much users differ with threshold and watershed, in-house data."""

from ...figures import bars, style
from ...figures.choosing import tabled, usual_threshold_and_watershed
from ...figures.figure import VARIATION, Figure
from ...figures.findings import sd_found

FIGURE = Figure(
    title="Spread of the volume fraction, in-house data",
    category=VARIATION,
    order=7,
    requires="a simple threshold or a watershed by two users on a dataset shown apart",
    needs=tabled(usual_threshold_and_watershed, apart=True),
    draw=lambda data: bars.draw(data, width_mm=style.SINGLE_MM, height_mm=72.0),
    caption="""
Standard deviation over users of the active-material volume fraction with simple threshold and
watershed, in-house datasets.

Corresponds to Fig. 7 of Bailey et al. 2023.

The paper found users closer together than on the open-source data. The filter helped S2 on both
datasets, and cWS on NEX-U but not on NEX-V. The ranges on raw NEX-V are not stated there; they
follow from the factor of two to four that section 3.2.3 gives for MLX10.
""",
    tables=("variability", "volume_fractions"),
    finding=sd_found,
    spread="variability",
)
