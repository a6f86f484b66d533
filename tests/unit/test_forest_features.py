"""The 61 channels against scipy's filters and numpy's eigenvalues in double precision."""

import numpy as np
import pytest
from scipy import ndimage

from manyeyes.forest import blocks
from manyeyes.forest.features import CHANNELS, channels_at, compute_features
from manyeyes.forest.filters import symmetric_eigenvalues
from manyeyes.forest.taps import (
    SCALES,
    filter_sigma,
    gaussian_taps,
    mirror_indices,
    smoothing_sigma,
)


def separable(volume, along_z, along_y, along_x):
    for axis, taps in enumerate((along_z, along_y, along_x)):
        volume = ndimage.correlate1d(volume, taps, axis=axis, mode="mirror")
    return volume


def descending_eigenvalues(xx, xy, xz, yy, yz, zz):
    matrices = np.stack([xx, xy, xz, xy, yy, yz, xz, yz, zz], axis=-1)
    values = np.linalg.eigvalsh(matrices.reshape(*xx.shape, 3, 3))
    return [values[..., 2], values[..., 1], values[..., 0]]


def reference_channels(volume):
    """All channels by their textbook formulas in float64, one filter after the other."""
    volume = volume.astype(np.float64)
    channels = []
    for scale in SCALES:
        taps = gaussian_taps(smoothing_sigma(scale), window=3.5)
        smooth = separable(volume, taps, taps, taps)
        s = filter_sigma(scale)
        g, d, dd = (gaussian_taps(s, order) for order in (0, 1, 2))
        gaussian = separable(smooth, g, g, g)
        channels.append(gaussian)
        if scale == SCALES[0]:
            continue
        hessian = [
            separable(smooth, g, g, dd),
            separable(smooth, g, d, d),
            separable(smooth, d, g, d),
            separable(smooth, g, dd, g),
            separable(smooth, d, d, g),
            separable(smooth, dd, g, g),
        ]
        channels.append(hessian[0] + hessian[3] + hessian[5])
        gradient = (
            separable(smooth, g, g, d),
            separable(smooth, g, d, g),
            separable(smooth, d, g, g),
        )
        channels.append(np.sqrt(sum(part**2 for part in gradient)))
        n = gaussian_taps(0.66 * s)
        channels.append(gaussian - separable(smooth, n, n, n))
        # ilastik's filters swap the two scales of the structure tensor.
        i, di = gaussian_taps(0.5 * s), gaussian_taps(0.5 * s, 1)
        x, y, z = (
            separable(smooth, i, i, di),
            separable(smooth, i, di, i),
            separable(smooth, di, i, i),
        )
        tensor = [separable(p, g, g, g) for p in (x * x, x * y, x * z, y * y, y * z, z * z)]
        channels += descending_eigenvalues(*tensor)
        channels += descending_eigenvalues(*hessian)
    return np.stack(channels)


@pytest.fixture(scope="module")
def image():
    """Blobs with noise: structure at every scale."""
    rng = np.random.default_rng(5)
    shape = (45, 52, 61)
    field = sum(
        weight * sigma**1.5 * ndimage.gaussian_filter(rng.normal(size=shape), sigma)
        for sigma, weight in ((0.7, 8), (2, 30), (6, 60))
    )
    return np.clip(np.rint(128 + 2 * field), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def channels(image):
    return compute_features(image), reference_channels(image)


def test_there_are_61_channels_with_names_of_their_own():
    assert len(CHANNELS) == len(set(CHANNELS)) == 61


@pytest.mark.parametrize("channel", range(61), ids=CHANNELS)
def test_channel_equals_the_formula_in_double_precision(channels, channel):
    ours, reference = (values[channel] for values in channels)
    # float32 carries grey levels of up to 255 to about 1e-5; a tenth of a thousandth of a
    # channel's spread is far below the distance of two codes.
    error = np.abs(ours - reference).max()
    assert error <= 1e-4 + 1e-5 * np.abs(reference).max()
    assert error <= 2e-3 * reference.std()


@pytest.mark.parametrize("shape", [(1, 9, 14), (9, 1, 1), (2, 3, 5), (1, 1, 40), (7, 8, 90)])
def test_border_is_mirrored_however_thin_the_volume(shape):
    volume = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    np.testing.assert_allclose(
        compute_features(volume), reference_channels(volume), rtol=1e-5, atol=2e-3
    )


def test_gaussian_taps_give_back_the_monomial_of_their_order():
    for sigma in (0.35, 0.7, 1.0, 3.354):
        for order in (0, 1, 2):
            taps = gaussian_taps(sigma, order, window=3.5)
            offset = np.arange(len(taps)) - len(taps) // 2
            monomials = [(taps * offset**k).sum() for k in range(order + 1)]
            np.testing.assert_allclose(monomials[:-1], 0, atol=1e-12)
            assert monomials[-1] == pytest.approx([1, 1, 2][order])


def test_kernel_radius_is_the_window_rounded_half_up():
    assert len(gaussian_taps(1.0)) == 5
    assert len(gaussian_taps(0.7)) == 3
    assert len(gaussian_taps(smoothing_sigma(10.0), window=3.5)) == 2 * 35 + 1


def test_mirror_does_not_repeat_the_border():
    assert mirror_indices(-3, 7, 4).tolist() == [3, 2, 1, 0, 1, 2, 3, 2, 1, 0]
    assert mirror_indices(-2, 3, 1).tolist() == [0] * 5


def test_eigenvalues_hold_where_they_are_equal_or_zero():
    rng = np.random.default_rng(2)
    turns = np.linalg.qr(rng.normal(size=(400, 3, 3)))[0]
    wanted = rng.normal(size=(400, 3)) * 10.0 ** rng.integers(-6, 6, (400, 1))
    wanted[:100, 1] = wanted[:100, 0]
    wanted[100:200, 2] = wanted[100:200, 1]
    wanted[200:220] = wanted[200:220, :1]
    wanted[220] = 0
    wanted = -np.sort(-wanted, axis=1)
    matrices = np.einsum("nij,nj,nkj->nik", turns, wanted, turns).astype(np.float32)
    upper = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
    entries = np.concatenate([matrices[:, i, j] for i, j in upper])
    found = np.empty(3 * 400, dtype=np.float32)
    symmetric_eigenvalues(entries, 400, found, 0, 400)
    found = found.reshape(3, 400)
    exact = np.linalg.eigvalsh(matrices.astype(np.float64))[:, ::-1]
    size = np.abs(exact).max(axis=1, keepdims=True)
    assert (np.abs(found.T - exact) <= 2e-7 * size).all()


def test_channels_do_not_depend_on_the_block(image, monkeypatch):
    """Blocks are cut out of the volume with a halo, and only around the chosen voxels."""
    tall = np.concatenate([image, image[::-1], image])
    places = np.flatnonzero(np.random.default_rng(3).random(tall.shape) < 0.02)
    wanted = compute_features(tall).reshape(61, -1).T[places]
    np.testing.assert_array_equal(channels_at(tall, places), wanted)
    monkeypatch.setattr(blocks, "BLOCK_VOXELS", 10_000)
    monkeypatch.setattr(blocks, "PLANE_EDGE", 23)
    np.testing.assert_array_equal(channels_at(tall, places), wanted)
    few = places[(places > tall.size // 3) & (places % 11 == 0)]
    np.testing.assert_array_equal(channels_at(tall, few), wanted[np.isin(places, few)])


def test_grey_level_types_do_not_matter(image):
    part = image[:12, :12, :12]
    wanted = compute_features(part)
    for dtype in (np.uint16, np.int32, np.float32, np.float64):
        np.testing.assert_array_equal(compute_features(part.astype(dtype)), wanted)
    np.testing.assert_array_equal(compute_features(part[:, ::1].transpose(0, 1, 2)), wanted)
    flipped = np.flip(np.ascontiguousarray(np.flip(part, 2)), 2)
    np.testing.assert_array_equal(compute_features(flipped), wanted)
