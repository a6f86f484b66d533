"""The paragraph for a paper says what the tables say."""

import numpy as np
import pandas as pd

from manyeyes.report.methods_text import methods_text

STUDY = {
    "name": "mine",
    "datasets": {
        "cell": {
            "origin": "measured",
            "material": "NMC811",
            "voxel_size_nm": 350.0,
            "shape": [24, 48, 48],
            "reference": "careful.tif",
        }
    },
    "segmented": ["cell"],
    "users": {"ann": "recorded", "ben": "recorded"},
    "methods": {"S2": "threshold", "S3": "threshold", "avizo": "segmentation"},
    "unfiltered": ["raw"],
    "filters_used": ["raw"],
    "with_offset": ["S3"],
    "grey_windows": {"cell": [10000, 30400]},
    "settings": {"seed": "1"},
}
VARIABILITY = pd.DataFrame(
    {
        "dataset": "cell",
        "filter": "raw",
        "variant": ["S2", "S3", "avizo"],
        "made_by": "recorded",
        "users": [2, 2, 1],
        "mean": [0.5123, 0.6, 0.55],
        "sd": [0.0127, 0.02, np.nan],
        "mean_percent_different": [3.21, 4.0, np.nan],
    }
)


def test_numbers_are_those_of_the_tables():
    text = methods_text(STUDY, {"variability": VARIABILITY}, "0.9")
    for words in (
        "cell (NMC811, a measured tomogram of 24 × 48 × 48 voxels (z, y, x) of 350 nm",
        "grey values 10000 to 30400 became 0 to 255",
        "its truth is a reference given by the laboratory",
        "Two recorded people segmented each image independently",
        "finished segmentation (avizo)",
        "51.2 ± 1.3 % with S2 (n = 2, pairwise difference 3.2 %); 55.0 % with avizo (n = 1)",
        "manyeyes 0.9 (study mine, seed 1)",
        "doi:10.1016/j.jpowsour.2022.232503",
    ):
        assert words in text, words
    # A variant with a deliberate offset is no result of its own.
    assert "60.0" not in text
    assert "imulated" not in text
    assert "nan" not in text


def test_sittings_and_deviations_are_told_where_they_are_known():
    sittings = pd.DataFrame(
        {
            "dataset": ["cell"],
            "variant": ["S2"],
            "within_sd": [0.0041],
            "between_sd": [0.0112],
        }
    )
    place = {"dataset": ["cell"], "filter": ["raw"], "variant": ["S2"]}
    accuracy = pd.DataFrame({**place, "bias": [-0.021]})
    frames = {"variability": VARIABILITY, "sittings_spread": sittings, "accuracy_summary": accuracy}
    text = methods_text(STUDY, frames, "0.9")
    assert "0.41 points within people and 1.12 between them for S2 on cell" in text
    assert "deviation from the truth was -2.1 points for S2 on cell" in text


def test_finished_segmentations_alone_follow_no_protocol():
    finished = VARIABILITY[VARIABILITY["variant"] == "avizo"]
    text = methods_text(STUDY, {"variability": finished}, "0.9")
    assert "finished segmentation (avizo)" in text
    assert "Cite the software by its CITATION.cff." in text
    assert "Bailey" not in text
    assert "[1]" not in text
