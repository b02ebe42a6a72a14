"""Write a kernel, with every function and constant it reaches, as one self-contained text that Numba can compile and cache."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import cache
from types import BuiltinFunctionType, FunctionType
from typing import Any

from twin.core.kernel import Kernel

HEAD = "from numba import carray, cfunc, njit, types\n"
SIGNATURE = "types.void(types.CPointer(types.float64), types.CPointer(types.int32), types.int64)"


def emit(function: Callable[..., Any], name: str, reached: dict[str, str]) -> str:
    """Text of a function under another name; fills `reached` with the texts of all it uses, callees first.

    Numba's cache sees neither changed callees nor other files, and physics modules need not import Numba; so everything is
    copied into one text whose hash names it.

    Raises
    ------
    TypeError
        When the function raises, or uses something that is neither a number nor a function.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    body = tree.body[0]
    if not isinstance(body, ast.FunctionDef):
        raise TypeError(f"{name}: a kernel is a plain function")
    body.decorator_list, body.name, body.returns = [], name, None
    for argument in body.args.args:
        argument.annotation = None
    if ast.get_docstring(body):
        body.body = body.body[1:]
    if any(isinstance(node, ast.Raise | ast.Assert | ast.Try) for node in ast.walk(tree)):
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
    return "@njit(error_model='numpy')\n" + ast.unparse(tree)


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


@cache
def batch_text(kernel: Kernel, series: frozenset[str]) -> str:
    """Text of the compiled loop over all instances of one kernel.

    Parameters
    ----------
    kernel : the scalar equation.
    series : names among its arguments that are arrays; they take two places in an index row, start and length. An array
        that the kernel tells is written in place through the argument `<name>_next`.
    """
    reached: dict[str, str] = {}
    scalar = emit(kernel.function, "scalar", reached)
    told, place = [], 0
    for name in kernel.told:
        if name in series:
            told.append(f"carray(v, x[b + {place}] + x[b + {place + 1}])[x[b + {place}]:]")
            place += 2
        else:
            told.append(f"v[x[b + {place}]]")
            place += 1
    tells = [f"r{i}" for i in range(len(kernel.tells))]
    lines = [f"        v[x[b + {place + i}]] = {name}" for i, name in enumerate(tells)]
    return "\n".join(
        [
            HEAD,
            *reached.values(),
            scalar,
            f"@cfunc({SIGNATURE}, cache=True)",
            "def batch(v, x, n):",
            "    for i in range(n):",
            f"        b = i * {place + len(tells)}",
            f"        {', '.join(tells)} = scalar({', '.join(told)})",
            *lines,
            "",
        ]
    )
