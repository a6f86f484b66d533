"""Label a volume on disk with a random forest, tile by tile, or with a network, slice by slice.

    manyeyes classify tomogram.tif labels.tif result.tif
    manyeyes classify tomogram.zarr labels.tif result.zarr --crop crop.tif
    manyeyes classify slices result.tif --model network.npz

The first trains a forest on labels (0 unlabelled, 1, 2, ... the classes) of the tomogram itself,
the second on labels of a crop of it. The tomogram is an uncompressed TIFF, a folder of slices,
Zarr, HDF5, NumPy or an uncompressed AmiraMesh, the result a TIFF or a Zarr array; neither is ever
held in memory as a whole. The third applies a trained network to each slice, of any size. A command
that was stopped resumes when it is given again.
"""

import argparse
import shutil
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np

from ..devices import DEVICES, start_jax
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
from ..files.networks import read_network
from ..files.opened import open_slices
from ..files.volumes import read_volume
from ..forest.checks import check_labels, check_shape, check_values
from ..forest.classifier import fit_forest
from ..forest.model import Forest
from ..forest.tiles import classify_tiles, tile_voxels, tiles_of
from ..networks.fitting import weights_digest
from ..networks.network import Network
from ..networks.predicting import check_type, label_each

Part = tuple[slice, slice, slice]


@dataclass(frozen=True)
class Labeller:
    """What labels a volume, part by part.

    Attributes
    ----------
    parts : list of tuple of slice
        Each is recorded when it is done.
    label : callable
        (volume, target, finished) -> iterator over the numbers of the parts that it labels.
    identity : dict
        What a journal is asked to agree with.
    provenance : str
        A line that is stored with the labels.
    """

    parts: list[Part]
    label: Callable[..., Iterator[int]]
    identity: dict
    provenance: str


def with_forest(volume, forest: Forest) -> Labeller:
    """Return what labels a volume with a forest."""
    return Labeller(
        parts=[tile.target for tile in tiles_of(volume.shape)],
        label=lambda volume, target, finished: classify_tiles(
            volume, forest, target, finished=finished
        ),
        identity={"forest": digest(forest)},
        provenance=forest.provenance(),
    )


def with_network(volume, network: Network, device: str) -> Labeller:
    """Return what labels a volume with a network."""
    return Labeller(
        parts=slices_of(volume.shape),
        label=lambda volume, target, finished: label_each(
            volume, network, target, finished=finished, device=device
        ),
        identity={
            "network": weights_digest(network),
            "preparation": [network.greys, network.offset, network.scale, list(network.codes)],
            "device": device,
        },
        provenance=network.provenance(),
    )


def slices_of(shape: tuple[int, int, int]) -> list[Part]:
    """Return the slices of a volume as parts."""
    return [(slice(z, z + 1), slice(None), slice(None)) for z in range(shape[0])]


def sizes_of(parts: list[Part], shape: tuple[int, int, int]) -> list[int]:
    """Return the number of voxels of each part."""
    edges = [
        [len(range(*p.indices(n))) for p, n in zip(part, shape, strict=True)] for part in parts
    ]
    return [int(np.prod(edge)) for edge in edges]


def open_grey(options):
    """Return the volume to be labelled, on disk."""
    settings = {"dataset": options.dataset} if options.dataset else None
    return open_volume(options.volume, settings=settings)


def read_training(options) -> tuple:
    """Return the grey values and the labels that the forest learns from."""
    open_labels = read_volume if options.crop else open_volume
    labels = open_labels(options.labels, labels=True)
    grey = read_volume(options.crop) if options.crop else open_grey(options)
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


def label(volume, labeller: Labeller, result: Path, journal: Journal, task: dict) -> None:
    """Label the volume into the result, or resume it."""
    kind, begun = result_kind(result), begun_of(result)
    parts = labeller.parts
    sizes = sizes_of(parts, volume.shape)
    task = {**task, **labeller.identity}
    finished = journal.finished(task)
    if finished and begun.exists():
        labels = reopen(begun, kind, volume.shape, [parts[number] for number in finished])
        print(f"resumes: {len(finished)} of {len(sizes)} tiles are done", file=sys.stderr)
        journal.begin(task, finished)
    else:
        finished = set()
        # The journal first, for what has one may be removed.
        journal.begin(task)
        remove(begun)
        labels = create(begun, tuple(volume.shape), kind, labeller.provenance)
    before = done = sum(sizes[number] for number in finished)
    start = time.monotonic()
    for number in labeller.label(volume, labels, finished):
        flush(labels)
        journal.add(number)
        done += sizes[number]
        show_progress(done, sum(sizes), (done - before) / (time.monotonic() - start))
    voxels = digest_of(labels)
    del labels
    seal(begun, voxels)
    put_in_place(begun, result)
    journal.end()


def create(begun: Path, shape: tuple[int, int, int], kind: str, provenance: str):
    """Return an empty volume for the labels."""
    free = shutil.disk_usage(begun.parent).free
    # To write to a mapped file for which there is no space would kill the process without a word.
    if kind == "tiff" and free < np.prod(shape):
        raise FileError(
            f"{begun}: {np.prod(shape) / 1e9:.1f} GB are needed, {free / 1e9:.1f} GB are free"
        )
    return create_labels(begun, shape, kind, MARK + NOT_YET, provenance)


def reopen(begun: Path, kind: str, shape: tuple[int, int, int], finished: list[Part]):
    """Return the labels that were begun, after a look at whether finished parts are whole."""
    advice = f"remove it and {journal_of(begun.with_suffix('')).name}, to label everything again"
    try:
        labels = reopen_labels(begun, kind)
        if labels.shape != tuple(shape) or labels.dtype != np.uint8:
            raise ValueError(f"{labels.dtype} of shape {labels.shape}, expected uint8 of {shape}")
        for part in finished:
            if not np.asarray(labels[part]).all():
                raise ValueError(f"the tile from slice {part[0].start} on has voxels without label")
    except Exception as error:
        raise FileError(f"{begun}: what was begun is damaged ({error}); {advice}") from error
    return labels


def check_slices(path: Path, volume, network: Network) -> str:
    """Stop unless a network can label all slices; return what identifies their contents."""
    try:
        check_type(network, volume.dtype)
        if np.dtype(volume.dtype).kind == "f":
            for part in slices_of(volume.shape):
                check_values(np.asarray(volume[part]))
        return digest_of(volume, slices_of(volume.shape))
    except FileError:
        raise
    except Exception as error:
        raise FileError(f"{path}: {short(error)}") from error


def apply_model(options) -> None:
    """Label slices with the network of a model file."""
    result = options.result
    if options.labels is not None or options.crop is not None:
        raise FileError(
            f"{options.model}: a network is trained already, so name the slices and the result "
            "only, without labels or --crop"
        )
    check_place(result, {"volume": options.volume, "model": options.model})
    network = read_network(options.model)
    volume = open_slices(options.volume)
    check_free(result, options.overwrite)
    check_begun(result, options.overwrite)
    start_jax(options.device)
    task = {
        "shape": list(volume.shape),
        "dtype": str(volume.dtype),
        "volume": check_slices(options.volume, volume, network),
        "tiles": int(volume.shape[0]),
    }
    journal = Journal(journal_of(result))
    try:
        journal.hold()
        label(volume, with_network(volume, network, options.device), result, journal, task)
    finally:
        journal.close()


def classify(options) -> None:
    """Do what the arguments say; everything that can be refused is, before the training."""
    most = numba.config.NUMBA_NUM_THREADS
    if not 1 <= options.threads <= most:
        raise FileError(f"--threads: expected 1 to {most} on this machine, found {options.threads}")
    numba.set_num_threads(options.threads)
    result = options.result
    inputs = {"volume": options.volume, "labels": options.labels, "crop": options.crop}
    check_place(result, {name: path for name, path in inputs.items() if path is not None})
    volume = open_grey(options)
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
        forest = train(options, grey, labels)
        label(volume, with_forest(volume, forest), result, journal, task)
    finally:
        journal.close()


def main(arguments: list[str]) -> int | str:
    """Read the arguments, train and label."""
    parser = argparse.ArgumentParser(
        prog="manyeyes classify",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("volume", type=Path, help="grey values, in a format that is read in parts")
    parser.add_argument(
        "labels", type=Path, nargs="?", help="labels of the volume, or of --crop; not with --model"
    )
    parser.add_argument("result", type=Path, help="where the labels go, .tif or .zarr")
    parser.add_argument("--dataset", help="the array within an HDF5, Zarr or AmiraMesh volume")
    parser.add_argument("--crop", type=Path, help="the grey values that the labels belong to")
    parser.add_argument("--model", type=Path, help="a trained network instead of labels")
    parser.add_argument(
        "--device", choices=DEVICES, default="cpu", help="what a network runs on (default: cpu)"
    )
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
    if options.labels is None and options.model is None:
        parser.error("name labels to train a forest on, or a trained network with --model")
    try:
        (classify if options.model is None else apply_model)(options)
    except (ValueError, ModuleNotFoundError) as error:
        return f"Error: {error}"
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
