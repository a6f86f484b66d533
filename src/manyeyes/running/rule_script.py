"""How a rule's script runs: messages go to the rule's log, bad input ends it in plain words."""

import errno
import os
import resource
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from .made_files import BEGINS, lines_of
from .study_lock import job_of

STATUS = Path("/proc/self/status")
# Exit status of a job that found the disk full; its log may not have been written either.
DISK_FULL = os.EX_IOERR


def run(main, snakemake) -> None:
    """Run a script's main function for a Snakemake job.

    Bad input (`ValueError`, the base of our own errors) is reported without a traceback; anything
    else is a bug and keeps it. The log holds the traceback either way.
    """
    log = Path(snakemake.log[0]) if snakemake.log else None
    try:
        with job_of(Path("results") / snakemake.config.get("study", "")):
            _keep(log, BEGINS + "\n")
            with_threads(main, snakemake)
            _keep(log, lines_of(snakemake.output) + used() + "\n")
    except Exception as error:
        trace = traceback.format_exc()
        if disk_is_full(error):
            with suppress(OSError):
                _keep(log, trace)
            print(f"{trace}Error in {snakemake.rule}: the disk is full", file=sys.stderr)
            sys.exit(DISK_FULL)
        _keep(log, trace)
        if isinstance(error, ValueError):
            sys.exit(f"Error in {snakemake.rule}: {error}")
        raise


def disk_is_full(error: BaseException | None) -> bool:
    """Return whether an error, or one that led to it, says that there was no room on the disk."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__ or error.__context__
    return False


def with_threads(main, snakemake) -> None:
    """Hold numba to the job's threads, where the job uses numba at all."""
    numba = sys.modules.get("numba")
    if numba is not None:
        numba.set_num_threads(min(snakemake.threads, numba.config.NUMBA_NUM_THREADS))
    main(snakemake)


def used() -> str:
    """Return a line for the log: what this process took so far.

    The peak is the kernel's own record; Snakemake's benchmark looks twice a second for 15 seconds
    and every 30 seconds after, and can miss it.
    """
    use = resource.getrusage(resource.RUSAGE_SELF)
    cpu = use.ru_utime + use.ru_stime
    return f"used {cpu:.1f} CPU s, {peak_bytes() / 1e6:.0f} MB at its peak"


def peak_bytes() -> int:
    """Return the most memory that this process has held."""
    if STATUS.exists():
        lines = STATUS.read_text(encoding="utf-8").splitlines()
        line = next(line for line in lines if line.startswith("VmHWM"))
        return 1024 * int(line.split()[1])
    # Elsewhere than on Linux. There, this number would count what Snakemake held when it forked.
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def note(snakemake, text: str) -> None:
    """Append a line to the job's log, and show it on standard error with the job's name."""
    job = "/".join([snakemake.rule, *snakemake.wildcards])
    print(f"{job}: {text}", file=sys.stderr, flush=True)
    if snakemake.log:
        _keep(Path(snakemake.log[0]), text + "\n")


def _keep(log: Path | None, text: str) -> None:
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(text)
