"""JSON documents that the study's jobs write."""

import json
from pathlib import Path

from .errors import RUN_AGAIN, FileError, short


def write_json(document: dict | list, path) -> None:
    """Write a JSON document with sorted keys, so that equal documents have equal bytes."""
    text = json.dumps(document, indent=2, sort_keys=True) + "\n"
    Path(path).write_text(text, encoding="utf-8")


def read_json(path, advice: str = RUN_AGAIN) -> dict | list:
    """Return a JSON document that `write_json` wrote.

    Parameters
    ----------
    path : path-like
    advice : str
        What to do if it cannot be read.

    Raises
    ------
    FileError
    """
    document = parsed_json(path, "a JSON document", advice)
    if not isinstance(document, dict | list):
        raise FileError(
            f"{path}: expected keys and values, or a list, found {document!r:.60}; {advice}"
        )
    return document


def parsed_json(path, what: str, advice: str):
    """Return whatever a JSON file contains; `what` is expected, for the message of `FileError`."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise FileError(f"{path}: expected {what} ({short(error)}); {advice}") from error
