"""Thresholds and windows in grey values of a scan become levels of its images."""

import numpy as np
import pytest

from manyeyes.imaging.recorded_levels import in_levels
from manyeyes.imaging.recorded_seeds import seeds_from_windows
from manyeyes.imaging.tomograms import inverted, to_grey_levels
from manyeyes.labels import THREE_PHASES, TWO_PHASES

WINDOW = (16978.0, 43874.0)
SCAN = np.linspace(15000, 46000, 6000).reshape(6, 20, 50).astype(np.uint16)


@pytest.mark.parametrize("level", [17000, 31000, 31052, 43000])
def test_a_threshold_of_the_scan_selects_what_it_selects_there(level):
    image, _ = to_grey_levels(SCAN, WINDOW, "w")
    found = in_levels({"kind": "threshold", "level": level, "levels_of": "source"}, WINDOW)
    assert "levels_of" not in found
    assert found["record"]["in_grey_values"] == {"level": level}
    wrong = SCAN[(image >= found["level"]) != (level <= SCAN)].astype(float)
    # A level is 105 grey values wide.
    assert len(wrong) == 0 or np.abs(wrong - level).max() <= 105.5 / 2 + 1


def test_where_dark_is_active_a_threshold_selects_what_lies_below_it():
    image = inverted(to_grey_levels(SCAN, WINDOW, "w")[0])
    found = in_levels({"kind": "threshold", "level": 31000, "levels_of": "source"}, WINDOW[::-1])
    wrong = SCAN[(image >= found["level"]) != (SCAN <= 31000)].astype(float)
    assert len(wrong) == 0 or np.abs(wrong - 31000).max() <= 105.5 / 2 + 1
    window = {"kind": "window", "low": 25000, "high": 35000}
    found = in_levels(window, WINDOW[::-1])
    assert found["low"] < found["high"]
    # Up to 25000 of the scan is active: dark there, bright in the image.
    assert image[SCAN < 24900].min() >= found["high"] > image[SCAN > 25100].max() - 1


def test_windows_of_slices_are_converted_one_by_one():
    slices = [{"slice": 2, "low": 20000, "high": 30000}, {"slice": 4, "low": 21000, "high": 31000}]
    found = in_levels({"kind": "window", "slices": slices, "levels_of": "source"}, WINDOW)
    assert [(one["slice"], one["low"], one["high"]) for one in found["slices"]] == [
        (2, 29, 124),
        (4, 39, 133),
    ]
    assert found["record"]["in_grey_values"]["slices"] == slices


def test_a_grey_value_beyond_the_window_is_refused():
    with pytest.raises(ValueError, match="outside the window from 16978 to 43874"):
        in_levels({"kind": "threshold", "level": 50000}, WINDOW)


RAMP = np.tile(np.arange(0, 240, 10, dtype=np.uint8), (5, 6, 1))


def test_a_window_seeds_the_slices_of_its_variant():
    labels, record = seeds_from_windows(
        RAMP, {"kind": "window", "low": 100, "high": 150}, [0, 3], TWO_PHASES
    )
    expected = np.where(RAMP[0] >= 150, 1, np.where(RAMP[0] < 100, 2, 0))
    for z in range(5):
        assert np.array_equal(labels[z], expected if z in (0, 3) else expected * 0)
    assert record["slices"] == [0, 3]
    assert record["labelled_share"] == pytest.approx(19 / 24)


def test_three_phases_are_seeded_by_two_windows():
    window = {"lower_low": 40, "lower_high": 60, "low": 100, "high": 150}
    labels, _ = seeds_from_windows(RAMP, {"kind": "window", **window}, [1], THREE_PHASES)
    row = RAMP[1, 0]
    expected = np.where(row >= 150, 1, np.where((row >= 60) & (row < 100), 2, 0))
    assert np.array_equal(labels[1, 0], np.where(row < 40, 3, expected))


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ({"slices": [{"slice": 5, "low": 1, "high": 2}]}, "slice 5, but the image has slices 0 to"),
        ({"low": 0, "high": 150}, "no seed of pore"),
        ({"low": 100, "high": 256}, "no seed of active material"),
    ],
)
def test_windows_that_seed_nothing_are_refused(window, words):
    with pytest.raises(ValueError, match=words):
        seeds_from_windows(RAMP, {"kind": "window", **window}, [0], TWO_PHASES)
