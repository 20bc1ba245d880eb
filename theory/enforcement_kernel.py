"""Continuations that enforce a profile: many small linear programs over one set, compiled.

For a hull of points ``W``, chances ``p`` of signals, and constraints ``c`` of players ``i(c)``, in each direction ``h``

    max sum_y p_y h w(y)   over w(y) in W with  sum_y drift_c(y) w_i(c)(y) >= asks_c  for all c.

The programs differ in their objective only. The tableau (Dantzig 1963, Linear Programming and Extensions) has one row
for each signal, whose weights over the points add up to one, and one for each constraint; phase one brings the largest
shortfall to zero, and every direction starts where the one before ended, so neighbours are best given in a row. Pivots
take the steepest column, and after many without gain the first (Bland 1977, Math. Oper. Res. 2:103-107), so that they
end. Import it only where it is used: numba takes a second to load.

No answer rests on the arithmetic of pivots: with the constraints' multipliers ``l >= 0``, whatever they are,

    sum_y max over W of (p_y h + sum_c l_c drift_c(y) e_i(c)) w  -  sum_c l_c asks_c

bounds the maximum from above, and shows as well that nothing enforces the profile. Both sides are returned.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ZERO = 1e-11  # of numbers about one: reduced costs and pivots below it are nothing
_STALLED = 30  # pivots without gain, after which Bland's rule takes over
_MOST = 3000
_AFRESH = 16  # directions, from the end of one to that of the next, after which rounding is left behind


@njit(cache=True)
def _pivot(table: Floats, basis: NDArray[np.int64], row: int, column: int) -> None:
    table[row] /= table[row, column]
    for r in range(len(table)):
        if r != row and table[r, column] != 0.0:
            table[r] -= table[r, column] * table[row]
    basis[row] = column


@njit(cache=True)
def _solve(table: Floats, basis: NDArray[np.int64], columns: int) -> bool:
    """Pivot until the last row, of reduced costs, is nowhere negative; False if that takes too long."""
    rows, stalled = len(basis), 0
    for _ in range(_MOST):
        column, least = -1, -_ZERO
        for j in range(columns):
            if table[rows, j] < least:
                column, least = j, table[rows, j]
                if stalled > _STALLED:
                    break
        if column < 0:
            return True
        row, ratio = -1, np.inf
        for r in range(rows):
            if table[r, column] > _ZERO:
                step = max(table[r, -1], 0.0) / table[r, column]
                if step < ratio or (step == ratio and basis[r] < basis[row]):
                    row, ratio = r, step
        if row < 0:
            return False  # unbounded, which a hull is not: rounding
        stalled = 0 if ratio > 0.0 else stalled + 1
        _pivot(table, basis, row, column)
    return False


@njit(cache=True)
def _bound(
    points: Floats, h: Floats, p: Floats, drift: Floats, player: NDArray[np.int64], asks: Floats, price: Floats
) -> float:
    """Upper bound of the maximum by any prices of the constraints that are not negative."""
    total = -(price * asks).sum()
    for y in range(len(p)):
        slope = p[y] * h
        for c in range(len(asks)):
            slope[player[c]] += price[c] * drift[c, y]
        total += (points @ slope).max()
    return float(total)


@njit(cache=True)
def enforce(
    points: Floats, p: Floats, drift: Floats, player: NDArray[np.int64], asks: Floats, directions: Floats
) -> tuple[float, Floats, Floats]:
    """Farthest expected continuations that enforce a profile, in every direction.

    Parameters
    ----------
    points
        Shape ``(K, N)``, about one in size.
    p
        Chances of signals, shape ``(Y,)``.
    drift, player, asks
        Of the constraints, shapes ``(C, Y)``, ``(C,)`` and ``(C,)``.
    directions
        Shape ``(L, N)``.

    Returns
    -------
    shortfall
        How much at least some constraint is short of, whatever the continuations; 0 if they can all be met, NaN if
        the pivots did not end.
    weights
        Of the continuations over the points, shape ``(L, Y, K)``; zeros if none were found.
    bounds
        What no expected continuation exceeds along the directions, shape ``(L,)``.
    """
    size, count, several, n = len(p), len(points), len(asks), points.shape[1]
    rows, shift, slacks = size + several, size * count, size * count + several
    table = np.zeros((rows + 1, slacks + 2))  # weights, slacks, the shortfall; what is left
    basis = np.empty(rows, np.int64)
    weights, bounds = np.zeros((len(directions), size, count)), np.full(len(directions), np.inf)
    for y in range(size):
        table[y, y * count : (y + 1) * count] = 1.0
        table[y, -1] = 1.0
        basis[y] = y * count
    worst = size
    for c in range(several):
        for y in range(size):
            table[size + c, y * count : (y + 1) * count] = -drift[c, y] * points[:, player[c]]
        table[size + c, shift + c], table[size + c, slacks], table[size + c, -1] = 1.0, -1.0, -asks[c]
        basis[size + c] = shift + c
        for y in range(size):  # the first point after every signal
            table[size + c] -= table[size + c, y * count] * table[y]
        if table[size + c, -1] < table[worst, -1]:
            worst = size + c
    if several and table[worst, -1] < 0.0:
        _pivot(table, basis, worst, slacks)
        table[rows, slacks] = 1.0
        table[rows] -= table[worst]
        if not _solve(table, basis, slacks + 1):
            return np.nan, weights, bounds
        price = np.maximum(table[rows, shift:slacks], 0.0)
        shortfall = -_bound(points, np.zeros(n), p, drift, player, asks, price / max(price.sum(), 1.0))
        left = -table[rows, -1]
        if left > _ZERO:
            return (shortfall if shortfall > 0.0 else np.nan), weights, bounds
        for r in range(rows):  # no shortfall: out of the basis with it, unless its row is empty
            if basis[r] == slacks:
                column = int(np.abs(table[r, :slacks]).argmax())
                if abs(table[r, column]) > _ZERO:
                    _pivot(table, basis, r, column)
    step, held = table.copy(), basis.copy()
    for place in range(len(directions)):
        if place % _AFRESH == 0:
            step[:], held[:] = table, basis
        step[rows] = 0.0
        along = points @ directions[place]
        for y in range(size):
            step[rows, y * count : (y + 1) * count] = -p[y] * along
        for r in range(rows):
            if step[rows, held[r]] != 0.0:
                step[rows] -= step[rows, held[r]] * step[r]
        if not _solve(step, held, slacks):
            return np.nan, weights, bounds
        for r in range(rows):
            if held[r] < shift:
                weights[place, held[r] // count, held[r] % count] = max(step[r, -1], 0.0)
        price = np.maximum(step[rows, shift:slacks], 0.0)
        bounds[place] = _bound(points, directions[place], p, drift, player, asks, price)
    return 0.0, weights, bounds
