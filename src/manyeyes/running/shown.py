"""What figures and the report show of a study: input and parameter functions for their rules."""

from collections.abc import Callable, Mapping
from math import ceil

from snakemake.exceptions import WorkflowError

from ..figures import choosing, jobs
from ..figures.registry import figure_called, module_files
from ..report.choosing import shown_users, slice_step
from ..report.of_study import study_for_report, viewed_images, viewed_shapes
from ..study.chain import FibsemChain
from ..study.targets import Targets
from .unfinished import missing

PAGE = {
    name: f"workflow/report/page/{file}"
    for name, file in {
        "style": "page.css",
        "script": "page.js",
        "viewer": "viewer.js",
    }.items()
}
PARTS = [
    f"workflow/report/page/{name}.html" for name in ("frame", "macros", "figures", "tables", "run")
]
"""Templates that pages include."""


class Shown:
    """Figures and report of a study.

    Figures are slow to import, so what needs them is a function that Snakemake calls for a job.

    Parameters
    ----------
    files : Targets
    chain : FibsemChain or None
    noted : mapping or None
        What an earlier run could not make, in a run that reports what is finished.
    code_of : callable
        Returns the digest of a script's or module's code.

    Raises
    ------
    WorkflowError
        If the config names users that the study does not have.
    """

    def __init__(
        self, files: Targets, chain: FibsemChain | None, noted: Mapping | None, code_of: Callable
    ):
        self._files, self._chain, self._code_of = files, chain, code_of
        self._study, self._pending = files.one_of_each, set(noted["pending"] if noted else ())
        self._noted = noted
        name = "pores" if files.study.pore_networks else "page"
        self.page = f"workflow/report/page/{name}.html"
        settings = files.study.report
        try:
            self.users = shown_users(files.study.users, settings.get("users"))
        except ValueError as error:
            raise WorkflowError(f"The config cannot be run:\n  {error}") from error
        self.slice_step = slice_step(
            viewed_shapes(self._study, self.users), settings.get("slice_step")
        )
        table = files.paths.table
        self.paper_tables = [
            table(name, suffix)
            for name in choosing.paper_tables(self._study)
            for suffix in ("csv", "md")
        ]

    def figures(self) -> list[str]:
        """Return the figures of the study, or stop with what it lacks for one."""
        try:
            return jobs.drawn_figures(self._study, unfinished=self._noted is not None)
        except ValueError as error:
            raise WorkflowError(f"figures: {error}") from error

    def figure_files(self, wildcards=None) -> list[str]:
        """Return the files of all figures and of the paper's tables."""
        path = self._files.paths.figure
        drawn = [path(name, suffix) for name in self.figures() for suffix in ("svg", "png")]
        return drawn + self.paper_tables

    def files_of_figure(self, wildcards) -> dict[str, str | list[str]]:
        """Return the files that a figure is drawn from."""
        paths = self._files.paths
        found = {
            "tables": paths.table,
            "images": lambda image: paths.image_of(*image),
            "cells": paths.segmentation_of,
            "truths": lambda dataset: paths.truth.format(dataset=dataset),
            "votes": lambda image: paths.votes.format(dataset=image[0], filter=image[1]),
            "imitated": lambda cell: paths.imitation.format(**vars(cell)),
            "projected": lambda name: paths.projected("views.npz").format(dataset=name),
            "pores": lambda name: f"{paths.results}/{name}.tif",
            "fibsem": lambda part: self._chain.files_of_figures()[part],
            "masks": lambda dataset: paths.mask.format(dataset=dataset),
        }
        return jobs.files_of_figure(wildcards.figure, self._study, self._files.masked, found)

    def figure_megabytes(self, wildcards, attempt) -> int:
        """Return the memory of a figure's job, in MB."""
        block = self._chain.compared_megavoxels if self._chain else 0
        return ceil(attempt * jobs.megabytes_of_figure(wildcards.figure, self._study, block))

    def figure_code(self, wildcards) -> list[str]:
        """Return digests of the drawing script and of the figure, which it finds by its name."""
        return [self._code_of("draw_figure.py"), self._code_of(module_files()[wildcards.figure])]

    def figure_settings(self, wildcards) -> dict:
        """Return what a figure must know of the study."""
        return jobs.parameters_of_figure(wildcards.figure, self._study, self._files.masked)

    def figure_origins(self, wildcards) -> str:
        """Return the sentences of a caption on where the data come from."""
        return jobs.sentences_on_origins(wildcards.figure, self._study)

    @staticmethod
    def figure(wildcards):
        """Return a figure."""
        return figure_called(wildcards.figure)

    def paper_table_settings(self) -> dict:
        """Return what the paper's tables must know of the study."""
        described = ("material", "voxel_size_nm", "origin", "shape")
        datasets = self._study.datasets.items()
        return {
            "datasets": {name: {key: getattr(d, key) for key in described} for name, d in datasets},
            "variants": self._files.study.variants,
            "used": choosing.datasets_by_variant(self._study),
            "rows": {
                name: [list(rows.datasets), list(rows.variants), list(rows.filters)]
                for name, rows in choosing.rows_of_tables(self._study).items()
            },
        }

    def packs(self) -> list[str]:
        """Return the files with the slices of the viewer."""
        pack = self._files.paths.slices
        return [
            pack.format(dataset=dataset, filter=filter_)
            for dataset, filter_ in viewed_images(self._study, self.users)
        ]

    def viewed_cells(self, wildcards) -> list[tuple[str, str]]:
        """Return variant and user of an image's segmentations that the viewer shows."""
        return [(cell.variant, cell.user) for cell in self._viewed(wildcards)]

    def viewed_segmentations(self, wildcards) -> list[str]:
        """Return the files of an image's segmentations that the viewer shows."""
        return [self._files.paths.segmentation_of(cell) for cell in self._viewed(wildcards)]

    def viewed_drawings(self, wildcards) -> list[str]:
        """Return the files of the labels, drawn by hand, of what the viewer shows."""
        viewed = set(self._viewed(wildcards))
        drawn = self._files.cells_drawn_by_hand(wildcards.dataset, wildcards.filter)
        return [self._files.drawing_of(cell) for cell in drawn if cell in viewed]

    def _viewed(self, wildcards):
        cells = self._files.cells_on_image(wildcards.dataset, wildcards.filter)
        return [cell for cell in cells if cell.user in self.users]

    def reported_figures(self) -> list[str]:
        """Return the names of the figures in the report: all but those that could not be drawn."""
        path = self._files.paths.figure
        return [name for name in self.figures() if path(name, "svg") not in self._pending]

    def reported_figure_files(self, wildcards) -> list[str]:
        """Return the files of the figures in the report."""
        return [self._files.paths.figure(name, "svg") for name in self.reported_figures()]

    def reported_tables(self, wildcards) -> list[str]:
        """Return the files of all tables of the study, and of those that figures alone use."""
        names = self.reported_figures()
        drawn = [table for name in names for table in jobs.tables_of_figure(name, self._study)]
        files = [self._files.paths.table(table) for table in drawn]
        found = [*self._files.tables(), *self.paper_tables, *files]
        found = [path for path in found if path.endswith(".csv") and path not in self._pending]
        return list(dict.fromkeys(found))

    def report_code(self, wildcards) -> list[str]:
        """Return digests of the report's script, and of the figures, which state their findings."""
        figures = [self._code_of(module_files()[name]) for name in self.reported_figures()]
        return [self._code_of("write_report.py"), *figures]

    def report_figures(self, wildcards) -> list[dict]:
        """Return what the report must know of its figures."""
        return [jobs.figure_for_report(name, self._study) for name in self.reported_figures()]

    def report_study(self) -> dict:
        """Return what the report must know of the study."""
        files, noted = self._files, self._noted
        return study_for_report(
            files.study,
            self._study,
            about_paper=files.is_about_paper(),
            viewed_users=self.users,
            slice_step=self.slice_step,
            missing=missing(files.whole, files.study, noted) if noted else [],
        )
