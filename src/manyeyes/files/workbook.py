"""All tables of a study in one spreadsheet (XLSX)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

# What a sheet can hold: https://support.microsoft.com, "Excel specifications and limits".
MOST_ROWS, MOST_COLUMNS = 1_048_575, 16_384
_LONGEST_NAME = 31
_WIDEST, _NARROWEST = 40, 6
# Sheets have no date but this one, so that equal tables give equal bytes.
_CREATED = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def write_workbook(path, tables: Mapping[str, pd.DataFrame], about: Sequence[str]) -> list[str]:
    """Write tables as sheets, after a first one that lists them.

    Parameters
    ----------
    path : path-like
    tables : mapping of str to DataFrame
        By name, which is that of the sheet.
    about : sequence of str
        Lines at the top of the first sheet.

    Returns
    -------
    list of str
        The names of the tables that are too large for a sheet and are left out.
    """
    import xlsxwriter

    sheets = sheet_names(tables)
    left_out = [
        name for name, t in tables.items() if len(t) > MOST_ROWS or t.shape[1] > MOST_COLUMNS
    ]
    # A text stays a text, whatever it begins with.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(Path(path)), {**options, "strings_to_numbers": False}) as book:
        book.set_properties({"title": "manyeyes", "created": _CREATED})
        bold = book.add_format({"bold": True})
        first = book.add_worksheet("tables")
        first.set_column(0, 0, 30)
        first.set_column(1, 1, 12)
        for row, line in enumerate(about):
            first.write_string(row, 0, line)
        row = len(about) + 1
        for column, word in enumerate(("table", "rows")):
            first.write_string(row, column, word, bold)
        for place, (name, table) in enumerate(tables.items(), start=row + 1):
            if name in left_out:
                first.write_string(place, 0, f"{name}: too large for a sheet, see {name}.csv")
            else:
                first.write_url(place, 0, f"internal:'{sheets[name]}'!A1", string=name)
            first.write_number(place, 1, len(table))
        for name, table in tables.items():
            if name not in left_out:
                _write_sheet(book.add_worksheet(sheets[name]), table, bold)
    return left_out


def sheet_names(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return a name for each table's sheet: its own, cut to what a sheet may be called."""
    found: dict[str, str] = {}
    taken = {"tables", "history"}
    for name in tables:
        short, number = name[:_LONGEST_NAME], 2
        while short.lower() in taken:
            ending = f"~{number}"
            short, number = name[: _LONGEST_NAME - len(ending)] + ending, number + 1
        taken.add(short.lower())
        found[name] = short
    return found


def _write_sheet(sheet, table: pd.DataFrame, bold) -> None:
    """Write one table: its header, which stays in view, and its rows."""
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(table.columns):
        sheet.write_string(0, column, str(name), bold)
        values = table[name].tolist()
        for row, value in enumerate(values, start=1):
            _write_cell(sheet, row, column, value)
        longest = max([len(str(name)), *(len(_shown(value)) for value in values[:200])])
        sheet.set_column(column, column, min(max(longest + 1, _NARROWEST), _WIDEST))
    if len(table) and len(table.columns):
        sheet.autofilter(0, 0, len(table), len(table.columns) - 1)


def _write_cell(sheet, row: int, column: int, value: object) -> None:
    """Write a value as what it is; a number that does not exist is an empty cell."""
    if value is None or value is pd.NA:
        return
    if isinstance(value, bool | np.bool_):
        sheet.write_boolean(row, column, bool(value))
    elif isinstance(value, int | float | np.number):
        if np.isfinite(value):
            sheet.write_number(row, column, float(value))
        elif not np.isnan(value):
            sheet.write_string(row, column, str(value))
    else:
        sheet.write_string(row, column, str(value)[:32767])


def _shown(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
