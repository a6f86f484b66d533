"""Users of the population do what a recorded person did: the same images, slices and coverage."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..annotations import Annotation, Drawing
from ..methods import METHODS, Person
from ..randomness import generator
from ..users.fitted_people import values_of
from ..users.population import Population, Traits, draw_traits
from .marks import Measurer, measurer
from .records import Recorded

TRAITS = {
    "criterion": ("Criterion", "log-odds"),
    "seed_tolerance_active": ("Seed tolerance, active", "log-odds"),
    "seed_tolerance_other": ("Seed tolerance, rest", "log-odds"),
    "eye_sigma_px": ("Width of the eye", "px"),
    "outline_habit_px": ("Outline habit", "px"),
    "outline_sitting_sd_px": ("Outline, SD of sittings", "px"),
    "outline_object_sd_px": ("Outline, SD of objects", "px"),
    "hand_noise_px": ("Error of the hand, SD", "px"),
    "hand_correlation_px": ("Its correlation length", "px"),
    "brush_px": ("Width of the brush", "px"),
    "overshoot_share": ("Strokes across edges", "share"),
    "correction_depth_px": ("Depth of errors seen", "px"),
    "correction_share": ("Share of corrections", "share"),
}
"""Traits of a person that a record may inform: how they are called, and their unit."""

DISCRETE = ("brush_px",)


class Table(NamedTuple):
    """Simulated people: who they are and what they did.

    Attributes
    ----------
    traits : DataFrame
        A column for each of `TRAITS`.
    marks : DataFrame
        Statistics; columns are (record, ``group:name``).
    failed : int
        People left out because they could not do what was recorded.
    """

    traits: pd.DataFrame
    marks: pd.DataFrame
    failed: int


def observed_marks(
    records: Sequence[Recorded], outputs: Mapping[int, Sequence[np.ndarray]]
) -> pd.Series:
    """Return the statistics of what was recorded; the index is that of `Table.marks`.

    Parameters
    ----------
    records : sequence of Recorded
    outputs : mapping of int to sequence of ndarray
        First outputs by the record's place; see `first_outputs`. The first of each is the one that
        the person saw.
    """
    found = {}
    for place, record in enumerate(records):
        output = outputs[place][0] if place in outputs else None
        marks = measurer(record, output)(record.annotation)
        found |= {(place, name): value for name, value in marks.items()}
    return _series(found)


def first_outputs(
    records: Sequence[Recorded],
    labels: Mapping[int, np.ndarray] | None = None,
    names: Sequence[object] = ("fit",),
) -> dict[int, np.ndarray]:
    """Return the first output that people saw while they painted, for each record of corrections.

    A forest is trained on the first slice as the person painted it. What was shown on the others is
    then known but for the forest's own random draws. So one forest does for all simulated people,
    who correct what this person saw.

    Parameters
    ----------
    records : sequence of Recorded
    labels : mapping of int to ndarray of uint8, optional
        Labels (z, y, x) to train on instead, by the record's place.
    names : sequence
        Names that seed the forest.

    Returns
    -------
    dict of int to ndarray of uint8, shape (slices - 1, y, x)
        By the record's place.
    """
    from ..methods._forests import first_output

    found = {}
    for place, record in enumerate(records):
        if not record.corrected:
            continue
        first, *others = record.slices
        painted = record.annotation.labels if labels is None else labels[place]
        seen = np.zeros_like(painted)
        seen[first] = painted[first]
        if len(np.unique(seen)) < 3:
            # nobody asks for an output before both phases have labels
            seen = painted
        training = record.settings.get("forest", {})
        image = record.image
        seed = (*names, image.dataset, image.filter, record.variant, record.sitting, "output")
        forest = first_output(image.grey, image.inside, training, seed)
        found[place] = np.asarray(forest(seen, others))
    return found


def simulate(
    records: Sequence[Recorded],
    population: Population,
    users: int,
    seed: object,
    outputs: Mapping[int, Sequence[np.ndarray]],
    progress: Callable[[int], None] | None = None,
) -> Table:
    """Let people of a population do what was recorded.

    Parameters
    ----------
    records : sequence of Recorded
    population : Population
        The priors.
    users : int
        How many people.
    seed : object
        Of all draws.
    outputs : mapping of int to sequence of ndarray
        First outputs by the record's place; each person corrects one of them.
    progress : callable, optional
        Is told how many are done.

    Returns
    -------
    Table
    """
    measure = {
        (place, number): measurer(record, output)
        for place, record in enumerate(records)
        for number, output in enumerate(outputs.get(place, [None]))
    }
    traits, marks, failed = [], [], 0
    for number in range(users):
        person = draw_traits(population, seed, f"simulated {number + 1}")
        row = one_person(records, person, seed, outputs, measure)
        if row is None:
            failed += 1
        else:
            traits.append(values_of(person))
            marks.append(row)
        if progress:
            progress(number + 1)
    if not traits:
        raise ValueError(
            "no simulated user can do what was recorded; do the images show both phases on the "
            "slices that were labelled?"
        )
    columns = pd.MultiIndex.from_tuples(marks[0], names=["record", "mark"])
    return Table(
        pd.DataFrame(traits),
        pd.DataFrame([list(row.values()) for row in marks], columns=columns),
        failed,
    )


def one_person(
    records: Sequence[Recorded],
    person: Traits,
    seed: object,
    outputs: Mapping[int, Sequence[np.ndarray]],
    measure: Mapping[tuple[int, int], Measurer],
) -> dict | None:
    """Return the statistics of one person, None if the person cannot do what was recorded."""
    row = {}
    for place, record in enumerate(records):
        names = (seed, person.user, record.image.dataset, record.image.filter, record.sitting)
        choices = outputs.get(place, [None])
        number = 0
        if len(choices) > 1:
            number = int(generator(*names, place, "output").integers(len(choices)))
        try:
            done = act(record, person, names, choices[number])
        except ValueError:
            return None
        marks = measure[place, number](done)
        row |= {(place, name): value for name, value in marks.items()}
    return row


def act(
    record: Recorded, person: Traits, names: tuple, output: np.ndarray | None = None
) -> Annotation:
    """Return what a person does in place of a recorded one.

    Parameters
    ----------
    record : Recorded
    person : Traits
    names : tuple
        Seed names of the sitting. As in a study, variants of one method share it, but for the
        coverages of painted slices.
    output : ndarray of uint8, shape (slices - 1, y, x), optional
        The first output on all slices but the first.
    """
    image = record.image
    if record.kind != "strokes":
        method = METHODS[record.settings["method"]]
        someone = Person(person, (*names, method.name), inside=image.inside)
        return method.annotate(image.grey, record.settings, someone)
    from ..users.drawing import Protocol, draw

    someone = Person(person, (*names, "strokes", record.variant), inside=image.inside)
    slices = list(record.slices)
    if record.corrected:
        protocol = Protocol(slices, record.coverage)
        return draw(image.grey, protocol, someone, _shown(slices[1:], output))
    if record.evenly_covered:
        return draw(image.grey, Protocol(slices, record.coverage, False), someone)
    # one sitting, but as much on each slice as the person painted there
    labels = np.zeros_like(record.annotation.labels)
    for z, coverage in zip(slices, record.coverages, strict=True):
        labels[z] = draw(image.grey, Protocol([z], coverage, False), someone).labels[z]
    return Drawing(labels)


def _shown(slices: list[int], output: np.ndarray) -> Callable:
    """Return a classifier that always gives the same output."""

    def show(_: np.ndarray, wanted: list[int]) -> np.ndarray:
        return output[[slices.index(z) for z in wanted]]

    return show


def _series(found: Mapping) -> pd.Series:
    index = pd.MultiIndex.from_tuples(found, names=["record", "mark"])
    return pd.Series(list(found.values()), index=index, dtype=float)
