"""The events of a person at work, as `manyeyes annotate` keeps them."""

import json

import numpy as np
from cases import Case
from mutating import mutate

from manyeyes.files.recordings import FORMAT, EventFile
from manyeyes.recording.runs import packed, runs_of
from manyeyes.recording.steps import PAINTING, Step
from manyeyes.recording.work import Work

SHAPE = (9, 10, 12)
STEP = Step("d", "raw", "MLX10", PAINTING, {"MLX10": 0}, None, 3, 10.0, True)
ABOUT = {"format": FORMAT, "user": "jo", "sha256": "ab"}


def new_work():
    """Return the work of a person who has not begun."""
    return Work(STEP, SHAPE, (2, 1))


def make_events(rng, folder) -> Case:
    """Make the events of somebody who paints, looks at an output, and perhaps finishes."""
    path = folder / "MLX10.events.jsonl"
    work, lines = new_work(), []

    def add(**event):
        event["time"] = f"2026-11-02T09:{len(lines) // 60:02}:{len(lines) % 60:02}+00:00"
        work.apply(event)
        lines.append(json.dumps(event))

    add(event="start", **ABOUT)
    generator = np.random.default_rng(rng.randrange(2**32))
    for z in (work.slices[0],) * 3 + tuple(work.slices):
        if z not in work.labels and work.slices_for_output():
            due = work.slices_for_output()
            page = generator.integers(1, 3, SHAPE[1:], np.uint8)
            add(event="output", slices={str(other): packed(page) for other in due})
        if work.may_paint(z):
            marks = generator.random(SHAPE[1:]) < 0.1
            add(event="stroke", slice=z, code=rng.randrange(3), runs=runs_of(marks))
            if rng.random() < 0.3:
                add(event="undo", slice=z)
        add(event="look", slice=z)
    if work.missing() is None:
        add(event="finish")
    data = "".join(line + "\n" for line in lines).encode()
    choice = rng.random()
    if choice < 0.3:
        path.write_bytes(data + b'{"event": "stro' * rng.randrange(2))
        return Case(path, "sound", seen_in(work))
    if choice < 0.5:
        what = rng.choice(("other", "list", "deep", "binary", "codes", "bomb", "start", "runs"))
        event = json.loads(lines[-1])
        last = {
            "codes": {**event, "event": "stroke", "slice": work.slices[0], "code": 9, "runs": []},
            "runs": {
                **event,
                "event": "stroke",
                "slice": work.slices[0],
                "code": 1,
                "runs": [0, 10**9],
            },
            "bomb": {**event, "event": "output", "slices": {"2": packed(np.zeros(10**6))}},
            "start": {**event, "event": "start"},
        }
        content = {
            "other": data.replace(b'"ab"', b'"cd"', 1),
            "list": b"[1]\n" + data,
            "deep": data + b"[" * 10**5 + b"\n",
            "binary": b"\xff\xfe" + data,
        }
        changed = json.dumps(last.get(what)).encode() + b"\n"
        path.write_bytes(content.get(what, data + changed))
        return Case(path, what, faulty=True)
    path.write_bytes(mutate(rng, data))
    return Case(path, "mutated")


def read_events(path):
    """Return what came of the events."""
    work = new_work()
    EventFile(path).replay(work, ABOUT)
    found = seen_in(work)
    assert set(found["labels"]) | set(found["outputs"]) <= set(work.slices)
    assert all(max(page, default=0) <= 2 for page in found["labels"].values())
    return found


def seen_in(work):
    """Return what tells one state of the work from another."""
    return {
        "labels": {z: page.ravel().tolist() for z, page in work.labels.items()},
        "outputs": {z: page.ravel().tolist() for z, page in work.outputs.items()},
        "finished": work.finished,
        "events": len(work.ids),
    }
