"""Whole users: what they do with images, as the pipeline asks them."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage
from skimage.filters import threshold_otsu

from manyeyes.annotations import Threshold, Window
from manyeyes.methods import annotate
from manyeyes.methods.threshold import threshold
from manyeyes.methods.watershed import watershed
from manyeyes.users.population import Population, draw_traits
from manyeyes.users.slices import trained_slices

VARIANTS = {
    "S1": {"method": "threshold", "offset": -10},
    "S2": {"method": "threshold", "offset": 0},
    "S3": {"method": "threshold", "offset": 10},
    "gWS": {"method": "watershed", "seed_error": 0.10},
    "cWS": {"method": "watershed", "seed_error": 0.01},
    "ML1": {"method": "seeded_forest", "slices": "first"},
    "ML2": {"method": "seeded_forest", "slices": 6},
    "ML3": {"method": "seeded_forest", "slices": "all", "max_labels": 200000},
    "MLX10": {"method": "drawn_forest", "coverage_percent": 10, "slices": 7},
    "MLX25": {"method": "drawn_forest", "coverage_percent": 25, "slices": 7},
    "MLX65": {"method": "drawn_forest", "coverage_percent": 65, "slices": 7},
}
SHAPE = (48, 56, 64)
# What keeps even a careful painter from the exact edge: a hand, a habit, an eye that pools.
SURE = {
    "hand_noise_px": 0,
    "outline_habit_sd_px": 0,
    "outline_sitting_sd_px": 0,
    "outline_object_sd_px": 0,
    "outline_ambiguity_max_px": 0,
    "overshoot_px": 0,
    "eye_sigma_px": 0.2,
    "eye_sigma_min_px": 0.1,
}


def grain(shape=SHAPE, seed=1):
    """Return a two-phase geometry of rounded grains, half of it active."""
    noise = np.random.default_rng(seed).standard_normal(shape)
    field = ndimage.gaussian_filter(noise, 4, mode="wrap")
    return field > np.median(field)


def photograph(truth, contrast_to_noise, contrast=60, seed=2):
    """Return a blurred, noisy 8-bit image of a geometry."""
    clean = ndimage.gaussian_filter(truth.astype(float), 0.6) * contrast + 100
    if np.isfinite(contrast_to_noise):
        noise = np.random.default_rng(seed).standard_normal(truth.shape)
        clean += noise * contrast / contrast_to_noise
    return np.clip(np.rint(clean), 0, 255).astype(np.uint8)


TRUTH = grain()
NOISY = photograph(TRUTH, 3)


def person(name="A", **priors):
    return draw_traits(Population(**priors), 2023, name)


def work(variant, traits, image=NOISY, dataset="D", filter_="raw"):
    def first_output(labels, slices):
        assert np.unique(np.nonzero(labels)[0]).tolist() == [image.shape[0] // 2]
        return threshold(image, 130)[slices]

    return annotate(
        image,
        VARIANTS[variant],
        traits,
        seed_names=(2023, traits.user, dataset, filter_),
        first_output=first_output,
    )


def content(annotation):
    if isinstance(annotation, Threshold):
        return annotation.level
    if isinstance(annotation, Window):
        return annotation.low, annotation.high
    return annotation.labels.tobytes()


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_same_names_give_the_same_work_and_others_another(variant):
    done = work(variant, person("A"))
    again = work(variant, person("A"))
    assert content(again) == content(done)
    assert again.record == done.record
    others = [content(work(variant, person(name))) for name in "BCDEF"]
    assert any(other != content(done) for other in others)
    # the same image as another dataset: the same person on another day
    assert any(
        content(work(variant, person(name), dataset="X")) != content(work(variant, person(name)))
        for name in "ABCDEF"
    )


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_record_is_plain_and_survives_json(variant):
    record = work(variant, person()).record
    assert json.loads(json.dumps(record)) == record


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_clean_image_of_two_greys_is_segmented_exactly_by_everyone(variant):
    image = np.where(TRUTH, np.uint8(230), np.uint8(20))
    expected = np.where(TRUTH, 1, 2)
    for name in "ABC":
        sure = SURE if "MLX" in variant else {}
        done = work(variant, person(name, **sure), image)
        if isinstance(done, Threshold):
            assert np.array_equal(threshold(image, done.level), expected)
        elif isinstance(done, Window):
            assert np.array_equal(watershed(image, done.low, done.high), expected)
        else:
            labelled = done.labels > 0
            assert np.array_equal(done.labels[labelled], expected[labelled])


def test_offsets_are_taken_from_one_preferred_threshold():
    for name in "ABC":
        s1, s2, s3 = (work(variant, person(name)) for variant in ("S1", "S2", "S3"))
        assert s2.level - s1.level == s3.level - s2.level == 10
        assert s1.record["preferred_level"] == s2.level


def test_offsets_end_where_the_slider_does():
    image = np.where(TRUTH, np.uint8(6), np.uint8(2))
    assert work("S1", person(), image).level == 1


def test_thresholds_and_windows_lie_within_the_image_s_greys():
    for contrast_to_noise in (1, 3, 10):
        image = photograph(TRUTH, contrast_to_noise)
        for name in "ABCDEF":
            level = work("S2", person(name), image).level
            assert image.min() < level <= image.max()
            window = work("cWS", person(name), image)
            assert image.min() < window.low <= window.high <= image.max()


def test_the_conservative_window_contains_the_generous_one():
    for contrast_to_noise in (1, 3, 10):
        image = photograph(TRUTH, contrast_to_noise)
        for name in "ABCDEF":
            generous = work("gWS", person(name), image)
            conservative = work("cWS", person(name), image)
            assert conservative.low <= generous.low <= generous.high <= conservative.high


@pytest.mark.parametrize(
    ("variant", "slices"),
    [
        ("ML1", [0]),
        ("ML2", [4, 12, 20, 28, 36, 44]),
        ("ML3", list(range(48))),
        ("MLX10", [6, 12, 18, 24, 30, 36, 42]),
    ],
)
def test_labels_lie_on_the_slices_of_the_protocol_alone(variant, slices):
    labels = work(variant, person()).labels
    assert labels.dtype == np.uint8
    assert labels.shape == SHAPE
    assert np.unique(labels[slices]).tolist() in ([0, 1, 2], [1, 2])
    assert np.unique(np.nonzero(labels)[0]).tolist() == slices


def test_each_slice_of_ml2_has_a_window_of_its_own():
    windows = work("ML2", person()).record["windows"]
    assert len({(window["low"], window["high"]) for window in windows}) > 1


@pytest.mark.parametrize("variant", ["MLX10", "MLX25", "MLX65"])
def test_every_drawn_slice_reaches_its_coverage(variant):
    for name in "ABC":
        done = work(variant, person(name))
        for note in done.record["slices"]:
            share = np.count_nonzero(done.labels[note["slice"]]) / (SHAPE[1] * SHAPE[2])
            assert share == pytest.approx(VARIANTS[variant]["coverage_percent"] / 100, abs=0.01)
            assert note["coverage"] == share


def test_everything_is_drawn_at_full_coverage():
    variant = {"method": "drawn_forest", "coverage_percent": 100, "slices": 1}
    done = annotate(NOISY, variant, person(), seed_names=(1, "A", "D", "raw"))
    assert (done.labels[24] > 0).all()
    assert not done.labels[25:].any()


def test_most_of_what_is_drawn_on_a_clear_image_is_right():
    image = photograph(TRUTH, 8)
    for name in "ABC":
        labels = work("MLX25", person(name), image).labels
        drawn = labels > 0
        assert np.mean((labels == 1)[drawn] == TRUTH[drawn]) > 0.95


def test_an_error_of_the_first_output_is_corrected():
    def upside_down(labels, slices):
        return 3 - threshold(ndimage.uniform_filter(NOISY, 3), 130)[slices]

    traits = person()
    args = {"seed_names": (2023, "A", "D", "raw"), "first_output": upside_down}
    done = annotate(NOISY, VARIANTS["MLX25"], traits, **args)
    central, *others = done.record["slices"]
    assert central["slice"] == trained_slices(range(SHAPE[0]), 7)[0]
    assert central["correction_share"] == 0
    for note in others:
        assert note["visible_errors"] > 0
        assert note["correction_share"] == pytest.approx(traits.correction_share, abs=0.01)


def test_an_output_like_the_user_s_view_needs_no_correction():
    image = np.where(TRUTH, np.uint8(230), np.uint8(20))
    done = work("MLX25", person(**SURE), image)
    assert all(note["correction_strokes"] == 0 for note in done.record["slices"])


def test_who_draws_outlines_further_out_sees_errors_in_an_output_that_does_not():
    image = np.where(TRUTH, np.uint8(230), np.uint8(20))
    traits = replace(person(**SURE), outline_habit_px=4.0)
    _, *others = work("MLX25", traits, image).record["slices"]
    assert all(note["visible_errors"] > 0 for note in others)


def test_more_noise_drives_users_apart():
    def spread(contrast_to_noise, tolerance):
        image = photograph(TRUTH, contrast_to_noise)
        people = [person(f"user {i}", overlay_tolerance=tolerance) for i in range(20)]
        levels = [work("S2", traits, image).level for traits in people]
        return np.std([np.mean(image >= level) for level in levels])

    assert spread(1.5, 1.0) > 2 * spread(4, 1.0)
    # who looks at the result keeps to what is seen, the more so the closer the look
    assert spread(1.5, 0.03) < spread(1.5, 0.1) < spread(1.5, 1.0)


def test_the_image_is_left_as_it_was():
    before = NOISY.copy()
    for variant in VARIANTS:
        work(variant, person())
    assert np.array_equal(NOISY, before)


def output_of(value):
    return lambda labels, slices: value


@pytest.mark.parametrize(
    ("image", "variant", "first_output", "message"),
    [
        (NOISY.astype(float), VARIANTS["S2"], None, "uint8"),
        (NOISY[0], VARIANTS["S2"], None, "shape"),
        (np.full(SHAPE, 7, np.uint8), VARIANTS["S2"], None, "no phases can be distinguished"),
        (NOISY, {"method": "guess"}, None, "guess"),
        (NOISY, {"method": "threshold"}, None, "offset"),
        (NOISY, {"method": "threshold", "offset": 2.5}, None, "whole number"),
        (NOISY, {"method": "watershed", "seed_error": 0.5}, None, "seed_error"),
        (NOISY, {"method": "watershed", "seed_error": 0}, None, "seed_error"),
        (NOISY, {"method": "seeded_forest", "slices": "last"}, None, "last"),
        (NOISY, {"method": "seeded_forest", "slices": 60}, None, "ask for fewer"),
        (NOISY, VARIANTS["MLX10"] | {"coverage_percent": 0}, None, "coverage_percent"),
        (NOISY, VARIANTS["MLX10"] | {"coverage_percent": 101}, None, "coverage_percent"),
        (NOISY, VARIANTS["MLX10"] | {"slices": 0}, None, "slices"),
        (NOISY, VARIANTS["MLX10"], None, "first output"),
        (NOISY, VARIANTS["MLX10"], output_of(np.ones((7, 56, 64), np.uint8)), "shape"),
        (NOISY, VARIANTS["MLX10"], output_of(np.zeros((6, 56, 64), np.uint8)), "labels 1 and 2"),
    ],
)
def test_broken_input_is_refused(image, variant, first_output, message):
    with pytest.raises(ValueError, match=message):
        annotate(
            image,
            variant,
            person(),
            seed_names=(1, "A", "D", "raw"),
            first_output=first_output,
        )


def draw_25(slices, name="A", **settings):
    variant = {"method": "drawn_forest", "coverage_percent": 25, "slices": slices, **settings}
    return annotate(
        NOISY,
        variant,
        person(name),
        seed_names=(2023, name, "D", "raw"),
        first_output=lambda labels, wanted: 3 - threshold(NOISY, 130)[wanted],
    )


def test_without_corrections_all_slices_are_painted_like_the_first():
    corrected, bare = draw_25(7), draw_25(7, corrections=False)
    middle = SHAPE[0] // 2
    assert np.array_equal(bare.labels[middle], corrected.labels[middle])
    assert all(note["correction_strokes"] == 0 for note in bare.record["slices"])
    assert any(note["correction_strokes"] > 0 for note in corrected.record["slices"])
    assert (bare.labels != corrected.labels).any()
    alone = annotate(
        NOISY,
        {**VARIANTS["MLX25"], "corrections": False},
        person("A"),
        seed_names=(2023, "A", "D", "raw"),
    )
    assert np.array_equal(alone.labels, bare.labels)


@pytest.mark.parametrize(
    ("slices", "place"), [("first", 0), ("central", SHAPE[0] // 2), ("last", SHAPE[0] - 1)]
)
def test_a_single_slice_is_drawn_at_its_place(slices, place):
    labels = draw_25(slices).labels
    assert np.flatnonzero(labels.any(axis=(1, 2))).tolist() == [place]
    assert np.count_nonzero(labels) == round(0.25 * labels[0].size)


def test_otsus_threshold_is_everybodys():
    level = work_otsu("A")
    assert level == work_otsu("B")
    assert threshold(NOISY, level).mean() == pytest.approx(
        np.where(threshold_otsu(NOISY) < NOISY, 1, 2).mean()
    )


def work_otsu(name):
    done = annotate(NOISY, {"method": "otsu"}, person(name), seed_names=(2023, name, "D", "raw"))
    return done.level
