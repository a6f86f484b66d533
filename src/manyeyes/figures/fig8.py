"""Fig. 8: drawn seeds at low coverage against threshold and watershed, raw in-house data."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from ..paper import names as paper
from . import bars, style


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
        With the numbers of section 3.2.3.
    """
    return bars.draw_figure(
        ["sd", "mean_percent_different"],
        variability,
        volume_fractions,
        pairwise,
        origins,
        paper.COMPARED,
        filters=("raw",),
        width_mm=style.DOUBLE_MM,
        height_mm=72.0,
        side_by_side=True,
    )
