"""The page's server answers its own page only."""

import json

import numpy as np
import pytest

from manyeyes.annotating.guard import MOST_BODY_BYTES
from manyeyes.annotating.server import application, page_files
from manyeyes.recording.runs import unpacked
from recording_example import (
    BRIGHT,
    HALVES,
    PAINTING,
    SHAPE,
    THRESHOLD,
    example_image,
    session_in,
    stroke,
)

TOKEN = "a-secret-of-this-run"
PORT = 8123
ORIGIN = f"http://127.0.0.1:{PORT}"
NAME = "a tab"


@pytest.fixture
def client(tmp_path):
    from starlette.testclient import TestClient

    session = session_in(tmp_path)
    session.release("first tab")
    session.claim(NAME)
    hosts = [f"127.0.0.1:{PORT}", f"localhost:{PORT}"]
    client = TestClient(application(session, TOKEN, hosts), base_url=f"{ORIGIN}/{TOKEN}/")
    client.session = session
    return client


def post(client, path, body, origin=ORIGIN, **options):
    return client.post(path, json={"tab": NAME, **body}, headers={"Origin": origin}, **options)


def record(client, *events, number=PAINTING, count=0):
    named = [{"id": f"{count}-{i}", **event} for i, event in enumerate(events)]
    return post(client, f"api/steps/{number}/events", {"count": count, "events": named})


def test_the_page_and_its_parts_are_served_with_a_strict_policy(client):
    for name, (content, kind) in page_files().items():
        answer = client.get(name)
        assert (answer.status_code, answer.content) == (200, content)
        assert answer.headers["content-type"] == kind
    answer = client.get("")
    assert answer.content == page_files()["index.html"][0]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


def test_the_page_names_nothing_outside_itself():
    for name, (content, _) in page_files().items():
        text = content.decode().replace("http://www.w3.org/2000/svg", "")
        assert "http:" not in text and "https:" not in text and "//cdn" not in text, name
        assert " style=" not in text and "eval(" not in text and "innerHTML" not in text, name


@pytest.mark.parametrize(
    "path",
    ["/", "/index.html", "/api/session", "/wrong/", "/wrong/api/session", f"/{TOKEN}x/", "//"],
)
def test_without_the_token_nothing_is_answered(client, path):
    answer = client.get(ORIGIN + path)
    assert answer.status_code == 403 and b"cathode" not in answer.content


@pytest.mark.parametrize(
    "host", [f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:1", f"127.0.0.1.evil:{PORT}", ""]
)
def test_other_names_of_this_computer_are_refused(client, host):
    assert client.get("api/session", headers={"Host": host}).status_code == 421


def test_localhost_is_this_computer(client):
    at = {"Host": f"localhost:{PORT}"}
    assert client.get("api/session", headers=at).status_code == 200
    assert client.get("api/session", headers=at | {"Origin": ORIGIN}).status_code == 403


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", f"https://127.0.0.1:{PORT}", "http://127.0.0.1:1", ""]
)
def test_other_origins_are_refused(client, origin):
    assert post(client, "api/tab", {}, origin).status_code == 403
    assert client.get("api/session", headers={"Origin": origin}).status_code == 403


def test_changes_need_an_origin_and_json(client):
    assert client.post("api/tab", json={"tab": NAME}).status_code == 403
    text = {"Origin": ORIGIN, "Content-Type": "text/plain"}
    assert client.post("api/tab", content="{}", headers=text).status_code == 415
    own = {"Origin": ORIGIN, "Content-Type": "application/json"}
    assert client.post("api/tab", content="{", headers=own).status_code == 400
    assert client.post("api/tab", content="[" * 50_000, headers=own).status_code == 400
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert client.request(method, "api/tab", headers=own).status_code == 405


def test_pages_of_other_sites_are_refused_whatever_they_claim(client):
    for site in ("cross-site", "same-site"):
        for how in ({}, {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}):
            headers = {"Sec-Fetch-Site": site, **how}
            assert client.get("api/session", headers=headers).status_code == 403
    # A click on the address in another page opens this one as a whole.
    click = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert client.get("", headers={"Sec-Fetch-Site": "cross-site", **click}).status_code == 200
    assert client.get("api/session", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


@pytest.mark.parametrize("told", [True, False])
def test_bodies_that_are_too_large_are_refused(client, told):
    def parts():
        for _ in range(MOST_BODY_BYTES // 1_000_000 + 2):
            yield b" " * 1_000_000

    headers = {"Origin": ORIGIN, "Content-Type": "application/json"}
    content = b" " * (MOST_BODY_BYTES + 1) if told else parts()
    answer = client.post("api/tab", content=content, headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "path",
    [
        "../secret",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/etc/passwd",
        "page/main.js",
        "__init__.py",
        "server.py",
        "api/images/..%2f..%2fetc/passwd/0/0",
        "api/images/cathode/..%2f..%2fx/0/0",
        "api/images/cathode/gaussian/0/0",
        "api/images/cathode/raw/3/0",
        "api/images/cathode/raw/0/24",
        "api/images/cathode/raw/0/-1",
        "api/steps/7",
        "api/steps/99999999999999999999",
        "api/steps/-1",
    ],
)
def test_there_are_no_other_paths(client, path):
    answer = client.get(f"{ORIGIN}/{TOKEN}/{path}")
    assert answer.status_code in (403, 404)
    assert b"root:" not in answer.content and b"import" not in answer.content


@pytest.mark.parametrize(("axis", "shape"), [(0, (20, 30)), (1, (24, 30)), (2, (24, 20))])
def test_planes_are_bytes_of_the_image(client, axis, shape):
    found = client.get(f"api/images/cathode/raw/{axis}/4").content
    expected = example_image().take(4, axis)
    assert (np.frombuffer(found, np.uint8).reshape(shape) == expected).all()
    assert set(client.get(f"api/masks/cathode/raw/{axis}/4").content) == {1}


def test_strokes_are_taken_in_and_the_answer_says_what_they_changed(client):
    answer = record(client, stroke(12, 2, [*HALVES, 60, 12]), stroke(12, 1, BRIGHT)).json()
    assert answer["count"] == 3 and answer["output_due"] and answer["painted"]["12"] == 60
    shown = post(client, f"api/steps/{PAINTING}/output", {"count": 3}).json()
    assert sorted(shown["outputs"]) == ["18", "6"]
    assert client.get(f"api/steps/{PAINTING}").json() == json.loads(json.dumps(shown))
    assert np.count_nonzero(unpacked(shown["labels"]["12"], SHAPE[1:])) == 60


@pytest.mark.parametrize(
    ("number", "event", "status"),
    [
        (PAINTING, stroke(12, 1, [0, 601]), 422),
        (PAINTING, stroke(12, 9, [0, 1]), 422),
        (PAINTING, stroke(3, 1, [0, 1]), 422),
        (PAINTING, stroke("../../x", 1, [0, 1]), 422),
        (PAINTING, stroke(12, 1, "runs"), 422),
        (PAINTING, {"event": "start"}, 422),
        (THRESHOLD, {"event": "set", "ends": [999], "slice": None}, 422),
        (THRESHOLD, {"event": "finish"}, 422),
        (70, {"event": "finish"}, 404),
    ],
)
def test_what_does_not_fit_is_refused_with_words(client, number, event, status):
    answer = record(client, event, number=number)
    assert answer.status_code == status and answer.json()["problem"]
    assert not client.session.work(PAINTING).labels


@pytest.mark.parametrize(
    "body",
    [
        {"count": 0},
        {"count": "0", "events": []},
        {"count": True, "events": []},
        {"count": -1, "events": []},
        {"count": 0, "events": {}},
        {"count": 0, "events": [], "tab": 7},
        {"count": 0, "events": [], "tab": "x" * 101},
    ],
)
def test_requests_of_another_form_are_refused(client, body):
    assert post(client, f"api/steps/{PAINTING}/events", body).status_code == 400


def test_thousands_of_events_at_once_are_refused(client):
    answer = record(client, *[{"event": "look"}] * 1001)
    assert answer.status_code == 422 and "1000" in answer.json()["problem"]


def test_a_second_tab_is_told_and_can_take_over(client):
    second = {"tab": "another"}
    assert post(client, "api/tab", second).json() == {"works": False}
    answer = post(client, f"api/steps/{THRESHOLD}/events", {"count": 0, "events": [], **second})
    assert answer.status_code == 409 and answer.json()["kind"] == "other tab"
    assert post(client, "api/tab", {**second, "take": True}).json() == {"works": True}
    assert record(client, {"event": "look"}).json()["kind"] == "other tab"
    post(client, "api/leave", second)
    assert post(client, "api/tab", {}).json() == {"works": True}


def test_an_old_state_is_told_apart(client):
    record(client, stroke(12, 1, [0, 3]))
    answer = record(client, {"event": "look", "id": "other"}, count=0)
    assert (answer.status_code, answer.json()["kind"]) == (409, "out of date")
