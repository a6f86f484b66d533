from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

import calibrate_population
from calibration import (
    Crowd,
    calibrate,
    expected_threshold_percent,
    expected_watershed_percent,
    mean_pairwise_percent,
    panel_bounds,
)
from manyeyes.methods import annotate
from manyeyes.methods.threshold import threshold
from manyeyes.methods.watershed import watershed
from manyeyes.users.population import Population, draw_traits

REPOSITORY = Path(__file__).parents[2]


def tomogram(seed, size=28):
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.standard_normal((size,) * 3), 2.5)
    image = 100 + 60 * (field > 0) + 20 * rng.standard_normal(field.shape)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


CROWD = Crowd([tomogram(1), tomogram(2)], 8, 2023, "D", 20)


def pairwise(segmentations):
    return 100 * np.mean([np.mean(a != b) for a, b in combinations(segmentations, 2)])


@given(arrays(np.bool_, (5, 12)))
def test_votes_give_the_mean_over_all_pairs(active):
    assert mean_pairwise_percent(active.sum(axis=0), 5) == pytest.approx(pairwise(active))


def test_votes_weigh_as_many_voxels_as_they_stand_for():
    # of three users one differs from the other two on 10 of 40 voxels: two pairs of three
    assert mean_pairwise_percent([2, 3], 3, [10, 30]) == pytest.approx(100 * (2 / 3) / 4)


def test_the_crowd_is_the_people_whom_the_pipeline_would_ask():
    population = Population(threshold_criterion_sd=1.3)
    expected = []
    for index, image in enumerate(CROWD.images):
        segmentations = []
        for user in (f"calibration {index} {number}" for number in range(8)):
            done = annotate(
                image,
                {"method": "threshold", "offset": 0},
                draw_traits(population, 2023, user),
                seed_names=(2023, user, f"D {index}", "raw"),
            )
            segmentations.append(threshold(image, done.level))
        expected.append(pairwise(segmentations))
    percents, differences = expected_threshold_percent(CROWD, Population())
    means = [apart.sum() / (8 * 7) for apart in differences(1.3)]
    assert means == pytest.approx(expected)
    assert percents(1.3) == pytest.approx(expected)
    assert percents(1.3) != pytest.approx(percents(0.6))


def test_watersheds_are_those_of_the_windows_on_the_crop():
    population = Population(seed_error_spread=1.5)
    expected = []
    for index, image in enumerate(CROWD.images):
        segmentations = []
        for user in (f"calibration {index} {number}" for number in range(8)):
            done = annotate(
                image,
                {"method": "watershed", "seed_error": 0.01},
                draw_traits(population, 2023, user),
                seed_names=(2023, user, f"D {index}", "raw"),
            )
            crop = np.ascontiguousarray(image[4:24, 4:24, 4:24])
            segmentations.append(watershed(crop, done.low, done.high))
        expected.append(pairwise(segmentations))
    percents, differences = expected_watershed_percent(CROWD, Population(), 0.01)
    assert percents(1.5) == pytest.approx(expected)
    assert [apart.sum() / (8 * 7) for apart in differences(1.5)] == pytest.approx(expected)


def test_threads_change_nothing():
    one = expected_watershed_percent(CROWD, Population(), 0.01).percents
    more = expected_watershed_percent(replace(CROWD, threads=3), Population(), 0.01).percents
    assert one(2.0) == more(2.0)


def test_a_wider_spread_drives_the_crowd_apart():
    for percents, _ in (
        expected_threshold_percent(CROWD, Population()),
        expected_watershed_percent(CROWD, Population(), 0.01),
    ):
        assert np.mean(percents(2.0)) > np.mean(percents(1.0)) > np.mean(percents(0.2))


@given(st.floats(0.5, 9.5))
def test_the_value_that_meets_the_target_is_found(target):
    found = calibrate("x", lambda value: [value**2, value**2], target, (0.5, 1, 2, 4), 1e-6)
    assert found.value == pytest.approx(np.sqrt(target), abs=1e-4)
    assert found.percents == pytest.approx((target, target), abs=1e-3)
    assert found.curve == tuple(sorted(found.curve))


def test_a_target_that_cannot_be_reached_is_said_to_be_so():
    found = calibrate("x", lambda value: [np.tanh(value)], 4.6, (0.5, 1, 2), 0.01)
    assert np.isnan(found.value)
    assert found.percents == ()
    assert found.curve == tuple((value, float(np.tanh(value))) for value in (0.5, 1, 2))


def test_a_panel_of_three_bounds_a_value_as_its_sampling_says():
    """Of people spread normally, panels of three differ by a known distribution."""
    results = np.random.default_rng(3).normal(0, 5.0, 300)
    apart = np.abs(results[:, None] - results[None, :])
    low, high = panel_bounds([apart], apart.sum() / (300 * 299), 1.0, "test")
    # mean pairwise difference of 3 = 2/3 of their range; Harter's table of the range of three
    many = 2 / 3 * 3.68 * 5.0
    few = 2 / 3 * 0.30 * 5.0
    mean = 2 / np.sqrt(np.pi) * 5.0
    assert low == pytest.approx(mean / many, rel=0.1)
    assert high == pytest.approx(mean / few, rel=0.2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mean_pairwise_percent([1], 1), "at least 2"),
        (lambda: mean_pairwise_percent([4], 3), "between 0 and the 3"),
        (lambda: mean_pairwise_percent([-1], 3), "between 0 and the 3"),
        (
            lambda: expected_watershed_percent(replace(CROWD, crop=29), Population(), 0.01),
            "crop must be between 1 and 28",
        ),
    ],
)
def test_broken_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_script_writes_what_it_found(tmp_path, monkeypatch, capsys):
    output = tmp_path / "calibration.csv"
    options = "--users 12 --realisations 2 --crop 24 --config config/tiny.yaml "
    options += "--structures two_class --output"
    monkeypatch.setattr("sys.argv", ["calibrate_population.py", *options.split(), str(output)])
    monkeypatch.chdir(REPOSITORY)
    calibrate_population.main()
    table = pd.read_csv(output)
    assert table["contrast_to_noise"].tolist() == [3.0, 3.0, 2.5, 2.5, 3.5, 3.5]
    assert table["target_percent"].tolist() == [7.6, 4.6] * 3
    found = table.dropna(subset="value")
    assert len(found) > 0
    assert found["reached_percent"].to_numpy() == pytest.approx(
        found["target_percent"].to_numpy(), abs=0.2
    )
    assert (found["panel_low"] < found["value"]).all()
    assert (found["panel_high"] > found["value"]).all()
    # a noisier image needs less difference between people for the same difference in result
    criterion = table[table["parameter"] == "threshold_criterion_sd"].set_index("contrast_to_noise")
    assert criterion["value"][2.5] < criterion["value"][3.0] < criterion["value"][3.5]
    assert "population:" in capsys.readouterr().out
