"""Maps of disagreement and of a forest's probability agree with what they are maps of."""

import numpy as np
import pytest
from scipy import ndimage

from manyeyes.annotations import Drawing
from manyeyes.labels import THREE_PHASES, TWO_PHASES
from manyeyes.measures.fractions import percent_different
from manyeyes.measures.maps import disagreement_map
from manyeyes.methods import Request, label
from manyeyes.methods._forests import active_probability

RNG = np.random.default_rng(3)


@pytest.mark.parametrize(("phases", "users"), [(TWO_PHASES, 2), (TWO_PHASES, 5), (THREE_PHASES, 4)])
def test_the_mean_of_the_map_is_the_mean_pairwise_difference(phases, users):
    high = len(phases.entries) + 1
    found = [RNG.integers(1, high, (4, 5, 6)).astype(np.uint8) for _ in range(users)]
    for labels in found:
        labels[0] = 0
    share = disagreement_map(iter(found), phases)
    pairs = [percent_different(a, b, phases) for i, a in enumerate(found) for b in found[i + 1 :]]
    assert share.dtype == np.float32
    assert not share[0].any()
    assert 100 * share[1:].mean() == pytest.approx(np.mean(pairs), rel=1e-5)


def test_two_of_three_who_agree_leave_two_pairs_of_three():
    labels = [np.full((1, 1, 1), code, np.uint8) for code in (1, 1, 2)]
    assert disagreement_map(labels, TWO_PHASES).item() == pytest.approx(2 / 3)


def test_maps_of_one_or_of_other_crops_are_refused():
    one = np.ones((2, 3, 4), np.uint8)
    with pytest.raises(ValueError, match="two users or more, found 1"):
        disagreement_map([one], TWO_PHASES)
    with pytest.raises(ValueError, match="one crop and field of view"):
        disagreement_map([one, np.ones((2, 3, 5), np.uint8)], TWO_PHASES)
    other = one.copy()
    other[0, 0, 0] = 0
    with pytest.raises(ValueError, match="one crop and field of view"):
        disagreement_map([one, other], TWO_PHASES)


def test_the_probability_is_that_of_the_forest_that_labels():
    field = ndimage.gaussian_filter(RNG.normal(size=(12, 24, 24)), 2)
    truth = field > 0
    image = np.clip(np.where(truth, 160, 90) + RNG.normal(0, 25, truth.shape), 0, 255)
    image = image.astype(np.uint8)
    drawn = np.zeros(truth.shape, np.uint8)
    drawn[6, :12] = np.where(truth[6, :12], 1, 2)
    inside = np.ones(truth.shape, bool)
    inside[:, :, :3] = False
    variant = {"method": "drawn_forest", "forest": {"trees": 7}}
    request = Request(variant, lambda: Drawing(drawn), "jo", ("seed", "jo"))
    ((labels, made_by),) = label(image, [request], inside)
    found, trained = active_probability(image, request, inside)
    assert trained == made_by
    assert found.dtype == np.float32
    assert not found[~inside].any()
    # Where half of the trees' leaves are not exactly even, the more probable class is the label.
    clear = inside & (np.abs(found - 0.5) > 1e-6)
    assert np.array_equal((found > 0.5)[clear], (labels == 1)[clear])
    assert clear.mean() > 0.8
