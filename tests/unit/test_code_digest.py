import subprocess
import sys
from pathlib import Path

import pytest

from manyeyes.running.code_digest import (
    _files_of,
    _imported_files,
    _lazy_names,
    _meaning,
    _tree,
    code_digest,
)

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


def digest(house, *also):
    for cached in (_tree, _lazy_names, _imported_files, _meaning):
        cached.cache_clear()
    return code_digest(house / "script.py", [house], also=[house / name for name in also])


def test_modules_that_are_found_without_an_import_count_where_they_are_named(house):
    alone, named = digest(house), digest(house, "house/other.py")
    (house / "house/other.py").write_text("NUMBER = 2\n")
    assert digest(house) == alone
    assert digest(house, "house/other.py") != named


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


def test_what_a_job_does_not_need_is_left_out(house):
    (house / "house" / "heavy").mkdir()
    (house / "house" / "heavy" / "__init__.py").write_text("WEIGHT = 1\n")
    lazy = "def main():\n    from house.heavy import WEIGHT\n\n    return WEIGHT\n"
    (house / "script.py").write_text(SCRIPT + lazy)

    def both():
        whole = digest(house)
        return whole, code_digest(house / "script.py", [house], without="house.heavy")

    before = both()
    (house / "house" / "heavy" / "__init__.py").write_text("WEIGHT = 2\n")
    heavier = both()
    assert heavier[0] != before[0]
    assert heavier[1] == before[1]
    (house / "house" / "draw.py").write_text("def bar(n):\n    return -n\n")
    assert both()[1] != before[1]


@pytest.mark.parametrize("script", ["annotate", "segment"])
def test_scripts_import_the_forest_only_where_it_is_needed(script):
    """What the rules rely on when they leave the forest out of a job's digest."""
    code = f"import sys, {script}; sys.exit('manyeyes.forest' in sys.modules)"
    scripts = Path(__file__).parents[2] / "workflow" / "scripts"
    assert subprocess.run([sys.executable, "-c", code], cwd=scripts, check=False).returncode == 0


def test_names_outside_the_house_are_left_to_the_lock(house):
    assert list(_files_of("numpy.random", (house,))) == []


def test_a_name_imported_on_first_use_counts_as_its_module(house):
    (house / "house" / "__init__.py").write_text(
        '_MODULE_OF = {"bar": "draw", "NUMBER": "other"}\n'
    )
    (house / "script.py").write_text("from house import bar\n\nbar(1)\n")
    before = digest(house)
    (house / "house" / "other.py").write_text("NUMBER = 2\n")
    assert digest(house) == before
    (house / "house" / "style.py").write_text("COLOUR = 'blue'\n")
    assert digest(house) != before


def test_no_rule_makes_its_digest_from_more_than_wildcards():
    # Snakemake does not compare parameters that depend on input, output or resources.
    rules = (Path(__file__).parents[2] / "workflow/rules").glob("*.smk")
    assert [path for path in rules if "code=lambda wildcards," in path.read_text()] == []
