"""The number of threads of a benchmark: the requested number, or as many as the machine has."""

import argparse

WANTED = 4
"""The same everywhere, so that numbers of different machines can be compared."""


def add_threads(parser: argparse.ArgumentParser) -> None:
    """Add the option ``--threads``."""
    parser.add_argument("--threads", type=int, default=WANTED, help="at most those of the machine")


def threads_here(wanted: int) -> tuple[int, str]:
    """Return the available number of threads and a phrase about it, or exit if ``wanted`` < 1."""
    import numba

    if wanted < 1:
        raise SystemExit(f"--threads: expected 1 or more, found {wanted}")
    available = numba.config.NUMBA_NUM_THREADS
    if wanted <= available:
        return wanted, f"{wanted} threads"
    return available, f"{available} threads, all of this machine ({wanted} were requested)"
