"""A small image with two phases, what a study asks for it, and a session that records it."""

import itertools
from datetime import UTC, datetime, timedelta

import numpy as np

from manyeyes.annotating.session import About, Session
from manyeyes.labels import TWO_PHASES
from manyeyes.methods import METHODS
from manyeyes.recording.steps import steps_of

SHAPE = (24, 20, 30)
TAB = "first tab"
VARIANTS = {
    "S1": {"method": "threshold", "offset": -10},
    "S2": {"method": "threshold", "offset": 0},
    "S3": {"method": "threshold", "offset": 10},
    "gWS": {"method": "watershed", "seed_error": 0.10},
    "cWS": {"method": "watershed", "seed_error": 0.01},
    "ML1": {"method": "seeded_forest", "slices": "first"},
    "ML2": {"method": "seeded_forest", "slices": 6},
    "ML3": {"method": "seeded_forest", "slices": "all"},
    "MLX10": {
        "method": "drawn_forest",
        "coverage_percent": 10,
        "slices": 3,
        "forest": {"trainer": "manyeyes", "trees": 8},
    },
    "Otsu": {"method": "otsu"},
    "recorded": {"method": "recorded_forest"},
}
THRESHOLD, SMALL, LARGE, FIRST, SIX, ALL, PAINTING = range(7)
"""The places of the steps."""


def example_image():
    """Return an image whose right half is bright: grey levels about 90 and 170."""
    rng = np.random.default_rng(3)
    image = np.where(np.arange(SHAPE[2]) < 15, 90, 170) + rng.integers(-20, 21, SHAPE)
    return image.astype(np.uint8)


def example_steps(*names):
    """Return the steps of an image for variants, by default for all."""
    cells = [("cathode", "raw", name) for name in names or VARIANTS]
    return steps_of(cells, VARIANTS, METHODS)


def clock():
    """Return a function that tells a time two seconds later whenever it is asked."""
    begin, ticks = datetime(2020, 11, 2, 9, tzinfo=UTC), itertools.count()
    return lambda: begin + timedelta(seconds=2 * next(ticks))


def session_in(folder, *names, sitting=1, inside=None, seed="7", phases=TWO_PHASES, now=None):
    """Return a session of jo in a folder."""
    about = About(
        study="tiny",
        title="A small study",
        seed=seed,
        user="jo",
        sitting=sitting,
        phases=phases,
        voxel_size_nm={"cathode": 400.0},
    )
    steps = example_steps(*names)
    session = Session(about, steps, folder, lambda *_: (example_image(), inside), now or clock())
    session.claim(TAB)
    return session


def do(session, number, *events, tab=TAB):
    """Let the page do something; return the answer."""
    count = session.state(number)["count"]
    named = [{"id": f"{count}-{place}", **event} for place, event in enumerate(events)]
    return session.record(number, tab, count, named)


def stroke(z, code, runs):
    """Return a stroke on a slice."""
    return {"event": "stroke", "slice": z, "code": code, "runs": runs}


HALVES = [0, 12, 30, 12]
"""Runs in the left half of the first two rows."""
BRIGHT = [16, 12, 46, 12]
"""Runs in the right half."""


def paint(session, z, number=PAINTING):
    """Paint four runs of twelve pixels, 8 %, and four more: more than 10 % of 600 pixels."""
    more = [60, 12]
    do(session, number, stroke(z, 2, [*HALVES, *more]), stroke(z, 1, BRIGHT))
