"""Named arrays and a JSON document in one file: an uncompressed zip, as `numpy.savez` writes.

Nothing in it is ever executed or unpickled. What it says about sizes is compared with the size of
the file before memory is taken for it.
"""

import io
import json
import math
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from .errors import FileError, naming_file

DOCUMENT = "document.json"
"""The entry with the JSON document, which says what the file is."""

_MOST_DOCUMENT_BYTES = 2**24
_MOST_HEADER_BYTES = 4096
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # instead of now, so that equal contents have equal bytes


def write_archive(path, document: dict, arrays: Mapping[str, np.ndarray]) -> None:
    """Write a document and named arrays; an existing file is replaced when all is written."""
    path = Path(path)
    begun = path.with_name(f"{path.name}.part")
    try:
        with zipfile.ZipFile(begun, "w", zipfile.ZIP_STORED) as archive:
            text = json.dumps(document, indent=1, sort_keys=True) + "\n"
            archive.writestr(zipfile.ZipInfo(DOCUMENT, _LONG_AGO), text)
            for name, array in arrays.items():
                buffer = io.BytesIO()
                np.lib.format.write_array(
                    buffer, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False
                )
                archive.writestr(zipfile.ZipInfo(f"{name}.npy", _LONG_AGO), buffer.getvalue())
        begun.replace(path)
    finally:
        begun.unlink(missing_ok=True)


class Archive:
    """An open archive.

    Attributes
    ----------
    document : dict
    """

    def __init__(self, path: Path, archive: zipfile.ZipFile, document: dict):
        self._path, self._archive, self.document = path, archive, document

    def arrays(self, shapes: Mapping[str, tuple[int, ...]], advice: str) -> dict[str, np.ndarray]:
        """Return all arrays, float32, which must have these names and shapes."""
        size = self._path.stat().st_size
        needed = sum(4 * math.prod(shape) for shape in shapes.values())
        if needed > size:
            raise FileError(
                f"{self._path}: announces arrays of {needed} bytes, but has {size}; {advice}"
            )
        names = [f"{name}.npy" for name in shapes]
        found = [name for name in self._archive.namelist() if name != DOCUMENT]
        if sorted(found) != sorted(names):
            other = sorted(set(names) ^ set(found)) or found
            raise FileError(
                f"{self._path}: expected {len(names)} arrays, found {len(found)} (such as "
                f"{other[0]:.60}); {advice}"
            )
        return {name: self._array(name, shape, advice) for name, shape in shapes.items()}

    def _array(self, name: str, shape: tuple[int, ...], advice: str) -> np.ndarray:
        data = _bytes_of(self._path, self._archive, f"{name}.npy", advice)
        stream = io.BytesIO(data)
        if np.lib.format.read_magic(stream) != (1, 0):
            raise FileError(f"{self._path}: {name} is no array of version 1.0; {advice}")
        found, fortran, dtype = np.lib.format.read_array_header_1_0(
            stream, max_header_size=_MOST_HEADER_BYTES
        )
        if found != shape or fortran or dtype != np.dtype("<f4"):
            raise FileError(
                f"{self._path}: {name} should be float32 of shape {shape}, found {dtype} of shape "
                f"{found}; {advice}"
            )
        values = data[stream.tell() :]
        if len(values) != 4 * math.prod(shape):
            raise FileError(f"{self._path}: {name} has {len(values)} bytes of values; {advice}")
        return np.frombuffer(values, dtype="<f4").astype(np.float32).reshape(shape)


@contextmanager
def opened_archive(path, kind: str, version: int, advice: str) -> Iterator[Archive]:
    """Open an archive of a kind.

    Parameters
    ----------
    path : path-like
    kind : str
        What its document says under ``kind``, such as ``manyeyes network``.
    version : int
        The only version that is read.
    advice : str
        What to do if it is not one.

    Raises
    ------
    FileError
        If the file is something else, damaged or of another version.
    """
    path = Path(path)
    with naming_file(path, f"a {kind}", advice):
        if not path.is_file():
            raise FileError(f"{path}: there is no such file; {advice}")
        if not zipfile.is_zipfile(path):
            raise FileError(f"{path}: this is no {kind}; {advice}")
        with zipfile.ZipFile(path) as archive:
            if archive.namelist().count(DOCUMENT) != 1:
                raise FileError(f"{path}: this is no {kind}, it has no {DOCUMENT}; {advice}")
            document = json.loads(_bytes_of(path, archive, DOCUMENT, advice))
            if not isinstance(document, dict) or document.get("kind") != kind:
                said = document.get("kind") if isinstance(document, dict) else document
                raise FileError(f"{path}: expected a {kind}, found {said!r:.60}; {advice}")
            if document.get("version") != version:
                raise FileError(
                    f"{path}: this {kind} has version {document.get('version')!r:.20}, this "
                    f"manyeyes reads version {version}; use the manyeyes that wrote it"
                )
            yield Archive(path, archive, document)


def _bytes_of(path: Path, archive: zipfile.ZipFile, name: str, advice: str) -> bytes:
    """Return an entry, which must be stored as it is."""
    entry = archive.getinfo(name)
    if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
        raise FileError(f"{path}: {name:.60} is compressed or encrypted; {advice}")
    most = _MOST_DOCUMENT_BYTES if name == DOCUMENT else path.stat().st_size
    if entry.file_size > min(most, path.stat().st_size):
        raise FileError(f"{path}: {name:.60} announces {entry.file_size} bytes; {advice}")
    return archive.read(entry)
