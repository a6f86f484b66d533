"""An edit of the code reruns what runs that code, and what follows from it; nothing else does."""

import os
import shutil
import time
from pathlib import Path

import pytest

from running import TOP, clone, planned

pytestmark = pytest.mark.pipeline

# What stands for a whole, and is never a job of its own.
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


def jobs_after(finished, changes=None):
    """Return the planned jobs when files of the code, by their paths, are changed by functions."""
    folder, code = finished
    for name, change in (changes or {}).items():
        path = code / name
        before = path.read_text()
        path.write_text(change(before))
        assert path.read_text() != before, "the edit changed nothing"
    jobs = planned(folder, snakefile=code / "Snakefile")
    return {rule: n for rule, n in jobs.items() if rule not in TARGETS}


def a_statement(text):
    return text + "\nEDITED = True\n"


def a_comment(text):
    return text + "\n# An afterthought.\n"


def test_a_fresh_copy_of_the_code_plans_nothing(finished):
    assert jobs_after(finished) == {}


def test_a_plot_script_redraws_its_figure(finished):
    jobs = jobs_after(finished, {"workflow/scripts/draw_fig3.py": a_statement})
    assert jobs == {"draw_fig3": 1, "write_report": 1}


def test_a_plotting_module_redraws_its_figure(finished):
    jobs = jobs_after(finished, {"src/manyeyes/figures/fig3.py": a_statement})
    assert jobs == {"draw_fig3": 1, "write_report": 1}


def test_the_style_redraws_all_figures_and_computes_nothing(finished, tiny):
    jobs = jobs_after(finished, {"src/manyeyes/figures/style.py": a_statement})
    figures = {f"draw_{path.stem}" for path in (tiny / "figures").glob("*.svg")}
    assert len(figures) > 15
    assert jobs == dict.fromkeys([*figures, "write_report"], 1)


def test_the_classifier_reruns_what_it_labelled_and_what_follows(finished):
    jobs = jobs_after(finished, {"src/manyeyes/forest/classifier.py": a_statement})
    # Users who paint look at what a forest makes of it; seeds from thresholds need none.
    assert {rule: n for rule, n in jobs.items() if rule.startswith(("annotate", "segment"))} == {
        "annotate_drawn": 6,
        "annotate_drawn_in_house": 3,
        "segment_drawn": 6,
        "segment_drawn_in_house": 3,
        "segment_seeded": 6,
    }
    assert jobs["measure"] == 15
    # Every image has a painted or seeded variant, but the filtered one of NEX-V.
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
    """Results as from an archive: without Snakemake's notes of how they were made."""
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


def test_an_edited_claim_is_held_against_the_tables_again(finished):
    jobs = jobs_after(finished, {"src/manyeyes/paper/claims.yaml": a_comment})
    assert jobs["score_claims"] == 1
    assert not [rule for rule in jobs if rule.startswith(("annotate", "segment", "measure"))]
