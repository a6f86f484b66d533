"""What to standardise first: the table and its words, on results whose answer is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from manyeyes.figures import fig_sensitivity
from manyeyes.figures.figure import FigureData
from manyeyes.randomness import generator
from manyeyes.statistics.designs import JITTER, sensitivity_design
from manyeyes.statistics.standardising import (
    FACTORS,
    leading_trait,
    sensitivity_table,
    sensitivity_text,
)
from manyeyes.users.ranks import TRAITS

NAMES = ("noisy", "clear")
SIZES = {"noisy": 397.0, "clear": 397.0}
QUALITY = pd.DataFrame(
    {"dataset": NAMES, "filter": "raw", "contrast_to_noise": [1.5, 6.0]},
)


def made_up(weights, scale=0.1):
    """Runs whose outputs are a weighted sum of standard scores, the sitting's among them."""
    traits = [name for name in weights if name != JITTER]
    design = sensitivity_design({name: stats.uniform() for name in traits}, 1024, "made up")
    output = sum(weights[name] * stats.norm.ppf(design[name]) for name in traits)
    sitting = np.array([generator("s", seed).standard_normal() for seed in design[JITTER]])
    return design.assign(
        active_fraction=0.5 + scale * (output + weights.get(JITTER, 0.0) * sitting)
    )


@pytest.fixture(scope="module")
def table():
    runs = {
        ("noisy", "raw", "S2"): made_up({"eye_sigma_px": 0.0, "criterion": 0.8, JITTER: 0.6}),
        ("clear", "raw", "S2"): made_up({"eye_sigma_px": 0.0, "criterion": 0.8, JITTER: 0.6}, 0.01),
        ("noisy", "raw", "MLX10"): made_up({"brush_px": 0.0, "outline_habit_px": 0.0, JITTER: 1.0}),
        ("clear", "raw", "MLX10"): made_up({"brush_px": 0.3, "outline_habit_px": 0.9, JITTER: 0.1}),
    }
    return sensitivity_table(runs, QUALITY, SIZES, "test")


def of(table, dataset, variant):
    rows = table[(table["dataset"] == dataset) & (table["variant"] == variant)]
    return rows.set_index("factor")


def test_shares_and_spreads_are_those_that_were_put_in(table):
    noisy = of(table, "noisy", "S2")
    assert noisy["first_order"]["criterion"] == pytest.approx(0.64, abs=0.06)
    assert noisy["total"][JITTER] == pytest.approx(0.36, abs=0.06)
    assert noisy["output_sd"].iloc[0] == pytest.approx(0.1, rel=0.05)
    assert noisy["output_mean"].iloc[0] == pytest.approx(0.5, abs=0.01)
    assert noisy["contrast_to_noise"].unique() == [1.5]
    assert noisy["base_runs"].unique() == [1024]
    assert noisy["runs"].unique() == [5 * 1024]
    assert of(table, "clear", "S2")["output_sd"].iloc[0] == pytest.approx(0.01, rel=0.05)


def test_the_leader_is_a_trait_that_stands_out(table):
    assert leading_trait(of(table, "noisy", "S2").reset_index())["factor"] == "criterion"
    assert leading_trait(of(table, "clear", "MLX10").reset_index())["factor"] == "outline_habit_px"
    still = table[table["factor"] == JITTER]
    assert leading_trait(still) is None


def test_the_words_say_what_the_table_says(table):
    first, second, image = sensitivity_text(table, ["raw"]).split("\n\n")
    assert first.startswith("**S2.** First the choice between specks and holes: it leads on 2 of 2")
    assert "Agree on a reference overlay" in first
    # 10 points, of which 64 % of the variance would go
    assert "noisy (contrast-to-noise 1.5, 397 nm)" in first
    before, after = first.split("standard deviation from ")[1].split(" points")[0].split(" to ")
    assert float(before) == pytest.approx(10, rel=0.05)
    assert float(after) == pytest.approx(6, rel=0.1)
    assert "the side of an edge" in second
    assert "S2 10" in image or "S2 9" in image


def test_a_spread_that_comes_from_sittings_alone_has_no_leading_trait():
    runs = {("noisy", "raw", "S2"): made_up({"criterion": 0.0, JITTER: 1.0})}
    lone = sensitivity_table(runs, QUALITY, SIZES, "test")
    lone.loc[lone["factor"] == "criterion", "first_low"] = -0.01
    text = sensitivity_text(lone, ["raw"])
    most = 100 * lone.loc[lone["factor"] == "criterion", "first_high"].iloc[0]
    assert text.startswith(
        "**S2.** No single trait's index differs significantly from zero; with 1024 base runs, one "
        f"trait could account for up to {most:.0f} % of the variance alone and be missed. "
        "The sitting"
    )
    assert "accounts for 100 %" in text or "accounts for 9" in text


def test_one_image_is_described_once():
    runs = {("noisy", "raw", "S2"): made_up({"criterion": 0.8, JITTER: 0.6})}
    table = sensitivity_table(runs, QUALITY, SIZES, "test")
    first, image = sensitivity_text(table, ["raw"]).split("\n\n")
    assert first.startswith(
        "**S2.** First the choice between specks and holes: alone, it accounts for 6"
    )
    assert "leads" not in first
    assert image.count("noisy") == 1
    assert not image.endswith("It depends on the image too.")


def test_images_are_described_from_the_widest_to_the_narrowest(table):
    image = sensitivity_text(table, ["raw"]).split("\n\n")[-1]
    output_said = image.split("; ")
    assert [part.index("noisy") < part.index("clear") for part in output_said] == [True, True]
    assert image.endswith("It depends on the image too.")


@pytest.mark.parametrize(("value", "word"), [(np.nan, "not measurable"), (np.inf, "unbounded")])
def test_a_contrast_that_is_no_number_is_given_in_words(table, value, word):
    text = sensitivity_text(table.assign(contrast_to_noise=value), ["raw"])
    assert f"noisy (contrast-to-noise {word}, 397 nm)" in text
    assert "nan" not in text
    assert "inf" not in text


def test_equal_results_of_all_users_have_no_indices():
    runs = made_up({"criterion": 1.0}).assign(active_fraction=0.5)
    table = sensitivity_table({("noisy", "raw", "S2"): runs}, QUALITY, SIZES, "test")
    assert table["first_order"].isna().all()
    assert (table["output_sd"] == 0).all()
    assert leading_trait(table) is None
    text = sensitivity_text(table, ["raw"])
    assert text.startswith("**S2.** All users got the same result on the image.")
    assert "nan" not in text


def test_every_trait_has_a_name_and_an_agreement():
    assert set(FACTORS) == {*TRAITS, JITTER}


def test_the_figure_shows_what_the_table_says(table):
    data = FigureData({"sensitivity": table}, dict.fromkeys(NAMES, "twin"))
    figure = fig_sensitivity.draw(data)
    panels = [axes for axes in figure.axes if axes.get_title(loc="left")]
    assert [axes.get_title(loc="left").split("  ")[1].split(":")[0] for axes in panels] == [
        "S2, 397 nm",
        "MLX10, 397 nm",
    ]
    # hollow and filled marks of two images, at the table's indices in per cent
    lines = [line for line in panels[0].lines if line.get_marker() in ("o", "s")]
    clearest = of(table, "clear", "S2")["first_order"]["criterion"] * 100
    assert any(np.isclose(line.get_xdata(), clearest).any() for line in lines)
    assert any("Data: digital twins" in text.get_text() for text in figure.texts)
    with pytest.raises(ValueError, match="nothing to draw"):
        fig_sensitivity.draw(replace(data, origins={"elsewhere": "twin"}))
