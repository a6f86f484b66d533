"""How well networks and forests do with few and with many strokes of the same users."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
import scipy

from ..groups import in_groups
from .networks import by_user_and_seed, seeds_of
from .words import and_list

FOREST = "forest"
NOTHING = "nothing"
"""What a network that no user drew for learned from."""
LEVEL = 0.95


def strokes_table(
    accuracy: pd.DataFrame,
    effort: pd.DataFrame,
    seeds: Mapping[str, Sequence],
    networks: Mapping[str, Mapping],
    start_accuracy: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the error of every segmenter against what users drew for it.

    Parameters
    ----------
    accuracy : DataFrame
        dataset, filter, variant, user, voxel_error, bias, perhaps realisation and made_by.
    effort : DataFrame
        The same with labelled_voxels.
    seeds : mapping of variant to (network, seed)
    networks : mapping of network to mapping
        ``drawn`` (the variant whose drawings it learns from), ``architecture``, and ``start`` (what
        it begins with, or None).
    start_accuracy : DataFrame, optional
        dataset, filter, start, voxel_error and bias of the networks that these begin with, perhaps
        with realisation.

    Returns
    -------
    DataFrame
        dataset (realisation), filter, drawn_for, made_by, labelled_voxels (mean over users),
        segmenter (forest, or the architecture and what it begins with), variant, users, seeds (0
        for a forest), voxel_error with low and high (mean over users of means over seeds, 0 to 1;
        95 % t interval over users), bias (mean), and gain with gain_low and gain_high: the error of
        the same architecture without a start less this one, over the same users; NaN where there is
        no such pair. Rows of an image are sorted by labelled voxels. What a start makes of an image
        by itself has the segmenter "... alone", is drawn for `NOTHING`, and has 0 labelled voxels
        and 0 users.
    """

    def of_group(scores: pd.DataFrame, drawn: pd.DataFrame) -> pd.DataFrame:
        places = [name for name in ("dataset", "realisation", "filter") if name in scores]
        found = []
        for place, rows in scores.groupby(places, sort=False):
            names = dict(zip(places, place, strict=True))
            of_image = drawn
            for column, name in names.items():
                of_image = of_image[of_image[column] == name]
            by_itself = _alone(start_accuracy, names, networks)
            drawn_for = _of_image(rows, of_image, seeds, networks)
            found += [names | row for row in (*by_itself, *drawn_for)]
        columns = [*places, "drawn_for", "labelled_voxels", "segmenter", "variant", "users"]
        columns += ["seeds", "voxel_error", "low", "high", "bias", "gain", "gain_low", "gain_high"]
        return pd.DataFrame(found, columns=columns)

    return in_groups(of_group, accuracy, effort, after="drawn_for")


def _alone(scores: pd.DataFrame | None, names: Mapping, networks) -> Iterator[dict]:
    """Yield what each start makes of an image without a stroke."""
    if scores is None:
        return
    for column, name in names.items():
        scores = scores[scores[column] == name]
    for start in dict.fromkeys(own["start"] for own in networks.values() if own.get("start")):
        for row in scores[scores["start"] == start].itertuples():
            yield {
                "drawn_for": NOTHING,
                "labelled_voxels": 0.0,
                "segmenter": f"{start} alone",
                "variant": start,
                "users": 0,
                "seeds": 0,
                "voxel_error": row.voxel_error,
                "low": np.nan,
                "high": np.nan,
                "bias": row.bias,
                "gain": np.nan,
                "gain_low": np.nan,
                "gain_high": np.nan,
            }


def _of_image(rows, effort, seeds, networks) -> Iterator[dict]:
    errors: dict[str, pd.Series] = {}
    biases: dict[str, float] = {}
    numbers: dict[str, int] = {}
    for network, variants in seeds_of(seeds).items():
        values = by_user_and_seed(rows, variants, "voxel_error")
        if len(values):
            errors[network] = values.mean(axis=1)
            biases[network] = float(by_user_and_seed(rows, variants, "bias").to_numpy().mean())
            numbers[network] = len(variants)
    forests = dict.fromkeys(networks[name]["drawn"] for name in errors)
    for forest in forests:
        own = rows[rows["variant"] == forest]
        if len(own):
            errors[forest] = own.set_index("user")["voxel_error"]
            biases[forest], numbers[forest] = float(own["bias"].mean()), 0
    found = []
    for name, error in errors.items():
        drawn = networks[name]["drawn"] if name in networks else name
        labelled = effort.loc[effort["variant"] == drawn, "labelled_voxels"].mean()
        low, high = _interval(error.to_numpy())
        found.append(
            {
                "drawn_for": drawn,
                "labelled_voxels": float(labelled),
                "segmenter": segmenter(networks.get(name)),
                "variant": name,
                "users": len(error),
                "seeds": numbers[name],
                "voxel_error": float(error.mean()),
                "low": low,
                "high": high,
                "bias": biases[name],
                **_gain(name, errors, networks),
            }
        )
    yield from sorted(found, key=lambda row: row["labelled_voxels"])


def segmenter(network: Mapping | None) -> str:
    """Return what a segmenter is called: forest, or architecture and what it begins with."""
    if network is None:
        return FOREST
    start = network.get("start")
    return network["architecture"] + (f" from {start}" if start else "")


def _gain(name: str, errors: Mapping[str, pd.Series], networks: Mapping[str, Mapping]) -> dict:
    empty = {"gain": np.nan, "gain_low": np.nan, "gain_high": np.nan}
    own = networks.get(name)
    if own is None or not own.get("start"):
        return empty
    plain = {"drawn": own["drawn"], "architecture": own["architecture"], "start": None}
    others = [other for other in errors if {**networks.get(other, {})} == plain]
    if not others:
        return empty
    pairs = pd.concat([errors[others[0]], errors[name]], axis=1, join="inner").to_numpy()
    gains = pairs[:, 0] - pairs[:, 1]
    low, high = _interval(gains)
    return {"gain": float(gains.mean()), "gain_low": low, "gain_high": high}


def _interval(values: np.ndarray) -> tuple[float, float]:
    """Return the t interval of a mean over users; NaN for one user."""
    users = len(values)
    if users < 2:
        return np.nan, np.nan
    reach = scipy.stats.t.ppf((1 + LEVEL) / 2, users - 1) * values.std(ddof=1) / np.sqrt(users)
    return float(values.mean() - reach), float(values.mean() + reach)


def strokes_text(table: pd.DataFrame) -> str:
    """Return in words what segmenters make of few and of many strokes.

    Parameters
    ----------
    table : DataFrame
        From `strokes_table`.
    """
    lines = [
        "The share of voxels that are labelled wrongly, in per cent, against how much users drew: "
        "mean over users (of means over seeds) and 95 % t interval over users. Gain: how much "
        "better, in points, a network is that began with another one than the same network "
        "without, for the same users and strokes.",
        "",
        "| dataset | filter | strokes of | labelled voxels | segmenter | users | error | gain |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in table.itertuples():
        error = _percent(row.voxel_error, row.low, row.high)
        gain = "" if np.isnan(row.gain) else _percent(row.gain, row.gain_low, row.gain_high)
        lines.append(
            f"| {row.dataset} | {row.filter} | {row.drawn_for} | {row.labelled_voxels:.0f} "
            f"| {row.segmenter} | {row.users} | {error} | {gain} |"
        )
    told = [*fewer_strokes(table), *without_strokes(table)]
    return "\n".join([*lines, *(["", *told] if told else [])])


def _percent(value: float, low: float, high: float) -> str:
    if np.isnan(low):
        return f"{100 * value:.1f}"
    return f"{100 * value:.1f} ({100 * low:.1f} to {100 * high:.1f})"


def fewer_strokes(table: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence for each image on which a start replaces strokes, or does not.

    Parameters
    ----------
    table : DataFrame
        From `strokes_table`.
    """
    for (dataset, filter_), rows in table.groupby(["dataset", "filter"], sort=False):
        started = rows[rows["gain"].notna()]
        for name in dict.fromkeys(started["segmenter"]):
            tuned = rows[rows["segmenter"] == name].sort_values("labelled_voxels")
            plain = rows[rows["segmenter"] == name.partition(" from ")[0]]
            plain = plain.sort_values("labelled_voxels")
            if plain["labelled_voxels"].nunique() < 2:
                continue
            most = plain.iloc[-1]
            enough = tuned[tuned["voxel_error"] <= most["voxel_error"]]
            least = None if enough.empty else enough.iloc[0]
            if least is None or least["labelled_voxels"] >= most["labelled_voxels"]:
                yield (
                    f"On {dataset} ({filter_}), {name} reaches the error of "
                    f"{plain.iloc[0]['segmenter']} with {most['drawn_for']} with no fewer strokes."
                )
                continue
            sure = started[(started["segmenter"] == name) & (started["gain_low"] > 0)]
            surely = (
                f"; it is surely better with {and_list(sure['drawn_for'])}" if len(sure) else ""
            )
            yield (
                f"On {dataset} ({filter_}), {name} with {least['drawn_for']} "
                f"({least['labelled_voxels']:.0f} labelled voxels) is as good as "
                f"{plain.iloc[0]['segmenter']} with {most['drawn_for']} "
                f"({most['labelled_voxels']:.0f}){surely}."
            )


def without_strokes(table: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence for each network that others begin with, on what it does by itself.

    Parameters
    ----------
    table : DataFrame
        From `strokes_table`.
    """
    rows = table[table["drawn_for"] == NOTHING]
    # It is the same for simulated users and for recorded people.
    for row in rows.drop_duplicates(["dataset", "filter", "variant"]).itertuples():
        started = table[
            (table["dataset"] == row.dataset)
            & (table["filter"] == row.filter)
            & table["segmenter"].str.endswith(f" from {row.variant}")
        ]
        errors = started["voxel_error"].min(), started["voxel_error"].max()
        ends = dict.fromkeys(f"{100 * error:.1f}" for error in errors)
        yield (
            f"Without any stroke, {row.variant} labels {100 * row.voxel_error:.1f} % of "
            f"{row.dataset} ({row.filter}) wrongly; after users' strokes it is "
            f"{' to '.join(ends)} %."
        )
