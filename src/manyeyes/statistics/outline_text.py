"""What the map over people's outlines says, in words."""

import numpy as np
import pandas as pd

from .outline_experiment import MOST_PEOPLE, OBJECTS, POWER
from .outline_map import READINGS


def outline_text(people: pd.DataFrame, painted: str, slider: str) -> str:
    """Return where painting stops spreading less, where people lie, and what would settle it.

    Parameters
    ----------
    people : DataFrame
        Made by `manyeyes.statistics.outline_map.outline_people_table`.
    painted, slider : str
        The variants.

    Returns
    -------
    str
        Paragraphs of Markdown: how to read it, one for each image, and the experiment.
    """
    first, second = READINGS.values()
    lead = (
        f"{painted} spreads less than {slider} as long as outlines differ little between people "
        "and sittings. How much they differ on electrodes nobody has measured. Outlines of cells "
        f"and lung nodules are carried over in two ways: (a) {first}, (b) {second}. In brackets: "
        f"intervals at 95 %; a probability is that of {painted} spreading less."
    )
    images = people.groupby(["dataset", "filter"], sort=False)
    paragraphs = [_of_image(rows, painted, slider) for _, rows in images]
    return "\n\n".join([lead, *paragraphs, _experiments(people)])


def _image(rows: pd.DataFrame) -> str:
    return f"{rows['dataset'].iloc[0]} ({rows['filter'].iloc[0]})"


def _of_image(rows: pd.DataFrame, painted: str, slider: str) -> str:
    first = rows.iloc[0]
    ends = _ends(first["break_even_low"], first["break_even_high"])
    if first["break_even_px"] == 0:
        even = f"{painted} spreads more than {slider} even if all place outlines alike {ends}"
    elif np.isinf(first["break_even_px"]):
        even = f"{painted} spreads less than {slider} wherever the map reaches {ends}"
    else:
        even = f"both spread alike if outlines differ by {first['break_even_px']:.2f} px {ends}"
    apart, joint = (rows[(rows["objects"] == "apart") == alone] for alone in (True, False))
    told = [
        f"({letter}) {row.people_px:.2f} px {_ends(row.people_low, row.people_high)}, "
        f"probability {_probability(row.probability)}"
        for letter, row in zip("ab", apart.itertuples(), strict=True)
    ]
    probabilities = " and ".join(map(_probability, joint["probability"]))
    return (
        f"**{_image(rows)}**: {even}. People: {'; '.join(told)}. If what belongs to an object "
        f"moved all objects of a sitting together, the probabilities would be {probabilities}."
    )


def _ends(low: float, high: float) -> str:
    """Return an interval in pixels."""
    low, high = ("more than the map shows" if np.isinf(x) else f"{x:.2f}" for x in (low, high))
    return f"({low} to {high})" if low != high else f"({low})"


def _probability(value: float) -> str:
    if 0.01 <= value <= 0.99:
        return f"{value:.2f}"
    return "below 0.01" if value < 0.01 else "above 0.99"


def _experiments(people: pd.DataFrame) -> str:
    few, many = OBJECTS
    apart = people[people["objects"] == "apart"]
    told = [
        f"on {_image(rows)} {_needed(rows)}"
        for _, rows in apart.groupby(["dataset", "filter"], sort=False)
    ]
    text = (
        "**What would settle it**: people who outline the same objects of the image in two "
        "sittings, so that what belongs to a person, to a sitting and to an object can be told "
        "apart. To place the spread of their outlines on one side of the value at which both "
        f"methods spread alike, taken as known, with a power of {100 * POWER:.0f} %, if they "
        f"differ as much as the median of (a) or (b), takes with {few} objects each (in brackets: "
        f"with {many}) {'; '.join(told)}."
    )
    rights = apart["assurance"].dropna()
    if len(rights):
        low, high = (f"{100 * end:.0f}" for end in (rights.min(), rights.max()))
        text += (
            " If they may lie anywhere in the intervals, the experiments with "
            f"{few} objects place them rightly in {low if low == high else f'{low} to {high}'} % "
            "of cases."
        )
    needed = apart[f"people_with_{few}_objects"].dropna()
    if len(needed):
        ends = dict.fromkeys((needed.min(), needed.max()))
        # the standard error of a correlation of n pairs that do not correlate
        errors = " to ".join(f"{1 / np.sqrt(number - 1):.2f}" for number in ends)
        text += (
            f" If each of these {' to '.join(map(_number, ends))} people also sets the slider, the "
            f"correlation becomes known with a standard error of {errors} where it is small."
        )
    return text


def _needed(rows: pd.DataFrame) -> str:
    even = rows["break_even_px"].iloc[0]
    if even == 0 or np.isinf(even):
        return "nothing, for there is no such value on the map"
    few, many = (
        [_number(number) for number in rows[f"people_with_{objects}_objects"]]
        for objects in OBJECTS
    )
    return f"(a) {few[0]} ({many[0]}) people, (b) {few[1]} ({many[1]})"


def _number(people: float) -> str:
    return f"{people:.0f}" if np.isfinite(people) else f"more than {MOST_PEOPLE}"
