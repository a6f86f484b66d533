"""Volumes that lie in more than one file: whether one of the pieces was changed."""

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from .errors import FileError
from .formats import format_of


def digest_of_pieces(path, settings: Mapping | None = None) -> str:
    """Return a digest of the names, sizes and times of the files that a volume consists of.

    Parameters
    ----------
    path : path-like
        A folder, or a file that names others.
    settings : mapping, optional
        How it is read; see `formats.settings_of`.

    Returns
    -------
    str
        16 hexadecimal digits; empty for a volume in a single file, or in none that is there.
    """
    path = Path(path)
    files: list[Path] = []
    # What is wrong with the pieces is said by whoever reads them.
    with suppress(OSError, FileError):
        if path.is_dir():
            files = [Path(place, name) for place, _, names in os.walk(path) for name in names]
        elif path.is_file():
            files = format_of(path, settings).companions(path)
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted(files):
        with suppress(OSError):
            found = file.stat()
            digest.update(f"{file}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest() if files else ""
