"""Simple learning rules: fictitious play, and best replies to neighbours.

Ties
----
Actions whose payoffs differ by at most 1e-12 of the player's payoff range count as equally good. The lowest of them
is played, or one of them at random if a generator is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats, number_between, profile_of, whole_number
from theory.distances import distances_note
from theory.errors import InputError
from theory.game import Array, Game, require_game
from theory.generators import require_generator
from theory.solution import Solution, product_distribution

TIE = 1e-12


@dataclass(frozen=True, eq=False)
class LearningPath:
    """What the players of a game came to believe.

    Parameters
    ----------
    game
        The stage game.
    beliefs
        One array per player, shape ``(rounds, n_i)``: what the others believe about player ``i`` in each round.
    actions
        Shape ``(rounds, N)``: what each player did in each round.
    """

    game: Game
    beliefs: tuple[Array, ...]
    actions: Array

    def __repr__(self) -> str:
        return f"LearningPath(fictitious play, {len(self.actions)} rounds of {self.game!r})"

    def distribution(self, burn_in: int = 0) -> Array:
        """Shares of the action profiles in play after the first rounds, shape ``(n_0, ..., n_{N-1})``."""
        return empirical_distribution(self.game, self.actions, burn_in)

    def solution(self) -> Solution:
        """The last beliefs as a `Solution`, whose regret is their distance to Nash; the note has those of play."""
        last = product_distribution([belief[-1:] for belief in self.beliefs])
        note = f"of play: {distances_note(self.game, self.distribution())}"
        return Solution(self.game, "fictitious play", last, iterations=len(self.actions), note=note)


def empirical_distribution(game: Game, actions: NDArray[np.int64], burn_in: int = 0) -> Array:
    """Shares of the action profiles in a path of shape ``(rounds, N)``, without its first rounds.

    Raises
    ------
    InputError
        If no round is left.

    Examples
    --------
    >>> flat = Game.from_bimatrix(np.zeros((2, 2)), np.zeros((2, 2)))
    >>> empirical_distribution(flat, np.array([[0, 0], [0, 1], [0, 1]]), burn_in=1)
    array([[0., 1.],
           [0., 0.]])
    """
    burn_in = whole_number(burn_in, "burn_in", 0)
    if burn_in >= len(actions):
        raise InputError(f"burn_in is {burn_in}; it must be less than all {len(actions)} rounds")
    counts = np.zeros(game.n_actions)
    np.add.at(counts, tuple(actions[burn_in:].T), 1)
    return np.asarray(counts / counts.sum())


def fictitious_play(
    game: Game,
    start: Sequence[int],
    *,
    rounds: int,
    gain: float | None = None,
    rng: np.random.Generator | None = None,
) -> LearningPath:
    """Reply best to what the others did so far (Brown 1951; Robinson 1951, Ann. Math. 54:296-301).

    Parameters
    ----------
    game
        A single game; with three or more players, the others are believed to play independently.
    start
        Actions of round 0: the first beliefs.
    rounds
        Number of rounds, that of ``start`` included.
    gain
        Weight of the newest observation, in (0, 1]; ``1/(t+1)``, the average of all rounds, if not given.
    rng
        To break ties at random; without it the lowest action is played.

    Raises
    ------
    InputError
        For a batch, actions that do not exist, or a gain out of range.

    Examples
    --------
    >>> pennies = Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    >>> fictitious_play(pennies, [0, 0], rounds=3).beliefs[1]
    array([[1.   , 0.   ],
           [0.5  , 0.5  ],
           [0.333, 0.667]])
    """
    _check_play(game, start, rounds, gain)
    plain, _ = game.from_minimum()
    rng = None if rng is None else require_generator(rng)
    players = range(game.n_players)
    beliefs = [np.zeros((rounds, n)) for n in game.n_actions]
    actions = np.zeros((rounds, game.n_players), dtype=np.int64)
    actions[0] = start
    for i in players:
        beliefs[i][0, actions[0, i]] = 1
    for t in range(1, rounds):
        weight = 1 / (t + 1) if gain is None else gain
        believed = product_distribution([belief[t - 1 : t] for belief in beliefs])
        for i in players:
            payoffs = np.asarray(plain.deviation_payoffs(i, believed)[0], dtype=float)
            actions[t, i] = _best(payoffs, float(np.max(plain.payoff(i))), rng)
            beliefs[i][t] = (1 - weight) * beliefs[i][t - 1]
            beliefs[i][t, actions[t, i]] += weight
    return LearningPath(game, tuple(beliefs), actions)


def local_interaction(
    payoffs: ArrayLike,
    adjacency: ArrayLike,
    start: Sequence[int],
    revisers: Sequence[Sequence[int]],
    rng: np.random.Generator | None = None,
) -> NDArray[np.int64]:
    """Reply best to the neighbours' last actions (Ellison 1993, Econometrica 61:1047-1071).

    Parameters
    ----------
    payoffs
        Shape ``(n, n)``: what an action (row) gets against a neighbour's action (column).
    adjacency
        Shape ``(N, N)``: weight of neighbour ``j`` for player ``i``; not negative.
    start
        Actions of the N players.
    revisers
        Who revises in each round, at the same time: ``[range(N)] * T`` is simultaneous play, ``[[0], [1], [2]]``
        one after the other.
    rng
        To break ties at random; without it the lowest action is played.

    Returns
    -------
    array of shape ``(len(revisers) + 1, N)``
        Actions, from ``start`` on.

    Raises
    ------
    InputError
        For wrong shapes, values that are not finite, or players and actions that do not exist.

    Examples
    --------
    >>> network = [[0, 1, 3], [2, 0, 1], [3, 2, 0]]
    >>> local_interaction([[4, 0], [2, 3]], network, [0, 0, 1], [range(3)] * 2)
    array([[0, 0, 1],
           [1, 0, 0],
           [0, 1, 1]])
    """
    matrix, weights = _local_inputs(payoffs, adjacency, start, revisers)
    rng = None if rng is None else require_generator(rng)
    n_actions = len(matrix)
    path = np.empty((len(revisers) + 1, len(weights)), dtype=np.int64)
    path[0] = start
    for t, revising in enumerate(revisers):
        path[t + 1] = path[t]
        met = weights @ np.eye(n_actions)[path[t]]  # weight of each action among the neighbours
        for i in revising:
            scale = float(np.ptp(matrix)) * float(weights[i].sum())
            path[t + 1, i] = _best(matrix @ met[i], scale, rng)
    return path


def _best(payoffs: Array, scale: float, rng: np.random.Generator | None) -> int:
    best = np.flatnonzero(payoffs >= payoffs.max() - TIE * scale)
    return int(best[0] if rng is None else rng.choice(best))


def _check_play(game: Game, start: Sequence[int], rounds: int, gain: float | None) -> None:
    require_game(game, "fictitious_play")
    if game.batch_ndim:
        raise InputError(f"{game!r} is a batch; pick one draw of it: game[0]")
    profile_of(start, game.n_actions, "start")
    whole_number(rounds, "rounds")
    if gain is not None and not number_between(gain, "gain", 0, 1) > 0:
        raise InputError(f"gain is {gain}; it must be in (0, 1]")


def _local_inputs(
    payoffs: ArrayLike, adjacency: ArrayLike, start: Sequence[int], revisers: Sequence[Sequence[int]]
) -> tuple[Array, Array]:
    matrix, weights = finite_floats(payoffs, "payoffs"), finite_floats(adjacency, "adjacency")
    for name, table in {"payoffs": matrix, "adjacency": weights}.items():
        if table.ndim != 2 or table.shape[0] != table.shape[1]:
            raise InputError(f"{name} has shape {table.shape}; it must be a square table of finite numbers")
    if not (weights >= 0).all():
        raise InputError("adjacency has negative weights; every weight must be at least 0")
    profile_of(start, (len(matrix),) * len(weights), "start")
    try:
        every = np.array([i for revising in revisers for i in revising])
    except TypeError:
        every = np.array([-1])
    if every.size and not (every.dtype.kind in "iu" and (every >= 0).all() and (every < len(weights)).all()):
        raise InputError(
            f"revisers is {str(revisers)[:60]}; it must be, for each round, a list of players, 0 to {len(weights) - 1}"
        )
    return matrix, weights
