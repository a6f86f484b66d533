import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from manyeyes.pores.codes import GRAIN, PORE
from manyeyes.pores.labelling import (
    HIGH_SHARE,
    LOW_SHARE,
    grey_labels,
    hysteresis_labels,
    level_by_eye,
    threshold_labels,
    thresholds_by_eye,
)

SLICE = np.array(
    [
        [90, 90, 90, 90, 90],
        [10, 50, 90, 50, 90],
        [90, 50, 90, 90, 50],
        [90, 90, 50, 90, 20],
    ],
    dtype=np.uint16,
)
STACKS = arrays(np.uint16, (2, 6, 7), elements=st.integers(0, 9))


def slices_of(black, grain, count=3, edge=100):
    """Return slices of one grey, each with a black square of 1 %."""
    images = np.full((count, edge, edge), grain, dtype=np.uint16)
    images[:, :10, :10] = black
    return images


def test_hysteresis_by_hand():
    pore = hysteresis_labels(SLICE[None], 30, 60)[0] == PORE
    expected = [
        [0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0],  # the 50 beside no dark pixel stays grain
        [0, 1, 0, 0, 1],
        [0, 0, 0, 0, 1],  # a corner is no connection
    ]
    assert pore.tolist() == np.array(expected, bool).tolist()


def test_pores_do_not_reach_into_other_slices():
    stack = np.stack([SLICE, np.full_like(SLICE, 50)])
    labels = hysteresis_labels(stack, 30, 60)
    assert labels.dtype == np.uint8
    assert (labels[1] == GRAIN).all()


@settings(max_examples=60, deadline=None)
@given(STACKS, st.integers(0, 10), st.integers(0, 10))
def test_hysteresis_lies_between_its_two_thresholds(images, one, other):
    low, high = sorted((one, other))
    pore = hysteresis_labels(images, low, high) == PORE
    assert (pore >= (threshold_labels(images, low) == PORE)).all()
    assert (pore <= (threshold_labels(images, high) == PORE)).all()
    assert (hysteresis_labels(images, low, low) == threshold_labels(images, low)).all()


def test_each_slice_may_have_its_own_thresholds():
    stack = np.stack([SLICE, SLICE + 40]).astype(np.uint16)
    labels = hysteresis_labels(stack, [30, 70], [60, 100])
    assert (labels[0] == labels[1]).all()


def test_by_eye_thresholds_lie_between_black_and_grain():
    images = slices_of(1000, 9000)
    low, high = thresholds_by_eye(images)
    assert low == pytest.approx(1000 + LOW_SHARE * 8000)
    assert high == pytest.approx(1000 + HIGH_SHARE * 8000)
    assert level_by_eye(images, 0.5) == pytest.approx(5000)


def test_by_eye_thresholds_follow_brightness_and_one_level_does_not():
    images = slices_of(1000, 9000)
    images[1] = images[1] * 1.2
    low, _ = thresholds_by_eye(images)
    assert low[1] == pytest.approx(1.2 * low[0])
    # A slice without pores has the black of the others.
    images[2] = 9000
    assert thresholds_by_eye(images).low[2] == pytest.approx(low[0])
    assert level_by_eye(images, 0.5) == pytest.approx(5000)


def test_the_default_level_is_where_the_person_sees_edges():
    images = slices_of(1000, 9000)
    images[:, 50, 50] = round(1000 + HIGH_SHARE * 8000) - 1
    images[:, 60, 60] = round(1000 + HIGH_SHARE * 8000) + 1
    labels = threshold_labels(images)
    assert (labels[:, 50, 50] == PORE).all() and (labels[:, 60, 60] == GRAIN).all()
    assert (hysteresis_labels(images, *thresholds_by_eye(images))[:, 50, 50] == GRAIN).all()


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        (60, 30, "low must not exceed high"),
        ([10, 20], 60, "low must be one grey level, or one for each of 1 slices"),
        (10, float("nan"), "high must be one grey level"),
    ],
)
def test_thresholds_that_do_not_fit_are_refused(low, high, message):
    with pytest.raises(ValueError, match=message):
        hysteresis_labels(SLICE[None], low, high)


def test_wrong_shares_and_images_are_refused():
    with pytest.raises(ValueError, match="low_share <= high_share"):
        thresholds_by_eye(slices_of(1, 9), 0.7, 0.6)
    with pytest.raises(ValueError, match="share must be a number"):
        level_by_eye(slices_of(1, 9), 1.5)
    with pytest.raises(ValueError, match="slices must be grey levels"):
        threshold_labels(SLICE)
    blank = slices_of(1000, 9000)
    blank[1] = 0
    with pytest.raises(ValueError, match=r"slice 1 \(from 0\) has a median of 0"):
        thresholds_by_eye(blank)


def square():
    labels = np.full((4, 50, 50), GRAIN, np.uint8)
    labels[:, 20:30, 20:30] = PORE
    return labels


def test_grey_labels_are_as_many_as_stated_and_round_to_the_labels():
    labels = square()
    targets = grey_labels(labels, 0.02, 0.1, ("test",))
    grey = (targets != 0) & (targets != 1)
    assert targets.dtype == np.float32
    assert grey.sum() == round(0.02 * labels.size)
    assert ((targets > 0.5) == (labels == PORE)).all()
    assert np.unique(targets[grey]) == pytest.approx([0.1, 0.9])


def test_grey_pixels_lie_at_outlines():
    grey = grey_labels(square(), 0.01, 0.4, ("test",))
    where = np.argwhere((grey != 0) & (grey != 1))[:, 1:]
    # 100 of the 304 pixels that touch an outline
    assert len(where) == 100
    inside = np.abs(where - 24.5).max(axis=1)
    assert ((inside == 4.5) | (inside == 5.5)).all()


def test_grey_labels_depend_on_names_only():
    first = grey_labels(square(), 0.01, 0.4, ("test", 1))
    assert (first == grey_labels(square(), 0.01, 0.4, ("test", 1))).all()
    assert (first != grey_labels(square(), 0.01, 0.4, ("test", 2))).any()


def test_without_a_share_or_without_pores_labels_may_stay_as_they_are():
    assert set(np.unique(grey_labels(square(), 0.0, 0.4, ("test",)))) == {0.0, 1.0}
    grain = np.full((2, 5, 5), GRAIN, np.uint8)
    assert np.count_nonzero(grey_labels(grain, 0.1, 0.25, ("test",))) == 5


@pytest.mark.parametrize(("share", "departure"), [(1.5, 0.1), (0.1, 0.5), (0.1, 0.0)])
def test_impossible_greys_are_refused(share, departure):
    with pytest.raises(ValueError, match=r"share must be|departure must lie"):
        grey_labels(square(), share, departure, ("test",))
