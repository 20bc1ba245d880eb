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

from theory.arrays import finite_floats, profile_of
from theory.errors import InputError
from theory.game import Array, Game, require_game

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
    _check(game, allowed, "capped")

    def kept(table: Array) -> Array:
        for i, own in enumerate(allowed):
            table = np.take(table, list(own), axis=table.ndim - game.n_players + i)
        return table

    return Game(
        kept(game.payoffs),
        players=game.players,
        actions=[[labels[a] for a in own] for labels, own in zip(game.actions, allowed, strict=True)],
        outcomes={name: kept(values) for name, values in game.outcomes.items()},
        batch_ndim=game.batch_ndim,
    )


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
    _check(game, allowed, "inspected")
    n = game.n_players
    chance, cost = finite_floats(detection, "detection"), finite_floats(penalty, "penalty")
    if chance.shape not in ((), (n,)) or not ((chance >= 0) & (chance <= 1)).all():
        raise InputError(f"detection is {detection!r}; it must be a probability, or one for each player")
    if cost.shape not in ((), (n,)) or not (cost >= 0).all():
        raise InputError(f"penalty is {penalty!r}; it must be finite and not negative, one or one for each player")
    expected = np.broadcast_to(chance * cost, (n,))
    payoffs = np.array(game.payoffs, float)
    tables = np.moveaxis(payoffs, game.batch_ndim, 0)  # a view: player by player
    for i, own in enumerate(allowed):
        forbidden = np.where(np.isin(np.arange(game.n_actions[i]), own), 0.0, expected[i])
        charge = forbidden.reshape(-1, *(1,) * (n - 1 - i))
        for j in range(n):
            tables[j] += -charge if j == i else charge / (n - 1) * shared
    return Game(payoffs, players=game.players, actions=game.actions, outcomes=game.outcomes, batch_ndim=game.batch_ndim)


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
    require_game(game, "deterring_penalty")
    chance, n = finite_floats(detection, "detection"), game.n_players
    if game.batch_ndim:
        raise InputError(f"{game!r} is a batch; pick one draw of it: game[0]")
    profile = profile_of(profile, game.n_actions, "profile")
    if chance.shape not in ((), (n,)) or not ((chance > 0) & (chance <= 1)).all():
        raise InputError(f"detection is {detection!r}; it must lie in (0, 1], one or one for each player")
    gains = []
    for i, payoff in enumerate(np.asarray(game.payoffs, float)):
        own = payoff[tuple(slice(None) if j == i else int(a) for j, a in enumerate(profile))]
        gains.append(own.max() - own[profile[i]])
    return np.asarray(np.array(gains) / chance)


def _check(game: Game, allowed: Sequence[Sequence[int]], what: str) -> None:
    require_game(game, what)
    try:
        fits = len(allowed) == game.n_players and all(
            len(own) and len(set(own)) == len(own) and all(a in range(m) for a in own)
            for own, m in zip(allowed, game.n_actions, strict=False)
        )
    except TypeError:
        fits = False
    if not fits:
        raise InputError(
            f"allowed is {str(allowed)[:60]}; it must be a list of different actions for each player of {game!r}"
        )
