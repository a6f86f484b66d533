"""The bounds of Table 2 hold for whatever labels and outputs there are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from manyeyes.lee2023.bounds import error_at_most, f1_at_most, grey_at_least, mse_at_least
from manyeyes.lee2023.scores import score, score_as_keras
from manyeyes.pores.labelling import grey_labels

SHAPE = (2, 3, 4)
LABELS = arrays(np.uint8, SHAPE, elements=st.integers(1, 2))
OUTPUTS = arrays(np.float64, SHAPE, elements=st.floats(0, 1))
GREYS = arrays(np.float64, SHAPE, elements=st.sampled_from([0.0, 0.2, 0.8, 1.0]))
SHARES = st.floats(0, 1)
NUMERICALLY = 1e-9


@settings(max_examples=60, deadline=None)
@given(OUTPUTS, LABELS)
def test_binary_labels_keep_to_the_bounds(probability, labels):
    found = score(probability, labels)
    error = 1 - found.accuracy
    assert not found.f1_pore > f1_at_most(error) + NUMERICALLY
    assert not found.f1_grain > f1_at_most(error) + NUMERICALLY
    assert found.mse >= mse_at_least(error) - NUMERICALLY


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(OUTPUTS, LABELS), min_size=2, max_size=4))
def test_means_over_batches_or_folds_keep_to_them_too(batches):
    """The first bound is concave in the error and the second linear, so means obey both."""
    found = [score(*batch) for batch in batches]
    error = np.mean([1 - s.accuracy for s in found])
    # Keras' F1 of a batch without pores is 0, not undefined.
    assert np.mean([np.nan_to_num(s.f1_pore) for s in found]) <= f1_at_most(error) + NUMERICALLY
    assert np.mean([s.mse for s in found]) >= mse_at_least(error) - NUMERICALLY


@settings(max_examples=60, deadline=None)
@given(OUTPUTS, GREYS)
def test_with_grey_labels_only_the_other_errors_count(probability, target):
    found = score_as_keras(probability, target)
    rest = max(0.0, 1 - found["accuracy"] - found["grey_share"])
    # Rounding gives grey pixels a phase that the output can miss, so F1 may only be lower.
    assert not found["f1_pore"] > f1_at_most(rest) + NUMERICALLY
    assert found["mse"] >= mse_at_least(rest) - NUMERICALLY
    if np.isfinite(found["f1_pore"]):
        needed = grey_at_least(1 - found["accuracy"], found["f1_pore"], min(found["mse"], 1.0))
        assert needed <= found["grey_share"] + NUMERICALLY


@settings(max_examples=100, deadline=None)
@given(SHARES, SHARES)
def test_bounds_fall_with_the_error_and_have_an_inverse(one, other):
    low, high = sorted((one, other))
    assert f1_at_most(low) >= f1_at_most(high) and mse_at_least(low) <= mse_at_least(high)
    assert error_at_most(f1_at_most(low)) == pytest.approx(low, abs=1e-9)
    # Between two errors the bound lies above the chord.
    middle = f1_at_most((low + high) / 2)
    assert middle >= (f1_at_most(low) + f1_at_most(high)) / 2 - NUMERICALLY


def test_a_network_that_is_always_right_seems_to_break_the_bounds_if_labels_have_greys():
    labels = np.ones((2, 100, 100), np.uint8)
    labels[:, 40:50, 40:60] = 2
    target = grey_labels(labels, 0.02, 0.1, ("test",))
    found = score_as_keras((target > 0.5).astype(float), target)
    assert found["accuracy"] == pytest.approx(0.98)
    assert found["f1_pore"] == 1 > f1_at_most(0.02)
    assert found["mse"] == pytest.approx(0.02 * 0.1**2)
    assert found["mse"] < mse_at_least(0.02)
    assert grey_at_least(0.02, found["f1_pore"], found["mse"]) == pytest.approx(0.02, abs=1e-3)
