"""Which files a study has, and where they lie."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from snakemake.exceptions import WorkflowError

from manyeyes.running.job_inputs import JobInputs
from manyeyes.study.chain import FibsemChain
from manyeyes.study.model import Cell
from manyeyes.study.paths import Paths, of_users
from manyeyes.study.reading import study_from_config
from manyeyes.study.targets import Targets

TOP = Path(__file__).parents[2]


def config_of(**changes):
    config = {}
    for name in ("protocol", "tiny"):
        config |= yaml.safe_load((TOP / f"config/{name}.yaml").read_text(encoding="utf-8"))
    return config | changes


@pytest.fixture(scope="module")
def tiny():
    return Targets(study_from_config(config_of(users_per_job=1)))


def simple(users, **changes):
    """Return the files of a study with thresholds only."""
    config = config_of(users=users, plan={"simple": {"filters": ["raw"], "datasets": "all"}})
    config["plan"]["simple"]["variants"] = ["S2"]
    for key in ("sensitivity", "baseline", "figures"):
        config.pop(key, None)
    return Targets(study_from_config(config | changes))


def test_paths_are_patterns_for_rules_and_for_python():
    paths = Paths("mine")
    assert paths.image == "results/mine/images/{dataset}/{filter}.tif"
    assert paths.image_of("a", "raw") == "results/mine/images/a/raw.tif"
    cell = Cell("a", "raw", "S2", "A")
    assert paths.segmentation_of(cell) == "results/mine/segmentations/a/raw/S2/A.tif"
    assert paths.drawing_of(cell) == "results/mine/annotations/a/raw/S2/A.tif"
    assert paths.table("spread") == "results/mine/tables/spread.csv"
    assert paths.table("spread", "md") == "results/mine/tables/spread.md"


def test_users_and_variants_of_a_job_are_filled_in_and_nothing_else():
    assert of_users("{dataset}/{variant}/{user}", ["S1", "S2"], ("A",)) == [
        "{dataset}/S1/A",
        "{dataset}/S2/A",
    ]


def test_a_drawing_has_a_volume_and_a_threshold_has_none(tiny):
    suffixes = [
        [Path(path).suffix for path in tiny.annotation_files(Cell("NMC-2", "raw", variant, "A"))]
        for variant in ("S2", "ML1", "MLX10")
    ]
    assert suffixes == [[".json"], [".json", ".tif"], [".json", ".tif"]]


def test_the_tables_of_a_study_are_those_that_it_can_fill(tiny):
    names = {Path(path).name for path in tiny.tables()}
    assert {"spread.csv", "baseline.csv", "fibsem_scores.csv", "sensitivity.md"} <= names
    assert not {"survival.csv", "ablation.csv", "strokes.csv", "choices.csv"} & names
    assert len(tiny.tables()) == len(set(tiny.tables()))


def test_a_map_over_outlines_has_a_part_for_each_image_and_batch():
    images = [["NEX-V", "raw"], ["NMC-2", "raw"]]
    wanted = {"images": images, "painted": "MLX10", "slider": "S2", "users": 5}
    targets = simple(["A"], outline_map={**wanted, "shifts_px": [-1, 0, 1]}, users_per_job=3)
    parts = [path.split("/parts/")[1] for path in targets.parts_of_outline_map()]
    assert parts == [
        f"outline_shifts/{dataset}/raw/{batch}.csv"
        for dataset in ("NEX-V", "NMC-2")
        for batch in ("A_to_C", "U04_to_U05")
    ]
    names = [Path(path).name for path in targets.tables()]
    tables = {"outline_shifts.csv", "outline_map.csv", "outline_people.csv", "outline_people.md"}
    assert tables <= set(names)
    assert len(names) == len(set(names))


def test_one_user_agrees_with_nobody():
    names = {Path(path).stem for path in simple(["A"]).tables()}
    assert "pairwise" in names
    assert not {"agreement", "errors", "recommendation"} & names
    alone = simple(["A"])
    assert alone.agreement_of_image() == {}
    assert len(alone.parts_of("pairwise")) == 2
    assert "agreement" in {Path(path).stem for path in simple(["A", "B"]).tables()}


def test_measurements_have_a_part_for_each_image_and_batch(tiny):
    parts = tiny.parts_of("volume_fractions")
    # Two datasets, two filters, three users.
    assert len(parts) == 12
    assert parts[:2] == [
        f"results/tiny/parts/volume_fractions/NMC-2/raw/{user}.csv" for user in "AB"
    ]
    batches = simple({"simulated": 4}, users_per_job=2)
    assert [Path(p).stem for p in batches.parts_of("accuracy")] == ["A_to_B", "C_to_U04"] * 2


def test_a_batch_has_the_variants_of_each_user_together(tiny):
    cells = tiny.cells_of_batch("NEX-V", "raw", "B")
    assert [cell.user for cell in cells] == ["B"] * 7
    assert [cell.variant for cell in cells][-2:] == ["MLX10", "MLX25"]


def test_users_of_an_image_are_ordered_by_variant(tiny):
    cells = tiny.cells_on_image("NMC-2", "raw")
    assert [cell.user for cell in cells[:3]] == ["A", "B", "C"]
    assert len({cell.variant for cell in cells[:3]}) == 1


def test_everything_that_is_kept_is_a_target(tiny):
    volumes = tiny.volumes()
    assert "results/tiny/truth/NMC-2.tif" in volumes
    assert "results/tiny/segmentations/NEX-V/raw/MLX25/C.tif" in volumes
    assert len(volumes) == len(set(volumes))


def test_a_study_that_cannot_make_a_listed_comparison_is_refused():
    entry = {"datasets": ["NMC-2"], "first": ["raw", "S2"], "second": ["raw", "MLX10"]}
    with pytest.raises(ValueError, match="MLX10"):
        simple(["A", "B", "C"], comparisons=[entry])


def test_the_chain_knows_the_size_of_its_volumes(tiny):
    chain = FibsemChain(tiny.study, tiny.paths)
    assert chain.is_twin
    assert chain.stack_megavoxels == pytest.approx(60 * 200 * 220 / 1e6)
    assert chain.final_megavoxels == pytest.approx(120 * 140 * 150 / 1e6)
    # Compared at twice the voxel size.
    assert chain.compared_megavoxels == pytest.approx(chain.final_megavoxels / 8)
    assert chain.resampled(220) == "results/tiny/fibsem/filled_220nm.tif"
    assert chain.crops_um() == {"NEX-V": [64 * 0.371] * 3}
    assert "scores" in chain.files_of_figures()


def with_file(**source):
    config = config_of(users=["A"], plan={})
    config["datasets"] = {
        "mine": {
            "material": "NMC",
            "voxel_size_nm": 400,
            "source": {"kind": "file", "file": "mine.tif", **source},
            "crop": {"shape": [8, 8, 8]},
        }
    }
    config["plan"] = {"simple": {"datasets": "all", "filters": ["raw"], "variants": ["S2"]}}
    for key in ("sensitivity", "baseline", "figures"):
        config.pop(key, None)
    return Targets(study_from_config(config))


def test_an_own_file_is_read_where_it_lies_and_a_public_one_is_fetched():
    own = JobInputs(with_file(), "data")
    job = SimpleNamespace(dataset="mine")
    assert own.source_file(job) == ["data/mine.tif"]
    assert own.fetched == {}
    with pytest.raises(WorkflowError, match=r"data/mine\.tif\nPut it there"):
        own.refuse_missing_files(own.image_entries())
    digest = "0123456789ab" + "0" * 52
    public = JobInputs(with_file(url="https://example.org/m.tif", sha256=digest), None)
    assert public.source_file(job) == ["resources/0123456789ab/mine.tif"]
    assert list(public.fetched) == ["0123456789ab"]
    public.refuse_missing_files(public.image_entries())


def test_a_pattern_of_no_names_matches_nothing(tiny):
    inputs = JobInputs(tiny, None)
    assert inputs.names_of("file") == "-none-"
    assert inputs.names_of("twin", "geometry") == "NMC-2|NEX-V"
    assert inputs.recorded_users() == "-none-"


def test_doubts_about_a_measured_tomogram_reach_the_report(tiny):
    assert with_file().warnings() == ["results/tiny/tomograms/mine.json"]
    assert tiny.warnings() == []


def test_how_a_file_is_read_is_a_parameter_only_where_the_config_says_so(tmp_path):
    job = SimpleNamespace(dataset="mine")
    plain = JobInputs(with_file(), str(tmp_path))
    assert plain.import_settings(job) == plain.dataset_settings(job)
    raw = {"shape": [8, 8, 8], "dtype": "uint8"}
    inputs = JobInputs(with_file(raw=raw), str(tmp_path))
    assert inputs.import_settings(job)["reading"] == {"raw": {"dtype": "uint8", "shape": [8, 8, 8]}}
    assert inputs.source_read(job) == [(str(tmp_path / "mine.tif"), {"raw": raw})]
    assert not inputs.holds_source(job)


def test_the_pieces_of_a_folder_are_a_parameter(tmp_path):
    job = SimpleNamespace(dataset="mine")
    (tmp_path / "mine.tif").mkdir()
    inputs = JobInputs(with_file(), str(tmp_path))
    assert "pieces" not in inputs.import_settings(job)
    (tmp_path / "mine.tif" / "1.tif").write_bytes(b"x")
    before = inputs.import_settings(job)["pieces"]
    (tmp_path / "mine.tif" / "1.tif").write_bytes(b"xy")
    assert inputs.import_settings(job)["pieces"] != before
