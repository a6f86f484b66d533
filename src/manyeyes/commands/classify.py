"""Label a volume on disk with a random forest, tile by tile.

    manyeyes classify tomogram.tif labels.tif result.tif
    manyeyes classify tomogram.zarr labels.tif result.zarr --crop crop.tif

The first trains on labels (0 unlabelled, 1, 2, ... the classes) of the tomogram itself, the second
on labels of a crop of it. The tomogram and the result are TIFFs or Zarr arrays and are never held
in memory as a whole. A command that was stopped resumes when it is given again.
"""

import argparse
import shutil
import sys
import time
import zlib
from pathlib import Path

import numba
import numpy as np

from ..files.classified import (
    MARK,
    NOT_YET,
    begun_of,
    check_begun,
    check_free,
    check_place,
    digest_of,
    journal_of,
    put_in_place,
    remove,
    seal,
)
from ..files.errors import FileError, short
from ..files.journal import Journal
from ..files.mapped import create_labels, flush, open_volume, reopen_labels, result_kind
from ..files.volumes import read_volume
from ..forest.checks import check_labels, check_shape, check_values
from ..forest.classifier import fit_forest
from ..forest.model import Forest
from ..forest.tiles import classify_tiles, tile_voxels, tiles_of


def read_training(options) -> tuple:
    """Return the grey values and the labels that the forest learns from."""
    open_labels = read_volume if options.crop else open_volume
    labels = open_labels(options.labels, labels=True)
    grey = read_volume(options.crop) if options.crop else open_volume(options.volume)
    try:
        check_labels(labels, grey.shape)
    except FileError:
        raise
    except ValueError as error:
        raise FileError(f"{options.labels}: {error}") from error
    return grey, labels


def train(options, grey, labels) -> Forest:
    """Return the forest that learns from the labels."""
    try:
        return fit_forest(
            grey,
            labels,
            seed=options.seed,
            trees=options.trees,
            trainer=options.trainer,
            max_labels=options.max_labels,
        )
    except FileError:
        raise
    except ValueError as error:
        raise FileError(f"{options.labels}: {error}") from error


def check_grey(path: Path, volume) -> None:
    """Stop if a part of a volume cannot be read or classified, before hours go into the rest."""
    try:
        check_shape(volume)
        for tile in tiles_of(volume.shape):
            check_values(np.asarray(volume[tile.target]))
    except FileError:
        raise
    except Exception as error:
        raise FileError(f"{path}: {short(error)}") from error


def describe(options, volume, grey, labels) -> dict:
    """Return what is to be done, but for the forest: what a journal is asked to agree with."""
    sizes = tile_voxels(volume.shape)
    return {
        "shape": list(volume.shape),
        "dtype": str(volume.dtype),
        # Of the contents, so that a volume may be copied or moved meanwhile, but not replaced.
        "volume": digest_of(volume),
        "labels": digest_of(labels),
        "crop": digest_of(grey) if options.crop else None,
        "training": [options.seed, options.trees, options.trainer, options.max_labels],
        "tiles": len(sizes),
        "tile sizes": zlib.crc32(repr(sizes).encode()),
    }


def digest(forest: Forest) -> int:
    """Return a number that identifies a forest."""
    code = 0
    for array in forest.arrays().values():
        code = zlib.crc32(array.tobytes(), code)
    return code


def show_progress(done: int, total: int, rate: float) -> None:
    """Write on one line how far it is and what is left."""
    left = (total - done) / rate
    unit = f"{left / 60:.0f} min" if left > 90 else f"{left:.0f} s"
    text = f"{100 * done / total:5.1f} % of {total:,} voxels, {rate / 1e6:.2f} M/s, {unit} left"
    end = "\r" if sys.stderr.isatty() and done < total else "\n"
    print(text, file=sys.stderr, end=end, flush=True)


def label(volume, forest: Forest, result: Path, journal: Journal, task: dict) -> None:
    """Label the volume into the result, or resume it."""
    kind, begun = result_kind(result), begun_of(result)
    sizes = tile_voxels(volume.shape)
    task = {**task, "forest": digest(forest)}
    finished = journal.finished(task)
    if finished and begun.exists():
        labels = reopen(begun, kind, volume.shape, finished)
        print(f"resumes: {len(finished)} of {len(sizes)} tiles are done", file=sys.stderr)
        journal.begin(task, finished)
    else:
        finished = set()
        # The journal first, for what has one may be removed.
        journal.begin(task)
        remove(begun)
        labels = create(begun, tuple(volume.shape), kind, forest)
    before = done = sum(sizes[number] for number in finished)
    start = time.monotonic()
    for number in classify_tiles(volume, forest, labels, finished=finished):
        flush(labels)
        journal.add(number)
        done += sizes[number]
        show_progress(done, sum(sizes), (done - before) / (time.monotonic() - start))
    voxels = digest_of(labels)
    del labels
    seal(begun, voxels)
    put_in_place(begun, result)
    journal.end()


def create(begun: Path, shape: tuple[int, int, int], kind: str, forest: Forest):
    """Return an empty volume for the labels."""
    free = shutil.disk_usage(begun.parent).free
    # To write to a mapped file for which there is no space would kill the process without a word.
    if kind == "tiff" and free < np.prod(shape):
        raise FileError(
            f"{begun}: {np.prod(shape) / 1e9:.1f} GB are needed, {free / 1e9:.1f} GB are free"
        )
    return create_labels(begun, shape, kind, MARK + NOT_YET, forest.provenance())


def reopen(begun: Path, kind: str, shape: tuple[int, int, int], finished: set[int]):
    """Return the labels that were begun, after a look at whether finished tiles are whole."""
    advice = f"remove it and {journal_of(begun.with_suffix('')).name}, to label everything again"
    try:
        labels = reopen_labels(begun, kind)
        if labels.shape != tuple(shape) or labels.dtype != np.uint8:
            raise ValueError(f"{labels.dtype} of shape {labels.shape}, expected uint8 of {shape}")
        for number, tile in enumerate(tiles_of(shape)):
            if number in finished and not np.asarray(labels[tile.target]).all():
                raise ValueError(f"tile {number} has voxels without a label")
    except Exception as error:
        raise FileError(f"{begun}: what was begun is damaged ({error}); {advice}") from error
    return labels


def classify(options) -> None:
    """Do what the arguments say; everything that can be refused is, before the training."""
    most = numba.config.NUMBA_NUM_THREADS
    if not 1 <= options.threads <= most:
        raise FileError(f"--threads: expected 1 to {most} on this machine, found {options.threads}")
    numba.set_num_threads(options.threads)
    result = options.result
    inputs = {"volume": options.volume, "labels": options.labels, "crop": options.crop}
    check_place(result, {name: path for name, path in inputs.items() if path is not None})
    volume = open_volume(options.volume)
    if doubt := getattr(volume, "doubt", None):
        print(f"Warning: {doubt}", file=sys.stderr)
    check_free(result, options.overwrite)
    check_begun(result, options.overwrite)
    grey, labels = read_training(options)
    if np.dtype(grey.dtype).newbyteorder("=") != np.dtype(volume.dtype).newbyteorder("="):
        raise FileError(
            f"{options.crop}: holds {grey.dtype}, the volume {volume.dtype}; cut the crop from the "
            "volume without changing its grey values"
        )
    check_grey(options.volume, volume)
    task = describe(options, volume, grey, labels)
    journal = Journal(journal_of(result))
    try:
        journal.finished(task)
        journal.hold()
        label(volume, train(options, grey, labels), result, journal, task)
    finally:
        journal.close()


def main(arguments: list[str]) -> int | str:
    """Read the arguments, train and label."""
    parser = argparse.ArgumentParser(
        prog="manyeyes classify",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("volume", type=Path, help="grey values, .tif (uncompressed) or .zarr")
    parser.add_argument("labels", type=Path, help="labels of the volume, or of --crop")
    parser.add_argument("result", type=Path, help="where the labels go, .tif or .zarr")
    parser.add_argument("--crop", type=Path, help="the grey values that the labels belong to")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--trainer", default="manyeyes", help="manyeyes or scikit-learn")
    parser.add_argument("--max-labels", type=int, help="train on at most this many labels")
    parser.add_argument("--threads", type=int, default=numba.config.NUMBA_NUM_THREADS)
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace an existing result even if another program made it",
    )
    options = parser.parse_args(arguments)
    try:
        classify(options)
    except ValueError as error:
        return f"Error: {error}"
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
