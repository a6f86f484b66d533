"""The parsed rules: each is ready for a cluster, and no rule file holds a function of its own."""

import os
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tifffile
import yaml

from manyeyes.forest.classifier import MOST_LABELS, POOL
from manyeyes.running.by_hand import job_that_makes, parsed_workflow
from manyeyes.running.rule_graph import write_rule_graph
from manyeyes.study import cost

TOP = Path(__file__).parents[2]
RULES = TOP / "workflow" / "rules"
SCRIPTS = TOP / "workflow" / "scripts"
# Wildcards, of which each rule has some.
OF_ANY_RULE = SimpleNamespace(
    dataset="NMC-2",
    filter="raw",
    variant="recorded",
    user="jo",
    block="drawn",
    figure="fig3",
    table="errors",
)


@pytest.fixture(scope="module")
def workflow(tmp_path_factory):
    """Return the rules of a study that has a bit of everything."""
    folder = tmp_path_factory.mktemp("rules")
    config = yaml.safe_load((TOP / "config/tiny.yaml").read_text(encoding="utf-8"))
    recorded = {
        "datasets": ["NMC-2"],
        "filters": ["raw"],
        "variants": ["recorded"],
        "source": {"file": "jo.tif"},
    }
    config["users"] = ["A", "B", "C", {"name": "jo", "recorded": [recorded]}]
    config["variants"] = {"recorded": {"method": "recorded_forest"}}
    tifffile.imwrite(folder / "jo.tif", np.ones((64, 64, 64), np.uint8))
    config["data_folder"] = str(folder)
    config |= {"imitators": 10, "structures": ["contour"], "ablations": {"Seeds.": ["ML1", "ML2"]}}
    (folder / "all.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    before = Path.cwd()
    os.chdir(folder)
    try:
        with parsed_workflow("all.yaml") as parsed:
            yield parsed
    finally:
        os.chdir(before)


@pytest.fixture(scope="module")
def rules(workflow):
    return [rule for rule in workflow.rules if rule.script]


def test_every_part_of_a_study_has_rules(rules):
    names = {rule.name for rule in rules}
    assert len(names) > 55
    assert {
        "annotate_drawn",
        "segment_recorded",
        "imitate_person",
        "repeat_plan",
        "compute_table_with_text",
        "explore_traits",
        "fibsem_score",
        "fetch_file",
        "write_report",
    } <= names


def test_every_rule_is_ready_for_a_cluster(workflow, rules):
    for rule in rules:
        assert len(rule.log) == 1, rule
        assert rule.conda_env == "../../envs/manyeyes.yaml", rule
        assert callable(rule.resources["mem_mb"]._value), rule
        if rule.name == "fetch_file":  # runs where Snakemake does, which has a network
            assert rule.name in workflow._localrules
            continue
        assert rule.benchmark, rule
        assert rule._group, rule
        for name in ("runtime", "disk_mb"):
            # A number would neither grow with the volume nor when a job is tried again.
            assert callable(rule.resources[name]._value), (rule, name)


def test_logs_are_called_after_the_rule_and_its_wildcards(rules):
    logs = {rule.name: re.sub(r",[^}]*}", "}", rule.log[0]) for rule in rules}
    assert logs["measure"] == "results/tiny/logs/measure/{dataset}/{filter}/{batch}.log"
    assert logs["compare_spread"] == "results/tiny/logs/compare_spread.log"
    assert len(set(logs.values())) == len(logs)


def test_every_rule_knows_the_code_of_its_own_script(rules):
    """An edit reruns what it concerns by this alone."""
    for rule in rules:
        script = Path(rule.script.format(params=rule.params)).name
        assert (SCRIPTS / script).is_file(), rule
        code = dict(rule.params.items())["code"]
        digests = code(OF_ANY_RULE) if callable(code) else code
        for digest in [digests] if isinstance(digests, str) else digests:
            assert re.fullmatch("[0-9a-f]{12}", digest), rule


def test_more_memory_is_asked_for_when_a_job_is_tried_again(rules):
    for rule in rules:
        # Figures ask by what they show, which this study cannot give to all of them.
        if rule.wildcard_names or rule.name.startswith("draw_fig"):
            continue
        memory = rule.resources["mem_mb"]._value
        assert memory(None, attempt=2) == pytest.approx(2 * memory(None, attempt=1), abs=2), rule


def test_no_rule_file_defines_a_function():
    for path in [*RULES.glob("*.smk"), RULES.parent / "Snakefile"]:
        assert not re.search(r"^\s*(def|class) ", path.read_text(encoding="utf-8"), re.M), path


def test_forests_are_allotted_the_labels_that_they_choose_from():
    assert cost.CHOICE == POOL
    assert cost.MOST_LABELS == MOST_LABELS


def test_the_job_of_a_file_is_what_snakemake_would_run(workflow):
    job = job_that_makes(workflow, "results/tiny/segmentations/NMC-2/raw/ML2/B.tif")
    assert job.rule == "segment_seeded"
    assert job.script == SCRIPTS / "segment.py"
    assert job.input.image == "results/tiny/images/NMC-2/raw.tif"
    assert list(job.wildcards) == ["NMC-2", "raw"]
    assert job.params.users == ["A", "B", "C"]
    assert list(job.params.variants) == ["ML1", "ML2", "ML3"]
    assert job.threads == 1
    assert job.config["study"] == "tiny"
    with pytest.raises(ValueError, match=r"no\.csv: no rule with a script makes this file"):
        job_that_makes(workflow, "results/tiny/no.csv")


def test_the_rule_graph_lists_each_need_once(tmp_path):
    class Job:
        def __init__(self, name):
            self.rule = SimpleNamespace(name=name)

    image, one, two, report = map(Job, ("image", "segment", "segment", "report"))
    needs = {image: [], one: [image], two: [image], report: [one, two, image]}
    dag = SimpleNamespace(jobs=list(needs), dependencies=needs)
    path = tmp_path / "parts" / "rule_graph.csv"
    write_rule_graph(dag, path)
    assert path.read_text(encoding="utf-8") == (
        "rule,needed_by\nimage,report\nimage,segment\nsegment,report\n"
    )


def test_a_study_of_traits_alone_has_rules_without_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with parsed_workflow(TOP / "config/sensitivity.yaml") as parsed:
        (rule,) = [rule for rule in parsed.rules if rule.name == "draw_tables"]
        assert list(rule.output) == []
        assert list(rule.log) == ["results/sensitivity/logs/draw_tables.log"]
