"""Let simulated users annotate one image with every variant of a block."""

from manyeyes.annotations import Drawing
from manyeyes.files.annotations import write_annotation
from manyeyes.files.results import read_mask, read_result
from manyeyes.labels import phases_from_config
from manyeyes.methods import annotate
from manyeyes.running.rule_script import note, run
from manyeyes.users.population import Population, draw_traits


def main(snakemake) -> None:
    """Run the rules `annotate_<block>`."""
    wildcards, params, output = snakemake.wildcards, snakemake.params, snakemake.output
    image = read_result(snakemake.input.image)
    inside = read_mask(snakemake.input.get("mask"))
    population = Population.from_mapping(params.population)
    phases = phases_from_config(params.phases)
    drawings = iter(output.drawings)
    work = [(user, *named) for user in params.users for named in params.variants.items()]
    for (user, name, variant), path in zip(work, output.annotations, strict=True):
        note(snakemake, f"{user} annotates with {name}")
        names = (params.seed, user, wildcards.dataset, wildcards.filter)
        try:
            annotation = annotate(
                image,
                variant,
                draw_traits(population, params.seed, user),
                seed_names=names,
                output_names=(*names, name, "first output"),
                inside=inside,
                phases=phases,
            )
        except ValueError as error:
            where = f"{wildcards.dataset} ({wildcards.filter}), {name} by {user}"
            raise ValueError(f"{where}: {error}") from error
        drawing = next(drawings) if isinstance(annotation, Drawing) else None
        write_annotation(annotation, path, drawing, user, params.voxel_size_nm)


if __name__ == "__main__":
    run(main, snakemake)
