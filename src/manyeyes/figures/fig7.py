"""Fig. 7: how much users differ with threshold and watershed, in-house data."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from . import bars, style


def draw(
    variability: pd.DataFrame, volume_fractions: pd.DataFrame, origins: Mapping[str, str]
) -> Figure:
    """Return bars of the SD over users for S2 and cWS.

    Parameters
    ----------
    variability, volume_fractions : DataFrame
        Tables of the study.
    origins : mapping of dataset to origin
        The datasets to show, in order.

    Returns
    -------
    Figure
        One column wide. The ranges for raw NEX-V follow from section 3.2.3.
    """
    return bars.draw_figure(
        ["sd"],
        variability,
        volume_fractions,
        None,
        origins,
        ("S2", "cWS"),
        width_mm=style.SINGLE_MM,
        height_mm=72.0,
    )
