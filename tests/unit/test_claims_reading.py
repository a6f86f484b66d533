"""The claims as data: all of the paper's, well-formed, and what is refused."""

from pathlib import Path

import pytest
import yaml

from manyeyes.paper.claims.definition import (
    CHECKED_KINDS,
    NumberCheck,
    OrderingCheck,
    needs_of_claim,
)
from manyeyes.paper.claims.quantities import Aggregate, Condition
from manyeyes.paper.claims.reading import claims_from_mapping

CLAIMS = Path(__file__).parents[2] / "src/manyeyes/paper/claims.yaml"


@pytest.fixture(scope="module")
def document():
    return yaml.safe_load(CLAIMS.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def claims(document):
    return claims_from_mapping(document)


def test_all_claims_of_the_paper_are_there_in_order(claims):
    assert [claim.id for claim in claims.claims] == [f"C{n:03d}" for n in range(1, 115)]
    for claim in claims.claims:
        assert claim.place
        assert claim.claim
        assert claim.paper
        assert bool(claim.checks) == (claim.kind in CHECKED_KINDS)
        assert bool(claim.because) != bool(claim.checks)


def test_only_the_two_fitted_numbers_are_called_calibrated(claims):
    calibrated = {claim.id: claim for claim in claims.claims if claim.kind == "calibrated"}
    assert sorted(calibrated) == ["C055", "C056"]
    fitted = {cell for _, cell in claims.calibrated}
    assert fitted == {Condition("NMC-2", "raw", "S2"), Condition("NMC-2", "raw", "cWS")}
    for claim in claims.claims:
        needs = needs_of_claim(claim)
        if needs and needs <= claims.calibrated:
            assert claim.kind == "calibrated", claim.id


def test_contradictions_of_the_paper_are_mutual_and_known(claims):
    pairs = {frozenset((claim.id, other)) for claim in claims.claims for other in claim.contradicts}
    for pair in (("C020", "C060"), ("C094", "C108"), ("C103", "C108")):
        assert frozenset(pair) in pairs


def test_settings_of_the_twins_never_count_as_results(claims):
    kinds = {claim.id: claim.kind for claim in claims.claims}
    # voxel sizes, contrast-to-noise and the electrode's volume fraction were put in
    for claim in ("C008", "C009", "C014", "C030", "C071", "C072", "C075"):
        assert kinds[claim] == "by construction"


def test_a_number_has_its_tolerance_from_the_rules(claims):
    by_id = {claim.id: claim for claim in claims.claims}
    (check,) = by_id["C053"].checks
    assert (check.value, check.low, check.high) == (10.1, 10.1 / 2, 10.1 * 2)
    (check,) = by_id["C097"].checks
    assert (check.low, check.high) == pytest.approx((-0.4, 0.6))
    (check,) = by_id["C084"].checks
    assert (check.stated_low, check.low, check.high, check.stated_high) == (2, 2, 4, 4)


def test_lists_become_parts(claims):
    by_id = {claim.id: claim for claim in claims.claims}
    (check,) = by_id["C059"].checks
    assert len(check.parts) == 2 * 5 * 2  # filters, coverages, unsupervised
    (check,) = by_id["C047"].checks
    assert len(check.parts) == 19  # the twenty of the sweep without the one itself
    (check,) = by_id["C046"].checks
    steps = [(part.right.cells[0].variant, part.left.cells[0].variant) for part in check.parts]
    assert steps == [
        ("MLX10", "MLX25"),
        ("MLX25", "MLX35"),
        ("MLX35", "MLX50"),
        ("MLX50", "MLX65"),
    ]
    number, lowest = by_id["C061"].checks
    assert isinstance(number, NumberCheck)
    assert isinstance(lowest, OrderingCheck)
    assert number.quantity == Aggregate("pairwise", (Condition("GRA-2", "raw", "MLX35"),))


def minimal(**changes):
    check = {
        "metric": "sd",
        "where": {"dataset": "NMC-1", "filter": "raw"},
        "left": {"variant": "S2"},
        "is": "below",
        "right": {"variant": "cWS"},
    }
    entry = {
        "id": "C001",
        "place": "3",
        "claim": "S2 spreads less",
        "paper": "S2 < cWS",
        "kind": "ordering",
        "checks": [check],
    }
    for key, value in changes.items():
        target = check if key in {*check, "each", "hold", "by", "value", "within"} else entry
        if value is None:
            target.pop(key)
        else:
            target[key] = value
    return entry


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "rumour"}, "kind is one of"),
        ({"place": None}, "'place' is missing"),
        ({"colour": "red"}, "cannot have colour"),
        ({"checks": None}, "needs checks alone"),
        ({"because": "we say so"}, "needs checks alone"),
        ({"kind": "number"}, "near or between"),
        ({"metric": "beauty"}, "metric is one of"),
        ({"is": "nicer"}, "is: one of"),
        ({"hold": "most"}, "hold is all or any"),
        ({"left": {"variant": ["S2", "S1"]}}, "2 conditions need take"),
        ({"left": {"variant": ["S2", "S1"], "take": "median"}}, "take is one of"),
        ({"left": {"colour": "red"}}, "cannot have colour"),
        ({"left": {}, "right": {}}, "sd needs a variant"),
        ({"right": {"variant": "S2"}}, "only with itself"),
        ({"left": {"rank_correlation": {"variant": "S2"}, "with": "luck"}}, "with is a metric"),
        ({"contradicts": ["C999"]}, "contradicts C999"),
        ({"is": "near", "value": 1, "kind": "number"}, "cannot have right"),
        ({"is": "between", "value": [2, 1], "kind": "number", "right": None}, "rising"),
    ],
)
def test_a_malformed_claim_is_refused_by_name(document, changes, message):
    broken = {**document, "claims": [minimal(**changes)]}
    with pytest.raises(ValueError, match=message) as error:
        claims_from_mapping(broken)
    assert "C001" in str(error.value)


def test_an_id_comes_once(document):
    with pytest.raises(ValueError, match="two claims have the same id"):
        claims_from_mapping({**document, "claims": [minimal(), minimal()]})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"level": 95}, "rules.level must be between"),
        ({"near": 0.5}, "rules.near must be a factor above 1"),
        ({"agrees_from": 0.4}, "must not be below one half"),
        ({"least_users": 3}, "least_users must be at least 5"),
        ({"mood": 1}, "cannot have mood"),
    ],
)
def test_impossible_rules_are_refused(document, changes, message):
    with pytest.raises(ValueError, match=message):
        claims_from_mapping({**document, "rules": {**document["rules"], **changes}})


def test_missing_rules_are_named(document):
    rules = {key: value for key, value in document["rules"].items() if key != "much"}
    with pytest.raises(ValueError, match="much missing"):
        claims_from_mapping({**document, "rules": rules})
