"""Simulated users in place of recorded people, and fits of people whose traits are known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import ndimage

from manyeyes.annotations import Drawing
from manyeyes.methods import annotate
from manyeyes.persons.fitting import fit_person, people_block
from manyeyes.persons.misfit import misfit_table, misfit_words, usual_shares
from manyeyes.persons.records import Image, Recorded
from manyeyes.persons.recovery import coverage_table, pooled_coverage, recover, wilson
from manyeyes.persons.simulating import act, first_outputs, simulate
from manyeyes.users.population import Population, draw_traits
from two_phases import noisy_two_phase

IMAGE = Image("blobs", "raw", noisy_two_phase())
SLIDERS = {
    "S2": {"method": "threshold", "offset": 0},
    "cWS": {"method": "watershed", "seed_error": 0.01},
}
PAINTED = {"method": "drawn_forest", "slices": 3, "coverage_percent": 20}


def records_of(person, variants, names=("known", "p", "blobs", "raw")):
    return [
        Recorded(
            IMAGE,
            name,
            settings,
            annotate(IMAGE.grey, settings, person, seed_names=names, output_names=(*names, name)),
        )
        for name, settings in variants.items()
    ]


def test_the_traits_of_simulated_people_are_found_again():
    found = recover(
        IMAGE,
        SLIDERS,
        {"sliders": ("S2", "cWS")},
        Population(),
        simulated=300,
        people=60,
        seed="test",
    )
    table = coverage_table(found).set_index("trait")
    sure = table[table["informed"]]
    assert {"criterion", "seed_tolerance_active", "seed_tolerance_other"} <= set(sure.index)
    assert (sure.loc["criterion":"seed_tolerance_other", "width"] < 0.9).all()
    # nobody paints, so nothing is known of the hand
    assert not table.loc[["outline_habit_px", "brush_px", "hand_noise_px"], "informed"].any()
    assert 85 <= found[found["informed"]]["covered"].mean() * 100 <= 97
    assert pooled_coverage(found)["covered_percent"][0] == pytest.approx(
        100 * found[found["informed"]]["covered"].mean()
    )


@pytest.fixture(scope="module")
def generous():
    """A fit of a person who paints far outside, with a narrow brush."""
    person = draw_traits(Population(), "known", "p")
    person = replace(person, outline_habit_px=0.8, brush_px=3, eye_sigma_px=1.5)
    labels = records_of(person, {"MLX20": PAINTED})[0].annotation
    record = Recorded(IMAGE, "mine", {"method": "recorded_forest", "forest": {}}, labels)
    return record, fit_person([record], Population(), 220, ("test", "p"))


def test_a_person_who_paints_outside_with_a_narrow_brush_is_told_from_others(generous):
    _, fitted = generous
    row = fitted.posterior.summary.set_index("trait")
    assert row.loc["brush_px", "estimate"] == 3
    assert row.loc["outline_habit_px", "estimate"] > row.loc["outline_habit_px", "prior_median"]
    assert not row.loc[["criterion", "correction_share"], "informed"].any()


def test_a_block_for_a_config_gives_users_like_the_person(generous):
    _, fitted = generous
    text = people_block({"p": fitted.posterior}, "mine", 20)
    assert "correction_share" not in text.split("population:")[0]
    entry = yaml.safe_load(text)["population"]
    assert len(entry["fitted_people"]["draws"]) == 20
    users = [draw_traits(Population.from_mapping(entry), 1, f"u{n}") for n in range(30)]
    assert sum(user.brush_px == 3 for user in users) > 10


def test_statistics_say_whether_the_model_can_do_what_the_person_did(generous):
    _, fitted = generous
    table = misfit_table(fitted.table, fitted.observed, fitted.posterior, ["mine on blobs raw"])
    usual = usual_shares(fitted.learner, people=20)
    # the person is one of the model's, so most lies where it should
    assert table["inside_like"].mean() > 0.6
    assert 0.5 < usual[0] < 0.95 < usual[1] <= 1
    assert f"{table['inside_like'].sum()} of {len(table)}" in misfit_words(table, usual)
    strange = fitted.observed.copy()
    strange[:] = 1e6
    odd = misfit_table(fitted.table, strange, fitted.posterior, ["mine on blobs raw"])
    assert not odd["inside_like"].any()
    assert "(100% outside)" in misfit_words(odd, usual)


def test_simulated_people_do_the_same_again_whoever_else_there_is(generous):
    record, fitted = generous
    again = simulate([record], Population(), 3, "test/p", {})
    pd.testing.assert_frame_equal(again.marks, fitted.table.marks[:3], check_exact=True)
    pd.testing.assert_frame_equal(again.traits, fitted.table.traits[:3], check_exact=True)


def test_each_slice_is_painted_as_much_as_the_person_painted_it():
    labels = np.zeros(IMAGE.grey.shape, np.uint8)
    bright = np.where(IMAGE.grey > 110, 1, 2)
    labels[4, :20], labels[2, :5] = bright[4, :20], bright[2, :5]
    record = Recorded(IMAGE, "mine", {"method": "recorded_forest"}, Drawing(labels))
    person = draw_traits(Population(), "known", "p")
    done = act(record, person, ("test", "p", "blobs", "raw", 1))
    painted = np.count_nonzero(done.labels, axis=(1, 2))
    assert {z: n for z, n in enumerate(painted) if n} == {2: 200, 4: 800}


def test_people_correct_what_the_person_saw():
    person = draw_traits(Population(), "known", "p")
    (record,) = records_of(person, {"MLX20": PAINTED})
    (output,) = first_outputs([record]).values()
    assert output.shape == (2, 40, 40)
    assert set(np.unique(output)) <= {1, 2}
    # a forest that learned from the person's first slice agrees with what is there
    smooth = ndimage.gaussian_filter(IMAGE.grey[list(record.slices[1:])].astype(float), (0, 2, 2))
    right = np.where(smooth > 115, 1, 2).astype(np.uint8)
    assert np.mean(output == right) > 0.7
    sure = replace(person, correction_share=0.5)
    names = ("test", "p", "blobs", "raw", 1)
    mended, left = (act(record, sure, names, shown) for shown in (3 - right, right))
    assert mended.record["slices"][1]["correction_share"] > 0.4
    assert left.record["slices"][1]["correction_share"] < 0.2


def test_wilsons_interval_is_that_of_the_textbook():
    # 90 of 100: 0.8256 to 0.9448
    assert wilson(0.9, 100) == pytest.approx((0.8256, 0.9448), abs=5e-4)
    assert wilson(1.0, 10)[1] == pytest.approx(1.0)
