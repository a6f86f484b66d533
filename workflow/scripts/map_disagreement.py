"""Map where the users of one image and variant disagree."""

from manyeyes.files.results import read_result, write_volume
from manyeyes.labels import phases_from_config
from manyeyes.measures.maps import disagreement_map
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `map_disagreement`."""
    params = snakemake.params
    phases = phases_from_config(params.phases)
    found = disagreement_map(map(read_result, snakemake.input.segmentations), phases)
    who = f"share of pairs that differ, of {', '.join(params.users)}"
    write_volume(snakemake.output[0], found, params.voxel_size_nm, who)


if __name__ == "__main__":
    run(main, snakemake)
