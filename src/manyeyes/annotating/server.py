"""Answers of the page's server: the page itself, and what it asks of a session."""

import json
from collections.abc import Callable
from importlib.resources import files

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ..files.errors import FileError
from ..recording.work import EventError
from .guard import Guard
from .session import OtherTabError, OutOfDateError, Session

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

MOST_EVENTS = 1000
"""In one request."""


def page_files() -> dict[str, tuple[bytes, str]]:
    """Return content and type of the page's files by name; no other file is ever served."""
    found = {}
    for file in files(__package__).joinpath("page").iterdir():
        suffix = file.name[file.name.rfind(".") :]
        if suffix in TYPES:
            found[file.name] = (file.read_bytes(), TYPES[suffix])
    return found


def application(session: Session, token: str, hosts: list[str]) -> Guard:
    """Return the ASGI application for a session.

    Parameters
    ----------
    session : Session
    token : str
        The first part of every path.
    hosts : list of str
        ``name:port`` under which the page may be asked for.
    """
    pages = page_files()

    def page(request: Request) -> Response:
        name = request.path_params.get("name", "index.html")
        if name not in pages:
            return PlainTextResponse("there is no such file", 404)
        content, kind = pages[name]
        return Response(content, media_type=kind)

    def overview(request: Request) -> Response:
        return _answer(session.overview)

    def state(request: Request) -> Response:
        return _answer(lambda: session.state(_step(request, session)))

    def plane(request: Request) -> Response:
        given = request.path_params
        read = session.mask_plane if given["what"] == "masks" else session.plane
        known = {(step.dataset, step.filter) for step in session.steps}
        if (given["dataset"], given["filter"]) not in known:
            return _problem(404, "there is no such image")
        try:
            content = read(given["dataset"], given["filter"], given["axis"], given["index"])
        except IndexError as error:
            return _problem(404, str(error))
        return Response(content, media_type="application/octet-stream")

    async def tab(request: Request) -> Response:
        return await _asked(
            request,
            {"tab": str},
            lambda body: {"works": session.claim(body["tab"], body.get("take") is True)},
        )

    async def leave(request: Request) -> Response:
        return await _asked(request, {"tab": str}, lambda body: session.release(body["tab"]))

    async def events(request: Request) -> Response:
        def record(body):
            if len(body["events"]) > MOST_EVENTS:
                raise EventError(f"send {MOST_EVENTS} events at most")
            return session.record(
                _step(request, session), body["tab"], body["count"], body["events"]
            )

        return await _asked(request, {"tab": str, "count": int, "events": list}, record)

    async def output(request: Request) -> Response:
        return await _asked(
            request,
            {"tab": str, "count": int},
            lambda body: session.first_output(_step(request, session), body["tab"], body["count"]),
        )

    routes = [
        Route("/", page),
        Route("/api/session", overview),
        Route("/api/tab", tab, methods=["POST"]),
        Route("/api/leave", leave, methods=["POST"]),
        Route("/api/steps/{number:int}", state),
        Route("/api/steps/{number:int}/events", events, methods=["POST"]),
        Route("/api/steps/{number:int}/output", output, methods=["POST"]),
        Route("/api/{what}/{dataset}/{filter}/{axis:int}/{index:int}", plane),
        Route("/{name}", page),
    ]
    return Guard(Starlette(routes=routes), token, hosts)


def _step(request: Request, session: Session) -> int:
    number = request.path_params["number"]
    if number >= len(session.steps):
        raise LookupError("there is no such step")
    return number


def _answer(asked: Callable, *arguments) -> Response:
    """Return what a session says, or why it refuses, with a word that the page can act on."""
    try:
        return JSONResponse(asked(*arguments))
    except OtherTabError as error:
        return _problem(409, str(error), "other tab")
    except OutOfDateError as error:
        return _problem(409, str(error), "out of date")
    except EventError as error:
        return _problem(422, str(error), "refused")
    except LookupError as error:
        return _problem(404, str(error))
    except FileError as error:
        return _problem(500, str(error), "file")
    except ValueError as error:
        return _problem(422, str(error), "refused")


def _problem(status: int, words: str, kind: str = "") -> Response:
    return JSONResponse({"problem": words, "kind": kind}, status)


async def _asked(request: Request, keys: dict[str, type], do: Callable[[dict], object]) -> Response:
    """Do what a body of JSON asks for, in a thread of its own: files and forests take time."""
    from starlette.concurrency import run_in_threadpool

    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        return _problem(400, "expected JSON")
    if not isinstance(body, dict) or any(type(body.get(key)) is not keys[key] for key in keys):
        return _problem(400, f"expected an object with {', '.join(keys)}")
    if len(body["tab"]) > 100 or body.get("count", 0) < 0:
        return _problem(400, "expected a short name of the tab and a count from 0")
    return await run_in_threadpool(_answer, do, body)
