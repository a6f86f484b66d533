"""How much CPU time the imports of each script take, and which heavy packages they load.

    python benchmarks/start_up.py [runs]

Compare two versions on one machine, one right after the other.
"""

import ast
import os
import resource
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
SCRIPTS = TOP / "workflow" / "scripts"
HEAVY = "numba", "scipy.ndimage", "scipy.stats", "skimage", "pandas", "matplotlib"


def cpu_of(code: str) -> tuple[float, str]:
    """Return the CPU seconds of a Python process, and what it prints."""
    paths = os.pathsep.join([str(TOP / "src"), str(SCRIPTS)])
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def main(runs: int) -> None:
    """Print a line for each script, and the sum."""
    total = 0.0
    for script in sorted(SCRIPTS.glob("*.py")):
        tree = ast.parse(script.read_text(encoding="utf-8"))
        lines = [
            ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        lines.append(f"import sys; print(*[name for name in {HEAVY} if name in sys.modules])")
        seconds, loaded = min(cpu_of("\n".join(lines)) for _ in range(runs))
        total += seconds
        print(f"{seconds:5.2f} s  {script.name:28s} {loaded.strip()}")
    print(f"{total:5.2f} s  all")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 3)
