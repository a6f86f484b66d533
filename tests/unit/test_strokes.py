"""Labels whose strokes, edges and grey values are known; a person among simulated users."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import ndimage

from manyeyes.figures import fig_strokes
from manyeyes.figures.figure import FigureData
from manyeyes.measures.strokes import MEASURES, LabelledImage
from manyeyes.randomness import generator
from manyeyes.statistics.realism import realism_text, stroke_comparison
from manyeyes.users.imitating import drawn_slices, imitations
from manyeyes.users.population import Population
from manyeyes.users.slices import trained_slices

NAMES = ("d", "raw", "recorded", "jo")


@pytest.fixture(scope="module")
def image():
    """Bright from column 30 on, with a little noise."""
    active = np.zeros((9, 60, 60), bool)
    active[:, :, 30:] = True
    noise = 4 * generator("noise").standard_normal(active.shape)
    return np.clip(np.where(active, 150, 80) + noise, 0, 255).astype(np.uint8)


@pytest.fixture
def labels(image):
    """One line of single pixels and one bar of 5 in slice 4, a square of 4 in slice 2."""
    drawn = np.zeros(image.shape, np.uint8)
    drawn[4, 5:45, 10] = 2
    drawn[4, 5:45, 40:45] = 1
    drawn[2, 50:54, 50:54] = 1
    return drawn


def test_strokes_are_counted_and_measured(image, labels):
    found = LabelledImage(image).measures(labels)
    assert list(found) == list(MEASURES)
    assert found["coverage_percent"] == pytest.approx(100 * (240 + 16) / 2 / 3600)
    assert found["coverage_ratio"] == pytest.approx(15)
    assert found["active_percent"] == pytest.approx(100 * 216 / 256)
    assert found["strokes_per_slice"] == 1.5
    assert found["stroke_area_px"] == 40
    line = labels.copy()
    line[line == 1] = 0
    line[4, 50, 35:] = 1
    assert LabelledImage(image).measures(line)["stroke_width_px"] == 1
    bars = np.where(labels == 1, 1, 0).astype(np.uint8)
    bars[2] = 0
    bars[4, 5:45, 5:10] = 2
    assert LabelledImage(image).measures(bars)["stroke_width_px"] == 5


def test_labels_just_beyond_an_edge_are_on_the_wrong_side(image, labels):
    labels[:] = 0
    labels[4, :, 29], labels[4, :30, 30], labels[4, 30:, 30] = 1, 1, 2
    # the edge lies between columns 29 and 30: half of 60 labels of column 30 are right, and none
    # of the 60 of column 29
    assert LabelledImage(image).measures(labels)["wrong_side_percent"] == pytest.approx(75)


def test_the_steepest_pixel_of_a_slice_ranks_a_hundred_and_the_flattest_nought():
    image = generator("steep").integers(0, 256, (3, 6, 6)).astype(np.uint8)
    steep = ndimage.gaussian_gradient_magnitude(image[1].astype(float), 1.0)
    labels = np.zeros(image.shape, np.uint8)
    labels[1].flat[[steep.argmax(), steep.argmin()]] = 1, 2
    assert LabelledImage(image).measures(labels)["gradient_percentile"] == pytest.approx(50)


def test_strokes_that_meet_at_a_corner_are_one(image, labels):
    labels[:] = 0
    labels[4, range(5, 15), range(5, 15)] = 2
    labels[4, 30:40, 40] = 1
    found = LabelledImage(image).measures(labels)
    assert found["strokes_per_slice"] == 2
    assert found["stroke_area_px"] == 10


def test_edges_and_grey_values_are_those_below_the_labels(image, labels):
    found = LabelledImage(image).measures(labels)
    # column 10 is 19.5 px from the edge between columns 29 and 30
    assert found["edge_distance_rest_px"] == pytest.approx(19.5, abs=1)
    assert found["edge_distance_active_px"] == pytest.approx(12.5, abs=1)
    assert found["near_edge_percent"] == found["wrong_side_percent"] == 0
    assert found["grey_active"] == pytest.approx(150, abs=1)
    assert found["grey_rest_sd"] == pytest.approx(4, abs=1)
    assert found["grey_overlap_percent"] == 0
    swapped = np.where(labels == 1, 2, np.where(labels == 2, 1, 0)).astype(np.uint8)
    other = LabelledImage(image).measures(swapped)
    assert other["wrong_side_percent"] == other["grey_overlap_percent"] == 100
    at_edge = np.zeros_like(labels)
    at_edge[4, :, 29], at_edge[4, :, 30] = 2, 1
    near = LabelledImage(image).measures(at_edge)
    assert near["near_edge_percent"] == 100
    assert near["gradient_percentile"] > 95 > 60 > found["gradient_percentile"]


def test_both_classes_and_the_right_shape_are_needed(image, labels):
    with pytest.raises(ValueError, match="no voxel is labelled as another phase"):
        LabelledImage(image).measures(np.where(labels == 1, 1, 0))
    with pytest.raises(ValueError, match="image's shape"):
        LabelledImage(image).measures(labels[1:])


SEED_NAMES = ("seed", "d", "raw")


def test_users_draw_the_persons_slices_to_the_persons_coverage(image, labels):
    assert drawn_slices(labels) == [4, 2]
    users = ("imitator 1", "imitator 2")
    first, second = imitations(image, labels, Population(), users, SEED_NAMES)
    for drawn in (first, second):
        assert np.flatnonzero(drawn.any(axis=(1, 2))).tolist() == [2, 4]
        assert [np.count_nonzero(drawn[z]) for z in (2, 4)] == [128, 128]
    assert (first != second).any()
    again, _ = imitations(image, labels, Population(), users, SEED_NAMES)
    assert (again == first).all()
    other = {"trainer": "none such"}
    with pytest.raises(ValueError, match="trainer"):
        imitations(image, labels, Population(), users, SEED_NAMES, training=other)


def test_of_two_slices_beside_the_middle_the_lower_is_drawn_first():
    labels = np.zeros((8, 4, 4), np.uint8)
    labels[[1, 3, 4, 7], 0, 0] = 1
    assert drawn_slices(labels) == [3, 1, 4, 7]
    labels = np.zeros((9, 4, 4), np.uint8)
    labels[[3, 5], 0, 0] = 1
    assert drawn_slices(labels) == [3, 5]


def test_imitators_label_as_much_of_the_field_of_view_as_the_person(image, labels):
    inside = np.zeros(image.shape, bool)
    inside[:, 4:56, 4:56] = True
    (drawn,) = imitations(image, labels, Population(), ["a"], SEED_NAMES, inside=inside)
    assert np.count_nonzero(drawn) == np.count_nonzero(labels)
    assert not drawn[~inside].any()


def test_slices_can_be_named():
    assert trained_slices(range(9), [4, 2]) == [4, 2]
    for which in ([], [4, 4], [9], [-1]):
        with pytest.raises(ValueError, match="different ones from 0 to 8"):
            trained_slices(range(9), which)


def table(person, users):
    rows = [dict.fromkeys(MEASURES, float(value)) for value in (person, *users)]
    names = ["recorded", *(f"imitator {i}" for i in range(len(users)))]
    return pd.DataFrame(rows).assign(
        dataset="d", filter="raw", variant="recorded", user="jo", drawn_by=names
    )


def test_a_person_is_inside_the_users_range_or_not():
    inside = stroke_comparison(table(5, range(1, 20)))
    assert inside["inside"].all()
    assert inside["below_percent"].iloc[0] == pytest.approx(100 * 4.5 / 19)
    assert inside[["simulated_low", "simulated_median", "simulated_high"]].iloc[0].tolist() == [
        1,
        10,
        19,
    ]
    assert inside.loc[inside["given"], "measure"].tolist() == ["coverage_percent"]
    outside = stroke_comparison(table(20, range(1, 20)).assign(stroke_width_px=[3.0] * 20))
    assert outside.loc[outside["inside"], "measure"].tolist() == ["stroke_width_px"]
    with pytest.raises(ValueError, match="one recorded row"):
        stroke_comparison(table(5, []))


def test_the_words_name_what_differs():
    strokes = table(5, range(1, 20))
    strokes.loc[strokes["drawn_by"] == "recorded", "stroke_width_px"] = 40
    text = realism_text(stroke_comparison(strokes))
    assert "within the range of 19 simulated users in 14 of 15 measures" in text
    assert "would be outside in 10 % of them, 1.5 on average" in text
    assert "Outside: width of strokes, median 40 px (users 1 to 19 px, median 10 px)." in text
    alike = strokes.assign(coverage_ratio=[2.0] + [1.0] * 19)
    output = realism_text(stroke_comparison(alike))
    assert "most over least labelled slice 2 (all users 1);" in output


def test_the_figure_marks_the_person(image, labels):
    strokes = table(5, range(1, 20))
    strokes.loc[strokes["drawn_by"] == "recorded", "stroke_width_px"] = 40
    pages = np.stack([image[4], labels[4], labels[4], labels[2]])
    comparison = stroke_comparison(strokes)
    data = FigureData(
        {"strokes": strokes, "stroke_comparison": comparison},
        {"d": "measured"},
        imitated={NAMES: pages},
        voxel_sizes_nm={"d": 397.0},
    )
    figure = fig_strokes.draw(data)
    stars = [line for axes in figure.axes for line in axes.lines if line.get_marker() == "*"]
    assert len(stars) == 15
    red = [line.get_xdata()[0] for line in stars if line.get_mfc() == fig_strokes.OUTSIDE]
    assert red == [40]
    with pytest.raises(ValueError, match="no strokes of"):
        other = ("e", *NAMES[1:])
        fig_strokes.draw(replace(data, imitated={other: pages}, voxel_sizes_nm={"e": 397.0}))
