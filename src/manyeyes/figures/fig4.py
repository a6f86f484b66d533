"""Fig. 4: how much users differ with drawn seeds, by coverage of the trained slices."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from ..paper import names as paper
from . import bars


def draw(
    variability: pd.DataFrame,
    volume_fractions: pd.DataFrame,
    pairwise: pd.DataFrame,
    origins: Mapping[str, str],
) -> Figure:
    """Return bars of SD (a) and mean pairwise difference (b) for MLX10 to MLX65.

    Parameters
    ----------
    variability, volume_fractions, pairwise : DataFrame
        Tables of the study.
    origins : mapping of dataset to origin
        The datasets to show, in order.

    Returns
    -------
    Figure
        With the paper's upper limit of all SDs and its stated differences (section 3.1.2).
    """
    limit = paper.HIGHEST_COVERAGE_SD
    return bars.draw_figure(
        ["sd", "mean_percent_different"],
        variability,
        volume_fractions,
        pairwise,
        origins,
        paper.COVERAGES,
        limits={"sd": (limit, f"all below {limit} in the paper")},
        height_mm=120.0,
    )
