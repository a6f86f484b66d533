"""The edge of the workflow: the only module that knows how results lie in files.

Every reader says which file failed, what was expected, what was found and what to do.
"""

import json
import logging
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import tifffile

ANNOTATION_KINDS = {
    "threshold": {"level"},
    "window": {"low", "high"},
    "drawing": set(),
}


class FileError(ValueError):
    """A file that cannot be used; the message names it and says what to do."""


def read_volume(path) -> np.ndarray:
    """Return the grey-value or label volume of a TIFF.

    Parameters
    ----------
    path : path-like
        A multi-page TIFF, one page a slice.

    Returns
    -------
    ndarray, shape (z, y, x)
        In the file's own dtype.

    Raises
    ------
    FileError
        If the file is absent, truncated, empty, in colour, or not three-dimensional.
    """
    path = Path(path)
    if not path.is_file():
        raise FileError(f"{path}: there is no such file; expected a TIFF stack of one volume")
    try:
        with _complaints_of_tifffile() as complaints, tifffile.TiffFile(path) as tiff:
            page = tiff.pages[0]
            if page.samplesperpixel > 1 or page.photometric.name in {"RGB", "PALETTE"}:
                raise FileError(
                    f"{path}: expected grey values, found a {page.photometric.name} image with "
                    f"{page.samplesperpixel} samples a pixel; export it as a grey TIFF stack"
                )
            volume = tiff.asarray()
    except FileError:
        raise
    except Exception as error:
        raise FileError(
            f"{path}: this is not a readable TIFF, it may be truncated ({error}); "
            "copy or download it again"
        ) from error
    # A cut-off stack keeps its first pages readable, and tifffile only mutters about the rest.
    if complaints:
        raise FileError(
            f"{path}: the file is damaged or truncated ({complaints[0]}); copy or download it again"
        )
    if volume.ndim != 3:
        raise FileError(
            f"{path}: expected a volume (z, y, x), found an array of shape {volume.shape}; "
            "save all slices in one multi-page TIFF"
        )
    if volume.dtype.kind not in "uif":
        raise FileError(f"{path}: expected integer or real grey values, found {volume.dtype}")
    return volume


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
    return read_volume(path) != 0


@contextmanager
def _complaints_of_tifffile():
    """Collect what tifffile only logs about pages that it cannot reach, instead of printing it."""
    complaints = []

    def collect(record):
        message = record.getMessage()
        if "page offset" in message or "reshape" in message:
            complaints.append(message)

    handler = logging.Handler(level=logging.WARNING)
    handler.emit = collect
    logger = logging.getLogger("tifffile")
    passed_on = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield complaints
    finally:
        logger.removeHandler(handler)
        logger.propagate = passed_on


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
    """Return a tidy CSV table; identifiers stay text, also where they look like numbers."""
    names = ("dataset", "filter", "variant", "user", "user_a", "user_b", "origin", "realisation")
    try:
        return pd.read_csv(path, dtype=dict.fromkeys(names, "str"))
    except pd.errors.EmptyDataError as error:
        raise FileError(
            f"{path}: the table is empty, not even a header; remove it and run again"
        ) from error


def write_table(table: pd.DataFrame, path) -> None:
    """Write a tidy CSV with nine significant digits, so that the bytes do not hang on rounding."""
    table.to_csv(path, index=False, float_format="%.9g", lineterminator="\n")


def read_annotation(path, drawing=None) -> tuple[dict, np.ndarray | None]:
    """Return what a user did for one image and variant.

    Parameters
    ----------
    path : path-like
        The JSON: ``user``, ``made_by`` (simulated or recorded), ``kind`` and its numbers:
        ``threshold`` (level), ``window`` (low, high) or ``drawing`` (labels in a TIFF beside it).
    drawing : path-like, optional
        The label volume of a drawing: 0 unlabelled, 1 active material, 2 the rest.

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
        annotation = json.loads(path.read_text())
    except (OSError, json.JSONDecodeError) as error:
        raise FileError(f"{path}: expected an annotation in JSON ({error})") from error
    kind = annotation.get("kind")
    if kind not in ANNOTATION_KINDS:
        raise FileError(
            f"{path}: kind must be one of {', '.join(ANNOTATION_KINDS)}, found {kind!r}"
        )
    missing = ANNOTATION_KINDS[kind] - annotation.keys()
    if missing:
        raise FileError(f"{path}: a {kind} needs {', '.join(sorted(missing))}")
    for key in ANNOTATION_KINDS[kind]:
        if isinstance(annotation[key], bool) or not isinstance(annotation[key], int | float):
            raise FileError(f"{path}: {key} must be a number, found {annotation[key]!r}")
    if kind != "drawing":
        return annotation, None
    if drawing is None:
        raise FileError(f"{path}: a drawing needs its label volume, a TIFF of the same name")
    return annotation, read_volume(drawing)


def write_annotation(annotation, path, drawing, user: str, voxel_size_nm: float) -> None:
    """Write what a simulated user did, in the format that a real person's takes too.

    Parameters
    ----------
    annotation : manyeyes.users.Threshold, Window or Drawing
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
    Path(path).write_text(json.dumps(document, indent=2, sort_keys=True) + "\n")


def read_json(path) -> dict:
    """Return a JSON document that `write_json` wrote."""
    return json.loads(Path(path).read_text())
