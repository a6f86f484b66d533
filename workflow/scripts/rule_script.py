"""How a rule's script runs: its messages go to the rule's log, bad input ends it in plain words."""

import resource
import sys
import traceback
from pathlib import Path

STATUS = Path("/proc/self/status")


def run(main, snakemake) -> None:
    """Run a script's main function for a Snakemake job.

    Bad input (`ValueError`, of which our own errors are kinds) is told without a traceback;
    anything else is a fault of ours and keeps it. Either way the log holds it all.
    """
    log = Path(snakemake.log[0]) if snakemake.log else None
    try:
        with_threads(main, snakemake)
        _keep(log, used() + "\n")
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
        line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
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
        with log.open("a") as file:
            file.write(text)
