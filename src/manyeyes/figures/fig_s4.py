"""Fig. S4: how much users differ when thresholded seeds train the forest."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from ..paper import names as paper
from . import bars


def draw(
    variability: pd.DataFrame, volume_fractions: pd.DataFrame, origins: Mapping[str, str]
) -> Figure:
    """Return bars of the SD over users for ML1, ML2 and ML3.

    Parameters
    ----------
    variability, volume_fractions : DataFrame
        Tables of the study.
    origins : mapping of dataset to origin
        The datasets to show, in order.

    Returns
    -------
    Figure
    """
    return bars.draw_figure(["sd"], variability, volume_fractions, None, origins, paper.SEEDED)
