"""Networks as a method of users: their seeds, whose drawings they learn from, what they begin with.

A variant of a network is trained from several seeds, and each of them is a variant of its own in
paths, tables and figures. The first keeps the plain name; see `network_seeds.seed_variant_name`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..groups import RECORDED
from ..methods import METHODS
from .model import Block, Cell, Dataset, Study, StudyError
from .network_seeds import seed_variant_name
from .variants import keeps_labels, learns_from, networks_in

LEAST_SEEDS = 3
"""Another seed moves a volume fraction by a third to two thirds as much as another user (the study
`networks`), so one training says little about a user."""

NOT_TRAINING = ("method", "drawings_of", "architecture", "seeds", "start")
"""Keys of a network's variant that are no settings of its training."""


def with_all_seeds(entries: Mapping[str, Mapping], training: Mapping) -> dict[str, Mapping]:
    """Return variants, those of a network once for each seed.

    Parameters
    ----------
    entries : mapping
        The config's ``variants``.
    training : mapping
        Its ``network``: how networks are trained, unless a variant says otherwise.

    Returns
    -------
    dict
        Each network has ``seed``, counted from 1, and its whole ``training``, so that a change of
        either reruns what it concerns; how many seeds there are is nothing to any one of them.
    """
    shared = {key: value for key, value in training.items() if key != "device"}
    variants = {}
    for name, entry in entries.items():
        if not learns_from(entry):
            variants[name] = entry
            continue
        own = {key: value for key, value in entry.items() if key not in NOT_TRAINING}
        kept = {key: entry[key] for key in NOT_TRAINING if key in entry and key != "seeds"}
        for seed in range(1, entry.get("seeds", LEAST_SEEDS) + 1):
            variants[seed_variant_name(name, seed)] = {
                **kept,
                "seed": seed,
                "training": {**shared, **own},
            }
    return variants


def base_and_seed(variants: Mapping[str, Mapping]) -> dict[str, tuple[str, int]]:
    """Return, for each network among variants, its name in the config and its seed."""
    return {
        name: (name.removesuffix(f".seed{variant['seed']}"), variant["seed"])
        for name, variant in networks_in(variants).items()
    }


def all_seeds_of(names: Iterable[str], variants: Mapping[str, Mapping]) -> tuple[str, ...]:
    """Return variants that a config names, each network with all of its seeds."""
    names, bases = tuple(names), base_and_seed(variants)
    wanted = {bases.get(name, (name,))[0] for name in names}
    found = [name for name in variants if bases.get(name, (name,))[0] in wanted]
    order = {name: place for place, name in enumerate(names)}
    found.sort(key=lambda name: order.get(bases.get(name, (name,))[0], len(order)))
    return tuple(found)


def learned_blocks(blocks: Iterable[Block], variants: Mapping[str, Mapping]) -> list[Block]:
    """Return what networks make of the labels that people recorded.

    Simulated users are planned; recorded people did what they did, and every network of the study
    that learns from such drawings learns from theirs.
    """
    found = []
    for block in blocks:
        learned = tuple(n for n, v in variants.items() if learns_from(v) in block.variants)
        if block.made_by == RECORDED and learned:
            found.append(replace(block, name=f"{block.name}.networks", variants=learned))
    return found


def check_networks(
    blocks: Iterable[Block],
    variants: Mapping[str, Mapping],
    datasets: Mapping[str, Dataset],
    filters: Mapping[str, Mapping],
    starts: Mapping[str, Mapping],
) -> None:
    """Refuse networks without drawings to learn from, or whose start has seen what they segment.

    Raises
    ------
    StudyError
    """
    blocks = list(blocks)
    for name, variant in networks_in(variants).items():
        _check_variant(name, variant, variants, starts)
    for name, start in starts.items():
        _check_start(name, start, datasets, filters)
    planned = {cell for block in blocks for cell in block.cells()}
    for block in blocks:
        for cell in block.cells():
            variant = variants[cell.variant]
            if learns_from(variant):
                _check_drawings(block, cell, learns_from(variant), planned)
                _check_unseen(block, cell, starts.get(variant.get("start"), {}), datasets)


def _check_variant(name: str, variant: Mapping, variants: Mapping, starts: Mapping) -> None:
    key = f"variants.{name}"
    source = learns_from(variant)
    if source not in variants:
        raise StudyError(f"{key}.drawings_of: there is no variant {source!r} in this study")
    if learns_from(variants[source]) or not keeps_labels(variants[source]):
        title = METHODS[variants[source]["method"]].title
        raise StudyError(
            f"{key}.drawings_of: {source!r} ({title}) is not drawn; a network learns from labels, "
            "so name a variant that people draw, such as MLX25"
        )
    start = variant.get("start")
    if start is None:
        return
    if start not in starts:
        raise StudyError(
            f"{key}.start: there is no {start!r} under start_networks; known are "
            f"{', '.join(starts) or 'none'}"
        )
    theirs = starts[start].get("architecture", variant["architecture"])
    if theirs != variant["architecture"]:
        raise StudyError(
            f"{key}.start: {start!r} has the architecture {theirs}, this network "
            f"{variant['architecture']}; one cannot begin with the other"
        )


def _check_start(
    name: str, start: Mapping, datasets: Mapping[str, Dataset], filters: Mapping[str, Mapping]
) -> None:
    if start.get("filter", next(iter(filters))) not in filters:
        raise StudyError(
            f"start_networks.{name}.filter: there is no {start['filter']!r} in this study; known "
            f"are {', '.join(filters)}"
        )
    for dataset in start.get("datasets", ()):
        key = f"start_networks.{name}.datasets"
        if dataset not in datasets:
            raise StudyError(
                f"{key}: there is no {dataset!r} in this study; known are {', '.join(datasets)}"
            )
        if not datasets[dataset].has_truth:
            raise StudyError(
                f"{key}: {dataset!r} is measured, so nobody knows its labels; a network begins "
                "with twins, or with a file"
            )


def _check_drawings(block: Block, cell: Cell, source: str, planned: set[Cell]) -> None:
    if replace(cell, variant=source) not in planned:
        raise StudyError(
            f"plan.{block.name}: {cell.variant} learns from what {cell.user} draws for {source} on "
            f"{cell.dataset} ({cell.filter}), which is not planned; plan {source} there too"
        )


def _check_unseen(block: Block, cell: Cell, start: Mapping, datasets) -> None:
    """Refuse a start that has seen the truth: it says nothing about its users' strokes."""
    tested = _specimen(datasets[cell.dataset])
    for name in start.get("datasets", ()):
        if _specimen(datasets[name]) == tested:
            raise StudyError(
                f"plan.{block.name}: {cell.variant} begins with a network that was trained on the "
                f"truth of {name}, which shows the same electrode as {cell.dataset}; train it on "
                "others"
            )


def _specimen(dataset: Dataset) -> str:
    source = dataset.source
    return str(source.get("electrode") or source.get("sha256") or source.get("file"))


def start_networks(entries: Mapping[str, Mapping], training: Mapping) -> dict[str, Mapping]:
    """Return the networks that others begin with; those of twins with their whole training."""
    shared = {key: value for key, value in training.items() if key != "device"}
    found = {}
    for name, entry in entries.items():
        if "file" in entry:
            found[name] = dict(entry)
            continue
        named = ("architecture", "datasets", "filter", "slices")
        own = {key: value for key, value in entry.items() if key not in named}
        found[name] = {
            **{key: entry[key] for key in named if key in entry},
            "training": {**shared, **own},
        }
    return found


def cells_of_networks(study: Study) -> list[Cell]:
    """Return the segmentations of a study that networks make, those of a sample among them."""
    sample = study.population_sample
    cells = [*study.cells(), *(sample.cells_of_others() if sample else ())]
    return [cell for cell in cells if learns_from(study.variants[cell.variant])]


def networks_of(study: Study) -> dict[str, Mapping]:
    """Return the variants in use whose labels come from a network, one for each seed."""
    used = {cell.variant for cell in cells_of_networks(study)}
    return {name: variant for name, variant in study.variants.items() if name in used}
