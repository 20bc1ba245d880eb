"""Which equilibria of a finite two-player game exist where, along a parameter of it.

Between the values at which an equilibrium appears or vanishes, the set of supports that carry one is constant.
A grid of values is solved in one call, and the values at which the set changes are then bisected, all together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from theory.arrays import function_of, number_between, whole_number
from theory.batches import BatchSolution, Pair, batch_support_enumeration
from theory.errors import InputError
from theory.game import Array, Game

Supports = frozenset[Pair]


@dataclass(frozen=True)
class SupportRegime:
    """Interval of the parameter with the same equilibria.

    Attributes
    ----------
    low, high
        Ends of the interval.
    supports
        Pairs of supports that carry an equilibrium, ``((rows), (columns))``.
    """

    low: float
    high: float
    supports: Supports


def support_regimes(
    family: Callable[[Array], Game], low: float, high: float, *, resolution: int = 201, precision: float = 1e-12
) -> tuple[SupportRegime, ...]:
    """Intervals of a parameter between which equilibria appear or vanish.

    Parameters
    ----------
    family
        Values of shape ``(B,)`` to a batch of B two-player games, e.g. ``lambda V: model.replace(prize=V).game()``.
    low, high
        Ends of the parameter.
    resolution
        Values solved first: a regime between two neighbours of this grid can be missed.
    precision
        Ends of the regimes are found to this share of the interval.

    Raises
    ------
    InputError
        If ``low < high`` does not hold, or the family does not give one two-player game per value.

    Examples
    --------
    Hawk-dove with a prize of 4: fighting pays outright while it costs less than the prize.

    >>> def family(cost):
    ...     lose, zero = (4 - cost) / 2, np.zeros(len(cost))
    ...     row = np.stack([lose, zero + 4, zero, zero + 2], axis=-1).reshape(-1, 2, 2)
    ...     return Game.from_bimatrix(row, row.swapaxes(-1, -2))
    >>> for regime in support_regimes(family, 1.0, 8.0):
    ...     print(round(regime.low, 6), round(regime.high, 6), len(regime.supports))
    1.0 4.0 1
    4.0 8.0 3
    """
    low, high = number_between(low, "low", -np.inf), number_between(high, "high", -np.inf)
    if not low < high:
        raise InputError(f"the parameter goes from {low!r} to {high!r}; low must be below high")
    resolution, precision = whole_number(resolution, "resolution", 2), number_between(precision, "precision", 1e-15, 1)
    grid = np.linspace(low, high, resolution)
    sets = _sets(family, grid)
    places = [k for k in range(resolution - 1) if sets[k] != sets[k + 1]]
    left, right = grid[places], grid[[k + 1 for k in places]]
    before = [sets[k] for k in places]
    while places and (right - left).max() > precision * (high - low):
        middle = (left + right) / 2
        same = np.array([found == was for found, was in zip(_sets(family, middle), before, strict=True)])
        left, right = np.where(same, middle, left), np.where(same, right, middle)
    ends = [low, *((left + right) / 2).tolist(), high]
    inside = [*before, sets[-1]]
    return tuple(SupportRegime(float(a), float(b), s) for a, b, s in zip(ends[:-1], ends[1:], inside, strict=True))


def _sets(family: Callable[[Array], Game], values: Array) -> list[Supports]:
    game = function_of(family, "family", "values of shape (B,) to a batch of B two-player games")(values)
    if not isinstance(game, Game) or game.batch_shape != values.shape:
        raise InputError(f"the family gives {game!r} at {len(values)} values; it must give a batch of as many games")
    solution: BatchSolution = batch_support_enumeration(game)
    return [frozenset(pair for pair, here in zip(solution.supports, row, strict=True) if here) for row in solution.mask]
