import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.segmentation import watershed

from manyeyes.imaging.flooding import flood


@settings(deadline=None)
@given(
    st.tuples(st.integers(1, 7), st.integers(1, 7), st.integers(1, 7)),
    st.integers(0, 2**32 - 1),
    st.floats(0.02, 0.9),
)
def test_labels_equal_those_of_scikit_image_where_no_heights_tie(shape, seed, share):
    rng = np.random.default_rng(seed)
    size = int(np.prod(shape))
    heights = rng.permutation(size).astype(np.uint16).reshape(shape)
    markers = np.where(rng.random(shape) < share, rng.integers(1, 4, shape), 0).astype(np.uint8)
    markers.flat[rng.integers(size)] = 1
    assert np.array_equal(flood(heights, markers), watershed(heights, markers))


def test_labels_nearly_equal_those_of_scikit_image_where_they_do():
    rng = np.random.default_rng(1)
    heights = rng.integers(0, 60, (40, 40, 40)).astype(np.uint16)
    markers = np.where(rng.random(heights.shape) < 0.3, rng.integers(1, 3, heights.shape), 0)
    markers = markers.astype(np.uint8)
    assert np.mean(flood(heights, markers) == watershed(heights, markers)) > 0.98


def test_who_enters_a_basin_first_fills_it_before_water_from_elsewhere_comes():
    heights = np.array([[[0, 7, 3, 2, 3, 2, 3, 7, 0]]], dtype=np.uint16)
    markers = np.array([[[1, 0, 0, 0, 0, 0, 0, 0, 2]]], dtype=np.uint8)
    assert flood(heights, markers)[0, 0].tolist() == [1, 1, 1, 1, 1, 1, 1, 2, 2]


def test_water_stops_at_a_crest():
    heights = np.zeros((5, 5, 9), dtype=np.uint16)
    heights[:, :, 4] = 100
    markers = np.zeros(heights.shape, dtype=np.uint8)
    markers[2, 2, 0] = 1
    markers[2, 2, 8] = 2
    labels = flood(heights, markers)
    assert (labels[:, :, :4] == 1).all()
    assert (labels[:, :, 5:] == 2).all()


def test_one_marker_takes_everything_and_markers_are_left_alone():
    heights = np.full((3, 4, 5), 65535, dtype=np.uint16)
    markers = np.zeros(heights.shape, dtype=np.uint8)
    markers[0, 0, 0] = 254
    before = markers.copy()
    assert (flood(heights, markers) == 254).all()
    assert np.array_equal(markers, before)


def test_wide_labels_flood_as_narrow_ones():
    rng = np.random.default_rng(2)
    heights = rng.integers(0, 60, (20, 21, 22)).astype(np.uint16)
    markers = np.where(rng.random(heights.shape) < 0.01, rng.integers(1, 255, heights.shape), 0)
    inside = rng.random(heights.shape) < 0.9
    narrow = flood(heights, markers.astype(np.uint8), inside)
    wide = flood(heights, 8_000_000 * markers.astype(np.int32), inside)
    assert wide.dtype == np.int32
    assert np.array_equal(wide, 8_000_000 * narrow.astype(np.int32))


GROUND = np.zeros((2, 2, 2), dtype=np.uint16)


@pytest.mark.parametrize(
    ("heights", "markers", "message"),
    [
        (GROUND.astype(float), np.ones((2, 2, 2), np.uint8), "uint16"),
        (GROUND, np.ones((2, 2, 2), int), "uint8"),
        (GROUND, np.ones((2, 2, 3), np.uint8), "one shape"),
        (GROUND[0], np.ones((2, 2), np.uint8), "volumes"),
        (GROUND, np.zeros((2, 2, 2), np.uint8), "nothing is marked"),
        (GROUND, np.full((2, 2, 2), 255, np.uint8), "0 to 254"),
        (GROUND, np.full((2, 2, 2), 2**31 - 1, np.int32), "0 to 2147483646"),
        (GROUND, np.arange(-1, 7, dtype=np.int32).reshape(2, 2, 2), "found -1 to 6"),
    ],
)
def test_broken_input_is_refused(heights, markers, message):
    with pytest.raises(ValueError, match=message):
        flood(heights, markers)
