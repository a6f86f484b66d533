import numpy as np
import pytest

from manyeyes.filters import apply
from manyeyes.filters import filters as known_filters
from manyeyes.imaging import filters

GAUSSIAN = {"method": "gaussian", "sigma_voxels": 1.1, "kernel_size_factor": 2}
OTHERS = [
    {"method": "median"},
    {"method": "non_local_means", "strength_levels": 12},
    {"method": "anisotropic_diffusion", "conductance": 1.0},
]


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
    assert apply(image, {"method": "none"}) is image
    smooth = apply(image, GAUSSIAN)
    assert smooth.dtype == np.uint8
    assert np.array_equal(smooth, filters.gaussian(image))


@pytest.mark.parametrize(
    ("image", "parameters", "message"),
    [
        (np.zeros((4, 4, 4)), {"method": "none"}, "uint8"),
        (np.zeros((4, 4), np.uint8), {"method": "none"}, "shape"),
        (np.zeros((0, 4, 4), np.uint8), {"method": "none"}, "at least one voxel"),
        ([[[1]]], {"method": "none"}, "list"),
        (np.zeros((4, 4, 4), np.uint8), {"method": "mean"}, "mean"),
        (np.zeros((4, 4, 4), np.uint8), {"method": "gaussian"}, "needs sigma_voxels"),
        (np.zeros((4, 4, 4), np.uint8), {}, "None"),
        (np.zeros((4, 4, 4), np.uint8), {"method": "none", "sigma_voxels": 1}, "sigma_voxels"),
        (np.zeros((4, 4, 4), np.uint8), {**GAUSSIAN, "sigma_voxels": 0}, "above 0"),
        (np.zeros((4, 4, 4), np.uint8), {**GAUSSIAN, "kernel_size_factor": -1}, "above"),
    ],
)
def test_broken_input_is_refused(image, parameters, message):
    with pytest.raises(ValueError, match=message):
        apply(image, parameters)


def by_method(parameters):
    return parameters["method"]


@pytest.mark.parametrize("parameters", OTHERS, ids=by_method)
def test_noise_is_lowered_and_an_edge_stays(parameters):
    clean = np.full((16, 16, 16), 60, dtype=np.uint8)
    clean[:, :, 8:] = 180
    rng = np.random.default_rng(3)
    noisy = np.clip(clean + rng.normal(0, 12, clean.shape), 0, 255).astype(np.uint8)
    smooth = apply(noisy, parameters)
    assert smooth.dtype == np.uint8
    flat = np.s_[2:-2, 2:-2, 1:6]
    assert smooth[flat].std() < 0.6 * noisy[flat].std()
    # A Gaussian leaves much less of the step between the two columns at the edge.
    step = smooth[:, :, 8].mean() - smooth[:, :, 7].mean()
    gaussian = apply(noisy, GAUSSIAN)
    assert step > 100 > gaussian[:, :, 8].mean() - gaussian[:, :, 7].mean()


@pytest.mark.parametrize("parameters", OTHERS, ids=by_method)
def test_a_uniform_volume_stays_and_outside_is_0_and_does_not_matter(parameters):
    image = np.full((12, 14, 14), 137, dtype=np.uint8)
    assert np.array_equal(apply(image, parameters), image)
    y, x = np.indices((14, 14)) - 6.5
    inside = np.broadcast_to(np.hypot(y, x) < 6, image.shape)
    other = np.where(inside, image, 255).astype(np.uint8)
    smooth = apply(other, parameters, inside)
    assert (smooth[inside] == 137).all()
    assert (smooth[~inside] == 0).all()


def test_the_median_of_a_point_is_nothing_and_its_radius_counts():
    image = np.zeros((9, 9, 9), dtype=np.uint8)
    image[3:6, 3:6, 3:6] = 200
    assert apply(image, {"method": "median"})[4, 4, 4] == 200
    assert apply(image, {"method": "median", "radius_voxels": 2}).max() == 0


def test_anisotropic_diffusion_does_not_depend_on_threads():
    import SimpleITK

    image = np.random.default_rng(5).integers(0, 256, (12, 12, 12), dtype=np.uint8)
    parameters = {"method": "anisotropic_diffusion", "conductance": 2.0, "iterations": 3}
    before = SimpleITK.ProcessObject.GetGlobalDefaultNumberOfThreads()
    found = []
    for threads in (1, 2):
        SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
        found.append(apply(image, parameters))
    SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(before)
    assert np.array_equal(*found)


def test_every_filter_is_a_module_that_states_its_settings_and_costs():
    assert set(known_filters()) == {
        "none",
        "gaussian",
        "median",
        "non_local_means",
        "anisotropic_diffusion",
    }
    for method, one in known_filters().items():
        assert set(one.required) <= set(one.settings)
        assert one.schema(method)["properties"]["method"] == {"const": method}
        assert one.seconds_a_megavoxel > 0
