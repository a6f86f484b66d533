import numpy as np
from manyeyes.baseline import fill_internal_pores, seed_levels, segment_block


def hollow_ball():
    z, y, x = np.indices((31, 31, 31)) - 15
    radius = np.sqrt(z**2 + y**2 + x**2)
    return np.where((radius < 12) & (radius >= 4), 1, 2).astype(np.uint8), radius < 12


def test_a_closed_cavity_is_filled_and_an_open_one_is_not():
    segmentation, ball = hollow_ball()
    assert np.array_equal(fill_internal_pores(segmentation) == 1, ball)
    opened = segmentation.copy()
    opened[15, 15, 15:] = 2
    assert np.array_equal(fill_internal_pores(opened), opened)


def test_a_clear_block_is_segmented_as_it_is():
    segmentation, _ = hollow_ball()
    noise = np.random.default_rng(0).normal(0, 5, segmentation.shape)
    image = (np.where(segmentation == 1, 190, 50) + noise).astype(np.uint8)
    assert np.allclose(seed_levels(image), (50, 190), atol=2)
    assert np.array_equal(segment_block(image), segmentation)
