"""Readers and writers: the only package that knows file formats.

`volumes` reads what users name, in any format of `formats`; `results` reads and writes what the
study's own jobs make. The public names load their module when they are first used, so that a job
that reads a table does without the libraries for volumes.

Inside the repository, import from the modules (``from manyeyes.files.tables import read_table``):
the digest of a job's code follows such imports.
"""

from ..lazy import lazy_names

_MODULE_OF = {
    "FileError": "errors",
    "Format": "formats",
    "VolumeFacts": "formats",
    "open_volume": "mapped",
    "read_annotation": "annotations",
    "read_json": "documents",
    "read_mask": "results",
    "read_result": "results",
    "read_slices": "slices",
    "read_table": "tables",
    "read_volume": "volumes",
    "volume_facts": "volumes",
    "write_annotation": "annotations",
    "write_json": "documents",
    "write_table": "tables",
    "write_volume": "results",
}

__getattr__, __all__ = lazy_names(__name__, _MODULE_OF)
