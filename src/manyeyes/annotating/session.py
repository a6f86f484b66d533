"""One person's sitting: their work on every step, kept in their folder as it happens."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np

from ..files.people import EVENTS
from ..files.recordings import (
    FORMAT,
    EventFile,
    image_digest,
    sitting_folder,
    write_recorded,
)
from ..imaging.masks import fill_outside
from ..labels import Phases
from ..randomness import generator, seed_from_names
from ..recording.results import annotations_of, phases_without_seeds
from ..recording.runs import packed
from ..recording.steps import PAINTING, THRESHOLD, Step
from ..recording.work import EventError, Work

KEPT_IMAGES = 2
"""Images held in memory: a person works on one, and on the next."""

CLOCK_S = 1.0
"""Seconds by which the clock of a file system may be behind."""

FROM_PAGE = (
    "set", "slice", "stroke", "undo", "redo", "finish", "reopen",
    "open", "leave", "away", "back", "look", "display",
)  # fmt: skip
"""Kinds of events that the page may send; the others are the computer's own."""


class OtherTabError(Exception):
    """A change by a page that is not the one that works; the message is for the person."""


class OutOfDateError(Exception):
    """A change that was made on an older state of the work; the page must read it again."""


@dataclass(frozen=True)
class About:
    """Whose sitting it is, and of which study.

    Attributes
    ----------
    study, title, seed : str
    user : str
    sitting : int
        Counted from 1.
    phases : Phases
    voxel_size_nm : mapping of dataset to float
    """

    study: str
    title: str
    seed: str
    user: str
    sitting: int
    phases: Phases
    voxel_size_nm: Mapping[str, float]


Image = tuple[np.ndarray, np.ndarray | None]
"""Grey levels, uint8 (z, y, x), and the field of view, bool of the same shape or None."""


class Session:
    """All work of one person in one sitting.

    Its methods may be called by several threads.

    Parameters
    ----------
    about : About
    steps : sequence of Step
    folder : path-like
        Of the person, which this process holds (`manyeyes.files.recordings.held`).
    read_image : callable
        Takes a dataset and a filter, returns an `Image`.
    now : callable
        Returns the time in UTC.
    """

    def __init__(
        self,
        about: About,
        steps: Sequence[Step],
        folder,
        read_image: Callable[[str, str], Image],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ):
        self.about, self.steps = about, tuple(steps)
        self.folder = sitting_folder(folder, about.sitting)
        self._read_image, self._now = read_image, now
        self._images: dict[tuple[str, str], Image] = {}
        self._digests: dict[tuple[str, str], str] = {}
        self._work: dict[int, Work] = {}
        self._files: dict[int, EventFile] = {}
        self._tab: str | None = None
        self._lock = threading.RLock()
        dark_to_bright = about.phases.by_brightness("the page")
        self.codes = tuple(phase.code for phase in dark_to_bright)

    # Which page works

    def claim(self, tab: str, take: bool = False) -> bool:
        """Return whether a page may change the work; the first that asks may.

        Parameters
        ----------
        tab : str
            What the page calls itself.
        take : bool
            Whether it takes over from another page, which can only look on from then on.
        """
        with self._lock:
            if self._tab is None or take:
                self._tab = tab
            return self._tab == tab

    def release(self, tab: str) -> None:
        """Let another page work, if this one did."""
        with self._lock:
            if self._tab == tab:
                self._tab = None

    # What there is to see

    def overview(self) -> dict:
        """Return what the page shows of the sitting as a whole."""
        about = self.about
        with self._lock:
            return {
                "study": about.study,
                "title": about.title,
                "user": about.user,
                "sitting": about.sitting,
                "folder": str(self.folder),
                # the brightest first: what people look for
                "phases": [
                    {"code": p.code, "key": p.key, "name": p.name}
                    for p in reversed(about.phases.by_brightness("the page"))
                ],
                "steps": [self._listed(number) for number in range(len(self.steps))],
            }

    def _listed(self, number: int) -> dict:
        step, work = self.steps[number], self.work(number)
        return {
            "dataset": step.dataset,
            "filter": step.filter,
            "variant": step.variant,
            "variants": dict(step.variants),
            "kind": step.kind,
            "size": step.size,
            "coverage_percent": step.coverage_percent,
            "slices": work.slices,
            "begun": bool(work.ends or work.labels),
            "finished": work.finished,
            "share": work.share_done(),
        }

    def state(self, number: int) -> dict:
        """Return everything that the page needs to go on with a step."""
        with self._lock:
            work, step = self.work(number), self.steps[number]
            slices = work.slices if step.kind == PAINTING else []
            return {
                **self._listed(number),
                "number": number,
                "count": len(work.ids),
                "shape": work.shape,
                "masked": work.inside is not None,
                "voxel_size_nm": self.about.voxel_size_nm[step.dataset],
                "number_of_ends": 0 if step.kind == PAINTING else work.number_of_ends,
                "ends": [[z, ends] for z, ends in work.ends.items()],
                "begins_at": self._beginnings(step, work),
                "current": work.current,
                "corrections": step.corrections,
                "wanted": {z: work.wanted(z) for z in slices},
                "pixels": {z: work.pixels(z) for z in slices},
                "labels": {z: packed(page) for z, page in work.labels.items()},
                "outputs": {z: packed(page) for z, page in work.outputs.items()},
                "undoable": {z: work.undoable(z) for z in slices},
                "paintable": [z for z in slices if work.may_paint(z)],
                "output_due": bool(work.slices_for_output()),
                "missing": work.missing(),
            }

    def plane(self, dataset: str, filter_: str, axis: int, index: int) -> bytes:
        """Return the grey levels of a plane, one byte a pixel; IndexError if there is none."""
        image, _ = self._image(dataset, filter_)
        return _plane(image, axis, index)

    def mask_plane(self, dataset: str, filter_: str, axis: int, index: int) -> bytes:
        """Return 1 for each pixel of a plane in the field of view, else 0."""
        image, inside = self._image(dataset, filter_)
        if inside is None:
            inside = np.ones(image.shape, bool)
        return _plane(inside.view(np.uint8), axis, index)

    def work(self, number: int) -> Work:
        """Return the state of a step, which is read from disk the first time."""
        with self._lock:
            if number not in self._work:
                step = self.steps[number]
                image, inside = self._image(step.dataset, step.filter)
                work = Work(step, image.shape, self.codes, inside)
                place = self.folder / step.dataset / step.filter
                file = EventFile(place / f"{step.variant}{EVENTS}")
                file.replay(work, self._about_step(step, image.shape))
                self._files[number], self._work[number] = file, work
                self._complete_results(work)
            return self._work[number]

    # What is done

    def record(self, number: int, tab: str, count: int, events: Sequence[Mapping]) -> dict:
        """Take in what a page did; it is on disk when this returns.

        Parameters
        ----------
        number : int
            Of the step.
        tab : str
        count : int
            How many events the step had when the page did this.
        events : sequence of mapping
            Of the kinds in `FROM_PAGE`, each with an ``id`` of its own. Events that were taken in
            before, because an answer was lost, are not taken in again.

        Returns
        -------
        dict
            What of the state depends on them.

        Raises
        ------
        OtherTabError, OutOfDateError
        EventError
            If an event does not fit; those before it are kept.
        """
        with self._lock:
            if self._tab != tab:
                raise OtherTabError(
                    "Another tab or window is working on this sitting. This one only looks on."
                )
            work = self.work(number)
            names = [e.get("id") if isinstance(e, Mapping) else None for e in events]
            # The computer's own first event comes before those of the page.
            known = work.ids[max(count, 1) :]
            if count > len(work.ids) or known != names[: len(known)] or None in known:
                raise OutOfDateError("The work has changed since this page read it.")
            if known:
                self._complete_results(work)
            for event in events[len(known) :]:
                if not isinstance(event, Mapping) or event.get("event") not in FROM_PAGE:
                    raise EventError(f"a page cannot send {event!r:.60}")
                self._take(number, dict(event))
            return self._changed(number)

    def first_output(self, number: int, tab: str, count: int) -> dict:
        """Train a forest on what is painted, let it label the slices to come, and keep that.

        Returns
        -------
        dict
            The state of the step.
        """
        with self._lock:
            if self._tab != tab:
                raise OtherTabError("Another tab or window is working on this sitting.")
            work, step = self.work(number), self.steps[number]
            if count != len(work.ids):
                raise OutOfDateError("The work has changed since this page read it.")
            due = work.slices_for_output()
            if not due:
                raise EventError(work.missing() or "the first output has been shown already")
            image, inside = self._image(step.dataset, step.filter)
            output = self._output_of(work, image, inside, due)
            slices = {str(z): packed(page) for z, page in zip(due, output, strict=True)}
            self._take(number, {"event": "output", "slices": slices})
            return self.state(number)

    def _output_of(self, work: Work, image, inside, due: list[int]) -> np.ndarray:
        from ..forest import classify, fit_forest

        labels = np.zeros(work.shape, np.uint8)
        for z, page in work.labels.items():
            labels[z] = page
        names = self._seed_names(work.step, "first output")
        seen = fill_outside(image, inside)
        forest = fit_forest(seen, labels, seed=seed_from_names(*names), **work.step.forest)
        found = classify(seen, forest, slices=due)
        return found if inside is None else np.where(inside[due], found, np.uint8(0))

    def _take(self, number: int, event: dict) -> None:
        """Let the work take in an event, and write it to disk."""
        work, step = self.work(number), self.steps[number]
        event["time"] = self._now().isoformat(timespec="milliseconds")
        image, _ = self._image(step.dataset, step.filter)
        if not work.ids:
            about = self._about_step(step, image.shape)
            start = {"event": "start", "time": event["time"], **about}
            self._files[number].append([start])
            work.apply(start)
        if event["event"] == "finish":
            self._require_seeds(work, image)
        try:
            work.apply(event)
            self._files[number].append([event])
        except EventError:
            raise
        except BaseException:
            # What is not on disk did not happen.
            del self._work[number], self._files[number]
            raise
        if event["event"] == "finish":
            self._write_results(work)

    def _require_seeds(self, work: Work, image: np.ndarray) -> None:
        if work.missing():
            return
        names = [p.name for p in self.about.phases if p.code in phases_without_seeds(work, image)]
        if names:
            raise EventError(f"these levels leave no seed of {' and '.join(names)}")

    def _write_results(self, work: Work) -> None:
        step = work.step
        about = {
            "user": self.about.user,
            "sitting": self.about.sitting,
            "voxel_size_nm": self.about.voxel_size_nm[step.dataset],
        }
        for variant, recorded in annotations_of(work).items():
            write_recorded(self.folder / step.dataset / step.filter, variant, recorded, about)

    def _complete_results(self, work: Work) -> None:
        """Write results that are not there, or older than the person's last word.

        A crash or a full disk may have come between.
        """
        if not work.finished:
            return
        step = work.step
        suffix = ".tif" if step.kind == PAINTING else ".json"
        place = self.folder / step.dataset / step.filter
        paths = [place / f"{variant}{suffix}" for variant in step.variants]
        said = datetime.fromisoformat(work.finished_at).timestamp() - CLOCK_S
        if not all(path.exists() and path.stat().st_mtime >= said for path in paths):
            self._write_results(work)

    def _changed(self, number: int) -> dict:
        work, step = self.work(number), self.steps[number]
        slices = work.slices if step.kind == PAINTING else []
        return {
            "count": len(work.ids),
            "finished": work.finished,
            "share": work.share_done(),
            "missing": work.missing(),
            "output_due": bool(work.slices_for_output()),
            "paintable": [z for z in slices if work.may_paint(z)],
            "painted": {z: work.painted(z) for z in slices},
        }

    # Images

    def _image(self, dataset: str, filter_: str) -> Image:
        key = dataset, filter_
        with self._lock:
            if key not in self._images:
                while len(self._images) >= KEPT_IMAGES:
                    del self._images[next(iter(self._images))]
                self._images[key] = self._read_image(*key)
                self._digests[key] = image_digest(self._images[key][0])
            return self._images[key]

    def _about_step(self, step: Step, shape: Sequence[int]) -> dict:
        return {
            "format": FORMAT,
            "study": self.about.study,
            "user": self.about.user,
            "sitting": self.about.sitting,
            "dataset": step.dataset,
            "filter": step.filter,
            "variant": step.variant,
            "kind": step.kind,
            "shape": list(shape),
            "sha256": self._digests[step.dataset, step.filter],
            "codes": dict(self.about.phases.codes),
        }

    def _seed_names(self, step: Step, what: str) -> tuple:
        about = self.about
        return (about.seed, about.user, *step.name.split("/"), "sitting", about.sitting, what)

    def _beginnings(self, step: Step, work: Work) -> list:
        """Return where sliders stand before anybody moves them, for each slice.

        At random, so that nobody is led to a level: neither to the same for all people, nor to that
        of an algorithm (the method of adjustment of psychophysics begins in this way). Windows
        begin wide, with few seeds.
        """
        if step.kind == PAINTING:
            return []
        found = []
        for z in work.slices or [None]:
            rng = generator(*self._seed_names(step, "beginning"), z)
            many = work.number_of_ends
            low, high = (64, 192) if step.kind == THRESHOLD else (32, 224)
            edges = np.linspace(low, high, many + 1)
            ends = [int(rng.integers(a, b)) for a, b in pairwise(edges)]
            found.append([z, ends])
        return found


def _plane(volume: np.ndarray, axis: int, index: int) -> bytes:
    if not 0 <= axis < 3 or not 0 <= index < volume.shape[axis]:
        raise IndexError(f"there is no plane {index} along axis {axis}")
    return np.ascontiguousarray(volume.take(index, axis=axis)).tobytes()
