"""How sliders are set: perception, the curve of grey levels, thresholds and windows."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import expit, logit

from manyeyes.users.eye import grey_curve, perceive
from manyeyes.users.population import STRUCTURES, Population, draw_traits
from manyeyes.users.seeding import WatershedOverlay, settle_threshold, settle_window
from manyeyes.users.sitting import Sitting
from manyeyes.users.slices import looked_at_slices, seeded_slices, trained_slices
from manyeyes.users.sliders import choose_threshold, choose_window, seen_area


def sitting(criterion=0.0, tolerance=(0.0, 0.0), whim=0.5):
    return Sitting(criterion, tolerance, whim, (0.5,), 0.0)


def two_gaussians(distance, size=400_000, noise=10.0, share=0.5):
    """Return grey levels of two Gaussian classes, and which are active."""
    rng = np.random.default_rng(1)
    active = rng.random(size) < share
    greys = 128 + noise * (rng.standard_normal(size) + distance * (active - 0.5))
    return np.clip(np.rint(greys), 0, 255).astype(np.uint8), active


curves = st.integers(0, 2**32 - 1).map(
    lambda seed: grey_curve(
        np.random.default_rng(seed).integers(0, 256, 300).astype(np.uint8),
        np.random.default_rng(seed + 1).random(300) < 0.5,
    )
)


def test_the_eye_parts_two_blurred_classes_in_the_middle():
    slices = np.full((1, 40, 40), 60, dtype=np.uint8)
    slices[:, :, 20:] = 180
    seen = perceive(slices, 1.5)
    # blurred pixels beside the edge count with either class
    assert (seen.pooled - seen.contrast)[seen.active] == pytest.approx(120, abs=4)
    assert np.array_equal(seen.active, slices == 180)


def test_the_eye_pools_within_slices_only():
    slices = np.zeros((3, 20, 20), dtype=np.uint8)
    slices[1] = 200
    assert np.array_equal(perceive(slices, 2.0).pooled, slices)


def test_shares_rise_with_the_grey_level_and_follow_the_classes():
    greys, active = two_gaussians(3)
    curve = grey_curve(greys, active)
    assert (np.diff(curve.active_share) >= 0).all()
    expected = expit(3**2 * (np.arange(110, 147) - 128) / 30)
    assert np.abs(curve.active_share[110:147] - expected).max() < 0.03
    assert curve.below[[0, 256]].tolist() == [0, 1]
    assert curve.below[128] == pytest.approx(np.mean(greys < 128))
    assert curve.below_active[140] == pytest.approx(np.mean(greys[active] < 140))


@given(curves, st.floats(0.02, 0.98))
def test_the_threshold_costs_least_in_speckle_and_holes(curve, weight):
    # a user who would call everything one phase is kept from it by the slider's end
    assume(curve.active_share[0] < weight <= curve.active_share[255])
    # the share of all pixels that looks active, also where both classes have one mean grey level
    common = seen_area(curve)
    speckle = (1 - common) * (1 - curve.below_other)
    holes = common * curve.below_active
    cost = weight * speckle + (1 - weight) * holes
    level = choose_threshold(curve, sitting(logit(weight)), 0.0)
    assert cost[level] <= cost.min() + 1e-9


@pytest.mark.parametrize("distance", [2.0, 3.0])
def test_a_criterion_moves_the_threshold_by_the_law_of_two_gaussians(distance):
    greys, active = two_gaussians(distance)
    curve = grey_curve(greys, active)
    for criterion in (-1.0, 0.0, 1.0):
        level = choose_threshold(curve, sitting(criterion), 0.0)
        # log-odds rise by distance^2 over a contrast of distance * 10 grey levels
        expected = 128 + 10 * criterion / distance
        assert level - 0.5 == pytest.approx(expected, abs=1.0)


def test_the_slider_rests_where_overlays_look_the_same():
    greys, active = two_gaussians(3)
    curve = grey_curve(greys, active)
    best = choose_threshold(curve, sitting(), 0.0)
    levels = [choose_threshold(curve, sitting(whim=whim), 0.05) for whim in (0, 0.5, 1)]
    assert levels[0] < levels[1] < levels[2]
    for level in levels:
        # within what goes unseen, and the width of a grey level
        assert abs(curve.below[level] - curve.below[best]) < 0.05 + np.diff(curve.below).max()


@given(
    curves,
    st.floats(0.001, 0.49),
    st.floats(0.001, 0.49),
    st.tuples(st.floats(-6, 6), st.floats(-6, 6)),
)
def test_less_tolerance_gives_a_window_around_the_one_of_more(curve, one, other, tolerance):
    small, large = min(one, other), max(one, other)
    low, high = choose_window(curve, sitting(tolerance=tolerance), small, 0.05)
    inner_low, inner_high = choose_window(curve, sitting(tolerance=tolerance), large, 0.05)
    assert 1 <= low <= inner_low <= inner_high <= high <= 255


def test_seeds_reach_to_the_tolerated_error():
    greys, active = two_gaussians(3)
    curve = grey_curve(greys, active)
    low, high = choose_window(curve, sitting(), 0.1, 0.0)
    assert np.mean(active[greys == low - 1]) < 0.1 < np.mean(active[greys == low + 1])
    assert np.mean(~active[greys == high]) < 0.1 < np.mean(~active[greys == high - 2])


def test_each_phase_has_a_tolerance_of_its_own():
    curve = grey_curve(*two_gaussians(3))
    low, high = choose_window(curve, sitting(), 0.05, 0.05)
    low_active, high_active = choose_window(curve, sitting(tolerance=(1.0, 0.0)), 0.05, 0.05)
    low_other, high_other = choose_window(curve, sitting(tolerance=(0.0, 1.0)), 0.05, 0.05)
    assert (low_active, high_other) == (low, high)
    assert high_active < high
    assert low_other > low


def test_a_least_share_of_each_phase_is_seeded():
    greys, active = two_gaussians(1)
    curve = grey_curve(greys, active)
    low, high = choose_window(curve, sitting(tolerance=(-9.0, -9.0)), 0.01, 0.05)
    assert 0.05 <= np.mean(greys[~active] < low) < 0.08
    assert 0.05 <= np.mean(greys[active] >= high) < 0.08


def test_one_perceived_phase_is_refused():
    with pytest.raises(ValueError, match="only one phase"):
        grey_curve(np.arange(4, dtype=np.uint8), np.ones(4, dtype=bool))


def test_slices_of_the_protocol():
    assert trained_slices(range(200), 7) == [100, 25, 50, 75, 125, 150, 175]
    assert trained_slices(range(200), 1) == [100]
    # of an even number the upper one of the two in the middle comes first
    assert trained_slices(range(200), 4) == [120, 40, 80, 160]
    assert trained_slices(range(75), 7) == [37, 9, 18, 28, 46, 56, 65]
    assert seeded_slices(range(200), "first") == [0]
    assert seeded_slices(range(200), 6) == [16, 50, 83, 116, 150, 183]
    assert seeded_slices(range(4), "all") == [0, 1, 2, 3]
    assert looked_at_slices(range(10), (0.05, 0.09, 0.99)) == [0, 9]


@given(st.integers(2, 400), st.integers(1, 50))
def test_slices_are_different_and_inside(height, count):
    if count >= height:
        for slices in (trained_slices, seeded_slices):
            with pytest.raises(ValueError, match="do not fit"):
                slices(range(height), count)
        return
    for places in (trained_slices(range(height), count), seeded_slices(range(height), count)):
        assert len(set(places)) == count
        assert 0 <= min(places) <= max(places) < height
    # none of the others lies nearer to the middle than the one that is drawn first
    central, *others = trained_slices(range(height), count)
    assert all(abs(central - height / 2) <= abs(z - height / 2) + 1 for z in others)


def test_the_area_seen_is_the_share_that_looks_active():
    greys, active = two_gaussians(3.0, share=0.3)
    assert seen_area(grey_curve(greys, active)) == pytest.approx(active.mean(), abs=1e-9)


def test_a_threshold_far_from_what_is_seen_is_set_again_half_way():
    greys, active = two_gaussians(1.5)
    curve = grey_curve(greys, active)
    blind = Population(overlay_tolerance=1.0)
    for criterion in (-2.5, 2.5):
        level, again = settle_threshold(curve, sitting(criterion), blind)
        assert (level, again) == (choose_threshold(curve, sitting(criterion), 0.006), 0)
        off = abs(np.mean(greys >= level) - active.mean())
        assert off > 0.2
        looking = Population(overlay_tolerance=0.1, overlay_tries=3)
        level, again = settle_threshold(curve, sitting(criterion), looking)
        assert level == choose_threshold(curve, sitting(criterion * 0.5**again), 0.006)
        assert abs(np.mean(greys >= level) - active.mean()) <= 0.1
        # who has no patience keeps what the second look shows
        hasty = Population(overlay_tolerance=0.01, overlay_tries=1)
        assert settle_threshold(curve, sitting(criterion), hasty)[1] == 1


def test_a_watershed_is_looked_at_on_the_slices():
    rng = np.random.default_rng(2)
    truth = np.zeros((3, 60, 60), dtype=bool)
    truth[:, 20:40, 15:45] = True
    greys = np.clip(rng.normal(np.where(truth, 160, 90), 25), 0, 255).astype(np.uint8)
    overlay = WatershedOverlay(greys, [0, 2])
    share = truth.mean()
    assert overlay.active_area((80, 170)) == pytest.approx(share, abs=0.05)
    # seeds of pore alone leave no active material
    assert overlay.active_area((255, 255)) < 0.01
    noisy = np.clip(rng.normal(np.where(truth, 160, 90), 40), 0, 255).astype(np.uint8)
    overlay, curve = WatershedOverlay(noisy, [0, 2]), grey_curve(noisy, truth)
    generous = sitting(tolerance=(4.0, -4.0))
    blind, looking = Population(overlay_tolerance=1.0), Population(overlay_tolerance=0.05)
    look_at = (overlay.active_area, seen_area(curve))
    first, _ = settle_window(curve, generous, 0.1, blind, look_at)
    last, again = settle_window(curve, generous, 0.1, looking, look_at)
    assert overlay.active_area(first) > share + 0.2
    assert overlay.active_area(last) == pytest.approx(share, abs=0.05)
    assert again > 0


def test_a_look_at_a_watershed_stays_within_the_field_of_view():
    inside = np.zeros((1, 20, 20), dtype=bool)
    inside[:, :, :10] = True
    greys = np.where(np.arange(20) < 5, 200, 20).astype(np.uint8)
    greys = np.broadcast_to(greys, (1, 20, 20)).copy()
    assert WatershedOverlay(greys, [0], inside).active_area((100, 100)) == pytest.approx(0.5)


@pytest.mark.parametrize("structure", STRUCTURES)
def test_what_is_seen_is_the_share_of_whole_slices(structure):
    """A user who follows contours compares greys beside them, but sees the slice."""
    truth = np.zeros((2, 60, 60), dtype=bool)
    truth[:, 20:40, 20:44] = True
    greys = np.where(truth, 180, 60) + np.random.default_rng(1).integers(-8, 8, truth.shape)
    overlay = WatershedOverlay(greys.astype(np.uint8), [0, 1])
    traits = draw_traits(Population(structure=structure), 1, "A")
    assert overlay.area_seen(traits, sitting()) == pytest.approx(truth.mean(), abs=0.02)
    assert overlay.active_area((90, 150)) == pytest.approx(truth.mean(), abs=0.02)
