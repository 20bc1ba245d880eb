"""How patient each player must be to keep to a path of play: any game, any cycle, unequal discount factors.

Definitions
-----------
The players go round a cycle of ``T`` action profiles; after a deviation play returns for ever to a stage equilibrium
that pays player ``i`` ``P_i``. At step ``t`` player ``i`` gets ``u_it`` by keeping to the path and at most ``D_it`` by
leaving it for another action; with discount factor ``d`` it keeps to it if and only if

    f_it(d) = sum_{s<T} d^s u_{i,t+s} - D_it (1 - d^T) - P_i (d + ... + d^T) >= 0.

A player's conditions hold no discount factor but its own, so that unequal patience is no harder than equal: the path
is an equilibrium if and only if every player meets its own. Its *threshold* is the smallest ``d`` from which on
all of them hold up to one; roots of polynomials, so without tolerance in ``d``. A cycle of one profile is grim trigger
(Friedman 1971), one of two is taking turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats, profile_of
from theory.best_replies import best_reply
from theory.continuous import ContinuousGame
from theory.discounting import expression
from theory.errors import InputError
from theory.game import Game, require_game

Floats = NDArray[np.float64]

_ROUNDING = 1e-12  # of the payoff range
_NO_GAIN = 1e-12  # of the payoff range: a best reply that is found pays more than the choice on the path by rounding
_MOST_FIRMS = 5  # against whose stick of 2/(n+1) - 1/2n each another would still sell


def path_thresholds(game: Game | ContinuousGame, cycle: Sequence[Sequence[float]], punish: Sequence[float]) -> Floats:
    """Smallest discount factor of each player from which on it keeps to a cycle.

    Parameters
    ----------
    game
        A single stage game of any number of players and actions, or over quantities.
    cycle
        Action profiles, repeated for ever; choices, in a game over quantities.
    punish
        A stage equilibrium, played for ever after a deviation.

    Returns
    -------
    array of shape ``(N,)``
        In [0, 1), or NaN for a player that no discount factor near one keeps to it.

    Raises
    ------
    InputError
        If a profile does not exist, or ``punish`` is no stage equilibrium.

    Examples
    --------
    >>> dilemma = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> path_thresholds(dilemma, [(0, 0)], (1, 1))
    array([0.5, 0.5])
    >>> path_thresholds(dilemma, [(1, 0), (0, 1)], (1, 1))
    array([0.25, 0.25])

    Two Cournot firms take turns at the monopoly, or go back to a third each. Who has had its turn could leave by a hair
    and so avoid to wait for the next one, which pays if ``d/(4(1+d)) < 1/9``:

    >>> profit = lambda i: lambda x: x[..., i] * (1 - x.sum(-1))
    >>> duopoly = ContinuousGame([profit(0), profit(1)], lower=0, upper=1)
    >>> path_thresholds(duopoly, [(1 / 2, 0), (0, 1 / 2)], (1 / 3, 1 / 3))
    array([0.8, 0.8])
    """
    on, best, threat = _payoffs(game, cycle, punish)
    return np.array([_threshold(on[:, i], best[:, i], threat[i]) for i in range(game.n_players)])


def keeps_to_path(
    game: Game | ContinuousGame,
    cycle: Sequence[Sequence[float]],
    punish: Sequence[float],
    discount_factors: ArrayLike,
) -> bool:
    """Whether a cycle is a subgame-perfect equilibrium, with one discount factor or one for each player.

    Parameters and errors as `path_thresholds`; discount factors in [0, 1).

    Examples
    --------
    >>> dilemma = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> keeps_to_path(dilemma, [(0, 0)], (1, 1), [0.9, 0.6]), keeps_to_path(dilemma, [(0, 0)], (1, 1), [0.9, 0.4])
    (True, False)
    """
    on, best, threat = _payoffs(game, cycle, punish)
    d = finite_floats(discount_factors, "discount_factors")
    if d.shape not in ((), (game.n_players,)) or not ((d >= 0) & (d < 1)).all():
        raise InputError(f"discount_factors is {discount_factors!r}; one in [0, 1), or one for each player")
    factors = np.broadcast_to(d, (game.n_players,))
    return all(
        float(np.polyval(f, factors[i])) >= -_ROUNDING
        for i in range(game.n_players)
        if np.isfinite(best[:, i]).all()
        for f in _conditions(on[:, i], best[:, i], threat[i])
    )


THREATS = ("reversion", "stick and carrot")
"""What deters in the closed forms: the stage equilibrium for ever, or one round of the same larger choice of all."""


def cournot_threshold(n: Any = None, *, threat: str = "reversion") -> Any:
    """Threshold of the joint monopoly in linear Cournot with ``n`` firms, derived here from payoffs ``q (1 - Q)``.

    By reversion ``(n+1)^2 / (n^2 + 6n + 1)``, 9/17 for two firms (Friedman 1971); by the optimal stick and carrot
    ``(n+1)^2 / 16n``, 9/32 (Abreu 1986), as long as a firm would still sell against the stick: up to five firms.

    Parameters
    ----------
    n
        Number of firms; a symbol if not given.
    threat
        One of `THREATS`.

    Examples
    --------
    >>> cournot_threshold(2), cournot_threshold(2, threat="stick and carrot")
    (9/17, 9/32)
    """
    _known(threat)
    import sympy

    firms = sympy.Symbol("n", positive=True) if n is None else expression(n, "n")
    if firms.is_number and not (firms.is_integer and firms >= 2):
        raise InputError(f"n is {n}; it must be a whole number of firms, at least 2")
    if threat != "reversion" and firms.is_number and firms > _MOST_FIRMS:
        raise InputError(
            f"n is {n}; the closed form holds up to {_MOST_FIRMS} firms: theory.stick_and_carrot does for more"
        )
    q, x = sympy.symbols("q x", positive=True)
    joint = sympy.solve(sympy.diff(q * (1 - firms * q), q), q)[0]
    reply = sympy.solve(sympy.diff(x * (1 - x - (firms - 1) * q), x), x)[0]
    nash = sympy.solve(sympy.Eq(reply, q), q)[0]
    payoff = x * (1 - x - (firms - 1) * q)
    cooperation = payoff.subs({x: joint, q: joint})
    deviation = payoff.subs(x, reply).subs(q, joint)
    punishment = payoff.subs({x: nash, q: nash})
    if threat == "stick and carrot":  # the gain from deviating is even around the equilibrium, where it is zero
        stick = 2 * nash - joint
        loss = cooperation - payoff.subs({x: stick, q: stick})
        return sympy.factor(sympy.simplify((deviation - cooperation) / loss))
    return sympy.factor(sympy.simplify((deviation - cooperation) / (deviation - punishment)))


def tullock_threshold(effort: Any = None, n: Any = None, *, threat: str = "reversion") -> Any:
    """Threshold of a common effort in Tullock's contest with ``n`` players, for a prize of one.

    Derived here with sympy from the payoffs ``x / X - x``. By reversion it is ``n / (n + 1)`` at efforts near zero; by
    the optimal stick and carrot ``n (1 - sqrt(k / k*)) / 4`` with ``k* = (n - 1)/n^2`` the equilibrium's effort. That
    holds as long as one would still compete against the stick ``x = (2 sqrt(k*) - sqrt(k))^2``: ``(n - 1) x <= 1``.

    Parameters
    ----------
    effort
        Common effort on the path, below that of the equilibrium, ``(n - 1)/n^2``; a symbol if not given.
    n
        Number of players; a symbol if not given.
    threat
        One of `THREATS`.

    Examples
    --------
    >>> import sympy
    >>> effort = sympy.Symbol("k", positive=True)
    >>> sympy.limit(tullock_threshold(effort, 3), effort, 0)
    3/4
    >>> tullock_threshold(effort, 2, threat="stick and carrot")
    1/2 - sqrt(k)
    """
    _known(threat)
    import sympy

    players = sympy.Symbol("n", positive=True) if n is None else expression(n, "n")
    k = sympy.Symbol("k", positive=True) if effort is None else expression(effort, "effort")
    if players.is_number and not (players.is_integer and players >= 2):
        raise InputError(f"n is {n}; it must be a whole number of players, at least 2")
    if k.is_number and not 0 < k < sympy.Rational(1, 4):
        raise InputError(f"effort is {effort}; it must lie between 0 and that of two players' equilibrium, 1/4")
    if players.is_number and k.is_number and not 0 < k < (players - 1) / players**2:
        raise InputError(f"effort is {effort}; it must lie between 0 and that of the equilibrium, (n - 1)/n^2")
    others = (players - 1) * k
    cooperation = 1 / players - k
    deviation = (1 - sympy.sqrt(others)) ** 2  # by the best reply sqrt(others) - others
    punishment = 1 / players**2
    if threat == "stick and carrot":
        # the gain is n (e - sqrt(k))^2 with e^2 the equilibrium's effort, and so the same with 2e - sqrt(k) in place of
        # sqrt(k); the loss is the difference of the efforts, 4e (e - sqrt(k))
        nash = (players - 1) / players**2
        against = (players - 1) * (2 * sympy.sqrt(nash) - sympy.sqrt(k)) ** 2
        if against.is_number and against > 1:
            raise InputError(
                f"effort is {effort} of {n} players, who would not compete against the stick: theory.stick_and_carrot "
                "does without the closed form"
            )
        return players * (1 - sympy.sqrt(k / nash)) / 4
    return sympy.simplify((deviation - cooperation) / (deviation - punishment))


def _known(threat: str) -> None:
    if not isinstance(threat, str) or threat not in THREATS:
        raise InputError(f"threat is {threat!r}; it must be one of {THREATS}")


def _payoffs(
    game: Game | ContinuousGame, cycle: Sequence[Sequence[float]], punish: Sequence[float]
) -> tuple[Floats, Floats, Floats]:
    """Payoffs on the path and by the best deviation, ``(T, N)``, and of the threat, ``(N,)``; in units of ranges."""
    if isinstance(game, ContinuousGame):
        return _continuous_payoffs(game, cycle, punish)
    require_game(game, "path_thresholds")
    n, shape = game.n_players, game.n_actions
    if game.batch_ndim or not isinstance(cycle, Sequence | np.ndarray) or not len(cycle):
        raise InputError(f"cycle is {str(cycle)[:60]} in {game!r}; a single game and a list of profiles are needed")
    profiles = [profile_of(profile, shape, f"cycle[{t}]") for t, profile in enumerate(cycle)]
    punish = profile_of(punish, shape, "punish")
    table = np.asarray(game.from_minimum()[0].payoffs, float)
    highest = table.reshape(n, -1).max(axis=1)
    table = table / np.where(highest > 0, highest, 1.0).reshape(-1, *(1,) * n)

    def at(profile: Sequence[int]) -> Floats:
        return np.array([table[(i, *profile)] for i in range(n)])

    def best(profile: Sequence[int]) -> Floats:
        """Of the other actions: who replies best on the path loses by leaving it."""
        lines: list[tuple[Any, ...]] = [(i, *profile[:i], slice(None), *profile[i + 1 :]) for i in range(n)]
        return np.array([np.delete(table[line], profile[i]).max(initial=-np.inf) for i, line in enumerate(lines)])

    threat = at(punish)
    if (best(punish) - threat > 1e-9).any():
        raise InputError(
            f"punish is {tuple(punish)}, from which a player gains by deviating: a threat must be credible"
        )
    return np.array([at(p) for p in profiles]), np.array([best(p) for p in profiles]), threat


def _continuous_payoffs(
    game: ContinuousGame, cycle: Sequence[Sequence[float]], punish: Sequence[float]
) -> tuple[Floats, Floats, Floats]:
    """The same of a game over quantities, whose ranges are those along the players' own intervals."""
    n = game.n_players
    path, threat = finite_floats(cycle, "cycle"), finite_floats(punish, "punish")
    if game.batch_shape or path.ndim != 2 or not len(path) or threat.ndim != 1:
        raise InputError(
            f"cycle is {str(cycle)[:60]} and punish {str(punish)[:40]} in {game!r}; a single game, a list of choices "
            f"of all {n} players, and one choice for each are needed"
        )
    every = np.vstack([game.choices_within(path), game.choices_within(threat)])
    values = game.payoff(every)
    found = [best_reply(game, every, i)[1:] for i in range(n)]
    best, spread = (np.stack(column, axis=-1) for column in zip(*found, strict=True))
    scale = np.maximum(spread.max(axis=0), np.ptp(values, axis=0))
    scale = np.where(scale > 0, scale, 1.0)
    gains = np.where(best - values > _NO_GAIN * scale, best - values, 0.0) / scale  # rounding is no temptation
    if (gains[-1] > 1e-9).any():
        raise InputError(f"punish is {punish!r}, from which a player gains by deviating: a threat must be credible")
    level = (values - values[-1]) / scale
    return level[:-1], level[:-1] + gains[:-1], level[-1]


def _conditions(on: Floats, best: Floats, threat: float) -> list[Floats]:
    """Polynomials that must not be negative, highest power first, one for each step of the cycle."""
    size = len(on)
    polynomials = []
    for t in range(size):
        f = np.zeros(size + 1)  # lowest power first
        f[:size] += np.roll(on, -t)
        f[0] -= best[t]
        f[size] += best[t]
        f[1:] -= threat
        polynomials.append(f[::-1])
    return polynomials


def _threshold(on: Floats, best: Floats, threat: float) -> float:
    """Smallest factor from which on every polynomial stays non-negative up to one."""
    least = 0.0
    if np.isneginf(best).any():  # a single action cannot be left
        return least
    for f in _conditions(on, best, threat):
        roots = np.roots(f)
        real = np.unique(np.real(roots[(np.abs(np.imag(roots)) < 1e-9)]))
        inner = real[(real > 1e-12) & (real < 1 - 1e-9)]
        edges = np.concatenate([[0.0], inner, [1.0]])
        middles = (edges[:-1] + edges[1:]) / 2
        negative = np.flatnonzero(np.polyval(f, middles) < -_ROUNDING)
        if negative.size:
            if negative[-1] == len(middles) - 1:
                return float("nan")
            least = max(least, float(edges[negative[-1] + 1]))
    return least
