"""The scorecard on made-up studies whose truth is known."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from claims_example import DOCUMENT, SWEEP, study
from manyeyes.paper.claims.definition import VERDICTS
from manyeyes.paper.claims.panels import StudyTables
from manyeyes.paper.claims.quantities import Aggregate, Condition, evaluate
from manyeyes.paper.claims.reading import claims_from_mapping
from manyeyes.paper.claims.scorecard import count_verdicts, scorecard, summary_sentence


def papers_world(dataset, filter_, variant):
    """SDs in which most of what the paper says is true."""
    if variant.startswith("MLX"):
        return {"NEX-V": {"MLX10": 0.045}}.get(dataset, {}).get(variant, 0.004)
    return {"NEX-V": 0.015, "NEX-U": 0.04}.get(dataset, 0.10 if filter_ == "raw" else 0.05)


def upside_down(dataset, filter_, variant):
    return 0.10 if variant.startswith("MLX") else 0.004


CLAIMS_OF_PAPER = claims_from_mapping(DOCUMENT)


@pytest.fixture(scope="module")
def agreeing():
    return scorecard(study(papers_world), CLAIMS_OF_PAPER).set_index("id")


@pytest.fixture(scope="module")
def contrary():
    return scorecard(study(upside_down), CLAIMS_OF_PAPER).set_index("id")


@pytest.fixture(scope="module")
def of_three():
    tables = study(papers_world, users=3, realisations=1, realisation_column=False)
    return scorecard(tables, CLAIMS_OF_PAPER).set_index("id")


def only(*ids):
    """Return some of the paper's claims."""
    entries = [entry for entry in DOCUMENT["claims"] if entry["id"] in ids]
    return claims_from_mapping({**DOCUMENT, "claims": entries})


def one_check(**check):
    """Return claims of a single ordering or number, under the shipped rules."""
    kind = "number" if check.get("is") in ("near", "between") else "ordering"
    entry = {"id": "X", "place": "-", "claim": "-", "paper": "-", "kind": kind, "checks": [check]}
    return claims_from_mapping({**DOCUMENT, "claims": [entry]})


def two_conditions(ratio, users, seed, realisations=1):
    """Return a study with S2 and cWS on one image, S2 spreading by a factor."""
    cells = [("NMC-1", "raw", "S2"), ("NMC-1", "raw", "cWS")]
    return study(
        lambda dataset, filter_, variant: 0.02 * (ratio if variant == "S2" else 1),
        users=users,
        realisations=realisations,
        cells=cells,
        seed=seed,
    )


ABOVE = one_check(
    metric="sd",
    where={"dataset": "NMC-1", "filter": "raw"},
    left={"variant": "S2"},
    right={"variant": "cWS"},
    **{"is": "above"},
)


@pytest.mark.parametrize("card", ["agreeing", "contrary", "of_three"])
def test_every_claim_has_a_row_a_verdict_and_a_reason(card, request):
    table = request.getfixturevalue(card)
    assert table.index.tolist() == [f"C{n:03d}" for n in range(1, 115)]
    assert set(table["verdict"]) <= set(VERDICTS)
    assert table["reason"].str.endswith(".").all()
    assert (table["claim"].str.len() > 10).all()


def test_columns(agreeing):
    assert list(agreeing.reset_index())[:8] == [
        "id",
        "claim",
        "paper_value",
        "our_value",
        "low",
        "high",
        "verdict",
        "reason",
    ]


@pytest.mark.parametrize("claim", ["C001", "C002", "C024", "C032", "C044", "C066", "C081", "C086"])
def test_a_world_as_the_paper_says_agrees(agreeing, claim):
    assert agreeing.loc[claim, "verdict"] == "agrees"


@pytest.mark.parametrize("claim", ["C001", "C002", "C005", "C024", "C044", "C066", "C081", "C082"])
def test_a_world_upside_down_disagrees(contrary, claim):
    assert contrary.loc[claim, "verdict"] == "disagrees"


def test_three_users_leave_a_world_of_equal_spreads_undecided():
    verdicts = []
    for seed in range(2):
        tables = study(lambda *cell: 0.03, users=3, realisations=1, seed=seed)
        card = scorecard({"volume_fractions": tables["volume_fractions"]}, CLAIMS_OF_PAPER)
        tested = card["verdict"].isin(["agrees", "disagrees", "undecided"])
        verdicts += card.loc[tested, "verdict"].tolist()
    assert len(verdicts) > 60
    assert np.mean([verdict == "undecided" for verdict in verdicts]) > 0.9


def test_three_users_never_confirm_a_number(of_three):
    tested = of_three[of_three["kind"].isin(["ordering", "number"]) & (of_three["users"] == 3)]
    assert len(tested) > 70
    numbers = tested[tested["kind"] == "number"]
    assert not (numbers["verdict"] == "agrees").any()
    assert tested["reason"].str.contains("too few").all()


def test_a_single_choice_has_the_limits_of_the_f_test():
    """SDs of three differ at 5 % from a ratio of 6.24 on: 97.5 % of plausible populations."""

    def verdict(ratio):
        tables = two_conditions(1.0, 3, seed=0)
        fractions = tables["volume_fractions"]
        values = np.array([0.4, 0.5, 0.6])
        for variant, factor in (("S2", ratio), ("cWS", 1.0)):
            rows = fractions["variant"] == variant
            fractions.loc[rows, "active_fraction"] = 0.5 + 0.1 * factor * (values - 0.5)
        return scorecard(tables, ABOVE)["verdict"].item()

    assert verdict(5.5) == "undecided"
    assert verdict(7.0) == "agrees"
    assert verdict(1 / 5.5) == "undecided"
    assert verdict(1 / 7.0) == "disagrees"


@pytest.mark.parametrize(("users", "studies"), [(3, 150), (10, 80), (15, 80), (30, 40)])
def test_equal_spreads_are_seldom_judged(users, studies):
    """The error rate of the words: agreement and disagreement where there is no difference."""
    verdicts = [
        scorecard(two_conditions(1.0, users, seed), ABOVE)["verdict"].item()
        for seed in range(studies)
    ]
    wrong = studies - verdicts.count("undecided")
    assert wrong <= 0.05 * studies + 4 * np.sqrt(0.05 * 0.95 * studies)


def test_a_clear_difference_is_seen_with_thirty_users():
    verdicts = [
        scorecard(two_conditions(3.0, 30, seed), ABOVE)["verdict"].item() for seed in range(20)
    ]
    assert verdicts.count("agrees") >= 18


def test_an_ordering_is_the_share_of_all_choices_and_realisations():
    tables = two_conditions(1.3, 16, seed=4, realisations=3)
    row = scorecard(tables, ABOVE).iloc[0]
    fractions = tables["volume_fractions"].set_index(["variant", "realisation", "user"])
    values = fractions["active_fraction"].unstack("user")
    held = [
        np.std(values.loc["S2", r].to_numpy()[list(chosen)], ddof=1)
        > np.std(values.loc["cWS", r].to_numpy()[list(chosen)], ddof=1)
        for r in range(3)
        for chosen in combinations(range(16), 3)
    ]
    assert row["our_value"] == pytest.approx(np.mean(held))
    assert row["low"] < row["our_value"] < row["high"]
    assert (row["users"], row["realisations"]) == (16, 3)
    assert "560 choices of three out of 16 users, each on 3 realisations" in row["reason"]


@pytest.mark.parametrize(
    ("value", "verdict"), [(0.02, "agrees"), (0.2, "disagrees"), (0.002, "disagrees")]
)
def test_a_number_is_placed_among_our_choices(value, verdict):
    near = one_check(
        metric="sd",
        left={"dataset": "NMC-1", "filter": "raw", "variant": "S2"},
        value=value,
        **{"is": "near"},
    )
    row = scorecard(two_conditions(1.0, 30, seed=1), near).iloc[0]
    assert row["verdict"] == verdict
    assert row["low"] < row["our_value"] < row["high"]
    assert row["our_value"] == pytest.approx(0.02 * 0.83, rel=0.3)  # median SD of three
    expected = 100 if value == 0.2 else 0 if value == 0.002 else row["paper_percentile"]
    assert row["paper_percentile"] == pytest.approx(expected, abs=1.5)


def test_a_range_agrees_where_half_of_the_choices_lie():
    def verdict(low, high):
        claim = one_check(
            metric="sd",
            where={"dataset": "NMC-1", "filter": "raw"},
            left={"variant": "S2", "per": {"variant": "cWS"}},
            value=[low, high],
            **{"is": "between"},
        )
        return scorecard(two_conditions(1.0, 30, seed=1), claim)["verdict"].item()

    assert verdict(0.3, 3.0) == "agrees"
    assert verdict(2.0, 3.0) == "undecided"
    assert verdict(100.0, 200.0) == "disagrees"


@pytest.mark.parametrize(("who", "verdict"), [(["cWS"], "disagrees"), (["S2", "cWS"], "undecided")])
def test_users_who_never_differ_leave_ratios_defined_or_open(who, verdict):
    """With 8-bit thresholds users can agree exactly: ratios are infinite, or no number at all."""
    tables = two_conditions(1.0, 30, seed=1)
    fractions = tables["volume_fractions"]
    fractions.loc[fractions["variant"].isin(who), "active_fraction"] = 0.5
    claim = one_check(
        metric="sd",
        where={"dataset": "NMC-1", "filter": "raw"},
        left={"variant": "S2", "per": {"variant": "cWS"}},
        value=[2, 4],
        **{"is": "between"},
    )
    row = scorecard(tables, claim).iloc[0]
    assert row["verdict"] == verdict
    assert ("no number" in row["reason"]) == (len(who) == 2)


def test_all_needs_every_part_and_one_clear_reversal_refutes_it():
    def verdict(spreads):
        cells = [("NMC-1", "raw", v) for v in ("S2", "cWS", "gWS")]
        tables = study(lambda d, f, v: spreads[v], users=30, cells=cells)
        claim = one_check(
            metric="sd",
            where={"dataset": "NMC-1", "filter": "raw"},
            left={"variant": "S2"},
            right={"each": {"variant": ["cWS", "gWS"]}},
            **{"is": "below"},
        )
        return scorecard(tables, claim)["verdict"].item()

    assert verdict({"S2": 0.01, "cWS": 0.1, "gWS": 0.1}) == "agrees"
    assert verdict({"S2": 0.01, "cWS": 0.1, "gWS": 0.001}) == "disagrees"
    assert verdict({"S2": 0.01, "cWS": 0.1, "gWS": 0.011}) == "undecided"
    # rarely all at once by chance alone, but nothing speaks against any of it
    assert verdict({"S2": 0.01, "cWS": 0.01, "gWS": 0.01}) == "undecided"


def test_any_needs_one_part_that_is_always_the_same():
    variants = ["S1", "S2", "S3", "gWS", "cWS"]

    def verdict(factors):
        cells = [("NMC-2", f, v) for f in ("raw", "gaussian") for v in variants]
        tables = study(
            lambda d, f, v: 0.02 * (factors.get(v, 1.0) if f == "gaussian" else 1.0), cells=cells
        )
        claim = one_check(
            metric="sd",
            hold="any",
            each={"variant": variants},
            where={"dataset": "NMC-2"},
            left={"filter": "gaussian"},
            right={"filter": "raw"},
            **{"is": "above"},
        )
        return scorecard(tables, claim)["verdict"].item()

    assert verdict({"gWS": 5.0}) == "agrees"
    assert verdict(dict.fromkeys(variants, 0.05)) == "disagrees"
    assert verdict({}) == "undecided"  # with five equal pairs some filtered one is higher by chance


def test_a_number_among_the_checks_does_not_hide_a_reversed_ordering(contrary):
    assert contrary.loc["C057", "verdict"] == "disagrees"


def test_calibrated_and_constructed_never_agree(agreeing):
    assert agreeing.loc[["C055", "C056"], "verdict"].tolist() == ["calibrated"] * 2
    assert agreeing.loc["C055", "our_value"] > 0
    assert agreeing.loc["C071", "verdict"] == "by construction"
    assert np.isnan(agreeing.loc["C071", "our_value"])
    assert "Rests in part on what was calibrated" in agreeing.loc["C005", "reason"]
    assert "calibrated" not in agreeing.loc["C079", "reason"]


def test_contradictions_are_shown_on_both_sides(agreeing):
    assert agreeing.loc["C108", "contradicts"] == "C094 C103"
    assert "contradicts itself here: see C108" in agreeing.loc["C103", "reason"]


def test_what_a_study_lacks_is_not_testable_there():
    tables = study(papers_world, cells=[("NMC-1", "raw", "S2")], users=15)
    card = scorecard({"volume_fractions": tables["volume_fractions"]}, CLAIMS_OF_PAPER)
    card = card.set_index("id")
    tested = ["agrees", "disagrees", "undecided", "calibrated"]
    assert not card["verdict"].isin(tested).any()
    assert "MLX10 on gaussian GRA-2" in card.loc["C047", "reason"]
    assert "image_quality" in card.loc["C029", "reason"]
    assert "baseline" in card.loc["C093", "reason"]


def test_the_ablations_are_testable_once_a_study_has_them():
    names = {"MLX25": 0.01, "MLX25-3slices": 0.011, "MLX25-uncorrected": 0.06}
    cells = [(dataset, "raw", name) for dataset in ("NMC-2", "GRA-2") for name in names]
    card = scorecard(study(lambda d, f, v: names[v], cells=cells), CLAIMS_OF_PAPER)
    verdicts = card.set_index("id")["verdict"]
    assert verdicts["C025"] == "agrees"
    assert verdicts["C023"] == "undecided"
    assert verdicts["C026"] == "not testable here"


def test_only_users_who_did_both_sides_are_compared():
    tables = two_conditions(3.0, 14, seed=2)
    fractions = tables["volume_fractions"]
    late = fractions["user"].isin(["user 12", "user 13"]) & (fractions["variant"] == "cWS")
    row = scorecard({"volume_fractions": fractions[~late]}, ABOVE).iloc[0]
    assert row["users"] == 12
    lone = fractions[(fractions["user"] == "user 1") | (fractions["variant"] == "S2")]
    row = scorecard({"volume_fractions": lone}, ABOVE).iloc[0]
    assert row["verdict"] == "not testable here"
    assert "share 1 users" in row["reason"]


def test_the_baseline_is_the_measured_one():
    """Both baselines are in the table; 0.5 is measured, 0.508 the paper's."""
    tables = study(papers_world, users=15, realisations=1)
    fractions = tables["volume_fractions"]
    chosen = fractions["variant"].eq("MLX25") & fractions["dataset"].eq("NEX-V")
    fractions.loc[chosen, "active_fraction"] = 0.512
    card = scorecard(tables, only("C093")).set_index("id")
    assert card.loc["C093", "our_value"] == pytest.approx(2.4)
    assert card.loc["C093", "verdict"] == "agrees"
    only_paper = tables["baseline"][tables["baseline"]["baseline_source"] == "paper"]
    card = scorecard({**tables, "baseline": only_paper}, only("C093")).set_index("id")
    assert card.loc["C093", "verdict"] == "not testable here"


@pytest.mark.parametrize(
    ("in_block", "verdict"),
    [(0.004, "consequence"), (0.001, "consequence"), (0.0, "not testable here")],
)
def test_closed_pores_are_compared_with_the_blocks(in_block, verdict):
    tables = study(papers_world, users=15, realisations=1)
    measured = tables["baseline"]["baseline_source"] == "measured"
    tables["baseline"].loc[measured, "baseline_closed_pores"] = in_block
    row = scorecard(tables, only("C070")).iloc[0]
    assert row["verdict"] == verdict
    if in_block:
        assert row["our_value"] == (1.0 if in_block > 0.002 else 0.0)


def test_a_dataset_with_two_measured_baselines_is_refused():
    tables = study(papers_world, users=15, realisations=1, realisation_column=False)
    tables["baseline"].loc[0, "baseline"] = 0.6
    tables["baseline"].loc[0, "baseline_source"] = "measured"
    with pytest.raises(ValueError, match="several measured baselines"):
        scorecard(tables, only("C093"))


def test_an_image_that_cannot_be_measured_is_not_testable():
    tables = study(papers_world, users=3, realisations=1)
    quality = tables["image_quality"]
    quality.loc[quality["dataset"] == "GRA-1", "contrast_to_noise"] = np.nan
    card = scorecard(tables, only("C029")).set_index("id")
    assert card.loc["C029", "verdict"] == "not testable here"
    assert "could not be measured" in card.loc["C029", "reason"]


def test_images_need_no_users(of_three):
    row = of_three.loc["C029"]
    assert (row["verdict"], row["users"], row["our_value"]) == ("consequence", 0, 1.0)
    assert row["reason"].startswith("Holds.")
    # the gain of the filter is the same everywhere in this made-up study
    assert of_three.loc["C031", "our_value"] == 0.0


def test_two_metrics_in_one_place():
    """Nested sets: the lowest SD and the fewest differing voxels go together nearly always."""
    cells = [("GRA-2", f, v) for f in ("raw", "gaussian") for v in SWEEP]
    spreads = dict(zip(SWEEP, (0.05, 0.04, 0.001, 0.03, 0.02), strict=True))
    card = scorecard(study(lambda d, f, v: spreads[v], cells=cells), CLAIMS_OF_PAPER)
    card = card.set_index("id")
    assert card.loc["C063", "verdict"] == "agrees"
    assert card.loc["C062", "verdict"] == "disagrees"  # 35 % is the lowest, not 65 %


def test_the_scorecard_is_the_same_every_time(of_three):
    tables = study(papers_world, users=3, realisations=1, realisation_column=False)
    pd.testing.assert_frame_equal(scorecard(tables, CLAIMS_OF_PAPER).set_index("id"), of_three)


def test_counts_and_summary(agreeing):
    card = agreeing.reset_index()
    counts = count_verdicts(card)
    assert counts["verdict"].tolist() == list(VERDICTS)
    assert counts["claims"].sum() == 114
    assert (counts[["ordering", "number", "other"]].sum(axis=1) == counts["claims"]).all()
    sentence = summary_sentence(card)
    tested = counts.set_index("verdict")["claims"][["agrees", "disagrees", "undecided"]].sum()
    assert f"Of 114 claims {tested} could be tested" in sentence
    assert "The others do not count as agreement" in sentence


def test_a_block_without_closed_pores_in_a_realisation_is_nothing_to_compare_with():
    cell = Condition("NEX-V", "raw", "S2")
    tables = study(papers_world, users=3)
    assert StudyTables(tables).frames("pores_per_baseline", cell)
    baseline = tables["baseline"]
    baseline.loc[baseline["realisation"] == 1, "baseline_closed_pores"] = 0.0
    assert not StudyTables(tables).frames("pores_per_baseline", cell)


def test_with_few_users_the_lowest_cell_is_the_one_that_was_measured_lowest():
    a, b = Condition("NMC-1", "raw", "S2"), Condition("NMC-1", "raw", "cWS")
    lowest = Aggregate("sd", (a, b), "lowest")
    drawn = {a: np.array([[1.0, 5.0]]), b: np.array([[2.0, 3.0]])}
    measured = {a: np.array([[4.0]]), b: np.array([[2.5]])}
    assert evaluate(lowest, lambda _, cell: drawn[cell]).tolist() == [[1, 3]]
    found = evaluate(lowest, lambda _, cell: drawn[cell], lambda _, cell: measured[cell])
    assert found.tolist() == [[2, 3]]
