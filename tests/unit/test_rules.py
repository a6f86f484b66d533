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


def test_forests_are_allotted_the_labels_that_they_choose_from():
    told = re.search(r"^CHOICE = (\d+)$", (RULES / "common.smk").read_text(), re.MULTILINE)
    assert int(told[1]) == POOL
    most = re.search(r"^MOST_LABELS = (\w+)$", (RULES / "common.smk").read_text(), re.MULTILINE)
    assert int(most[1]) == MOST_LABELS
