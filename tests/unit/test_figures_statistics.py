"""The figures of what many users show: what is drawn is what the tables say."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from figure_example import METHODS, TWINS, check_page, data_of, render, texts
from manyeyes.figures import fig_spread, style, words
from manyeyes.figures.registry import figure_called
from manyeyes.measures.fractions import sample_sd
from manyeyes.paper import names as paper
from manyeyes.paper.claims.placing import choices_table
from manyeyes.paper.claims.reading import claims_from_mapping
from manyeyes.paper.claims.scorecard import scorecard
from manyeyes.paper.figures import fig_claims
from manyeyes.randomness import generator
from manyeyes.statistics.panel import beside_population
from manyeyes.statistics.power import power_curves, power_table
from manyeyes.statistics.tables import (
    Contrast,
    comparison_table,
    error_table,
    mixed_comparison_table,
    spread_table,
)

TOP = Path(__file__).parents[2]
CLAIMS = claims_from_mapping(
    yaml.safe_load((TOP / "src/manyeyes/paper/claims.yaml").read_text("utf-8"))
)
VARIANTS = [name for name in METHODS if name != paper.RECORDED]
FOUR = dict.fromkeys(("NMC-2", "GRA-2", "NEX-V", "NEX-U"), "twin")


def drawn(name, tables, origins=TWINS, **more):
    """Return a figure of made-up data."""
    return figure_called(name).draw(data_of(tables, origins, **more))


def maps(votes, table, origins=FOUR):
    """Return the maps of disagreement."""
    sizes = dict.fromkeys(origins, 397.0)
    return drawn(
        "fig_disagreement", {"concentration": table}, origins, votes=votes, voxel_sizes_nm=sizes
    )


def fractions(users):
    rng = generator("made-up fractions")
    cells = itertools.product(paper.DATASETS, ("raw", "gaussian"), VARIANTS, users)
    table = pd.DataFrame(list(cells), columns=["dataset", "filter", "variant", "user"])
    table["active_fraction"] = 0.5 + 0.03 * rng.standard_normal(len(table))
    return table


@pytest.fixture(scope="module", params=["ABC", "ABCDEFGHIJKLMNOP"])
def claims(request):
    return scorecard({"volume_fractions": fractions(request.param)}, CLAIMS)


@pytest.fixture(scope="module")
def errors():
    table = fractions("ABC")
    return error_table(table.assign(bias=table["active_fraction"] - 0.49))


@pytest.fixture(scope="module")
def disagreement():
    rng = generator("made-up votes")
    votes = {
        key: (rng.integers(0, 4, (40, 40)).astype(np.uint8), 3)
        for key in itertools.product(FOUR, paper.COMPARED, ["simulated"])
    }
    rows = [
        (d, "raw", v, 3, "truth", near, 0.3 * near, 0.2 * near, 1.5)
        for (d, v, _), near in itertools.product(votes, (1, 2, 3))
    ]
    columns = "dataset filter variant users reference within_voxels disagreement_share voxel_share"
    return votes, pd.DataFrame(rows, columns=[*columns.split(), "enrichment"])


def test_the_scorecard_fits_a_page(claims):
    check_page(drawn("fig_claims", {"claims": claims}))


def test_the_scorecard_cuts_no_words_off(claims):
    written = [t.get_text() for t in texts(drawn("fig_claims", {"claims": claims}))]
    assert not any("…" in text for text in written)
    whole = " ".join(" ".join(written).split()).replace("\N{NO-BREAK SPACE}", " ")
    for claim in claims.loc[claims["paper_low"].notna(), "claim"]:
        assert " ".join(style.plain(claim).split()) in whole, claim


def test_the_scorecard_has_every_claim_once(claims):
    words = " ".join(t.get_text() for t in texts(drawn("fig_claims", {"claims": claims})))
    for claim in claims["id"]:
        assert words.count(claim) == 1, claim


def test_the_scorecard_counts_verdicts(claims):
    shown = texts(drawn("fig_claims", {"claims": claims}))
    counts = {t.get_text() for t in shown if t.get_fontsize() == 6.0}
    assert {str(n) for n in claims["verdict"].value_counts()} <= counts


def test_orderings_stand_at_their_share(claims):
    (axes,) = drawn("fig_claims", {"claims": claims}).axes
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    bar = fig_claims.LEFT + 63
    shares = sorted((d.get_xdata()[0] - bar) / 25 for d in dots if d.get_xdata()[0] < bar + 26)
    counted = ~claims["verdict"].isin(["consequence", "duplicate"])
    expected = claims.loc[(claims["kind"] == "ordering") & counted, "our_value"].dropna()
    assert len(expected) > 10
    assert shares == pytest.approx(sorted(expected))


def test_an_unknown_verdict_is_refused(claims):
    with pytest.raises(ValueError, match="found 114 claims and maybe"):
        drawn("fig_claims", {"claims": claims.assign(verdict="maybe")})


def test_methods_stand_at_their_spread_and_bias(errors):
    figure = drawn("fig_reproducible", {"errors": errors})
    check_page(figure)
    axes = next(a for a in figure.axes if "GRA-2" in a.get_title(loc="left"))
    marks = [line for line in axes.lines if line.get_marker() not in ("None", "", None)]
    rows = errors[errors["dataset"] == "GRA-2"]
    found = sorted((m.get_xdata()[0], m.get_ydata()[0]) for m in marks)
    assert np.allclose(found, sorted(zip(100 * rows["sd"], 100 * rows["bias"], strict=True)))


def test_users_who_all_agree_stand_at_the_edge():
    table = fractions("ABC")
    same = table["variant"] == "S2"
    table.loc[same, "active_fraction"] = 0.5
    assert sample_sd(table.loc[same, "active_fraction"]) == 0
    errors = error_table(table.assign(bias=0.01))
    figure = drawn("fig_reproducible", {"errors": errors}, {"NMC-1": "twin"})
    check_page(figure)
    assert any("stand at the left edge" in t.get_text() for t in texts(figure))


def test_nothing_to_draw_is_said(errors, disagreement):
    with pytest.raises(ValueError, match="nothing to draw"):
        drawn("fig_reproducible", {"errors": errors}, {"mine": "twin"})
    with pytest.raises(ValueError, match="nothing to draw"):
        maps(*disagreement, {"mine": "twin"})


def test_maps_show_where_users_differ(disagreement):
    votes, table = disagreement
    figure = maps(votes, table)
    check_page(figure)
    shown = [axes for axes in figure.axes if len(axes.images) == 2]
    assert len(shown) == 16
    differing, (counted, _) = shown[0].images[1].get_array(), votes["NMC-2", "S2", "simulated"]
    assert np.array_equal(~np.ma.getmaskarray(differing), (counted > 0) & (counted < 3))
    (panel,) = [a for a in figure.axes if "GRA-2" in a.get_title(loc="left") and not a.images]
    assert panel.lines[0].get_ydata() == pytest.approx([30, 60, 90])


def test_few_ways_to_differ_have_a_sign_each_and_many_a_bar(disagreement):
    votes, table = disagreement
    figure = maps(votes, table)
    assert "1 of 3 users differs from the others" in {t.get_text() for t in texts(figure)}
    # Maps, and a panel of lines for each dataset; no axes of a bar.
    assert len(figure.axes) == 16 + 4
    nine = {key: (counted, 9) for key, (counted, _) in votes.items()}
    output = {t.get_text() for t in texts(maps(nine, table))}
    assert "Share of pairs of users that label a pixel differently" in output
    assert not any("differ from the others" in text for text in output)


def test_what_lies_outside_the_field_of_view_is_no_active_material(disagreement):
    votes, table = disagreement
    counted, users = votes["NMC-2", "S2", "simulated"]
    cut = counted.copy()
    cut[:, :2] = 255
    for page, bounded in ((counted, False), (cut, True)):
        one = {("NMC-2", "S2", "simulated"): (page, users)}
        figure = maps(one, table, {"NMC-2": "twin"})
        (shown,) = [axes for axes in figure.axes if len(axes.images) == 2]
        assert bool(shown.patch.get_hatch()) == bounded
        output = " ".join(" ".join(text.get_text().split()) for text in figure.texts)
        assert ("hatched: outside the field of view" in output) == bounded


def test_one_dataset_with_one_variant_is_enough(disagreement):
    votes, table = disagreement
    one = {("NMC-2", "S2", "simulated"): votes["NMC-2", "S2", "simulated"]}
    check_page(maps(one, table, {"NMC-2": "twin"}))


@pytest.fixture(scope="module", params=["ABC", "ABCDEFGHIJKLMNOP"])
def compared(request):
    contrasts = [
        Contrast("MLX10 against S2", paper.DATASETS, ("raw", "MLX10"), ("raw", "S2")),
        Contrast("cWS against S2", paper.DATASETS, ("raw", "cWS"), ("raw", "S2")),
    ]
    table = fractions(request.param)
    return {
        "comparisons": comparison_table(table, contrasts),
        "comparisons_over_datasets": mixed_comparison_table(table, contrasts),
        "power_curves": power_curves([1.5, 3], [3, 10, 30]),
        "power": power_table([1.5, 3], draws=50),
    }


@pytest.mark.parametrize("users", ["ABC", "ABCDEFGHIJKLMNOP"])
def test_spreads_stand_at_their_sd_with_their_interval(users):
    table = spread_table(fractions(users))
    figure = drawn("fig_spread", {"spread": table})
    check_page(figure)
    axes = next(a for a in figure.axes if "GRA-2" in a.get_title(loc="left"))
    rows = table[table["dataset"] == "GRA-2"]
    names = [tick.get_text() for tick in axes.get_yticklabels()]
    assert names == 2 * list(VARIANTS)
    marks = [line for line in axes.lines if line.get_marker() not in ("None", "", None)]
    found = sorted(mark.get_xdata()[0] for mark in marks)
    assert found == pytest.approx(sorted(100 * rows["sd"]))


def test_panels_of_spreads_fill_the_page():
    heights = {"a": 16, "b": 26, "c": 16, "d": 26, "e": 12, "f": 12}
    assert fig_spread._stacks(heights) == [["a", "b"], ["c", "d"], ["e", "f"]]
    assert fig_spread._stacks({"a": 5}) == [["a"]]
    assert fig_spread._stacks({"a": 5, "b": 9}) == [["a"], ["b"]]


def test_the_papers_spreads_stand_beside_ours():
    figure = drawn("fig_spread", {"spread": spread_table(fractions("ABC"))}, {"NEX-V": "twin"})
    (axes,) = figure.axes
    yellow = [line for line in axes.lines if line.get_markerfacecolor() == style.PAPER_FILL]
    assert sorted(line.get_xdata()[0] for line in yellow) == pytest.approx([1, 4])
    (first, second) = [patch for patch in axes.patches if patch.get_width() > 0]
    assert (first.get_x(), second.get_width()) == pytest.approx((1, 1))


def test_every_number_of_the_paper_stands_among_choices_of_three():
    choices = choices_table({"volume_fractions": fractions("ABCDEFGHIJKLMNOP")}, paper.STATED)
    figure = drawn("fig_choices", {"choices": choices})
    check_page(figure)
    (axes,) = figure.axes
    assert len(axes.get_yticklabels()) == len(paper.PUBLICATION.stated("sd"))
    row = choices[(choices["dataset"] == "NEX-V") & (choices["variant"] == "MLX10")].iloc[0]
    (shown,) = [line for line in axes.lines if line.get_marker() == "D"]
    assert shown.get_xdata()[0] == pytest.approx(4)
    assert f"below: {100 * row['below_paper_high']:.0f} %" in {t.get_text() for t in texts(figure)}


def test_every_comparison_has_a_line_with_its_numbers(compared):
    figure = drawn("fig_comparisons", compared)
    check_page(figure)
    words = [t.get_text() for t in texts(figure)]
    names = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert names[0] == "MLX10 against S2"
    assert names[1:9] == [*paper.DATASETS, "these datasets", "datasets like these"]
    for row in compared["comparisons"].itertuples():
        assert any(text.startswith(f"{row.sd_ratio:.2f} (") for text in words)
    assert any("no evidence about people" in text.replace("\n", " ") for text in words)


def test_how_many_users_would_show_a_ratio_is_told_by_many_only(compared):
    output = " ".join(t.get_text() for t in texts(drawn("fig_comparisons", compared)))
    few = compared["comparisons"]["users"].max() < 15
    assert ("users to show it" in output) != few
    assert ("too uncertain to say" in " ".join(output.split())) == few


def test_intervals_without_limits_are_called_so_and_not_drawn(compared):
    comparisons = (
        compared["comparisons"]
        .iloc[:3]
        .assign(
            comparison="S2 gaussian against S2 raw",
            ratio_low=[0.0, 0.0, 0.002],
            ratio_high=[np.inf, 3.0, np.inf],
        )
    )
    figure = drawn("fig_comparisons", {"comparisons": comparisons})
    output = [t.get_text() for t in texts(figure)]
    assert sum("(no limit)" in text for text in output) == 1
    assert sum("(below 3.00)" in text for text in output) == 1
    assert sum("(above 0.002)" in text for text in output) == 1
    assert "S2 filtered against S2 raw" in output
    assert not any("inf" in text or "∞" in text or "0.00 to" in text for text in output)
    axes = figure.axes[0]
    # Besides that above the heading, there is one level line for each interval with a limit.
    lines = [line.get_ydata() for line in axes.lines if len(line.get_xdata()) == 2]
    assert len([ends for ends in lines if ends[0] == ends[1] > 0]) == 2


def test_a_comparison_that_a_user_has_named_keeps_its_name():
    assert words.comparison_name("S2 gaussian against cWS raw") == "S2 filtered against cWS raw"
    assert words.comparison_name("what gaussian filters do") == "what gaussian filters do"


def test_comparisons_on_single_datasets_alone_can_be_drawn(compared):
    figure = drawn("fig_comparisons", {"comparisons": compared["comparisons"]})
    check_page(figure)
    assert not any("these datasets" in t.get_text() for t in texts(figure))


def test_power_curves_are_those_of_the_table(compared):
    curves = compared["power_curves"]
    figure = drawn("fig_power", compared)
    check_page(figure)
    line = figure.axes[0].lines[0]
    rows = curves[(curves["design"] == "unpaired") & (curves["sd_ratio"] == 1.5)]
    assert line.get_xdata() == pytest.approx(rows["users"])
    assert line.get_ydata() == pytest.approx(rows["power"])


def test_no_dot_of_the_power_figure_is_cut(compared):
    comparisons = (
        compared["comparisons"]
        .iloc[:4]
        .assign(sd_ratio=[0.02, 400.0, 1.01, 3.0], users_needed=[3, 3, 9365, 9])
    )
    figure = drawn("fig_power", compared | {"comparisons": comparisons})
    axes = figure.axes[2]
    grey = [line for line in axes.lines if line.get_color() == "#9b9b9b"]
    signs = {line.get_marker(): line for line in grey}
    assert set(signs) == {"o", ">", "^"}
    assert sorted(signs["o"].get_xdata()) == pytest.approx([3, 50])
    left, right = axes.get_xlim()
    low, high = axes.get_ylim()
    for line in grey:
        assert np.all((left < line.get_xdata()) & (line.get_xdata() < right))
        assert np.all((low < line.get_ydata()) & (line.get_ydata() < high))


def test_figures_without_rows_say_so(compared):
    table = fractions("ABC")
    with pytest.raises(ValueError, match="nothing to draw"):
        drawn("fig_spread", {"spread": spread_table(table)}, {"mine": "twin"})
    with pytest.raises(ValueError, match="the paper states nothing"):
        drawn("fig_choices", {"choices": choices_table({"volume_fractions": table})})
    none = {"comparisons": compared["comparisons"].iloc[:0]}
    with pytest.raises(ValueError, match="compares no two spreads"):
        drawn("fig_comparisons", none)
    with pytest.raises(ValueError, match="compares no two spreads"):
        drawn("fig_power", compared | none)


# Half a formula, a whole one, one that cannot be read, a backslash, percent signs.
TEXTS = (r"Is $\frac{$ worth it", "Cost in $ and $", r"$\alpha$ and 100 %", r"C:\new", "a_b^c")


@pytest.mark.parametrize("text", TEXTS)
def test_what_a_user_writes_is_drawn_as_it_stands(compared, text):
    table = pd.DataFrame(
        {
            "question": text,
            "dataset": "cell",
            "filter": "raw",
            "variant": ["S1", "S2"],
            "users": 3,
            **{
                f"{name}{end}": [0.02, 0.01]
                for name in ("sd", "rmse")
                for end in ("", "_low", "_high")
            },
        }
    )
    figure = drawn("fig_ablation", {"ablation": table}, {"cell": "twin"})
    render(figure)
    title = figure.axes[0].get_title(loc="left")
    assert title.split("  ")[1].replace(r"\$", "$").replace("\n", " ") == text
    comparisons = compared["comparisons"].assign(comparison=text)
    figure = drawn("fig_comparisons", {"comparisons": comparisons})
    render(figure)
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert text in [label.replace(r"\$", "$") for label in labels]


def with_population():
    """Return the spread of three users beside that of sixteen, on the raw images of two twins."""
    many = fractions("ABCDEFGHIJKLMNOP")
    sampled = many["dataset"].isin(["NMC-2", "NEX-V"]) & many["variant"].isin(["S2", "MLX10"])
    sample = many[sampled & (many["filter"] == "raw")]
    return beside_population(spread_table(many[many["user"].isin(list("ABC"))]), sample)


def test_the_spread_of_a_population_stands_beside_that_of_the_study_s_users():
    table = with_population()
    figure = drawn("fig_spread", {"spread": table})
    hollow = [
        100 * line.get_xdata()[0]
        for axes in figure.axes
        for line in axes.lines
        if line.get_marker() == "o" and line.get_markerfacecolor() == "white"
    ]
    expected = 1e4 * table["population_sd"].dropna()
    assert sorted(hollow) == pytest.approx(sorted(expected))
    assert any("16 users of the same population" in text.get_text() for text in texts(figure))
    plain = drawn("fig_spread", {"spread": table.drop(columns="population_sd")})
    assert not any("population" in text.get_text() for text in texts(plain))
