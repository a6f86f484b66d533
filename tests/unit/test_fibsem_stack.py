import numpy as np
import pytest
from scipy import ndimage

from manyeyes.fibsem.stack import (
    Repair,
    blank_slices,
    check_numbers,
    check_slices,
    misplaced_slices,
    repair,
)


@pytest.fixture(scope="module")
def slices():
    """Return a noisy volume whose slices change little by little."""
    draw = np.random.default_rng(1)
    field = ndimage.gaussian_filter(draw.standard_normal((20, 120, 130)), (4, 8, 8))
    grey = np.where(field > 0, 170, 60) + draw.normal(0, 12, field.shape)
    return list(np.clip(grey, 0, 255).astype(np.uint8))


def test_a_whole_stack_passes(slices):
    check_slices(slices)
    assert check_numbers(range(3, 23)) == []
    assert blank_slices(slices) == []
    assert misplaced_slices(slices) == []


def test_missing_numbers_are_found():
    assert check_numbers([1, 2, 4, 5, 8]) == [3, 6, 7]


@pytest.mark.parametrize(
    ("numbers", "message"),
    [([1, 2, 2], "slice 2 comes twice"), ([1, 10, 2], "slice 2 comes after slice 10"), ([], "no")],
)
def test_wrong_numbers_are_refused(numbers, message):
    with pytest.raises(ValueError, match=message):
        check_numbers(numbers)


def test_more_than_half_of_the_numbers_missing_are_no_gaps():
    assert check_numbers([0, 1, 5]) == [2, 3, 4]
    with pytest.raises(ValueError, match="of slices 0 to 6 only 3 are there, 2 to 5 are missing"):
        check_numbers([0, 1, 6])


def test_slices_of_another_size_or_depth_are_refused(slices):
    with pytest.raises(ValueError, match="slice 2 has 119 x 130 pixels"):
        check_slices([*slices[:2], slices[2][1:]])
    with pytest.raises(ValueError, match="slice 9 has 119 x 130 pixels, slice 7 has 120 x 130"):
        check_slices([*slices[:2], slices[2][1:]], [7, 8, 9])
    with pytest.raises(ValueError, match="slice 1: expected an 8-bit"):
        check_slices([slices[0], slices[1].astype(np.uint16)])
    with pytest.raises(ValueError, match="no slices"):
        check_slices([])


def test_black_and_single_grey_slices_are_blank(slices):
    broken = [*slices]
    broken[4] = np.zeros_like(slices[4])
    broken[9] = np.full_like(slices[9], 130)
    assert blank_slices(broken) == [4, 9]
    with pytest.raises(ValueError, match="at least half"):
        blank_slices([np.zeros((5, 5), np.uint8)] * 3)


def test_a_moved_slice_is_found(slices):
    moved = [*slices]
    moved.insert(15, moved.pop(5))
    assert 15 in misplaced_slices(moved)


def test_swapped_slices_far_apart_are_found(slices):
    swapped = [*slices]
    swapped[4], swapped[14] = swapped[14], swapped[4]
    assert {4, 14} <= set(misplaced_slices(swapped))


def test_swapped_neighbours_are_found(slices):
    for k in (1, 8, 17):
        swapped = [*slices]
        swapped[k], swapped[k + 1] = swapped[k + 1], swapped[k]
        assert {k, k + 1} <= set(misplaced_slices(swapped))


def test_a_run_of_slices_turned_round_is_found(slices):
    turned = [*slices[:8], *slices[8:13][::-1], *slices[13:]]
    assert set(misplaced_slices(turned)) & {7, 8, 12, 13}


def test_a_gap_is_no_disorder(slices):
    assert misplaced_slices([*slices[:6], *slices[7:13], *slices[14:]]) == []


def test_a_jump_in_the_stack_is_found(slices):
    mirrored = [*slices[:10], *(image[::-1, ::-1] for image in slices[10:])]
    assert 10 in misplaced_slices(mirrored)


def test_repair_copies_the_neighbour_and_says_so(slices):
    given = [*slices[:3], *slices[4:]]
    given[9] = np.zeros_like(given[9])
    repaired, repairs = repair(given, missing=[3], blank=[9])
    assert len(repaired) == 20
    assert repairs == [Repair(3, "missing", 2), Repair(10, "blank", 9)]
    assert repaired[3] is slices[2]
    assert repaired[10] is slices[9]
    assert all(repaired[k] is slices[k] for k in range(20) if k not in (3, 10))


def test_the_first_slice_is_repaired_from_the_second(slices):
    repaired, repairs = repair(slices, missing=[], blank=[0])
    assert repaired[0] is slices[1]
    assert repairs == [Repair(0, "blank", 1)]


@pytest.mark.parametrize(
    ("missing", "blank"), [([4, 5], []), ([], [4, 5]), ([5], [4]), ([], [0, 1])]
)
def test_two_in_a_row_cannot_be_repaired(slices, missing, blank):
    with pytest.raises(ValueError, match="a gap of two slices cannot be bridged"):
        repair(slices, missing, blank)


def test_a_gap_outside_the_stack_is_refused(slices):
    with pytest.raises(ValueError, match="within the stack"):
        repair(slices, missing=[30], blank=[])
