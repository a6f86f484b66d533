"""A clone works whatever git does to line ends, and digests are the same wherever they are made."""

import ast
import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[2]
SCRIPTS = TOP / "workflow" / "scripts"
DIGEST = """
from pathlib import Path
from manyeyes.running.code_digest import code_digest
from manyeyes.running.checkout import SOURCES
root = Path(".").resolve()
print(*(code_digest(path, [root, SOURCES]) for path in sorted(root.glob("*.py"))))
"""


def test_shell_scripts_keep_their_line_ends_under_autocrlf(tmp_path):
    """Without .gitattributes they fail at the first line."""
    for name in [".gitattributes", *map(str, TOP.glob("**/make_environment.sh"))]:
        source = TOP / name
        if ".venv" not in source.parts:
            (tmp_path / source.name).write_bytes(source.read_bytes())
    git = ["git", "-c", "core.autocrlf=true", "-c", "user.name=t", "-c", "user.email=t@t"]

    def run(*arguments):
        subprocess.run([*git, *arguments], cwd=tmp_path, check=True, capture_output=True)

    run("init")
    run("add", ".")
    run("commit", "-m", "all")
    run("clone", ".", "clone")
    assert b"\r" not in (tmp_path / "clone" / "make_environment.sh").read_bytes()


def digests(**settings):
    """Return the digests of all scripts, computed by a process with other environment variables."""
    return subprocess.run(
        [sys.executable, "-X", "warn_default_encoding", "-W", "error", "-c", DIGEST],
        cwd=SCRIPTS,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_digests_of_code_are_the_same_under_every_locale():
    under_utf8 = digests(PYTHONUTF8="1")
    assert len(under_utf8.split()) > 40
    for name in ("C", "de_DE.ISO-8859-1"):
        assert digests(LC_ALL=name, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0") == under_utf8, name


OTHERS = ("zarr", "opener", "tifffile", "os", "archive", "webbrowser")


def texts_without_encoding(path):
    """Return the lines of a script that read or write text as the locale would have it."""
    lines = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if any(keyword.arg == "encoding" for keyword in node.keywords):
            continue
        mode = node.args[0] if node.args else None
        binary = isinstance(mode, ast.Constant) and "b" in str(mode.value)
        # Others than paths have an `open` too: of bytes, arrays, or pages.
        owner = getattr(node.func.value, "id", "")
        opens = node.func.attr == "open" and owner not in OTHERS
        if node.func.attr in ("read_text", "write_text") or (opens and not binary):
            lines.append(f"{path.name}:{node.lineno}")
    return lines


def test_text_is_utf8_wherever_it_is_read_and_written():
    folders = ("src", "workflow", "tools", "benchmarks")
    scripts = [path for name in folders for path in (TOP / name).rglob("*.py")]
    assert len(scripts) > 200
    assert [line for path in scripts for line in texts_without_encoding(path)] == []
    for path in (TOP / "workflow").rglob("*.smk"):
        assert "read_text()" not in path.read_text(encoding="utf-8"), path
