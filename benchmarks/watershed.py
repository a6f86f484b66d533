"""Compare our marker-based watershed with scikit-image's, on the same image and markers.

python benchmarks/watershed.py
"""

import argparse
import time

import numpy as np
from classifier import make_case
from skimage.segmentation import watershed

from manyeyes.imaging.flooding import flood
from manyeyes.methods.watershed import gradient_magnitude


def main() -> None:
    """Run both in turns and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    volume = make_case(options.size, 71_000, 1.5)["volume"]
    low, high = np.percentile(volume, [30, 70])
    markers = np.where(volume <= low, 2, np.where(volume >= high, 1, 0)).astype(np.uint8)
    gradient = gradient_magnitude(volume)
    flood(gradient[:8, :8, :8], markers[:8, :8, :8])
    calls = {"manyeyes": flood, "scikit-image": watershed}
    seconds = {name: [] for name in calls}
    labels = {}
    for _ in range(options.repeats):
        for name, call in calls.items():
            start = time.perf_counter()
            labels[name] = call(gradient, markers)
            seconds[name].append(time.perf_counter() - start)
    best = {name: min(times) for name, times in seconds.items()}
    equal = np.mean(labels["manyeyes"] == labels["scikit-image"])
    print(f"{options.size}^3 voxels; equal labels: {100 * equal:.4f} %\n")
    print("| | seconds | times ours |\n|---|---|---|")
    for name, time_ in best.items():
        print(f"| {name} | {time_:.2f} | {time_ / best['manyeyes']:.1f} |")


if __name__ == "__main__":
    main()
