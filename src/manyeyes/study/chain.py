"""The FIB-SEM chain of a study: its settings, the sizes of its volumes, and its files."""

from collections.abc import Mapping
from math import prod

from .model import Study
from .paths import Paths

# Of a stack whose shape the config does not state: (slices, rows, columns), a large one.
STACK_SHAPE = (400, 1000, 1300)


class FibsemChain:
    """The FIB-SEM baseline of a study that has one."""

    def __init__(self, study: Study, paths: Paths):
        self.settings: Mapping = study.baseline["fibsem"]
        self.source: Mapping = self.settings["source"]
        self.is_twin = self.source["kind"] == "twin"
        self.electrode = self.source.get("electrode")
        self.description = study.electrodes.get(self.electrode)
        # The voxel size at which the volume is compared with tomograms, and drawn.
        self.compared_nm = self.settings["resample_nm"][-1]
        self._compared = [study.datasets[name] for name in study.baseline["datasets"]]
        self._paths = paths
        self._folder = f"{paths.results}/fibsem"
        self.block = f"{paths.results}/baseline/block.csv"
        self.scatter = f"{paths.results}/baseline/scatter.csv"
        self.truth = f"{paths.results}/baseline/truth.tif"

    def file(self, name: str) -> str:
        """Return the path of a file of the chain."""
        return f"{self._folder}/{name}"

    def resampled(self, voxel_size_nm: float) -> str:
        """Return the path of the volume after resampling."""
        return self.file(f"filled_{voxel_size_nm:g}nm.tif")

    @property
    def stack_megavoxels(self) -> float:
        """Size of the raw stack."""
        return prod(self.source.get("shape", STACK_SHAPE)) / 1e6

    @property
    def final_megavoxels(self) -> float:
        """Size of the volume after the crop."""
        return prod(self.settings["crop"]["shape"]) / 1e6

    @property
    def compared_megavoxels(self) -> float:
        """Size of the volume that is compared and drawn, after all resampling."""
        zoom = self.settings["crop"]["voxel_size_nm"] / self.compared_nm
        return self.final_megavoxels * zoom**3

    def crops_um(self) -> dict[str, list[float]]:
        """Return edges (z, y, x), in um, of each tomogram that is compared with the baseline."""
        return {d.name: [n * d.voxel_size_nm / 1000 for n in d.shape] for d in self._compared}

    def files_of_views(self) -> dict[str, str]:
        """Return the files, by name, that slices are cut from; truths for a twin only."""
        names = ["raw", "cropped", "destriped", "denoised", "labels", "filled"]
        found = {name: self.file(f"{name}.tif") for name in names}
        found["resampled"] = self.resampled(self.compared_nm)
        if self.is_twin:
            found |= {"stack_truth": self.file("truth.tif"), "truth": self.truth}
        return found | {"places": self.file("places.csv"), "crop": self.file("crop.json")}

    def files_of_figures(self) -> dict[str, str]:
        """Return the files, by name, that figures may read; scores for a twin only."""
        found = {
            "views": self.file("views.npz"),
            "facts": self.file("views.json"),
            "block": self.block,
            "volume": self.resampled(self.compared_nm),
        }
        return found | ({"scores": self._paths.table("fibsem_scores")} if self.is_twin else {})
