"""Orderings that survive other users, and orderings that do not, on made-up studies."""

import numpy as np
import pandas as pd
import pytest

from claims_example import DOCUMENT, study
from figure_example import data_of
from manyeyes.paper.claims.reading import claims_from_mapping
from manyeyes.paper.claims.survival import FATES, fate, survival_table, survival_text
from manyeyes.paper.figures import fig_survival
from manyeyes.statistics.tables import spread_table


def steady(dataset, filter_, variant):
    """Painting spreads least, seeds of one slice more than of several."""
    return {"S2": 0.06, "cWS": 0.05, "ML1": 0.05, "ML2": 0.005}.get(variant, 0.004)


def turned(dataset, filter_, variant):
    """Painting spreads most, all else as before."""
    return 0.2 if variant.startswith("MLX") else steady(dataset, filter_, variant)


@pytest.fixture(scope="module")
def table():
    claims = claims_from_mapping(DOCUMENT)
    tables = {
        "two_class": study(steady, users=15, realisations=1),
        "sharp_eyed": study(steady, users=15, realisations=1, seed=1),
        "contour": study(turned, users=15, realisations=1, seed=2),
    }
    return survival_table(tables, claims), tables


def test_fates_follow_from_verdicts():
    assert fate(["agrees", "agrees", "agrees"]) == "survives"
    assert fate(["disagrees", "disagrees"]) == "survives"
    assert fate(["agrees", "undecided", "agrees"]) == "stays open"
    assert fate(["agrees", "undecided", "disagrees"]) == "turns over"
    assert fate(["disagrees", "agrees"]) == "turns over"
    assert fate(["undecided", "agrees"]) == "undecided"


def test_what_holds_under_all_survives_and_what_one_turns_over_does_not(table):
    found, tables = table
    fates = found.drop_duplicates("id").set_index("id")["fate"]
    # painted against unsupervised; seeds on several slices against one
    assert fates["C001"] == "turns over"
    assert fates["C040"] == "survives"
    assert set(fates) <= set(FATES)
    assert found.groupby("id")["structure"].agg(list).map(tuple).unique().tolist() == [
        tuple(tables)
    ]
    verdicts = found.set_index(["id", "structure"])["verdict"]
    assert verdicts["C001", "two_class"] == verdicts["C001", "sharp_eyed"] == "agrees"
    assert verdicts["C001", "contour"] == "disagrees"


def test_numbers_images_and_shapes_are_left_out(table):
    found, _ = table
    kinds = {entry["id"]: entry["kind"] for entry in DOCUMENT["claims"]}
    assert {kinds[name] for name in found["id"]} == {"ordering"}
    metrics = {
        entry["id"]: {check["metric"] for check in entry.get("checks", ())}
        for entry in DOCUMENT["claims"]
    }
    known = {"sd", "pairwise", "pairwise_per_sd", "baseline_percent"}
    assert all(metrics[name] <= known for name in found["id"])


def test_the_text_separates_findings_from_properties_of_the_model(table):
    found, _ = table
    text = survival_text(found)
    fates = found.drop_duplicates("id")
    survivors = fates[fates["fate"] == "survives"]
    assert f"{len(survivors)} come out the same under sharp_eyed and contour too" in text
    assert "C001 (agrees; not under contour)" in text
    lone = found[found["id"] == "C001"]
    assert "1 turns over, and so is a property of the model" in survival_text(lone)
    nothing = survival_text(found.assign(verdict="undecided", fate="undecided"))
    assert nothing.startswith(f"None of {len(fates)} orderings")


def test_one_structure_is_nothing_to_compare():
    claims = claims_from_mapping(DOCUMENT)
    with pytest.raises(ValueError, match="at least one more"):
        survival_table({"two_class": study(steady)}, claims)


def test_the_figure_shows_a_row_for_each_decided_ordering(table):
    found, tables = table
    spread = pd.concat(
        spread_table(tables[name]["volume_fractions"]).assign(structure=name) for name in tables
    )
    origins = {"NMC-2": "twin", "GRA-2": "twin"}
    tables = {"survival": found, "structure_spread": spread}
    figure = fig_survival.draw(data_of(tables, origins))
    texts = [text.get_text() for text in figure.axes[0].texts]
    decided = found[(found["structure"] == "two_class") & (found["fate"] != "undecided")]
    assert [text for text in texts if text.startswith("C")] != []
    assert {text for text in texts if text[:1] == "C" and text[1:].isdigit()} == set(decided["id"])
    assert texts.count("turns over") == (decided["fate"] == "turns over").sum() > 0
    drawn = np.concatenate([line.get_ydata() for line in figure.axes[1].lines])
    expected = spread[(spread["dataset"] == "NMC-2") & (spread["structure"] == "contour")]
    assert np.isclose(drawn[:, None], 100 * expected["sd"].to_numpy()).any()


def test_a_study_without_an_ordering_of_the_paper_shows_its_spreads(table):
    found, tables = table
    spread = pd.concat(
        spread_table(tables[name]["volume_fractions"]).assign(structure=name) for name in tables
    )
    filtered = spread[spread["filter"] == "raw"].assign(filter="median")
    shown = {"survival": found.iloc[:0], "structure_spread": filtered}
    figure = fig_survival.draw(data_of(shown, {"NMC-2": "twin"}))
    titles = [axes.get_title(loc) for axes in figure.axes for loc in ("left", "center")]
    assert any("No ordering of the paper" in title for title in titles)
    assert any("NMC-2, median" in title for title in titles)
    assert len(figure.axes[1].lines) == len(tables)
    assert "structure_spread.csv" in survival_text(found.iloc[:0])
