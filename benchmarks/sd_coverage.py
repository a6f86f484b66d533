"""How often the intervals of a standard deviation over users contain the true one.

Run it from the repository's root, ``python benchmarks/sd_coverage.py``; it takes a minute. Its
table is the one in `manyeyes.statistics.spread.sd_interval`.
"""

from collections.abc import Callable
from math import exp, sqrt

import numpy as np

from manyeyes.randomness import generator
from manyeyes.statistics.spread import sample_sd, sd_interval, sd_interval_factors

SAMPLES = 10_000
USERS = (3, 8, 15, 30)
POPULATIONS: dict[str, tuple[Callable, float]] = {
    "normal": (lambda rng, shape: rng.standard_normal(shape), 1.0),
    "Student's t, 5 degrees": (lambda rng, shape: rng.standard_t(5, shape), sqrt(5 / 3)),
    "Laplace": (lambda rng, shape: rng.laplace(size=shape), sqrt(2)),
    "gamma, shape 4": (lambda rng, shape: rng.gamma(4, size=shape), 2.0),
    "log-normal, sigma 0.5": (
        lambda rng, shape: rng.lognormal(sigma=0.5, size=shape),
        sqrt((exp(0.25) - 1) * exp(0.25)),
    ),
}
"""How to draw from each population, and its standard deviation."""


def coverage(population: str, users: int, samples: int = SAMPLES) -> tuple[float, float]:
    """Return the share of 95 % intervals that contain the true SD: ours, and chi-square's."""
    draw, true = POPULATIONS[population]
    values = draw(generator("sd coverage", population, users), (samples, users))
    low, high = np.array([sd_interval(row) for row in values]).T
    factors = sd_interval_factors(users)
    sds = sample_sd(values)
    ours = np.mean((low <= true) & (true <= high))
    return float(ours), float(np.mean((sds * factors[0] <= true) & (true <= sds * factors[1])))


def main() -> None:
    """Print the coverage in per cent; that of chi-square in brackets."""
    print(f"{'values':24}" + "".join(f"{users:>4} users  " for users in USERS))
    for population in POPULATIONS:
        found = [coverage(population, users) for users in USERS]
        print(f"{population:24}" + "".join(f"{100 * a:5.1f} ({100 * b:.1f})" for a, b in found))


if __name__ == "__main__":
    main()
