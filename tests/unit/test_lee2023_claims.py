"""The claims of Lee et al. on made-up measurements, where the verdicts are known."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from manyeyes.lee2023.claims import (
    METRICS,
    VERDICTS,
    read_claims,
    scorecard,
    summary_sentence,
)
from manyeyes.lee2023.names import VOLUMES

SOURCES = Path(__file__).parents[2] / "src/manyeyes"
TRAININGS = ("one.1", "two.1")


def document(path):
    return yaml.safe_load((SOURCES / path).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def claims():
    return read_claims(document("lee2023/claims.yaml"), document("paper/claims.yaml"))


def measured(**values):
    """Return a table of metrics as the paper has them, each with other values where they are given.

    Keywords are metric__method or metric__method__slices__against, for every training or for each.
    """
    table = {}
    for slices in ("training", "test"):
        off = 0.018 if slices == "training" else 0.0244
        for method, more in {"raw": 0.001, "stretched": 0.0012, "equalised": 0.0}.items():
            table["accuracy", slices, "labels", method] = 1 - off - more
            table["error", slices, "labels", method] = off + more
            table["f1_pore", slices, "labels", method] = 0.995 - more
            table["f1_grain", slices, "labels", method] = 0.995 - more
            table["mse", slices, "labels", method] = (off - 0.0175 + more) / 2
            table["false_pore", slices, "labels", method] = 0.001
    table["accuracy", "other", "labels", "equalised"] = 0.98
    table["false_pore", "test", "labels", "unfiltered"] = 0.004
    epochs = {"raw": 30, "stretched": 50, "equalised": 25}
    for method, epoch in epochs.items():
        table["epochs_to_settle", "test", "labels", method] = epoch
        table["epochs_after_equalised", "test", "labels", method] = epoch - epochs["equalised"]
    for against in ("labels", "truth"):
        for method, ratio in {"threshold": 1.06, "stretched": 1.05, "equalised": 1.01}.items():
            for volume in VOLUMES:
                table[volume, "test", against, method] = ratio
                table[f"{volume}_off", "test", against, method] = 100 * (ratio - 1)
    for name, value in values.items():
        metric, method, slices, against = (*name.split("__"), "test", "labels")[:4]
        table[metric, slices, against, method] = value
    rows = []
    for key, value in table.items():
        each = value if isinstance(value, list) else [value] * len(TRAININGS)
        rows += [(*key, name, v) for name, v in zip(TRAININGS, each, strict=True)]
    return pd.DataFrame(
        rows, columns=["metric", "slices", "against", "method", "training", "value"]
    )


def verdicts(card):
    return card.set_index("id")["verdict"].to_dict()


def test_a_copy_of_the_paper_agrees_but_where_the_paper_contradicts_itself(claims):
    found = verdicts(scorecard(measured(), claims))
    contradicted = {"L07": "disagrees", "L08": "agrees", "L11": "agrees", "L12": "agrees"}
    untested = {"L15": "consequence", "L20": "not testable here", "L21": "by construction"}
    assert found == dict.fromkeys(found, "agrees") | contradicted | untested


@pytest.mark.parametrize(
    ("changed", "claims_turned"),
    [
        ({"accuracy__stretched": 0.96}, "L02"),
        ({"f1_pore__stretched": 0.7}, "L03"),
        ({"f1_pore__equalised": 0.98}, "L05 L06"),
        ({"epochs_after_equalised__stretched": 19}, "L09"),
        ({"epochs_to_settle__equalised": 30}, "L10"),
        ({"pore_surface_off__equalised": 8.0}, "L13"),
        ({"porosity_off__equalised__test__truth": 8.0}, "L14"),
        ({"porosity__stretched": 0.9}, "L16"),
        ({"porosity__equalised": 1.2}, "L17"),
        ({"false_pore__unfiltered": 0.0019}, "L19"),
    ],
)
def test_another_number_turns_only_the_claims_about_it(claims, changed, claims_turned):
    before, after = (verdicts(scorecard(m, claims)) for m in (measured(), measured(**changed)))
    turned = {name for name in before if before[name] != after[name]}
    assert turned == set(claims_turned.split())
    assert {after[name] for name in turned} == {"disagrees"}


def test_a_number_is_told_with_its_range_and_how_many_trainings_are_within(claims):
    card = scorecard(measured(porosity__equalised=[1.2, 1.01]), claims).set_index("id")
    assert (
        "Between 0.95 and 1.05 in 1 of 2 trainings; found 1.01 to 1.2." in card.loc["L17", "reason"]
    )
    one = measured(porosity__equalised=1.01).query(f"training == '{TRAININGS[0]}'")
    reason = scorecard(one, claims).set_index("id").loc["L17", "reason"]
    assert "Between 0.95 and 1.05 in the one training; found 1.01." in reason


def test_trainings_that_differ_leave_a_claim_undecided(claims):
    card = scorecard(measured(accuracy__stretched=[0.973, 0.96]), claims).set_index("id")
    assert card.loc["L02", "verdict"] == "undecided"
    assert card.loc["L02", "our_value"] == 0.5
    assert "1 of 2 trainings" in card.loc["L02", "reason"]
    assert (
        "accuracy of stretched (test slices, 0.96 to 0.973) above 0.97" in card.loc["L02", "reason"]
    )


def test_what_was_not_measured_is_not_judged(claims):
    table = measured()
    without = table[table["metric"] != "epochs_to_settle"]
    card = scorecard(without, claims).set_index("id")
    assert card.loc["L10", "verdict"] == "not testable here"
    assert "no epochs until it settles of equalised inputs" in card.loc["L10", "reason"]
    assert card.loc["L10", "trainings"] == 0


def test_what_follows_from_an_input_is_told_but_does_not_count(claims):
    for ratio, told in ((1.06, "It holds, but follows"), (0.99, "It does not hold, but follows")):
        card = scorecard(measured(pore_volume__threshold=ratio), claims).set_index("id")
        assert card.loc["L15", "verdict"] == "consequence"
        assert told in card.loc["L15", "reason"]


def test_every_verdict_is_counted_once(claims):
    card = scorecard(measured(), claims)
    assert set(card["verdict"]) <= set(VERDICTS)
    assert summary_sentence(card).startswith("Of 21 claims 18 could be tested. Agreeing: 17,")


def test_the_rules_are_those_of_the_other_paper(claims):
    assert claims.rules.agrees_from == document("paper/claims.yaml")["rules"]["agrees_from"]
    assert not {claim.id[0] for claim in claims.claims} - {"L"}


def test_a_metric_of_the_other_paper_is_refused():
    own = document("lee2023/claims.yaml")
    own["claims"][0]["checks"][0]["metric"] = "sd"
    with pytest.raises(ValueError, match=f"claim L01: metric is one of {METRICS[0]}"):
        read_claims(own, document("paper/claims.yaml"))
