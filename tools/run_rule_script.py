"""Run the script of one job by hand, outside Snakemake, to debug it.

Usage::

    python tools/run_rule_script.py results/tiny/tables/spread.csv --configfile config/tiny.yaml
    python -m pdb tools/run_rule_script.py results/tiny/tables/spread.csv --configfile ...

The file names the job that makes it; its inputs must be there. The job's files are written anew,
errors keep their traceback, and nothing goes to the job's log.
"""

import argparse
import runpy
import sys
from pathlib import Path

from manyeyes.running.by_hand import job_that_makes, parsed_workflow


def main(arguments: list[str]) -> None:
    """Run the script of the job that makes a file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", help="a file that the job makes, as results/<study>/...")
    parser.add_argument("--configfile", nargs="*", default=[], help="as Snakemake's")
    parser.add_argument("--cores", type=int, default=1)
    options = parser.parse_args(arguments)
    with parsed_workflow(*options.configfile, cores=options.cores) as workflow:
        job = job_that_makes(workflow, options.file)
        for path in job.output:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        sys.path.insert(0, str(job.script.parent))
        runpy.run_path(str(job.script))["main"](job)
        print(f"{job.rule} made {', '.join(job.output)}")


if __name__ == "__main__":
    main(sys.argv[1:])
