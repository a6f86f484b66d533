"""Links, paths and configs that the documentation names exist."""

import re
from pathlib import Path

import pytest
import yaml

from manyeyes.commands.main import COMMANDS
from manyeyes.study.form import problems
from manyeyes.study.known import with_known
from manyeyes.study.reading import study_from_config
from manyeyes.study.sense import sense_problems

TOP = Path(__file__).parents[2]
SCHEMA = yaml.safe_load((TOP / "workflow/schemas/study.schema.yaml").read_text(encoding="utf-8"))
PROTOCOL = yaml.safe_load((TOP / "config/protocol.yaml").read_text(encoding="utf-8"))
KNOWN = yaml.safe_load((TOP / "config/datasets.yaml").read_text(encoding="utf-8"))
PAGES = [*sorted(TOP.glob("*.md")), TOP / "config/README.md", *sorted(TOP.glob("docs/*.md"))]
# The changelog names paths that are gone.
CURRENT = [page for page in PAGES if page.name != "CHANGELOG.md"]
FOLDERS = "src|workflow|tools|tests|benchmarks|config|profiles|envs|docs"


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def anchors_of(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h).lower().replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(TOP).as_posix())
def test_links_lead_to_pages_and_headings(page):
    for link, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", text_of(page)):
        target = page.parent / link if link else page
        assert target.exists(), link
        assert not anchor or anchor in anchors_of(target), f"{link}#{anchor}"


@pytest.mark.parametrize("page", CURRENT, ids=lambda page: page.relative_to(TOP).as_posix())
def test_paths_of_the_repository_exist(page):
    named = re.findall(rf"(?<![\w/.])(?:{FOLDERS})/[\w./-]*\w(?:/|\b)", text_of(page))
    mine = {"config/mine.yaml", "tools/run_rule_script.py"}
    missing = [p for p in named if p not in mine and not (TOP / p).exists()]
    assert missing == []


def test_every_page_is_in_the_index():
    index = text_of(TOP / "docs/README.md")
    assert [p.name for p in TOP.glob("docs/*.md") if f"({p.name})" not in index] == ["README.md"]


@pytest.mark.parametrize("page", CURRENT, ids=lambda page: page.relative_to(TOP).as_posix())
def test_commands_exist(page):
    named = set(re.findall(r"(?:`|bin/)manyeyes ([a-z-]+)", text_of(page)))
    assert named - COMMANDS.keys() == set()


def test_configs_for_tomograms_of_ones_own_are_valid():
    page = text_of(TOP / "docs/own-data.md")
    examples = re.findall(r"```yaml\n(study:.*?)```", page, re.DOTALL)
    assert len(examples) == 3
    for example in examples:
        config = with_known(PROTOCOL | yaml.safe_load(example), KNOWN)
        assert problems(config, SCHEMA) == []
        assert sense_problems(config) == []
        study = study_from_config(config)
        assert study.datasets["my-cathode"].origin == "measured"
        assert study.cells() or study.asked


def test_the_readme_stays_short_and_keeps_its_two_commands():
    readme = text_of(TOP / "README.md")
    assert len(readme.splitlines()) <= 120
    assert "```sh\nmake reproduce\n```" in readme
    assert "```sh\nmake test\n```" in readme
