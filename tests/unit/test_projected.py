"""Datasets from projections: settings by step, checks, costs, files between steps, the figure."""

from dataclasses import fields, replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import tifffile
import yaml

from figure_example import check_page, data_of
from manyeyes.figures.fig_projections import FIGURE, counted
from manyeyes.figures.jobs import files_of_figure
from manyeyes.files.errors import FileError
from manyeyes.files.reconstructions import write_slices
from manyeyes.files.sinograms import (
    read_angles,
    read_rows,
    stored_shape,
    write_angles,
    write_slabs,
)
from manyeyes.files.volumes import read_volume, volume_facts
from manyeyes.projections.scanning import ScanSettings
from manyeyes.projections.steps import ReconstructionSettings
from manyeyes.projections.views import half_turn_later, mirrored, reduced
from manyeyes.running.check_inputs import input_problems
from manyeyes.running.resources import JobResources
from manyeyes.study import cost
from manyeyes.study.form import problems
from manyeyes.study.models import model_problems
from manyeyes.study.projected import (
    STEPS,
    projected,
    reconstructed_shape,
    starts_at_projections,
    step_settings,
    twin_scan_shape,
)
from manyeyes.study.reading import StudyError, study_from_config
from manyeyes.study.targets import Targets
from running import TOP

SCHEMA = yaml.safe_load((TOP / "workflow/schemas/study.schema.yaml").read_text(encoding="utf-8"))
PROTOCOL = yaml.safe_load((TOP / "config/protocol.yaml").read_text(encoding="utf-8"))
SCAN = {"photons": 1000, "projections": 60, "material": "nmc532", "energy_kev": 40}


def config(source=None, **entry):
    """Return a config of one dataset of a file of projections, or of a scanned twin."""
    dataset = {
        "material": "NMC",
        "voxel_size_nm": 500,
        "source": source or {"kind": "projections", "file": "scan.h5"},
        "crop": {"shape": [8, 16, 16]},
        "grey_window": [0, 1],
    }
    return PROTOCOL | {
        "study": "mine",
        "seed": 1,
        "electrodes": {
            "one": {"kind": "nmc", "size_um": [30, 30, 30], "active_fraction": 0.5},
        },
        "datasets": {"cell": dataset | entry},
        "plan": {"simple": {"datasets": "all", "filters": ["raw"], "variants": ["S2"]}},
    }


def study(source=None, **entry):
    return study_from_config(config(source, **entry))


def measured(**reconstruction):
    return {"kind": "projections", "file": "scan.h5", "reconstruction": reconstruction}


def twin(**more):
    return {"kind": "scanned_twin", "electrode": "one", "scan": SCAN, **more}


# Settings.


def test_the_schema_knows_the_settings_of_a_reconstruction_and_no_others():
    names = [one.name for one in fields(ReconstructionSettings)]
    assert list(SCHEMA["$defs"]["reconstruction"]["properties"]) == names
    own = [key for keys in STEPS.values() for key in keys]
    assert sorted([*own, "rows", "slab"]) == sorted(names)


def test_a_step_gets_its_own_settings():
    given = {"zingers": False, "rings": True, "window": "ramp", "rows": [2, 10], "slab": 4}
    cell = study(measured(**given)).datasets["cell"]
    assert step_settings(cell, "normalise") == {"zingers": False, "slab": 4, "rows": [2, 10]}
    assert step_settings(cell, "prepare") == {"rings": True, "slab": 4}
    assert step_settings(cell, "reconstruct") == {"window": "ramp", "slab": 4}


def test_phase_retrieval_sees_all_rows():
    phase = {"distance_mm": 10, "energy_kev": 20, "delta_over_beta": 100}
    cell = study(measured(rows=[2, 10], phase=phase)).datasets["cell"]
    assert step_settings(cell, "normalise") == {}
    assert step_settings(cell, "phase") == {"phase": phase}
    assert step_settings(cell, "prepare") == {"rows": [2, 10]}


def test_a_twin_is_reconstructed_as_it_was_cut():
    cell = study(twin(), crop={"shape": [8, 16, 12]}).datasets["cell"]
    assert (cell.origin, cell.has_truth) == ("twin", True)
    wanted = {"extend": False, "size": 16, "field": [0, 16, 0, 12]}
    assert step_settings(cell, "reconstruct") == wanted
    assert reconstructed_shape(cell, (60, 8, 99)) == (8, 16, 12)
    # A square of 16 is 22.6 from corner to corner.
    assert twin_scan_shape(cell) == (60, 8, 25)


def test_a_twin_needs_no_window():
    entry = config(twin())
    del entry["datasets"]["cell"]["grey_window"]
    cell = study_from_config(entry).datasets["cell"]
    assert cell.grey_window == {"percentiles": [0.05, 99.95]}


def test_the_detector_sees_a_square_about_its_axis_from_all_angles():
    scan = ScanSettings(**SCAN, axis_offset=-7.5, drift=3.0)
    first, columns = scan.axis(40), scan.columns(40)
    half = np.hypot(40, 40) / 2
    for axis in (first, first + 3.0):
        assert half <= axis + 0.5
        assert axis + half <= columns - 0.5


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (measured(window="box"), "window must be one of"),
        (measured(zinger_width=4), "zinger_width must be odd"),
        (measured(phase={"distance_mm": 1}), "phase needs"),
        (twin(scan={"photons": 1000}), "scan needs projections"),
        (twin(scan=SCAN | {"material": "gold"}), "no attenuation is known for material 'gold'"),
        (twin(scan=SCAN | {"projections": 60.5}), "projections must be a whole number"),
        (twin(scan=SCAN | {"photon": 1}), "unknown key photon"),
        (twin(reconstruction={"field": [0, 8, 0, 8]}), "field of a scanned twin follow"),
    ],
)
def test_impossible_settings_are_told_with_their_key(source, words):
    (found,) = model_problems(study(source))
    assert found.startswith("datasets.cell.source.")
    assert words in found


def test_the_form_of_both_kinds_is_checked():
    assert problems(config(), SCHEMA) == []
    assert problems(config(twin()), SCHEMA) == []
    (found,) = problems(config(measured(ring=True)), SCHEMA)
    assert found.startswith("datasets.cell.source.reconstruction") and "'rings'" in found
    (found,) = problems(config({"kind": "scanned_twin", "electrode": "one"}), SCHEMA)
    assert "scan is missing" in found


def test_a_twin_must_fit_into_its_electrode_and_has_no_mask():
    with pytest.raises(StudyError, match="does not fit into electrode"):
        study(twin(), crop={"shape": [8, 100, 100]})
    with pytest.raises(StudyError, match="for measured tomograms"):
        study(twin(), mask="circle")


def test_both_kinds_have_their_tables():
    of_twin = Targets(study(twin())).tables()
    of_file = Targets(study()).tables()
    assert "results/mine/tables/projections.csv" in of_twin
    assert "results/mine/tables/projections.csv" in of_file
    assert "results/mine/tables/reconstruction_scores.csv" in of_twin
    assert "results/mine/tables/reconstruction_scores.csv" not in of_file
    assert projected(study()) == ["cell"]
    # A study of traits alone segments nothing, but needs the image.
    traits = replace(study(), blocks=())
    assert projected(traits) == [] and starts_at_projections(traits)


# Checks before any job.


@pytest.fixture
def scanned(tmp_path):
    """Return a function: the problems of a scan of 60 projections, 10 rows and 24 columns."""
    pytest.importorskip("h5py", reason="h5py is not installed")
    import h5py

    from manyeyes.files.projections.dxchange import write_dxchange

    def found(source=None, change=None, angles=None, **entry):
        angles = np.arange(60) * 3.0 if angles is None else angles
        counts = np.full((60, 10, 24), 500, np.uint16)
        path = tmp_path / "scan.h5"
        write_dxchange(path, counts, counts[:3], None, angles)
        if change is not None:
            with h5py.File(path, "r+") as file:
                change(file)
        return input_problems(study(source, **entry), lambda entry: str(tmp_path / entry["file"]))

    return found


def test_a_scan_that_fits_is_passed(scanned, tmp_path):
    assert scanned() == []
    assert scanned(measured(rows=[1, 9], field=[4, 20, 4, 20], centre=11.5)) == []
    (tmp_path / "scan.h5").unlink()
    assert input_problems(study(), lambda entry: str(tmp_path / entry["file"])) == []


@pytest.mark.parametrize(
    ("source", "entry", "words"),
    [
        (None, {"crop": {"shape": [11, 16, 16]}}, "the crop from [0, 0, 0] to [11, 16, 16]"),
        (measured(rows=[4, 10]), {}, "lies outside the volume of [6, 24, 24]"),
        (measured(rows=[4, 12]), {}, "within the 10 rows of the detector, found [4, 12]"),
        (measured(field=[0, 16, 10, 30]), {}, "field must be"),
        (measured(centre=24.0), {}, "centre: 24 is no column of the detector, which has 24"),
        (None, {"grey_window": None}, "need a grey_window"),
    ],
)
def test_what_a_scan_cannot_give_is_told(scanned, source, entry, words):
    (found,) = scanned(source, **entry)
    assert found.startswith("datasets.cell (") and words in found


def test_missing_whites_and_angles_are_told(scanned):
    (found,) = scanned(change=lambda file: file.pop("exchange/data_white"))
    assert found.startswith("datasets.cell: ") and "no images of the open beam" in found
    (found,) = scanned(change=lambda file: file.pop("exchange/theta"))
    assert "the angles of the projections are missing" in found
    found = scanned(angles=np.arange(60) * 1.0)
    assert any("the angles cover no half turn" in problem for problem in found)


def test_a_scan_of_zeiss_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "txrm2tiff", None)
    (tmp_path / "a.txrm").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    source = {"kind": "projections", "file": "a.txrm"}
    (found,) = input_problems(study(source), lambda entry: str(tmp_path / entry["file"]))
    assert "pip install txrm2tiff" in found and "zeiss" in found


# Costs.


def test_memory_is_that_of_a_slab_and_time_that_of_the_scan():
    cell = study(measured(slab=4)).datasets["cell"]
    scan = (1000, 500, 800)
    step = cost.ScanCost("slab", 10, 2.0, 4)
    # 1000 x 4 x 800 values of ten bytes beside 600 MB.
    assert cost.scan_megabytes(cell, scan, step) == pytest.approx(600 + 32)
    assert cost.scan_minutes(cell, scan, step) == pytest.approx(6 * (10 + 2 * 400) / 60)
    assert cost.scan_disk_megabytes(cell, scan, step) == pytest.approx(20 + 1600)
    assert cost.scan_values(cell, scan, "angles") == cost.ANGLES_AT_ONCE * 500 * 800
    assert cost.scan_values(cell, (1000, 3, 800), "slab") == 1000 * 3 * 800


def test_more_is_asked_for_when_a_step_is_tried_again():
    ask = JobResources(study(twin()))
    job = SimpleNamespace(dataset="cell")
    for resources in (
        ask.on_scan(lambda wildcards: (60, 8, 25), cost.NORMALISING),
        ask.reconstructing(lambda wildcards: (60, 8, 25)),
    ):
        for name in ("mem_mb", "runtime", "disk_mb"):
            once = resources[name](job, attempt=1)
            assert resources[name](job, attempt=2) == pytest.approx(2 * once, abs=2)


def test_slabs_are_those_of_the_settings():
    assert ReconstructionSettings().slab == cost.SLAB_ROWS
    assert ReconstructionSettings().centre_rows == cost.AXIS_ROWS


# Files between steps.


def test_projections_are_read_by_rows_and_by_angles(tmp_path):
    whole = np.random.default_rng(0).normal(size=(7, 10, 5)).astype(np.float32)
    path, other = tmp_path / "a.npy", tmp_path / "b.npy"
    write_slabs(path, whole.shape, (whole[:, first : first + 4] for first in (0, 4, 8)))
    write_angles(other, whole.shape, ((first, whole[first : first + 3]) for first in (0, 3, 6)))
    assert path.read_bytes() == other.read_bytes()
    assert stored_shape(path) == (7, 10, 5)
    assert np.array_equal(read_rows(path, 3, 9), whole[:, 3:9])
    assert np.array_equal(read_angles(path, 2, 7), whole[2:7])
    # As any NumPy file.
    assert np.array_equal(np.load(path), np.moveaxis(whole, 0, 1))


def test_a_damaged_file_and_missing_slabs_are_told(tmp_path):
    whole = np.zeros((7, 10, 5), np.float32)
    path = tmp_path / "a.npy"
    with pytest.raises(ValueError, match="4 rows were written, expected 10"):
        write_slabs(path, whole.shape, [whole[:, :4]])
    with pytest.raises(FileError, match=r"a\.npy: the projections cannot be read"):
        read_rows(path, 0, 2)
    write_slabs(path, whole.shape, [whole])
    with pytest.raises(FileError, match="rows 8 to 12 of 10"):
        read_rows(path, 8, 12)
    np.save(path, whole.astype(np.float64))
    with pytest.raises(FileError, match="found float64"):
        read_rows(path, 0, 2)


def test_slices_are_a_volume_with_its_voxel_size(tmp_path):
    whole = np.random.default_rng(0).normal(size=(5, 6, 7)).astype(np.float32)
    path = tmp_path / "a.tif"
    write_slices(path, [whole[:3], whole[3:]], whole.shape, 400.0)
    assert np.array_equal(read_volume(path), whole)
    facts = volume_facts(path)
    assert facts.voxel_size_nm == pytest.approx((400, 400, 400))
    assert np.array_equal(tifffile.memmap(path, mode="r"), whole)


# Pictures.


def test_pictures_are_means_over_blocks():
    assert np.array_equal(reduced(np.arange(6).reshape(2, 3)), np.arange(6).reshape(2, 3))
    image = np.add.outer(10.0 * np.arange(5), np.arange(4))
    assert np.array_equal(reduced(image, 2), [[10.5, 12.5]])


def test_a_mirrored_projection_is_that_half_a_turn_later():
    row = np.arange(8.0)[None]
    assert mirrored(row, 3.5)[0] == pytest.approx(row[0, ::-1])
    assert mirrored(row, 4.0)[0, 1:] == pytest.approx(np.arange(7.0, 0, -1))
    assert half_turn_later(np.arange(0, 360, 2.0)) == 90
    assert half_turn_later(np.arange(0, 180, 2.0) + 7) == 89


VIEWS = {
    "counts": (20, 30),
    "transmission": (20, 30),
    "zingers_before": (60, 30),
    "zingers_after": (60, 30),
    "attenuation": (60, 30),
    "axis_first": (20, 30),
    "axis_mirrored": (20, 30),
    "slice": (24, 24),
}
ROW = {
    "projections": 60,
    "rows": 20,
    "columns": 30,
    "dead": 3,
    "dead_true": 2.0,
    "zingers": 11,
    "zingers_true": np.nan,
    "floored": 0,
    "axis_column": 14.2,
    "axis_column_true": 14.25,
    "axis_spread": 0.08,
    "turned_deg": 177.0,
    "device": "cpu",
}


def drawn(names=("scan",), **more):
    draw = np.random.default_rng(0)
    # The table has all realisations, the figure shows the first.
    numbers = [{**ROW, "realisation": 1}, {**ROW, "realisation": 2, "dead": 99}]
    rows = [{"dataset": name, **row} for name in names for row in numbers]
    views = {name: draw.normal(size=shape) for name, shape in {**VIEWS, **more}.items()}
    return FIGURE.draw(
        data_of(
            {"projections": pd.DataFrame(rows)},
            dict.fromkeys(names, "twin"),
            projected=dict.fromkeys(names, views),
            voxel_sizes_nm=dict.fromkeys(names, 397),
        )
    )


def test_the_figure_shows_each_step_and_what_was_counted():
    words = check_page(drawn())
    assert "dead pixels 3 (in truth 2); zingers 11; floored values 0" in words
    assert "axis at column 14.20 (in truth 14.25), half of the rows within 0.08" in words
    assert "177° apart" in words and "rings are left" in words and "phase" not in words


def test_the_figure_shows_rings_and_phase_where_they_were_dealt_with():
    more = {"phase_before": (20, 30), "phase_after": (20, 30), "rings_before": (60, 30)}
    words = check_page(drawn(("one", "two"), **more))
    assert "after phase retrieval" in words and "without rings" in words


def test_an_axis_of_the_config_is_called_so():
    row = pd.Series(ROW | {"axis_spread": np.nan, "axis_column_true": np.nan})
    assert counted(row).endswith("axis at column 14.20, as the config says")


def test_the_figure_is_drawn_of_two_datasets_at_most():
    assert not FIGURE.needs(SimpleNamespace(images=list, datasets={}))
    whole = study()
    copies = {name: replace(whole.datasets["cell"], name=name) for name in ("a", "b", "c")}
    block = replace(whole.blocks[0], datasets=tuple(copies))
    several = replace(whole, datasets=copies, blocks=(block,))
    assert FIGURE.needs(several).datasets == ("a", "b")
    paths = {kind: f"{kind} {{}}".format for kind in ("tables", "projected")}
    assert files_of_figure("fig_projections", several, (), paths) == {
        "projections": "tables projections",
        "projected": ["projected a", "projected b"],
    }


def test_back_projection_on_a_graphics_card_asks_for_jax_before_any_job(monkeypatch):
    monkeypatch.setattr("manyeyes.study.models.is_installed", lambda: False)
    (problem,) = model_problems(study(measured(device="gpu")))
    assert problem.startswith("datasets.cell.source.reconstruction: networks and graphics cards")
    assert model_problems(study(measured(device="cpu"))) == []
    (problem,) = model_problems(study(measured(device="tpu")))
    assert "one of cpu, gpu: found 'tpu'" in problem
