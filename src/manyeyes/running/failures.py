"""What failed in a run and why, in a few lines at its end."""

import re
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

from .made_files import BEGINS
from .rule_script import DISK_FULL

ERROR = re.compile(r"^(?:\w+\.)*(\w*(?:Error|Exception|Interrupt|Exit))(?:: (.*))?$")
# How Snakemake reports a job or a group that failed, and the jobs of a group.
STARTED = re.compile(r"^Error in (rule|group) (\S+?):?$")
MEMBER = re.compile(r"^ +rule (\S+):$")
LOG = re.compile(r"^ +log: (.*?)(?: \(check log file\(s\) for error details\))?$")
OUTPUT = re.compile(r"^ +output: (.*)$")
MESSAGE = re.compile(r"^ +message: (.*)$")
# How the process of a job ended, printed just before its failure.
ENDED = re.compile(r"(?:returned non-zero exit status (\d+)|died with <Signals\.(\w+): \d+>)\.$")
# A job that ended well but did not make all its files; Snakemake reports it differently.
LEFT_OUT = re.compile(r"^MissingOutputException in rule (\S+) in file")
LEFT_OUT_FILE = re.compile(r"^(\S.*) \(missing locally.*\)$")
# The last line of a job that came to its end (rule_script).
DONE = "used "
# Below this a file system is as good as full: a small study writes more.
FULL_MB = 20
# What schedulers call the end of a job, in a message or in the log of a submission.
OUT_OF_MEMORY = re.compile(r"OUT_OF_MEMORY|oom[-_ ]?kill|exceeded memory limit", re.IGNORECASE)
OUT_OF_TIME = re.compile(r"\bTIMEOUT\b|DUE TO TIME LIMIT|walltime.*exceeded", re.IGNORECASE)

MEMORY = (
    "was killed because memory ran out; run fewer jobs at a time (CORES=1) or take a machine with "
    "more memory"
)
# Nothing but the system, a scheduler or a person kills in this way.
KILLED = (
    "was killed by SIGKILL, as the system does when memory runs out; run fewer jobs at a time "
    "(CORES=1) or take a machine with more memory"
)
TIME = "was stopped by the scheduler: its time was over; it asks for more when tried again"
FULL = "the disk is full; make room and start the run again; it resumes"


@dataclass(frozen=True)
class Failure:
    """A job that failed.

    Attributes
    ----------
    job : str
        Its rule.
    log : str
        Path of its log.
    outputs : tuple of str
        What it should have made.
    why : str
    """

    job: str
    log: str
    outputs: tuple[str, ...]
    why: str


def failed_jobs(log: Path) -> list[Failure]:
    """Return the jobs of a run that failed and did not come to their end when tried again.

    `log` is Snakemake's own, with paths relative to the working folder. Each job is listed once.
    """
    found: dict[str, Failure] = {}
    for block in _blocks(log.read_text(encoding="utf-8", errors="replace").splitlines()):
        path = Path(block["log"]) if block["log"] else None
        why = block.get("why") or _why(path, block)
        if why:
            key = block["log"] or block["job"]
            found[key] = Failure(block["job"], block["log"], block["outputs"], why)
    return list(found.values())


def summary(failures: list[Failure], log: Path) -> str:
    """Return what to say of a run that did not complete. `log` is Snakemake's own."""
    lines = full_disk(Path.cwd())
    if not failures:
        lines.append(
            "No job is known to have failed: the run was stopped, or failed outside its jobs; "
            f"see {log}"
        )
        return "\n".join(lines)
    return "\n".join([*lines, *lines_of(failures)])


def full_disk(folder: Path) -> list[str]:
    """Return a sentence if a folder is almost full, whatever else is known of a failure.

    On a full disk, Snakemake ends before our handlers run, and its log may be cut off.
    """
    left = shutil.disk_usage(folder).free
    if left >= FULL_MB * 1e6:
        return []
    return [f"The disk of {folder} is full ({left / 1e6:.1f} MB left): make room, and start again."]


def lines_of(failures: list[Failure]) -> list[str]:
    """Return lines that list jobs that failed, and say what to do."""
    jobs = "1 job" if len(failures) == 1 else f"{len(failures)} jobs"
    lines = [f"{jobs} failed. What does not depend on them was made and is kept."]
    for failure in failures:
        lines.append(f"  {failure.job}: " + failure.why.replace("\n", "\n      "))
        lines += [f"    log: {failure.log}"] if failure.log else []
    return [*lines, "Fix the cause and start the same command again: it resumes from here."]


def _blocks(lines: list[str]) -> list[dict]:
    """Return what Snakemake says of each job that failed.

    Of a group it names every job, also those that came to their end or never began; they are left
    out. A group's own log is that of the cluster.
    """
    found, current, ended = [], None, None
    for number, line in enumerate(lines):
        if not line.startswith(" "):
            if match := STARTED.match(line):
                current = _begin(found, match[2], ended)
                ended = None
            elif match := LEFT_OUT.match(line):
                found.append(_left_out(match[1], lines[number + 1 :]))
                current = None
            else:
                current = None
                ended = ENDED.search(line) or ended
        elif current is not None:
            if match := MEMBER.match(line):
                current = _begin(found, match[1], None, member=True)
            elif match := LOG.match(line):
                current["log"] = match[1]
            elif match := OUTPUT.match(line):
                current["outputs"] = tuple(match[1].split(", "))
            elif match := MESSAGE.match(line):
                current["message"] = match[1]
    return [block for block in found if not block["member"] or _error(Path(block["log"]))]


def _begin(found: list[dict], job: str, ended, member: bool = False) -> dict:
    block = {"job": job, "log": "", "outputs": (), "message": "", "ended": ended, "member": member}
    found.append(block)
    return block


def _left_out(job: str, following: list[str]) -> dict:
    """Return the failure of a job that came to its end without having made all its files."""
    missing = []
    for line in following[1:]:
        match = LEFT_OUT_FILE.match(line)
        if not match:
            break
        missing.append(match[1])
    why = f"came to its end but did not make {', '.join(missing)}"
    if full_disk(Path.cwd()):
        why += "; the disk is full"
    block = _begin([], job, None)
    return {**block, "outputs": tuple(missing), "why": why}


def _lines(log: Path | None) -> list[str]:
    if log is None or not log.is_file():
        return []
    return log.read_text(encoding="utf-8", errors="replace").splitlines()


def _error(log: Path | None) -> str | None:
    """Return the last error in a job's log, if it ended with one."""
    lines = _lines(log)
    starts = [n for n, line in enumerate(lines) if ERROR.match(line)]
    if not starts or lines[-1].startswith(DONE):
        return None
    name, text = ERROR.match(lines[starts[-1]]).groups()
    message = "\n".join([text or name, *lines[starts[-1] + 1 :]])
    if re.search(r"\[Errno (28|122)\]", "\n".join(lines[starts[0] :])):
        return FULL
    if name == "MemoryError":
        return MEMORY
    # Our own errors are plain sentences; of others, the kind helps to find the fault.
    return message if name in ("ValueError", "FileError") else f"{name}: {message}"


def _why(log: Path | None, block: dict) -> str | None:
    """Return why a job failed, or None if it came to its end when it was tried again."""
    error = _error(log)
    if error:
        return error
    lines = _lines(log)
    if lines and lines[-1].startswith(DONE):
        return None
    # The log of a submission says what became of it.
    text = "\n".join([block["message"], *lines[-50:]])
    if OUT_OF_MEMORY.search(text):
        return MEMORY
    if OUT_OF_TIME.search(text):
        return TIME
    ended = block["ended"] or next(filter(None, map(ENDED.search, reversed(lines[-50:]))), None)
    status, name = ended.groups() if ended else (None, None)
    status = int(status) if status else None
    if status is not None and 128 < status < 128 + signal.NSIG:
        # A shell gives the number of a signal in its exit status.
        name, status = signal.Signals(status - 128).name, None
    if status == DISK_FULL:
        return FULL
    if name == "SIGKILL":
        return KILLED
    if name:
        return f"was ended by {name}"
    if lines and BEGINS not in lines:
        # Of a program that does not note how it ends, such as one that fetches a file.
        return "\n".join(lines[-5:])
    return "was stopped without an error of its own (killed, out of memory or time?)"
