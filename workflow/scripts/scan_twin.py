"""Scan a truth: the counts of a detector behind it, with the faults of the detector."""

import numpy as np

from manyeyes.files.documents import write_json
from manyeyes.files.projections.dxchange import write_dxchange
from manyeyes.files.results import read_result
from manyeyes.projections.forward import attenuation_map, scan
from manyeyes.projections.scanning import ScanSettings
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `scan_twin`."""
    params, output = snakemake.params, snakemake.output
    truth = read_result(snakemake.input.truth)
    settings = ScanSettings(**params.scan)
    edge = max(truth.shape[1:])
    voxels = attenuation_map(truth, settings.attenuation_per_cm, params.voxel_size_nm)
    # Nothing surrounds the block. The axis is at the middle of a square that holds it.
    beside = [(0, 0), *((0, edge - length) for length in truth.shape[1:])]
    seen = scan(
        np.pad(voxels, beside),
        *(params.seed, snakemake.wildcards.dataset, "scan"),
        projections_count=settings.projections,
        photons=settings.photons,
        columns=settings.columns(edge),
        centre=settings.axis(edge),
        drift=settings.drift,
        faulty_gain=settings.faulty_gain,
        dead_share=settings.dead_share,
        zinger_share=settings.zinger_share,
        dark_counts=settings.dark_counts,
        frames=settings.whites,
    )
    write_dxchange(output.scan, seen.counts, seen.whites, seen.darks, seen.angles_deg)
    facts = {
        "dead_true": int(np.count_nonzero(seen.gains == 0)),
        "zingers_true": seen.zingers,
        "axis_column_true": float(np.mean(seen.centres)),
    }
    write_json(facts, output.facts)


if __name__ == "__main__":
    run(main, snakemake)
