"""How often the intervals of a standard deviation over users contain the true one.

Run it from the repository's root, ``python benchmarks/sd_coverage.py``; it takes three minutes. Its
table is the one in `manyeyes.statistics.spread.sd_interval`. With ``--fractions`` it takes the
users of a finished study for the population, which should have some hundreds of them:

    TABLE=results/many-users/tables/volume_fractions.csv
    .venv/bin/snakemake --cores 2 --configfile config/many-users.yaml $TABLE
    python benchmarks/sd_coverage.py --fractions $TABLE
"""

import argparse
from collections.abc import Callable, Mapping
from math import exp, sqrt
from pathlib import Path

import numpy as np
import scipy

from manyeyes.files.tables import read_table
from manyeyes.randomness import generator
from manyeyes.statistics.grids import users_by_cell
from manyeyes.statistics.spread import sample_sd, sd_interval, sd_interval_factors

SAMPLES = 10_000
USERS = (3, 8, 15, 30)
POPULATIONS: dict[str, tuple[Callable, float]] = {
    "normal": (lambda rng, shape: rng.standard_normal(shape), 1.0),
    "Student's t, 5 degrees": (lambda rng, shape: rng.standard_t(5, shape), sqrt(5 / 3)),
    "Laplace": (lambda rng, shape: rng.laplace(size=shape), sqrt(2)),
    "gamma, shape 4": (lambda rng, shape: rng.gamma(4, size=shape), 2.0),
    "two camps": (
        lambda rng, shape: 8 * rng.choice([-1.0, 1.0], shape) + rng.standard_normal(shape),
        sqrt(65),
    ),
    "log-normal, sigma 0.5": (
        lambda rng, shape: rng.lognormal(sigma=0.5, size=shape),
        sqrt((exp(0.25) - 1) * exp(0.25)),
    ),
}
"""How to draw from each population, and its standard deviation."""


def coverage(
    name: str, population: tuple[Callable, float], users: int, samples: int = SAMPLES
) -> tuple[float, float]:
    """Return the share of 95 % intervals that contain the true SD: ours, and chi-square's."""
    draw, true = population
    values = draw(generator("sd coverage", name, users), (samples, users))
    low, high = np.array([sd_interval(row) for row in values]).T
    factors = sd_interval_factors(users)
    sds = sample_sd(values)
    ours = np.mean((low <= true) & (true <= high))
    return float(ours), float(np.mean((sds * factors[0] <= true) & (true <= sds * factors[1])))


def of_study(path: Path) -> dict[str, tuple[Callable, float]]:
    """Return a population for each image and variant of a table of volume fractions."""
    found = {}
    for key, grid in users_by_cell(read_table(path), "active_fraction").items():
        values = grid.to_numpy()[0]
        name = f"{' '.join(key)} (kurtosis {scipy.stats.kurtosis(values, fisher=False):.1f})"
        # Samples of a finite population, with replacement: its SD is the true one.
        found[name] = (lambda rng, shape, v=values: rng.choice(v, shape), float(values.std()))
    return found


def show(populations: Mapping[str, tuple[Callable, float]]) -> None:
    """Print the coverage in per cent; that of chi-square in brackets."""
    width = max(map(len, populations))
    print(f"{'values':{width}}" + "".join(f"{users:>4} users  " for users in USERS))
    for name, population in populations.items():
        found = [coverage(name, population, users) for users in USERS]
        print(f"{name:{width}}" + "".join(f"{100 * a:5.1f} ({100 * b:.1f})" for a, b in found))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fractions", type=Path, help="table of a study with many users")
    options = parser.parse_args()
    show(POPULATIONS if options.fractions is None else of_study(options.fractions))


if __name__ == "__main__":
    main()
