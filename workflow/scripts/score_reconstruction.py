"""Score reconstructed slices of a twin against its truth."""

import pandas as pd

from manyeyes.files.results import read_result
from manyeyes.files.tables import write_table
from manyeyes.projections.scanning import ScanSettings
from manyeyes.projections.scores import score_reconstruction
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `score_reconstruction`."""
    given, params = snakemake.input, snakemake.params
    attenuation = ScanSettings(**params.scan).attenuation_per_cm
    score = score_reconstruction(
        read_result(given.slices), read_result(given.truth), attenuation, params.voxel_size_nm
    )
    row = {"dataset": snakemake.wildcards.dataset, **score._asdict()}
    write_table(pd.DataFrame([row]), snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
