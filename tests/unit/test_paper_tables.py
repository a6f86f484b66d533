"""The paper's tables, filled from a study, and tables as Markdown."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from manyeyes.paper.tables import (
    table_1,
    table_2,
    table_s1,
    to_markdown,
)

VARIANTS = {
    "S1": {"method": "threshold", "offset": -10},
    "S2": {"method": "threshold", "offset": 0},
    "cWS": {"method": "watershed", "seed_error": 0.01},
    "ML1": {"method": "seeded_forest", "slices": "first"},
    "ML2": {"method": "seeded_forest", "slices": 6},
    "MLX25": {"method": "drawn_forest", "coverage_percent": 25, "slices": 7},
    "bare": {
        "method": "drawn_forest",
        "coverage_percent": 25,
        "slices": 7,
        "corrections": False,
    },
    "last": {"method": "drawn_forest", "coverage_percent": 25, "slices": "last"},
    "Otsu": {"method": "otsu"},
    "recorded": {"method": "recorded_forest"},
}


def variability(rows):
    columns = ["dataset", "filter", "variant", "users", "mean_percent_different"]
    return pd.DataFrame(rows, columns=columns)


def dataset(material, size, origin):
    return SimpleNamespace(
        material=material, voxel_size_nm=size, origin=origin, shape=(200, 200, 200)
    )


def test_table_1_says_what_stands_for_each_dataset():
    table = table_1(
        {
            "mine": dataset("LFP", 50.0, "measured"),
            "GRA-1": dataset("graphite", 126.0, "twin"),
            "NMC-1": dataset("NMC532", 397.0, "twin"),
        }
    )
    assert list(table["Sample name"]) == ["mine", "GRA-1", "NMC-1"]
    assert list(table["Electrode"]) == ["not stated", "anode", "cathode"]
    assert list(table["Data source in the paper"]) == ["none", "open source", "open source"]
    assert list(table["Voxel size (nm)"]) == ["50", "126", "397"]
    assert list(table["Here"]) == ["measured tomogram", "digital twin", "digital twin"]


def test_table_2_describes_the_configs_variants():
    table = table_2(VARIANTS, {name: ["NMC-2", "NMC-1"] for name in VARIANTS if name != "ML2"})
    output = dict(zip(table["Subroutine"], table["Description"], strict=True))
    assert "10 grey levels (of 8 bits) below" in output["S1"]
    assert "prefers, by eye" in output["S2"]
    assert "1 % of seeds" in output["cWS"]
    assert "first slice" in output["ML1"]
    assert "drawn to 25 %, then 6 more" in output["MLX25"]
    assert output["bare"] == "7 slices drawn to 25 % without a first output to correct"
    assert output["last"] == "Last slice drawn to 25 %, no other"
    assert "no user has a part" in output["Otsu"]
    assert "ML2" not in output
    assert set(table["Datasets"]) == {"NMC-2, NMC-1"}


def test_table_s1_puts_the_papers_numbers_beside_ours():
    rows = [
        ("NMC-2", "raw", "S2", 3, 7.0),
        ("NMC-2", "raw", "MLX10", 3, 4.0),
        ("NMC-2", "gaussian", "MLX10", 3, 5.0),
        ("NMC-2", "raw", "recorded", 1, np.nan),
        ("NEX-V", "raw", "S2", 3, 1.0),
    ]
    table = table_s1(variability(rows), ["NMC-2"], ["S2", "MLX10"])
    assert list(table) == [
        "Variant",
        "NMC-2 raw (%)",
        "NMC-2 raw (%), paper",
        "NMC-2 filtered (%)",
    ]
    assert list(table["Variant"]) == ["S2", "MLX10"]
    assert list(table["NMC-2 raw (%)"]) == [7.0, 4.0]
    assert list(table["NMC-2 raw (%), paper"]) == [7.6, 3.5]
    assert np.isnan(table["NMC-2 filtered (%)"].iloc[0])


def test_table_s2_is_about_raw_images():
    rows = [("NEX-U", "raw", "MLX25", 3, 9.0), ("NEX-U", "gaussian", "S2", 3, 2.0)]
    table = table_s1(variability(rows), ["NEX-V", "NEX-U"], ["S2", "MLX25"], ["raw"])
    assert list(table.columns) == ["Variant", "NEX-U raw (%)", "NEX-U raw (%), paper"]
    assert table.iloc[0].tolist() == ["MLX25", 9.0, 15.3]


def test_markdown_of_words_and_numbers():
    table = pd.DataFrame({"name": ["a|b", "c"], "n": [3, 4], "share": [0.12345, np.nan]})
    assert to_markdown(table) == (
        "| name | n | share |\n| --- | ---: | ---: |\n| a\\|b | 3 | 0.12 |\n| c | 4 | – |\n"
    )
