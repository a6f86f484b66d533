"""The fuzzed readers: how valid, faulty and mutated inputs are made for each, and read."""

from dataclasses import dataclass
from pathlib import Path

import configs
import events
import folders
import models
import numpy as np
import people
import scans
import texts
import tiffs
import volumes


@dataclass(frozen=True)
class Reader:
    """A reader under test.

    Attributes
    ----------
    make : callable
        (rng, folder) -> Case; writes an input into the folder.
    read : callable
        path -> value; everything that the workflow does until the input is taken.
    """

    make: object
    read: object

    def warm_up(self, folder: Path) -> None:
        """Load what is loaded once, so that it counts for no input."""
        import random

        for number in range(3):
            place = folder / f"warm-{number}"
            place.mkdir()
            case = self.make(random.Random(number), place)
            try:
                self.read(case.path)
            except Exception:
                continue

    @staticmethod
    def same(found, expected) -> bool:
        """Say whether a value is the expected one, in type too."""
        if isinstance(expected, np.ndarray):
            return (
                isinstance(found, np.ndarray)
                and found.dtype == expected.dtype
                and found.shape == expected.shape
                and found.tobytes() == expected.tobytes()
            )
        if hasattr(expected, "equals"):
            return found.equals(expected)
        return found == expected


READERS = {
    "tomogram": Reader(tiffs.make_tomogram, tiffs.read_tomogram),
    "labels": Reader(tiffs.make_labels, tiffs.read_labels),
    "mapped": Reader(tiffs.make_mapped, tiffs.read_mapped),
    "slices": Reader(folders.make_slices, folders.read_all_slices),
    "zarr": Reader(folders.make_zarr, folders.read_zarr),
    "annotation": Reader(texts.make_annotation, texts.read_an_annotation),
    "table": Reader(texts.make_table, texts.read_a_table),
    "journal": Reader(texts.make_journal, texts.read_journal),
    "events": Reader(events.make_events, events.read_events),
    "dxchange": Reader(scans.make_dxchange, scans.read_scan),
    "txrm": Reader(scans.make_txrm, scans.read_scan),
    "hdf5": Reader(volumes.make_hdf5, volumes.read_any),
    "itk": Reader(volumes.make_itk, volumes.read_any),
    "amira": Reader(volumes.make_amira, volumes.read_any),
    "npy": Reader(volumes.make_npy, volumes.read_any),
    "raw": Reader(volumes.make_raw, volumes.read_raw),
    "png": Reader(volumes.make_png, volumes.read_any),
    "txm": Reader(volumes.make_txm, volumes.read_any),
    "model": Reader(models.make_network, models.read_model),
    "config": Reader(configs.make_config, configs.read_config),
    "ilastik": Reader(people.make_ilastik, people.read_some_labels),
    "rois": Reader(people.make_rois, people.read_some_labels),
    "shapes": Reader(people.make_shapes, people.read_some_labels),
    "person": Reader(people.make_person, people.read_a_person),
}
