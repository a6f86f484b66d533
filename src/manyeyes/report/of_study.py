"""What the report must know of a study besides its tables, as plain values for a job."""

from collections.abc import Iterable, Sequence

from ..study.comparisons import unfiltered
from ..study.variants import with_offset
from .choosing import viewer_note


def study_for_report(
    study,
    one_of_each,
    *,
    about_paper: bool,
    viewed_users: Sequence[str],
    slice_step: int,
    missing: Sequence[str] = (),
) -> dict:
    """Return what `manyeyes.report.page.page` must know of a study.

    Parameters
    ----------
    study, one_of_each : manyeyes.study.Study
        The study, and the same with one realisation of each dataset.
    about_paper : bool
        Whether any segmented dataset is one of the paper.
    viewed_users : sequence of str
        Users whose segmentations the viewer shows.
    slice_step : int
        The viewer shows every n-th slice.
    missing : sequence of str
        What an unfinished study lacks, a sentence each.
    """
    datasets = {
        name: {
            "origin": d.origin,
            "material": d.material,
            "voxel_size_nm": d.voxel_size_nm,
            "shape": list(d.shape),
            **({"mask": d.mask} if d.mask is not None else {}),
            **({"active": "dark"} if d.inverted else {}),
            **({"reference": d.truth["file"]} if d.truth is not None else {}),
        }
        for name, d in one_of_each.datasets.items()
    }
    return {
        "name": study.name,
        "title": study.title,
        "missing": list(missing),
        "datasets": datasets,
        "about_paper": about_paper,
        "unfiltered": unfiltered(study),
        "segmented": list(dict.fromkeys(dataset for dataset, _ in one_of_each.images())),
        # A person who was asked and has not done anything yet is no user.
        "users": {
            name: user.made_by
            for name, user in study.users.items()
            if user.folder is None or user.recordings
        },
        "methods": {name: variant["method"] for name, variant in study.variants.items()},
        "viewer_note": viewer_note(viewed_users, list(study.users), slice_step),
        "with_offset": with_offset(study.variants),
        "filters_used": list(dict.fromkeys(filter_ for _, filter_ in one_of_each.images())),
        "grey_windows": {
            name: list(d.grey_window)
            for name, d in one_of_each.datasets.items()
            if isinstance(d.grey_window, tuple)
        },
        "pore_networks": bool(study.pore_networks),
        "settings": {
            "seed": study.seed,
            "datasets": {name: d.source for name, d in one_of_each.datasets.items()},
            "filters": study.filters,
            "population": study.population,
            "electrodes": study.electrodes,
            "baseline": study.baseline or "none",
        },
    }


def viewed_images(one_of_each, viewed_users: Iterable[str]) -> list[tuple[str, str]]:
    """Return the images (dataset, filter) of which the viewer shows a segmentation."""
    users = set(viewed_users)
    viewed = {(cell.dataset, cell.filter) for cell in one_of_each.cells() if cell.user in users}
    return [image for image in one_of_each.images() if image in viewed]


def viewed_shapes(one_of_each, viewed_users: Iterable[str]) -> list[tuple[int, int, int]]:
    """Return the shape of every segmentation that the viewer shows."""
    users = set(viewed_users)
    return [one_of_each.datasets[c.dataset].shape for c in one_of_each.cells() if c.user in users]
