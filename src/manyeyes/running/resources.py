"""What rules ask for: the numbers of `cost` as functions of wildcards and attempts, for Snakemake.

Requests grow with each attempt, so a job that was killed for its memory or time gets more.
"""

from collections.abc import Callable, Mapping, Sequence
from math import ceil, prod

from ..filters import Filter, filters
from ..microstructure.registry import group_called
from ..study import cost
from ..study.chain import FibsemChain
from ..study.model import Dataset, OutlineMap, Study
from ..study.networks import networks_of
from ..study.projected import reconstructed_shape, step_settings
from .job_inputs import UserJob


def more_each_time(value: float) -> Callable:
    """Return a resource function: a value, and on each retry as much again."""
    return lambda wildcards, attempt: int(value * attempt)


SMALL_JOB = {
    "mem_mb": more_each_time(600),
    "runtime": more_each_time(3),
    "disk_mb": more_each_time(100),
}
"""The request of a job that makes tables from tables."""


class JobResources:
    """Resource functions for the rules of a study."""

    def __init__(self, study: Study):
        self._study = study

    def of_dataset(self, needed: Callable[[Dataset], float]) -> Callable:
        """Return a resource function that depends on the dataset of a job."""
        datasets = self._study.datasets
        return lambda wildcards, attempt: ceil(needed(datasets[wildcards.dataset]) * attempt)

    def threads(self, forests: bool) -> Callable:
        """Return a threads function."""
        datasets = self._study.datasets
        return lambda wildcards: cost.threads(datasets[wildcards.dataset], forests)

    def mb(self, bytes_a_voxel: float, at_least: float = cost.AT_LEAST_MB) -> Callable:
        """Return a resource function: memory in MB."""
        return self.of_dataset(lambda d: cost.megabytes(d, bytes_a_voxel, at_least))

    def minutes(self, seconds_a_megavoxel: float, at_least_s: float = 10) -> Callable:
        """Return a resource function: run time in minutes."""
        return self.of_dataset(lambda d: cost.minutes(d, seconds_a_megavoxel, at_least_s))

    def disk(self, volumes: float) -> Callable:
        """Return a resource function: disk space in MB, for small files if no volume."""
        if not volumes:
            return more_each_time(10)
        return self.of_dataset(lambda d: cost.disk_megabytes(d, volumes))

    def job(
        self,
        bytes_a_voxel: float,
        seconds_a_megavoxel: float,
        volumes: float = 0,
        at_least_mb: float = cost.AT_LEAST_MB,
    ) -> dict[str, Callable]:
        """Return the resources of a job on a dataset.

        Parameters
        ----------
        bytes_a_voxel : float
            Memory.
        seconds_a_megavoxel : float
            CPU time as measured.
        volumes : float
            Number of 8-bit volumes that it writes.
        at_least_mb : float
            Memory for a dataset of no size.
        """
        return {
            "mem_mb": self.mb(bytes_a_voxel, at_least_mb),
            "runtime": self.minutes(seconds_a_megavoxel),
            "disk_mb": self.disk(volumes),
        }

    def annotating(self, job: UserJob) -> dict[str, Callable]:
        """Return the resources of a job that annotates an image."""
        variants, users = list(job.variants.values()), len(job.users)
        return {
            "mem_mb": self.of_dataset(lambda d: cost.annotating_megabytes(d, variants)),
            "runtime": self.of_dataset(lambda d: cost.annotating_minutes(d, variants, users)),
            "disk_mb": self.of_dataset(lambda d: cost.disk_megabytes(d, len(job.labelled) * users)),
        }

    def segmenting(self, job: UserJob) -> dict[str, Callable]:
        """Return the resources of a job that segments an image."""
        variants, users = list(job.variants.values()), len(job.users)
        return {
            "mem_mb": self.of_dataset(lambda d: cost.segmenting_megabytes(d, variants, users)),
            "runtime": self.of_dataset(lambda d: cost.segmenting_minutes(d, variants, users)),
            "disk_mb": self.disk(len(variants) * users),
        }

    def training(self) -> dict[str, Callable]:
        """Return the resources of a job that trains a network on a user's drawing."""
        study = self._study

        def needed(of_job):
            return lambda wildcards, attempt: ceil(
                attempt
                * of_job(study.datasets[wildcards.dataset], study.drawn_variant(wildcards.variant))
            )

        return self._on_device(
            {
                "mem_mb": needed(cost.training_megabytes),
                "runtime": needed(cost.training_minutes),
                "disk_mb": more_each_time(50),
            }
        )

    def training_start(self) -> dict[str, Callable]:
        """Return the resources of a job that trains a network that others begin with."""
        study = self._study

        def needed(of_job):
            return lambda wildcards, attempt: ceil(
                attempt * of_job(study.datasets, study.start_networks[wildcards.start])
            )

        return self._on_device(
            {
                "mem_mb": needed(cost.starting_megabytes),
                "runtime": needed(cost.starting_minutes),
                "disk_mb": more_each_time(50),
            }
        )

    def applying_network(self) -> dict[str, Callable]:
        """Return the resources of a job that labels an image with a network."""
        return self._on_device(
            self.job(cost.APPLYING_BYTES, cost.APPLYING_SECONDS, 1, cost.NETWORK_MB)
        )

    def _on_device(self, resources: dict[str, Callable]) -> dict:
        """Ask for a GPU where the study is trained on one."""
        return {**resources, **({"gpu": 1} if self._study.trains_on == "gpu" else {})}

    def filtering_mb(self, wildcards, attempt) -> int:
        """Return the memory, in MB, for filtering a tomogram."""
        return self.mb(self._filter(wildcards).bytes_a_voxel)(wildcards, attempt)

    def filtering_minutes(self, wildcards, attempt) -> int:
        """Return the run time, in minutes, for filtering a tomogram."""
        return self.minutes(self._filter(wildcards).seconds_a_megavoxel)(wildcards, attempt)

    def _filter(self, wildcards) -> Filter:
        return filters()[self._study.filters[wildcards.filter]["method"]]

    def measuring_mb(self, wildcards, attempt) -> int:
        """Return the memory, in MB, for a group of measures of segmentations, one at a time."""
        needed = group_called(wildcards.measures).bytes_a_voxel
        return self.mb(needed, cost.AT_LEAST_MB)(wildcards, attempt)

    def measuring_minutes(self, volumes: int) -> Callable:
        """Return a resource function: run time for a group of measures of some segmentations."""
        return lambda wildcards, attempt: self.minutes(
            volumes * group_called(wildcards.measures).seconds_a_megavoxel
        )(wildcards, attempt)

    def on_scan(self, shape_of: Callable, step: cost.ScanCost) -> dict[str, Callable]:
        """Return the resources of a step between projections and slices.

        Parameters
        ----------
        shape_of : callable
            From wildcards to projections, rows and columns of the scan.
        step : cost.ScanCost
        """
        datasets = self._study.datasets

        def resource(needed):
            return lambda wildcards, attempt: ceil(
                needed(datasets[wildcards.dataset], shape_of(wildcards), step) * attempt
            )

        return {
            "mem_mb": resource(cost.scan_megabytes),
            "runtime": resource(cost.scan_minutes),
            "disk_mb": resource(cost.scan_disk_megabytes),
        }

    def reconstructing(self, shape_of: Callable) -> dict[str, Callable]:
        """Return the resources of back-projection; see `on_scan`."""
        datasets = self._study.datasets

        def shapes(wildcards):
            dataset, scan = datasets[wildcards.dataset], shape_of(wildcards)
            return dataset, scan, reconstructed_shape(dataset, scan)

        def megabytes(wildcards, attempt):
            return ceil(cost.reconstructing_megabytes(*shapes(wildcards)) * attempt)

        def minutes(wildcards, attempt):
            return ceil(cost.reconstructing_minutes(*shapes(wildcards)[1:]) * attempt)

        def disk(wildcards, attempt):
            return ceil((20 + 4 * prod(shapes(wildcards)[2]) / 1e6) * attempt)

        def gpus(wildcards):
            settings = step_settings(datasets[wildcards.dataset], "reconstruct")
            return int(settings.get("device") == "gpu")

        return {"mem_mb": megabytes, "runtime": minutes, "disk_mb": disk, "gpu": gpus}

    def shifting(self, wanted: OutlineMap) -> dict[str, Callable]:
        """Return the resources of a job that paints an image with shifted outlines."""
        painted, shifts = self._study.variants[wanted.painted], len(wanted.shifts_px)
        users = min(self._study.users_per_job, len(wanted.users))
        return {
            "mem_mb": self.of_dataset(lambda d: cost.shifting_megabytes(d, painted, shifts)),
            "runtime": self.of_dataset(lambda d: cost.shifting_minutes(d, shifts, users)),
            "disk_mb": more_each_time(10),
        }

    def of_block(self, needed: Callable[[Dataset, Sequence[Mapping], int], float]) -> Callable:
        """Return a resource function of a job's dataset, and its block's variants and users."""
        study, blocks = self._study, {block.name: block for block in self._study.blocks}

        def resource(wildcards, attempt):
            block = blocks[wildcards.block]
            variants = [study.variants[name] for name in block.variants]
            return ceil(
                needed(study.datasets[wildcards.dataset], variants, len(block.users)) * attempt
            )

        return resource

    def submission(self, part: str, *, of_labels: bool = False) -> Callable:
        """Return a group function: the dataset, or for a large one the part of it that is named.

        A group is what a cluster gets in one submission; it plays no part on one machine. Each
        training of a network is a submission of its own, so what is measured `of_labels` cannot
        be in one with what is trained on.
        """
        if of_labels and networks_of(self._study):
            return lambda wildcards: f"labels.{part.format(**wildcards)}"

        def group(wildcards):
            if cost.goes_together(self._study, wildcards.dataset):
                return wildcards.dataset
            return part.format(**wildcards)

        return group

    @staticmethod
    def stack(
        chain: FibsemChain,
        bytes_a_voxel: float,
        seconds_a_megavoxel: float,
        volumes: float = 0,
        at_least_mb: float = cost.AT_LEAST_MB,
    ) -> dict[str, Callable]:
        """Return the resources of a job on the whole stack of a FIB-SEM chain.

        Parameters are those of `job`.
        """
        size = chain.stack_megavoxels
        return {
            "mem_mb": more_each_time(at_least_mb + bytes_a_voxel * size),
            "runtime": more_each_time(cost.stack_minutes(size, seconds_a_megavoxel)),
            "disk_mb": more_each_time(10 + volumes * size),
        }
