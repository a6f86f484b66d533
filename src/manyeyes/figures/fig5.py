"""Fig. 5: drawn seeds at low coverage against threshold and watershed, open-source data."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from ..paper import names as paper
from . import bars

CALIBRATED = (
    "The simulated users are calibrated on the paper's differences of S2 and cWS on raw NMC-2; "
    "agreement there is no finding."
)


def draw(
    variability: pd.DataFrame,
    volume_fractions: pd.DataFrame,
    pairwise: pd.DataFrame,
    origins: Mapping[str, str],
) -> Figure:
    """Return bars of SD (a) and mean pairwise difference (b) for S2, cWS, MLX10 and MLX25.

    Parameters
    ----------
    variability, volume_fractions, pairwise : DataFrame
        Tables of the study.
    origins : mapping of dataset to origin
        The datasets to show, in order.

    Returns
    -------
    Figure
        With the numbers of section 3.1.2. Those of S2 and cWS on raw NMC-2 are what the
        population of simulated users is calibrated on.
    """
    calibrated = origins.get("NMC-2") == "twin"
    return bars.draw_figure(
        ["sd", "mean_percent_different"],
        variability,
        volume_fractions,
        pairwise,
        origins,
        paper.COMPARED,
        height_mm=120.0,
        more_notes=[CALIBRATED] if calibrated else [],
    )
