"""The only tick loop there is: compiled once, whatever kinds a site has."""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

BLOCK = 64
"""Ticks whose forcing is brought together at a time, so that each reads neighbours in memory."""


@intrinsic
def _call(typing, address, vector, index, count):
    def generate(context, builder, signature, arguments):
        pointer = ir.PointerType()
        kind = ir.FunctionType(ir.VoidType(), [pointer, pointer, ir.IntType(64)])
        function = builder.inttoptr(arguments[0], kind.as_pointer())
        told = [builder.inttoptr(arguments[1], pointer), builder.inttoptr(arguments[2], pointer), arguments[3]]
        builder.call(function, told)
        return context.get_dummy_value()

    return types.void(types.int64, types.intp, types.intp, types.int64), generate


@njit(cache=True, nogil=True, error_model="numpy")
def sweep(table, vector, index):
    """Run kernels and joins once, in order.

    Parameters
    ----------
    table : (rows, 3) addresses of batches with their place in the index and their count.
    vector : every signal and parameter; states first, their next values right behind.
    """
    for k in range(table.shape[0]):
        _call(table[k, 0], vector.ctypes.data, index.ctypes.data + 4 * table[k, 1], table[k, 2])


@intrinsic
def _at(typing, address):
    def generate(context, builder, signature, arguments):
        return builder.load(builder.inttoptr(arguments[0], ir.DoubleType().as_pointer()))

    return types.float64(types.int64), generate


@njit(cache=True, nogil=True, error_model="numpy")
def run_ticks(
    table, vector, index, states, forced, forcing, every, record, hourly, hour, means, total, sums, per_hour, tick, row,
    count,
):  # fmt: skip
    """Run `count` ticks: forcing, kernels in order, state commit, record.

    Parameters
    ----------
    table, vector : as for `sweep`.
    forced, forcing : slots told by forcing, and for each the address of its mean over the chunk's first tick and how many
        octets further that over the next one stands.
    every, record : slots recorded each tick, (ticks of the chunk, columns).
    hourly, hour, means : slots recorded as hourly means, their accumulator, (hours of the chunk, columns).
    total, sums : slots summed over the chunk, and the sums.
    per_hour : ticks in one hourly mean.
    tick : ticks since the start of an hour; row : first row of the chunk to fill.
    """
    block = np.empty((BLOCK, forced.size))
    for t in range(row, row + count):
        here = np.uint64((t - row) % BLOCK)
        if here == 0:
            for j in range(np.uint64(forced.size)):
                for k in range(np.uint64(min(BLOCK, row + count - t))):
                    block[k, j] = _at(forcing[j, 0] + (t + np.int64(k)) * forcing[j, 1])
        for j in range(np.uint64(forced.size)):
            vector[forced[j]] = block[here, j]
        sweep(table, vector, index)
        for j in range(states):
            vector[j] = vector[states + j]
        for j in range(np.uint64(every.size)):
            record[t, j] = vector[every[j]]
        for j in range(np.uint64(hourly.size)):
            hour[j] += vector[hourly[j]]
        tick += 1
        if tick % per_hour == 0:
            for j in range(hourly.size):
                means[t // per_hour, j] = hour[j] / per_hour
                hour[j] = 0.0
        for j in range(np.uint64(total.size)):
            sums[j] += vector[total[j]]
