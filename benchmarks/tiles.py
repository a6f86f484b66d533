"""Speed and memory of disk-to-disk classification for volumes of increasing size.

Run it from the checkout, with nothing else running. It takes about ten minutes and 2.1 GB of disk:

    python benchmarks/tiles.py

A volume of two noisy phases, 200 voxels wide, is repeated by mirroring and written as a TIFF. One
forest labels each size tile by tile from one TIFF into another, in its own process. The anonymous
memory of the process is recorded: memory that cannot be dropped and read again from a file. Each
process first labels a small volume, so that compiled code comes from the cache.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from threads import add_threads, threads_here

EDGE = 200


def write_mirrored(volume: np.ndarray, size: int, path: Path) -> None:
    """Write a cube of a size, filled with mirror images of a volume."""
    import tifffile

    period = np.concatenate([np.arange(EDGE), np.arange(EDGE)[::-1]])
    index = np.resize(period, size)
    target = tifffile.memmap(path, shape=(size,) * 3, dtype=np.uint8)
    for z in range(size):
        target[z] = volume[index[z]][np.ix_(index, index)]
    target.flush()


class MemoryWatch(threading.Thread):
    """Records the largest anonymous memory of this process, in bytes (Linux)."""

    def __init__(self):
        super().__init__(daemon=True)
        self.peak = 0

    def run(self):
        """Read it every 20 ms."""
        while True:
            for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
                if line.startswith("RssAnon:"):
                    self.peak = max(self.peak, 1024 * int(line.split()[1]))
            time.sleep(0.02)


def label(source: Path, forest_path: Path, target: Path, threads: int) -> dict[str, float]:
    """Label a volume on disk; return the seconds, the CPU seconds and the peak memory in bytes."""
    import numba

    from manyeyes.files.mapped import create_labels, flush, open_volume
    from manyeyes.forest import Forest
    from manyeyes.forest.tiles import classify_tiles

    numba.set_num_threads(threads)
    with np.load(forest_path) as arrays:
        forest = Forest.from_arrays(dict(arrays))
    volume = open_volume(source)
    small = np.ascontiguousarray(volume[:64, :64, :64])
    list(classify_tiles(small, forest, np.empty_like(small)))
    watch = MemoryWatch()
    watch.start()
    start, cpu = time.perf_counter(), time.process_time()
    labels = create_labels(target, volume.shape, "tiff")
    for _ in classify_tiles(volume, forest, labels):
        flush(labels)
    return {
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - cpu,
        "peak": watch.peak,
    }


def main() -> None:
    """Run the benchmark, or one size of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[200, 400, 1000])
    add_threads(parser)
    parser.add_argument("--only", nargs=3, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    threads, phrases = threads_here(options.threads)
    if options.only:
        print(json.dumps(label(*options.only, threads)))
        return
    from classifier import make_case

    from manyeyes.forest import fit_forest

    case = make_case(EDGE, 71_000, 1.5)
    print(f"{phrases}, 100 trees, 71k labels\n")
    print("| size | seconds | M voxel/s | of the first rate | CPU s per M voxel | anonymous GB |")
    print("|---|---|---|---|---|---|", flush=True)
    first = None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        forest = fit_forest(case["volume"], case["labels"], seed=1)
        np.savez(folder / "forest.npz", **forest.arrays())
        for size in options.sizes:
            source, target = folder / "grey.tif", folder / "labels.tif"
            write_mirrored(case["volume"], size, source)
            call = [sys.executable, __file__, "--threads", str(threads), "--only"]
            files = [str(source), str(folder / "forest.npz"), str(target)]
            done = subprocess.run([*call, *files], check=True, capture_output=True, text=True)
            took = json.loads(done.stdout)
            rate = size**3 / took["seconds"] / 1e6
            first = first or rate
            print(
                f"| {size}³ | {took['seconds']:.1f} | {rate:.2f} | {rate / first:.2f} | "
                f"{took['cpu'] / size**3 * 1e6:.2f} | {took['peak'] / 1e9:.2f} |",
                flush=True,
            )
            source.unlink()
            target.unlink()


if __name__ == "__main__":
    main()
