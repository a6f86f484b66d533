"""The folder of a recorded person: which files it has, and what its ``person.yaml`` says."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from .errors import FileError, naming_file, short
from .label_files import label_suffixes

ABOUT = "person.yaml"
"""The file in a person's folder that says what all its files have in common."""

EVENTS = ".events.jsonl"
"""How the names of files end in which a page wrote down what was done, and when."""

_SITTING = re.compile(r"sitting-([1-9][0-9]{0,3})")
_LARGEST_ABOUT = 100_000
_MOST_FILES = 100_000
_KEYS = {"codes", "note"}


@dataclass(frozen=True)
class PersonFile:
    """A file of what a person did on one image with one variant.

    Attributes
    ----------
    sitting : int
        Counted from 1.
    dataset, filter, variant : str
        As the path names them, whether the study has them or not.
    path : str
        Where it lies.
    is_numbers : bool
        Whether it holds numbers (JSON), not a volume.
    """

    sitting: int
    dataset: str
    filter: str
    variant: str
    path: str
    is_numbers: bool


@dataclass(frozen=True)
class PersonFolder:
    """What lies in the folder of a person.

    Attributes
    ----------
    folder : str
    files : tuple of PersonFile
        By sitting, dataset, filter and variant.
    strange : tuple of str
        A sentence for each file that has no place in the layout or no format that is read.
    codes : mapping or None
        Which values of label volumes mean which phase, from ``person.yaml``.
    note : str
    """

    folder: str
    files: tuple[PersonFile, ...] = ()
    strange: tuple[str, ...] = ()
    codes: Mapping | None = None
    note: str = field(default="")


def person_folder(folder) -> PersonFolder:
    """Return what lies in the folder of a person.

    Parameters
    ----------
    folder : path-like
        With ``<dataset>/<filter>/<variant>.<suffix>``, and the same below ``sitting-2`` and so on.
        One that is not there is a person who has not recorded anything yet.

    Raises
    ------
    FileError
        If it is no folder, holds very many files, or its ``person.yaml`` cannot be used.
    """
    top = Path(folder)
    if not top.exists():
        return PersonFolder(str(folder))
    if not top.is_dir():
        raise FileError(f"{top}: expected the folder of a person, found a file; name the folder")
    codes, note = _about(top / ABOUT)
    files, strange = [], []
    for sitting, below in _sittings(top, strange):
        for dataset in _inside(below, strange, "datasets"):
            if below == top and _SITTING.fullmatch(dataset.name):
                continue
            for filter_ in _inside(dataset, strange, "filters"):
                for path in sorted(filter_.iterdir()):
                    found = _file(sitting, dataset.name, filter_.name, path, strange)
                    files += [found] if found else []
                    if len(files) > _MOST_FILES:
                        raise FileError(
                            f"{top}: it holds more than {_MOST_FILES} files; is it the "
                            "folder of one person?"
                        )
    return PersonFolder(str(folder), tuple(files), tuple(strange), codes, note)


def _sittings(top: Path, strange: list[str]) -> Iterator[tuple[int, Path]]:
    """Yield sittings and their folders; the first lies in the person's folder itself."""
    yield 1, top
    numbered = []
    for path in sorted(top.iterdir()):
        number = _SITTING.fullmatch(path.name)
        if number and path.is_dir():
            numbered.append((int(number[1]), path))
        elif path.name.startswith("sitting") and path.is_dir():
            strange.append(f"{path}: a further sitting is a folder named sitting-2, sitting-3, ...")
    yield from sorted(numbered)


def _inside(folder: Path, strange: list[str], what: str) -> list[Path]:
    """Return the folders within one; files at this depth have no place."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "sitting")) and not _SITTING.fullmatch(path.name):
            continue
        if path.is_dir():
            found.append(path)
        elif path.name != ABOUT:
            strange.append(
                f"{path}: expected folders named as {what} are; a person's files are "
                "<dataset>/<filter>/<variant>.<suffix>"
            )
    return found


def _file(sitting, dataset: str, filter_: str, path: Path, strange: list[str]) -> PersonFile | None:
    name = path.name
    if name.startswith(".") or name.endswith((EVENTS, "~", ".part", ".tmp")):
        return None
    variant, dot, rest = name.partition(".")
    suffix = f".{rest}".lower() if dot else ""
    # A folder of slices has no suffix.
    is_known = suffix == ".json" or suffix.endswith(label_suffixes())
    if not is_known and not (path.is_dir() and not suffix):
        strange.append(f"{path}: no format of labels or thresholds ends in {suffix or 'no suffix'}")
        return None
    return PersonFile(sitting, dataset, filter_, variant, str(path), suffix == ".json")


def _about(path: Path) -> tuple[Mapping | None, str]:
    """Return codes and note of a ``person.yaml``, if there is one."""
    if not path.exists():
        return None, ""
    with naming_file(path, "a person.yaml", "correct it"):
        if path.stat().st_size > _LARGEST_ABOUT:
            raise FileError(f"{path}: expected a few lines (codes, note), found a large file")
        try:
            about = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise FileError(f"{path}: expected YAML ({short(error)}); correct it") from error
    if not isinstance(about, dict) or set(about) - _KEYS:
        found = ", ".join(map(str, about)) if isinstance(about, dict) else type(about).__name__
        raise FileError(f"{path}: expected the keys codes and note, found {found:.80}; correct it")
    codes, note = about.get("codes"), about.get("note", "")
    if codes is not None and not _are_codes(codes):
        raise FileError(
            f"{path}: codes give a value, or a list of values, from 0 to 65535 for each phase, "
            f"such as {{active: 255, rest: 0}}; found {codes!r:.80}"
        )
    if not isinstance(note, str):
        raise FileError(f"{path}: note is a text, found {note!r:.80}; put it into quotes")
    return codes, note


def _are_codes(codes: object) -> bool:
    if not isinstance(codes, dict) or not codes:
        return False
    values = [v for code in codes.values() for v in (code if isinstance(code, list) else [code])]
    return all(isinstance(key, str) for key in codes) and all(
        isinstance(v, int) and not isinstance(v, bool) and 0 <= v <= 65535 for v in values
    )
