"""Particles on volumes whose particles are known."""

import functools

import numpy as np
import pandas as pd
import pytest

from manyeyes.electrodes.packing import pack, random_rotations
from manyeyes.measures.maxima import lasting_maxima
from manyeyes.measures.particles import particle_summary, particles_table, split
from manyeyes.randomness import generator

VOXEL_NM = 500.0


def balls(shape, centres, radii):
    """Return a mask of balls in a periodic volume, in voxels."""
    mask = np.zeros(shape, dtype=bool)
    for centre, radius in zip(centres, radii, strict=True):
        reach = int(np.ceil(radius)) + 1
        near = np.arange(-reach, reach + 1)
        first = np.floor(centre).astype(int)
        offsets = [(first[k] + near + 0.5 - centre[k]) ** 2 for k in range(3)]
        inside = offsets[0][:, None, None] + offsets[1][:, None] + offsets[2] < radius**2
        places = [(first[k] + near) % shape[k] for k in range(3)]
        mask[np.ix_(*places)] |= inside
    return mask


@functools.cache
def packing(overlap, size=110, seed=0):
    """Return a mask of packed balls of various sizes, their centres and radii, in voxels."""
    draw = generator("balls", overlap, seed)
    radii = 9 * np.exp(0.25 * draw.standard_normal(2000))
    radii = radii[: np.searchsorted(np.cumsum(4 / 3 * np.pi * radii**3), 0.5 * size**3)]
    centres = pack(
        draw,
        np.full(3, float(size)),
        np.repeat(radii[:, None], 3, axis=1),
        random_rotations(draw, len(radii), 0),
        overlap=overlap,
        pull_range=0.15,
        spreading=0.2,
    )
    return balls((size,) * 3, centres, radii), centres, radii


@pytest.mark.parametrize("overlap", [0.0, 0.03, 0.08])
def test_two_balls_that_touch_are_two(overlap):
    apart = 24 * (1 - overlap)
    mask = balls((40, 40, 70), [(20, 20, 20), (20, 21, 20 + apart)], [12, 12])
    particles = split(mask, VOXEL_NM)
    assert particles.dtype == np.int32
    assert particles.max() == 2
    assert np.array_equal(particles > 0, mask)
    one, other = np.bincount(particles.ravel())[1:]
    assert one == pytest.approx(other, rel=0.02)


def test_unequal_balls_are_parted_at_their_neck():
    mask = balls((50, 50, 70), [(25, 25, 22), (25, 25, 50.5)], [20, 10])
    volumes = np.bincount(split(mask, VOXEL_NM).ravel())[1:]
    assert volumes == pytest.approx(4 / 3 * np.pi * np.array([20, 10]) ** 3, rel=0.03)


def test_a_row_of_balls():
    centres = [(16, 16, 14 + 19 * k) for k in range(6)]
    table = particles_table(split(balls((32, 32, 124), centres, [10] * 6), VOXEL_NM), VOXEL_NM)
    assert list(table["coordination"]) == [1, 2, 2, 2, 2, 1]
    assert list(table["x_um"]) == pytest.approx([7 + 9.5 * k for k in range(6)], abs=0.15)


@pytest.mark.parametrize("stretch", [(1, 1, 1), (0.5, 1, 1), (0.6, 0.8, 1)])
def test_one_ellipsoid_stays_one(stretch):
    places = np.indices((50,) * 3) - 24.3
    turned = np.tensordot(random_rotations(generator("one"), 1, 40)[0], places, axes=1)
    mask = ((turned / np.reshape(stretch, (3, 1, 1, 1))) ** 2).sum(axis=0) < 22**2
    assert split(mask, VOXEL_NM).max() == 1


@pytest.mark.parametrize("overlap", [0.0, 0.05, 0.1])
def test_each_ball_of_a_packing_is_found_once(overlap):
    mask, centres, _ = packing(overlap)
    particles = split(mask, VOXEL_NM)
    at_centres = particles[tuple(np.floor(centres).astype(int).T)]
    assert (at_centres > 0).all()
    # Two in one would share a label. Up to 2 % do, where balls overlap more than asked for.
    assert len(set(at_centres)) >= 0.98 * len(centres)
    # All others are parts of balls that the faces cut.
    table = particles_table(particles, VOXEL_NM)
    whole = table.loc[~table["cut"], "particle"]
    assert np.isin(whole, at_centres).mean() > 0.99


def test_sizes_of_packings_follow_their_law():
    tables, laws = [], []
    for seed in range(3):
        mask, _, radii = packing(0.05, seed=seed)
        tables.append(particles_table(split(mask, VOXEL_NM), VOXEL_NM))
        laws.append(radii)
    law = 2 * np.concatenate(laws) * VOXEL_NM / 1000
    found = particle_summary(pd.concat(tables))
    assert found["mean_diameter_um"] == pytest.approx(law.mean(), rel=0.03)
    assert found["d50_um"] == pytest.approx(np.median(law), rel=0.03)
    # Large particles are few, so a mean by volume scatters more.
    assert found["volume_weighted_diameter_um"] == pytest.approx(
        np.average(law, weights=law**3), rel=0.05
    )
    plain = pd.concat(tables).query("~cut")["diameter_um"].mean()
    assert plain < 0.97 * law.mean()  # what the weights correct


def test_weights_of_balls_are_the_inverse_of_their_chance_to_be_whole():
    draw, size, shown, weights = generator("whole"), 30, 500, []
    for _ in range(shown):
        radius, centre = draw.uniform(2, 7), draw.uniform(0, size, 3)
        if (centre - radius > 1).all() and (centre + radius < size - 1).all():
            ball = balls((size,) * 3, [centre], [radius]).astype(np.int32)
            weights.append(particles_table(ball, VOXEL_NM)["weight"].iloc[0])
    assert len(weights) < 0.4 * shown
    # The sum of weights estimates how many centres lie in the volume.
    assert sum(weights) == pytest.approx(shown, rel=0.15)
    ball = balls((60,) * 3, [(30, 30, 30)], [10]).astype(np.int32)
    row = particles_table(ball, VOXEL_NM).iloc[0]
    assert row["weight"] == pytest.approx((60 / (60 - 20 - 1)) ** 3)


def test_a_field_of_view_that_is_the_volume_gives_the_weights_of_the_volume():
    ball = balls((60,) * 3, [(30, 30, 30)], [10]).astype(np.int32)
    everywhere = np.zeros(ball.shape, dtype=bool)
    row = particles_table(ball, VOXEL_NM, outside=everywhere).iloc[0]
    assert row["weight"] == pytest.approx((60 / (60 - 20)) ** 3, rel=0.1)
    everywhere[..., :20] = True
    assert particles_table(ball, VOXEL_NM, outside=everywhere)["cut"].tolist() == [True]
    everywhere[..., 10:] = False
    assert particles_table(ball, VOXEL_NM, outside=everywhere)["cut"].tolist() == [False]


def test_shape_of_a_ball():
    table = particles_table(balls((40,) * 3, [(20, 19, 21)], [15]).astype(np.int32), VOXEL_NM)
    row = table.iloc[0]
    assert row["diameter_um"] == pytest.approx(15, rel=0.01)
    assert row["volume_um3"] == pytest.approx(np.pi / 6 * 15**3, rel=0.02)
    assert row["surface_um2"] == pytest.approx(np.pi * 15**2, rel=0.03)
    assert 0.97 < row["sphericity"] <= 1
    assert (row["elongation"], row["flatness"]) == pytest.approx((1, 1), abs=0.01)
    assert (row["z_um"], row["y_um"], row["x_um"]) == pytest.approx((10, 9.5, 10.5))
    assert row["coordination"] == 0
    assert np.isnan(row["internal_porosity"])


@pytest.mark.parametrize("direction", [(1, 0, 0), (0, 0, 1), (1, 1, 1), (-1, 2, 0)])
def test_axes_of_an_ellipsoid(direction):
    long_axis = np.array(direction) / np.linalg.norm(direction)
    short_axis = np.cross(long_axis, (0.3, 0.5, 0.81))
    short_axis /= np.linalg.norm(short_axis)
    middle = np.cross(long_axis, short_axis)
    places = np.indices((64,) * 3) - 31.5
    along = [np.tensordot(axis, places, axes=1) for axis in (long_axis, middle, short_axis)]
    mask = (along[0] / 28) ** 2 + (along[1] / 18) ** 2 + (along[2] / 10) ** 2 < 1
    row = particles_table(mask.astype(np.int32), VOXEL_NM).iloc[0]
    assert row["length_um"] == pytest.approx(28, rel=0.01)
    assert row["width_um"] == pytest.approx(18, rel=0.01)
    assert row["thickness_um"] == pytest.approx(10, rel=0.01)
    assert row["elongation"] == pytest.approx(18 / 28, rel=0.02)
    assert row["flatness"] == pytest.approx(10 / 18, rel=0.02)
    found = row[["long_axis_z", "long_axis_y", "long_axis_x"]].to_numpy(float)
    assert abs(found @ long_axis) == pytest.approx(1, abs=1e-3)
    assert found[0] >= 0
    for axis, name in ((long_axis, "long"), (short_axis, "short")):
        angle = np.degrees(np.arccos(abs(axis[0])))
        assert row[f"{name}_axis_angle_deg"] == pytest.approx(angle, abs=1)


def test_internal_porosity_counts_holes_and_given_pores():
    solid = balls((40,) * 3, [(20, 20, 20)], [15])
    hole = balls((40,) * 3, [(21, 20, 19)], [2.6])
    crack = solid.copy()
    crack[:20] = crack[22:] = False  # open to the outside
    particles = split(solid & ~hole, VOXEL_NM)
    assert np.array_equal(particles > 0, solid)
    row = particles_table(particles, VOXEL_NM, material=solid & ~hole).iloc[0]
    assert row["internal_porosity"] == pytest.approx(hole.sum() / solid.sum())
    row = particles_table(split(solid, VOXEL_NM), VOXEL_NM, material=solid & ~crack & ~hole).iloc[0]
    assert row["internal_porosity"] == pytest.approx((crack | hole).sum() / solid.sum())


def test_large_holes_and_holes_at_faces_stay():
    shell = np.ones((30, 30, 30), dtype=bool)
    shell[8:22, 8:22, 8:22] = False
    shell[0, 5, 5] = False
    particles = split(shell, VOXEL_NM)
    assert np.array_equal(particles > 0, shell)


def test_cut_particles_have_no_weight_and_no_sphericity():
    mask = balls((60, 40, 40), [(2, 20, 20), (30, 20, 20)], [12, 12])
    mask[40:] = False
    table = particles_table(split(mask, VOXEL_NM), VOXEL_NM)
    assert table["cut"].tolist() == [True, False]
    assert table["weight"].gt(0).tolist() == [False, True]
    assert table["sphericity"].isna().tolist() == [True, False]
    assert particle_summary(table)["particles"] == particle_summary(table)["particles_cut"] == 1


def test_specks_are_no_particles():
    mask = balls((40,) * 3, [(20, 20, 20)], [12])
    mask[2:4, 2:4, 2:4] = True
    mask[19:21, 19:21, 32:34] = True  # touches the ball, so falls to it
    particles = split(mask, VOXEL_NM)
    assert particles.max() == 1
    assert particles[2, 2, 2] == 0
    assert particles[20, 20, 33] == 1


def test_quantiles_and_means_are_weighted():
    table = pd.DataFrame(
        {
            "cut": [False] * 4 + [True],
            "weight": [6.0, 2.0, 1.0, 1.0, 0.0],
            "diameter_um": [1.0, 2.0, 3.0, 4.0, 50.0],
            "volume_um3": [1.0, 8.0, 27.0, 64.0, 1e5],
            "internal_porosity": [0.0, 0.0, 0.0, 0.5, 1.0],
            **dict.fromkeys(("sphericity", "elongation", "flatness"), 0.5),
            **dict.fromkeys(("long_axis_angle_deg", "short_axis_angle_deg"), 45.0),
            "coordination": [0, 10, 0, 0, 7],
        }
    )
    found = particle_summary(table)
    assert found["particles"] == 4
    assert found["mean_diameter_um"] == pytest.approx(1.7)
    assert (found["d10_um"], found["d50_um"], found["d90_um"]) == (1, 1, 3)
    assert found["volume_weighted_diameter_um"] == pytest.approx(
        (6 + 2 * 8 * 2 + 27 * 3 + 64 * 4) / 113
    )
    # By volume 6, 16, 27 and 64 of 113.
    assert found["d10_volume_um"] == 2
    assert found["d50_volume_um"] == found["d90_volume_um"] == 4
    assert found["internal_porosity"] == pytest.approx(32 / 113)
    assert found["coordination"] == 2


def test_nothing_to_split():
    empty = np.zeros((5, 5, 5), dtype=bool)
    particles = split(empty, VOXEL_NM)
    assert not particles.any()
    found = particle_summary(particles_table(particles, VOXEL_NM))
    assert found["particles"] == 0
    assert np.isnan(found["mean_diameter_um"])
    assert split(~empty, VOXEL_NM).max() == 1


def test_maxima_stand_out_by_a_share_of_their_height():
    heights = np.array([[[50, 40, 44, 10, 12, 0, 3]]], dtype=np.uint16)

    def tops(dip, least=0):
        return np.flatnonzero(lasting_maxima(heights, 0, dip, least)).tolist()

    assert tops(0.0) == [0, 2, 4, 6]
    assert tops(0.1) == [0, 4, 6]  # 44 falls by 4, less than a tenth
    assert tops(0.2) == [0, 6]  # 12 falls by 2; 3 is an island of its own
    assert tops(0.2, 5) == [0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: split(np.ones((4, 4, 4), np.uint8), 500), "bool volume"),
        (lambda: split(np.ones((4, 4), bool), 500), "bool volume"),
        (lambda: split(np.ones((4, 4, 4), bool), 0), "positive length"),
        (lambda: split(np.ones((4, 4, 4), bool), 500, least_dip=1), "least_dip"),
        (lambda: particles_table(np.ones((4, 4, 4), int), 500), "int32"),
        (lambda: particles_table(np.ones((4, 4, 4), np.int32), -1), "positive length"),
        (
            lambda: particles_table(
                np.ones((4, 4, 4), np.int32), 500, material=np.ones((4, 4, 3), bool)
            ),
            "material must be",
        ),
    ],
)
def test_broken_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
