"""Networks that learn from drawings: what is held out, what is learned, and what is refused."""

import numpy as np
import pytest

from manyeyes.annotations import Drawing
from manyeyes.devices import is_installed
from manyeyes.labels import THREE_PHASES, TWO_PHASES
from manyeyes.methods import METHODS, Request, label
from manyeyes.methods._held_out import held_out
from manyeyes.methods._networks import (
    USUAL,
    labels_of,
    learned_from_drawing,
    learned_from_twins,
    training_row,
)
from manyeyes.methods.drawn_network import TRAINING
from manyeyes.networks import Training

needs_jax = pytest.mark.skipif(not is_installed(), reason="JAX is not installed")
LRCS = {
    "method": "drawn_network",
    "drawings_of": "MLX25",
    "architecture": "lrcs",
    "seed": 1,
    "training": {"epochs": 12, "width": 2, "rate": 0.01, "augmentation": ["flip"]},
}


def strokes():
    """Return a volume with six strokes of each of two classes, on two slices."""
    labels = np.zeros((4, 48, 48), np.uint8)
    for z in (1, 3):
        for place in range(3):
            labels[z, 4 + 14 * place : 7 + 14 * place, 2:20] = 1
            labels[z, 4 + 14 * place : 7 + 14 * place, 26:44] = 2
    return labels


def three_strokes():
    """Return the same with the strokes of the second class that are in the lower half a third."""
    labels = strokes()
    labels[:, 24:][labels[:, 24:] == 2] = 3
    return labels


def three_levels():
    """Return an image with a bright left half and two darker quarters, and its truth."""
    truth = np.full((4, 48, 48), 1, np.uint8)
    truth[:, :24, 24:], truth[:, 24:, 24:] = 2, 3
    noise = np.random.default_rng(0).normal(0, 5, truth.shape)
    return (np.array([0, 210, 130, 40])[truth] + noise).astype(np.uint8), truth


def test_whole_strokes_of_every_class_are_held_out():
    labels = strokes()
    apart = held_out(labels, np.random.default_rng(1))
    assert not apart[labels == 0].any()
    for code in (1, 2):
        share = apart[labels == code].mean()
        assert 0.2 <= share < 0.4
        for z in (1, 3):
            # A stroke, or the part of one in a tile of the grid, is held out whole or not at all.
            for part in (slice(0, 24), slice(24, 48)):
                for row in (5, 19, 33):
                    cells = apart[z, row, part][labels[z, row, part] == code]
                    assert not cells.size or cells.all() or not cells.any()
    again = held_out(labels, np.random.default_rng(1))
    assert np.array_equal(apart, again)
    assert not np.array_equal(apart, held_out(labels, np.random.default_rng(2)))


def test_one_stroke_is_never_held_out():
    labels = np.zeros((1, 24, 24), np.uint8)
    labels[0, 3:6, 3:9] = 1
    assert not held_out(labels, np.random.default_rng(1)).any()


def test_what_configs_may_say_is_what_trainings_take():
    fields = set(Training.__dataclass_fields__) - {"codes", "device"}
    assert set(TRAINING) == fields
    assert set(USUAL) <= fields
    Training(**USUAL)


def test_nobody_draws_for_a_network():
    image, _ = three_levels()
    with pytest.raises(ValueError, match="what the user draws for MLX25"):
        METHODS["drawn_network"].annotate(image, LRCS, None)


@needs_jax
def test_a_network_learns_from_strokes():
    image, truth = three_levels()
    variant = {**LRCS, "architecture": "lee", "training": {"epochs": 20, "width": 4, "rate": 0.01}}
    requests = [
        Request(variant, lambda: Drawing(strokes()), user, ("seed", user, "d", "raw", "CNN"))
        for user in "AB"
    ]
    inside = np.ones(image.shape, bool)
    inside[:, :4] = False
    (one, made_by), (other, _) = label(image, requests, inside)
    assert not one[~inside].any()
    assert np.mean((one == 1)[inside] == (truth == 1)[inside]) > 0.9
    assert "network lee" in made_by
    # Nothing that is drawn by lot depends on the user: equal drawings give equal networks.
    assert np.array_equal(one, other)


@needs_jax
def test_seeds_differ_and_a_start_is_gone_on_from():
    image, truth = three_levels()
    short = {**LRCS, "training": {**LRCS["training"], "epochs": 2}}
    start = {"architecture": "lrcs", "slices": 4, "training": short["training"]}
    begun, _, facts = learned_from_twins([image], [truth], start, THREE_PHASES, ("s",))
    assert facts == {"slices": 3, "labelled": 3 * 48 * 48, "held_out": 48 * 48}
    found = {}
    for seed in (1, 2):
        variant = {**short, "seed": seed}
        found[seed] = learned_from_drawing(
            image, three_strokes(), variant, THREE_PHASES, ("seed", "d", "raw", "network")
        )
    kernels = [network.weights["conv1/kernel"] for network, *_ in found.values()]
    assert not np.array_equal(*kernels)
    assert set(np.unique(labels_of(found[1][0], image))) <= {1, 2, 3}
    row = training_row(*found[1][1:])
    assert (row["slices"], row["epochs"]) == (2, 2)
    assert row["labelled"] == np.count_nonzero(three_strokes())
    assert 0.2 * row["labelled"] <= row["held_out"] < 0.5 * row["labelled"]
    assert np.isfinite(row["held_out_loss"])
    slow = {**LRCS, "training": {**LRCS["training"], "epochs": 1, "rate": 1e-6, "minimum": 0.0}}
    tuned, *_ = learned_from_drawing(
        image, three_strokes(), slow, THREE_PHASES, ("seed",), start=begun
    )
    # One small step from the start.
    kernels = [network.weights["conv1/kernel"] for network in (begun, tuned)]
    assert np.allclose(*kernels, atol=1e-4) and not np.array_equal(*kernels)


def test_what_cannot_be_learned():
    image, truth = three_levels()
    names = ("seed",)
    one_phase = np.where(three_strokes() == 1, np.uint8(1), np.uint8(0))
    with pytest.raises(ValueError, match="labels of active material only"):
        learned_from_drawing(image, one_phase, LRCS, TWO_PHASES, names)
    lee = {**LRCS, "architecture": "lee"}
    with pytest.raises(ValueError, match="two phases apart"):
        learned_from_drawing(image, three_strokes(), lee, THREE_PHASES, names)
    with pytest.raises(ValueError, match="one size"):
        learned_from_twins([image, image[:, :40]], [truth, truth[:, :40]], LRCS, TWO_PHASES, names)
