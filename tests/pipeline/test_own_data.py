"""Small studies of a user's own data and people: each ends with a report of its own."""

import json

import numpy as np
import pandas as pd
import pytest
import tifffile
import yaml

from own_data import text_of, two_phase
from running import run

pytestmark = pytest.mark.pipeline

LEVELS = {"ann": 105, "bob": 118}
# Names that readers of tables take for missing numbers.
NOBODY, NOTHING = "NA", "null"


def person(name, variants=("S2",), dataset="mine"):
    source = {"file": "{user}-{variant}.json"}
    record = {"datasets": [dataset], "filters": ["raw"], "variants": list(variants)}
    return {"name": name, "recorded": [{**record, "source": source}]}


def reported(folder, name="mine", **changes):
    """Run a study of one measured volume to its end and return its results."""
    tifffile.imwrite(folder / "mine.tif", two_phase())
    for user, level in {**LEVELS, NOBODY: 110}.items():
        threshold = {"kind": "threshold", "level": level}
        window = {"kind": "window", "low": level - 25, "high": level + 20}
        (folder / f"{user}-S2.json").write_text(json.dumps(threshold))
        (folder / f"{user}-cWS.json").write_text(json.dumps(window))
    dataset = {
        "material": "NMC811",
        "voxel_size_nm": 350,
        "source": {"kind": "file", "file": "mine.tif"},
        "crop": {"shape": [24, 48, 48]},
    }
    config = {"study": "own", "seed": 1, "datasets": {name: dataset}, **changes}
    (folder / "own.yaml").write_text(yaml.safe_dump(config))
    run(folder, data=folder, config=folder / "own.yaml")
    return folder / "results/own"


def table(results, name):
    return pd.read_csv(results / f"tables/{name}.csv")


def check_own(results):
    """Check that a study without a dataset of the paper is silent about the paper's findings."""
    assert not list(results.glob("tables/claims*"))
    text = text_of(results)
    for words in ("The paper found", "by construction", "Bailey et al. 2023.", "Fig. 3."):
        assert words not in text
    assert text.index("What this rests on.") < text.index("What was measured on each electrode")
    drawn = "".join(path.read_text() for path in results.glob("figures/*.svg"))
    assert "in the paper" not in drawn
    return text


def test_people_and_simulated_users_of_one_variant_are_reported_side_by_side(tmp_path):
    results = reported(
        tmp_path,
        users=["A", "B", "C", person("ann"), person("bob")],
        plan={"simple": {"datasets": "all", "filters": ["raw"], "variants": ["S2"]}},
    )
    fractions = table(results, "volume_fractions")
    assert dict(zip(fractions["user"], fractions["made_by"], strict=True)) == {
        **dict.fromkeys("ABC", "simulated"),
        **dict.fromkeys(LEVELS, "recorded"),
    }
    by_group = fractions.groupby("made_by")["active_fraction"]
    found = table(results, "variability").set_index("made_by")
    assert found["users"].to_dict() == {"simulated": 3, "recorded": 2}
    for column, expected in (("mean", by_group.mean()), ("sd", by_group.std())):
        for name in ("simulated", "recorded"):
            assert found.loc[name, column] == pytest.approx(expected[name], rel=1e-6)
    # People's thresholds are 13 grey levels apart, so their one pair differs, and no other is made.
    pairs = table(results, "pairwise")
    assert pairs.groupby("made_by").size().to_dict() == {"simulated": 3, "recorded": 1}
    assert set(table(results, "spread")["made_by"]) == {"simulated", "recorded"}
    assert tifffile.imread(results / "votes/mine/raw.tif").shape == (2, 48, 48)
    text = check_own(results)
    assert "Three simulated users who segment" in text
    assert "Two recorded people who segment" in text
    assert "Here: 3 simulated users and 2 recorded people." in text
    for figure in ("fig3", "fig_s2", "fig_spread"):
        assert "recorded people" in (results / f"figures/{figure}.svg").read_text()


def test_two_people_alone_are_a_study(tmp_path):
    results = reported(tmp_path, users=[person(name, ("S2",)) for name in LEVELS])
    assert tifffile.imread(results / "votes/mine/raw.tif").shape == (48, 48)
    assert set(table(results, "variability")["made_by"]) == {"recorded"}
    text = check_own(results)
    assert "Two recorded people who segment" in text
    assert "three users" not in text.lower()
    assert "simulated user" not in text
    # Two people: chi-square with one degree of freedom.
    assert "0.45 to 31.91 times" in text


def test_one_person_whatever_their_name_is_a_study_without_a_spread(tmp_path):
    users = [person(NOBODY, ("S2", "cWS"), NOTHING)]
    results = reported(tmp_path, name=NOTHING, users=users)
    fractions = (results / "tables/volume_fractions.csv").read_text(encoding="utf-8")
    assert "\nnull,measured,raw,S2,NA,recorded,0." in fractions
    assert "null" in (results / "tables/variability.csv").read_text(encoding="utf-8")
    assert table(results, "variability")["sd"].isna().all()
    assert table(results, "pairwise").empty
    assert not (results / "tables/agreement.csv").exists()
    text = check_own(results)
    assert "No image was segmented by two users in the same way" in text
    assert "one recorded person" in text
    assert NOTHING in text
    assert "nan" not in text


def test_people_label_three_phases(tmp_path):
    grey = two_phase()
    front = np.arange(48) < 20
    for user, level in LEVELS.items():
        labels = np.where(grey >= level, 1, np.where(front, 2, 3)).astype(np.uint8)
        tifffile.imwrite(tmp_path / f"{user}-mine.tif", labels)
    source = {"file": "{user}-mine.tif"}
    record = {"datasets": ["mine"], "filters": ["raw"], "variants": ["mine"], "source": source}
    results = reported(
        tmp_path,
        phases={"active": {"code": 1}, "cbd": {"code": 2}, "pore": {"code": 3}},
        variants={"mine": {"method": "recorded_labels"}},
        users=[{"name": user, "recorded": [record]} for user in LEVELS],
    )
    fractions = table(results, "volume_fractions").set_index("user")["active_fraction"]
    for user, level in LEVELS.items():
        assert fractions[user] == pytest.approx(np.mean(grey >= level), rel=1e-8)
    (pair,) = table(results, "pairwise")["percent_different"]
    assert pair == pytest.approx(100 * np.mean((grey >= 105) & (grey < 118)), rel=1e-8)
    assert tifffile.imread(results / "votes/mine/raw.tif").max() == 2
    check_own(results)
