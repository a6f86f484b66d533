"""Look at tomograms and write a config for them that runs, with what was assumed in comments.

    manyeyes new-study cell.tif                          writes cell.yaml and cell.png
    manyeyes new-study a.nrrd b.h5 --name mine           two datasets in mine.yaml
    manyeyes new-study slices/ --voxel-size 350          a folder with one image a slice
    manyeyes new-study cell.raw --shape 500 400 300 --dtype uint16

Proposed are the crop, the mask, the window to 8 bits and which phase is bright. Beside the config
lies a picture of each tomogram with all of these: look at it before you run the study. Nothing is
copied or changed; files stay where they are.
"""

import argparse
import os
import re
from pathlib import Path

import numpy as np

from ..files.errors import FileError
from ..files.formats import format_of
from ..files.volumes import SourceVolume
from ..study.inputs import SAME_SIZE
from ..study.new_config import NewDataset, config_text, name_of

# Volumes up to this size are looked at as a whole.
_SMALL_BYTES = 10**9
_VIEW_PIXELS = 800
_VIEW_SLICES = 300
_LAYOUT = re.compile(r"(\d{2,5})[x_](\d{2,5})[x_](\d{2,5})")
_TYPES = {
    "uint8": "uint8", "8bit": "uint8", "uint16": "uint16", "16bit": "uint16", "int16": "int16",
    "float32": "float32", "32bit": "float32", "float": "float32",
}  # fmt: skip


def main(arguments: list[str]) -> int | str:
    """Read the arguments, and write the config and its pictures."""
    options = parser().parse_args(arguments)
    try:
        return write_study(options)
    except ValueError as error:
        return f"Error: {error}"


def parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments."""
    found = argparse.ArgumentParser(
        prog="manyeyes new-study",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = found.add_argument
    add("files", nargs="+", type=Path, metavar="FILE", help="a tomogram: a file or a folder")
    add("--name", help="name of the study (default: that of the first file)")
    add("--output", type=Path, metavar="YAML", help="where the config goes (default: NAME.yaml)")
    add("--voxel-size", type=float, metavar="NM", help="edge of a voxel in nm")
    add("--material", default="unknown", help="for captions, such as NMC811 or graphite")
    add("--crop", type=int, default=200, metavar="N", help="edge of the crop (default: 200)")
    add("--active", choices=["bright", "dark"], help="how active material shows, if you know it")
    add("--dataset", metavar="PATH", help="the array within an HDF5, Zarr or AmiraMesh file")
    add(
        "--shape",
        nargs=3,
        type=int,
        metavar=("Z", "Y", "X"),
        help="of raw voxels: slices, rows and columns",
    )
    add("--dtype", help="of raw voxels, such as uint16")
    add("--byte-order", choices=["little", "big"], help="of raw voxels")
    add("--offset", type=int, default=0, metavar="BYTES", help="before the first raw voxel")
    add("--overwrite", action="store_true", help="replace a config that is there")
    return found


def write_study(options) -> int:
    """Write what the options ask for, and say what was done."""
    if options.crop < 8:
        raise ValueError(f"--crop: expected at least 8 voxels, found {options.crop}")
    if options.voxel_size is not None and not 1 <= options.voxel_size <= 100_000:
        raise ValueError(
            f"--voxel-size: expected the edge of a voxel in nm, 1 to 100000 (0.35 um are 350), "
            f"found {options.voxel_size:g}"
        )
    paths = [path.expanduser().absolute() for path in options.files]
    _refuse_repeated(paths)
    study = name_of(options.name or _stem(paths[0]))
    if options.name and study != options.name:
        raise ValueError(
            f"--name: {options.name!r} is no name of a study: expected letters from a to z, "
            f"digits, - and _, a letter or digit first; {study!r} would be one"
        )
    output = options.output or Path(f"{study}.yaml")
    if output.suffix not in (".yaml", ".yml"):
        raise ValueError(f"--output: expected a name that ends in .yaml, found {output}")
    if output.exists() and not options.overwrite:
        raise ValueError(
            f"{output}: there is a config of this name; give another --name, or --overwrite"
        )
    folder = Path(os.path.commonpath([path.parent for path in paths]))
    names = _names(paths)
    datasets = []
    for path, name in zip(paths, names, strict=True):
        picture = output.with_name(
            f"{output.stem}.png" if len(paths) == 1 else f"{output.stem}-{name}.png"
        )
        datasets.append(_dataset(path, name, folder, picture, options))
    text = config_text(study, str(folder), datasets)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, encoding="utf-8")
    _say(output, datasets)
    return 0


def _say(output: Path, datasets: list[NewDataset]) -> None:
    print(f"{output} is written, for {len(datasets)} dataset{'s' * (len(datasets) > 1)}.")
    for new in datasets:
        print(f"\n{new.name}: {new.read_as}, {' x '.join(map(str, new.shape))} {new.dtype}")
        for sentence in (_size_sentence(new), *new.assumed, *new.proposal.assumed):
            print(f"  - {sentence}")
        levels = new.proposal.contrast.levels
        print(f"  - {levels:.0f} grey levels are left between the two classes")
        if new.proposal.contrast.is_poor:
            print("    Warning: fewer than 40; people's thresholds are coarse at this contrast")
        print(f"  Look at {output.with_name(new.picture)}")
    if os.environ.get("MANYEYES_DATA"):
        print(
            "\nMANYEYES_DATA is set and comes before data_folder: unset it for this study, or put "
            "the files there."
        )
    missing = [new.name for new in datasets if new.voxel_size_nm is None]
    if missing:
        print(
            f"\nBefore a run, fill in voxel_size_nm of {', '.join(missing)} in {output}, or give "
            "--voxel-size and --overwrite."
        )
    else:
        print(f"\nNext: manyeyes check {output}, then manyeyes run {output}")


def _size_sentence(new: NewDataset) -> str:
    known = "" if new.voxel_size_nm is None else f" {new.voxel_size_nm:g} nm"
    return f"voxel size{known}: {new.about_size}"


def _refuse_repeated(paths: list[Path]) -> None:
    seen: dict[Path, Path] = {}
    for path in paths:
        if set("{}") & set(str(path)):
            raise ValueError(
                f"{path}: braces in a path are taken for a pattern by the workflow; rename it"
            )
        other = seen.setdefault(path.resolve(), path)
        if other is not path:
            raise ValueError(f"{path}: this is the same file as {other}; give each once")


def _stem(path: Path) -> str:
    """Return a file's name without its suffixes."""
    name = path.name
    for suffix in (".ome.tif", ".ome.tiff", ".ome.zarr", ".nii.gz"):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return path.stem if path.suffix and not path.is_dir() else path.name.removesuffix(".zarr")


def _names(paths: list[Path]) -> list[str]:
    """Return a name for each dataset; files of one name get their folder's before it."""
    names = [name_of(_stem(path)) for path in paths]
    lower = [name.lower() for name in names]
    names = [
        name if lower.count(name.lower()) == 1 else name_of(f"{path.parent.name}-{name}")
        for name, path in zip(names, paths, strict=True)
    ]
    taken: dict[str, int] = {}
    for k, name in enumerate(names):
        taken[name.lower()] = taken.get(name.lower(), 0) + 1
        if taken[name.lower()] > 1:
            names[k] = f"{name}-{taken[name.lower()]}"
    return names


def _reading(path: Path, options) -> tuple[dict, tuple[str, ...]]:
    """Return how a file is read, and what was assumed of that."""
    format_ = format_of(path)
    if options.dataset and "dataset" in format_.settings:
        return {"dataset": options.dataset}, ()
    # What no format recognises is raw if its layout is given.
    is_known = path.suffix.lower() in format_.suffixes or format_.recognises(path)
    declared = options.shape or options.dtype
    if "raw" not in format_.settings and (is_known or not declared):
        return {}, ()
    shape, dtype, told = options.shape, options.dtype, ()
    if shape is None:
        found = _LAYOUT.search(path.stem)
        if found is None:
            raise FileError(
                f"{path}: raw voxels have no header; give --shape SLICES ROWS COLUMNS and --dtype"
            )
        shape = [int(number) for number in found.groups()][::-1]
        told += (
            f"the shape is taken from the file's name, as columns x rows x slices ({found[0]})",
        )
    if dtype is None:
        words = re.split(r"[^a-z0-9]+", path.stem.lower())
        dtype = next((_TYPES[word] for word in words if word in _TYPES), None)
        if dtype is None:
            voxels = int(np.prod(shape))
            each = (path.stat().st_size - options.offset) / voxels if voxels else 0
            dtype = {1: "uint8", 2: "uint16", 4: "float32"}.get(each)
            if dtype is None:
                raise FileError(
                    f"{path}: {shape} voxels would take {each:.3g} bytes each; correct --shape or "
                    "--offset, or give --dtype"
                )
            told += (f"{dtype} values, because each voxel has {each:g} bytes",)
    raw = {"shape": list(shape), "dtype": str(np.dtype(dtype))}
    if options.byte_order:
        raw["byte_order"] = options.byte_order
    if options.offset:
        raw["offset"] = options.offset
    return {"raw": raw}, told


def _dataset(path: Path, name: str, folder: Path, picture: Path, options) -> NewDataset:
    """Look at one tomogram, draw its picture and return what the config says of it."""
    from ..imaging.proposing import propose

    if not path.exists():
        raise FileError(
            f"{path}: there is no such file; expected a tomogram, or a folder of slices"
        )
    reading, told = _reading(path, options)
    try:
        source = SourceVolume(path, settings=reading)
    except FileError as error:
        # What a config says by a key is an option here.
        raise FileError(re.sub(r"dataset: (\S+)", r"--dataset \1", str(error))) from error
    if source.shape[0] * source.shape[1] * source.shape[2] * source.dtype.itemsize <= _SMALL_BYTES:
        looked_at = source[:]
    else:
        looked_at = source
    dark = None if options.active is None else options.active == "dark"
    try:
        proposal = propose(looked_at, options.crop, dark)
    except FileError:
        raise
    except ValueError as error:
        raise FileError(f"{path}: {error}") from error
    size, ignored, about = _size(source.facts.voxel_size_nm, options.voxel_size)
    _draw(name, source, looked_at, proposal, picture)
    return NewDataset(
        name=name,
        file=str(path.relative_to(folder)),
        reading=reading,
        read_as=format_of(path, reading).name,
        shape=source.shape,
        dtype=str(source.dtype),
        voxel_size_nm=size,
        ignores_file_size=ignored,
        proposal=proposal,
        material=options.material,
        about_size=about,
        assumed=(*told, *source.facts.assumed),
        picture=picture.name,
    )


def _size(stated, given: float | None) -> tuple[float | None, bool, str]:
    """Return the voxel size, whether the file's is to be ignored, and where it is from."""
    known = {axis: edge for axis, edge in zip("zyx", stated, strict=True) if edge}
    listed = ", ".join(f"{axis} {edge:g} nm" for axis, edge in known.items())
    cubic = bool(known) and max(known.values()) <= (1 + SAME_SIZE) * min(known.values())
    if given is not None:
        agrees = all(abs(edge - given) <= SAME_SIZE * given for edge in known.values())
        if not known or agrees:
            return given, False, "as you said"
        return given, True, f"as you said; the file states {listed}, which is ignored"
    if not known:
        return None, False, "the file states none, so it has to be filled in"
    if not cubic:
        return (
            None,
            False,
            f"the file states {listed}: voxels are not cubes. Resample the volume to cubes, or "
            "fill in one size and add voxel_size_in_file: ignore",
        )
    edge = known.get("x") or next(iter(known.values()))
    if len(known) < 3:
        return edge, False, f"the file states {listed}; that voxels are cubes is an assumption"
    return edge, False, f"the file states {listed}"


def _draw(name: str, source: SourceVolume, looked_at, proposal, picture: Path) -> None:
    """Write the picture of a proposal."""
    from ..figures.proposed import Views, draw
    from ..imaging.proposing import field_outline

    middle = [a + n // 2 for a, n in zip(proposal.start, proposal.shape, strict=True)]
    depth, rows, columns = source.shape
    down, across = (max(1, -(-n // _VIEW_PIXELS)) for n in (rows, columns))
    whole = np.asarray(looked_at[middle[0] : middle[0] + 1])
    outside = field_outline(proposal.mask, source.shape, whole)
    if isinstance(looked_at, np.ndarray):
        step = max(1, -(-depth // _VIEW_PIXELS))
        xz = looked_at[::step, middle[1], ::across]
        yz = looked_at[::step, ::down, middle[2]]
    else:
        # Whole slices are read one at a time, of which two lines are kept.
        step = max(1, -(-depth // _VIEW_SLICES))
        lines = [
            (plane[middle[1], ::across].copy(), plane[::down, middle[2]].copy())
            for plane in (source[z : z + 1][0] for z in range(0, depth, step))
        ]
        xz, yz = (np.array(part) for part in zip(*lines, strict=True))
    views = Views(
        [whole[0, ::down, ::across], xz, yz],
        [(down, across), (step, across), (step, down)],
        None if outside is None else outside[::down, ::across],
    )
    crop = np.asarray(
        looked_at[
            tuple(slice(a, a + n) for a, n in zip(proposal.start, proposal.shape, strict=True))
        ]
    )
    seen = crop.ravel() if proposal.inside is None else crop[proposal.inside]
    low, high = _shown_range(seen, proposal.window)
    if seen.dtype.kind == "f":
        edges = np.linspace(low, high, 201)
    else:
        # As many values in each bin, or else the histogram has teeth.
        edges = np.arange(low, high + 2, max(1, -(-(high - low) // 200))) - 0.5
    counts, _ = np.histogram(seen, bins=edges)
    figure = draw(name, source.shape, views, proposal, counts, edges)
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=150)


def _shown_range(seen: np.ndarray, window) -> tuple[float, float]:
    """Return grey values that hold the window and a little more."""
    if window is None:
        return 0.0, 255.0
    margin = 0.15 * (window[1] - window[0])
    return max(float(seen.min()), window[0] - margin), min(float(seen.max()), window[1] + margin)
