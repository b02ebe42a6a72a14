"""Write a kernel, with every function and constant it reaches, as one self-contained text that Numba can compile and cache."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from functools import cache
from types import BuiltinFunctionType, FunctionType
from typing import Any

from twin.core.kernel import Kernel
from twin.sim.powers import NEEDS, NJIT, Powers

HEAD = """\
from llvmlite import ir
from numba import carray, cfunc, njit, types
from numba.core.cgutils import alloca_once
from numba.extending import intrinsic
"""
BATCH = """@cfunc("void(CPointer(float64), CPointer(int32), int64)", error_model="numpy", forceinline=True)"""


def emit(function: Callable[..., Any], name: str, reached: dict[str, str]) -> str:
    """Text of a function under another name; fills `reached` with the texts of all it uses, callees first.

    Numba's cache sees neither changed callees nor other files, and physics modules need not import Numba; so everything is
    copied into one text whose hash names it.

    Raises
    ------
    TypeError
        When the function raises, or uses something that is neither a number nor a function.
    """
    body = parse(function, name)
    if any(isinstance(node, ast.Raise | ast.Assert | ast.Try) for node in ast.walk(body)):
        raise TypeError(f"{function.__qualname__}: kernels do not raise; NaN is found after each stretch and named")
    for used in function.__code__.co_names:
        value = function.__globals__.get(used)
        if value is None:
            continue
        text = _reach(function, used, value, {} if used in reached else reached)
        if reached.get(used, text) != text:
            raise TypeError(
                f"{function.__qualname__} and a function it calls mean different things by {used!r}; rename one"
            )
        reached[used] = text
        reached[used] = reached.pop(used)  # callees stand before callers
    powers = Powers(function)
    powers.visit(body)
    for each in sorted(powers.found):
        rest = {used: text for used, text in reached.items() if used not in NEEDS[each]}
        reached.clear()
        reached |= {**NEEDS[each], **rest}
    return NJIT + ast.unparse(ast.fix_missing_locations(body))


@cache
def _source(function: Callable[..., Any]) -> str:
    """Source text of a function; looking for it takes longer than all else here."""
    return textwrap.dedent(inspect.getsource(function))


def parse(function: Callable[..., Any], name: str) -> ast.FunctionDef:
    """A function's tree under another name, without docstring, annotations and decorators."""
    body = ast.parse(_source(function)).body[0]
    if not isinstance(body, ast.FunctionDef):
        raise TypeError(f"{name}: a kernel is a plain function")
    body.decorator_list, body.name, body.returns = [], name, None
    for argument in body.args.args:
        argument.annotation = None
    if ast.get_docstring(body):
        body.body = body.body[1:]
    return body


def _reach(function: Callable[..., Any], used: str, value: object, reached: dict[str, str]) -> str:
    if isinstance(value, FunctionType):
        return emit(value, used, reached)
    if isinstance(value, int | float):
        return f"{used} = {value!r}"
    if isinstance(value, BuiltinFunctionType):
        return f"from {value.__module__} import {value.__name__} as {used}"
    raise TypeError(
        f"{function.__qualname__} uses {used!r}, a {type(value).__name__}; kernels see numbers and functions only"
    )


class Places(ast.NodeTransformer):
    """Turn `series[i]` into a place in memory and `len(series)` into a number or another name.

    Parameters
    ----------
    templates : name -> text of its value number `{i}`.
    lengths : name -> text of its length.
    """

    def __init__(self, templates: Mapping[str, str], lengths: Mapping[str, str]) -> None:
        self.templates, self.lengths = templates, lengths

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """One value of many."""
        self.generic_visit(node)
        template = self.templates.get(ast.unparse(node.value))
        if template is None:
            return node
        found = ast.parse(template.format(i=ast.unparse(node.slice)), mode="eval").body
        if isinstance(found, ast.Subscript):
            found.ctx = node.ctx
        return found

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """The length of an array."""
        if ast.unparse(node.func) == "len" and ast.unparse(node.args[0]) in self.lengths:
            return ast.parse(self.lengths[ast.unparse(node.args[0])], mode="eval").body
        return self.generic_visit(node)


def placed(text: str, places: Places, more: tuple[str, ...]) -> str:
    """An emitted scalar equation that finds its arrays in memory, with `more` arguments in front."""
    tree = places.visit(ast.parse(text.removeprefix(NJIT)))
    tree.body[0].args.args = [ast.arg(name) for name in more] + tree.body[0].args.args
    return NJIT + ast.unparse(ast.fix_missing_locations(tree))


@cache
def by_value(kernel: Kernel, series: frozenset[str]) -> bool:
    """Whether a kernel takes arrays value by value, never whole."""
    body = parse(kernel.function, "by_value")
    single = [node.value for node in ast.walk(body) if isinstance(node, ast.Subscript)]
    for node in ast.walk(body):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "len":
            single += node.args
    return all(n in single for n in ast.walk(body) if isinstance(n, ast.Name) and n.id in series)


@cache
def batch_text(kernel: Kernel, series: frozenset[str], lengths: tuple[tuple[str, int], ...] = ()) -> str:
    """Text of the compiled loop over instances of one kernel, one after the other.

    Parameters
    ----------
    kernel : the scalar equation.
    series : names among its arguments that are arrays; they take three places in an index row: start, length and stride. An
        array that the kernel tells is written in place through the argument `<name>_next`.
    lengths : of the arrays, where all instances have the same: loops over them can then be unrolled.
    """
    reached: dict[str, str] = {}
    scalar = emit(kernel.function, "scalar", reached)
    single = by_value(kernel, series)
    told, place = [], 0
    for name in kernel.told:
        if name in series:
            start, length, stride = (f"x[b + {place + part}]" for part in range(3))
            view = f"carray(v, {start} + {length} * {stride})[{start}::{stride}]"
            told.append(f"({start}, {length}, {stride})" if single else view)
            place += 3
        else:
            told.append(f"v[x[b + {place}]]")
            place += 1
    if single and series:
        templates = {name: f"_v[{name}[0] + {name}[2] * ({{i}})]" for name in series}
        counts = {name: f"{name}[1]" for name in series} | {name: str(length) for name, length in lengths}
        scalar = placed(scalar, Places(templates, counts), ("_v",))
        told.insert(0, "v")
    tells = [f"r{i}" for i in range(len(kernel.tells))]
    lines = [f"        v[x[b + {place + i}]] = {name}" for i, name in enumerate(tells)]
    return "\n".join(
        [
            HEAD,
            *reached.values(),
            scalar,
            BATCH,
            "def batch(v, x, n):",
            "    for i in range(n):",
            f"        b = i * {place + len(tells)}",
            f"        {', '.join(tells)} = scalar({', '.join(told)})",
            *lines,
            "",
        ]
    )
