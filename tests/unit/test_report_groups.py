"""The report describes each group of users, and a study of own data without the paper."""

import html
import re

import numpy as np
import pandas as pd
import pytest

from manyeyes.groups import of_group
from manyeyes.paper.claims.definition import VERDICTS
from manyeyes.report.answer import answer
from manyeyes.report.captions import caption
from manyeyes.report.findings import finding, users_shown
from manyeyes.report.page import page
from manyeyes.report.sections import result_rows
from manyeyes.report.spread_plot import spread_plot
from report_example import DATASETS, METHODS, USERS, arguments, frames

KEY = ["dataset", "filter", "variant", "made_by"]


def shown(name, datasets, variants=(), filters=()):
    """Return what the report knows of a figure."""
    return {
        "name": name,
        "datasets": datasets,
        "variants": list(variants),
        "filters": list(filters),
        "unfiltered": ["raw"],
    }


def variability(users=(3, 2)):
    rows = [
        (dataset, filter_, variant, made_by, number, 0.5 + step, sd, 100 * sd)
        for dataset in ("mine", "other")
        for filter_ in ("raw", "gaussian")
        for variant, step in (("S2", 0.0), ("MLX10", 0.04))
        for made_by, number, sd in zip(
            ("simulated", "recorded"), users, (0.01 + step, 0.05 + step), strict=True
        )
    ]
    table = pd.DataFrame(rows, columns=[*KEY, "users", "mean", "sd", "mean_percent_different"])
    alone = table["users"] < 2
    table.loc[alone, ["sd", "mean_percent_different"]] = np.nan
    return table


def output(table, users=None):
    users = users or {"A": "simulated", "B": "simulated", "C": "simulated", "ann": "recorded"}
    found = answer({"variability": table}, {"mine": "measured"}, users, METHODS)
    return found.headline, dict([*found.first, *found.parts, ("rests", found.rests)])


def test_each_group_has_its_sentences():
    headline, parts = output(variability())
    assert "Three simulated users cannot show much" in headline
    assert "Two recorded people cannot show much" in headline
    spread = parts["How much do users differ?"]
    assert "Three simulated users who segment" in spread
    assert "Two recorded people who segment" in spread
    # Medians of each group, and of none of both together: 1 and 5, 5 and 9 points.
    assert spread.index("7.0 points") < spread.index("3.0 points")
    for text in (
        parts["Painting or thresholds?"],
        parts["Method or person?"],
        parts["Which method makes users agree?"],
        parts["How much does the method matter?"],
    ):
        assert text.index("Recorded people: ") < text.index("Simulated users: ")


def test_a_single_person_changes_nothing_of_what_is_said_of_others():
    both = variability(users=(3, 1))
    headline, parts = output(both)
    alone_headline, alone = output(of_group(both, "simulated"))
    assert headline == alone_headline
    assert parts == alone
    assert "One user is a recorded person (ann)." in parts["rests"]


def test_results_of_own_data_are_listed_by_dataset_method_and_group():
    rows = result_rows(variability(users=(3, 1)), METHODS)
    assert len(rows) == 16
    assert rows[0] == {
        "dataset": "mine",
        "image": "raw",
        "variant": "S2",
        "family": "Threshold",
        "who": "three simulated users",
        "mean": "50.0",
        "sd": "1.0",
        "percent": "1.0",
    }
    assert rows[1]["who"] == "one recorded person"
    assert rows[1]["sd"] == rows[1]["percent"] == "–"


def test_findings_are_given_for_each_group():
    tables = {"variability": variability()}
    text = finding(shown("fig3", ["mine", "other"], ["S2"]), tables)
    assert "Simulated users: Standard deviations run from 1.0 (S2, raw mine) to 1.0" in text
    assert "Recorded people: Standard deviations run from 5.0" in text
    assert finding(shown("fig3", ["mine"], ["S2"]), {"variability": variability().iloc[:1]}) == (
        "The standard deviation is 1.0 (S2, raw mine) points."
    )


@pytest.mark.parametrize(
    ("users", "words"),
    [
        ((3, 2), "Here: 3 simulated users and 2 recorded people."),
        ((2, 1), "of 2 runs from 0.45 to 31.91 times it."),
        # From eight users on the interval depends on their values, not on their number alone.
        ((30, 1), "Here: 30 users."),
    ],
)
def test_captions_know_the_number_of_users(users, words):
    assert words in users_shown(
        shown("fig3", ["mine"], ["S2"]), {"variability": variability(users)}
    )
    assert users_shown(shown("fig1", ["mine"]), {"variability": variability(users)}) == ""


def test_what_a_caption_says_about_the_paper_is_separated():
    text = "What it shows.\n\nCorresponds to Fig. 3 of Bailey et al. 2023.\n\nThe paper found more."
    parts = caption(text)
    assert "Fig. 3" not in parts.shows
    assert "Fig. 3" in parts.paper
    assert "found more" in parts.paper


def test_the_small_drawing_has_a_row_for_each_group_and_numbers_to_read():
    drawn = spread_plot(variability(), METHODS)
    assert "Threshold (people)" in drawn
    assert "(people)" not in spread_plot(of_group(variability(), "recorded"), METHODS)
    narrow = variability().assign(sd=0.012)
    assert len(re.findall('class="tick"', spread_plot(narrow, METHODS))) == 4


def in_groups_frames():
    made = frames()
    for name in ("volume_fractions", "pairwise"):
        column = "user" if name == "volume_fractions" else "user_b"
        by = made[name][column].map(USERS)
        made[name].insert(3, "made_by", by)
    made["pairwise"] = of_group(made["pairwise"], "simulated")
    by = [*KEY]
    grouped = made["volume_fractions"].groupby(by, sort=False)["active_fraction"]
    table = grouped.agg(users="size", mean="mean", sd="std").reset_index()
    made["variability"] = table.assign(mean_percent_different=1.0)
    return made


def text_of(made):
    made = re.sub(r"<(script|style|svg).*?</\1>", " ", made, flags=re.DOTALL)
    made = re.sub(r"<img src='[^']*'", "<img", made)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", made)).split())


@pytest.mark.parametrize("about_paper", [True, False])
def test_own_data_say_nothing_of_what_the_paper_found(about_paper):
    given = arguments()
    given["study"] = given["study"] | {"about_paper": about_paper}
    given["frames"] = in_groups_frames()
    text = text_of(page(**given))
    assert ("The paper found more." in text) == about_paper
    assert ("Fig. 3." in text) == about_paper
    assert ("What was measured on each electrode" in text) != about_paper
    assert "two simulated users" in text
    assert "one recorded person" in text


def test_a_report_says_whose_claims_it_counts():
    made = in_groups_frames()
    claims = {
        "id": "C001",
        "claim": "more",
        "paper_value": "more",
        "our_value": 0.9,
        "low": 0.8,
        "high": 1.0,
        "verdict": VERDICTS[0],
        "reason": "",
        "place": "",
        "kind": "ordering",
        "made_by": "simulated",
    }
    made["claims"] = pd.DataFrame([claims])
    text = text_of(page(**arguments() | {"frames": made}))
    assert "The claims are compared with the simulated users; the recorded people are shown" in text


def test_users_and_datasets_may_be_called_anything():
    names = {"A": "NA", "B": "null", "jo": "None", "NMC-2": "nan", "mine": "N/A"}
    made = {name: frame.replace(names) for name, frame in in_groups_frames().items()}
    given = arguments()
    datasets = {names[name]: output for name, output in DATASETS.items()}
    table = "Subroutine,Datasets\nS2,NA\n"
    given["study"] = given["study"] | {
        "datasets": datasets,
        "segmented": list(datasets),
        "users": {names[name]: kind for name, kind in USERS.items()},
        "about_paper": False,
    }
    given |= {"frames": made, "packs": [], "figures": [], "tables": {"table_2": table}}
    text = text_of(page(**given))
    # Simulated users are counted, not named.
    for name in ("jo", *DATASETS):
        assert names[name] in text
    assert "S2 NA" in text


def test_one_person_has_no_mean_over_users():
    alone = of_group(variability(users=(3, 1)), "recorded")
    headline, parts = output(alone, {"ann": "recorded"})
    assert "cannot say how much" in headline
    assert "users' mean" not in parts["How much does the method matter?"]


def test_the_small_drawing_has_a_row_for_a_population():
    mixed = variability()
    first = mixed.iloc[[0]]
    spread = first[["dataset", "filter", "variant", "made_by", "users", "sd"]]
    spread = spread.assign(made_by="simulated", population=30, population_sd=0.5)
    drawn = spread_plot(mixed, METHODS, spread)
    name = f"{first['filter'].iloc[0]}, 30 users"
    assert name in drawn
    assert drawn.count("<rect") == 2  # in the drawing and its legend
    assert ": 50.0 points" in drawn
    assert name not in spread_plot(mixed, METHODS, spread.assign(population=float("nan")))
