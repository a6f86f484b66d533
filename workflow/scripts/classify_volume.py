"""Label a volume that lies on disk by a random forest, tile by tile; run by hand.

    python workflow/scripts/classify_volume.py tomogram.tif labels.tif result.tif
    python workflow/scripts/classify_volume.py tomogram.zarr labels.tif result.zarr --crop crop.tif

The first trains on labels (0 unlabelled, 1, 2, ... the classes) of the tomogram itself, the second
on labels of a crop of it. The tomogram and the result are TIFFs or Zarr arrays and never held in
memory as a whole. A call that was stopped goes on where it was when it is given again.
"""

import argparse
import shutil
import sys
import time
import zlib
from pathlib import Path

import numba

from disk_volumes import Journal, create_labels, flush, kind_of, open_volume, reopen_labels
from manyeyes.forest import Forest, fit_forest
from manyeyes.forest.tiles import classify_tiles, tile_voxels
from study_files import FileError, read_volume


def train(options) -> Forest:
    """Return the forest that learns from the labels."""
    open_labels = read_volume if options.crop else open_volume
    labels = open_labels(options.labels, labels=True)
    grey = read_volume(options.crop) if options.crop else open_volume(options.volume)
    try:
        return fit_forest(
            grey,
            labels,
            seed=options.seed,
            trees=options.trees,
            trainer=options.trainer,
            max_labels=options.max_labels,
        )
    except ValueError as error:
        raise FileError(f"{options.labels}: {error}") from error


def digest(forest: Forest) -> int:
    """Return a number that tells forests apart."""
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


def label(volume, forest: Forest, result: Path, name: str) -> None:
    """Label the volume into the result, or go on with it."""
    kind = kind_of(result)
    begun = result.with_name(f"{result.name}.part")
    task = {
        "volume": name,
        "shape": list(volume.shape),
        "dtype": str(volume.dtype),
        "forest": digest(forest),
    }
    journal = Journal(result.with_name(f"{result.name}.journal"), task)
    sizes = tile_voxels(volume.shape)
    finished = journal.finished()
    if begun.exists() and journal.path.exists():
        labels = reopen_labels(begun, kind)
        print(f"goes on: {len(finished)} of {len(sizes)} tiles are done", file=sys.stderr)
    else:
        _remove(begun)
        finished = set()
        labels = create_labels(begun, tuple(volume.shape), kind)
        journal.begin()
    before = done = sum(sizes[number] for number in finished)
    start = time.monotonic()
    for number in classify_tiles(volume, forest, labels, finished=finished):
        flush(labels)
        journal.add(number)
        done += sizes[number]
        show_progress(done, sum(sizes), (done - before) / (time.monotonic() - start))
    del labels
    _remove(result)
    begun.replace(result)
    journal.path.unlink()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def main() -> None:
    """Read the arguments, train and label."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("volume", type=Path, help="grey values, .tif (uncompressed) or .zarr")
    parser.add_argument("labels", type=Path, help="labels of the volume, or of --crop")
    parser.add_argument("result", type=Path, help="where the labels go, .tif or .zarr")
    parser.add_argument("--crop", type=Path, help="the grey values that the labels belong to")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--trainer", default="manyeyes", help="manyeyes or scikit-learn")
    parser.add_argument("--max-labels", type=int, help="train on so many labels at most")
    parser.add_argument("--threads", type=int, default=numba.config.NUMBA_NUM_THREADS)
    options = parser.parse_args()
    numba.set_num_threads(options.threads)
    try:
        kind_of(options.result)
        volume = open_volume(options.volume)
        label(volume, train(options), options.result, str(options.volume.resolve()))
    except ValueError as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
