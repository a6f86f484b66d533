"""Map how many of a forest's trees call each voxel active material."""

from manyeyes.annotations import annotation_from
from manyeyes.files.annotations import read_annotation
from manyeyes.files.errors import RUN_AGAIN
from manyeyes.files.results import read_mask, read_result, write_volume
from manyeyes.labels import phases_from_config
from manyeyes.methods import Request
from manyeyes.methods._forests import active_probability
from manyeyes.running.rule_script import run


def main(snakemake) -> None:
    """Run the rule `map_probability`."""
    wildcards, params, given = snakemake.wildcards, snakemake.params, snakemake.input
    image, inside = read_result(given.image), read_mask(given.get("mask"))
    stored = read_annotation(given.annotation, given.drawing, RUN_AGAIN)
    names = (wildcards.dataset, wildcards.filter, wildcards.variant)
    request = Request(
        variant=params.variant,
        read=lambda: annotation_from(*stored),
        user=wildcards.user,
        names=(params.seed, wildcards.user, *names),
        phases=phases_from_config(params.phases),
    )
    found, made_by = active_probability(image, request, inside)
    write_volume(snakemake.output[0], found, params.voxel_size_nm, made_by)


if __name__ == "__main__":
    run(main, snakemake)
