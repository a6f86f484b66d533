"""People get their answer first: person or method, what to standardise, from numbers made up so."""

import numpy as np
import pandas as pd
import pytest

from manyeyes.report.answer import answer
from manyeyes.report.people_answer import (
    CARRIED_OUT,
    METHOD,
    PERSON,
    SITTING,
    crossed_people,
    headline_of_people,
    person_or_method,
    same_person_again,
    sure_of_people,
    what_to_standardise,
    who_is_right,
)

WAYS = [("raw", "S2"), ("raw", "cWS"), ("gaussian", "S2")]
PEOPLE = {"jo": 0.0, "kim": -0.03, "lea": 0.03}
NOISE = np.array([[1, -1, 0], [-1, 0, 1], [0, 1, -1]])
"""Sums to nothing over people and over ways."""


def fractions(person=1.0, way=(0.0, 0.0, 0.0), noise=0.0, dataset="cell", made_by="recorded"):
    """Return volume fractions of three people in three ways."""
    rows = [
        (
            dataset,
            *one,
            name,
            made_by,
            0.45 + person * own + shift + noise * NOISE[i, j],
        )
        for i, (name, own) in enumerate(PEOPLE.items())
        for j, (one, shift) in enumerate(zip(WAYS, way, strict=True))
    ]
    columns = ["dataset", "filter", "variant", "user", "made_by", "active_fraction"]
    return pd.DataFrame(rows, columns=columns)


def spread_of_sittings(within, between=0.03, dataset="cell"):
    rows = [(dataset, *way, within, between) for way in WAYS]
    return pd.DataFrame(rows, columns=["dataset", "filter", "variant", "within_sd", "between_sd"])


def sittings(shared=0.0, alone=0.0):
    """Return two sittings of each person, apart by shifts of all ways and of each way."""
    first = fractions().rename(columns={"user": "person"}).assign(sitting=1)
    second = first.assign(sitting=2)
    signs = np.repeat([1.0, -1.0, 1.0], len(WAYS))
    of_each = np.tile([1.0, -1.0, 0.0], len(PEOPLE))
    second["active_fraction"] += shared * signs + alone * of_each
    return pd.concat([first, second])


def test_a_spread_of_people_is_told_from_one_of_ways():
    [found] = crossed_people(fractions(noise=0.001))
    # Means 42, 45 and 48 %: SD 3 points, less the noise of 1/3 of (0.1 points)^2 * 6 / 4.
    assert found.sds[PERSON] == pytest.approx(np.sqrt(0.03**2 - 0.0015 * 0.001 / 3), rel=1e-6)
    assert found.sds[METHOD] == 0
    assert found.sds[CARRIED_OUT] == pytest.approx(np.sqrt(1.5) * 0.001)
    assert headline_of_people([found]) == (
        "Depending on who segments it and how, cell has 41.9 to 48.1 % active material. People "
        "differ beyond chance, methods do not."
    )
    text = person_or_method([found])
    assert "kim 42.0, jo 45.0 and lea 48.0 %: 6.0 points from person to person" in text
    assert text.endswith(
        "As standard deviations, beyond what the smaller parts bring about by chance, the person "
        "makes 3.0 points, the way 0.00, and what is neither 0.1."
    )
    assert "people, on one day each, are beyond chance (p < 0.001)" in sure_of_people([found])


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"way": (0.01, 0.0, -0.01), "noise": 0.0005}, "The person matters more than the method."),
        ({"way": (0.09, 0.0, -0.09), "noise": 0.0005}, "The method matters more than the person."),
        ({"way": (0.03, 0.0, -0.03), "noise": 0.0005}, "matter about equally."),
        ({"person": 0.0, "way": (0.03, 0.0, -0.03), "noise": 0.001}, "Methods differ beyond"),
        ({"person": 0.3, "noise": 0.02}, "Neither people nor methods differ beyond chance."),
        ({"person": 0.0}, "Everybody gets the same result in every way."),
    ],
)
def test_a_winner_is_named_where_there_is_one(made, words):
    assert words in headline_of_people(crossed_people(fractions(**made)))


def test_chance_seldom_names_a_winner():
    draws, named = 200, 0
    rng = np.random.default_rng(5)
    for _ in range(draws):
        table = fractions(person=0.0)
        table["active_fraction"] += 0.02 * rng.standard_normal(len(table))
        named += "matter" in headline_of_people(crossed_people(table))
    assert named <= 0.05 * draws


@pytest.mark.parametrize(
    ("made", "within", "words"),
    [
        ({"noise": 0.001}, None, "in most ways (lea high, kim low). Settle on examples"),
        ({"person": 0.1, "way": (0.1, 0.0, -0.1)}, None, "Agree on one variant and one filter"),
        ({"person": 0.0, "noise": 0.02}, None, "How each method is carried out"),
        ({"person": 0.0, "noise": 0.02}, {"alone": 0.06}, "Repeat sittings, and take their mean"),
        ({"person": 1.0, "noise": 0.001}, {"shared": 0.06}, "Repeat sittings, and take their mean"),
        (
            {"person": 1.0, "noise": 0.018},
            None,
            "Nothing yet: most of the spread is between people",
        ),
    ],
)
def test_what_is_largest_is_to_be_standardised_first(made, within, words):
    repeated = None if within is None else sittings(**within)
    assert words in what_to_standardise(crossed_people(fractions(**made), repeated))


def test_the_way_with_the_best_agreement_is_named():
    table = fractions()
    lone = (table["filter"] == "gaussian") & (table["variant"] == "S2")
    table.loc[lone, "active_fraction"] = [0.45, 0.449, 0.451]
    widest = (table["filter"] == "raw") & (table["variant"] == "S2") & (table["user"] == "lea")
    table.loc[widest, "active_fraction"] += 0.01
    text = what_to_standardise(crossed_people(table))
    assert (
        "agree best with S2 on the filtered image (SD 0.1 points) and least with S2 on the raw"
        in text
    )


def test_the_day_is_taken_out_of_the_part_that_it_is_in():
    before = crossed_people(fractions(noise=0.02))[0].sds
    # Two sittings that differ by d have a variance of d^2 / 2.
    [found] = crossed_people(fractions(noise=0.02), sittings(shared=0.01))
    assert found.sds[SITTING] == pytest.approx(0.01 / np.sqrt(2))
    assert found.sds[PERSON] == pytest.approx(np.sqrt(before[PERSON] ** 2 - 0.01**2 / 2))
    assert found.sds[CARRIED_OUT] == pytest.approx(before[CARRIED_OUT])
    [found] = crossed_people(fractions(noise=0.02), sittings(alone=0.01))
    # Over three ways, shifts of 1, -1 and 0 have a variance of 1; sittings differ by it twice.
    assert found.sds[SITTING] == pytest.approx(0.01 / np.sqrt(2))
    assert found.sds[PERSON] == pytest.approx(before[PERSON])
    assert found.sds[CARRIED_OUT] == pytest.approx(np.sqrt(before[CARRIED_OUT] ** 2 - 0.01**2 / 2))
    text = same_person_again([found], spread_of_sittings(0.01))
    assert "one person spread by 1.0 points (SD), people by 3.0: 90 %" in text
    assert "Nobody came twice" in same_person_again([found], None)
    assert "the day 0.7, and how each person uses each way" in person_or_method([found])


def test_a_person_who_did_little_is_left_out_and_the_others_are_compared():
    table = fractions()
    table = table[(table["user"] != "kim") | (table["variant"] == "cWS")]
    [found] = crossed_people(table)
    assert set(found.results.index) == {"jo", "lea"} and found.results.shape[1] == 3
    assert found.left_out == ("kim",)
    # What kim did still counts for how far results reach.
    assert "42.0 to 48.0 %" in headline_of_people([found])
    assert "Without kim, who did not do all of these ways." in person_or_method([found])


def test_a_way_that_only_some_did_is_left_out():
    table = fractions()
    table = table[(table["user"] != "kim") | (table["filter"] == "raw")]
    [found] = crossed_people(table)
    # Six results of three people in two ways, and of two in three: more people are compared.
    assert found.results.shape == (3, 2) and found.left_out == ()
    assert "Without one way that not all of them did." in person_or_method([found])


def test_two_people_with_one_way_are_compared_whatever_a_third_did():
    table = fractions()
    shared = (table["variant"] == "S2") & (table["filter"] == "raw")
    lone = (table["user"] == "lea") & ~shared
    [found] = crossed_people(table[(shared & (table["user"] != "lea")) | lone])
    assert set(found.results.index) == {"jo", "kim"} and found.results.shape[1] == 1
    assert not found.sds and what_to_standardise([found]) == ""
    assert "in one way only" in person_or_method([found])


def test_people_and_ways_are_held_against_a_reference():
    table = fractions(way=(0.0, 0.01, 0.02)).assign(truth_fraction=0.46)
    text = who_is_right(crossed_people(table), table)
    assert text == (
        "The reference of cell has 46.0 %. From it, people are jo 0.0 (0.8), kim −3.0 (3.1) and "
        "lea +3.0 (3.1) points away on average over ways (root mean square in brackets); they "
        "come closest with cWS on the raw image (2.4 points, root mean square)."
    )
    unknown = table.assign(truth_fraction=np.nan)
    assert who_is_right(crossed_people(unknown), unknown) == ""


def test_one_person_alone_is_compared_with_nobody():
    table = fractions()
    assert crossed_people(table[table["user"] == "jo"]) == []
    assert headline_of_people([]) == ""


def test_many_datasets_are_summed_up():
    tables = [fractions(person=k + 1, dataset=f"cell-{k}") for k in range(3)]
    found = crossed_people(pd.concat(tables))
    assert headline_of_people(found).startswith(
        "Depending on who segments and how, the volume fraction of active material of 3 tomograms "
        "moves by 12.0 points (median; most on cell-2, 36.0 to 54.0 %)"
    )


def test_people_are_answered_first_and_simulated_users_in_one_paragraph():
    both = pd.concat([fractions(), fractions(person=0.1, made_by="simulated")])
    grouped = both.groupby(["dataset", "filter", "variant", "made_by"], sort=False)
    variability = grouped["active_fraction"].agg(["count", "mean", "std"]).reset_index()
    variability = variability.rename(columns={"count": "users", "std": "sd"})
    variability["mean_percent_different"] = 1.0
    found = answer(
        {"variability": variability, "volume_fractions": both},
        {"cell": "measured"},
        dict.fromkeys(PEOPLE, "recorded"),
        {"S2": "threshold", "cWS": "watershed"},
    )
    assert found.headline.startswith(
        "Depending on who segments it and how, cell has 42.0 to 48.0 %"
    )
    assert "simulated" not in found.headline
    assert [question for question, _ in found.first] == [
        "Person or method?",
        "The same person again?",
        "What to standardise first?",
        "How sure is that?",
        "And simulated users?",
    ]
    assert "Three simulated users cannot show much" in dict(found.first)["And simulated users?"]
