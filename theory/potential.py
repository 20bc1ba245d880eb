"""Potential games, and the potential, harmonic and nonstrategic parts of any finite game.

A function ``phi`` of profiles is an exact potential if every change of one player's action changes ``phi`` by as much
as that player's payoff, a weighted one if by as much up to a factor ``w_i > 0`` (Monderer and Shapley 1996, Games
Econ. Behav. 14:124-143). Write each payoff as a sum of interactions, ``u_i = sum_S u_i^S``, one for every set ``S`` of
players: ``u_i^S`` depends on the actions in S only and averages to zero over each of them. Then

    exact potential:      u_i^S = u_j^S        for all i, j in S,
    weighted potential:   u_i^S / w_i = u_j^S / w_j.

The part of ``u_i`` without ``i`` in S is *nonstrategic*: it moves no best reply. Any game is the sum of a nonstrategic
part, a potential part and a *harmonic* one, whose own-deviation gains add up to zero at every profile (Candogan,
Menache, Ozdaglar, Parrilo 2011, Math. Oper. Res. 36:474-503, theorem 4.1). The closest potential has, for n_i actions,

    phi^S = sum_{i in S} n_i u_i^S / sum_{i in S} n_i,

as the interactions are the eigenvectors of the Laplacian of the game's graph of deviations.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.display import numbers
from theory.errors import InputError
from theory.game import Array, Game, require_game

TOLERANCE = 1e-10
"""Largest share of the payoff range that counts as rounding."""


@dataclass(frozen=True, eq=False, repr=False)
class Decomposition:
    """Parts of a game; ``potential_part + harmonic_part + nonstrategic_part`` are its payoffs.

    Attributes
    ----------
    potential
        The closest potential, with mean zero, shape ``(*batch, n_0, ..., n_{N-1})``.
    potential_part, harmonic_part, nonstrategic_part
        Payoffs of the three games, shape of the payoffs.
    """

    game: Game
    potential: Array
    potential_part: Array
    harmonic_part: Array
    nonstrategic_part: Array

    def __repr__(self) -> str:
        if self.game.batch_ndim:
            return f"decomposition of {self.game!r}: {self.is_potential.mean():.1%} are potential games"
        kind = "a potential game" if self.is_potential else "no potential game"
        head = f"decomposition of {self.game!r}: {kind}, harmonic share {float(self.harmonic_share):.4g}"
        best = np.unravel_index(int(np.argmax(np.asarray(self.potential, float))), self.game.n_actions)
        where = ", ".join(labels[a] for labels, a in zip(self.game.actions, best, strict=True))
        return f"{head}\n  largest potential at {where}"

    @property
    def harmonic_share(self) -> NDArray[np.float64]:
        """Size of the harmonic part over that of both strategic parts (root mean squares), shape ``batch``; 0 .. 1."""
        axes = tuple(range(self.game.batch_ndim, self.game.payoffs.ndim))
        parts = [np.asarray(part, float) for part in (self.harmonic_part, self.potential_part)]
        unit = np.maximum(*(np.abs(part).max(axis=axes, keepdims=True) for part in parts))
        unit = np.where(unit > 0, unit, 1.0)  # squares of payoffs as they are may be too large or small for floats
        harmonic, potential = (((part / unit) ** 2).sum(axis=axes) for part in parts)
        whole = harmonic + potential
        return np.asarray(np.sqrt(np.divide(harmonic, whole, out=np.zeros(np.shape(whole)), where=whole > 0)))

    @property
    def is_potential(self) -> NDArray[np.bool_]:
        """Whether the game has an exact potential, shape ``batch``: no harmonic part, up to rounding."""
        axes = tuple(range(self.game.batch_ndim, self.game.payoffs.ndim))
        worst = np.asarray(abs(self.harmonic_part).max(axis=axes), float)
        return np.asarray(worst <= (0 if self.game.is_exact else TOLERANCE) * np.asarray(self.game.payoff_range, float))


@dataclass(frozen=True, eq=False, repr=False)
class WeightedPotential:
    """A weighted potential: ``u_i`` changes by ``weights[i]`` times the change of ``potential`` when i deviates."""

    weights: tuple[Any, ...]
    potential: Array

    def __repr__(self) -> str:
        kind = "exact" if self.is_exact else f"weights {numbers(self.weights)}"
        return f"potential of a game of {' x '.join(map(str, self.potential.shape))} actions: {kind}"

    @property
    def is_exact(self) -> bool:
        """Whether all weights are equal: an exact potential."""
        return len(set(self.weights)) == 1

    def maximiser(self) -> tuple[int, ...]:
        """Profile with the largest potential: a pure equilibrium.

        If it is the only one it is robust to incomplete information (Ui 2001, Econometrica 69:1373-1380).
        """
        flat = int(np.argmax(np.asarray(self.potential, float)))
        return tuple(int(a) for a in np.unravel_index(flat, self.potential.shape))


def decompose(game: Game) -> Decomposition:
    """Potential, harmonic and nonstrategic parts of a game or of every draw of a batch; exact for rationals.

    Source: Candogan, Menache, Ozdaglar and Parrilo (2011), theorem 4.1; the parts are computed from interactions (see
    the module).

    Parameters
    ----------
    game
        Any number of players; any batch.

    Returns
    -------
    Decomposition
        Three games that add up to the payoffs, shape ``(*batch, N, n_0, ..., n_{N-1})`` each, and the closest
        potential, shape ``(*batch, n_0, ..., n_{N-1})``; all in the unit of the payoffs.

    Raises
    ------
    InputError
        For what is no game.

    Examples
    --------
    A prisoner's dilemma is a potential game, matching pennies has nothing but a harmonic part:

    >>> float(decompose(Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])).harmonic_share)
    0.0
    >>> float(decompose(Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])).harmonic_share)
    1.0
    """
    require_game(game, "decompose")
    sizes = game.n_actions
    plain, _ = game.from_minimum()  # a high level of payoffs would leave its rounding in the averages
    potential: Array = np.zeros((*game.batch_shape, *sizes), dtype=game.payoffs.dtype) * plain.payoff(0)
    for players, parts in _interactions(plain):
        weight = sum(sizes[i] for i in players)
        potential = potential + sum(sizes[i] * part for i, part in parts.items()) / weight
    strategic, own = [], []
    for i in range(game.n_players):
        payoff = plain.payoff(i)
        strategic.append(payoff - _average(payoff, i - game.n_players))
        own.append(potential - _average(potential, i - game.n_players))
    potential_part, changes = (np.stack(parts, axis=game.batch_ndim) for parts in (own, strategic))
    return Decomposition(game, potential, potential_part, changes - potential_part, game.payoffs - changes)


def weighted_potential(game: Game) -> WeightedPotential | None:
    """Weighted potential of a single game, the exact one where there is one; None if there is none.

    Returns
    -------
    WeightedPotential or None
        Weights relative to the first player of each group that interacts.

    Raises
    ------
    InputError
        For a batch of games.

    Examples
    --------
    >>> game = Game.from_bimatrix([[3, 0], [5, 1]], [[30, 50], [0, 10]])  # the second counts in another unit
    >>> [round(weight, 9) for weight in weighted_potential(game).weights]
    [1.0, 10.0]
    """
    require_game(game, "weighted_potential")
    if game.batch_ndim:
        raise InputError(f"weighted_potential takes a single game, not {game!r}; pick one draw of it: game[0]")
    slack = 0.0 if game.is_exact else TOLERANCE + _lost(game)
    game, _ = game.from_minimum()
    shared = [(players, parts) for players, parts in _interactions(game) if len(players) > 1]
    ranges = [np.ptp(np.asarray(game.payoff(i), float)) or 1.0 for i in range(game.n_players)]
    weights = _weights(game, shared, ranges, slack)
    if weights is None:
        return None
    payoffs = [game.payoff(i) / weight for i, weight in enumerate(weights)]
    found = decompose(Game(np.stack(payoffs)))
    sizes = [spread / float(weight) for spread, weight in zip(ranges, weights, strict=True)]
    worst = [float(abs(part).max()) / size for part, size in zip(found.harmonic_part, sizes, strict=True)]
    return WeightedPotential(tuple(weights), found.potential) if max(worst) <= 10 * slack else None


def _lost(game: Game) -> float:
    """Rounding of payoffs that have a high level, as a share of their range."""
    rows = game.payoffs.reshape(game.n_players, -1)
    spread = np.ptp(rows, axis=1)
    level = np.abs(rows).max(axis=1)[spread > 0] / spread[spread > 0]
    return float(8 * np.finfo(float).eps * level.max(initial=0.0))


def _weights(game: Game, shared: Any, ranges: list[Any], slack: float) -> list[Any] | None:
    """Factors at which the interactions of every two players who share one agree; None if signs do not allow it."""
    one = Fraction(1) if game.is_exact else 1.0
    # squares of payoffs as they are may be too large or small for floats; powers of two round nothing
    units = [one if game.is_exact else 2.0 ** int(np.frexp(spread)[1]) for spread in ranges]
    weights: dict[int, Any] = {}
    links: dict[int, list[tuple[int, Any]]] = {i: [] for i in range(game.n_players)}
    for _, parts in shared:
        for i, j in itertools.combinations(parts, 2):
            large = float(abs(parts[i]).max()) > slack * ranges[i]
            if large != (float(abs(parts[j]).max()) > slack * ranges[j]):
                return None
            if large:
                own, other = parts[i] / units[i], parts[j] / units[j]
                product, square = (own * other).sum(), (own**2).sum()
                if product <= 0:
                    return None
                links[i].append((j, product / square * (units[j] / units[i])))
                links[j].append((i, square / product * (units[i] / units[j])))
    for root in range(game.n_players):
        queue = [] if root in weights else [root]
        weights.setdefault(root, one)
        while queue:
            i = queue.pop()
            for j, ratio in links[i]:
                if j not in weights:
                    weights[j] = weights[i] * ratio
                    queue.append(j)
    result = [weights[i] for i in range(game.n_players)]
    # rounding must not turn an exact potential into a weighted one
    return result if game.is_exact else [one if abs(w - 1) < max(1e-9, slack) else float(w) for w in result]


def _interactions(game: Game) -> Iterator[tuple[tuple[int, ...], dict[int, Array]]]:
    """For every set of players, the interaction of it in the payoff of each of its members."""
    n = game.n_players
    for size in range(1, n + 1):
        for players in itertools.combinations(range(n), size):
            parts = {}
            for i in players:
                part = game.payoff(i)
                for j in range(n):
                    mean = _average(part, j - n)
                    part = part - mean if j in players else mean + 0 * part
                parts[i] = part
            yield players, parts


def _average(values: Array, axis: int) -> Array:
    total = values.sum(axis=axis, keepdims=True)
    return np.asarray(total / Fraction(values.shape[axis]) if values.dtype == object else total / values.shape[axis])
