"""The recommendation: other data give another answer, and say how sure it is."""

import numpy as np
import pandas as pd
import pytest

from manyeyes.randomness import generator
from manyeyes.report.sections import recommendation_rows
from manyeyes.statistics.recommendation import recommendation_table, recommendation_text

EFFORT = {"S2": 0, "cWS": 0, "MLX10": 28_000, "MLX25": 70_000}
RAW = ["raw"]
VOXELS = {"noisy": 397.0, "clean": 126.0}
QUALITY = pd.DataFrame(
    [
        {"dataset": "clean", "filter": "raw", "contrast_to_noise": 8.0},
        {"dataset": "noisy", "filter": "raw", "contrast_to_noise": 1.7},
        {"dataset": "noisy", "filter": "gaussian", "contrast_to_noise": 6.9},
    ]
)


def study(settings, users=20, realisations=3):
    """Return accuracies of {(dataset, filter, variant): (bias, spread)} and the effort."""
    rows = []
    for (dataset, filter_, variant), (bias, spread) in settings.items():
        errors = generator("test", "advice", dataset, filter_, variant).standard_normal(
            (realisations, users)
        )
        errors -= errors.mean(axis=1, keepdims=True)
        errors /= errors.std(axis=1, keepdims=True)
        rows += [
            {
                "dataset": dataset,
                "filter": filter_,
                "variant": variant,
                "user": user,
                "realisation": realisation,
                "bias": bias + spread * errors[realisation, user],
            }
            for realisation in range(realisations)
            for user in range(users)
        ]
    accuracies = pd.DataFrame(rows)
    effort = accuracies[["dataset", "filter", "variant"]].drop_duplicates()
    return accuracies, effort.assign(labelled_voxels=effort["variant"].map(EFFORT))


def advice(settings, **kwargs):
    accuracies, effort = study(settings, **kwargs)
    return recommendation_table(accuracies, QUALITY, effort, RAW, VOXELS)


CLEAR = {
    ("noisy", "raw", "S2"): (0.05, 0.10),
    ("noisy", "gaussian", "S2"): (0.05, 0.03),
    ("noisy", "raw", "MLX25"): (0.01, 0.01),
    ("clean", "raw", "S2"): (0.003, 0.004),
    ("clean", "raw", "MLX10"): (0.02, 0.004),
}


def test_the_lowest_error_wins_and_its_parts_are_given():
    table = advice(CLEAR).set_index("dataset")
    assert table.index.tolist() == ["noisy", "clean"]  # noisiest first
    noisy = table.loc["noisy"]
    assert (noisy["filter"], noisy["variant"]) == ("raw", "MLX25")
    assert noisy["rmse"] == pytest.approx(np.sqrt(0.01**2 + 0.01**2))
    assert noisy["bias"] == pytest.approx(0.01)
    assert noisy["rmse_low"] < noisy["rmse"] < noisy["rmse_high"]
    assert noisy["labelled_voxels"] == 70_000
    assert noisy["best_share"] == 1
    assert (noisy["options"], noisy["users"], noisy["realisations"]) == (3, 20, 3)
    assert table.loc["clean", "variant"] == "S2"


def test_the_text_follows_the_numbers():
    text = recommendation_text(advice(CLEAR), RAW)
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    noisy, clean = (dict(zip(rows[0], row, strict=True)) for row in rows[2:])
    assert noisy["Dataset"] == "noisy (contrast-to-noise 1.7, 397 nm)"
    assert noisy["Closest to the truth"] == "MLX25 on the raw image"
    assert noisy["Error (95 % interval)"].startswith("1.4 (")
    assert noisy["Pixels to label"] == "70 000"
    assert noisy["Best in"] == "100 %"
    assert clean["Dataset"] == "clean (contrast-to-noise 8.0, 126 nm)"
    assert clean["Closest to the truth"] == "S2 on the raw image"
    assert clean["Pixels to label"] == "no"
    # These accuracies say nothing of single voxels.
    assert (noisy["Wrongly active"], noisy["Errors cancel"]) == ("–", "no")
    assert "20 users on 3 realisations" in text


def test_a_contrast_that_could_not_be_measured_is_given_in_words_and_listed_last():
    blurred = QUALITY.assign(contrast_to_noise=[8.0, np.nan, np.nan])
    accuracies, effort = study(CLEAR)
    table = recommendation_table(accuracies, blurred, effort, RAW, VOXELS)
    assert table["dataset"].tolist() == ["clean", "noisy"]
    text = recommendation_text(table, RAW)
    assert "noisy (contrast-to-noise not measurable, 397 nm)" in text
    assert "nan" not in text
    assert [row["noise"] for row in recommendation_rows(table)] == ["8.0", "not measurable"]


def test_other_data_give_another_answer():
    turned = {**CLEAR, ("noisy", "gaussian", "S2"): (0.001, 0.002)}
    text = recommendation_text(advice(turned), RAW)
    assert "noisy (contrast-to-noise 1.7, 397 nm) | S2 on the filtered image (gaussian)" in text
    assert "MLX25" not in text


def parted(settings, voxel_error, cbd=0.0, called=0.0):
    """Return advice from accuracies that also tell of single voxels."""
    accuracies, effort = study(settings)
    accuracies = accuracies.assign(voxel_error=voxel_error, cbd=cbd, cbd_called_active=called)
    return recommendation_table(accuracies, QUALITY, effort, RAW, VOXELS)


def test_an_error_that_only_cancels_is_said_to():
    # 6 % of the voxels are wrong, of which 3.5 % labelled active: 2.5 % cancel, one point is left.
    table = parted({("noisy", "raw", "S2"): (0.01, 0.001)}, voxel_error=0.06)
    row = table.iloc[0]
    assert row["wrong_active"] == pytest.approx(0.035)
    assert row["missed"] == pytest.approx(0.025)
    text = recommendation_text(table, RAW)
    assert "Two errors cancel on noisy:" in text
    assert recommendation_rows(table)[0]["cancel"] == "yes"
    # As much is wrong, but all of it on one side; or little is wrong at all.
    for bias, wrong in ((0.05, 0.06), (0.001, 0.02)):
        honest = parted({("noisy", "raw", "S2"): (bias, 0.001)}, voxel_error=wrong)
        assert "cancel on" not in recommendation_text(honest, RAW)
        assert recommendation_rows(honest)[0]["cancel"] == "no"


def test_binder_that_is_called_active_is_told_with_what_it_adds():
    settings = {("noisy", "raw", "S2"): (0.055, 0.001)}
    text = recommendation_text(parted(settings, 0.06, cbd=0.06, called=0.054), RAW)
    assert (
        "labelled active by these options: 90 % on noisy, which adds 5.4 points (bias 5.5)." in text
    )
    assert "Carbon-binder" not in recommendation_text(parted(settings, 0.06, 0.06, 0.001), RAW)
    assert "Carbon-binder" not in recommendation_text(advice(settings), RAW)


def test_variants_that_were_no_candidates_are_named():
    text = recommendation_text(advice(CLEAR), RAW, ["low", "high"])
    assert "low and high are left out" in text
    assert "left out" not in recommendation_text(advice(CLEAR), RAW)


def test_less_work_is_offered_where_it_is_as_good():
    close = {
        ("noisy", "raw", "MLX25"): (0.010, 0.010),
        ("noisy", "raw", "MLX10"): (0.011, 0.011),
        ("noisy", "raw", "S2"): (0.05, 0.10),
    }
    table = advice(close)
    row = table.iloc[0]
    assert (row["variant"], row["cheap_variant"]) == ("MLX25", "MLX10")
    assert row["cheap_labelled_voxels"] == 28_000
    assert row["cheap_share"] > 0.9
    offer = "MLX10 on the raw image (1.6 points, 28 000 pixels)"
    assert offer in recommendation_text(table, RAW)
    assert recommendation_rows(table, RAW)[0]["cheap"] == offer
    assert recommendation_rows(advice(CLEAR), RAW)[0]["cheap"] == "–"


def test_none_of_several_equal_methods_is_certain():
    equal = {("noisy", "raw", variant): (0.01, 0.02) for variant in ("S2", "cWS", "MLX10", "MLX25")}
    table = advice(equal)
    assert table["best_share"].item() < 0.6
    assert table["variant"].item() in ("S2", "cWS")  # of equals, the one without labels


def test_three_users_are_never_sure():
    """The same errors, seen on three users only, leave the choice open."""
    half = {("noisy", "raw", "S2"): (0.0, 0.02), ("noisy", "raw", "MLX10"): (0.0, 0.01)}
    few = advice(half, users=3, realisations=1).iloc[0]
    many = advice(half, users=40, realisations=1).iloc[0]
    assert few["best_share"] < 0.9
    assert many["best_share"] > 0.99
    assert few["rmse_high"] > 2 * many["rmse_high"]
    text = recommendation_text(advice(half, users=3, realisations=1), RAW)
    assert "3 users are few" in text


def test_names_of_filters_do_not_matter():
    """A study that calls its images by other names is given the same advice."""
    accuracies, effort = study(CLEAR)
    names = {"raw": "unfiltered", "gaussian": "smooth"}
    found = recommendation_table(
        *(t.assign(filter=t["filter"].map(names)) for t in (accuracies, QUALITY, effort)),
        ["other", "unfiltered"],
        VOXELS,
    )
    numbers = ["dataset", "variant", "contrast_to_noise", "rmse", "bias", "sd"]
    pd.testing.assert_frame_equal(found[numbers], advice(CLEAR)[numbers])
    assert set(found["filter"]) == {"unfiltered"}
    text = recommendation_text(found, ["unfiltered"])
    assert text == recommendation_text(advice(CLEAR), RAW)


def test_the_same_tables_give_the_same_advice():
    assert advice(CLEAR).equals(advice(CLEAR))


def test_what_is_missing_is_named():
    accuracies, effort = study(CLEAR)
    call = [accuracies, QUALITY, effort, RAW, VOXELS]
    for place, broken, message in (
        (1, QUALITY[QUALITY["dataset"] != "clean"], "quality of the unfiltered image of clean"),
        (2, effort[effort["variant"] != "MLX10"], "effort of clean/raw/MLX10"),
        (4, {"noisy": 397.0}, "voxel size is given for clean"),
        (
            0,
            accuracies[(accuracies["user"] != 3) | (accuracies["variant"] != "MLX25")],
            "same users",
        ),
        (0, accuracies[accuracies["user"] == 3], "one user"),
        (0, accuracies.drop(index=0), "lacks a realisation"),
    ):
        with pytest.raises(ValueError, match=message):
            recommendation_table(*call[:place], broken, *call[place + 1 :])
    with pytest.raises(ValueError, match="nothing to recommend"):
        recommendation_text(pd.DataFrame(), RAW)
