import numpy as np
import pytest

from manyeyes.imaging import filters


def test_gaussian_keeps_a_uniform_volume_up_to_its_border():
    image = np.full((9, 10, 11), 137, dtype=np.uint8)
    assert np.array_equal(filters.gaussian(image), image)


def test_gaussian_of_a_point_is_the_truncated_kernel():
    image = np.zeros((11, 11, 11), dtype=np.uint8)
    image[5, 5, 5] = 255
    taps = np.exp(-(np.arange(-3, 4) ** 2) / (2 * 1.1**2))  # half-width ceil(2 * 1.1) = 3
    taps /= taps.sum()
    expected = np.zeros(image.shape)
    expected[2:9, 2:9, 2:9] = 255 * np.einsum("i,j,k", taps, taps, taps)
    assert np.array_equal(filters.gaussian(image), np.rint(expected).astype(np.uint8))
    assert filters.gaussian(image)[5, 5, 5] == 12


def test_gaussian_smooths_along_every_axis():
    for axis in range(3):
        image = np.zeros((8, 8, 8), dtype=np.uint8)
        np.moveaxis(image, axis, 0)[4:] = 200
        profile = np.moveaxis(filters.gaussian(image), axis, 0)[:, 3, 3]
        assert np.all(np.diff(profile.astype(int)) >= 0)
        assert 0 < profile[3] < 100 < profile[4] < 200


def test_apply_does_what_the_config_says():
    image = np.random.default_rng(1).integers(0, 256, (8, 8, 8), dtype=np.uint8)
    assert filters.apply(image, {"method": "none"}) is image
    smooth = filters.apply(
        image, {"method": "gaussian", "sigma_voxels": 1.1, "kernel_size_factor": 2}
    )
    assert smooth.dtype == np.uint8
    assert np.array_equal(smooth, filters.gaussian(image))


@pytest.mark.parametrize(
    ("image", "parameters", "message"),
    [
        (np.zeros((4, 4, 4)), {"method": "none"}, "uint8"),
        (np.zeros((4, 4), np.uint8), {"method": "none"}, "shape"),
        (np.zeros((0, 4, 4), np.uint8), {"method": "none"}, "at least one voxel"),
        ([[[1]]], {"method": "none"}, "list"),
        (np.zeros((4, 4, 4), np.uint8), {"method": "median"}, "median"),
        (np.zeros((4, 4, 4), np.uint8), {}, "None"),
        (np.zeros((4, 4, 4), np.uint8), {"method": "none", "sigma_voxels": 1}, "sigma_voxels"),
        (np.zeros((4, 4, 4), np.uint8), {"method": "gaussian", "sigma_voxels": 0}, "above 0"),
        (np.zeros((4, 4, 4), np.uint8), {"method": "gaussian", "kernel_size_factor": -1}, "above"),
    ],
)
def test_broken_input_is_refused(image, parameters, message):
    with pytest.raises(ValueError, match=message):
        filters.apply(image, parameters)
