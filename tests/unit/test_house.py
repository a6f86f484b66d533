"""Rules of the house that no linter checks."""

import ast
from pathlib import Path

TOP = Path(__file__).parents[2]
MOST_POSITIONAL = 7


def calls_by_position(path: Path) -> list[str]:
    """Return the calls in a file that pass more than seven arguments by position."""
    return [
        f"{path.relative_to(TOP)}:{call.lineno}: {ast.unparse(call.func)}"
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and len(call.args) > MOST_POSITIONAL
    ]


def test_no_call_has_many_arguments_whose_meaning_only_their_order_says():
    folders = ("src", "workflow", "tools")
    files = [path for folder in folders for path in (TOP / folder).rglob("*.py")]
    assert len(files) > 200
    assert [call for path in files for call in calls_by_position(path)] == []
