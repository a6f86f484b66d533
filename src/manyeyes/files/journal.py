"""A record of the finished tiles of a volume beside its unfinished result, to resume from."""

import fcntl
import json
import os
from pathlib import Path

from .errors import FileError


def read_journal(path) -> tuple[dict, set[int]]:
    """Return the task of a journal, and which of its tiles are done.

    Parameters
    ----------
    path : path-like
        A line of JSON for the task, with its number of ``tiles``, then a line for each finished
        tile. An incomplete last line is ignored; its tile is done again.

    Returns
    -------
    task : dict
    finished : set of int

    Raises
    ------
    FileError
        If the file is no journal, or has a tile that the task does not have.
    """
    path = Path(path)
    try:
        first, *lines = path.read_bytes().decode().split("\n")
        task = json.loads(first)
    except (OSError, ValueError, RecursionError) as error:
        raise _broken(path, f"its first line is no task in JSON ({error})") from error
    if not isinstance(task, dict) or not lines:
        found = "is cut off" if isinstance(task, dict) else f"is {first[:40]!r}"
        raise _broken(path, f"its first line, the task, {found}")
    tiles = task.get("tiles")
    finished = set()
    for number, line in enumerate(lines[:-1], start=2):
        if not (line.isascii() and line.isdigit()) or len(line) > 18:
            raise _broken(
                path, f"line {number} should be the number of a tile, found {line[:40]!r}"
            )
        if isinstance(tiles, int) and int(line) >= tiles:
            raise _broken(path, f"line {number} is tile {int(line)}, but there are {tiles} tiles")
        finished.add(int(line))
    return task, finished


def _broken(path: Path, what: str) -> FileError:
    return FileError(
        f"{path}: expected the journal of a result that was begun, but {what}; move it away, and "
        f"{path.with_suffix('.part').name} too, and all tiles are labelled anew"
    )


class Journal:
    """The journal of one call; no other call can use the same path at the same time."""

    def __init__(self, path):
        self.path = Path(path)
        self._file = None

    def finished(self, task: dict) -> set[int]:
        """Return the finished tiles of a task, of which only a part may be known.

        Raises
        ------
        FileError
            If the journal is damaged or that of another task.
        """
        if not self._exists():
            return set()
        begun, finished = read_journal(self.path)
        task = json.loads(json.dumps(task))
        others = [key for key in task if key not in begun or begun[key] != task[key]]
        if others:
            changes = "; ".join(f"{key} was {begun.get(key)}, is {task[key]}" for key in others)
            raise FileError(
                f"{self.path}: another volume or forest was being labelled here ({changes}); "
                f"finish that, or remove this file and {self.path.with_suffix('.part').name}"
            )
        return finished

    def begin(self, task: dict, finished=()) -> None:
        """Write the task and the finished tiles at once, and hold the journal.

        Raises
        ------
        FileError
            If another call holds it.
        """
        there = self._exists()
        if there:
            self.hold()
        new = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        lines = [json.dumps(task), *map(str, sorted(finished))]
        try:
            with new.open("w", encoding="utf-8") as file:
                file.write("".join(f"{line}\n" for line in lines))
            held = _held(new, self.path)
            if there:
                new.replace(self.path)
            else:
                _link(new, self.path)
        except FileExistsError as error:
            raise _taken(self.path) from error
        finally:
            new.unlink(missing_ok=True)
        self.close()
        self._file = held

    def hold(self) -> None:
        """Hold an existing journal for as long as this process lives.

        Raises
        ------
        FileError
            If another call holds it.
        """
        if self._file is None and self._exists():
            self._file = _held(self.path, self.path)

    def add(self, number: int) -> None:
        """Note a finished tile."""
        self._file.write(f"{number}\n")
        self._file.flush()

    def end(self) -> None:
        """Remove the journal when all tiles are done."""
        self.path.unlink()
        self.close()

    def close(self) -> None:
        """Release the journal."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _exists(self) -> bool:
        return self.path.exists() or self.path.is_symlink()


def _link(new: Path, path: Path) -> None:
    """Name a file; unlike renaming, this fails if another call was faster."""
    try:
        os.link(new, path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links.
        new.rename(path)


def _held(path: Path, named: Path):
    """Open a file to append to it, and lock it until this process ends."""
    try:
        file = path.open("a", encoding="utf-8")
    except OSError as error:
        raise _broken(named, f"it cannot be written ({error})") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise _taken(named) from error
    except OSError:
        # Some network file systems have no locks.
        pass
    return file


def _taken(path: Path) -> FileError:
    return FileError(
        f"{path}: another call is labelling this result at the moment; wait for its end, or name "
        "another result"
    )
