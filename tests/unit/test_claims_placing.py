"""Where the paper's numbers lie among all choices of three users: counted by hand."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from manyeyes.paper.claims.placing import choices_table
from manyeyes.paper.names import Stated
from manyeyes.randomness import generator
from manyeyes.study.comparisons import LEAST_USERS_FOR_CHOICES

CELL = ("NEX-V", "raw", "S2")
TOP = Path(__file__).parents[2]


def fractions(users, realisations=2):
    values = 0.5 + 0.02 * generator("made-up choices").standard_normal((realisations, users))
    rows = [
        (*CELL, str(r + 1), f"U{u:02d}", values[r, u])
        for r in range(realisations)
        for u in range(users)
    ]
    columns = ["dataset", "filter", "variant", "realisation", "user", "active_fraction"]
    return values, pd.DataFrame(rows, columns=columns)


def test_sds_of_all_choices_and_realisations():
    values, table = fractions(6)
    number = Stated(*CELL, "sd", 0.01, 0.02, "derived", "here")
    (row,) = choices_table({"volume_fractions": table}, [number], least_users=5).itertuples()
    every = [np.std(v[list(c)], ddof=1) for v in values for c in combinations(range(6), 3)]
    assert (row.users, row.realisations, row.choices) == (6, 2, 20)
    assert row.median == pytest.approx(np.median(every))
    assert (row.low, row.high) == pytest.approx(tuple(np.quantile(every, [0.025, 0.975])))
    assert row.all_users == pytest.approx(np.sqrt(np.mean(values.var(axis=1, ddof=1))))
    assert row.below_paper_low == pytest.approx(np.mean(np.array(every) < 0.01))
    assert row.below_paper_high == pytest.approx(np.mean(np.array(every) < 0.02))


def test_distances_from_the_baseline_are_those_of_the_mean_of_three():
    values, table = fractions(6)
    baseline = pd.DataFrame(
        {
            "dataset": CELL[0],
            "realisation": ["1", "2"],
            "baseline_source": "measured",
            "baseline": 0.53,
        }
    )
    found = choices_table({"volume_fractions": table, "baseline": baseline}, least_users=5)
    row = found[found["quantity"] == "baseline_percent"].iloc[0]
    means = [v[list(c)].mean() for v in values for c in combinations(range(6), 3)]
    assert row["median"] == pytest.approx(np.median(np.abs(100 * (np.array(means) / 0.53 - 1))))
    assert np.isnan(row["paper_low"])
    assert row["paper_kind"] == ""


def test_too_few_users_have_no_row():
    _, table = fractions(LEAST_USERS_FOR_CHOICES - 1)
    assert choices_table({"volume_fractions": table}).empty
    _, table = fractions(LEAST_USERS_FOR_CHOICES)
    assert len(choices_table({"volume_fractions": table})) == 1


def test_enough_users_are_as_many_as_for_claims():
    rules = yaml.safe_load((TOP / "src/manyeyes/paper/claims.yaml").read_text("utf-8"))["rules"]
    assert rules["least_users"] == LEAST_USERS_FOR_CHOICES
