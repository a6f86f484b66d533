"""What `make reproduce` starts: the right config, the right folder, and no silent default."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from manyeyes.commands.run import (
    CannotRunError,
    config_of,
    dry_run,
    files_wanted,
    main,
    options_of,
    problem,
    run,
    run_shown,
    study_of,
    where_results_are,
)

TOP = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch):
    monkeypatch.chdir(TOP)


def test_studies_are_found_by_their_file():
    assert config_of("paper") == Path("config/config.yaml")
    assert config_of("tiny") == Path("config/tiny.yaml")
    assert config_of("config/tiny.yaml") == Path("config/tiny.yaml")


def test_files_of_the_results_are_told_from_snakemakes_options():
    table = "results/mine/tables/spread.csv"
    line = ["mine", table, "results/mine/report.html", "--cores", "1", "--forcerun", "draw_figure"]
    _, others = options_of(line)
    assert files_wanted(others) == ([table, "results/mine/report.html"], line[5:])
    _, others = options_of(["mine", "--details", "--forcerun", "draw_figure", "-n"])
    assert files_wanted(others) == ([], ["--forcerun", "draw_figure", "-n"])


@pytest.mark.parametrize("name", ["nothing", "my/config.yaml"])
def test_a_study_that_is_not_there_is_told(name):
    with pytest.raises(CannotRunError, match="no"):
        config_of(name)


def test_the_folder_is_that_of_the_studys_own_name():
    assert study_of(Path("config/population-more.yaml")) == "population"
    assert "results/population/report.html" in where_results_are(Path("results/population"), None)
    # What is handed out before anybody has recorded anything.
    assert where_results_are(Path("results/mine"), "images") == "Look at results/mine/images/."


def test_every_config_of_the_project_names_its_study():
    for path in sorted((TOP / "config").glob("*.yaml")):
        if path.stem not in ("datasets", "protocol"):
            assert study_of(path), path


@pytest.mark.parametrize("text", ["", "- a\n", "study: 3\n", "study: {a: 1}\n", "a: [\n"])
def test_a_config_without_a_name_is_told_by_its_own(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(CannotRunError, match=r"mine\.yaml"):
        study_of(path)


@pytest.mark.parametrize(("code", "status"), [("import sys; sys.exit(3)", 3), ("", 0)])
def test_the_exit_status_is_snakemakes(code, status):
    assert run([sys.executable, "-c", code]) == status


def test_a_dry_run_that_fails_says_why_and_plans_nothing():
    plan = "print('rule a:\\n    output: x.tif, y.json')"
    assert dry_run([sys.executable, "-c", plan]) == "rule a:\n    output: x.tif, y.json\n"
    with pytest.raises(CannotRunError, match="no such rule"):
        dry_run([sys.executable, "-c", f"import sys; {plan}; sys.exit('no such rule')"])


def test_a_signal_gives_the_status_that_a_shell_gives():
    assert run([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]) == 137


@pytest.mark.parametrize("word", ["study=mine", "Study=mine", "cores=2"])
def test_make_does_not_run_the_default_study_for_a_word_in_lower_case(word):
    done = subprocess.run(
        ["make", "--dry-run", "reproduce", word], capture_output=True, text=True, check=False
    )
    assert done.returncode
    assert "in capitals" in done.stderr


def test_make_hands_the_study_on():
    done = subprocess.run(
        ["make", "--dry-run", "report", "STUDY=population-more", "CORES=3"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "manyeyes run population-more --cores 3 --only report" in done.stdout


INTERRUPT = "import os, signal, time; time.sleep(0.5); os.kill(os.getppid(), signal.SIGINT); "
# As Snakemake does when the interrupt has reached it too.
STOPS = "print('Terminating processes on user request, this might take some time.'); "


@pytest.mark.parametrize("how", [run, run_shown])
@pytest.mark.usefixtures("interrupts")
def test_an_interrupt_is_told_from_a_failure(how):
    assert how([sys.executable, "-c", INTERRUPT + STOPS + "raise SystemExit(1)"]) == 130
    assert how([sys.executable, "-c", INTERRUPT + STOPS]) == 0
    assert how([sys.executable, "-c", "raise SystemExit(1)"]) == 1
    # Afterwards, an interrupt does again what it did before.
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


@pytest.mark.usefixtures("interrupts")
def test_a_failure_after_an_interrupt_that_did_not_reach_snakemake_is_one(capfd):
    assert run_shown([sys.executable, "-c", INTERRUPT + "raise SystemExit('the reason')"]) == 1
    assert capfd.readouterr().err == "the reason\n"


@pytest.mark.usefixtures("interrupts")
def test_an_interrupt_while_jobs_are_planned_shows_no_traceback(capfd):
    dies = "signal.signal(signal.SIGINT, signal.default_int_handler); os.kill(os.getpid(), 2)"
    assert run_shown([sys.executable, "-c", INTERRUPT + dies]) == 130
    assert capfd.readouterr().err == "Stopping.\n"


@pytest.mark.parametrize("how", [run, run_shown])
def test_a_run_in_the_background_ignores_interrupts(how):
    asked = "import signal, sys; sys.exit(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert how([sys.executable, "-c", asked]) == 1
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("status", [130, 143])
def test_after_a_stop_nothing_is_measured(tmp_path, monkeypatch, capsys, status):
    config = tmp_path / "mine.yaml"
    config.write_text("study: mine\n")
    calls = []

    def stopped(command):
        calls.append(command)
        # As the end of a run notes a job that the signal has ended.
        Path("results/mine").mkdir(parents=True)
        Path("results/mine/unfinished.json").write_text("{}")
        return status

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("manyeyes.commands.run.run_shown", stopped)
    assert main([str(config)]) == status
    assert len(calls) == 1
    assert "Stopped. Start the same command again" in capsys.readouterr().err


def test_a_problem_is_told_once_and_without_places_in_our_code():
    output = (
        'WorkflowError in file "common.smk", line 59:\nNothing is finished.\nNothing is finished.\n'
        '  File "common.smk", line 59, in <module>\n  File "starting.py", line 141, in targets_of\n'
    )
    assert problem(output) == "Nothing is finished."


@pytest.mark.parametrize(
    ("given", "how", "told"),
    [
        ("", "shown", True),
        ("-k --until measure -j4 -call --report-after-run --notemp", "shown", True),
        ("-p", "plain", True),
        ("-kp", "plain", True),
        ("--quiet=rules", "plain", True),
        ("--verb", "plain", True),
        ("--details", "plain", True),
        *((option, "plain", False) for option in (
            "-n", "-nq", "-np", "-kn", "--dry-run", "--dryrun", "--dag", "--dag=mermaid-js",
            "--rulegraph", "--filegraph", "--d3dag", "--summary", "--detailed-summary", "-S", "-D",
            "--list-rules", "--list-target-rules", "--list-changes=code", "--list", "-l", "--lint",
            "--report", "--report=page.html", "--version", "--unlock",
        )),
    ],
)  # fmt: skip
def test_what_snakemake_is_asked_to_print_is_left_as_it_is(
    tmp_path, monkeypatch, capfd, given, how, told
):
    config = tmp_path / "mine.yaml"
    config.write_text("study: mine\n")
    (tmp_path / "results/mine").mkdir(parents=True)
    (tmp_path / "results/mine/report.html").touch()
    monkeypatch.chdir(tmp_path)
    calls = []
    for name, function in (("shown", "run_shown"), ("plain", "run")):
        monkeypatch.setattr(
            f"manyeyes.commands.run.{function}", lambda command, name=name: calls.append(name) or 0
        )
    assert main([str(config), *given.split()]) == 0
    assert calls == [how]
    assert ("Done. Look at" in capfd.readouterr().out) == told
