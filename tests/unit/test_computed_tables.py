"""Tables that declare themselves: what they are computed from, and when."""

from types import SimpleNamespace

import pandas as pd
import pytest

from manyeyes.study.model import Cell
from manyeyes.tables.registry import (
    module_files,
    names_with_text,
    sources_of,
    table_called,
    tables_of,
)

OFFSETS = {"by-eye": 0, "lower": -9, "unused": 5}


def study(has_truth, users="AB", filter_="unfiltered", variants=("by-eye",)):
    cells = [Cell("one", filter_, variant, user) for variant in variants for user in users]
    return SimpleNamespace(
        cells=lambda: cells,
        images=lambda: [("one", filter_)],
        datasets={"one": SimpleNamespace(has_truth=has_truth, voxel_size_nm=350.0)},
        filters={"unfiltered": {"method": "none"}, "smooth": {"method": "gaussian"}},
        variants={v: {"method": "threshold", "offset": n} for v, n in OFFSETS.items()},
        users=dict.fromkeys(users),
        baseline=None,
        ablations={},
        outline_map=None,
        further_sittings={},
        population_sample=None,
        measures=(),
    )


def test_every_module_defines_a_table_made_from_others():
    assert "errors" in module_files()
    for name in module_files():
        assert name not in table_called(name).tables


def test_errors_take_a_truth_and_two_users():
    assert "errors" in tables_of(study(has_truth=True))
    assert "errors" not in tables_of(study(has_truth=False))
    assert "errors" not in tables_of(study(has_truth=True, users="A"))


def test_a_recommendation_takes_an_unfiltered_image_whatever_its_name():
    assert "recommendation" in tables_of(study(has_truth=True))
    assert "recommendation" not in tables_of(study(has_truth=False))
    assert "recommendation" not in tables_of(study(has_truth=True, filter_="smooth"))
    assert "recommendation" not in tables_of(study(has_truth=True, users="A"))
    settings = table_called("recommendation").settings(study(has_truth=True))
    assert settings == {
        "users": {"simulated": {"one": ["A", "B"]}},
        "unfiltered": ["unfiltered"],
        "left_out": [],
        "voxel_sizes_nm": {"one": 350.0},
    }


def test_a_recommendation_leaves_out_what_is_set_off_on_purpose():
    def left_out(*variants):
        made = study(has_truth=True, variants=variants)
        return table_called("recommendation").settings(made)["left_out"]

    assert left_out("by-eye", "lower") == ["lower"]
    # With nothing else, it is all that can be compared.
    assert left_out("lower") == []
    biases = {"by-eye": 0.1, "lower": 0.0}
    rows = [("one", "unfiltered", v, u, b) for v, b in biases.items() for u in "AB"]
    accuracy = pd.DataFrame(rows, columns=["dataset", "filter", "variant", "user", "bias"])
    accuracy["bias"] += accuracy["user"].map({"A": -0.01, "B": 0.01})
    found = table_called("recommendation").compute(
        {
            "accuracy": accuracy,
            "image_quality": pd.DataFrame(
                {"dataset": ["one"], "filter": "unfiltered", "contrast_to_noise": 3.0}
            ),
            "effort": accuracy.assign(labelled_voxels=0),
        },
        **table_called("recommendation").settings(
            study(has_truth=True, variants=("by-eye", "lower"))
        ),
    )
    assert found["variant"].tolist() == ["by-eye"]


def with_sample(variants, users="ABCDEFGHIJ", **changes):
    sampled = [Cell("one", "unfiltered", variant, user) for variant in variants for user in users]
    made = study(has_truth=True, variants=variants, **changes)
    made.population_sample = SimpleNamespace(
        cells=lambda: sampled, cells_of_others=lambda: sampled[2:], users=tuple(users)
    )
    return made


def test_a_sample_of_the_population_recommends_among_what_it_did():
    name = "population_recommendation"
    assert name not in tables_of(study(has_truth=True))
    assert name not in tables_of(with_sample(("by-eye", "lower")))  # one is set off on purpose
    made = with_sample(("by-eye", "lower", "third"))
    made.variants["third"] = {"method": "threshold", "offset": 0}
    assert name in tables_of(made)
    users = made.population_sample.users
    fractions = pd.DataFrame(
        [
            ("one", "unfiltered", variant, user, 0.4 + off + (0.02 if user in "ACEGI" else -0.02))
            for variant, off in {"by-eye": 0.05, "lower": 0.0, "third": 0.01}.items()
            for user in users
        ],
        columns=["dataset", "filter", "variant", "user", "active_fraction"],
    ).assign(truth_fraction=0.4, made_by="simulated")
    quality = pd.DataFrame({"dataset": ["one"], "filter": "unfiltered", "contrast_to_noise": 3.0})
    # What a variant costs is known of the study's own users.
    effort = fractions[fractions["user"].isin(["A", "B"])].assign(labelled_voxels=0)
    found = table_called(name).compute(
        {"population_fractions": fractions, "image_quality": quality, "effort": effort},
        **table_called(name).settings(made),
    )
    row = found.iloc[0]
    assert (row["variant"], row["users"], row["options"]) == ("third", 10, 2)
    assert row["rmse"] == pytest.approx((0.03**2 / 2 + 0.01**2 / 2) ** 0.5)
    assert row["bias"] == pytest.approx(0.01)
    assert row["best_share"] > 0.99


def test_optional_tables_are_used_where_the_study_has_them():
    assert sources_of("ablation", study(has_truth=True)) == ["volume_fractions", "accuracy"]
    assert sources_of("ablation", study(has_truth=False)) == ["volume_fractions"]


def test_tables_with_a_text_say_what_it_is_about():
    texts = ["ablation", "microstructure_spread"]
    texts += ["network_inheritance", "network_strokes", "network_variance"]
    texts += ["outline_people", "recommendation"]
    assert names_with_text(True) == texts
    for name in names_with_text(True):
        text = table_called(name).text
        assert text.title
        assert text.caption


def test_errors_are_computed_from_accuracy():
    accuracy = pd.DataFrame(
        {
            "dataset": "one",
            "filter": "raw",
            "variant": "by-eye",
            "user": ["A", "B", "C"],
            "bias": [0.01, 0.02, 0.03],
        }
    )
    found = table_called("errors").compute({"accuracy": accuracy})
    assert found["bias"].tolist() == [0.02]
