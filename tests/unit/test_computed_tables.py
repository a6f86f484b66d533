"""Tables that declare themselves: what they are computed from, and when."""

from types import SimpleNamespace

import pandas as pd

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
