"""The folder of a recorded person: events of unfinished and finished work, and what came of it.

    people/jo/<dataset>/<filter>/<variant>.events.jsonl   what was done and when
    people/jo/<dataset>/<filter>/<variant>.json           a threshold or a window
    people/jo/<dataset>/<filter>/<variant>.tif            labels
    people/jo/sitting-2/<dataset>/...                     the same of a further sitting

Results appear only when work is finished, whole or not at all. Events are appended one line at a
time; a line that was cut off by a crash is dropped.
"""

import errno
import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ..annotations import Drawing, Threshold, Window
from ..recording.results import Recorded, Seeds
from ..recording.work import Work
from .annotations import LOWER_KEYS, SLICES, STORED_KEYS
from .errors import FileError
from .results import write_volume

FORMAT = "manyeyes events 1"
LOCK = ".annotate.lock"
MOST_BYTES = 2_000_000_000
"""A larger file of events is none of ours."""
LONGEST_LINE = 64_000_000


def sitting_folder(folder, sitting: int) -> Path:
    """Return where one sitting of a person is kept, in the person's folder."""
    return Path(folder) if sitting == 1 else Path(folder) / f"sitting-{sitting}"


class EventFile:
    """The events of one step, appended to as they happen.

    Parameters
    ----------
    path : path-like
        Need not exist yet.
    """

    def __init__(self, path):
        self.path = Path(path)
        self._end: int | None = None

    def replay(self, work: Work, about: dict) -> bool:
        """Let a new `Work` take in all events of the file; return whether there are any.

        Parameters
        ----------
        work : Work
            In its first state.
        about : dict
            What the first event must say: the image and who works on it.

        Raises
        ------
        FileError
            If the file is damaged, or is about something else.
        """
        self._end = 0
        try:
            if self.path.stat().st_size > MOST_BYTES:
                raise self._error("it is larger than 2 GB")
            file = self.path.open("rb")
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._error(f"it cannot be read ({error.strerror})") from error
        with file:
            for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), 1):
                if not line.endswith(b"\n"):
                    if len(line) == LONGEST_LINE:
                        raise self._error(f"line {number} is too long")
                    # A crash cut it off; it was never confirmed.
                    break
                try:
                    event = json.loads(line)
                    if number == 1:
                        self._check_start(event, about)
                    work.apply(event)
                except (ValueError, RecursionError) as error:
                    if isinstance(error, FileError):
                        raise
                    raise self._error(f"line {number}: {error}") from error
                self._end += len(line)
        return bool(work.ids)

    def append(self, events: Sequence[dict]) -> None:
        """Write events to disk; they are safe when this returns.

        Raises
        ------
        FileError
            If they cannot be written; the file is then as before.
        """
        if self._end is None:
            raise RuntimeError("replay the file first")
        text = "".join(json.dumps(e, separators=(",", ":"), sort_keys=True) + "\n" for e in events)
        content = text.encode()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            try:
                # What lies behind the last whole line was never confirmed.
                os.ftruncate(descriptor, self._end)
                written = 0
                while written < len(content):
                    written += os.pwrite(descriptor, content[written:], self._end + written)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise FileError(
                f"{self.path}: work cannot be saved ({error.strerror}); make room or let yourself "
                "write there, and go on"
            ) from error
        self._end += len(content)

    def _check_start(self, event: object, about: dict) -> None:
        if not isinstance(event, dict) or event.get("format") != FORMAT:
            raise self._error(f"its first line does not say {FORMAT!r}")
        for key, value in about.items():
            if event.get(key) != value:
                raise self._error(
                    f"it was begun with {key} {event.get(key)!r:.80}, but now it is {value!r:.80}; "
                    "undo that change, or move the file away to begin again"
                )

    def _error(self, what: str) -> FileError:
        return FileError(f"{self.path}: expected events that `manyeyes annotate` wrote, but {what}")


def write_recorded(folder, variant: str, recorded: Recorded, about: dict) -> Path:
    """Write what came of finished work, whole or not at all.

    Parameters
    ----------
    folder : path-like
        Of an image: ``<person>/<dataset>/<filter>``.
    variant : str
    recorded : Threshold, Window, Seeds or Drawing
    about : dict
        What is known of it besides: ``user``, ``sitting``, and ``voxel_size_nm`` for a drawing.

    Returns
    -------
    Path
        What was written: the label volume of a drawing, a JSON of anything else.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(recorded, Drawing):
        path = folder / f"{variant}.tif"
        with _whole(path) as part:
            write_volume(part, recorded.labels, about["voxel_size_nm"])
        return path
    document = {
        "made_by": "recorded",
        "user": about["user"],
        "sitting": about["sitting"],
        "record": recorded.record,
        **_numbers(recorded),
    }
    path = folder / f"{variant}.json"
    with _whole(path) as part:
        part.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return path


def _numbers(recorded: Threshold | Window | Seeds) -> dict:
    """Return kind and grey levels, as `annotations.read_annotation` expects them."""
    if isinstance(recorded, Seeds):
        whole = recorded.windows.get(None)
        if whole is not None:
            return _numbers(whole)
        windows = [
            {key: value for key, value in _numbers(window).items() if key != "kind"} | {"slice": z}
            for z, window in recorded.windows.items()
        ]
        return {"kind": "window", SLICES: windows}
    kind = type(recorded).__name__.lower()
    keys = sorted(STORED_KEYS[kind] | LOWER_KEYS[kind])
    numbers = {key: getattr(recorded, key) for key in keys}
    return {"kind": kind} | {key: value for key, value in numbers.items() if value is not None}


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Yield the path of a new file that takes the place of another once it is complete."""
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    yield part
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)


@contextmanager
def held(folder) -> Iterator[None]:
    """Hold a person's folder for as long as this process lives, or the context lasts.

    Raises
    ------
    FileError
        If another process holds it, or it cannot be written.
    """
    folder = Path(folder)
    path = folder / LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise FileError(
            f"{folder}: work cannot be kept here ({error.strerror}); name a folder that you may "
            "write to with --folder"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise FileError(
                    f"{path}: this file system keeps no locks ({error.strerror}), so two programs "
                    "could overwrite each other's work; name a folder on another disk with --folder"
                ) from error
            raise FileError(
                f"{folder}: somebody is already recording here with `manyeyes annotate`; use the "
                "page that it opened, or end it with Ctrl+C where it was started"
            ) from error
        yield


def image_digest(image: np.ndarray) -> str:
    """Return what tells an image from another one: the sha256 of its grey levels."""
    import hashlib

    return hashlib.sha256(np.ascontiguousarray(image)).hexdigest()
