"""Check the config of a study and say what a run would do. Nothing is computed.

    manyeyes check mine               config/mine.yaml
    manyeyes check my/config.yaml     a config anywhere

Everything is checked that a run checks before its first job: the text of the file (keys given
twice, tabs), the names, numbers and paths in it, whether the parts of the study fit together, the
models of electrodes, imaging and users, and the headers of all input files. The exit status is 0 if
the study can be run, else 1 with all problems on standard error.
"""

import argparse
import re
import sys
from collections import Counter
from pathlib import Path

from ..study.model import Study
from .run import CannotRunError, config_of, dry_run, snakemake_call, study_of

KINDS = {
    "twin": "digital twin",
    "simulated-imaging": "imaged geometry",
    "measured": "measured tomogram",
}


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
        study_of(config)
        study = checked_study(config)
        jobs = jobs_to_run(config)
    except CannotRunError as error:
        return str(error)
    print("\n".join([f"{config}: this study can be run.", *summary(study, jobs)]))
    return 0


def checked_study(config: Path) -> Study:
    """Return the study of a config; raise `CannotRunError` with all problems."""
    # Snakemake takes a second to import, which not every message has to wait for.
    from snakemake.exceptions import WorkflowError

    from ..running.by_hand import parsed_workflow

    try:
        with parsed_workflow(config) as workflow:
            return workflow.globals["WHOLE"]
    except WorkflowError as error:
        raise CannotRunError(str(error)) from error


def jobs_to_run(config: Path) -> int:
    """Return how many jobs a run has left to do.

    Raises
    ------
    CannotRunError
        If Snakemake cannot plan the study: files that people are to record are missing.
    """
    plan = dry_run([*snakemake_call(config, cores="1"), "--dry-run", "--quiet", "rules"])
    total = re.search(r"^total\s+(\d+)", plan, re.MULTILINE)
    return int(total[1]) if total else 0


def summary(study: Study, jobs: int) -> list[str]:
    """Return lines about the size of a study."""
    origins = Counter(dataset.origin for dataset in study.datasets.values())
    datasets = [_counted(number, KINDS[origin]) for origin, number in origins.items()]
    users = Counter(user.made_by for user in study.users.values())
    rows = {
        "study": f"{study.name} ({study.title})",
        "datasets": ", ".join(datasets),
        "images": len(study.images()),
        "users": ", ".join(f"{number} {made_by}" for made_by, number in users.items()),
        "segmentations": len(study.cells()),
        **_sample(study),
        "jobs": f"{jobs} to run" if jobs else "none; all results are there",
        "results": f"results/{study.name}/",
    }
    return [f"  {name:14} {value}" for name, value in rows.items()]


def _sample(study: Study) -> dict[str, str]:
    sample = study.population_sample
    if sample is None:
        return {}
    users, others = len(sample.users), len(sample.cells_of_others())
    return {
        "sample": f"{users} users of {len(sample.images())} images, {others} segmentations more"
    }


def _counted(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
