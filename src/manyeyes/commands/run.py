"""Run a study: make its images, let its users segment them, and write tables, figures and report.

    manyeyes run tiny                     the study of config/tiny.yaml, in a few minutes
    manyeyes run mine --only report       its report, and only what that needs
    manyeyes run mine --only images       what people look at, before they have recorded anything
    manyeyes run mine --dry-run           list the jobs, run none
    manyeyes run mine --details           show all that Snakemake says of each job
    manyeyes run mine results/mine/...    these files of its results, and what they need
    manyeyes run my/config.yaml --cores 8 --profile profiles/slurm

Results go to results/<study>/ in the working folder; open report.html there first. To resume a run
that was stopped, give the same command again: it makes only what is missing or out of date. If a
job fails, the rest of the study continues, and what is finished is reported. `manyeyes check` finds
the mistakes of a config beforehand.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from itertools import groupby, takewhile
from pathlib import Path

import yaml

from ..running.checkout import TOP
from ..running.failures import Failure, full_disk, lines_of
from ..running.machine_check import machine_problems
from ..running.run_display import RunDisplay
from ..running.unfinished import NAME, note_files, pending_files, read_unfinished
from ..study.config_files import file_problems

ONLY = ("report", "figures", "images", "snakemake-report")


class CannotRunError(Exception):
    """A run that cannot be started; the message says why and what to do."""


def config_of(name: str) -> Path:
    """Return the config of a study that is named by its file or its path."""
    if name.endswith((".yaml", ".yml")):
        path = Path(name)
        if not path.is_file():
            raise CannotRunError(f"{path}: there is no such config")
        return path
    path = TOP / "config" / ("config.yaml" if name == "paper" else f"{name}.yaml")
    if path.is_file():
        return Path(os.path.relpath(path))
    others = sorted(p.stem for p in path.parent.glob("*.yaml"))
    known = ["paper", *(stem for stem in others if stem not in ("config", "datasets", "protocol"))]
    raise CannotRunError(
        f"There is no study {name!r}: {os.path.relpath(path)} does not exist; there are "
        f"{', '.join(known)}"
    )


def study_of(config: Path) -> str:
    """Return the name of the study that a config describes; results go to a folder of that name."""
    # Snakemake would stop at these too, but without saying where.
    problems = file_problems([config])
    if problems:
        raise CannotRunError("The config cannot be read:\n  " + "\n  ".join(problems))
    name = (yaml.safe_load(config.read_text(encoding="utf-8")) or {}).get("study")
    if not isinstance(name, str):
        raise CannotRunError(
            f"{config}: study: expected the name of the study, found {name!r}; add a line such as "
            "study: mine (results go to results/mine/)"
        )
    return name


_PLACE = re.compile(r'^ +File ".*", line \d+, in ')
# Options of Snakemake with which it runs no job, but prints or does something else.
_RUN_NOTHING = (
    "-n", "-l", "-S", "-D", "-v", "--dry-run", "--dryrun", "--dag", "--rulegraph", "--filegraph",
    "--d3dag", "--summary", "--detailed-summary", "--list", "--list-rules", "--list-target-rules",
    "--lt", "--list-changes", "--lc", "--list-input-changes", "--li", "--list-params-changes",
    "--lp", "--list-untracked", "--lu", "--list-conda-envs", "--lint", "--report",
    "--print-compilation", "--version", "--unlock", "--archive", "--cleanup-metadata", "--cm",
    "--cleanup-shadow", "--delete-all-output", "--delete-temp-output", "--containerize",
    "--export-cwl", "--generate-unit-tests", "--draft-notebook", "--edit-notebook",
    "--conda-create-envs-only", "--conda-cleanup-envs", "--container-cleanup-images",
)  # fmt: skip
# Those with which a run prints what its user asks for.
_PRINT = ("-p", "-q", "--printshellcmds", "--quiet", "--verbose", "--debug-dag")
# One-letter options of Snakemake that take a value, which may follow at once: -j4, -call.
_WITH_VALUE = "scjCdeRPUOwT"
# Exit status after Ctrl+C, and of a run that a signal has stopped.
INTERRUPTED = 128 + signal.SIGINT
STOPPED = (INTERRUPTED, 128 + signal.SIGTERM)
# How Snakemake says that an interrupt reached it; its exit status is that of a failure.
_INTERRUPTED = "Terminating processes on user request"
# So many seconds after an interrupt, it is known whether Snakemake stops.
_WAIT_S = 3
# Seconds between two looks at what Snakemake has printed, and between two lines into a file.
_LOOK_S, _LINE_S = 0.2, 300


def run(command: list[str]) -> int:
    """Run Snakemake in the foreground and return its exit status; it handles the signals."""
    with _started(command) as (process, signals):
        process.wait()
    # What it says is not known; an interrupt from the keyboard reaches it as well.
    return _status(process, signals, signal.SIGINT in signals)


def run_shown(command: list[str]) -> int:
    """Run Snakemake as `run` does, but show one line of progress instead of all that it prints.

    What it prints goes through a file and not through a pipe: if this process is killed, Snakemake
    and its jobs can go on.
    """
    with tempfile.NamedTemporaryFile("ab") as written, Path(written.name).open("rb") as read:
        progress = _Progress(sys.stderr)
        with _started(command, written) as (process, signals):
            while process.poll() is None:
                progress.show(read.read(), signals.count(signal.SIGINT))
                time.sleep(_LOOK_S)
        progress.show(read.read(), signals.count(signal.SIGINT))
        if process.returncode == -signal.SIGINT:
            # An interrupt before its jobs began.
            progress.stop()
        progress.end()
    return _status(process, signals, progress.stopping)


def _status(process: subprocess.Popen, signals: list[int], interrupted: bool) -> int:
    """Return the exit status as a shell gives it; that of a signal if one stopped the run."""
    if process.returncode and interrupted:
        return INTERRUPTED
    if process.returncode and signal.SIGTERM in signals:
        return 128 + signal.SIGTERM
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


@contextmanager
def _started(command: list[str], output=None):
    """Start Snakemake and leave signals to it; give it, and a list of those that came.

    `output` is a file for all that it prints.
    """
    process, signals = None, []

    def interrupt(number, frame):
        # A keyboard interrupt reaches Snakemake by itself; other signals are passed on.
        signals.append(number)
        if process is None:
            raise KeyboardInterrupt

    def terminate(number, frame):
        if process is None:
            sys.exit(128 + number)
        signals.append(number)
        process.send_signal(number)

    # Before it is started: a signal may come at once.
    before = signal.getsignal(signal.SIGINT)
    if before != signal.SIG_IGN:
        # It is ignored in the background, and Snakemake and its jobs then ignore it too.
        signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, terminate)
    try:
        process = subprocess.Popen(
            command, stdout=output, stderr=None if output is None else subprocess.STDOUT
        )
        yield process, signals
    except BaseException:
        if process is not None:
            process.terminate()
        raise
    finally:
        # It holds the lock of its study, and nobody would see what it does.
        if process is not None:
            process.wait()
        signal.signal(signal.SIGINT, before)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


class _Progress:
    """Prints what is to be seen of a run: in place on a terminal, else a line now and then."""

    def __init__(self, stream):
        self._stream = stream
        self._terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._display = RunDisplay()
        self._rest = b""
        self._shown = ""
        self._tenth, self._printed = 0, time.monotonic()
        self.stopping = False
        # Lines to show; just after an interrupt they wait, since the run may be stopping.
        self._held: list[str] = []
        self._interrupts, self._held_until = 0, 0.0

    def stop(self) -> None:
        """Say that the run is being stopped; how its jobs end is of no interest then."""
        if not self.stopping:
            self._clear()
            say("Stopping.", self._stream)
            self.stopping, self._held = True, []

    def show(self, output: bytes, interrupts: int = 0) -> None:
        """Take what Snakemake has printed since the last time, and how many interrupts came."""
        if interrupts > self._interrupts:
            self._interrupts, self._held_until = interrupts, time.monotonic() + _WAIT_S
        *lines, self._rest = (self._rest + output).split(b"\n")
        for line in lines:
            self._take(line)
        self._update()

    def end(self) -> None:
        """Say how long it took."""
        if self._rest:
            self._take(self._rest)
        self._show_held()
        self._clear()
        last = self._display.last_line(time.monotonic())
        if last:
            say(last, self._stream)

    def _take(self, line: bytes) -> None:
        for shown in self._display.feed(line.decode("utf-8", "replace"), time.monotonic()):
            if shown.startswith(_INTERRUPTED):
                self.stop()
            elif not self.stopping:
                self._held.append(shown)

    def _update(self) -> None:
        display, now = self._display, time.monotonic()
        if self.stopping or now < self._held_until:
            return
        self._show_held()
        if self._terminal:
            text = display.status(now, shutil.get_terminal_size().columns - 1)
            if text != self._shown:
                self._clear()
                say(text, self._stream, end="")
                self._shown = text
            return
        tenth = display.done * 10 // display.total if display.total else 0
        if display.done < display.total and (tenth > self._tenth or now - self._printed > _LINE_S):
            text = display.status(now)
            if text:
                say(text, self._stream)
            self._tenth, self._printed = tenth, now

    def _clear(self) -> None:
        if self._shown:
            say("\r\x1b[K", self._stream, end="")
            self._shown = ""

    def _show_held(self) -> None:
        if self._held:
            self._clear()
            say("\n".join(self._held), self._stream)
            self._held = []


def say(text: str, stream, end: str = "\n") -> None:
    """Print a text; if its reader has gone, as `head` does, go on and print nothing more."""
    try:
        print(text, end=end, file=stream, flush=True)
    except OSError:
        # What could not be written is still in the buffer, and is written when Python ends.
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())


def has_option(arguments: list[str], options: tuple[str, ...]) -> bool:
    """Return whether one of some options is among Snakemake's arguments.

    Long options may be abbreviated and have a value (``--quiet=rules``), and those of one letter
    may stand together (``-nq``).
    """
    for argument in arguments:
        if re.match(r"--\w", argument):
            name = argument.partition("=")[0]
            if any(option.startswith(name) for option in options):
                return True
        elif re.match(r"-\w", argument):
            flags = re.split(f"[{_WITH_VALUE}]", argument[1:])[0]
            if any(f"-{flag}" in options for flag in flags):
                return True
    return False


def dry_run(command: list[str]) -> str:
    """Return what a dry run of Snakemake prints; raise `CannotRunError` if it cannot plan."""
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise CannotRunError(problem(done.stdout))
    return done.stdout


def problem(output: str) -> str:
    """Return what is wrong, from all that Snakemake printed."""
    _, found, message = output.partition("Error")
    lines = message.splitlines()[1:] if found else output.splitlines()
    # Where in our code it was found is of no use to the user.
    told = (line for line in lines if line.strip() and not _PLACE.match(line))
    return "\n".join(line for line, _ in groupby(told))


def report_what_is_finished(
    snakemake: list[str], settings: list[str], results: Path, run=run_shown
) -> bool:
    """Measure, draw and report what a run that failed has finished; return whether it could."""
    noted, report = results / NAME, results / "report.html"
    partly = [*settings, f"unfinished={noted}", "--"]
    measured = ["tables", "figures"]
    planned = dry_run([*snakemake, "--dry-run", *config_option(settings)])
    note_files(noted, "missing", pending_files(planned))
    try:
        # What cannot be made fails again, or is not tried; the second dry run shows it.
        if run([*snakemake, "--config", *partly, *measured]) in STOPPED:
            return False
        left = dry_run([*snakemake, "--dry-run", "--config", *partly, *measured])
        note_files(noted, "pending", pending_files(left))
    except CannotRunError as error:
        say(str(error), sys.stderr)
        return False
    return run([*snakemake, "--config", *partly, str(report)]) == 0


def config_option(settings: list[str]) -> list[str]:
    """Return Snakemake's option for values that the command line gives."""
    return ["--config", *settings, "--"] if settings else []


def options_of(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return the options of this command, and those for Snakemake."""
    parser = argparse.ArgumentParser(
        prog="manyeyes run",
        usage="manyeyes run [STUDY] [options] [Snakemake's options]",
        description=__doc__,
        epilog="All other options go to Snakemake: snakemake --help.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "study",
        nargs="?",
        default="paper",
        help="a file in config/ without .yaml, or the path of a config (default: paper, which is "
        "config/config.yaml)",
    )
    parser.add_argument("--only", choices=ONLY, help="make this and what it needs")
    parser.add_argument(
        "--details",
        action="store_true",
        help="show what Snakemake says of each job, not one line of progress",
    )
    parser.add_argument("--redraw", action="store_true", help="draw existing figures again")
    parser.add_argument(
        "--cores", default="all", metavar="N", help="cores of this machine to use (default: all)"
    )
    parser.add_argument(
        "--config",
        nargs="+",
        action="extend",
        default=[],
        metavar="KEY=VALUE",
        help="replace values of the config, such as seed=2",
    )
    return parser.parse_known_args(arguments)


def main(arguments: list[str]) -> int | str:
    """Run the study that the arguments name."""
    options, others = options_of(arguments)
    try:
        return run_study(options, others)
    except CannotRunError as error:
        return str(error)


def snakemake_call(config: Path, cores: str) -> list[str]:
    """Return how Snakemake is called for the study of a config; more options may follow."""
    call = [sys.executable, "-m", "snakemake", "--snakefile", str(TOP / "Snakefile")]
    call += ["--workflow-profile", str(TOP / "profiles" / "default")]
    return [*call, "--cores", cores, "--configfile", str(config)]


def files_wanted(others: list[str]) -> tuple[list[str], list[str]]:
    """Return the files that a command line names behind the study, and Snakemake's options.

    Files must be told from options: behind ``--configfile``, Snakemake would read them as configs.
    """
    files = list(takewhile(lambda word: not word.startswith("-"), others))
    return files, others[len(files) :]


def run_study(options: argparse.Namespace, others: list[str]) -> int:
    """Run a study and return Snakemake's exit status."""
    config = config_of(options.study)
    problems = machine_problems(TOP, Path.cwd(), os.environ, sys.executable)
    if problems:
        raise CannotRunError("The study cannot be run here:\n  " + "\n  ".join(problems))
    results = Path("results", study_of(config))
    files, others = files_wanted(others)
    snakemake = [*snakemake_call(config, options.cores), *others]
    settings = config_option(options.config) or ["--"]
    if options.only == "snakemake-report":
        page = ["--report", str(results / "snakemake-report.html")]
        return run([*snakemake, *page, *settings])
    targets = {"report": [str(results / "report.html")], None: []}
    targets |= {name: [name] for name in ("figures", "images")}
    drawn = [str(p) for p in sorted(results.glob("figures/*.svg"))] if options.redraw else []
    forced = ["--forcerun", *drawn] if drawn else []
    (results / NAME).unlink(missing_ok=True)
    runs_nothing = has_option(others, _RUN_NOTHING)
    plain = options.details or runs_nothing or has_option(others, _PRINT)
    start = run if plain else run_shown
    status = start([*snakemake, *forced, *settings, *targets[options.only], *files])
    if status == 0:
        # Options such as --until may leave the report unmade.
        if not runs_nothing and (options.only or (results / "report.html").is_file()):
            say(where_results_are(results, options.only), sys.stdout)
    elif status in STOPPED:
        say("\nStopped. Start the same command again, and it goes on from here.", sys.stderr)
        return status
    elif (results / NAME).exists() and options.only not in ("figures", "images"):
        say("\nMeasures and reports what is finished.", sys.stderr)
        reported = report_what_is_finished(snakemake, options.config, results, start)
        say(failure_message(results, reported), sys.stderr)
    for message in full_disk(Path.cwd()) if status else []:
        say(message, sys.stderr)
    return status


def failure_message(results: Path, reported: bool) -> str:
    """Return what failed and where the rest is; what was printed earlier has scrolled away."""
    failed = [Failure(**job) for job in read_unfinished(results / NAME)["failed"]]
    last = (
        f"{results}/report.html shows what is finished, and says what is missing."
        if reported
        else "Nothing of the study can be reported yet."
    )
    return "\n".join(["", *lines_of(failed), last])


def where_results_are(results: Path, only: str | None) -> str:
    """Return a message that says where the results are."""
    if only:
        place = "report.html" if only == "report" else f"{only}/"
        return f"Look at {results}/{place}."
    return (
        f"\nDone. Look at {results}/report.html (the answer, all figures, a viewer of slices),\n"
        f"{results}/figures/ (SVG and PNG) and {results}/tables/ (CSV)."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
