"""Variants that differ in one thing: ratios of known spreads, and words for them."""

import numpy as np
import pandas as pd
import pytest

from manyeyes.figures import fig_ablation
from manyeyes.figures.figure import FigureData
from manyeyes.randomness import generator
from manyeyes.statistics.ablations import ablation_table, ablation_text

SDS = {"three": 0.04, "seven": 0.02, "alike": 0.021, "nobody": 0.0}
QUESTIONS = {
    "How many": ["three", "alike", "seven"],
    "Nobody": ["nobody", "seven"],
}


def measured(datasets=("one", "two"), users=20):
    """Each variant's users scatter by its SD to the digit, about a bias of 0.01."""
    rows = []
    for dataset in datasets:
        for variant, sd in SDS.items():
            values = generator("ablation", dataset, variant).standard_normal(users)
            values = (values - values.mean()) / values.std(ddof=1)
            for user, value in enumerate(values):
                fraction = 0.51 + sd * value
                rows.append((dataset, "raw", variant, f"u{user}", fraction, fraction - 0.5))
    columns = ["dataset", "filter", "variant", "user", "active_fraction", "bias"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture(scope="module")
def table():
    return ablation_table(measured(), measured(), QUESTIONS)


def test_spreads_are_held_against_the_last_variant_of_a_question(table):
    rows = table[(table["question"] == "How many") & (table["dataset"] == "two")]
    assert rows["variant"].tolist() == QUESTIONS["How many"]
    assert set(rows["reference"]) == {"seven"}
    rows = rows.set_index("variant")
    assert rows.loc["three", "sd_ratio"] == pytest.approx(2)
    assert rows.loc["three", "ratio_low"] < 2 < rows.loc["three", "ratio_high"]
    assert rows.loc["three", "p_holm"] < 0.05 < rows.loc["alike", "p_holm"]
    assert np.isnan(rows.loc["seven", "sd_ratio"])
    assert rows["bias"].tolist() == pytest.approx([0.01] * 3)
    assert rows.loc["three", "rmse"] == pytest.approx(np.sqrt(0.01**2 + 0.95 * 0.04**2))


def test_who_never_varies_has_no_ratio(table):
    nobody = table[table["variant"] == "nobody"]
    assert (nobody["sd"] == 0).all()
    assert nobody["sd_ratio"].isna().all()


def test_the_reference_has_to_vary_and_not_the_first_variant():
    questions = {"Varies": ["nobody", "three", "seven"], "Never": ["three", "nobody"]}
    table = ablation_table(measured(), measured(), questions).set_index(["question", "variant"])
    assert table.loc[("Varies", "three"), "sd_ratio"].tolist() == pytest.approx([2, 2])
    assert table.loc[("Never", "three"), "sd_ratio"].isna().all()


def test_images_that_lack_a_variant_do_not_count():
    rows = measured()
    rows = rows[(rows["dataset"] == "one") | (rows["variant"] != "alike")]
    table = ablation_table(rows, rows, QUESTIONS)
    assert set(table.loc[table["question"] == "How many", "dataset"]) == {"one"}
    assert set(table.loc[table["question"] == "Nobody", "dataset"]) == {"one", "two"}


def test_without_a_truth_there_is_no_error():
    table = ablation_table(measured(), None, QUESTIONS)
    assert table["rmse"].isna().all()
    text = ablation_text(table)
    assert "error" not in text
    assert "nan" not in text


def test_the_words_say_what_the_table_says(table):
    first, second, last = ablation_text(table).split("\n\n")
    assert first.startswith(
        "**How many.** On raw one seven has a standard deviation of 2.0 points (error 2.2): "
        "three 4.0 (error 4.0), 2 times ("
    )
    assert "alike 2.1 (error 2.3), 1.1 times (" in first
    assert first.count("not significant") == 2
    assert "nobody 0.0 (error 1.0), no variation" in second
    assert last.startswith("Not significant: p is 5 % or more after Holm's correction over all 4")
    clear = table[table["variant"].isin(["three", "seven"])]
    assert "Not significant" not in ablation_text(clear)


def test_the_figure_shows_every_question_and_both_measures(table):

    def drawn(table, *names):
        return fig_ablation.draw(FigureData({"ablation": table}, dict.fromkeys(names, "twin")))

    figure = drawn(table, "one", "two")
    panels = figure.axes
    assert len(panels) == 4
    titles = [axes.get_title(loc="left").split("$  ")[-1] for axes in panels[:2]]
    assert titles == ["How many", "Nobody"]
    heights = np.concatenate([line.get_ydata() for line in panels[0].lines])
    assert np.isclose(heights, 4).any()
    assert len(drawn(table.assign(rmse=np.nan), "one").axes) == 2
    with pytest.raises(ValueError, match="nothing to draw"):
        drawn(table, "elsewhere")
