"""Nothing outside a mask counts, and a mask that covers everything changes nothing."""

import numpy as np
import pytest
from scipy import ndimage

from manyeyes.annotations import Drawing, Threshold
from manyeyes.imaging import filters
from manyeyes.imaging.masks import edge_distance, fill_outside, known_mask, smooth_inside
from manyeyes.imaging.tomograms import inverted, labels_inside, to_grey_levels
from manyeyes.measures.fractions import percent_different, volume_fraction
from manyeyes.measures.quality import contrast_to_noise, grey_histogram, image_quality
from manyeyes.measures.shape import morphology, specific_surface_per_um
from manyeyes.measures.strokes import LabelledImage
from manyeyes.measures.truth import accuracy
from manyeyes.methods.threshold import threshold
from manyeyes.methods.watershed import watershed
from manyeyes.statistics.agreement import agreement_tables, votes
from manyeyes.statistics.effort import effort_table
from manyeyes.statistics.interfaces import concentration_table
from manyeyes.study.model import Cell
from manyeyes.users.population import Population, draw_traits
from manyeyes.users.slices import slices_worth_looking_at
from one_user import annotation_of, forest_segmentations
from two_phases import round_view, two_phase

VARIANTS = {
    "S2": {"method": "threshold", "offset": 0},
    "cWS": {"method": "watershed", "seed_error": 0.01},
    "ML2": {"method": "seeded_forest", "slices": 3, "forest": {"trees": 10}},
    "MLX10": {
        "method": "drawn_forest",
        "coverage_percent": 10,
        "slices": 3,
        "forest": {"trees": 10},
    },
    "otsu": {"method": "otsu"},
}
STRUCTURES = ("two_class", "sharp_eyed", "contour")


def annotated(image, name, inside=None, structure="two_class", user="A"):
    traits = draw_traits(Population.from_mapping({"structure": structure}), "1", user)
    return annotation_of(image, name, VARIANTS[name], traits, ("1", user, "d", "raw"), inside)


def segmented(image, name, inside=None, structure="two_class", user="A"):
    done = annotated(image, name, inside, structure, user)
    if isinstance(done, Threshold):
        return threshold(image, done.level, inside)
    if isinstance(done, Drawing):
        names = ("1", user, "d", "raw")
        return forest_segmentations(image, {name: done.labels}, VARIANTS, names, inside)[name][0]
    return watershed(image, done.low, done.high, inside=inside)


def same(a, b):
    if isinstance(a, Drawing):
        return a.record == b.record and np.array_equal(a.labels, b.labels)
    return a == b and a.record == b.record


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("name", VARIANTS)
def test_a_mask_of_nothing_but_inside_changes_no_annotation(name, structure):
    image, _ = two_phase((16, 40, 40))
    inside = np.ones(image.shape, bool)
    with_mask = annotated(image, name, inside, structure)
    assert same(with_mask, annotated(image, name, None, structure))


def test_a_mask_of_nothing_but_inside_changes_no_segmentation_and_no_measure():
    image, _ = two_phase((12, 32, 32))
    inside = np.ones(image.shape, bool)
    for name in ("S2", "cWS", "ML2"):
        assert np.array_equal(segmented(image, name, inside), segmented(image, name))
    assert np.array_equal(filters.gaussian(image, inside=inside), filters.gaussian(image))
    assert image_quality(image, inside) == image_quality(image)
    labels = segmented(image, "S2")
    assert LabelledImage(image, inside).measures(labels) == LabelledImage(image).measures(labels)
    for window in (None, [40, 200], {"percentiles": [1, 99]}):
        levels, ends = to_grey_levels(image, window, "key")
        masked, masked_ends = to_grey_levels(image, window, "key", inside)
        assert np.array_equal(levels, masked)
        assert ends == masked_ends


@pytest.mark.parametrize("structure", STRUCTURES)
def test_every_user_gets_the_fraction_inside_a_round_field_of_view(structure):
    image, inside, truth = round_view()
    expected = truth[inside].mean()
    for name in ("S2", "cWS", "ML2", "otsu"):
        labels = segmented(image, name, inside, structure)
        assert np.array_equal(labels > 0, inside)
        assert volume_fraction(labels) == pytest.approx(expected, abs=0.012), name


def test_drawn_labels_keep_inside_and_to_their_coverage():
    image, inside, truth = round_view()
    done = annotated(image, "MLX10", inside)
    assert not done.labels[~inside].any()
    slices = np.flatnonzero(done.labels.any(axis=(1, 2)))
    assert len(slices) == 3
    for z in slices:
        assert np.count_nonzero(done.labels[z]) == round(0.1 * inside[z].sum())
    assert [note["coverage"] for note in done.record["slices"]] == pytest.approx(
        [0.1] * 3, abs=1e-3
    )
    labels = segmented(image, "MLX10", inside)
    assert (labels[inside] != np.where(truth, 1, 2)[inside]).mean() < 0.1


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("value", [0, 90, 255])
def test_padding_with_a_mask_gives_the_fraction_of_the_crop(value, structure):
    image, _ = two_phase((16, 40, 40))
    places = ((0, 5), (7, 3), (0, 9))
    padded = np.pad(image, places, constant_values=value)
    inside = np.pad(np.ones(image.shape, bool), places)
    for name in ("S2", "otsu"):
        found = volume_fraction(segmented(padded, name, inside, structure))
        # the eye pools at a rim as it does at an edge, but for the mirror image beyond
        close = 0 if (name, structure) in {("otsu", structure), ("S2", "sharp_eyed")} else 0.004
        assert abs(found - volume_fraction(segmented(image, name, None, structure))) <= close


def test_what_lies_outside_changes_nothing():
    image, inside, _ = round_view(8, 36, 16)
    other = np.where(inside, image, np.random.default_rng(0).integers(0, 255, image.shape))
    other = other.astype(np.uint8)
    for name in VARIANTS:
        for structure in STRUCTURES:
            first, second = (annotated(i, name, inside, structure) for i in (image, other))
            assert same(first, second), (name, structure)
    for name in ("cWS", "ML2"):
        first, second = (segmented(i, name, inside) for i in (image, other))
        assert np.array_equal(first, second)
    assert image_quality(image, inside) == image_quality(other, inside)
    assert np.array_equal(
        filters.gaussian(image, inside=inside), filters.gaussian(other, inside=inside)
    )


def test_a_filter_mixes_nothing_of_the_outside_in():
    inside = np.zeros((9, 9, 9), bool)
    inside[:, :, :4] = True
    image = np.where(inside, 200, 0).astype(np.uint8)
    smooth = filters.gaussian(image, inside=inside)
    assert set(smooth[inside]) == {200}
    assert not smooth[~inside].any()
    assert np.allclose(smooth_inside(image, 2.0, inside), 200)


def test_a_line_of_voxels_inside_is_smoothed_along_itself():
    image = np.full((21, 21), 200, np.uint8)
    image[10] = 10 * np.arange(21)
    inside = np.zeros(image.shape, bool)
    inside[10] = True
    smooth = smooth_inside(image, 1.0, inside)
    # a ramp is its own mean, whatever lies beside it
    assert np.allclose(smooth[10, 5:16], image[10, 5:16], atol=0.01)
    # further than the kernel reaches it is the mean of what is inside
    assert np.allclose(smooth[:3], 100)


def test_the_nearest_grey_level_goes_on_outside():
    volume = np.arange(27, dtype=np.uint8).reshape(3, 3, 3)
    inside = np.zeros(volume.shape, bool)
    inside[1] = True
    assert np.array_equal(fill_outside(volume, inside), np.stack([volume[1]] * 3))
    assert fill_outside(volume, None) is volume


def test_impossible_masks_are_refused():
    ones = np.ones((2, 2, 2), bool)
    assert known_mask(ones, (2, 2, 2)) is None
    for wrong in (ones[:1], ones.astype(np.uint8), ~ones):
        with pytest.raises(ValueError, match="mask"):
            known_mask(wrong, (2, 2, 2))


def test_the_watershed_does_not_flow_through_the_outside():
    image = np.full((3, 3, 9), 100, np.uint8)
    image[:, :, 0], image[:, :, 8] = 200, 10
    inside = np.ones(image.shape, bool)
    inside[:, :, 4] = False
    labels = watershed(image, 50, 150, inside=inside)
    assert (labels[:, :, :4] == 1).all()
    assert (labels[:, :, 5:] == 2).all()
    assert not labels[:, :, 4].any()


def test_a_piece_that_no_seed_reaches_is_cut_in_the_middle():
    image = np.full((3, 3, 9), 100, np.uint8)
    image[:, :, 0], image[:, :, 2] = 200, 10
    image[:, :, 6:] = 120
    inside = np.ones(image.shape, bool)
    inside[:, :, 4:6] = False
    labels = watershed(image, 50, 180, inside=inside)
    assert (labels[:, :, 6:] == 1).all()


def test_a_slice_with_a_tenth_of_the_fullest_one_s_view_is_looked_at():
    inside = np.zeros((3, 10, 10), bool)
    inside[0, 0], inside[1], inside[2, 0, :9] = True, True, True
    assert slices_worth_looking_at(3, inside) == [0, 1]


def test_slices_without_a_field_of_view_are_passed_over():
    image, _ = two_phase((24, 40, 40))
    inside = np.ones(image.shape, bool)
    inside[:10] = False
    inside[10, 2:] = False
    assert slices_worth_looking_at(24, inside) == list(range(11, 24))
    done = annotated(image, "MLX10", inside)
    assert [note["slice"] for note in done.record["slices"]] == [17, 14, 20]
    assert min(done.record["slices_looked_at"]) > 10
    seeded = annotated(image, "ML2", inside)
    assert min(seeded.record["slices"]) > 10
    assert not seeded.labels[:11].any()


def test_the_rim_of_a_mask_is_no_edge():
    active = np.zeros((1, 9), bool)
    active[0, :4] = True
    inside = np.ones((1, 9), bool)
    inside[0, 7:] = False
    distance = edge_distance(active, inside)
    assert distance[0, :7].tolist() == [3.5, 2.5, 1.5, 0.5, -0.5, -1.5, -2.5]
    assert np.isnan(distance[0, 7:]).all()
    inside[0, 4:] = False
    assert np.isposinf(edge_distance(active, inside)[0, :4]).all()


# Measures of a known geometry that a mask cuts: layers of 4 active and 4 others along x.


def layers():
    labels = np.where(np.indices((16, 16, 32))[2] // 4 % 2 == 0, 1, 2).astype(np.uint8)
    inside = np.zeros(labels.shape, bool)
    inside[:, :12, :12] = True
    return np.where(inside, labels, 0).astype(np.uint8), inside


def test_fractions_and_differences_count_the_inside():
    labels, inside = layers()
    assert volume_fraction(labels) == pytest.approx(2 / 3)
    other = np.where(inside, 1, 0).astype(np.uint8)
    assert percent_different(labels, other) == pytest.approx(100 / 3)
    with pytest.raises(ValueError, match="one field of view"):
        percent_different(labels, np.ones_like(labels))
    truth = np.full(labels.shape, 3, np.uint8)
    found = accuracy(labels, truth)
    assert found.bias == found.voxel_error == pytest.approx(2 / 3)


def test_the_surface_is_that_between_phases_over_the_volume_inside():
    labels, inside = layers()
    cropped = labels[:, :12, :12]
    found = morphology(labels, 500.0)
    expected = specific_surface_per_um(cropped == 1, 500.0)
    assert found.specific_surface_per_um == pytest.approx(expected)
    alone = np.where(inside, 1, 0).astype(np.uint8)
    assert morphology(alone, 500.0).specific_surface_per_um == 0


def test_pieces_at_the_rim_are_neither_specks_nor_closed_pores():
    labels = np.full((12, 12, 12), 2, np.uint8)
    labels[:, :, 8:] = 0
    labels[4:6, 4:6, 4:6] = 1  # a speck within
    labels[8:10, 8:10, 6:8] = 1  # cut by the rim
    found = morphology(labels, 500.0)
    assert found.active_specks == 1
    assert found.active_speck_fraction == pytest.approx(8 / (12 * 12 * 8))
    pores = np.where(labels == 0, 0, 3 - labels).astype(np.uint8)
    assert morphology(pores, 500.0).closed_pores == 1


def test_histogram_and_contrast_are_those_of_the_inside():
    image, inside, truth = round_view()
    assert grey_histogram(image, inside).sum() == inside.sum()
    assert grey_histogram(image, inside)[0] == 0
    whole = np.clip(two_phase(image.shape)[0].astype(int) + 40, 0, 255).astype(np.uint8)
    assert contrast_to_noise(image, inside) == pytest.approx(contrast_to_noise(whole), rel=0.1)
    found = image_quality(image, inside)
    assert found.otsu_fraction == pytest.approx(truth[inside].mean(), abs=0.001)
    assert found.histogram_modes == 2


def test_agreement_is_that_of_the_inside():
    labels, inside = layers()
    other = labels.copy()
    other[inside & (np.indices(labels.shape)[0] < 4)] = 1
    masked = [(Cell("d", "raw", "S2", u), v) for u, v in (("A", labels), ("B", other))]
    cropped = [(cell, np.ascontiguousarray(v[:, :12, :12])) for cell, v in masked]
    for with_mask, without in zip(agreement_tables(masked), agreement_tables(cropped), strict=True):
        assert with_mask.equals(without)
    key = ("d", "raw", "S2", "simulated")
    near = concentration_table({key: (votes(v for _, v in masked), 2)}, None, inside)
    of_crop = concentration_table({key: (votes(v for _, v in cropped), 2)}, None)
    assert near.equals(of_crop)
    with pytest.raises(ValueError, match="one field of view"):
        agreement_tables([masked[0], (masked[1][0], np.ones_like(labels))])


def test_effort_is_a_share_of_the_inside():
    labels, inside = layers()
    drawn = np.where(np.indices(labels.shape)[0] == 3, labels, 0)
    cell = Cell("d", "raw", "MLX10", "A")
    table = effort_table([(cell, drawn)], labels.size, int(inside.sum()))
    assert table.labelled_share.tolist() == [1 / 16]


def test_strokes_are_measured_against_the_inside():
    image, inside, truth = round_view(8, 48, 20)
    labels = np.zeros(image.shape, np.uint8)
    labels[4] = np.where(inside[4], np.where(truth[4], 1, 2), 0)
    found = LabelledImage(image, inside).measures(labels)
    assert found["coverage_percent"] == 100
    assert found["gradient_percentile"] == pytest.approx(50, abs=0.1)


def test_grey_windows_are_those_of_the_inside():
    image, inside, _ = round_view(8, 48, 20)
    image = image.astype(np.float32)
    image[~inside] = np.nan
    levels, window = to_grey_levels(image, {"percentiles": [0, 100]}, "key", inside)
    assert window == (image[inside].min(), image[inside].max())
    assert not levels[~inside].any()
    image[~inside] = 300
    assert not to_grey_levels(image, [0, 255], "key", inside)[0][~inside].any()
    image[~inside] = np.nan
    with pytest.raises(ValueError, match="mask"):
        to_grey_levels(image, {"percentiles": [0, 100]}, "key")


def test_dark_active_material_becomes_bright():
    image, _ = two_phase(fraction=0.7)
    turned = inverted(255 - image)
    assert np.array_equal(turned, image)
    assert volume_fraction(segmented(turned, "S2")) == pytest.approx(0.7, abs=0.01)
    inside = np.zeros(image.shape, bool)
    inside[:, :, :20] = True
    assert not inverted(np.where(inside, image, 0).astype(np.uint8), inside)[~inside].any()


def test_labels_outside_are_dropped_and_counted():
    labels = np.zeros((4, 4, 4), np.uint8)
    labels[0, 0, :2] = 1, 2
    labels[3] = 1
    inside = np.ones(labels.shape, bool)
    inside[2:] = False
    kept, dropped = labels_inside(labels, inside, "users.jo")
    assert dropped == 16
    assert np.count_nonzero(kept) == 2
    assert labels_inside(labels, None, "users.jo") == (labels, 0)
    inside[0, 0, 1] = False
    with pytest.raises(ValueError, match="labelled as pore and carbon-binder domain lies outside"):
        labels_inside(labels, inside, "users.jo")


def test_the_eye_pools_within_the_field_of_view():
    image, inside, _ = round_view(4, 48, 20)
    pooled = smooth_inside(image, (0, 2, 2), inside)
    plain = ndimage.gaussian_filter(image, (0, 2, 2), output=np.float32)
    deep = ndimage.binary_erosion(inside, np.ones((1, 19, 19)))
    assert np.allclose(pooled[deep], plain[deep], atol=1e-3)
    assert pooled[inside].min() > plain[inside].min() + 20
