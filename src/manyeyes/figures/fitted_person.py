"""What a record says about a person: the posterior of each trait beside its prior.

A figure of the command `manyeyes fit-person`, not of studies.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from . import style

COLUMNS = 5
PRIOR = "#c9c9c9"
UNINFORMED = "#8a8a8a"
COLOURS = ("#2166ac", "#b2182b", "#1b7837", "#762a83", "#e08214", "#35978f")
MOST_PEOPLE = len(COLOURS)


@style.styled
def draw(prior: pd.DataFrame, people: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]]) -> Drawing:
    """Return a panel for each trait: prior in grey, people in colours.

    Parameters
    ----------
    prior : DataFrame
        Traits of simulated people, one column each.
    people : mapping of str to (DataFrame, DataFrame)
        Summary and draws of each person's posterior; see `manyeyes.persons.posterior.Posterior`.
        Up to `MOST_PEOPLE` are shown.
    """
    shown = dict(list(people.items())[:MOST_PEOPLE])
    first = next(iter(shown.values()))[0]
    lines = style.lines_of(len(first), COLUMNS)
    figure = style.new_figure(style.DOUBLE_MM, lines * 34 + 12)
    grid = style.panel_grid(figure, len(first), COLUMNS).ravel()
    for axes, row in zip(grid, first.itertuples(), strict=False):
        values = prior[row.trait].to_numpy(float)
        kinds = np.unique(values)
        discrete = kinds.size < 10
        if discrete:
            edges = np.append(kinds - 1, kinds[-1] + 1)
        else:
            edges = np.linspace(*np.quantile(values, [0.005, 0.995]), 25)
        axes.hist(values, edges, density=True, color=PRIOR)
        for colour, (summary, draws) in zip(COLOURS, shown.values(), strict=False):
            found = summary.set_index("trait").loc[row.trait]
            if not found["informed"]:
                continue
            inside = np.clip(draws[row.trait], edges[0], edges[-1])
            axes.hist(inside, edges, density=True, histtype="step", color=colour, lw=1.0)
        top = axes.get_ylim()[1]
        for place, (colour, (summary, _)) in enumerate(zip(COLOURS, shown.values(), strict=False)):
            found = summary.set_index("trait").loc[row.trait]
            height = top * (1.06 + 0.07 * place)
            used = colour if found["informed"] else UNINFORMED
            dashes = "-" if found["informed"] else ":"
            axes.plot([found["low"], found["high"]], [height] * 2, dashes, color=used, lw=1.2)
            axes.plot(found["estimate"], height, "o", ms=3, color=used)
        axes.set_ylim(0, top * (1.12 + 0.07 * len(shown)))
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_title(row.title, loc="left")
        axes.set_xlabel("" if row.unit == "share" else row.unit, labelpad=1)
    handles = [Patch(color=PRIOR, label="population (prior)")]
    handles += [
        Line2D([], [], marker="o", ms=3, color=colour, label=name)
        for colour, name in zip(COLOURS, shown, strict=False)
    ]
    handles.append(
        Line2D([], [], marker="o", ms=3, ls=":", color=UNINFORMED, label="not informed: the prior")
    )
    style.legend_above(figure, handles)
    return figure
