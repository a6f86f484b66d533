"""The workflow as a module of another workflow, from a checkout."""

import pytest
import yaml

from running import TOP, planned

pytestmark = pytest.mark.pipeline

THEIRS = """
configfile: "config.yaml"

module manyeyes:
    snakefile: "{top}/workflow/Snakefile"
    config: config

use rule * from manyeyes as manyeyes_*

rule ours:
    default_target: True
    input: rules.manyeyes_all.input
"""


def test_another_workflow_includes_it(tmp_path):
    config = {}
    for name in ("protocol", "tiny"):
        config |= yaml.safe_load((TOP / f"config/{name}.yaml").read_text())
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    (tmp_path / "Snakefile").write_text(THEIRS.format(top=TOP))
    jobs = planned(tmp_path, snakefile=tmp_path / "Snakefile", config=tmp_path / "config.yaml")
    assert jobs["ours"] == 1
    # Two images, with one job each for all three users.
    assert jobs["manyeyes_annotate_drawn"] == 2
