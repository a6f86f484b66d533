"""A study of networks that find pores in slices: what is trained on what, and its files.

Such a study has no users and no datasets of its own. A network is trained on one particle and
tested on another; further particles are only predicted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ..lee2023.names import INPUTS, TEST, TRAINING, UNFILTERED
from ..pores.settings import ParticleSettings
from ..settings import read_settings
from .model import StudyError

OTHER = "other"
"""What slices of a particle are called that is in no fold."""

TABLES_OF_PARTS = ("pore_slices", "pore_scores", "pore_volumes", "threshold_levels", "grey_labels")
"""Tables with a part for each particle, or for each particle and prediction of it."""

COLLECTED = (*TABLES_OF_PARTS, "training_curves")
"""Tables that are put together from parts."""

COMPUTED = ("lee_table_1", "lee_table_2", "lee_bounds", "lee_metrics")
"""Tables that are made from these."""

TABLES = (*COLLECTED, *COMPUTED, "lee_claims")
TEXTS = ("lee_table_2",)
"""Tables that are also written in words."""


USUAL: Mapping[str, Mapping] = {
    "labels": {"low_share": 0.51, "high_share": 0.60},
    "threshold": {"share": 0.60, "tried": [0.40, 0.45, 0.50, 0.55, 0.60, 0.65, 0.70]},
    "grey_labels": {"shares": [0.0, 0.01, 0.02, 0.03], "departure": 0.1},
}
"""What a config need not say. Shares of labels and threshold lie between the black of a slice and
the grey of its grains; labels as `manyeyes.pores.labelling` has them."""


class Fold(NamedTuple):
    """A particle that networks are trained on, and one that they are tested on."""

    train: str
    test: str


class Training(NamedTuple):
    """One training: a network of its own.

    Attributes
    ----------
    greys : str
        What is done to grey levels first, a key of `manyeyes.lee2023.names.INPUTS`.
    trained_on : str
        The particle.
    seed : str
        A number, counted from 1.
    """

    greys: str
    trained_on: str
    seed: str

    @property
    def name(self) -> str:
        """Name in paths: the particle and the seed."""
        return f"{self.trained_on}.{self.seed}"


@dataclass(frozen=True)
class PoreNetworks:
    """What is trained and predicted, as the config's ``pore_networks`` says.

    Attributes
    ----------
    results : str
        Folder of the study's results.
    particles : Mapping of str to Mapping
        Of each particle ``particle`` and ``imaging``: settings that differ from the defaults of
        `manyeyes.pores.settings`.
    folds : tuple of Fold
    inputs : tuple of str
    seeds : int
        Trainings of each input and fold.
    filters, labels, threshold : Mapping
        Settings of the filters, of the labels, and of the threshold that is compared with them.
    grey_labels : Mapping
        ``shares`` and ``departure`` of the grey label pixels that are tried.
    training : Mapping
        Settings of `manyeyes.networks.settings.Training` that differ from the defaults.
    """

    results: str
    particles: Mapping[str, Mapping]
    folds: tuple[Fold, ...]
    inputs: tuple[str, ...] = tuple(INPUTS)
    seeds: int = 1
    filters: Mapping = field(default_factory=dict)
    labels: Mapping = field(default_factory=dict)
    threshold: Mapping = field(default_factory=dict)
    grey_labels: Mapping = field(default_factory=dict)
    training: Mapping = field(default_factory=dict)

    @property
    def others(self) -> tuple[str, ...]:
        """Particles in no fold, which are only predicted."""
        used = {name for fold in self.folds for name in fold}
        return tuple(name for name in self.particles if name not in used)

    @property
    def slice_shape(self) -> tuple[int, int, int]:
        """Slices, rows and columns of the largest particle."""
        shapes = [self.described(name).shape for name in self.particles]
        return tuple(max(edges) for edges in zip(*shapes, strict=True))

    def described(self, particle: str) -> ParticleSettings:
        """Return the settings of a particle, defaults included."""
        given = self.particles[particle].get("particle", {})
        return read_settings(given, ParticleSettings, "particle")

    def voxel_nm(self, particle: str) -> list[float]:
        """Return the edges (z, y, x) of a particle's voxels, nm."""
        return list(self.described(particle).voxel_size_nm)

    def pixel_nm(self, particle: str) -> float:
        """Return the edge of a pixel of a particle's slices, nm."""
        return self.voxel_nm(particle)[2]

    def trainings(self) -> list[Training]:
        """Return all trainings, in the order of the config."""
        return [
            Training(greys, fold.train, str(seed))
            for greys in self.inputs
            for fold in self.folds
            for seed in range(1, 1 + self.seeds)
        ]

    def tested_on(self, trained_on: str) -> str:
        """Return the particle on which networks of another one are tested."""
        return next(fold.test for fold in self.folds if fold.train == trained_on)

    def slices_of(self, trained_on: str, particle: str) -> str:
        """Return what slices of a particle are for networks of another: training, test, other."""
        if particle == trained_on:
            return TRAINING
        return TEST if particle == self.tested_on(trained_on) else OTHER

    def predicted(self, trained_on: str) -> list[str]:
        """Return the particles that the networks of a particle are shown."""
        return [trained_on, self.tested_on(trained_on), *self.others]

    def predictions(self) -> Iterator[tuple[str, Training, str]]:
        """Yield method, training and particle of each prediction.

        The method is the input; networks of raw inputs are also shown unfiltered slices of the
        particle that they are tested on.
        """
        for training in self.trainings():
            for particle in self.predicted(training.trained_on):
                yield training.greys, training, particle
            if training.greys == "raw":
                yield UNFILTERED, training, self.tested_on(training.trained_on)

    def predictions_of(self, particle: str) -> list[tuple[str, Training]]:
        """Return method and training of each prediction of a particle."""
        return [(method, made) for method, made, shown in self.predictions() if shown == particle]

    def volume_name(self, path: str) -> str:
        """Return what a figure calls a volume of this study: its path in the results."""
        return path.removeprefix(f"{self.results}/").removesuffix(".tif")

    def volume_names(self, particle: str, *kinds: str) -> tuple[str, ...]:
        """Return `volume_name` of a particle's slices of some kinds, or of its ``labels``."""
        patterns = [self.label_file if kind == "labels" else self.slices(kind) for kind in kinds]
        return tuple(self.volume_name(self.of_particle(p, particle)) for p in patterns)

    # Paths, as patterns with {particle}, {method} or {greys}, {trained_on} and {seed}

    def slices(self, kind: str) -> str:
        """Return the pattern of slices: ``truth``, ``acquired``, ``destriped`` or ``filtered``."""
        return f"{self.results}/slices/{{particle}}/{kind}.tif"

    @property
    def label_file(self) -> str:
        """Pattern of a particle's labels."""
        return f"{self.results}/labels/{{particle}}.tif"

    def model(self, suffix: str = "npz") -> str:
        """Return the pattern of a model, or of what stands beside it."""
        return f"{self.results}/models/{{greys}}/{{trained_on}}.{{seed}}.{suffix}"

    @property
    def curve(self) -> str:
        """Pattern of the scores of each epoch of a training."""
        return f"{self.results}/parts/training_curves/{{greys}}/{{trained_on}}.{{seed}}.csv"

    @property
    def prediction(self) -> str:
        """Pattern of a predicted probability of pore."""
        made = "{method}/{trained_on}.{seed}/{particle}"
        return f"{self.results}/predictions/{made}.tif"

    def part(self, table: str) -> str:
        """Return the pattern of a particle's part of a table."""
        return f"{self.results}/parts/{table}/{{particle}}.csv"

    def of_particle(self, pattern: str, particle: str) -> str:
        """Return the path of a particle's file."""
        return pattern.format(particle=particle)

    def of_training(self, pattern: str, training: Training) -> str:
        """Return the path of a training's file."""
        return pattern.format(**training._asdict())

    def prediction_of(self, method: str, training: Training, particle: str) -> str:
        """Return the path of a prediction."""
        names = training._asdict()
        return self.prediction.format(method=method, particle=particle, **names)

    def parts_of(self, table: str) -> list[str]:
        """Return the parts of a table, in the order of the config."""
        if table == "training_curves":
            return [self.of_training(self.curve, training) for training in self.trainings()]
        return [self.of_particle(self.part(table), particle) for particle in self.particles]

    def slice_files(self) -> list[str]:
        """Return slices and labels of all particles."""
        kinds = ("truth", "acquired", "destriped", "filtered")
        patterns = [*map(self.slices, kinds), self.label_file]
        return [self.of_particle(path, name) for name in self.particles for path in patterns]

    def files(self) -> list[str]:
        """Return slices, labels, models and predictions: all that is kept beside tables."""
        return [
            *self.slice_files(),
            *(self.of_training(self.model(), training) for training in self.trainings()),
            *(self.prediction_of(*prediction) for prediction in self.predictions()),
        ]


def check_shares(labels: Mapping) -> None:
    """Raise ValueError unless the two thresholds of labels are in order."""
    low, high = labels["low_share"], labels["high_share"]
    if low > high:
        raise ValueError(
            f"low_share ({low:g}) must not exceed high_share ({high:g}): pixels below the first "
            "are surely pore, those between both only if they are joined to such"
        )


def pore_networks_from_config(config: Mapping) -> PoreNetworks | None:
    """Return what a config says of networks that find pores; None if it says nothing.

    Raises
    ------
    StudyError
        If the study has datasets too, a fold names no particle or the same twice, or a particle is
        trained on in two folds.
    """
    entry = config.get("pore_networks")
    if entry is None:
        return None
    if config.get("datasets"):
        raise StudyError(
            "pore_networks: such a study has no users who segment, so it has no datasets; leave "
            "datasets out, or write a study of its own for them"
        )
    particles = {name: described or {} for name, described in entry["particles"].items()}
    folds = tuple(Fold(*names) for names in entry["folds"])
    for fold in folds:
        unknown = [name for name in fold if name not in particles]
        if unknown:
            raise StudyError(
                f"pore_networks.folds: there is no particle {unknown[0]!r}; known are "
                f"{', '.join(particles)}"
            )
        if fold.train == fold.test:
            raise StudyError(
                f"pore_networks.folds: {fold.train} is to be tested on itself; name another "
                "particle, because scores on what a network learned from are listed anyway"
            )
    trained_on = [fold.train for fold in folds]
    for name in trained_on:
        if trained_on.count(name) > 1:
            raise StudyError(
                f"pore_networks.folds: {name} is trained on in two folds; one training is tested "
                "on one particle, and further particles are predicted without a fold"
            )
    given = {key: {**usual, **entry.get(key, {})} for key, usual in USUAL.items()}
    return PoreNetworks(
        f"results/{config['study']}",
        particles,
        folds,
        inputs=tuple(entry.get("inputs", INPUTS)),
        seeds=entry.get("seeds", 1),
        filters=dict(entry.get("filters", {})),
        training=dict(entry.get("training", {})),
        **given,
    )
