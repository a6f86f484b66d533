# The study, read once: what every rule file needs to know.

import os
import subprocess
import sys
from pathlib import Path

import yaml
from snakemake.exceptions import WorkflowError

TOP = Path(workflow.current_basedir).parent.parent
SCRIPTS = TOP / "workflow" / "scripts"
# Scripts find the library by themselves; the rules have to be told.
sys.path.append(str(SCRIPTS))

from code_digest import code_digest
from manyeyes.config_check import problems
from manyeyes.study import FOREST_METHODS, StudyError, study_from_config


configfile: TOP / "config" / "protocol.yaml"


# A second configfile would be merged into the one of the command line, so the default study is read
# only where no other was asked for.
if "study" not in config:

    configfile: TOP / "config" / "config.yaml"


def unfit_models(study):
    """Return what is wrong with the study's models; jobs on a cluster need not ask again."""
    if not workflow.is_main_process:
        return []
    from manyeyes.model_check import model_problems

    return model_problems(study)


def read_study():
    """Return the study, or stop with every problem of its config in a line of its own."""
    where = ", ".join(str(path) for path in workflow.configfiles)
    schema = yaml.safe_load((TOP / "workflow/schemas/study.schema.yaml").read_text())
    found = problems(config, schema)
    if not found:
        try:
            study = study_from_config(config)
        except StudyError as error:
            found = [str(error)]
        else:
            found = unfit_models(study)
            if not found:
                return study
    raise WorkflowError("The config cannot be run ({}):\n  {}".format(where, "\n  ".join(found)))


STUDY = read_study()
RESULTS = f"results/{STUDY.name}"
DATA_FOLDER = os.environ.get("MANYEYES_DATA") or config.get("data_folder")

SIMULATED = [user.name for user in STUDY.users.values() if user.made_by == "simulated"]
RECORDED = [user.name for user in STUDY.users.values() if user.made_by == "recorded"]
PLANNED = [block for block in STUDY.blocks if set(block.users) <= set(SIMULATED)]
RECORDINGS = {
    (r.dataset, r.filter, r.variant, user.name): r
    for user in STUDY.users.values()
    for r in user.recordings
}


wildcard_constraints:
    dataset="|".join(STUDY.datasets),
    filter="|".join(STUDY.filters),
    variant="|".join(STUDY.variants),
    user="|".join(STUDY.users),


def code_of(script):
    """Return a digest of all code that a script runs; as a parameter it makes edits rerun jobs."""
    return code_digest(SCRIPTS / script, SCRIPTS)


def draws(variant):
    """Whether the annotation of a variant is a label volume."""
    return STUDY.variants[variant]["method"] in FOREST_METHODS


def variants_that(block, drawn):
    """Return the variants of a block whose annotation is (not) a label volume."""
    return [variant for variant in block.variants if draws(variant) == drawn]


def megabytes(bytes_a_voxel, base=300):
    """Return a resource function: what a job on a dataset needs at most, in MB."""

    def mem_mb(wildcards):
        voxels = STUDY.datasets[wildcards.dataset].voxels
        return int(base + bytes_a_voxel * voxels / 1e6)

    return mem_mb


def compile_kernels():
    """Let the jobs find compiled code; those of a batch would all compile it at once."""
    subprocess.run([sys.executable, str(SCRIPTS / "compile_kernels.py")], check=False)
