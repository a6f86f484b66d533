import os
import subprocess
import sys
from pathlib import Path

import pytest

from manyeyes.running.code_digest import (
    _closure,
    _files_of,
    _imported_files,
    _lazy_names,
    _meaning,
    _root,
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


LABELS_ALONE = """
import sys

import numpy as np

import segment
from manyeyes.annotations import Drawing, Threshold, Window
from manyeyes.methods import METHODS, Request, label

image = np.arange(512, dtype=np.uint8).reshape(8, 8, 8)
labels = np.where(image > 99, 1, 2).astype(np.uint8)
done = {"threshold": Threshold(9), "window": Window(9, 99), "drawing": Drawing(labels)}
for method in METHODS.values():
    if method.annotation == "finished" or "drawings_of" in method.settings:
        continue  # imported, or labelled by jobs of their own
    made = done[method.kind.stored_as]
    request = Request({"method": method.name, "forest": {"trees": 1}}, lambda: made, "A", ())
    assert next(label(image, [request]))[0].all()
sys.exit("manyeyes.users" in sys.modules)
"""

ANNOTATES_ALONE = """
import sys

import numpy as np

import annotate
from manyeyes.methods import METHODS
from manyeyes.users.population import Population, draw_traits

image = np.where(np.indices((16, 32, 32))[2] > 15, 160, 60).astype(np.uint8)
settings = {"offset": 0, "seed_error": 0.1, "slices": "first"}
for method in METHODS.values():
    if method.annotate and not method.looks_at_output and "drawings_of" not in method.settings:
        variant = {"method": method.name, **{key: settings[key] for key in method.required}}
        traits = draw_traits(Population(), 1, "A")
        annotate.annotate(image, variant, traits, seed_names=(1,), output_names=(1,))
sys.exit("manyeyes.forest" in sys.modules)
"""


@pytest.mark.parametrize("code", [LABELS_ALONE, ANNOTATES_ALONE])
def test_scripts_do_without_what_the_rules_leave_out_of_their_digest(code):
    """Labels are made without simulated users, annotations without the forest."""
    top = Path(__file__).parents[2]
    path = os.pathsep.join(str(top / part) for part in ("src", "workflow/scripts"))
    environment = {**os.environ, "PYTHONPATH": path}
    assert (
        subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
    )


# Words of errors, what a run shows, and what commands do: none of them decides a result.
NO_RESULT = ("files/recognition.py", "files/formats/zarr.py", "running/run_display.py", "commands")


@pytest.mark.parametrize("name", NO_RESULT)
def test_no_script_runs_again_because_of_other_words(name):
    top = Path(__file__).parents[2]
    roots = (_root(top / "src" / "manyeyes"),)
    unused = top / "src" / "manyeyes" / name
    assert unused.exists()
    for script in sorted((top / "workflow" / "scripts").glob("*.py")):
        used = _closure([script], roots, set())
        assert [path for path in used if unused in (path, *path.parents)] == [], script.name


def test_names_outside_the_house_are_left_to_the_lock(house):
    assert list(_files_of("numpy.random", (_root(house),))) == []


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


def test_of_a_folder_with_other_packages_the_named_one_counts_alone(house):
    """An installed library lies beside NumPy and all else."""
    (house / "script.py").write_text("import other\nfrom house.draw import bar\n")
    (house / "other.py").write_text("NUMBER = 1\n")

    def installed():
        digest(house)
        return code_digest(house / "script.py", [house / "house", house / "scripts"])

    before = installed()
    (house / "other.py").write_text("NUMBER = 2\n")
    assert installed() == before
    (house / "house" / "style.py").write_text("COLOUR = 'blue'\n")
    assert installed() != before
