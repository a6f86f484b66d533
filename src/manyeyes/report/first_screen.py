"""What the report's first screen says: what so few users can show, and the answer in sentences."""

from collections.abc import Mapping
from math import comb

import numpy as np
import pandas as pd

from ..figures.words import filter_name
from ..statistics.choices import choices_of_users, place_in, sd_of_choices
from ..statistics.grids import users_by_cell
from ..statistics.spread import sd_interval_factors
from ..statistics.words import and_list
from ..study.comparisons import LEAST_USERS_FOR_CHOICES
from .words import count, grouped, in_points, names, sentence

PAINTING, THRESHOLD = "drawn_forest", "threshold"
"""The methods that the study's question sets against each other."""

ALPHA = 0.05

LOW, HIGH = 0.25, 0.75
"""A median place among all choices beyond these is called low or high."""

COMPARED = ("comparisons", "comparisons_over_datasets")
"""Tables of planned comparisons."""


def without_offsets(
    tables: Mapping[str, pd.DataFrame], with_offset: set[str]
) -> dict[str, pd.DataFrame]:
    """Return tables without the variants that have a deliberate offset.

    Parameters
    ----------
    tables : mapping of name to DataFrame
    with_offset : set of str
        See `manyeyes.study.variants.with_offset`. Where nothing else is in a table, they stay.
    """
    kept = {}
    for name, table in tables.items():
        rows = table[~table["variant"].isin(with_offset)] if "variant" in table else table
        kept[name] = rows if len(rows) else table
    return kept


def standing(
    volume_fractions: pd.DataFrame | None,
    users: int,
    intervals: pd.DataFrame | None,
    called: tuple[str, str] = ("user", "users"),
) -> str:
    """Return what so few users can show; empty if there are enough.

    Parameters
    ----------
    volume_fractions : DataFrame or None
        dataset, filter, variant, user, active_fraction; realisation is optional. Of one group. If
        at least `LEAST_USERS_FOR_CHOICES` users share some conditions and fewer share others, those
        few are the study's panel and the many its population.
    users : int
        Most users who segment an image with a variant that is not the population's.
    intervals : DataFrame or None
        users, sd, sd_low, sd_high (the table of spreads), for how far an SD may be off.
    called : tuple of str
        What one of them is called, and what several are.

    Returns
    -------
    str
    """
    places = None if volume_fractions is None else places_of_panel(volume_fractions)
    if places is not None and len(places):
        return _place_sentence(places, called)
    if users >= LEAST_USERS_FOR_CHOICES:
        return ""
    low, high = interval_factors(users, intervals)
    return (
        f"{count(users, *called).capitalize()} cannot show much: the standard deviation over all "
        f"such {called[1]} may be {low:.1f} to {high:.1f} times the one measured (95 %)."
    )


def interval_factors(users: int, intervals: pd.DataFrame | None) -> tuple[float, float]:
    """Return by how much the interval of an SD exceeds it, as the median of a study's table.

    Without a table, the factors are those of normal values.
    """
    if intervals is not None:
        rows = intervals[(intervals["users"] == users) & (intervals["sd"] > 0)]
        if len(rows):
            ends = rows[["sd_low", "sd_high"]].div(rows["sd"], axis=0).median()
            return float(ends["sd_low"]), float(ends["sd_high"])
    return sd_interval_factors(users)


def places_of_panel(volume_fractions: pd.DataFrame) -> pd.DataFrame:
    """Return where a panel's SDs lie among those of all equally large choices of a population.

    Parameters
    ----------
    volume_fractions : DataFrame
        As of `standing`.

    Returns
    -------
    DataFrame
        dataset, filter, variant, panel and population (numbers of users), choices, place (0: below
        all choices, 1: above all; the mean over realisations). Empty if there is no panel beside a
        population.
    """
    columns = ["dataset", "filter", "variant", "panel", "population", "choices", "place"]
    by = ["dataset", "filter", "variant"]
    numbers = volume_fractions.groupby(by)["user"].transform("nunique")
    few = volume_fractions[numbers < LEAST_USERS_FOR_CHOICES]
    many = volume_fractions[numbers >= LEAST_USERS_FOR_CHOICES]
    panel = list(dict.fromkeys(few["user"]))
    rows = []
    if 1 < len(panel) < LEAST_USERS_FOR_CHOICES and len(many):
        for key, grid in users_by_cell(many, "active_fraction").items():
            grid = grid.dropna(axis="columns")
            if not set(panel) <= set(grid.columns):
                continue
            choices = choices_of_users(grid.shape[1], len(panel))
            places = [
                place_in(sd_of_choices(values, choices), values[panel].std(ddof=1))
                for _, values in grid.iterrows()
            ]
            numbers = (len(panel), grid.shape[1], len(choices))
            rows.append((*key, *numbers, float(np.mean(places))))
    return pd.DataFrame(rows, columns=columns)


def _place_sentence(places: pd.DataFrame, called: tuple[str, str]) -> str:
    panel, population = int(places["panel"].iloc[0]), int(places["population"].max())
    low, middle, high = (100 * places["place"].quantile(q) for q in (0, 0.5, 1))
    ends = f" (median; {low:.0f} to {high:.0f} %)" if len(places) > 1 else ""
    text = (
        f"This study's {count(panel, *called)} are one of {grouped(comb(population, panel))} "
        f"choices of {panel} out of {population}. Their standard deviation exceeds that of "
        f"{middle:.0f} % of all choices{ends}, on {count(len(places), 'combination')} of image and "
        "variant that everybody segmented."
    )
    if middle < 100 * LOW:
        text += " They agree better than most choices would, so their spreads here are low."
    elif middle > 100 * HIGH:
        text += " They agree worse than most choices would, so their spreads here are high."
    return text


def painting_sentence(shared: pd.DataFrame, methods: Mapping[str, str]) -> str:
    """Return how the spread of painted labels compares with that of thresholds.

    Parameters
    ----------
    shared : DataFrame
        Rows of the table of variability of two users or more, without deliberate offsets.
    methods : mapping of variant to method

    Returns
    -------
    str
        On the first filter's images that both were used on; only on those of a population where
        there are any. Empty if there is no such image.
    """
    if shared.empty:
        return ""
    rows = shared[shared["filter"] == shared["filter"].iloc[0]]
    rows = rows.assign(method=rows["variant"].map(methods))
    rows = rows[rows["method"].isin([PAINTING, THRESHOLD])]
    many = rows[rows["users"] >= LEAST_USERS_FOR_CHOICES]
    for found in (many, rows):
        sds = found.groupby(["dataset", "method"], sort=False)["sd"].median().unstack("method")
        sds = sds.reindex(columns=[PAINTING, THRESHOLD]).dropna()
        if len(sds):
            break
    else:
        return ""
    filter_ = filter_name(rows["filter"].iloc[0])
    users = found.loc[found["dataset"].isin(sds.index), "users"]
    who = f"{int(users.min())} to {int(users.max())} users"
    if users.nunique() == 1:
        who = count(int(users.iloc[0]), "user")
    painted, chosen = (in_points(sds[name].median()) for name in (PAINTING, THRESHOLD))
    lower = int((sds[PAINTING] < sds[THRESHOLD]).sum())
    images = names(list(sds.index))
    if len(sds) == 1:
        order = "less" if lower else "not less"
        return (
            f"On {filter_} {images}, {who} differ by {painted} points (SD) when they paint labels "
            f"and by {chosen} when they set a threshold; painting spreads {order}."
        )
    often = {0: "none", len(sds): "all"}.get(lower, f"{lower} of {len(sds)}")
    return (
        f"On the {filter_} images of {images}, {who} differ by {painted} points (SD, median over "
        f"images) when they paint labels and by {chosen} when they set a threshold; painting "
        f"spreads less on {often}."
    )


def method_sentence(variability: pd.DataFrame, shared: pd.DataFrame) -> str:
    """Return how far the method moves the result, beside how far the person does.

    Parameters
    ----------
    variability : DataFrame
        Without deliberate offsets.
    shared : DataFrame
        Its rows of two users or more.

    Returns
    -------
    str
        Empty if each image was segmented with one variant.
    """
    moved, differ = [], []
    for filter_, found in variability.groupby("filter", sort=False):
        ends = found.groupby("dataset", sort=False)["mean"].agg(["min", "max", "size"])
        ends = ends[ends["size"] > 1]
        if ends.empty:
            continue
        name = f"on {filter_name(filter_)} images"
        moved.append(f"{in_points((ends['max'] - ends['min']).median())} points {name}")
        spread = shared.loc[shared["filter"] == filter_, "sd"]
        if len(spread):
            differ.append(f"{in_points(spread.median())} {name}")
    if not moved:
        return ""
    text = f"The choice of method moves the users' mean by {and_list(moved)} (highest minus lowest)"
    if differ:
        text += f"; users of one method differ by {and_list(differ)} (SD)"
    return f"{text}. All are medians."


def sure_sentence(tables: Mapping[str, pd.DataFrame]) -> str:
    """Return how many planned comparisons show a difference, and how many users it would take.

    Parameters
    ----------
    tables : mapping of name to DataFrame
        Perhaps with those of `COMPARED` and ``power``.

    Returns
    -------
    str
        Empty without either.
    """
    tested = [tables[name]["p_holm"].dropna() for name in COMPARED if name in tables]
    p_values = pd.concat(tested) if tested else pd.Series(dtype=float)
    parts = []
    if len(p_values):
        clear = int((p_values < ALPHA).sum())
        parts.append(
            f"{clear or 'none'} of {len(p_values)} planned comparisons of spread "
            f"{'shows' if clear < 2 else 'show'} a difference beyond chance"
        )
    power = tables.get("power")
    if power is not None:
        rows = power[(power["design"] == "unpaired") & (power["sd_ratio"] == 2)]
        if len(rows):
            parts.append(
                f"to show that one spread is twice another takes "
                f"{count(int(rows['users'].iloc[0]), 'user')} for each method (power 80 %)"
            )
    return " ".join(sentence(part) for part in parts)
