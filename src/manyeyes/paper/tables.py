"""The paper's tables 1, 2, S1 and S2, filled from a study, and any table as Markdown."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..figures import groups, words
from ..figures.figure import FigureData
from ..materials import family
from ..methods import METHODS
from . import names as paper

_ELECTRODES = {"nmc": "cathode", "graphite": "anode"}
_METHODS = {
    "threshold": "simple threshold",
    "watershed": "watershed",
    "seeded_forest": "random forest, thresholded seeds",
    "drawn_forest": "random forest, drawn seeds",
    "otsu": "Otsu's threshold",
    "recorded_forest": "random forest, a person's labels",
}


def table_1(datasets: Mapping[str, object]) -> pd.DataFrame:
    """Return where each dataset comes from, its material and voxel size.

    Parameters
    ----------
    datasets : mapping of name to Dataset
        With material, voxel_size_nm, origin and shape.

    Returns
    -------
    DataFrame
        As table 1 of the paper, with columns for the origin of the data here and their size. The
        column about the paper is left out if no dataset is the paper's.
    """
    table = pd.DataFrame(
        [
            {
                "Data source in the paper": _source(name),
                "Electrode": _ELECTRODES.get(family(datasets[name].material), "not stated"),
                "Sample name": name,
                "Material": datasets[name].material,
                "Voxel size (nm)": f"{datasets[name].voxel_size_nm:g}",
                "Voxels (z, y, x)": " x ".join(str(n) for n in datasets[name].shape),
                "Here": words.ORIGIN_NAMES[datasets[name].origin],
            }
            for name in datasets
        ]
    )
    return table if paper.of_paper(datasets) else table.drop(columns="Data source in the paper")


def _source(name: str) -> str:
    if name in paper.OPEN:
        return "open source"
    return "acquired" if name in paper.IN_HOUSE else "none"


def table_2(variants: Mapping[str, Mapping], used: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return what each variant does and on which datasets it runs.

    Parameters
    ----------
    variants : mapping of name to mapping
        As in the config: method and its numbers.
    used : mapping of variant to sequence of dataset
        Variants without an entry are left out.

    Returns
    -------
    DataFrame
        As table 2 of the paper, written from the config.
    """
    return pd.DataFrame(
        [
            {
                "Segmentation type": _type(variant["method"]),
                "Subroutine": name,
                "Description": _description(variant),
                "Datasets": ", ".join(used[name]),
            }
            for name, variant in variants.items()
            if name in used
        ]
    )


def _type(method: str) -> str:
    return _METHODS.get(method, METHODS[method].title)


def _description(variant: Mapping) -> str:
    method = variant["method"]
    if method == "threshold":
        offset = variant["offset"]
        if offset == 0:
            return "Threshold that the user prefers, by eye"
        side = "above" if offset > 0 else "below"
        return f"{abs(offset)} grey levels (of 8 bits) {side} the threshold that the user prefers"
    if method == "watershed":
        return (
            "Window of grey values left to the watershed such that the user tolerates "
            f"{100 * variant['seed_error']:g} % of seeds that look wrong"
        )
    if method == "seeded_forest":
        slices = variant["slices"]
        where = {"first": "the first slice", "all": "the whole volume"}.get(
            slices, f"{slices} equally spaced slices"
        )
        return f"Seeds from thresholds on {where}"
    if method == "drawn_forest":
        return _drawn(variant)
    if method == "otsu":
        return "Otsu's threshold of the whole image; no user has a part in it"
    if METHODS[method].annotation == "recorded":
        return "Labels that a person drew"
    return METHODS[method].title


def _drawn(variant: Mapping) -> str:
    slices, coverage = variant["slices"], f"drawn to {variant['coverage_percent']:g} %"
    if isinstance(slices, str) or slices == 1:
        return f"{'Central' if slices == 1 else slices.capitalize()} slice {coverage}, no other"
    if variant.get("corrections", True):
        return (
            f"Central slice {coverage}, then {slices - 1} more after a first output, errors first"
        )
    return f"{slices} slices {coverage} without a first output to correct"


def table_s1(
    variability: pd.DataFrame,
    datasets: Sequence[str],
    variants: Sequence[str],
    filters: Sequence[str] = (),
    methods: Mapping[str, str] | None = None,
    *,
    beside_paper: bool = True,
) -> pd.DataFrame:
    """Return mean percentages of differing voxels: tables S1 and (of other datasets) S2.

    Parameters
    ----------
    variability : DataFrame
        Table of the study.
    datasets, variants : sequence of str
        Which to show, in order.
    filters : sequence of str
        All if empty.
    methods : mapping of variant to method, optional
    beside_paper : bool
        Whether to show what the paper states, which is of two phases.

    Returns
    -------
    DataFrame
        A row for each variant, a column for each image, followed by what the paper states, if
        anything (the supplement with its own table S1 was not available).
    """
    stated = paper.PUBLICATION.stated("percent") if beside_paper else {}
    only_peoples = [v for v, name in (methods or {}).items() if METHODS[name].annotate is None]
    data = FigureData(only_peoples=tuple(only_peoples))
    (rows,) = groups.named_by_group(data, variability[variability["users"] > 1])
    variants = groups.with_people(variants)
    found = {
        (row.dataset, row.filter, row.variant): row.mean_percent_different
        for row in rows.itertuples()
    }
    known = list(dict.fromkeys(rows["filter"]))
    shown = [f for f in known if not filters or f in filters]
    images = [(d, f) for d in datasets for f in shown if any(key[:2] == (d, f) for key in found)]
    present = [v for v in variants if any((*image, v) in found for image in images)]
    table = pd.DataFrame({"Variant": present})
    for dataset, filter_ in images:
        name = f"{dataset} {words.filter_name(filter_)} (%)"
        keys = [(dataset, filter_, variant) for variant in present]
        table[name] = [found.get(key, np.nan) for key in keys]
        if any(key in stated for key in keys):
            table[f"{name}, paper"] = [
                stated[key].high if key in stated else np.nan for key in keys
            ]
    return table


def to_markdown(table: pd.DataFrame, decimals: int = 2) -> str:
    """Return a table as Markdown, numbers aligned to the right, a dash for missing values.

    Parameters
    ----------
    table : DataFrame
        Its index is not written.
    decimals : int, default 2
        Of real numbers.

    Returns
    -------
    str
        Ends with a line break.
    """
    numeric = [pd.api.types.is_numeric_dtype(table[name]) for name in table]
    lines = [
        _line(table.columns),
        _line("---:" if number else "---" for number in numeric),
        *(_line(_cell(value, decimals) for value in row) for row in table.itertuples(index=False)),
    ]
    return "\n".join(lines) + "\n"


def _line(cells) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _cell(value: object, decimals: int) -> str:
    if isinstance(value, float | np.floating):
        return f"{value:.{decimals}f}" if np.isfinite(value) else "–"
    return "–" if value is None else str(value)
