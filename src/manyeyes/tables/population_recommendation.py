"""Which method came closest to the truth among what a larger sample of the population did."""

from ..groups import SIMULATED
from ..study.comparisons import shared_with_truth, unfiltered
from ..study.variants import with_offset
from .registry import Table


def _options(study) -> dict[str, set[tuple[str, str]]]:
    """Return the (filter, variant) pairs between which the sample can choose, by dataset.

    That takes a truth, the noise of the unfiltered image, and more than one option without a
    deliberate offset.
    """
    sample = study.population_sample
    if sample is None:
        return {}
    images = {dataset for dataset, filter_ in study.images() if filter_ in unfiltered(study)}
    offset = with_offset(study.variants)
    found: dict[str, set] = {name: set() for name in shared_with_truth(study) if name in images}
    for cell in sample.cells():
        if cell.dataset in found and cell.variant not in offset:
            found[cell.dataset].add((cell.filter, cell.variant))
    return {name: options for name, options in found.items() if len(options) > 1}


def _settings(study) -> dict:
    options = _options(study)
    users = list(study.population_sample.users)
    return {
        "users": {SIMULATED: dict.fromkeys(options, users)},
        "unfiltered": unfiltered(study),
        "left_out": with_offset(study.variants),
        "voxel_sizes_nm": {name: study.datasets[name].voxel_size_nm for name in options},
    }


def _compute(tables, users, unfiltered, left_out, voxel_sizes_nm):
    from ..statistics.recommendation import paired_rows, recommendation_table

    fractions = tables["population_fractions"]
    errors = fractions.assign(bias=fractions["active_fraction"] - fractions["truth_fraction"])
    return recommendation_table(
        paired_rows(errors[~errors["variant"].isin(left_out)], users),
        tables["image_quality"],
        tables["effort"],
        unfiltered,
        voxel_sizes_nm,
    )


TABLE = Table(
    tables=("population_fractions", "image_quality", "effort"),
    is_possible=lambda study: bool(_options(study)),
    settings=_settings,
    compute=_compute,
)
