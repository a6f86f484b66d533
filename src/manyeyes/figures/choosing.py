"""What figures show of a study: variants by their method, filters and datasets by their role."""

from collections.abc import Callable, Iterable, Sequence

from ..groups import GROUPS
from ..materials import family
from ..study.comparisons import comparisons_of, shared_cells, unfiltered
from .figure import Needs

USUAL_COVERAGE = 25
"""Per cent of a slice: the coverage of Fig. 1 of the paper, if users draw to several."""


def used_variants(study, *methods: str) -> list[str]:
    """Return the variants in use of some methods, sorted by method, then as in the config."""
    used = methods_of_variants(study)
    return [name for method in methods for name in used if used[name] == method]


def methods_of_variants(study) -> dict[str, str]:
    """Return the method of each variant in use, in the order of the config."""
    used = {cell.variant for cell in study.cells()}
    return {name: v["method"] for name, v in study.variants.items() if name in used}


def by_coverage(study) -> list[str]:
    """Return the drawn forests that differ only in coverage, the lowest first.

    If there are several such series (some studies also vary the number of slices), the longest.
    """
    series: dict[tuple, list[str]] = {}
    for name in used_variants(study, "drawn_forest"):
        settings = {k: v for k, v in study.variants[name].items() if k != "coverage_percent"}
        series.setdefault(tuple(sorted(map(repr, settings.items()))), []).append(name)
    longest = max(series.values(), key=len, default=[])
    return sorted(longest, key=lambda name: study.variants[name]["coverage_percent"])


def usual_threshold_and_watershed(study) -> list[str]:
    """Return the threshold that users prefer and the most careful watershed, if in use."""
    thresholds = used_variants(study, "threshold")
    watersheds = used_variants(study, "watershed")
    thresholds.sort(key=lambda name: abs(study.variants[name]["offset"]))
    watersheds.sort(key=lambda name: study.variants[name]["seed_error"])
    return [*thresholds[:1], *watersheds[:1]]


def compared_variants(study) -> list[str]:
    """Return the usual threshold and watershed, and `low_coverages`."""
    return [*usual_threshold_and_watershed(study), *low_coverages(study)]


def low_coverages(study) -> list[str]:
    """Return the drawn forests of the two lowest coverages."""
    return by_coverage(study)[:2]


def raw_filter(study) -> str | None:
    """Return the filter of raw images, or the first in use if all images are filtered."""
    used = list(dict.fromkeys(filter_ for _, filter_ in study.images()))
    return next((name for name in unfiltered(study) if name in used), next(iter(used), None))


def in_order(study, datasets: Iterable[str], *, apart: bool | None = None) -> list[str]:
    """Return datasets in the order of the config: all, or those (not) `Dataset.shown_apart`."""
    names = set(datasets)
    return [
        name
        for name, dataset in study.datasets.items()
        if name in names and apart in (None, dataset.shown_apart)
    ]


def by_enough_users(study, variants: Iterable[str], least: int, filters=None) -> dict[tuple, list]:
    """Return the cells of each (dataset, filter, variant) that enough users of a group segment.

    All are of one group: simulated users if they are enough, else recorded people.
    """
    variants = set(variants)
    groups: dict[tuple, dict[str, list]] = {}
    for cell in study.cells():
        if cell.variant in variants and (filters is None or cell.filter in filters):
            by_group = groups.setdefault((cell.dataset, cell.filter, cell.variant), {})
            by_group.setdefault(cell.made_by, []).append(cell)
    found = {}
    for key, by_group in groups.items():
        enough = [by_group[g] for g in GROUPS if len(by_group.get(g, ())) >= least]
        if enough:
            found[key] = enough[0]
    return found


def tabled(
    variants: Callable, *, apart: bool = False, least=2, raw=False, beside: Callable | None = None
) -> Callable:
    """Return a function from a study to `Needs`: datasets with enough users, shown from tables.

    Parameters
    ----------
    variants : callable
        From a study to the variants that the figure shows.
    apart : bool
        Whether it shows the datasets that are shown apart, or the others.
    least : int
        Users that a variant needs.
    raw : bool
        Whether it shows unfiltered images only.
    beside : callable, optional
        From a study to some of the variants; a dataset must have one of these and one of the rest.
    """

    def needs(study) -> Needs:
        shown = tuple(variants(study))
        filters = tuple(unfiltered(study)) if raw else None

        def segmented(some: Iterable[str]) -> set[str]:
            return {d for d, *_ in by_enough_users(study, some, least, filters)}

        names = segmented(shown)
        if beside:
            some = beside(study)
            names = segmented(some) & segmented(set(shown) - set(some))
        datasets = in_order(study, names, apart=apart)
        return Needs(tuple(datasets), variants=shown, filters=filters or ())

    return needs


def sliced(*, apart: bool = False, most: int | None = None, segmented: Callable) -> Callable:
    """Return a function from a study to `Needs`: images, and one user's segmentations of some.

    Parameters
    ----------
    apart : bool
        Whether the figure shows the datasets that are shown apart, or the others.
    most : int, optional
        Number of datasets that it has room for.
    segmented : callable
        From a study and its datasets to those whose segmentations are shown.
    """

    def needs(study) -> Needs:
        names = in_order(study, (d for d, _ in study.images()), apart=apart)[:most]
        images = images_of(study, names)
        variants = usual_threshold_and_watershed(study)
        groups = by_enough_users(study, variants, 1)
        chosen = segmented(study, names)
        cells = tuple(
            groups[d, f, v][0]
            for v in variants
            for d, f in images
            if d in chosen and (d, f, v) in groups
        )
        return (
            Needs(tuple(names), tuple(variants), images=images, cells=cells) if cells else Needs()
        )

    return needs


def of_each_family(study, datasets: Sequence[str]) -> list[str]:
    """Return the first dataset of each family of materials, or two of the only family."""
    first: dict[str, str] = {}
    for name in datasets:
        first.setdefault(family(study.datasets[name].material), name)
    return list(first.values()) if len(first) > 1 else list(datasets[:2])


def images_of(study, datasets: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the images of some datasets, in the order of these."""
    return tuple((d, f) for d in datasets for d_, f in study.images() if d_ == d)


def with_origin(study, *origins: str) -> list[str]:
    """Return the segmented datasets of some origins."""
    names = {d for d, _ in study.images() if study.datasets[d].origin in origins}
    return in_order(study, names)


def with_known_truth(study) -> list[str]:
    """Return the segmented datasets whose truth is known, or held to be."""
    return in_order(study, (d for d, _ in study.images() if study.datasets[d].has_truth))


def shared_datasets(study) -> list[str]:
    """Return the datasets that two users of a group segment with one variant."""
    return in_order(study, (cell.dataset for cell in shared_cells(study)))


def compared_datasets(study) -> tuple[list[str], bool]:
    """Return the datasets of the config's comparisons, and whether one runs over several."""
    made = comparisons_of(study.comparisons, study)
    datasets = in_order(study, (name for one in made for name in one["datasets"]))
    return datasets, any(one["paired_over_datasets"] for one in made)


def of_fibsem_chain(*files: str) -> Callable:
    """Return a function from a study to `Needs`: files of its FIB-SEM chain; scores need a twin."""

    def needs(study) -> Needs:
        if not study.baseline:
            return Needs()
        twin = study.baseline["fibsem"]["source"]["kind"] == "twin"
        return Needs(fibsem=tuple(name for name in files if twin or name != "scores"))

    return needs


def paper_tables(study) -> list[str]:
    """Return the names of the paper's tables that a study can fill."""
    if not study.cells():
        return []
    supplement = [name for name in ("table_s1", "table_s2") if rows_of_tables(study)[name].datasets]
    return ["table_1", "table_2", *supplement]


def rows_of_tables(study) -> dict[str, Needs]:
    """Return which datasets, variants and filters tables S1 and S2 are about."""
    s1 = tabled(compared_variants, beside=low_coverages)(study)
    rows = (*used_variants(study, "threshold", "watershed"), *by_coverage(study))
    s2 = tabled(compared_variants, apart=True, raw=True)(study)
    return {"table_s1": Needs(s1.datasets, variants=rows), "table_s2": s2}


def datasets_by_variant(study) -> dict[str, list[str]]:
    """Return which datasets each variant is used on, in the order of the config."""
    used: dict[str, set] = {}
    for cell in study.cells():
        used.setdefault(cell.variant, set()).add(cell.dataset)
    return {variant: in_order(study, datasets) for variant, datasets in used.items()}
