"""Variation within people and between them is taken apart as it was put together."""

import numpy as np
import pandas as pd
import pytest

from manyeyes.labels import TWO_PHASES
from manyeyes.measures.sittings import sittings_table
from manyeyes.statistics.sittings import one_way, sittings_spread


def test_a_balanced_design_gives_the_analysis_of_variance():
    # Mean squares by hand: between 2 * var(2, 4, 9) = 26, within (0.5 + 2 + 0.5) / 3 = 1.
    values = np.array([1.5, 2.5, 3, 5, 8.5, 9.5])
    found = one_way(values, np.array(list("aabbcc")))
    assert (found.people, found.sittings, found.mean) == (3, 6, 5)
    assert found.within_sd == pytest.approx(1)
    assert found.between_sd == pytest.approx(np.sqrt(12.5))
    assert found.share_between == pytest.approx(12.5 / 13.5)
    # Chi-square with 3 degrees of freedom: 0.2158 and 9.348.
    assert found.within_low == pytest.approx(np.sqrt(3 / 9.3484), rel=1e-4)
    assert found.within_high == pytest.approx(np.sqrt(3 / 0.2158), rel=1e-3)
    # F with 2 and 3 degrees of freedom: 16.044 and 1 / 39.165.
    assert found.share_low == pytest.approx(
        (26 / 16.0441 - 1) / 2 / ((26 / 16.0441 - 1) / 2 + 1), rel=1e-3
    )
    assert found.between_low < found.between_sd < found.between_high


def test_who_agrees_with_everybody_as_with_themselves_has_no_part_between():
    found = one_way(np.array([1.0, 3, 3, 1]), np.array(list("aabb")))
    assert (found.between_sd, found.between_low, found.share_between) == (0, 0, 0)
    assert found.within_sd == pytest.approx(np.sqrt(2))


def test_what_data_cannot_tell_is_no_number():
    once = one_way(np.array([1.0, 2, 4]), np.array(list("abc")))
    assert np.isnan([once.within_sd, once.between_sd, once.share_between]).all()
    alone = one_way(np.array([1.0, 2, 4]), np.array(list("aaa")))
    assert alone.within_sd == pytest.approx(np.std([1, 2, 4], ddof=1))
    assert np.isnan([alone.between_sd, alone.share_between]).all()


@pytest.mark.parametrize("sizes", [[2] * 10, [1, 1, 1, 2, 2, 2, 3, 3, 4, 4]])
def test_intervals_cover_what_values_were_drawn_from(sizes):
    rng = np.random.default_rng(11)
    people = np.repeat(np.arange(len(sizes)), sizes)
    inside = np.zeros(3)
    runs = 400
    for _ in range(runs):
        lasting = rng.normal(0, 0.03, len(sizes))
        found = one_way(lasting[people] + rng.normal(0, 0.02, len(people)), people)
        inside += [
            found.within_low <= 0.02 <= found.within_high,
            found.between_low <= 0.03 <= found.between_high,
            found.share_low <= 9 / 13 <= found.share_high,
        ]
    # Two and a half standard errors below 0.95 and above.
    assert (inside / runs > 0.922).all()
    assert (inside / runs < 0.978).all()


def test_a_table_has_a_row_for_each_image_and_variant():
    table = pd.DataFrame(
        {
            "dataset": "cell",
            "filter": "raw",
            "variant": ["S2"] * 4 + ["cWS"] * 2,
            "person": list("aabbaa"),
            "sitting": [1, 2] * 3,
            "active_fraction": [0.4, 0.42, 0.5, 0.52, 0.3, 0.3],
        }
    )
    found = sittings_spread(table).set_index("variant")
    assert found["people"].to_dict() == {"S2": 2, "cWS": 1}
    assert found.loc["S2", "within_sd"] == pytest.approx(0.02 / np.sqrt(2))
    assert found.loc["cWS", "within_sd"] == 0


def test_each_sitting_is_compared_with_the_first_of_the_same_person():
    labels = np.ones((2, 4, 5), np.uint8)
    labels[:, :2] = 2
    other = labels.copy()
    other[0, 2] = 2
    cells = [("S2", "jo", "jo", 1), ("S2", "jo.s2", "jo", 2), ("S2", "al", "al", 1)]
    pairs = zip(cells, (labels, other, other), strict=True)
    found = sittings_table("cell", "raw", pairs, TWO_PHASES)
    assert found["active_fraction"].tolist() == [0.5, 0.375, 0.375]
    assert found["percent_different"].tolist() == pytest.approx([np.nan, 12.5, np.nan], nan_ok=True)
