"""What people with a folder were asked for, what of it they did, and what has no place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..methods import METHODS, Method
from .model import Recording, StudyError, User, sitting_name

Place = tuple[str, str, str]
"""Dataset, filter and variant."""


@dataclass(frozen=True)
class FolderPeople:
    """What the folders of people hold of a study.

    Attributes
    ----------
    first, further : dict of str to User
        First sittings and further ones, by the name of the user.
    asked : tuple of (dataset, filter, variant)
    unused : tuple of str
        A sentence for each file that has no place in the study.
    """

    first: dict[str, User]
    further: dict[str, User]
    asked: tuple[Place, ...]
    unused: tuple[str, ...]


def people_with_folders(
    entries: Iterable[Mapping],
    folders: Mapping[str, object],
    known: Mapping[str, Iterable[str]],
    methods: Mapping[str, str],
    planned: Iterable[Place] | None,
) -> FolderPeople:
    """Return what people did whose work lies in a folder each.

    Parameters
    ----------
    entries : iterable of Mapping
        Those of the config: ``name``, ``folder`` and perhaps ``codes``.
    folders : mapping of str to manyeyes.files.people.PersonFolder
        What lies in each, by the person's name; a person without is one who has not begun.
    known : mapping
        The names of the study's ``datasets``, ``filters`` and ``variants``.
    methods : mapping of variant to str
    planned : iterable of (dataset, filter, variant), or None
        The plan; None without one, and then people are asked for whatever one of them did.

    Returns
    -------
    FolderPeople

    Raises
    ------
    StudyError
        If there are two files for one thing.
    """
    entries = list(entries)
    allowed = None if planned is None else _allowed(planned, known, methods)
    done: set[Place] = set()
    first, further, unused = {}, {}, []
    for entry in entries:
        name, folder = entry["name"], folders.get(entry["name"])
        sittings: dict[int, dict[Place, object]] = {1: {}}
        for file in folder.files if folder else ():
            why = _why_unused(file, known, methods, allowed)
            if why:
                unused.append(f"{file.path}: {why}")
                continue
            place = (file.dataset, file.filter, file.variant)
            found = sittings.setdefault(file.sitting, {})
            found[place] = _one_of(found.get(place), file, METHODS[methods[file.variant]])
            done.add(place)
        unused += folder.strange if folder else ()
        codes = entry.get("codes") or (folder.codes if folder else None)
        note = folder.note if folder else ""
        for sitting, files in sorted(sittings.items()):
            recordings = tuple(
                _recording(place, files[place], codes, methods) for place in _in_order(files, known)
            )
            user = User(
                name=sitting_name(name, sitting),
                recordings=recordings,
                folder=entry["folder"],
                person=name if sitting > 1 else "",
                sitting=sitting,
                note=note,
            )
            (first if sitting == 1 else further)[user.name] = user
    wanted = done | set(planned or ()) or _everything(known, methods)
    return FolderPeople(first, further, tuple(_in_order(wanted, known)), tuple(unused))


def _why_unused(file, known: Mapping, methods: Mapping[str, str], allowed) -> str | None:
    """Return why a file has no place in a study; None if it has one."""
    for kind in ("dataset", "filter", "variant"):
        names, name = list(known[f"{kind}s"]), getattr(file, kind)
        if name not in names:
            return f"the study has no {kind} {name!r}, so the file is not used; it has " + (
                ", ".join(names)
            )
    method = METHODS[methods[file.variant]]
    if not method.takes_recordings:
        return f"{file.variant} ({method.title}) is set by nobody, so the file is not used"
    if file.is_numbers and not _takes_numbers(method):
        return f"{file.variant} ({method.title}) needs labels, not numbers; the file is not used"
    if allowed is not None and (file.dataset, file.filter, file.variant) not in allowed:
        return (
            f"{file.variant} on {file.dataset} ({file.filter}) is not in the plan, so the file is "
            "not used"
        )
    return None


def _takes_numbers(method: Method) -> bool:
    return method.kind.stored_as in ("threshold", "window") or method.annotation == "seeds"


def _one_of(before, file, method: Method):
    """Return the file that counts of two for one thing, or refuse them."""
    if before is None:
        return file
    raise StudyError(
        f"users: {before.path} and {file.path} are both {file.variant} on {file.dataset} "
        f"({file.filter}) by one person in one sitting; keep one of them"
    )


def _recording(place: Place, file, codes: Mapping | None, methods: Mapping) -> Recording:
    kind = kind_of(METHODS[methods[file.variant]], file.is_numbers)
    codes = codes if kind in ("labels", "segmentation") else None
    return Recording(*place, file={"file": file.path}, codes=codes, kind=kind)


def kind_of(method: Method, is_numbers: bool, finished: bool = False) -> str:
    """Return what a person's file holds, a key of `RECORDING_KINDS`.

    Parameters
    ----------
    method : Method
        Of the variant.
    is_numbers : bool
        Whether the file holds numbers; else it is a volume.
    finished : bool
        Whether the config says that it is a finished segmentation.
    """
    if is_numbers:
        return "seeds" if method.keeps_labels else "numbers"
    return "labels" if method.keeps_labels and not finished else "segmentation"


def _in_order(places: Iterable[Place], known: Mapping[str, Iterable[str]]) -> list[Place]:
    """Return places in the order of the config."""
    orders = [{name: i for i, name in enumerate(known[key])} for key in known]
    return sorted(places, key=lambda place: [o[n] for o, n in zip(orders, place, strict=True)])


def _allowed(planned: Iterable[Place], known: Mapping, methods: Mapping[str, str]) -> set[Place]:
    """Return what a plan lets people do.

    What it names, and on its images the variants that only people can do, which a plan for
    simulated users does not name.
    """
    planned = list(planned)
    only = [v for v in known["variants"] if METHODS[methods[v]].annotate is None]
    return {*planned, *((*image, v) for image in {place[:2] for place in planned} for v in only)}


def _everything(known: Mapping, methods: Mapping[str, str]) -> list[Place]:
    """Return all that people could be asked for, where nothing says what."""
    return [
        (dataset, filter_, variant)
        for dataset in known["datasets"]
        for filter_ in known["filters"]
        for variant in known["variants"]
        if METHODS[methods[variant]].takes_recordings
    ]


def what_is_missing(study) -> list[str]:
    """Return a line for each person with a folder who did not do all, and for what has no place.

    Parameters
    ----------
    study : Study
        As planned.
    """
    lines = []
    for user in study.users.values():
        if user.folder is None:
            continue
        left = left_out(study, user)
        if left and not user.recordings:
            lines.append(f"{user.name}: nothing is recorded in {user.folder} yet")
        elif left:
            names = ", ".join(f"{v} on {d} ({f})" for d, f, v in left)
            lines.append(f"{user.name} is left out of {names}: nothing is recorded for it")
    return [*lines, *study.unused]


def work_of_people(study) -> list[dict]:
    """Return everything that people recorded or were asked for, in the order of the config.

    Returns
    -------
    list of dict
        ``person``, ``sitting``, ``user``, ``dataset``, ``filter``, ``variant`` and ``file`` (as
        seen from the person's folder; empty for what is missing).
    """
    known = {key: getattr(study, key) for key in ("datasets", "filters", "variants")}
    rows = []
    for user in study.recorded_users():
        lost = {cell[:3] for cell in map(_names, study.lost) if cell[3] == user.name}
        files = {(r.dataset, r.filter, r.variant): r.file["file"] for r in user.recordings}
        missing = left_out(study, user) if user.sitting == 1 else []
        for place in _in_order({*files, *missing} - lost, known):
            file = files.get(place, "")
            if user.folder is not None and file:
                file = "/".join(file.split("/")[-3:])
            rows.append(
                {
                    "person": user.person or user.name,
                    "sitting": user.sitting,
                    "user": user.name,
                    **dict(zip(("dataset", "filter", "variant"), place, strict=True)),
                    "file": file,
                }
            )
    return rows


def _names(cell) -> tuple[str, str, str, str]:
    return cell.dataset, cell.filter, cell.variant, cell.user


def left_out(study, user: User) -> list[Place]:
    """Return what a person with a folder was asked for and did not do."""
    if user.folder is None:
        return []
    done = {(r.dataset, r.filter, r.variant) for r in user.recordings}
    return [place for place in study.asked if place not in done]
