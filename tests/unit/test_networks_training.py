"""Training: it learns, only from labelled pixels, and gives the same bytes every time."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("jax", reason="the extra `networks` is not installed")

from manyeyes.files.networks import Checkpoint, write_network
from manyeyes.networks import Training, fit_network, label_slices, predict, predicting
from manyeyes.networks.fitting import weights_digest
from manyeyes.randomness import generator


def slices(count=1, edge=32, phases=2, seed=0):
    """Return images of phases with different grey levels, and their labels."""
    from scipy import ndimage

    rng = generator("test of networks", seed)
    field = ndimage.gaussian_filter(rng.normal(size=(count, edge, edge)), (0, 4, 4))
    cuts = np.quantile(field, np.arange(1, phases) / phases)
    labels = (1 + np.digitize(field, cuts)).astype(np.uint8)
    grey = 60.0 * labels + rng.normal(0, 6, labels.shape)
    return np.clip(grey, 0, 255).astype(np.uint8), labels


QUICK = {"width": 8, "scaling": "standard", "rate": 1e-2, "patience": 1000}


@pytest.mark.parametrize(("architecture", "phases"), [("lee", 2), ("lrcs", 2), ("lrcs", 3)])
def test_a_network_learns_one_image_by_heart(architecture, phases):
    images, labels = slices(phases=phases)
    settings = Training(epochs=120, codes=range(1, phases + 1), **QUICK)
    network, history = fit_network(
        images, labels, architecture=architecture, seed=1, settings=settings
    )
    right = (label_slices(network, images) == labels).mean()
    assert right > 0.95
    assert history["loss"].iloc[-1] < 0.3 * history["loss"].iloc[0]
    assert len(history) == 120


def test_the_history_has_what_the_settings_ask_for():
    images, labels = slices(3, 16)
    settings = Training(epochs=2, batch=2, **QUICK)
    _, history = fit_network(
        images[:2],
        labels[:2],
        architecture="lee",
        seed=1,
        settings=settings,
        validation=(images[2:], labels[2:]),
    )
    measures = ["loss", "accuracy", "mse", "f1_1", "f1_2"]
    assert list(history) == ["epoch", "rate", *measures, *(f"validation_{m}" for m in measures)]
    assert history["epoch"].tolist() == [1, 2]
    assert history["rate"].tolist() == [1e-2, 1e-2]


def test_measures_of_the_validation_are_those_of_the_probabilities():
    images, labels = slices(2, 16)
    labels[1, :4] = 0
    settings = Training(epochs=1, **QUICK)
    network, history = fit_network(
        images[:1],
        labels[:1],
        architecture="lee",
        seed=1,
        settings=settings,
        validation=(images[1:], labels[1:]),
    )
    first = predict(network, images[1:])[0, 0][labels[1] != 0].astype(float)
    known = labels[1][labels[1] != 0]
    truth, found = known == 1, first >= 0.5
    row = history.iloc[0]
    assert row["validation_accuracy"] == pytest.approx((truth == found).mean())
    assert row["validation_mse"] == pytest.approx(((first - truth) ** 2).mean(), rel=1e-5)
    entropy = -np.log(np.where(truth, first, 1 - first)).mean()
    assert row["validation_loss"] == pytest.approx(entropy, rel=1e-5)
    both = (truth & found).sum()
    assert row["validation_f1_1"] == pytest.approx(2 * both / (truth.sum() + found.sum()))


def test_unlabelled_pixels_do_not_count():
    """Half of the image is unlabelled, so whatever stands below it changes no weight there."""
    images, labels = slices()
    sparse = labels.copy()
    sparse[:, :, ::2] = 0
    settings = Training(epochs=1, **QUICK)
    call = {"architecture": "lrcs", "seed": 1, "settings": settings}
    one, row = fit_network(images, sparse, **call)
    assert row["accuracy"].iloc[0] != fit_network(images, labels, **call)[1]["accuracy"].iloc[0]
    # An image without labels is no image.
    more = np.concatenate([images, images[:, ::-1]])
    none = np.concatenate([sparse, np.zeros_like(sparse)])
    other, _ = fit_network(more, none, **call)
    assert other.training["labelled"] == one.training["labelled"]
    settings = Training(epochs=1, width=8, scaling="range")
    call["settings"] = settings
    assert weights_digest(fit_network(more, none, **call)[0]) == weights_digest(
        fit_network(images, sparse, **call)[0]
    )


def test_equal_seeds_give_equal_bytes_and_others_do_not():
    images, labels = slices(3, 16)
    settings = Training(epochs=2, batch=2, augmentation=("noise", "flip", "warp"), **QUICK)
    call = {"architecture": "lee", "settings": settings}
    first, rows = fit_network(images, labels, seed=("study", 1), **call)
    again, same = fit_network(images, labels, seed=("study", 1), **call)
    other, _ = fit_network(images, labels, seed=("study", 2), **call)
    assert all(np.array_equal(first.weights[k], again.weights[k]) for k in first.weights)
    assert rows.equals(same)
    assert weights_digest(first) == weights_digest(again) != weights_digest(other)


def test_any_size_is_labelled():
    images, labels = slices(1, 24)
    settings = Training(epochs=1, **QUICK)
    network, _ = fit_network(
        images[:, :21, :19], labels[:, :21, :19], architecture="lee", seed=1, settings=settings
    )
    odd = images[:, :13, :24]
    found = predict(network, odd)
    assert found.shape == (1, 2, 13, 24)
    assert found.dtype == np.float32
    assert np.allclose(found.sum(axis=1), 1)
    assert np.array_equal(label_slices(network, odd), 1 + found.argmax(axis=1))


class Kept:
    """A checkpoint in memory that stops the training after some epochs."""

    def __init__(self, stop_after=None, state=None):
        self.stop_after, self.state = stop_after, state

    def load(self):
        return self.state

    def save(self, state):
        self.state = state
        if len(state.rows) == self.stop_after:
            raise KeyboardInterrupt


@pytest.mark.parametrize("epochs", [1, 3])
def test_a_stopped_training_goes_on_to_the_same_bytes(epochs, tmp_path):
    images, labels = slices(3, 16)
    settings = Training(
        epochs=5, batch=2, augmentation=("noise", "flip"), width=8, rate=1e-2, patience=1,
        window=8,
    )  # fmt: skip
    call = {"architecture": "lee", "seed": 1, "settings": settings}
    call["validation"] = images[:1], labels[:1]
    whole, history = fit_network(images[1:], labels[1:], **call)
    stopped = Kept(epochs)
    with pytest.raises(KeyboardInterrupt):
        fit_network(images[1:], labels[1:], checkpoint=stopped, **call)
    # Through a file, as between two processes.
    file = Checkpoint(tmp_path / "training.npz")
    file.save(stopped.state)
    seen = []
    again, rows = fit_network(images[1:], labels[1:], checkpoint=file, progress=seen.append, **call)
    assert [row["epoch"] for row in seen] == list(range(epochs + 1, 6))
    assert rows.equals(history)
    assert list(rows) == list(history)
    assert again.training == whole.training
    assert all(np.array_equal(again.weights[k], whole.weights[k]) for k in whole.weights)
    write_network(tmp_path / "one.npz", whole)
    write_network(tmp_path / "other.npz", again)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "other.npz").read_bytes()


def test_the_checkpoint_of_another_training_is_not_used():
    images, labels = slices(2, 16)
    call = {"architecture": "lee", "settings": Training(epochs=1, **QUICK)}
    other = Kept()
    fit_network(images, labels, seed=1, checkpoint=other, **call)
    before = other.state.task
    fresh, _ = fit_network(images, labels, seed=2, **call)
    found, _ = fit_network(images, labels, seed=2, checkpoint=other, **call)
    assert weights_digest(found) == weights_digest(fresh)
    assert other.state.task != before


def test_it_stops_when_held_out_labels_are_no_longer_learned():
    images, labels = slices(2, 16)
    # What is held out has the phases swapped, so that learning makes it worse.
    swapped = (3 - labels[1:]).astype(np.uint8)
    settings = Training(epochs=60, stop_after=4, width=8, scaling="standard", rate=3e-2)
    network, history = fit_network(
        images[:1],
        labels[:1],
        architecture="lee",
        seed=1,
        settings=settings,
        validation=(images[1:], swapped),
    )
    best = int(history["validation_loss"].idxmin()) + 1
    assert len(history) == best + 4 < 60
    assert network.training["best_epoch"] == best
    assert network.training["epochs_run"] == len(history)
    # The weights are those of the best epoch.
    short, _ = fit_network(
        images[:1],
        labels[:1],
        architecture="lee",
        seed=1,
        settings=replace(settings, epochs=best),
        validation=(images[1:], swapped),
    )
    assert weights_digest(short) == weights_digest(network)


def test_fine_tuning_starts_from_what_was_learned():
    images, labels = slices(2, 16)
    call = {"architecture": "lee", "seed": 1}
    learned, before = fit_network(
        images[:1], labels[:1], settings=Training(epochs=60, **QUICK), **call
    )
    settings = Training(epochs=1, **QUICK)
    # Standardised by what the first network learned from, not by the new images.
    darker = (images[1:] // 2).astype(np.uint8)
    tuned, _ = fit_network(darker, labels[1:], settings=settings, start=learned, **call)
    assert (tuned.offset, tuned.scale) == (learned.offset, learned.scale)
    assert tuned.training["start"] == weights_digest(learned)
    _, again = fit_network(images[:1], labels[:1], settings=settings, start=learned, **call)
    assert again["loss"].iloc[0] <= before["loss"].iloc[-1] * 1.05
    assert again["loss"].iloc[0] < 0.8 * before["loss"].iloc[0]
    with pytest.raises(ValueError, match="asked for width 4 instead of 8"):
        fit_network(images, labels, settings=Training(width=4), start=learned, **call)


def test_large_slices_are_classified_in_windows_that_leave_no_trace(monkeypatch):
    images, labels = slices(1, 16)
    for architecture in ("lee", "lrcs"):
        network, _ = fit_network(
            images, labels, architecture=architecture, seed=1, settings=Training(epochs=1, width=4)
        )
        large, _ = slices(1, 250, seed=3)
        whole = predict(network, large)
        with monkeypatch.context() as patch:
            patch.setattr(predicting, "WINDOW", 176)
            assert [begin for begin, _ in predicting._windows(256)] == [0, 48, 80]
            parts = predict(network, large)
        assert np.abs(parts - whole).max() < 1e-5
        assert whole.std() > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": np.zeros((2, 16), np.uint8)}, r"images must have the axes \(n, y, x\)"),
        ({"images": np.zeros((1, 16, 16), np.int32)}, "images must be uint8, uint16, float32"),
        ({"images": np.full((1, 16, 16), np.nan, np.float32)}, "images must be finite"),
        ({"labels": np.ones((1, 16, 8), np.uint8)}, "labels must be uint8 of shape"),
        ({"labels": np.ones((1, 16, 16), np.int64)}, "labels must be uint8 of shape"),
        ({"labels": np.full((1, 16, 16), 7, np.uint8)}, r"codes \[1, 2\] only, found \[7\]"),
        ({"labels": np.zeros((1, 16, 16), np.uint8)}, "labels must label some pixels"),
        ({"architecture": "unet"}, "unknown architecture 'unet'"),
        ({"settings": Training(codes=(1, 2, 3))}, "two phases apart, found 3 codes"),
        ({"settings": Training(stop_after=3)}, "stop_after needs a validation"),
        (
            {"validation": (np.zeros((1, 8, 8), np.uint16), np.ones((1, 8, 8), np.uint8))},
            "images of the validation are uint16, those of the training uint8",
        ),
    ],
)
def test_what_does_not_fit_is_refused_before_the_training(change, message):
    images, labels = slices(1, 16)
    call = {"images": images, "labels": labels, "architecture": "lee", "settings": Training()}
    call |= {"seed": 1} | change
    with pytest.raises(ValueError, match=message):
        fit_network(call.pop("images"), call.pop("labels"), **call)


def test_grey_values_of_another_type_are_refused():
    images, labels = slices(1, 16)
    network, _ = fit_network(
        images, labels, architecture="lee", seed=1, settings=Training(epochs=1, width=4)
    )
    with pytest.raises(ValueError, match="learned from grey values of uint8, found uint16"):
        predict(network, images.astype(np.uint16))
