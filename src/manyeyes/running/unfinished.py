"""What a failed run leaves of a study: what can still be measured, and what is missing.

Tables wait for every part of a study. After a failure, the study is therefore read again without
what is missing, so that what is finished is measured, drawn and reported.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from itertools import groupby
from pathlib import Path, PurePosixPath

from ..study.model import Study
from ..study.paths import Paths
from .failures import Failure

NAME = "unfinished.json"
# Parts of a study that stand by themselves: the folders that their jobs write to.
SEPARATE = {
    "sensitivity": ("parts/sensitivity_runs/",),
    "outline_map": ("parts/outline_shifts/",),
    "structures": ("parts/structures/",),
    "imitators": ("parts/strokes/",),
    "population_sample": ("parts/population_fractions/",),
    "measures": ("parts/microstructure/", "parts/true_microstructure/"),
    "further_sittings": ("parts/sittings/",),
    "baseline": ("fibsem/", "baseline/"),
}
WITHOUT = {
    "sensitivity": None,
    "outline_map": None,
    "structures": {},
    "imitators": (),
    "population_sample": None,
    "measures": (),
    "further_sittings": {},
    "baseline": None,
}
CALLED = {
    "sensitivity": "the sensitivity study",
    "outline_map": "the map over people's outlines",
    "structures": "the users of other structures",
    "imitators": "the simulated users in a person's place",
    "population_sample": "the population sample",
    "measures": "the measures of the microstructure",
    "further_sittings": "what people did in further sittings",
    "baseline": "the FIB-SEM baseline",
}


def write_failures(path: Path, failures: Iterable[Failure], earlier: str | None = None) -> None:
    """Note which jobs of a run failed.

    `earlier` is the path of what the run before noted, if this one only reported what is finished.
    """
    noted = (
        read_unfinished(Path(earlier)) if earlier else {"failed": [], "missing": [], "pending": []}
    )
    failed = [asdict(failure) for failure in failures]
    known = {job["log"] for job in noted["failed"]}
    noted["failed"] += [job for job in failed if job["log"] not in known]
    path.write_text(json.dumps(noted, indent=1), encoding="utf-8")


def note_files(path: Path, kind: str, files: Iterable[str]) -> None:
    """Note which files were still to be made: ``missing`` at first, ``pending`` in the end."""
    noted = {**read_unfinished(path), kind: sorted(files)}
    path.write_text(json.dumps(noted, indent=1), encoding="utf-8")


def read_unfinished(path: Path) -> dict:
    """Return what is noted of a run that failed.

    ``failed`` jobs; files ``missing`` after it; files still ``pending`` when what is finished had
    been measured and drawn.
    """
    return json.loads(path.read_text(encoding="utf-8"))


def pending_files(dry_run: str) -> list[str]:
    """Return the files that a dry run of Snakemake plans to make."""
    lines = (line.strip() for line in dry_run.splitlines())
    outputs = (line.removeprefix("output: ") for line in lines if line.startswith("output: "))
    return [path for paths in outputs for path in paths.split(", ")]


def without_missing(study: Study, results: str, noted: Mapping) -> Study:
    """Return a study without the segmentations and parts that a run could not make.

    Parameters
    ----------
    study : Study
    results : str
        The folder of its results, as paths in `noted` begin.
    noted : mapping
        As `read_unfinished` gives it.
    """
    failed = [output for job in noted["failed"] for output in job["outputs"]]
    left_out = {
        name: WITHOUT[name]
        for name, folders in SEPARATE.items()
        if any(path.startswith(f"{results}/{folder}") for path in failed for folder in folders)
    }
    sample = study.population_sample
    if sample:
        sampled = map(Paths(study.name).segmentation_of, sample.cells())
        # The standard deviation of a population must not depend on who could be finished.
        left_out |= {} if set(noted["missing"]).isdisjoint(sampled) else {"population_sample": None}
    further = [cell for user in study.further_sittings.values() for cell in user.cells()]
    if not set(noted["missing"]).isdisjoint(map(Paths(study.name).segmentation_of, further)):
        left_out["further_sittings"] = {}
    return replace(study, **left_out, lost=frozenset(_lost(study, results, noted["missing"])))


def _lost(study: Study, results: str, files: Iterable[str]):
    """Yield the segmentations that are not there or could not be measured."""
    planned = {(c.dataset, c.filter, c.variant, c.user): c for c in study.cells()}
    batches = {batch.name: batch.users for batch in study.batches()}
    paths = [PurePosixPath(path) for path in files]
    paths = [path.relative_to(results) for path in paths if path.is_relative_to(results)]
    names = [path.with_suffix("").parts for path in paths]
    # One that is no longer planned may be on its way out.
    segmentations = [planned.get(parts[1:]) for parts in names if parts[0] == "segmentations"]
    segmentations = [cell for cell in segmentations if cell]
    yield from segmentations
    for parts in names:
        if parts[:2] == ("parts", "volume_fractions"):
            dataset, filter_, batch = parts[2:]
            cells = [c for c in study.cells_on(dataset, filter_) if c.user in batches[batch]]
            # Where a segmentation is missing, the run did not try to measure the others.
            if not set(cells) & set(segmentations):
                yield from cells


def missing(whole: Study, left: Study, noted: Mapping) -> list[str]:
    """Return what the first screen of a report says of an unfinished study.

    Parameters
    ----------
    whole, left : Study
        As planned, and without what is missing.
    noted : mapping
        As `read_unfinished` gives it.

    Returns
    -------
    list of str
        Sentences; why jobs failed, then what the report lacks.
    """
    jobs = [f"{job['job']} failed: {job['why'].splitlines()[0]}" for job in noted["failed"]]
    sentences = list(dict.fromkeys(jobs))
    sentences += [
        f"{CALLED[n].capitalize()} is left out" for n in SEPARATE if _gone(whole, left, n)
    ]
    lost = [cell for cell in whole.cells() if cell in left.lost]
    if lost:
        sentences.append(f"{len(lost)} of {len(whole.cells())} segmentations are missing")
    for key, cells in groupby(lost, lambda cell: (cell.dataset, cell.filter, cell.variant)):
        dataset, filter_, variant = key
        users = ", ".join(cell.user for cell in cells)
        sentences.append(f"Missing: {variant} on {dataset} ({filter_}) by {users}")
    pending = [PurePosixPath(path) for path in noted["pending"]]
    for folder, suffix in (("tables", ".csv"), ("figures", ".svg")):
        names = [p.stem for p in pending if p.parent.name == folder and p.suffix == suffix]
        if names:
            sentences.append(f"{folder.capitalize()} that could not be made: {', '.join(names)}")
    return [f"{sentence}." for sentence in sentences]


def _gone(whole: Study, left: Study, name: str) -> bool:
    return bool(getattr(whole, name)) and not getattr(left, name)
