"""Powers, cube roots, exponentials and logarithms as plain arithmetic, which vector registers can do four at a time."""

from __future__ import annotations

import ast
from collections.abc import Callable
from math import exp, factorial, log
from typing import Any

NJIT = "@njit(error_model='numpy', forceinline=True)\n"
BITS = """\
@intrinsic
def _bits(context, x):
    return types.int64(types.float64), lambda c, builder, s, told: builder.bitcast(told[0], ir.IntType(64))
@intrinsic
def _number(context, x):
    return types.float64(types.int64), lambda c, builder, s, told: builder.bitcast(told[0], ir.DoubleType())
"""
THIRD = f"""\
{NJIT}def _third(x):
    y = _number((1430188164 - ((_bits(x) >> 32) * 1431655766 >> 32)) << 32)
    off = 1.0 - x * y * y * y
    y *= 1.0 + off * ({1 / 3!r} + off * ({2 / 9!r} + off * {14 / 81!r}))
    off = 1.0 - x * y * y * y
    y *= 1.0 + off * ({1 / 3!r} + off * ({2 / 9!r} + off * {14 / 81!r}))
    root = x * y * y
    return root if x > 1e-300 else (0.0 if x >= 0.0 else _number(9221120237041090560))
"""
"""Cube root: its inverse from a third of the exponent and two steps of the binomial series, without a division; no number
below zero, as a power is."""


FIFTH = f"""\
{NJIT}def _fifth(x):
    y = _number((1287169898 - ((_bits(x) >> 32) * 858993460 >> 32)) << 32)
    off = 1.0 - x * y * y * y * y * y
    y *= 1.0 + off * ({1 / 5!r} + off * ({3 / 25!r} + off * {11 / 125!r}))
    off = 1.0 - x * y * y * y * y * y
    y *= 1.0 + off * ({1 / 5!r} + off * ({3 / 25!r} + off * {11 / 125!r}))
    root = x * y * y * y * y
    return root if x > 1e-300 else (0.0 if x >= 0.0 else _number(9221120237041090560))
"""
"""Fifth root, in the same way."""


def _series(terms: list[float], variable: str) -> str:
    """Lines that sum a power series into `{variable}_sum` by pairs (Estrin), so that a processor works on many terms at once."""
    names, lines, power = [repr(term) for term in terms], [], variable
    level = 0
    while len(names) > 1:
        pairs = []
        for place in range(0, len(names) - 1, 2):
            pairs.append(f"{variable}_{level}_{place // 2}")
            lines.append(f"    {pairs[-1]} = {names[place]} + {names[place + 1]} * {power}")
        names = pairs + names[len(pairs) * 2 :]
        level += 1
        lines.append(f"    {variable}_p{level} = {power} * {power}")
        power = f"{variable}_p{level}"
    return "\n".join([*lines, f"    {variable}_sum = {names[0]}"])


EXPONENTIAL = f"""\
{NJIT}def _two_to(x):
    held = min(max(x, -1021.0), 1022.0)
    whole = held + 6755399441055744.0
    part = held - (whole - 6755399441055744.0)
    scale = _number((_bits(whole) + 1023) << 52)
{_series([log(2.0) ** n / factorial(n) for n in range(13)], "part")}
    return x if x != x else scale * part_sum
{NJIT}def _exp(x):
    return _two_to(x * {1.0 / log(2.0)!r})
"""
"""Powers of two: the whole part goes to the exponent, the rest of -0.5..0.5 into Taylor's series."""
LOGARITHM = f"""\
{NJIT}def _log_two(x):
    bits = _bits(x)
    high = (bits >> 32) - 1072079006
    exponent = high >> 20
    share = _number(bits - (exponent << 52))
    s = (share - 1.0) / (share + 1.0)
    square = s * s
{_series([2.0 / log(2.0) / (2 * n + 1) for n in range(10)], "square")}
    value = exponent + s * square_sum
    return value if 1e-300 < x < 1e300 else (_number(-4503599627370496) if x == 0.0 else _number(9221120237041090560))
{NJIT}def _log(x):
    return {log(2.0)!r} * _log_two(x)
"""
"""Logarithm to base 2: exponent, and the series of the area tangent for the rest of 0.707..1.414."""
POWER = f"""\
{NJIT}def _power(x, y):
    return _two_to(y * _log_two(x)) if x > 1e-300 else (0.0 if x >= 0.0 else _number(9221120237041090560))
"""
NEEDS = {
    "_third": {"_bits": BITS, "_third": THIRD},
    "_fifth": {"_bits": BITS, "_fifth": FIFTH},
    "_exp": {"_bits": BITS, "_exp": EXPONENTIAL},
    "_log": {"_bits": BITS, "_log": LOGARITHM},
    "_power": {"_bits": BITS, "_exp": EXPONENTIAL, "_log": LOGARITHM, "_power": POWER},
}
"""Texts that each needs, in order."""


class Powers(ast.NodeTransformer):
    """Turn broken powers, `pow` of a positive number, `exp` and `log` into calls of what this module holds; `found` names them."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.found: set[str] = set()

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """One operation."""
        self.generic_visit(node)
        if not is_broken(node):
            return node
        root = {"1.0 / 3.0": "_third", "0.2": "_fifth"}.get(ast.unparse(node.right))
        return self._call(root or "_power", [node.left] if root else [node.left, node.right])

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """One call."""
        self.generic_visit(node)
        called = self.function.__globals__.get(ast.unparse(node.func))
        if called is exp or called is log:
            return self._call("_exp" if called is exp else "_log", node.args)
        return self._call("_power", node.args) if ast.unparse(node.func) == "pow" else node

    def _call(self, name: str, told: list[ast.expr]) -> ast.Call:
        self.found.add(name)
        return ast.Call(ast.Name(name, ast.Load()), told, [])


def is_broken(node: ast.BinOp) -> bool:
    """Whether an operation is a power with a broken exponent that is written as a number."""
    if not isinstance(node.op, ast.Pow):
        return False
    if isinstance(node.right, ast.Constant):
        return isinstance(node.right.value, float) and not node.right.value.is_integer()
    return ast.unparse(node.right) == "1.0 / 3.0"
