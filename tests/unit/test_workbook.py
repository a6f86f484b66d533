"""All tables of a study in one spreadsheet, read by another library."""

import numpy as np
import openpyxl
import pandas as pd

from manyeyes.files.workbook import sheet_names, write_workbook

TABLES = {
    "volume_fractions": pd.DataFrame(
        {
            "dataset": ["cell", "=1+1"],
            "user": ["NA", "007"],
            "active_fraction": [0.512345678, np.nan],
            "users": [3, 4],
            "done": [True, False],
        }
    ),
    "empty": pd.DataFrame(columns=["dataset", "mean"]),
}


def test_values_are_what_they_are(tmp_path):
    assert write_workbook(tmp_path / "tables.xlsx", TABLES, ["About."]) == []
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    assert book.sheetnames == ["tables", "volume_fractions", "empty"]
    rows = list(book["volume_fractions"].values)
    assert rows == [
        ("dataset", "user", "active_fraction", "users", "done"),
        ("cell", "NA", 0.512345678, 3, True),
        ("=1+1", "007", None, 4, False),
    ]
    assert book["volume_fractions"]["A3"].data_type == "s"
    assert list(book["empty"].values) == [("dataset", "mean")]
    first = [row[:2] for row in book["tables"].values]
    assert first[0] == ("About.", None)
    assert ("volume_fractions", 2) in first
    assert ("empty", 0) in first


def test_equal_tables_have_equal_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(tmp_path / name, TABLES, ["About."])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_sheets_have_names_of_their_own():
    long = "x" * 40
    names = sheet_names({"tables": None, long: None, long + "y": None})
    assert names["tables"] == "tables~2"
    assert names[long] == "x" * 31
    assert names[long + "y"] == "x" * 29 + "~2"


def test_a_table_too_large_for_a_sheet_is_left_out_and_named(tmp_path, monkeypatch):
    monkeypatch.setattr("manyeyes.files.workbook.MOST_ROWS", 1)
    assert write_workbook(tmp_path / "t.xlsx", TABLES, []) == ["volume_fractions"]
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == ["tables", "empty"]
    assert any("see volume_fractions.csv" in str(row[0]) for row in book["tables"].values)
