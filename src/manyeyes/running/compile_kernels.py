"""Compile what many jobs share, once, when a workflow starts.

A stamp beside the compiled code says for which code, Numba, Python and processor it was compiled.
"""

import hashlib
import os
import platform
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from llvmlite.binding import get_host_cpu_name

from .checkout import SOURCES
from .code_digest import code_digest

NAMES = ("labelling", "training", "annotating")


def stamp() -> Path:
    """Return the file whose presence says that everything is compiled."""
    names = (version("numba"), platform.python_version(), get_host_cpu_name())
    code = code_digest(Path(__file__), [SOURCES / "manyeyes"])
    digest = hashlib.sha256("|".join((*names, code)).encode()).hexdigest()[:16]
    beside = os.environ.get("NUMBA_CACHE_DIR") or SOURCES / "manyeyes" / "__pycache__"
    return Path(beside) / f"kernels-{digest}"


def main() -> None:
    """Compile, unless it was done before; or, with a name, run that one warm-up."""
    if sys.argv[1:]:
        # Only here: to import the library takes longer than to find the stamp.
        from ..kernels import WARM_UPS

        WARM_UPS[sys.argv[1]]()
        return
    done = stamp()
    if done.exists():
        return
    print("Compiling the library's fast parts; this takes a minute, once.", file=sys.stderr)
    running = [subprocess.Popen([sys.executable, "-m", __spec__.name, name]) for name in NAMES]
    # If the cache cannot be written, each job compiles for itself.
    failed = [process for process in running if process.wait() != 0]
    if not failed:
        # Where Python keeps no compiled modules (PYTHONDONTWRITEBYTECODE), the folder is not there.
        with suppress(OSError):
            done.parent.mkdir(exist_ok=True)
            done.touch()


if __name__ == "__main__":
    main()
