"""A digest of the code that a script runs, so that edits rerun what they concern and no more.

Snakemake notices an edited script but not an edited module that the script imports, and it takes
an edited comment for an edit. The rules therefore hand this digest to their jobs as a parameter,
and the profile lets changed parameters, not changed code, start a rerun.
"""

import ast
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path


def code_digest(
    script: Path, roots: Sequence[Path], without: str = "", modules: Sequence[str] = ()
) -> str:
    """Return a digest of a script and of every module below some folders that it imports.

    Comments, docstrings and layout do not count, nor do imports of installed packages; these are
    pinned by the lock file.

    Parameters
    ----------
    script : Path
    roots : sequence of Path
        The folders that imports are looked up in.
    without : str, optional
        Dotted name of a package that the script imports only where it is needed, for a job that
        does not need it: what is imported through it does not count.
    modules : sequence of str, optional
        Dotted names of modules that the script loads by name, such as those of the methods that a
        job uses; they count like imported ones.

    Returns
    -------
    str
        12 hexadecimal digits, the same for any version of Python.
    """
    digest = hashlib.sha256()
    roots = tuple(root.resolve() for root in roots)
    left_out = {root.joinpath(*without.split(".")) for root in roots} if without else set()
    named = [path for name in modules for path in _files_of(name, roots)]
    found = _closure([script.resolve(), *named], roots, left_out)
    for name, path in sorted((_name_below(roots, path), path) for path in found):
        digest.update(name.encode())
        digest.update(_meaning(path).encode())
    return digest.hexdigest()[:12]


def _name_below(roots: Sequence[Path], path: Path) -> str:
    """Return a path as seen from the folder that holds it, which is the same on any machine."""
    (root,) = (root for root in roots if path.is_relative_to(root))
    return path.relative_to(root).as_posix()


def _closure(start: Sequence[Path], roots: tuple[Path, ...], left_out: set[Path]) -> set[Path]:
    found, waiting = set(), list(start)
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
def _imported_files(path: Path, roots: tuple[Path, ...]) -> tuple[Path, ...]:
    files = []
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, path, roots)
            # What is imported from a package may be a name in it or a module of its own.
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            files.extend(_files_of(name, roots))
    return tuple(files)


def _absolute(node: ast.ImportFrom, path: Path, roots: tuple[Path, ...]) -> str:
    if not node.level:
        return node.module or ""
    package = Path(_name_below(roots, path)).parent.parts
    parent = package[: len(package) - (node.level - 1)]
    return ".".join([*parent, *([node.module] if node.module else [])])


def _files_of(name: str, roots: tuple[Path, ...]) -> Iterator[Path]:
    """Yield the files that importing a dotted name runs, those of its parents among them."""
    for folder in roots:
        for part in name.split("."):
            module, package = folder / f"{part}.py", folder / part / "__init__.py"
            if module.is_file():
                yield module
            if package.is_file():
                yield package
            folder = folder / part


@cache
def _meaning(path: Path) -> str:
    return _dump(_without_docstrings(_tree(path)))


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
        told = [f"{name}={_dump(value)}" for name, value in fields if value not in (None, [])]
        # An explicit None is a Constant whose value is left out above; its type still tells.
        return f"{type(node).__name__}({','.join(told)})"
    if isinstance(node, list):
        return "[" + ",".join(_dump(entry) for entry in node) + "]"
    return repr(node)
