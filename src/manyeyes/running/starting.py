"""How a run starts: what is checked before any job, and the study that the config describes."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import yaml
from snakemake.exceptions import WorkflowError

from ..files.errors import FileError
from ..files.people import PersonFolder, person_folder
from ..study.config_files import file_problems
from ..study.known import with_known
from ..study.model import Study, StudyError
from ..study.people import what_is_missing
from ..study.reading import study_from_config
from ..study.targets import Targets
from .failures import failed_jobs, summary
from .job_inputs import JobInputs
from .machine_check import machine_problems
from .made_files import altered
from .snakemake_lock import lock_study
from .unfinished import NAME as UNFINISHED_NAME
from .unfinished import read_unfinished, without_missing, write_failures


def stop_if(found: Iterable[str], heading: str, ending: str = "") -> None:
    """Stop with a list of problems, if there are any."""
    found = list(found)
    if found:
        raise WorkflowError("\n  ".join([heading, *found]) + (f"\n{ending}" if ending else ""))


def let_jobs_import(sources: Path) -> None:
    """Let the jobs of a run find the library in a folder, before any other."""
    others = [folder for folder in [os.environ.get("PYTHONPATH")] if folder]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(sources), *others])


def check_before_config(workflow, config: Mapping, top: Path) -> None:
    """Stop if the run cannot work on this machine, or if its config files cannot be read.

    Jobs of a run need not ask again. Files that Snakemake cannot read at all never come here;
    `manyeyes run` checks them before it starts Snakemake.
    """
    if workflow.is_main_process:
        found = machine_problems(top, Path.cwd(), os.environ, sys.executable)
        stop_if(found, "The study cannot be run here:")
        found = file_problems(path for path in workflow.configfiles if Path(path).exists())
        stop_if(found, "The config cannot be read:")
    if workflow.overwrite_configfiles and "study" not in config:
        files = ", ".join(str(path) for path in workflow.overwrite_configfiles)
        raise WorkflowError(
            f"The config cannot be run ({files}):\n  study: the name of the study is missing; add "
            "a line such as study: mine (results go to results/mine/)"
        )


def read_study(workflow, config: dict, top: Path) -> Study:
    """Return the study of a config, or stop with everything that is wrong with it.

    What the config takes from the known datasets is filled in.
    """
    schema, known = (top / "workflow/schemas/study.schema.yaml", top / "config/datasets.yaml")
    try:
        config.update(with_known(config, yaml.safe_load(known.read_text(encoding="utf-8"))))
        # The run has checked the config; each of its jobs reads it again, which should be quick.
        found = _config_problems(config, schema) if workflow.is_main_process else []
        if not found:
            study = study_from_config(config, person_folders(config))
            found = _model_problems(study) if workflow.is_main_process else []
    except (StudyError, FileError) as error:
        found = [str(error)]
    files = ", ".join(str(path) for path in workflow.configfiles)
    stop_if(found, f"The config cannot be run ({files}):")
    return study


def person_folders(config: Mapping) -> dict[str, PersonFolder]:
    """Return what lies in the folders of recorded people, by their names."""
    users = config["users"]
    users = users.get("recorded", ()) if isinstance(users, Mapping) else users
    top = Path(data_folder(config) or "")
    return {
        user["name"]: person_folder(top / Path(user["folder"]).expanduser())
        for user in users
        if isinstance(user, Mapping) and "folder" in user
    }


def _config_problems(config: Mapping, schema: Path) -> list[str]:
    # The checks take long to import, as do those of the models.
    from ..study.form import problems
    from ..study.sense import sense_problems

    schema = yaml.safe_load(schema.read_text(encoding="utf-8"))
    return problems(config, schema) or [*sense_problems(config), *_font_problems(config)]


def _font_problems(config: Mapping) -> list[str]:
    font = config.get("figure_style", {}).get("font")
    if font is None:
        return []
    # Matplotlib knows which fonts there are; it takes long to import.
    from ..figures.style import use_font

    try:
        use_font(font)
    except ValueError as error:
        return [str(error)]
    finally:
        use_font()
    return []


def _model_problems(study: Study) -> list[str]:
    from ..study.models import model_problems

    return model_problems(study)


def targets_of(whole: Study, noted: Mapping | None) -> Targets:
    """Return the files of a study, without those that an earlier run could not make.

    Parameters
    ----------
    whole : Study
    noted : mapping or None
        As `read_unfinished` gives it, in a run that reports what is finished.
    """
    study = without_missing(whole, f"results/{whole.name}", noted) if noted else whole
    if noted and study.pore_networks:
        raise WorkflowError(
            "A study of networks is reported as a whole. Run it again: what is finished is kept, "
            "and a training that was stopped goes on from its last epoch."
        )
    if noted and not study.cells():
        raise WorkflowError("Nothing of this study is finished, so there is nothing to report.")
    try:
        return Targets(study, whole)
    except ValueError as error:
        raise WorkflowError(f"The config cannot be run:\n  {error}") from error


def data_folder(config: Mapping) -> str | None:
    """Return the folder of input files whose path in the config is relative, if it is named."""
    # `~` is the home folder here too, though no shell expands it.
    named = os.environ.get("MANYEYES_DATA") or config.get("data_folder") or ""
    if not named:
        return None
    folder = str(Path(named).expanduser())
    if set("{}") & set(folder):
        raise WorkflowError(
            f"MANYEYES_DATA: {folder} contains braces, which Snakemake takes for a pattern; "
            "rename it"
        )
    return folder


def check_before_jobs(workflow, targets: Targets, inputs: JobInputs) -> None:
    """Stop if input files are missing or unfit or results were altered, and lock the study."""
    if workflow.is_main_process:
        results = Path(targets.paths.results)
        stop_if(
            altered(results),
            "These results were changed after they were made:",
            "Remove them, and they are made again; or put them back as they were. A segmentation "
            "or drawing of your own takes part as that of a recorded user (config/README.md).",
        )
        lock_study(results)
    inputs.refuse_missing_files(inputs.image_entries())
    if workflow.is_main_process:
        # What reads headers takes long to import.
        from .check_inputs import input_problems

        found = input_problems(targets.one_of_each, inputs.file_of)
        stop_if(found, "These input files do not fit:")
        for line in what_is_missing(targets.whole):
            print(line, file=sys.stderr)


def compile_kernels() -> None:
    """Compile what many jobs share; jobs of a batch would all compile it at once."""
    subprocess.run([sys.executable, "-m", "manyeyes.running.compile_kernels"], check=False)


def say_where_logs_are(results: str) -> None:
    """Print how to follow the running jobs."""
    print(
        "What the running jobs say is kept in their logs: "
        f"tail -f $(find {results}/logs -name '*.log' -mmin -5)",
        file=sys.stderr,
    )


def report_failures(log: Path, results: str, unfinished: str | None) -> None:
    """Print at the end of a run what failed, and note it for the report of what is finished."""
    failures = failed_jobs(log)
    print(summary(failures, log), file=sys.stderr)
    with suppress(OSError):
        write_failures(Path(results, UNFINISHED_NAME), failures, earlier=unfinished)


def forget_failures(results: str, unfinished: str | None) -> None:
    """Remove the notes of an earlier run's failures, once the study is finished."""
    if not unfinished:
        Path(results, UNFINISHED_NAME).unlink(missing_ok=True)


def read_notes(unfinished: str | None) -> dict | None:
    """Return what a run that failed noted, in a run that reports what is finished."""
    return read_unfinished(Path(unfinished)) if unfinished else None
