"""What a person has done so far in one step, followed event by event.

The events are all that is kept while somebody works; the state follows from them. Thus nothing is
lost when a program is killed, and every stroke can be undone later.

An event is a mapping with ``event`` (its kind), ``time`` (UTC, ISO 8601) and what belongs to it:

| event | keys | meaning |
|---|---|---|
| `start` | what the work is about, the image's `shape` and `sha256` | always the first |
| `set` | `ends`, `slice` | grey levels were set, of the slice or (null) the whole image |
| `slice` | `slice` | the person turned to this slice |
| `stroke` | `slice`, `code`, `runs`, and `tool`, `size`, `path`, `seconds` | pixels were given a \
code, 0 to erase |
| `undo`, `redo` | `slice` | of the last stroke on this slice |
| `output` | `slices`: packed by slice | a first output was shown |
| `finish`, `reopen` | | the person said that the work is done, or began to change it |
| `open`, `leave`, `away`, `back`, `look`, `display` | any | what else they did; changes nothing |
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from ..labels import UNLABELLED
from .runs import pixels_of, unpacked
from .steps import PAINTING, THRESHOLD, Step

NOTED = ("open", "leave", "away", "back", "look", "display")
"""Kinds of events that change nothing."""

PAUSE_S = 60.0
"""A longer time without an event counts as a pause of this length."""

HIGHEST = 256
"""The largest end of a window or threshold: no grey level of 8 bits reaches it."""


class EventError(ValueError):
    """An event that does not fit the work; the message says why."""


class Work:
    """The state of one step.

    Parameters
    ----------
    step : Step
    shape : (int, int, int)
        Of the image (z, y, x).
    codes : sequence of int
        Of the phases, from the darkest.
    inside : ndarray of bool, shape (z, y, x), optional
        The field of view.

    Attributes
    ----------
    slices : list of int or None
        Those that the person works on, in order; None for the whole image.
    ends : dict
        Grey levels that were set, ascending, by slice (None for the whole image).
    labels : dict of int to ndarray of uint8, shape (y, x)
        Codes painted on each slice, 0 where nothing is.
    outputs : dict of int to ndarray of uint8, shape (y, x)
        The first output that was shown.
    finished : bool
    ids : list
        What the page calls each event, None for those of the server.
    begun, ended, finished_at : str or None
        Times of the first event, of the last, and of that which finished the work.
    seconds : float
        Time at work: between events, where a pause counts as `PAUSE_S`.
    """

    def __init__(
        self,
        step: Step,
        shape: Sequence[int],
        codes: Sequence[int],
        inside: np.ndarray | None = None,
    ):
        self.step, self.shape, self.codes = step, tuple(shape), tuple(codes)
        self.inside = inside
        self.slices = step.slices(self.shape[0], inside)
        self.ends: dict[int | None, list[int]] = {}
        self.labels: dict[int, np.ndarray] = {}
        self.outputs: dict[int, np.ndarray] = {}
        self.current: int | None = self.slices[0] if self.slices else None
        self.finished = False
        self.strokes = 0
        self.ids: list[str | None] = []
        self.begun: str | None = None
        self.ended: str | None = None
        self.finished_at: str | None = None
        self.seconds = 0.0
        self._done: dict[int, list[tuple[np.ndarray, np.ndarray, int]]] = {}
        self._undone: dict[int, list[tuple[np.ndarray, np.ndarray, int]]] = {}

    # What is asked

    @property
    def number_of_ends(self) -> int:
        """How many grey levels a setting has."""
        boundaries = len(self.codes) - 1
        return boundaries if self.step.kind == THRESHOLD else 2 * boundaries

    def pixels(self, z: int) -> int:
        """Return the pixels of a slice that lie in the field of view."""
        if self.inside is None:
            return self.shape[1] * self.shape[2]
        return int(np.count_nonzero(self.inside[z]))

    def wanted(self, z: int) -> int:
        """Return how many pixels of a slice are to be painted."""
        return max(1, round(self.step.coverage_percent / 100 * self.pixels(z)))

    def painted(self, z: int) -> int:
        """Return how many pixels of a slice are painted."""
        return int(np.count_nonzero(self.labels[z])) if z in self.labels else 0

    def is_covered(self, z: int) -> bool:
        """Return whether a slice is painted as far as asked."""
        return self.painted(z) >= self.wanted(z)

    def has_both(self) -> bool:
        """Return whether the darkest phase and the brightest are labelled anywhere."""
        ends = self.codes[0], self.codes[-1]
        return all(any((part == code).any() for part in self.labels.values()) for code in ends)

    def may_paint(self, z: int) -> bool:
        """Return whether it is a slice's turn.

        The first always is. The others are after the first output, or where there is none. While
        the slices painted so far show one phase only, no forest can learn from them, and the next
        is painted without an output too.
        """
        if self.step.kind != PAINTING or z not in self.slices:
            return False
        if z == self.slices[0] or self.outputs or not self.step.corrections or z in self.labels:
            return True
        before = self.slices[: self.slices.index(z)]
        return all(self.is_covered(other) for other in before) and not self.has_both()

    def slices_for_output(self) -> list[int]:
        """Return the slices whose first output is due; none before it can be made, or after."""
        if self.step.kind != PAINTING or not self.step.corrections or self.outputs:
            return []
        started = [z for z in self.slices if self.painted(z)]
        if not started or not self.has_both() or not all(map(self.is_covered, started)):
            return []
        return [z for z in self.slices if z not in started]

    def missing(self) -> str | None:
        """Return what is left to do before the step can be finished, or None."""
        if self.step.kind != PAINTING:
            wanted = self.slices if self.slices is not None else [None]
            left = [z for z in wanted if z not in self.ends]
            if not left:
                return None
            if left == [None]:
                return "nothing has been set yet"
            return f"nothing has been set yet on {_listed(left)}"
        left = [z for z in self.slices if not self.is_covered(z)]
        if left:
            return f"{_listed(left)} has not reached the coverage asked for"
        if not self.has_both():
            return "only one phase is painted, and a forest needs both"
        return None

    def share_done(self) -> float:
        """Return about how much of the step is done, 0 to 1."""
        if self.finished:
            return 1.0
        if self.step.kind == PAINTING:
            parts = [min(1.0, self.painted(z) / self.wanted(z)) for z in self.slices]
            return 0.99 * sum(parts) / len(parts)
        # What is set and not confirmed is half done.
        return 0.5 * len(self.ends) / len(self.slices or [None])

    def undoable(self, z: int) -> tuple[int, int]:
        """Return how many strokes of a slice can be undone, and how many redone."""
        return len(self._done.get(z, ())), len(self._undone.get(z, ()))

    # What happens

    def apply(self, event: Mapping) -> None:
        """Take an event in.

        Raises
        ------
        EventError
            If it does not fit; nothing has changed then.
        """
        if not isinstance(event, Mapping):
            raise EventError(f"an event must be a mapping, found {type(event).__name__}")
        kind = event.get("event")
        time = _time_of(event)
        if kind == "start":
            if self.ids:
                raise EventError("the work has been started already")
        elif not self.ids:
            raise EventError("the first event must be a start")
        elif kind in ("set", "stroke", "undo", "redo", "output") and self.finished:
            raise EventError("the work is finished; reopen it first")
        match kind:
            case "set":
                self._set(event)
            case "slice":
                self.current = self._own_slice(event)
            case "stroke":
                self._stroke(event)
            case "undo":
                self._step_back(event)
            case "redo":
                self._step_forward(event)
            case "output":
                self._output(event)
            case "finish":
                left = self.missing()
                if left:
                    raise EventError(left)
                self.finished, self.finished_at = True, time
            case "reopen":
                self.finished, self.finished_at = False, None
            case _ if kind != "start" and kind not in NOTED:
                raise EventError(f"there is no event {kind!r:.40}")
        name = event.get("id")
        self.ids.append(name if isinstance(name, str) else None)
        if self.ended is not None:
            passed = datetime.fromisoformat(time) - datetime.fromisoformat(self.ended)
            self.seconds += min(max(passed.total_seconds(), 0.0), PAUSE_S)
        self.begun = self.begun or time
        self.ended = time

    def _set(self, event: Mapping) -> None:
        if self.step.kind == PAINTING:
            raise EventError(f"{self.step.variant} is painted; it has no grey levels to set")
        ends = event.get("ends")
        if (
            not isinstance(ends, list)
            or len(ends) != self.number_of_ends
            or not all(type(end) is int and 0 <= end <= HIGHEST for end in ends)
            or sorted(ends) != ends
        ):
            raise EventError(
                f"expected {self.number_of_ends} ascending grey levels from 0 to {HIGHEST}, found "
                f"{ends!r:.60}"
            )
        if self.slices is None:
            if event.get("slice") is not None:
                raise EventError("these levels are those of the whole image, not of a slice")
            self.ends[None] = ends
        else:
            self.ends[self._own_slice(event)] = ends

    def _stroke(self, event: Mapping) -> None:
        z = self._paintable_slice(event)
        code = event.get("code")
        if type(code) is not int or code not in (UNLABELLED, *self.codes):
            raise EventError(f"expected a code of {self.codes} or 0, found {code!r:.40}")
        rows, columns = self.shape[1:]
        try:
            pixels = pixels_of(event.get("runs"), rows * columns)
        except ValueError as error:
            raise EventError(str(error)) from error
        if self.inside is not None:
            pixels = pixels[self.inside[z].ravel()[pixels]]
        page = self.labels.setdefault(z, np.zeros((rows, columns), np.uint8)).reshape(-1)
        self._done.setdefault(z, []).append((pixels, page[pixels], code))
        self._undone[z] = []
        page[pixels] = code
        self.strokes += 1

    def _step_back(self, event: Mapping) -> None:
        z = self._paintable_slice(event)
        if not self._done.get(z):
            raise EventError(f"there is nothing to undo on slice {z}")
        pixels, before, code = self._done[z].pop()
        self._undone.setdefault(z, []).append((pixels, before, code))
        self.labels[z].reshape(-1)[pixels] = before

    def _step_forward(self, event: Mapping) -> None:
        z = self._paintable_slice(event)
        if not self._undone.get(z):
            raise EventError(f"there is nothing to redo on slice {z}")
        pixels, before, code = self._undone[z].pop()
        self._done[z].append((pixels, before, code))
        self.labels[z].reshape(-1)[pixels] = code

    def _output(self, event: Mapping) -> None:
        due = self.slices_for_output()
        given = event.get("slices")
        if not due or not isinstance(given, Mapping) or set(given) != {str(z) for z in due}:
            raise EventError("no first output is due, or not of these slices")
        try:
            found = {z: unpacked(given[str(z)], self.shape[1:]) for z in due}
        except ValueError as error:
            raise EventError(str(error)) from error
        if not all(np.isin(part, (UNLABELLED, *self.codes)).all() for part in found.values()):
            raise EventError("a first output holds codes that are no phase's")
        self.outputs = found

    def _own_slice(self, event: Mapping) -> int:
        z = event.get("slice")
        if type(z) is not int or self.slices is None or z not in self.slices:
            raise EventError(f"slice {z!r:.40} is none of those asked for, {self.slices}")
        return z

    def _paintable_slice(self, event: Mapping) -> int:
        z = event.get("slice")
        if type(z) is not int or not self.may_paint(z):
            raise EventError(f"slice {z!r:.40} is not to be painted now")
        return z


def _time_of(event: Mapping) -> str:
    time = event.get("time")
    try:
        if datetime.fromisoformat(time).tzinfo is None:
            raise ValueError
    except (TypeError, ValueError):
        raise EventError(f"expected a time with its zone in ISO 8601, found {time!r:.40}") from None
    return time


def _listed(slices: Sequence[int]) -> str:
    numbers = ", ".join(str(z) for z in slices[:7]) + (", ..." if len(slices) > 7 else "")
    return f"slice {numbers}" if len(slices) == 1 else f"each of slices {numbers}"
