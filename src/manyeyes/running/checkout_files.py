"""Files of the checkout, as inputs and parameters of rules that notice edits."""

import os
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from snakemake.io import flag

from ..files.formats import module_files
from ..files.label_files import label_module_files
from ..files.projections import scan_module_file
from ..methods import modules_of
from .code_digest import code_digest


class Checkout:
    """The files of a checkout as inputs and parameters of rules.

    Parameters
    ----------
    top : Path
        Folder of Snakefile, workflow/ and config/.
    sources : Path
        Folder that the library is imported from.
    """

    def __init__(self, top: Path, sources: Path):
        self.top = top
        self.scripts = top / "workflow" / "scripts"
        self.sources = sources

    def code_of(
        self,
        script: str | Path,
        *,
        variants: Iterable[Mapping] = (),
        reads: Iterable[str | tuple[str, Mapping]] = (),
        reads_labels: Iterable[tuple[str, Mapping]] = (),
        scans: Iterable[str] = (),
        groups: Iterable[str] = (),
        filters: Iterable[str] = (),
        without: str = "",
    ) -> str:
        """Return a digest of all code that a script runs; as a parameter it makes edits rerun jobs.

        Methods and file formats are found by name, not imported: the methods of the `variants`
        that a job does count, the formats of the users' files that it `reads` (a path, or a path
        and how the config says it is read), of people's files that it `reads_labels` of, and of the
        `scans`, the `groups` of measures of a microstructure, and the `filters`. The package
        `without`, which this job does not use, does not count. In a rule, take a function of
        wildcards alone: Snakemake does not compare parameters that depend on a job's input.
        """
        methods = modules_of(variant["method"] for variant in variants)
        return code_digest(
            self.scripts / script,
            [self.scripts, self.sources / "manyeyes"],
            without,
            also=[
                *(self.sources.joinpath(*name.split(".")).with_suffix(".py") for name in methods),
                *sorted({file for read in reads for file in _modules(read)}),
                *sorted({file for read in reads_labels for file in label_module_files(*read)}),
                *sorted({scan_module_file(path) for path in scans}),
                *(self.sources / "manyeyes/microstructure" / f"{group}.py" for group in groups),
                *(self.sources / "manyeyes/filters" / f"{name}.py" for name in filters),
            ],
        )

    def file(self, path: str | Path) -> str:
        """Return a file of the checkout as an input, relative to the working folder.

        A clone is newer than results that are restored into it, so its time does not count;
        `contents_of`, as a parameter, notices edits.
        """
        return flag(os.path.relpath(self.top / path), "ancient")

    def contents_of(self, paths: Iterable[str | Path]) -> str:
        """Return a digest of files of the checkout; as a parameter it makes edits rerun jobs."""
        contents = [(self.top / path).read_bytes() for path in paths]
        return sha256(b"".join(sha256(content).digest() for content in contents)).hexdigest()[:12]


def _modules(read: str | tuple[str, Mapping]) -> list[Path]:
    """Return the modules that read a file."""
    path, settings = (read, None) if isinstance(read, str) else read
    return module_files(path, settings)
