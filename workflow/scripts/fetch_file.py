"""Copy an input file from the local data folder, or fetch it, and check its sha256.

What was obtained is also kept where Snakemake does not know of it: Snakemake removes the output of
a rule before it runs it again, and the folder or network that a file came from may be gone by then.
"""

import os
import signal
import sys
import traceback
from pathlib import Path

from manyeyes.files.downloads import LARGEST_BYTES, obtain
from manyeyes.files.errors import FileError


def data_folder(config) -> str | None:
    """Return the folder of local copies.

    The job looks it up itself. As a parameter of the rule it would make Snakemake remove the file
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
    # A job that is killed cleans up after itself, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))
    try:
        main(snakemake)
    except (FileError, SystemExit) as error:
        log.write_text(f"{error}\n", encoding="utf-8")
        sys.exit(str(error))
    except Exception:
        log.write_text(traceback.format_exc(), encoding="utf-8")
        raise


if __name__ == "__main__":
    run(snakemake)
