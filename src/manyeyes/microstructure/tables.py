"""Tables of measures: a row for each number of a segmentation or of a truth."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from ..groups import MADE_BY
from ..labels import THREE_PHASES, Phases, truth_in_phases
from .registry import Group

NUMBER = ["measure", "phase", "axis", "unit"]
CELL = ["dataset", "filter", "variant", "user", MADE_BY]


def microstructure_table(
    segmentations: Iterable[tuple],
    voxel_sizes_nm: Mapping[str, float],
    group: Group,
    phases: Phases,
    *,
    separable: bool = True,
) -> pd.DataFrame:
    """Return what a group of measures finds in each segmentation.

    Parameters
    ----------
    segmentations : iterable of (cell, ndarray of uint8)
        A cell has the attributes dataset, filter, variant, user, made_by. Labels (z, y, x) have
        the codes of `phases`, and 0 outside the field of view.
    voxel_sizes_nm : mapping of dataset to float
    group : Group
    phases : Phases
    separable : bool
        Whether particles of active material can be told apart; see `Group`.

    Returns
    -------
    DataFrame
        dataset, filter, variant, user, made_by, measure, phase, axis, unit, value. NaN where a
        measure does not exist, inf where it has no bound.

    Raises
    ------
    ValueError
        If an array is not a segmentation.
    """
    rows = []
    for cell, labels in segmentations:
        named = [str(getattr(cell, name)) for name in CELL]
        found = _numbers(labels, voxel_sizes_nm[cell.dataset], group, phases)
        rows += [[*named, *number] for number in found]
    return _table(rows, CELL, separable or not group.of_particles)


def true_microstructure_table(
    truths: Iterable[tuple[str, np.ndarray]],
    voxel_sizes_nm: Mapping[str, float],
    group: Group,
    phases: Phases,
    *,
    separable: bool = True,
) -> pd.DataFrame:
    """Return what a group of measures finds in the truth of each dataset.

    The truth is measured in the phases of the study, as people segment it, and in its three phases
    for what people do not tell apart. Pores inside particles belong to the pore.

    Parameters
    ----------
    truths : iterable of (dataset, ndarray of uint8)
        Codes as in `manyeyes.labels.TRUTH_PHASES`.
    voxel_sizes_nm : mapping of dataset to float
    group : Group
    phases : Phases
        Those of the study.
    separable : bool
        Whether particles of active material can be told apart; see `Group`.

    Returns
    -------
    DataFrame
        dataset, measure, phase, axis, unit, value.

    Raises
    ------
    ValueError
        If an array is not a truth, or has a phase that the study's phases cannot hold.
    """
    rows = []
    for dataset, truth in truths:
        known = set()
        for seen in dict.fromkeys((phases, THREE_PHASES)):
            found = _numbers(truth_in_phases(truth, seen), voxel_sizes_nm[dataset], group, seen)
            new = [number for number in found if tuple(number[:3]) not in known]
            known.update(tuple(number[:3]) for number in new)
            rows += [[dataset, *number] for number in new]
    return _table(rows, ["dataset"], separable or not group.of_particles)


def _numbers(labels: np.ndarray, voxel_size_nm: float, group: Group, phases: Phases) -> list[list]:
    phases.check(labels)
    return [
        [name, phase, axis, group.measures[name].unit, float(value)]
        for name, phase, axis, value in group.measure(labels, phases, voxel_size_nm)
    ]


def _table(rows: list[list], names: list[str], meaningful: bool) -> pd.DataFrame:
    columns = [*names, *NUMBER, "value"]
    types = {name: "float64" if name == "value" else "str" for name in columns}
    table = pd.DataFrame(rows, columns=columns).astype(types)
    return table if meaningful else table.assign(value=np.nan)
