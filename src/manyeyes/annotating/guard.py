"""Only the page that this computer opened is answered, and it may load nothing from elsewhere.

Any site that a person visits can send requests to this computer's own ports. What keeps it out is
a token that it cannot know, and the names of host and origin, which it cannot choose.
"""

import hmac
from collections.abc import Iterable

HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        b"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
"""Of every answer."""

MOST_BODY_BYTES = 8_000_000
"""A request with a larger body is refused: a stroke over a whole slice of 2000 x 2000 pixels."""

_READING = ("GET", "HEAD")


class Guard:
    """An ASGI application in front of another one.

    Parameters
    ----------
    application : callable
        What answers; it sees paths without the token.
    token : str
        The first part of every path.
    hosts : iterable of str
        ``name:port`` under which the page may be asked for.
    """

    def __init__(self, application, token: str, hosts: Iterable[str]):
        self._application = application
        self._token = token.encode()
        self._hosts = {host.encode() for host in hosts}

    async def __call__(self, scope, receive, send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            raise RuntimeError(f"only HTTP is answered, not {scope['type']}")

        async def send_guarded(message):
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *HEADERS]}
            await send(message)

        refusal = self._refusal(scope)
        if refusal:
            await _refuse(send_guarded, *refusal)
            return
        rest = scope["path"][1:].partition("/")[2]
        inner = {**scope, "path": "/" + rest, "raw_path": ("/" + rest).encode(), "root_path": ""}
        body = None
        if scope["method"] not in _READING:
            body = await _whole_body(receive)
            if body is None:
                words = f"a request may have {MOST_BODY_BYTES} bytes at most"
                await _refuse(send_guarded, 413, words)
                return
        await self._application(inner, receive if body is None else _given(body), send_guarded)

    def _refusal(self, scope) -> tuple[int, str] | None:
        """Return status and reason if a request is not the page's own."""
        headers: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.lower(), []).append(value)
        host, origin = headers.get(b"host", []), headers.get(b"origin", [])
        if len(host) != 1 or host[0] not in self._hosts:
            return 421, "this address is not the page's; open the one that the program printed"
        if len(origin) > 1 or (origin and origin[0] != b"http://" + host[0]):
            return 403, "requests of other pages are refused"
        if not _is_own(headers):
            return 403, "requests of other pages are refused"
        first = scope["path"][1:].partition("/")[0]
        if not hmac.compare_digest(first.encode("utf-8", "surrogateescape"), self._token):
            return 403, "the address lacks its key; open the one that the program printed"
        if scope["method"] in _READING:
            return None
        if scope["method"] != "POST":
            return 405, "use GET or POST"
        if not origin:
            return 403, "requests without an origin change nothing"
        kind = headers.get(b"content-type", [b""])[0].split(b";")[0].strip().lower()
        if kind != b"application/json":
            return 415, "expected JSON"
        stated = headers.get(b"content-length", [b"0"])[0]
        if not stated.isdigit() or int(stated[:20]) > MOST_BODY_BYTES:
            return 413, f"a request may have {MOST_BODY_BYTES} bytes at most"
        return None


def _is_own(headers: dict[bytes, list[bytes]]) -> bool:
    """Return whether a browser says that a request is the page's, or a person's click or typing.

    A click may be in another page, such as a terminal in the browser: it opens the whole page, of
    which that other page sees nothing.
    """
    site, mode, target = (
        headers.get(b"sec-fetch-" + name, [b""])[0] for name in (b"site", b"mode", b"dest")
    )
    return site in (b"", b"none", b"same-origin") or (mode, target) == (b"navigate", b"document")


async def _whole_body(receive) -> bytes | None:
    """Return the body of a request; None if it is too large."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        part = message.get("body", b"")
        size += len(part)
        if size > MOST_BODY_BYTES:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _given(body: bytes):
    """Return an ASGI `receive` that hands over a body that was read already."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive():
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive


async def _refuse(send, status: int, words: str) -> None:
    body = words.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    headers += [(b"content-length", str(len(body)).encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
