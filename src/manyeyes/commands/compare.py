"""Compare finished segmentations of one tomogram: the smallest study of all.

    manyeyes compare anna.tif ben.tif carla.tif
    manyeyes compare anna.tif ben.tif --truth correlative.tif --voxel-size 350 --measures all
    manyeyes compare a.tif b.tif --codes active=255 rest=0 --out anna-and-ben

Each file is a label volume that somebody made, by whatever program: a person, a method, a network.
All are of one crop. They are compared with each other, and with a truth if there is one. Written to
a folder (comparison/):

    comparison.html   the answer, the figure and the tables in one file
    comparison.png, comparison.svg
                      a slice of each, where they differ, and the volume fractions
    fractions.csv     the share of each phase in each volume
    pairwise.csv      the share of voxels on which each two differ
    phases.csv, confusion.csv
                      with a truth: overlap, bias and confusion of each phase
    microstructure.csv, microstructure_spread.csv
                      with --measures: transport, surfaces, particles, pores

Values 1 and 2 are active material and the rest; 1, 2 and 3 are active material, carbon-binder
domain and pore; of two other values the higher one is active material. --codes says what others
mean. Everything else is as in a study (docs/results.md).
"""

import argparse
from collections import namedtuple
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..files.errors import FileError
from ..files.tables import write_table
from ..files.volumes import read_volume, volume_facts
from ..labels import (
    THREE_PHASES,
    TRUTH_PHASES,
    TWO_PHASES,
    UNLABELLED,
    Phases,
    codes_by_value,
    recoded,
    truth_in_phases,
)
from ..microstructure.registry import group_called, module_files

Cell = namedtuple("Cell", "dataset filter variant user made_by")
DATASET, MADE_BY = "tomogram", "recorded"
MOST_VALUES = 8
"""Label volumes with more values are no labels but grey levels."""


def main(arguments: list[str]) -> int | str:
    """Read the arguments, compare, and write what was found."""
    options = parser().parse_args(arguments)
    try:
        print(compare(options))
    except ValueError as error:
        return f"Error: {error}"
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments."""
    found = argparse.ArgumentParser(
        prog="manyeyes compare",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = found.add_argument
    add("volumes", nargs="+", type=Path, help="two label volumes or images or more, of one shape")
    add("--truth", type=Path, help="a label volume that is held to be right")
    add("--names", nargs="+", metavar="NAME", help="of the volumes (the names of their files)")
    add(
        "--codes",
        nargs="+",
        metavar="PHASE=VALUE",
        help="what values mean: active, and rest, or cbd and pore; for all volumes. A phase may "
        "have several values (rest=0,3)",
    )
    add("--outside", type=int, metavar="VALUE", help="value outside the field of view")
    add(
        "--voxel-size",
        type=float,
        metavar="NM",
        help="edge of a voxel in nm, if no file says; only --measures and the scale bar need it",
    )
    add(
        "--measures",
        nargs="+",
        default=[],
        choices=["all", *module_files()],
        help="measure the microstructure as well",
    )
    add("--out", type=Path, default=Path("comparison"), metavar="FOLDER", help="(comparison)")
    return found


def compare(options: argparse.Namespace) -> str:
    """Compare the volumes, write all files, and return the answer in a few sentences.

    Raises
    ------
    ValueError
        If files cannot be read or are not of one tomogram, or a result exists already.
    """
    paths = options.volumes
    if len(paths) < 2:
        raise FileError("a comparison takes two volumes or more; found one")
    names = _names(paths, options.names)
    if options.out.exists():
        raise FileError(f"{options.out}: it exists already; name another folder with --out")
    voxel_size_nm = options.voxel_size or _stated_size(paths)
    if options.measures and voxel_size_nm is None:
        raise FileError(
            "no file says how large its cubic voxels are, which --measures need; give "
            "--voxel-size, in nm"
        )
    raw = [_read(path) for path in paths]
    if options.measures and len(raw[0]) == 1:
        raise FileError(
            f"{paths[0]}: this is one image, and --measures need a volume; leave --measures out, "
            "or give volumes"
        )
    for path, volume in zip(paths[1:], raw[1:], strict=True):
        if volume.shape != raw[0].shape:
            raise FileError(
                f"{path}: its shape is {volume.shape}, that of {paths[0]} is {raw[0].shape}; "
                "all must be of one crop"
            )
    meaning, phases = _meaning(paths, raw, options.codes, options.outside)
    volumes = [
        _labels(path, volume, meaning, options.outside)
        for path, volume in zip(paths, raw, strict=True)
    ]
    truth = None
    if options.truth is not None:
        truth = _truth(options.truth, meaning, phases, raw[0].shape)
    segmentations = [
        (Cell(DATASET, "as-given", "finished", name, MADE_BY), volume)
        for name, volume in zip(names, volumes, strict=True)
    ]
    groups = list(module_files()) if "all" in options.measures else options.measures
    tables = _tables(segmentations, truth, phases, voxel_size_nm, groups)
    return _write(options.out, names, volumes, truth, phases, voxel_size_nm, tables)


def _names(paths: Sequence[Path], given: Sequence[str] | None) -> list[str]:
    if given is None:
        stems = [path.name.split(".")[0] for path in paths]
        given = stems if len(set(stems)) == len(stems) else [str(path) for path in paths]
    if len(given) != len(paths) or len(set(given)) != len(given):
        raise FileError(f"--names: expected {len(paths)} different names, found {', '.join(given)}")
    return list(given)


def _read(path: Path) -> np.ndarray:
    # Two images can be compared as well as two volumes.
    volume = read_volume(path, labels=True, single_slice=True)
    if volume.dtype.kind == "f" and np.array_equal(volume, np.rint(volume)):
        volume = volume.astype(np.int64)
    if volume.dtype.kind not in "uib":
        raise FileError(f"{path}: labels are whole numbers, found {volume.dtype}; export labels")
    return volume.astype(np.int64, copy=False)


def _stated_size(paths: Sequence[Path]) -> float | None:
    """Return the edge of the cubic voxels in nm that a file states, None if none does."""
    for path in paths:
        facts = volume_facts(path, labels=True, single_slice=True)
        # A single image has no distance to the next.
        sizes = facts.voxel_size_nm[1:] if facts.shape[0] == 1 else facts.voxel_size_nm
        if all(sizes) and max(sizes) <= 1.01 * min(sizes):
            return float(sizes[-1])
    return None


def _meaning(
    paths: Sequence[Path],
    volumes: Sequence[np.ndarray],
    given: Sequence[str] | None,
    outside: int | None,
) -> tuple[dict[int, int], Phases]:
    """Return the code of each value, and the phases."""
    values = sorted({value for volume in volumes for value in np.unique(volume).tolist()})
    values = [value for value in values if value != outside]
    if given:
        codes = _given_codes(given)
        phases = TWO_PHASES if codes.keys() <= TWO_PHASES.codes.keys() else THREE_PHASES
        return codes_by_value(codes, phases, "--codes"), phases
    if len(values) > MOST_VALUES:
        raise FileError(
            f"labels have a few values, found {len(values)} from {values[0]} to {values[-1]}; give "
            "label volumes, not grey levels"
        )
    if values in ([1, 2], [1, 2, 3]):
        phases = TWO_PHASES if len(values) == 2 else THREE_PHASES
        return {value: value for value in values}, phases
    if len(values) == 2:
        low, high = values
        return {high: TWO_PHASES["active"].code, low: TWO_PHASES["rest"].code}, TWO_PHASES
    raise FileError(_unclear(paths, volumes, outside))


def _unclear(paths: Sequence[Path], volumes: Sequence[np.ndarray], outside: int | None) -> str:
    """Return what each file holds, and codes that may be right: they can be pasted and corrected.

    They follow the rules for single files; a value with two meanings goes to the first.
    """
    held, active, rest = [], {}, {}
    for path, volume in zip(paths, volumes, strict=True):
        values = [value for value in np.unique(volume).tolist() if value != outside]
        held.append(f"{path} holds {', '.join(map(str, values))}")
        bright = [1] if set(values) <= {1, 2, 3} else values[-1:]
        for value in values:
            if value not in active and value not in rest:
                (active if value in bright else rest)[value] = None
    lists = [",".join(map(str, sorted(found))) for found in (active, rest)]
    return (
        f"{'; '.join(held)}. Say what they mean, for all volumes together, such as --codes "
        f"active={lists[0]} rest={lists[1]}. Where one value means different things in two files, "
        "make a study of them, in which every user has codes (docs/own-data.md)"
    )


def _given_codes(given: Sequence[str]) -> dict[str, list[int]]:
    codes = {}
    for entry in given:
        key, _, values = entry.partition("=")
        try:
            codes[key] = [int(value) for value in values.split(",")]
        except ValueError:
            raise FileError(f"--codes: expected PHASE=VALUE, found {entry!r}") from None
    return codes


def _labels(path: Path, volume: np.ndarray, meaning: Mapping[int, int], outside) -> np.ndarray:
    known = dict(meaning) | ({} if outside is None else {outside: UNLABELLED})
    return recoded(volume, known, str(path))


def _truth(path: Path, meaning: Mapping[int, int], phases: Phases, shape) -> np.ndarray:
    """Return a truth in the codes of `TRUTH_PHASES`: what is only the rest counts as pore.

    A truth of a study is known by its folder and has these codes already.
    """
    volume = _read(path)
    if "truth" in path.resolve().parts[:-1]:
        # As a study writes it.
        labels = recoded(volume, {code: code for code in TRUTH_PHASES.codes.values()}, str(path))
        phases = TRUTH_PHASES
    else:
        labels = _labels(path, volume, meaning, None)
    if labels.shape != tuple(shape):
        raise FileError(
            f"{path}: its shape is {labels.shape}, that of the volumes {tuple(shape)}; it must be "
            "of the same crop"
        )
    truth = np.zeros(labels.shape, np.uint8)
    for phase in phases:
        key = "pore" if phase.key == "rest" else phase.key
        truth[labels == phase.code] = TRUTH_PHASES.codes[key]
    return truth


def _tables(segmentations, truth, phases: Phases, voxel_size_nm: float | None, groups) -> dict:
    """Return all tables by name."""
    import pandas as pd

    from ..measures.tables import pairwise_table
    from ..measures.tables_of_phases import phase_tables
    from ..microstructure.tables import microstructure_table, true_microstructure_table
    from ..statistics.microstructure import microstructure_spread

    truths = {} if truth is None else {DATASET: truth}
    sizes = {DATASET: voxel_size_nm}
    by_phase, confusion = phase_tables(segmentations, truths, phases)
    tables = {
        "fractions": by_phase[["user", "phase", "fraction"]],
        "pairwise": pairwise_table(segmentations, phases)[
            ["user_a", "user_b", "percent_different"]
        ],
    }
    if truth is not None:
        place = ["dataset", "filter", "variant", "made_by"]
        tables["phases"] = by_phase.drop(columns=place)
        tables["confusion"] = confusion.drop(columns=place)
    if groups:
        found = [
            microstructure_table(segmentations, sizes, group_called(g), phases) for g in groups
        ]
        tables["microstructure"] = pd.concat(found, ignore_index=True)
        known = None
        if truth is not None:
            parts = [
                true_microstructure_table(truths.items(), sizes, group_called(g), phases)
                for g in groups
            ]
            known = pd.concat(parts, ignore_index=True)
        tables["microstructure_spread"] = microstructure_spread(tables["microstructure"], known)
    return tables


def _write(out: Path, names, volumes, truth, phases, voxel_size_nm, tables) -> str:
    """Write figure, tables and page; return the answer."""
    from ..figures import style
    from ..figures.comparison import draw
    from ..report.comparison_page import answer, page

    shown = None if truth is None else truth_in_phases(truth, phases)
    figure = draw(names, volumes, shown, phases, voxel_size_nm)
    out.mkdir(parents=True)
    for name, table in tables.items():
        write_table(table, out / f"{name}.csv")
    with style.context():
        for kind, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
            figure.savefig(out / f"comparison.{kind}", dpi=200, metadata=metadata)
    text = answer(tables, phases)
    svg = (out / "comparison.svg").read_text(encoding="utf-8")
    html = page(text, svg, tables, len(names))
    (out / "comparison.html").write_text(html, encoding="utf-8")
    return f"{text}\n{out}/comparison.html has the rest."
