"""Write a volume of a study for other programs, with names and voxel size.

    manyeyes export results/paper/truth/NMC-2.tif nmc2.vti --particles
    manyeyes export results/paper/segmentations/NMC-2/raw/S2/A.tif a.zarr
    manyeyes export results/paper/images/NMC-2/raw.tif nmc2.nrrd
    manyeyes export results/mine/maps/cell/raw/MLX25/jo_probability.tif jo.h5

What a study writes is TIFF, which ImageJ opens with its voxel size. Other programs want other
formats; the suffix chooses:

    .vti    ParaView: the codes of the phases, each phase by its name, and particles
    .zarr   napari (with its plugin for OME-Zarr): image and labels, with colours and names
    .nrrd   3D Slicer: labels with names and colours of the phases
    .h5     ilastik: HDF5 with axes and voxel size, as it exports its own
    .tif    ImageJ, as a study writes its own: useful for what was read from another format

Labels are told from grey levels by the folder that a study keeps them in; --phases says it for
other files.
"""

import argparse
from pathlib import Path

import numpy as np

from ..files.errors import FileError
from ..files.exports import Exported, export
from ..files.volumes import read_volume, volume_facts
from ..labels import ACTIVE, THREE_PHASES, TRUTH_PHASES, TWO_PHASES

PHASES = {"two": TWO_PHASES, "three": THREE_PHASES, "truth": TRUTH_PHASES, "none": None}


def main(arguments: list[str]) -> int | str:
    """Read the arguments and write the volume."""
    options = parser().parse_args(arguments)
    try:
        export(options.result, exported(options))
    except ValueError as error:
        return f"Error: {error}"
    print(f"{options.result} is written")
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments."""
    found = argparse.ArgumentParser(
        prog="manyeyes export",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = found.add_argument
    add("volume", type=Path, help="a volume that a study wrote, or any that it reads")
    add("result", type=Path, help="the file to write: .vti, .zarr, .nrrd, .h5 or .tif")
    add(
        "--voxel-size",
        type=float,
        metavar="NM",
        help="edge of a voxel in nm; needed if the file does not say",
    )
    add(
        "--phases",
        choices=list(PHASES),
        help="what the values are: labels of two or three phases, a truth, or none (grey levels)",
    )
    add(
        "--particles",
        action="store_true",
        help="split active material into particles, numbered from 1 (.vti and .zarr)",
    )
    return found


def exported(options: argparse.Namespace) -> Exported:
    """Return what is to be written.

    Raises
    ------
    ValueError
        If the file cannot be read, holds other codes, or does not say its voxel size.
    """
    volume = read_volume(options.volume)
    size = options.voxel_size or _stated_size(options.volume)
    phases = PHASES[options.phases or _guessed(options.volume)]
    if phases is None:
        if options.particles:
            raise FileError(f"{options.volume}: grey levels have no particles; leave --particles")
        return Exported({"grey": _of_known_type(volume)}, size)
    if volume.dtype.kind not in "ui" or volume.max() > 255:
        raise FileError(
            f"{options.volume}: labels are whole numbers up to 255, found {volume.dtype}; for grey "
            "levels give --phases none"
        )
    labels = volume.astype(np.uint8)
    phases.check(labels, str(options.volume))
    volumes = {"phase": labels}
    if options.particles:
        from ..measures.particles import split

        volumes["particle"] = split(labels == ACTIVE, size)
    return Exported(volumes, size, phases)


def _guessed(path: Path) -> str:
    """Return which phases a file of a study has, by the folder it lies in."""
    folders = {part.lower() for part in path.resolve().parts[:-1]}
    if "truth" in folders:
        return "truth"
    return "two" if folders & {"segmentations", "annotations"} else "none"


def _stated_size(path: Path) -> float:
    sizes = [size for size in volume_facts(path).voxel_size_nm if size]
    if len(sizes) < 3 or max(sizes) > 1.01 * min(sizes):
        raise FileError(
            f"{path}: the file does not say how large its cubic voxels are; give --voxel-size NM"
        )
    return float(sizes[0])


def _of_known_type(volume: np.ndarray) -> np.ndarray:
    return volume if volume.dtype.name in ("uint8", "uint16") else volume.astype(np.float32)
