"""VIGRA's filters and random forest on a volume, combined as in ilastik.

VIGRA is not on the package index; Debian's python3-vigra belongs to the system's Python. So this
script runs as a separate process: ``/usr/bin/python3 vigra_forest.py input.npz output.npz``.

Input: volume, labels, seeds, threads, keep_channels (whether to write the channels as well).
Output: labels (one volume per seed), seconds (channels, training, prediction of the first seed),
peak_bytes of this process, and channels (z, y, x, 61) if they are kept.
"""

import math
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import vigra
from vigra import filters

SCALES = (0.3, 0.7, 1.0, 1.6, 3.5, 5.0, 10.0)
WINDOW = 2.0
TREES = 100


def channels_at_scale(volume, scale):
    """Return the channels of one scale, each with a channel axis at the end."""
    sigma = min(scale, 1.0)
    before = math.sqrt(scale**2 - 1.0) if scale > 1.0 else scale
    smooth = filters.gaussianSmoothing(volume, before, window_size=3.5)
    gaussian = filters.gaussianSmoothing(smooth, sigma, window_size=WINDOW)
    if scale == SCALES[0]:
        return [gaussian[..., None]]
    narrow = filters.gaussianSmoothing(smooth, 0.66 * sigma, window_size=WINDOW)
    return [
        gaussian[..., None],
        filters.laplacianOfGaussian(smooth, sigma, window_size=WINDOW)[..., None],
        filters.gaussianGradientMagnitude(smooth, sigma, window_size=WINDOW)[..., None],
        (gaussian - narrow)[..., None],
        filters.structureTensorEigenvalues(smooth, 0.5 * sigma, sigma, window_size=WINDOW),
        filters.hessianOfGaussianEigenvalues(smooth, sigma, window_size=WINDOW),
    ]


def train(values, labels, seed, threads):
    """Train as ilastik does: one forest per thread, with a share of the trees."""
    shares = [len(part) for part in np.array_split(np.arange(TREES), threads)]
    tried = math.floor(math.sqrt(values.shape[1]) + 0.5)
    forests = [
        vigra.learning.RandomForest(
            treeCount=share, mtry=tried, min_split_node_size=1, sample_with_replacement=True
        )
        for share in shares
    ]
    with ThreadPoolExecutor(threads) as pool:
        list(
            pool.map(
                lambda pair: pair[1].learnRF(values, labels, randomSeed=seed * threads + pair[0]),
                enumerate(forests, start=1),
            )
        )
    return forests


def predict(forests, values, threads):
    """Return the label of each voxel."""
    classes = forests[0].labelCount()
    parts = np.array_split(values, 64 * threads)

    def share(part):
        total = np.zeros((part.shape[0], classes), dtype=np.float32)
        for forest in forests:
            total += forest.predictProbabilities(part) * forest.treeCount()
        return total.argmax(axis=1)

    with ThreadPoolExecutor(threads) as pool:
        return np.concatenate(list(pool.map(share, parts)))


def main(source, target):
    """Read the input, run, write the output."""
    with np.load(source) as arrays:
        volume = arrays["volume"].astype(np.float32)
        labels = arrays["labels"]
        seeds = arrays["seeds"].tolist()
        threads = int(arrays["threads"])
        keep = bool(arrays["keep_channels"])
    start = time.perf_counter()
    channels = np.empty((*volume.shape, 1 + 10 * (len(SCALES) - 1)), dtype=np.float32)

    def fill(number):
        first = 0 if number == 0 else 10 * number - 9
        for part in channels_at_scale(volume, SCALES[number]):
            channels[..., first : first + part.shape[-1]] = part
            first += part.shape[-1]

    # The largest scale takes longest, so it is first.
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(fill, reversed(range(len(SCALES)))))
    values = channels.reshape(-1, channels.shape[-1])
    seconds = [time.perf_counter() - start]
    chosen = np.flatnonzero(labels)
    classes, places = np.unique(labels.reshape(-1)[chosen], return_inverse=True)
    found = []
    for seed in seeds:
        start = time.perf_counter()
        forests = train(values[chosen], places[:, None].astype(np.uint32), seed, threads)
        seconds.append(time.perf_counter() - start)
        start = time.perf_counter()
        found.append(classes[predict(forests, values, threads)].reshape(volume.shape))
        seconds.append(time.perf_counter() - start)
    output = {
        "labels": np.stack(found).astype(np.uint8),
        "seconds": seconds[:3],
        "peak_bytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }
    if keep:
        output["channels"] = channels
    np.savez(target, **output)


if __name__ == "__main__":
    main(*sys.argv[1:])
