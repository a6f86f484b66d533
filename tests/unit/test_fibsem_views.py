"""Grey levels scored against a truth, and the slices that show each step."""

import numpy as np
import pytest

from manyeyes.fibsem.crop import centred, common_field, place_slices
from manyeyes.fibsem.geometry import SliceGeometry
from manyeyes.fibsem.greys import PhaseGreys
from manyeyes.fibsem.views import (
    central_planes,
    face,
    raw_section,
    resampled_section,
    section,
)

GEOMETRY = SliceGeometry(slice_thickness_nm=200, pixel_size_nm=50)


def test_contrast_is_that_of_the_noise_and_spread_that_of_the_slices():
    draw = np.random.default_rng(2)
    truth = np.where(np.arange(200)[None, :] < 100, 1, 3) * np.ones((200, 1), int)
    truth = truth.astype(np.uint8)
    even, uneven = PhaseGreys(), PhaseGreys()
    for shift in (-10, 10):
        image = np.where(truth == 1, 160, 60) + draw.normal(0, 10, truth.shape)
        even.add(np.rint(image).astype(np.uint8), truth)
        uneven.add(np.rint(image + shift).astype(np.uint8), truth)
    assert even.score()["contrast_to_noise"] == pytest.approx(10, rel=0.02)
    assert even.score()["brightness_spread"] < 0.2
    # The slices' brightness is noise of its own: 10 with 10 makes 14.
    assert uneven.score()["contrast_to_noise"] == pytest.approx(10 / 2**0.5, rel=0.02)
    assert uneven.score()["brightness_spread"] == pytest.approx(10, abs=0.2)


def test_greys_without_both_phases_or_of_another_shape_are_refused():
    counts = PhaseGreys()
    with pytest.raises(ValueError, match="both phases"):
        counts.score()
    with pytest.raises(ValueError, match="as large as its truth"):
        counts.add(np.zeros((4, 4), np.uint8), np.ones((4, 5), np.uint8))
    counts.add(np.full((4, 4), 9, np.uint8), np.ones((4, 4), np.uint8))
    with pytest.raises(ValueError, match="one has none"):
        counts.score()


def test_planes_show_the_same_place_before_and_after_alignment():
    """Pixels whose values are their places on the face are found where the planes say."""
    places = np.arange(60)[:, None] * 4 + np.arange(70)[None, :] % 4
    face_grey = places.astype(np.uint8)
    field = np.array([[0, 0], [2, -1], [3, 2], [1, 3], [4, 1]], float)
    at = (field + 5).astype(int)
    raw = np.stack([face_grey[r : r + 50, c : c + 60] for r, c in at])
    geometry = SliceGeometry(slice_thickness_nm=50, pixel_size_nm=50)
    crop = centred(common_field(field, (50, 60)), geometry, (5, 30, 40), 50.0)
    cropped = np.stack(list(place_slices(raw, field, crop)))
    planes = central_planes(crop, field)
    assert (planes.slice, planes.raw_slice) == (2, 2)
    window = raw[2][planes.raw_row : planes.raw_row + 30, planes.raw_column :][:, :40]
    assert np.array_equal(window, face(cropped, planes))
    before, after = raw_section(raw, planes), section(cropped, planes)
    assert before.shape == after.shape == (30, 5)
    assert np.array_equal(before[:, 2], after[:, 2])
    assert not np.array_equal(before[:, 0], after[:, 0])
    # Aligned, every slice shows the same.
    assert (after == after[:, :1]).all()


def test_the_section_of_cubes_lies_where_the_others_do():
    volume = np.arange(30)[None, None, :] * np.ones((8, 9, 1), int)
    crop = centred(common_field(np.zeros((4, 2)), (40, 60)), GEOMETRY, (4, 40, 60), 50.0)
    planes = central_planes(crop, np.zeros((4, 2)))
    found = resampled_section(volume, 100.0, planes, 50.0)
    assert found.shape == (9, 8)
    assert (found == planes.column // 2).all()
