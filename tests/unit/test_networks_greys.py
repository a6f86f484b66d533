"""The grey levels of Lee et al. 2023, by hand on 3 x 3."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manyeyes.networks import equalised, raw, stretched

IMAGE = np.array([[10, 10, 20], [20, 20, 30], [60, 110, 110]], dtype=np.uint8)


def test_raw_is_the_image():
    assert raw(IMAGE) is IMAGE


def test_stretching_by_hand():
    # (f - 10) / 100 * 256: 20 -> 25.6, 30 -> 51.2, 60 -> 128, 110 -> 256, which uint8 has not.
    expected = np.array([[0, 0, 25], [25, 25, 51], [128, 255, 255]], dtype=np.uint8)
    assert np.array_equal(stretched(IMAGE), expected)
    assert stretched(IMAGE).dtype == np.uint8


def test_equalising_by_hand():
    # cdf: 10 -> 2, 20 -> 5, 30 -> 6, 60 -> 7, 110 -> 9; (cdf - 2) / (9 - 2) * 255.
    of = {10: 0, 20: round(3 / 7 * 255), 30: round(4 / 7 * 255), 60: round(5 / 7 * 255), 110: 255}
    expected = np.vectorize(of.get)(IMAGE).astype(np.uint8)
    assert np.array_equal(equalised(IMAGE), expected)


def test_sixteen_bits_have_their_own_range():
    image = IMAGE.astype(np.uint16) * 100
    assert stretched(image)[0, 2] == int(0.1 * 65536)
    assert stretched(image)[2, 2] == 65535
    assert equalised(image)[0, 2] == round(3 / 7 * 65535)


@pytest.mark.parametrize("function", [stretched, equalised])
def test_an_image_of_one_level_becomes_black(function):
    assert not function(np.full((3, 3), 7, dtype=np.uint16)).any()


@pytest.mark.parametrize("function", [stretched, equalised])
def test_floats_are_refused_with_advice(function):
    with pytest.raises(ValueError, match="images of 8 or 16 bits, found float32"):
        function(IMAGE.astype(np.float32))


@given(st.lists(st.integers(0, 65535), min_size=9, max_size=9))
def test_both_keep_the_order_of_grey_levels(values):
    image = np.array(values, dtype=np.uint16).reshape(3, 3)
    for function in (stretched, equalised):
        order = np.argsort(image.ravel(), kind="stable")
        assert (np.diff(function(image).ravel()[order].astype(int)) >= 0).all()
