"""Links, paths, commands and configs that the documentation names exist."""

import argparse
import importlib
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
import tifffile
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
    named = set(re.findall(r"(?:`|bin/|^)manyeyes ([a-z-]+)", text_of(page), re.MULTILINE))
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


def walk_through(language):
    """Return the code blocks of a language in the walk-through of own-data.md."""
    page = text_of(TOP / "docs/own-data.md")
    walk = page[page.index("## The afternoon") : page.index("## A tomogram")]
    return re.findall(rf"```{language}\n(.*?)```", walk, re.DOTALL)


def commands_in(blocks):
    """Return the arguments of every call of the program in blocks of shell commands."""
    calls = [shlex.split(line, comments=True) for block in blocks for line in block.splitlines()]
    return [call[1:] for call in calls if call and call[0].split("/")[-1] == "manyeyes"]


class Understood(BaseException):
    """A command has read its arguments; no handler of errors may take it for one."""


def parsed(monkeypatch, name, *arguments):
    """Return options, and what is no option, of a call of a command that then does nothing."""
    read = argparse.ArgumentParser.parse_known_args

    def read_only(parser, *given):
        raise Understood(*read(parser, *given))

    module = importlib.import_module(f"manyeyes.commands.{name.replace('-', '_')}")
    with monkeypatch.context() as patched, pytest.raises(Understood) as found:
        patched.setattr(argparse.ArgumentParser, "parse_known_args", read_only)
        module.main(list(arguments))
    return found.value.args


def shell_blocks(page):
    """Return the blocks of shell commands of a page."""
    return re.findall(r"```sh\n(.*?)```", text_of(page), re.DOTALL)


PAGES_WITH_COMMANDS = [page for page in CURRENT if commands_in(shell_blocks(page))]


@pytest.mark.parametrize("page", PAGES_WITH_COMMANDS, ids=lambda page: page.name)
def test_every_command_line_is_understood(page, monkeypatch):
    for name, *arguments in commands_in(shell_blocks(page)):
        _, others = parsed(monkeypatch, name, *arguments)
        # `run` hands on what it does not know to Snakemake.
        handed_on = {"--dry-run", "--profile"} if name == "run" else set()
        assert {other for other in others if other.startswith("-")} <= handed_on, (name, others)
        assert others == [] or handed_on, (name, others)


def test_a_command_line_with_a_mistake_is_found(monkeypatch):
    _, others = parsed(monkeypatch, "annotate", "mine.yaml", "--user", "jo", "--siting", "2")
    assert others == ["--siting", "2"]
    with pytest.raises(SystemExit):
        parsed(monkeypatch, "fit-person", "mine.yaml")


def test_the_walk_through_uses_every_command_of_the_path():
    used = {call[0] for call in commands_in(walk_through("sh"))}
    assert used == {"new-study", "check", "run", "annotate", "compare", "fit-person", "export"}


def test_the_walk_through_fetches_the_file_of_the_study_of_the_crop():
    source = yaml.safe_load((TOP / "config/nmc1-crop.yaml").read_text())["datasets"]
    address = source["NMC-1-crop"]["source"]["url"]
    assert f"curl -L -O {address}\n" in "".join(walk_through("sh"))


def merged(config, added):
    """Return a config with what a block of the walk-through adds to it, or replaces."""
    both = isinstance(config, dict) and isinstance(added, dict)
    return {**config, **{k: merged(config.get(k), v) for k, v in added.items()}} if both else added


def test_the_configs_of_the_walk_through_are_valid(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    greys = np.random.default_rng(1).integers(13000, 48000, (75, 75, 75), dtype=np.uint16)
    tifffile.imwrite("nmc1cal.tif", greys)
    blocks = commands_in(walk_through("sh"))
    assert blocks[0][0] == "new-study"
    assert importlib.import_module("manyeyes.commands.new_study").main(blocks[0][1:]) == 0
    written = yaml.safe_load(Path("afternoon.yaml").read_text())
    people = []
    for block in walk_through("yaml"):
        added = yaml.safe_load(block)
        assert set(added.get("datasets", {})) <= set(written["datasets"])
        written = merged(written, added)
        config = with_known(PROTOCOL | written, KNOWN)
        assert problems(config, SCHEMA) == []
        assert sense_problems(config) == []
        study = study_from_config(config)
        people.append([name for name, user in study.users.items() if user.made_by == "recorded"])
    assert people == [["jo", "kim", "lea"], ["jo", "kim", "lea", "otsu"]]
    assert study.datasets["nmc1cal"].truth is not None


def test_the_readme_stays_short_and_keeps_its_two_commands():
    readme = text_of(TOP / "README.md")
    assert len(readme.splitlines()) <= 120
    assert "```sh\nmake reproduce\n```" in readme
    assert "```sh\nmake test\n```" in readme
