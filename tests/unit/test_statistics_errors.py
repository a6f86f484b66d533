"""Errors split into bias and spread."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manyeyes.randomness import generator
from manyeyes.statistics.errors import error_parts, plausible_normals
from manyeyes.statistics.spread import sd_interval_factors


@given(st.lists(st.floats(-0.5, 0.5), min_size=2, max_size=30))
def test_squared_error_is_squared_bias_and_spread(errors):
    parts = error_parts(errors)
    n = len(errors)
    assert parts.rmse**2 == pytest.approx(parts.bias**2 + (n - 1) / n * parts.sd**2)


def test_known_parts():
    parts = error_parts([0.01, 0.03])
    assert parts.users == 2
    assert parts.bias == pytest.approx(0.02)
    assert parts.sd == pytest.approx(0.02 / np.sqrt(2))
    assert parts.rmse == pytest.approx(np.sqrt(5e-4))
    assert parts.bias_share == pytest.approx(0.8)
    # t(0.975, 1) = 12.706, standard error 0.01
    assert parts.bias_low == pytest.approx(0.02 - 0.12706, abs=1e-5)
    assert (parts.sd_low, parts.sd_high) == pytest.approx(
        tuple(parts.sd * factor for factor in sd_interval_factors(2))
    )


def test_users_without_error_have_no_share_of_bias():
    parts = error_parts([0.0, 0.0, 0.0])
    assert parts.rmse == 0
    assert np.isnan(parts.bias_share)


@pytest.mark.parametrize(
    ("users", "bias", "least"), [(8, 0.0, 0.83), (8, 3.0, 0.87), (30, 0.0, 0.87), (30, 0.5, 0.87)]
)
def test_the_interval_of_the_error_covers_as_its_docstring_says(users, bias, least):
    draws = 1500
    errors = bias + generator("test", "rmse", users, bias).standard_normal((draws, users))
    true = np.sqrt(bias**2 + 1)
    parts = [error_parts(row, level=0.9) for row in errors]
    covered = np.mean([part.rmse_low <= true <= part.rmse_high for part in parts])
    # the generalised interval is not exact: too narrow with few users and no bias
    assert least <= covered <= 0.9 + 4 * np.sqrt(0.09 / draws)


def test_plausible_populations_have_the_quantiles_of_the_chi_square_interval():
    _, sds = plausible_normals(0.0, 2.0, 3)
    expected = tuple(2 * factor for factor in sd_interval_factors(3))
    assert tuple(np.quantile(sds, [0.025, 0.975])) == pytest.approx(expected, rel=0.02)
    _, again = plausible_normals(5.0, 2.0, 3)
    assert np.array_equal(sds, again)


def test_errors_of_one_user_or_in_a_grid_are_refused():
    with pytest.raises(ValueError, match="at least 2 users"):
        error_parts([0.1])
    with pytest.raises(ValueError, match="one error per user"):
        error_parts([[0.1, 0.2]])
