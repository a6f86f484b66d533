"""CPU seconds and memory of the measures of shape, on a smooth and on a noisy structure.

python benchmarks/shapes.py

A twin of an NMC electrode is measured as it is, and with one voxel in ten in another phase, as in
the segmentation of a raw image. Compiled code comes from the cache.
"""

import argparse
import resource
import time

import numpy as np

from manyeyes.electrodes.electrode import describe_electrode
from manyeyes.electrodes.rasterising import rasterise
from manyeyes.labels import ACTIVE, CBD, INTERNAL_PORE, PORE
from manyeyes.measures.interfaces import interfaces_per_um, triple_line_per_um2
from manyeyes.measures.particles import particles_table, split
from manyeyes.measures.pore_sizes import local_thickness_um, two_point
from manyeyes.measures.profiles import block_uncertainty, profiles_table
from manyeyes.randomness import generator

VOXEL_NM = 397.0
CODES = (ACTIVE, CBD, PORE)


def make_cases(size: int) -> dict[str, np.ndarray]:
    """Return the twin and its noisy copy, uint8 with the codes of three phases."""
    edge = size * VOXEL_NM / 1000
    description = {"kind": "nmc", "size_um": [edge] * 3, "active_fraction": 0.47}
    electrode = describe_electrode(description, "morphology benchmark")
    twin = rasterise(electrode, (0, 0, 0), (size,) * 3, VOXEL_NM)
    twin[twin == INTERNAL_PORE] = ACTIVE
    draw = generator("morphology benchmark", "noise")
    other = draw.integers(1, 4, twin.shape).astype(np.uint8)
    return {"twin": twin, "noisy": np.where(draw.random(twin.shape) < 0.15, other, twin)}


def measure(labels: np.ndarray) -> dict[str, float]:
    """Return the CPU seconds of each measure."""
    active, pore = labels == ACTIVE, labels == PORE
    seconds = {}

    def timed(name, call):
        start = time.process_time()
        result = call()
        seconds[name] = time.process_time() - start
        return result

    timed("profiles and block uncertainty, three phases", lambda: _fractions(labels))
    timed("interfaces", lambda: interfaces_per_um(labels, VOXEL_NM, CODES))
    timed("triple line", lambda: triple_line_per_um2(labels, VOXEL_NM, CODES))
    particles = timed("particles: split", lambda: split(active, VOXEL_NM))
    timed("particles: shapes", lambda: particles_table(particles, VOXEL_NM, material=active))
    timed("local thickness, active", lambda: local_thickness_um(active, VOXEL_NM))
    timed("local thickness, pore", lambda: local_thickness_um(pore, VOXEL_NM))
    timed("two-point correlation, pore", lambda: two_point(pore, VOXEL_NM))
    return seconds


def _fractions(labels: np.ndarray) -> None:
    for code in CODES:
        profiles_table(labels, VOXEL_NM, code)
        block_uncertainty(labels, code)


def main() -> None:
    """Run all once and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=200)
    cases = make_cases(parser.parse_args().size)
    measure(np.ascontiguousarray(cases["noisy"][:24, :24, :24]))
    found = {name: measure(labels) for name, labels in cases.items()}
    print("| CPU seconds | " + " | ".join(found) + " |\n|---|" + "---|" * len(found))
    for name in next(iter(found.values())):
        print(
            f"| {name} | " + " | ".join(f"{seconds[name]:.2f}" for seconds in found.values()), "|"
        )
    print("| all | " + " | ".join(f"{sum(s.values()):.1f}" for s in found.values()), "|")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n{cases['twin'].shape[0]}^3 voxels; {peak:.0f} MB at most")


if __name__ == "__main__":
    main()
