"""What the values of a person's label volume mean, and how much of the image they cover."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..labels import TRUTH_PHASES, UNLABELLED, Phases, codes_by_value, recoded, values_of

MOST_VALUES = 16
"""A volume with more values holds grey levels or particles, no phases."""

GIVEN, BY_NAME, OF_STUDY, BY_GREY = "given", "named in the file", "the study's", "by grey value"


@dataclass(frozen=True)
class PersonLabels:
    """A person's label volume in the codes of a study.

    Attributes
    ----------
    labels : ndarray of uint8, shape (z, y, x)
        Codes of phases; 0 unlabelled, or outside the field of view.
    finished : bool
        Whether every voxel of the field of view has a label.
    values : dict of str to list of int
        Values of the file, by the key of their phase.
    codes_from : str
        `GIVEN` by config or folder, `BY_NAME`, `OF_STUDY`, or inferred `BY_GREY` value.
    dropped : int
        Labels outside the field of view, which do not count.
    remarks : tuple of str
        Sentences for the log.
    """

    labels: np.ndarray
    finished: bool
    values: dict[str, list[int]]
    codes_from: str
    dropped: int = 0
    remarks: tuple[str, ...] = field(default=())


def person_labels(
    volume: np.ndarray,
    image: np.ndarray,
    codes: Mapping | None,
    phases: Phases,
    key: str,
    *,
    inside: np.ndarray | None = None,
    finished: bool = False,
    names: Mapping[int, str] | None = None,
) -> PersonLabels:
    """Return what a person's label volume means.

    Parameters
    ----------
    volume : ndarray of integers or whole real numbers, shape (z, y, x)
        As large as the image.
    image : ndarray of uint8, shape (z, y, x)
        Active material is the brightest phase.
    codes : mapping or None
        Values of each phase. None: those of the study if the volume has no others; else the mean
        grey levels beneath as many values as phases tell which is which, since phases differ in
        brightness by their names (`Phases.by_brightness`).
    phases : Phases
        Of the study.
    key : str
        Config key and file, for messages.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view.
    finished : bool
        Whether it is known to be a finished segmentation, in which 0 may be a phase; in labels it
        is unlabelled. A volume with 0 and one other value is a mask, and finished.
    names : mapping of int to str, optional
        What the file calls its values. If these are phases of the study, they count; otherwise the
        values are numbers of the program that made the file, and grey levels tell what they mean.

    Raises
    ------
    ValueError
        If shapes differ, values have no meaning, a finished segmentation has voxels without a
        phase, or labels lack one.
    """
    if volume.shape != image.shape:
        raise ValueError(
            f"{key}: labels {volume.shape}, dataset {image.shape} (z, y, x); export labels of the "
            "whole dataset"
        )
    volume = whole_numbers(volume, key)
    within = volume if inside is None else volume[inside]
    values = _values(within, key)
    labelled = [value for value in values if value != UNLABELLED]
    is_mask = not finished and codes is None and UNLABELLED in values and len(labelled) == 1
    finished = finished or is_mask
    meant = values if finished else labelled
    remarks = ()
    meaning, codes_from = _meaning(meant, codes, phases, key, names)
    if meaning is None:
        meaning, remarks = _by_grey(volume, image, meant, phases, inside, key)
        codes_from = BY_GREY
    # Where 0 is a phase, no voxel is without one.
    finished = finished or UNLABELLED in meaning
    known = {UNLABELLED: UNLABELLED, **meaning}
    if inside is None:
        labels = recoded(volume, known, key)
    else:
        # What lies outside may hold anything.
        labels = np.zeros(volume.shape, np.uint8)
        labels[inside] = recoded(within, known, key)
    missing = np.count_nonzero((labels if inside is None else labels[inside]) == UNLABELLED)
    if finished and missing:
        raise ValueError(
            f"{key}: {missing} voxels of the segmentation have the value 0, which means no phase; "
            "give its phase under codes, or give labels to all voxels"
        )
    if not finished:
        for phase in phases:
            if not (labels == phase.code).any():
                raise ValueError(
                    f"{key}: no voxel is labelled as {phase.name}; every phase needs labels"
                )
    keys = {phase.code: phase.key for phase in phases}
    by_phase: dict[str, list[int]] = {phase.key: [] for phase in phases}
    for value, code in sorted(meaning.items()):
        by_phase[keys[code]].append(value)
    dropped = 0
    if inside is not None and not finished:
        dropped = int(np.count_nonzero(volume[~inside]))
    return PersonLabels(labels, not missing, by_phase, codes_from, dropped, remarks)


def reference_truth(
    volume: np.ndarray,
    image: np.ndarray,
    codes: Mapping | None,
    phases: Phases,
    key: str,
    *,
    inside: np.ndarray | None = None,
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return a reference in the codes of `manyeyes.labels.TRUTH_PHASES`.

    Parameters
    ----------
    volume : ndarray of integers or whole real numbers, shape (z, y, x)
    image : ndarray of uint8, shape (z, y, x)
        The tomogram.
    codes : mapping or None
        Values of each phase of `TRUTH_PHASES`, and of ``rest``, which is all that is not active
        material and counts as pore. None: see `person_labels`.
    phases : Phases
        Of the study.
    key : str
        Config key and file, for messages.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view.

    Returns
    -------
    truth : ndarray of uint8, shape (z, y, x)
        0 outside the field of view.
    remarks : tuple of str
        Sentences for the log.

    Raises
    ------
    ValueError
        See `person_labels`; and if the study has phases that the reference does not tell apart.
    """
    remarks: tuple[str, ...] = ()
    if codes is None:
        found = person_labels(volume, image, None, phases, key, inside=inside, finished=True)
        values, labels, remarks = phases.codes, found.labels, found.remarks
    else:
        volume = whole_numbers(volume, key)
        values = {phase: number for number, phase in enumerate(codes, start=1)}
        meaning = {v: values[p] for p, code in codes.items() for v in values_of(code)}
        labels = np.zeros(volume.shape, np.uint8)
        where = np.ones(volume.shape, bool) if inside is None else inside
        labels[where] = recoded(volume[where], meaning, key)
    told = {"pore" if key == "rest" else key for key in values}
    wanted = {"pore" if key == "rest" else key for key in phases.codes}
    if not wanted <= told:
        raise ValueError(
            f"{key}: the study tells {', '.join(phases.codes)} apart, but the reference only "
            f"{', '.join(values)}; give a reference of these phases, or declare fewer phases"
        )
    table = np.zeros(256, np.uint8)
    for phase, value in values.items():
        table[value] = TRUTH_PHASES.codes["pore" if phase == "rest" else phase]
    return table[labels], remarks


def whole_numbers(volume: np.ndarray, key: str) -> np.ndarray:
    """Return labels as integers; real numbers that are whole are accepted.

    Raises
    ------
    ValueError
        If a value is no whole number.
    """
    if volume.dtype.kind in "uib":
        return volume.astype(np.uint8) if volume.dtype == bool else volume
    if not (np.isfinite(volume).all() and np.array_equal(volume, np.rint(volume))):
        raise ValueError(
            f"{key}: labels are whole numbers, found {volume.dtype} values between them; export "
            "labels, not probabilities or grey values"
        )
    return volume.astype(np.int64)


def _values(within: np.ndarray, key: str) -> list[int]:
    if within.dtype == np.uint8:
        found = np.flatnonzero(np.bincount(within.ravel(), minlength=256)).tolist()
    else:
        found = np.unique(within).tolist()
    if len(found) > MOST_VALUES:
        raise ValueError(
            f"{key}: labels have a few values, found {len(found)} from {found[0]} to {found[-1]}; "
            "export labels of the phases, not grey values or particles"
        )
    return found


def _meaning(values, codes: Mapping | None, phases: Phases, key: str, names: Mapping | None):
    """Return the code of each value and who said so; None if the grey values must tell."""
    if codes is not None:
        if codes.keys() != phases.codes.keys():
            wanted = " and ".join(phases.codes)
            raise ValueError(f"{key}.codes: expected {wanted}, found {sorted(codes)}")
        return codes_by_value(codes, phases, f"{key}.codes"), GIVEN
    if names:
        known = {value: _phase_called(names.get(value, ""), phases) for value in values}
        return (None, BY_GREY) if None in known.values() else (known, BY_NAME)
    own = {code: code for code in phases.codes.values()}
    return (own, OF_STUDY) if set(values) <= own.keys() else (None, BY_GREY)


def _phase_called(name: str, phases: Phases) -> int | None:
    """Return the code of the phase that a person called so; of two phases pore is the rest."""
    words = name.strip().lower()
    for phase in phases:
        if words in (phase.key.lower(), phase.name.lower()):
            return phase.code
    if words == "pore" and phases.codes.keys() == {"active", "rest"}:
        return phases["rest"].code
    return None


def _by_grey(volume, image, values, phases: Phases, inside, key: str):
    """Return the code of each value by the mean grey level beneath it, and a sentence on it."""
    if len(values) != len(phases.entries):
        raise ValueError(
            f"{key}: the volume holds {', '.join(map(str, values)) or 'no label'}, and the phases "
            f"are {phases.described()}; say under codes which value is which"
        )
    ordered = phases.by_brightness("a label volume whose codes are not given")
    means = {}
    for value in values:
        where = volume == value
        means[value] = float(image[where if inside is None else where & inside].mean())
    darkest_first = sorted(values, key=lambda value: (means[value], value))
    meaning = {v: phase.code for v, phase in zip(darkest_first, ordered, strict=True)}
    names = ", ".join(
        f"{v} is {phase.name} (mean grey level {means[v]:.0f})"
        for v, phase in zip(darkest_first, ordered, strict=True)
    )
    return meaning, (f"no codes are given; by the grey values beneath them, {names}.",)
