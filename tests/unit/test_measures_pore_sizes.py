"""Local thickness and two-point correlation on volumes whose answers are known."""

import itertools

import numpy as np
import pytest

from manyeyes.measures.pore_sizes import (
    correlation_length_um,
    local_thickness_um,
    thickness_summary,
    two_point,
)
from manyeyes.randomness import generator

UM = 1000.0


def ball(size, diameter, centre):
    distance = np.indices((size,) * 3) - np.reshape(centre, (3, 1, 1, 1))
    return (distance**2).sum(axis=0) < (diameter / 2) ** 2


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("width", [1, 2, 3, 6, 7, 12])
def test_a_slab_is_half_a_voxel_too_thick(width, axis):
    mask = np.zeros((24, 24, 24), dtype=bool)
    mask[5 : 5 + width] = True
    mask = np.moveaxis(mask, 0, axis)
    thickness = local_thickness_um(mask, 500)
    assert thickness.dtype == np.float32
    assert np.array_equal(thickness > 0, mask)
    assert thickness[mask] == pytest.approx(0.5 * (width + 0.5))


@pytest.mark.parametrize("shift", [(0, 0, 0), (0.5, 0.5, 0.5), (0.3, 0.1, 0.45)])
@pytest.mark.parametrize("diameter", [30, 40])
def test_spheres_within_three_per_cent(diameter, shift):
    size = diameter + 8
    mask = ball(size, diameter, (size - 1) / 2 + np.array(shift))
    found = thickness_summary(local_thickness_um(mask, UM))
    assert found["mean_thickness_um"] == pytest.approx(diameter, rel=0.035)
    assert found["d50_thickness_um"] == pytest.approx(diameter, rel=0.03)


def test_each_of_two_parts_has_its_own_thickness():
    # A wall of 4 voxels that leads out of a ball: the ball keeps its size, and so does the wall.
    mask = ball(60, 24, (30, 30, 20))
    wall = np.zeros_like(mask)
    wall[28:32, :, 20:] = True
    thickness = local_thickness_um(mask | wall, UM)
    assert thickness[30, 30, 20] == pytest.approx(24, abs=1)
    assert thickness[31, 30, 30] == pytest.approx(24, abs=1)
    assert thickness[28:32, 5, 45:] == pytest.approx(4.5)


def by_hand(mask):
    """Return the largest ball around voxels, and around points on half voxels, that cover each."""
    shape = tuple(2 * n - 1 for n in mask.shape)
    lattice = np.argwhere(np.ones(shape, bool))
    inside = [
        any(mask[corner] for corner in itertools.product(*({p // 2, -(-p // 2)} for p in point)))
        for point in lattice.tolist()
    ]
    inside = np.array(inside)
    outer = lattice[~inside]
    points = lattice[inside]
    squared = ((points[:, None] - outer) ** 2).sum(axis=2).min(axis=1)
    of_voxels = (points % 2 == 0).all(axis=1)
    least, most = np.zeros(mask.shape), np.zeros(mask.shape)
    for voxel in np.argwhere(mask):
        covering = ((points - 2 * voxel) ** 2).sum(axis=1) < squared
        most[tuple(voxel)] = np.sqrt(squared[covering].max()) - 0.5
        least[tuple(voxel)] = np.sqrt(squared[covering & of_voxels].max()) - 0.5
    return least, most


@pytest.mark.parametrize("share", [0.3, 0.8, 0.96])
def test_no_ball_is_forgotten(share):
    mask = generator("thickness", share).random((9, 10, 8)) < share
    least, most = by_hand(mask)
    found = local_thickness_um(mask, UM)
    assert np.array_equal(found > 0, mask)
    assert (found >= least - 1e-5).all()
    assert (found <= most + 1e-5).all()


def test_no_phase_and_only_one():
    nothing = np.zeros((5, 6, 7), dtype=bool)
    assert not local_thickness_um(nothing, UM).any()
    assert np.isnan(thickness_summary(local_thickness_um(nothing, UM))["mean_thickness_um"])
    assert np.isinf(local_thickness_um(~nothing, UM)).all()


def test_quantiles_of_thickness_are_by_volume():
    thickness = np.zeros((10, 10, 10), np.float32)
    thickness[0, :6] = 1
    thickness[1, :3] = 2
    thickness[2, :1] = 5
    found = thickness_summary(thickness)
    assert found["mean_thickness_um"] == pytest.approx(1.7)
    values = [found[f"d{percent}_thickness_um"] for percent in (10, 50, 90)]
    assert values == [1, 1, 2]


def test_two_points_of_noise_know_nothing_of_each_other():
    mask = generator("noise").random((60, 60, 60)) < 0.3
    table = two_point(mask, 500)
    assert table["s2"][0] == pytest.approx(mask.mean())
    assert table["s2"][1:].to_numpy() == pytest.approx(0.09, abs=0.001)
    assert table["lag_um"].to_numpy() == pytest.approx(0.5 * np.arange(31), abs=0.14)
    assert correlation_length_um(table) < 0.5


def test_two_points_of_blocks_correlate_where_both_are_in_one_block():
    edge, count, lag = 6, 16, 4
    blocks = generator("blocks").random((count,) * 3) < 0.5
    table = two_point(blocks.repeat(edge, 0).repeat(edge, 1).repeat(edge, 2), UM)
    steps = np.abs(np.indices((11,) * 3) - 5)
    shell = np.rint(np.sqrt((steps**2).sum(axis=0))) == lag
    in_one_block = np.prod(count * np.clip(edge - steps, 0, None), axis=0)[shell].sum()
    expected = in_one_block / np.prod(count * edge - steps, axis=0)[shell].sum()
    fraction = table["s2"][0]
    correlation = (table["s2"][lag] - fraction**2) / (fraction - fraction**2)
    assert correlation == pytest.approx(expected, abs=0.015)


def test_two_points_of_a_checkerboard():
    mask = np.indices((20, 20, 20)).sum(axis=0) % 2 == 0
    table = two_point(mask, UM)
    # The shell of 1 has 6 lags along axes, never of one phase, and 12 diagonals, always.
    size = 20
    faces, diagonals = 6 * 19 * size**2, 12 * 19**2 * size
    assert table["s2"][1] == pytest.approx(0.5 * diagonals / (faces + diagonals), rel=1e-9)


def test_pairs_do_not_join_opposite_faces():
    mask = np.zeros((16, 16, 16), dtype=bool)
    mask[0] = mask[-1] = True
    table = two_point(mask, UM)
    # At most 8 apart, only pairs within a face count; a periodic volume has them at 1 as well.
    sheet = np.zeros((16, 16, 16), dtype=bool)
    sheet[0] = True
    assert table["s2"].to_numpy() == pytest.approx(2 * two_point(sheet, UM)["s2"].to_numpy())


def test_two_points_in_a_field_of_view():
    mask = generator("field").random((24, 24, 24)) < 0.4
    inside = np.ones(mask.shape, dtype=bool)
    whole = two_point(mask, UM)
    assert np.allclose(two_point(mask, UM, inside), whole)
    inside[:, :, 20:] = False
    cropped = two_point(np.ascontiguousarray(mask[..., :20]), UM)
    assert np.allclose(two_point(mask, UM, inside)[: len(cropped)], cropped)


def test_correlation_length_lies_between_rows():
    mask = generator("length").random((20, 20, 20)) < 0.5
    table = two_point(mask, UM)
    table["s2"] = 0.25 + 0.25 * np.exp(-table["lag_um"] / 3)
    assert correlation_length_um(table) == pytest.approx(3, rel=0.01)
    table["s2"] = 0.5
    assert np.isnan(correlation_length_um(table))
    table["s2"] = 1.0
    assert np.isnan(correlation_length_um(table))


@pytest.mark.parametrize("measure", [local_thickness_um, two_point])
def test_broken_input_is_refused(measure):
    for mask in (np.zeros((4, 4), dtype=bool), np.zeros((4, 4, 4), dtype=np.uint8)):
        with pytest.raises(ValueError, match="expected a bool volume"):
            measure(mask, UM)
    with pytest.raises(ValueError, match="positive length"):
        measure(np.zeros((4, 4, 4), dtype=bool), 0)


def test_a_field_of_view_has_the_volumes_shape():
    mask = np.zeros((4, 4, 4), dtype=bool)
    for inside in (np.ones((4, 4, 5), dtype=bool), mask):
        with pytest.raises(ValueError, match="inside must have"):
            two_point(mask, UM, inside)
