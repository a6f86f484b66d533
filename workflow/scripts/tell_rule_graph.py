"""Ask Snakemake which rules the study's results come from, and which of them needs which."""

import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from manyeyes.files.tables import write_table
from manyeyes.report.rule_graph import needs_from_dot
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `tell_rule_graph`."""
    with tempfile.TemporaryDirectory() as folder:
        # The merged config as one file: the command line's own order of files does not matter then.
        config = Path(folder) / "config.yaml"
        config.write_text(yaml.safe_dump(snakemake.config), encoding="utf-8")
        snakefile = Path(snakemake.scriptdir).parent / "Snakefile"
        call = [sys.executable, "-m", "snakemake", "--snakefile", snakefile]
        call += ["--configfile", config, "--workflow-profile", "none", "--nolock"]
        call += ["--rulegraph", "dot", "--quiet"]
        done = subprocess.run(
            [str(part) for part in call], capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise ValueError(f"Snakemake could not tell the graph of its rules:\n{done.stderr[-2000:]}")
    write_table(needs_from_dot(done.stdout), snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
