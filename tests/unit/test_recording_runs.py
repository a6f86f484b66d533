"""Pixels of strokes and slices as text."""

import base64
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manyeyes.recording.runs import packed, pixels_of, runs_of, unpacked


def test_runs_are_starts_and_lengths_and_go_on_in_the_next_row():
    pixels = np.zeros((3, 4), bool)
    pixels[0, 3] = pixels[1, 0] = pixels[2, 1] = True
    assert runs_of(pixels) == [3, 2, 9, 1]
    assert pixels_of([3, 2, 9, 1], 12).tolist() == [3, 4, 9]


@given(st.lists(st.booleans(), max_size=60))
def test_pixels_come_back_from_their_runs(marked):
    pixels = np.array(marked, bool)
    assert pixels_of(runs_of(pixels), pixels.size).tolist() == np.flatnonzero(pixels).tolist()


@pytest.mark.parametrize(
    "runs",
    [
        [3],
        [3, 0],
        [-1, 2],
        [9, 4],
        [0, 2, 1, 2],
        [5, 1, 0, 1],
        [0.0, 1],
        [True, 1],
        ["0", 1],
        [0, 10**30],
        "01",
        None,
        [0, 1] * 40,
    ],
)
def test_runs_that_fit_no_slice_are_refused(runs):
    with pytest.raises(ValueError, match="runs must"):
        pixels_of(runs, 12)


def test_a_slice_comes_back_from_its_text():
    codes = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert (unpacked(packed(codes), (3, 4)) == codes).all()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (packed(np.zeros((3, 5))), "found more"),
        (packed(np.zeros((3, 3))), "found 9"),
        ("no base64!", "cannot be read"),
        (base64.b64encode(b"not deflated").decode(), "cannot be read"),
        (7, "found int"),
    ],
)
def test_a_text_that_is_no_slice_of_this_size_is_refused(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        unpacked(text, (3, 4))


def test_no_more_is_unpacked_than_a_slice_has_pixels():
    bomb = base64.b64encode(zlib.compress(bytes(200_000_000), 9)).decode()
    with pytest.raises(ValueError, match="found more"):
        unpacked(bomb, (3, 4))
