"""Fig. S3: each user's volume fraction with watershed."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from ..paper import names as paper
from . import points


def draw(volume_fractions: pd.DataFrame, origins: Mapping[str, str]) -> Figure:
    """Return each user's volume fraction for gWS and cWS, with the truth as a line.

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
    return points.draw_figure(volume_fractions, origins, paper.WATERSHED)
