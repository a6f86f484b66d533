"""Tables of spread, comparisons and errors, with and without realisations."""

import numpy as np
import pandas as pd
import pytest

from manyeyes.randomness import generator
from manyeyes.statistics.deviations import compare_deviations
from manyeyes.statistics.errors import ErrorParts
from manyeyes.statistics.families import holm
from manyeyes.statistics.grids import ANY, shared_realisations, users_by_cell
from manyeyes.statistics.spread import pitman_morgan, sd_interval
from manyeyes.statistics.tables import (
    Contrast,
    comparison_table,
    contrasts_of,
    error_table,
    mixed_comparison_table,
    pool_errors,
    spread_table,
)

DATASETS = ("NMC-1", "NMC-2", "GRA-1", "GRA-2")
S2, CWS = ("raw", "S2"), ("raw", "cWS")


def fractions(values, *, realisations=True):
    """Return a tidy table of {(dataset, filter, variant): (realisations, users)}."""
    rows = [
        {
            "dataset": dataset,
            "filter": filter_,
            "variant": variant,
            "user": f"user {user}",
            "realisation": realisation,
            "active_fraction": value,
        }
        for (dataset, filter_, variant), grid in values.items()
        for realisation, row in enumerate(grid)
        for user, value in enumerate(row)
    ]
    table = pd.DataFrame(rows)
    return table if realisations else table.drop(columns="realisation")


@pytest.fixture
def study():
    rng = generator("test", "tables")
    spread = {S2: 0.06, CWS: 0.03}
    return {
        (dataset, *condition): 0.5 + spread[condition] * rng.standard_normal((2, 12))
        for dataset in DATASETS
        for condition in (S2, CWS)
    }


def test_grids_are_realisations_by_users(study):
    grids = users_by_cell(fractions(study), "active_fraction")
    grid = grids["NMC-1", "raw", "S2"]
    assert grid.index.tolist() == ["0", "1"]
    assert grid.columns[:2].tolist() == ["user 0", "user 1"]
    assert np.array_equal(grid.to_numpy(), study["NMC-1", "raw", "S2"])
    plain = users_by_cell(
        fractions({("d", *S2): [[0.1, 0.2]]}, realisations=False), "active_fraction"
    )
    assert plain["d", "raw", "S2"].index.tolist() == [ANY]
    assert shared_realisations([grid, plain["d", "raw", "S2"]]) == ["0", "1"]
    assert shared_realisations([grid, grid.loc[["1"]]]) == ["1"]
    assert shared_realisations([grid.loc[["1"]], grid]) == ["1"]


def test_spread_over_users_and_realisations(study):
    table = spread_table(fractions(study)).set_index(["dataset", "variant"])
    values = study["GRA-1", "raw", "cWS"]
    row = table.loc["GRA-1", "cWS"]
    assert row["sd"] ** 2 == pytest.approx(np.mean(values.var(axis=1, ddof=1)))
    assert (row["sd_low"], row["sd_high"]) == pytest.approx(sd_interval(values))
    assert row["sd_lowest"] <= row["sd"] <= row["sd_highest"]
    assert (row["users"], row["realisations"]) == (12, 2)


def test_a_single_person_has_no_spread():
    values = {("d", *S2): [[0.4, 0.5]], ("d", "raw", "recorded"): [[0.45]]}
    assert spread_table(fractions(values))["variant"].tolist() == ["S2"]


def test_comparisons_of_each_dataset_are_one_family(study):
    contrast = Contrast("threshold against watershed", DATASETS, S2, CWS)
    table = comparison_table(fractions(study), [contrast])
    assert table["dataset"].tolist() == list(DATASETS)
    first, second = study["NMC-2", "raw", "S2"], study["NMC-2", "raw", "cWS"]
    expected = pitman_morgan(first, second, over_realisations=True)
    row = table.iloc[1]
    assert (row["sd_ratio"], row["p_value"]) == pytest.approx((expected.ratio, expected.p_value))
    assert row["sd_first"] / row["sd_second"] == pytest.approx(row["sd_ratio"])
    assert table["p_holm"].to_numpy() == pytest.approx(holm(table["p_value"]))


def test_the_correlation_is_that_of_the_users():
    values = generator("test", "correlation").random((1, 9))
    study = {("d", *S2): values, ("d", *CWS): 0.3 + 0.5 * values}
    row = comparison_table(fractions(study), [Contrast("c", ("d",), S2, CWS)]).iloc[0]
    assert row["correlation"] == pytest.approx(1)
    assert np.isnan(row["p_value"])


def test_comparison_over_all_datasets(study):
    contrasts = [
        Contrast("all", DATASETS, S2, CWS),
        Contrast("two", DATASETS[:2], S2, CWS),
    ]
    table = mixed_comparison_table(fractions(study), contrasts)
    assert table[["comparison", "scope"]].to_numpy().tolist() == [
        ["all", "fixed"],
        ["all", "random"],
        ["two", "fixed"],
    ]
    sides = [np.stack([study[d, *side] for d in DATASETS]) for side in (S2, CWS)]
    expected = compare_deviations(*sides, datasets="random")
    row = table.iloc[1]
    assert row["spread_ratio"] == pytest.approx(expected.spread_ratio)
    assert row["p_value"] == pytest.approx(expected.p_value)
    assert row["p_holm"] == row["p_value"]
    fixed = table[table["scope"] == "fixed"]
    assert fixed["p_holm"].to_numpy() == pytest.approx(holm(fixed["p_value"]))


def test_users_who_did_one_side_only_are_left_out(study):
    table = fractions(study)
    late = (table["user"] == "user 11") & (table["variant"] == "cWS")
    compared = comparison_table(table[~late], [Contrast("c", ("NMC-1",), S2, CWS)])
    assert compared["users"].tolist() == [11]


def test_errors_per_realisation(study):
    table = fractions(study).rename(columns={"active_fraction": "bias"})
    errors = error_table(table)
    assert len(errors) == 16
    row = errors.iloc[1]
    values = study["NMC-1", "raw", "S2"][1]
    assert row["realisation"] == "1"
    assert row["rmse"] == pytest.approx(np.sqrt(np.mean(values**2)))
    assert "realisation" not in error_table(
        table[table["realisation"] == 0].drop(columns="realisation")
    )


def test_errors_are_pooled_over_realisations_as_squares():
    parts = {name: [0.0, 0.0] for name in ErrorParts._fields}
    parts |= {"users": [5, 5], "bias": [0.01, 0.03], "sd": [0.03, 0.01], "rmse": [0.03, 0.05]}
    where = {"dataset": "d", "filter": "raw", "variant": "S2", "realisation": ["1", "2"]}
    (row,) = pool_errors(pd.DataFrame(where | parts)).itertuples()
    assert row.bias == pytest.approx(0.02)
    assert row.sd == pytest.approx(np.sqrt(0.0005))
    assert row.rmse == pytest.approx(np.sqrt(0.0017))
    assert row.bias_share == pytest.approx(4 / 17)


def test_planned_comparisons_are_contrasts():
    planned = {"name": "x", "datasets": ["d"], "first": ["raw", "S2"], "second": ["raw", "cWS"]}
    (contrast,) = contrasts_of([planned | {"made_by": "recorded", "paired_over_datasets": False}])
    assert contrast == Contrast("x", ("d",), S2, CWS, "recorded")


def test_missing_or_repeated_values_are_named(study):
    table = fractions(study)
    with pytest.raises(ValueError, match="no NEX-V/raw/S2"):
        comparison_table(table, [Contrast("c", ("NEX-V",), S2, CWS)])
    with pytest.raises(ValueError, match="two values of one user"):
        spread_table(table.drop(columns="realisation"))
    with pytest.raises(ValueError, match="lacks user"):
        spread_table(table.drop(columns="user"))
    with pytest.raises(ValueError, match="user 0 lacks a realisation of NMC-1/raw/S2"):
        spread_table(table.drop(index=0))
    few = table[table["user"].isin(["user 0", "user 1"])]
    with pytest.raises(ValueError, match="three users who did both"):
        comparison_table(few, [Contrast("c", ("NMC-1",), S2, CWS)])
