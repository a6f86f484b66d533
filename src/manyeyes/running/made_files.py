"""What each job made, noted in its log, so that a result that was altered afterwards is noticed.

To Snakemake, a newer file is a reason to make again what depends on it. If a segmentation were
saved by accident in another program, tables would be made of it without a warning.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

BEGINS = "begins"
MADE = "made "
# What may change: only the report is made of it. Every run writes the graph of its rules.
FREE = ("figures", "report.html", "snakemake-report.html", "parts/rule_graph.csv")
# Clocks of shared file systems differ.
SLACK_NS = 2 * 10**9


def digest(path: Path) -> str:
    """Return 16 hexadecimal digits of a file's sha256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def lines_of(outputs: Iterable[str]) -> str:
    """Return a line for the log for each file that a job made."""
    paths = [Path(path) for path in outputs]
    return "".join(
        f"{MADE}{digest(path)} {path.stat().st_size} {path}\n" for path in paths if path.is_file()
    )


def altered(results: Path) -> list[str]:
    """Return the results of a study that are not what their jobs made.

    `results` is seen from the folder in which the study was run. Only files that are newer than
    their job's log, or of another size, are read.
    """
    noted: dict[Path, set] = {}
    suspects = set()
    for log in sorted(results.glob("logs/**/*.log")):
        time = log.stat().st_mtime_ns
        for made, size, path in _made(log):
            noted.setdefault(path, set()).add(made)
            if path.is_file():
                now = path.stat()
                if now.st_size != size or now.st_mtime_ns > time + SLACK_NS:
                    suspects.add(path)
    free = {results / name for name in FREE}
    return sorted(
        str(path)
        for path in suspects
        if not free & {path, *path.parents} and digest(path) not in noted[path]
    )


def _made(log: Path) -> Iterator[tuple[str, int, Path]]:
    """Yield what a log notes of its last job: a job that was killed notes nothing."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    begun = max((n for n, line in enumerate(lines) if line == BEGINS), default=len(lines))
    for line in lines[begun:]:
        if line.startswith(MADE):
            _, made, size, path = line.split(" ", 3)
            yield made, int(size), Path(path)
