"""Snakemake's lock, kept for a study by the operating system.

Snakemake locks a working folder by files. They outlive a run that was killed, and the end of one
run removes those of all others. With a lock that the system holds, the files of runs that have
ended can be recognised.
"""

from contextlib import contextmanager
from pathlib import Path

from snakemake.exceptions import LockException, WorkflowError
from snakemake.persistence.file import FilePersistence

from .study_lock import LockedError, held, is_run


def lock_study(folder: Path) -> None:
    """Let Snakemake lock a study by the system before it makes any of its files.

    A dry run takes no lock, nor do `--nolock` and the Snakemakes that run single jobs.
    """

    @contextmanager
    def lock(persistence):
        try:
            with held(folder):
                remove_stale_locks(Path(persistence._lockdir), folder)
                if persistence.locked:
                    raise LockException()
                yield from _locked_by_files(persistence)
        except LockedError as error:
            raise WorkflowError(str(error)) from error

    FilePersistence.lock = lock


def _locked_by_files(persistence):
    """Do as Snakemake does, but for the end: it would remove the files of all other runs."""
    try:
        persistence._write_locks("input", map(str, persistence.all_inputfiles()))
        persistence._write_locks("output", map(str, persistence.all_outputfiles()))
        yield
    finally:
        for path in persistence._lockfile.values():
            Path(path).unlink(missing_ok=True)
        persistence._lockfile.clear()


def remove_stale_locks(locks: Path, held: Path) -> None:
    """Remove what Snakemakes that are gone left in their folder of locks.

    A lock that names files of a study is removed if no process runs that study.
    `locks` is ``.snakemake/locks`` of the working folder; `held` has the results of the study that
    this process holds.
    """
    results = held.parent
    for lock in sorted(locks.glob("*.lock")):
        paths = [Path(line) for line in lock.read_text(encoding="utf-8").splitlines()]
        inside = [path.relative_to(results) for path in paths if path.is_relative_to(results)]
        studies = {results / path.parts[0] for path in inside if path.parts}
        if studies and not any(is_run(study) for study in studies - {held}):
            lock.unlink(missing_ok=True)
