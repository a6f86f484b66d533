"""Whether equalisation hides pores from a network where a slice has many of them.

Run it after ``make reproduce STUDY=lee-quick``, from the repository's root:

    python tools/equalised_pores.py results/lee-quick

Slices of the particle with many pores are equalised twice: as they are, and as if so much of each
were pore as of the slices that the network learned from, with true pores weighed down in the
distribution of grey levels. The same network then looks at both.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import tifffile

from manyeyes.files.networks import read_network
from manyeyes.networks import predict
from manyeyes.pores.codes import PORE

EVERY = 5


def equalised(image: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return a 16-bit image whose grey levels are equally frequent if pixels count by weight."""
    counts = np.bincount(image.ravel(), weights=weights.ravel(), minlength=2**16)
    cdf = np.cumsum(counts)
    lowest = cdf[image.min()]
    table = np.rint((cdf - lowest) / (cdf[-1] - lowest) * (2**16 - 1))
    return np.maximum(table, 0).astype(np.uint16)[image]


def weights_of(pore: np.ndarray, share: float | None) -> np.ndarray:
    """Return weights with which pore is `share` of an image; 1 without a share or pores."""
    weights = np.ones(pore.shape)
    if share is not None and pore.any():
        weights[pore] = share / (1 - share) * np.count_nonzero(~pore) / np.count_nonzero(pore)
    return weights


def main() -> None:
    """Print the porosity that the network finds, over that of the labels, and its F1 of pore."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, help="results of a study of networks that find pores")
    parser.add_argument("--learned", default="NCM-1", help="particle that the network learned from")
    parser.add_argument("--seen", default="irregular", help="particle that it is shown")
    options = parser.parse_args()
    slices, labels = (options.results / name for name in ("slices", "labels"))
    model = options.results / "models" / "equalised" / f"{options.learned}.1.npz"
    network = replace(read_network(model), greys="raw")
    learned = np.mean(tifffile.imread(slices / options.learned / "truth.tif") == PORE)
    pores = tifffile.imread(slices / options.seen / "truth.tif")[::EVERY] == PORE
    images = tifffile.imread(slices / options.seen / "filtered.tif")[::EVERY]
    labelled = tifffile.imread(labels / f"{options.seen}.tif")[::EVERY] == PORE
    for name, share in (("as it is", None), (f"as if {100 * learned:.1f} % were pore", learned)):
        shown = [
            equalised(image, weights_of(pore, share))
            for image, pore in zip(images, pores, strict=True)
        ]
        called = predict(network, np.stack(shown))[:, 0] > 0.5
        f1 = 2 * np.count_nonzero(called & labelled) / (called.sum() + labelled.sum())
        ratio = called.mean() / labelled.mean()
        print(f"{name}: porosity {ratio:.2f} times that of the labels, F1 of pore {f1:.2f}")


if __name__ == "__main__":
    main()
