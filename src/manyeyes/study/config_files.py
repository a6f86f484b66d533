"""Check the text of config files before Snakemake reads them.

Snakemake reads the files of its command line before any of our code runs, and says neither which
file nor which line it cannot read. `python config_files.py CONFIG...` says it, and so does
`python config_files.py --snakemake ARGUMENT...` for the files that Snakemake's arguments name.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from .text import text_problems


def file_problems(paths: Iterable) -> list[str]:
    """Return what is wrong with the text of config files, each sentence led by its file.

    Returns
    -------
    list of str
        Empty if Snakemake can read them all and no key is given twice.
    """
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


def files_in(arguments: Iterable[str]) -> list[str]:
    """Return the config files that the arguments of a call of Snakemake name.

    Parameters
    ----------
    arguments : iterable of str
        For example ``--cores 4 --configfile a.yaml b.yaml -- target``.
    """
    files, follow = [], False
    for argument in arguments:
        if argument == "--":
            break
        option, is_joined, value = argument.partition("=")
        if option in ("--configfile", "--configfiles"):
            follow = not is_joined
            files += [value] if is_joined else []
        elif argument.startswith("-"):
            follow = False
        elif follow:
            files.append(argument)
    return files


def main(arguments: list[str]) -> int:
    """Tell what is wrong with the files named, and return 1 if anything is."""
    if arguments[:1] == ["--snakemake"]:
        arguments = files_in(arguments[1:])
    problems = file_problems(arguments)
    if problems:
        print("The config cannot be read:\n  " + "\n  ".join(problems), file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
