"""Train networks on real slices with a person's labels, and score them beside a forest and Otsu.

    python tools/real_slices.py --data FOLDER --table real_slices.csv

This is not a rule, and no study depends on it. It needs JAX. The slices are few and each has one
person's labels, so scores say how well that person's labels are repeated on one more slice; they
are no benchmark. Files are taken from below FOLDER or fetched, and checked; docs/networks-users.md
has the results.

- handseg: two slices of xlearn's test data (Argonne), the first to train on, the second to test on.
  What specimen they show is not stated. Four classes, named by their grey level in the label.
- nmc532: the slice of TomoBank's tomo_00097 that segmentPy labelled, binned 4 x 4. There is one
  only: each half is tested with what was trained on the other.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from check_labelled_slice import label_of_panel, read_image
from manyeyes.files.downloads import obtain
from manyeyes.files.tables import write_table
from manyeyes.measures.confusion_matrix import phase_scores
from manyeyes.randomness import seed_from_names

XLEARN = (
    "https://raw.githubusercontent.com/tomography/xlearn/731676894ce87507da1363f15a8c9bc908def55f/"
    "test/seg_data/"
)
FILES = {
    "train_input.tif": (
        XLEARN + "train_input.tif",
        "e65d628021271f579f8e587884c59113dd8e52862854d3d8c144a538a3878d57",
    ),
    "train_output.tif": (
        XLEARN + "train_output.tif",
        "4d0e2a2ba242be82c18ed4a7a872e29ca7cb1078971d2fd52c408ba99f7b574a",
    ),
    "test_input.tif": (
        XLEARN + "test_input.tif",
        "392c1ad6ae0126bb42f10e27778bf3b937915e2e1ec127ae304f72e2c4c4cbb2",
    ),
    "test_handseg.tif": (
        XLEARN + "test_handseg.tif",
        "e7f88ec253ddfcfdb35d7458d50c9d122bba782708317efd3a19b5c31f48bf3b",
    ),
    "tomo_00097.png": (
        "https://raw.githubusercontent.com/tomography/tomobank/"
        "089f4bc7e7d71dc90f72548be1cea8c933660ef1/docs/source/img/tomo_00097.png",
        "1bbe74832d3b96105e812887c97243b77491894b0cd249d2e1f51e36d0ea6b1c",
    ),
    "datasets.png": (
        "https://raw.githubusercontent.com/ZeliangSu/SegmentPy/"
        "50ff9c64f36c0d80417aa44aac2db68f392130f0/docs/img/datasets.png",
        "d98d71a9c020bb535c4d25db75ae36c42180dba6855147c0a84616a1288bd022",
    ),
}
GREYS = (8220, 20184, 38327, 51829)
"""Levels of the classes in train_output.tif. test_handseg.tif has 39211 for the third; a few dozen
pixels have levels between."""

NMC532 = ("active material", "carbon-binder domain", "pore")
BIN = 4
TILE_PX = 128
SETTINGS = {"epochs": 60, "batch": 1, "stop_after": 15, "width": 8}


class Labelled(NamedTuple):
    """A slice and its labels.

    Attributes
    ----------
    image : ndarray of uint8, shape (y, x)
    labels : ndarray of uint8, shape (y, x)
        Codes from 1 on.
    """

    image: np.ndarray
    labels: np.ndarray


class Trial(NamedTuple):
    """What is trained on one slice and tested on another.

    Attributes
    ----------
    name : str
    train, test : Labelled
    classes : tuple of str
        Of the codes 1, 2, ...
    """

    name: str
    train: Labelled
    test: Labelled
    classes: tuple[str, ...]


def snapped(greys: np.ndarray) -> np.ndarray:
    """Return the class of each pixel of a label of xlearn: that of the nearest level, from 1 on."""
    distance = np.abs(greys[None].astype(np.int64) - np.array(GREYS)[:, None, None])
    return (distance.argmin(axis=0) + 1).astype(np.uint8)


def as_bytes(image: np.ndarray, window: tuple[float, float]) -> np.ndarray:
    """Return grey values as uint8; those of the window become 0 to 255."""
    low, high = window
    return np.rint(np.clip((image - low) / (high - low), 0, 1) * 255).astype(np.uint8)


def binned(labelled: Labelled, edge: int = BIN) -> Labelled:
    """Return a slice of means over squares, each with the class that most of its pixels have."""
    rows, columns = (size // edge * edge for size in labelled.image.shape)

    def sums(pixels: np.ndarray) -> np.ndarray:
        blocks = pixels[:rows, :columns].reshape(rows // edge, edge, columns // edge, edge)
        return blocks.sum(axis=(1, 3), dtype=np.int64)

    classes = range(1, int(labelled.labels.max()) + 1)
    votes = np.stack([sums(labelled.labels == code) for code in classes])
    mean = np.rint(sums(labelled.image) / edge**2).astype(np.uint8)
    return Labelled(mean, (votes.argmax(axis=0) + 1).astype(np.uint8))


def halves(labelled: Labelled) -> tuple[Labelled, Labelled]:
    """Return the left and the right half of a slice."""
    middle = labelled.image.shape[1] // 2
    return (
        Labelled(labelled.image[:, :middle], labelled.labels[:, :middle]),
        Labelled(labelled.image[:, middle:], labelled.labels[:, middle:]),
    )


def tiles(labelled: Labelled, edge: int = TILE_PX) -> tuple[np.ndarray, np.ndarray]:
    """Return a slice cut into squares that cover it; the last of a row overlap those before.

    Returns
    -------
    images, labels : ndarray of uint8, shape (n, edge, edge)
    """
    starts = []
    for size in labelled.image.shape:
        if size < edge:
            raise ValueError(f"a slice must have at least {edge} pixels in each direction")
        starts.append(np.linspace(0, size - edge, -(-size // edge)).round().astype(int))
    cuts = [(slice(y, y + edge), slice(x, x + edge)) for y in starts[0] for x in starts[1]]
    images, labels = ([pixels[cut] for cut in cuts] for pixels in labelled)
    return np.stack(images), np.stack(labels)


def trials(path_of: Mapping[str, Path]) -> Iterator[Trial]:
    """Yield what is trained and tested on what."""
    images = [read_image(path_of[name]) for name in ("train_input.tif", "test_input.tif")]
    labels = [
        snapped(read_image(path_of[n], True)) for n in ("train_output.tif", "test_handseg.tif")
    ]
    # Both slices in the grey window of the first: the levels of the second are not to be known.
    window = tuple(np.percentile(images[0], [0.1, 99.9]))
    train, test = (
        Labelled(as_bytes(i, window), found) for i, found in zip(images, labels, strict=True)
    )
    yield Trial("handseg", train, test, tuple(f"level {grey}" for grey in GREYS))
    whole = Labelled(
        read_image(path_of["tomo_00097.png"]), label_of_panel(read_image(path_of["datasets.png"]))
    )
    left, right = halves(binned(whole))
    yield Trial("nmc532, right half", left, right, NMC532)
    yield Trial("nmc532, left half", right, left, NMC532)


def counts_of(found: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Return how many pixels of each class (rows) were called each class (columns)."""
    pairs = (labels.astype(np.int64) - 1) * classes + found - 1
    return np.bincount(pairs.ravel(), minlength=classes**2).reshape(classes, classes)


def by_otsu(trial: Trial) -> np.ndarray:
    """Return Otsu's classes of the test slice, in the order of brightness of the train labels."""
    from skimage.filters import threshold_multiotsu

    codes = range(1, len(trial.classes) + 1)
    means = [trial.train.image[trial.train.labels == code].mean() for code in codes]
    levels = threshold_multiotsu(trial.test.image, len(means))
    # A level belongs to the darker class, as skimage has it.
    return (np.argsort(means) + 1).astype(np.uint8)[
        np.digitize(trial.test.image, levels, right=True)
    ]


def by_forest(trial: Trial, seed: int) -> np.ndarray:
    """Return the labels of the test slice by a forest that learned every train pixel."""
    from manyeyes.forest import classify, fit_forest

    names = ("real slices", trial.name, "forest", seed)
    forest = fit_forest(
        trial.train.image[None], trial.train.labels[None], seed=seed_from_names(*names)
    )
    return classify(trial.test.image[None], forest)[0]


def by_network(trial: Trial, seed: int, settings: Mapping) -> np.ndarray:
    """Return the labels of the test slice by LRCS-Net, trained on tiles of the train slice.

    Every fifth tile is held out and ends the training.
    """
    from manyeyes.networks import SEGMENTPY, Training, fit_network, label_slices

    images, labels = tiles(trial.train)
    apart = np.arange(len(images)) % 5 == 4
    network, history = fit_network(
        images[~apart],
        labels[~apart],
        architecture="lrcs",
        seed=("real slices", trial.name, seed),
        settings=Training(
            **settings,
            codes=tuple(range(1, len(trial.classes) + 1)),
            augmentation=SEGMENTPY,
            scaling="standard",
        ),
        validation=(images[apart], labels[apart]),
    )
    print(f"{trial.name}, seed {seed}: {len(history)} epochs", file=sys.stderr, flush=True)
    return label_slices(network, trial.test.image[None])[0]


def scores(trial: Trial, segmenter: str, seed: int, found: np.ndarray) -> Iterator[dict]:
    """Yield a row for each class."""
    counts = counts_of(found, trial.test.labels, len(trial.classes))
    agreement = float(np.trace(counts) / counts.sum())
    for name, score in zip(trial.classes, phase_scores(counts), strict=True):
        yield {
            "tested_on": trial.name,
            "segmenter": segmenter,
            "seed": seed,
            "class": name,
            "share_of_labels": score.true_fraction,
            "share_found": score.fraction,
            "dice": score.dice,
            "iou": score.iou,
            "agreement": agreement,
        }


def main(arguments=None) -> None:
    """Obtain the files, train, score and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="folder that may hold the files already")
    parser.add_argument("--table", required=True, help="CSV to write")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=SETTINGS["epochs"])
    parser.add_argument("--width", type=int, default=SETTINGS["width"])
    parser.add_argument("--trial", action="append", help="only those whose name begins so")
    options = parser.parse_args(arguments)
    settings = SETTINGS | {"epochs": options.epochs, "width": options.width}
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path_of = {name: Path(folder) / name for name in FILES}
        for name, (url, sha256) in FILES.items():
            obtain(name, url, sha256, options.data, path_of[name], None)
        for trial in trials(path_of):
            if options.trial and not trial.name.startswith(tuple(options.trial)):
                continue
            rows += scores(trial, "Otsu", 0, by_otsu(trial))
            rows += scores(trial, "forest", 1, by_forest(trial, 1))
            for seed in range(1, options.seeds + 1):
                rows += scores(trial, "network lrcs", seed, by_network(trial, seed, settings))
                write_table(pd.DataFrame(rows), options.table)


if __name__ == "__main__":
    main()
