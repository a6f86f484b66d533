"""Which files a study has: its volumes, parts of tables, and tables."""

from collections.abc import Iterable
from functools import cached_property

from ..paper import names as paper
from ..tables.registry import names_with_text, sources_of, tables_of
from .comparisons import comparisons_of, possible_comparisons, shared_cells
from .model import Batch, Cell, Study
from .networks import cells_of_networks
from .paths import Paths
from .people import work_of_people
from .pore_networks import TABLES as OF_PORE_NETWORKS
from .pore_networks import TEXTS as TEXTS_OF_PORE_NETWORKS
from .projected import is_scanned_twin, projected
from .variants import is_drawn_by_hand, keeps_labels, needs_forest

BY_BATCH = ("volume_fractions", "accuracy", "phase_accuracy", "confusion", "morphology")
"""Tables with a part for each image and batch of users."""

AGREEMENT = ("agreement", "group_agreement", "concentration")
BETWEEN_USERS = ("pairwise", *AGREEMENT)
"""Tables with a part for each image on which several users of a group share a variant."""

OF_POPULATION = ("population_fractions", "population_pairwise")
"""Tables with a part for each image that the population sample segments."""

OF_MICROSTRUCTURE = ("microstructure",)
"""Tables with a part for each group of measures, image and batch of users."""

OF_TRUE_MICROSTRUCTURE = ("true_microstructure",)
"""Tables with a part for each group of measures and dataset whose truth is known."""

OF_TRUTH = ("geometry", "particles")
"""Tables with a part for each dataset whose truth is known."""

OF_PROJECTIONS = ("projections",)
"""Tables with a part for each dataset that is reconstructed from projections."""

OF_SCANNED_TWINS = ("reconstruction_scores",)
"""Tables with a part for each of these whose truth is known."""

OF_SITTINGS = ("sittings",)
"""Tables with a part for each image that a person segmented in several sittings."""

OF_NETWORKS = ("trainings",)
"""Tables with a part for each network that learns from a user's drawing."""

OF_BIAS = ("label_bias",)
"""Tables with a part for each image whose drawings networks learn from and whose truth is known."""

OF_STARTS = ("start_accuracy",)
"""Tables with a part for each image whose truth is known and each network that users' networks
began with there."""

OF_OUTLINES = ("outline_shifts", "outline_map", "outline_people")
"""Tables of the map over people's outlines: the paintings, and what is computed from them."""


class Targets:
    """The files of a study.

    Parameters
    ----------
    study : Study
        Perhaps without what an earlier run could not make.
    whole : Study, optional
        All that was planned; `study` if nothing is missing.

    Raises
    ------
    ValueError
        If the study cannot make a comparison that its config lists.
    """

    def __init__(self, study: Study, whole: Study | None = None):
        self.study = study
        self.paths = Paths(study.name)
        # Tables and most figures speak of each dataset once, under the name of the config.
        self.one_of_each = study.first_realisations()
        self.shared_cells = shared_cells(study)
        self.blocks = {block.name: block for block in study.blocks}
        self.whole = whole = whole or study
        self.comparisons = comparisons_of(study.comparisons, whole.first_realisations())
        if whole is not study:
            self.comparisons = possible_comparisons(self.comparisons, self.one_of_each)

    @cached_property
    def _shared(self) -> frozenset[Cell]:
        return frozenset(self.shared_cells)

    @cached_property
    def _batches(self) -> dict[str, Batch]:
        return {batch.name: batch for batch in self.study.batches()}

    # Segmentations

    def cells_of_batch(self, dataset: str, filter_: str, batch: str) -> list[Cell]:
        """Return a batch's segmentations of an image, those of each user together."""
        cells = self.study.cells_on(dataset, filter_)
        return [c for user in self._batches[batch].users for c in cells if c.user == user]

    def cells_on_image(self, dataset: str, filter_: str) -> list[Cell]:
        """Return an image's segmentations, ordered by variant and group."""
        variants = {name: place for place, name in enumerate(self.study.variants)}
        cells = self.study.cells_on(dataset, filter_)
        return sorted(cells, key=lambda cell: variants[cell.variant])

    def shared_cells_on_image(self, dataset: str, filter_: str) -> list[Cell]:
        """Return an image's segmentations by variants that several users of a group did."""
        return [cell for cell in self.cells_on_image(dataset, filter_) if cell in self._shared]

    def cells_drawn_by_hand(self, dataset: str, filter_: str) -> list[Cell]:
        """Return an image's segmentations for which a person draws labels."""
        cells = self.cells_on_image(dataset, filter_)
        finished = self.study.finished
        return [
            cell
            for cell in cells
            if is_drawn_by_hand(self.study.variants[cell.variant]) and cell not in finished
        ]

    def segmentations(self, cells: Iterable[Cell]) -> list[str]:
        """Return the paths of segmentations."""
        return [self.paths.segmentation_of(cell) for cell in cells]

    def keeps_labels(self, variant: str) -> bool:
        """Return whether the annotation of a variant is a label volume."""
        return keeps_labels(self.study.variants[variant])

    def annotation_files(self, cell: Cell) -> list[str]:
        """Return the paths of an annotation: a JSON, and its labels where it has any."""
        patterns = [self.paths.annotation]
        drawn = self.study.drawn_as(cell)
        has_labels = self.keeps_labels(cell.variant) and cell not in self.study.finished
        patterns += [self.paths.drawing] if has_labels else []
        return [pattern.format(**vars(drawn)) for pattern in patterns]

    def drawing_of(self, cell: Cell) -> str:
        """Return the path of the labels that a segmentation was learned from."""
        return self.paths.drawing_of(self.study.drawn_as(cell))

    def networks(self) -> list[str]:
        """Return the paths of the networks that were trained on users' drawings."""
        return [self.paths.network.format(**vars(c)) for c in cells_of_networks(self.study)]

    # Datasets and images

    @cached_property
    def masked(self) -> list[str]:
        """Datasets whose field of view is bounded by a mask."""
        return [d.name for d in self.study.datasets.values() if d.masked]

    def mask_of(self, dataset: str) -> list[str]:
        """Return the path of a dataset's mask, or nothing."""
        return [self.paths.mask.format(dataset=dataset)] if dataset in self.masked else []

    def truth_of(self, dataset: str) -> list[str]:
        """Return the path of a dataset's true phases, or nothing for a measured one."""
        has_truth = self.study.datasets[dataset].has_truth
        return [self.paths.truth.format(dataset=dataset)] if has_truth else []

    def images(self) -> list[str]:
        """Return the paths of all images that users work on."""
        return [self.paths.image_of(*image) for image in self.study.images()]

    def images_to_hand_out(self) -> list[str]:
        """Return the paths of all images, those that nobody has segmented yet among them."""
        return [self.paths.image_of(*image) for image in self.study.images_asked_for()]

    def further_cells(self) -> list[Cell]:
        """Return the segmentations of people's further sittings."""
        return [cell for user in self.study.further_sittings.values() for cell in user.cells()]

    def shared_images(self) -> list[tuple[str, str]]:
        """Return the images that several users of a group segment with one variant."""
        shared = {(cell.dataset, cell.filter) for cell in self.shared_cells}
        return [image for image in self.study.images() if image in shared]

    def datasets_with_truth(self, every_realisation: bool = False) -> list[str]:
        """Return the segmented datasets whose truth is known, one realisation of each or all."""
        study = self.study if every_realisation else self.one_of_each
        datasets = study.datasets
        names = dict.fromkeys(dataset for dataset, _ in study.images())
        return [name for name in names if datasets[name].has_truth]

    def modelled_datasets(self) -> list[str]:
        """Return the segmented datasets of a known structure, one realisation of each.

        Of a reference that somebody gave, only what segmentations are compared with is measured.
        """
        datasets = self.study.datasets
        return [name for name in self.datasets_with_truth() if datasets[name].is_modelled]

    def scanned_twins(self) -> list[str]:
        """Return the segmented datasets that are reconstructed from projections of a twin."""
        datasets = self.study.datasets
        return [name for name in projected(self.study) if is_scanned_twin(datasets[name])]

    def sampled_cells_on_image(self, dataset: str, filter_: str) -> list[Cell]:
        """Return the population sample's segmentations of an image, ordered by variant."""
        return self.study.population_sample.cells_on(dataset, filter_)

    def volumes(self) -> list[str]:
        """Return all volumes and annotations that are kept; deleted ones are made again."""
        if self.study.pore_networks:
            return self.study.pore_networks.files()
        sample = self.study.population_sample
        cells = [*self.study.cells(), *(sample.cells_of_others() if sample else ())]
        cells += self.further_cells()
        datasets = list(dict.fromkeys(dataset for dataset, _ in self.study.images()))
        return [
            *(self.paths.tomogram.format(dataset=dataset) for dataset in datasets),
            *(path for dataset in datasets for path in self.truth_of(dataset)),
            *(path for dataset in datasets for path in self.mask_of(dataset)),
            *self.images(),
            *dict.fromkeys(path for cell in cells for path in self.annotation_files(cell)),
            *self.networks(),
            *self.segmentations(cells),
        ]

    def cells_with_probability(self) -> list[Cell]:
        """Return the segmentations whose forest's probability is mapped."""
        study = self.study
        if "probability" not in study.maps:
            return []
        return [
            cell
            for cell in study.cells()
            if needs_forest(study.variants[cell.variant]) and cell not in study.finished
        ]

    def maps(self) -> list[str]:
        """Return the maps that the config asks for."""
        found = [self.paths.probability.format(**vars(c)) for c in self.cells_with_probability()]
        if "disagreement" in self.study.maps:
            found += [self.paths.disagreement.format(**vars(cell)) for cell in self.shared_cells]
        return list(dict.fromkeys(found))

    def cells_of_map(self, wildcards) -> list[Cell]:
        """Return the segmentations that a map of disagreement compares."""
        key = (wildcards.dataset, wildcards.filter, wildcards.variant, wildcards.made_by)
        return [c for c in self.shared_cells if (c.dataset, c.filter, c.variant, c.made_by) == key]

    # Parts of tables

    def parts_of(self, table: str) -> list[str]:
        """Return the parts of a table, in the order of the config."""
        part = self.paths.part
        if table in OF_TRUTH:
            return [part(f"{table}/{dataset}") for dataset in self.modelled_datasets()]
        if table in OF_PROJECTIONS:
            return [part(f"{table}/{dataset}") for dataset in projected(self.study)]
        if table in OF_SCANNED_TWINS:
            return [part(f"{table}/{dataset}") for dataset in self.scanned_twins()]
        if table in OF_TRUE_MICROSTRUCTURE:
            return [
                part(f"{table}/{group}/{dataset}")
                for group in self.study.measures
                for dataset in self.datasets_with_truth(every_realisation=True)
            ]
        if table in OF_SITTINGS:
            images = self.study.images_with_sittings()
            return [part(f"{table}/{dataset}/{filter_}") for dataset, filter_ in images]
        if table in OF_NETWORKS:
            cells = cells_of_networks(self.study)
            return [self.paths.training.format(**vars(cell)) for cell in cells]
        if table in OF_BIAS:
            return [part(f"{table}/{dataset}/{filter_}") for dataset, filter_ in self.learned()]
        if table in OF_STARTS:
            return [part(f"{table}/{'/'.join(names)}") for names in self.started()]
        images = self.study.images()
        if table in OF_POPULATION:
            images = self.study.population_sample.images()
            return [part(f"{table}/{dataset}/{filter_}") for dataset, filter_ in images]
        if table in OF_MICROSTRUCTURE:
            groups = self.study.measures
            return [part(f"{table}/{group}/{batch}") for group in groups for batch in self._done()]
        if table in BY_BATCH:
            return [part(f"{table}/{batch}") for batch in self._done()]
        # Without a shared variant, the pairwise differences are a table without rows.
        images = (self.shared_images() or images) if table in BETWEEN_USERS else images
        return [part(f"{table}/{dataset}/{filter_}") for dataset, filter_ in images]

    def _done(self) -> list[str]:
        """Return image and batch of users, as a path, of all that is segmented."""
        return [
            f"{dataset}/{filter_}/{batch.name}"
            for dataset, filter_ in self.study.images()
            for batch in self.study.batches(
                {cell.user for cell in self.study.cells_on(dataset, filter_)}
            )
        ]

    def learned(self) -> list[tuple[str, str]]:
        """Return the images with a known truth on whose drawings networks are trained."""
        learned = {(c.dataset, c.filter) for c in cells_of_networks(self.study)}
        datasets = self.study.datasets
        return [i for i in self.study.images() if i in learned and datasets[i[0]].has_truth]

    def started(self) -> list[tuple[str, str, str]]:
        """Return (dataset, filter, start) of networks that began with another; truths are known."""
        learned, variants = self.learned(), self.study.variants
        found = dict.fromkeys(
            (cell.dataset, cell.filter, variants[cell.variant].get("start"))
            for cell in cells_of_networks(self.study)
        )
        return [names for names in found if names[:2] in learned and names[2] is not None]

    def learned_drawings(self, dataset: str, filter_: str) -> list[Cell]:
        """Return what was drawn on an image and networks learn from, each drawing once."""
        cells = [
            c for c in cells_of_networks(self.study) if (c.dataset, c.filter) == (dataset, filter_)
        ]
        return list(dict.fromkeys(self.study.drawn_as(cell) for cell in cells))

    def agreement_of_image(self) -> dict[str, str]:
        """Return the patterns of what is known of the agreement of users on an image, by name."""
        if not self.shared_images():
            return {}
        tables = {name: self.paths.part(f"{name}/{{dataset}}/{{filter}}") for name in AGREEMENT}
        return tables | {"votes": self.paths.votes}

    def repeated_parts(self, structure: str, table: str) -> list[str]:
        """Return the parts of a table that users of another structure fill."""
        return [
            self.paths.repeated.format(
                structure=structure, table=table, block=block.name, dataset=dataset, filter=filter_
            )
            for block in self.study.simulated_blocks()
            for dataset in block.datasets
            for filter_ in block.filters
        ]

    def runs_of_sensitivity(self) -> dict[tuple[str, str, str], str]:
        """Return the tables of runs of a sensitivity study, by dataset, filter and variant."""
        study = self.study.sensitivity
        return {
            (dataset, filter_, variant): self.paths.sensitivity_runs.format(
                dataset=dataset, filter=filter_, variant=variant
            )
            for dataset, filter_ in (study.images() if study else [])
            for variant in study.base_runs
        }

    def parts_of_outline_map(self) -> list[str]:
        """Return the parts of the table of paintings with shifted outlines."""
        wanted = self.study.outline_map
        return [
            self.paths.outline_shifts.format(dataset=dataset, filter=filter_, batch=batch.name)
            for dataset, filter_ in (wanted.images if wanted else ())
            for batch in wanted.batches(self.study.users_per_job)
        ]

    def users_of_outline_map(self, wildcards) -> list[str]:
        """Return the users of a job of the outline map."""
        batches = self.study.outline_map.batches(self.study.users_per_job)
        return next(list(batch.users) for batch in batches if batch.name == wildcards.batch)

    def warnings(self) -> list[str]:
        """Return the files in which jobs note what looked doubtful but was not refused."""
        imported = dict.fromkeys(
            name for name, _ in self.study.images() if self.study.datasets[name].is_imported
        )
        return [self.paths.tomogram_facts.format(dataset=name) for name in imported] + [
            self.paths.drawing_warnings.format(**names)
            for names in map(vars, self._recorded_cells())
        ]

    def _recorded_cells(self) -> list[Cell]:
        return [
            cell
            for user in self.study.recorded_users()
            for recording, cell in zip(user.recordings, user.cells(), strict=True)
            if recording.kind != "numbers"
        ]

    def work_of_people(self) -> list[dict]:
        """Return what people recorded and what they were asked for, one entry each."""
        return work_of_people(self.study)

    def recorded_cells(self) -> list[Cell]:
        """Return the segmentations of everything that people recorded, in any sitting."""
        lost = self.study.lost
        cells = [cell for user in self.study.recorded_users() for cell in user.cells()]
        return [cell for cell in cells if cell not in lost]

    def report(self) -> list[str]:
        """Return the report, if there is anything to report: traits alone have no segmentations."""
        if self.study.blocks:
            return [self.paths.report, self.paths.methods, self.paths.workbook]
        return [self.paths.report, self.paths.methods] if self.study.pore_networks else []

    # Tables

    def sources_of_table(self, wildcards) -> dict[str, str]:
        """Return the tables, by name, that a computed table is made from."""
        names = sources_of(wildcards.table, self.one_of_each)
        return {name: self.paths.table(name) for name in names}

    def tables_of_claims(self) -> dict[str, str]:
        """Return the tables, by name, that the paper's claims are tested on."""
        names = ["volume_fractions", "pairwise", "morphology", "image_quality"]
        names += ["baseline"] if self.study.baseline else []
        return {name: self.paths.table(name) for name in names} | self.tables_of_population()

    def tables_of_population(self) -> dict[str, str]:
        """Return the tables of the population sample, by name, if there is one."""
        names = OF_POPULATION if self.study.population_sample else ()
        return {name: self.paths.table(name) for name in names}

    def table_of_comparisons(self, over_datasets: bool = False) -> list[str]:
        """Return the table of comparisons, on one dataset or over several, if it has any row."""
        wanted = [c for c in self.comparisons if c["paired_over_datasets"] or not over_datasets]
        name = "comparisons_over_datasets" if over_datasets else "comparisons"
        return [self.paths.table(name)] if wanted else []

    def is_about_paper(self) -> bool:
        """Return whether any segmented dataset is one of the paper, which its claims are about.

        People labelled two phases there: differences between labels of three are other numbers.
        """
        return self.study.has_two_phases and bool(
            paper.of_paper(dataset for dataset, _ in self.one_of_each.images())
        )

    def collected(self) -> dict[str, tuple[str, ...]]:
        """Return the names of the tables that are put together from parts, by what they are of.

        Tables whose parts come from the same jobs are put together by one job.
        """
        return {
            "measurements": BY_BATCH,
            "comparisons": BETWEEN_USERS if self.shared_images() else ("pairwise",),
            "image_quality": ("image_quality",),
            "effort": ("effort",),
            **({"population": OF_POPULATION} if self.study.population_sample else {}),
            **({"projections": OF_PROJECTIONS} if projected(self.study) else {}),
            **({"sittings": OF_SITTINGS} if self.study.further_sittings else {}),
            **({"reconstruction_scores": OF_SCANNED_TWINS} if self.scanned_twins() else {}),
            **({"microstructure": OF_MICROSTRUCTURE} if self.study.measures else {}),
            **({"trainings": OF_NETWORKS} if self.networks() else {}),
            **({"label_bias": OF_BIAS} if self.learned() else {}),
            **({"start_accuracy": OF_STARTS} if self.started() else {}),
            **({"true_microstructure": OF_TRUE_MICROSTRUCTURE} if self.measures_truth() else {}),
        }

    def measures_truth(self) -> bool:
        """Return whether the truth of a dataset is measured as segmentations are."""
        return bool(self.study.measures and self.datasets_with_truth())

    def realisations_listed(self) -> dict[str, list] | None:
        """Return name and realisation as tables list each dataset; None for one of each."""
        if self.study.realisations == 1:
            return None
        return {d.name: [d.listed_as, d.realisation] for d in self.study.datasets.values()}

    def order(self) -> dict[str, list[str]]:
        """Return the order of names in tables: that of the config."""
        return {
            "dataset": list(self.study.datasets),
            "filter": list(self.study.filters),
            "variant": list(self.study.variants),
            "user": self.study.everybody(),
        }

    def tables_of_sensitivity(self) -> list[str]:
        """Return the tables of the sensitivity study, if there is one."""
        suffixes = ("csv", "md") if self.study.sensitivity else ()
        return [self.paths.table("sensitivity", suffix) for suffix in suffixes]

    def tables_of_outline_map(self) -> list[str]:
        """Return the tables of the outline map, if there is one."""
        names = OF_OUTLINES if self.study.outline_map else ()
        texts = set(names_with_text(True)).intersection(names)
        return [
            self.paths.table(name, suffix)
            for name in names
            for suffix in (("csv", "md") if name in texts else ("csv",))
        ]

    def tables(self) -> list[str]:
        """Return every table that this study can fill."""
        study, table = self.study, self.paths.table
        if study.pore_networks:
            texts = [table(name, "md") for name in TEXTS_OF_PORE_NETWORKS]
            return [*map(table, OF_PORE_NETWORKS), *texts]
        if not study.cells():
            return self.tables_of_sensitivity() + self.tables_of_outline_map()
        names = [name for group in self.collected().values() for name in group]
        names += OF_TRUTH if self.modelled_datasets() else ()
        names += ["claims", "claims_summary"] if self.is_about_paper() else []
        names += ["spread", "power", "power_curves"]
        names += ["recorded_work"] if self.recorded_cells() else []
        computed = tables_of(self.one_of_each)
        names += computed
        names += ["baseline"] if study.baseline else []
        scored = study.baseline and study.baseline["fibsem"]["source"]["kind"] == "twin"
        names += ["fibsem_scores"] if scored else []
        found = [table(name) for name in names]
        found += [table(name, "md") for name in computed if name in names_with_text(True)]
        found += self.tables_of_sensitivity()
        found += [path for path in self.tables_of_outline_map() if path not in found]
        if study.imitated():
            found += [table("strokes"), table("stroke_comparison")]
            found += [table("stroke_comparison", "md")]
        if study.structures:
            found += [table("survival"), table("survival", "md"), table("structure_spread")]
        return found + self.table_of_comparisons() + self.table_of_comparisons(over_datasets=True)
