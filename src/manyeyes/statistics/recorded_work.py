"""Who recorded what: one row for everything that people were asked for."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

COLUMNS = [
    "person",
    "sitting",
    "user",
    "dataset",
    "filter",
    "variant",
    "done",
    "kind",
    "numbers",
    "labelled_voxels",
    "slices",
    "coverage_percent",
    "codes",
    "file",
]

_NUMBERS = ("lower_level", "level", "lower_low", "lower_high", "low", "high")


def recorded_work_table(
    entries: Iterable[Mapping],
    annotations: Mapping[tuple, Mapping],
    voxels: Mapping[str, Sequence[int]],
) -> pd.DataFrame:
    """Return what people recorded, and what they were asked for and did not record.

    Parameters
    ----------
    entries : iterable of mapping
        ``person``, ``sitting``, ``user``, ``dataset``, ``filter``, ``variant`` and ``file`` (empty
        for what is missing).
    annotations : mapping of (dataset, filter, variant, user) to mapping
        What was stored of each when it was imported.
    voxels : mapping of dataset to sequence of int
        Voxels of each slice within the field of view.

    Returns
    -------
    DataFrame
        The columns `COLUMNS`. Coverage is that of the slices with labels, measured on the labels
        themselves; for what is not labels there is none. Levels are of the 8-bit images.
    """
    rows = []
    for entry in entries:
        key = (entry["dataset"], entry["filter"], entry["variant"], entry["user"])
        stored = annotations.get(key)
        rows.append(
            {
                **entry,
                "done": stored is not None,
                **(_described(stored, voxels[entry["dataset"]]) if stored else {}),
            }
        )
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.astype({"labelled_voxels": "Int64", "sitting": "Int64"})


def _described(stored: Mapping, voxels: Sequence[int]) -> dict:
    record = stored.get("record", {})
    counts = [number for key, number in record.items() if key.endswith("_voxels")]
    found = {
        "kind": stored["kind"],
        "numbers": _numbers(stored, record),
        "codes": _codes(record),
    }
    if counts:
        slices = record.get("slices", range(len(voxels)))
        seen = sum(voxels[z] for z in slices)
        found["labelled_voxels"] = sum(counts)
        found["slices"] = len(slices)
        found["coverage_percent"] = 100 * sum(counts) / seen if seen else float("nan")
    return found


def _numbers(stored: Mapping, record: Mapping) -> str:
    """Return levels in words, such as "low 100, high 150"."""
    given = [f"{key} {stored[key]:g}" for key in _NUMBERS if key in stored]
    if not given and "windows" in record:
        windows = {tuple(w[key] for key in _NUMBERS if key in w) for w in record["windows"]}
        keys = [key for key in _NUMBERS if key in record["windows"][0]]
        if len(windows) > 1:
            return f"{len(record['windows'])} windows"
        given = [f"{k} {v:g}" for k, v in zip(keys, next(iter(windows)), strict=True)]
    of_source = record.get("in_grey_values", {})
    grey = [f"{key} {of_source[key]:g}" for key in _NUMBERS if key in of_source]
    return ", ".join(given) + (f" (of the scan: {', '.join(grey)})" if grey else "")


def _codes(record: Mapping) -> str:
    """Return what the values of a volume mean and who said so."""
    values = record.get("values")
    if not values:
        return ""
    named = ", ".join(f"{key} {'/'.join(map(str, found))}" for key, found in values.items())
    return f"{named} ({record['codes_from']})"


def people_in_words(table: pd.DataFrame) -> list[str]:
    """Return a sentence for each person: how much of what they were asked for they recorded.

    Parameters
    ----------
    table : DataFrame
        As made by `recorded_work_table`.
    """
    sentences = []
    first = table[table["sitting"] == 1]
    for person, rows in first.groupby("person", sort=False):
        done = rows["done"].astype(bool)
        sentence = f"{person} recorded {int(done.sum())} of {len(rows)}"
        left = [
            f"{row.variant} on {row.dataset} ({row.filter})" for row in rows[~done].itertuples()
        ]
        if left:
            named = ", ".join(left[:6]) + (f" and {len(left) - 6} more" if len(left) > 6 else "")
            sentence += f"; left out of {named}"
        further = table.loc[table["person"] == person, "sitting"].nunique() - 1
        if further:
            sentence += f"; {further + 1} sittings"
        sentences.append(f"{sentence}.")
    return sentences
