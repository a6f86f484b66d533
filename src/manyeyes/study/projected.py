"""Datasets that are reconstructed from projections: what each step must know, and sizes.

Each step gets its own settings only, so that a change of one reruns it and what follows.
"""

from collections.abc import Mapping

from .model import Dataset, Study

KINDS = ("projections", "scanned_twin")
"""Kinds of sources that are reconstructed."""

STEPS: Mapping[str, tuple[str, ...]] = {
    "normalise": ("most_dead", "zingers", "zinger_sigmas", "zinger_width"),
    "phase": ("phase",),
    "prepare": ("floor", "rings", "ring_snr", "ring_large", "ring_small"),
    "axis": ("centre", "centre_rows"),
    "reconstruct": ("window", "field", "size", "extend", "device"),
}
"""Settings of each step, see `manyeyes.projections.steps.ReconstructionSettings`. ``rows`` belongs
to the first step that can leave rows out, and ``slab`` to every one."""

GIVEN_BY_TWIN = ("rows", "field", "size")
"""Settings that a scanned twin takes from its crop."""

# Of a scan whose header cannot be read yet: (projections, rows, columns), a large one.
UNKNOWN_SCAN = (1500, 1024, 1024)


def projected(study: Study) -> list[str]:
    """Return the segmented datasets that are reconstructed from projections."""
    names = dict.fromkeys(dataset for dataset, _ in study.images())
    return [name for name in names if study.datasets[name].source["kind"] in KINDS]


def starts_at_projections(study: Study) -> bool:
    """Return whether any dataset, segmented or not, is reconstructed from projections."""
    return any(dataset.source["kind"] in KINDS for dataset in study.datasets.values())


def is_scanned_twin(dataset: Dataset) -> bool:
    """Return whether a dataset's projections are those of a twin."""
    return dataset.source["kind"] == "scanned_twin"


def has_phase(dataset: Dataset) -> bool:
    """Return whether phase retrieval is asked for."""
    return dataset.source.get("reconstruction", {}).get("phase") is not None


def step_settings(dataset: Dataset, step: str) -> dict:
    """Return the settings of a step that are not the defaults, with those that a twin implies."""
    settings = dict(dataset.source.get("reconstruction", {}))
    if is_scanned_twin(dataset):
        _, rows, columns = dataset.shape
        # The detector sees all of the block, so nothing has to be guessed beyond it.
        settings = {"extend": False, **settings}
        settings |= {"size": max(rows, columns), "field": [0, rows, 0, columns]}
    # Phase retrieval mixes rows, so it takes all of them.
    crops_rows = "prepare" if has_phase(dataset) else "normalise"
    keys = [*STEPS[step], "slab", *(["rows"] if step == crops_rows else [])]
    return {key: settings[key] for key in keys if key in settings}


def scan_of_twin(dataset: Dataset):
    """Return the `ScanSettings` of a scanned twin, and the edge of the square that is scanned."""
    from ..projections.scanning import ScanSettings

    return ScanSettings(**dataset.source["scan"]), max(dataset.shape[1:])


def twin_scan_shape(dataset: Dataset) -> tuple[int, int, int]:
    """Return projections, rows and columns of the scan of a twin."""
    settings, edge = scan_of_twin(dataset)
    return settings.projections, dataset.shape[0], settings.columns(edge)


def reconstructed_shape(dataset: Dataset, scan_shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return slices, rows and columns of what is reconstructed.

    Raises
    ------
    ValueError
        If the wanted rows or the field are not within the detector.
    """
    from ..projections.reconstruct import check_field

    settings = dataset.source.get("reconstruction", {})
    _, rows, columns = scan_shape
    if is_scanned_twin(dataset):
        return dataset.shape
    first, end = settings.get("rows") or (0, rows)
    if not 0 <= first < end <= rows:
        raise ValueError(
            f"rows must be first and end row within the {rows} rows of the detector, found "
            f"[{first}, {end}]"
        )
    top, bottom, left, right = check_field(settings.get("field"), settings.get("size") or columns)
    return end - first, bottom - top, right - left
