"""Holm's correction."""

import numpy as np
import pytest

from manyeyes.randomness import generator
from manyeyes.statistics.families import holm


def test_a_worked_example():
    # 4 * 0.01, 3 * 0.02 after it, 2 * 0.03 (not below the one before), 1 * 0.04 (nor this)
    assert holm([0.01, 0.04, 0.03, 0.02]) == pytest.approx([0.04, 0.06, 0.06, 0.06])
    assert holm([0.9, 0.9]).tolist() == [1.0, 1.0]
    assert holm([0.03]).tolist() == [0.03]
    assert holm([]).size == 0


def test_what_could_not_be_tested_does_not_count():
    assert holm([0.01, np.nan, 0.04])[[0, 2]] == pytest.approx([0.02, 0.04])
    assert np.isnan(holm([0.01, np.nan, 0.04])[1])


def test_five_per_cent_of_families_have_a_false_positive():
    draws = 10_000
    families = generator("test", "holm").random((draws, 8))
    wrong = np.mean([(holm(family) <= 0.05).any() for family in families])
    # independent true hypotheses: 1 - (1 - 0.05 / 8)^8
    expected = 1 - (1 - 0.05 / 8) ** 8
    assert abs(wrong - expected) < 4 * np.sqrt(expected * (1 - expected) / draws)


def test_p_values_outside_their_range_are_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm([0.5, 1.2])
