"""Let simulated users annotate one image with every variant of a block."""

from manyeyes.randomness import seed_from_names
from manyeyes.users import Drawing, Population, annotate, draw_traits
from rule_script import note, run
from study_files import read_volume, write_annotation


def forest_output(image, training, *names):
    """Return what gives a user the first output on some slices, from labels drawn so far."""

    def first_output(labels, slices):
        # Thresholds and windows need no forest, and its import takes longer than they do.
        from manyeyes.forest import classify, fit_forest

        forest = fit_forest(image, labels, seed=seed_from_names(*names), **training)
        return classify(image, forest, slices=slices)

    return first_output


def main(snakemake) -> None:
    """Run the rules `annotate_<block>`."""
    wildcards, params, output = snakemake.wildcards, snakemake.params, snakemake.output
    image = read_volume(snakemake.input.image)
    population = Population.from_mapping(params.population)
    drawings = iter(output.drawings)
    work = [(user, *named) for user in params.users for named in params.variants.items()]
    for (user, name, variant), path in zip(work, output.annotations, strict=True):
        note(snakemake, f"{user} does {name}")
        traits = draw_traits(population, params.seed, user)
        names = (params.seed, user, wildcards.dataset, wildcards.filter)
        annotation = annotate(
            image,
            {"name": name, **variant},
            traits,
            seed_names=names,
            first_output=forest_output(image, variant.get("forest"), *names, name, "first output"),
        )
        drawing = next(drawings) if isinstance(annotation, Drawing) else None
        write_annotation(annotation, path, drawing, user, params.voxel_size_nm)


if __name__ == "__main__":
    run(main, snakemake)
