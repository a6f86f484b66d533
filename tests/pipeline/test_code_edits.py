"""An edit of the code reruns the jobs that run this code and those that follow; nothing else."""

import os
import re
import shutil
import time
from pathlib import Path

import pytest

from running import TOP, clone, jobs_in, planned, run

pytestmark = pytest.mark.pipeline

# Targets without a job of their own.
TARGETS = {"all", "default"}


@pytest.fixture
def finished(tiny, tmp_path):
    """Return a copy of the finished run, and of the code at the same place as seen from it."""
    run = tiny.parents[1]
    seen_from_run = os.path.relpath(TOP, run)
    levels = Path(seen_from_run).parts.count("..")
    folder = tmp_path.joinpath("here", *["deep"] * levels)
    shutil.copytree(run, folder, copy_function=shutil.copy2)
    code = Path(os.path.normpath(folder / seen_from_run))
    clone(code)
    return folder, code


def plan_after(finished, changes=None):
    """Return the planned jobs, and the figures they draw, when functions change files of the code.

    Parameters
    ----------
    finished : fixture
    changes : dict, optional
        Functions from the old text of a file to the new one, by the paths of the files.
    """
    folder, code = finished
    for name, change in (changes or {}).items():
        path = code / name
        before = path.read_text()
        path.write_text(change(before))
        assert path.read_text() != before, "the edit changed nothing"
    output = run(folder, "--dry-run", snakefile=code / "Snakefile").stdout
    jobs = {rule: n for rule, n in jobs_in(output).items() if rule not in TARGETS}
    return jobs, set(re.findall(r"^ +output: .*?/figures/(\w+)\.svg", output, re.MULTILINE))


def jobs_after(finished, changes=None):
    """Return the planned jobs when functions change files of the code."""
    return plan_after(finished, changes)[0]


def a_statement(text):
    return text + "\nEDITED = True\n"


def a_comment(text):
    return text + "\n# An afterthought.\n"


def test_a_fresh_copy_of_the_code_plans_nothing(finished):
    assert jobs_after(finished) == {}


def test_the_module_of_a_figure_redraws_it_alone(finished):
    jobs, drawn = plan_after(finished, {"src/manyeyes/figures/fig3.py": a_statement})
    assert jobs == {"draw_figure": 1, "write_report": 1}
    assert drawn == {"fig3"}


@pytest.mark.parametrize(
    "module", ["src/manyeyes/figures/style.py", "workflow/scripts/draw_figure.py"]
)
def test_what_all_figures_share_redraws_them_all_and_computes_nothing(finished, tiny, module):
    jobs, drawn = plan_after(finished, {module: a_statement})
    assert drawn == {path.stem for path in (tiny / "figures").glob("*.svg")}
    assert jobs.pop("draw_figure") == len(drawn) > 15
    assert set(jobs) <= {"write_report"}


NEW_FIGURE = """
from matplotlib.figure import Figure as Drawing

from .figure import VARIATION, Figure, Needs

FIGURE = Figure(
    title="The mean volume fraction",
    category=VARIATION,
    order=99,
    requires="a segmentation",
    needs=lambda study: Needs(tuple(study.datasets)),
    draw=lambda data: Drawing(),
    caption="The mean of all users.",
    tables=("variability",),
)
"""


def test_a_new_figure_is_one_file(finished):
    _, code = finished
    (code / "src/manyeyes/figures/fig_mean.py").write_text(NEW_FIGURE)
    jobs, drawn = plan_after(finished)
    assert jobs == {"draw_figure": 1, "write_report": 1}
    assert drawn == {"fig_mean"}


NEW_TABLE = """
from .registry import Table

TABLE = Table(
    tables=("variability",),
    is_possible=lambda study: True,
    compute=lambda tables: tables["variability"].nlargest(1, "sd"),
)
"""


def test_a_new_statistic_is_one_file(finished):
    _, code = finished
    (code / "src/manyeyes/tables/widest.py").write_text(NEW_TABLE)
    written = {"write_report": 1, "write_workbook": 1}
    assert jobs_after(finished) == {"compute_table": 1, **written}


def test_the_classifier_reruns_what_it_labelled_and_what_follows(finished):
    jobs = jobs_after(finished, {"src/manyeyes/forest/classifier.py": a_statement})
    # Users who paint look at what a forest makes of it; seeds from thresholds need none.
    assert {rule: n for rule, n in jobs.items() if rule.startswith(("annotate", "segment"))} == {
        "annotate_drawn": 2,
        "annotate_drawn_in_house": 1,
        "segment_drawn": 2,
        "segment_drawn_in_house": 1,
        "segment_seeded": 2,
    }
    # Every image has a painted or seeded variant, but the filtered one of NEX-V.
    assert jobs["measure"] == 3
    assert jobs["compare_users"] == 3
    for rule in ("rasterise_twin", "image_truth", "filter_tomogram", "assess_image"):
        assert rule not in jobs
    assert not [rule for rule in jobs if rule.startswith("fibsem_")]


def test_comments_rerun_nothing(finished):
    modules = (
        "workflow/scripts/segment.py",
        "src/manyeyes/forest/classifier.py",
        "src/manyeyes/figures/style.py",
    )
    assert jobs_after(finished, dict.fromkeys(modules, a_comment)) == {}


def test_touched_files_rerun_nothing(finished):
    folder, code = finished
    later = time.time() + 3600
    for top in (code / "src", code / "workflow", code / "config", folder / "results"):
        for path in top.rglob("*"):
            if path.is_file():
                os.utime(path, (later, later))
    assert jobs_after(finished) == {}


def test_a_fresh_clone_with_restored_results_plans_nothing(tiny, tmp_path):
    """As from an archive: without Snakemake's records of how they were made."""
    clone(tmp_path)
    shutil.copytree(tiny, tmp_path / "results/tiny", copy_function=shutil.copy2)
    later = time.time() + 3600
    for name in ("src", "workflow"):
        for path in (tmp_path / name).rglob("*"):
            os.utime(path, (later, later))
    assert planned(tmp_path, snakefile=tmp_path / "Snakefile") == {}


def test_an_edited_text_of_the_report_rewrites_the_report(finished):
    jobs = jobs_after(
        finished, {"workflow/report/page/page.css": lambda text: text + "p {margin: 0}\n"}
    )
    assert jobs == {"write_report": 1}


def test_an_edited_claim_is_compared_with_the_tables_again(finished):
    jobs = jobs_after(finished, {"src/manyeyes/paper/claims.yaml": a_comment})
    assert jobs["score_claims"] == 1
    assert not [rule for rule in jobs if rule.startswith(("annotate", "segment", "measure"))]
