"""Fit the imaging of a digital twin to a tomogram, so that twins look like your own scans.

    manyeyes fit-imaging scan.tif --voxel-size 397
    manyeyes fit-imaging scan.zarr --geometry graphite --active dark --out my/scan

No labels are needed. The middle of the tomogram is measured: its noise (how much, and how far it
is correlated in the slice and from slice to slice), its edges, its power spectrum, its grey values,
and what the study's Gaussian filter gains on it. Twins of synthetic electrodes are then imaged
again and again until they measure the same, which takes a few minutes. Three files are written:

    NAME_imaging.yaml   the block `imaging:` of a twin in a study's config
    NAME_imaging.csv    each statistic of the tomogram beside that of twins that took no part in
                        the fit, and whether they agree within 10 %
    NAME_imaging.png    a patch of the tomogram beside one of a twin, and the curves of both

Look at the picture before you use the numbers: it should be hard to say which is which.
"""

import argparse
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from ..files.downloads import sha256_of
from ..files.errors import FileError
from ..files.tables import write_table
from ..files.volumes import read_volume, volume_facts
from ..imaging.tomograms import crop, crop_corners, inverted, to_grey_levels

SUFFIXES = ("_imaging.yaml", "_imaging.csv", "_imaging.png")
WINDOW = {"percentiles": (0.1, 99.9)}
"""The 8-bit window of the tomogram; that of twins clips as much."""


def main(arguments: list[str]) -> int | str:
    """Read the arguments, fit, and write what was found."""
    options = parser().parse_args(arguments)
    try:
        fit(options)
    except ValueError as error:
        return f"Error: {error}"
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments."""
    found = argparse.ArgumentParser(
        prog="manyeyes fit-imaging",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = found.add_argument
    add(
        "tomogram",
        type=Path,
        help="grey values: a TIFF stack, or any other format that a study reads",
    )
    add(
        "--voxel-size",
        type=float,
        nargs="+",
        metavar="NM",
        help="edge of a voxel in nm, one number or three (z y x); needed if the file does not say",
    )
    add(
        "--geometry",
        choices=("nmc", "graphite", "itself"),
        default="nmc",
        help="electrode of the twins: synthetic NMC (the default) or graphite particles, or the "
        "tomogram's own thresholded shape, for anything else",
    )
    add(
        "--diameter",
        type=float,
        metavar="UM",
        help="mean diameter of the synthetic particles in um (8.8 for nmc, 4 for graphite)",
    )
    add(
        "--thickness",
        choices=("z", "y", "x"),
        default="z",
        help="axis of the tomogram across the electrode, along which synthetic particles are "
        "flattened (default z)",
    )
    add(
        "--active",
        choices=("bright", "dark"),
        default="bright",
        help="how active material shows in the tomogram",
    )
    add(
        "--edge",
        type=int,
        default=80,
        metavar="VOXELS",
        help="measure a box of at most this many voxels an edge (default 80; more takes longer)",
    )
    add(
        "--start",
        type=int,
        nargs=3,
        metavar=("Z", "Y", "X"),
        help="first voxel of that box; the middle of the tomogram unless given",
    )
    add("--realisations", type=int, default=3, help="electrodes to fit to (default 3)")
    add("--seed", default="0", help="for other electrodes and other noise")
    add(
        "--out", type=Path, metavar="NAME", help="where to write; beside you, named as the tomogram"
    )
    add("--overwrite", action="store_true", help="replace files that exist")
    return found


def fit(options) -> None:
    """Do what the arguments say."""
    # Imported here, so that --help answers at once.
    from ..imaging.fit_table import fit_table
    from ..imaging.fitting import fit_imaging

    if options.edge < 32 or options.realisations < 1:
        raise FileError("--edge must be at least 32, and --realisations at least 1")
    out = options.out or Path(options.tomogram.stem)
    targets = [out.with_name(out.name + suffix) for suffix in SUFFIXES]
    taken = [str(path) for path in targets if path.exists()]
    if taken and not options.overwrite:
        raise FileError(f"{', '.join(taken)}: exists; give --overwrite or another --out")
    if not out.parent.is_dir():
        raise FileError(f"{out.parent}: there is no such folder; make it first")
    image, voxel_size_nm, start = measured_part(options)
    found = fit_imaging(
        image,
        voxel_size_nm,
        geometry_of(options, image, voxel_size_nm),
        options.seed,
        realisations=options.realisations,
        progress=lambda text: print(text, file=sys.stderr, flush=True),
    )
    table = fit_table(found.target, found.twins)
    targets[0].write_text(block_text(options, found, table, start, image.shape), encoding="utf-8")
    write_table(table, targets[1])
    draw(targets[2], options.tomogram.name, image, found.picture, voxel_size_nm)
    print(summary(table))
    print("written: " + ", ".join(str(path) for path in targets))


def measured_part(options) -> tuple[np.ndarray, tuple[float, ...], list[int]]:
    """Return the box that is measured, in 8 bits with bright active material; its voxel size."""
    volume = read_volume(options.tomogram, single_slice=True)
    stated = volume_facts(options.tomogram, single_slice=True).voxel_size_nm
    given = options.voxel_size or [size for size in stated if size is not None]
    if len(given) not in (1, 3) or not all(size > 0 for size in given):
        raise FileError(
            f"{options.tomogram}: the voxel size is not known; give --voxel-size in nm, one number "
            "or three (z y x)"
        )
    voxel_size_nm = tuple(given) if len(given) == 3 else tuple(given) * 3
    shape = [min(edge, options.edge) for edge in volume.shape]
    start, _ = crop_corners(volume.shape, options.start or "centre", shape)
    part = crop(volume, start, shape, "--start")
    levels, _ = to_grey_levels(np.ascontiguousarray(part), WINDOW, str(options.tomogram))
    return (inverted(levels) if options.active == "dark" else levels), voxel_size_nm, start


def geometry_of(options, image: np.ndarray, voxel_size_nm):
    """Return the function that makes the geometries of twins."""
    from ..imaging.fit_geometry import of_itself, synthetic
    from ..imaging.fitting import SLAB

    shape = image.shape if len(image) > 1 else (SLAB, *image.shape[1:])
    if options.geometry == "itself":
        if options.diameter:
            raise FileError("--diameter is for synthetic particles, not for --geometry itself")
        return of_itself(image, shape[0])
    settings = {"mean_diameter_um": options.diameter} if options.diameter else {}
    axis = "zyx".index(options.thickness)
    return synthetic(options.geometry, shape, voxel_size_nm, axis, **settings)


def block_text(options, found, table: pd.DataFrame, start, shape) -> str:
    """Return the YAML block, with what it was fitted to and how well."""
    import yaml

    size = " ".join(f"{size:g}" for size in options.voxel_size or ())
    command = f"manyeyes fit-imaging {options.tomogram.name}"
    command += f" --voxel-size {size}" if size else ""
    command += f" --geometry {options.geometry}"
    command += f" --diameter {options.diameter:g}" if options.diameter else ""
    command += f" --thickness {options.thickness}" if options.thickness != "z" else ""
    command += " --active dark" if options.active == "dark" else ""
    lines = [
        f"Fitted by manyeyes {version('manyeyes')}: {command} --edge {options.edge} "
        f"--realisations {options.realisations} --seed {options.seed}",
        f"to voxels {[int(n) for n in start]} and up, {list(shape)} of them (z, y, x), of",
        f"{options.tomogram.name}, sha256 {sha256_of(options.tomogram)}.",
        "attenuation_per_cm is relative: only its ratios count.",
        *summary(table).splitlines(),
    ]
    block = {"imaging": _plain(found.settings)}
    text = yaml.safe_dump(block, sort_keys=False, default_flow_style=None, allow_unicode=True)
    return "".join(f"# {line}\n" for line in lines) + text


def _plain(settings: Mapping) -> dict:
    return {key: dict(v) if isinstance(v, Mapping) else v for key, v in settings.items()}


def summary(table: pd.DataFrame) -> str:
    """Return how many statistics of twins agree with the tomogram, and which do not."""
    imaging = table[table["decided_by"] == "imaging"]
    lines = [
        f"{int(imaging['matched'].sum())} of {len(imaging)} statistics of twins are within 10 % of "
        "the tomogram's."
    ]
    for row in imaging[~imaging["matched"]].itertuples():
        difference = row.difference_percent
        share = f" ({difference:+.0f} %)" if np.isfinite(difference) else ""
        lines.append(f"not: {row.measure}: {row.tomogram:.3g}, twins {row.twins:.3g}{share}")
    return "\n".join(lines)


def draw(path: Path, name: str, image: np.ndarray, twin: np.ndarray, voxel_size_nm) -> None:
    """Draw the tomogram beside a twin."""
    from ..figures import style
    from ..figures.fig_real_images import draw as drawn
    from ..figures.fig_real_images import look_at

    looks = {name: look_at(image), "twin": look_at(twin)}
    figure = drawn([("twin", name)], looks, dict.fromkeys(looks, voxel_size_nm[2]), {})
    with style.context():
        figure.savefig(path, dpi=200, metadata={"Software": None})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
