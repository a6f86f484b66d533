"""Where masks come from, and what is said of images that lack one."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from manyeyes.imaging.field_of_view import (
    circle,
    circle_radius,
    filled_border,
    mask_of_source,
    outside_by_value,
    refuse_filled_border,
)
from two_phases import round_view, two_phase


def mask(image, wanted, *given, start=(0, 0, 0), shape=(24, 64, 64)):
    return mask_of_source(image, wanted, start, shape, "datasets.cell.mask", *given)[0]


@pytest.mark.parametrize("wanted", ["circle", {"circle": 30}, {"outside": 0}])
def test_each_way_to_the_round_field_of_view_finds_it(wanted):
    image, inside, truth = round_view()
    found = mask(image, wanted)
    assert np.array_equal(found, inside)
    assert truth[found].mean() == pytest.approx(0.518, abs=0.0005)


def test_a_circle_belongs_to_the_source_and_is_cropped_with_it():
    image, inside, _ = round_view()
    crop = (slice(2, 12), slice(0, 40), slice(30, 60))
    for wanted in ("circle", {"outside": 0}):
        found = mask(image, wanted, start=(2, 0, 30), shape=(10, 40, 30))
        assert np.array_equal(found, inside[crop])


def test_the_inscribed_circle_where_the_corners_are_no_fill():
    image, _ = two_phase((8, 40, 50))
    assert circle_radius(image, "key") == 20
    assert circle((4, 4), 2).sum() == 12
    assert circle((5, 5), 2.5).sum() == 21


def test_a_fill_that_is_no_number():
    image, inside, _ = round_view()
    image = image.astype(np.float32)
    image[~inside] = np.nan
    assert np.array_equal(mask(image, {"outside": np.nan}), inside)
    assert np.array_equal(mask(image, "circle"), inside)


def test_equal_values_within_the_sample_stay_inside():
    image = np.full((2, 9, 9), 100, np.uint8)
    image[:, :2] = 0
    image[0, 4:6, 4:6] = 0
    image[1] = 0
    outside = outside_by_value(image, 0)
    assert outside[0, :2].all()
    assert outside[0].sum() == 18
    assert outside[1].all()


def test_a_mask_from_a_file_has_the_shape_of_crop_or_source():
    image, inside, _ = round_view()
    crop = {"start": (2, 0, 30), "shape": (10, 40, 30)}
    part = inside[2:12, :40, 30:60]
    given = 7 * inside.astype(np.uint8)
    assert np.array_equal(mask(image, {"file": "m.tif"}, given, **crop), part)
    assert np.array_equal(mask(image, {"file": "m.tif"}, part.astype(np.uint8), **crop), part)
    with pytest.raises(ValueError, match=r"\(9, 64, 64\).*\(10, 40, 30\).*\(24, 64, 64\)"):
        mask(image, {"file": "m.tif"}, given[:9], **crop)
    with pytest.raises(ValueError, match="nothing of the crop is inside"):
        mask(image, {"file": "m.tif"}, 0 * given)


def test_a_value_that_is_not_outside_is_named():
    image, _, _ = round_view()
    with pytest.raises(ValueError, match="value 5 does not touch the border"):
        mask(image, {"outside": 5})


def test_a_round_field_of_view_is_refused_with_its_value_and_share():
    image, inside, _ = round_view()
    found = filled_border(image)
    assert found.value == 0
    assert found.share == pytest.approx(0.588, abs=0.001)
    with pytest.raises(ValueError, match=r"value 0 fills 59 % of the border of the crop.*circle"):
        refuse_filled_border(image, None, "datasets.cell")
    refuse_filled_border(image, inside, "datasets.cell")


def test_a_mask_that_takes_in_the_outside_is_refused():
    image, _, _ = round_view()
    wide = mask(image, {"circle": 31.5})
    with pytest.raises(ValueError, match=r"border of its mask.*takes in what lies outside"):
        refuse_filled_border(image, wide, "datasets.cell")


def test_empty_slices_and_padding_are_refused():
    image, _ = two_phase()
    black = image.copy()
    black[:3] = 0
    with pytest.raises(ValueError, match="all of slices 0 to 2"):
        refuse_filled_border(black, None, "datasets.cell")
    for value in (0, 77, 255):
        padded = np.pad(image, ((0, 0), (0, 0), (4, 0)), constant_values=value)
        assert filled_border(padded).value == value
    # a volume that was turned: a wedge without values
    z, y, _ = np.indices(image.shape)
    assert filled_border(np.where(y < z / 2, np.uint8(0), image)).value == 0


@pytest.mark.parametrize("seed", range(4))
def test_saturated_phases_are_no_fill(seed):
    image, _ = two_phase(seed=seed)
    assert filled_border(image) is None
    for low, high in ((60, 255), (0, 160), (70, 150)):
        saturated = np.clip((image.astype(float) - low) * 255 / (high - low), 0, 255)
        assert filled_border(saturated.astype(np.uint8)) is None
    # half of the pixels of a phase in one level
    assert filled_border(np.minimum(image, 160)) is None
    assert filled_border(np.maximum(image, 60)) is None


def test_saturated_phases_of_a_thin_crop_are_no_fill():
    """Pores as deep as the crop make lines of one value, but most of them lie beside such lines."""
    image, _ = two_phase((6, 48, 48))
    for low, high in ((60, 255), (70, 150), (65, 150)):
        saturated = np.clip((image.astype(float) - low) * 255 / (high - low), 0, 255)
        assert filled_border(saturated.astype(np.uint8)) is None


def test_short_chords_of_one_value_at_the_rim_of_a_mask_are_no_fill():
    image, inside, _ = round_view()
    y, x = np.abs(np.indices((64, 64)) - 31.5)
    # phases that end at the rim, on every other slice
    image[::2, (y > 26) | (x > 26)] = 50
    assert filled_border(np.where(inside, image, 0).astype(np.uint8), inside) is None


def test_empty_slices_do_not_hide_the_circle_of_the_others():
    image, _, _ = round_view()
    assert circle_radius(image, "key") == pytest.approx(30, abs=0.5)
    empty = np.concatenate([image, np.zeros_like(image), np.zeros_like(image)])
    assert circle_radius(empty, "key") == circle_radius(image, "key")


@pytest.mark.parametrize(
    ("file", "crop", "filled"),
    [
        ("nrel_expertsegmentation_nmc1cal/nmc1cal.tif", np.s_[:], False),
        # the black corner beside a round cell, and its middle with large black voids
        ("ucl_battery_xct_cellvol/cell_vol.tif", np.s_[:50, :100, :100], True),
        ("ucl_battery_xct_cellvol/cell_vol.tif", np.s_[:50, 264:464, 264:464], False),
    ],
)
def test_real_tomograms(file, crop, filled):
    path = Path(__file__).parents[3] / "shared/data" / file
    if not path.exists():
        pytest.skip(f"real images are not there: {path} does not exist")
    assert (filled_border(tifffile.imread(path)[crop]) is not None) is filled
