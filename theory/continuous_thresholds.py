"""How patient players of a game over quantities must be to keep to a path, by two threats.

The stage payoffs on the path and of the *global* best deviation from it come from the game itself; the threats are a
stage equilibrium for ever (Friedman 1971), for any players and a whole batch of games, and the stick and carrot of
Abreu (1986) for symmetric ones. For players who are not alike, `theory.continuous_penal_codes` has the harshest
two-phase punishments.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import number_between
from theory.best_replies import best_reply
from theory.continuous import ContinuousGame, Floats, require_continuous
from theory.continuous_solution import ContinuousSolution
from theory.discounting import StickAndCarrot, critical_discount_factor, stick_and_carrot
from theory.errors import InputError
from theory.newton import continuous_nash

_CREDIBLE = 1e-9  # of the range of a player's payoff along its interval


def reversion_thresholds(game: ContinuousGame, path: ArrayLike, punish: ContinuousSolution | ArrayLike) -> Floats:
    """Critical discount factor of each player for a path, under the threat of a stage equilibrium for ever.

    Parameters
    ----------
    game
        A game over quantities, possibly a batch.
    path
        Choices to be kept, shape ``(*batch, N)``, in the game's unit.
    punish
        A solution (its first equilibrium is used), or choices of shape ``(*batch, N)``.

    Returns
    -------
    array of shape ``(*batch, N)``
        In [0, 1). NaN for a player that no discount factor below one keeps to the path, and for all players of a game
        in which ``punish`` is no stage equilibrium, whose threat is not credible. Discount factors may differ between
        players: each must reach its own.

    Raises
    ------
    InputError
        If choices do not fit the game, or lie outside its bounds.

    Examples
    --------
    >>> profit = lambda i: lambda x: x[..., i] * (1 - x.sum(-1))
    >>> duopoly = ContinuousGame([profit(0), profit(1)], lower=0, upper=1)
    >>> reversion_thresholds(duopoly, [1 / 4, 1 / 4], continuous_nash(duopoly)) * 17
    array([9., 9.])
    """
    require_continuous(game, "reversion_thresholds")
    kept = _within(game, path, "path")
    threat = punish.select() if isinstance(punish, ContinuousSolution) else _within(game, punish, "punish")
    players = range(game.n_players)
    tempted = np.stack([best_reply(game, kept, i)[1] for i in players], axis=-1)
    replies = [best_reply(game, threat, i) for i in players]
    gained = np.stack([value for _, value, _ in replies], axis=-1) - game.payoff(threat)
    spread = np.stack([spread for _, _, spread in replies], axis=-1)
    credible = (gained <= _CREDIBLE * spread).all(axis=-1, keepdims=True)
    at = game.payoff(kept)
    tempted = np.where(tempted - at <= 1e-12 * spread, at, tempted)  # rounding is no temptation
    punished = np.where(credible, game.payoff(threat), 0.0)
    factors = critical_discount_factor(cooperation=at, deviation=tempted, punishment=punished)
    return np.where(credible | (tempted == at), factors, np.nan)


def symmetric_stick_and_carrot(game: ContinuousGame, target: float) -> StickAndCarrot:
    """Least discount factor at which a symmetric game over quantities supports a common choice (Abreu 1986).

    Parameters
    ----------
    game
        A single game whose players are alike; the harshest common choice is the upper bound.
    target
        The choice of every player, in the game's unit.

    Raises
    ------
    InputError
        For a batch, players who are not alike, or a game without a symmetric equilibrium; as `stick_and_carrot`.

    Examples
    --------
    >>> profit = lambda i: lambda x: x[..., i] * (1 - x.sum(-1))
    >>> duopoly = ContinuousGame([profit(0), profit(1)], lower=0, upper=1 / 2)
    >>> found = symmetric_stick_and_carrot(duopoly, 1 / 4)
    >>> round(found.discount_factor * 32, 6), round(found.punishment * 12, 6)
    (9.0, 5.0)
    """
    require_continuous(game, "symmetric_stick_and_carrot")
    if game.batch_shape:
        raise InputError(f"{game!r} is a batch; pick one draw of it: game[0]")
    n, target = game.n_players, number_between(target, "target", -np.inf)
    low, high = game.lower, game.upper
    _within(game, np.full(n, target), "target")
    points = low[0] + (high[0] - low[0]) * np.linspace(0.02, 0.98, 5)
    tables = np.array([[game.payoff_of(i, _common(n, p, q, i)) for i in range(n)] for p in points for q in points])
    if np.ptp(low) or np.ptp(high) or np.ptp(tables, axis=1).max() > _CREDIBLE * np.ptp(tables):
        raise InputError("players are not alike in bounds or payoffs; continuous_penal_threshold takes them")
    nash = continuous_nash(game)
    alike = np.ptp(nash.actions, axis=-1) <= 1e-6 * (high[0] - low[0])
    if not (nash.certified & alike).any():
        raise InputError("no symmetric equilibrium was found, from which punishments could be counted")
    return stick_and_carrot(
        lambda q: float(game.payoff_of(0, np.full(n, q))),
        lambda q: float(best_reply(game, np.full(n, q), 0)[1]),
        target=target,
        nash=float(nash.actions[nash.certified & alike][0, 0]),
        worst=float(high[0]),
    )


def _common(n: int, others: float, own: float, player: int) -> Floats:
    x = np.full(n, others)
    x[player] = own
    return x


def _within(game: ContinuousGame, choices: ArrayLike, name: str) -> Floats:
    x = np.broadcast_to(game.choices(choices), game.lower.shape)
    slack = 1e-12 * (game.upper - game.lower)
    if not ((x >= game.lower - slack) & (x <= game.upper + slack)).all():
        raise InputError(f"{name} is {str(choices)[:60]}; it must be finite and within the bounds of the choices")
    return x
