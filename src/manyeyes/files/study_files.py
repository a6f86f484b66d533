"""The edge of the workflow: the only module that knows how results lie in files.

Every reader says which file failed, what was expected, what was found and what to do.
"""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import tifffile

from .file_errors import FileError
from .tiff_files import VolumeFacts, read_tiff, tiff_facts

ANNOTATION_KINDS = {
    "threshold": {"level"},
    "window": {"low", "high"},
    "drawing": set(),
    "nothing": set(),
}


_EXAMPLE = '{"kind": "threshold", "level": 125}'
RUN_AGAIN = "remove it and run again"

# Columns of tables that hold names from the config.
_NAMES = ("dataset", "filter", "variant", "user", "user_a", "user_b", "origin", "realisation")
_NAMES += ("made_by", "structure", "material", "electrode", "block")
# How a missing number may be written.
_MISSING = ["", "NA", "N/A", "n/a", "NaN", "nan", "NAN", "null", "NULL", "None", "-nan", "<NA>"]


def read_volume(path, labels: bool = False, single_slice: bool = False) -> np.ndarray:
    """Return the grey-value or label volume of a user's TIFF; see `tiff_files.read_tiff`.

    Parameters
    ----------
    path : path-like
        A TIFF stack, one page a slice.
    labels : bool
        Whether the values are codes of phases: indices of a palette, 1-bit pages as 0 and 1, and
        all as stored, also where zero is white.
    single_slice : bool
        Whether one page is a volume of one slice, and not an error.

    Returns
    -------
    ndarray, shape (z, y, x)
        In the file's own dtype.

    Raises
    ------
    FileError
        If the file is absent, another format, damaged, in colour, holds fewer or other pages than
        it announces, or is not three-dimensional.
    """
    return read_tiff(path, labels, single_slice)


def read_mask(paths) -> np.ndarray | None:
    """Return a dataset's field of view, from its rule's input.

    Parameters
    ----------
    paths : sequence of path-like, path-like or None
        The mask that `import_mask` wrote; none where the dataset has no mask.

    Returns
    -------
    ndarray of bool, shape (z, y, x), or None
    """
    if not paths:
        return None
    (path,) = [paths] if isinstance(paths, str | Path) else paths
    return read_result(path) != 0


def volume_facts(path, labels: bool = False, single_slice: bool = False) -> VolumeFacts:
    """Return shape, dtype and voxel size of a user's TIFF, read from its headers only.

    Parameters and errors are those of `read_volume`; what only the voxels show, only that tells.
    """
    return tiff_facts(path, labels, single_slice)


def read_result(path) -> np.ndarray:
    """Return a volume that a job of the study wrote.

    What is damaged is not to be copied or exported again, as a user's file is: the job that makes
    it is to run again. One page is a volume of one slice.

    Parameters and errors are those of `read_volume`.
    """
    return read_tiff(path, single_slice=True, advice=RUN_AGAIN)


def write_volume(
    path, volume: np.ndarray, voxel_size_nm: float, made_by: str | None = None
) -> None:
    """Write a volume as a compressed TIFF that ImageJ opens with its voxel size.

    Parameters
    ----------
    path : path-like
        Where to.
    volume : ndarray, shape (z, y, x)
        Labels or grey values, uint8 (or float32 for fields).
    voxel_size_nm : float
        Edge of the cubic voxel in nm; written in um, as ImageJ expects.
    made_by : str, optional
        How it was made; ImageJ shows it under Image > Show Info.
    """
    per_um = 1000.0 / float(voxel_size_nm)
    metadata = {"axes": "ZYX", "spacing": float(voxel_size_nm) / 1000.0, "unit": "um"}
    tifffile.imwrite(
        path,
        np.ascontiguousarray(volume),
        imagej=True,
        compression="zlib",
        resolution=(per_um, per_um),
        metadata=metadata if made_by is None else metadata | {"Info": made_by},
    )


def read_table(path) -> pd.DataFrame:
    """Return a tidy CSV table that a job of the study wrote.

    Identifiers stay text, also where they look like numbers; text stays as written, also where it
    looks like a missing number (NA, null, nan, None). Only numbers can be missing.

    Raises
    ------
    FileError
        If the table is absent, empty, cut off or damaged.
    """
    try:
        with Path(path).open(encoding="utf-8", newline="") as file:
            columns = _columns_of(file, path)
        table = pd.read_csv(
            path,
            dtype={name: "str" for name in _NAMES if name in columns},
            keep_default_na=False,
            na_values=[""],
        )
        # A column of numbers in which somebody wrote that one is missing.
        broken = [name for name in columns if name not in _NAMES and _numbers(table[name])]
        if broken:
            table = pd.read_csv(
                path,
                dtype={name: "str" for name in _NAMES if name in columns},
                keep_default_na=False,
                na_values={name: _MISSING if name in broken else [""] for name in columns},
            )
    except OSError as error:
        raise FileError(f"{path}: the table cannot be read ({error}); run again") from error
    except (ValueError, OverflowError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"{path}: the table is damaged ({error}); {RUN_AGAIN}") from error
    return table


def _columns_of(file, path) -> list[str]:
    """Return the names of a table's columns, after a look at each row's number of fields."""
    try:
        rows = csv.reader(file, strict=True)
        columns = next(rows, None)
        if not columns:
            raise FileError(f"{path}: the table is empty, not even a header; {RUN_AGAIN}")
        if len(set(columns)) < len(columns) or "" in columns:
            raise FileError(f"{path}: two columns share a name, or one has none; {RUN_AGAIN}")
        for row in rows:
            if len(row) != len(columns) and row:
                raise FileError(
                    f"{path}: line {rows.line_num} has {len(row)} fields, the header "
                    f"{len(columns)}; {RUN_AGAIN}"
                )
    except (csv.Error, UnicodeDecodeError) as error:
        raise FileError(f"{path}: the table is damaged ({error}); {RUN_AGAIN}") from error
    return columns


def _numbers(column: pd.Series) -> bool:
    """Whether a column of text holds numbers but for words that say that one is missing."""
    if pd.api.types.is_numeric_dtype(column) or column.dtype == bool:
        return False
    words = set(column.dropna().astype(str)) - set(_MISSING)
    return bool(words) and bool(
        pd.to_numeric(pd.Series(sorted(words)), errors="coerce").notna().all()
    )


def write_table(table: pd.DataFrame, path) -> None:
    """Write a tidy CSV with nine significant digits, so that the bytes do not hang on rounding."""
    table.to_csv(path, index=False, float_format="%.9g", lineterminator="\n")


def read_annotation(
    path, drawing=None, advice: str = "mend it, or save it again"
) -> tuple[dict, np.ndarray | None]:
    """Return what a user did for one image and variant.

    Parameters
    ----------
    path : path-like
        The JSON: ``user``, ``made_by`` (simulated or recorded), ``kind`` and its numbers:
        ``threshold`` (level), ``window`` (low, high) or ``drawing`` (labels in a TIFF beside it).
    drawing : path-like, optional
        The label volume of a drawing: 0 unlabelled, 1 active material, 2 the rest.
    advice : str
        What to do about one that does not fit; `RUN_AGAIN` for those that a job wrote.

    Returns
    -------
    annotation : dict
    labels : ndarray of uint8, shape (z, y, x), or None

    Raises
    ------
    FileError
        If the JSON is not an annotation or the drawing is missing.
    """
    path = Path(path)
    try:
        annotation = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise FileError(f"{path}: expected an annotation in JSON ({error}); {advice}") from error
    if not isinstance(annotation, dict):
        raise FileError(
            f"{path}: expected an annotation such as {_EXAMPLE}, found {str(annotation)[:60]!r}; "
            f"{advice}"
        )
    kind = annotation.get("kind")
    if not isinstance(kind, str) or kind not in ANNOTATION_KINDS:
        raise FileError(
            f"{path}: kind must be one of {', '.join(ANNOTATION_KINDS)}, found {kind!r:.60}; "
            f"{advice}"
        )
    missing = ANNOTATION_KINDS[kind] - annotation.keys()
    if missing:
        raise FileError(f"{path}: a {kind} needs {', '.join(sorted(missing))}; {advice}")
    for key in sorted(ANNOTATION_KINDS[kind]):
        if not _is_number(annotation[key]):
            raise FileError(
                f"{path}: {key} must be a number, found {annotation[key]!r:.60}; {advice}"
            )
    if kind != "drawing":
        return annotation, None
    if drawing is None:
        raise FileError(f"{path}: a drawing needs its label volume, a TIFF of the same name")
    return annotation, read_result(drawing)


def _is_number(value: object) -> bool:
    """Whether a value is a number that a float can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def write_annotation(annotation, path, drawing, user: str, voxel_size_nm: float) -> None:
    """Write what a simulated user did, in the format that a real person's takes too.

    Parameters
    ----------
    annotation : Annotation
        Of `manyeyes.annotations`.
    path : path-like
        Of the JSON.
    drawing : path-like or None
        Of the label volume, for a `Drawing`.
    user : str
    voxel_size_nm : float
    """
    kind = type(annotation).__name__.lower()
    numbers = {key: getattr(annotation, key) for key in sorted(ANNOTATION_KINDS[kind])}
    record = {"user": user, "made_by": "simulated", "kind": kind, "record": annotation.record}
    write_json(record | numbers, path)
    if drawing is not None:
        write_volume(drawing, annotation.labels, voxel_size_nm)


def write_json(document: dict, path) -> None:
    """Write a JSON document that is the same whatever the order in which it was filled."""
    text = json.dumps(document, indent=2, sort_keys=True) + "\n"
    Path(path).write_text(text, encoding="utf-8")


def read_json(path, advice: str = RUN_AGAIN) -> dict | list:
    """Return a JSON document that `write_json` wrote.

    Parameters
    ----------
    path : path-like
    advice : str
        What to do about one that cannot be read.

    Raises
    ------
    FileError
    """
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        told = " ".join(str(error).split())[:200]
        raise FileError(f"{path}: expected a JSON document ({told}); {advice}") from error
    if not isinstance(document, dict | list):
        raise FileError(
            f"{path}: expected keys and values, or a list, found {document!r:.60}; {advice}"
        )
    return document
