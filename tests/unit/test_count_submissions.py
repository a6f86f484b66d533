import io

import pytest

import count_submissions
from count_submissions import submissions

PLAN = """Building DAG of jobs...
[Sat Nov 21 07:17:20 2026]
rule fetch_file:
    output: resources/a
[Sat Nov 21 07:17:20 2026] Group job NMC-2.r2 (jobs in lexicogr. order):

    [Sat Nov 21 07:17:20 2026]
    rule measure:
        input: a
        reason: Updated input files: b

    [Sat Nov 21 07:17:20 2026]
    rule segment_drawn_batch1:
        input: a
[Sat Nov 21 07:17:20 2026] Group job tables (jobs in lexicogr. order):

    [Sat Nov 21 07:17:20 2026]
    rule score_claims:
        input: a
[Sat Nov 21 07:17:20 2026]
rule default:
    input: a
"""


def test_groups_are_submitted_with_their_jobs():
    found = submissions(PLAN)
    assert found.name.tolist() == ["NMC-2.r2", "tables"]
    assert found.jobs.tolist() == [2, 1]


def test_the_sum_is_told(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO(PLAN))
    count_submissions.main()
    said = capsys.readouterr()
    assert said.out == "name,jobs\nNMC-2.r2,2\ntables,1\n"
    assert said.err == "3 jobs in 2 submissions of 1 to 2 jobs.\n"


def test_a_plan_for_one_machine_is_refused(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("rule measure:\n    input: a\n"))
    with pytest.raises(SystemExit, match="profile of a cluster"):
        count_submissions.main()
