"""Benchmarks on a machine with fewer cores than requested."""

import sys
from pathlib import Path

import numba
import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def two_cores(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setattr(numba.config, "NUMBA_NUM_THREADS", 2)


def test_threads_are_limited_to_the_machine_and_the_output_says_so(two_cores):
    from threads import threads_here

    assert threads_here(1) == (1, "1 threads")
    assert threads_here(2) == (2, "2 threads")
    assert threads_here(4) == (2, "2 threads, all of this machine (4 were requested)")
    with pytest.raises(SystemExit, match="expected 1 or more"):
        threads_here(0)


def test_the_classifier_is_timed_with_the_available_threads(two_cores, monkeypatch, capsys):
    import classifier

    taken = []

    def run_all(case, threads, repeats):
        taken.append(threads)
        run = {"seconds": np.ones(3), "peak_bytes": 1e9, "labels": case["truth"][None]}
        return {"manyeyes": [run]}

    monkeypatch.setattr(classifier, "run_all", run_all)
    monkeypatch.setattr(sys, "argv", ["classifier.py", "--size", "24", "--labelled", "200"])
    classifier.main()
    assert taken == [2]
    assert "2 threads, all of this machine" in capsys.readouterr().out


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_no_benchmark_uses_the_requested_number_of_threads_unchecked(path):
    text = path.read_text(encoding="utf-8")
    if "add_threads(" in text and path.name != "threads.py":
        assert text.count("options.threads") == text.count("threads_here(options.threads)") == 1
    else:
        assert "options.threads" not in text
