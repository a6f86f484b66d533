"""Every rule that runs a script says what a cluster has to know of it."""

import re
from pathlib import Path

import pytest

from manyeyes.forest.classifier import MOST_LABELS, POOL

RULES = Path(__file__).parents[2] / "workflow" / "rules"


def rules():
    found = {}
    for path in sorted(RULES.glob("*.smk")):
        for text in re.split(r"(?m)^(?=(?:    )?rule\b)", path.read_text())[1:]:
            name = re.search(r'rule (\w+):|name:\s+f"(.*)"', text)
            if re.search(r"^ +script:", text, re.MULTILINE):
                found[f"{path.stem}: {name[1] or name[2]}"] = text
    return found


def test_the_rules_are_found():
    assert len(rules()) > 40


@pytest.mark.parametrize("rule", rules())
def test_a_rule_is_ready_for_a_cluster(rule):
    text = rules()[rule]
    wanted = {"log:", "conda:", "mem_mb="}
    if rule != "fetch: fetch_file":  # it runs where Snakemake does, which has a network
        wanted |= {"benchmark:", "group:", "runtime=", "disk_mb="}
    missing = [word for word in wanted if not re.search(rf"^ +{word}", text, re.MULTILINE)]
    assert not missing
    # Numbers would neither grow with the volume nor when a job is tried again.
    assert not re.search(r"mem_mb=\d", text)


def script_of(text):
    """Return the script that a rule runs, as its own file writes it."""
    name = re.search(r'"\.\./scripts/(.*?)"', text.split("    script:")[1])[1]
    if name == "{params.script}":
        return re.search(r'^ +script=f?"(.*)",$', text, re.MULTILINE)[1]
    return name


@pytest.mark.parametrize("rule", rules())
def test_a_rule_is_told_the_code_of_its_own_script(rule):
    """An edit reruns what it concerns by this alone."""
    text = rules()[rule]
    told = re.findall(r'^ +code=(?:lambda \w+: )?\[?\s*code_of\(\s*f?"(.*?)"', text, re.MULTILINE)
    assert told == [script_of(text)]


def test_every_script_of_the_rules_is_there():
    scripts = RULES.parent / "scripts"
    for rule, text in rules().items():
        if "{" not in script_of(text):
            assert (scripts / script_of(text)).is_file(), rule


def test_forests_are_allotted_the_labels_that_they_choose_from():
    told = re.search(r"^CHOICE = (\d+)$", (RULES / "common.smk").read_text(), re.MULTILINE)
    assert int(told[1]) == POOL
    most = re.search(r"^MOST_LABELS = (\w+)$", (RULES / "common.smk").read_text(), re.MULTILINE)
    assert int(most[1]) == MOST_LABELS
