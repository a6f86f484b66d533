import numpy as np
import pytest
from scipy import ndimage

from manyeyes.pores.codes import GRAIN, PORE
from manyeyes.pores.image_statistics import image_statistics, normal_scores

GRAINS = np.full((200, 200), GRAIN, np.uint8)


def white(seed=0):
    return np.random.default_rng(seed).normal(20000, 1000, GRAINS.shape)


def with_pore():
    labels = GRAINS.copy()
    labels[90:110, 90:110] = PORE
    return labels


def test_scores_are_ranks_and_equal_levels_stay_equal():
    scores = normal_scores(np.array([[1, 5], [5, 9]]))
    assert scores[0, 1] == scores[1, 0] == pytest.approx(0)
    assert scores[1, 1] == -scores[0, 0] == pytest.approx(1.1503, abs=1e-4)


def test_contrast_and_equalising_change_nothing():
    image = white()
    ranks = np.argsort(np.argsort(image, axis=None)).reshape(image.shape)
    found = image_statistics(image, with_pore())
    for same in (3 * image + 7, np.exp(image / 5000), ranks):
        assert image_statistics(same, with_pore()) == pytest.approx(found)


def test_white_noise_has_no_neighbours_and_no_stripes():
    found = image_statistics(white(), GRAINS)
    assert found["noise"] == pytest.approx(1, abs=0.02)
    assert found["shading"] < 0.05
    for step in ("x1", "x2", "y1", "y2"):
        assert abs(found[f"noise_{step}"]) < 0.03
    assert found["stripes"] == pytest.approx(1 / np.sqrt(200), rel=0.15)
    assert np.isnan(found["pore"]) and np.isnan(found["rim_below"])


def test_noise_blurred_along_the_scan_is_alike_along_x():
    image = ndimage.gaussian_filter1d(white(), 1.0, axis=1)
    found = image_statistics(image, GRAINS)
    # The correlation of a Gaussian's output is exp(-d^2 / 4 sigma^2).
    assert found["noise_x1"] == pytest.approx(np.exp(-1 / 4), abs=0.04)
    assert found["noise_x2"] == pytest.approx(np.exp(-1), abs=0.05)
    assert abs(found["noise_y1"]) < 0.04


def test_shading_and_stripes_are_told_from_noise():
    shaded = image_statistics(white() + 1000 * np.sin(np.arange(200) / 30)[:, None], GRAINS)
    assert shaded["shading"] > 0.4 > 10 * shaded["stripes"] / 2
    striped = white() + np.random.default_rng(1).normal(0, 500, 200)
    assert image_statistics(striped, GRAINS)["stripes"] > 0.3
    assert image_statistics(striped.T, GRAINS)["lines"] > 0.3


def test_pores_are_dark_and_rims_have_sides():
    image, labels = white(), with_pore()
    image[labels == PORE] -= 10000
    image[111:116, 90:110] += 5000
    found = image_statistics(image, labels)
    assert found["pore"] == pytest.approx(normal_scores(image)[labels == PORE].mean(), abs=0.2)
    assert found["rim_below"] > 1 > 0.3 > abs(found["rim_above"])


def test_other_shapes_and_codes_are_refused():
    with pytest.raises(ValueError, match="must be of the same slice"):
        image_statistics(white()[1:], GRAINS)
    with pytest.raises(ValueError, match="must hold 1"):
        image_statistics(white(), np.zeros_like(GRAINS))
