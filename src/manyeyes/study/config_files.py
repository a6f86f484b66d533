"""Check the text of config files before Snakemake reads them.

Snakemake reads the files of its command line before any of our code runs, and says neither which
file nor which line it cannot read.
"""

from collections.abc import Iterable
from pathlib import Path

from .text import text_problems


def file_problems(paths: Iterable) -> list[str]:
    """Return what is wrong with the text of config files, each sentence led by its file."""
    problems = []
    for path in dict.fromkeys(str(path) for path in paths):
        try:
            content = Path(path).read_bytes()
        except FileNotFoundError:
            problems.append(f"{path}: there is no such file")
        except OSError as error:
            problems.append(f"{path}: the file cannot be read ({error.strerror})")
        else:
            problems += [f"{path}: {problem}" for problem in text_problems(content)]
    return problems
