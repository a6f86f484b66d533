"""How a rule's script runs: its messages go to the rule's log, bad input ends it in plain words."""

import resource
import sys
import traceback
from pathlib import Path

# What getrusage counts the peak in: bytes on macOS, KiB elsewhere.
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


def run(main, snakemake) -> None:
    """Run a script's main function for a Snakemake job.

    Bad input (`ValueError`, of which our own errors are kinds) is told without a traceback;
    anything else is a fault of ours and keeps it. Either way the log holds it all.
    """
    log = Path(snakemake.log[0]) if snakemake.log else None
    try:
        with_threads(main, snakemake)
        _keep(log, used(snakemake) + "\n")
    except ValueError as error:
        _keep(log, traceback.format_exc())
        sys.exit(f"Error in {snakemake.rule}: {error}")
    except Exception:
        _keep(log, traceback.format_exc())
        raise


def with_threads(main, snakemake) -> None:
    """Hold numba to the job's threads, where the job uses numba at all."""
    numba = sys.modules.get("numba")
    if numba is not None:
        numba.set_num_threads(min(snakemake.threads, numba.config.NUMBA_NUM_THREADS))
    main(snakemake)


def used(snakemake) -> str:
    """Return a line for the log: what this process took so far, and what its rule declares.

    The peak is the kernel's own record; Snakemake's benchmark looks twice a second for 15 seconds
    and every 30 seconds after, and can miss it.
    """
    use = resource.getrusage(resource.RUSAGE_SELF)
    declared = snakemake.resources
    return (
        f"used {use.ru_utime + use.ru_stime:.1f} CPU s, "
        f"{use.ru_maxrss * PEAK_UNIT / 1e6:.0f} MB at its peak; declared "
        f"{snakemake.threads} threads, {declared.get('mem_mb')} MB, "
        f"{declared.get('runtime')} min, {declared.get('disk_mb')} MB disk"
    )


def note(snakemake, text: str) -> None:
    """Append a line to the job's log and show it on standard error."""
    print(text, file=sys.stderr, flush=True)
    if snakemake.log:
        _keep(Path(snakemake.log[0]), text + "\n")


def _keep(log: Path | None, text: str) -> None:
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a") as file:
            file.write(text)
