"""Batches of random inputs for one reader, in a process of its own that is held to its limits.

By hand, from the checkout::

    python tests/fuzz/batch.py READER --inputs 10000 --seed 1
    python tests/fuzz/batch.py READER --inputs 1 --seed 1 --first 4711   # one input again

`python tests/fuzz/batch.py --list` names the readers. Any number of inputs also goes through pytest
by ``MANYEYES_FUZZ_INPUTS``.
"""

import argparse
import json
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

import numpy as np

# Modules of this folder, and examples of the tests above it
sys.path[:0] = [str(folder) for folder in Path(__file__).parents[:2]]

LONGEST_S = 10
MOST_BYTES = 2 * 10**9


class TooLongError(BaseException):
    """An input took longer than it may; no reader can catch it by accident."""


def verdict(reader, folder: Path, seed: str) -> str | None:
    """Run one input and say what is wrong, or None.

    Right is the value where the input is sound, and otherwise a ValueError that names the file.
    """
    case = reader.make(random.Random(seed), folder)
    try:
        found = reader.read(case.path)
    except ValueError as error:
        output = str(error)
        if "not enough memory" in output:
            return f"took too much memory: {output}"
        if case.path.name not in output:
            return f"an error that does not name the file: {type(error).__name__}: {output}"
        if case.expected is not None:
            return f"refused a sound input ({case.what}): {output}"
        return None
    except TooLongError:
        raise
    except BaseException:
        return f"({case.what}) " + traceback.format_exc()
    if case.faulty:
        return f"took a faulty input ({case.what}) for {summary(found)}"
    if case.expected is not None and not reader.same(found, case.expected):
        return f"wrong value ({case.what}): {summary(found)}, expected {summary(case.expected)}"
    return None


def summary(value) -> str:
    """Return a value in short."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{value.shape} {value.ravel()[:4]}"
    return repr(value)[:200]


def run_batch(name: str, seed: str, first: int, count: int, until: float) -> dict:
    """Run inputs and return how many there were, and what was wrong with which."""
    from readers import READERS

    def too_long(*_):
        raise TooLongError

    signal.signal(signal.SIGALRM, too_long)
    reader, wrong, done = READERS[name], [], 0
    top = Path(tempfile.mkdtemp(prefix="fuzz-"))
    try:
        reader.warm_up(top)
        held = (
            int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
            * resource.getpagesize()
        )
        resource.setrlimit(resource.RLIMIT_AS, (held + MOST_BYTES,) * 2)
        for number in range(first, first + count):
            if time.monotonic() > until:
                break
            folder = top / str(number)
            folder.mkdir()
            print(number, file=sys.stderr, flush=True)
            signal.alarm(LONGEST_S)
            try:
                output = verdict(reader, folder, f"{name}/{seed}/{number}")
            except TooLongError:
                output = f"took longer than {LONGEST_S} s"
            finally:
                signal.alarm(0)
            if output:
                wrong.append([number, output[-1500:]])
            done += 1
            shutil.rmtree(folder)
    finally:
        shutil.rmtree(top, ignore_errors=True)
    return {"reader": name, "inputs": done, "wrong": wrong}


def main() -> None:
    """Read the arguments, run a batch and print what came of it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reader", nargs="?")
    parser.add_argument("--inputs", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after so long")
    parser.add_argument("--list", action="store_true", help="name the readers")
    given = parser.parse_args()
    if given.list or not given.reader:
        from readers import READERS

        print("\n".join(READERS))
        return
    until = time.monotonic() + given.seconds
    print(json.dumps(run_batch(given.reader, given.seed, given.first, given.inputs, until)))


if __name__ == "__main__":
    main()
