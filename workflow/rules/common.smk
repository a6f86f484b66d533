# The study, read once: what every rule file needs to know.

import os
import subprocess
import sys
from contextlib import suppress
from hashlib import sha256
from math import ceil
from pathlib import Path

import yaml
from snakemake.exceptions import WorkflowError


def checkout():
    """Return the folder that holds the workflow, or stop: scripts import the library beside them."""
    where = workflow.current_basedir
    try:
        return Path(where).parent.parent
    except TypeError:
        raise WorkflowError(
            f"manyeyes runs from a checkout, found {where.get_path_or_uri(secret_free=True)}. "
            "Clone it and name the file workflow/Snakefile of the clone."
        ) from None


TOP = checkout()
SCRIPTS = TOP / "workflow" / "scripts"
# An installed package holds a copy of the checkout. Rules and jobs take the library that lies beside
# them, whatever else is installed: its code is what the digests speak of.
SOURCES = TOP / "src" if (TOP / "src").is_dir() else TOP.parents[1]
sys.path.insert(0, str(SOURCES))
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(SOURCES), *filter(None, [os.environ.get("PYTHONPATH")])]
)

from manyeyes.running.code_digest import code_digest
from manyeyes.study.config_files import file_problems
from manyeyes.running.failures import failed_jobs, summary
from manyeyes.running.machine_check import machine_problems
from manyeyes.running.made_files import altered
from manyeyes.study.form import problems
from manyeyes.study.sense import sense_problems
from manyeyes.methods import METHODS, modules_of
from manyeyes.study.model import Cell, StudyError, study_from_config
from manyeyes.running.scheduler_timer import keep_one_timer
from manyeyes.running.snakemake_lock import lock_study
from manyeyes.running.unfinished import NAME as UNFINISHED_NAME
from manyeyes.running.unfinished import missing, read_unfinished, without_missing, write_failures

keep_one_timer()


def refuse_this_machine():
    """Stop before any job with what is wrong with the folders that the run needs."""
    found = machine_problems(TOP, Path.cwd(), os.environ, sys.executable)
    if found:
        raise WorkflowError("The study cannot be run here:\n  " + "\n  ".join(found))


if workflow.is_main_process:
    refuse_this_machine()


def refuse_unreadable_configs():
    """Stop if the text of a config file is not what it seems to be, such as a key given twice.

    Files that Snakemake cannot read at all never come here: run_study.py asks before it starts.
    """
    if not workflow.is_main_process:
        return
    found = file_problems(path for path in workflow.configfiles if Path(path).exists())
    if found:
        raise WorkflowError("The config cannot be read:\n  " + "\n  ".join(found))


def refuse_nameless_study():
    """Stop if config files were given and none names its study, which nothing can stand in for."""
    if workflow.overwrite_configfiles and "study" not in config:
        files = ", ".join(str(path) for path in workflow.overwrite_configfiles)
        raise WorkflowError(
            f"The config cannot be run ({files}):\n  study: the name of the study is missing; add a "
            "line such as study: mine (results go to results/mine/)"
        )


refuse_unreadable_configs()
refuse_nameless_study()


configfile: TOP / "config" / "protocol.yaml"


# A second configfile would be merged into the one of the command line, so the default study is read
# only where no other was asked for.
if not workflow.overwrite_configfiles and "datasets" not in config:

    configfile: TOP / "config" / "config.yaml"


def unfit_models(study):
    """Return what is wrong with the study's models; jobs on a cluster need not ask again."""
    if not workflow.is_main_process:
        return []
    from manyeyes.study.models import model_problems

    return model_problems(study)


def read_study():
    """Return the study, or stop with every problem of its config in a line of its own."""
    where = ", ".join(str(path) for path in workflow.configfiles)
    schema = yaml.safe_load(
        (TOP / "workflow/schemas/study.schema.yaml").read_text(encoding="utf-8")
    )
    found = problems(config, schema) or sense_problems(config)
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


# After a failure, `run_study.py` names the file that says what a run could not make.
UNFINISHED = config.pop("unfinished", None)
WHOLE = read_study()
STUDY = WHOLE
if UNFINISHED:
    NOTED = read_unfinished(Path(UNFINISHED))
    STUDY = without_missing(WHOLE, f"results/{WHOLE.name}", NOTED)
    if not STUDY.cells():
        raise WorkflowError("Nothing of this study is finished, so there is nothing to report.")
# With each dataset once, under the name of the config: what tables and most figures speak of.
FIRST = STUDY.first_realisations()
RESULTS = f"results/{STUDY.name}"


def refuse_altered_results():
    """Stop before any job if a result that others are made from is not what its job made."""
    found = altered(Path(RESULTS))
    if found:
        raise WorkflowError(
            "These results were changed after they were made:\n  "
            + "\n  ".join(found)
            + "\nRemove them, and they are made again; or put them back as they were. A segmentation "
            "or drawing of your own takes part as that of a recorded user (config/README.md)."
        )


if workflow.is_main_process:
    refuse_altered_results()
    lock_study(Path(RESULTS))
FOLLOW = (
    "What the running jobs say is kept in their logs: "
    f"tail -f $(find {RESULTS}/logs -name '*.log' -mmin -5)"
)


def is_pending(path):
    """Whether a run that only reports what is finished could not make a file."""
    return bool(UNFINISHED) and path in NOTED["pending"]


def tell_failures(log):
    """Say at the end of a run what failed, and note it for the report of what is finished."""
    failures = failed_jobs(log)
    print(summary(failures, log), file=sys.stderr)
    with suppress(OSError):
        write_failures(Path(RESULTS, UNFINISHED_NAME), failures, earlier=UNFINISHED)


def forget_failures():
    """Remove what an earlier run noted of its failures, once the study is finished."""
    if not UNFINISHED:
        Path(RESULTS, UNFINISHED_NAME).unlink(missing_ok=True)


# `~` is the home folder here too, as the shell that might have filled it in is not asked.
DATA_FOLDER = (
    os.path.expanduser(os.environ.get("MANYEYES_DATA") or config.get("data_folder") or "") or None
)

if DATA_FOLDER and set("{}") & set(DATA_FOLDER):
    raise WorkflowError(
        f"MANYEYES_DATA: {DATA_FOLDER} holds braces, which Snakemake takes for a pattern; rename it"
    )

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


def code_of(script, variants=(), without="", modules=()):
    """Return a digest of all code that a script runs; as a parameter it makes edits rerun jobs.

    It covers the methods of the variants that a job does, and leaves out the package `without`.
    """
    methods = modules_of(STUDY.variants[name]["method"] for name in variants)
    return code_digest(SCRIPTS / script, [SCRIPTS, SOURCES], without, [*methods, *modules])


def ours(path):
    """Return a file of the checkout as an input, seen from the working folder.

    A clone is newer than results that are restored into it, so its time does not count;
    `contents_of`, a parameter, tells of edits.
    """
    return ancient(os.path.relpath(TOP / path))


def contents_of(paths):
    """Return a digest of files of the checkout; as a parameter it makes edits rerun jobs."""
    contents = [(TOP / path).read_bytes() for path in paths]
    return sha256(b"".join(sha256(content).digest() for content in contents)).hexdigest()[:12]


def draws(variant):
    """Whether the annotation of a variant is a label volume."""
    return METHODS[STUDY.variants[variant]["method"]].keeps_labels


def variants_that(block, drawn):
    """Return the variants of a block whose annotation is (not) a label volume."""
    return [variant for variant in block.variants if draws(variant) == drawn]


def compile_kernels():
    """Let the jobs find compiled code; those of a batch would all compile it at once."""
    subprocess.run([sys.executable, "-m", "manyeyes.running.compile_kernels"], check=False)


# What jobs ask for. `workflow/scripts/declared_and_used.py` holds it against what they took.

# Of what a job needs beside its data: Python and its packages (200 MB, with compiled code 240), and on a
# cluster the two Snakemakes that watch over it (165 MB each).
AT_LEAST_MB = 600
# Jobs that lay out particles hold this much for an electrode of any size.
WITH_PARTICLES_MB = AT_LEAST_MB + 200
# Other machines are slower, disks busy, and kernels are compiled by whoever comes first: a job may take
# this many times what it took here.
SLACK = 6
# Bytes that a forest holds for each label that it learns from: 61 channels, as numbers and as codes.
A_LABEL = 420
# What every forest of a job takes beside: the channels of a block of the image, and its trees.
A_FOREST_MB = 90
# Out of so many times `max_labels` each tree draws its own (POOL of manyeyes.forest.classifier, which is
# slow to import).
CHOICE = 10
# So many labels are kept where `max_labels` says nothing (MOST_LABELS of manyeyes.forest.classifier).
MOST_LABELS = 1_000_000
# Bytes that a forest of a recorded user's labels may take for each that is kept. Measured at 200^3 with
# all voxels labelled: 740; at 99^3, where every tree learns from all of them: 760, and 1270 if the
# labels are mere noise, so that trees grow as large as they can.
A_DENSE_LABEL = 1000


def more_each_time(value):
    """Return a resource function: a value, and on each retry as much again."""
    return lambda wildcards, attempt: int(value * attempt)


# Bytes a voxel for a mask and what continues an image beyond it.
A_MASK = 40


def of_dataset(at_least, a_megavoxel):
    """Return a resource function that grows with the voxels of a dataset, and with each retry."""

    def grown(wildcards, attempt):
        dataset = STUDY.datasets[wildcards.dataset]
        each = a_megavoxel + (A_MASK if dataset.masked else 0)
        return ceil((at_least + each * dataset.voxels / 1e6) * attempt)

    return grown


def paints(block):
    """Whether users look at what a forest makes of their labels in a block."""
    return any(METHODS[STUDY.variants[name]["method"]].looks_at_output for name in block.variants)


# From here on a volume is large: the users of a smaller one fill the cores better side by side.
LARGE_MEGAVOXELS = 32


def threads_of(forests):
    """Return a threads function: one where nothing is classified, else more on a large volume."""

    def threads(wildcards):
        if not forests:
            return 1
        return 4 if STUDY.datasets[wildcards.dataset].voxels > 1e6 * LARGE_MEGAVOXELS else 2

    return threads


def megabytes(bytes_a_voxel):
    """Return a resource function: what a job on a dataset needs at most, in MB."""
    return of_dataset(AT_LEAST_MB, bytes_a_voxel)


def labels_at_most(variant, voxels, slices):
    """Return how many labels of an image a variant's forest may be handed, to choose from."""
    wanted = {"first": 1, "all": slices}.get(variant["slices"], variant["slices"])
    labels = voxels * min(wanted, slices) / slices
    return min(labels, CHOICE * variant["max_labels"] if "max_labels" in variant else MOST_LABELS)


def forest_megabytes(block):
    """Return a resource function: what segmenting takes at most, in MB.

    Beside volumes, forests hold the channels of the labels that they learn from and of a block.
    """
    drawn = [STUDY.variants[name] for name in variants_that(block, drawn=True)]
    seeded = [variant for variant in drawn if variant["method"] == "seeded_forest"]

    def mem_mb(wildcards, attempt):
        dataset = STUDY.datasets[wildcards.dataset]
        labels = [labels_at_most(variant, dataset.voxels, dataset.shape[0]) for variant in seeded]
        channels = A_LABEL * max(labels, default=0) / 1e6
        forests = 40 + A_FOREST_MB * len(drawn) if drawn else 0
        return of_dataset(AT_LEAST_MB + forests + channels, 5 if drawn else 35)(wildcards, attempt)

    return mem_mb


def recorded_megabytes(wildcards, attempt):
    """Return what a forest takes at most that learns from a recorded user's labels, in MB.

    Whether they labelled some voxels or all of them is in their file, which is not read here.
    """
    labels = min(STUDY.datasets[wildcards.dataset].voxels, MOST_LABELS)
    forest = 40 + A_FOREST_MB + A_DENSE_LABEL * labels / 1e6
    return of_dataset(AT_LEAST_MB + forest, 5)(wildcards, attempt)


def segmenting_minutes(block, users):
    """Return a resource function: how long segmenting may take, in minutes."""
    drawn = len(variants_that(block, drawn=True))
    return minutes((drawn + 0.3 * (len(block.variants) - drawn)) * len(users))


def measured_megabytes(wildcards, attempt):
    """Return what measuring a batch's segmentations takes at most, in MB; it holds them all."""
    return megabytes(15 + 1.5 * len(cells_of_batch(wildcards)))(wildcards, attempt)


def minutes(seconds_a_megavoxel, at_least_s=10):
    """Return a resource function: how long a job on a dataset may take, in minutes."""
    return of_dataset(SLACK * at_least_s / 60, SLACK * seconds_a_megavoxel / 60)


def volumes(number):
    """Return a resource function: the space of so many 8-bit volumes of a dataset, in MB.

    They are written compressed, by how much hangs on their noise: this is the most that it can be.
    """
    return of_dataset(10, number)


# What a cluster gets in one submission (`group:`, which plays no part on one machine). The aim is minutes
# to an hour on four cores.

# Up to so many users times megavoxels all that is done on a dataset, from its tomogram to the
# comparison of its users, goes together; measured: 14 CPU seconds for each of them. Beyond, every part
# goes by itself: the tomogram, what a user does on an image, the comparisons on an image.
TOGETHER = 1000
# Snakemake's planning takes as long as the square of a group's jobs.
TOGETHER_USERS = 40


def submission(part):
    """Return a group function: the dataset, or for a large one the part of it that is named."""

    def group(wildcards):
        dataset = wildcards.dataset
        megavoxels = STUDY.datasets[dataset].voxels / 1e6
        users = len(STUDY.users)
        if users <= TOGETHER_USERS and users * megavoxels <= TOGETHER:
            return dataset
        return part.format(**wildcards)

    return group
