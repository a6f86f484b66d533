"""Faults in the text of a config are reported with their line, before Snakemake reads it."""

import random
from pathlib import Path

import pytest
import yaml

from manyeyes.study.config_files import file_problems
from manyeyes.study.text import text_problems

TOP = Path(__file__).parents[2]
SHIPPED = sorted((TOP / "config").glob("*.yaml"))


def test_the_files_that_we_ship_are_well():
    assert SHIPPED
    assert file_problems(SHIPPED) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("study: a\ndatasets:\n\tcell: 1\n", "line 3, column 1: there is a tab here"),
        ("study: a\nb:\n  c: {a: 1}\n\td: 2\n", "line 4, column 1: there is a tab here"),
        ("study: a\nb:\n  c:\n    a: 1\n   b: 2\n", "line 5, column 4: the indentation"),
        ("users:\n  - A\n - B\n", "line 3, column 2: the indentation"),
        ("study: a\n  seed: 2\n", "line 2, column 7: a colon is not expected here"),
        ("title: a: b\n", "line 1, column 9: a colon is not expected here"),
        ("a: 1\nb: {c: {d: 1}\ne: 1\n", "closing } is missing; the { is in line 2"),
        ("a: 1\nusers: [A, B\nseed: 1\n", "closing ] is missing; the [ is in line 2"),
        ("a: 1\nb: {c: [\n", "line 2, column 9: the text ends, and a [ or { that was opened"),
        ("a: [1, }\n", "line 1, column 8: a value is missing here, or there is a comma, bracket"),
        ('a: 1\ndata_folder: "C:\\my\\data"\n', "line 2, column 18: a backslash"),
        ('a: 1\ndata_folder: "C:\\users"\n', "line 2, column 19: a backslash"),
        ('study: "a\nseed: 1\n', "line 1, column 8: the quote that opens here is never closed"),
        ("study:mine\nseed: 1\n", "line 1, column 6: a blank is missing behind the colon"),
        ("study: a\nseed:1\n", "line 2, column 5: a blank is missing behind the colon"),
        ("d:\n  a: 1\n  b:2\n  c: 3\n", "line 3, column 4: a blank is missing behind the colon"),
        ("u:\n  - x\n  -{a: 1, b: 2}\n", "line 3, column 3: a blank is missing behind the -"),
        ("t: 'it's mine'\nseed: 1\n", "line 1, column 7: a ' ends the text"),
        ('t: "a "b" c"\nseed: 1\n', 'line 1, column 7: a " ends the text'),
        ("study: a\nseed:\u00a01\n", "line 2, column 6: a no-break space"),
        ("a: @x\n", "line 1, column 4: no value begins with this character"),
        ("a: *x\n", "line 1, column 4: this * names"),
        ("a: !own 1\n", "line 1, column 4: a tag (!)"),
        ("a: 1\n---\nb: 2\n", "line 2, column 1: a second document"),
        ("a: 1\nb: \x00\n", "line 2, column 4: a character that does not belong in text (U+0000)"),
        ("a: 2021-13-45\n", "line 1, column 4: 2021-13-45 looks like a date"),
        ("- a\n", "expected keys with values, such as study: mine, found a list"),
        ("hello\n", "found a single text"),
        ("# nothing\n", "the file is empty"),
        ("{a: 1}: 2\n", "line 1, column 1: a list or mapping cannot be a key"),
        ("a: &a {b: *a}\n", "line 1: a.b contains itself"),
    ],
)
def test_faults_of_form_are_told_with_their_place(text, words):
    (problem,) = text_problems(text.encode())
    assert words in problem


def test_the_line_itself_is_shown_and_its_tabs_are_seen():
    (problem,) = text_problems(b"study: a\ndatasets:\n  \tcell: 1\n")
    assert problem.splitlines()[1] == "      →cell: 1"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("study: a\nseed: 1\nstudy: b\n", "study is given twice (lines 1 and 3)"),
        ("d:\n  cell: {a: 1}\n  cell: {a: 2}\n", "d.cell is given twice (lines 2 and 3)"),
        ("a: {x: 1, 'x': 2}\n", "a.x is given twice (line 1)"),
        ("l:\n- {n: 1}\n- n: 1\n  n: 2\n", "l.1.n is given twice (lines 3 and 4)"),
        ('{\n\t"a": 1,\n\t"a": 2}', "a is given twice (lines 2 and 3)"),
    ],
)
def test_a_key_given_twice_is_refused_with_both_lines(text, words):
    (problem,) = text_problems(text.encode())
    assert words in problem


def test_what_is_no_fault_passes():
    for text in (
        "a: &a {x: 1}\nb: {<<: *a, x: 2}\n",  # a value that replaces a merged one
        '{\n\t"a": {"b": 1}\n}',  # JSON with tabs
        "\ufeffa: 1\n",  # as Windows begins a file
        "a: {b: 1}\nc: {b: 1}\n",
        "a: 1\r\nb: 2\r\n",
    ):
        assert text_problems(text.encode()) == []


def test_a_file_that_is_not_utf_8_is_named_with_the_byte(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_bytes("study: mine\ntitle: Größe\n".encode("latin-1"))
    (problem,) = file_problems([path])
    assert problem.startswith(f"{path}: line 2: the file is not in UTF-8 (byte 22 is 0xf6)")


def test_a_missing_file_and_a_folder_are_told(tmp_path):
    missing, folder = file_problems([tmp_path / "no.yaml", tmp_path])
    assert "no.yaml: there is no such file" in missing
    assert "cannot be read" in folder


def test_only_the_file_that_is_wrong_is_named(tmp_path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("study: a\n")
    bad.write_text("study: a\nstudy: b\n")
    (problem,) = file_problems([good, bad])
    assert problem.startswith(f"{bad}: line 2: study is given twice")


def test_whatever_yaml_refuses_is_told_in_a_sentence_with_a_line():
    whole = (TOP / "config/nmc1-crop.yaml").read_bytes()
    odd = b"\t {}[]:\"'\\#&*!|>%@`,-?\x00\xff\n"
    rng = random.Random(11)
    refused = 0
    for _ in range(150):
        content = bytearray(whole)
        for _ in range(rng.randint(1, 3)):
            place = rng.randrange(len(content))
            if rng.random() < 0.5:
                content[place] = rng.choice(odd)
            else:
                del content[place : place + rng.randint(1, 30)]
        problems = text_problems(bytes(content))
        try:
            fits = isinstance(yaml.safe_load(bytes(content).decode()), dict)
        except (ValueError, yaml.YAMLError):
            fits = False
        refused += not fits
        assert fits or problems, bytes(content)
        assert all(problem.startswith("line") for problem in problems), problems
    assert refused > 20
