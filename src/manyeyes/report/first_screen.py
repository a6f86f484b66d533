"""What the report's first screen says: what so few users can show, and the answer in sentences."""

from collections.abc import Mapping
from math import comb

import pandas as pd

from ..figures.words import filter_name
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
    users: int,
    intervals: pd.DataFrame | None,
    called: tuple[str, str] = ("user", "users"),
) -> str:
    """Return what so few users can show; empty if there are enough.

    Parameters
    ----------
    users : int
        Most users who segment an image with one variant.
    intervals : DataFrame or None
        users, sd, sd_low, sd_high (the table of spreads), for how far an SD may be off; perhaps
        with the columns of `manyeyes.statistics.panel.beside_population`.
    called : tuple of str
        What one of them is called, and what several are.

    Returns
    -------
    str
    """
    beside = sampled(intervals)
    if len(beside):
        return _place_sentence(beside, called)
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


def of_population(shared: pd.DataFrame, spread: pd.DataFrame | None) -> pd.DataFrame:
    """Return numbers of users and SDs of a population sample; those of the study without one.

    Parameters
    ----------
    shared : DataFrame
        dataset, filter, variant, users, sd and more, of the study's own users.
    spread : DataFrame or None
        The table of spreads.
    """
    beside = sampled(spread)
    if beside.empty:
        return shared
    return beside.assign(users=beside["population"].astype(int), sd=beside["population_sd"])


def sampled(spread: pd.DataFrame | None) -> pd.DataFrame:
    """Return the rows of the table of spreads that a population sample stands beside."""
    if spread is None or "population" not in spread:
        return pd.DataFrame()
    return spread[spread["population"].notna()]


def _place_sentence(places: pd.DataFrame, called: tuple[str, str]) -> str:
    panel, population = int(places["users"].iloc[0]), int(places["population"].max())
    low, middle, high = (100 * places["place"].quantile(q) for q in (0, 0.5, 1))
    ends = f" (median; {low:.0f} to {high:.0f} %)" if len(places) > 1 else ""
    text = (
        f"This study's {count(panel, *called)} are one of {grouped(comb(population, panel))} "
        f"choices of {panel} out of {population}. Their standard deviation exceeds that of "
        f"{middle:.0f} % of all choices{ends}, on {count(len(places), 'combination')} of image and "
        "variant that all of them did."
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
        dataset, filter, variant, users, sd of two users or more, without deliberate offsets.
    methods : mapping of variant to method

    Returns
    -------
    str
        On the first filter's images that both were used on; only on those that a population
        segmented where there are any. Empty if there is no such image.
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


def method_sentence(
    variability: pd.DataFrame, shared: pd.DataFrame, spread: pd.DataFrame | None = None
) -> str:
    """Return how far the method moves the result, beside how far the person does.

    Parameters
    ----------
    variability : DataFrame
        Without deliberate offsets.
    shared : DataFrame
        Its rows of two users or more.
    spread : DataFrame, optional
        The table of spreads, for what a population sample says of the same.

    Returns
    -------
    str
        Empty if each image was segmented with one variant.
    """
    moved, differ = [], []
    beside = sampled(spread)
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
    if differ and len(beside):
        text += (
            f", {count(int(beside['population'].max()), 'user')} by "
            f"{in_points(beside['population_sd'].median())} where the study's own differ by "
            f" {in_points(beside['sd'].median())}"
        )
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
