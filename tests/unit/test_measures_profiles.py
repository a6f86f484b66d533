"""Profiles and block uncertainty on volumes whose answers are known."""

import numpy as np
import pytest
from scipy import ndimage

from manyeyes.measures.profiles import block_uncertainty, profiles_table
from manyeyes.randomness import generator


def test_profiles_of_slabs():
    labels = np.full((4, 5, 6), 2, dtype=np.uint8)
    labels[1:3] = 1
    labels[3, :, :3] = 1
    table = profiles_table(labels, 500, 1)
    by_axis = dict(iter(table.groupby("axis", sort=False)))
    assert list(by_axis) == ["z", "y", "x"]
    assert by_axis["z"]["fraction"].tolist() == [0, 1, 1, 0.5]
    assert by_axis["z"]["position_um"].tolist() == [0.25, 0.75, 1.25, 1.75]
    assert by_axis["y"]["fraction"].tolist() == pytest.approx([2.5 / 4] * 5)
    assert by_axis["x"]["fraction"].tolist() == pytest.approx([0.75] * 3 + [0.5] * 3)
    assert by_axis["x"]["voxels"].tolist() == [20] * 6


def test_profiles_leave_out_what_lies_outside():
    labels = np.full((3, 4, 4), 7, dtype=np.uint8)
    labels[:, :, :2] = 3
    labels[:, 1:] = 0
    labels[2] = 0
    table = profiles_table(labels, 1000, 7).set_index("axis")
    assert table.loc["z", "fraction"].tolist()[:2] == [0.5, 0.5]
    assert np.isnan(table.loc["z", "fraction"].iloc[2])
    assert table.loc["y", "voxels"].tolist() == [8, 0, 0, 0]


def test_a_mask_has_the_profiles_of_its_labels():
    mask = generator("profiles").random((5, 6, 7)) < 0.4
    labels = np.where(mask, 9, 1).astype(np.uint8)
    assert profiles_table(mask, 500).equals(profiles_table(labels, 500, 9))
    assert block_uncertainty(mask) == block_uncertainty(labels, 9)


def test_two_halves():
    mask = np.zeros((8, 8, 8), dtype=bool)
    mask[:4] = True
    found = block_uncertainty(mask, blocks=(2,))
    # Of 8 blocks, 4 are full and 4 are empty.
    assert found["standard_error_2"] == pytest.approx(np.sqrt(0.25 * 8 / 7 / 8))
    assert found["standard_error"] == pytest.approx(found["standard_error_2"])
    assert found["fraction"] == 0.5


def test_layers_across_blocks_have_no_scatter():
    mask = np.zeros((12, 12, 12), dtype=bool)
    mask[::2] = True
    found = block_uncertainty(mask, blocks=(2, 3))
    assert found["standard_error_2"] == found["standard_error_3"] == 0
    assert found["standard_error"] == 0


def test_error_of_independent_noise():
    share, size, squares = 0.3, 36, []
    for seed in range(20):
        mask = generator("noise", seed).random((size,) * 3) < share
        squares.append([error**2 for error in list(block_uncertainty(mask).values())[1:]])
    expected = np.sqrt(share * (1 - share) / size**3)
    corrected, *plain = np.sqrt(np.mean(squares, axis=0))
    assert plain == pytest.approx([expected] * 3, rel=0.15)
    assert corrected == pytest.approx(expected, rel=0.2)


def test_error_of_a_structure_is_that_between_volumes():
    size, fractions, squares = 40, [], []
    for seed in range(60):
        noise = generator("structure", seed).standard_normal((size + 16,) * 3, dtype=np.float32)
        field = ndimage.gaussian_filter(noise, 2)[8:-8, 8:-8, 8:-8]
        found = block_uncertainty(field > 0)
        fractions.append(found["fraction"])
        squares.append((found["standard_error"] ** 2, found["standard_error_4"] ** 2))
    scatter = np.std(fractions, ddof=1)
    corrected, uncorrected = np.sqrt(np.mean(squares, axis=0))
    assert corrected == pytest.approx(scatter, rel=0.25)
    assert uncorrected < 0.85 * corrected


def test_blocks_outside_are_left_out():
    labels = generator("outside").integers(1, 3, (24, 24, 24)).astype(np.uint8)
    whole = np.ascontiguousarray(labels[:12])
    labels[12:] = 0
    found = block_uncertainty(labels, 1, blocks=(2,))
    halves = [np.mean(whole[:, y : y + 12, x : x + 12] == 1) for y in (0, 12) for x in (0, 12)]
    assert found["standard_error_2"] == pytest.approx(np.std(halves, ddof=1) / 2)
    assert found["fraction"] == pytest.approx(np.mean(whole == 1))
    labels[:, 3:] = 0
    assert np.isnan(block_uncertainty(labels, 1, blocks=(2, 3))["standard_error"])


LABELS = np.ones((4, 4, 4), dtype=np.uint8)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: profiles_table(LABELS.astype(int), 500, 1), "uint8 or a bool mask"),
        (lambda: profiles_table(LABELS[0], 500, 1), "uint8 or a bool mask"),
        (lambda: profiles_table(LABELS, 500), "need the code"),
        (lambda: profiles_table(LABELS, 500, 0), "need the code"),
        (lambda: profiles_table(LABELS == 1, 500, 1), "no codes"),
        (lambda: profiles_table(LABELS, -5, 1), "positive length"),
        (lambda: block_uncertainty(LABELS, 1, (1, 2)), "from 2 to 4"),
        (lambda: block_uncertainty(LABELS, 1, (5,)), "from 2 to 4"),
        (lambda: block_uncertainty(LABELS, 1, ()), "from 2 to 4"),
    ],
)
def test_broken_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
