"""Groups of measures: what they measure, on volumes with known answers, in any phases."""

import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from manyeyes.labels import THREE_PHASES, TRUTH_PHASES, TWO_PHASES, Phase, Phases, truth_in_phases
from manyeyes.microstructure._regions import inner_box, open_phases
from manyeyes.microstructure.registry import ALL_AXES, group_called, module_files, title
from manyeyes.microstructure.tables import microstructure_table, true_microstructure_table
from manyeyes.running.checkout_files import Checkout

TOP = Path(__file__).parents[2]

Cell = namedtuple("Cell", "dataset filter variant user made_by")
GROUPS = list(module_files())


def slabs(codes=(1, 2), layers=4, size=16):
    """Layers of a thickness across z, each code in its turn."""
    z = np.indices((size,) * 3)[0]
    return np.array(codes, np.uint8)[(z // layers) % len(codes)]


def blobs(codes=(1, 2), size=24, seed=0):
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal((size,) * 3), 2)
    ranks = noise.ravel().argsort().argsort().reshape(noise.shape)
    return np.array(codes, np.uint8)[ranks * len(codes) // noise.size]


def values(group, labels, phases=TWO_PHASES, voxel_size_nm=1000.0):
    found = group_called(group).measure(labels, phases, voxel_size_nm)
    return {(name, phase, axis): value for name, phase, axis, value in found}


def test_the_groups_are_those_that_a_study_can_name():
    assert GROUPS == ["fractions", "particles", "pores", "surfaces", "transport"]
    with pytest.raises(KeyError):
        group_called("registry")


@pytest.mark.parametrize("group", GROUPS)
def test_each_number_is_declared_named_once_and_the_same_for_all_labels(group):
    declared = group_called(group).measures
    for phases, codes in ((TWO_PHASES, (1, 2)), (THREE_PHASES, (1, 2, 3))):
        found = list(group_called(group).measure(blobs(codes), phases, 400.0))
        keys = [number[:3] for number in found]
        assert len(set(keys)) == len(keys)
        assert {number.measure for number in found} <= set(declared)
        again = list(group_called(group).measure(slabs(codes[::-1]), phases, 400.0))
        assert [number[:3] for number in again] == keys
    # Every declared measure exists for some phases.
    assert {number.measure for number in found} == set(declared)


@pytest.mark.parametrize("group", GROUPS)
def test_a_round_field_of_view_leaves_every_number_defined(group):
    labels = blobs(size=32)
    y, x = np.indices(labels.shape[1:]) - 15.5
    labels[:, np.hypot(y, x) > 15.5] = 0
    found = values(group, labels)
    missing = [key for key, value in found.items() if not np.isfinite(value)]
    # So small a volume need not hold a whole particle.
    assert group == "particles" or not missing


def test_fractions_of_slabs():
    found = values("fractions", slabs((1, 1, 2)))
    # 16 layers hold 8 + 4 + ... : 4, 4, 4 and 4 of the first.
    assert found["volume_fraction", "active", ""] == pytest.approx(12 / 16)
    assert found["volume_fraction", "rest", ""] == pytest.approx(4 / 16)
    assert found["layer_deviation", "active", "z"] == pytest.approx(np.sqrt(12 / 16 * 4 / 16))
    assert found["layer_deviation", "active", "x"] == pytest.approx(0, abs=1e-12)


def test_transport_through_slabs():
    found = values("transport", slabs())
    assert found["effective_diffusivity", "rest", "z"] == 0
    assert found["tortuosity_factor", "rest", "z"] == np.inf
    assert found["tortuosity_factor", "rest", "x"] == pytest.approx(1, abs=1e-6)
    assert found["effective_diffusivity", "rest", ALL_AXES] == pytest.approx(1 / 3, abs=1e-6)
    assert found["tortuosity_factor", "rest", ALL_AXES] == pytest.approx(1.5, abs=1e-5)
    assert found["percolating_share", "active", "y"] == 1
    assert found["percolating_share", "active", "z"] == 0
    # The first layer touches one end face across z; the third touches none.
    assert found["dead_end_share", "active", "z"] == found["isolated_share", "active", "z"] == 0.5
    # Two plates.
    assert found["Euler_number_density", "active", ""] == pytest.approx(2 / 16**3)


def test_ions_move_through_the_pore_alone_or_with_the_binder():
    labels = slabs((1, 2, 3), layers=2)
    found = values("transport", labels, THREE_PHASES)
    share = np.isin(labels, [2, 3]).mean()
    assert found["effective_diffusivity", "pore+cbd", "x"] == pytest.approx(share)
    assert found["effective_diffusivity", "pore", "x"] == pytest.approx((labels == 3).mean())
    assert open_phases(TWO_PHASES) == {"rest": [2]}
    assert open_phases(TRUTH_PHASES) == {"pore": [3], "pore+cbd": [3, 2]}
    sei = Phases((*TWO_PHASES, Phase("sei", 7, "interphase", "#101010")))
    assert open_phases(sei) == {"rest+sei": [2, 7]}


def test_surfaces_of_three_phases_add_up():
    found = values("surfaces", blobs((1, 2, 3)), THREE_PHASES, 500.0)
    of = {key: found["specific_surface", key, ""] for key in ("active", "cbd", "pore")}
    assert found["contact_area", "active|cbd", ""] == pytest.approx(
        (of["active"] + of["cbd"] - of["pore"]) / 2
    )
    assert found["triple_line", "active|cbd|pore", ""] > 0
    two = values("surfaces", blobs(), voxel_size_nm=500.0)
    assert list(two) == [("specific_surface", "active", "")]


def test_lengths_scale_with_the_voxel_and_ratios_do_not():
    # Voxels so large that no particle is below the least size.
    labels = blobs(size=32)
    for group in GROUPS:
        once, twice = (
            values(group, labels, voxel_size_nm=2000.0),
            values(group, labels, voxel_size_nm=4000.0),
        )
        powers = {"": 0, "degrees": 0, "µm": 1, "1/µm": -1, "1/µm²": -2, "1/µm³": -3, "µm³": 3}
        for key, value in once.items():
            scale = 2.0 ** powers[group_called(group).measures[key[0]].unit]
            assert twice[key] == pytest.approx(scale * value, rel=1e-5, nan_ok=True), key


def test_tables_name_cell_number_and_unit():
    cell = Cell("one", "raw", "S2", "A", "simulated")
    group = group_called("surfaces")
    table = microstructure_table([(cell, blobs())], {"one": 400.0}, group, TWO_PHASES)
    assert list(table.columns[:5]) == list(Cell._fields)
    assert table.iloc[0][["measure", "phase", "axis", "unit"]].to_list() == [
        "specific_surface",
        "active",
        "",
        "1/µm",
    ]
    empty = microstructure_table([], {}, group, TWO_PHASES)
    assert list(empty.columns) == list(table.columns)
    assert empty.dtypes.equals(table.dtypes)
    with pytest.raises(ValueError, match="found values from 1 to 3"):
        microstructure_table([(cell, blobs((1, 2, 3)))], {"one": 400.0}, group, TWO_PHASES)


def test_a_truth_is_measured_as_people_see_it_and_in_three_phases():
    truth = blobs((1, 2, 3, 4))
    table = true_microstructure_table(
        [("one", truth)], {"one": 400.0}, group_called("fractions"), TWO_PHASES
    )
    fractions = table[table["measure"] == "volume_fraction"].set_index("phase")["value"]
    assert fractions.to_dict() == pytest.approx(
        {"active": 0.25, "rest": 0.75, "cbd": 0.25, "pore": 0.5}, abs=1e-3
    )
    assert not table.duplicated(["dataset", "measure", "phase", "axis"]).any()


def test_a_truth_in_the_phases_of_a_study():
    truth = np.array([1, 2, 3, 4], np.uint8)
    assert truth_in_phases(truth, TWO_PHASES).tolist() == [1, 2, 2, 2]
    assert truth_in_phases(truth, THREE_PHASES).tolist() == [1, 2, 3, 3]
    assert truth_in_phases(truth, TRUTH_PHASES).tolist() == [1, 2, 3, 4]
    pores = Phases((Phase("active", 9, "a", "#000000"), Phase("pore", 5, "p", "#ffffff")))
    assert truth_in_phases(truth[[0, 2, 3]], pores).tolist() == [9, 5, 5]
    with pytest.raises(ValueError, match="carbon-binder domain, which has no place"):
        truth_in_phases(truth, pores)
    with pytest.raises(ValueError, match="a truth holds"):
        truth_in_phases(np.array([1, 5], np.uint8), TWO_PHASES)


def test_the_inner_box_lies_inside_and_is_as_large_as_it_can_be():
    labels = np.ones((6, 40, 40), np.uint8)
    assert inner_box(labels) == (slice(0, 6), slice(0, 40), slice(0, 40))
    y, x = np.indices((40, 40)) - 19.5
    labels[:, np.hypot(y, x) > 20] = 0
    box = inner_box(labels)
    assert labels[box].all()
    assert box[0] == slice(0, 6)
    assert box[1] == box[2]
    wider = slice(box[1].start - 1, box[1].stop + 1)
    assert not labels[:, wider, wider].all()
    assert inner_box(np.zeros((6, 8, 8), np.uint8)) is None


def test_titles_are_words():
    assert title("tortuosity_factor") == "Tortuosity factor"
    assert title("Euler_number_density") == "Euler number density"


def test_planning_imports_no_group_of_measures_that_is_heavy():
    code = (
        "import sys; from manyeyes.microstructure.registry import group_called, module_files\n"
        "for name in module_files(): group_called(name)\n"
        "print(sorted({'numba', 'scipy', 'pandas', 'skimage'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_costs_are_declared():
    for name in GROUPS:
        group = group_called(name)
        assert group.seconds_a_megavoxel > 0
        assert group.bytes_a_voxel > 0


def test_particles_that_cannot_be_told_apart_have_no_numbers():
    cell = Cell("one", "raw", "S2", "A", "simulated")
    for name in GROUPS:
        group = group_called(name)
        table = microstructure_table(
            [(cell, blobs())], {"one": 2000.0}, group, TWO_PHASES, separable=False
        )
        assert table["value"].isna().all() == (name == "particles")


def test_an_edit_of_a_group_measures_that_group_again_and_no_other(tmp_path):
    def digests(edited=""):
        top = tmp_path / (edited.replace("/", "-") or "as it is")
        shutil.copytree(TOP / "src", top / "src", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(TOP / "workflow/scripts", top / "workflow/scripts")
        if edited:
            path = top / "src/manyeyes" / edited
            path.write_text(f"{path.read_text(encoding='utf-8')}\n\nEDITED = 1\n", encoding="utf-8")
        checkout = Checkout(top, top / "src")
        script = "measure_microstructure.py"
        return {name: checkout.code_of(script, groups=[name]) for name in GROUPS}

    before = digests()
    for edited in ("microstructure/pores.py", "measures/pore_sizes.py"):
        after = digests(edited)
        assert {name for name in GROUPS if after[name] != before[name]} == {"pores"}
