"""Input files from a local folder or the web: limited in size, time and origin, and checked."""

import hashlib
import http.client
import os
import shutil
import threading
import urllib.error
import urllib.request
from pathlib import Path

from .errors import FileError, short

SCHEMES = ("https",)  # of addresses, also of those to which they redirect
LARGEST_BYTES = 20_000_000_000  # of a file whose length (``bytes``) the config does not state
LONGEST_S = 4 * 3600  # for a whole transfer
SILENCE_S = 60  # without data
_PIECE = 2**20


class TransferError(Exception):
    """A file could not be fetched; the message does not contain the address."""


def download(
    url: str,
    target: Path,
    largest_bytes: int = LARGEST_BYTES,
    longest_s: float = LONGEST_S,
    silence_s: float = SILENCE_S,
    schemes=SCHEMES,
) -> None:
    """Fetch a file; nothing is left at the target if that fails.

    Parameters
    ----------
    url : str
    target : Path
    largest_bytes : int
        A longer file is an error.
    longest_s, silence_s : float
        Limits to the whole time, and to the time without data, in seconds.
    schemes : collection of str
        Allowed schemes of the address and of redirects.

    Raises
    ------
    TransferError
    """
    transfer = _Transfer(url, target, largest_bytes, silence_s, schemes)
    # In a separate thread, since no time-out of a socket ends a slow look-up of the server's name,
    # or a header that is sent one letter per minute.
    thread = threading.Thread(target=transfer.run, daemon=True)
    try:
        thread.start()
        thread.join(longest_s)
        if thread.is_alive():
            raise TransferError(f"it was not there after {longest_s:g} s and was given up")
        if transfer.error is not None:
            raise transfer.error
    except BaseException:
        with transfer.lock:
            transfer.stopped = True
            target.unlink(missing_ok=True)
        raise


class _Transfer:
    def __init__(self, url, target, largest_bytes, silence_s, schemes):
        self.url, self.target = url, target
        self.largest_bytes, self.silence_s, self.schemes = largest_bytes, silence_s, schemes
        self.error = None
        self.stopped = False
        self.lock = threading.Lock()

    def run(self):
        """Fetch, and keep the error if there is one."""
        try:
            self.fetch()
        except TransferError as error:
            self.error = error
        except urllib.error.HTTPError as error:
            self.error = TransferError(f"the server answered {error.code} {error.reason}")
        except urllib.error.URLError as error:
            self.error = TransferError(str(error.reason))
        except TimeoutError:
            self.error = TransferError(f"nothing came for {self.silence_s:g} s")
        except http.client.HTTPException as error:
            self.error = TransferError(
                "the server broke off or does not speak HTTP: "
                f"{type(error).__name__} {short(error)}"
            )
        # Any error is raised by the caller, which removes the partial file.
        except Exception as error:
            self.error = TransferError(f"{type(error).__name__}: {error}")

    def fetch(self):
        self.check(self.url)
        opener = urllib.request.build_opener(_Redirects(self.check))
        with opener.open(self.url, timeout=self.silence_s) as reply:
            announced = reply.headers.get("Content-Length", "")
            announced = int(announced) if announced.isdigit() else None
            if announced is not None and announced > self.largest_bytes:
                raise TransferError(
                    f"it has {announced:,} bytes, more than the {self.largest_bytes:,} expected"
                )
            with self.lock:
                if self.stopped:
                    return
                file = self.target.open("wb")
            with file:
                count = self.copy(reply, file)
            if announced is not None and count != announced:
                raise TransferError(f"it broke off after {count:,} of {announced:,} bytes")

    def copy(self, reply, file):
        count = 0
        # read1 returns what has arrived, not a full piece, so a slow server is noticed.
        while piece := reply.read1(_PIECE):
            count += len(piece)
            if self.stopped:
                break
            if count > self.largest_bytes:
                raise TransferError(f"it is longer than the {self.largest_bytes:,} bytes expected")
            try:
                file.write(piece)
            except OSError as error:
                raise TransferError(f"{self.target} could not be written: {error}") from error
        return count

    def check(self, url):
        scheme = url.partition(":")[0].lower()
        if scheme not in self.schemes:
            raise TransferError(
                f"it leads to {url}, and only {', '.join(self.schemes)} addresses are followed"
            )


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow redirects only to addresses that pass a check."""

    def __init__(self, check):
        self._check = check

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        self._check(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def local_copies(folder, name: str) -> list[Path]:
    """Return the files of a name below a folder, sorted."""
    if not folder:
        return []
    folder = Path(folder)
    if not folder.is_dir():
        raise FileError(
            f"{folder}: the data folder does not exist; create it or correct the config"
        )
    return sorted(path for path in folder.rglob(Path(name).name) if path.is_file())


def obtain(
    name: str,
    url: str,
    sha256: str,
    folder,
    target: Path,
    hint: str | None,
    kept: Path | None = None,
    **limits,
) -> str:
    """Copy or fetch a file to its target and return where it came from.

    Parameters
    ----------
    name, url, sha256 : str
        As in the config.
    folder : path-like or None
        Searched for a copy before fetching.
    target : Path
    hint : str or None
        How to get the file by hand.
    kept : Path, optional
        A copy of an earlier call, which is used first, and kept for later calls.
    limits
        See `download`.

    Raises
    ------
    FileError
        If no copy has the expected sha256; the message says what was found.
    """
    if kept is not None and kept.is_file() and sha256_of(kept) == sha256:
        _link_or_copy(kept, target)
        return f"was there already, {kept}"
    # The name contains this process, as another study may fetch the same file.
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        origin = _copy_or_download(name, url, sha256, folder, part, hint, limits)
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            part.replace(kept)
            _link_or_copy(kept, target)
        else:
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return origin


def _link_or_copy(kept: Path, target: Path) -> None:
    """Link a kept file to its target, or copy it if links are not possible."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(kept, target)
    except OSError:
        shutil.copyfile(kept, target)


def _copy_or_download(name, url, sha256, folder, part, hint, limits) -> str:
    """Put a file with the right sha256 at a path and return where it came from."""
    copies = local_copies(folder, name)
    for copy in copies:
        if sha256_of(copy) == sha256:
            shutil.copyfile(copy, part)
            return f"copied from {copy}"
    if copies:
        found = "\n  ".join(f"{copy}: sha256 {sha256_of(copy)}" for copy in copies)
        raise FileError(
            f"{name}: expected sha256 {sha256}, found\n  {found}\n"
            "The local copy is another file or damaged: replace or remove it."
        )
    try:
        download(url, part, **limits)
    except TransferError as error:
        raise FileError(
            f"{name}: could not be fetched from {url} ({error}).\n"
            f"{hint or 'Download it by hand'}, put it into a folder, and name that folder in "
            "MANYEYES_DATA or in the config's data_folder."
        ) from error
    found = sha256_of(part)
    if found != sha256:
        raise FileError(
            f"{name}: {url} gave a file with sha256 {found}, expected {sha256}. "
            "It was changed there or damaged on the way: try again, or report it."
        )
    return f"fetched from {url}"
