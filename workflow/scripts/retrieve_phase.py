"""Retrieve the phase, some whole projections at a time."""

from manyeyes.files.results import write_views
from manyeyes.files.sinograms import read_angles, stored_shape, write_angles
from manyeyes.projections.reconstruct import slabs
from manyeyes.projections.steps import ReconstructionSettings, with_phase
from manyeyes.projections.views import reduced
from manyeyes.running.progress import with_progress
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `retrieve_phase`."""
    params, output, source = snakemake.params, snakemake.output, snakemake.input.normalised
    settings = ReconstructionSettings(**params.settings)
    shape = stored_shape(source)
    parts = slabs(0, shape[0], params.angles_at_once)
    views = {}

    def done():
        for first, end in with_progress(snakemake, parts, len(parts), "groups of projections"):
            before = read_angles(source, first, end)
            after = with_phase(before, params.voxel_size_nm, settings)
            if first == 0:
                views.update(phase_before=reduced(before[0]), phase_after=reduced(after[0]))
            yield first, after

    write_angles(output.phase, shape, done())
    write_views(output.views, views)


if __name__ == "__main__":
    run(main, snakemake)
