import os

import pytest

from manyeyes.running.made_files import BEGINS, altered, lines_of


@pytest.fixture
def study(tmp_path, monkeypatch):
    """Return what runs a job of a study: it writes a file, and notes it in its log."""
    monkeypatch.chdir(tmp_path)

    def job(path="results/s/tables/t.csv", text="one", log="results/s/logs/job.log", time=1000):
        for name in (path, log):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
        with (tmp_path / log).open("a") as file:
            file.write(f"{BEGINS}\na message\n{lines_of([path])}used 1.0 CPU s, 9 MB at its peak\n")
        for name in (path, log):
            os.utime(tmp_path / name, (time, time))
        return tmp_path / path

    return job


def found(path):
    results = next(parent for parent in path.parents if parent.parent.name == "results")
    return altered(results.relative_to(results.parent.parent))


@pytest.mark.parametrize("text", ["two", "more than before"])
def test_a_result_that_was_altered_is_found(study, text):
    path = study()
    assert found(path) == []
    path.write_text(text)
    assert found(path) == ["results/s/tables/t.csv"]


def test_another_size_is_seen_whatever_the_time(study):
    path = study()
    path.write_text("longer")
    os.utime(path, (500, 500))
    assert found(path) == ["results/s/tables/t.csv"]


def test_touched_removed_and_restored_results_are_none(study):
    path = study()
    os.utime(path)
    assert found(path) == []
    path.unlink()
    assert found(path) == []


def test_a_job_that_ran_again_counts_as_it_last_ran(study):
    study()
    path = study(text="three", time=2000)
    assert found(path) == []


def test_a_job_that_was_killed_says_nothing_of_its_files(study, tmp_path):
    path = study()
    with (tmp_path / "results/s/logs/job.log").open("a") as file:
        file.write(f"{BEGINS}\nhalf way\n")
    path.write_text("half")
    assert found(path) == []


def test_the_log_of_a_rule_that_was_renamed_is_no_witness(study):
    study()
    path = study(text="new", log="results/s/logs/renamed.log", time=3000)
    assert found(path) == []


@pytest.mark.parametrize("name", ["figures/fig5.svg", "report.html"])
def test_what_people_may_edit_is_left_alone(study, name):
    path = study(path=f"results/s/{name}")
    path.write_text("with an arrow")
    assert found(path) == []
