"""Areas between phases, and lines between three, on volumes whose answers are known."""

import itertools

import numpy as np
import pytest

from manyeyes.measures.directions import DIRECTION_WEIGHTS, STEPS, squared_length
from manyeyes.measures.interfaces import interfaces_per_um, surfaces_per_um, triple_line_per_um2
from manyeyes.measures.shape import specific_surface_per_um
from manyeyes.randomness import generator

UM = 1000.0
SIZE = 64
# Of each direction's steps, (63/64)^k fit into the volume; 2 is the mean of k.
VOLUME = SIZE * (SIZE - 1) ** 2


def distance_from(point, size=SIZE):
    return np.sqrt(((np.indices((size,) * 3) - np.reshape(point, (3, 1, 1, 1))) ** 2).sum(axis=0))


def noise(codes, size=24):
    return generator("interfaces", codes).integers(0, codes + 1, (size,) * 3).astype(np.uint8)


def test_area_of_a_ball():
    for radius in (6.0, 12.3, 20.0):
        labels = np.where(distance_from((31.5, 31.2, 31.9)) < radius, 1, 2).astype(np.uint8)
        area = interfaces_per_um(labels, 500, (1, 2))[1, 2] / 2 * VOLUME
        assert area == pytest.approx(4 * np.pi * radius**2, rel=0.03)


def wall_factor():
    """Return what Crofton's formula with 13 directions makes of a face across an axis."""
    return 2 * sum(
        DIRECTION_WEIGHTS[squared_length(s)] * abs(s[0]) / np.sqrt(squared_length(s)) for s in STEPS
    )


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_slabs_of_three_phases_along_an_axis(axis):
    assert wall_factor() == pytest.approx(0.927, abs=0.001)
    labels = np.full((20, 20, 20), 9, np.uint8)
    labels[:7] = 4
    labels[12:] = 200
    labels = np.moveaxis(labels, 0, axis)
    found = interfaces_per_um(labels, 2 * UM, (4, 9, 200))
    # Two voxels have 19 steps across an axis of 20.
    assert found[4, 9] == found[9, 200] == pytest.approx(wall_factor() / 19 / 2)
    assert found[4, 200] == 0
    assert triple_line_per_um2(labels, 2 * UM, (4, 9, 200)) == 0


def test_area_of_a_cube():
    labels = np.ones((SIZE,) * 3, np.uint8)
    labels[20:44, 20:44, 20:44] = 2
    area = interfaces_per_um(labels, UM, (1, 2))[1, 2] * VOLUME
    assert area == pytest.approx(wall_factor() * 6 * 24**2, rel=0.04)


def test_two_touching_halves_of_a_ball_share_a_disc():
    from_centre = distance_from((31.5, 31.5, 31.5))
    labels = np.full((SIZE,) * 3, 3, np.uint8)
    # Turned, so that the disc is no face along an axis.
    side = np.tensordot((0.36, 0.48, 0.8), np.indices((SIZE,) * 3) - 31.5, axes=1) > 0
    labels[from_centre < 20] = np.where(side, 1, 2)[from_centre < 20]
    found = {k: v * VOLUME for k, v in interfaces_per_um(labels, UM, (1, 2, 3)).items()}
    assert found[1, 2] == pytest.approx(np.pi * 20**2, rel=0.05)
    assert found[1, 3] == pytest.approx(2 * np.pi * 20**2, rel=0.03)
    assert found[2, 3] == pytest.approx(2 * np.pi * 20**2, rel=0.03)


def test_two_balls_apart_share_nothing():
    labels = np.full((SIZE,) * 3, 3, np.uint8)
    labels[distance_from((18, 20, 20)) < 12] = 1
    labels[distance_from((44, 40, 40)) < 16] = 2
    found = {k: v * VOLUME for k, v in interfaces_per_um(labels, UM, (1, 2, 3)).items()}
    assert found[1, 2] == 0
    assert found[1, 3] == pytest.approx(4 * np.pi * 12**2, rel=0.03)
    assert found[2, 3] == pytest.approx(4 * np.pi * 16**2, rel=0.03)


@pytest.mark.parametrize("codes", [2, 3, 4])
def test_surfaces_are_those_of_each_phase(codes):
    labels = noise(codes)
    assert (labels == 0).any()
    areas = interfaces_per_um(labels, 397, range(1, codes + 1))
    assert list(areas) == list(itertools.combinations(range(1, codes + 1), 2))
    for code, surface in surfaces_per_um(areas).items():
        alone = specific_surface_per_um(labels == code, 397, labels != 0)
        assert surface == pytest.approx(alone, rel=1e-12)


def test_areas_of_three_phases_follow_from_their_surfaces():
    labels = noise(3)
    areas = interfaces_per_um(labels, 397, (1, 2, 3))
    s = [specific_surface_per_um(labels == code, 397, labels != 0) for code in (1, 2, 3)]
    assert areas[1, 2] == pytest.approx((s[0] + s[1] - s[2]) / 2)
    assert areas[1, 3] == pytest.approx((s[0] + s[2] - s[1]) / 2)
    assert areas[2, 3] == pytest.approx((s[1] + s[2] - s[0]) / 2)


def sectors(direction, shift=0.0, size=48):
    """Return three phases, each a third of a turn about a line, and the axes across it."""
    u = np.asarray(direction, float) / np.linalg.norm(direction)
    first = np.cross(u, np.eye(3)[np.argmin(np.abs(u))])
    first /= np.linalg.norm(first)
    places = np.indices((size,) * 3) - (size - 1) / 2 - shift
    turn = np.arctan2(
        np.tensordot(np.cross(u, first), places, axes=1), np.tensordot(first, places, axes=1)
    )
    return (1 + np.floor((turn + 0.3) / (2 * np.pi / 3)) % 3).astype(np.uint8), u


@pytest.mark.parametrize(
    ("direction", "of_the_length"),
    [
        ((1, 0, 0), 2 / 3),
        ((0, 1, 0), 2 / 3),
        ((0, 1, 1), 2 / 3 * np.sqrt(2)),
        ((1, 1, 1), 2 / 3 * np.sqrt(3)),
        ((3, 1, 2), 2 / 3 * 6 / np.sqrt(14)),
    ],
)
def test_line_of_three_half_spaces_by_its_direction(direction, of_the_length):
    size = 48
    labels, u = sectors(direction, 0.213, size)
    # A line through the middle leaves through two faces.
    length = size / np.abs(u).max()
    found = triple_line_per_um2(labels, UM, (1, 2, 3)) * size**3
    assert found == pytest.approx(of_the_length * length, rel=0.06)


def test_lines_in_all_directions_have_their_length_on_average():
    size, ratios = 30, []
    for direction in generator("lines").normal(size=(60, 3)):
        labels, u = sectors(direction, 0.213, size)
        found = triple_line_per_um2(labels, UM, (1, 2, 3)) * size * (size - 1) ** 2
        ratios.append(found / (size / np.abs(u).max()))
    assert np.mean(ratios) == pytest.approx(1, abs=0.03)


def test_circle_around_a_ball_cut_by_a_phase():
    labels = np.where(np.indices((SIZE,) * 3)[0] < 32, 2, 3).astype(np.uint8)
    labels[distance_from((31.5, 31.3, 31.8)) < 20] = 1
    # All in one plane, so the mean of |u_y| + |u_x| is 4 / pi instead of 3/2.
    found = triple_line_per_um2(labels, UM, (1, 2, 3)) * VOLUME
    assert found == pytest.approx(2 / 3 * 4 / np.pi * 2 * np.pi * 20, rel=0.04)


def test_what_lies_across_an_edge_decides_whether_a_line_passes():
    def around(*phases):
        labels = np.ones((2, 2, 2), np.uint8)
        labels[:, (0, 0, 1, 1), (0, 1, 1, 0)] = phases
        # Both layers show the same square, of the three axes one has points: 2 * 1/3 of them.
        return triple_line_per_um2(labels, UM, (1, 2, 3, 4)) * 3 / 2

    assert around(1, 2, 3, 1) == pytest.approx(1)
    assert around(1, 2, 1, 3) == 0
    assert around(1, 2, 3, 4) == pytest.approx(2)
    assert around(1, 2, 2, 1) == around(1, 1, 1, 2) == around(1, 2, 1, 2) == 0
    assert np.isnan(around(0, 1, 2, 3))


def test_the_rim_of_the_field_of_view_is_neither_surface_nor_line():
    labels = np.ones((12, 12, 12), np.uint8)
    labels[:, 6:] = 2
    labels[..., 6:] = 0
    whole = labels[..., :6]
    assert interfaces_per_um(labels, UM, (1, 2)) == interfaces_per_um(whole, UM, (1, 2))
    assert triple_line_per_um2(labels, UM, (1, 2, 3)) == 0


@pytest.mark.parametrize(
    ("labels", "codes", "message"),
    [
        (np.ones((4, 4, 4), int), (1, 2), "uint8"),
        (np.ones((1, 4, 4), np.uint8), (1, 2), "2 voxels along each axis"),
        (np.ones((4, 4, 4), np.uint8), (1,), "two different codes"),
        (np.ones((4, 4, 4), np.uint8), (1, 1), "two different codes"),
        (np.ones((4, 4, 4), np.uint8), (0, 1), "two different codes"),
        (np.full((4, 4, 4), 3, np.uint8), (1, 2), "name all codes"),
    ],
)
def test_broken_input_is_refused(labels, codes, message):
    with pytest.raises(ValueError, match=message):
        interfaces_per_um(labels, UM, codes)


def test_a_line_needs_three_phases_and_a_voxel_size():
    labels = np.ones((4, 4, 4), np.uint8)
    with pytest.raises(ValueError, match="three codes"):
        triple_line_per_um2(labels, UM, (1, 2))
    with pytest.raises(ValueError, match="positive length"):
        triple_line_per_um2(labels, 0, (1, 2, 3))
