"""Calibrate the two spreads of each structure of users; this takes several minutes.

    python tools/calibrate_population.py --config config/config.yaml

writes a table of the values, between which they lie since the paper's numbers are of a panel of
three, the differences they reproduce and how these vary between realisations, at the dataset's own
contrast-to-noise and, for the default structure, at neighbouring values. It prints the values.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from calibration import (
    Calibration,
    Crowd,
    calibrate,
    expected_threshold_percent,
    expected_watershed_percent,
    panel_bounds,
)
from manyeyes.electrodes.electrode import describe_electrode
from manyeyes.electrodes.rasterising import rasterise
from manyeyes.imaging.ct import image_ct
from manyeyes.study.known import with_known
from manyeyes.study.model import Study
from manyeyes.study.reading import study_from_config
from manyeyes.users.population import STRUCTURES, Population

# Bailey et al. 2023, section 3.1.2: pairwise differences of raw NMC-2
DATASET = "NMC-2"
S2_PERCENT = 7.6
CWS_PERCENT = 4.6
NEIGHBOURING_CONTRAST_TO_NOISE = (2.5, 3.5)

CRITERION_GRID = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0)
SEED_ERROR_GRID = (1.0, 2.0, 3.0, 4.0, 6.0)
CRITERION_TOLERANCE = 0.002
SEED_ERROR_TOLERANCE = 0.01


def read_study(config: Path) -> Study:
    """Return the study of a config, merged with the protocol in the same folder."""
    merged: dict = {}
    for path in (config.parent / "protocol.yaml", config):
        if not path.is_file():
            sys.exit(f"{path}: there is no such file; expected a study's config")
        _merge(merged, yaml.safe_load(path.read_text(encoding="utf-8")))
    known = (config.parent / "datasets.yaml").read_text(encoding="utf-8")
    return study_from_config(with_known(merged, yaml.safe_load(known)))


def _merge(into: dict, new: Mapping) -> None:
    for key, value in new.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def realisations(study: Study, count: int) -> list[np.ndarray]:
    """Return truths of several electrodes with the study's description, but other seeds."""
    dataset = study.datasets[DATASET]
    name = dataset.source["electrode"]
    truths = []
    for index in range(count):
        names = (study.seed, "electrode", name, "calibration", index)
        electrode = describe_electrode(study.electrodes[name], *names)
        origin = dataset.source.get("origin_um", (0, 0, 0))
        truths.append(rasterise(electrode, origin, dataset.shape, dataset.voxel_size_nm))
    return truths


def calibrate_at(
    study: Study,
    truths: list[np.ndarray],
    contrast_to_noise: float,
    structure: str,
    options: argparse.Namespace,
) -> Iterator[tuple[Calibration, tuple[float, float]]]:
    """Yield the calibrations of both parameters at a contrast-to-noise, and their bounds."""
    dataset = study.datasets[DATASET]
    imaging = {**dataset.source["imaging"], "contrast_to_noise": contrast_to_noise}
    images = [
        image_ct(truth, dataset.voxel_size_nm, imaging, study.seed, DATASET, "calibration", index)
        for index, truth in enumerate(truths)
    ]
    crowd = Crowd(
        images=images,
        users=options.users,
        seed=study.seed,
        dataset=f"{DATASET} calibration",
        crop=min(options.crop, *dataset.shape),
        threads=options.threads,
    )
    population = Population.from_mapping({**study.population, "structure": structure})
    criterion = expected_threshold_percent(crowd, population)
    seed_error = expected_watershed_percent(crowd, population, study.variants["cWS"]["seed_error"])
    for parameter, expected, target, grid, tolerance in (
        ("threshold_criterion_sd", criterion, S2_PERCENT, CRITERION_GRID, CRITERION_TOLERANCE),
        ("seed_error_spread", seed_error, CWS_PERCENT, SEED_ERROR_GRID, SEED_ERROR_TOLERANCE),
    ):
        found = calibrate(parameter, expected.percents, target, grid, tolerance)
        bounds = (np.nan, np.nan)
        if not np.isnan(found.value):
            apart = expected.differences(found.value)
            bounds = panel_bounds(apart, target, found.value, study.seed, structure, parameter)
        yield found, bounds


def row(
    structure: str,
    contrast_to_noise: float,
    found: Calibration,
    bounds: tuple[float, float],
    options: argparse.Namespace,
) -> dict:
    """Return a line of the table."""
    percents = found.percents
    return {
        "structure": structure,
        "contrast_to_noise": contrast_to_noise,
        "parameter": found.parameter,
        "value": found.value,
        "panel_low": bounds[0],
        "panel_high": bounds[1],
        "target_percent": found.target_percent,
        "reached_percent": np.mean(percents) if percents else np.nan,
        "sd_over_realisations": np.std(percents, ddof=1) if len(percents) > 1 else np.nan,
        "users": options.users,
        "realisations": options.realisations,
        "watershed_crop": options.crop,
        "curve": "; ".join(f"{value:.4g}: {percent:.3f}" for value, percent in found.curve),
    }


def main() -> None:
    """Calibrate and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("config/config.yaml"))
    parser.add_argument("--output", type=Path, default=Path("results/calibration.csv"))
    parser.add_argument("--users", type=int, default=200, help="people before each realisation")
    parser.add_argument("--realisations", type=int, default=5)
    parser.add_argument("--crop", type=int, default=100, help="edge of the watersheds' cube")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--structures", nargs="+", choices=STRUCTURES, default=STRUCTURES)
    options = parser.parse_args()
    study = read_study(options.config)
    if DATASET not in study.datasets or study.datasets[DATASET].source["kind"] != "twin":
        sys.exit(f"{options.config}: the calibration needs {DATASET} as a twin among its datasets")
    own = study.datasets[DATASET].source["imaging"]["contrast_to_noise"]
    truths = realisations(study, options.realisations)
    rows = []
    for structure in options.structures:
        neighbours = NEIGHBOURING_CONTRAST_TO_NOISE if structure == STRUCTURES[0] else ()
        for contrast_to_noise in (own, *neighbours):
            for found, bounds in calibrate_at(study, truths, contrast_to_noise, structure, options):
                rows.append(row(structure, contrast_to_noise, found, bounds, options))
                print(pd.Series(rows[-1]).to_string(), "\n", flush=True)
                options.output.parent.mkdir(parents=True, exist_ok=True)
                pd.DataFrame(rows).to_csv(options.output, index=False)
    print("population:")
    for line in rows:
        if line["contrast_to_noise"] == own:
            reached = (
                "not reached"
                if np.isnan(line["value"])
                else "{value:.3f} ({panel_low:.2f} to {panel_high:.2f})".format(**line)
            )
            print(f"  {line['structure']}, {line['parameter']}: {reached}")


if __name__ == "__main__":
    main()
