"""The first screen's sentences follow from made-up tables, and offsets are found by their role."""

from itertools import product

import numpy as np
import pandas as pd

from manyeyes.report.answer import answer
from manyeyes.report.first_screen import (
    interval_factors,
    method_sentence,
    of_population,
    painting_sentence,
    standing,
    sure_sentence,
    without_offsets,
)
from manyeyes.study.variants import has_offset, with_offset

METHODS = {"low": "threshold", "eye": "threshold", "P10": "drawn_forest", "P25": "drawn_forest"}
VARIANTS = {
    "low": {"method": "threshold", "offset": -7},
    "eye": {"method": "threshold", "offset": 0},
    "P10": {"method": "drawn_forest", "coverage_percent": 10},
}
COLUMNS = ["dataset", "filter", "variant", "users", "mean", "sd"]


def variability(*rows):
    return pd.DataFrame(rows, columns=COLUMNS).assign(mean_percent_different=1.0)


TABLE = variability(
    ("one", "raw", "eye", 3, 0.50, 0.04),
    ("one", "raw", "low", 3, 0.70, 0.04),
    ("one", "raw", "P10", 3, 0.53, 0.01),
    ("one", "raw", "P25", 3, 0.54, 0.02),
    ("two", "raw", "eye", 3, 0.40, 0.02),
    ("two", "raw", "P10", 3, 0.45, 0.03),
    ("three", "raw", "eye", 3, 0.40, 0.09),
)


def fractions(sds, users, rest=("other", "raw", "eye")):
    """Return volume fractions of many users, and of the first three of them elsewhere."""
    names = [f"u{i}" for i in range(users)]
    rows = [
        (dataset, "raw", "eye", user, 0.5 + scale * place)
        for dataset, scale in sds.items()
        for user, place in zip(names, spread_out(users), strict=True)
    ]
    rows += [(*rest, user, 0.5) for user in names[:3]]
    return pd.DataFrame(rows, columns=["dataset", "filter", "variant", "user", "active_fraction"])


def spread_out(users):
    """Return values of which the first three lie closest together."""
    return np.cumsum(np.concatenate([[0.0, 0.001, 0.001], np.ones(users - 3)]))


def test_offsets_are_found_by_their_role():
    assert [has_offset(variant) for variant in VARIANTS.values()] == [True, False, False]
    assert with_offset(VARIANTS) == ["low"]


def test_deliberate_offsets_are_left_out_unless_nothing_else_is_there():
    kept = without_offsets({"a": TABLE, "b": TABLE[TABLE["variant"] == "low"]}, {"low"})
    assert "low" not in set(kept["a"]["variant"])
    assert len(kept["b"]) == 1
    found = answer({"variability": TABLE}, {"one": "twin"}, {"A": "simulated"}, METHODS, ["low"])
    # Dataset one: 0.50 to 0.54; two: 0.40 to 0.45. With the offset it would be 20 points on one.
    assert "4.5 points on raw images" in dict(found.first)["Method or person?"]
    assert "5.0 on two" in dict(found.parts)["How much does the method matter?"]


def test_painting_is_compared_where_thresholds_were_set_too():
    rows = TABLE[TABLE["variant"] != "low"]
    text = painting_sentence(rows, METHODS)
    # Painting: 1.5 on one (median of two coverages), 3.0 on two; thresholds 4.0 and 2.0.
    assert text == (
        "On the raw images of one and two, three users differ by 2.2 points (SD, median over "
        "images) when they paint labels and by 3.0 when they set a threshold; painting spreads "
        "less on 1 of 2."
    )
    apart = rows[(rows["dataset"] == "two") | (rows["variant"] != "P25")].assign(
        sd=lambda t: t["sd"].where(t["variant"] != "P10", 0.001)
    )
    assert painting_sentence(apart, METHODS).endswith("painting spreads less on all.")
    alone = painting_sentence(rows[rows["dataset"] == "one"], METHODS)
    assert "On raw one, three users differ by 1.5 points" in alone
    assert alone.endswith("painting spreads less.")
    assert painting_sentence(rows[rows["dataset"] == "three"], METHODS) == ""


def test_painting_is_judged_by_a_population_where_there_is_one():
    rows = TABLE[TABLE["variant"] != "low"].assign(
        users=lambda t: np.where(t["dataset"] == "two", 33, 3)
    )
    text = painting_sentence(rows, METHODS)
    assert "On raw two, 33 users differ by 3.0 points" in text
    assert text.endswith("painting spreads not less.")


def test_the_method_is_set_beside_the_person():
    rows = TABLE[TABLE["variant"] != "low"]
    assert method_sentence(rows, rows) == (
        "The choice of method moves the users' mean by 4.5 points on raw images (highest minus "
        "lowest); users of one method differ by 2.5 on raw images (SD). All are medians."
    )
    assert method_sentence(rows[rows["variant"] == "eye"], rows) == ""


def test_a_few_users_are_warned_of_with_the_factor_of_their_intervals():
    assert standing(3, None) == (
        "Three users cannot show much: the standard deviation over all such users may be 0.5 to "
        "6.3 times the one measured (95 %)."
    )
    assert standing(15, None) == ""
    table = pd.DataFrame({"users": [3, 3, 5], "sd": [1.0, 2.0, 1.0], "sd_low": [0.5, 1.0, 0.9]})
    table["sd_high"] = [4.0, 8.0, 1.1]
    assert interval_factors(3, table) == (0.5, 4.0)
    assert "0.5 to 4.0 times" in standing(3, table)


def test_a_panel_is_placed_among_all_choices_of_its_population():
    spread = pd.DataFrame({"users": [3, 3, 3], "population": [30, 30, np.nan]})
    spread["place"] = [0.1, 0.2, np.nan]
    assert standing(3, spread) == (
        "This study's three users are one of 4\u202f060 choices of 3 out of 30. Their standard "
        "deviation exceeds that of 15 % of all choices (median; 10 to 20 %), on two combinations "
        "of image and variant that all of them did. They agree better than most choices would, so "
        "their spreads here are low."
    )
    assert "so their spreads here are high" in standing(3, spread.assign(place=0.9))


def test_where_there_is_a_population_it_answers():
    spread = TABLE.assign(population=np.nan, population_sd=np.nan)
    pd.testing.assert_frame_equal(of_population(TABLE, spread), TABLE)
    spread.loc[0, ["population", "population_sd"]] = [30, 0.07]
    (row,) = of_population(TABLE, spread).itertuples()
    assert (row.users, row.sd, row.variant) == (30, 0.07, TABLE["variant"].iloc[0])
    text = method_sentence(TABLE, TABLE, spread)
    assert ", 30 users by 7.0 where the study's own differ by" in text


def test_how_sure_counts_comparisons_and_names_the_users_needed():
    tested = {"comparisons": pd.DataFrame({"p_holm": [0.01, 0.02, 0.5, np.nan]})}
    text = sure_sentence(tested)
    assert text == "2 of 3 planned comparisons of spread show a difference beyond chance."
    power = pd.DataFrame(
        list(product(["unpaired", "paired"], [1.5, 2.0])), columns=["design", "sd_ratio"]
    ).assign(users=[50, 19, 39, 15])
    assert sure_sentence({"power": power}) == (
        "To show that one spread is twice another takes 19 users for each method (power 80 %)."
    )
    assert sure_sentence({}) == ""


def test_the_first_screen_has_at_most_three_sentences_and_one_for_many_users():
    many = TABLE.assign(users=30)
    found = answer({"variability": many}, {"one": "twin"}, {"A": "simulated"}, METHODS)
    assert found.headline.startswith("30 simulated users who segment the same image")
    assert [question for question, _ in found.first] == [
        "Painting or thresholds?",
        "Method or person?",
    ]
