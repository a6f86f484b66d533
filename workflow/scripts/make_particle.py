"""Make a twin of a particle and its slices as a detector of backscattered electrons sees them."""

from manyeyes.files.particle_slices import write_slices
from manyeyes.pores.bse import bse_slices
from manyeyes.pores.particle import particle_grains, particle_truth
from manyeyes.pores.settings import BseSettings, ParticleSettings
from manyeyes.running.rule_script import run
from manyeyes.settings import read_settings


def main(snakemake) -> None:
    """Run the rule `make_particle`."""
    names = tuple(snakemake.params.names)
    settings = read_settings(snakemake.params.particle, ParticleSettings, "particle")
    imaging = read_settings(snakemake.params.imaging, BseSettings, "imaging")
    truth = particle_truth(settings, names)
    write_slices(snakemake.output.truth, truth, settings.voxel_size_nm)
    grains = particle_grains(settings, names)
    seen = bse_slices(truth, imaging, names, grains, settings.voxel_size_nm)
    write_slices(snakemake.output.acquired, seen, settings.voxel_size_nm)


if __name__ == "__main__":
    run(main, snakemake)
