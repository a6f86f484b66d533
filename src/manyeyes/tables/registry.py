"""What a computed table is, and all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple


class Text(NamedTuple):
    """What a table says in words, written beside it as Markdown.

    Attributes
    ----------
    title : str
        Heading of the text, and its name in Snakemake's report.
    write : callable
        From the table and, as keywords, its settings to Markdown.
    caption : str
        reStructuredText for Snakemake's report.
    """

    title: str
    write: Callable[..., str]
    caption: str


@dataclass(frozen=True)
class Table:
    """A table that is computed from others; a module of this package holds one as ``TABLE``.

    All callables but `compute` take a `manyeyes.study.Study` with one realisation of each dataset.

    Attributes
    ----------
    tables : tuple of str
        Names of the tables that it is computed from.
    is_possible : callable
        Whether the study can fill it.
    compute : callable
        From those tables (DataFrames by name) and, as keywords, the settings to this one.
    settings : callable
        What `compute` must know of the study besides tables, as plain values.
    optional : mapping of str to callable
        Further tables, each used if the study has it.
    text : Text, optional
    """

    tables: tuple[str, ...]
    is_possible: Callable[[Any], bool]
    compute: Callable[..., Any]
    settings: Callable[[Any], dict] = lambda study: {}
    optional: Mapping[str, Callable[[Any], bool]] = field(default_factory=dict)
    text: Text | None = None

    @property
    def caption(self) -> str:
        """What Snakemake's report says about the text, if there is one."""
        return self.text.caption if self.text else ""


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


def names_with_text(has_text: bool) -> list[str]:
    """Return the names of the computed tables with a text, or of those without."""
    return [name for name in module_files() if (table_called(name).text is not None) == has_text]


def sources_of(name: str, study) -> list[str]:
    """Return the names of the tables that one is computed from in a study."""
    table = table_called(name)
    return [*table.tables, *(other for other, has in table.optional.items() if has(study))]
