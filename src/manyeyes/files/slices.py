"""Stacks of slices: a multi-page TIFF, or a folder with one image for each slice."""

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from .errors import FileError
from .formats import VolumeFacts
from .volumes import read_volume, volume_facts

SLICE_SUFFIXES = {".tif", ".tiff", ".png", ".bmp"}
_LISTED = 3


def read_slices(path) -> tuple[list[np.ndarray], list[int]]:
    """Return a user's slices, from a multi-page TIFF or a folder with one image a slice.

    Parameters
    ----------
    path : path-like
        Files of a folder are taken in the order of their names, without those that begin with a
        dot. `slice_numbers` finds each slice's number in its name.

    Returns
    -------
    slices : list of ndarray, shape (y, x)
        In the files' own dtype.
    numbers : list of int
        Slice numbers; from 0 for a multi-page TIFF.

    Raises
    ------
    FileError
        If there are no slices, a file is no single grey image, or a name has no number.
    """
    path = Path(path)
    if not path.is_dir():
        volume = read_volume(path)
        return list(volume), list(range(len(volume)))
    files, numbers = slice_files(path)
    slices = []
    for file in files:
        image = read_volume(file, single_slice=True)
        if len(image) > 1:
            raise FileError(
                f"{file}: expected one grey image (y, x), found {len(image)} pages in it"
            )
        slices.append(image[0])
    return slices, numbers


def slice_facts(path) -> VolumeFacts:
    """Return what headers say about a user's slices (see `read_slices`), of a folder the first."""
    path = Path(path)
    if not path.is_dir():
        return volume_facts(path)
    files, _ = slice_files(path)
    first = volume_facts(files[0], single_slice=True)
    return replace(first, shape=(len(files), *first.shape[1:]))


def slice_files(folder: Path) -> tuple[list[Path], list[int]]:
    """Return the images in a folder of slices, in the order of their names, and their numbers.

    Raises
    ------
    FileError
        If there are none, or of several kinds, or a name has no number.
    """
    # On USB sticks, macOS adds a file that begins with ._ to each.
    shown = sorted(file for file in folder.iterdir() if not file.name.startswith("."))
    files = [file for file in shown if file.suffix.lower() in SLICE_SUFFIXES]
    kinds = Counter(_kind(file) for file in files)
    if "tiff" in kinds:
        # Pictures beside TIFFs are previews.
        files = [file for file in files if _kind(file) == "tiff"]
    elif len(kinds) > 1:
        raise FileError(
            f"{folder}: expected slices of one kind, found {_listed_suffixes(files)}; move what is "
            "no slice to another folder"
        )
    if not files:
        raise FileError(
            f"{folder}: no TIFF files in this folder{_instead(shown)}; expected a TIFF, PNG or BMP "
            "image for each slice"
        )
    return files, slice_numbers([file.stem for file in files], folder)


def _kind(file: Path) -> str:
    return "tiff" if file.suffix.lower() in (".tif", ".tiff") else file.suffix.lower()


def _listed_suffixes(files: list[Path]) -> str:
    suffixes = Counter(file.suffix.lower() or "no suffix" for file in files)
    return ", ".join(f"{count} of {suffix}" for suffix, count in suffixes.most_common(3))


def _instead(files: list[Path]) -> str:
    """Return as text which suffixes the files have instead."""
    listed = _listed_suffixes(files)
    return f", but {listed}" if listed else ""


def slice_numbers(names: Sequence[str], folder: object = "") -> list[int]:
    """Return the number of each slice from the names of a folder's files.

    It is the number that differs between the names. If several differ (a date, a voltage, a time),
    it is the one that counts the files, mostly in steps of one.

    Parameters
    ----------
    names : sequence of str
        Without suffix, in the order of the stack.
    folder : object
        For messages.

    Raises
    ------
    FileError
        If a name has no number, if several could be the slice's, or if two names have the same.
    """
    found = [[int(digits) for digits in re.findall(r"\d+", name)] for name in names]
    for name, numbers in zip(names, found, strict=True):
        if not numbers:
            raise FileError(
                f"{folder}/{name}: expected the slice's number in the file's name; move what is "
                "no slice to another folder"
            )
    if len({len(numbers) for numbers in found}) > 1:
        # With different counts of numbers, only the last has the same place in all names.
        chosen = [numbers[-1] for numbers in found]
    else:
        columns = list(zip(*found, strict=True))
        differing = [k for k, column in enumerate(columns) if len(set(column)) > 1]
        counting = [k for k in differing if _counts(columns[k])]
        if len(differing) > 1 and len(counting) != 1:
            raise FileError(
                f"{folder}: {len(differing)} numbers differ between the files' names, such as "
                f"{_examples(names, columns[differing[0]])}, or "
                f"{_examples(names, columns[differing[-1]])}; name copies of the files so that the "
                "slice's number alone differs"
            )
        place = (counting if len(differing) > 1 else differing or [-1])[0]
        chosen = list(columns[place])
    _refuse_repeated(names, chosen, folder)
    return chosen


def _counts(column: Sequence[int]) -> bool:
    """Whether all numbers differ, mostly in steps of one."""
    ordered = sorted(set(column))
    steps = [after - before for before, after in itertools.pairwise(ordered)]
    return len(ordered) == len(column) and 2 * sum(step == 1 for step in steps) > len(steps)


def _examples(names: Sequence[str], numbers: Sequence[int]) -> str:
    """Return as text which number was read from which name, for the first few."""
    pairs = list(zip(names, numbers, strict=True))[:_LISTED]
    return ", ".join(f"{number} from {name}" for name, number in pairs)


def _refuse_repeated(names: Sequence[str], numbers: Sequence[int], folder: object) -> None:
    first: dict[int, str] = {}
    for name, number in zip(names, numbers, strict=True):
        if number in first:
            raise FileError(
                f"{folder}: the slice number {number} was read from {first[number]} and from "
                f"{name}; if that is not the slice's number, name copies of the files so that it "
                "is the last one; if both show the same slice, keep the two in different folders"
            )
        first[number] = name
