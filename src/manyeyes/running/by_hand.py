"""What Snakemake hands to the script of a rule, made outside Snakemake, for debugging and tests.

`tools/run_rule_script.py` runs a script with it, under a debugger if one is wanted.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from snakemake.api import SnakemakeApi
from snakemake.dag import DAG
from snakemake.jobs import Job
from snakemake.settings.types import (
    ConfigSettings,
    DAGSettings,
    OutputSettings,
    Quietness,
    ResourceSettings,
)
from snakemake.workflow import Workflow

from .checkout import TOP


@contextmanager
def parsed_workflow(*configs: str | Path, cores: int = 1) -> Iterator[Workflow]:
    """Parse the rules of a study, for as long as the context lasts.

    Parameters
    ----------
    configs : paths
        Config files, as for Snakemake's ``--configfile``.
    cores : int

    Yields
    ------
    snakemake.workflow.Workflow
        With all rules and no job.

    Raises
    ------
    WorkflowError
        If the study cannot be run.
    """
    with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
        parsed = api.workflow(
            resource_settings=ResourceSettings(cores=cores),
            config_settings=ConfigSettings(configfiles=[Path(path) for path in configs]),
            snakefile=TOP / "Snakefile",
        )
        parsed.dag(DAGSettings())
        yield parsed._workflow


def job_that_makes(workflow: Workflow, path: str) -> SimpleNamespace:
    """Return the object ``snakemake`` that the script of a job gets.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow
    path : str
        A file that the job makes, as seen from the working folder.

    Returns
    -------
    SimpleNamespace
        input, output, params, wildcards, threads, resources, log, config and rule as Snakemake
        sets them, and script: the path of the script.

    Raises
    ------
    ValueError
        If no rule with a script makes the file.
    """
    rules = [rule for rule in workflow.rules if rule.script and rule.is_producer(path)]
    if not rules:
        raise ValueError(f"{path}: no rule with a script makes this file")
    rule = rules[0]
    job = Job(rule, DAG(workflow, []), rule.get_wildcards(path), targetfile=path)
    script = rule.script.format(params=job.params, wildcards=job.wildcards)
    return SimpleNamespace(
        input=job.input,
        output=job.output,
        params=job.params,
        wildcards=job.wildcards,
        threads=job.threads,
        resources=job.resources,
        log=job.log,
        config=workflow.config,
        rule=rule.name,
        script=(Path(str(rule.snakefile)).parent / script).resolve(),
    )
