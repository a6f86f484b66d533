import numpy as np
import pytest

from manyeyes.pores.codes import GRAIN, PORE
from manyeyes.pores.statistics import pore_statistics, slice_statistics

VOXEL_NM = (15.0, 9.0, 9.0)


def two_squares():
    """Return three slices of 20 x 20: two pores, one, none."""
    labels = np.full((3, 20, 20), GRAIN, np.uint8)
    labels[:2, 2:6, 2:6] = PORE
    labels[0, 10:12, 10:12] = PORE
    return labels


def diameter(pixels):
    return np.sqrt(4 / np.pi * pixels) * 9.0


def test_slices_by_hand():
    table = slice_statistics(two_squares(), VOXEL_NM)
    assert table["slice"].tolist() == [0, 1, 2]
    assert table["pore_area_percent"].tolist() == pytest.approx([5.0, 4.0, 0.0])
    assert table["pores"].tolist() == [2, 1, 0]
    assert table["median_diameter_nm"][0] == pytest.approx((diameter(16) + diameter(4)) / 2)
    assert np.isnan(table["median_diameter_nm"][2])


def test_a_stack_by_hand():
    found = pore_statistics(two_squares(), VOXEL_NM)
    assert found.pore_area_percent == pytest.approx(3.0)
    assert found.porosity == pytest.approx(0.03)
    assert found.pores_per_slice == pytest.approx(1.0)
    assert found.median_diameter_nm == pytest.approx(diameter(16))
    assert found.pore_volume_um3 == pytest.approx(36 * 15 * 9 * 9 * 1e-9)


def test_pores_that_touch_at_corners_are_two():
    labels = np.full((2, 4, 4), GRAIN, np.uint8)
    labels[:, 0, 0] = labels[:, 1, 1] = PORE
    assert pore_statistics(labels, VOXEL_NM).pores_per_slice == 2


def test_the_volume_and_surface_of_a_ball():
    z, y, x = (np.arange(n) - (n - 1) / 2 for n in (60, 100, 100))
    square = (15 * z[:, None, None]) ** 2 + (9 * y[:, None]) ** 2 + (9 * x) ** 2
    labels = np.where(square <= 300**2, PORE, GRAIN).astype(np.uint8)
    found = pore_statistics(labels, VOXEL_NM)
    assert found.pore_volume_um3 == pytest.approx(4 / 3 * np.pi * 0.3**3, rel=0.01)
    assert found.pore_surface_um2 == pytest.approx(4 * np.pi * 0.3**2, rel=0.04)


def test_without_pores_there_is_no_diameter():
    found = pore_statistics(np.full((2, 4, 4), GRAIN, np.uint8), VOXEL_NM)
    assert found.porosity == found.pore_surface_um2 == found.pores_per_slice == 0
    assert np.isnan(found.median_diameter_nm)


@pytest.mark.parametrize(
    ("labels", "voxel", "message"),
    [
        (np.zeros((2, 4, 4), np.uint8), VOXEL_NM, "must hold 1 .grain. and 2 .pore. only"),
        (np.ones((4, 4), np.uint8), VOXEL_NM, r"must be uint8 \(z, y, x\)"),
        (np.ones((2, 4, 4)), VOXEL_NM, r"must be uint8 \(z, y, x\)"),
        (np.ones((2, 4, 4), np.uint8), (15, -1, 9), "voxel_size_nm"),
    ],
)
def test_other_labels_are_refused(labels, voxel, message):
    with pytest.raises(ValueError, match=message):
        pore_statistics(labels, voxel)
