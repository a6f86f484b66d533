"""Figures of simulated users and recorded people: side by side, each with its own numbers."""

import itertools
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from figure_example import data_of, texts, words_of
from manyeyes.fibsem.sampling import with_sampling_interval
from manyeyes.figures import bars, groups, style
from manyeyes.figures.figure import FigureData
from manyeyes.figures.registry import figure_called, needs_of_figure
from manyeyes.groups import of_group
from manyeyes.measures.tables import (
    PAPER,
    Baseline,
    accuracy_summary,
    baseline_table,
    variability_table,
)
from manyeyes.paper.tables import table_1, table_s1
from manyeyes.randomness import generator
from manyeyes.statistics.ablations import ablation_table
from manyeyes.statistics.power import power_curves, power_table
from manyeyes.statistics.tables import Contrast, comparison_table, error_table, spread_table
from manyeyes.study.model import Cell

VARIANTS = ("S2", "cWS", "MLX10")
USERS = {"simulated": "ABCD", "recorded": ("ann", "bob", "cleo")}
ORIGINS = {"mine": "measured"}
KEY = ["dataset", "filter", "variant", "made_by"]


def fractions(users=USERS):
    rng = generator("two groups")
    rows = [
        ("mine", filter_, variant, user, name)
        for filter_ in ("raw", "gaussian")
        for variant in VARIANTS
        for name, members in users.items()
        for user in members
    ]
    table = pd.DataFrame(rows, columns=["dataset", "filter", "variant", "user", "made_by"])
    scale = np.where(table["made_by"] == "recorded", 0.05, 0.02)
    table["active_fraction"] = 0.5 + scale * rng.standard_normal(len(table))
    return table.assign(truth_fraction=0.5, truth_fraction_filled=0.51)


def pairs(table):
    rows = [
        (*key, a.user, b.user, 100 * abs(a.active_fraction - b.active_fraction))
        for key, group in table.groupby(KEY, sort=False)
        for a, b in itertools.combinations(group.itertuples(), 2)
    ]
    return pd.DataFrame(rows, columns=[*KEY, "user_a", "user_b", "percent_different"])


@pytest.fixture(scope="module")
def tables():
    table = fractions()
    accuracy = table[["dataset", "filter", "variant", "user", "made_by"]].assign(
        bias=table["active_fraction"] - 0.5, dice=0.9, voxel_error=0.05
    )
    contrasts = [
        Contrast("cWS against S2", ("mine",), ("raw", "cWS"), ("raw", "S2"), name) for name in USERS
    ]
    return {
        "volume_fractions": table,
        "pairwise": pairs(table),
        "variability": variability_table(table, pairs(table)),
        "spread": spread_table(table),
        "errors": error_table(accuracy),
        "accuracy": accuracy,
        "accuracy_summary": accuracy_summary(accuracy),
        "comparisons": comparison_table(table, contrasts),
        "ablation": ablation_table(table, accuracy, {"Why?": ["cWS", "S2"]}),
    }


def drawn(name, tables, **more):
    """Return a figure of a measured dataset."""
    return figure_called(name).draw(data_of(tables, ORIGINS, **more))


def bars_of(table, **more):
    """Return bars of the standard deviations of a table of volume fractions."""
    tables = {"volume_fractions": table, "variability": variability_table(table, pairs(table))}
    origins = dict.fromkeys(table["dataset"], "measured")
    return bars.draw(data_of(tables, origins, variants=VARIANTS), **more)


def test_bars_of_both_groups_stand_side_by_side(tables):
    figure = drawn("fig5", tables, variants=VARIANTS)
    output = words_of(figure)
    assert "simulated users" in output
    assert "recorded people" in output
    assert "n = 4 simulated users and 3 recorded people per bar" in output
    heights = [bar.get_height() for bar in figure.axes[0].patches]
    shown = tables["variability"].set_index(KEY)["sd"]
    assert sorted(heights) == pytest.approx(sorted(shown))
    crossed = [bar.get_height() for bar in figure.axes[0].patches if bar.get_hatch() == "xxxxx"]
    assert sorted(crossed) == pytest.approx(sorted(shown.xs("recorded", level="made_by")))


def test_people_alone_look_as_users_do(tables):
    output = words_of(bars_of(of_group(fractions(), "recorded")))
    assert "people)" not in output
    assert "n = 3 users per bar" in output


def test_a_single_person_beside_simulated_users_has_no_bar():
    figure = bars_of(fractions({"simulated": "ABC", "recorded": ["ann"]}))
    assert len(figure.axes[0].patches) == 6
    assert any("n = 3 users per bar" in text.get_text() for text in texts(figure))


def test_limits_of_the_paper_stand_beside_its_datasets_only():
    people = of_group(fractions(), "recorded")
    limits = {"sd": (0.06, "all below 0.06 in the paper")}
    for name, there in (("mine", False), ("NMC-2", True)):
        figure = bars_of(people.assign(dataset=name), limits=limits)
        assert ("in the paper" in words_of(figure)) == there


def test_users_one_by_one_and_people_as_stars(tables):
    figure = drawn("fig_s2", tables, variants=("S2",))
    output = words_of(figure)
    assert "S2 (people)" in output
    assert "recorded people" in output
    assert "user ann" not in output
    stars = [line for line in figure.axes[0].lines if line.get_marker() == "*"]
    assert len(stars) == 2 * 3


def test_statistics_are_drawn_for_both_groups(tables):
    both = "4 simulated users and 3 recorded people"
    spread = drawn("fig_spread", tables)
    assert both in words_of(spread)
    names = [tick.get_text() for tick in spread.axes[0].get_yticklabels()]
    assert names == 2 * [name for v in VARIANTS for name in (v, f"{v} (people)")]
    assert both in words_of(drawn("fig_reproducible", tables))
    assert both in words_of(drawn("fig_ablation", tables))
    output = words_of(drawn("fig_comparisons", tables))
    assert both in output
    assert "mine (people)" in output
    output = words_of(drawn("fig_accuracy", tables))
    assert "MLX10 (people)" in output


def test_power_says_nothing_of_the_paper_beside_other_data(tables):
    ratios = [2, 4]
    tables = tables | {"power_curves": power_curves(ratios, [3, 10]), "power": power_table(ratios)}
    output = words_of(drawn("fig_power", tables))
    assert "paper" not in output
    assert "Stars in c: comparisons of recorded people" in output
    tables["comparisons"] = tables["comparisons"].assign(dataset="NMC-2")
    figure = figure_called("fig_power").draw(data_of(tables, {"NMC-2": "twin"}))
    assert "paper" in words_of(figure)


def test_baselines_are_compared_with_each_group():
    table = fractions()
    baseline = baseline_table(table, {"mine": [Baseline("measured", 0.51, 0.505), PAPER]})
    scatters = pd.DataFrame(
        {"block": ["FIB-SEM", "mine"], "scatter_in_electrode": 0.01, "scatter_from_volume": 0.02}
    )
    baseline = with_sampling_interval(baseline, scatters)
    figure = drawn("fig_baseline", {"volume_fractions": table, "baseline": baseline})
    assert "S2 (people)" in words_of(figure)


def test_votes_of_each_group_have_a_map():
    votes = {("mine", "S2", name): (np.ones((20, 20), np.uint8), 3) for name in USERS}
    rows = [
        ("mine", "raw", "S2", name, 3, "majority", near, 0.3 * near, 0.2 * near, 1.5)
        for name in USERS
        for near in (1, 2, 3)
    ]
    columns = ["users", "reference", "within_voxels", "disagreement_share", "voxel_share"]
    concentration = pd.DataFrame(rows, columns=[*KEY, *columns, "enrichment"])
    more = {"filters": ("raw",), "voxel_sizes_nm": {"mine": 350.0}}
    figure = drawn("fig_disagreement", {"concentration": concentration}, votes=votes, **more)
    assert len([axes for axes in figure.axes if len(axes.images) == 2]) == 2
    assert "mine, S2 (people)" in words_of(figure)
    one = {key: page for key, page in votes.items() if key[2] == "recorded"}
    people = {"concentration": of_group(concentration, "recorded")}
    alone = drawn("fig_disagreement", people, votes=one, **more)
    assert "people" not in words_of(alone)


def test_tables_of_the_paper_have_a_row_for_each_group(tables):
    found = table_s1(tables["variability"], ["mine"], VARIANTS)
    assert "S2 (people)" in found["Variant"].tolist()
    dataset = SimpleNamespace(
        material="NMC811", voxel_size_nm=350, origin="measured", shape=(24, 48, 48)
    )
    assert "Data source in the paper" not in table_1({"mine": dataset})
    assert "Data source in the paper" in table_1({"NMC-1": dataset})


def test_slices_side_by_side_are_of_one_group():
    people = [Cell("mine", "raw", "MLX25", user, "recorded") for user in ("ann", "bob")]
    cells = [Cell("mine", "raw", "MLX25", "A"), *people]
    study = SimpleNamespace(
        cells=lambda: cells,
        images=lambda: [("mine", "raw")],
        datasets={"mine": SimpleNamespace(shown_apart=False)},
        filters={"raw": {"method": "none"}},
        variants={"MLX25": {"method": "drawn_forest", "coverage_percent": 25}},
    )
    assert [cell.user for cell in needs_of_figure("fig1", study).cells] == ["ann", "bob"]


def test_an_axis_of_decades_has_numbers_to_read():
    for low, high in ((0.21, 0.48), (0.3, 0.4), (1.01, 1.03), (0.02, 30), (3.2, 4.9)):
        ticks = style.log_ticks(low, high)
        assert len(ticks) > 1
        assert all(low < tick < high for tick in ticks)
    assert style.log_ticks(0.09, 11) == [0.1, 0.2, 0.5, 1, 2, 5, 10]


def test_own_variants_of_people_share_the_colour_of_the_variant():
    styles = style.variant_styles(["mine", "mine (people)", "other"])
    assert styles["mine"].colour == styles["mine (people)"].colour != styles["other"].colour


def test_variants_are_in_the_order_of_the_config_and_people_follow():
    data = FigureData(methods={"one": "threshold", "two": "watershed"}, only_peoples=("theirs",))
    assert data.in_order(["x", "two (people)", "two", "one"]) == ["one", "two", "two (people)", "x"]
    assert groups.is_peoples(data, "two (people)")
    assert groups.is_peoples(data, "theirs")
    assert not groups.is_peoples(data, "two")


def test_the_caption_of_accuracy_speaks_of_references_as_well_as_of_twins():
    """A laboratory may give a truth for a measured tomogram."""
    caption = " ".join(figure_called("fig_accuracy").caption.split())
    assert "a reference" in caption
    assert "twins only" not in caption
