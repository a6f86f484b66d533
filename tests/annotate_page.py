"""A scripted person who works on the page of `manyeyes annotate`, and the program behind it."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
from scipy import ndimage

from chromium import PATIENCE, Chromium

TOP = Path(__file__).parents[1]


class Program:
    """`manyeyes annotate`, as it is started in a terminal; a context manager that ends it.

    Attributes
    ----------
    address : str
        Of the page.
    said : list of str
        What it has printed.
    """

    def __init__(self, folder, *arguments, data):
        self.said = []
        paths = os.pathsep.join([str(TOP / "src"), os.environ.get("PYTHONPATH", "")])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "manyeyes", "annotate", *map(str, arguments), "--no-browser"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": paths, "MANYEYES_DATA": str(data)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.address = None
        for line in self._process.stdout:
            self.said.append(line)
            found = re.search(r"http://127\.0\.0\.1:\d+/\S+/", line)
            if found:
                self.address = found[0]
                break
        if self.address is None:
            self._process.wait()
            raise AssertionError("the page was not opened:\n" + "".join(self.said))
        self._reader = threading.Thread(target=lambda: self.said.extend(self._process.stdout))
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self.kill()

    def kill(self):
        """End it without a warning, as a crash does."""
        self._process.send_signal(signal.SIGKILL)
        self._end()

    def stop(self):
        """End it as Ctrl+C does, and return all that it said."""
        self._process.send_signal(signal.SIGINT)
        self._end()
        return "".join(self.said)

    def _end(self):
        self._process.wait(60)
        self._reader.join(60)
        self._process.stdout.close()


class Person(Chromium):
    """A browser with a page of the program, and hands that work on it."""

    def begin(self, address):
        """Open the page and close its greeting."""
        self.visit(address)
        self.wait_for("document.documentElement.dataset.ready === 'yes'")
        self.run("document.getElementById('dialog').close()")

    def text(self, selector):
        """Return the text of an element."""
        return self.run(f"document.querySelector({json.dumps(selector)}).innerText")

    def reads(self, selector, start):
        """Wait until the text of an element begins with some words."""
        end = time.monotonic() + PATIENCE
        while not (found := self.text(selector)).startswith(start):
            assert time.monotonic() < end, f"{selector}: expected {start!r}, found {found!r}"
            time.sleep(0.05)

    def saved(self):
        """Wait until everything is saved."""
        self.wait_for("document.getElementById('saved').textContent === 'Saved'")

    def go(self, number):
        """Turn to a step by the list."""
        self.run(f"document.querySelectorAll('button.step')[{number}].click()")
        self.at(number)

    def at(self, number):
        """Wait until a step is open."""
        self.wait_for(f"document.documentElement.dataset.step === '{number}'")

    def level(self, place, level):
        """Drag a handle of the bar of grey levels to a level."""
        left, width, middle = self.run(
            "(() => { const b = document.querySelector('.levels').getBoundingClientRect();"
            " return [b.left, b.width, b.top + b.height / 2]; })()"
        )
        now = self.levels()[place]
        at = [(left + width * (each + 0.01) / 256, middle) for each in (now, level)]
        self.drag(*at)
        # A handle may lie a level off where pixels are coarse.
        key, code, step = (
            ("ArrowRight", 39, 1) if self.levels()[place] < level else ("ArrowLeft", 37, -1)
        )
        while self.levels()[place] * step < level * step:
            self.press(key, code)
        time.sleep(0.5)
        self.saved()

    def levels(self):
        """Return the grey levels of the handles."""
        return self.run(
            "[...document.querySelectorAll('.handle')].map((h) => Number(h.ariaValueNow ??"
            " h.getAttribute('aria-valuenow')))"
        )

    def proceed(self):
        """Press the button that leads on."""
        self.wait_for("!document.querySelector('.primary').disabled")
        self.saved()
        self.click("aside .primary")

    def coverage(self):
        """Return the running coverage figure, per cent."""
        return float(self.text(".figure b").split("\xa0")[0])

    def draw(self, *places, pointer="mouse"):
        """Draw over places (x, y) of the slice, in pixels of the image."""
        left, top, zoom = map(float, self.place())
        box = self.run(
            "(() => { const b = document.querySelector('.painting canvas')"
            ".getBoundingClientRect(); return [b.left, b.top]; })()"
        )
        at = [(box[0] + left + x * zoom, box[1] + top + y * zoom) for x, y in places]
        self.drag(*at, pointer=pointer)

    def place(self):
        """Return where the slice lies on its canvas: left, top, zoom."""
        self.wait_for("document.querySelector('.painting canvas')?.dataset.place !== undefined")
        return self.run("document.querySelector('.painting canvas').dataset.place.split(' ')")

    def brush(self, code, size):
        """Take up the brush of a phase, of a size in pixels."""
        self.run(
            f"document.querySelector('[data-code=\"{code}\"]').click();"
            " (() => { const wide = document.querySelector('[aria-label=\"brush size\"]');"
            f" wide.value = {size}; wide.dispatchEvent(new Event('input')); }})()"
        )

    def cover(self, seen, size=3):
        """Paint what is seen of each phase until the slice is covered; return the strokes made."""
        made = 0
        for code, strokes in hatching(seen, size):
            self.brush(code, size)
            for start, end in strokes:
                self.draw(start, end)
                made += 1
                if self.run("document.querySelector('.meter').classList.contains('complete')"):
                    break
            self.saved()
            if self.run("document.querySelector('.meter').classList.contains('complete')"):
                return made
        raise AssertionError(f"only {self.coverage()} % could be painted")


def hatching(seen, size):
    """Yield code and horizontal strokes that stay inside what is seen of each phase, in turns.

    The first turn has one stroke of each phase, so that both are painted early.
    """
    rng = np.random.default_rng(5)
    strokes, turn = {}, 1
    for code in np.unique(seen[seen > 0]):
        deep = ndimage.binary_erosion(seen == code, iterations=size // 2, border_value=1)
        found = []
        for y in range(size // 2, seen.shape[0], size):
            edges = np.flatnonzero(np.diff(np.concatenate([[0], deep[y], [0]])))
            for first, last in zip(edges[::2], edges[1::2], strict=True):
                found += [
                    ((x + 0.5, y + 0.5), (min(x + 9, last - 1) + 0.5, y + 0.5))
                    for x in range(first, last, 10)
                ]
        rng.shuffle(found)
        strokes[int(code)] = [tuple(map(tuple, pair)) for pair in found]
    while any(strokes.values()):
        for code, left in strokes.items():
            yield code, left[:turn]
            strokes[code] = left[turn:]
        turn = 4


@contextlib.contextmanager
def served(session):
    """Serve a session in a thread of this process; yield the page's address."""
    import socket

    import uvicorn

    from manyeyes.annotating.server import application

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        host = f"127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(
            application(session, "token", [host]),
            log_level="error",
            lifespan="off",
            ws="none",
            timeout_keep_alive=600,
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield f"http://{host}/token/"
        finally:
            server.should_exit = True
            thread.join(30)
