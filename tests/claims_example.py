"""Made-up studies, on which every claim has a known verdict."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from manyeyes.randomness import generator

CLAIMS = Path(__file__).parents[1] / "src/manyeyes/paper/claims.yaml"
DOCUMENT = yaml.safe_load(CLAIMS.read_text(encoding="utf-8"))
# Enough names at random to see 5 % after Holm over four families.
DOCUMENT["rules"]["permutations"] = 199
OPEN = ("NMC-1", "NMC-2", "GRA-1", "GRA-2")
IN_HOUSE = ("NEX-V", "NEX-U")
UNSUPERVISED = ("S1", "S2", "S3", "gWS", "cWS")
SEEDED = ("ML1", "ML2", "ML3")
SWEEP = ("MLX10", "MLX25", "MLX35", "MLX50", "MLX65")


def planned_cells():
    for dataset in (*OPEN, *IN_HOUSE):
        for filter_ in ("raw", "gaussian"):
            variants = list(UNSUPERVISED)
            variants += SEEDED if dataset in OPEN else ()
            variants += SWEEP if dataset in ("NMC-2", "GRA-2") else ()
            variants += SWEEP[:2] if dataset in IN_HOUSE and filter_ == "raw" else ()
            for variant in variants:
                yield dataset, filter_, variant


def study(spread, *, users=30, realisations=2, cells=None, seed=0, realisation_column=True):
    """Return the tables of a study in which each cell has a given SD over users.

    Users are nested as if they cut at one threshold, so the pairwise difference is that of the
    volume fractions. Specks: 1000 on raw, 10 on filtered images, fewer for watershed.
    """
    tables = {"volume_fractions": [], "pairwise": [], "morphology": [], "baseline": []}
    names = [f"user {user}" for user in range(users)]
    cells = list(planned_cells() if cells is None else cells)
    for realisation in range(realisations):
        for cell in cells:
            rng = generator("test", "study", seed, realisation, *cell)
            phi = 0.5 + spread(*cell) * rng.standard_normal(users)
            key = dict(zip(("dataset", "filter", "variant"), cell, strict=True))
            key["realisation"] = realisation
            specks = 1000 if cell[1] == "raw" else 10
            specks //= 2 if cell[2].endswith("WS") else 1
            for name, value in zip(names, phi, strict=True):
                row = {**key, "user": name}
                tables["volume_fractions"].append({**row, "active_fraction": value})
                pores = {"closed_pores": 3, "closed_pore_fraction": 0.002}
                tables["morphology"].append({**row, "active_specks": specks, **pores})
            tables["pairwise"] += [
                {
                    **key,
                    "user_a": names[a],
                    "user_b": names[b],
                    "percent_different": 100 * abs(phi[a] - phi[b]),
                }
                for a, b in combinations(range(users), 2)
            ]
            tables["baseline"] += [
                {
                    **key,
                    "mean": phi.mean(),
                    "baseline_source": source,
                    "baseline": value,
                    "baseline_closed_pores": pores,
                }
                for source, value, pores in (("measured", 0.5, 0.004), ("paper", 0.508, np.nan))
                if cell[0] in IN_HOUSE
            ]
    tables["image_quality"] = [
        {
            "dataset": dataset,
            "filter": filter_,
            "realisation": realisation,
            "contrast_to_noise": 2.0 if filter_ == "raw" else 6.0,
            "histogram_modes": 1,
        }
        for realisation in range(realisations)
        for dataset in (*OPEN, *IN_HOUSE)
        for filter_ in ("raw", "gaussian")
    ]
    frames = {name: pd.DataFrame(rows) for name, rows in tables.items()}
    if realisation_column:
        return frames
    return {name: frame.drop(columns="realisation") for name, frame in frames.items() if len(frame)}
