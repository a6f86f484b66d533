"""Downloaded files: the right one or none, within limits, and never lost again."""

import contextlib
import hashlib
import http.server
import os
import signal
import socket
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

import fetch_file
from manyeyes.files.downloads import SCHEMES, TransferError, download, obtain
from manyeyes.files.errors import FileError

BODY = bytes(range(256)) * 40
SHA256 = hashlib.sha256(BODY).hexdigest()
WEB = {"schemes": ("http",), "longest_s": 20}


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by its path, rightly or not."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.close_connection = True
        getattr(self, self.path.strip("/").replace("-", "_").partition("?")[0])()

    def head(self, status=200, **fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def good(self):
        self.head(Content_Length=len(BODY))
        self.wfile.write(BODY)

    def without_length(self):
        self.head(Connection="close")
        self.wfile.write(BODY)

    def chunked(self):
        self.head(Transfer_Encoding="chunked")
        for part in (BODY[:5000], BODY[5000:], b""):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))

    def wrong(self):
        self.head(Content_Length=len(BODY))
        self.wfile.write(BODY[:-1] + b"x")

    def missing(self):
        self.head(404, Content_Length=0)

    def short(self):
        self.head(Content_Length=len(BODY))
        self.wfile.write(BODY[:777])

    def empty(self):
        self.wfile.write(b"")

    def bad_status(self):
        self.wfile.write(b"what is this?\r\n\r\n")

    def bad_chunk(self):
        self.head(Transfer_Encoding="chunked")
        self.wfile.write(b"64\r\nonly this")

    def no_chunk(self):
        self.head(Transfer_Encoding="chunked")
        self.wfile.write(b"zzz\r\nnothing\r\n")

    def endless(self):
        self.head(Connection="close")
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(BODY)

    def large(self):
        self.head(Content_Length=10**15)

    def slow_header(self):
        self.trickle(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 10_000)

    def slow_body(self):
        self.head(Content_Length=len(BODY))
        self.trickle(BODY)

    def trickle(self, text):
        with contextlib.suppress(OSError):
            for letter in text:
                self.wfile.write(bytes([letter]))
                time.sleep(0.01)

    def silent(self):
        time.sleep(1)

    def round(self):
        self.head(302, Location="/round", Content_Length=0)

    def on(self):
        self.head(302, Location="/good", Content_Length=0)

    def to_file(self):
        self.head(302, Location="file:///etc/hostname", Content_Length=0)

    def to_ftp(self):
        self.head(301, Location="ftp://127.0.0.1/good", Content_Length=0)

    def to_https(self):
        self.head(307, Location="https://127.0.0.1:9/good", Content_Length=0)


@pytest.fixture(scope="module")
def site():
    """The address of a server on this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def fetch(site, name, folder, **more):
    return obtain("cell.tif", f"{site}/{name}", SHA256, None, folder / "cell.tif", None, **more)


@pytest.mark.parametrize("name", ["good", "without-length", "chunked", "on"])
def test_a_file_arrives_whole(site, tmp_path, name):
    assert fetch(site, name, tmp_path, **WEB) == f"fetched from {site}/{name}"
    assert [path.name for path in tmp_path.iterdir()] == ["cell.tif"]
    assert (tmp_path / "cell.tif").read_bytes() == BODY


def test_a_file_with_another_checksum_is_refused(site, tmp_path):
    with pytest.raises(FileError) as refused:
        fetch(site, "wrong", tmp_path, kept=tmp_path / "kept/cell.tif", **WEB)
    output_said = str(refused.value)
    found = hashlib.sha256(BODY[:-1] + b"x").hexdigest()
    assert f"sha256 {found}, expected {SHA256}" in output_said
    assert f"{site}/wrong" in output_said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "message", "limits"),
    [
        ("missing", "404", {}),
        ("short", "broke off after 777 of 10,240 bytes", {}),
        ("empty", "broke off or does not speak HTTP", {}),
        ("bad-status", "does not speak HTTP: BadStatusLine", {}),
        ("bad-chunk", "broke off or does not speak HTTP: IncompleteRead", {}),
        ("no-chunk", "broke off or does not speak HTTP", {}),
        ("large", "1,000,000,000,000,000 bytes, more than", {}),
        ("good", "10,240 bytes, more than the 10,239", {"largest_bytes": 10_239}),
        ("without-length", "longer than the 10,239", {"largest_bytes": 10_239}),
        ("endless", "longer than the 50,000 bytes", {"largest_bytes": 50_000}),
        ("slow-header", "not there after 0.2 s", {"longest_s": 0.2}),
        ("slow-body", "not there after 0.2 s", {"longest_s": 0.2}),
        ("endless", "not there after 0.2 s", {"longest_s": 0.2}),
        ("silent", "nothing came for 0.1 s", {"silence_s": 0.1}),
        ("round", "302", {}),
        ("to-file", "file:///etc/hostname", {}),
        ("to-ftp", "it leads to ftp://127.0.0.1/good", {}),
        ("to-https", "it leads to https://127.0.0.1:9/good", {}),
    ],
)
def test_a_broken_transfer_is_told_in_words_and_leaves_nothing(
    site, tmp_path, name, message, limits
):
    with pytest.raises(FileError) as refused:
        fetch(site, name, tmp_path, **{**WEB, **limits})
    output_said = str(refused.value)
    assert output_said.startswith(f"cell.tif: could not be fetched from {site}/{name} (")
    assert message in output_said
    assert "MANYEYES_DATA" in output_said
    time.sleep(0.05)
    assert not list(tmp_path.iterdir())


def test_only_https_is_followed_by_default(site, tmp_path):
    assert SCHEMES == ("https",)
    for url in (f"{site}/good", "file:///etc/hostname", "ftp://127.0.0.1/x", "cell.tif"):
        with pytest.raises(TransferError, match="only https addresses are followed"):
            download(url, tmp_path / "x")
    # That is asked again of every address that another one leads to.
    with pytest.raises(TransferError, match="only http addresses are followed"):
        download(f"{site}/to-https", tmp_path / "x", **WEB)
    assert not list(tmp_path.iterdir())


def test_no_server_and_no_space_are_told(site, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/x"
        with pytest.raises(TransferError, match="refused"):
            download(url, tmp_path / "x", **WEB)
    if Path("/dev/full").exists():
        (tmp_path / "x").symlink_to("/dev/full")
        with pytest.raises(TransferError, match="No space"):
            download(f"{site}/good", tmp_path / "x", **WEB)
    assert not list(tmp_path.iterdir())


def test_a_local_copy_is_taken_if_it_is_the_right_one(tmp_path):
    data, out = tmp_path / "data", tmp_path / "out"
    for folder in (data / "a", data / "b", out):
        folder.mkdir(parents=True)
    (data / "a/cell.tif").write_bytes(b"another")
    url = "https://127.0.0.1:9/cell.tif"
    with pytest.raises(FileError, match="replace or remove it"):
        obtain("cell.tif", url, SHA256, data, out / "cell.tif", None)
    (data / "b/cell.tif").write_bytes(BODY)
    output_said = obtain("cell.tif", url, SHA256, data, out / "cell.tif", None)
    assert output_said == f"copied from {data / 'b/cell.tif'}"
    assert (out / "cell.tif").read_bytes() == BODY
    # A copy: what is done to one does nothing to the other.
    assert (out / "cell.tif").stat().st_ino != (data / "b/cell.tif").stat().st_ino
    with pytest.raises(FileError, match="the data folder does not exist"):
        obtain("cell.tif", url, SHA256, tmp_path / "absent", out / "cell.tif", None)


@pytest.mark.parametrize("links", [True, False])
def test_what_was_obtained_once_is_there_without_folder_and_network(
    site, tmp_path, monkeypatch, links
):
    def refuse(*_):
        raise OSError("no links here")

    if not links:
        monkeypatch.setattr(os, "link", refuse)
    kept = tmp_path / "kept/cell.tif"
    fetch(site, "good", tmp_path, kept=kept, **WEB)
    (tmp_path / "cell.tif").unlink()  # as Snakemake does before it runs a rule again
    origin = obtain(
        "cell.tif", "https://127.0.0.1:9/x", SHA256, "absent", tmp_path / "cell.tif", None, kept
    )
    assert origin == f"was there already, {kept}"
    assert (tmp_path / "cell.tif").read_bytes() == BODY
    # A damaged one is fetched again.
    kept.write_bytes(b"damaged")
    assert fetch(site, "good", tmp_path, kept=kept, **WEB).startswith("fetched from")
    assert kept.read_bytes() == (tmp_path / "cell.tif").read_bytes() == BODY


def job(folder, config=None, **params):
    given = {
        "name": "cell.tif",
        "url": "https://127.0.0.1:9/cell.tif",
        "sha256": SHA256,
        "obtain": "Ask for it",
        "bytes": None,
    }
    output = folder / "resources" / SHA256[:12] / "cell.tif"
    output.parent.mkdir(parents=True, exist_ok=True)
    log = output.with_name("cell.tif.log")
    return SimpleNamespace(
        params=SimpleNamespace(**given | params),
        config=config or {},
        output=[str(output)],
        log=[str(log)],
    )


@pytest.fixture(autouse=True)
def no_folder(monkeypatch):
    monkeypatch.delenv("MANYEYES_DATA", raising=False)
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_the_job_asks_for_the_folder_itself(tmp_path, monkeypatch):
    data = tmp_path / "data"
    data.mkdir()
    (data / "cell.tif").write_bytes(BODY)
    monkeypatch.setenv("HOME", str(tmp_path))
    for place, config, variable in (
        ("a", {"data_folder": str(data)}, None),
        ("b", {"data_folder": "absent"}, str(data)),
        ("c", {"data_folder": "~/data"}, None),
        ("d", {}, "~/data"),
    ):
        monkeypatch.delenv("MANYEYES_DATA", raising=False)
        if variable:
            monkeypatch.setenv("MANYEYES_DATA", variable)
        task = job(tmp_path / place, config)
        fetch_file.run(task)
        assert "copied from" in Path(task.log[0]).read_text(encoding="utf-8")
        assert Path(task.output[0]).read_bytes() == BODY
    # Later, with no folder at all: nothing is lost.
    Path(task.output[0]).unlink()
    (data / "cell.tif").unlink()
    monkeypatch.delenv("MANYEYES_DATA")
    fetch_file.run(job(tmp_path / "d"))
    assert Path(task.output[0]).read_bytes() == BODY


@pytest.mark.parametrize(
    ("name", "message", "params"),
    [
        ("bad-status", "BadStatusLine", {}),
        ("wrong", "expected", {}),
        ("good", "more than the 99 expected", {"bytes": 99}),
    ],
)
def test_the_reason_is_in_the_log(site, tmp_path, monkeypatch, name, message, params):
    monkeypatch.setattr(download, "__defaults__", (*download.__defaults__[:-1], ("http",)))
    task = job(tmp_path, url=f"{site}/{name}", **params)
    with pytest.raises(SystemExit) as end:
        fetch_file.run(task)
    assert message in str(end.value)
    assert Path(task.log[0]).read_text(encoding="utf-8") == f"{end.value}\n"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["cell.tif.log"]
