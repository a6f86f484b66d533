"""The number of threads of a benchmark: as many as requested, or as many as there are."""

from __future__ import annotations

import argparse

WANTED = 4
"""So that numbers of different machines can be compared."""


def add_threads(parser: argparse.ArgumentParser) -> None:
    """Add the option ``--threads``."""
    parser.add_argument("--threads", type=int, default=WANTED, help="fewer where there are fewer")


def threads_here(wanted: int) -> tuple[int, str]:
    """Return how many threads can be had, and what the output says about them.

    Raises
    ------
    SystemExit
        If fewer than one is asked for.
    """
    import numba

    if wanted < 1:
        raise SystemExit(f"--threads: expected 1 or more, found {wanted}")
    there = numba.config.NUMBA_NUM_THREADS
    if wanted <= there:
        return wanted, f"{wanted} threads"
    return there, f"{there} threads, as many as this machine has ({wanted} were asked for)"
