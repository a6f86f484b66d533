"""One input of a fuzzer."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Case:
    """An input that lies in a file or folder.

    Attributes
    ----------
    path : Path
    what : str
        How it was made.
    expected : object
        The right value of a sound input; None if it is faulty or unknown.
    faulty : bool
        Whether it must be refused.
    """

    path: Path
    what: str
    expected: object = None
    faulty: bool = False
