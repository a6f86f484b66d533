"""Copy an input file from the local data folder, or fetch it, and check its sha256.

What was obtained is also kept where Snakemake does not know of it: Snakemake removes the output of
a rule before it runs it again, and a file may have come from a folder or a network that is not
there any more.
"""

import hashlib
import os
import shutil
import signal
import sys
import traceback
from pathlib import Path

from manyeyes.files.downloads import LARGEST_BYTES, TransferError, download


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def local_copies(folder, name: str) -> list[Path]:
    """Return the files of a name below a folder, in the order of their paths."""
    if not folder:
        return []
    folder = Path(folder)
    if not folder.is_dir():
        raise SystemExit(f"{folder}: the data folder does not exist; create it or mend the config")
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
    """Put the file at its target and return where it came from.

    Parameters
    ----------
    name, url, sha256 : str
        As in the config.
    folder : path-like or None
        Where a copy is looked for first.
    target : Path
    hint : str or None
        What to do by hand if the file cannot be fetched.
    kept : Path, optional
        Where a copy of an earlier call is looked for before all, and left for later ones.
    limits
        See `downloads.download`.

    Raises
    ------
    SystemExit
        If no copy has the expected sha256; the message says what was found where.
    """
    if kept is not None and kept.is_file() and sha256_of(kept) == sha256:
        give(kept, target)
        return f"was there already, {kept}"
    # Of this process: another study in the same checkout may want the same file.
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        origin = _bring(name, url, sha256, folder, part, hint, limits)
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            part.replace(kept)
            give(kept, target)
        else:
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return origin


def give(kept: Path, target: Path) -> None:
    """Make a second name for a file that is kept, or a copy where that cannot be."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(kept, target)
    except OSError:
        shutil.copyfile(kept, target)


def _bring(name, url, sha256, folder, part, hint, limits) -> str:
    """Put a file with the right sha256 at a path and return where it came from."""
    copies = local_copies(folder, name)
    for copy in copies:
        if sha256_of(copy) == sha256:
            shutil.copyfile(copy, part)
            return f"copied from {copy}"
    if copies:
        found = "\n  ".join(f"{copy}: sha256 {sha256_of(copy)}" for copy in copies)
        raise SystemExit(
            f"{name}: expected sha256 {sha256}, found\n  {found}\n"
            "The local copy is another file or damaged: replace or remove it."
        )
    try:
        download(url, part, **limits)
    except TransferError as error:
        raise SystemExit(
            f"{name}: could not be fetched from {url} ({error}).\n"
            f"{hint or 'Download it by hand'}, put it into a folder, and name that folder in "
            "MANYEYES_DATA or in the config's data_folder."
        ) from error
    found = sha256_of(part)
    if found != sha256:
        raise SystemExit(
            f"{name}: {url} gave a file with sha256 {found}, expected {sha256}. "
            "It was changed there or damaged on the way: try again, or report it."
        )
    return f"fetched from {url}"


def data_folder(config) -> str | None:
    """Return the folder of local copies.

    The job asks for it itself. As a parameter of the rule it would make Snakemake remove the file
    and get it again whenever another folder is named.
    """
    folder = os.environ.get("MANYEYES_DATA") or config.get("data_folder")
    return str(Path(folder).expanduser()) if folder else None


def main(snakemake) -> None:
    """Run the rule `fetch_file`."""
    params = snakemake.params
    target = Path(snakemake.output[0])
    origin = obtain(
        params.name,
        params.url,
        params.sha256,
        data_folder(snakemake.config),
        target,
        params.obtain,
        kept=target.parents[1] / "kept" / params.sha256 / target.name,
        largest_bytes=params.bytes or LARGEST_BYTES,
    )
    Path(snakemake.log[0]).write_text(f"{params.name}: {origin}\n", encoding="utf-8")


def run(snakemake) -> None:
    """Run the rule, and keep in its log why it failed."""
    log = Path(snakemake.log[0])
    # A job that is ended from outside cleans up after itself, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))
    try:
        main(snakemake)
    except SystemExit as error:
        log.write_text(f"{error}\n", encoding="utf-8")
        sys.exit(str(error))
    except Exception:
        log.write_text(traceback.format_exc(), encoding="utf-8")
        raise


if __name__ == "__main__":
    run(snakemake)
