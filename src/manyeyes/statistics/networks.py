"""Tables on networks that learn from users' drawings: what varies, and what follows from users."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from ..groups import in_groups
from .inheritance import LEAST_USERS, inheritance, slope_within_groups
from .spread import sample_sd, sd_interval
from .variance_components import Components, Variance, crossed_components
from .words import and_list, points

COMPONENTS = ("user", "seed", "rest", "another_seed", "one_training")
"""Rows of each network in `variance_table`; the first three add up to the last."""

ALL = "all"
"""The dataset of a row over all datasets."""


def _places(table: pd.DataFrame) -> list[str]:
    return [name for name in ("dataset", "realisation", "filter") if name in table]


def by_user_and_seed(
    rows: pd.DataFrame, variants: Sequence[str], column: str = "active_fraction"
) -> pd.DataFrame:
    """Return a number of each user and seed of one network on one image.

    Parameters
    ----------
    rows : DataFrame
        Of one image, with variant, user and the column.
    variants : sequence of str
        The network's variants in the order of its seeds.
    column : str

    Returns
    -------
    DataFrame
        One row a user with all seeds, in their order; one column a variant.
    """
    found = rows[rows["variant"].isin(list(variants))]
    order = list(dict.fromkeys(found["user"]))
    table = found.pivot(index="user", columns="variant", values=column)
    return table.reindex(index=order, columns=list(variants)).dropna()


def seeds_of(seeds: Mapping[str, Sequence]) -> dict[str, list[str]]:
    """Return the variants of each network, in the order of its seeds.

    Parameters
    ----------
    seeds : mapping of variant to (network, seed)
        As `manyeyes.study.networks.base_and_seed` gives it.
    """
    found: dict[str, list[str]] = {}
    for variant, (network, _) in sorted(seeds.items(), key=lambda item: item[1][1]):
        found.setdefault(network, []).append(variant)
    order = dict.fromkeys(network for network, _ in seeds.values())
    return {network: found[network] for network in order}


def variance_table(
    volume_fractions: pd.DataFrame, seeds: Mapping[str, Sequence], beside: Iterable[str]
) -> pd.DataFrame:
    """Return how much of each network's spread is the user, the seed and the rest.

    Parameters
    ----------
    volume_fractions : DataFrame
        dataset, filter, variant, user, active_fraction, perhaps realisation and made_by.
    seeds : mapping of variant to (network, seed)
    beside : iterable of str
        Variants without a seed, for comparison: their users' spread.

    Returns
    -------
    DataFrame
        dataset (realisation), filter, variant (the network), made_by, users, seeds, component,
        sd, sd_low, sd_high (fractions of the volume, 95 % intervals), share (of the variance of
        one training, 0 to 1) and p_value (of no difference between users). Components are those of
        `variance_components.Components`: user, seed, rest, another_seed, one_training. Variants of
        `beside` have the component user alone, 0 seeds, and the interval of `spread.sd_interval`.
    """
    beside = list(beside)

    def of_group(table: pd.DataFrame) -> pd.DataFrame:
        found = []
        for place, rows in table.groupby(_places(table), sort=False):
            names = dict(zip(_places(table), place, strict=True))
            found += [names | row for row in _of_image(rows, seeds, beside)]
        columns = [*_places(table), "variant", "users", "seeds", "component"]
        columns += ["sd", "sd_low", "sd_high", "share", "p_value"]
        return pd.DataFrame(found, columns=columns)

    return in_groups(of_group, volume_fractions)


def _of_image(rows: pd.DataFrame, seeds, beside: Sequence[str]) -> Iterator[dict]:
    for network, variants in seeds_of(seeds).items():
        values = by_user_and_seed(rows, variants).to_numpy()
        if min(values.shape) < 2:
            continue
        parts = crossed_components(values)
        for component in COMPONENTS:
            yield {"variant": network, **_component(parts, component)}
    for variant in beside:
        values = rows.loc[rows["variant"] == variant, "active_fraction"].to_numpy()
        if len(values) < 2:
            continue
        low, high = sd_interval(values)
        yield {
            "variant": variant,
            "users": len(values),
            "seeds": 0,
            "component": "user",
            "sd": float(sample_sd(values)),
            "sd_low": low,
            "sd_high": high,
            "share": np.nan,
            "p_value": np.nan,
        }


def _component(parts: Components, component: str) -> dict:
    variance: Variance = getattr(parts, component)
    sd, low, high = variance.sds
    total = parts.user.value + parts.seed.value + parts.rest.value
    share = variance.value / total if total > 0 and component in COMPONENTS[:4] else np.nan
    return {
        "users": parts.users,
        "seeds": parts.seeds,
        "component": component,
        "sd": sd,
        "sd_low": low,
        "sd_high": high,
        "share": share,
        "p_value": parts.p_value if component == "user" else np.nan,
    }


_LINES = ("slope", "low", "high", "correlation", "correlation_low", "correlation_high")


def inheritance_table(
    volume_fractions: pd.DataFrame,
    label_bias: pd.DataFrame | None,
    seeds: Mapping[str, Sequence],
    drawn: Mapping[str, str],
) -> pd.DataFrame:
    """Return how networks follow from the forests and the labels of the same users.

    Parameters
    ----------
    volume_fractions : DataFrame
        dataset, filter, variant, user, active_fraction, perhaps realisation, made_by and
        truth_fraction.
    label_bias : DataFrame or None
        From `label_bias.label_bias_table`; None where no truth is known.
    seeds : mapping of variant to (network, seed)
    drawn : mapping of network to variant
        Whose drawings each network learns from; the forest of that variant is set beside it.

    Returns
    -------
    DataFrame
        dataset (realisation), filter, variant (the network), made_by, drawn_for, users, seeds;
        forest_slope, forest_low, forest_high, forest_correlation and its ends, the same for
        labels_; sd_network, sd_forest, sd_ratio, sd_ratio_low, sd_ratio_high; own_sd, own_low,
        own_high; offset, offset_low, offset_high (network less forest); bias_network, bias_forest
        (mean less the truth; NaN without one). See `inheritance.Inheritance`; fractions of the
        volume. A row with the dataset "all" has the slopes over several datasets, where there are
        some, each with a level of its own. Images with fewer than four users have no row.
    """

    def of_group(table: pd.DataFrame) -> pd.DataFrame:
        found, together = [], []
        for place, rows in table.groupby(_places(table), sort=False):
            names = dict(zip(_places(table), place, strict=True))
            for network, variants in seeds_of(seeds).items():
                joined = _joined(rows, label_bias, names, variants, drawn[network])
                if len(joined) < LEAST_USERS:
                    continue
                found.append(
                    {**names, "variant": network, **_row(joined, variants, drawn[network])}
                )
                together.append(joined.assign(network=network, place="/".join(map(str, place))))
        return pd.DataFrame([*found, *_over_images(together, drawn)], columns=_columns(table))

    return in_groups(of_group, volume_fractions)


def _columns(table: pd.DataFrame) -> list[str]:
    lines = [f"{name}_{column}" for name in ("forest", "labels") for column in _LINES]
    columns = [*_places(table), "variant", "drawn_for", "users", "seeds", *lines]
    for name in ("sd_network", "sd_forest", "sd_ratio", "sd_ratio_low", "sd_ratio_high"):
        columns.append(name)
    columns += ["own_sd", "own_low", "own_high", "offset", "offset_low", "offset_high"]
    return [*columns, "bias_network", "bias_forest"]


def _joined(rows, label_bias, names: Mapping, variants: Sequence[str], drawn: str) -> pd.DataFrame:
    """Return one row for each user with all seeds, a forest and, if known, a label bias."""
    networks = by_user_and_seed(rows, variants)
    forest = rows[rows["variant"] == drawn].set_index("user")
    joined = networks.join(forest["active_fraction"].rename("forest"), how="inner")
    joined["truth"] = forest.get("truth_fraction", np.nan)
    joined["bias"] = np.nan
    if label_bias is not None:
        theirs = label_bias[label_bias["variant"] == drawn]
        for column, name in names.items():
            if column in theirs:
                theirs = theirs[theirs[column] == name]
        joined["bias"] = theirs.set_index("user")["bias"]
    return joined


def _row(joined: pd.DataFrame, variants: Sequence[str], drawn: str) -> dict:
    networks, forest = joined[list(variants)].to_numpy(), joined["forest"].to_numpy()
    found = inheritance(networks, forest, joined["bias"].to_numpy())
    own, own_low, own_high = found.own.sds
    lines = {"forest": found.on_forest, "labels": found.on_labels}
    truth = joined["truth"].mean()
    return {
        "drawn_for": drawn,
        "users": found.users,
        "seeds": found.seeds,
        **{
            f"{name}_{column}": getattr(line, column)
            for name, line in lines.items()
            for column in _LINES
        },
        **{name: getattr(found, name) for name in found._fields if name.startswith("sd_")},
        "own_sd": own,
        "own_low": own_low,
        "own_high": own_high,
        "offset": found.offset,
        "offset_low": found.offset_low,
        "offset_high": found.offset_high,
        "bias_network": float(networks.mean() - truth),
        "bias_forest": float(forest.mean() - truth),
    }


def _over_images(together: list[pd.DataFrame], drawn: Mapping[str, str]) -> Iterator[dict]:
    networks = dict.fromkeys(part["network"].iloc[0] for part in together)
    for network in networks:
        parts = [part for part in together if part["network"].iloc[0] == network]
        if len(parts) < 2:
            continue
        rows = pd.concat([_means(part) for part in parts])
        row = {
            "dataset": ALL,
            "filter": ALL,
            "variant": network,
            "drawn_for": drawn[network],
            "users": rows["user"].nunique(),
        }
        for name, column in (("forest", "forest"), ("labels", "bias")):
            ends = slope_within_groups(
                rows[column].to_numpy(), rows["mean"].to_numpy(), rows["place"], rows["user"]
            )
            row |= dict(zip((f"{name}_{end}" for end in _LINES[:3]), ends, strict=True))
        yield row


def _means(part: pd.DataFrame) -> pd.DataFrame:
    known = ["forest", "truth", "bias", "network", "place"]
    seeds = part.drop(columns=known)
    return part[known].assign(mean=seeds.mean(axis=1), user=part.index)


def variance_text(table: pd.DataFrame) -> str:
    """Return in words how much of a network's spread is the user and how much the seed.

    Parameters
    ----------
    table : DataFrame
        From `variance_table`.
    """
    lines = [
        "A network is trained several times on the same drawings, from different seeds. The spread "
        "of its volume fraction is taken apart into what users differ by in all their networks "
        "(user), what seeds differ by for all users (seed) and what is left (rest). SDs are in "
        "points of the volume fraction, with 95 % intervals.",
        "",
        "| dataset | filter | network | users | seeds | user | seed | rest | another seed |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    networks = table[table["seeds"] > 0]
    keys = [*_places(table), "variant", *(["made_by"] if "made_by" in table else [])]
    for _, rows in networks.groupby(keys, sort=False):
        first = rows.iloc[0]
        sds = {row.component: _with_ends(row) for row in rows.itertuples()}
        cells = [first["dataset"], first["filter"], first["variant"], first["users"]]
        cells += [first["seeds"], *(sds[name] for name in COMPONENTS[:4])]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    beside = table[table["seeds"] == 0]
    if len(beside):
        lines += ["", "The same users without a network (SD over users):", ""]
        lines += ["| dataset | filter | variant | users | user |", "|---|---|---|---|---|"]
        for row in beside.itertuples():
            lines.append(
                f"| {row.dataset} | {row.filter} | {row.variant} | {row.users} "
                f"| {_with_ends(row)} |"
            )
    more = [name for name, rows in networks.groupby("variant", sort=False) if _seed_exceeds(rows)]
    if more:
        lines += [
            "",
            f"On most images, another seed moves {and_list(more)} further than another user does.",
        ]
    return "\n".join(lines)


def _with_ends(row) -> str:
    return f"{points(row.sd)} ({points(row.sd_low)} to {points(row.sd_high)})"


def _seed_exceeds(rows: pd.DataFrame) -> bool:
    sds = {name: part["sd"].to_numpy() for name, part in rows.groupby("component", sort=False)}
    return bool(np.mean(sds["another_seed"] > sds["user"]) > 0.5)


def inheritance_text(table: pd.DataFrame) -> str:
    """Return in words whether networks inherit their users' bias.

    Parameters
    ----------
    table : DataFrame
        From `inheritance_table`.
    """
    if table.empty:
        return "No image has four users with all seeds, so nothing can be said."
    lines = [
        "A network inherits a user's bias as far as its volume fraction (the mean over seeds) "
        "follows the fraction of the same user's forest: slope 1 is all of it, slope 0 nothing. It "
        "averages users out if networks spread less than forests, and it adds something of its own "
        "if networks of different users differ around the line by more than their seeds explain. "
        "All intervals are of 95 %; offset and own are in points of the volume fraction.",
        "",
        "| dataset | network | users | slope on the forest | slope on the label bias | SD, network "
        "to forest | own SD | offset | what it says |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in table.itertuples():
        cells = [row.dataset, row.variant, row.users]
        cells += [_ends(row.forest_slope, row.forest_low, row.forest_high)]
        cells += [_ends(row.labels_slope, row.labels_low, row.labels_high)]
        cells += [_ends(row.sd_ratio, row.sd_ratio_low, row.sd_ratio_high)]
        cells += [_ends(100 * row.own_sd, 100 * row.own_low, 100 * row.own_high)]
        cells += [_ends(100 * row.offset, 100 * row.offset_low, 100 * row.offset_high)]
        lines.append("| " + " | ".join(map(str, [*cells, verdict(row)])) + " |")
    return "\n".join(lines)


def verdict(row) -> str:
    """Return what the intervals of a row of `inheritance_table` say, in a few words.

    Parameters
    ----------
    row : namedtuple
    """
    found = []
    if row.forest_low > 0:
        found.append("inherits")
    if row.sd_ratio_high < 1:
        found.append("averages out")
    if row.sd_ratio_low > 1:
        found.append("spreads more than forests")
    if row.own_low > 0:
        found.append("adds its own between users")
    if row.offset_low > 0:
        found.append("finds more for all users")
    if row.offset_high < 0:
        found.append("finds less for all users")
    return "; ".join(found) or "nothing is sure"


def _ends(value: float, low: float, high: float) -> str:
    return "" if np.isnan(value) else f"{value:.2f} ({low:.2f} to {high:.2f})"
