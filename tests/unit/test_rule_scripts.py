"""What scripts of rules share, and scripts that are no more than a few lines, run as jobs."""

import errno
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import tifffile

import collect_tables
import import_mask
from manyeyes.files.results import read_mask
from manyeyes.running import rule_script


class Files(SimpleNamespace):
    """Named inputs, as Snakemake hands them over."""

    def get(self, name, default=None):
        return getattr(self, name, default)


class Wildcards(SimpleNamespace):
    """Names of a job."""

    def __iter__(self):
        return iter(vars(self).values())


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_known_also_behind_another_error(code):
    full = OSError(code, "no room")
    assert rule_script.disk_is_full(full)
    try:
        try:
            raise full
        except OSError:
            raise RuntimeError("while tidying up")  # noqa: B904
    except RuntimeError as error:
        assert rule_script.disk_is_full(error)
    assert not rule_script.disk_is_full(OSError(errno.EACCES, "not yours"))
    assert not rule_script.disk_is_full(None)


def test_the_peak_of_memory_is_told_in_bytes(tmp_path, monkeypatch):
    status = tmp_path / "status"
    status.write_text("Name:\tpython\nVmPeak:\t  9000 kB\nVmHWM:\t  2000 kB\n")
    monkeypatch.setattr(rule_script, "STATUS", status)
    assert rule_script.peak_bytes() == 2000 * 1024


def test_parts_of_a_table_are_put_in_the_order_of_the_config(tmp_path):
    rows = {"one": [("d2", "B", 1), ("d2", "A", 2)], "two": [("d1", "B", 3), ("d1", "A", 4)]}
    for name, part in rows.items():
        table = pd.DataFrame(part, columns=["dataset", "user", "n"])
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    job = SimpleNamespace(
        input={"all": [tmp_path / "one.csv", tmp_path / "two.csv"], "one": [tmp_path / "one.csv"]},
        params=SimpleNamespace(order={"dataset": ["d1", "d2"], "user": ["A", "B"]}, listed=None),
        output={name: tmp_path / f"{name}.table.csv" for name in ("all", "one")},
    )
    collect_tables.main(job)
    assert pd.read_csv(tmp_path / "all.table.csv")["n"].tolist() == [4, 3, 2, 1]
    assert pd.read_csv(tmp_path / "one.table.csv")["n"].tolist() == [2, 1]


def test_a_mask_of_single_bits_is_taken_over_and_cropped(tmp_path):
    source = np.random.default_rng(0).integers(1, 255, (6, 20, 24)).astype(np.uint8)
    inside = np.zeros(source.shape, bool)
    inside[:, 3:18, 5:20] = True
    tifffile.imwrite(tmp_path / "source.tif", source)
    tifffile.imwrite(tmp_path / "given.tif", inside)
    start, shape = (1, 0, 4), (4, 16, 20)
    job = SimpleNamespace(
        rule="import_mask",
        wildcards=Wildcards(dataset="cell"),
        input=Files(source=tmp_path / "source.tif", mask=[tmp_path / "given.tif"]),
        params=SimpleNamespace(
            dataset={
                "start": start,
                "shape": shape,
                "voxel_size_nm": 400,
                "mask": {"file": "given.tif"},
            }
        ),
        output=SimpleNamespace(mask=tmp_path / "mask.tif"),
        log=[],
    )
    import_mask.main(job)
    assert np.array_equal(read_mask(tmp_path / "mask.tif"), inside[1:5, :16, 4:24])
