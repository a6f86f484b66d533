"""Where the workflow lies: in the checkout, or in the installed package, which holds a copy."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
SOURCES = _PACKAGE.parent
"""The folder that the library is imported from."""

TOP = _PACKAGE / "checkout" if (_PACKAGE / "checkout").is_dir() else SOURCES.parent
"""The folder of Snakefile, workflow/, config/ and profiles/."""
