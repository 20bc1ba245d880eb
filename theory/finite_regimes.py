"""Which equilibria of a finite two-player game exist where, along a parameter of it.

Between the values at which an equilibrium appears or vanishes, the set of supports that carry one is constant.
A grid of values is solved in one call, and the values at which the set changes are then bisected, all together.
At such a value itself there are ties, and other equilibria: single values are no intervals and are not listed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from theory.arrays import function_of, number_between, whole_number
from theory.batches import BatchSolution, Pair, batch_support_enumeration
from theory.display import MOST_LINES, counted
from theory.errors import InputError
from theory.game import Array, Game

Supports = frozenset[Pair]


@dataclass(frozen=True, repr=False)
class SupportRegime:
    """Interval of the parameter with the same equilibria.

    Attributes
    ----------
    low, high
        Ends of the interval.
    supports
        Pairs of supports that carry an equilibrium, ``((rows), (columns))``.
    actions
        Labels of the actions of both players.
    """

    low: float
    high: float
    supports: Supports
    actions: tuple[tuple[str, ...], ...]

    def __repr__(self) -> str:
        pairs = sorted(self.supports, key=lambda pair: (len(pair[0]), pair))
        told = [", ".join(map(_used, self.actions, pair)) for pair in pairs[:MOST_LINES]]
        more = ["..."] if len(pairs) > MOST_LINES else []
        low, high = (0.0 if abs(end) < 1e-9 * (self.high - self.low) else end for end in (self.low, self.high))
        return f"{low:.6g} to {high:.6g}: {counted(len(pairs), 'equilibrium')} ({'; '.join(told + more)})"


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
    ...     return Game.from_bimatrix(row, row.swapaxes(-1, -2), actions=[["fight", "yield"]] * 2)
    >>> for regime in support_regimes(family, 1.0, 8.0):
    ...     print(regime)
    1 to 4: 1 equilibrium (fight, fight)
    4 to 8: 3 equilibria (fight, yield; yield, fight; fight | yield, fight | yield)
    """
    low, high = number_between(low, "low", -np.inf), number_between(high, "high", -np.inf)
    if not low < high:
        raise InputError(f"the parameter goes from {low!r} to {high!r}; low must be below high")
    resolution, precision = whole_number(resolution, "resolution", 2), number_between(precision, "precision", 1e-15, 1)
    grid = np.linspace(low, high, resolution)
    sets, actions = _sets(family, grid)
    places = [k for k in range(resolution - 1) if sets[k] != sets[k + 1]]
    left, right = grid[places], grid[[k + 1 for k in places]]
    before = [sets[k] for k in places]
    while places and (right - left).max() > precision * (high - low):
        middle = (left + right) / 2
        same = np.array([found == was for found, was in zip(_sets(family, middle)[0], before, strict=True)])
        left, right = np.where(same, middle, left), np.where(same, right, middle)
    ends = [low, *((left + right) / 2).tolist(), high]
    return _regimes(ends, [*before, sets[-1]], actions, least=4 * precision * (high - low))


def _regimes(
    ends: list[float], inside: list[Supports], actions: tuple[tuple[str, ...], ...], *, least: float
) -> tuple[SupportRegime, ...]:
    """Intervals wider than ``least``; what is narrower is one value, a tie at which its neighbours meet."""
    found: list[SupportRegime] = []
    for low, high, supports in zip(ends[:-1], ends[1:], inside, strict=True):
        if high - low <= least:
            continue
        if not found:
            low = ends[0]
        elif found[-1].supports == supports:
            low = found.pop().low
        else:
            low = (found[-1].high + low) / 2
            found[-1] = replace(found[-1], high=low)
        found.append(SupportRegime(float(low), float(high), supports, actions))
    return (*found[:-1], replace(found[-1], high=float(ends[-1])))


def _used(labels: tuple[str, ...], support: tuple[int, ...]) -> str:
    return " | ".join(labels[action] for action in support)


def _sets(family: Callable[[Array], Game], values: Array) -> tuple[list[Supports], tuple[tuple[str, ...], ...]]:
    """Supports of the equilibria at each value, and the labels of the actions."""
    game = function_of(family, "family", "values of shape (B,) to a batch of B two-player games")(values)
    if not isinstance(game, Game) or game.batch_shape != values.shape:
        given = repr(game) if isinstance(game, Game) else type(game).__name__
        raise InputError(f"the family gives {given} at {len(values)} values; it must give a batch of as many games")
    solution: BatchSolution = batch_support_enumeration(game)
    sets = [frozenset(pair for pair, here in zip(solution.supports, row, strict=True) if here) for row in solution.mask]
    return sets, game.actions
