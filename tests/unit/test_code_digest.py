import pytest

from code_digest import _files_of, _imported_files, _meaning, _tree, code_digest

SCRIPT = '"""Draw."""\nfrom house.draw import bar\n\n# why\nbar(1)\n'


@pytest.fixture
def house(tmp_path):
    package = tmp_path / "house"
    package.mkdir()
    (package / "__init__.py").write_text('"""A house."""\n')
    (package / "draw.py").write_text("from .style import COLOUR\n\n\ndef bar(n):\n    return n\n")
    (package / "style.py").write_text("COLOUR = 'red'\n")
    (package / "other.py").write_text("NUMBER = 1\n")
    (tmp_path / "script.py").write_text(SCRIPT)
    return tmp_path


def digest(house):
    for cached in (_tree, _imported_files, _meaning):
        cached.cache_clear()
    return code_digest(house / "script.py", house)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("script.py", SCRIPT.replace("bar(1)", "bar(2)")),
        ("house/draw.py", "from .style import COLOUR\n\n\ndef bar(n):\n    return n + 1\n"),
        ("house/style.py", "COLOUR = 'blue'\n"),
        ("house/style.py", "COLOUR = None\n"),
        ("house/__init__.py", "import house.other\n"),
    ],
)
def test_an_edit_of_what_a_script_runs_counts(house, file, text):
    before = digest(house)
    (house / file).write_text(text)
    assert digest(house) != before


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("script.py", SCRIPT.replace("# why", "# why not").replace("Draw.", "Draw it.")),
        ("house/style.py", "# a comment\nCOLOUR = (\n    'red'\n)\n"),
        ("house/other.py", "NUMBER = 2\n"),
        ("house/__init__.py", '"""Another docstring."""\n'),
    ],
)
def test_comments_layout_and_other_modules_do_not_count(house, file, text):
    before = digest(house)
    (house / file).write_text(text)
    assert digest(house) == before


def test_names_outside_the_house_are_left_to_the_lock(house):
    assert list(_files_of("numpy.random", house)) == []
