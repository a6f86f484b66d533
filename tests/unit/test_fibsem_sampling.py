import numpy as np
import pandas as pd
import pytest
from scipy import fft

from manyeyes.fibsem.sampling import (
    coarsen,
    difference_interval,
    scatter_from_one_volume,
    scatter_of_blocks,
    with_sampling_interval,
)


def boolean_model(shape, radius, points, seed):
    """Return spheres at random places (opposite faces joined) and the model's covariance."""
    draw = np.random.default_rng(seed)
    centres = np.zeros(shape)
    at = draw.integers(0, shape, (draw.poisson(points * np.prod(shape)), 3))
    centres[tuple(at.T)] = 1
    steps = [np.minimum(np.arange(n), n - np.arange(n)) for n in shape]
    distance = np.sqrt(
        steps[0][:, None, None] ** 2 + steps[1][None, :, None] ** 2 + steps[2][None, None, :] ** 2
    )
    ball = distance <= radius
    hits = fft.irfftn(fft.rfftn(centres) * fft.rfftn(ball.astype(float)), shape)
    return hits > 0.5, ball.sum()


def boolean_variance(block, radius, points, volume):
    """Return the variance of a block's fraction by the model's covariance, summed over lags."""
    lag = int(2 * radius) + 1
    z, y, x = np.ogrid[-lag : lag + 1, -lag : lag + 1, -lag : lag + 1]
    h = np.sqrt(z**2 + y**2 + x**2)
    # Volume common to a ball and its copy at distance h.
    common = np.where(h < 2 * radius, 1 - 3 * h / (4 * radius) + h**3 / (16 * radius**3), 0)
    empty = np.exp(-points * volume)
    covariance = empty**2 * (np.exp(points * volume * common) - 1)
    weight = np.ones(h.shape)
    for edge, steps in zip(block, (z, y, x), strict=True):
        weight = weight * np.maximum(0, edge - np.abs(steps)) / edge**2
    return float((covariance * weight).sum())


def test_coarsening_averages_and_leaves_out_what_does_not_fill_a_box():
    mask = np.zeros((4, 5, 6), bool)
    mask[:2, :2, 0] = True
    coarse = coarsen(mask, (2, 2, 3))
    assert coarse.shape == (2, 2, 2)
    assert coarse[0, 0, 0] == pytest.approx(1 / 3)
    assert coarse.sum() == pytest.approx(1 / 3)
    with pytest.raises(ValueError, match="do not fit"):
        coarsen(mask, (5, 1, 1))


def test_white_noise_scatters_by_the_number_of_voxels():
    noise = np.random.default_rng(0).random((60, 60, 60)) < 0.4
    block = (5, 6, 7)
    expected = np.sqrt(0.4 * 0.6 / np.prod(block))
    assert scatter_of_blocks(noise, block) == pytest.approx(expected, rel=0.03)
    assert scatter_from_one_volume(noise, block, reach=2) == pytest.approx(expected, rel=0.05)


def test_a_boolean_model_scatters_as_its_covariance_says():
    radius, points, block = 4.0, 0.0015, (20, 24, 28)
    spheres, volume = boolean_model((96, 128, 128), radius, points, seed=1)
    expected = np.sqrt(boolean_variance(block, radius, points, volume))
    assert scatter_of_blocks(spheres, block) == pytest.approx(expected, rel=0.15)


def test_one_volume_tells_the_scatter_of_blocks_of_other_sizes():
    radius, points = 4.0, 0.0015
    estimates = []
    for seed in range(6):
        spheres, volume = boolean_model((64, 64, 80), radius, points, seed)
        # Without joined faces, as a measured volume comes.
        inner = spheres[8:-8, 8:-8, 8:-8]
        estimates.append(
            [scatter_from_one_volume(inner, b, reach=9) ** 2 for b in ((20, 20, 20), (64,) * 3)]
        )
    for estimate, block in zip(np.mean(estimates, axis=0), ((20,) * 3, (64,) * 3), strict=True):
        assert estimate == pytest.approx(boolean_variance(block, radius, points, volume), rel=0.25)


def test_the_mean_that_is_taken_off_is_given_back():
    """Without it the variance of the volume's own fraction would come out near zero."""
    found = []
    for seed in range(8):
        spheres, volume = boolean_model((40, 40, 40), 5.0, 0.001, seed)
        found.append(scatter_from_one_volume(spheres[4:-4, 4:-4, 4:-4], (32,) * 3, reach=11) ** 2)
    assert np.mean(found) == pytest.approx(
        boolean_variance((32,) * 3, 5.0, 0.001, volume), rel=0.35
    )


def test_coarse_voxels_serve_as_well():
    spheres, _ = boolean_model((96, 96, 96), 6.0, 0.0006, seed=3)
    fine = scatter_of_blocks(spheres, (32, 32, 32))
    assert scatter_of_blocks(coarsen(spheres, (2, 2, 2)), (16, 16, 16)) == pytest.approx(
        fine, rel=0.03
    )


@pytest.mark.parametrize("block", [(0, 5, 5), (61, 5, 5), (5, 5)])
def test_blocks_that_do_not_fit_are_refused(block):
    with pytest.raises(ValueError, match="block"):
        scatter_of_blocks(np.zeros((60, 60, 60)), block)


def test_a_reach_beyond_the_volume_is_refused():
    with pytest.raises(ValueError, match="reach"):
        scatter_from_one_volume(np.zeros((20, 20, 20)), (5, 5, 5), reach=30)


def test_intervals_add_the_scatters_in_squares():
    low, high = difference_interval(1.5, 3.0, 4.0)
    assert (low + high) / 2 == pytest.approx(1.5)
    assert (high - low) / 2 == pytest.approx(1.959964 * 5.0)
    assert difference_interval(1.5, 0.0) == (1.5, 1.5)
    with pytest.raises(ValueError, match="confidence"):
        difference_interval(0.0, 1.0, confidence=95)


def test_each_difference_gets_the_interval_of_its_own_crop():
    differences = pd.DataFrame({"dataset": ["A", "B", "A"], "difference_points": [1.0, 2.0, 12.0]})
    differences["baseline"] = [0.5, 0.5, 0.4]
    scatters = pd.DataFrame(
        {
            "block": ["FIB-SEM", "A", "B"],
            "scatter_in_electrode": [0.03, 0.04, np.nan],
            "scatter_from_volume": [0.5, 0.5, 0.0],
        }
    )
    table = with_sampling_interval(differences, scatters)
    assert (table["high"] - 1.959964 * np.array([5.0, 3.0, 5.0])).tolist() == pytest.approx(
        [1.0, 2.0, 12.0]
    )
    # A point is a hundredth of the volume; per cent are of the baseline.
    assert (table["low_percent"] * [0.5, 0.5, 0.4]).tolist() == pytest.approx(table["low"].tolist())
    assert (table["high_percent"] > table["high"]).all()
    assert ((table["low"] < 0) & (table["high"] > 0)).tolist() == [True, True, False]
    with pytest.raises(ValueError, match="no scatter is known of B"):
        with_sampling_interval(differences, scatters[:2])
