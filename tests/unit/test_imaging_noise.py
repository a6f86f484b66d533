"""The spectral noise model against projections, Poisson counts and back-projection."""

import numpy as np
import pytest
import scipy.fft
from scipy import ndimage
from skimage.transform import iradon, radon

from manyeyes.electrodes.electrode import describe_electrode
from manyeyes.electrodes.rasterising import rasterise
from manyeyes.imaging.noise import WINDOWS, backprojection_amplitude, backprojection_noise
from manyeyes.randomness import generator

CENTRE = slice(16, 80)


def reconstruct(attenuation, photons, projections, window, *seed_names):
    """Scan slices (z, n, n) with a parallel beam: project, count photons, back-project.

    Attenuation is per voxel edge, photons per detector pixel without an object (infinite for no
    noise). Too slow for whole volumes; the noise model of the library is checked against it.
    """
    angles = np.arange(projections) * 180.0 / projections
    draw = generator(*seed_names)
    out = np.empty(attenuation.shape)
    for z, one in enumerate(np.asarray(attenuation, dtype=np.float64)):
        paths = radon(one, angles, circle=False)
        if np.isfinite(photons):
            counts = draw.poisson(photons * np.exp(-paths))
            # A pixel that saw nothing is taken to have seen one photon: its logarithm must exist.
            paths = -np.log(np.maximum(counts, 1) / photons)
        out[z] = iradon(paths, angles, output_size=len(one), filter_name=window, circle=False)
    return out


@pytest.fixture(scope="module")
def simulated():
    """Return noise of a simulated scan of an electrode: 24 slices of 64 x 64, variance 1."""
    description = {"kind": "nmc", "size_um": [26, 40, 40], "active_fraction": 0.5}
    truth = rasterise(describe_electrode(description, "scan"), (0, 0, 0), (12, 96, 96), 400)
    y, x = np.indices((96, 96)) - 47.5
    # Weak attenuation within the field of view, so that the noise is even over the slice.
    attenuation = np.where((truth == 1) & (np.hypot(y, x) < 48), 0.005, 0.0)
    clean = reconstruct(attenuation, np.inf, 150, "hann", "scan")
    noisy = [reconstruct(attenuation, 2e4, 150, "hann", "scan", n) for n in range(2)]
    noise = np.concatenate([scan - clean for scan in noisy])[:, CENTRE, CENTRE]
    return noise / noise.std()


def radial_power(slices):
    """Return mean power in rings of 1/24 cycle a voxel."""
    taper = np.hanning(slices.shape[1])
    power = np.abs(np.fft.fft2(slices * taper[:, None] * taper)) ** 2
    frequency = np.fft.fftfreq(slices.shape[1])
    ring = (np.hypot(frequency[:, None], frequency) * 24).astype(int)
    return np.bincount(ring.ravel(), power.mean(axis=0).ravel()) / np.bincount(ring.ravel())


def gain(noise):
    """Return by how much a Gaussian of 1.1 voxels lowers the noise, away from the faces."""
    filtered = ndimage.gaussian_filter(noise, 1.1, truncate=2)
    return noise.std() / filtered[3:-3, 3:-3, 3:-3].std()


def test_spectrum_is_that_of_back_projection(simulated):
    model = backprojection_noise((200, 64, 64), "hann", "model")
    ratio = radial_power(model) / radial_power(simulated)
    # Beyond 8/24 cycles the window leaves a hundredth of the power.
    np.testing.assert_allclose(ratio[:8], 1, atol=0.12)


def test_filter_gains_as_much_as_on_back_projection(simulated):
    model = backprojection_noise((48, 64, 64), "hann", "model")
    assert gain(model) == pytest.approx(gain(simulated), rel=0.03)
    white = generator("white").standard_normal((48, 64, 64))
    # Blurred to look as soft as the real noise, white noise stays where the filter cannot reach.
    assert gain(ndimage.gaussian_filter(white, 0.8)) < 0.7 * gain(simulated)


@pytest.mark.parametrize("window", WINDOWS)
def test_noise_has_mean_0_variance_1_and_no_memory_along_z(window):
    noise = backprojection_noise((40, 70, 81), window, "test")
    assert noise.shape == (40, 70, 81)
    assert noise.dtype == np.float32
    assert noise.mean() == pytest.approx(0, abs=0.01)
    assert noise.std() == pytest.approx(1, abs=0.02)
    assert (noise[1:] * noise[:-1]).mean() == pytest.approx(0, abs=0.02)


def test_opposite_edges_are_independent():
    noise = backprojection_noise((300, 48, 48), "hann", "test")
    assert (noise[:, 0] * noise[:, -1]).mean() == pytest.approx(0, abs=0.03)
    # Neighbours, in contrast, are not.
    assert (noise[:, 0] * noise[:, 1]).mean() > 0.3


def test_threads_of_the_fourier_transform_do_not_matter():
    alone = backprojection_noise((6, 50, 60), "hann", "test")
    with scipy.fft.set_workers(4):
        np.testing.assert_array_equal(backprojection_noise((6, 50, 60), "hann", "test"), alone)


def test_reconstruction_without_noise_is_the_object():
    y, x = np.indices((64, 64)) - 31.5
    disc = np.where(np.hypot(y, x) < 20, 0.02, 0.0)[None]
    image = reconstruct(disc, np.inf, 120, "hann", "test")
    inside = np.hypot(y, x) < 16
    np.testing.assert_allclose(image[0][inside].mean(), 0.02, rtol=0.02)


@pytest.mark.parametrize("columns", [24, 25])
@pytest.mark.parametrize("window", WINDOWS)
def test_the_noise_of_all_frequencies_adds_up_to_one(window, columns):
    half = backprojection_amplitude(30, columns, window)
    mirrored = [min(column, columns - column) for column in range(columns)]
    assert np.mean(half[:, mirrored] ** 2) == pytest.approx(1)


@pytest.mark.parametrize(
    ("window", "share"), [("shepp-logan", 2 / np.pi), ("cosine", 0), ("hamming", 0.08), ("hann", 0)]
)
def test_a_window_keeps_its_share_of_the_finest_frequency(window, share):
    kept = backprojection_amplitude(64, 64, window)[0] / (
        backprojection_amplitude(64, 64, "ramp")[0] + 1e-12
    )
    # against a frequency that is so low that all of it is kept
    assert kept[-1] / kept[1] == pytest.approx(share, abs=0.005)


def test_projections_are_spread_over_half_a_circle():
    point = np.zeros((1, 17, 17))
    point[0, 8, 8] = 1.0
    (seen,) = reconstruct(point, np.inf, 2, "hann", "point")
    # two of them, from above and from the side, smear it along its column and its row
    assert seen[8, 2] == pytest.approx(seen[2, 8], rel=0.01)
    assert abs(seen[8, 2]) > 10 * abs(seen[2, 3])
