"""Compiled walk over the vertices of a bounded polytope; `theory.float_vertices` uses it.

The vertices of ``{z : M z <= 1, z >= 0}``, with ``M`` positive, hang together by edges, and each edge is one pivot of
the dictionary in which the variables that are zero at the vertex are the nonbasic ones (Chvatal 1983, Linear
Programming, ch. 18). Import it only where it is used: numba takes a second to load.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np


@numba.njit(cache=True)
def walk(matrix: Any, tie: float, most: int) -> Any:
    """Codes of the zero variables (bit k: ``z_k``, bit d + k: slack k) and points, or how it ended: 0, else too many.

    Returns
    -------
    codes, points, state
        ``state`` is 0 if all vertices were found, 1 if a variable that should be positive is below ``tie``, and 2 if
        there are more than ``most`` vertices.
    """
    rows, d = matrix.shape
    room = 64
    tables, zero, basic = np.empty((room, rows, d + 1)), np.empty((room, d), np.int64), np.empty((room, rows), np.int64)
    codes = np.empty(room, np.int64)
    tables[0, :, :d], tables[0, :, d] = matrix, 1.0
    zero[0], basic[0], codes[0] = np.arange(d), np.arange(d, d + rows), (1 << d) - 1
    seen = {codes[0]}
    count, at, state = 1, 0, 0
    while at < count and state == 0:
        for j in range(d):
            leaving = _leaving(tables[at], j, d)
            code = codes[at] ^ (1 << zero[at, j]) ^ (1 << basic[at, leaving])
            if code in seen:
                continue
            if count == most:
                state = 2
                break
            if count == room:
                tables, zero, basic = _twice(tables), _twice(zero), _twice(basic)
                codes = _twice(codes)
                room *= 2
            seen.add(code)
            codes[count], zero[count], basic[count] = code, zero[at], basic[at]
            zero[count, j], basic[count, leaving] = basic[at, leaving], zero[at, j]
            _pivot(tables[at], leaving, j, tables[count])
            for i in range(rows):
                if tables[count, i, d] <= tie:
                    state = 1
            count += 1
        at += 1
    points = np.zeros((count, d))
    for k in range(count):
        for i in range(rows):
            if basic[k, i] < d:
                points[k, basic[k, i]] = tables[k, i, d]
    return codes[:count].copy(), points, state


@numba.njit(cache=True)
def _leaving(table: Any, j: int, d: int) -> int:
    """Row whose variable is the first to reach zero when nonbasic ``j`` grows."""
    best, least = 0, np.inf
    for i in range(len(table)):
        if table[i, j] > 0 and table[i, d] < least * table[i, j]:
            best, least = i, table[i, d] / table[i, j]
    return best


@numba.njit(cache=True)
def _pivot(old: Any, row: int, column: int, new: Any) -> None:
    """Write the dictionary in which the row's variable and the column's have changed places."""
    pivot = old[row, column]
    for i in range(old.shape[0]):
        factor = old[i, column] / pivot
        for j in range(old.shape[1]):
            new[i, j] = old[i, j] - factor * old[row, j]
        new[i, column] = -factor
    for j in range(old.shape[1]):
        new[row, j] = old[row, j] / pivot
    new[row, column] = 1 / pivot


@numba.njit(cache=True)
def _twice(values: Any) -> Any:
    longer = np.empty((2 * len(values), *values.shape[1:]), values.dtype)
    longer[: len(values)] = values
    return longer
