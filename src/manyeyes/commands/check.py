"""Say what is wrong with a config, and what a run would do; nothing is computed.

    manyeyes check mine               config/mine.yaml
    manyeyes check my/config.yaml

All that a run checks before its first job is checked: the config, the models of the twins, and the
headers of every input file.
"""

import argparse
import re
import subprocess
import sys

from .run import CannotRunError, config_of, snakemake_call, study_of


def main(arguments: list[str]) -> int | str:
    """Check the config that the arguments name."""
    parser = argparse.ArgumentParser(
        prog="manyeyes check",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("config", help="a file in config/ without .yaml, or the path of a config")
    options = parser.parse_args(arguments)
    try:
        config = config_of(options.config)
        name = study_of(config)
    except CannotRunError as error:
        return str(error)
    done = subprocess.run(
        [*snakemake_call(config, cores="1"), "--dry-run", "--quiet", "rules"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        return done.stdout.strip()
    jobs = re.findall(r"^total\s+(\d+)", done.stdout, re.MULTILINE)
    planned = f"a run has {jobs[0]} jobs to do" if jobs else "everything is there already"
    print(f"{config}: study {name!r} can be run; {planned}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
