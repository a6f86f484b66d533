"""Run the page's server on this computer until it is told to end."""

import contextlib
import secrets
import socket
import threading
from collections.abc import Callable

from .session import Session

HOST = "127.0.0.1"


class PortTakenError(Exception):
    """A port on which no server can be started; the message says why and what to do."""


def listening_socket(port: int) -> socket.socket:
    """Return a socket that listens on this computer only.

    Parameters
    ----------
    port : int
        0 takes a free one.

    Raises
    ------
    PortTakenError
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(64)
    except (OSError, OverflowError) as error:
        listening.close()
        raise PortTakenError(
            f"--port {port}: no server can be started there ({error}); take another, or leave the "
            "option out"
        ) from error
    return listening


def serve(session: Session, listening: socket.socket, opened: Callable[[str], None]) -> None:
    """Answer the page of a session until Ctrl+C.

    Parameters
    ----------
    session : Session
    listening : socket
    opened : callable
        Called once with the page's address, when it can be opened.
    """
    import uvicorn

    from .server import application

    port = listening.getsockname()[1]
    # 128 bits that no other page or user of this computer can guess.
    token = secrets.token_urlsafe(16)
    hosts = [f"{HOST}:{port}", f"localhost:{port}"]
    config = uvicorn.Config(
        application(session, token, hosts),
        log_level="warning",
        # The address holds the token, which belongs in no log.
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        proxy_headers=False,
        # The page asks every few seconds; a connection that is closed meanwhile looks like a crash.
        timeout_keep_alive=600,
        timeout_graceful_shutdown=2,
    )
    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
    server = uvicorn.Server(config)
    opened(f"http://{HOST}:{port}/{token}/")
    # Uvicorn has ended in order by then, and passes on what ended it.
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listening])


def warm_up() -> None:
    """Compile what a first output needs, while the person is busy with the first steps.

    A process of its own compiles, so that the page stays quick; this one only loads the result.
    """
    import subprocess
    import sys

    import numpy as np

    from ..forest import classify, fit_forest

    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([sys.executable, "-m", "manyeyes.running.compile_kernels"], check=False, **quiet)
    labels = np.zeros((8, 8, 8), np.uint8)
    labels[4, :, :4], labels[4, :, 4:] = 1, 2
    image = labels * np.uint8(90)
    classify(image, fit_forest(image, labels, seed=1, trees=2), slices=[4])
