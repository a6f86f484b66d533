"""Whether our labels agree with VIGRA's as two of VIGRA's seeds do with each other, on each twin.

Run it from the checkout on the results of a study, with Debian's python3-vigra installed:

    python benchmarks/vigra_agreement.py results/paper

For each dataset it takes one user's drawing on the raw image (the first of the variants that the
study has), cuts out the middle, and trains VIGRA's forest and ours with three seeds each.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from itertools import combinations, product
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "workflow/scripts"))

from classifier import SYSTEM_PYTHON, vigra_is_missing

SEEDS = (1, 2, 3)
VARIANTS = ("MLX25", "MLX10", "ML2")


def drawing_of(results: Path, dataset: str, user: str) -> Path:
    """Return a user's drawing on a raw image."""
    for variant in VARIANTS:
        path = results / "annotations" / dataset / "raw" / variant / f"{user}.tif"
        if path.exists():
            return path
    sys.exit(f"{results}: {user} has drawn none of {', '.join(VARIANTS)} on raw {dataset}")


def percent_equal(some: list[np.ndarray], others: list[np.ndarray] | None = None) -> float:
    """Return the mean percentage of equal voxels, of all pairs within one list or between two."""
    pairs = combinations(some, 2) if others is None else product(some, others)
    return 100 * float(np.mean([(a == b).mean() for a, b in pairs]))


def main() -> None:
    """Train and compare on each dataset, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, help="results of a study")
    parser.add_argument("--user", default="A")
    parser.add_argument("--size", type=int, default=128, help="edge of the middle, in voxels")
    parser.add_argument("--threads", type=int, default=4)
    options = parser.parse_args()
    from manyeyes.forest import classify, fit_forest
    from study_files import read_volume

    reason = vigra_is_missing()
    if reason:
        sys.exit(f"nothing to compare with: {reason}")
    print(
        "| dataset | drawn | labels | VIGRA with VIGRA % | ours with VIGRA % | ours with ours % |"
    )
    print("|---|---|---|---|---|---|", flush=True)
    for folder in sorted((options.results / "images").iterdir()):
        path = drawing_of(options.results, folder.name, options.user)
        volume, labels = read_volume(folder / "raw.tif"), read_volume(path)
        edge = min(options.size, *volume.shape)
        middle = tuple(slice((n - edge) // 2, (n - edge) // 2 + edge) for n in volume.shape)
        volume, labels = volume[middle], labels[middle]
        with tempfile.TemporaryDirectory() as name:
            source, target = Path(name) / "in.npz", Path(name) / "out.npz"
            np.savez(
                source,
                volume=volume,
                labels=labels,
                threads=options.threads,
                seeds=SEEDS,
                keep_channels=False,
            )
            script = str(Path(__file__).with_name("vigra_forest.py"))
            call = [SYSTEM_PYTHON, "-W", "ignore", script, str(source), str(target)]
            subprocess.run(call, check=True)
            with np.load(target) as arrays:
                theirs = list(arrays["labels"])
        ours = [classify(volume, fit_forest(volume, labels, seed=seed)) for seed in SEEDS]
        print(
            f"| {folder.name} | {path.parent.name} | {np.count_nonzero(labels)} | "
            f"{percent_equal(theirs):.2f} | {percent_equal(ours, theirs):.2f} | "
            f"{percent_equal(ours):.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
