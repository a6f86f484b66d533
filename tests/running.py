"""Runs of the workflow in temporary folders, as a user would start them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[1]
SHARED = TOP.parent / "shared" / "data"
CODE = ("src", "workflow", "config", "envs", "Snakefile", "CITATION.cff")


def clone(folder):
    """Copy the code; the files of the copy are new, as those of a fresh clone."""
    for name in CODE:
        source = TOP / name
        if source.is_dir():
            shutil.copytree(source, folder / name, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(source, folder / name)


def command(folder, *arguments, snakefile=TOP / "Snakefile", config="tiny", cores=2):
    """Return a Snakemake call; results go to a folder, code and config come from the checkout."""
    config = config if str(config).endswith(".yaml") else TOP / f"config/{config}.yaml"
    call = [sys.executable, "-m", "snakemake", "--snakefile", snakefile, "--directory", folder]
    call += ["--workflow-profile", TOP / "profiles/default", "--configfile", config]
    return [str(part) for part in [*call, "--cores", cores, *arguments]]


def run(folder, *arguments, data=None, check=True, **options):
    """Run Snakemake to its end and return the process with its output, both streams together."""
    environment = {**os.environ, "MANYEYES_DATA": str(data) if data else ""}
    done = subprocess.run(
        command(folder, *arguments, **options),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if check and done.returncode:
        raise AssertionError(f"snakemake failed:\n{done.stdout[-6000:]}")
    return done


def planned(folder, *arguments, **options):
    """Return how many jobs of each rule a dry run plans."""
    return jobs_in(run(folder, "--dry-run", *arguments, **options).stdout)


def jobs_in(output):
    """Return how many jobs of each rule the output of a dry run lists."""
    jobs = {}
    for line in output.splitlines():
        words = line.split()
        if (
            len(words) == 2
            and words[1].isdigit()
            and words[0] != "total"
            and words[0].isidentifier()
        ):
            jobs[words[0]] = int(words[1])
    assert jobs or "Nothing to be done" in output, output
    return jobs
