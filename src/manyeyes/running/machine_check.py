"""Whether a run can work where it was started: paths and folders that jobs need."""

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

# Snakemake hands the path of Python to a shell as it is, and reads braces in paths as wildcards.
SHELL = re.compile(r"[\s'\"\\$&;|<>()*?!`#~^\[\]{}]")
BRACES = re.compile(r"[{}]")


def machine_problems(
    checkout: Path, folder: Path, environment: Mapping[str, str], python: str
) -> list[str]:
    """Return why a run cannot work here, one sentence each.

    Results are written in `folder`; `python` is the path of the interpreter.
    """
    found = []
    for what, path, forbidden in (
        ("the Python of the environment", python, SHELL),
        ("the checkout", str(checkout.absolute()), BRACES),
        ("the working folder", str(folder.absolute()), BRACES),
    ):
        strange = forbidden.search(path)
        if strange:
            character = "a space" if strange[0].isspace() else f"the character {strange[0]}"
            found.append(
                f"the path of {what}, {path!r}, contains {character}, which breaks jobs; "
                "move the checkout to a path of letters, digits, - and _, and run "
                "`make env` there"
            )
    if not _writable(folder):
        found.append(f"{folder}: results are written here, and you may not write to it")
    return found + _cache_problems(checkout, environment)


def _cache_problems(checkout: Path, environment: Mapping[str, str]) -> list[str]:
    """Return which caches have no place: Snakemake's own, and that of Numba's compiled code."""
    home = environment.get("HOME") or Path("~").expanduser()
    caches = Path(environment.get("XDG_CACHE_HOME") or Path(home, ".cache"))
    found = []
    if not _writable(caches):
        found.append(
            f"{caches}: Snakemake keeps files here, and you may not write to it; set "
            "XDG_CACHE_HOME to a folder of yours"
        )
    chosen = environment.get("NUMBA_CACHE_DIR")
    beside = checkout / "src" / "manyeyes"
    compiled = [Path(chosen)] if chosen else [beside, caches]
    if not any(map(_writable, compiled)):
        places = " nor ".join(map(str, compiled))
        found.append(
            f"compiled code can be kept neither in {places}; set NUMBA_CACHE_DIR to another folder"
            if len(compiled) > 1
            else f"compiled code cannot be kept in {places} (NUMBA_CACHE_DIR); name another folder"
        )
    return found


def _writable(folder: Path) -> bool:
    """Whether files can be made in a folder, or in the nearest that exists above it."""
    while not folder.exists():
        if folder == folder.parent:
            return False
        folder = folder.parent
    try:
        # Permissions do not show that a file system is mounted read-only.
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
