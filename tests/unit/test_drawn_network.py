"""Networks that learn from drawings: what is held out, what is learned, and what is refused."""

import numpy as np
import pytest

from manyeyes.annotations import Drawing
from manyeyes.labels import THREE_PHASES, TWO_PHASES
from manyeyes.methods import METHODS, Request, annotate, label
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
from manyeyes.networks.backend import is_installed

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


def bright_and_dark(shape=(4, 48, 48)):
    """Return an image whose left half is bright, and its truth."""
    truth = np.full(shape, 3, np.uint8)
    truth[..., : shape[2] // 2] = 1
    noise = np.random.default_rng(0).normal(0, 5, shape)
    return np.where(truth == 1, 170 + noise, 70 + noise).astype(np.uint8), truth


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
    image, _ = bright_and_dark()
    with pytest.raises(ValueError, match="what the user draws for MLX25"):
        METHODS["drawn_network"].annotate(image, LRCS, None)


@needs_jax
def test_a_network_learns_what_was_drawn():
    image, truth = bright_and_dark()
    requests = [
        Request(LRCS, lambda: Drawing(strokes()), user, ("seed", user, "d", "raw", "CNN"))
        for user in "AB"
    ]
    inside = np.ones(image.shape, bool)
    inside[:, :4] = False
    (one, made_by), (other, _) = label(image, requests, inside)
    assert not one[~inside].any()
    assert np.mean((one == 1)[inside] == (truth == 1)[inside]) > 0.95
    assert "network lrcs" in made_by
    # Nothing that is drawn by lot depends on the user: equal drawings give equal networks.
    assert np.array_equal(one, other)


@needs_jax
def test_seeds_differ_and_facts_are_kept():
    image, _ = bright_and_dark()
    names = ("seed", "d", "raw", "network")
    quick = {**LRCS, "training": {**LRCS["training"], "epochs": 2}}
    first, history, facts = learned_from_drawing(image, strokes(), quick, TWO_PHASES, names)
    second, *_ = learned_from_drawing(image, strokes(), {**quick, "seed": 2}, TWO_PHASES, names)
    kernels = [network.weights["conv1/kernel"] for network in (first, second)]
    assert not np.array_equal(*kernels)
    row = training_row(history, facts)
    assert (row["slices"], row["epochs"]) == (2, 2)
    assert row["labelled"] == np.count_nonzero(strokes())
    assert 0.2 * row["labelled"] <= row["held_out"] < 0.4 * row["labelled"]
    assert np.isfinite(row["held_out_loss"])


@needs_jax
def test_three_phases_and_a_start():
    image, truth = bright_and_dark()
    image[:, 24:] = np.where(truth[:, 24:] == 3, 110, image[:, 24:])
    truth[:, 24:][truth[:, 24:] == 3] = 2
    start = {"architecture": "lrcs", "slices": 4, "training": LRCS["training"]}
    begun, _, facts = learned_from_twins([image], [truth], start, THREE_PHASES, ("s",))
    assert facts == {"slices": 3, "labelled": 3 * 48 * 48, "held_out": 48 * 48}
    labels = strokes()
    labels[3, 32:, 26:][labels[3, 32:, 26:] == 2] = 3
    tuned = {**LRCS, "training": {**LRCS["training"], "epochs": 1, "rate": 1e-6, "minimum": 0.0}}
    network, *_ = learned_from_drawing(image, labels, tuned, THREE_PHASES, ("seed",), start=begun)
    # One small step from the start.
    kernels = [n.weights["conv1/kernel"] for n in (begun, network)]
    assert np.allclose(*kernels, atol=1e-4) and not np.array_equal(*kernels)
    assert set(np.unique(labels_of(network, image))) <= {1, 2, 3}


@needs_jax
def test_what_cannot_be_learned():
    image, truth = bright_and_dark()
    names = ("seed",)
    with pytest.raises(ValueError, match="labels of active material only"):
        learned_from_drawing(
            image, np.where(strokes() == 1, 1, 0).astype(np.uint8), LRCS, TWO_PHASES, names
        )
    lee = {**LRCS, "architecture": "lee"}
    with pytest.raises(ValueError, match="two phases apart"):
        learned_from_drawing(image, strokes(), lee, THREE_PHASES, names)
    with pytest.raises(ValueError, match="one size"):
        learned_from_twins([image, image[:, :40]], [truth, truth[:, :40]], LRCS, TWO_PHASES, names)
    with pytest.raises(ValueError, match="nobody draws for it"):
        annotate(image, LRCS, _Traits(), seed_names=("s",))


class _Traits:
    """A person who would draw."""
