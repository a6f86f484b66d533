"""Write the report of a study as one self-contained HTML file."""

import json
import platform
from importlib.metadata import version
from pathlib import Path

import yaml

from manyeyes.figures.registry import figure_called
from manyeyes.files.documents import read_json
from manyeyes.files.errors import FileError
from manyeyes.files.tables import read_table
from manyeyes.report.methods_text import methods_text, pores_methods_text
from manyeyes.report.page import page
from manyeyes.report.pores_page import pores_page
from manyeyes.report.run_times import run_times
from manyeyes.running.job_records import record
from manyeyes.running.rule_script import note, run

PACKAGES = (
    "snakemake",
    "numpy",
    "scipy",
    "scikit-image",
    "scikit-learn",
    "numba",
    "pandas",
    "matplotlib",
    "tifffile",
    "imagecodecs",
)
LARGE_MB = 20


def jobs_done(benchmarks: Path, logs: Path):
    """Yield the rule of every measured job of a study, and the job's record."""
    for path in sorted(benchmarks.rglob("*.tsv")):
        job = path.relative_to(benchmarks).with_suffix("")
        yield job.parts[0], record(logs / f"{job}.log", path)


def text_of(path) -> str:
    """Return a file's text, or raise a `FileError`."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path}: expected a text file ({error}); make it again") from error


def pack_of(path) -> dict:
    """Return the packed slices of an image."""
    try:
        return json.loads(text_of(path))
    except json.JSONDecodeError as error:
        raise FileError(
            f"{path}: expected packed slices in JSON ({error}); remove it and run again"
        ) from error


def version_of(citation) -> str:
    """Return the version of this program."""
    return yaml.safe_load(text_of(citation))["version"]


def described(name: str) -> dict:
    """Return a figure's title, category, caption and number in a publication."""
    figure = figure_called(name)
    names = ("title", "category", "caption", "label")
    return {name: getattr(figure, name) for name in names}


def main(snakemake) -> None:
    """Run the rule `write_report`."""
    given, params = snakemake.input, snakemake.params
    paths = {Path(path).stem: path for path in given.tables}
    figures = [
        {**shown, **described(shown["name"]), "svg": text_of(svg)}
        for shown, svg in zip(params.figures, given.get("figures", []), strict=True)
    ]
    # A study of networks has no users, so its page speaks of something else.
    of_pores = params.study["pore_networks"]
    html = (pores_page if of_pores else page)(
        study=params.study,
        tables={name: text_of(path) for name, path in paths.items()},
        frames={name: read_table(path) for name, path in paths.items()},
        figures=figures,
        packs=[pack_of(path) for path in given.get("packs", [])],
        warnings=[
            text for path in given.get("warnings", []) for text in read_json(path)["warnings"]
        ],
        run={
            "version": version_of(given.citation),
            "versions": [
                ("Python", platform.python_version()),
                *((name, version(name)) for name in PACKAGES),
            ],
            "times": run_times(jobs_done(Path(params.benchmarks), Path(params.logs))),
            # Absent if the workflow is a module of another one.
            "needs": read_table(params.rule_graph) if Path(params.rule_graph).exists() else None,
        },
        templates={
            "page": text_of(given.page),
            "parts": {Path(path).name: text_of(path) for path in given.parts},
            "style": text_of(given.style),
            "scripts": "\n".join(text_of(path) for path in given.scripts),
        },
    )
    size_mb = len(html.encode("utf-8")) / 1e6
    if size_mb > LARGE_MB:
        note(
            snakemake,
            f"The report is {size_mb:.0f} MB; a larger report.slice_step or fewer report.users in "
            "the config make it smaller.",
        )
    Path(snakemake.output.report).write_text(html, encoding="utf-8")
    frames = {name: read_table(path) for name, path in paths.items()}
    text = (pores_methods_text if of_pores else methods_text)(
        params.study, frames, version_of(given.citation)
    )
    Path(snakemake.output.methods).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run(main, snakemake)
