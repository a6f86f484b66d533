"""Slice numbers read from the names of files, where that can be done without a guess."""

import itertools
import re
from collections.abc import Sequence

from .file_errors import FileError

_LISTED = 3


def slice_numbers(names: Sequence[str], folder: object = "") -> list[int]:
    """Return the slice's number in each of the names of a folder's files.

    It is the one number that differs between the names. Where several differ (a date, a voltage,
    a time), it is the one that counts the files: mostly in steps of one.

    Parameters
    ----------
    names : sequence of str
        Without suffix, in the order of the stack.
    folder : object
        What to call the folder in messages.

    Returns
    -------
    list of int

    Raises
    ------
    FileError
        If a name has no number, if it is open which of several is the slice's, or if two names
        have the same.
    """
    found = [[int(digits) for digits in re.findall(r"\d+", name)] for name in names]
    for name, numbers in zip(names, found, strict=True):
        if not numbers:
            raise FileError(
                f"{folder}/{name}: expected the slice's number in the file's name; move what is "
                "no slice to another folder"
            )
    if len({len(numbers) for numbers in found}) > 1:
        # Some names say more than others: only the last number has the same place in all.
        chosen = [numbers[-1] for numbers in found]
    else:
        columns = list(zip(*found, strict=True))
        differing = [k for k, column in enumerate(columns) if len(set(column)) > 1]
        counting = [k for k in differing if _counts(columns[k])]
        if len(differing) > 1 and len(counting) != 1:
            raise FileError(
                f"{folder}: {len(differing)} numbers differ between the files' names, such as "
                f"{_told(names, columns[differing[0]])}, or "
                f"{_told(names, columns[differing[-1]])}; name copies of the files so that the "
                "slice's number alone differs"
            )
        place = (counting if len(differing) > 1 else differing or [-1])[0]
        chosen = list(columns[place])
    _refuse_twins(names, chosen, folder)
    return chosen


def _counts(column: Sequence[int]) -> bool:
    """Whether numbers are all different and mostly follow each other in steps of one."""
    ordered = sorted(set(column))
    steps = [after - before for before, after in itertools.pairwise(ordered)]
    return len(ordered) == len(column) and 2 * sum(step == 1 for step in steps) > len(steps)


def _told(names: Sequence[str], numbers: Sequence[int]) -> str:
    """Say which number was read from which name, for the first few."""
    pairs = list(zip(names, numbers, strict=True))[:_LISTED]
    return ", ".join(f"{number} from {name}" for name, number in pairs)


def _refuse_twins(names: Sequence[str], numbers: Sequence[int], folder: object) -> None:
    first: dict[int, str] = {}
    for name, number in zip(names, numbers, strict=True):
        if number in first:
            raise FileError(
                f"{folder}: the slice number {number} was read from {first[number]} and from "
                f"{name}; if that is not the slice's number, name copies of the files so that it "
                "is the last one; if both show the same slice, keep the two in different folders"
            )
        first[number] = name
