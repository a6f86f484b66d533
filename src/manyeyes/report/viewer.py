"""What the slice viewer knows besides the slices: users, variants and what they measured."""

from collections.abc import Iterable, Mapping

import pandas as pd

from ..figures.style import scale_bar_um
from ..figures.words import ORIGIN_NAMES, filter_name
from ..measures.tables import first_realisation


def viewer_index(
    packs: Iterable[Mapping],
    datasets: Mapping[str, Mapping],
    volume_fractions: pd.DataFrame,
    pairwise: pd.DataFrame,
) -> list[dict]:
    """Return an entry for each image: its slices, variants and users, with their numbers.

    Parameters
    ----------
    packs : iterable of mapping
        Made by `packing` from each image: dataset, filter, shape, slices, drawn, phases (names of
        those that can be looked at), chunks.
    datasets : mapping of name to mapping
        With origin and voxel_size_nm.
    volume_fractions : DataFrame
        dataset, filter, variant, user, active_fraction, truth_fraction; realisation is optional,
        and the first is shown.
    pairwise : DataFrame
        dataset, filter, variant, user_a, user_b, percent_different.

    Returns
    -------
    list of dict
        dataset, filter, name (of the filter, in words), origin, shape, width_um, bar_um, slices,
        drawn, phases, truth (volume fraction or None), variants (each with its name, its users'
        volume fractions, and the differences of pairs in per cent).

    Raises
    ------
    ValueError
        If a shown segmentation is not in the table of volume fractions.
    """
    key = ["dataset", "filter"]
    volume_fractions, pairwise = map(first_realisation, (volume_fractions, pairwise))
    fractions = dict(list(volume_fractions.groupby(key)))
    pairs = dict(list(pairwise.groupby(key)))
    return [
        _entry(
            pack,
            datasets[pack["dataset"]],
            fractions.get((pack["dataset"], pack["filter"]), volume_fractions.iloc[:0]),
            pairs.get((pack["dataset"], pack["filter"]), pairwise.iloc[:0]),
        )
        for pack in packs
    ]


def _entry(pack: Mapping, dataset: Mapping, fractions, pairs) -> dict:
    planes = [plane for chunk in pack["chunks"] for plane in chunk["planes"]]
    shown: dict[str, list] = {}
    for plane in planes:
        if plane["variant"]:
            shown.setdefault(plane["variant"], []).append(plane["user"])
    measured = {(row.variant, row.user): row.active_fraction for row in fractions.itertuples()}
    for variant, users in shown.items():
        for user in users:
            if (variant, user) not in measured:
                raise ValueError(
                    f"{pack['dataset']} ({pack['filter']}): {variant} by {user} is shown but not "
                    "in the table of volume fractions; run the study again"
                )
    width_um = pack["shape"][2] * dataset["voxel_size_nm"] / 1000
    truths = fractions["truth_fraction"].dropna() if "truth_fraction" in fractions else []
    has_truth = any(not plane["variant"] for plane in planes) and len(truths)
    return {
        "dataset": pack["dataset"],
        "filter": pack["filter"],
        "name": filter_name(pack["filter"]),
        "origin": ORIGIN_NAMES[dataset["origin"]],
        "shape": list(pack["shape"]),
        "width_um": width_um,
        "bar_um": scale_bar_um(width_um),
        "slices": list(pack["slices"]),
        "drawn": list(pack["drawn"]),
        "phases": list(pack["phases"]),
        "truth": float(truths.iloc[0]) if has_truth else None,
        "variants": [
            {
                "name": variant,
                "users": {user: float(measured[variant, user]) for user in users},
                "pairs": [
                    [row.user_a, row.user_b, float(row.percent_different)]
                    for row in pairs.itertuples()
                    if row.variant == variant and {row.user_a, row.user_b} <= set(users)
                ],
            }
            for variant, users in shown.items()
        ],
    }
