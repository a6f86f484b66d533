"""The report's tables, row by row, as its template writes them."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from ..figures.words import ORIGIN_NAMES, REFERENCE, comparison_name, filter_name
from ..groups import group_name, groups_in
from ..paper.claims.definition import VERDICTS
from ..paper.claims.wording import percent as whole_percent
from ..statistics.recommendation import binder_in_words, cheap_in_words, errors_cancel
from ..statistics.words import contrast_to_noise_in_words
from ..study.network_seeds import without_seed
from .answer import FAMILIES, by_family
from .words import count, grouped, in_points, percent

VERDICT_SIGNS = {
    "agrees": "✓",
    "disagrees": "✗",
    "undecided": "?",
    "not testable here": "–",
    "calibrated": "c",
    "consequence": "i",
    "duplicate": "″",
    "by construction": "=",
}
"""A sign for each verdict, so that it is readable without colour."""


def families(variability: pd.DataFrame, methods: Mapping[str, str]) -> list[dict]:
    """Return how much users differ, by method, group and filter.

    Parameters
    ----------
    variability : DataFrame
        Table of the study.
    methods : mapping of variant to method

    Returns
    -------
    list of dict
        family (the method's title), who, filter, variants, datasets (their numbers; a network
        counts once, whatever its seeds), sd and ends
        (median and ends over images and variants, in points), percent (median pairwise difference).
    """
    return [
        {
            "family": family,
            "who": group_name(made_by) if made_by else "users",
            "filter": filter_name(filter_),
            "variants": str(found["variant"].map(without_seed).nunique()),
            "datasets": str(found["dataset"].nunique()),
            "sd": in_points(found["sd"].median()),
            "ends": " to ".join(
                dict.fromkeys([in_points(found["sd"].min()), in_points(found["sd"].max())])
            ),
            "percent": percent(found["mean_percent_different"].median()),
        }
        for family, made_by, images in by_family(variability, methods)
        for filter_, found in images.items()
    ]


def sitting_rows(spread: pd.DataFrame | None) -> list[dict]:
    """Return how much people differ between sittings and from each other; see `sittings_spread`."""
    if spread is None:
        return []
    return [
        {
            "dataset": row.dataset,
            "image": filter_name(row.filter),
            "variant": row.variant,
            "people": f"{row.people} ({row.sittings})",
            "within": _with_interval(row.within_sd, row.within_low, row.within_high),
            "between": _with_interval(row.between_sd, row.between_low, row.between_high),
        }
        for row in spread.itertuples()
    ]


def _with_interval(value: float, low: float, high: float) -> str:
    if np.isnan(value):
        return "–"
    return f"{in_points(value)} ({in_points(low)} to {in_points(high)})"


def _who(row, number: int = 2) -> str:
    """Return what the users of a row are called."""
    if hasattr(row, "made_by"):
        return group_name(row.made_by, number)
    return "user" if number == 1 else "users"


def result_rows(variability: pd.DataFrame, methods: Mapping[str, str]) -> list[dict]:
    """Return what was measured on each image, by method and group of users.

    Parameters
    ----------
    variability : DataFrame
        Table of the study.
    methods : mapping of variant to method

    Returns
    -------
    list of dict
        dataset, image, variant, family, who, users, mean (per cent) and sd (points; a dash for one
        user), percent (of voxels that two users label differently).
    """
    return [
        {
            "dataset": row.dataset,
            "image": filter_name(row.filter),
            "variant": row.variant,
            "family": FAMILIES[methods[row.variant]],
            "who": count(int(row.users), _who(row, 1), _who(row)),
            "mean": f"{100 * row.mean:.1f}",
            "sd": in_points(row.sd),
            "percent": percent(row.mean_percent_different),
        }
        for row in variability.itertuples()
    ]


def dataset_rows(
    datasets: Mapping[str, Mapping], image_quality: pd.DataFrame, volume_fractions: pd.DataFrame
) -> list[dict]:
    """Return a row for each dataset: material, origin, size, noise and truth.

    Parameters
    ----------
    datasets : mapping of name to mapping
        origin, material, voxel_size_nm, shape.
    image_quality : DataFrame
        dataset, filter, contrast_to_noise.
    volume_fractions : DataFrame
        dataset, truth_fraction.
    """
    noise = image_quality.groupby(["dataset", "filter"], sort=False)["contrast_to_noise"].mean()
    truths = volume_fractions.groupby("dataset")["truth_fraction"].agg(["min", "max"])
    rows = []
    for name, facts in datasets.items():
        size = " × ".join(f"{n * facts['voxel_size_nm'] / 1000:.3g}" for n in facts["shape"])
        rows.append(
            {
                "name": name,
                "origin": facts["origin"],
                "origin_name": ORIGIN_NAMES[facts["origin"]],
                "material": facts["material"],
                "voxel": f"{facts['voxel_size_nm']:g}",
                "shape": " × ".join(str(n) for n in facts["shape"]),
                "size": size,
                "noise": ", ".join(
                    f"{filter_name(filter_)} {contrast_to_noise_in_words(value)}"
                    for (dataset, filter_), value in noise.items()
                    if dataset == name
                ),
                "truth": _range_in_percent(truths.loc[name]) if name in truths.index else "–",
            }
        )
    return rows


def field_notes(datasets: Mapping[str, Mapping], volume_fractions: pd.DataFrame) -> list[str]:
    """Return what was done to measured datasets before they were segmented, a sentence each.

    Parameters
    ----------
    datasets : mapping of name to mapping
        shape; mask, active and reference (a file) if the config has them.
    volume_fractions : DataFrame
        dataset, voxels (inside the field of view).
    """
    notes = []
    for name, facts in datasets.items():
        if facts.get("active") == "dark":
            notes.append(
                f"{name}: active material is dark in the source, so its grey levels were inverted."
            )
        if "reference" in facts:
            notes.append(
                f"{name}: what is called its truth is {REFERENCE} ({facts['reference']}), with "
                "errors of its own."
            )
        if facts.get("mask") == "none":
            notes.append(f"{name}: mask: none, so whatever fills its border counts as measured.")
        elif facts.get("mask") is not None:
            of_dataset = volume_fractions[volume_fractions["dataset"] == name]
            share = of_dataset["voxels"].max() / np.prod(facts["shape"])
            notes.append(
                f"{name}: only what is inside its mask was segmented and counted, "
                f"{100 * share:.1f} % of the crop."
            )
    return notes


def _range_in_percent(ends: pd.Series) -> str:
    """Return a truth in per cent, or its range over realisations."""
    if not np.isfinite(ends["min"]):
        return "not known"
    texts = dict.fromkeys(f"{100 * ends[end]:.1f}" for end in ("min", "max"))
    return " to ".join(texts)


TEXTS_OF_CLAIMS = ("place", "paper_value", "reason", "panel", "ceiling")


def claim_rows(claims: pd.DataFrame) -> list[dict]:
    """Return the scorecard, one row per claim."""
    return [
        {
            "id": row.id,
            "place": row.place,
            "claim": row.claim,
            "paper": row.paper_value,
            "ours": _ours(row),
            "panel": getattr(row, "panel", "") or "–",
            "population": _population_share(row),
            "ceiling": getattr(row, "ceiling", "") or "–",
            "verdict": row.verdict,
            "sign": VERDICT_SIGNS[row.verdict],
            "reason": row.reason,
        }
        for row in claims.fillna(dict.fromkeys(TEXTS_OF_CLAIMS, "")).itertuples()
    ]


def _population_share(row) -> str:
    share = getattr(row, "population_share", np.nan)
    return whole_percent(share) if np.isfinite(share) else "–"


def _ours(row) -> str:
    if not np.isfinite(row.our_value):
        return "–"
    if row.kind == "ordering":
        return f"shown by {whole_percent(row.our_value)}"
    text = f"{row.our_value:.3g}"
    if np.isfinite(row.low) and np.isfinite(row.high):
        text += f" ({row.low:.2g} to {row.high:.2g})"
    return text


def verdict_counts(claims: pd.DataFrame) -> list[dict]:
    """Return how often each verdict was given, if at all."""
    found = claims["verdict"].value_counts()
    return [
        {"verdict": verdict, "sign": VERDICT_SIGNS[verdict], "count": int(found[verdict])}
        for verdict in VERDICTS
        if verdict in found
    ]


def recommendation_rows(recommendation: pd.DataFrame, unfiltered: Iterable[str] = ()) -> list[dict]:
    """Return the option that came closest to the truth on each dataset, and what its error is of.

    Parameters
    ----------
    recommendation : DataFrame
        Table of the study.
    unfiltered : iterable of str
        The filters that leave an image as it is.
    """
    recommendation = recommendation.assign(cancel=errors_cancel(recommendation))
    return [
        {
            "dataset": row.dataset,
            "noise": contrast_to_noise_in_words(row.contrast_to_noise),
            "options": grouped(row.options),
            "choice": f"{row.variant} on {filter_name(row.filter)}",
            "error": f"{in_points(row.rmse)} "
            f"({in_points(row.rmse_low)} to {in_points(row.rmse_high)})",
            "bias": in_points(row.bias),
            "sd": in_points(row.sd),
            "wrong": in_points(row.wrong_active),
            "missed": in_points(row.missed),
            "cancel": "yes" if row.cancel else "no",
            "binder": binder_in_words(row._asdict()),
            "who": _who(row),
            "work": grouped(row.labelled_voxels) if row.labelled_voxels else "none",
            "sure": whole_percent(row.best_share),
            "cheap": cheap_in_words(row._asdict(), list(unfiltered)),
        }
        for row in recommendation.itertuples()
    ]


def comparison_rows(comparisons: pd.DataFrame) -> list[dict]:
    """Return planned comparisons of spread, on one dataset or over several."""
    over_datasets = "datasets" in comparisons
    both = len(groups_in(comparisons)) > 1
    rows = []
    for row in comparisons.itertuples():
        where = f"{row.datasets} datasets, {row.scope}" if over_datasets else row.dataset
        where += f", {group_name(row.made_by)}" if both else ""
        ratio = row.spread_ratio if over_datasets else row.sd_ratio
        rows.append(
            {
                "comparison": comparison_name(row.comparison),
                "where": where,
                "ratio": _ratio(ratio),
                "interval": _interval(row.ratio_low, row.ratio_high),
                "p": _probability(row.p_value),
                "p_holm": _probability(row.p_holm),
            }
        )
    return rows


def _ratio(value: float) -> str:
    if np.isnan(value):
        return "–"
    return "∞" if np.isinf(value) else f"{value:.2g}"


def _interval(low: float, high: float) -> str:
    """Return an interval of a ratio in words; an end at 0 or infinity is none."""
    if low <= 0:
        return "no limit" if np.isinf(high) else f"below {_ratio(high)}"
    return f"above {_ratio(low)}" if np.isinf(high) else f"{_ratio(low)} to {_ratio(high)}"


def _probability(value: float) -> str:
    if np.isnan(value):
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.2g}"


def run_time_rows(times: pd.DataFrame) -> list[dict]:
    """Return the run time of each rule, and the sum of all as the last row."""
    total = (
        times.assign(rule="all")
        .groupby("rule")
        .agg(
            {
                "jobs": "sum",
                "seconds": "sum",
                "cpu_seconds": "sum",
                "longest": "max",
                "memory": "max",
            }
        )
    )
    return [
        {
            "rule": row.rule,
            "jobs": grouped(row.jobs),
            "seconds": grouped(row.seconds),
            "cpu_seconds": grouped(row.cpu_seconds),
            "longest": grouped(row.longest),
            "memory": grouped(row.memory) if np.isfinite(row.memory) else "–",
        }
        for row in [*times.itertuples(), *total.reset_index().itertuples()]
    ]


def flat(mapping: Mapping, lead: str = "") -> Iterable[tuple[str, str]]:
    """Yield the entries of a nested mapping as dotted keys and their values as text."""
    for key, value in mapping.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{lead}{key}.")
        else:
            yield f"{lead}{key}", str(value)
