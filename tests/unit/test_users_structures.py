"""Users who see in another way: what sets each structure apart, on images that show it."""

import numpy as np
import pytest
from scipy import ndimage
from scipy.special import logit

from manyeyes.imaging.masks import edge_distance
from manyeyes.methods import annotate
from manyeyes.methods.threshold import threshold
from manyeyes.users.contours import find_contours, judge_along_contours, perceive_contours
from manyeyes.users.eye import perceive
from manyeyes.users.pixels import judge_pixels, mixture_share, perceive_pixels
from manyeyes.users.population import STRUCTURES, Population, draw_traits

OTHERS = [structure for structure in STRUCTURES if structure != "two_class"]
S2 = {"method": "threshold", "offset": 0}
CWS = {"method": "watershed", "seed_error": 0.01}
ML2 = {"method": "seeded_forest", "slices": 2}
MLX10 = {"method": "drawn_forest", "coverage_percent": 10, "slices": "central"}
LEVELS = np.arange(256)


def disc(radius=24, size=96, slices=5):
    y, x = np.indices((size, size)) - size // 2
    return np.broadcast_to(y**2 + x**2 < radius**2, (slices, size, size))


def photograph(truth, contrast_to_noise, contrast=60, seed=2):
    clean = ndimage.gaussian_filter(truth.astype(float), (0, 0.8, 0.8)) * contrast + 90
    noise = np.random.default_rng(seed).standard_normal(truth.shape)
    return np.clip(np.rint(clean + noise * contrast / contrast_to_noise), 0, 255).astype(np.uint8)


def work(structure, variant, user, image, **priors):
    traits = draw_traits(Population(structure=structure, **priors), 2023, user)
    return annotate(image, variant, traits, seed_names=(2023, user, "D", "raw"))


@pytest.mark.parametrize("structure", STRUCTURES)
def test_a_clean_image_of_two_greys_is_cut_between_them(structure):
    image = np.where(disc(), np.uint8(200), np.uint8(60))
    for user in "ABC":
        level = work(structure, S2, user, image).level
        assert np.array_equal(threshold(image, level) == 1, disc())
        window = work(structure, CWS, user, image)
        assert 60 < window.low <= window.high <= 200


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("variant", [S2, CWS, ML2, MLX10], ids=lambda v: v["method"])
def test_names_decide_everything_and_users_differ(structure, variant):
    def content(user):
        done = work(structure, variant, user, image)
        return done if hasattr(done, "level") or hasattr(done, "low") else done.labels.tobytes()

    image = photograph(disc(), 3)
    assert content("A") == content("A")
    assert len({str(content(user)) for user in "ABCDEF"}) > 1


@pytest.mark.parametrize("structure", OTHERS)
def test_a_structure_is_no_other_name_for_the_first(structure):
    image = photograph(disc(), 2)
    # a criterion far out moves both sliders to one level by chance
    near = {"threshold_criterion_sd": 0.94}
    first, other = (work(name, S2, "A", image, **near).level for name in ("two_class", structure))
    assert first != other
    first, other = (work(name, MLX10, "A", image) for name in ("two_class", structure))
    assert (first.labels != other.labels).any()


def test_an_unknown_structure_is_refused():
    with pytest.raises(ValueError, match="structure must be one of two_class, sharp_eyed, contour"):
        Population(structure="cyclops")


def gaussian_classes(distance, share, sd=12.0):
    """Return exact counts of two normal phases, `distance` noises apart."""
    means = 128 + np.array([0.5, -0.5]) * distance * sd
    densities = np.exp(-((LEVELS - means[:, None]) ** 2) / (2 * sd**2))
    return densities * np.array([share, 1 - share])[:, None]


@pytest.mark.parametrize("distance", [1.5, 3.0, 6.0])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
def test_who_sees_pixels_knows_how_likely_each_grey_level_is(distance, share):
    bright, dark = gaussian_classes(distance, share)
    found = mixture_share(bright + dark)
    assert found == pytest.approx(bright / (bright + dark), abs=0.02)


def test_neighbouring_grey_levels_without_scatter_are_told_apart():
    pixels = np.zeros(256)
    pixels[[100, 101]] = 500
    share = mixture_share(pixels)
    assert share[100] < 0.02
    assert share[101] > 0.98


def test_a_criterion_moves_a_sharp_eyed_threshold_by_contrast_over_noise_squared():
    """Log-odds rise by distance^2 over the contrast, as signal detection has it."""
    rng = np.random.default_rng(0)
    for distance in (2.0, 4.0):
        greys = np.concatenate(
            [rng.normal(100, 15, 40000), rng.normal(100 + 15 * distance, 15, 40000)]
        )
        image = np.clip(np.rint(greys), 0, 255).astype(np.uint8).reshape(5, 80, 200)
        curve = judge_pixels(image)
        odds = logit(np.clip(curve.active_share, 1e-9, 1 - 1e-9))
        middle = slice(int(100 + 15 * distance / 4), int(100 + 45 * distance / 4))
        slope = np.polyfit(LEVELS[middle], odds[middle], 1)[0]
        assert slope == pytest.approx(distance / 15, rel=0.1)


def test_who_sees_pixels_paints_what_they_would_cut():
    image = photograph(disc(), 2)
    for user in "ABCD":
        shifts = [f"outline_{part}_sd_px" for part in ("habit", "sitting", "object")]
        hand = dict.fromkeys([*shifts, "hand_noise_px", "outline_ambiguity_max_px"], 0)
        done = work("sharp_eyed", MLX10, user, image, overshoot_px=0, session_share=0, **hand)
        bright, dark = (image[done.labels == label] for label in (1, 2))
        assert dark.max() <= bright.min()
    lenient = perceive_pixels(image, -1.0).active.mean()
    strict = perceive_pixels(image, 1.0).active.mean()
    assert strict < perceive_pixels(image, 0.0).active.mean() < lenient


def test_contours_are_seen_through_uneven_brightness():
    """Shading as strong as the contrast: no grey level parts the phases, their outlines do."""
    truth = disc(12, 48, 1)
    truth = np.tile(truth, (1, 3, 3))
    shade = np.linspace(0, 90, truth.shape[2])
    image = np.clip(photograph(truth, 8) - 45 + shade, 0, 255).astype(np.uint8)
    assert np.mean(perceive(image, 1.5).active != truth) > 0.2
    assert np.mean(perceive_contours(image, 1.5, 10).active != truth) < 0.08


def test_contours_lie_at_the_edges_and_are_the_shorter_the_fewer():
    truth = disc(24, 96, 1)
    contours = find_contours(photograph(truth, 6), 1.5, 10)
    assert np.abs(edge_distance(truth[0])[contours.distance[0] == 0]).max() < 3
    with pytest.raises(ValueError, match="no contour of at least 500 pixels"):
        find_contours(photograph(truth, 6), 1.5, 500)
    with pytest.raises(ValueError, match="no contour is seen"):
        find_contours(np.full((1, 20, 20), 90, np.uint8), 1.5, 10)


def test_a_slice_without_a_contour_is_of_the_phase_that_it_looks_like():
    image = photograph(np.concatenate([disc(slices=1), np.ones((1, 96, 96), bool)]), np.inf)
    assert find_contours(image, 1.5, 10).active[1].all()
    assert not find_contours(255 - image, 1.5, 10).active[1].any()


def test_a_contour_is_followed_to_where_it_fades():
    contrast = np.linspace(100, 30, 96)
    image = 80 + np.where(LEVELS[:96] < 48, 0, contrast[:, None])[None]
    noise = np.random.default_rng(0).normal(0, 1, image.shape)
    lines = find_contours(np.rint(image + noise).astype(np.uint8), 1.5, 10).distance[0] == 0
    assert lines[:, 46:50].any(axis=1).all()


def test_grey_levels_far_from_contours_do_not_move_a_contour_follower():
    truth = disc(10, 96, 3)
    image = photograph(truth, np.inf)
    y, x = np.indices((96, 96)) - 48
    # a gentle wall of brightness around the disc, well away from it
    wall = np.rint(20 * np.exp(-((np.hypot(y, x) - 36) ** 2) / 50)).astype(np.uint8)
    curves = [judge_along_contours(volume, 1.5, 10) for volume in (image, image + wall)]
    assert wall.max() == 20
    assert np.array_equal(curves[0].active_share, curves[1].active_share)


def test_contour_followers_paint_along_outlines_and_then_inwards():
    image = photograph(disc(40, 128, 1).repeat(5, 0), 6)
    edges = np.abs(edge_distance(disc(40, 128, 1)[0]))

    def depths(structure, percent):
        variant = {**MLX10, "coverage_percent": percent}
        done = work(structure, variant, "A", image)
        assert np.count_nonzero(done.labels[2]) == round(percent / 100 * 128 * 128)
        return edges[done.labels[2] > 0]

    assert np.median(depths("contour", 10)) < 0.5 * np.median(depths("two_class", 10))
    assert depths("contour", 10).max() < 20
    # with more coverage than there is along outlines the rest is painted too
    assert depths("contour", 90).max() > 35
