"""All equilibria of a stack of small two-player games in one call, by support enumeration along the draws.

Definitions
-----------
A pair of supports of equal size, ``I`` of rows and ``J`` of columns, carries at most one equilibrium of a game
without ties: the mixture ``y`` on ``J`` that makes the rows of ``I`` equally good, and the mixture ``x`` on ``I`` that
does so for the columns of ``J`` (von Stengel 2002, Handbook of Game Theory 3, algorithm 2.4). With ``D`` the
differences between the payoffs of the rows of ``I`` and those of the first of them, a (k-1, k) matrix, ``D y = 0`` is
solved by the
minors of ``D`` with alternating signs; ``y`` is a distribution with support ``J`` if all of these have the same sign.

The pair of supports is also the *identity* of an equilibrium: as parameters move, the equilibrium on a pair moves
continuously, until it ends where a probability reaches zero or another action becomes as good. So the places
of the result are pairs of supports, the same in all draws, and a mask says in which draws a place is filled.

Ties: if an action outside ``I`` is exactly as good as those in ``I`` against a mixture that makes ``I`` indifferent,
or the mixture is not unique, there may be a continuum of equilibria. Without such ties every vertex of the
best-response polytopes has as many best replies as actions in use, and then the list is complete (von Stengel 2002,
section 2.5). A draw with a tie (up to the rounding of its own mixture) is kept, with what was found, and
marked not complete. If nothing was found in it, its extreme equilibria are enumerated exactly.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.certificate import largest
from theory.errors import InputError
from theory.game import Array, Game, require_game
from theory.solution import TOLERANCE, Solution
from theory.vertices import note_of_ties, vertex_enumeration

Booleans = NDArray[np.bool_]
Support = tuple[int, ...]
Pair = tuple[Support, Support]
Rows = list[list[Array]]

MOST_PAIRS = 300
"""Support pairs of the largest games taken (4 x 4 has 69, 5 x 5 has 251)."""

BLOCK = 8192
"""Draws handled at once: arrays of 64 kB, which stay in the cache."""

MOST_NUMBERS = 250_000_000
"""Probabilities in the largest result (2 GB)."""

_ROUNDING = 1e-14  # of a sum of products of payoffs in [0, 1], with room for k <= 5


@dataclass(frozen=True, eq=False, repr=False)
class BatchSolution(Solution):
    """Equilibria of a stack of games, in places that mean the same pair of supports in every draw.

    Attributes
    ----------
    supports
        ``((rows), (columns))`` in use in each of the K places; only pairs that occur in some draw are listed, a second
        time where a draw with ties has two extreme equilibria on one.
    """

    supports: tuple[Pair, ...] = ()

    def place(self, rows: Support, columns: Support) -> int | None:
        """Place of the equilibria on these supports; None if they occur in no draw."""
        pair = (tuple(rows), tuple(columns))
        return self.supports.index(pair) if pair in self.supports else None

    def frequencies(self) -> dict[Pair, float]:
        """Share of the draws in which each pair of supports carries an equilibrium."""
        filled = self.mask.reshape(-1, len(self.supports))
        return {
            pair: float(filled[:, [k for k, other in enumerate(self.supports) if other == pair]].any(axis=1).mean())
            for pair in dict.fromkeys(self.supports)
        }


def support_pairs(m: int, n: int) -> list[Pair]:
    """All pairs of supports of equal size, smallest first.

    Examples
    --------
    >>> support_pairs(2, 2)
    [((0,), (0,)), ((0,), (1,)), ((1,), (0,)), ((1,), (1,)), ((0, 1), (0, 1))]
    """
    return [
        pair
        for k in range(1, min(m, n) + 1)
        for pair in itertools.product(itertools.combinations(range(m), k), itertools.combinations(range(n), k))
    ]


def batch_support_enumeration(game: Game) -> BatchSolution:
    """All equilibria of every game of a stack of two-player games.

    Parameters
    ----------
    game
        Two players, any batch axes, up to `MOST_PAIRS` pairs of supports: 4 x 4, 5 x 5, 3 x 9, 2 x 24.

    Returns
    -------
    BatchSolution
        Distributions of shape ``(*batch, K, m, n)``, with a mask, counts and regrets. ``complete`` has shape
        ``batch``: False in draws with ties, of which `vertex_enumeration` finds the extreme equilibria. Exact
        rationals are taken as floats; solve them one by one to keep them exact.

    Raises
    ------
    InputError
        If there are not two players, or the games are too large.

    Examples
    --------
    Rock, paper, scissors has one equilibrium; meeting in one of three places has seven:

    >>> rps, meet = np.array([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]]), np.eye(3)
    >>> solution = batch_support_enumeration(Game.from_bimatrix([rps, meet], [-rps, meet]))
    >>> solution.count, solution.complete
    (array([1, 7]), array([ True,  True]))
    >>> solution.frequencies()[(0,), (0,)]
    0.5
    """
    require_game(game, "batch_support_enumeration")
    if game.n_players != 2:
        raise InputError(f"{game!r}: support enumeration of a stack takes two-player games; use pure_nash for more")
    m, n = game.n_actions
    if math.comb(m + n, m) - 1 > MOST_PAIRS:
        raise InputError(
            f"{game!r} has {math.comb(m + n, m) - 1} pairs of supports; a stack is solved up to {MOST_PAIRS}: "
            "loop over the draws, [nash(draw) for draw in game]"
        )
    game = _as_floats(game)
    draws = math.prod(game.batch_shape)
    payoffs = game.payoffs.reshape(draws, 2, m, n).transpose(1, 2, 3, 0)
    found: dict[Pair, list[tuple[int, Booleans, Array, Array]]] = {}
    complete = np.empty(draws, bool)
    for start in range(0, draws, BLOCK):
        block = payoffs[..., start : start + BLOCK]
        stack = _Stack(_unit(block[0]), _unit(block[1].swapaxes(0, 1)))
        for pair, mask, x, y in stack.equilibria():
            found.setdefault(pair, []).append((start, mask, x, y))
        complete[start : start + BLOCK] = ~stack.tied
    order = [pair for pair in support_pairs(m, n) if pair in found]
    if len(order) * m * n * draws > MOST_NUMBERS:
        raise InputError(
            f"the equilibria of {game!r} on {len(order)} pairs of supports would fill more than {MOST_NUMBERS:,} "
            "numbers; "
            f"solve it in parts of {MOST_NUMBERS // (len(order) * m * n):,} draws: game[start:stop]"
        )
    distributions, mask = _assemble(order, found, (m, n), draws)
    order, distributions, mask = _with_extreme(np.moveaxis(payoffs, -1, 0), order, distributions, mask)
    distributions = distributions.reshape(*game.batch_shape, len(order), m, n)
    return _certified(
        BatchSolution(
            game,
            "batch_support_enumeration",
            distributions,
            mask=mask.reshape(*game.batch_shape, len(order)),
            complete=complete.reshape(game.batch_shape),
            supports=tuple(order),
        )
    )


def _certified(solution: BatchSolution) -> BatchSolution:
    """Take out mixtures that rounding has spoiled, and say of how many draws the list is not proved complete."""
    bound = solution.tolerance * np.asarray(solution.game.payoff_range, float)
    spoiled = largest(solution.regret) > bound[..., None]  # NaN, where there is no mixture, is not
    odd = (solution.mask & ~spoiled).sum(axis=-1) % 2 == 1  # as it is without ties (Wilson 1971)
    complete = np.asarray(solution.complete) & ~spoiled.any(axis=-1) & odd
    if complete.all():
        return solution
    changes: dict[str, Any] = {"mask": solution.mask & ~spoiled} if spoiled.any() else {}
    return replace(solution, complete=complete, note=note_of_ties(complete), **changes)


def _as_floats(game: Game) -> Game:
    if not game.is_exact:
        return game
    return Game(
        game.payoffs.astype(float),
        players=game.players,
        actions=game.actions,
        outcomes=game.outcomes,
        batch_ndim=game.batch_ndim,
    )


@dataclass(eq=False)
class _Stack:
    """One block of draws; ``row[i, j]`` and ``column[j, i]`` have shape (draws,), with payoffs in [0, 1]."""

    row: Array
    column: Array

    def __post_init__(self) -> None:
        self.tied: Booleans = np.zeros(self.row.shape[-1], bool)

    def equilibria(self) -> Iterator[tuple[Pair, Booleans, Array, Array]]:
        """Pairs of supports that carry an equilibrium in some draw: where, and the mixtures ``(k, draws)``."""
        for rows, columns in support_pairs(*self.row.shape[:2]):
            y, good_y = self._mixture(self.row, rows, columns)
            x, good_x = self._mixture(self.column, columns, rows)
            mask = good_x & good_y
            if mask.any():
                yield (rows, columns), mask, x, y

    def _mixture(self, payoff: Array, indifferent: Support, used: Support) -> tuple[Array, Booleans]:
        """Mixture of ``used`` that makes ``indifferent`` the best replies, and where there is one; ties are noted."""
        k = len(used)
        if k == 1:
            mixture: Array = np.ones((1, payoff.shape[-1]))
            proper: Booleans = np.ones(payoff.shape[-1], bool)
            slack: Any = _ROUNDING
        else:
            first = payoff[indifferent[0]]
            differences = [[payoff[other, action] - first[action] for action in used] for other in indifferent[1:]]
            weights = _minors(differences)
            total = functools.reduce(np.add, weights)
            low = functools.reduce(np.minimum, weights * np.where(total < 0, -1.0, 1.0))
            proper = low > _ROUNDING
            near = np.abs(low) <= _ROUNDING  # a weight of zero, or one that rounding hides
            if near.any():
                self._note_ties(payoff, indifferent, used, weights, total, near)
            divisor = np.where(proper, total, 1.0)
            mixture = weights / divisor
            slack = _ROUNDING / np.abs(divisor)
        return mixture, self._best(payoff, indifferent, used, mixture, proper, slack)

    def _note_ties(
        self, payoff: Array, indifferent: Support, used: Support, weights: Array, total: Array, near: Booleans
    ) -> None:
        """Where weights below rounding leave open whether the mixture is on a smaller support, or any would do."""
        self.tied |= near & (np.abs(weights).max(axis=0) <= _ROUNDING)
        unclear = near & (total != 0)
        divisor = np.where(unclear, total, 1.0)
        wide = np.minimum(_ROUNDING / np.abs(divisor), 1.0)
        self.tied |= self._best(payoff, indifferent, used, weights / divisor, unclear, wide)

    def _best(
        self, payoff: Array, indifferent: Support, used: Support, mixture: Array, proper: Booleans, slack: Any
    ) -> Booleans:
        """Where no other action is better; where another is as good within ``slack``, a tie is noted."""
        own = _expected(payoff[indifferent[0]], used, mixture)
        tie = np.zeros(proper.shape, bool)
        for other in range(len(payoff)):
            if other not in indifferent:
                loss = own - _expected(payoff[other], used, mixture)
                proper = proper & (loss >= -np.minimum(slack, TOLERANCE))
                tie |= loss <= 8 * slack  # more than what is accepted: a tie noted in vain costs nothing but a claim
        self.tied |= tie & proper
        return proper


def _expected(payoffs: Array, used: Support, mixture: Array) -> Array:
    return functools.reduce(np.add, [payoffs[action] * weight for action, weight in zip(used, mixture, strict=True)])


def _minors(matrix: Rows) -> Array:
    """Signed maximal minors of a matrix of ``k - 1`` rows: a vector (k, draws) that it takes to zero."""
    k = len(matrix[0])
    minors = [_determinant(matrix, tuple(c for c in range(k) if c != j)) for j in range(k)]
    return np.stack([np.negative(minor) if j % 2 else minor for j, minor in enumerate(minors)])


def _determinant(matrix: Rows, columns: Support) -> Array:
    """Determinant of the last ``len(columns)`` rows in these columns, along the draws (expansion by rows)."""
    top = matrix[len(matrix) - len(columns)]
    if len(columns) == 1:
        return top[columns[0]]
    terms = [
        top[column] * _determinant(matrix, columns[:place] + columns[place + 1 :])
        for place, column in enumerate(columns)
    ]
    total = terms[0]
    for place, term in enumerate(terms[1:], start=1):
        total = total - term if place % 2 else total + term
    return total


def _unit(payoff: Array) -> Array:
    """Payoffs of each draw moved to [0, 1] and laid next to one another: tolerances are then free of units."""
    cells = payoff.reshape(-1, payoff.shape[-1])
    low, high = functools.reduce(np.minimum, cells), functools.reduce(np.maximum, cells)
    return np.ascontiguousarray((payoff - low) / np.where(high > low, high - low, 1.0))


def _with_extreme(
    payoffs: Array, order: list[Pair], distributions: Array, mask: Booleans
) -> tuple[list[Pair], Array, Booleans]:
    """Places, distributions and mask with the extreme equilibria of the draws in which nothing was found."""
    extreme: dict[tuple[int, Pair, int], Array] = {}
    for draw in np.flatnonzero(~mask.any(axis=1)):
        for p in vertex_enumeration(Game(payoffs[draw])).distributions:
            used = tuple(tuple(np.flatnonzero(p.sum(axis=1 - i)).tolist()) for i in (0, 1))
            again = sum((int(draw), (used[0], used[1]), k) in extreme for k in range(len(extreme)))
            extreme[int(draw), (used[0], used[1]), again] = p
    if not extreme:
        return order, distributions, mask
    places = [(pair, 0) for pair in order]
    places += sorted({(pair, again) for _, pair, again in extreme} - set(places))
    more = [(0, 0), (0, len(places) - len(order))]
    distributions = np.pad(distributions, [*more, (0, 0), (0, 0)], constant_values=np.nan)
    mask = np.pad(mask, more)
    for (where, pair, again), p in extreme.items():
        place = places.index((pair, again))
        distributions[where, place], mask[where, place] = p, True
    return [pair for pair, _ in places], distributions, mask


def _assemble(
    order: list[Pair], found: dict[Pair, list[tuple[int, Booleans, Array, Array]]], shape: tuple[int, int], draws: int
) -> tuple[Array, Booleans]:
    """Put what was found in its place: distributions (draws, K, m, n), NaN elsewhere, and the mask (draws, K)."""
    distributions = np.empty((len(order), *shape, draws))
    mask = np.zeros((len(order), draws), bool)
    for place, pair in enumerate(order):
        blocks = {start: values for start, *values in found[pair]}
        for start in range(0, draws, BLOCK):
            target = distributions[place, ..., start : start + BLOCK]
            if start not in blocks:
                target[...] = np.nan
                continue
            here, x, y = blocks[start]
            mask[place, start : start + BLOCK] = here
            empty = np.where(here, 0.0, np.nan)
            held = x + empty  # NaN where there is nothing, and so is what it is multiplied with
            for cell in itertools.product(*(range(size) for size in shape)):
                if cell[0] in pair[0] and cell[1] in pair[1]:
                    np.multiply(held[pair[0].index(cell[0])], y[pair[1].index(cell[1])], out=target[cell])
                else:
                    target[cell] = empty
    return np.moveaxis(distributions, -1, 0), mask.T
