"""Write a kernel as a loop over four instances at a time, so that the compiler can use the processor's vector registers."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from math import exp, log, sqrt
from types import FunctionType
from typing import Any

from twin.core.kernel import Kernel
from twin.sim.columns import LANES
from twin.sim.emit import BATCH, HEAD, Places, by_value, emit, parse, placed
from twin.sim.powers import is_broken

PLAIN = frozenset({"abs", "min", "max", "float", "len", "range", "pow"})
"""Built-in functions that vector registers can do, or that vanish when compiled."""
SCRATCH = """\
@intrinsic
def _scratch(context):
    return types.CPointer(types.float64)(), lambda c, builder, s, t: alloca_once(builder, ir.DoubleType(), size={size})
"""


@cache
def is_plain(function: Any, helper: bool = False) -> bool:
    """Whether a function is arithmetic, conditions and roots alone, without calls that vector registers cannot do."""
    for node in ast.walk(parse(function, "plain")):
        if isinstance(node, ast.While) or (helper and isinstance(node, ast.For)):
            return False
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and not is_broken(node):
            return False
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            called = function.__globals__.get(name)
            if isinstance(called, FunctionType):
                if not is_plain(called, helper=True):
                    return False
            elif called not in (sqrt, exp, log) and not (called is None and name in PLAIN):
                return False
    return True


def fits(kernel: Kernel, series: frozenset[str]) -> bool:
    """Whether a kernel can work on four instances at a time: it is plain, and takes arrays value by value."""
    return is_plain(kernel.function) and by_value(kernel, series)


@dataclass(frozen=True)
class Told:
    """Where the arguments of a kernel stand.

    Attributes
    ----------
    own : in columns of the kind, one place an instance.
    shared : in one place for all instances.
    lengths : arguments that are arrays, with their lengths.
    following : those among them that are next values.
    """

    own: frozenset[str]
    shared: frozenset[str]
    lengths: tuple[tuple[str, int], ...]
    following: frozenset[str]

    @property
    def key(self) -> str:
        """The same in every process."""
        return repr([sorted(self.own), sorted(self.shared), self.lengths, sorted(self.following)])


@cache
def lane_text(kernel: Kernel, told: Told) -> str:
    """Text of the compiled loop over all instances of a kind; its index holds the stride of the kind's columns, the first place
    of each column told and written, the place of each shared value, and for each other value one place an instance.
    """
    sizes, following = dict(told.lengths), sorted(told.following)
    columns = [name for name in kernel.told if name in told.own and name not in following]
    shared = [name for name in kernel.told if name in told.shared]
    elsewhere = [name for name in kernel.told if name not in told.own | told.shared]
    places = {name: LANES * sum(sizes[n] for n in following[:k]) for k, name in enumerate(following)}
    after = LANES * sum(sizes[name] for name in following)
    written = 1 + len(columns)
    common = written + len(kernel.tells) + len(following)
    rows = common + len(shared)
    arguments = []
    for name in kernel.told:
        if name in following:
            arguments.append(f"{places[name]} + l")
        elif name in told.own:
            at = f"p{columns.index(name)} + i"
            arguments.append(at if name in sizes else f"v[{at}]")
        elif name in told.shared:
            arguments.append(f"g{shared.index(name)}")
        else:
            arguments.append(f"v[x[{rows} + {elsewhere.index(name)} * many + i]]")
    tells = [f"r{i}" for i in range(len(kernel.tells))]
    out = [f"            v[q{i} + f + l] = s[{after + LANES * i} + l]" for i in range(len(tells))]
    for place, name in enumerate(following, len(tells)):
        out += [
            f"            v[q{place} + {i} * m + f + l] = s[{places[name] + LANES * i} + l]" for i in range(sizes[name])
        ]
    reached: dict[str, str] = {}
    templates = {
        name: f"_s[{name} + {LANES} * ({{i}})]" if name in following else f"_v[{name} + _m * ({{i}})]" for name in sizes
    }
    lengths = {name: str(size) for name, size in told.lengths}
    scalar = placed(emit(kernel.function, "scalar", reached), Places(templates, lengths), ("_v", "_s", "_m"))
    return "\n".join(
        [
            HEAD,
            SCRATCH.format(size=after + LANES * len(tells)),
            *reached.values(),
            scalar,
            BATCH,
            "def batch(v, x, n):",
            "    s = _scratch()",
            "    m = x[0]",
            *(f"    p{place} = x[{1 + place}]" for place in range(len(columns))),
            *(f"    q{place} = x[{written + place}]" for place in range(len(tells) + len(following))),
            *(f"    g{place} = v[x[{common + place}]]" for place in range(len(shared))),
            f"    many = (n + {LANES - 1}) // {LANES} * {LANES}",
            f"    for f in range(0, many, {LANES}):",
            f"        for l in range({LANES}):",
            "            i = f + l",
            f"            {', '.join(tells)} = scalar({', '.join(['v', 's', 'm', *arguments])})",
            *(f"            s[{after + LANES * i} + l] = {name}" for i, name in enumerate(tells)),
            f"        for l in range({LANES}):",
            *out,
            "",
        ]
    )
