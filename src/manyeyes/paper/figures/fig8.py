"""Fig. 8: drawn seeds at low coverage against threshold and watershed, in-house data."""

from ...figures import bars, style
from ...figures.choosing import compared_variants, tabled
from ...figures.figure import VARIATION, Figure
from ...figures.findings import sd_and_pairs_found

FIGURE = Figure(
    title="Drawn seeds against threshold and watershed, in-house data",
    category=VARIATION,
    order=8,
    requires="segmentations by two users of the raw image of a dataset that is shown apart",
    needs=tabled(compared_variants, apart=True, raw=True),
    draw=lambda data: bars.draw(
        data,
        bars.SD_AND_PAIRS,
        width_mm=style.DOUBLE_MM,
        height_mm=72.0,
        side_by_side=True,
    ),
    caption="""
Simple threshold, watershed and drawn seeds at low coverage on the raw in-house datasets: (a)
standard deviation over users of the active-material volume fraction, (b) mean share of voxels by
which two users differ.

Corresponds to Fig. 8 of Bailey et al. 2023.

The paper found MLX10 far apart on NEX-V (about 0.04) and MLX25 closest together, both below 0.01
on NEX-U, while two users differed in 10.3 % (MLX10) and 15.3 % (MLX25) of the voxels of NEX-U.
""",
    tables=("variability", "volume_fractions", "pairwise"),
    finding=sd_and_pairs_found,
    spread="variability",
)
