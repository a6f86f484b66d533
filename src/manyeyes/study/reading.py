"""Read a study from its config, and refuse what cannot be run.

The schema has already checked the form of the config (`form`); here names must refer to something.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..groups import RECORDED, SIMULATED
from ..labels import Phases, phases_from_config
from ..methods import METHODS, Method
from ..microstructure.registry import module_files
from .consistency import (
    check_ablation,
    check_repetitions,
    check_slices,
    check_twins,
)
from .model import (
    SOURCE_KINDS,
    Block,
    Dataset,
    OutlineMap,
    PopulationSample,
    Recording,
    Sensitivity,
    Study,
    StudyError,
    User,
    realisation_name,
)
from .networks import (
    all_seeds_of,
    check_networks,
    learned_blocks,
    start_networks,
    with_all_seeds,
)
from .people import FolderPeople, kind_of, people_with_folders
from .pore_networks import pore_networks_from_config
from .variants import learns_from, needs_forest

# Clips the share of the voxels that imaging clips unless told otherwise.
SCANNED_WINDOW = {"percentiles": [0.05, 99.95]}
# The paper's three users; further simulated ones are numbered.
FIRST_USERS = ("A", "B", "C")
FINISHED = "segmentation"
"""The method of finished segmentations, and the ``kind`` by which a config names it."""


def study_from_config(config: Mapping, folders: Mapping | None = None) -> Study:
    """Return the study that a config describes.

    Parameters
    ----------
    config : Mapping
        Already validated against ``workflow/schemas/study.schema.yaml``.
    folders : mapping of str to manyeyes.files.people.PersonFolder, optional
        What lies in the folders of recorded people, by their names.

    Raises
    ------
    StudyError
        If names refer to nothing, two users share a name, users cannot be put into jobs as asked
        for, a segmentation is planned twice, a twin does not fit into its electrode, nothing has
        a second realisation where there should be one, or nothing is planned at all.
    """
    datasets = {name: _dataset(name, entry) for name, entry in config["datasets"].items()}
    filters = {name: _ordered(entry) for name, entry in config["filters"].items()}
    training = config.get("network", {})
    entries = with_all_seeds(config["variants"], training)
    variants = _variants(entries, config.get("forest", {}))
    users = _users(config["users"], variants, datasets, filters)
    electrodes = {name: _ordered(entry) for name, entry in config.get("electrodes", {}).items()}
    planned = _planned_blocks(config.get("plan", {}), datasets, filters, variants, users)
    people = _folder_people(config, folders or {}, datasets, filters, variants, planned)
    users |= people.first
    # Without a simulated user, a plan says what people are asked for.
    blocks = [block for block in planned if block.users]
    blocks += _recorded_blocks(users, datasets, filters, variants)
    further = _recorded_blocks(people.further, datasets, filters, variants)
    blocks += learned_blocks(blocks, variants)
    starts = start_networks(config.get("start_networks", {}), training)
    sensitivity = _sensitivity(config.get("sensitivity"), datasets, filters, variants)
    outline_map = _outline_map(config.get("outline_map"), datasets, filters, variants)
    sample = _population_sample(config, datasets, filters, variants, users, blocks)
    pore_networks = pore_networks_from_config(config)
    anything = blocks or people.asked or sensitivity or outline_map or pore_networks
    if not anything:
        raise StudyError("plan: nothing is planned; name datasets, filters and variants")
    check_repetitions([*blocks, *further])
    sampled = sample.blocks if sample else ()
    check_networks([*blocks, *sampled], variants, datasets, filters, starts)
    check_twins(datasets, electrodes)
    check_slices(blocks, sensitivity, outline_map, datasets, variants)
    realisations = config.get("realisations", 1)
    expanded = _realised(datasets, realisations)
    if sample is not None:
        over_all = tuple(_over_realisations(block, expanded) for block in sample.blocks)
        sample = replace(sample, blocks=over_all)
    figures = config.get("figures", "all")
    return Study(
        name=config["study"],
        title=config.get("title", config["study"]),
        seed=str(config["seed"]),
        datasets=expanded,
        filters=filters,
        variants=variants,
        users=users,
        blocks=tuple(_over_realisations(block, expanded) for block in blocks),
        population=_population(config),
        electrodes=electrodes,
        baseline=_baseline(config.get("baseline"), datasets, electrodes),
        figures=None if figures == "all" else tuple(figures),
        report=config.get("report", {}),
        sensitivity=sensitivity,
        outline_map=outline_map,
        population_sample=sample,
        structures=_structures(config, variants, blocks),
        ablations=_ablations(config.get("ablations", {}), variants, blocks),
        imitators=_imitators(config.get("imitators"), users),
        comparisons=tuple(config.get("comparisons", ())),
        measures=_measures(config.get("measures", ())),
        phases=_phases(config.get("phases")),
        pore_networks=pore_networks,
        realisations=realisations,
        users_per_job=config.get("users_per_job", 1),
        further_sittings=people.further,
        asked=people.asked,
        unused=people.unused,
        maps=tuple(config.get("maps", ())),
        start_networks={name: _ordered(entry) for name, entry in starts.items()},
        trains_on=training.get("device", "cpu"),
    )


def _variants(entries: Mapping, forest: Mapping) -> dict[str, Mapping]:
    """Return the variants; those with a forest include its settings, so that changes rerun them."""
    variants = {}
    for name, entry in entries.items():
        variants[name] = _ordered(
            {**entry, "forest": dict(forest)} if needs_forest(entry) else entry
        )
    return variants


def _phases(entries: Mapping | None) -> Phases:
    try:
        return phases_from_config(entries)
    except ValueError as error:
        raise StudyError(f"phases: {error}") from error


def _dataset(name: str, entry: Mapping) -> Dataset:
    crop = entry["crop"]
    # What is scanned is reconstructed in real numbers, and is shown as what is imaged is.
    usual = SCANNED_WINDOW if entry["source"]["kind"] == "scanned_twin" else None
    window = entry.get("grey_window", usual)
    low_high = window["percentiles"] if isinstance(window, Mapping) else window
    if low_high is not None and not low_high[0] < low_high[1]:
        raise StudyError(
            f"datasets.{name}.grey_window: the lower end must be below the upper one, "
            f"found {list(low_high)}; for active material that is darker than the rest set "
            f"datasets.{name}.active: dark"
        )
    for key in ("mask", "active", "truth"):
        if key in entry and SOURCE_KINDS[entry["source"]["kind"]].has_truth:
            raise StudyError(
                f"datasets.{name}.{key}: this is for measured tomograms (source kinds file and "
                "projections); what we image ourselves fills its crop, and active material is "
                "bright in it, and its truth is known; leave the key out"
            )
    start = crop.get("start", (0, 0, 0))
    return Dataset(
        name=name,
        material=entry["material"],
        voxel_size_nm=float(entry["voxel_size_nm"]),
        source=_ordered(entry["source"]),
        shape=tuple(crop["shape"]),
        start=start if isinstance(start, str) else tuple(start),
        grey_window=tuple(window) if isinstance(window, list) else window,
        listed_as=name,
        ignores_voxel_size=entry.get("voxel_size_in_file") == "ignore",
        mask=_ordered(entry.get("mask")),
        active=entry.get("active", "bright"),
        shown_apart=entry.get("shown_apart", False),
        truth=_ordered(entry.get("truth")),
    )


def _realised(datasets: Mapping[str, Dataset], realisations: int) -> dict[str, Dataset]:
    """Return every realisation of each dataset; a measured one has only itself."""
    found = {}
    for name, dataset in datasets.items():
        for number in range(1, 1 + (realisations if dataset.is_modelled else 1)):
            realised = realisation_name(name, number)
            found[realised] = replace(dataset, name=realised, realisation=number)
    if realisations > 1 and len(found) == len(datasets):
        raise StudyError(
            f"realisations: {realisations} are wanted, but every dataset is measured, and a "
            "measured one has no other realisation; leave the key out or add a twin"
        )
    return found


def _over_realisations(block: Block, datasets: Mapping[str, Dataset]) -> Block:
    """Let a block run on all realisations; a recording belongs to the first alone."""
    names = [
        name
        for listed in block.datasets
        for name, dataset in datasets.items()
        if dataset.listed_as == listed and (dataset.realisation == 1 or block.made_by == SIMULATED)
    ]
    return replace(block, datasets=tuple(names))


def _ordered(value):
    """Return a config value with the keys of its mappings sorted.

    Snakemake compares parameters of jobs by their text; reordering keys in a YAML is no change.
    """
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_ordered(entry) for entry in value]
    return value


def simulated_names(count: int) -> list[str]:
    """Return the names of a number of simulated users: the paper's three, then numbered ones."""
    numbered = [f"U{number:02d}" for number in range(len(FIRST_USERS) + 1, count + 1)]
    return [*FIRST_USERS[:count], *numbered]


def _entries_of_users(entries: Iterable | Mapping) -> list:
    if isinstance(entries, Mapping):
        return [*simulated_names(entries["simulated"]), *entries.get("recorded", ())]
    return list(entries)


def _users(entries: Iterable | Mapping, variants, datasets, filters) -> dict[str, User]:
    users = {}
    for entry in _entries_of_users(entries):
        if isinstance(entry, str):
            user = User(entry)
        elif "folder" in entry:
            user = User(entry["name"], folder=entry["folder"])
        elif "segmentation" in entry:
            user = _recorded_user(_of_finished(entry, variants, datasets, filters), variants)
        else:
            user = _recorded_user(entry, variants)
        if user.name in users:
            raise StudyError(
                f"users: two users are called {user.name!r}; a user is known by name alone, "
                "so give each their own"
            )
        users[user.name] = user
    return users


def _folder_people(config, folders, datasets, filters, variants, planned) -> FolderPeople:
    """Return what people with a folder did."""
    entries = _entries_of_users(config["users"])
    entries = [e for e in entries if isinstance(e, Mapping) and "folder" in e]
    if not entries:
        return FolderPeople({}, {}, (), ())
    places = None
    if config.get("plan"):
        cells = (
            (dataset, filter_, variant)
            for block in planned
            for dataset in block.datasets
            for filter_ in block.filters
            for variant in block.variants
        )
        methods = {name: METHODS[variant["method"]] for name, variant in variants.items()}
        places = [cell for cell in dict.fromkeys(cells) if methods[cell[2]].takes_recordings]
    return people_with_folders(
        entries,
        folders,
        {"datasets": datasets, "filters": filters, "variants": variants},
        {name: variant["method"] for name, variant in variants.items()},
        places,
    )


def _of_finished(entry: Mapping, variants, datasets, filters) -> Mapping:
    """Return the entry of a person who has one finished segmentation of each dataset."""
    variant = next((n for n, v in variants.items() if v["method"] == FINISHED), None)
    if variant is None:
        raise StudyError(
            f"users.{entry['name']}.segmentation: no variant is a finished segmentation; add "
            "variants: {finished: {kind: segmentation}}"
        )
    raw = next((n for n, f in filters.items() if f.get("method") == "none"), next(iter(filters)))
    record = {
        "datasets": list(datasets),
        "filters": [raw],
        "variants": [variant],
        "source": {"file": entry["segmentation"]},
        "kind": "segmentation",
    }
    codes = {"codes": entry["codes"]} if "codes" in entry else {}
    return {"name": entry["name"], "recorded": [record | codes]}


def _recorded_user(entry: Mapping, variants: Mapping[str, Mapping]) -> User:
    name = entry["name"]
    recordings = []
    for record in entry["recorded"]:
        for dataset in record["datasets"]:
            for filter_ in record["filters"]:
                for variant in record["variants"]:
                    names = {"dataset": dataset, "filter": filter_, "variant": variant}
                    file = dict(record["source"])
                    # `sense` has checked that the pattern holds nothing else.
                    path = file["file"].format(user=name, **names)
                    method = METHODS.get(variants.get(variant, {}).get("method"))
                    finished = record.get("kind") == "segmentation"
                    file |= _files_of(path, method, finished or "url" in file)
                    is_numbers = file["file"].endswith(".json")
                    kind = "labels" if method is None else kind_of(method, is_numbers, finished)
                    recordings.append(
                        Recording(**names, file=file, codes=record.get("codes"), kind=kind)
                    )
    return User(name, tuple(recordings))


def _files_of(path: str, method: Method | None, as_named: bool) -> dict:
    """Return the file of an annotation, and what is taken where it is not there.

    Thresholds and windows are JSON beside label volumes, whatever the pattern's ending; seeds of a
    forest are either.
    """
    stem, dot, suffix = path.rpartition(".")
    is_volume = dot and suffix.lower() != "json"
    if method is None or as_named or not dot:
        return {"file": path}
    if method.kind.stored_as in ("threshold", "window"):
        return {"file": f"{stem}.json" if is_volume else path}
    if method.annotation == "seeds":
        return {"file": path, "beside": [f"{stem}.json"] if is_volume else [f"{stem}.tif"]}
    return {"file": path if is_volume else f"{stem}.tif"}


def _chosen(value, known: Iterable[str], key: str) -> tuple[str, ...]:
    """Return the names that a config key selects; ``all`` selects every known one."""
    known = list(known)
    chosen = known if value == "all" else list(value)
    for name in chosen:
        if name not in known:
            raise StudyError(
                f"{key}: there is no {name!r} in this study; known are {', '.join(known)}"
            )
    return tuple(chosen)


def _planned_blocks(plan, datasets, filters, variants, users) -> list[Block]:
    simulated = [user.name for user in users.values() if user.made_by == SIMULATED]
    blocks = []
    for name, entry in plan.items():
        key = f"plan.{name}"
        block = Block(
            name=name,
            datasets=_chosen(entry["datasets"], datasets, f"{key}.datasets"),
            filters=_chosen(entry["filters"], filters, f"{key}.filters"),
            variants=all_seeds_of(
                _chosen(entry["variants"], variants, f"{key}.variants"), variants
            ),
            users=_chosen(entry.get("users", "all"), simulated, f"{key}.users"),
        )
        for variant in block.variants:
            if block.users and METHODS[variants[variant]["method"]].annotate is None:
                raise StudyError(
                    f"{key}.variants: {variant!r} is for recorded users; it runs for the users "
                    "that name it under users.recorded, not by a plan"
                )
        blocks.append(block)
    return blocks


SAMPLE = "population_sample"
"""The config's key of the population sample, and how the names of its blocks begin."""


def _population_sample(
    config, datasets, filters, variants, users, blocks
) -> PopulationSample | None:
    entry = config.get(SAMPLE)
    if entry is None:
        return None
    names = simulated_names(entry["users"])
    panel = tuple(user.name for user in users.values() if user.made_by == SIMULATED)
    if list(panel) != names[: len(panel)] or not 0 < len(panel) < len(names):
        raise StudyError(
            f"{SAMPLE}.users: the study's users must be the first of the {len(names)} in the "
            f"sample ({', '.join(names[:4])} and so on), and fewer; found {', '.join(panel)}"
        )
    planned = {cell for block in blocks for cell in block.cells()}
    done = []
    for name, part in entry["plan"].items():
        key = f"{SAMPLE}.plan.{name}"
        block = Block(
            name=f"{SAMPLE}_{name}",
            datasets=_chosen(part["datasets"], datasets, f"{key}.datasets"),
            filters=_chosen(part["filters"], filters, f"{key}.filters"),
            variants=all_seeds_of(_chosen(part["variants"], variants, f"{key}.variants"), variants),
            users=tuple(names),
        )
        for cell in replace(block, users=panel).cells():
            if cell not in planned:
                raise StudyError(
                    f"{key}: {cell.variant} on {cell.dataset} ({cell.filter}) by {cell.user} is "
                    "not in the study's plan; the sample repeats what all users of the study do, "
                    "so plan it or take it out of the sample"
                )
        done.append(block)
    check_repetitions(done)
    users_per_job = entry.get("users_per_job", config.get("users_per_job", 1))
    return PopulationSample(tuple(done), panel, users_per_job)


def _recorded_blocks(users, datasets, filters, variants) -> list[Block]:
    blocks = []
    for user in users.values():
        for record in user.recordings:
            key = f"users.{user.name}.recorded"
            method = METHODS.get(variants.get(record.variant, {}).get("method"))
            if method is not None and not method.takes_recordings:
                raise StudyError(
                    f"{key}: {record.variant!r} ({method.title}) is set by nobody; take it off "
                    "the list"
                )
            _check_kind(record, method, key)
            blocks.append(
                Block(
                    name=_recorded_block(user.name, record),
                    datasets=_chosen([record.dataset], datasets, key),
                    filters=_chosen([record.filter], filters, key),
                    variants=_chosen([record.variant], variants, key),
                    users=(user.name,),
                    made_by=RECORDED,
                )
            )
    return blocks


def _check_kind(record: Recording, method: Method | None, key: str) -> None:
    """Refuse a file of numbers where labels are needed."""
    if method is not None and record.kind == "seeds" and method.annotation != "seeds":
        raise StudyError(
            f"{key}: {record.variant!r} ({method.title}) needs labels, found the pattern of a JSON "
            f"file, {record.file['file']!r}; name the label volume"
        )


def _recorded_block(user: str, record: Recording) -> str:
    """Return a unique name of a block; names in a config hold no dots."""
    return ".".join(["recorded", user, record.dataset, record.filter, record.variant])


def _imitators(count, users) -> tuple[str, ...]:
    if count is None:
        return ()
    if not any(user.recordings for user in users.values()):
        raise StudyError(
            "imitators: there is nobody to imitate; name a recorded user under users, or leave "
            "the key out"
        )
    return tuple(f"imitator {index + 1}" for index in range(count))


def _measures(names) -> tuple[str, ...]:
    known = module_files()
    for name in names:
        if name not in known:
            raise StudyError(f"measures: unknown group {name!r}; known are {', '.join(known)}")
    return tuple(names)


DEFAULT_STRUCTURE = "two_class"


def _population(config: Mapping, structure: str | None = None) -> Mapping:
    """Return the population that users of a structure, or of the study's own, are drawn from."""
    population = config.get("population", {})
    name = structure or population.get("structure", DEFAULT_STRUCTURE)
    differs = config.get("population_by_structure", {}).get(name, {})
    return _ordered({**population, **differs, **({"structure": structure} if structure else {})})


def _structures(config, variants, blocks) -> dict[str, Mapping]:
    structures = config.get("structures", ())
    own = config.get("population", {}).get("structure", DEFAULT_STRUCTURE)
    if own in structures:
        raise StudyError(
            f"structures: {own} is how this study's users are built anyway (population.structure); "
            "name the others only"
        )
    if structures and not config.get("plan"):
        raise StudyError("structures: there is no plan that others could repeat; plan something")
    networks = [n for block in blocks for n in block.variants if learns_from(variants[n])]
    if structures and networks:
        raise StudyError(
            f"structures: others repeat the whole plan, and {networks[0]} is a network, which is "
            "not trained again for them; plan networks in a study of their own"
        )
    return {name: _population(config, name) for name in structures}


def _ablations(entries, variants, blocks) -> dict[str, tuple[str, ...]]:
    ablations = {}
    for question, names in entries.items():
        key = f"ablations.{question}"
        ablations[question] = _chosen(names, variants, key)
        check_ablation(key, ablations[question], blocks)
    return ablations


def _sensitivity(entry, datasets, filters, variants) -> Sensitivity | None:
    if entry is None:
        return None
    base_runs = entry["base_runs"]
    for variant in _chosen(base_runs, variants, "sensitivity.base_runs"):
        method = variants[variant]["method"]
        if learns_from(variants[variant]):
            raise StudyError(
                f"sensitivity.base_runs: {variant!r} is a network, and thousands of users would "
                "each train one; take it off the list"
            )
        if not METHODS[method].traits:
            raise StudyError(
                f"sensitivity.base_runs: {variant!r} ({method}) does not depend on any trait of a "
                "simulated user; take it off the list"
            )
    return Sensitivity(
        datasets=_chosen(entry["datasets"], datasets, "sensitivity.datasets"),
        filters=_chosen(entry["filters"], filters, "sensitivity.filters"),
        base_runs={name: base_runs[name] for name in variants if name in base_runs},
    )


def _outline_map(entry, datasets, filters, variants) -> OutlineMap | None:
    if entry is None:
        return None
    key = "outline_map"
    images = tuple((dataset, filter_) for dataset, filter_ in entry["images"])
    for place, (dataset, filter_) in enumerate(images):
        _chosen([dataset], datasets, f"{key}.images[{place}]")
        _chosen([filter_], filters, f"{key}.images[{place}]")
        if (dataset, filter_) in images[:place]:
            raise StudyError(f"{key}.images: {dataset} ({filter_}) is listed twice; list it once")
    painted, slider = entry["painted"], entry["slider"]
    for role, variant in (("painted", painted), ("slider", slider)):
        _chosen([variant], variants, f"{key}.{role}")
        method = METHODS[variants[variant]["method"]]
        wanted = "drawing" if role == "painted" else "threshold"
        network = learns_from(variants[variant])
        if method.annotate is None or method.annotation != wanted or network:
            does = "painted by hand" if role == "painted" else "set with one slider"
            raise StudyError(
                f"{key}.{role}: {variant!r} ({method.name}) is not {does} by a simulated user; "
                "name a variant that is"
            )
    shifts = tuple(float(shift) for shift in entry["shifts_px"])
    if list(shifts) != sorted(set(shifts)) or not shifts[0] < 0 < shifts[-1]:
        raise StudyError(
            f"{key}.shifts_px: expected ascending numbers from below 0 to above 0, "
            f"found {list(shifts)}"
        )
    halves = [shift for shift in shifts if shift % 1 == 0.5]
    if halves:
        raise StudyError(
            f"{key}.shifts_px: {halves[0]:g} moves an edge, which lies between pixels, onto their "
            "centres, where corrections would leave out a whole row; no hand stops exactly there, "
            "so take other numbers"
        )
    return OutlineMap(images, painted, slider, tuple(simulated_names(entry["users"])), shifts)


def _baseline(entry, datasets, electrodes):
    if entry is None:
        return None
    _chosen(entry["datasets"], datasets, "baseline.datasets")
    return _ordered({**entry, "fibsem": _fibsem(entry["fibsem"], electrodes)})


# What the FIB-SEM chain does where the config says nothing.
_FIBSEM_DEFAULTS = {
    "destripe": {"method": "wavelet_fourier"},
    "align": {"method": "marks"},
    "denoise": {},
    "watershed": {},
    "resample_nm": [55, 126],
}


def _fibsem(entry, electrodes):
    filled = {**_FIBSEM_DEFAULTS, **entry}
    source = filled["source"]
    if source["kind"] == "twin" and source["electrode"] not in electrodes:
        raise StudyError(
            f"baseline.fibsem.source.electrode: there is no electrode {source['electrode']!r}; "
            f"known are {', '.join(electrodes) or 'none'}"
        )
    by_marks = source["kind"] == "file" and filled["align"]["method"] == "marks"
    if by_marks and "marks_box" not in source:
        raise StudyError(
            "baseline.fibsem: slices are aligned by tracking lines unless align says otherwise, so "
            "source.marks_box is needed (first and last row, first and last column of the lines in "
            "the first slice); a stack without such lines needs align: {method: structure}"
        )
    return filled
