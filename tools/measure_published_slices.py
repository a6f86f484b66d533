"""Measure the slices of the notebook of Lee et al. 2023 and those of twins in the same way.

The notebook is no part of this project. Download it, at commit d704ba7:
https://github.com/SKKU-STEM/Pore-segnet (2023.08.11_Pore-segnet_training&test.ipynb)
SHA-256 2d9110ea210b2099e3c69b008bae0905ec326828002f2579a10c7e1fb119756d

    .venv/bin/python tools/measure_published_slices.py NOTEBOOK [TABLE.csv]

One of its figures shows five slices, equalised, and their labels, enlarged without interpolation.
Nothing in the notebook is executed.
"""

import argparse
import base64
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.image import imread

from manyeyes.pores.bse import bse_slices
from manyeyes.pores.codes import GRAIN, PORE
from manyeyes.pores.image_statistics import image_statistics
from manyeyes.pores.labelling import hysteresis_labels, thresholds_by_eye
from manyeyes.pores.particle import particle_grains, particle_truth
from manyeyes.pores.preparing import smoothed, wedge_filtered
from manyeyes.pores.settings import BseSettings, ParticleSettings
from manyeyes.pores.statistics import slice_statistics

VOXEL_SIZE_NM = ParticleSettings().voxel_size_nm
EDGE = 256
PANELS = (5, 3)


def published(notebook: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return five slices and their labels, uint8 (5, 256, 256)."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    pictures = [
        output["data"]["image/png"]
        for cell in cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    for picture in pictures:
        shown = imread(io.BytesIO(base64.b64decode("".join(picture))))
        # PNGs are read as shares of white; the channels of grey are equal.
        image = np.rint(255 * shown[..., 0]).astype(np.uint8)
        panels = [_runs((image < 255).mean(axis=axis) > 0.02) for axis in (1, 0)]
        if tuple(len(p) for p in panels) == PANELS:
            break
    else:
        raise ValueError(f"{notebook}: expected a figure of {PANELS[0]} rows of slices, found none")
    rows, columns = panels
    slices, marks = [], []
    for top, foot in rows:
        seen, label = (image[top:foot, left:right] for left, right in columns[:2])
        places = np.ix_(*_originals(seen))
        slices.append(seen[places])
        marks.append(label[places])
    print(f"levels in the label pictures: {np.unique(marks).tolist()}")
    return np.stack(slices), np.where(np.stack(marks) > 127, PORE, GRAIN).astype(np.uint8)


def twins(count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return five slices and labels of each of some twins."""
    found = []
    for number in range(1, count + 1):
        names = ("published slices", number)
        settings = ParticleSettings()
        truth, grains = particle_truth(settings, names), particle_grains(settings, names)
        images = bse_slices(truth, BseSettings(), names, grains)
        images = smoothed(wedge_filtered(images))
        labels = hysteresis_labels(images, *thresholds_by_eye(images))
        found.append((images[10::20], labels[10::20]))
    return found


def measured(images: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    """Return all statistics, one row for each slice."""
    table = pd.DataFrame([image_statistics(*pair) for pair in zip(images, labels, strict=True)])
    pores = slice_statistics(labels, VOXEL_SIZE_NM).drop(columns="slice")
    return pd.concat([pores, table], axis=1)


def main() -> None:
    """Print the statistics of published slices beside those of twins."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("notebook", type=Path)
    parser.add_argument("table", type=Path, nargs="?", help="write the table here too")
    parser.add_argument("--twins", type=int, default=2, help="how many twins to measure")
    arguments = parser.parse_args()
    found = measured(*published(arguments.notebook))
    columns = {"published": found.mean(), "lowest": found.min(), "highest": found.max()}
    for number, pair in enumerate(twins(arguments.twins), start=1):
        columns[f"twin {number}"] = measured(*pair).mean()
    table = pd.DataFrame(columns).round(3)
    print(table.to_string())
    if arguments.table:
        table.to_csv(arguments.table)


def _runs(occupied: np.ndarray) -> list[tuple[int, int]]:
    """Return first and end of the runs that are longer than 200 pixels."""
    steps = np.diff(np.pad(occupied.astype(int), 1))
    pairs = zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1), strict=True)
    return [(int(start), int(end)) for start, end in pairs if end - start > 200]


def _originals(panel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return one row and one column of a panel for each pixel before it was enlarged.

    Noise differs from pixel to pixel, so a row of the panel that equals the one above it shows the
    same pixels.

    Raises
    ------
    ValueError
        If there are not 256 different rows and columns.
    """
    rows = np.flatnonzero(np.append(True, (panel[1:] != panel[:-1]).any(axis=1)))
    columns = np.flatnonzero(np.append(True, (panel[:, 1:] != panel[:, :-1]).any(axis=0)))
    if len(rows) != EDGE or len(columns) != EDGE:
        raise ValueError(
            f"expected {EDGE} x {EDGE} pixels in a panel, found {len(rows)} x {len(columns)}; is "
            "this the notebook of the commit named in --help?"
        )
    return rows, columns


if __name__ == "__main__":
    main()
