# What the rules of the FIB-SEM chain need to know.

FIBSEM = BASELINE["fibsem"]
FIBSEM_SOURCE = FIBSEM["source"]
FIBSEM_TWIN = FIBSEM_SOURCE["kind"] == "twin"
FIBSEM_COMPARED_NM = FIBSEM["resample_nm"][-1]
STACK = f"{RESULTS}/fibsem"


def stack_voxels(bytes_a_voxel, base=300):
    """Return what a job on the whole stack needs at most, in MB."""
    shape = FIBSEM_SOURCE.get("shape", [400, 1000, 1300])
    return int(base + bytes_a_voxel * shape[0] * shape[1] * shape[2] / 1e6)


def final_voxels(bytes_a_voxel, base=300):
    """Return what a job on the resampled volume needs at most, in MB."""
    z, y, x = FIBSEM["crop"]["shape"]
    return int(base + bytes_a_voxel * z * y * x / 1e6)


def compared_crops():
    """Return edges (z, y, x), in um, of each tomogram that is compared with the baseline."""
    datasets = [STUDY.datasets[name] for name in BASELINE["datasets"]]
    return {d.name: [n * d.voxel_size_nm / 1000 for n in d.shape] for d in datasets}
