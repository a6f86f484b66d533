"""Fig. S6: each user's volume fraction with a forest trained by drawn seeds."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from ..paper import names as paper
from . import points


def draw(volume_fractions: pd.DataFrame, origins: Mapping[str, str]) -> Figure:
    """Return each user's volume fraction for MLX10 to MLX65, with the truth as a line.

    Parameters
    ----------
    volume_fractions : DataFrame
        Table of the study.
    origins : mapping of dataset to origin
        The datasets to show, in order.

    Returns
    -------
    Figure
    """
    return points.draw_figure(volume_fractions, origins, paper.COVERAGES)
