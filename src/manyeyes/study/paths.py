"""Where the files of a study lie, as patterns that rules and Python both fill in."""

from collections.abc import Iterable

from .model import Cell


class Paths:
    """Paths of a study's files below the working folder.

    Patterns hold names in braces (``{dataset}``, ``{filter}``, ``{variant}``, ``{user}``), which
    are Snakemake's wildcards and Python's format fields alike.

    Parameters
    ----------
    study : str
        Name of the study.
    """

    def __init__(self, study: str):
        self.results = f"results/{study}"
        self.tables = f"{self.results}/tables"
        self.truth = f"{self.results}/truth/{{dataset}}.tif"
        self.mask = f"{self.results}/masks/{{dataset}}.tif"
        self.projections = f"{self.results}/projections/{{dataset}}"
        self.tomogram = f"{self.results}/tomograms/{{dataset}}.tif"
        # How its grey levels came about: what was assumed, the window, the contrast, warnings.
        self.tomogram_facts = f"{self.results}/tomograms/{{dataset}}.json"
        self.image = f"{self.results}/images/{{dataset}}/{{filter}}.tif"
        self.votes = f"{self.results}/votes/{{dataset}}/{{filter}}.tif"
        by_user = "{dataset}/{filter}/{variant}/{user}"
        self.annotation = f"{self.results}/annotations/{by_user}.json"
        self.drawing = f"{self.results}/annotations/{by_user}.tif"
        self.segmentation = f"{self.results}/segmentations/{by_user}.tif"
        maps = f"{self.results}/maps/{{dataset}}/{{filter}}/{{variant}}"
        self.probability = f"{maps}/{{user}}_probability.tif"
        self.disagreement = f"{maps}/{{made_by}}_disagreement.tif"
        # A network, what its training saw, and what a stopped training goes on from.
        self.network = f"{self.results}/networks/{by_user}.npz"
        self.training = self.part(f"trainings/{by_user}")
        self.start_network = f"{self.results}/networks/start/{{start}}.npz"
        self.start_training = self.part("start_trainings/{start}")
        # What simulated users drew in place of a recorded person, and its measures.
        self.imitation = f"{self.results}/parts/strokes/{by_user}.tif"
        self.strokes = f"{self.results}/parts/strokes/{by_user}.csv"
        # {"warnings": [sentences]} in JSON: doubts of a job, shown first in the report.
        self.drawing_warnings = f"{self.results}/parts/warnings/drawings/{by_user}.json"
        self.sensitivity_runs = self.part("sensitivity_runs/{dataset}/{filter}/{variant}")
        self.outline_shifts = self.part("outline_shifts/{dataset}/{filter}/{batch}")
        self.repeated = self.part("structures/{structure}/{table}/{block}/{dataset}/{filter}")
        self.rule_graph = self.part("rule_graph")
        self.slices = f"{self.results}/parts/slices/{{dataset}}/{{filter}}.json"
        self.report = f"{self.results}/report.html"
        self.methods = f"{self.results}/methods.md"
        self.workbook = f"{self.results}/tables.xlsx"

    def table(self, name: str, suffix: str = "csv") -> str:
        """Return the path of a table of the study."""
        return f"{self.tables}/{name}.{suffix}"

    def figure(self, name: str, suffix: str) -> str:
        """Return the path of a figure."""
        return f"{self.results}/figures/{name}.{suffix}"

    def part(self, name: str) -> str:
        """Return the path of a part of a table."""
        return f"{self.results}/parts/{name}.csv"

    def projected(self, name: str) -> str:
        """Return the path of a file between projections and tomogram of a dataset."""
        return f"{self.projections}/{name}"

    def image_of(self, dataset: str, filter_: str) -> str:
        """Return the path of an image."""
        return self.image.format(dataset=dataset, filter=filter_)

    def segmentation_of(self, cell: Cell) -> str:
        """Return the path of a segmentation."""
        return self.segmentation.format(**vars(cell))

    def drawing_of(self, cell: Cell) -> str:
        """Return the path of the labels that a person drew; see also `Study.drawn_as`."""
        return self.drawing.format(**vars(cell))


def of_users(pattern: str, variants: Iterable[str], users: Iterable[str]) -> list[str]:
    """Return a path pattern once for each user and variant; other names stay in braces."""
    return [
        pattern.replace("{variant}", variant).replace("{user}", user)
        for user in users
        for variant in variants
    ]
