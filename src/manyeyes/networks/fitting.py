"""Training a network on labelled slices."""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from ..devices import described, start_jax
from ..randomness import generator
from .architectures import layers_of
from .augmentations import augmented
from .images import as_numbers, checked_images, padded_edges, scaling_of
from .network import Network
from .settings import Training
from .state import TrainingState


class Checkpoint(Protocol):
    """Where a training keeps how far it is, such as `manyeyes.files.networks.Checkpoint`."""

    def load(self) -> TrainingState | None:
        """Return what was saved last, or None."""

    def save(self, state: TrainingState) -> None:
        """Keep a state, instead of the one before."""


def fit_network(
    images: np.ndarray,
    labels: np.ndarray,
    *,
    architecture: str,
    seed: object,
    settings: Training,
    validation: tuple[np.ndarray, np.ndarray] | None = None,
    start: Network | None = None,
    checkpoint: Checkpoint | None = None,
    progress: Callable[[dict], None] | None = None,
) -> tuple[Network, pd.DataFrame]:
    """Train a network on labelled slices, with one thread.

    Parameters
    ----------
    images : ndarray of uint8, uint16 or float32, shape (n, y, x)
        Grey values as they are; ``settings.greys`` says what is done to them.
    labels : ndarray of uint8, shape (n, y, x)
        0 where unlabelled, which no loss counts, otherwise one of ``settings.codes``.
    architecture : {"lee", "lrcs"}
    seed : int, str or sequence of them
        Names of the training's random draws. Equal input, settings and seed give equal bytes on
        machines with the same kind of processor, however many cores it has.
    settings : Training
    validation : tuple of ndarray, optional
        Images and labels that are not learned from. They steer the learning rate and, with
        ``stop_after``, the end.
    start : Network, optional
        Go on from its weights. Its grey levels, their scaling, its codes and width hold.
    checkpoint : Checkpoint, optional
        Saved after each epoch. A stopped training that is called again with the same input goes on
        from there and ends with the same bytes. What another training saved there is not used.
    progress : callable, optional
        Called after each epoch with its row of the history, as a dict.

    Returns
    -------
    network : Network
    history : DataFrame
        A row for each epoch: ``epoch`` from 1, its learning ``rate``, and of the training images
        while they were learned from ``loss``, ``accuracy``, ``mse`` (between probability and
        label) and ``f1_<code>`` of each phase, all over labelled pixels; the same of the validation
        after the epoch with ``validation_`` before.

    Raises
    ------
    ValueError
        If images, labels and settings do not fit together.
    ModuleNotFoundError
        If JAX is not installed.
    """
    images = checked_images(images)
    check_labels(labels, images, settings.codes)
    held_out = None
    if validation is not None:
        held_out = checked_images(validation[0], "images of the validation"), validation[1]
        check_labels(held_out[1], held_out[0], settings.codes, "labels of the validation")
        if held_out[0].dtype != images.dtype:
            raise ValueError(
                f"images of the validation are {held_out[0].dtype}, those of the training "
                f"{images.dtype}; they must have the same type"
            )
    elif settings.stop_after is not None:
        raise ValueError("stop_after needs a validation, which was not given")
    layers_of(architecture, settings.width, len(settings.codes))
    if start is not None:
        _check_start(start, architecture, settings, str(images.dtype))
        offset, scale = start.offset, start.scale
    else:
        offset, scale = scaling_of(images, settings.greys, settings.scaling)
    device = start_jax(settings.device)
    import jax

    names = _names(seed)
    task = _digest(images, labels, held_out, architecture, names, settings, start)
    state = checkpoint.load() if checkpoint is not None else None
    if state is None or state.task != task:
        weights = (
            dict(start.weights)
            if start is not None
            else first_weights(architecture, settings.width, len(settings.codes), names)
        )
        state = TrainingState.at_the_beginning(task, weights, settings.rate)
    shown = Shown(images, labels, settings, offset, scale, names)
    kept = Shown(*held_out, settings, offset, scale, names) if held_out is not None else None
    with jax.default_device(device):
        while not _is_over(state, settings):
            state = _after_an_epoch(state, architecture, settings, shown, kept)
            if checkpoint is not None:
                checkpoint.save(state)
            if progress is not None:
                progress(dict(state.rows[-1]))
    told = {
        "settings": _plain(settings),
        "seed": list(names),
        "images": list(images.shape),
        "labelled": int(np.count_nonzero(labels)),
        "epochs_run": len(state.rows),
        "best_epoch": state.best_epoch if settings.stop_after is not None else None,
        "device": described(device),
        "start": None if start is None else weights_digest(start),
    }
    network = Network(
        architecture=architecture,
        width=settings.width,
        codes=settings.codes,
        dtype=str(images.dtype),
        greys=settings.greys,
        offset=offset,
        scale=scale,
        weights=state.best if settings.stop_after is not None else state.weights,
        training=told,
    )
    return network, pd.DataFrame(list(state.rows))


def first_weights(
    architecture: str, width: int, classes: int, names: tuple[str, ...]
) -> dict[str, np.ndarray]:
    """Return weights before the training: uniform after Glorot and Bengio 2010, biases of 0."""
    weights = {}
    for layer in layers_of(architecture, width, classes):
        limit = np.sqrt(6 / (layer.edge**2 * (layer.inputs + layer.outputs)))
        rng = generator("network", *names, "weights", layer.name)
        kernel, bias = layer.shapes.items()
        weights[kernel[0]] = rng.uniform(-limit, limit, kernel[1]).astype(np.float32)
        weights[bias[0]] = np.zeros(bias[1], dtype=np.float32)
    return weights


def check_labels(
    labels: np.ndarray, images: np.ndarray, codes: Sequence[int], what: str = "labels"
) -> None:
    """Raise ValueError unless labels fit the images and some pixel is labelled."""
    if labels.dtype != np.uint8 or labels.shape != images.shape:
        raise ValueError(
            f"{what} must be uint8 of shape {images.shape}, as the images, found {labels.dtype} of "
            f"shape {labels.shape}"
        )
    strange = sorted(set(np.unique(labels).tolist()) - {0, *codes})
    if strange:
        raise ValueError(
            f"{what} must hold 0 (unlabelled) and the codes {list(codes)} only, found {strange[:8]}"
        )
    if not labels.any():
        raise ValueError(f"{what} must label some pixels, found only 0 (unlabelled)")


class Shown:
    """Images and labels as a network sees them.

    Images without any label are left out. All is float32 and held in memory.
    """

    def __init__(self, images, labels, settings: Training, offset, scale, names):
        kept = [number for number in range(len(images)) if labels[number].any()]
        self.images = [as_numbers(images[number], settings.greys, offset, scale) for number in kept]
        self.labels = [labels[number] for number in kept]
        self.settings, self.names = settings, names
        table = np.zeros(256, dtype=np.int32)
        table[list(settings.codes)] = np.arange(len(settings.codes))
        self._class_of = table

    def __len__(self) -> int:
        return len(self.images)

    def varied(self, number: int, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        """Return an image and its labels as an epoch of the training shows them."""
        image, labels = self.images[number], self.labels[number]
        names, window = self.settings.augmentation, self.settings.window
        if window is not None or names != ("none",):
            rng = generator("network", *self.names, "shown", epoch, number)
            if window is not None:
                image, labels = _cut(image, labels, window, rng)
            image, labels = augmented(image, labels, names, rng)
        return padded_edges(image), padded_edges(labels, 0)

    def as_they_are(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return an image and its labels."""
        return padded_edges(self.images[number]), padded_edges(self.labels[number], 0)

    def classes(self, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the number of each pixel's class, and float32 1 where it is labelled."""
        return self._class_of[labels], (labels != 0).astype(np.float32)


def _cut(image, labels, window: int, rng: np.random.Generator):
    """Return a square of an image, or all of an edge that is no longer than the square's."""
    rows, columns = (
        slice(first, first + window)
        for first in (int(rng.integers(max(size - window, 0) + 1)) for size in image.shape)
    )
    return image[rows, columns], labels[rows, columns]


def _after_an_epoch(
    state: TrainingState, architecture: str, settings: Training, shown: Shown, kept: Shown | None
) -> TrainingState:
    """Return the state after one more epoch."""
    from .adam import adam_step
    from .steps import added, gradients, scores

    fixed = {"architecture": architecture, "loss": settings.loss}
    gather = settings.device == "cpu"
    # One image at a time keeps the processor's caches warm and the memory small. A GPU takes all.
    chunk = 1 if settings.device == "cpu" else settings.batch
    epoch = len(state.rows) + 1
    weights, first, second, step = state.weights, state.first, state.second, state.step
    order = generator("network", *shown.names, "order", epoch).permutation(len(shown))
    sums = Sums(len(settings.codes))
    for begin in range(0, len(order), settings.batch):
        batch = [
            shown.varied(int(number), epoch) for number in order[begin : begin + settings.batch]
        ]
        weight = _loss_weight(settings.loss, [labels for _, labels in batch])
        if not weight:  # all windows missed what is labelled
            continue
        total = None
        for images, labels in _chunks(batch, chunk):
            found, loss, counted = gradients(
                weights,
                images,
                *shown.classes(labels),
                np.float32(1 / weight),
                gather=gather,
                **fixed,
            )
            total = found if total is None else added(total, found)
            sums.add(loss, counted, weight)
        sums.weight += weight
        step += 1
        weights, first, second = adam_step(
            weights, first, second, total, np.float32(step), np.float32(state.plateau.rate)
        )
    row = {"epoch": epoch, "rate": state.plateau.rate} | sums.measures(settings.codes)
    if kept is not None:
        sums = Sums(len(settings.codes))
        each = [kept.as_they_are(number) for number in range(len(kept))]
        sums.weight = _loss_weight(settings.loss, [labels for _, labels in each])
        for images, labels in _chunks(each, chunk):
            loss, counted = scores(
                weights, images, *kept.classes(labels), np.float32(1 / sums.weight), **fixed
            )
            sums.add(loss, counted, sums.weight)
        measures = sums.measures(settings.codes)
        row |= {f"validation_{key}": value for key, value in measures.items()}
    watched = row["loss"] if kept is None else row["validation_loss"]
    return dataclasses.replace(
        state.with_row(row, watched, _arrays(weights)),
        first=_arrays(first),
        second=_arrays(second),
        step=step,
        plateau=state.plateau.after(watched, settings.factor, settings.patience, settings.minimum),
    )


def _loss_weight(loss: str, labels: list[np.ndarray]) -> int:
    """Return by what a sum of losses is divided: labelled pixels, or images for Dice."""
    if loss == "dice":
        return sum(bool(each.any()) for each in labels)
    return sum(int(np.count_nonzero(each)) for each in labels)


def _chunks(pairs: list, size: int):
    """Yield stacks of images and of labels, of so many of each."""
    for begin in range(0, len(pairs), size):
        part = pairs[begin : begin + size]
        yield np.stack([image for image, _ in part]), np.stack([labels for _, labels in part])


class Sums:
    """Sums over the pixels of an epoch."""

    def __init__(self, classes: int):
        self.loss = self.squares = 0.0
        self.counts = np.zeros((classes, classes))
        self.weight = 0

    def add(self, loss, counted, weight: int) -> None:
        """Add loss (divided by a weight) and tallies of a few images."""
        counts, squares = counted
        self.loss += float(loss) * weight
        self.counts += np.asarray(counts, dtype=np.float64)
        self.squares += float(squares)

    def measures(self, codes: Sequence[int]) -> dict[str, float]:
        """Return loss, accuracy, mean squared error and the F1 of each phase."""
        pixels, right = self.counts.sum(), np.diag(self.counts)
        either = self.counts.sum(axis=0) + self.counts.sum(axis=1)
        # Without labelled pixels there is nothing to measure.
        with np.errstate(invalid="ignore"):
            f1 = 2 * right / either
            found = {
                "loss": self.loss / self.weight if self.weight else float("nan"),
                "accuracy": float(right.sum() / pixels),
                "mse": float(self.squares / pixels) if pixels else float("nan"),
            }
        return found | {f"f1_{code}": float(value) for code, value in zip(codes, f1, strict=True)}


def _arrays(of_device: dict) -> dict[str, np.ndarray]:
    return {name: np.asarray(array) for name, array in of_device.items()}


def _is_over(state: TrainingState, settings: Training) -> bool:
    done = len(state.rows)
    if settings.stop_after is not None and done - state.best_epoch >= settings.stop_after:
        return True
    return done >= settings.epochs


def _names(seed: object) -> tuple[str, ...]:
    names = (seed,) if isinstance(seed, str | int) else tuple(seed)
    return tuple(str(name) for name in names)


def _plain(settings: Training) -> dict:
    """Return settings as JSON has them."""
    return json.loads(json.dumps(dataclasses.asdict(settings)))


def _check_start(start: Network, architecture: str, settings: Training, dtype: str) -> None:
    wanted = {
        "architecture": (architecture, start.architecture),
        "width": (settings.width, start.width),
        "codes": (settings.codes, start.codes),
        "greys": (settings.greys, start.greys),
        "type of the images": (dtype, start.dtype),
    }
    other = [
        f"{key} {asked!r} instead of {has!r}"
        for key, (asked, has) in wanted.items()
        if asked != has
    ]
    if other:
        raise ValueError(f"the network to start from does not fit: asked for {', '.join(other)}")


def weights_digest(network: Network) -> str:
    """Return 16 hexadecimal digits that identify the weights of a network."""
    code = hashlib.blake2b(digest_size=8)
    for name, array in sorted(network.weights.items()):
        code.update(f"{name}{array.shape}".encode())
        code.update(np.ascontiguousarray(array))
    return code.hexdigest()


def _digest(images, labels, held_out, architecture, names, settings, start) -> str:
    """Return what identifies a training: a checkpoint of another one is not used."""
    import jax

    code = hashlib.blake2b(digest_size=16)
    arrays = [images, labels, *(held_out or ())]
    told = {
        "architecture": architecture,
        "seed": names,
        "settings": _plain(settings),
        "start": None if start is None else [weights_digest(start), start.offset, start.scale],
        "arrays": [[str(array.dtype), array.shape] for array in arrays],
        "jax": jax.__version__,
    }
    code.update(json.dumps(told, sort_keys=True).encode())
    for array in arrays:
        code.update(np.ascontiguousarray(array))
    return code.hexdigest()
