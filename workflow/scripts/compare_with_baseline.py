"""Compare the users' mean volume fractions with the FIB-SEM block and with the paper's number."""

from manyeyes.fibsem.sampling import with_sampling_interval
from manyeyes.files.study_files import read_table, write_table
from manyeyes.measures.tables import Baseline, baseline_table
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `compare_with_baseline`."""
    block = read_table(snakemake.input.block).iloc[0]
    baselines = [
        Baseline(
            "measured",
            block["active_fraction_filled"],
            block["truth_fraction_filled"],
            block["closed_pore_fraction"],
        ),
        Baseline("paper", snakemake.params.paper_percent / 100),
    ]
    fractions = read_table(snakemake.input.volume_fractions)
    table = baseline_table(fractions, dict.fromkeys(snakemake.params.datasets, baselines))
    table = with_sampling_interval(table, read_table(snakemake.input.scatter))
    write_table(table, snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
