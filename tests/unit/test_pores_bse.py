import dataclasses

import numpy as np
import pytest

from manyeyes.fibsem.curtains import curtain_field
from manyeyes.pores.bse import bse_slices, curtains_of
from manyeyes.pores.codes import GRAIN, PORE
from manyeyes.pores.settings import BseSettings

PERFECT = BseSettings(
    contrast_to_noise=1000.0,
    resolution_nm=0.0,
    noise_blur_px=0.0,
    orientation_contrast=0.0,
    rim=0.0,
    shading=0.0,
    curtain_strength=0.0,
    brightness_drift=0.0,
)
NAMES = ("test", "slices")


def grain(count=3, edge=40):
    return np.full((count, edge, edge), GRAIN, np.uint8)


def with_square_pore(count=8, slices=slice(2, 6)):
    truth = grain(count)
    truth[slices, 10:30, 10:30] = PORE
    return truth


def levels(truth, settings=PERFECT, **options):
    return bse_slices(truth, settings, NAMES, **options).astype(float)


def test_grains_have_their_grey_and_16_bits():
    images = bse_slices(grain(), PERFECT, NAMES)
    assert images.dtype == np.uint16 and images.shape == (3, 40, 40)
    assert images.mean() == pytest.approx(PERFECT.grey_grain, rel=1e-3)


def test_slices_see_a_little_below_their_face_and_pores_to_their_floor():
    seen = levels(with_square_pore())[:, 15:25, 15:25].mean(axis=(1, 2))
    contrast = PERFECT.grey_grain - PERFECT.grey_pore
    down, through = np.exp(-15 / PERFECT.pore_depth_nm), np.exp(-15 / PERFECT.escape_depth_nm)
    # From the floor upwards, a pore becomes darker with each slice of depth.
    for depth, k in enumerate((5, 4, 3, 2), start=1):
        expected = PERFECT.grey_grain - contrast * (1 - down**depth)
        assert seen[k] == pytest.approx(expected, rel=0.01)
    # One slice above it a grain lets some of the dark through, two slices above hardly any.
    missing = contrast * (1 - down**4)
    assert seen[1] == pytest.approx(PERFECT.grey_grain - through * missing, rel=0.01)
    assert seen[0] == pytest.approx(PERFECT.grey_grain - through**2 * missing, rel=0.01)


@pytest.mark.parametrize("blur_px", [0.0, 0.7])
def test_noise_has_the_stated_strength_and_is_shot_noise(blur_px):
    settings = dataclasses.replace(PERFECT, contrast_to_noise=5.0, noise_blur_px=blur_px)
    images = levels(grain(edge=120), settings)
    expected = (settings.grey_grain - settings.grey_pore) / 5
    assert images.std() == pytest.approx(expected, rel=0.03)
    assert images.mean() == pytest.approx(settings.grey_grain, rel=0.01)
    dark = dataclasses.replace(settings, grey_pore=4000.0, pore_depth_nm=0.1)
    pore = np.full((3, 120, 120), PORE, np.uint8)
    ratio = levels(pore, dark).std() / levels(grain(edge=120), dark).std()
    assert ratio == pytest.approx(np.sqrt(4000 / 24000), rel=0.05)


def test_the_detectors_blur_joins_neighbours_along_the_scan_only():
    settings = dataclasses.replace(PERFECT, contrast_to_noise=5.0, noise_blur_px=0.7)
    image = levels(grain(edge=200), settings)[0]
    image -= image.mean()
    along, across = ((image[:, 1:] * image[:, :-1]).mean(), (image[1:] * image[:-1]).mean())
    assert along > 0.4 * image.var() and abs(across) < 0.05 * image.var()


def test_curtains_are_added_exactly():
    settings = dataclasses.replace(PERFECT, curtain_strength=0.05)
    difference = levels(with_square_pore(), settings) - levels(with_square_pore())
    profiles = list(curtains_of((8, 40, 40), settings, NAMES))
    for found, profile in zip(difference, profiles, strict=True):
        assert found == pytest.approx(curtain_field(profile, 40), abs=1)
    assert np.std(profiles) == pytest.approx(0.05 * settings.grey_grain, rel=0.15)


def test_grains_differ_in_brightness_only_where_they_are_given():
    settings = dataclasses.replace(PERFECT, orientation_contrast=0.05)
    grains = np.repeat(np.arange(400, dtype=np.uint16).reshape(1, 20, 20), 2, axis=0)
    grains = grains.repeat(5, axis=1).repeat(5, axis=2)
    truth = np.full(grains.shape, GRAIN, np.uint8)
    means = levels(truth, settings, grains=grains)[0].reshape(20, 5, 20, 5).mean(axis=(1, 3))
    assert means.std() / settings.grey_grain == pytest.approx(0.05, rel=0.1)
    assert levels(truth, settings).std() < 0.003 * settings.grey_grain


def test_rims_are_bright_below_large_pores():
    settings = dataclasses.replace(PERFECT, rim=0.5)
    added = levels(with_square_pore(40, slice(0, 40)), settings)
    added -= levels(with_square_pore(40, slice(0, 40)))
    assert added.min() > -0.01 * settings.grey_grain
    below, above = added[:, 31:35, 12:28].mean(), added[:, 5:9, 12:28].mean()
    assert below > 3 * abs(above) and below > 0.01 * settings.grey_grain
    assert abs(added[:, 14:26, 14:26]).mean() < 0.1 * below


def test_brightness_and_shading_have_the_stated_spread_and_change_slowly():
    settings = dataclasses.replace(PERFECT, brightness_drift=0.03)
    course = np.log(levels(grain(400, 8), settings).mean(axis=(1, 2)))
    assert course.std() == pytest.approx(0.03, rel=0.3)
    assert np.diff(course).std() < 0.6 * course.std()
    settings = dataclasses.replace(PERFECT, shading=0.05, shading_px=6.0)
    images = levels(grain(2, 150), settings)
    assert images[0].std() / settings.grey_grain == pytest.approx(0.05, rel=0.2)
    assert np.corrcoef(images[0].ravel(), images[1].ravel())[0, 1] > 0.9


def test_the_same_names_give_the_same_bytes():
    settings = BseSettings()
    first = bse_slices(with_square_pore(), settings, NAMES)
    assert (first == bse_slices(with_square_pore(), settings, NAMES)).all()
    other = bse_slices(with_square_pore(), settings, ("test", "others"))
    assert (first != other).mean() > 0.9


def test_wrong_input_is_refused():
    with pytest.raises(ValueError, match=r"must hold 1 \(grain\) and 2 \(pore\) only, found \[3\]"):
        bse_slices(np.full((2, 4, 4), 3, np.uint8), PERFECT, NAMES)
    with pytest.raises(ValueError, match="grains must have the truth's shape"):
        bse_slices(grain(), PERFECT, NAMES, grains=np.zeros((3, 4, 4), np.uint16))
    with pytest.raises(ValueError, match="grey_grain must be above grey_pore"):
        BseSettings(grey_grain=100.0, grey_pore=200.0)
    with pytest.raises(ValueError, match="rim_nm"):
        BseSettings(rim_nm=0.0)
