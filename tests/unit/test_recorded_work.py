"""Who recorded what, with what was measured on it and what is missing."""

import pandas as pd
import pytest

from manyeyes.statistics.recorded_work import people_in_words, recorded_work_table


def entry(variant, person="jo", sitting=1, file="a.json"):
    user = person if sitting == 1 else f"{person}.s{sitting}"
    return {
        "person": person,
        "sitting": sitting,
        "user": user,
        "dataset": "cell",
        "filter": "raw",
        "variant": variant,
        "file": file,
    }


WINDOWS = [{"slice": z, "low": 90, "high": 130 + z} for z in (0, 3)]
STORED = {
    "S2": {
        "kind": "threshold",
        "level": 118,
        "record": {"in_grey_values": {"level": 31000}, "grey_window": [0, 65535]},
    },
    "ML1": {
        "kind": "drawing",
        "record": {"windows": WINDOWS, "slices": [0, 3], "active_voxels": 30, "rest_voxels": 70},
    },
    "ML3": {
        "kind": "drawing",
        "record": {"windows": [{"low": 90, "high": 130}], "slices": [1], "active_voxels": 5},
    },
    "MLX10": {
        "kind": "segmentation",
        "record": {
            "active_voxels": 200,
            "rest_voxels": 300,
            "values": {"active": [255], "rest": [0, 3]},
            "codes_from": "by grey value",
        },
    },
}
VOXELS = {"cell": [100, 100, 100, 100, 100]}


def table():
    entries = [entry(name) for name in STORED] + [entry("cWS", file="")]
    entries += [entry("S2", sitting=2), entry("S2", person="al", file="")]
    annotations = {("cell", "raw", name, "jo"): stored for name, stored in STORED.items()}
    annotations["cell", "raw", "S2", "jo.s2"] = {"kind": "threshold", "level": 120}
    return recorded_work_table(entries, annotations, VOXELS)


def test_each_row_says_what_was_done_and_how_much_it_covers():
    found = table().set_index(["user", "variant"])
    assert found.loc[("jo", "S2"), "numbers"] == "level 118 (of the scan: level 31000)"
    assert pd.isna(found.loc[("jo", "S2"), "labelled_voxels"])
    assert found.loc[("jo", "ML1"), "numbers"] == "2 windows"
    assert found.loc[("jo", "ML1"), "coverage_percent"] == pytest.approx(50)
    assert found.loc[("jo", "ML3"), "numbers"] == "low 90, high 130"
    assert found.loc[("jo", "ML3"), ["labelled_voxels", "slices"]].tolist() == [5, 1]
    assert found.loc[("jo", "MLX10"), "coverage_percent"] == pytest.approx(100)
    assert found.loc[("jo", "MLX10"), "codes"] == "active 255, rest 0/3 (by grey value)"
    assert not found.loc[("jo", "cWS"), "done"]
    assert found.loc[("jo.s2", "S2"), "sitting"] == 2


def test_people_are_told_in_a_sentence_each():
    assert people_in_words(table()) == [
        "jo recorded 4 of 5; left out of cWS on cell (raw); 2 sittings.",
        "al recorded 0 of 1; left out of S2 on cell (raw).",
    ]
