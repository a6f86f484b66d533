"""Tables that declare themselves: what they are computed from, and when."""

from types import SimpleNamespace

import pandas as pd

from manyeyes.study.model import Cell
from manyeyes.tables.registry import module_files, table_called, tables_of


def study(has_truth, users="AB"):
    cells = [Cell("one", "raw", "by-eye", user) for user in users]
    datasets = {"one": SimpleNamespace(has_truth=has_truth)}
    return SimpleNamespace(cells=lambda: cells, datasets=datasets)


def test_every_module_holds_a_table_and_needs_others():
    assert "errors" in module_files()
    for name in module_files():
        assert name not in table_called(name).tables


def test_errors_take_a_truth_and_two_users():
    assert "errors" in tables_of(study(has_truth=True))
    assert "errors" not in tables_of(study(has_truth=False))
    assert "errors" not in tables_of(study(has_truth=True, users="A"))


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
