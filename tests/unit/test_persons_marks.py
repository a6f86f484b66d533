"""What is measured of annotations: values that can be told beforehand."""

import numpy as np
import pytest

from manyeyes.annotations import Drawing, Nothing, Threshold, Window
from manyeyes.persons.marks import measurer
from manyeyes.persons.records import Image, Recorded, usable
from two_phases import two_phase

EDGE = 24
FOREST = {"method": "recorded_forest", "forest": {}}
PAINTED = {"method": "drawn_forest", "slices": 3, "coverage_percent": 25}


def half(noise=0):
    """An image that is bright left of column 24."""
    grey = np.full((3, 48, 48), 60, np.uint8)
    grey[:, :, :EDGE] = 180
    return Image("half", "raw", grey)


def labels_up_to(left, right, slices=(0, 1, 2)):
    """Labels that leave out the columns between two edges."""
    labels = np.zeros((3, 48, 48), np.uint8)
    for z in slices:
        labels[z, :, 4:left] = 1
        labels[z, :, right:-4] = 2
    return labels


def marks(image, labels, settings=FOREST, output=None):
    done = Drawing(labels)
    return measurer(Recorded(image, "mine", settings, done), output)(done)


@pytest.mark.parametrize("shift", [-2, 0, 2])
def test_the_line_between_labels_shows_how_far_outside_an_edge_is_placed(shift):
    # both phases keep two pixels from where the person places the edge
    found = marks(half(), labels_up_to(EDGE + shift - 2, EDGE + shift + 2))
    assert found["line:shift"] == pytest.approx(shift, abs=0.05)
    assert found["line:spread"] == pytest.approx(0, abs=0.6)
    near = found["distance:active nearest 0.01"], found["distance:rest nearest 0.01"]
    assert near == pytest.approx((2.5 - shift, 2.5 + shift))


def test_labels_on_the_wrong_side_are_counted():
    found = marks(half(), labels_up_to(EDGE + 2, EDGE + 4))
    # two of the 22 columns of active labels are dark
    assert found["distance:active wrong side"] == pytest.approx(2 / 22)
    assert found["distance:rest wrong side"] == 0
    assert found["distance:active -2 px"] == 1


def test_grey_levels_are_told_between_the_two_phases():
    found = marks(half(), labels_up_to(EDGE - 3, EDGE + 3))
    assert found["grey:active mean"] == pytest.approx(1, abs=0.1)
    assert found["grey:rest mean"] == pytest.approx(0, abs=0.1)


def test_strokes_have_a_width_and_a_number():
    labels = np.zeros((3, 48, 48), np.uint8)
    for row in (5, 15, 25):
        labels[1, row : row + 5, 4:20] = 1
    labels[1, 10:15, 30:44] = 2
    found = marks(half(), labels)
    # the middle of a stroke of five pixels is three from its rim
    assert found["width:0.99"] == pytest.approx(3, abs=0.2)
    assert found["strokes:pieces"] == 4


def test_labels_against_a_first_output_are_found_by_how_deep_the_error_is():
    image = half()
    labels = labels_up_to(EDGE - 2, EDGE + 2)
    output = np.where(image.grey[1:] > 100, 1, 2).astype(np.uint8)
    output[0, 10:20, 5:15] = 2
    found = marks(image, labels, {**PAINTED}, output)
    assert found["output:mended 3.5 px deep"] == 1.0
    painted = np.count_nonzero(labels[[0, 2]])
    assert found["output:labels against it"] == pytest.approx(100 / painted)
    assert "distance:first active wrong side" in found


def test_sliders_and_seeds_are_read_as_they_were_set():
    image = Image("blobs", "raw", two_phase((3, 48, 48))[0])
    level = Recorded(image, "S2", {"method": "threshold", "offset": 0}, Threshold(120))
    assert measurer(level)(Threshold(77)) == {"threshold:level": 77.0}
    window = Recorded(image, "cWS", {"method": "watershed", "seed_error": 0.01}, Window(90, 140))
    assert measurer(window)(Window(80, 130))["window:width"] == 50
    labels = np.zeros(image.grey.shape, np.uint8)
    labels[1][image.grey[1] < 80] = 2
    labels[1][image.grey[1] >= 150] = 1
    seeds = Recorded(image, "ML1", {"method": "seeded_forest", "slices": 1}, Drawing(labels))
    found = measurer(seeds)(Drawing(labels))
    assert (found["seeds:low"], found["seeds:high"]) == (80, 150)


def test_pixels_outside_the_field_of_view_are_not_there():
    image = half()
    inside = np.ones(image.grey.shape, bool)
    inside[:, :, 40:] = False
    masked = Image("half", "raw", np.where(inside, image.grey, 255).astype(np.uint8), inside)
    labels = labels_up_to(EDGE - 2, EDGE + 2)
    labels[:, :, 36:] = 0
    one, other = marks(image, labels), marks(masked, labels)
    assert one["line:shift"] == other["line:shift"]
    assert one["distance:rest 2 px"] == other["distance:rest 2 px"]


def test_a_record_says_what_was_painted():
    labels = labels_up_to(20, 28, slices=(0, 2))
    labels[2, :, 10:] = 0
    record = Recorded(half(), "mine", FOREST, Drawing(labels))
    assert record.slices == (0, 2)
    assert record.coverages[0] == pytest.approx(100 * (16 + 16) / 48)
    assert not record.evenly_covered
    assert not record.corrected
    assert Recorded(half(), "m", {**FOREST, "corrections": True}, Drawing(labels)).corrected
    assert Recorded(half(), "m", PAINTED, Drawing(labels)).corrected
    again = Recorded(half(), "S2", {"method": "threshold"}, Threshold(3), sitting=2)
    assert again.name == "S2 on half raw, sitting 2"


def test_what_cannot_be_fitted_is_refused_or_left_out():
    image = half()
    ones = np.ones(image.grey.shape, np.uint8)
    with pytest.raises(ValueError, match=r"must hold 1 .*, 2 .* and nothing else, found"):
        Recorded(image, "mine", FOREST, Drawing(ones))
    with pytest.raises(ValueError, match="must have the image's shape"):
        Recorded(image, "mine", FOREST, Drawing(ones[:1]))
    with pytest.raises(ValueError, match="people are fitted who label two phases, found three"):
        Recorded(image, "S2", {"method": "threshold"}, Threshold(120, lower_level=60))
    with pytest.raises(ValueError, match="nothing was done by a person"):
        Recorded(image, "otsu", {"method": "otsu"}, Nothing())
    finished = np.where(image.grey > 100, 1, 2).astype(np.uint8)
    whole = Recorded(image, "done", {"method": "recorded_labels"}, Drawing(finished))
    level = Recorded(image, "S2", {"method": "threshold"}, Threshold(120))
    assert usable([whole, level]) == [level]
    with pytest.raises(ValueError, match="nothing of this person can be fitted"):
        usable([whole])
