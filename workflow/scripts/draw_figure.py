"""Draw a figure from the tables and volumes that it needs."""

from manyeyes.figures import style
from manyeyes.figures.figure import FigureData
from manyeyes.figures.publication import Publication
from manyeyes.figures.registry import figure_called
from manyeyes.figures.slices import central_slice
from manyeyes.files.documents import read_json
from manyeyes.files.results import read_mask, read_result, read_views
from manyeyes.files.tables import read_table
from manyeyes.labels import phases_from_config
from manyeyes.measures.quality import grey_histogram
from manyeyes.paper.names import PUBLICATION
from manyeyes.running.rule_script import run

READERS = {
    "views": read_views,
    "facts": read_json,
    "volume": read_result,
    "block": lambda path: read_table(path).iloc[0].to_dict(),
    "scores": read_table,
}


VOLUMES = (
    "images",
    "histograms",
    "cells",
    "truths",
    "votes",
    "volumes",
    "truth_volumes",
    "cell_volumes",
    "imitated",
    "pores",
)


def slices(keys, paths) -> dict:
    """Return central slices of volumes by their keys."""
    pairs = zip(keys, paths, strict=True)
    return {_key(key): central_slice(read_result(path)) for key, path in pairs}


def whole(keys, paths) -> dict:
    """Return volumes by their keys."""
    return {_key(key): read_result(path) for key, path in zip(keys, paths, strict=True)}


def _key(key):
    """Return a key of a job's parameters as a tuple, or a name; Snakemake makes lists of tuples."""
    return key if isinstance(key, str) else tuple(key)


def histograms(images, paths, masks) -> dict:
    """Return how many voxels have each grey level, inside the masks, by (dataset, filter)."""
    return {
        (dataset, filter_): grey_histogram(read_result(path), read_mask(masks.get(dataset)))
        for (dataset, filter_), path in zip(images, paths, strict=True)
    }


def votes(images, paths, pages) -> dict:
    """Return the votes and the number of users of each dataset, variant and group of users."""
    found = {}
    for (dataset, _), path in zip(images, paths, strict=True):
        for page, (variant, made_by, users) in zip(read_result(path), pages[dataset], strict=True):
            found[dataset, variant, made_by] = page, users
    return found


def figure_data(snakemake) -> FigureData:
    """Return the data of the job's figure."""
    given, shown = snakemake.input, snakemake.params.shown
    volumes = {name: (shown.get(name, []), given.get(name, [])) for name in VOLUMES}
    masks = dict(zip(shown.get("masked", []), given.get("masks", []), strict=True))
    facts = dict(shown.get("facts", {}))
    ballots = votes(*volumes["votes"], facts.get("pages"))
    wanted = shown.get("variants", [])
    return FigureData(
        tables={name: read_table(given[name]) for name in shown["tables"]},
        origins=shown["origins"],
        variants=tuple(wanted),
        filters=tuple(shown.get("filters", [])),
        unfiltered=tuple(shown["unfiltered"]),
        methods=shown["methods"],
        only_peoples=tuple(shown["only_peoples"]),
        # what the paper states is of two phases
        publication=PUBLICATION if len(style.phases_in_use().entries) == 2 else Publication(),
        images=slices(*volumes["images"]),
        histograms=histograms(*volumes["histograms"], masks),
        labels=slices(*volumes["cells"]),
        truths=slices(*volumes["truths"]),
        votes={key: page for key, page in ballots.items() if key[1] in wanted},
        volumes=whole(*volumes["volumes"]),
        truth_volumes=whole(*volumes["truth_volumes"]),
        label_volumes=whole(*volumes["cell_volumes"]),
        imitated={
            tuple(cell): read_result(path) for cell, path in zip(*volumes["imitated"], strict=True)
        },
        projected=dict(
            zip(
                shown.get("projected", []),
                map(read_views, given.get("projected", [])),
                strict=True,
            )
        ),
        particles=tuple(shown.get("particles", [])),
        pores=whole(*volumes["pores"]),
        fibsem={name: READERS[name](given[name]) for name in shown.get("fibsem", [])},
        voxel_sizes_nm=shown["voxel_sizes_nm"],
        facts=facts,
    )


def main(snakemake) -> None:
    """Run the rule `draw_figure`."""
    style.use_methods(snakemake.params.shown["methods"])
    style.use_phases(phases_from_config(snakemake.params.phases))
    style.use_font(**snakemake.params.get("style", {}))
    figure = style.scaled(figure_called(snakemake.wildcards.figure).draw(figure_data(snakemake)))
    # No dates, so that equal input gives equal bytes.
    with style.context():
        figure.savefig(snakemake.output.png, format="png", dpi=300, metadata={"Software": None})
        # Both files have one layout, and the second does not compute it again.
        figure.set_layout_engine("none")
        figure.savefig(snakemake.output.svg, format="svg", metadata={"Date": None})


if __name__ == "__main__":
    run(main, snakemake)
