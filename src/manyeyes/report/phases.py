"""What a study of more than two phases says about each of them."""

import pandas as pd

from ..labels import TRUTH_PHASES
from .words import and_list, in_points, sentence

_NAMES = {phase.key: phase.name for phase in TRUTH_PHASES}


def of_every_phase(phase_spread: pd.DataFrame | None) -> list[tuple[str, str]]:
    """Return a question about phases and its answer.

    Parameters
    ----------
    phase_spread : DataFrame or None
        As made by `manyeyes.measures.tables_of_phases.phase_spread_table`, of one group of users.

    Returns
    -------
    list of (str, str)
        Nothing for two phases, or where no two users did the same.
    """
    if phase_spread is None or phase_spread["phase"].nunique() < 3:
        return []
    shared = phase_spread[phase_spread["users"] > 1]
    if shared.empty:
        return []
    medians = shared.groupby("phase", sort=False)[["sd", "relative_sd", "dice"]].median()
    spreads = [
        f"{in_points(row.sd)} points ({100 * row.relative_sd:.0f} % of the mean) for "
        f"{_NAMES.get(phase, phase)}"
        for phase, row in medians.iterrows()
    ]
    text = sentence(
        f"The standard deviation over users of the volume fraction is {and_list(spreads)} "
        "(medians over images and variants)"
    )
    known = medians["dice"].dropna()
    if len(known):
        overlaps = [f"{dice:.2f} for {_NAMES.get(phase, phase)}" for phase, dice in known.items()]
        text += " " + sentence(f"The Dice overlap with the truth is {and_list(overlaps)}")
    return [("How is every phase?", text)]
