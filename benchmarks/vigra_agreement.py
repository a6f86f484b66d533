"""Compare our agreement with VIGRA with that of two seeds of VIGRA, on each dataset.

Run it from the checkout on the results of a study, with Debian's python3-vigra installed:

    python benchmarks/vigra_agreement.py results/paper

A simulated user draws on a quarter of seven slices (MLX25) in the middle of each raw image. VIGRA's
forest and ours are trained on the drawing, with three seeds each.
"""

import argparse
import subprocess
import sys
import tempfile
from itertools import combinations, product
from pathlib import Path

import numba
import numpy as np
from classifier import SYSTEM_PYTHON, vigra_is_missing
from threads import add_threads, threads_here

SEEDS = (1, 2, 3)


def draw(volume: np.ndarray, dataset: str) -> np.ndarray:
    """Return the labels that a simulated user draws on a volume."""
    from manyeyes.forest import classify, fit_forest
    from manyeyes.methods import annotate
    from manyeyes.users.population import Population, draw_traits

    def first_output(labels, slices):
        return classify(volume, fit_forest(volume, labels, seed=0), slices=slices)

    drawing = annotate(
        volume,
        {"name": "MLX25", "method": "drawn_forest", "coverage_percent": 25, "slices": 7},
        draw_traits(Population(), "agreement", "A"),
        seed_names=("agreement", "A", dataset),
        first_output=first_output,
    )
    return drawing.labels


def percent_equal(some: list[np.ndarray], others: list[np.ndarray] | None = None) -> float:
    """Return the mean percentage of equal voxels over all pairs, within a list or of two lists."""
    pairs = combinations(some, 2) if others is None else product(some, others)
    return 100 * float(np.mean([(a == b).mean() for a, b in pairs]))


def main() -> None:
    """Train and compare on each dataset, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, help="results of a study")
    parser.add_argument("--size", type=int, default=128, help="edge of the middle, in voxels")
    add_threads(parser)
    options = parser.parse_args()
    from manyeyes.files.volumes import read_volume
    from manyeyes.forest import classify, fit_forest

    reason = vigra_is_missing()
    if reason:
        sys.exit(f"nothing to compare with: {reason}")
    threads, phrases = threads_here(options.threads)
    numba.set_num_threads(threads)
    print(f"{phrases}\n")
    print("| dataset | labels | VIGRA with VIGRA % | ours with VIGRA % | ours with ours % |")
    print("|---|---|---|---|---|", flush=True)
    for folder in sorted((options.results / "images").iterdir()):
        volume = read_volume(folder / "raw.tif")
        edge = min(options.size, *volume.shape)
        middle = tuple(slice((n - edge) // 2, (n - edge) // 2 + edge) for n in volume.shape)
        volume = np.ascontiguousarray(volume[middle])
        labels = draw(volume, folder.name)
        with tempfile.TemporaryDirectory() as name:
            source, target = Path(name) / "in.npz", Path(name) / "out.npz"
            settings = {"threads": threads, "seeds": SEEDS, "keep_channels": False}
            np.savez(source, volume=volume, labels=labels, **settings)
            script = str(Path(__file__).with_name("vigra_forest.py"))
            call = [SYSTEM_PYTHON, "-W", "ignore", script, str(source), str(target)]
            subprocess.run(call, check=True)
            with np.load(target) as arrays:
                theirs = list(arrays["labels"])
        ours = [classify(volume, fit_forest(volume, labels, seed=seed)) for seed in SEEDS]
        print(
            f"| {folder.name} | {np.count_nonzero(labels)} | "
            f"{percent_equal(theirs):.2f} | {percent_equal(ours, theirs):.2f} | "
            f"{percent_equal(ours):.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
