"""Kill a study at random moments until it completes, and compare it with an undisturbed run.

This is no part of the test suite; start it yourself:

    python tests/killed_runs.py --kills 50
    python tests/killed_runs.py --kills 10 --config config/config.yaml --seed 3

Every second kill hits only Snakemake, so that its jobs continue as orphans; the others hit all of
its processes. The command exits with an error if one byte of a result differs, except in logs,
times and the report, which shows times.
"""

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).parents[1]
FREE = {"logs", "benchmarks", "report.html", ".run.lock", ".jobs.lock", "unfinished.json"}


def start(folder: Path, options) -> subprocess.Popen:
    """Start the study in a folder, in a process group of its own."""
    call = [
        sys.executable,
        "-m",
        "manyeyes",
        "run",
        options.config.resolve(),
        "--cores",
        str(options.cores),
    ]
    with (folder / "run.log").open("a", encoding="utf-8") as log:
        return subprocess.Popen(
            call, cwd=folder, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )


def snakemake_of(process: subprocess.Popen) -> int | None:
    """Return the process number of the Snakemake that a run has started."""
    found = subprocess.run(
        ["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False
    )
    numbers = found.stdout.split()
    return int(numbers[0]) if numbers else None


def kill(process: subprocess.Popen, alone: bool) -> None:
    """Kill a run: Snakemake and what started it, or all its processes."""
    if alone and (number := snakemake_of(process)):
        process.kill()
        os.kill(number, signal.SIGKILL)
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def contents(results: Path) -> dict[str, str]:
    """Return the digest of every result that has to be the same."""
    return {
        str(path.relative_to(results)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(results.rglob("*"))
        if path.is_file() and not FREE & set(path.relative_to(results).parts)
    }


def results_of(folder: Path) -> Path:
    """Return the only study's results in a folder."""
    (results,) = (folder / "results").iterdir()
    return results


def main() -> int:
    """Run, kill, run to the end, compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--config", type=Path, default=TOP / "config" / "tiny.yaml")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--longest", type=float, default=20, help="seconds before a kill, at most")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        whole, killed = Path(name, "whole"), Path(name, "killed")
        whole.mkdir()
        killed.mkdir()
        if start(whole, options).wait():
            sys.exit((whole / "run.log").read_text(encoding="utf-8")[-3000:])
        done = 0
        while done < options.kills:
            process = start(killed, options)
            time.sleep(rng.uniform(0.5, options.longest))
            if process.poll() is not None:
                # It came to its end: the rest of the kills hit a run of what was removed again.
                shutil.rmtree(results_of(killed))
                continue
            kill(process, alone=bool(done % 2))
            done += 1
            print(f"{done} of {options.kills} kills", file=sys.stderr, flush=True)
        if start(killed, options).wait():
            sys.exit((killed / "run.log").read_text(encoding="utf-8")[-3000:])
        expected, found = contents(results_of(whole)), contents(results_of(killed))
        different = sorted(
            path for path in expected.keys() | found.keys() if expected.get(path) != found.get(path)
        )
        print(f"{options.kills} kills, {len(expected)} results, {len(different)} differ")
        print(*different, sep="\n")
        return bool(different)


if __name__ == "__main__":
    sys.exit(main())
