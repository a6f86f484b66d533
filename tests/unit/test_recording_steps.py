"""What a study asks of a person."""

import numpy as np
import pytest

from manyeyes.methods import METHODS
from manyeyes.recording.steps import chosen_cells, steps_of
from recording_example import VARIANTS, example_steps


def test_steps_follow_the_paper_and_leave_out_what_is_nobodys_work():
    steps = [(step.variant, step.kind) for step in example_steps()]
    assert steps == [
        ("S2", "threshold"),
        ("gWS", "window"),
        ("cWS", "window"),
        ("ML1", "seeds"),
        ("ML2", "seeds"),
        ("ML3", "seeds"),
        ("MLX10", "painting"),
    ]


def test_one_threshold_serves_the_variants_that_move_it():
    assert dict(example_steps("S1", "S2", "S3")[0].variants) == {"S1": -10, "S2": 0, "S3": 10}
    assert dict(example_steps("S3")[0].variants) == {"S3": 10}


@pytest.mark.parametrize(
    ("names", "sizes"),
    [
        (("cWS", "gWS"), {"gWS": "small", "cWS": "large"}),
        (("cWS",), {"cWS": "large"}),
        (("gWS",), {"gWS": "small"}),
    ],
)
def test_the_window_with_fewer_wrong_seeds_is_the_large_one(names, sizes):
    assert {step.variant: step.size for step in example_steps(*names)} == sizes


def test_slices_are_those_of_the_protocol():
    slices = {step.variant: step.slices(200, None) for step in example_steps()}
    assert slices["S2"] is slices["ML3"] is None
    assert slices["ML1"] == [0]
    assert slices["ML2"] == [16, 50, 83, 116, 150, 183]
    assert slices["MLX10"] == [100, 50, 150]


def test_slices_with_little_in_the_field_of_view_are_passed_over():
    inside = np.ones((24, 8, 8), bool)
    inside[:5] = False
    assert example_steps("ML1")[0].slices(24, inside) == [5]


def test_images_come_one_after_the_other():
    cells = [("a", "raw", "S2"), ("b", "raw", "S2"), ("a", "raw", "MLX10"), ("a", "raw", "S2")]
    names = [step.name for step in steps_of(cells, VARIANTS, METHODS)]
    assert names == ["a/raw/S2", "a/raw/MLX10", "b/raw/S2"]


def test_a_part_of_the_plan_can_be_chosen():
    cells = [("a", "raw", "S2"), ("a", "gaussian", "S2"), ("a", "raw", "cWS")]
    only = {"datasets": None, "filters": ["raw"], "variants": ["S2", "cWS"]}
    assert chosen_cells(cells, only) == [cells[0], cells[2]]
    with pytest.raises(ValueError, match=r"--variants: there is no 'S9' .* it has S2, cWS"):
        chosen_cells(cells, {"variants": ["S9"]})
