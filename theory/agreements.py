"""Agreements on what may be done, with verification and penalties, as transforms of the stage game.

Actions outside an agreed set are forbidden. A *cap* takes them away; *inspection* leaves them, but a forbidden action
is found with some probability, and who is found pays a penalty, shared among the others or lost. Both give a `Game`
again, for every solver and for repeated play (Becker 1968, J. Polit. Econ. 76:169-217: what deters is probability times
penalty; Avenhaus, von Stengel & Zamir 2002, Handbook of Game Theory, ch. 51).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.errors import InputError
from theory.game import Game

Floats = NDArray[np.float64]


def capped(game: Game, allowed: Sequence[Sequence[int]]) -> Game:
    """The game in which forbidden actions cannot be taken.

    Parameters
    ----------
    game
        Any game, also a batch.
    allowed
        For each player the actions that remain, in order.

    Raises
    ------
    InputError
        If a player has none left, or one does not exist.

    Examples
    --------
    >>> race = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> capped(race, [[0], [0, 1]]).payoffs.tolist()
    [[[3.0, 0.0]], [[3.0, 5.0]]]
    """
    _check(game, allowed)
    payoffs = np.asarray(game.payoffs)
    for i, own in enumerate(allowed):
        payoffs = np.take(payoffs, list(own), axis=payoffs.ndim - game.n_players + i)
    return Game(payoffs, batch_ndim=game.batch_ndim)


def inspected(
    game: Game, allowed: Sequence[Sequence[int]], *, detection: ArrayLike, penalty: ArrayLike, shared: bool = False
) -> Game:
    """The game in which forbidden actions are found with some probability and cost a penalty.

    Parameters
    ----------
    game
        Any game, also a batch.
    allowed
        For each player the actions that cost nothing.
    detection
        Probability that a forbidden action is found, one or one for each player.
    penalty
        In the unit of payoffs, not negative, one or one for each player.
    shared
        Whether the others get the penalty, in equal parts; else it is lost.

    Raises
    ------
    InputError
        For actions that do not exist, or numbers out of range.

    Examples
    --------
    >>> race = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> inspected(race, [[0], [0]], detection=0.5, penalty=6).payoffs[0]
    array([[ 3.,  0.],
           [ 2., -2.]])
    """
    _check(game, allowed)
    n = game.n_players
    chance, cost = (np.asarray(value, float) for value in (detection, penalty))
    if chance.shape not in ((), (n,)) or not ((chance >= 0) & (chance <= 1)).all():
        raise InputError(f"detection is {detection!r}; it must be a probability, or one for each player")
    if cost.shape not in ((), (n,)) or not (cost >= 0).all() or not np.isfinite(cost).all():
        raise InputError(f"penalty is {penalty!r}; it must be finite and not negative, one or one for each player")
    expected = np.broadcast_to(chance * cost, (n,))
    payoffs = np.array(game.payoffs, float)
    tables = np.moveaxis(payoffs, game.batch_ndim, 0)  # a view: player by player
    for i, own in enumerate(allowed):
        forbidden = np.where(np.isin(np.arange(game.n_actions[i]), own), 0.0, expected[i])
        charge = forbidden.reshape(-1, *(1,) * (n - 1 - i))
        for j in range(n):
            tables[j] += -charge if j == i else charge / (n - 1) * shared
    return Game(payoffs, batch_ndim=game.batch_ndim)


def deterring_penalty(game: Game, profile: Sequence[int], detection: ArrayLike = 1.0) -> Floats:
    """Smallest penalty for each player that makes a profile an equilibrium, if every other action is forbidden.

    Parameters
    ----------
    profile
        Actions of all players in a single game.
    detection
        Probability of being found, in (0, 1], one or one for each player.

    Returns
    -------
    array of shape ``(N,)``
        What the best deviation gains over the probability of being found; zero where none does.

    Raises
    ------
    InputError
        For a batch, a profile that does not exist, or a probability out of range.

    Examples
    --------
    >>> deterring_penalty(Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]]), (0, 0), detection=0.5)
    array([4., 4.])
    """
    chance, n = np.asarray(detection, float), game.n_players
    if (
        game.batch_ndim
        or len(profile) != n
        or not all(0 <= a < m for a, m in zip(profile, game.n_actions, strict=True))
    ):
        raise InputError(f"profile is {tuple(profile)}; it must be an action profile of a single game, not of {game!r}")
    if chance.shape not in ((), (n,)) or not ((chance > 0) & (chance <= 1)).all():
        raise InputError(f"detection is {detection!r}; it must lie in (0, 1], one or one for each player")
    gains = []
    for i, payoff in enumerate(np.asarray(game.payoffs, float)):
        own = payoff[tuple(slice(None) if j == i else int(a) for j, a in enumerate(profile))]
        gains.append(own.max() - own[profile[i]])
    return np.asarray(np.array(gains) / chance)


def _check(game: Game, allowed: Sequence[Sequence[int]]) -> None:
    fits = len(allowed) == game.n_players and all(
        len(own) and len(set(own)) == len(own) and all(a in range(m) for a in own)
        for own, m in zip(allowed, game.n_actions, strict=False)
    )
    if not fits:
        raise InputError(
            f"allowed is {[list(own) for own in allowed]}; some different actions of each player of {game!r}"
        )
