"""Known datasets and electrodes, which a study takes by name instead of describing them again."""

from collections.abc import Iterator, Mapping

from .model import StudyError


def with_known(config: Mapping, known: Mapping) -> dict:
    """Return a config in which known datasets and electrodes are spelled out.

    A study takes known datasets by a list of names (``datasets: [NMC-1, NMC-2]``), by ``NMC-2:
    known``, or by ``known: NMC-2`` in an entry whose other keys change it. A changed mapping keeps
    the keys that it does not name, unless it has a ``kind`` of its own. Known electrodes are taken
    where a source names one that the study does not describe. A study of networks that find pores
    has no datasets and need not say so.

    Parameters
    ----------
    config : mapping
        A study; what has another form than expected is left to the schema.
    known : mapping
        ``datasets`` and ``electrodes``, as in ``config/datasets.yaml``.

    Returns
    -------
    dict
        A new one; the arguments are not changed.

    Raises
    ------
    StudyError
        If a dataset is named that is not known.
    """
    config = _with_kinds(config)
    datasets = config.get("datasets")
    if datasets is None and "pore_networks" in config:
        return {**config, "datasets": {}}
    if isinstance(datasets, list) and all(isinstance(name, str) for name in datasets):
        datasets = dict.fromkeys(datasets, "known")
    if not isinstance(datasets, Mapping):
        return dict(config)
    datasets = {
        name: _spelled_out(name, entry, known["datasets"]) for name, entry in datasets.items()
    }
    described = config.get("electrodes") or {}
    if not isinstance(described, Mapping):
        return {**config, "datasets": datasets}
    named = set(_electrodes_named([datasets, config.get("baseline")]))
    taken = {
        name: electrode
        for name, electrode in known["electrodes"].items()
        if name in named and name not in described
    }
    electrodes = {"electrodes": {**described, **taken}} if taken else {}
    return {**config, "datasets": datasets, **electrodes}


def _with_kinds(config: Mapping) -> Mapping:
    """Return a config in which ``kind: segmentation`` of a variant is spelled out as a method.

    A study of users with one finished segmentation each needs no variant of its own.
    """
    variants, users = config.get("variants"), config.get("users")
    if not isinstance(variants, Mapping):
        return config
    spelled = {
        name: {"method": "segmentation"} if entry == {"kind": "segmentation"} else entry
        for name, entry in variants.items()
    }
    users = users.get("recorded") if isinstance(users, Mapping) else users
    users = users if isinstance(users, list) else []
    needed = any(isinstance(user, Mapping) and "segmentation" in user for user in users)
    if needed and {"method": "segmentation"} not in spelled.values():
        spelled.setdefault("finished", {"method": "segmentation"})
    return {**config, "variants": spelled}


def _spelled_out(name: str, entry: object, known: Mapping) -> object:
    if entry == "known":
        entry = {"known": name}
    if not isinstance(entry, Mapping) or "known" not in entry:
        return entry
    if entry["known"] not in list(known):
        raise StudyError(
            f"datasets.{name}: {entry['known']!r} is no known dataset; known are "
            f"{', '.join(known)}. Describe another by material, voxel_size_nm, source and crop"
        )
    changes = {key: value for key, value in entry.items() if key != "known"}
    return _changed(known[entry["known"]], changes)


def _changed(base: Mapping, changes: Mapping) -> dict:
    """Return a mapping with changes, also within the mappings that it holds."""
    changed = dict(base)
    for key, value in changes.items():
        kept = changed.get(key)
        nested = isinstance(kept, Mapping) and isinstance(value, Mapping) and "kind" not in value
        changed[key] = _changed(kept, value) if nested else value
    return changed


def _electrodes_named(value: object) -> Iterator[str]:
    """Yield the names of electrodes anywhere in a part of a config."""
    if isinstance(value, Mapping):
        if isinstance(value.get("electrode"), str):
            yield value["electrode"]
        value = list(value.values())
    if isinstance(value, list):
        for entry in value:
            yield from _electrodes_named(entry)
