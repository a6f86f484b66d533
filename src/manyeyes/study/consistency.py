"""Whether the parts of a study fit together; what does not raises `StudyError` with its key."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from ..groups import RECORDED
from .model import Block, Dataset, OutlineMap, Sensitivity, StudyError


def check_repetitions(blocks: Iterable[Block]) -> None:
    """Refuse a segmentation that is planned twice."""
    seen = {}
    for block in blocks:
        for cell in block.cells():
            if cell in seen:
                recorded = block.made_by == RECORDED
                key = f"users.{cell.user}.recorded" if recorded else f"plan.{block.name}"
                raise StudyError(
                    f"{key}: {cell.variant} on {cell.dataset} ({cell.filter}) by "
                    f"{cell.user} is already planned in {seen[cell]}; keep one of them"
                )
            seen[cell] = block.name


def check_twins(datasets: Mapping[str, Dataset], electrodes: Mapping[str, Mapping]) -> None:
    """Refuse twins whose electrode is not described, or too small for them."""
    for dataset in datasets.values():
        if dataset.source["kind"] in ("twin", "scanned_twin"):
            _check_place(dataset, electrodes)


def _check_place(dataset: Dataset, electrodes: Mapping[str, Mapping]) -> None:
    key, electrode = f"datasets.{dataset.name}.source", dataset.source["electrode"]
    if electrode not in electrodes:
        raise StudyError(
            f"{key}.electrode: there is no electrode {electrode!r}; "
            f"known are {', '.join(electrodes) or 'none'}"
        )
    start_um = dataset.source.get("origin_um", (0, 0, 0))
    extent_um = [number * dataset.voxel_size_nm / 1000 for number in dataset.shape]
    size_um = electrodes[electrode]["size_um"]
    if not _fits(start_um, extent_um, size_um):
        raise StudyError(
            f"{key}: a block of {[round(length, 2) for length in extent_um]} um (z, y, x) at "
            f"{list(start_um)} um does not fit into electrode {electrode!r} of {list(size_um)} um; "
            "move it, crop it or enlarge the electrode"
        )


def _fits(start_um: Sequence[float], extent_um: Sequence[float], size_um: Sequence[float]) -> bool:
    return all(
        start >= 0 and start + extent <= size + 1e-6
        for start, extent, size in zip(start_um, extent_um, size_um, strict=True)
    )


def check_slices(
    blocks: Iterable[Block],
    sensitivity: Sensitivity | None,
    outline_map: OutlineMap | None,
    datasets: Mapping[str, Dataset],
    variants: Mapping[str, Mapping],
) -> None:
    """Refuse volumes with fewer slices than a variant draws on."""
    wanted = [(f"plan.{block.name}", block.variants, block.datasets) for block in blocks]
    if sensitivity is not None:
        wanted.append(("sensitivity", sensitivity.base_runs, sensitivity.datasets))
    if outline_map is not None:
        names = [dataset for dataset, _ in outline_map.images]
        wanted.append(("outline_map", [outline_map.painted], names))
    for key, chosen, names in wanted:
        for variant in chosen:
            slices = variants[variant].get("slices")
            if not isinstance(slices, int):
                continue
            for name in names:
                if datasets[name].shape[0] <= slices:
                    raise StudyError(
                        f"{key}: {variant} wants {slices} separate slices, but "
                        f"{name} is cropped to {datasets[name].shape[0]}"
                    )


def check_ablation(key: str, names: Iterable[str], blocks: Iterable[Block]) -> None:
    """Refuse a question about variants that no two users of a group did all of on an image."""
    done: dict[tuple, set] = {}
    for cell in chain.from_iterable(block.cells() for block in blocks):
        where = (cell.dataset, cell.filter, cell.made_by, cell.user)
        done.setdefault(where, set()).add(cell.variant)
    together = [where for where, found in done.items() if found >= set(names)]
    if len(together) == len({where[:3] for where in together}):
        raise StudyError(
            f"{key}: no image is segmented with all of {', '.join(names)} by two users "
            "of one kind (simulated, recorded); plan that or take the question off the list"
        )
