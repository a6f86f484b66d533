"""Effort, nearness to interfaces, and the rows that a recommendation may compare."""

import numpy as np
import pandas as pd
import pytest

from manyeyes.statistics.agreement import votes
from manyeyes.statistics.effort import effort_table
from manyeyes.statistics.interfaces import concentration_table
from manyeyes.statistics.recommendation import paired_rows
from manyeyes.study.model import Cell


def test_effort_counts_what_was_labelled_by_hand():
    labels = np.zeros((4, 5, 5), np.uint8)
    labels[1, :2] = 1
    labels[1, 4, 4] = 2
    drawings = [
        (Cell("d", "raw", "MLX10", "A"), labels),
        (Cell("d", "raw", "S2", "A"), None),
    ]
    table = effort_table(drawings, labels.size)
    assert table["labelled_voxels"].tolist() == [11, 0]
    assert table["labelled_share"].tolist() == [0.11, 0]


def test_labels_of_another_crop_are_refused():
    with pytest.raises(ValueError, match="d/raw/MLX10/A have 8 voxels, the image 27"):
        effort_table([(Cell("d", "raw", "MLX10", "A"), np.ones((2, 2, 2), np.uint8))], 27)


def slabs(*edges):
    """Return segmentations of a slab that each user ends at another x."""
    made = []
    for edge in edges:
        labels = np.full((6, 6, 20), 2, np.uint8)
        labels[..., :edge] = 1
        made.append(labels)
    return made


def test_disagreement_beside_a_true_face_lies_within_its_distance():
    truth = slabs(10)[0] == 1
    # One user is a voxel short of the true face, one three voxels beyond it.
    counted = votes(slabs(9, 10, 13))
    table = concentration_table({("d", "raw", "S2", "simulated"): (counted, 3)}, truth)
    assert table["reference"].unique().tolist() == ["truth"]
    assert table["disagreement_share"].tolist() == pytest.approx([2 / 4, 3 / 4, 1])
    assert table["voxel_share"].tolist() == pytest.approx([0.1, 0.2, 0.3])


def test_without_a_truth_the_majority_has_the_interfaces():
    table = concentration_table(
        {("d", "raw", "S2", "simulated"): (votes(slabs(9, 10, 10)), 3)}, None
    )
    assert table["reference"].unique().tolist() == ["majority"]
    assert table["disagreement_share"].tolist() == [1, 1, 1]


def test_half_of_the_users_are_no_majority():
    # Two of four call voxel 9 active, so the majority's face lies at 9: of 4, 3 and 3 pairs that
    # disagree on voxels 9, 10 and 11, the first are within one voxel of it.
    counted = votes(slabs(9, 9, 10, 12))
    table = concentration_table({("d", "raw", "S2", "simulated"): (counted, 4)}, None)
    assert table["disagreement_share"].tolist() == pytest.approx([0.4, 0.7, 1])


def test_a_majority_of_one_phase_has_no_interface():
    table = concentration_table({("d", "raw", "S2", "simulated"): (votes(slabs(0, 0, 5)), 3)}, None)
    assert table["disagreement_share"].isna().all()
    assert table["within_voxels"].tolist() == [1, 2, 3]


def test_rows_are_paired_over_the_named_users():
    rows = [("d", "raw", variant, user) for variant in ("S2", "cWS") for user in "ABC"]
    rows += [("d", "raw", "MLX10", "A"), ("d", "raw", "recorded", "jo"), ("e", "raw", "S2", "A")]
    table = pd.DataFrame(rows, columns=["dataset", "filter", "variant", "user"])
    kept = paired_rows(table, {"simulated": {"d": ["A", "B"]}})
    assert set(zip(kept["variant"], kept["user"], strict=True)) == {
        ("S2", "A"),
        ("S2", "B"),
        ("cWS", "A"),
        ("cWS", "B"),
    }
    assert set(kept["dataset"]) == {"d"}
