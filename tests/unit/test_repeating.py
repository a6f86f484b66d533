"""A plan repeated for the numbers alone gives the numbers of the segmentations themselves."""

import numpy as np
import pytest

from manyeyes.annotations import Drawing
from manyeyes.randomness import generator
from manyeyes.users.population import Population, draw_traits
from manyeyes.users.repeating import repeated
from one_user import annotation_of, segmentations

FOREST = {"trainer": "manyeyes", "trees": 10}
VARIANTS = {
    "S2": {"method": "threshold", "offset": 0},
    "cWS": {"method": "watershed", "seed_error": 0.01},
    "ML2": {"method": "seeded_forest", "slices": 2, "forest": FOREST},
    "MLX10": {"method": "drawn_forest", "coverage_percent": 10, "slices": 3, "forest": FOREST},
    "Otsu": {"method": "otsu"},
}
NAMES = ("seed", "D", "raw")


@pytest.fixture(scope="module")
def image():
    """Discs of either phase in noise."""
    y, x = np.mgrid[:40, :40]
    active = (np.hypot(y % 20 - 10, x % 20 - 10) < 7)[None].repeat(16, axis=0)
    noise = 25 * generator("noise").standard_normal(active.shape)
    return np.clip(100 + 60 * active + noise, 0, 255).astype(np.uint8)


def segmented(image, name, user, structure):
    """Segment as the pipeline does: annotate first, then label, a variant at a time."""
    names = (NAMES[0], user, *NAMES[1:])
    traits = draw_traits(Population(structure=structure), NAMES[0], user)
    done = annotation_of(image, name, VARIANTS[name], traits, names)
    labels, made_by = segmentations(image, {name: done}, VARIANTS, names)[name]
    assert (made_by is None) != isinstance(done, Drawing)
    return labels


@pytest.mark.parametrize("structure", ["two_class", "contour"])
def test_the_numbers_are_those_of_the_segmentations(image, structure):
    users = ("A", "B")
    population = Population(structure=structure)
    fractions, pairs = repeated(image, VARIANTS, users, population, NAMES)
    assert fractions["variant"].tolist() == [name for name in VARIANTS for _ in users]
    assert list(fractions) == ["dataset", "filter", "variant", "user", "made_by", "active_fraction"]
    fractions = fractions.set_index(["variant", "user"])["active_fraction"]
    pairs = pairs.set_index("variant")["percent_different"]
    for name in VARIANTS:
        a, b = (segmented(image, name, user, structure) for user in users)
        assert fractions[name, "A"] == np.mean(a == 1)
        assert fractions[name, "B"] == np.mean(b == 1)
        assert pairs[name] == pytest.approx(100 * np.mean(a != b))
    assert pairs["Otsu"] == 0


def test_one_user_has_no_pairs(image):
    some = {"S2": VARIANTS["S2"]}
    fractions, pairs = repeated(image, some, ["A"], Population(), NAMES)
    assert len(fractions) == 1
    assert pairs.empty
    assert list(pairs)[3:] == ["made_by", "user_a", "user_b", "percent_different"]
