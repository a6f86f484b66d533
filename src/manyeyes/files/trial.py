"""Reading a file first where nothing can be lost: in a process of its own.

The C libraries of some formats end the process, or never come back, on a damaged header; no
exception can be caught then. What they are to do is tried in a fork, which is held to a time.
"""

import faulthandler
import os
import resource
import signal
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from .errors import FileError

# CPU seconds: machines that are busy take longer, but no more of these.
LEAST_CPU_S, BYTES_A_CPU_S = 1, 20_000_000
LONGEST_S = 600.0
LARGEST_TRIED = 2**26
_survived: set[tuple] = set()


def try_first(
    path: Path,
    what: tuple,
    attempt: Callable[[], object],
    least_s: int = LEAST_CPU_S,
    bytes_a_s: int = BYTES_A_CPU_S,
) -> None:
    """Do something with a file in a fork, and only return if the process survived it.

    Errors that the attempt raises are no concern here: they are raised again when it is repeated.

    Parameters
    ----------
    path : Path
    what : tuple
        What is attempted; it is tried once for a file that does not change.
    attempt : callable
    least_s, bytes_a_s : int
        CPU seconds that it may take, whatever the size of the file, and bytes for each one more.

    Raises
    ------
    FileError
        If the fork was killed or ran out of time.
    """
    if not hasattr(os, "fork"):
        return
    found = path.stat()
    key = (str(path), found.st_size, found.st_mtime_ns, what)
    if key in _survived:
        return
    seconds = least_s + found.st_size // bytes_a_s
    with warnings.catch_warnings():
        # Some libraries warn of any fork; the child ends before it could touch their threads.
        warnings.simplefilter("ignore")
        child = os.fork()
    if child == 0:
        _attempt(attempt, seconds)
    end = _ending(child)
    if end is None or end in (signal.SIGXCPU, signal.SIGKILL):
        raise FileError(
            f"{path}: the file is damaged, reading its beginning came to no end; copy it again"
        )
    if end:
        raise FileError(
            f"{path}: the file is damaged, the library that reads it broke down over it "
            f"({signal.Signals(end).name}); copy it again"
        )
    _survived.add(key)


def _attempt(attempt: Callable[[], object], seconds: int) -> None:
    """Do it in the child, which ends here whatever happens."""
    try:
        faulthandler.disable()
        for name in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT):
            signal.signal(name, signal.SIG_DFL)
        with Path(os.devnull).open("wb") as quiet:
            os.dup2(quiet.fileno(), 1)
            os.dup2(quiet.fileno(), 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        attempt()
    except BaseException:
        os._exit(1)
    os._exit(0)


def _ending(child: int) -> int | None:
    """Return the signal that ended a child, 0 if none did, None if it had to be stopped."""
    until, pause = time.monotonic() + LONGEST_S, 0.0005
    try:
        while time.monotonic() < until:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                child = 0
                return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
            time.sleep(pause)
            pause = min(0.05, 1.5 * pause)
        return None
    finally:
        if child:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
