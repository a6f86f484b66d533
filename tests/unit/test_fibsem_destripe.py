import numpy as np
import pytest
from scipy import ndimage

from manyeyes.fibsem.curtains import curtain_field, draw_profiles
from manyeyes.fibsem.destripe import (
    METHODS,
    destriper,
    fourier_wedge,
    to_grey_levels,
    wavelet_fourier,
)
from manyeyes.fibsem.scores import stripe_score, stripe_share

ROWS, COLUMNS = 301, 350


@pytest.fixture(scope="module")
def clean():
    """Return an image of round particles, with noise."""
    draw = np.random.default_rng(2)
    field = ndimage.gaussian_filter(draw.standard_normal((ROWS, COLUMNS)), 20)
    return np.where(field > 0, 180.0, 60.0) + draw.normal(0, 10, field.shape)


@pytest.fixture(scope="module")
def curtains():
    return curtain_field(next(iter(draw_profiles(1, COLUMNS, 12.0, "test"))), ROWS)


@pytest.mark.parametrize("method", METHODS.values())
def test_stripes_go_and_the_image_stays(method, clean, curtains):
    striped = to_grey_levels(clean + curtains)
    score = stripe_score(method, striped, curtains)
    assert score.stripes_left < 0.3
    assert score.signal_lost < 0.05
    assert stripe_share(method(striped)) < 0.2 * stripe_share(striped)


@pytest.mark.parametrize("method", METHODS.values())
def test_horizontal_stripes_and_flat_images_are_left_alone(method):
    rows = np.sin(np.arange(ROWS) / 3)[:, None] * np.ones(COLUMNS) * 40 + 100
    assert method(rows) == pytest.approx(rows, abs=0.5)
    flat = np.full((200, 201), 77.0)
    assert method(flat) == pytest.approx(flat, abs=1e-3)


@pytest.mark.parametrize("method", METHODS.values())
def test_the_filters_are_linear_and_keep_shape(method, clean, curtains):
    field = curtains
    assert method(clean + field) == pytest.approx(method(clean) + method(field), abs=0.02)
    assert method(clean[:, :-1]).shape == (ROWS, COLUMNS - 1)


def test_damping_and_levels_trade_stripes_for_signal(clean, curtains):
    striped = to_grey_levels(clean + curtains)

    def score(levels):
        return stripe_score(lambda im: wavelet_fourier(im, levels=levels), striped, curtains)

    few, many = score(3), score(6)
    assert many.stripes_left < few.stripes_left
    assert many.signal_lost > few.signal_lost


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda im: wavelet_fourier(im, levels=9), "levels"),
        (lambda im: wavelet_fourier(im, damping=0), "damping"),
        (lambda im: fourier_wedge(im, half_angle_degrees=60), "half_angle_degrees"),
        (lambda im: fourier_wedge(im, widest_px=1), "widest_px"),
        (lambda im: wavelet_fourier(im[None]), "slice"),
    ],
)
def test_wrong_settings_are_named(call, message, clean):
    with pytest.raises(ValueError, match=message):
        call(clean)


def test_scores_of_filters_that_do_nothing_and_everything(clean, curtains):
    striped = to_grey_levels(clean + curtains)
    nothing = stripe_score(lambda im: im, striped, curtains)
    assert (nothing.stripes_left, nothing.signal_lost) == (pytest.approx(1), 0)
    everything = stripe_score(lambda im: np.full_like(im, im.mean()), striped, curtains)
    assert everything.stripes_left < 0.1
    assert everything.signal_lost == pytest.approx(1)
    with pytest.raises(ValueError, match="without curtains"):
        stripe_score(lambda im: im, striped, 0 * curtains)


def test_white_noise_has_no_stripes():
    noise = np.random.default_rng(0).normal(0, 10, (400, 2000))
    assert stripe_share(noise) == pytest.approx(1, rel=0.15)


def test_a_config_gives_the_filter_it_names(clean):
    image = to_grey_levels(clean)
    found = destriper({"method": "wavelet_fourier", "levels": 3})(image)
    assert np.array_equal(found, to_grey_levels(wavelet_fourier(image, levels=3)))
    with pytest.raises(ValueError, match=r"destripe\.method"):
        destriper({"method": "hope"})
