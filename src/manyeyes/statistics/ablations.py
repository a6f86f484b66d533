"""What each part of the protocol is worth: variants that differ in one thing, and a reference."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..groups import MADE_BY, group_name, groups_in, in_groups, of_group
from ..study.comparisons import LEAST_USERS
from .grids import GROUP
from .tables import Contrast, comparison_table, error_table, pool_errors, spread_table
from .words import points

COLUMNS = [
    *("question", *GROUP, MADE_BY, "users", "realisations", "sd", "sd_low", "sd_high"),
    *("reference", "sd_ratio", "ratio_low", "ratio_high", "p_value", "p_holm"),
    *("bias", "bias_low", "bias_high", "rmse", "rmse_low", "rmse_high"),
]
ALPHA = 0.05


def ablation_table(
    volume_fractions: pd.DataFrame,
    accuracies: pd.DataFrame | None,
    ablations: Mapping[str, Sequence[str]],
    level: float = 0.95,
) -> pd.DataFrame:
    """Return the spread and error of each variant of a question, relative to its last variant.

    Parameters
    ----------
    volume_fractions : DataFrame
        See `manyeyes.measures.volume_fractions_table`; a column realisation is optional.
    accuracies : DataFrame or None
        See `manyeyes.measures.accuracy_table`; None if no image has a truth.
    ablations : mapping of question to sequence of variant
        The last is the reference. Only images count that a group of users did with all of them.
    level : float, default 0.95

    Returns
    -------
    DataFrame
        question, dataset, filter, variant, made_by (if the table has it), users, realisations; sd
        with its interval; reference; sd_ratio (variant over reference) with the interval and
        p-value of Pitman and Morgan, NaN for the reference itself, where a standard deviation is 0
        and where fewer than three users did both; p_holm over all rows of a group; bias and rmse
        with intervals, NaN without a truth.
    """
    table = in_groups(
        lambda *tables: _of_group(*tables, ablations=ablations, level=level),
        *(one for one in (volume_fractions, accuracies) if one is not None),
    )
    return table[[name for name in COLUMNS if name in table]]


def _of_group(volume_fractions, accuracies=None, *, ablations, level: float) -> pd.DataFrame:
    spread = spread_table(volume_fractions, level)
    parts = []
    for question, variants in ablations.items():
        rows = spread[spread["variant"].isin(variants)]
        done = rows.groupby(["dataset", "filter"])["variant"].transform("nunique")
        rows = rows[done == len(variants)]
        rows = rows.assign(
            question=question,
            reference=variants[-1],
            image=rows.groupby(["dataset", "filter"], sort=False).ngroup(),
            place=rows["variant"].map(list(variants).index),
        )
        parts.append(rows.sort_values(["image", "place"], kind="stable"))
    table = pd.concat(parts, ignore_index=True)
    reference_sd = table.groupby(["question", "dataset", "filter"])["sd"].transform("last")
    varied = (table["sd"] > 0) & (reference_sd > 0)
    users = volume_fractions.groupby(GROUP)["user"].agg(set)
    contrasts = []
    for row in table[varied & (table["variant"] != table["reference"])].itertuples():
        first, second = (row.filter, row.variant), (row.filter, row.reference)
        if len(users[row.dataset, *first] & users[row.dataset, *second]) >= LEAST_USERS:
            contrasts.append(Contrast(str(row.Index), (row.dataset,), first, second))
    results = ["sd_ratio", "ratio_low", "ratio_high", "p_value", "p_holm"]
    if contrasts:
        compared = comparison_table(volume_fractions, contrasts, level)
        table = table.join(compared.set_index(compared["comparison"].astype(int))[results])
    if accuracies is not None:
        errors = pool_errors(error_table(accuracies, level=level))
        wanted = ["bias", "bias_low", "bias_high", "rmse", "rmse_low", "rmse_high"]
        table = table.merge(errors[[*GROUP, *wanted]], on=GROUP, how="left")
    return table.reindex(columns=[name for name in COLUMNS if name != MADE_BY])


def ablation_text(table: pd.DataFrame) -> str:
    """Return what each part of the protocol is worth, one paragraph per question.

    Parameters
    ----------
    table : DataFrame
        Made by `ablation_table`.

    Returns
    -------
    str
        Markdown.
    """
    names = groups_in(table)
    if len(names) > 1:
        texts = {name: ablation_text(of_group(table, name)) for name in names}
        return "\n\n".join(f"**{group_name(n).capitalize()}**\n\n{t}" for n, t in texts.items())
    paragraphs = []
    for question, rows in table.groupby("question", sort=False):
        sentences = [
            _image_sentence(image, found)
            for image, found in rows.groupby(["dataset", "filter"], sort=False)
        ]
        paragraphs.append(f"**{question}.** {' '.join(sentences)}")
    if (table["p_holm"] >= ALPHA).any():
        tests = table["p_holm"].count()
        over = f"all {tests} comparisons" if tests > 1 else "one comparison"
        paragraphs.append(
            f"Not significant: p is {100 * ALPHA:g} % or more after Holm's correction over {over} "
            "of spread; each interval in brackets is for one comparison alone."
        )
    return "\n\n".join(paragraphs)


def _image_sentence(image: tuple[str, str], rows: pd.DataFrame) -> str:
    dataset, filter_ = image
    reference = rows[rows["variant"] == rows["reference"]].iloc[0]
    others = rows[rows["variant"] != rows["reference"]]
    compared = "; ".join(_against(row) for row in others.itertuples())
    return (
        f"On {filter_} {dataset} {reference['variant']} has a standard deviation of "
        f"{points(reference['sd'])} points{_error(reference['rmse'])}: {compared}."
    )


def _against(row) -> str:
    text = f"{row.variant} {points(row.sd)}{_error(row.rmse)}"
    if np.isnan(row.sd_ratio):
        return f"{text}, no variation" if row.sd == 0 else text
    sure = "" if row.p_holm < ALPHA else ", not significant"
    return f"{text}, {row.sd_ratio:.2g} times ({row.ratio_low:.2g} to {row.ratio_high:.2g}{sure})"


def _error(rmse: float) -> str:
    return "" if np.isnan(rmse) else f" (error {points(rmse)})"
