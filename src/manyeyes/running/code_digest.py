"""A digest of the code that a script runs, so that edits rerun what they concern and no more.

Snakemake notices an edited script but not an edited module that the script imports, and it takes
an edited comment for an edit. The rules therefore pass this digest to their jobs as a parameter,
and the profile lets changed parameters, not changed code, start a rerun.
"""

import ast
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple


def code_digest(
    script: Path, roots: Sequence[Path], without: str = "", also: Sequence[Path] = ()
) -> str:
    """Return a digest of a script and of every module below some folders that it imports.

    Comments, docstrings and layout do not count, nor do imports of installed packages; these are
    pinned by the lock file. A CSV file beside a module and of its name counts with it.

    Parameters
    ----------
    script : Path
    roots : sequence of Path
        The folders that imports are looked up in; one that is a package stands for this package
        alone, whatever else is installed beside it.
    without : str, optional
        Dotted name of a package that the script imports only where it is needed, for a job that
        does not need it: what is imported through it does not count.
    also : sequence of Path, optional
        Modules that the script finds by itself, without an import statement.

    Returns
    -------
    str
        12 hexadecimal digits, the same for any version of Python.
    """
    digest = hashlib.sha256()
    roots = tuple(_root(folder.resolve()) for folder in roots)
    left_out = {root.folder.joinpath(*without.split(".")) for root in roots} if without else set()
    found = _closure([script.resolve(), *(path.resolve() for path in also)], roots, left_out)
    for name, path in sorted((_name_below(roots, path), path) for path in found):
        digest.update(name.encode())
        digest.update(_meaning(path).encode())
    return digest.hexdigest()[:12]


class _Root(NamedTuple):
    """A folder that imports are looked up in, and the only package in it that counts, if any."""

    folder: Path
    package: str


def _root(folder: Path) -> _Root:
    is_package = (folder / "__init__.py").is_file()
    return _Root(folder.parent, folder.name) if is_package else _Root(folder, "")


def _name_below(roots: Sequence[_Root], path: Path) -> str:
    """Return a path as seen from the folder that holds it, which is the same on any machine."""
    # In an installed package, the scripts are in a folder below that of the library.
    folders = (root.folder for root in roots if path.is_relative_to(root.folder))
    return path.relative_to(max(folders, key=lambda folder: len(folder.parts))).as_posix()


def _closure(waiting: list[Path], roots: tuple[_Root, ...], left_out: set[Path]) -> set[Path]:
    found = set()
    while waiting:
        path = waiting.pop()
        if path not in found and left_out.isdisjoint(path.parents):
            found.add(path)
            waiting.extend(_imported_files(path, roots))
    return found


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def _imported_files(path: Path, roots: tuple[_Root, ...]) -> tuple[Path, ...]:
    files = []
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, path, roots)
            # What is imported from a package may be a name in it or a module of its own, or a name
            # that the package imports from one of its modules on first use (`manyeyes.lazy`).
            lazy = _lazy_names(base, roots)
            used = [lazy.get(alias.name, alias.name) for alias in node.names]
            names = [base, *(f"{base}.{name}" for name in used)]
        else:
            continue
        for name in names:
            files.extend(_files_of(name, roots))
    return tuple(files)


@cache
def _lazy_names(package: str, roots: tuple[_Root, ...]) -> dict[str, str]:
    """Return the public names that a package imports on first use, and the module of each."""
    for root in roots:
        init = root.folder.joinpath(*package.split("."), "__init__.py")
        for node in _tree(init).body if init.is_file() else ():
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_MODULE_OF":
                return ast.literal_eval(node.value)
    return {}


def _absolute(node: ast.ImportFrom, path: Path, roots: tuple[_Root, ...]) -> str:
    if not node.level:
        return node.module or ""
    package = Path(_name_below(roots, path)).parent.parts
    parent = package[: len(package) - (node.level - 1)]
    return ".".join([*parent, *([node.module] if node.module else [])])


def _files_of(name: str, roots: tuple[_Root, ...]) -> Iterator[Path]:
    """Yield the files that importing a dotted name runs, those of its parents among them."""
    parts = name.split(".")
    for folder, package in roots:
        for part in parts if package in ("", parts[0]) else ():
            for path in (folder / f"{part}.py", folder / part / "__init__.py"):
                if path.is_file():
                    yield path
            folder = folder / part


@cache
def _meaning(path: Path) -> str:
    numbers = path.with_suffix(".csv")
    data = numbers.read_text(encoding="utf-8") if numbers.is_file() else ""
    return _dump(_without_docstrings(_tree(path))) + data


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                del node.body[0]
    return tree


def _dump(node: object) -> str:
    """Write a syntax tree without what is empty: new versions of Python add empty fields."""
    if isinstance(node, ast.AST):
        fields = ((name, value) for name, value in ast.iter_fields(node) if name != "kind")
        fields_written = [
            f"{name}={_dump(value)}" for name, value in fields if value not in (None, [])
        ]
        # An explicit None is a Constant whose value is left out above; its type remains.
        return f"{type(node).__name__}({','.join(fields_written)})"
    if isinstance(node, list):
        return "[" + ",".join(_dump(entry) for entry in node) + "]"
    return repr(node)
