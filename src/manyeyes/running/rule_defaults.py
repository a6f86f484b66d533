"""What every rule with a script has in common, filled in where a rule does not say otherwise.

A rule is then its input, output, parameters and script. Snakemake's profiles could give defaults of
resources only, and a workflow that takes this one as a module does not load our profile.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

WILDCARD = re.compile(r"\{(\w+)")


def fill_in_rules(
    workflow,
    rules: Path,
    results: str,
    code_of: Callable[[str], str],
    resources: Mapping[str, Callable],
) -> None:
    """Let a workflow complete its rules as they are defined.

    A rule with a script gets a log and a benchmark file named after the rule and its wildcards, the
    conda environment, the group ``tables``, a parameter ``code`` with the digest of its script's
    code, and the resources that it does not name. Local rules keep no benchmark and no group.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow
    rules : Path
        Folder of the rule files; rules from elsewhere are left alone.
    results : str
        Folder of the study's results.
    code_of : callable
        Returns the digest of a script's code, by its name.
    resources : mapping
        Of resource functions.
    """
    define = workflow.rule

    def rule(name=None, lineno=None, snakefile=None, checkpoint=False):
        register = define(name, lineno, snakefile, checkpoint)

        def complete(info):
            if info.script and Path(str(snakefile)).parent == rules:
                _fill_in(workflow, info, f"{_path(info, name)}", results)
                given = info.resources[1] if info.resources else {}
                workflow.resources(**{**resources, **given})(info)
                positional, named = info.params or ((), {})
                if "code" not in named:
                    named = {"code": code_of(Path(info.script).name), **named}
                    workflow.params(*positional, **named)(info)
            return register(info)

        return complete

    workflow.rule = rule


def _path(info, name: str) -> str:
    """Return the rule's name and its wildcards in the order of its first output, as a path."""
    outputs = [*info.output.paths, *info.output.kwpaths.values()]
    # A study may have none of the files that a rule makes.
    first = [outputs[0]] if isinstance(outputs[0], str) else [*outputs[0], ""]
    wildcards = dict.fromkeys(WILDCARD.findall(first[0]))
    return "/".join([info.name or name, *(f"{{{wildcard}}}" for wildcard in wildcards)])


def _fill_in(workflow, info, path: str, results: str) -> None:
    """Add log, benchmark, environment and group by the functions that the rule syntax calls."""
    if info.log is None:
        workflow.log(f"{results}/logs/{path}.log")(info)
    if info.conda_env is None:
        workflow.conda("../../envs/manyeyes.yaml")(info)
    if info.localrule:
        return
    if info.benchmark is None:
        workflow.benchmark(f"{results}/benchmarks/{path}.tsv")(info)
    if info.group is None:
        workflow.group("tables")(info)
