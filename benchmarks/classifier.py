"""Compare speed, memory and accuracy of the pixel classifier with other implementations.

Run it from the checkout, with nothing else running:

    python benchmarks/classifier.py

A volume of two noisy phases has labels on seven slices. Each implementation trains on them and
labels the whole volume in its own process, whose peak memory is recorded. Reading and start-up are
not timed. manyeyes first runs on a small volume, so that its compiled code comes from the cache, as
in every job of the pipeline except the first.

The implementations are manyeyes; scikit-learn's random forest on the channels of manyeyes, held in
memory; scikit-image's trainable segmentation (its own channels, scikit-learn's forest); and VIGRA's
filters and forest, combined as in ilastik, if the system's Python has them.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from threads import add_threads, threads_here

SYSTEM_PYTHON = "/usr/bin/python3"
SLICES = 7
BRUSH = 10
NOISE_GRAIN = 0.6
BLUR = 0.7
BLOB = 4.0


def make_case(size: int, labelled: int, cnr: float) -> dict[str, np.ndarray]:
    """Return a volume, its truth (1, 2) and labels painted with a round brush.

    Parameters
    ----------
    size : int
        Edge in voxels.
    labelled : int
        Approximate number of labelled voxels.
    cnr : float
        Difference of the phases' mean grey levels in standard deviations of the noise.
    """
    from scipy import ndimage

    from manyeyes.randomness import generator

    rng = generator("classifier benchmark", size)
    shape = (size, size, size)
    field = ndimage.gaussian_filter(rng.normal(size=shape).astype(np.float32), BLOB)
    truth = (1 + (field > np.quantile(field, 0.45))).astype(np.uint8)
    grey = ndimage.gaussian_filter(np.where(truth == 2, 140.0, 100.0), BLUR)
    noise = ndimage.gaussian_filter(rng.normal(size=shape), NOISE_GRAIN)
    volume = np.clip(np.rint(grey + noise * (40 / cnr / noise.std())), 0, 255).astype(np.uint8)
    labels = np.zeros_like(truth)
    y, x = np.ogrid[:size, :size]
    for z in (size * (k + 1) // (SLICES + 1) for k in range(SLICES)):
        painted = np.zeros((size, size), dtype=bool)
        while painted.sum() < labelled / SLICES:
            cy, cx = rng.integers(0, size, 2)
            painted |= (y - cy) ** 2 + (x - cx) ** 2 <= BRUSH**2
        labels[z][painted] = truth[z][painted]
    return {"volume": volume, "truth": truth, "labels": labels}


def run_ours(volume: np.ndarray, labels: np.ndarray, threads: int) -> tuple:
    """Our classifier, which computes channels both to train and to predict."""
    import numba

    from manyeyes.forest import classify, fit_forest

    numba.set_num_threads(threads)
    corner = (slice(0, volume.shape[0] // 4), slice(0, 64), slice(0, 64))
    small = labels[corner].copy()
    small[0, 0, :2] = 1, 2
    classify(volume[corner], fit_forest(volume[corner], small, seed=0))
    start = time.perf_counter()
    forest = fit_forest(volume, labels, seed=1)
    trained = time.perf_counter()
    found = classify(volume, forest)
    return found, [0.0, trained - start, time.perf_counter() - trained]


def run_scikit_learn(volume: np.ndarray, labels: np.ndarray, threads: int) -> tuple:
    """scikit-learn's forest on our channels."""
    import numba
    from sklearn.ensemble import RandomForestClassifier

    from manyeyes.forest.features import compute_features

    numba.set_num_threads(threads)
    compute_features(volume[:8, :8, :8])
    start = time.perf_counter()
    values = compute_features(volume).reshape(61, -1).T
    made = time.perf_counter()
    chosen = np.flatnonzero(labels)
    forest = RandomForestClassifier(100, max_features=8, random_state=1, n_jobs=threads)
    forest.fit(values[chosen], labels.reshape(-1)[chosen])
    trained = time.perf_counter()
    found = [forest.predict(part) for part in np.array_split(values, 50)]
    end = time.perf_counter()
    seconds = [made - start, trained - made, end - trained]
    return np.concatenate(found).reshape(volume.shape), seconds


def run_scikit_image(volume: np.ndarray, labels: np.ndarray, threads: int) -> tuple:
    """scikit-image's trainable segmentation with its default channels."""
    from skimage.feature import multiscale_basic_features
    from skimage.future import fit_segmenter, predict_segmenter
    from sklearn.ensemble import RandomForestClassifier

    start = time.perf_counter()
    features = multiscale_basic_features(volume, workers=threads)
    made = time.perf_counter()
    forest = RandomForestClassifier(100, random_state=1, n_jobs=threads)
    fit_segmenter(labels, features, forest)
    trained = time.perf_counter()
    found = predict_segmenter(features, forest)
    end = time.perf_counter()
    return found.astype(np.uint8), [made - start, trained - made, end - trained]


HERE = {
    "manyeyes": run_ours,
    "scikit-learn on our channels": run_scikit_learn,
    "scikit-image trainable segmentation": run_scikit_image,
}
VIGRA = "VIGRA as in ilastik"


def run_here(name: str, source: str, target: str) -> None:
    """Run one implementation in this process and write its result."""
    with np.load(source) as arrays:
        volume, labels, threads = arrays["volume"], arrays["labels"], int(arrays["threads"])
    found, seconds = HERE[name](volume, labels, threads)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    peak_bytes = peak if sys.platform == "darwin" else 1024 * peak
    np.savez(target, labels=found[None], seconds=seconds, peak_bytes=peak_bytes)


def vigra_is_missing() -> str | None:
    """Return why VIGRA cannot run, or None."""
    if not Path(SYSTEM_PYTHON).exists():
        return f"there is no {SYSTEM_PYTHON}"
    check = subprocess.run([SYSTEM_PYTHON, "-c", "import vigra"], capture_output=True, check=False)
    return "python3-vigra is not installed" if check.returncode else None


def run_all(case: dict[str, np.ndarray], threads: int, repeats: int) -> dict[str, list[dict]]:
    """Run each implementation ``repeats`` times, in turns; return what each run wrote."""
    results: dict[str, list[dict]] = {}
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.npz", Path(folder) / "out.npz"
        np.savez(
            source,
            volume=case["volume"],
            labels=case["labels"],
            threads=threads,
            seeds=[1],
            keep_channels=False,
        )
        commands = {name: [sys.executable, __file__, "--only", name] for name in HERE}
        reason = vigra_is_missing()
        if reason:
            print(f"{VIGRA}: skipped, {reason}\n")
        else:
            script = str(Path(__file__).with_name("vigra_forest.py"))
            commands[VIGRA] = [SYSTEM_PYTHON, "-W", "ignore", script]
        for _ in range(repeats):
            for name, command in commands.items():
                subprocess.run([*command, str(source), str(target)], check=True)
                with np.load(target) as arrays:
                    results.setdefault(name, []).append(dict(arrays))
    return results


def report(case: dict[str, np.ndarray], results: dict[str, list[dict]]) -> str:
    """Return a table in Markdown, of the fastest run of each."""
    best = {name: min(runs, key=lambda run: run["seconds"].sum()) for name, runs in results.items()}
    ours = best["manyeyes"]
    truth, untrained = case["truth"], case["labels"] == 0
    lines = [
        "| | channels s | training s | prediction s | all s | times ours | peak GB | accuracy |"
        " agreement with ours |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, run in best.items():
        found = run["labels"][0]
        channels, training, prediction = run["seconds"]
        cells = [
            name,
            f"{channels:.1f}" if channels else "in both",
            f"{training:.1f}",
            f"{prediction:.1f}",
            f"{run['seconds'].sum():.1f}",
            f"{run['seconds'].sum() / ours['seconds'].sum():.1f}",
            f"{run['peak_bytes'] / 1e9:.2f}",
            f"{(found == truth)[untrained].mean():.4f}",
            f"{(found == ours['labels'][0]).mean():.4f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Run the benchmark, or one implementation of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=200, help="edge of the volume in voxels")
    parser.add_argument("--labelled", type=int, default=71_000, help="approximate labelled voxels")
    parser.add_argument("--cnr", type=float, default=1.5, help="contrast-to-noise ratio")
    add_threads(parser)
    parser.add_argument("--repeats", type=int, default=1, help="runs of each; the fastest counts")
    parser.add_argument("--only", choices=HERE, help=argparse.SUPPRESS)
    parser.add_argument("files", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        run_here(options.only, *options.files)
        return
    threads, phrases = threads_here(options.threads)
    case = make_case(options.size, options.labelled, options.cnr)
    print(
        f"{options.size}^3 voxels, {np.count_nonzero(case['labels'])} labelled, "
        f"contrast-to-noise {options.cnr:g}, {phrases}, 100 trees\n"
    )
    print(report(case, run_all(case, threads, options.repeats)))


if __name__ == "__main__":
    main()
