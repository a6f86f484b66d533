"""Tidy CSV tables that the study's jobs write."""

import csv
from pathlib import Path

import pandas as pd

from .errors import RUN_AGAIN, FileError

# Columns of tables that hold names from the config.
_NAMES = ("dataset", "filter", "variant", "user", "user_a", "user_b", "origin", "realisation")
_NAMES += ("made_by", "structure", "material", "electrode", "block", "phase", "true_phase")
# How a missing number may be written.
_MISSING = ["", "NA", "N/A", "n/a", "NaN", "nan", "NAN", "null", "NULL", "None", "-nan", "<NA>"]


def read_table(path) -> pd.DataFrame:
    """Return a tidy CSV table that a job of the study wrote.

    Identifiers stay text, even if they look like numbers. Text stays as written, even if it looks
    like a missing number (NA, null, nan, None). Only numbers can be missing.

    Raises
    ------
    FileError
        If the table is absent, empty, cut off or damaged.
    """
    try:
        with Path(path).open(encoding="utf-8", newline="") as file:
            columns = _columns_of(file, path)
        types = {name: "str" for name in _NAMES if name in columns}
        table = pd.read_csv(path, dtype=types, keep_default_na=False, na_values=[""])
        # Columns of numbers in which a word says that one is missing.
        broken = [name for name in columns if name not in _NAMES and _numbers(table[name])]
        if broken:
            missing = {name: _MISSING if name in broken else [""] for name in columns}
            table = pd.read_csv(path, dtype=types, keep_default_na=False, na_values=missing)
    except OSError as error:
        raise FileError(f"{path}: the table cannot be read ({error}); run again") from error
    except (ValueError, OverflowError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"{path}: the table is damaged ({error}); {RUN_AGAIN}") from error
    return table


def _columns_of(file, path) -> list[str]:
    """Return the names of a table's columns, after checking the number of fields of each row."""
    try:
        rows = csv.reader(file, strict=True)
        columns = next(rows, None)
        if not columns:
            raise FileError(f"{path}: the table is empty, not even a header; {RUN_AGAIN}")
        if len(set(columns)) < len(columns) or "" in columns:
            raise FileError(f"{path}: two columns share a name, or one has none; {RUN_AGAIN}")
        for row in rows:
            if len(row) != len(columns) and row:
                raise FileError(
                    f"{path}: line {rows.line_num} has {len(row)} fields, the header "
                    f"{len(columns)}; {RUN_AGAIN}"
                )
    except (csv.Error, UnicodeDecodeError) as error:
        raise FileError(f"{path}: the table is damaged ({error}); {RUN_AGAIN}") from error
    return columns


def _numbers(column: pd.Series) -> bool:
    """Whether a column of text holds numbers, except for words that say that one is missing."""
    if pd.api.types.is_numeric_dtype(column) or column.dtype == bool:
        return False
    words = set(column.dropna().astype(str)) - set(_MISSING)
    return bool(words) and bool(
        pd.to_numeric(pd.Series(sorted(words)), errors="coerce").notna().all()
    )


def write_table(table: pd.DataFrame, path) -> None:
    """Write a tidy CSV with nine significant digits, beyond which rounding errors may lie."""
    table.to_csv(path, index=False, float_format="%.9g", lineterminator="\n")
