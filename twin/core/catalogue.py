"""The catalogue of component kinds: found by import, never listed by hand."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import pkgutil
import sys
from functools import cache
from hashlib import sha256
from importlib.metadata import entry_points
from pathlib import Path

from twin.core.component import Component
from twin.errors import SiteError

PACKAGE = "twin.components"


@cache
def _load_shipped() -> None:
    """Import every module of the shipped catalogue and of installed plug-ins."""
    package = importlib.import_module(PACKAGE)
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{PACKAGE}.{module.name}")
    for plugin in entry_points(group=PACKAGE):
        try:
            plugin.load()
        except Exception as error:  # a plug-in is foreign code: whatever it raises is told with its name
            raise SiteError(f"plug-in {plugin.name} ({plugin.value}): {type(error).__name__}: {error}") from error


def load_folder(folder: Path) -> None:
    """Import a user's folder of component files (the command line's `--components DIR`).

    Raises
    ------
    SiteError
        When the folder does not exist or one of its files cannot be imported.
    """
    if not folder.is_dir():
        raise SiteError(f"{folder}: no such folder of components; give a folder that holds *.py files")
    for path in sorted(folder.glob("*.py")):
        name = f"twin_user_components_{path.stem}_{sha256(str(path.resolve()).encode()).hexdigest()[:8]}"
        spec = importlib.util.spec_from_file_location(name, path)
        if spec and spec.loader and name not in sys.modules:
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            try:
                spec.loader.exec_module(module)
            except Exception as error:  # a user's file: whatever it raises is told with its path
                del sys.modules[name]
                raise SiteError(f"{path}: {type(error).__name__}: {error}") from error


def kinds() -> dict[str, type[Component]]:
    """Every known kind by its name in site files, sorted."""
    _load_shipped()
    found: dict[str, type[Component]] = {}
    waiting = list(Component.__subclasses__())
    while waiting:
        each = waiting.pop()
        waiting += each.__subclasses__()
        if each.kind in found and found[each.kind] is not each:
            homes = f"{found[each.kind].__module__} and {each.__module__}"
            raise SiteError(f"two kinds are called {each.kind!r}, in {homes}; rename one of them")
        found[each.kind] = each
    return dict(sorted(found.items()))


def kind(name: str) -> type[Component]:
    """One kind by name.

    Raises
    ------
    SiteError
        When no kind has that name, with the nearest one.
    """
    known = kinds()
    if name not in known:
        near = difflib.get_close_matches(name, list(known), 1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; known kinds: {', '.join(known)}"
        raise SiteError(f"unknown kind {name!r}{hint}")
    return known[name]
