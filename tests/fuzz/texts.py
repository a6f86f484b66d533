"""Texts: annotations, tables and the journal of a long classification."""

import json

import numpy as np
import pandas as pd
from cases import Case
from mutating import mutate

from manyeyes.files.annotations import read_annotation
from manyeyes.files.journal import Journal
from manyeyes.files.tables import read_table, write_table
from manyeyes.imaging.recorded_levels import numbers_of
from manyeyes.study.inputs import annotation_problem

NAMES = ("A", "B", "NA", "null", "nan", "None", "007", "1e5", "Zoë", "x, y", 'q"', "true", "N/A")
TASK = {
    "volume": "/data/cell.tif",
    "shape": [4, 5, 6],
    "dtype": "uint8",
    "forest": 123,
    "tiles": 20,
}


def _odd(rng):
    """Return a value that is none of what is expected."""
    return rng.choice(
        (
            None,
            True,
            "dark",
            [],
            {},
            [1],
            {"a": 1},
            float("nan"),
            float("inf"),
            -float("inf"),
            10**400,
        )
    )


def make_annotation(rng, folder) -> Case:
    """Make an annotation."""
    path = folder / "annotation.json"
    kind = rng.choice(("threshold", "window"))
    record = {"user": rng.choice(NAMES), "made_by": "recorded", "kind": kind}
    for key in ("level",) if kind == "threshold" else ("low", "high"):
        record[key] = rng.choice((rng.randrange(256), round(rng.uniform(0, 255), 3), -1, 1e9))
    if kind == "window" and rng.random() < 0.4:
        numbers = {key: record.pop(key) for key in ("low", "high")}
        places = rng.sample(range(9), rng.randrange(1, 4))
        record["slices"] = [{"slice": place, **numbers} for place in places]
    if rng.random() < 0.3:
        record["levels_of"] = rng.choice(("image", "source"))
    choice = rng.random()
    if choice < 0.3:
        path.write_text(json.dumps(record, ensure_ascii=rng.random() < 0.5), encoding="utf-8")
        return Case(path, "sound", record)
    if choice < 0.5:
        what = rng.choice(("key", "value", "kind", "document", "deep", "latin", "slices"))
        if what == "key":
            # Without levels_of the numbers are those of the image.
            kept = ("user", "made_by", "levels_of")
            del record[rng.choice([key for key in record if key not in kept])]
        elif what == "value":
            record[rng.choice([k for k in record if k not in ("user", "made_by", "kind")])] = _odd(
                rng
            )
        elif what == "slices":
            windows = ([], [3], [{"slice": -1, "low": 1, "high": 2}], [{"slice": 1, "low": 1}])
            twice = [{"slice": 1, "low": 1, "high": 2}] * 2
            record = {"kind": "window", "slices": rng.choice((*windows, twice, {}, "all"))}
        elif what == "kind":
            record["kind"] = rng.choice((_odd(rng), "guess", "drawing"))
        text = json.dumps(record)
        if what == "document":
            text = rng.choice(("", "[]", "1", "null", '"threshold"', text + text, "{"))
        elif what == "deep":
            text = "[" * 10**5 + "]" * 10**5
        elif what == "latin":
            text = text.replace("recorded", "gemäß")
            path.write_bytes(text.encode("latin-1"))
            return Case(path, what, faulty=True)
        path.write_text(text, encoding="utf-8")
        return Case(path, what, faulty=True)
    path.write_bytes(mutate(rng, json.dumps(record).encode()))
    return Case(path, "mutated")


def read_an_annotation(path):
    """Read an annotation, and see that its numbers are some."""
    annotation, labels = read_annotation(path)
    assert labels is None
    for _, numbers in numbers_of(annotation):
        for key in {"threshold": ("level",), "window": ("low", "high")}.get(annotation["kind"], ()):
            assert np.isfinite(float(numbers[key]))
    # Whatever it holds, it is judged and converted, or refused with words.
    for method in ("threshold", "watershed", "seeded_forest"):
        annotation_problem(annotation, "S2", method, (100.0, 900.0))
    return annotation


def make_table(rng, folder) -> Case:
    """Make a table."""
    path = folder / "table.csv"
    rows = rng.randrange(1, 6)
    generator = np.random.default_rng(rng.randrange(2**32))
    names = {
        column: pd.Series([rng.choice(NAMES) for _ in range(rows)], dtype="str")
        for column in rng.sample(("dataset", "filter", "variant", "user", "user_a"), 3)
    }
    numbers = pd.Series(np.round(generator.normal(size=rows), 6))
    numbers[generator.random(rows) < 0.3] = np.nan
    counts = pd.Series(generator.integers(0, 9, rows))
    table = pd.DataFrame({**names, "active_fraction": numbers, "slices": counts})
    write_table(table, path)
    choice = rng.random()
    if choice < 0.4:
        return Case(path, "sound", pd.read_csv(path, dtype="str", keep_default_na=False))
    if choice < 0.5:
        data = path.read_bytes()
        what = rng.choice(("empty", "fields", "bytes", "quote", "latin"))
        text = {
            "empty": b"",
            "fields": data + b"A,B\n",
            "bytes": data.replace(b"slices", b"sl\0ces\xff"),
            "quote": data + b'"' + data,
            "latin": data + "é,é,é,1,1\n".encode("latin-1"),
        }[what]
        path.write_bytes(text)
        return Case(path, what, faulty=True)
    path.write_bytes(mutate(rng, path.read_bytes()))
    return Case(path, "mutated")


def read_a_table(path):
    """Read a table; return it as text, as it is hard to say which numbers are whole."""
    table = read_table(path)
    for name in ("dataset", "filter", "variant", "user", "user_a"):
        if name in table:
            assert all(isinstance(value, str) for value in table[name].dropna())
    numbers = table.get("active_fraction")
    plain = pd.read_csv(path, dtype="str", keep_default_na=False) if numbers is not None else None
    if numbers is not None and pd.api.types.is_numeric_dtype(numbers):
        output = pd.to_numeric(plain["active_fraction"], errors="coerce")
        assert np.array_equal(output.isna(), numbers.isna())
    shown = (
        {
            name: plain[name]
            if pd.api.types.is_numeric_dtype(table[name])
            else table[name].fillna("")
            for name in table
        }
        if plain is not None
        else table
    )
    return pd.DataFrame(shown)


def make_journal(rng, folder) -> Case:
    """Make the journal of a classification that was stopped."""
    path = folder / "result.tif.journal"
    journal = Journal(path)
    journal.begin(TASK)
    tiles = rng.sample(range(20), rng.randrange(0, 9))
    for tile in tiles:
        journal.add(tile)
    journal.close()
    choice = rng.random()
    if choice < 0.3:
        return Case(path, "sound", set(tiles))
    if choice < 0.5:
        data = path.read_bytes()
        what = rng.choice(("empty", "first", "garbage", "binary", "list", "tile"))
        text = {
            "empty": b"",
            "first": data[: rng.randrange(1, data.index(b"\n") - 1)],
            "garbage": data + b"tile five\n1\n",
            "binary": b"\xff\xfe" + data,
            "list": b"[1]\n3\n",
            "tile": data + b"99\n",
        }[what]
        path.write_bytes(text)
        return Case(path, what, faulty=True)
    path.write_bytes(mutate(rng, path.read_bytes()))
    return Case(path, "mutated")


def read_journal(path):
    """Return which tiles the journal says are done."""
    finished = Journal(path).finished(TASK)
    assert all(type(tile) is int for tile in finished)
    return finished
