"""A panel beside a sample of its population."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from manyeyes.statistics.panel import beside_population, with_population, with_sample
from manyeyes.statistics.spread import sd_interval
from manyeyes.statistics.tables import spread_table

FEW = ["A", "B", "C"]
MANY = [*FEW, *(f"U{number:02d}" for number in range(4, 17))]


def fractions(users, variant="S2", values=None, **more):
    values = np.linspace(0.5, 0.6, len(users)) if values is None else values
    cell = {"dataset": "one", "filter": "raw", "variant": variant, "made_by": "simulated"}
    return pd.DataFrame({**cell, "user": users, "active_fraction": values, **more})


def pairs(users):
    who = [
        {"user_a": a, "user_b": b, "realisation": r}
        for a, b in combinations(users, 2)
        for r in "12"
    ]
    cell = {"dataset": "one", "filter": "raw", "variant": "S2"}
    return pd.DataFrame(who).assign(**cell, percent_different=1.0)


def test_the_sample_adds_only_what_the_table_lacks():
    own, sample = fractions(FEW), fractions(MANY)
    joined = with_sample(own, sample)
    assert joined["user"].tolist() == MANY
    # The study's own rows stand as they are.
    assert joined["active_fraction"].head(3).tolist() == own["active_fraction"].tolist()
    assert with_sample(own, None) is own


def test_pairs_and_realisations_are_told_apart():
    tables = with_population({"pairwise": pairs(FEW), "population_pairwise": pairs(MANY)})
    assert list(tables) == ["pairwise"]
    assert len(tables["pairwise"]) == 2 * 16 * 15 / 2
    assert not tables["pairwise"].duplicated().any()


def test_the_sd_of_a_panel_stands_beside_its_population_s():
    sample = fractions(MANY)
    values = sample["active_fraction"].to_numpy()
    own = pd.concat([fractions(FEW, values=values[:3]), fractions(FEW, "cWS")], ignore_index=True)
    table = beside_population(spread_table(own), sample)
    first, second = (row for _, row in table.iterrows())
    assert first["sd"] == pytest.approx(values[:3].std(ddof=1))
    assert first["population_sd"] == pytest.approx(values.std(ddof=1))
    ends = [first["population_sd_low"], first["population_sd_high"]]
    assert ends == pytest.approx(sd_interval(values))
    assert (first["population"], first["choices"]) == (16, 560)
    assert first["choices_low"] <= first["population_sd"] <= first["choices_high"]
    assert second[["population", "population_sd", "place"]].isna().all()


def test_no_choice_lies_below_the_three_who_agree_best():
    values = np.array([0.5, 0.501, 0.502, *np.linspace(0.6, 0.9, 13)])
    own = spread_table(fractions(FEW, values=values[:3]))
    # The panel itself counts half.
    place = beside_population(own, fractions(MANY, values=values))["place"].item()
    assert place == pytest.approx(0.5 / 560)
    apart = np.array([0.0, 1.0, 0.0, *np.linspace(0.4, 0.6, 13)])
    own = spread_table(fractions(FEW, values=apart[:3]))
    place = beside_population(own, fractions(MANY, values=apart))["place"].item()
    assert place == pytest.approx(1 - 0.5 / 560)


def test_realisations_are_averaged_and_people_left_alone():
    near, far = np.linspace(0, 1, 16), np.array([0, 1, 0.5, *np.linspace(0.01, 0.99, 13)])
    both = [fractions(MANY, values=v, realisation=r) for r, v in (("1", near), ("2", far))]
    sample = pd.concat(both, ignore_index=True)
    own = sample[sample["user"].isin(FEW)]
    spread = spread_table(pd.concat([own, own.assign(made_by="recorded")]))
    table = beside_population(spread, sample)
    assert table["made_by"].tolist() == ["simulated", "recorded"]
    places = [
        beside_population(spread_table(one[one["user"].isin(FEW)]), one)["place"].item()
        for one in both
    ]
    assert table["place"].iloc[0] == pytest.approx(np.mean(places))
    assert np.isnan(table["place"].iloc[1])
    squares = [v.std(ddof=1) ** 2 for v in (near, far)]
    assert table["population_sd"].iloc[0] == pytest.approx(np.sqrt(np.mean(squares)))


def test_a_study_without_shared_images_keeps_its_columns():
    table = beside_population(spread_table(fractions(["A"])), fractions(MANY))
    assert table.empty
    assert "population_sd" in table
