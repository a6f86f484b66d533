"""Whether `manyeyes fit-person` finds the traits of simulated people again, and how surely.

Run it from the repository's root, ``python benchmarks/fit_recovery.py``; it takes some minutes of
CPU time. A hundred simulated people, none of them in the table that they are compared with, set
sliders on a small twin of NMC-2 and paint it. The table says how often 90 % intervals cover the
true trait, and how much narrower than the population's they are; docs/fit-person.md has it.
"""

import argparse
import sys
from pathlib import Path

from manyeyes.electrodes.electrode import describe_electrode
from manyeyes.electrodes.rasterising import rasterise
from manyeyes.files.tables import write_table
from manyeyes.imaging.ct import image_ct
from manyeyes.imaging.tomograms import to_grey_levels
from manyeyes.persons.records import Image
from manyeyes.persons.recovery import coverage_table, pooled_coverage, recover
from manyeyes.users.population import Population

ELECTRODE = {"kind": "nmc", "size_um": [27, 27, 27], "active_fraction": 0.47}
IMAGING = {
    "contrast_to_noise": 3.5,
    "material": "nmc532",
    "energy_kev": 40,
    "resolution_nm": 800,
}
VOXEL_SIZE_NM = 397
VARIANTS = {
    "S2": {"method": "threshold", "offset": 0},
    "gWS": {"method": "watershed", "seed_error": 0.1},
    "cWS": {"method": "watershed", "seed_error": 0.01},
    "MLX10": {"method": "drawn_forest", "slices": 7, "coverage_percent": 10},
    "MLX25": {"method": "drawn_forest", "slices": 7, "coverage_percent": 25},
}
DESIGNS = {
    "S2, gWS, cWS, MLX10, MLX25": tuple(VARIANTS),
    "S2, gWS, cWS": ("S2", "gWS", "cWS"),
    "MLX25": ("MLX25",),
}


def twin(edge: int, seed: str) -> Image:
    """Return a small twin of NMC-2."""
    electrode = describe_electrode(ELECTRODE, seed, "electrode", "recovery")
    truth = rasterise(electrode, [1, 1, 1], [edge] * 3, VOXEL_SIZE_NM)
    tomogram = image_ct(truth, VOXEL_SIZE_NM, IMAGING, seed, "recovery", "imaging")
    if tomogram.dtype.name != "uint8":
        tomogram = to_grey_levels(tomogram, {"percentiles": (0.05, 99.95)})
    return Image("twin", "raw", tomogram)


def main() -> None:
    """Fit all people, and print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--edge", type=int, default=48, help="voxels of the image along each axis")
    parser.add_argument("--simulated", type=int, default=1500, help="people to compare with")
    parser.add_argument("--people", type=int, default=100, help="people to fit")
    parser.add_argument("--seed", default="recovery")
    parser.add_argument("--structure", default="two_class", help="of the population")
    parser.add_argument("--out", type=Path, help="write the table (CSV) there")
    options = parser.parse_args()
    found = recover(
        twin(options.edge, options.seed),
        VARIANTS,
        DESIGNS,
        Population(structure=options.structure),
        simulated=options.simulated,
        people=options.people,
        seed=options.seed,
        progress=lambda text: print(text, file=sys.stderr, flush=True),
    )
    table = coverage_table(found)
    shown = table.drop(columns=["title"]).round(2)
    print(shown.to_string(index=False))
    print(pooled_coverage(found).round(1).to_string(index=False))
    if options.out:
        write_table(table, options.out)


if __name__ == "__main__":
    main()
