"""Copy an input file from the local data folder, or fetch it, and check its sha256."""

import hashlib
import shutil
import sys
import urllib.error
import urllib.request
from pathlib import Path


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


def obtain(name: str, url: str, sha256: str, folder, target: Path, hint: str | None) -> str:
    """Put the file at its target and return where it came from.

    Raises
    ------
    SystemExit
        If no copy has the expected sha256; the message says what was found where.
    """
    copies = local_copies(folder, name)
    for copy in copies:
        if sha256_of(copy) == sha256:
            shutil.copyfile(copy, target)
            return f"copied from {copy}"
    if copies:
        found = "\n  ".join(f"{copy}: sha256 {sha256_of(copy)}" for copy in copies)
        raise SystemExit(
            f"{name}: expected sha256 {sha256}, found\n  {found}\n"
            "The local copy is another file or damaged: replace or remove it."
        )
    part = target.with_name(target.name + ".part")
    try:
        with urllib.request.urlopen(url, timeout=60) as reply, part.open("wb") as file:
            shutil.copyfileobj(reply, file)
    except (urllib.error.URLError, TimeoutError, OSError) as error:
        part.unlink(missing_ok=True)
        raise SystemExit(
            f"{name}: could not be fetched from {url} ({error}).\n"
            f"{hint or 'Download it by hand'}, put it into a folder, and name that folder in "
            "MANYEYES_DATA or in the config's data_folder."
        ) from error
    found = sha256_of(part)
    if found != sha256:
        part.unlink()
        raise SystemExit(
            f"{name}: {url} gave a file with sha256 {found}, expected {sha256}. "
            "It was changed there or damaged on the way: try again, or report it."
        )
    part.rename(target)
    return f"fetched from {url}"


def main(snakemake) -> None:
    """Run the rule `fetch_file`."""
    params = snakemake.params
    origin = obtain(
        params.name,
        params.url,
        params.sha256,
        params.folder,
        Path(snakemake.output[0]),
        params.obtain,
    )
    Path(snakemake.log[0]).write_text(f"{params.name}: {origin}\n")


if __name__ == "__main__":
    try:
        main(snakemake)
    except SystemExit as error:
        Path(snakemake.log[0]).write_text(f"{error}\n")
        sys.exit(str(error))
