"""Input and parameter functions of the rules of networks that find pores, and what jobs ask for."""

from collections.abc import Callable, Iterable
from math import ceil, prod

from ..lee2023.names import UNFILTERED
from ..study import cost
from ..study.model import Study
from ..study.pore_networks import PoreNetworks, Training

_MEGA = 1e6


class PoreJobs:
    """Functions of the wildcards particle, greys, method, trained_on and seed, for the rules."""

    def __init__(self, study: Study):
        self.files: PoreNetworks = study.pore_networks
        self._seed = study.seed
        self._megavoxels = prod(self.files.slice_shape) / _MEGA

    @staticmethod
    def any_of(names: Iterable[str]) -> str:
        """Return a wildcard pattern that matches one of some names."""
        return "|".join(names)

    def described(self, part: str) -> Callable:
        """Return a parameter function: a particle's settings, ``particle`` or ``imaging``."""
        return lambda wildcards: dict(self.files.particles[wildcards.particle].get(part, {}))

    def voxel_size_nm(self, wildcards) -> list[float]:
        """Return the edges (z, y, x) of a particle's voxels, nm."""
        return self.files.voxel_nm(wildcards.particle)

    # Trainings

    def learned(self, wildcards) -> dict[str, str]:
        """Return the slices and labels that a network learns from, and those it is tested on."""
        train, test = wildcards.trained_on, self.files.tested_on(wildcards.trained_on)
        images, labels = self.files.slices("filtered"), self.files.label_file
        return {
            "images": self.files.of_particle(images, train),
            "labels": self.files.of_particle(labels, train),
            "test_images": self.files.of_particle(images, test),
            "test_labels": self.files.of_particle(labels, test),
        }

    # Predictions

    def model_of(self, wildcards) -> str:
        """Return the model that makes a prediction."""
        greys = "raw" if wildcards.method == UNFILTERED else wildcards.method
        training = Training(greys, wildcards.trained_on, wildcards.seed)
        return self.files.of_training(self.files.model(), training)

    def shown(self, wildcards) -> str:
        """Return the slices that a network is shown for a prediction."""
        kind = "acquired" if wildcards.method == UNFILTERED else "filtered"
        return self.files.of_particle(self.files.slices(kind), wildcards.particle)

    def predictions(self, wildcards) -> list[str]:
        """Return all predictions of a particle."""
        made = self.files.predictions_of(wildcards.particle)
        return [self.files.prediction_of(method, t, wildcards.particle) for method, t in made]

    def names_of_predictions(self, wildcards) -> list[dict]:
        """Return the first columns of the rows of each prediction of a particle."""
        particle = wildcards.particle
        return [
            {
                "particle": particle,
                "slices": self.files.slices_of(training.trained_on, particle),
                "method": method,
                "trained_on": training.trained_on,
                "seed": int(training.seed),
            }
            for method, training in self.files.predictions_of(particle)
        ]

    def seed_names(self, *names: str) -> Callable:
        """Return a parameter function: names of random draws, the job's wildcards filled in."""
        return lambda wildcards: [self._seed, *(name.format(**wildcards) for name in names)]

    # What jobs ask for

    def making(self) -> dict[str, Callable]:
        """Return the resources of a job that makes, filters or labels a particle's slices."""
        return self._resources(cost.PARTICLE_BYTES, cost.PARTICLE_SECONDS, 6)

    def training(self) -> dict[str, Callable]:
        """Return the resources of a training."""
        epochs = self.files.training.get("epochs", cost.PORE_EPOCHS)
        return self._resources(cost.PORE_TRAINING_BYTES, cost.PORE_TRAINING_SECONDS * epochs, 2)

    def predicting(self) -> dict[str, Callable]:
        """Return the resources of a prediction."""
        return self._resources(cost.PREDICTING_BYTES, cost.PREDICTING_SECONDS, 2)

    def measuring(self) -> dict[str, Callable]:
        """Return the resources of a job that measures all predictions of a particle."""
        volumes = max(len(self.files.predictions_of(name)) for name in self.files.particles)
        seconds = cost.MEASURING_SECONDS * (1 + volumes)
        return self._resources(cost.PREDICTING_BYTES, seconds, 0.1)

    def _resources(self, bytes_a_voxel: float, seconds: float, disk_bytes: float) -> dict:
        size = self._megavoxels
        needed = {
            "mem_mb": cost.AT_LEAST_MB + bytes_a_voxel * size,
            "runtime": cost.SLACK * (20 + seconds * size) / 60,
            "disk_mb": 10 + disk_bytes * size,
        }
        return {name: _more_each_time(value) for name, value in needed.items()}


def _more_each_time(value: float) -> Callable:
    return lambda wildcards, attempt: ceil(value * attempt)
