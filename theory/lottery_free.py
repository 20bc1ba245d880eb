"""Equilibrium payoffs of a repeated two-player game without public randomisation: what paths alone can pay.

Definitions
-----------
Perfect monitoring, pure strategies, discount factor ``d``; payoffs scaled to ``[0, 1]`` player by player. Without a
public lottery the set ``V`` need not be convex; it is the largest with

    V = union over a of {(1-d) g(a) + d w : w in V, d (w_i - min V_i) >= (1-d) h_i(a) for all i}

(Abreu, Pearce & Stacchetti 1990, Econometrica 58:1041-1063). It is bounded on a grid:

- *outer*: cells. A cell stays as long as, for some profile, the box of continuations that lead into it meets a cell
  that stays, above the threats; every iterate covers ``V``.
- *inner*: every cell that stayed is made a state: a profile and the cell that comes next. The paths of these states
  have exact payoffs; states from which a deviation pays, punished by the state that is worst for the deviator, are
  struck out until none is left that should be. What remains are equilibria, exactly.

With a lottery the set is the polygon of `theory.payoff_polygon`; for patient players lotteries add nothing
(Sorin 1986, Math. Oper. Res. 11:147-160), for impatient ones the set without may be full of holes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.arrays import discount_factor_of, whole_number
from theory.errors import InputError
from theory.game import Game, require_game

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_ROUNDING = 1e-9  # of the payoff ranges
_MOST_CELLS = 5000  # of an axis, for the memory's sake


@dataclass(frozen=True, eq=False)
class PathPayoffs:
    """Bounds on the payoffs of equilibria without public randomisation.

    Attributes
    ----------
    points
        Payoffs of equilibria, shape ``(K, 2)``: within the set, exactly.
    profiles, following, punishments
        Their play: action profile ``(K, 2)`` and next state ``(K,)`` of each state, and the state after a deviation of
        each player, shape ``(2,)``.
    corners
        Lower corners of the cells that cover the set, shape ``(M, 2)``.
    cell
        Sides of a cell, shape ``(2,)``.
    discount_factor
        As given.
    """

    points: Floats
    profiles: Integers
    following: Integers
    punishments: Integers
    corners: Floats
    cell: Floats
    discount_factor: float

    @property
    def is_empty(self) -> bool:
        """Whether there is no equilibrium in pure strategies without lotteries."""
        return len(self.corners) == 0

    def __repr__(self) -> str:
        found = "empty" if self.is_empty else f"{len(self.points)} equilibrium payoffs, {len(self.corners)} cells"
        return f"PathPayoffs({found}; discount factor {self.discount_factor:g})"

    def covers(self, payoffs: Floats) -> bool:
        """Whether a pair of payoffs lies in one of the cells."""
        inside = (self.corners <= payoffs + _ROUNDING * self.cell) & (
            payoffs <= self.corners + self.cell * (1 + _ROUNDING)
        )
        return bool(inside.all(axis=1).any())


def path_payoffs(game: Game, discount_factor: float, *, cells: int = 200) -> PathPayoffs:
    """Payoffs of pure subgame-perfect equilibria without public randomisation, from within and from outside.

    Parameters
    ----------
    game
        A single two-player game.
    discount_factor
        In (0, 1).
    cells
        Cells along each side of the box of all payoffs, at least 4.

    Raises
    ------
    InputError
        For another number of players, a batch, or numbers out of range.

    Examples
    --------
    >>> race = Game.from_bimatrix([[9, 1], [10, 3]], [[9, 10], [1, 3]])
    >>> path_payoffs(race, 0.1).points  # impatient ones race
    array([[3., 3.]])
    >>> bool((path_payoffs(race, 0.4).points == 9).all(axis=1).any())  # restraint for ever, by grim threats
    True
    """
    require_game(game, "path_payoffs")
    discount_factor = discount_factor_of(discount_factor)
    if game.n_players != 2 or game.batch_ndim:
        raise InputError(f"{game!r}: a single two-player game is needed")
    cells = whole_number(cells, "cells", 4, _MOST_CELLS)
    tables, level, scale = game.in_ranges()
    gains = np.stack([table.max(axis=i, keepdims=True) - table for i, table in enumerate(tables)])
    stage, needed = (array.reshape(2, -1).T for array in (tables, gains))
    alive = _outer(stage, needed, float(discount_factor), int(cells))
    places = np.argwhere(alive)
    states, following = _states(places, alive, stage, needed, float(discount_factor))
    kept, values, punishments = _struck(states, following, stage, needed, float(discount_factor))
    index = np.full(len(states), -1)
    index[kept] = np.arange(len(kept))
    profiles = np.array(list(np.ndindex(*game.n_actions)), np.int64)
    # a payoff that is the same number for several states is one state
    _, first, same = np.unique(values.round(12), axis=0, return_index=True, return_inverse=True)
    same = same.reshape(-1)
    step = scale / cells
    return PathPayoffs(
        values[first] * scale + np.asarray(level, float),
        profiles[states[kept][first]],
        same[index[following[kept]]][first] if len(kept) else np.empty(0, np.int64),
        same[punishments] if len(kept) else np.empty(0, np.int64),
        places * step + np.asarray(level, float),
        step,
        float(discount_factor),
    )


def _outer(stage: Floats, needed: Floats, d: float, cells: int) -> NDArray[np.bool_]:
    """Cells that stay, shape ``(cells, cells)``."""
    alive = np.ones((cells, cells), bool)
    lower = np.arange(cells) / cells
    while True:
        if not alive.any():
            return alive
        threats = np.array([np.flatnonzero(alive.any(axis=1 - i))[0] for i in range(2)]) / cells
        total = np.zeros((cells + 1, cells + 1), np.int64)
        total[1:, 1:] = alive.cumsum(axis=0).cumsum(axis=1)
        stay = np.zeros_like(alive)
        for g, h in zip(stage, needed, strict=True):
            least = threats + (1 - d) / d * h
            ranges = []
            for i in range(2):
                low = np.maximum((lower - (1 - d) * g[i]) / d, least[i]) - _ROUNDING
                high = (lower + 1 / cells - (1 - d) * g[i]) / d + _ROUNDING
                first = np.clip(np.ceil(low * cells) - 1, 0, cells).astype(np.int64)  # touching counts
                last = np.clip(np.floor(high * cells) + 1, 0, cells).astype(np.int64)
                ranges.append((first, np.where(high < low, first, np.maximum(last, first))))
            (a, b), (c, e) = ranges
            count = total[np.ix_(b, e)] - total[np.ix_(a, e)] - total[np.ix_(b, c)] + total[np.ix_(a, c)]
            stay |= count > 0
        if (stay & alive == alive).all():
            return alive
        alive &= stay


def _states(
    places: Integers, alive: NDArray[np.bool_], stage: Floats, needed: Floats, d: float
) -> tuple[Integers, Integers]:
    """Profile and next cell of each cell that stayed, the one whose centre is nearest to the continuation asked for."""
    from scipy.spatial import KDTree

    if not len(places):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    cells = len(alive)
    centres = (places + 0.5) / cells
    tree, threats = KDTree(centres), places.min(axis=0) / cells
    best, profile, following = (
        np.full(len(places), np.inf),
        np.zeros(len(places), np.int64),
        np.zeros_like(places[:, 0]),
    )
    for a, (g, h) in enumerate(zip(stage, needed, strict=True)):
        continuation = (centres - (1 - d) * g) / d
        short = np.maximum(threats + (1 - d) / d * h - continuation, 0).max(axis=1)
        distance, nearest = (np.asarray(found) for found in tree.query(continuation))
        distance = distance + short
        better = distance < best
        best[better], profile[better], following[better] = distance[better], a, nearest[better]
    for k in np.flatnonzero((needed <= _ROUNDING).all(axis=1)).tolist():  # a stage equilibrium for ever is one
        home = int(tree.query(stage[k])[1])
        profile[home], following[home] = k, home
    for k, g in enumerate(stage):  # and so may be any profile for ever
        home = int(tree.query(g)[1])
        if np.abs(centres[home] - g).max() <= 1 / cells and profile[home] != k and following[home] != home:
            profile[home], following[home] = k, home
    return profile, following


def _struck(
    profile: Integers, following: Integers, stage: Floats, needed: Floats, d: float
) -> tuple[Integers, Floats, Integers]:
    """States that are left when all are struck out from which a deviation pays; their values, and punishments."""
    kept = np.arange(len(profile))
    values = _path_values(profile, following, stage, d)
    while len(kept):
        worst = values[kept].min(axis=0)
        gain = (1 - d) * needed[profile[kept]] - d * (values[following[kept]] - worst)
        good = (gain <= _ROUNDING).all(axis=1) & np.isin(following[kept], kept)
        if good.all():
            return kept, values[kept], values[kept].argmin(axis=0).astype(np.int64)
        kept = kept[good]
    return kept, np.empty((0, 2)), np.empty(0, np.int64)


def _path_values(profile: Integers, following: Integers, stage: Floats, d: float) -> Floats:
    """Discounted payoffs of the paths: by doubling, ``v_2n = v_n + d^n v_n(after n)``, to the last digit."""
    if not len(profile):
        return np.empty((0, 2))
    values, jump, weight = (1 - d) * stage[profile], following.copy(), d
    while weight > 1e-18:
        values = values + weight * values[jump]
        jump, weight = jump[jump], weight * weight
    return np.asarray(values)
