"""Energy twins of buildings and campuses: one site file becomes a graph, a simulation and retrofit answers."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twin.sim.results import Run
    from twin.site.load import load
    from twin.site.site import Site
    from twin.study.compare import compare
    from twin.study.runner import simulate

__version__ = "0.1.0"
__all__ = ["Run", "Site", "__version__", "compare", "load", "simulate"]

_HOMES = {
    "Run": "twin.sim.results",
    "Site": "twin.site.site",
    "load": "twin.site.load",
    "simulate": "twin.study.runner",
    "compare": "twin.study.compare",
}


def __getattr__(name: str) -> object:
    """Import a public name on first use, so that `import twin` stays fast."""
    if name not in _HOMES:
        raise AttributeError(f"module 'twin' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
