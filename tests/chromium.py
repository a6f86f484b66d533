"""A headless Chromium, driven over its DevTools protocol through a pair of pipes.

Pipes need no port, no WebSocket and so no package: Chromium reads commands from file descriptor 3
and writes answers and events to 4, each a JSON text that ends with a zero byte.
"""

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import tempfile
import time
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 60
"""Seconds to wait for an answer before a test fails; a loaded machine may be slow."""


def executable():
    """Return the path of a Chromium, or None where there is none."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def _moved(descriptor):
    """Return the same pipe's end under a number from 10 on."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return moved


class Chromium:
    """One page of a headless browser; a context manager that ends the browser.

    Attributes
    ----------
    problems : list of str
        Console errors and exceptions that nobody caught.
    requests : list of str
        Addresses of everything that the page asked for, data addresses left out.
    """

    def __init__(self, width=1366, height=768):
        self.problems, self.requests = [], []
        self._answers, self._buffer, self._last = {}, b"", 0
        self._loaded = False
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        # Numbers from 10 on, so that none of them is one of those that the child is given.
        to_browser, self._commands = map(_moved, os.pipe())
        self._events, from_browser = map(_moved, os.pipe())
        call = [executable(), "--headless=new", "--no-sandbox", "--disable-gpu"]
        call += ["--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking"]
        call += ["--remote-debugging-pipe", f"--user-data-dir={self._folder.name}"]
        call += [f"--window-size={width},{height}", "--hide-scrollbars", "about:blank"]
        nothing = [(os.POSIX_SPAWN_OPEN, n, os.devnull, os.O_RDWR, 0) for n in (0, 1, 2)]
        ends = [
            (os.POSIX_SPAWN_DUP2, number, wanted)
            for number, wanted in ((to_browser, 3), (from_browser, 4))
        ]
        self._process = os.posix_spawn(
            call[0], call, os.environ, file_actions=nothing + ends, setsid=True
        )
        os.close(to_browser)
        os.close(from_browser)
        try:
            target = self._ask("Target.createTarget", url="about:blank")["targetId"]
            attached = self._ask("Target.attachToTarget", targetId=target, flatten=True)
            self._session = attached["sessionId"]
            for domain in ("Page", "Runtime", "Network", "Log"):
                self.ask(f"{domain}.enable")
            self.ask(
                "Emulation.setDeviceMetricsOverride",
                width=width,
                height=height,
                deviceScaleFactor=1,
                mobile=False,
            )
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """End the browser and forget its profile."""
        # Its own session holds the helper processes too.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._process, 0)
        for descriptor in (self._commands, self._events):
            os.close(descriptor)
        self._folder.cleanup()

    def ask(self, method, **params):
        """Send a command about the page and return its result."""
        return self._ask(method, session=self._session, **params)

    def open(self, path):
        """Open a file and wait until it is loaded."""
        self.visit(Path(path).resolve().as_uri())

    def visit(self, address):
        """Open an address and wait until it is loaded."""
        self._loaded = False
        self.ask("Page.navigate", url=address)
        self._wait(lambda: self._loaded, f"{address} did not load")

    def run(self, script):
        """Return the value of a JavaScript expression; promises are waited for."""
        answer = self.ask(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise AssertionError(f"{script}\n{answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait_for(self, script):
        """Wait until a JavaScript expression holds."""
        end = time.monotonic() + PATIENCE
        while not self.run(script):
            if time.monotonic() > end:
                raise AssertionError(f"never came true: {script}")
            time.sleep(0.05)

    def press(self, key, code, modifiers=0):
        """Press and release a key, as the keyboard does; modifiers are 2 for Ctrl, 8 for Shift."""
        for kind in ("rawKeyDown", "keyUp"):
            self.ask(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=code,
                modifiers=modifiers,
            )

    def drag(self, *places, pointer="mouse"):
        """Press a mouse or a pen at the first place (x, y), move it over the others, release it."""
        kinds = ["mousePressed", *["mouseMoved"] * (len(places) - 1), "mouseReleased"]
        for kind, (x, y) in zip(kinds, [*places, places[-1]], strict=True):
            self.ask(
                "Input.dispatchMouseEvent",
                type=kind,
                x=x,
                y=y,
                button="left",
                buttons=0 if kind == "mouseReleased" else 1,
                clickCount=1,
                pointerType=pointer,
            )

    def click(self, selector):
        """Click on the middle of the first element that a CSS selector finds."""
        self.drag(self.middle(selector))

    def middle(self, selector):
        """Return the middle (x, y) of the first element that a CSS selector finds."""
        box = self.run(
            f"(() => {{ const found = document.querySelector({json.dumps(selector)});"
            " found.scrollIntoView({block: 'nearest'});"
            " const b = found.getBoundingClientRect();"
            " return [b.left + b.width / 2, b.top + b.height / 2]; })()"
        )
        return tuple(box)

    def picture(self, path, whole=False):
        """Save what the window shows, or the whole page, as PNG."""
        shot = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        Path(path).write_bytes(base64.b64decode(shot["data"]))

    def _ask(self, method, session=None, **params):
        self._last += 1
        number = self._last
        command = {"id": number, "method": method, "params": params}
        if session is not None:
            command["sessionId"] = session
        os.write(self._commands, json.dumps(command).encode() + b"\0")
        self._wait(lambda: number in self._answers, f"Chromium did not answer {method}")
        answer = self._answers.pop(number)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def _wait(self, done, complaint):
        end = time.monotonic() + PATIENCE
        while not done():
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError(f"{complaint} within {PATIENCE} s")
            if select.select([self._events], [], [], left)[0]:
                read = os.read(self._events, 1 << 20)
                if not read:
                    raise AssertionError(f"{complaint}; the browser has ended")
                self._buffer += read
                *messages, self._buffer = self._buffer.split(b"\0")
                for message in messages:
                    self._take(json.loads(message))

    def _take(self, message):
        if "id" in message:
            self._answers[message["id"]] = message
            return
        method, params = message["method"], message["params"]
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Runtime.exceptionThrown":
            self.problems.append(json.dumps(params["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            self.problems.append(json.dumps(params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.problems.append(params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            address = params["request"]["url"]
            if not address.startswith("data:"):
                self.requests.append(address)
