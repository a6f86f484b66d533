"""Packing, random fields, distances and cracks, each by itself."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from manyeyes.electrodes.cracks import Cracks, distance_to_cracks, draw_cracks
from manyeyes.electrodes.fields import random_field, sample
from manyeyes.electrodes.packing import pack, random_rotations
from manyeyes.electrodes.surfaces import nearest_two
from manyeyes.randomness import generator

UPRIGHT = np.eye(3)[None]


def test_a_field_has_the_same_values_on_any_grid():
    field = random_field(1.3, "field")
    fine = np.arange(0, 12, 0.1)
    coarse = fine[::7]
    values = sample(field, (fine, fine[:40], fine[20:60]))
    np.testing.assert_allclose(
        sample(field, (coarse, fine[:40], fine[20:60])), values[::7], atol=1e-6
    )


def test_a_field_has_mean_0_variance_1_and_repeats():
    field = random_field(1.0, "field")
    axis = np.arange(0, 64, 0.5)
    values = sample(field, (axis, axis, axis))
    # Some 64^3 independent nodes, each worth a fraction of a value.
    assert values.mean() == pytest.approx(0, abs=0.02)
    assert values.var() == pytest.approx(1, abs=0.02)
    np.testing.assert_allclose(sample(field, (axis + 64, axis - 128, axis)), values, atol=1e-5)


def test_a_field_is_the_spline_of_its_nodes():
    field = random_field(1.0, "field")
    node = np.array([5.0])
    c = field.nodes[4:7, 4:7, 4:7]
    w = np.array([1, 4, 1]) / 6
    expected = np.einsum("ijk,i,j,k", c, w, w, w)
    assert sample(field, (node, node, node))[0, 0, 0] == pytest.approx(expected, rel=1e-5)


def test_depth_in_a_sphere_is_exact():
    axis = np.linspace(-3, 3, 31)
    nearest, second, owner = nearest_two(
        (axis, axis, axis), np.zeros((1, 3)), np.full((1, 3), 2.0), UPRIGHT, 1.0
    )
    radius = np.sqrt(sum(a**2 for a in np.meshgrid(axis, axis, axis, indexing="ij")))
    near = radius < 2.99
    np.testing.assert_allclose(nearest[near], 2.0 - radius[near], atol=1e-5)
    assert (nearest >= -1).all()
    assert (second == -1).all()
    assert (owner[near] == 0).all()
    assert owner[0, 0, 0] == -1


def test_depth_near_an_ellipsoid_is_right_along_its_axes():
    axes_um = (np.array([0.9, 1.1]), np.array([0.0]), np.array([0.0]))
    # The first semi-axis, 3, points along x; the third, 1, along z.
    rotation = np.array([[[0, 0, 1.0], [0, 1.0, 0], [1.0, 0, 0]]])
    semi_axes = np.array([[3.0, 2.0, 1.0]])
    nearest, _, _ = nearest_two(axes_um, np.zeros((1, 3)), semi_axes, rotation, 1.0)
    np.testing.assert_allclose(nearest[:, 0, 0], [0.1, -0.1], atol=1e-5)


def test_second_nearest_belongs_to_the_other_particle():
    x = np.array([-1.0, 0.25, 1.0])
    centres = np.array([[0, 0, -1.0], [0, 0, 1.0]])
    nearest, second, owner = nearest_two(
        (np.zeros(1), np.zeros(1), x), centres, np.ones((2, 3)), np.repeat(UPRIGHT, 2, 0), 2.5
    )
    np.testing.assert_allclose(nearest[0, 0], [1, 0.25, 1], atol=1e-6)
    np.testing.assert_allclose(second[0, 0], [-1, -0.25, -1], atol=1e-6)
    assert owner[0, 0].tolist() == [0, 1, 1]


def test_rotations_are_rotations_with_the_tilt_asked_for():
    rotations = random_rotations(generator("tilt"), 2000, 20.0)
    identity = np.einsum("nij,nkj->nik", rotations, rotations)
    np.testing.assert_allclose(identity, np.broadcast_to(np.eye(3), identity.shape), atol=1e-12)
    tilt = np.degrees(np.arccos(np.clip(np.abs(rotations[:, 2, 0]), 0, 1)))
    # |Gaussian| has a root mean square of its spread.
    assert np.sqrt((tilt**2).mean()) == pytest.approx(20.0, rel=0.06)


def packed_spheres(overlap, count=110, spreading=0.2, pull_range=0.15):
    size = np.full(3, 10.0)
    radii = np.ones((count, 3))
    rotations = np.repeat(UPRIGHT, count, 0)
    centres = pack(generator("pack"), size, radii, rotations, overlap, pull_range, spreading)
    assert ((centres >= 0) & (centres < 10)).all()
    distances, _ = cKDTree(centres, boxsize=size).query(centres, k=4)
    return distances[:, 1:]


def test_spheres_touch_but_do_not_run_into_each_other():
    distances = packed_spheres(overlap=0.0)
    assert distances.min() > 0.93 * 2
    # Nearly all have a neighbour in contact, most have two; without the pull far fewer.
    contacts = (distances < 1.05 * 2).mean(axis=0)
    assert contacts[0] > 0.9
    assert contacts[1] > 0.7
    pushed_only = packed_spheres(overlap=0.0, pull_range=0.0)
    assert (pushed_only[:, 0] < 1.05 * 2).mean() < 0.75


def test_spheres_of_two_sizes_touch_at_the_sum_of_their_radii():
    radii = np.repeat([2.0, 1.0], [6, 60])
    centres = pack(
        generator("unlike"),
        np.full(3, 10.0),
        np.repeat(radii[:, None], 3, axis=1),
        np.repeat(UPRIGHT, 66, 0),
        0.0,
        0.15,
        0.2,
    )
    trees = [cKDTree(part, boxsize=np.full(3, 10.0)) for part in (centres[:6], centres[6:])]
    nearest, _ = trees[1].query(centres[:6])
    assert nearest == pytest.approx(3.0, rel=0.05)


def test_overlap_brings_spheres_closer():
    assert np.median(packed_spheres(overlap=0.1)[:, 0]) == pytest.approx(1.8, abs=0.06)


def test_cracks_fall_on_particles_by_their_volume():
    radii = np.array([1.0, 2.0])
    axes = np.repeat([[1.0, 0, 0]], 2, axis=0)
    cracks = draw_cracks(9000, axes, radii, False, "cracks")
    assert np.diff(cracks.first).tolist() == pytest.approx([1000, 8000], abs=100)


def test_distance_to_a_crack():
    cracks = Cracks(
        first=np.array([0, 0, 1]),
        normals=np.array([[1.0, 0, 0]]),
        directions=np.array([[0, 0, 1.0]]),
        offsets_um=np.array([0.5]),
        tips_um=np.array([0.0]),
    )
    axes_um = (np.array([0.5, 1.5]), np.zeros(1), np.array([-1.0, 2.0]))
    inside = np.ones((2, 1, 2), dtype=bool)
    owner = np.ones(inside.shape, dtype=np.int32)
    centres = np.zeros((2, 3))
    wobble = np.zeros(inside.shape, dtype=np.float32)
    rows = np.arange(2)
    distance = distance_to_cracks(axes_um, inside, owner, centres, rows, cracks, wobble)
    # On the sheet; past its tip by 2; then the same 1 um off the sheet.
    assert distance[:, 0].tolist() == [[0, 2], [1, 3]]
    # Particle 0 has no crack, and nothing is asked outside particles.
    none = distance_to_cracks(axes_um, inside, 0 * owner, centres, rows, cracks, wobble)
    assert np.isinf(none).all()
    outside = distance_to_cracks(axes_um, ~inside, owner, centres, rows, cracks, wobble)
    assert np.isinf(outside).all()
