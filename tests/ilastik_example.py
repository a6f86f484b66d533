"""An ilastik project, laid out as ilastik 1.3.3 writes one (seen in projects of its users)."""

import json

import h5py
import numpy as np

FEATURES = (
    "GaussianSmoothing",
    "LaplacianOfGaussian",
    "GaussianGradientMagnitude",
    "DifferenceOfGaussians",
    "StructureTensorEigenvalues",
    "HessianOfGaussianEigenvalues",
)
SCALES = (0.3, 0.7, 1.0, 1.6, 3.5, 5.0, 10.0)
PICKLED = b"cos\nsystem\n(S'touch /tmp/pickled'\ntR."


def write_project(path, lanes, axes="zyx", version="1.3.3post2", names=("active", "pore")):
    """Write a project of Pixel Classification.

    Parameters
    ----------
    path : path-like
    lanes : sequence of (shape, blocks)
        Of each image its shape along `axes`, and the blocks of labels: pairs of a place, a tuple of
        slices along the axes without the channel, and the labels there.
    axes : str
        Of the images; labels have the channel at the end.
    """
    with h5py.File(path, "w") as file:
        file["ilastikVersion"] = version
        file["workflowName"] = b"Pixel Classification"
        chosen = np.zeros((len(FEATURES), len(SCALES)), bool)
        chosen[0, 0] = chosen[3, 2] = True
        features = file.create_group("FeatureSelections")
        features["FeatureIds"] = np.array([name.encode() for name in FEATURES])
        features["Scales"] = np.array(SCALES)
        features["SelectionMatrix"] = chosen
        features["ComputeIn2d"] = np.arange(len(SCALES)) == 0
        features["StorageVersion"] = b"0.1"
        classifier = file.create_group("PixelClassification")
        classifier["ClassifierFactory"] = np.void(PICKLED)
        classifier["StorageVersion"] = b"0.1"
        classifier["LabelNames"] = np.array([name.encode() for name in names])
        sets = classifier.create_group("LabelSets")
        for number, (shape, blocks) in enumerate(lanes):
            info = file.create_group(f"Input Data/infos/lane{number:04d}/Raw Data")
            tags = [{"key": a, "typeFlags": 2, "resolution": 0, "description": ""} for a in axes]
            info["axistags"] = json.dumps({"axes": tags}, indent=2)
            info["filePath"] = f"image-{number}.tif"
            info["location"] = b"FileSystem"
            if version.startswith("1.3.3"):
                info["shape"] = np.array(shape)
            lane = sets.create_group(f"labels{number:03d}")
            for index, (place, labels) in enumerate(blocks):
                block = lane.create_dataset(f"block{index:04d}", data=labels[..., np.newaxis])
                text = ",".join(f"{part.start}:{part.stop}" for part in (*place, slice(0, 1)))
                block.attrs["blockSlice"] = f"[{text}]"


def blocks_of(labels, size):
    """Return the blocks of labels of a volume that hold any, as ilastik keeps them."""
    found = []
    for corner in np.ndindex(*(-(-n // size) for n in labels.shape)):
        place = tuple(
            slice(size * c, min(size * (c + 1), n))
            for c, n in zip(corner, labels.shape, strict=True)
        )
        if labels[place].any():
            found.append((place, labels[place]))
    return found
