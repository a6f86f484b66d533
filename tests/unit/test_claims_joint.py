"""What a panel of three shows together: a copy of the paper wins, names at random do not."""

import numpy as np
import pandas as pd
import pytest
import scipy

from claims_example import DOCUMENT, study
from manyeyes.paper.claims.copying import copy_of_paper, with_names_permuted
from manyeyes.paper.claims.joint import family_of, family_results, panel_result
from manyeyes.paper.claims.panels import Panels, StudyTables
from manyeyes.paper.claims.quantities import Condition
from manyeyes.paper.claims.reading import claims_from_mapping
from manyeyes.paper.claims.scorecard import scorecard
from manyeyes.randomness import generator

CLAIMS = claims_from_mapping(DOCUMENT)
TESTED = ["agrees", "disagrees", "undecided"]
CONTRADICTED = {"C108", "C112"}
"""Claims that the paper's own numbers contradict."""


@pytest.fixture(scope="module")
def copy_card():
    return scorecard(copy_of_paper(), CLAIMS, with_ceiling=False).set_index("id")


def test_a_perfect_copy_of_the_paper_agrees(copy_card):
    tested = copy_card[copy_card["verdict"].isin(TESTED)]
    assert len(tested) > 60
    assert (tested["verdict"] == "agrees").mean() >= 0.8
    assert not (tested["verdict"] == "disagrees").any()
    assert set(tested.index[tested["panel"] == "not shown"]) == CONTRADICTED


def test_names_of_methods_at_random_do_not_agree():
    tables = with_names_permuted(copy_of_paper(), generator("test", "names", 0))
    card = scorecard(tables, CLAIMS, with_ceiling=False)
    tested = card[card["verdict"].isin(TESTED)]
    assert (tested["verdict"] == "agrees").mean() <= 0.05
    counting = [claim for claim in CLAIMS.claims if claim.counts]
    shares = []
    for seed in range(12):
        tables = with_names_permuted(copy_of_paper(), generator("test", "names", seed))
        found = panel_result(counting, StudyTables(tables), CLAIMS.rules)
        confirmed = {family.name for family in found.families.values() if family.confirmed}
        agrees = [c for c in counting if found.shown.get(c.id) and family_of(c) in confirmed]
        shares.append(len(agrees) / len(tested))
    assert np.mean(shares) <= 0.05


def test_consequences_and_duplicates_never_count(copy_card):
    assert (
        copy_card.loc[["C029", "C031", "C035", "C070", "C074"], "verdict"] == "consequence"
    ).all()
    assert (copy_card.loc[["C083", "C109", "C114"], "verdict"] == "duplicate").all()
    assert copy_card.loc["C109", "same_as"] == "C097"
    assert "fitted to raw NMC-2" in copy_card.loc["C035", "reason"]


def test_the_ceiling_is_the_copys_verdict(copy_card):
    card = scorecard(study(lambda *cell: 0.03, users=3, realisations=1), CLAIMS).set_index("id")
    tested = card["verdict"].isin(TESTED)
    assert (card["ceiling"] == "agrees").sum() >= 0.8 * tested.sum()
    assert card.loc["C108", "ceiling"] == "undecided"
    assert (card.loc[~tested, "ceiling"] == "").all()


def test_a_family_by_hand():
    """Nine of ten shown where names at random show three: (0.9 - 0.3) / 0.7 is more than chance."""
    claims = [claim for claim in CLAIMS.claims if claim.id in ("C001", "C002", "C005", "C036")]
    ids = [claim.id for claim in claims]
    random = {one: np.arange(199) % 4 == i for i, one in enumerate(ids)}
    result = family_results(claims, dict.fromkeys(ids, True), random, CLAIMS.rules)["spread"]
    assert (result.claims, result.shown, result.by_chance) == (4, 4, pytest.approx(1.0))
    assert result.p_more == pytest.approx(1 / 200)
    assert result.confirmed
    assert not result.reversed
    half = dict.fromkeys(ids, True) | dict.fromkeys(ids[:2], False)
    result = family_results(claims, half, random, CLAIMS.rules)["spread"]
    # a third is more than chance, so a third of what is shown is not: (2 / 3) (1 / 4) / (1 / 2)
    assert result.p_more == pytest.approx(1 / 200)
    assert not result.confirmed


def test_nothing_is_shown_by_users_who_are_not_there():
    empty = StudyTables({"image_quality": copy_of_paper()["image_quality"]})
    assert panel_result(CLAIMS.claims, empty, CLAIMS.rules).shown == {}


def test_baselines_carry_the_sampling_error_of_block_and_crop():
    """5 % of the baseline as a standard error: the difference of 0.1 % becomes |N(0.1, 5)|."""
    tables = copy_of_paper()
    exact = _differences(tables)
    reach = 5 * 1.959964
    tables["baseline"] = tables["baseline"].assign(low_percent=-reach, high_percent=reach)
    blurred = _differences(tables)
    assert np.median(exact) < 20
    # the users' own SD of 0.0085 adds little: median of |N(0, 5)| is 3.37
    assert np.median(blurred) == pytest.approx(3.4, abs=0.4)
    # one error for all variants: it leaves their differences alone
    together = [_differences(tables, variant)[0] for variant in ("MLX10", "MLX25")]
    assert scipy.stats.spearmanr(*together).statistic > 0.5


def _differences(tables, variant="MLX10"):
    panels = Panels(StudyTables(tables), ["A", "B", "C"], ["any"], 15)
    panels.realisations = list(panels.tables.frames("sd", Condition("NEX-U", "raw", "S2"))[0].index)
    return panels.distribution("baseline_percent", Condition("NEX-U", "raw", variant))


def test_counts_are_compared_by_logarithms():
    """Counts of 10, 100 and 1000: the mean is the geometric one, and nothing is below 0."""
    tables = copy_of_paper()
    shapes = tables["morphology"]
    chosen = (shapes[["dataset", "filter", "variant"]] == ["NMC-1", "raw", "S2"]).all(axis=1)
    shapes.loc[chosen, "active_specks"] = [9, 99, 999]
    cell = Condition("NMC-1", "raw", "S2")
    study_tables = StudyTables(tables)
    index = list(study_tables.frames("sd", cell)[0].index)
    panels = Panels(study_tables, ["A", "B", "C"], index, 15)
    assert panels.measured("active_specks", cell).item() == pytest.approx(99)
    assert panels.distribution("active_specks", cell).min() >= 0


def test_a_copy_takes_only_the_studys_conditions():
    tables = copy_of_paper([Condition("NMC-2", "raw", "S2"), Condition("own", "raw", "S2")])
    assert set(tables["volume_fractions"]["dataset"]) == {"NMC-2"}
    assert tables["volume_fractions"]["active_fraction"].std() == pytest.approx(0.06)
    assert isinstance(tables["pairwise"], pd.DataFrame)
