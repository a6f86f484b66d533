"""Fig. 3: how much users differ in the volume fraction, simple thresholds and watershed."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from ..paper import names as paper
from . import bars


def draw(
    variability: pd.DataFrame, volume_fractions: pd.DataFrame, origins: Mapping[str, str]
) -> Figure:
    """Return bars of the SD over users for S1-S3, gWS and cWS.

    Parameters
    ----------
    variability, volume_fractions : DataFrame
        Tables of the study.
    origins : mapping of dataset to origin
        The datasets to show, in order.

    Returns
    -------
    Figure
        With the highest SD that the paper states for unsupervised methods (section 3.1.2), and
        the one of S2 on raw NMC-2 that follows from its pairwise difference.
    """
    highest = paper.HIGHEST_UNSUPERVISED_SD
    return bars.draw_figure(
        ["sd"],
        variability,
        volume_fractions,
        None,
        origins,
        (*paper.SIMPLE, *paper.WATERSHED),
        limits={"sd": (highest, f"highest in the paper: {highest}")},
    )
