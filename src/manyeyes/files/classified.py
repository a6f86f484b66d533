"""Where `manyeyes classify` writes its labels: never over an input or over other files."""

import hashlib
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import tifffile
import zarr

from ..forest.tiles import tiles_of
from .errors import FileError
from .mapped import result_kind

MARK = "manyeyes classify_volume, voxels "
"""Begins the Software tag of a TIFF and the attribute ``made_by`` of a Zarr array, followed by a
digest of the voxels. A program that saves the file again writes its own name instead."""

NOT_YET = "0" * 16
"""Instead of the digest, until all tiles are done."""


def digest_of(volume, parts: Iterable[tuple[slice, slice, slice]] | None = None) -> str:
    """Return 16 hexadecimal digits of the voxels of a volume, which is read part by part.

    Parameters
    ----------
    volume : array-like, shape (z, y, x)
    parts : iterable of tuple of slice, optional
        The parts, in the order in which they count; by default the tiles of a forest.
    """
    code = hashlib.blake2b(digest_size=8)
    for part in parts or (block.target for block in tiles_of(volume.shape)):
        code.update(np.ascontiguousarray(volume[part]))
    return code.hexdigest()


def begun_of(result: Path) -> Path:
    """Return the path at which a result grows until it is finished."""
    return result.with_name(f"{result.name}.part")


def journal_of(result: Path) -> Path:
    """Return the path of a result's journal."""
    return result.with_name(f"{result.name}.journal")


def check_place(result: Path, inputs: dict[str, Path]) -> None:
    """Raise FileError unless a result can be written without touching the inputs.

    Parameters
    ----------
    result : Path
    inputs : dict of str to Path
        Existing files and folders, by what they are.
    """
    result_kind(result)
    places = {
        "the result": result,
        "the file of what is begun": begun_of(result),
        "the journal": journal_of(result),
    }
    for place, path in places.items():
        where = path.resolve()
        for name, given in inputs.items():
            other = given.resolve()
            if where == other or (path.exists() and given.exists() and path.samefile(given)):
                raise FileError(f"{path}: {place} is the {name}; name another result")
            if where.is_relative_to(other):
                raise FileError(f"{path}: {place} lies within the {name}; name another result")
            if other.is_relative_to(where):
                raise FileError(f"{path}: {place} would replace the {name}; name another result")
    folder = result.parent
    if not folder.is_dir():
        raise FileError(f"{result}: the folder {folder} does not exist; make it first")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FileError(f"{result}: the folder {folder} cannot be written to; name another result")


def check_free(result: Path, overwrite: bool) -> None:
    """Raise FileError if the result would replace something that must be kept.

    Unchanged results of this command may be replaced, with ``overwrite`` also other files and Zarr
    arrays, but never a folder that contains anything else.
    """
    if result.is_symlink() or not result.exists():
        return
    zarr_wanted = result_kind(result) == "zarr"
    if result.is_dir():
        other = foreign_entry(result)
        if not zarr_wanted or other is not None:
            what = f"holds {other}" if other is not None else "is a Zarr array, not a TIFF"
            raise FileError(
                f"{result}: this folder is no result of ours (it {what}) and is left alone; move "
                "it away or name another result"
            )
    if overwrite:
        return
    found = mark_of(result)
    if found is None:
        raise FileError(
            f"{result}: this exists and was not made by classify_volume.py; move it away, name "
            "another result, or say --overwrite"
        )
    volume = _open(result)
    if found != digest_of(volume):
        raise FileError(
            f"{result}: this was changed since classify_volume.py made it; move it away, name "
            "another result, or say --overwrite"
        )


def check_begun(result: Path, overwrite: bool) -> None:
    """Raise FileError if there is an unfinished result without a journal."""
    begun = begun_of(result)
    if journal_of(result).exists() or not (begun.exists() or begun.is_symlink()):
        return
    if overwrite and not (begun.is_dir() and foreign_entry(begun) is not None):
        return
    raise FileError(
        f"{begun}: there is no journal for this file, so it may not be what classify_volume.py "
        "began; move it away or remove it"
    )


def foreign_entry(folder: Path) -> str | None:
    """Return the name of an entry of a folder that is no part of a Zarr array, or None.

    For a folder without an array, return ``no Zarr array``.
    """
    try:
        array = zarr.open_array(folder, mode="r")
    except Exception:
        return "no Zarr array"
    if array.metadata.zarr_format == 3:
        usual = re.compile(r"zarr\.json|c(/\d+)*|c(\.\d+)+|\d+([./]\d+)*")
    else:
        usual = re.compile(r"\.zarray|\.zattrs|\d+([./]\d+)*")
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not usual.fullmatch(name):
            return name
    return None


def mark_of(result: Path) -> str | None:
    """Return the digest that a finished result carries, or None."""
    try:
        if result.is_dir():
            text = zarr.open_array(result, mode="r").attrs.get("made_by")
        else:
            with tifffile.TiffFile(result) as tiff:
                text = tiff.pages[0].tags["Software"].value
    except Exception:
        # Whatever cannot be read is not a result of this command.
        return None
    if not isinstance(text, str) or not text.startswith(MARK) or text == MARK + NOT_YET:
        return None
    return text.removeprefix(MARK)


def _open(result: Path):
    if result.is_dir():
        return zarr.open_array(result, mode="r")
    try:
        return tifffile.memmap(result, mode="r")
    except Exception as error:
        raise FileError(f"{result}: this result is damaged ({error}); remove it") from error


def seal(begun: Path, digest: str) -> None:
    """Mark what was begun as a finished result."""
    if begun.is_dir():
        zarr.open_array(begun, mode="r+").attrs["made_by"] = MARK + digest
    else:
        with tifffile.TiffFile(begun, mode="r+") as tiff:
            tiff.pages[0].tags["Software"].overwrite(MARK + digest)


def remove(path: Path) -> None:
    """Remove a file, the folder of a Zarr array, or a link (not its target)."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def put_in_place(begun: Path, result: Path) -> None:
    """Rename a finished result; an older one is removed when the new one is in place."""
    if result.is_dir() and not result.is_symlink():
        old = result.with_name(f"{result.name}.{os.getpid()}.old")
        result.rename(old)
        begun.rename(result)
        shutil.rmtree(old)
        return
    if begun.is_dir():
        remove(result)
    begun.replace(result)
