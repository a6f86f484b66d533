import numpy as np
import pytest

from manyeyes.methods import annotate
from manyeyes.users.population import Population, draw_traits
from manyeyes.users.sitting import begin_sitting
from manyeyes.users.slices import looked_at_slices

# Two discs of active material on 64 x 64 pixels: 6 % of each slice.
_Y, _X = np.indices((64, 64))
DISCS = ((_Y - 16) ** 2 + (_X - 20) ** 2 < 64) | ((_Y - 44) ** 2 + (_X - 40) ** 2 < 25)


@pytest.mark.parametrize("user", [f"u{number}" for number in range(12)])
def test_everybody_labels_both_phases_before_asking_for_an_output(user):
    phases = np.broadcast_to(DISCS, (24, 64, 64))
    noise = np.random.default_rng(1).normal(0, 4, phases.shape)
    image = (60 + 120 * phases + noise).astype(np.uint8)
    asked = []

    def first_output(labels, slices):
        asked.append(np.unique(labels[12]).tolist())
        return np.where(phases[slices], 1, 2).astype(np.uint8)

    variant = {"method": "drawn_forest", "coverage_percent": 2, "slices": 7}
    traits = draw_traits(Population(), "7", user)
    annotate(image, variant, traits, seed_names=("7", user, "d", "raw"), first_output=first_output)
    assert asked == [[0, 1, 2]]


@pytest.mark.parametrize("coverage", [2, 2.5])
def test_each_coverage_is_a_sitting_of_its_own(coverage):
    image = (60 + 120 * np.broadcast_to(DISCS, (24, 64, 64))).astype(np.uint8)
    names = ("7", "A", "d", "raw")
    variant = {"method": "drawn_forest", "coverage_percent": coverage, "slices": 1}
    traits = draw_traits(Population(), "7", "A")
    done = annotate(image, variant, traits, seed_names=names)
    sitting = begin_sitting(traits, *names, "drawn_forest", f"{coverage:g}")
    assert done.record["slices_looked_at"] == looked_at_slices(range(24), sitting.looks)
