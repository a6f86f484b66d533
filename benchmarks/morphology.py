"""Time and memory of the measures of a phase, beside other libraries where they are installed.

    python benchmarks/morphology.py
    python benchmarks/morphology.py --size 100 --measures "tortuosity factor"

Each call has its own process with one thread, which first runs on a small volume, so that compiling
and importing are not timed. Seconds are those of the processor; memory is the peak of the process,
its libraries and the making of the volume included. TauFactor
(https://pypi.org/project/taufactor) and PoreSpy
(https://pypi.org/project/porespy, with openpnm) run with their own tolerances. A line in MEASURES
adds a measure.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

Volume = np.ndarray


def blobs(size: int) -> Volume:
    """Return the lighter half of smoothed noise, as bool."""
    from scipy import ndimage

    from manyeyes.randomness import generator

    noise = generator("morphology benchmark", "blobs", size).normal(size=(size,) * 3)
    smooth = ndimage.gaussian_filter(noise.astype(np.float32), 4.0, mode="wrap")
    return smooth > np.median(smooth)


def between_spheres(size: int) -> Volume:
    """Return what overlapping spheres of 20 voxels across leave open, about 45 %."""
    from scipy import ndimage

    from manyeyes.randomness import generator

    radius, open_fraction = 10.0, 0.45
    spheres = round(-np.log(open_fraction) * size**3 / (4 / 3 * np.pi * radius**3))
    rng = generator("morphology benchmark", "spheres", size)
    centres = rng.integers(0, size, (max(spheres, 1), 3))
    away = np.ones((size,) * 3, dtype=bool)
    away[tuple(centres.T)] = False
    return ndimage.distance_transform_edt(away) > radius


def ours_tortuosity(phase: Volume) -> float:
    """Return our tortuosity factor along z."""
    from manyeyes.measures import tortuosity

    return tortuosity(phase, 0).tortuosity_factor


def taufactor_tortuosity(phase: Volume) -> float:
    """Return TauFactor's, by over-relaxation on this machine's processor."""
    import taufactor

    solver = taufactor.Solver(phase.astype(np.uint8), device="cpu")
    solver.solve(verbose=False)
    return float(np.ravel(solver.tau)[0])


def porespy_tortuosity(phase: Volume) -> float:
    """Return PoreSpy's, for the open fraction of all voxels, as ours."""
    import porespy

    found = porespy.simulations.tortuosity_fd(phase, axis=0)
    return float(found.original_porosity * found.formation_factor)


def ours_connectivity(phase: Volume) -> float:
    """Return the share that percolates along z."""
    from manyeyes.measures import connectivity

    return connectivity(phase, 0).percolating


def porespy_connectivity(phase: Volume) -> float:
    """Return the same by PoreSpy."""
    import porespy

    inlets, outlets = (porespy.generators.faces(phase.shape, **{end: 0}) for end in ENDS)
    kept = porespy.filters.trim_nonpercolating_paths(phase, inlets=inlets, outlets=outlets)
    return float(kept.sum() / phase.sum())


def ours_euler_number(phase: Volume) -> float:
    """Return the Euler number."""
    from manyeyes.measures import euler_number

    return euler_number(phase)


ENDS = ("inlet", "outlet")
VOLUMES: dict[str, Callable[[int], Volume]] = {
    "blobs": blobs,
    "between spheres": between_spheres,
}
MEASURES: dict[str, dict[str, Callable[[Volume], float]]] = {
    "tortuosity factor": {
        "manyeyes": ours_tortuosity,
        "TauFactor": taufactor_tortuosity,
        "PoreSpy": porespy_tortuosity,
    },
    "percolating share": {"manyeyes": ours_connectivity, "PoreSpy": porespy_connectivity},
    "Euler number": {"manyeyes": ours_euler_number},
}
"""The functions by measure and library, ours first."""

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def run_here(measure: str, library: str, volume: str, size: int) -> dict[str, float | str]:
    """Return value, seconds and memory of one call, or why there is none."""
    call = MEASURES[measure][library]
    try:
        call(blobs(24))
    except ImportError as error:
        return {"missing": str(error)}
    phase = VOLUMES[volume](size)
    start = time.process_time()
    value = call(phase)
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    peak_bytes = peak if sys.platform == "darwin" else 1024 * peak
    return {"value": value, "seconds": seconds, "peak_bytes": peak_bytes}


def run_apart(*names: str) -> dict[str, float | str]:
    """Do the same in a process with one thread."""
    environment = {**os.environ, **dict.fromkeys(ONE_THREAD, "1")}
    call = [sys.executable, __file__, "--run", *names]
    done = subprocess.run(call, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return {"missing": (done.stderr.strip().splitlines() or ["no message"])[-1]}
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Run every library in turns and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=200, help="edge of the volume in voxels")
    parser.add_argument("--measures", nargs="+", choices=MEASURES, default=list(MEASURES))
    parser.add_argument("--run", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        *names, size = options.run
        print(json.dumps(run_here(*names, int(size))))
        return
    print(f"{options.size}^3 voxels\n")
    print("| measure | volume | library | value | CPU s | times ours | GB |")
    print("|---|---|---|---|---|---|---|")
    for measure in options.measures:
        for volume in VOLUMES:
            ours = None
            for library in MEASURES[measure]:
                run = run_apart(measure, library, volume, str(options.size))
                cells = f"| {measure} | {volume} | {library} |"
                if "missing" in run:
                    print(f"{cells} not run: {run['missing']} | | | |", flush=True)
                    continue
                ours = ours or run["seconds"]
                print(
                    f"{cells} {run['value']:.5g} | {run['seconds']:.2f} "
                    f"| {run['seconds'] / ours:.1f} | {run['peak_bytes'] / 1e9:.2f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
