"""One run of a study at a time: a lock that the operating system holds for the life of a process.

It ends with its process, however that ends, and each study has its own.
"""

import errno
import fcntl
import getpass
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

# The locks of a run, and of its jobs, which can outlive a run that was killed.
RUN = ".run.lock"
JOBS = ".jobs.lock"
WAIT_S = 0.5
# A run that only asks whether a study is running takes its lock for a moment.
TRIES = 4


class LockedError(Exception):
    """A study that cannot be run now; the message says why and what to do."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a study for as long as this process lives or the context lasts.

    Parameters
    ----------
    folder : Path
        Of the study's results; made if it is not there.

    Raises
    ------
    LockedError
        If another run holds it, if that cannot be known, or if the folder cannot be written.
    """
    path = folder / RUN
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise LockedError(
            f"{path}: the study cannot be locked ({error.strerror}); results need a folder that "
            "you may write to"
        ) from error
    with file:
        taken = _take(file, path, fcntl.LOCK_EX, TRIES)
        holder = _holder(file)
        if not taken:
            raise LockedError(f"{path}: the study is being run {_whose(holder)}; let it end first")
        if holder and holder.get("host") != socket.gethostname():
            # Not every shared file system passes locks on, so a free lock proves nothing here.
            raise LockedError(
                f"{path}: the study was begun {_whose(holder)}, and its end was not recorded. It "
                f"cannot be known on this host, {socket.gethostname()}, whether it still runs "
                "there. If it does not, remove this file and start again"
            )
        _wait_for_jobs(folder)
        _note(file, _this_process())
        try:
            yield
        finally:
            _note(file, None)


def _take(file, path: Path, kind: int, tries: int = 1) -> bool:
    """Take a lock, or return False if another process has it."""
    for left in reversed(range(tries)):
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise LockedError(
                    f"{path}: this file system keeps no locks ({error.strerror}), so it cannot be "
                    "known whether the study is being run already. If you are sure that it is not, "
                    "add --nolock"
                ) from error
        else:
            return True
        if left:
            time.sleep(WAIT_S)
    return False


def _this_process() -> dict:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return {
        "host": socket.gethostname(),
        "process": os.getpid(),
        "user": user,
        "since": datetime.now().astimezone().isoformat(timespec="seconds"),
    }


def _note(file, holder: dict | None) -> None:
    file.seek(0)
    file.truncate()
    if holder:
        file.write(json.dumps(holder))
    file.flush()


def _holder(file) -> dict:
    """Return what the last run that did not come to its end noted of itself."""
    file.seek(0)
    text = file.read()
    try:
        holder = json.loads(text) if text else {}
    except json.JSONDecodeError:
        # It was killed while it wrote this.
        return {}
    return holder if isinstance(holder, dict) else {}


def _whose(holder: dict) -> str:
    if not holder:
        return "by another process"
    return "by {user} on {host} (process {process}, since {since})".format(
        **dict.fromkeys(("user", "host", "process", "since"), "?") | holder
    )


def is_run(folder: Path) -> bool:
    """Return whether another process runs the study with these results.

    Raises `LockedError` if the file system keeps no locks.
    """
    path = folder / RUN
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return False
    with file:
        return not _take(file, path, fcntl.LOCK_SH)


def _wait_for_jobs(folder: Path) -> None:
    """Wait until the jobs of a run that was killed have ended; they still write its files."""
    path = folder / JOBS
    with path.open("a", encoding="utf-8") as file:
        said = False
        while not _take(file, path, fcntl.LOCK_EX):
            if not said:
                print(
                    "A run of this study was killed and some of its jobs still run; waiting for "
                    "them to end.",
                    file=sys.stderr,
                    flush=True,
                )
                said = True
            time.sleep(WAIT_S)


@contextmanager
def job_of(folder: Path) -> Iterator[None]:
    """Show later runs of a study, for as long as this process lives, that a job of it is running.

    Nothing happens if no run has locked the folder of results.
    """
    path = folder / JOBS
    if not path.exists():
        yield
        return
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH)
        except OSError as error:
            # Where locks are not kept, the run was started with --nolock.
            if error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP):
                raise
        yield
