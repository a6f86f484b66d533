"""What is wrong with the values of a well-formed config: codes, names, paths, sizes."""

import math
import posixpath
from collections.abc import Iterator, Mapping
from string import Formatter

import numpy as np

from ..labels import TRUTH_PHASES, phases_from_config, values_of
from .reading import simulated_names

# No job can hold more voxels or a larger electrode than these; such a value is a mistake.
MOST_VOXELS = 10**11
LARGEST_ELECTRODE_UM3 = 1e8

# Names that a pattern of recorded files may contain.
NAMES_IN_PATHS = ("dataset", "filter", "variant", "user")

# Names of blocks that would give a rule the name of another.
RESERVED_BLOCKS = ("recorded",)
# How the names of a population sample's blocks begin.
SAMPLED = "population_sample"


def sense_problems(config: Mapping) -> list[str]:
    """Return what is wrong with a config's values that a schema cannot express.

    The form of the config has passed `form.problems`. Each problem is one sentence that starts with
    the key.
    """
    checks = (_names, _codes, _sources, _repeated_datasets, _sizes, _recorded_paths)
    return list(dict.fromkeys(problem for check in checks for problem in check(config)))


def _recorded_users(config: Mapping) -> list[Mapping]:
    users = config["users"]
    if isinstance(users, Mapping):
        return users.get("recorded", [])
    return [entry for entry in users if isinstance(entry, Mapping)]


def _simulated_users(config: Mapping) -> list[str]:
    users = config["users"]
    if isinstance(users, Mapping):
        return simulated_names(users["simulated"])
    return [entry for entry in users if isinstance(entry, str)]


def _names(config: Mapping) -> Iterator[str]:
    """Yield names that would collide with others in a path, a rule or a table."""
    recorded = [entry["name"] for entry in _recorded_users(config)]
    simulated = _simulated_users(config)
    for name in recorded:
        if name in simulated:
            yield (
                f"users: {name!r} is a recorded user and a simulated one (simulated: n makes A, B, "
                "C, U04, U05, ...); give the person another name"
            )
    listed = {key: config[key] for key in ("datasets", "filters", "variants")}
    for key, names in {**listed, "users": dict.fromkeys([*simulated, *recorded])}.items():
        found: dict[str, str] = {}
        for name in names:
            other = found.setdefault(name.lower(), name)
            if other != name:
                yield (
                    f"{key}: {other} and {name} differ only in upper and lower case, which "
                    "some disks do not distinguish; rename one of them"
                )
    per_job = config.get("users_per_job", 1)
    for name in config.get("plan", {}):
        taken = per_job > 1 and _is_batch(name, config["plan"])
        if name in RESERVED_BLOCKS or name.startswith(SAMPLED) or taken:
            yield (f"plan.{name}: the workflow itself has rules of this name; rename the block")
    sample = config.get(SAMPLED, {})
    for name in sample.get("plan", {}):
        if sample.get("users_per_job", per_job) > 1 and _is_batch(name, sample["plan"]):
            key = f"{SAMPLED}.plan.{name}"
            yield f"{key}: the workflow itself has rules of this name; rename the block"
    if per_job > 1:
        for name in simulated:
            if "_to_" in name:
                yield (
                    f"users: {name!r} reads like a batch of users (first_to_last); rename the "
                    "user, or leave users_per_job out"
                )


def _is_batch(name: str, plan: Mapping) -> bool:
    """Return whether a block is called as the batches of another one are."""
    stem, _, number = name.rpartition("_batch")
    return stem in plan and number.isdigit()


def _codes(config: Mapping) -> Iterator[str]:
    for name, dataset in config["datasets"].items():
        if dataset["source"]["kind"] == "geometry":
            codes = dataset["source"]["codes"]
            key = f"datasets.{name}.source.codes"
            known = list(TRUTH_PHASES.codes)
            unknown = [phase for phase in codes if phase not in known]
            if unknown:
                yield f"{key}: {_listed(unknown)} is no phase; known are {', '.join(known)}"
            elif "active" not in codes or len(codes) < 2:
                yield (
                    f"{key}: expected active and at least one of {', '.join(known[1:])}, "
                    f"found {_listed(codes) or 'none'}"
                )
            yield from _repeated_values(codes, key)
        codes = (dataset.get("truth") or {}).get("codes")
        if codes is not None:
            key = f"datasets.{name}.truth.codes"
            known = [*TRUTH_PHASES.codes, "rest"]
            unknown = [phase for phase in codes if phase not in known]
            if unknown:
                yield f"{key}: {_listed(unknown)} is no phase; known are {', '.join(known)}"
            elif "active" not in codes or len(codes) < 2:
                yield f"{key}: expected active and another phase, found {_listed(codes) or 'none'}"
            yield from _repeated_values(codes, key)
    for user in _recorded_users(config):
        whole = user.get("recorded", [{**user, "kind": "segmentation"}])
        for record in whole:
            codes = record.get("codes")
            if codes is None:
                continue
            place = ".recorded" if "recorded" in user else ""
            key = f"users.{user['name']}{place}.codes"
            wanted = phases_from_config(config.get("phases")).codes
            if set(codes) != set(wanted):
                yield f"{key}: expected {' and '.join(wanted)}, found {_listed(codes) or 'none'}"
            for phase, code in codes.items():
                if 0 in values_of(code) and record.get("kind") != "segmentation":
                    yield (
                        f"{key}: 0 is unlabelled, and {phase} has the value 0 here; export labels "
                        "in which 0 means that nobody labelled the voxel"
                    )
            yield from _repeated_values(codes, key)


def _repeated_values(codes: Mapping, key: str) -> Iterator[str]:
    phases: dict[int, str] = {}
    for phase, code in codes.items():
        for value in values_of(code):
            other = phases.setdefault(value, phase)
            if other != phase:
                yield f"{key}: {value} means both {other} and {phase}; give each its own value"


def _listed(names) -> str:
    return ", ".join(str(name) for name in names)


def _sources(config: Mapping) -> Iterator[str]:
    """Yield types that numpy does not know, and braces in paths."""
    files = [("data_folder", config.get("data_folder") or "")]
    for name, dataset in config["datasets"].items():
        source = dataset["source"]
        key = f"datasets.{name}.source"
        files.append((f"{key}.file", source.get("file", "")))
        files.append((f"datasets.{name}.mask.file", _file_in(dataset.get("mask"))))
        files.append((f"datasets.{name}.truth.file", _file_in(dataset.get("truth"))))
        for setting in ("dataset", "raw"):
            if source["kind"] == "projections" and setting in source:
                yield (
                    f"{key}.{setting}: this says how a volume is read, and projections are none; "
                    "leave the key out"
                )
        wanted = source.get("expected_dtype")
        if wanted is not None and not _is_grey_type(wanted):
            yield (
                f"{key}.expected_dtype: {wanted!r} is no type of grey values; such are uint8, "
                "uint16, int16, uint32, float32"
            )
    chain = (config.get("baseline") or {}).get("fibsem", {})
    files.append(("baseline.fibsem.source.file", chain.get("source", {}).get("file", "")))
    for key, path in files:
        if "{" in path or "}" in path:
            yield f"{key}: {path!r} contains braces, which Snakemake takes for a pattern; rename it"


def _file_in(entry: object) -> str:
    return entry.get("file", "") if isinstance(entry, Mapping) else ""


def _is_grey_type(name: str) -> bool:
    try:
        return np.dtype(name).kind in "uif"
    except (TypeError, ValueError):
        return False


def _repeated_datasets(config: Mapping) -> Iterator[str]:
    """Yield datasets that are the same voxels of the same file."""
    found: dict[str, str] = {}
    for name, dataset in config["datasets"].items():
        source = dataset["source"]
        if source["kind"] != "file":
            continue
        file = source.get("sha256", posixpath.normpath(source["file"]))
        part = (file, source.get("dataset"), source.get("raw"), _crop_of(dataset))
        same = found.setdefault(repr((*part, dataset.get("grey_window"))), name)
        if same != name:
            yield (
                f"datasets: {same} and {name} are the same crop of the same file, which would "
                "count twice; keep one of them"
            )


def _crop_of(dataset: Mapping) -> tuple:
    crop = dataset["crop"]
    return crop.get("start", [0, 0, 0]), crop["shape"]


def _sizes(config: Mapping) -> Iterator[str]:
    shapes = {f"datasets.{name}.crop": d["crop"]["shape"] for name, d in config["datasets"].items()}
    chain = (config.get("baseline") or {}).get("fibsem", {})
    if chain:
        shapes["baseline.fibsem.crop"] = chain["crop"]["shape"]
        if "shape" in chain["source"]:
            shapes["baseline.fibsem.source"] = chain["source"]["shape"]
    for key, shape in shapes.items():
        if math.prod(shape) > MOST_VOXELS:
            yield (
                f"{key}.shape: {shape} are {math.prod(shape):.1e} voxels, more than any job can "
                "hold; crop less"
            )
    for name, electrode in config.get("electrodes", {}).items():
        if math.prod(electrode["size_um"]) > LARGEST_ELECTRODE_UM3:
            yield (
                f"electrodes.{name}.size_um: {electrode['size_um']} is more than can be filled "
                f"with particles ({LARGEST_ELECTRODE_UM3:.0e} cubic um); a twin needs a little "
                "more than its crop"
            )


def _recorded_paths(config: Mapping) -> Iterator[str]:
    """Yield patterns of recorded files that contain braces other than these names."""
    for user in _recorded_users(config):
        patterns = [("recorded.source.file", r["source"]["file"]) for r in user.get("recorded", ())]
        patterns += [("segmentation", user["segmentation"])] if "segmentation" in user else []
        for key, pattern in patterns:
            if not _is_pattern(pattern):
                yield (
                    f"users.{user['name']}.{key}: {pattern!r} may contain "
                    f"{', '.join(f'{{{name}}}' for name in NAMES_IN_PATHS)}, and no other braces"
                )
        folder = user.get("folder", "")
        if set("{}") & set(folder):
            yield (
                f"users.{user['name']}.folder: {folder!r} contains braces; a folder is named as it "
                "is, and holds <dataset>/<filter>/<variant>.<suffix>"
            )


def _is_pattern(pattern: str) -> bool:
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError:
        return False
    return all(
        not set("{}") & set(text)
        and not form
        and conversion is None
        and (name is None or name in NAMES_IN_PATHS)
        for text, name, form, conversion in parts
    )
