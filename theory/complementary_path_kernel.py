"""Compiled Lemke-Howson path in floating point; `theory.bimatrix` uses it for large games.

The tableaux are those of `theory.vertices.Tableau` with denominator 1: columns are the variables, the slacks and the
constant. The leaving row is the lexicographic minimum of (constant, slacks from the last one on) over the entry, where
ratios that differ by rounding count as equal. `theory.bimatrix` has the definitions, the same walk in integers and the
certificate of where this one ends. Import it only where it is used: numba takes a second to load.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np


@numba.njit(cache=True)
def walk(tableaux: Any, bases: Any, label: int, most: int, zero: float) -> tuple[int, bool]:
    """Follow the path of ``label`` in the two tableaux, in place.

    Parameters
    ----------
    tableaux
        Of P, shape ``(n, m + n + 1)``, and of Q, shape ``(m, m + n + 1)``. In P the columns are the labels themselves;
        in Q the columns of the game come first, so labels are shifted by m.
    bases
        The column that is basic in each row, shapes ``(n,)`` and ``(m,)``.
    most
        Longest path followed.
    zero
        Entries up to this are rounding.

    Returns
    -------
    pivots, ended
        How many, and whether the label was picked up again; if not, and ``pivots < most``, rounding has led astray: no
        row can leave, or the path has come back to where it was, which without rounding it never does.
    """
    n, m = len(tableaux[0]), len(tableaux[1])
    side, entering = (0, label) if label < m else (1, label)
    first, second, again = (
        bases[0].copy(),
        bases[1].copy(),
        1,
    )  # bases met, renewed when the pivots have doubled (Brent)
    for count in range(1, most + 1):
        column = entering if side == 0 else (entering - m) % (m + n)
        row = _leaving(tableaux[side], column, zero)
        if row < 0:
            return count - 1, False
        left = bases[side][row]
        _exchange(tableaux[side], row, column)
        bases[side][row] = column
        entering = left if side == 0 else (left + m) % (m + n)
        if entering == label:
            return count, True
        side = 1 - side
        if count < most and np.array_equal(bases[0], first) and np.array_equal(bases[1], second):
            return count, False
        if count == again:
            first[:], second[:], again = bases[0], bases[1], 2 * again
    return most, False


@numba.njit(cache=True)
def _leaving(table: Any, column: int, zero: float) -> int:
    """Lexicographic minimum ratio; -1 if no entry is positive."""
    rows, width = table.shape
    left = np.flatnonzero(table[:, column] > zero)
    for key in range(width - 1, width - 2 - rows, -1):
        if len(left) < 2:
            break
        ratios = np.array([table[row, key] / table[row, column] for row in left])
        low = ratios.min()
        left = left[ratios <= low + zero * max(1.0, abs(low))]
    return left[0] if len(left) else -1


@numba.njit(cache=True)
def _exchange(table: Any, row: int, column: int) -> None:
    """Make the column basic in the row."""
    table[row] /= table[row, column]
    for other in range(len(table)):
        factor = table[other, column]
        if other != row and factor != 0.0:
            for k in range(table.shape[1]):
                table[other, k] -= factor * table[row, k]
