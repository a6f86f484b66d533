"""Tables 1 and 2 of the paper beside ours, and the bounds beside both."""

import numpy as np
import pandas as pd

from .bounds import error_at_most, f1_at_most, grey_at_least, mse_at_least
from .names import INPUTS, LABELS, TEST, TRAINING
from .stated import NOTEBOOK, PAPER, PORE_AREA, TABLE_2

_KEYS = ["method", "slices", "against"]


def _of_table_2(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of what Table 2 lists: networks on training and test slices."""
    networks = scores["method"].isin(list(INPUTS)) & scores["slices"].isin([TRAINING, TEST])
    order = {name: place for place, name in enumerate((*INPUTS, TRAINING, TEST))}
    found = scores[networks]
    return found.sort_values(
        ["slices", "method", "against"], key=lambda column: column.map(order), kind="stable"
    )


def table_1(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the paper's Table 1 with numbers: what pixels are, and what they are called.

    Parameters
    ----------
    scores : DataFrame
        See `manyeyes.lee2023.measuring.score_rows`.

    Returns
    -------
    DataFrame
        input, slices, against, trainings, true_pore, false_pore, false_grain, true_grain: shares of
        all pixels, means over trainings.
    """
    names = ["true_pore", "false_pore", "false_grain", "true_grain"]
    found = _of_table_2(scores)
    shares = found[names].div(found[names].sum(axis=1), axis=0)
    grouped = pd.concat([found[_KEYS], shares], axis=1).groupby(_KEYS, sort=False)
    table = grouped[names].mean()
    table.insert(0, "trainings", grouped.size())
    return table.reset_index().rename(columns={"method": "input"})


def table_2(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the paper's Table 2 beside the means over our trainings.

    Parameters
    ----------
    scores : DataFrame
        See `manyeyes.lee2023.measuring.score_rows`.

    Returns
    -------
    DataFrame
        input, slices, against (the paper's ground truth is labels), trainings; for accuracy, F1 and
        squared error the paper's number (NaN against the truth), ours, and that of predicting no
        pore at all. Of F1 ours are of pore (with lowest and highest training) and of grain; without
        pores, that of pore is 0.
    """
    ours = ["accuracy", "accuracy_no_pore", "f1_pore", "f1_grain", "f1_grain_no_pore"]
    ours += ["mse", "mse_no_pore", "pore_share"]
    grouped = _of_table_2(scores).groupby(_KEYS, sort=False)
    table = grouped[ours].mean()
    table["f1_pore_lowest"] = grouped["f1_pore"].min()
    table["f1_pore_highest"] = grouped["f1_pore"].max()
    table["trainings"] = grouped.size()
    table = table.reset_index().rename(columns={"method": "input"})
    for name in ("accuracy", "f1", "mse"):
        table[f"paper_{name}"] = [
            getattr(TABLE_2[row.input, row.slices], name) if row.against == LABELS else np.nan
            for row in table.itertuples()
        ]
    return table[
        [
            *("input", "slices", "against", "trainings"),
            *("paper_accuracy", "accuracy", "accuracy_no_pore"),
            *("paper_f1", "f1_pore", "f1_pore_lowest", "f1_pore_highest"),
            *("f1_grain", "f1_grain_no_pore", "paper_mse", "mse", "mse_no_pore", "pore_share"),
        ]
    ]


def bounds_table(scores: pd.DataFrame) -> pd.DataFrame:
    """Return what accuracy allows for F1 and squared error, of the paper's numbers and of ours.

    Parameters
    ----------
    scores : DataFrame
        See `manyeyes.lee2023.measuring.score_rows`.

    Returns
    -------
    DataFrame
        source (the paper, its notebook, this study), input, slices, accuracy; f1 (of ours that of
        pore), f1_at_most, f1_beyond; mse, mse_at_least, mse_beyond; grey_at_least: the share of
        grey label pixels without which the three numbers cannot be; pore_share (of the paper's
        images the largest measured in its notebook's pictures), f1_pore_at_most with that share,
        f1_grain_at_most.
    """
    rows = [
        _row(PAPER, *key, stated.accuracy, stated.f1, stated.mse, PORE_AREA[1])
        for key, stated in TABLE_2.items()
    ]
    share = 1 - NOTEBOOK.accuracy_without_pores
    rows.append(_row("notebook", "", TEST, NOTEBOOK.accuracy, NOTEBOOK.f1, NOTEBOOK.mse, share))
    ours = table_2(scores)
    for one in ours[ours["against"] == LABELS].itertuples():
        rows.append(
            _row(
                "this study",
                one.input,
                one.slices,
                one.accuracy,
                one.f1_pore,
                one.mse,
                one.pore_share,
            )
        )
    return pd.DataFrame(rows)


def _row(source, greys, slices, accuracy, f1, mse, pore_share) -> dict:
    error = 1 - accuracy
    most, least = f1_at_most(error), mse_at_least(error)
    return {
        "source": source,
        "input": greys,
        "slices": slices,
        "accuracy": accuracy,
        "f1": f1,
        "f1_at_most": float(most),
        "f1_beyond": bool(f1 > most),
        "error_at_most": float(error_at_most(f1)),
        "mse": mse,
        "mse_at_least": float(least),
        "mse_beyond": bool(mse < least),
        "grey_at_least": float(grey_at_least(error, f1, mse)),
        "pore_share": pore_share,
        "f1_pore_at_most": float(f1_at_most(error, pore_share)),
        "f1_grain_at_most": float(f1_at_most(error, 1 - pore_share)),
    }
