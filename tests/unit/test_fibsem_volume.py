import numpy as np
import pytest
from scipy import ndimage

from manyeyes.fibsem.crop import (
    Crop,
    centred,
    common_field,
    place_slices,
)
from manyeyes.fibsem.denoise import denoise, grey_pair
from manyeyes.fibsem.geometry import SliceGeometry
from manyeyes.fibsem.pores import fill_internal_pores
from manyeyes.fibsem.resample import overlaps, resample, resampled_shape
from manyeyes.fibsem.scores import LabelCounts
from manyeyes.fibsem.watershed import (
    grey_histogram,
    seed_levels,
    segment,
    segment_slice,
)

GEOMETRY = SliceGeometry(slice_thickness_nm=256, pixel_size_nm=55, field_shift_nm=190)


def count_layers(labels, truth):
    """Count labels against truth layer by layer."""
    counts = LabelCounts()
    for found, true in zip(labels, truth, strict=True):
        counts.add(found, true)
    return counts


def test_the_common_field_is_what_all_slices_show():
    field = np.array([[0.0, 0.0], [2.3, -1.2], [-1.5, 4.0]])
    crop = common_field(field, (50, 60))
    assert crop == Crop((0, 3, 4), (3, 45, 54))
    assert common_field(field, (50, 60), first_row=10).start == (0, 10, 4)
    for at in field:
        assert (np.array(crop.start[1:]) >= at).all()
        assert (np.add(crop.start[1:], crop.shape[1:]) <= at + np.array([50, 60])).all()
    with pytest.raises(ValueError, match="no part of the face is common"):
        common_field(np.array([[0.0, 0.0], [80.0, 0.0]]), (50, 60))


def test_a_centred_crop_covers_the_volume_and_no_more():
    crop = centred(Crop((0, 10, 20), (338, 480, 660)), GEOMETRY, (1180, 456, 568), 55.0)
    assert crop.shape == (254, 456, 568)
    assert crop.start == (42, 22, 66)
    with pytest.raises(ValueError, match="ask for a smaller volume"):
        centred(Crop((0, 0, 0), (100, 480, 660)), GEOMETRY, (1180, 456, 568), 55.0)


def test_of_an_odd_rest_the_smaller_half_comes_before_a_centred_crop():
    geometry = SliceGeometry(slice_thickness_nm=50, pixel_size_nm=50)
    sizes = geometry.voxel_size_nm
    shape = tuple(round(n * size / 50) for n, size in zip((4, 30, 41), sizes, strict=True))
    crop = centred(Crop((0, 10, -20), (7, 31, 46)), geometry, shape, 50.0)
    assert crop.shape == (4, 30, 41)
    assert crop.start == (1, 10, -18)


def test_slices_are_laid_where_they_belong():
    draw = np.random.default_rng(0)
    face = ndimage.gaussian_filter(draw.normal(0, 300, (140, 150)), 3)
    field = np.array([[0.0, 0.0], [3.0, -2.0], [1.4, 2.75]])
    slices = []
    for at in field:
        rows = np.arange(100)[:, None] + 20 + at[0]
        columns = np.arange(110)[None, :] + 20 + at[1]
        grid = np.broadcast_arrays(rows, columns)
        slices.append(ndimage.map_coordinates(face, grid, order=5).astype(np.float32))
    crop = common_field(field, (100, 110))
    expected = face[20 + crop.start[1] :, 20 + crop.start[2] :]
    expected = expected[: crop.shape[1], : crop.shape[2]]
    for k, placed in enumerate(place_slices(slices, field, crop)):
        # Whole pixels are copied; fractions are interpolated, less well at the slice's own edge.
        inner = (slice(4, -4), slice(4, -4))
        assert placed[inner] == pytest.approx(expected[inner], abs=1e-4 if k < 2 else 0.3)


def test_a_crop_takes_its_own_slices_and_misses_none():
    slices = [np.full((20, 20), k, np.float32) for k in range(6)]
    placed = list(place_slices(slices, np.zeros((6, 2)), Crop((2, 1, 1), (3, 10, 10))))
    assert [image[0, 0] for image in placed] == [2, 3, 4]
    with pytest.raises(ValueError, match="there are only 6"):
        list(place_slices(slices, np.zeros((6, 2)), Crop((4, 1, 1), (3, 10, 10))))


def two_phase(shape=(6, 80, 90), seed=4):
    field = ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal(shape), (1, 7, 7))
    return field > 0


def test_brightness_is_evened_out_whatever_the_phases_do():
    active = two_phase()
    active[3] &= np.arange(90) < 30
    draw = np.random.default_rng(1)
    factor = np.array([1.0, 0.8, 1.1, 0.9, 1.2, 1.0])
    grey = factor[:, None, None] * np.where(active, 170, 60) + draw.normal(0, 4, active.shape)
    slices = list(np.clip(grey, 0, 255).astype(np.uint8))
    pairs = np.array([grey_pair(image) for image in slices])
    even = np.stack(list(denoise(slices, pairs, sigma_px=0)))
    inside = [even[k][active[k]].mean() for k in range(6)]
    outside = [even[k][~active[k]].mean() for k in range(6)]
    assert np.ptp(inside) < 3
    assert np.ptp(outside) < 3


def test_smoothing_lowers_noise_by_the_known_factor():
    noise = np.clip(np.random.default_rng(0).normal(128, 20, (1, 200, 200)), 0, 255)
    noise[0, :, :100] -= 60
    (smooth,) = denoise([noise[0]], np.array([[68.0, 128.0]]), sigma_px=2.0)
    # White noise through a 2-D Gaussian keeps 1 / (2 sqrt(pi) sigma) of its spread.
    assert smooth[:, 110:].std() == pytest.approx(20 / (2 * np.sqrt(np.pi) * 2), rel=0.1)
    with pytest.raises(ValueError, match="sigma_px"):
        list(denoise([noise[0]], np.array([[68.0, 128.0]]), sigma_px=-1))
    with pytest.raises(ValueError, match="single grey level"):
        grey_pair(np.zeros((5, 5)))


def test_watershed_finds_phases_through_noise_and_blur():
    active = two_phase()
    grey = ndimage.gaussian_filter(np.where(active, 170.0, 60.0), (0, 0.8, 0.8))
    grey += np.random.default_rng(5).normal(0, 8, grey.shape)
    slices = np.clip(grey, 0, 255).astype(np.uint8)
    low, high = seed_levels(grey_histogram(slices))
    assert 60 < low < 115 < high < 170
    found = np.stack(list(segment(slices, low, high)))
    assert set(np.unique(found)) == {1, 2}
    assert (found == np.where(active, 1, 2)).mean() > 0.985
    # Each slice stands for itself, so it does not matter which others there are.
    assert np.array_equal(found[2], segment_slice(slices[2], low, high))


def test_a_slice_of_one_phase_is_all_of_it_and_one_without_seeds_is_an_error():
    assert (segment_slice(np.full((9, 9), 30, np.uint8), 80, 140) == 2).all()
    with pytest.raises(ValueError, match="without a seed"):
        segment_slice(np.full((9, 9), 100, np.uint8), 80, 140)


def test_seeds_lie_between_threshold_and_means():
    histogram = np.zeros(256, int)
    histogram[[50, 70]] = 100
    histogram[[160, 180]] = 100
    none, half, all_ = (seed_levels(histogram, w) for w in (0.0, 0.5, 1.0))
    assert all_ == (60, 170)
    assert half[0] <= none[0] <= none[1] <= half[1]
    with pytest.raises(ValueError, match="window"):
        seed_levels(histogram, 1.5)
    with pytest.raises(ValueError, match="single grey level"):
        seed_levels(np.bincount([7, 7], minlength=256))


def test_pores_that_the_surface_reaches_stay():
    z, y, x = np.indices((31, 31, 31)) - 15
    radius = np.sqrt(z**2 + y**2 + x**2)
    ball = radius < 12
    labels = np.where(ball & (radius >= 4), 1, 2).astype(np.uint8)
    filled = fill_internal_pores(labels)
    assert np.array_equal(filled.labels == 1, ball)
    assert filled.pores == 1
    assert filled.fraction == pytest.approx((radius < 4).mean())
    opened = labels.copy()
    opened[15, 15, 15:] = 2
    assert np.array_equal(fill_internal_pores(opened).labels, opened)
    # Half of the ball: the block's face cuts the pore, so it may be open.
    assert fill_internal_pores(labels[:16]).pores == 0


def test_a_diagonal_neighbour_does_not_open_a_pore():
    labels = np.ones((7, 7, 7), np.uint8)
    labels[3, 3, 3] = 2
    labels[4, 4, 4:] = 2
    assert fill_internal_pores(labels).labels[3, 3, 3] == 1
    with pytest.raises(ValueError, match="volume"):
        fill_internal_pores(labels[0])


def test_overlaps_cover_each_new_cell_exactly():
    for first, shares in overlaps(254, 256.0, 55.0, 1180):
        assert shares.sum() == pytest.approx(1)
        assert len(shares) <= 2
        assert first + len(shares) <= 254
    assert [shares.tolist() for _, shares in overlaps(4, 1.0, 2.0, 2)] == [[0.5, 0.5]] * 2
    assert [first for first, _ in overlaps(4, 2.0, 1.0, 8)] == [0, 0, 1, 1, 2, 2, 3, 3]


def test_resampling_to_the_same_grid_changes_nothing():
    active = two_phase()
    same = np.stack(list(resample(active, (100.0, 100.0, 100.0), active.shape, 100.0)))
    assert np.array_equal(same == 1, active)


def test_resampling_goes_by_the_share_of_volume():
    """Compared with averaging a fine copy of the labels, which any ratio of sizes can be cut to."""
    active = two_phase((4, 30, 30))
    sizes = (24.0, 10.0, 6.0)
    fine = active.repeat(24, 0).repeat(10, 1).repeat(6, 2)
    to = 15
    shape = tuple(n // to for n in fine.shape)
    boxes = fine[tuple(slice(n * to) for n in shape)]
    boxes = boxes.reshape(shape[0], to, shape[1], to, shape[2], to).sum(axis=(1, 3, 5))
    found = np.stack(list(resample(active, sizes, shape, float(to))))
    assert np.array_equal(found == 1, 2 * boxes > to**3)


@pytest.mark.parametrize("sizes", [(10.0, 10.0, 10.0), (24.0, 10.0, 6.0), (8.0, 10.0, 6.0)])
def test_a_voxel_that_is_exactly_half_active_is_the_rest(sizes):
    """Also where shares are fractions that no float holds, such as thirds."""
    active = np.random.default_rng(7).random((10, 24, 40)) < 0.5
    fine = active
    for axis, size in enumerate(sizes):
        fine = fine.repeat(int(size), axis)
    to = 20
    shape = tuple(n // to for n in fine.shape)
    boxes = fine[tuple(slice(n * to) for n in shape)]
    boxes = boxes.reshape(shape[0], to, shape[1], to, shape[2], to).sum(axis=(1, 3, 5))
    half = 2 * boxes == to**3
    assert half.any()
    found = np.stack(list(resample(active, sizes, shape, float(to))))
    assert (found[half] == 2).all()
    assert np.array_equal(found == 1, 2 * boxes > to**3)


def test_resampling_keeps_the_fraction():
    active = two_phase((20, 120, 120), seed=8)
    shape = resampled_shape((93, 120, 120), 55.0, 126.0)
    assert shape == (40, 52, 52)
    found = np.stack(list(resample(active, (256.0, 55.0, 55.0), shape, 126.0)))
    assert (found == 1).mean() == pytest.approx(active.mean(), abs=0.01)
    with pytest.raises(ValueError, match="ask for fewer voxels"):
        list(resample(active, (256.0, 55.0, 55.0), (41, 52, 53), 126.0))


def test_counts_give_the_scores_of_a_hand_made_case():
    labels = np.array([[1, 1, 1, 2, 2, 2, 2, 2]], np.uint8)
    truth = np.array([[1, 1, 3, 1, 4, 3, 3, 2]], np.uint8)
    counts = count_layers(labels, truth)
    plain, filled = counts.score(filled=False), counts.score(filled=True)
    assert plain["active_fraction"] == pytest.approx(3 / 8)
    assert plain["truth_fraction"] == pytest.approx(3 / 8)
    assert plain["dice"] == pytest.approx(4 / 6)
    assert plain["voxel_error"] == pytest.approx(2 / 8)
    assert filled["error_points"] == pytest.approx(-100 / 8)
    assert filled["dice"] == pytest.approx(4 / 7)


def test_counts_refuse_what_is_no_label():
    counts = LabelCounts()
    with pytest.raises(ValueError, match="nothing was counted"):
        counts.score(filled=False)
    with pytest.raises(ValueError, match="truth must hold"):
        counts.add(np.ones(3, np.uint8), np.array([0, 1, 2], np.uint8))
    with pytest.raises(ValueError, match="do not compare"):
        counts.add(np.ones(3, np.uint8), np.ones(4, np.uint8))
