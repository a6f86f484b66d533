# The study, read once, and what every rule file needs of it.

import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

# Scripts import the library beside the workflow, so a workflow that is fetched file by file cannot run.
try:
    TOP = Path(workflow.current_basedir).parent.parent
except TypeError:
    raise WorkflowError(
        "manyeyes runs from a checkout, found "
        f"{workflow.current_basedir.get_path_or_uri(secret_free=True)}. "
        "Clone it and name the file workflow/Snakefile of the clone."
    ) from None

# An installed package holds a copy of the checkout. Rules and jobs use the library beside them, whatever
# else is installed: the digests describe its code.
SOURCES = TOP / "src" if (TOP / "src").is_dir() else TOP.parents[1]
sys.path.insert(0, str(SOURCES))

from manyeyes.running import starting
from manyeyes.running.checkout_files import Checkout
from manyeyes.running.job_inputs import JobInputs
from manyeyes.running.pore_jobs import PoreJobs
from manyeyes.running.resources import SMALL_JOB, JobResources, more_each_time
from manyeyes.running.rule_defaults import fill_in_rules
from manyeyes.running.rule_graph import write_rule_graph
from manyeyes.running.scheduler_timer import keep_one_timer
from manyeyes.running.shown import PAGE, PARTS, Shown
from manyeyes.study import cost
from manyeyes.lee2023.names import UNFILTERED
from manyeyes.study.chain import FibsemChain
from manyeyes.study.pore_networks import COLLECTED, COMPUTED
from manyeyes.study.projected import starts_at_projections
from manyeyes.study.targets import OF_POPULATION, OF_TRUTH

keep_one_timer()
starting.let_jobs_import(SOURCES)
starting.check_before_config(workflow, config, TOP)


configfile: TOP / "config" / "protocol.yaml"


# A second configfile would be merged into the one of the command line, so the default study is read
# only if no other is named.
if not workflow.overwrite_configfiles and "datasets" not in config:

    configfile: TOP / "config" / "config.yaml"


# After a failure, `manyeyes run` names the file that says what could not be made.
UNFINISHED = config.pop("unfinished", None)
NOTED = starting.read_notes(UNFINISHED)
WHOLE = starting.read_study(workflow, config, TOP)

FILES = starting.targets_of(WHOLE, NOTED)
STUDY, PATHS = FILES.study, FILES.paths
RESULTS, TABLES = PATHS.results, PATHS.tables
ONE_OF_EACH = FILES.one_of_each
INPUTS = JobInputs(FILES, starting.data_folder(config))
CHAIN = FibsemChain(STUDY, PATHS) if STUDY.baseline else None
POROUS = PoreJobs(STUDY) if STUDY.pore_networks else None
ASK = JobResources(STUDY)
CHECKOUT = Checkout(TOP, SOURCES)
SHOWN = Shown(FILES, CHAIN, NOTED, CHECKOUT.code_of)

starting.check_before_jobs(workflow, FILES, INPUTS)
if workflow.is_main_process and STUDY.figures is not None:
    SHOWN.figures()
fill_in_rules(workflow, TOP / "workflow" / "rules", RESULTS, CHECKOUT.code_of, SMALL_JOB)


wildcard_constraints:
    dataset="|".join(STUDY.datasets),
    filter="|".join(STUDY.filters),
    variant="|".join(STUDY.variants),
    user="|".join(STUDY.everybody()),
