# What the rules of the FIB-SEM chain need to know.

FIBSEM = BASELINE["fibsem"]
FIBSEM_SOURCE = FIBSEM["source"]
FIBSEM_TWIN = FIBSEM_SOURCE["kind"] == "twin"
FIBSEM_COMPARED_NM = FIBSEM["resample_nm"][-1]
STACK = f"{RESULTS}/fibsem"


def stack_megavoxels():
    z, y, x = FIBSEM_SOURCE.get("shape", [400, 1000, 1300])
    return z * y * x / 1e6


def final_megavoxels():
    z, y, x = FIBSEM["crop"]["shape"]
    return z * y * x / 1e6


def compared_megavoxels():
    """Return the size of the volume that is compared and drawn, after all resampling."""
    return final_megavoxels() * (FIBSEM["crop"]["voxel_size_nm"] / FIBSEM_COMPARED_NM) ** 3


def stack_megabytes(bytes_a_voxel, at_least=AT_LEAST_MB):
    """Return a resource function: what a job on the whole stack needs at most, in MB."""
    return more_each_time(at_least + bytes_a_voxel * stack_megavoxels())


def final_megabytes(bytes_a_voxel, at_least=AT_LEAST_MB):
    """Return a resource function: what a job on the resampled volume needs at most, in MB."""
    return more_each_time(at_least + bytes_a_voxel * final_megavoxels())


def stack_minutes(seconds_a_megavoxel):
    """Return a resource function: how long a job on the whole stack may take, in minutes."""
    return more_each_time(SLACK * (10 + seconds_a_megavoxel * stack_megavoxels()) / 60 + 1)


def stack_volumes(number):
    """Return a resource function: the space of so many 8-bit stacks, in MB."""
    return more_each_time(10 + number * stack_megavoxels())


def final_volumes(number):
    """Return a resource function: the space of so many 8-bit volumes of the final size, in MB."""
    return more_each_time(10 + number * final_megavoxels())


def compared_crops():
    """Return edges (z, y, x), in um, of each tomogram that is compared with the baseline."""
    datasets = [STUDY.datasets[name] for name in BASELINE["datasets"]]
    return {d.name: [n * d.voxel_size_nm / 1000 for n in d.shape] for d in datasets}


def volumes_of_views(wildcards):
    """Return what the chain's slices are cut from; truths for a twin only."""
    names = ["raw", "cropped", "destriped", "denoised", "labels", "filled"]
    found = {name: f"{STACK}/{name}.tif" for name in names}
    found["resampled"] = f"{STACK}/filled_{FIBSEM_COMPARED_NM:g}nm.tif"
    if FIBSEM_TWIN:
        found |= {"stack_truth": f"{STACK}/truth.tif", "truth": f"{RESULTS}/baseline/truth.tif"}
    return found | {"places": f"{STACK}/places.csv", "crop": f"{STACK}/crop.json"}


def files_of_chain():
    """Return what figures may read of the chain, by name; scores for a twin only."""
    found = {
        "views": f"{STACK}/views.npz",
        "told": f"{STACK}/views.json",
        "block": f"{RESULTS}/baseline/block.csv",
        "volume": f"{STACK}/filled_{FIBSEM_COMPARED_NM:g}nm.tif",
    }
    return found | ({"scores": f"{TABLES}/fibsem_scores.csv"} if FIBSEM_TWIN else {})
