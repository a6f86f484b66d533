"""What failed in a run and why, in a few lines at its end, where a newcomer looks."""

import re
from pathlib import Path

ERROR = re.compile(r"^(?:\w+\.)*(\w*(?:Error|Exception|Interrupt|Exit))(?:: (.*))?$")
# How Snakemake tells of a job or a group that failed, and of the jobs of a group.
STARTED = re.compile(r"^Error in (rule|group) (\S+?):?$")
MEMBER = re.compile(r"^ +rule (\S+):$")
LOG = re.compile(r"^ +log: (.*?)(?: \(check log file\(s\) for error details\))?$")
# The last line of a job that came to its end (rule_script).
DONE = "used "


def failures(log: Path) -> str:
    """Return which jobs of a run failed, each with its error and the path of its log.

    Parameters
    ----------
    log : Path
        Snakemake's own log of the run. Paths in it hold from the working folder.

    Returns
    -------
    str
        Lines to print.
    """
    told = {}
    for job, path in _failed(log.read_text().splitlines()):
        why = _why(Path(path))
        if why:
            told[path] = f"  {job}: {why}\n    log: {path}"
    if not told:
        return f"No job failed: the run was stopped, or failed before or beside its jobs; see {log}"
    jobs = "1 job" if len(told) == 1 else f"{len(told)} jobs"
    return "\n".join(
        [
            f"{jobs} failed. What does not depend on them was made and is kept.",
            *told.values(),
            "Mend the cause and start the same command again: it goes on from here.",
        ]
    )


def _failed(lines: list[str]) -> list[tuple[str, str]]:
    """Return the name and log of all that Snakemake counts among the failed.

    Of a group it names every job, also those that came to their end or never began; they are left
    out. A group's own log is that of the cluster.
    """
    found, name, member = [], None, False
    for line in lines:
        if not line.startswith(" "):
            started = STARTED.match(line)
            name, member = started and started[2], False
        elif name and (inner := MEMBER.match(line)):
            name, member = inner[1], True
        elif name and (path := LOG.match(line)) and (not member or _error(Path(path[1]))):
            found.append((name, path[1]))
    return found


def _error(log: Path) -> str | None:
    """Return the last error in a job's log, if it ended with one."""
    lines = log.read_text().splitlines() if log.is_file() else []
    starts = [n for n, line in enumerate(lines) if ERROR.match(line)]
    if not starts or lines[-1].startswith(DONE):
        return None
    name, text = ERROR.match(lines[starts[-1]]).groups()
    message = "\n      ".join([text or name, *lines[starts[-1] + 1 :]])
    # Our own errors are told in plain words; of others, the kind helps to find the fault.
    return message if name in ("ValueError", "FileError") else f"{name}: {message}"


def _why(log: Path) -> str | None:
    """Return why a job failed, or None if it came to its end when it was tried again."""
    error = _error(log)
    if error:
        return error
    lines = log.read_text().splitlines() if log.is_file() else []
    if lines and lines[-1].startswith(DONE):
        return None
    return "was stopped without an error of its own (killed, out of memory or time?)"
