"""Whether a person draws as simulated users do: a table and a text."""

import pandas as pd

from ..measures.strokes import MEASURES

# Simulated users draw to a given coverage, so this measure says nothing about them.
GIVEN = "coverage_percent"


def stroke_comparison(strokes: pd.DataFrame) -> pd.DataFrame:
    """Compare what a person drew with what simulated users drew on the same image.

    Parameters
    ----------
    strokes : DataFrame
        dataset, filter, variant, user (the person's), drawn_by (``recorded``, or a simulated user),
        and the measures of `manyeyes.measures.strokes.MEASURES`.

    Returns
    -------
    DataFrame
        A row for each recording and measure: dataset, filter, variant, user, measure, unit, person,
        simulated_median, simulated_low and simulated_high (the smallest and largest value of
        the simulated users), simulated_users, below_percent (simulated users with less; ties count
        half), given (whether the measure was given to the users), inside (whether the person is
        within the range). Another user of the same population would be outside the range of n
        users with a probability of 2 / (n + 1), whatever the distribution.

    Raises
    ------
    ValueError
        If a recording has no person or no simulated user.
    """
    rows = []
    keys = ["dataset", "filter", "variant", "user"]
    for names, group in strokes.groupby(keys, sort=False):
        recorded = group["drawn_by"] == "recorded"
        if recorded.sum() != 1 or recorded.all():
            raise ValueError(
                f"{'/'.join(names)}: expected one recorded row and simulated ones, found "
                f"{recorded.sum()} and {(~recorded).sum()}"
            )
        for measure, (_, unit) in MEASURES.items():
            person = group.loc[recorded, measure].iloc[0]
            others = group.loc[~recorded, measure]
            rows.append(
                dict(zip(keys, names, strict=True))
                | {
                    "measure": measure,
                    "unit": unit,
                    "person": person,
                    "simulated_median": others.median(),
                    "simulated_low": others.min(),
                    "simulated_high": others.max(),
                    "simulated_users": len(others),
                    "below_percent": 100
                    * ((others < person).mean() + 0.5 * (others == person).mean()),
                    "given": measure == GIVEN,
                    "inside": others.min() <= person <= others.max(),
                }
            )
    return pd.DataFrame(rows)


def realism_text(comparison: pd.DataFrame) -> str:
    """Return in which measures simulated users draw like the person, and in which they do not.

    Parameters
    ----------
    comparison : DataFrame
        Made by `stroke_comparison`.

    Returns
    -------
    str
        A paragraph for each recording.
    """
    keys = ["dataset", "filter", "variant", "user"]
    paragraphs = [_paragraph(*names, rows) for names, rows in comparison.groupby(keys, sort=False)]
    return "\n\n".join(paragraphs)


def _paragraph(dataset: str, filter_: str, variant: str, user: str, rows: pd.DataFrame) -> str:
    compared = rows[~rows["given"]]
    users = int(rows["simulated_users"].iloc[0])
    outside = compared[~compared["inside"]]
    chance = 2 / (users + 1)
    text = (
        f"{user} on {dataset} ({filter_}, {variant}) draws within the range of {users} simulated "
        f"users in {len(compared) - len(outside)} of {len(compared)} measures; another simulated "
        f"user would be outside in {100 * chance:.0f} % of them, {chance * len(compared):.1f} "
        "on average."
    )
    if len(outside):
        differences = "; ".join(_difference(row) for row in outside.itertuples())
        text += f" Outside: {differences}."
    return text


def _difference(row) -> str:
    name, unit = MEASURES[row.measure]
    unit = f" {unit}" if unit else ""
    value = f"{name[0].lower() + name[1:]} {row.person:.3g}{unit}"
    if row.simulated_low == row.simulated_high:
        return f"{value} (all users {row.simulated_low:.3g}{unit})"
    return (
        f"{value} (users {row.simulated_low:.3g} to {row.simulated_high:.3g}{unit}, median "
        f"{row.simulated_median:.3g}{unit})"
    )
