"""The only tick loop there is: compiled once, whatever kinds a site has."""

from __future__ import annotations

from ctypes import CFUNCTYPE, c_int64
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.sim.link import NAME, address

Floats = npt.NDArray[np.float64]
BLOCK = 64
"""Ticks whose forcing is brought together at a time, so that each reads neighbours in memory."""
POINTERS = "table vector index forced forcing block every record hourly hour means total sums"
TYPES = "int64 float64 int32 uint64 int64 float64 uint64 float64 uint64 float64 float32 uint64 float64"
COUNTS = "rows states forceds everies hourlies totals per_hour tick first count"
TEXT = f"""\
from llvmlite import ir
from numba import cfunc, types
from numba.extending import intrinsic

@intrinsic
def _call(context, address, vector, index, place, count):
    def generate(context, builder, signature, told):
        pointer = ir.PointerType()
        kind = ir.FunctionType(ir.VoidType(), [pointer, pointer, ir.IntType(64)])
        start = builder.gep(told[2], [told[3]], source_etype=ir.IntType(32))
        builder.call(builder.inttoptr(told[0], kind.as_pointer()), [told[1], start, told[4]])
        return context.get_dummy_value()
    return types.void(types.int64, vector, index, types.int64, types.int64), generate

@intrinsic
def _at(context, address):
    def generate(context, builder, signature, told):
        return builder.load(builder.inttoptr(told[0], ir.DoubleType().as_pointer()))
    return types.float64(types.int64), generate

@cfunc("void({", ".join([f"CPointer({kind})" for kind in TYPES.split()] + ["int64"] * len(COUNTS.split()))})", error_model="numpy", forceinline=True)
def {NAME}({", ".join(f"{POINTERS} {COUNTS}".split())}):
    for t in range(first, first + count):
        here = (t - first) % {BLOCK}
        if here == 0:
            ahead = min({BLOCK}, first + count - t)
            for j in range(forceds):
                for k in range(ahead):
                    block[k * forceds + j] = _at(forcing[2 * j] + (t + k) * forcing[2 * j + 1])
        for j in range(forceds):
            vector[forced[j]] = block[here * forceds + j]
        for k in range(rows):
            _call(table[3 * k], vector, index, table[3 * k + 1], table[3 * k + 2])
        for j in range(states):
            vector[j] = vector[states + j]
        for j in range(everies):
            record[t * everies + j] = vector[every[j]]
        for j in range(hourlies):
            hour[j] += vector[hourly[j]]
        tick += 1
        if tick % per_hour == 0:
            for j in range(hourlies):
                means[t // per_hour * hourlies + j] = hour[j] / per_hour
                hour[j] = 0.0
        for j in range(totals):
            sums[j] += vector[total[j]]
"""


def run_ticks(
    table: npt.NDArray[np.int64], vector: Floats, index: npt.NDArray[np.int32], states: int,
    forced: npt.NDArray[np.uint64], forcing: npt.NDArray[np.int64],
    every: npt.NDArray[np.uint64], record: Floats, hourly: npt.NDArray[np.uint64], hour: Floats,
    means: npt.NDArray[np.float32], total: npt.NDArray[np.uint64], sums: Floats,
    per_hour: int, tick: int, row: int, count: int,
) -> None:  # fmt: skip
    """Run `count` ticks: forcing, kernels in order, state commit, record. Other threads go on meanwhile.

    Parameters
    ----------
    table : (rows, 3) addresses of batches with their place in the index and their count.
    vector : every signal and parameter; states first, their next values right behind.
    forced, forcing : slots told by forcing, and for each the address of its mean over the chunk's first tick and how many
        octets further that over the next one stands.
    every, record : slots recorded each tick, (ticks of the chunk, columns).
    hourly, hour, means : slots recorded as hourly means, their accumulator, (hours of the chunk, columns).
    total, sums : slots summed over the chunk, and the sums.
    per_hour : ticks in one hourly mean.
    tick : ticks since the start of an hour; row : first row of the chunk to fill.
    """
    block = np.empty((BLOCK, forced.size))
    arrays: list[npt.NDArray[Any]] = [
        table,
        vector,
        index,
        forced,
        forcing,
        block,
        every,
        record,
        hourly,
        hour,
        means,
        total,
        sums,
    ]
    for name, kind, each in zip(POINTERS.split(), TYPES.split(), arrays, strict=True):
        if each.dtype != kind or not each.flags.c_contiguous:
            raise TypeError(f"{name}: {each.dtype}, not contiguous {kind}")
    sizes = (len(table), states, forced.size, every.size, hourly.size, total.size, per_hour, tick, row, count)
    _compiled()(*(each.ctypes.data for each in arrays), *sizes)


@cache
def _compiled() -> Any:
    return CFUNCTYPE(None, *[c_int64] * len(f"{POINTERS} {COUNTS}".split()))(address(TEXT))
