"""What a computed table is, and all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Table:
    """A table that is computed from others; a module of this package holds one as ``TABLE``.

    Attributes
    ----------
    tables : tuple of str
        Names of the tables that it is computed from.
    is_possible : callable
        Whether a `manyeyes.study.Study`, with one realisation of each dataset, can fill it.
    compute : callable
        From those tables (DataFrames by name) to this one.
    """

    tables: tuple[str, ...]
    is_possible: Callable[[Any], bool]
    compute: Callable[[Mapping[str, Any]], Any]


@cache
def module_files() -> dict[str, Path]:
    """Return the file of each table's module by the table's name, which is the module's."""
    here = Path(__file__)
    found = (path for path in sorted(here.parent.glob("*.py")) if path != here)
    return {path.stem: path for path in found if path.stem != "__init__"}


@cache
def table_called(name: str) -> Table:
    """Return one computed table; a KeyError if there is none of that name."""
    return import_module(f"{__package__}.{module_files()[name].stem}").TABLE


def tables_of(study) -> list[str]:
    """Return the names of the computed tables that a study can fill."""
    return [name for name in module_files() if table_called(name).is_possible(study)]
