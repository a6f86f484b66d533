"""What a study says of networks that learn from users' drawings: whose bias, seeds, strokes."""

from collections.abc import Mapping

import pandas as pd

from ..statistics.network_strokes import FOREST, without_strokes
from ..statistics.networks import ALL
from ..statistics.words import and_list
from .words import count, in_points, sentence

MOST_NAMED = 3
"""More networks than these are summed up."""


def of_networks(tables: Mapping[str, pd.DataFrame]) -> list[tuple[str, str]]:
    """Return questions about networks and their answers.

    Parameters
    ----------
    tables : mapping of name to DataFrame
        Of one group of users; ``network_inheritance``, ``network_variance`` and ``network_strokes``
        are used if the study has them.

    Returns
    -------
    list of (str, str)
        Nothing for a study without networks, or with too few users.
    """
    found = [
        ("Does a network inherit its user's bias?", _whose_bias(tables.get("network_inheritance"))),
        ("Another user or another training?", _user_or_seed(tables.get("network_variance"))),
        ("Forest or network?", _forest_or_network(tables.get("network_strokes"))),
        ("Does a trained start save strokes?", _gains(tables.get("network_strokes"))),
    ]
    return [(question, text) for question, text in found if text]


def _whose_bias(inheritance: pd.DataFrame | None) -> str:
    """Return how far networks follow their users' forests, and how much they spread."""
    if inheritance is None:
        return ""
    rows = inheritance[inheritance["dataset"] != ALL]
    # Where all users' forests find the same, nothing can follow from them.
    rows = rows[rows["forest_slope"].notna()]
    if rows.empty:
        return ""
    cases = len(rows)
    follows = int((rows["forest_low"] > 0).sum())
    text = (
        f"{_of_cases(follows, cases)}, users whose forest finds more active material have networks "
        f"that find more: {_range(rows['forest_slope'])} points for each point of the forest"
        f"{_slopes_over_images(inheritance)}. "
    )
    more, less = int((rows["sd_ratio_low"] > 1).sum()), int((rows["sd_ratio_high"] < 1).sum())
    text += (
        f"Over users, networks spread {_range(rows['sd_ratio'])} times as much as forests: more "
        f"beyond chance in {_how_many(more, cases)}, less in {_how_many(less, cases)}. "
    )
    own = int((rows["own_low"] > 0).sum())
    return text + (
        f"In {_how_many(own, cases)}, networks of different users differ by something that neither "
        "their forests nor random seeds explain."
    )


def _slopes_over_images(inheritance: pd.DataFrame) -> str:
    together = inheritance[inheritance["dataset"] == ALL]
    if not 0 < len(together) <= MOST_NAMED:
        return ""
    slopes = [
        f"{row.forest_slope:.2f} ({row.forest_low:.2f} to {row.forest_high:.2f}) with {row.variant}"
        for row in together.itertuples()
    ]
    return f", over all images {and_list(slopes)}"


def _of_cases(number: int, cases: int) -> str:
    if cases == 1:
        return "On the one image" if number else "Not beyond chance on the one image"
    if not number:
        return f"In none of {cases} cases (image and network) beyond chance"
    return f"In {'all' if number == cases else f'{number} of'} {cases} cases (image and network)"


def _how_many(number: int, cases: int) -> str:
    if number == cases:
        return "all cases" if cases > 1 else "the one case"
    return f"{number} of {cases}" if number else "none"


def _range(values: pd.Series) -> str:
    low, high = (f"{value:.1f}" for value in (values.min(), values.max()))
    return low if low == high else f"{low} to {high}"


def _user_or_seed(variance: pd.DataFrame | None) -> str:
    """Return how far another user and another seed move a network."""
    if variance is None:
        return ""
    networks = variance[variance["seeds"] > 0]
    if networks.empty:
        return ""
    user, seed = (
        _median_and_ends(networks.loc[networks["component"] == component, "sd"])
        for component in ("user", "another_seed")
    )
    return sentence(
        f"another user's drawings move the volume fraction of a network by {user} points (SD, "
        f"median over images and networks), another training with the same drawings, from another "
        f"random seed, by {seed}"
    )


def _median_and_ends(sds: pd.Series) -> str:
    middle = in_points(sds.median())
    return (
        f"{middle} ({in_points(sds.min())} to {in_points(sds.max())})" if len(sds) > 1 else middle
    )


def _images(table: pd.DataFrame) -> list[str]:
    return [name for name in ("dataset", "realisation", "filter") if name in table]


def _forest_or_network(strokes: pd.DataFrame | None) -> str:
    """Return which of them labels fewer voxels wrongly, from the same drawings."""
    if strokes is None or strokes.empty:
        return ""
    is_forest = strokes["segmenter"] == FOREST
    where = [*_images(strokes), "drawn_for"]
    both = strokes[~is_forest].merge(strokes[is_forest], on=where, suffixes=("", "_forest"))
    if both.empty:
        return ""
    apart = both["voxel_error"] - both["voxel_error_forest"]
    cases, worse = len(both), int((apart > 0).sum())
    if worse in (0, cases):
        by = f"{in_points(apart.abs().min())} to {in_points(apart.abs().max())} points"
        return (
            f"{_of_cases(cases, cases)}, a network labels {'more' if worse else 'fewer'} voxels "
            f"wrongly than the forest that learned from the same drawings, by {by}."
        )
    return (
        f"{_of_cases(worse, cases)}, a network labels more voxels wrongly than the forest that "
        f"learned from the same drawings; its error less that of the forest is "
        f"{in_points(apart.min())} to {in_points(apart.max())} points."
    )


def _gains(strokes: pd.DataFrame | None) -> str:
    """Return how much a network gains that began with a trained one, with few and many strokes."""
    if strokes is None:
        return ""
    gained = strokes[strokes["gain"].notna()].sort_values("labelled_voxels", kind="stable")
    if gained.empty:
        return ""
    cases = len(gained)
    better, worse = int((gained["gain_low"] > 0).sum()), int((gained["gain_high"] < 0).sum())
    fewest, most = gained.iloc[0], gained.iloc[-1]
    text = (
        f"a network that began with a trained one labels fewer voxels wrongly beyond chance in "
        f"{_how_many(better, cases)}{' cases' if 0 < better < cases else ''}, and more in "
        f"{_how_many(worse, cases)}; with the fewest strokes ({_voxels(fewest)}) it gains "
        f"{_gain(fewest)}"
    )
    if cases > 1:
        text += f", with the most ({_voxels(most)}) {_gain(most)}"
    return " ".join([sentence(text), *without_strokes(strokes)])


def _voxels(row: pd.Series) -> str:
    return count(round(row["labelled_voxels"]), "labelled voxel")


def _gain(row: pd.Series) -> str:
    ends = f"{in_points(row['gain_low'])} to {in_points(row['gain_high'])}"
    return f"{in_points(row['gain'])} points ({ends})"
