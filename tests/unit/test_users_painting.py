"""Outlines, strokes and corrections."""

import numpy as np
import pytest
from scipy import ndimage

from manyeyes.imaging.masks import edge_distance
from manyeyes.users.correcting import correction_edge, visible_errors
from manyeyes.users.eye import Perception
from manyeyes.users.outline import (
    Hand,
    drawn_edge,
    eye_noise,
    hand_on_image,
    outline_length,
)
from manyeyes.users.painting import Brush, paint, shuffled_pixels
from manyeyes.users.people import REFERENCE_OUTLINE_PX
from manyeyes.users.population import Population, draw_traits, filled_in


def disc(radius=20, size=64):
    y, x = np.indices((size, size)) - size // 2
    return y**2 + x**2 < radius**2


def brush(margin_px, width_px, stroke_px):
    """Return a brush that never crosses an edge."""
    return Brush(margin_px, width_px, stroke_px, 0.0, 0.0, codes=(1, 2))


def strokes(active, target, seed=0, **changes):
    """Paint on an exact edge and return the labels and the number of strokes."""
    settings = {
        "margin_px": 1.5,
        "width_px": 3,
        "stroke_px": 30.0,
        "overshoot_share": 0.0,
        "overshoot_px": 1.0,
        "codes": (1, 2),
    } | changes
    rng = np.random.default_rng(seed)
    edge = edge_distance(active).astype(np.float32)
    labels = np.zeros(active.shape, dtype=np.uint8)
    starts = shuffled_pixels(np.ones(active.shape, dtype=bool), rng)
    count = paint(labels, edge, starts, target, Brush(**settings), rng)
    return labels, count


def test_distances_from_an_edge():
    active = np.zeros((5, 6), dtype=bool)
    active[:, 3:] = True
    assert edge_distance(active)[2].tolist() == [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]
    assert np.isposinf(edge_distance(np.ones((3, 3), dtype=bool))).all()
    assert np.isneginf(edge_distance(np.zeros((3, 3), dtype=bool))).all()


def test_paint_stops_at_the_pixel():
    for target in (1, 17, 500, 1500):
        labels, count = strokes(disc(), target)
        assert np.count_nonzero(labels) == target
        assert count >= 1


def test_strokes_keep_their_margin_and_their_side():
    for seed in range(5):
        labels, _ = strokes(disc(), 2000, seed=seed, margin_px=2.0, width_px=5)
        edge = edge_distance(disc())
        assert (labels[edge > 0] != 2).all()
        assert (labels[edge < 0] != 1).all()
        # a round brush of whole pixels may come nearer by the corner of one
        assert np.abs(edge[labels > 0]).min() >= 1.5


def test_overshooting_strokes_cross_the_edge_as_far_as_said():
    labels, _ = strokes(disc(), 3000, overshoot_share=1.0, overshoot_px=2.0)
    edge = edge_distance(disc())
    wrong = ((labels == 1) & (edge < 0)) | ((labels == 2) & (edge > 0))
    assert wrong.any()
    assert np.abs(edge[wrong]).max() <= 2.5


def test_strokes_are_as_long_and_wide_as_said():
    everything = np.ones((400, 400), dtype=bool)
    painted = []
    for seed in range(40):
        labels = np.zeros(everything.shape, dtype=np.uint8)
        edge = np.full(everything.shape, 1e3, dtype=np.float32)
        start = np.array([[200, 200]])
        rng = np.random.default_rng(seed)
        assert paint(labels, edge, start, labels.size, brush(1.5, 1, 30.0), rng) == 1
        painted.append(np.count_nonzero(labels))
    # a walk treads on itself and cuts corners, so fewer pixels than steps
    assert 15 < np.mean(painted) < 35
    labels = np.zeros(everything.shape, dtype=np.uint8)
    rng = np.random.default_rng(0)
    paint(
        labels,
        edge,
        np.array([[200, 200]]),
        labels.size,
        brush(1.5, 7, 1e-9),
        rng,
    )
    rows, columns = np.nonzero(labels)
    assert np.ptp(rows) == np.ptp(columns) == 6


@pytest.mark.parametrize(("brush_px", "pixels"), [(1, 1), (3, 9), (5, 21), (7, 37)])
def test_a_dab_is_a_disc_as_wide_as_the_brush(brush_px, pixels):
    labels = np.zeros((20, 20), dtype=np.uint8)
    edge = np.full(labels.shape, 1e3, dtype=np.float32)
    rng = np.random.default_rng(0)
    paint(labels, edge, np.array([[10, 10]]), 400, brush(1.5, brush_px, 1e-9), rng)
    assert np.count_nonzero(labels) == pixels


def test_a_narrow_place_gets_a_narrow_brush():
    active = np.zeros((40, 40), dtype=bool)
    active[:, 18:22] = True
    labels, _ = strokes(active, 1300, margin_px=0.5, width_px=7)
    assert np.count_nonzero(labels == 1) > 0
    assert (labels[active] != 2).all()
    assert (labels[~active] != 1).all()


def test_labels_that_are_there_stay():
    active = disc()
    labels = np.full(active.shape, 2, dtype=np.uint8)
    labels[30:34] = 0
    before = labels.copy()
    rng = np.random.default_rng(0)
    starts = shuffled_pixels(labels == 0, rng)
    edge = edge_distance(active).astype(np.float32)
    paint(labels, edge, starts, labels.size, brush(0.0, 3, 30.0), rng)
    assert np.array_equal(labels[before == 2], before[before == 2])
    assert (labels > 0).all()


def seen(noise_sd=0.0, size=64):
    rng = np.random.default_rng(5)
    clean = ndimage.gaussian_filter(disc(size=size).astype(float), 1.5) * 60 + 100
    noise = ndimage.gaussian_filter(rng.standard_normal(clean.shape), 1.5)
    return divided((clean + noise_sd * noise / noise.std())[None])


def divided(pooled, level=130.0):
    """Perceive what is brighter than a level as active."""
    pooled = pooled.astype(np.float32)
    return Perception(pooled, pooled > level, np.abs(pooled - level))


def test_the_eye_s_noise_is_the_pooled_image_s():
    assert eye_noise(seen(0.0)) < 1
    assert eye_noise(seen(6.0)) == pytest.approx(6.0, rel=0.3)


def test_noise_of_normal_grey_levels_is_told_by_its_standard_deviation():
    noise = np.random.default_rng(3).normal(0, 6, (2, 200, 200))
    halves = np.where(np.arange(200) < 100, 80, 180)
    assert eye_noise(divided(halves + noise)) == pytest.approx(6, rel=0.05)


STILL = Hand(
    shift_px=0, object_sd_px=0, object_px=20, noise_px=0, correlation_px=5, ambiguity_max_px=0
)


def test_a_steady_hand_draws_what_is_perceived():
    drawn = drawn_edge(seen(), 0, 0.0, STILL, np.random.default_rng(0))
    assert np.allclose(drawn, edge_distance(seen().active[0]))


@pytest.mark.parametrize(
    ("hand", "spread"),
    [
        (STILL._replace(shift_px=0.7, noise_px=0.6), 0.6),
        (STILL._replace(shift_px=-0.4, object_sd_px=0.5), 0.5),
        (STILL._replace(noise_px=0.6, object_sd_px=0.8), 1.0),
    ],
)
def test_habit_shifts_the_outline_and_hand_and_objects_spread_it(hand, spread):
    perceived = edge_distance(seen().active[0])
    errors = np.array(
        [
            (drawn_edge(seen(), 0, 0.0, hand, np.random.default_rng(i)) - perceived)[32, 12]
            for i in range(400)
        ]
    )
    assert errors.mean() == pytest.approx(hand.shift_px, abs=0.1)
    assert errors.std() == pytest.approx(spread, rel=0.15)


def test_the_hand_s_error_is_forgotten_over_its_correlation_length():
    halves = np.broadcast_to(np.where(np.arange(400) < 200, 80.0, 180.0), (1, 400, 400))
    hand = STILL._replace(noise_px=1, correlation_px=8)
    perceived = edge_distance(halves[0] > 130)
    error = drawn_edge(divided(halves), 0, 0.0, hand, np.random.default_rng(0)) - perceived
    for distance, likeness in ((4, np.exp(-0.25)), (8, np.exp(-1)), (16, np.exp(-4))):
        found = np.corrcoef(error[distance:].ravel(), error[:-distance].ravel())[0, 1]
        assert found == pytest.approx(likeness, abs=0.07)


def test_ambiguity_grows_with_noise_over_gradient_up_to_its_bound():
    hand = STILL._replace(ambiguity_max_px=3)
    perceived = edge_distance(seen().active[0])

    def spread(noise):
        fields = [
            drawn_edge(seen(), 0, noise, hand, np.random.default_rng(i)) - perceived
            for i in range(50)
        ]
        return np.std(fields, axis=0)[np.abs(perceived) < 1].mean()

    gradient = np.hypot(*np.gradient(seen().pooled[0]))[np.abs(perceived) < 1].mean()
    assert spread(5.0) == pytest.approx(5.0 / gradient, rel=0.15)
    assert spread(1e6) == pytest.approx(3.0, rel=0.15)


def discs(radius, apart, shape=(3, 240, 240)):
    y, x = np.mgrid[: shape[1], : shape[2]]
    inside = np.hypot(y % apart - apart / 2, x % apart - apart / 2) < radius
    return divided(np.broadcast_to(np.where(inside, 180.0, 80.0), shape))


@pytest.mark.parametrize("radius", [6, 11, 20])
def test_the_outline_s_length_is_that_of_a_particle_however_many_there_are(radius):
    for apart in (48, 60, 80):
        length = outline_length(discs(radius, apart))
        assert length == pytest.approx(2 * np.pi * radius, rel=0.06)


def test_a_field_of_view_is_no_outline():
    whole = discs(11, 60)
    inside = np.zeros(whole.active.shape, dtype=bool)
    inside[:, 30:210, 30:210] = True
    cut = Perception(whole.pooled, whole.active, whole.contrast, inside)
    assert outline_length(cut) == pytest.approx(2 * np.pi * 11, rel=0.15)
    empty = Perception(whole.pooled, np.zeros_like(whole.active), whole.contrast)
    assert outline_length(empty) == REFERENCE_OUTLINE_PX


def test_a_hand_errs_by_the_size_of_what_it_draws():
    population = filled_in(
        Population(
            outline_exponent=0.5,
            outline_object_sd_px=0.6,
            hand_noise_px=0.8,
            hand_noise_exponent=0.25,
            hand_correlation_px=4,
            hand_correlation_exponent=1,
        )
    )
    hand = hand_on_image(population, 0.3, 16 * REFERENCE_OUTLINE_PX)
    assert hand.shift_px == pytest.approx(1.2)
    assert hand.object_sd_px == pytest.approx(2.4)
    assert hand.noise_px == pytest.approx(1.6)
    assert hand.correlation_px == pytest.approx(64)
    assert hand.object_px == pytest.approx(16 * REFERENCE_OUTLINE_PX / np.pi)


def test_a_slice_of_one_phase_has_no_outline_to_draw():
    flat = divided(np.full((1, 8, 8), 90))
    drawn = drawn_edge(flat, 0, 1.0, draw_traits(Population(), 1, "A"), np.random.default_rng(0))
    assert np.isneginf(drawn).all()


def test_errors_are_seen_by_size_depth_and_contrast():
    edge = edge_distance(np.indices((40, 40))[1] >= 20)
    output = np.where(edge > 0, 1, 2).astype(np.uint8)
    contrast = np.ones(edge.shape)
    assert not visible_errors(output, 1, edge, contrast, 20, 1.0).any()
    output[2:8, 30:36] = 2  # 36 px, deep
    output[12:22, 2:7] = 1  # 50 px, deep
    output[30:34, 30:35] = 2  # 20 px: too small
    output[:, 20] = 2  # 40 px along the edge: too shallow
    rank = visible_errors(output, 1, edge, contrast, 20, 1.0)
    assert rank.max() == 2
    assert (rank[12:22, 2:7] == 1).all()
    assert (rank[2:8, 30:36] == 2).all()
    assert np.count_nonzero(rank) == 86
    contrast[2:8, 30:36] = 5
    assert (visible_errors(output, 1, edge, contrast, 20, 1.0)[2:8, 30:36] == 1).all()
    # a user who looks less closely
    assert not visible_errors(output, 1, edge, contrast, 20, 18.0).any()


def test_corrections_stay_within_their_error_and_say_what_the_user_wants():
    edge = edge_distance(np.indices((40, 40))[1] >= 20).astype(np.float32)
    rank = np.zeros(edge.shape, dtype=np.int32)
    rank[5:12, 28:35] = 1
    rank[20:25, 4:12] = 2
    confined = correction_edge(rank, edge)
    assert (confined[5:12, 28:35] > 0).all()
    assert (confined[20:25, 4:12] < 0).all()
    assert np.count_nonzero(confined) == np.count_nonzero(rank)
    assert confined[8, 31] == 4  # the middle of 7 by 7
    labels = np.zeros(edge.shape, dtype=np.uint8)
    rng = np.random.default_rng(0)
    paint(labels, confined, np.argwhere(rank > 0), 10_000, brush(0.5, 5, 30.0), rng)
    assert np.array_equal(labels > 0, rank > 0)
    assert np.array_equal(labels[rank > 0], np.where(edge > 0, 1, 2)[rank > 0])
