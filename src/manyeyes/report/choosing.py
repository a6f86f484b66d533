"""Which users, slices and phases the report's viewer shows, so that the page stays small."""

from collections.abc import Iterable, Mapping, Sequence
from math import prod

import numpy as np

from ..labels import ACTIVE, Phase, Phases, truth_in_phases
from ..measures.confusion_matrix import has_places_for_truth
from ..statistics.words import and_list

SLICE_STEP = 10
"""Every tenth slice is shown unless the config says otherwise."""

MOST_USERS = 6
"""Users shown if the config names none; more make the page large and the list long."""

MOST_LABEL_PIXELS = 300_000_000
"""Pixels of all label slices of a page; at about 0.02 bytes each this leaves room below 20 MB."""

MOST_PHASES = 9
"""Phases that can be looked at, each a digit in the page."""

MOST_DRAWN_SLICES = 12
"""A user who drew on more slices labelled the whole volume, so no slice is special."""


def shown_users(users: Mapping[str, object], wanted: Sequence[str] | None = None) -> list[str]:
    """Return the users whose segmentations the viewer shows.

    Parameters
    ----------
    users : mapping of name to User
        All users of the study, with ``made_by``.
    wanted : sequence of str, optional
        Those that the config names.

    Returns
    -------
    list of str
        The wanted ones; otherwise all recorded users, then simulated ones in the order of the
        config up to `MOST_USERS` in all.

    Raises
    ------
    ValueError
        If a wanted user is not in the study.
    """
    if wanted is not None:
        unknown = [name for name in wanted if name not in users]
        if unknown:
            raise ValueError(
                f"report.users: there is no user {unknown[0]!r}; known are {', '.join(users)}"
            )
        return [name for name in users if name in wanted]
    recorded = [name for name, user in users.items() if user.made_by == "recorded"]
    simulated = [name for name in users if name not in recorded]
    chosen = {*recorded, *simulated[: max(0, MOST_USERS - len(recorded))]}
    return [name for name in users if name in chosen]


def slice_step(shapes: Iterable[tuple[int, int, int]], wanted: int | None = None) -> int:
    """Return the distance between shown slices, the same for all images of a study.

    Parameters
    ----------
    shapes : iterable of tuple of int
        Voxels (z, y, x) of each segmentation that is shown.
    wanted : int, optional
        The config's step, which is used however large the page becomes.

    Returns
    -------
    int
        The smallest multiple of `SLICE_STEP` for at most `MOST_LABEL_PIXELS`.
    """
    if wanted is not None:
        return wanted
    shapes = list(shapes)
    deepest = max((shape[0] for shape in shapes), default=1)

    def pixels(step: int) -> int:
        return sum(-(-shape[0] // step) * prod(shape[1:]) for shape in shapes)

    step = SLICE_STEP
    while step < deepest and pixels(step) > MOST_LABEL_PIXELS:
        step += SLICE_STEP
    return step


def drawn_slices(drawings: Iterable[np.ndarray]) -> list[int]:
    """Return the slices that users drew on, in ascending order.

    Parameters
    ----------
    drawings : iterable of ndarray of uint8, shape (z, y, x)
        Label volumes, 0 unlabelled. One with labels on more than `MOST_DRAWN_SLICES` slices is
        left out.
    """
    found: set[int] = set()
    for drawing in drawings:
        slices = np.flatnonzero(drawing.any(axis=(1, 2)))
        if slices.size <= MOST_DRAWN_SLICES:
            found.update(slices.tolist())
    return sorted(found)


def shown_slices(depth: int, step: int, drawn: Iterable[int] = ()) -> list[int]:
    """Return the slices that the viewer shows of a volume, in ascending order.

    Parameters
    ----------
    depth : int
        Slices of the volume.
    step : int
        Every n-th slice is shown, beginning with the first.
    drawn : iterable of int
        Slices that are always shown.

    Raises
    ------
    ValueError
        If the step is below 1 or a drawn slice lies outside the volume.
    """
    if step < 1:
        raise ValueError(f"slices are at least 1 apart, found a step of {step}")
    drawn = set(drawn)
    outside = sorted(z for z in drawn if not 0 <= z < depth)
    if outside:
        raise ValueError(f"a volume of {depth} slices has no slice {outside[0]}")
    return sorted({*range(0, depth, step), *drawn})


def viewer_note(shown: Sequence[str], users: Sequence[str], step: int) -> str:
    """Return a sentence on which slices and users the viewer shows."""
    text = f"Every {step}th slice is shown" if step > 1 else "Every slice is shown"
    text += ", and those that users drew on"
    if len(shown) < len(users):
        text += f"; {len(shown)} of {len(users)} users ({and_list(shown)})"
    return text + "."


def looked_at(phases: Phases) -> tuple[Phase, ...]:
    """Return the phases that can be looked at, active material first.

    Of two phases this is active material alone, since the other is the rest.
    """
    active = phases["active"]
    others = [phase for phase in phases if phase.key != active.key]
    many = 1 < len(others) < MOST_PHASES
    return (active, *others) if many else (active,)


def phase_places(labels: np.ndarray, phases: Phases) -> np.ndarray:
    """Return the place of each voxel's phase among those looked at, from 1 on; 0 for any other.

    Parameters
    ----------
    labels : ndarray of uint8, any shape
    phases : Phases
        Of the labels.

    Returns
    -------
    ndarray of uint8, same shape
    """
    places = np.zeros(256, np.uint8)
    for place, phase in enumerate(looked_at(phases), 1):
        places[phase.code] = place
    return places[labels]


def truth_places(truth: np.ndarray, phases: Phases) -> np.ndarray:
    """Return what `phase_places` does, of a truth with codes of `manyeyes.labels.TRUTH_PHASES`.

    Where the phases are not those of the truth, only active material can be looked at.
    """
    if has_places_for_truth(phases):
        return phase_places(truth_in_phases(truth, phases), phases)
    return (truth == ACTIVE).astype(np.uint8)
