"""Public names of a package that are imported on first use.

A package that imports all its modules makes every job that uses one of them load the others. It
also makes an edit of any module rerun these jobs.
"""

from collections.abc import Callable, Mapping
from importlib import import_module


def lazy_names(
    package: str, modules: Mapping[str, str]
) -> tuple[Callable[[str], object], list[str]]:
    """Return ``__getattr__`` and ``__all__`` of a package.

    Parameters
    ----------
    package : str
        Dotted name of the package, its ``__name__``.
    modules : mapping of str to str
        The module of the package that defines each public name. Call it ``_MODULE_OF`` in the
        package and write it as a literal: `manyeyes.running.code_digest` reads it.

    Returns
    -------
    __getattr__ : function
    __all__ : list of str
    """

    def getattr_of_package(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{modules[name]}"), name)

    return getattr_of_package, sorted(modules)
