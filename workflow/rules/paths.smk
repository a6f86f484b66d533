# Where results lie, and which of them a job needs: path patterns and input functions.

from dataclasses import asdict

from manyeyes.study.comparisons import (
    cells_with_choices,
    comparisons_of,
    possible_comparisons,
    shared_cells,
    users_of_all,
)
from manyeyes.paper import names as paper
from manyeyes.groups import GROUPS
from manyeyes.tables.registry import tables_of

BASELINE = STUDY.baseline or {"datasets": []}

# Input files


def file_of(entry):
    """Return the path at which the rules find an input file of the config.

    Files with a public address pass through `fetch_file`, which checks their sha256; a user's own
    file is read where it lies.
    """
    if "url" in entry:
        return f"resources/{entry['sha256'][:12]}/{Path(entry['file']).name}"
    return str(Path(DATA_FOLDER or "") / os.path.expanduser(entry["file"]))


def image_entries():
    """Return the input files that images are made of, as the config describes them."""
    entries = [d.source for d in STUDY.datasets.values() if "file" in d.source]
    entries += [d.mask for d in STUDY.datasets.values() if d.mask_from_file]
    chain = BASELINE.get("fibsem")
    if chain is not None and "file" in chain["source"]:
        entries.append(chain["source"])
    return entries


def recorded_entries():
    """Return the input files that people made, as the config describes them."""
    return [recording.file for recording in RECORDINGS.values()]


def refuse_missing_files(entries, more=""):
    """Stop before any job if a file is missing that nobody but the user can bring."""
    missing = [e for e in entries if "url" not in e and not Path(file_of(e)).exists()]
    hint = "Put it there, or name its folder in data_folder or MANYEYES_DATA."
    hints = dict.fromkeys(entry.get("obtain", hint) for entry in missing)
    if missing:
        raise WorkflowError(
            "These input files are missing:\n  "
            + "\n  ".join(dict.fromkeys(file_of(entry) for entry in missing))
            + "\n"
            + "\n".join([*hints, *([more] if more else [])])
        )


refuse_missing_files(image_entries())


def recorded_file(wildcards):
    """Return the file of what a person did, or stop before any job with all that are missing.

    They are asked for only here, since people need the images before they can record anything.
    """
    refuse_missing_files(
        recorded_entries(),
        "The images that people work on can be made without them: ask for the target `images`.",
    )
    return file_of(recording_of(wildcards).file)


def refuse_unfit_files():
    """Stop before any job, and before kernels are compiled, if a file is not what the config says."""
    # Jobs on a cluster need not ask again.
    if not workflow.is_main_process:
        return
    from manyeyes.running.check_inputs import input_problems

    found = input_problems(FIRST, file_of)
    if found:
        raise WorkflowError("These input files do not fit:\n  " + "\n  ".join(found))


refuse_unfit_files()


def fetched_files():
    """Return every file with a public address, by the folder that it is kept in."""
    return {
        entry["sha256"][:12]: entry
        for entry in [*image_entries(), *recorded_entries()]
        if "url" in entry
    }


FETCHED = fetched_files()


# Datasets


def names_of(kind):
    """Return a wildcard pattern of the datasets whose source is of a kind."""
    return "|".join(d.name for d in STUDY.datasets.values() if d.source["kind"] == kind) or "-none-"


def source_of(wildcards):
    return STUDY.datasets[wildcards.dataset].source


def file_of_dataset(wildcards):
    """Return the file that a dataset is cropped from, or nothing for a twin."""
    source = source_of(wildcards)
    return [file_of(source)] if "file" in source else []


def dataset_params(wildcards):
    """Return what a job needs to know of its dataset besides its source."""
    dataset = STUDY.datasets[wildcards.dataset]
    told = {
        "shape": dataset.shape,
        "start": dataset.start,
        "voxel_size_nm": dataset.voxel_size_nm,
        "grey_window": dataset.grey_window,
    }
    # Only where the config says so: parameters that nobody set must not rerun a job.
    if dataset.mask is not None:
        told["mask"] = dataset.mask
    if dataset.inverted:
        told["active"] = "dark"
    return told


MASK = f"{RESULTS}/masks/{{dataset}}.tif"
MASKED = [d.name for d in STUDY.datasets.values() if d.masked]


def mask_of(wildcards):
    """Return the mask's file of a dataset that has one, else nothing."""
    return [MASK.format(dataset=wildcards.dataset)] if wildcards.dataset in MASKED else []


def mask_file_of(wildcards):
    """Return the input file that a dataset's mask is taken from, if there is one."""
    dataset = STUDY.datasets[wildcards.dataset]
    return [file_of(dataset.mask)] if dataset.mask_from_file else []


# Annotations

ANNOTATION = f"{RESULTS}/annotations/{{dataset}}/{{filter}}/{{variant}}/{{user}}"


def jobs_of(block):
    """Return the rules that do a block: the end of their names, the users' batch, the users.

    With a user a job one rule serves all of them and the user is a wildcard.
    """
    if STUDY.users_per_job == 1:
        return [(block.name, "{user}", ("{user}",))]
    return [
        (f"{block.name}_batch{number}", batch.name, batch.users)
        for number, batch in enumerate(STUDY.batches(block), start=1)
    ]


USER_JOBS = [(block, *job) for block in PLANNED for job in jobs_of(block)]


def users_in(users):
    """Return a params function: who does a job."""
    return lambda wildcards: [user.format(**wildcards) for user in users]


def of_job(pattern, variants, users):
    """Return a path pattern once per user and variant; dataset and filter stay wildcards."""
    return [
        pattern.replace("{variant}", variant).replace("{user}", user)
        for user in users
        for variant in variants
    ]


def recording_of(wildcards):
    return RECORDINGS[wildcards.dataset, wildcards.filter, wildcards.variant, wildcards.user]


def drawn_recordings(drawn):
    """Return a wildcard pattern of the variants that recorded users drew (or did not draw)."""
    names = {variant for _, _, variant, _ in RECORDINGS if draws(variant) == drawn}
    return "|".join(sorted(names)) or "-none-"


# Warnings: {"warnings": [sentences]} in JSON, which the report's first screen shows

WARNINGS = f"{RESULTS}/parts/warnings"


def files_of_warnings():
    """Return the files with what a job found doubtful but did not refuse."""
    return [
        f"{WARNINGS}/drawings/{dataset}/{filter_}/{variant}/{user}.json"
        for dataset, filter_, variant, user in RECORDINGS
        if draws(variant)
    ]


# Segmentations

SEGMENTATION = f"{RESULTS}/segmentations/{{dataset}}/{{filter}}/{{variant}}/{{user}}.tif"


def recorded_annotation(wildcards):
    """Return the files of one recorded annotation: a JSON, and a drawing where there is one."""
    suffixes = [".json", ".tif"] if draws(wildcards.variant) else [".json"]
    return [ANNOTATION.format(**wildcards) + suffix for suffix in suffixes]


# Parts of tables

TABLES = f"{RESULTS}/tables"
BLOCKS = {block.name: block for block in STUDY.blocks}


def segmentation_of(cell):
    return SEGMENTATION.format(
        dataset=cell.dataset, filter=cell.filter, variant=cell.variant, user=cell.user
    )


BATCHES = {
    block.name: {batch.name: batch.users for batch in STUDY.batches(block)}
    for block in STUDY.blocks
}


def cells_of_batch(wildcards):
    """Return a batch's cells of a block on an image, the variants of each user together."""
    return [
        Cell(wildcards.dataset, wildcards.filter, variant, user, BLOCKS[wildcards.block].made_by)
        for user in BATCHES[wildcards.block][wildcards.batch]
        for variant in BLOCKS[wildcards.block].variants
    ]


def cells_on_image(wildcards):
    """Return an image's cells, the users of each variant and group one after the other."""
    variants = list(STUDY.variants)
    cells = STUDY.cells_on(wildcards.dataset, wildcards.filter)
    return sorted(cells, key=lambda cell: variants.index(cell.variant))


def truth_of(wildcards):
    """Return the truth's file, or nothing for a measured dataset."""
    has_truth = STUDY.datasets[wildcards.dataset].has_truth
    return [f"{RESULTS}/truth/{wildcards.dataset}.tif"] if has_truth else []


# Statistics


def planned_comparisons():
    """Return the comparisons of spread that the study can make, or stop with what is wrong."""
    try:
        planned = comparisons_of(STUDY.comparisons, WHOLE.first_realisations())
    except ValueError as error:
        raise WorkflowError(f"The config cannot be run:\n  {error}")
    return possible_comparisons(planned, FIRST) if UNFINISHED else planned


COMPARISONS = planned_comparisons()
SHARED_CELLS = shared_cells(STUDY)
SHARED = set(SHARED_CELLS)


def compared(table, datasets):
    """Return a table of comparisons, or nothing if none of them has so many datasets.

    Comparisons over several datasets take users who did all of them.
    """
    fit = [c for c in COMPARISONS if datasets == 1 or c["paired_over_datasets"]]
    return [f"{TABLES}/{table}.csv"] if fit else []


def shared_images():
    """Return the images that several users segment with one variant."""
    shared = {(cell.dataset, cell.filter) for cell in SHARED_CELLS}
    return [image for image in STUDY.images() if image in shared]


def agreeing_minutes(wildcards, attempt):
    """Return how long finding out where an image's users agree may take, in minutes."""
    return minutes(0.035 * len(shared_cells_on_image(wildcards)))(wildcards, attempt)


def shared_cells_on_image(wildcards):
    """Return an image's cells of which there are several of one variant, these together."""
    return [cell for cell in cells_on_image(wildcards) if cell in SHARED]


def shared_datasets_with_truth():
    """Return the datasets with a known truth that several users segment with one variant."""
    names = dict.fromkeys(dataset for dataset, _ in shared_images())
    return [name for name in names if name in FIRST.datasets and FIRST.datasets[name].has_truth]


def recommended():
    """Return by group who is compared on each dataset that something can be recommended for.

    That takes a truth, the noise of the raw image, and two users who did all that is compared.
    """
    found = {}
    for made_by in GROUPS:
        users = {
            name: users_of_all(FIRST, name, made_by)
            for name in shared_datasets_with_truth()
            if (name, "raw") in FIRST.images()
        }
        found[made_by] = {name: who for name, who in users.items() if len(who) > 1}
    return {made_by: users for made_by, users in found.items() if users}


def voxel_sizes_recommended():
    """Return the voxel size of each dataset that something can be recommended for."""
    names = dict.fromkeys(name for users in recommended().values() for name in users)
    return {name: STUDY.datasets[name].voxel_size_nm for name in names}


def drawn_by_hand(wildcards):
    """Return an image's cells in which a user labels voxels by hand."""
    methods = ("drawn_forest", "recorded_forest")
    return [c for c in cells_on_image(wildcards) if STUDY.variants[c.variant]["method"] in methods]


def drawing_of(cell):
    where = {"dataset": cell.dataset, "filter": cell.filter}
    return ANNOTATION.format(**where, variant=cell.variant, user=cell.user) + ".tif"


def tables_of_claims():
    """Return the tables that the paper's claims are held against."""
    return tables_for("volume_fractions", "pairwise", "morphology", "image_quality")


def tables_for(*names):
    """Return tables by name, the comparison with the baseline among them where there is one."""
    names += ("baseline",) if STUDY.baseline else ()
    return {name: f"{TABLES}/{name}.csv" for name in names}


# Tables

BY_CELL = ["volume_fractions", "accuracy", "morphology"]
AGREEMENT = ["agreement", "group_agreement", "concentration"]
BY_IMAGE = ["pairwise", "image_quality", "effort", *AGREEMENT]


def parts_of(wildcards):
    """Return the parts of a table in the order of the config."""
    folder = f"{RESULTS}/parts/{wildcards.table}"
    if wildcards.table in BY_IMAGE:
        images = shared_images() if wildcards.table in AGREEMENT else STUDY.images()
        return [f"{folder}/{dataset}/{filter_}.csv" for dataset, filter_ in images]
    return [
        f"{folder}/{block.name}/{dataset}/{filter_}/{batch}.csv"
        for block in STUDY.blocks
        for dataset in block.datasets
        for filter_ in block.filters
        for batch in BATCHES[block.name]
        if is_there(block, dataset, filter_, batch)
    ]


def is_there(block, dataset, filter_, batch):
    """Whether a batch's segmentations of an image are not among those that a run could not make."""
    users = BATCHES[block.name][batch]
    lost = (cell for cell in STUDY.lost if (cell.dataset, cell.filter) == (dataset, filter_))
    return not any(cell.user in users and cell.variant in block.variants for cell in lost)


def realisations_listed():
    """Return name and realisation under which tables list each dataset; None for one of each."""
    if STUDY.realisations == 1:
        return None
    return {d.name: [d.listed_as, d.realisation] for d in STUDY.datasets.values()}


def has_fibsem_twin():
    chain = BASELINE.get("fibsem")
    return chain is not None and chain["source"]["kind"] == "twin"


def explored_images():
    """Return the images on which it is asked which trait of the users drives the spread."""
    return STUDY.sensitivity.images() if STUDY.sensitivity else []


def runs_of_sensitivity():
    """Return the tables of runs of a sensitivity study, by dataset, filter and variant."""
    folder = f"{RESULTS}/parts/sensitivity_runs"
    return {
        (dataset, filter_, variant): f"{folder}/{dataset}/{filter_}/{variant}.csv"
        for dataset, filter_ in explored_images()
        for variant in STUDY.sensitivity.base_runs
    }


def imitation_of(cell):
    """Return where it lies what simulated users drew in a person's place, without its suffix."""
    folder = f"{RESULTS}/parts/strokes/{cell.dataset}/{cell.filter}/{cell.variant}"
    return f"{folder}/{cell.user}"


def tables_of_strokes():
    names = ("strokes.csv", "stroke_comparison.csv", "stroke_comparison.md")
    return [f"{TABLES}/{name}" for name in names if STUDY.imitated()]


def tables_of_sensitivity():
    suffixes = ("csv", "md") if STUDY.sensitivity else ()
    return [f"{TABLES}/sensitivity.{suffix}" for suffix in suffixes]


REPEATED = f"{RESULTS}/parts/structures/{{structure}}"


def repeated_parts(wildcards):
    """Return the parts of a table that users of another structure fill, in the config's order."""
    folder = f"{REPEATED}/{wildcards.table}".format(structure=wildcards.structure)
    return [
        f"{folder}/{block.name}/{dataset}/{filter_}.csv"
        for block in PLANNED
        for dataset in block.datasets
        for filter_ in block.filters
    ]


def megabytes_to_repeat(wildcards, attempt):
    """Return what repeating a block on an image needs: all labels are held until they are compared."""
    block = BLOCKS[wildcards.block]
    held = len(block.users) * len(block.variants)
    return megabytes(80 + 10 * len(block.variants) + held)(wildcards, attempt)


def minutes_to_repeat(wildcards, attempt):
    """Return how long repeating a block on an image may take: each user looks, labels and waits."""
    block = BLOCKS[wildcards.block]
    each = sum(7 if draws(name) else 2 for name in block.variants)
    return minutes(each * len(block.users))(wildcards, attempt)


def tables_of_survival():
    names = ("survival.csv", "survival.md", "structure_spread.csv")
    return [f"{TABLES}/{name}" for name in names if STUDY.structures]


def tables_of_ablations():
    return [f"{TABLES}/ablation.{suffix}" for suffix in ("csv", "md") if STUDY.ablations]


def volumes_of_study():
    """Return all volumes and annotations that are kept: what was deleted of them is made again."""
    cells = STUDY.cells()
    annotations = [
        ANNOTATION.format(**asdict(cell)) + suffix
        for cell in cells
        for suffix in ([".json", ".tif"] if draws(cell.variant) else [".json"])
    ]
    images = STUDY.images()
    datasets = list(dict.fromkeys(dataset for dataset, _ in images))
    return [
        *(f"{RESULTS}/tomograms/{dataset}.tif" for dataset in datasets),
        *(f"{RESULTS}/truth/{d}.tif" for d in datasets if STUDY.datasets[d].has_truth),
        *(MASK.format(dataset=dataset) for dataset in datasets if dataset in MASKED),
        *(f"{RESULTS}/images/{dataset}/{filter_}.tif" for dataset, filter_ in images),
        *annotations,
        *(segmentation_of(cell) for cell in cells),
    ]


def about_paper():
    """Whether somebody segments a dataset that the paper speaks of; its claims are about no others."""
    return bool(paper.of_paper(dataset for dataset, _ in FIRST.images()))


def tables_of_study():
    """Return every table that this study can fill."""
    if not STUDY.cells():
        return tables_of_sensitivity()
    names = [*BY_CELL, *BY_IMAGE, "variability", "accuracy_summary"]
    names = [name for name in names if shared_images() or name not in AGREEMENT]
    names += ["claims", "claims_summary"] if about_paper() else []
    names += ["spread", "power", "power_curves"]
    names += ["choices"] if cells_with_choices(FIRST) else []
    names += tables_of(FIRST)
    names += ["recommendation"] if recommended() else []
    names += ["baseline"] if STUDY.baseline else []
    names += ["fibsem_scores"] if has_fibsem_twin() else []
    tables = expand("{tables}/{name}.csv", tables=TABLES, name=names)
    tables += [f"{TABLES}/recommendation.md"] if recommended() else []
    tables += tables_of_sensitivity() + tables_of_strokes()
    tables += tables_of_survival() + tables_of_ablations()
    return tables + compared("comparisons", 1) + compared("comparisons_over_datasets", 2)
