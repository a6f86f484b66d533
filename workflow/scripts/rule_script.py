"""How a rule's script runs: its messages go to the rule's log, bad input ends it in plain words."""

import sys
import traceback
from pathlib import Path


def run(main, snakemake) -> None:
    """Run a script's main function for a Snakemake job.

    Bad input (`ValueError`, of which our own errors are kinds) is told without a traceback;
    anything else is a fault of ours and keeps it. Either way the log holds it all.
    """
    log = Path(snakemake.log[0]) if snakemake.log else None
    try:
        with_threads(main, snakemake)
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
