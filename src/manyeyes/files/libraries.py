"""Libraries that read file formats: imported when they are needed, or named if they are missing."""

import importlib
from types import ModuleType

from .errors import FileError


def library(path, module: str, kind: str, install: str) -> ModuleType:
    """Return the library that reads a file.

    Parameters
    ----------
    path : path-like
        The file, for the message.
    module : str
        Name of the library's module.
    kind : str
        What the file is, to begin a sentence: ``HDF5 files``.
    install : str
        What to give to pip.

    Raises
    ------
    FileError
        If it is not installed, with how to get it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise FileError(
            f"{path}: {kind} are read by the library {module}, which is not installed; install it "
            f"with `pip install {install}`, or export the volume as a TIFF stack"
        ) from error
