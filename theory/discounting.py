"""How patient players must be: critical discount factors of the repeated game.

Definitions
-----------
A player gets ``C`` a round on the path, at most ``D`` in the round in which it deviates, and ``P`` a round for ever
after (normalised payoffs). It does not deviate with discount factor ``d`` if and only if

    (1 - d) D + d P <= C.

The *critical* discount factor is the smallest ``d`` in [0, 1) for which that holds:

- ``0`` where ``D <= C``: there is nothing to gain even from a single round;
- ``(D - C) / (D - P)`` where ``P < C < D``;
- NaN where ``D > C`` and ``P >= C``: no player with ``d < 1`` cooperates, because punishment does not hurt.

Source: Friedman 1971, Rev. Econ. Stud. 38:1-12. All formulas are ratios of payoff differences: they do not change when
payoffs are rescaled or shifted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats, number_between, profile_of
from theory.errors import InputError
from theory.game import Array, Game, require_game
from theory.solution import TOLERANCE

FloatArray = NDArray[np.float64]


def critical_discount_factor(*, cooperation: ArrayLike, deviation: ArrayLike, punishment: ArrayLike) -> FloatArray:
    """Smallest discount factor at which a player keeps to the path, element by element.

    Parameters
    ----------
    cooperation, deviation, punishment
        ``C``, ``D`` and ``P`` of the module; arrays that broadcast.

    Returns
    -------
    array of the broadcast shape
        In [0, 1), or NaN where no discount factor below one is enough.

    Raises
    ------
    InputError
        For values that are not finite, or shapes that do not broadcast.

    Examples
    --------
    >>> critical_discount_factor(cooperation=[3, 3, 3], deviation=[5, 3, 5], punishment=[1, 1, 4])
    array([0.5, 0. , nan])
    """
    c, d, p = _finite(cooperation=cooperation, deviation=deviation, punishment=punishment)
    gain, loss = np.broadcast_arrays(d - c, d - p)
    # the ratio rounds to one only where P and C agree to the last digit
    sustained = (gain > 0) & (gain < loss)
    ratio = np.divide(gain, loss, out=np.full(gain.shape, np.nan), where=sustained)
    return np.where(gain <= 0, 0.0, np.where(ratio < 1, ratio, np.nan))


def nash_reversion(cooperation: ArrayLike, deviation: ArrayLike, nash: ArrayLike) -> FloatArray:
    """Critical discount factor of a path that all players keep, else they return to a stage Nash equilibrium for ever.

    Parameters
    ----------
    cooperation, deviation, nash
        Payoffs per round of each player, shape ``(*batch, N)``: on the path, by the best deviation from it, and in
        the stage equilibrium. For continuous games they come from its solver.

    Returns
    -------
    array of shape ``batch``
        The largest over players; NaN if one of them cannot be kept.

    Raises
    ------
    InputError
        As `critical_discount_factor`, or without a player axis.

    Examples
    --------
    Linear Cournot duopoly: monopoly share 1/8, best deviation 9/64, Cournot 1/9; the answer is 9/17.

    >>> float(nash_reversion([1 / 8] * 2, [9 / 64] * 2, [1 / 9] * 2)) * 17
    9.0
    """
    factors = critical_discount_factor(cooperation=cooperation, deviation=deviation, punishment=nash)
    if not factors.ndim:
        raise InputError("payoffs are single numbers; nash_reversion needs one per player along the last axis")
    return np.asarray(factors.max(axis=-1))  # max keeps NaN


def grim_trigger(game: Game, cooperate: Sequence[int] | None = None, punish: Sequence[int] | None = None) -> FloatArray:
    """Critical discount factor of grim trigger in a finite game; `theory.automata.grim_trigger` is what plays it.

    Parameters
    ----------
    cooperate
        Action profile on the path; action 0 (restrain) of every player if not given.
    punish
        Action profile after any deviation; action 1 (race) of every player if not given.

    Returns
    -------
    array of shape ``batch``
        0 where ``cooperate`` is itself a stage equilibrium, which needs no threat; NaN where ``punish`` is not a stage
        equilibrium (up to a regret of 1e-9 of the payoff range), for the threat is then not credible, and where some
        player cannot be kept at any discount factor; else the largest over players.

    Raises
    ------
    InputError
        If a profile does not exist.

    Examples
    --------
    >>> float(grim_trigger(Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])))
    0.5
    """
    path, path_best = _pure_payoffs(game, _profile(game, cooperate, 0))
    threat, threat_best = _pure_payoffs(game, _profile(game, punish, 1))
    tolerance = TOLERANCE * np.asarray(game.payoff_range, dtype=float)
    credible = (threat_best - threat).max(axis=-1) <= tolerance
    factor = nash_reversion(path, path_best, threat)
    factor = np.where((path_best <= path).all(axis=-1), 0.0, np.where(credible, factor, np.nan))
    return np.asarray(factor, dtype=float)


def turn_taking(game: Game) -> FloatArray:
    """Critical discount factor of taking turns at racing, in a symmetric two-action race of two players.

    The players alternate between (race, restrain) and (restrain, race), under the threat of (race, race) for ever.
    Whose turn it is to restrain keeps to it if ``(S + d T)/(1 + d) >= P``, that is ``d >= (P - S)/(T - P)``. Whose turn
    it is to race does so gladly when ``T >= R``; else it must lose more by the threat than ``R - T`` now, which it does
    if ``(R - P) d^2 - (P - S) d - (R - T) >= 0``.

    Returns
    -------
    array of shape ``batch``
        The smallest that meets both; 0 where ``T >= R`` and ``S >= P``: each turn is a stage equilibrium. NaN where no
        discount factor below one does, or where ``T < R`` and racing together is no threat.

    Raises
    ------
    InputError
        If the game is not a symmetric 2 x 2 one.

    Examples
    --------
    >>> float(turn_taking(Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])))
    0.25
    """
    R, S, T, P = _symmetric_payoffs(game)
    # restraining costs P - S now and brings T - P next: over two rounds, then again and again
    factor = critical_discount_factor(cooperation=S - P, deviation=np.zeros_like(P), punishment=P - T)
    with np.errstate(invalid="ignore", divide="ignore"):  # NaN where no root is asked for
        root = ((P - S) + np.sqrt((P - S) ** 2 + 4 * (R - P) * (R - T))) / (2 * (R - P))
    reluctant = np.where((R > P) & (P >= S) & (T + S > 2 * P), np.maximum(root, factor), np.nan)
    return np.where(T >= R, factor, reluctant)


def symbolic_critical_discount_factor(payoffs: Mapping[str, Any] | None = None, *, path: str = "restraint") -> Any:
    """Critical discount factor of a path under the threat of racing for ever, in sympy.

    Of restraint ``(T - R)/(T - P)``, where ``T > R > P``; of taking turns at racing ``(P - S)/(T - P)``, where
    ``T >= R`` and ``P > S`` (`turn_taking` has the other cases).

    Parameters
    ----------
    payoffs
        Expressions for ``"R"``, ``"S"``, ``"T"``, ``"P"``; symbols of those names where not given.
    path
        ``"restraint"`` or ``"turns"``.

    Returns
    -------
    sympy expression, numerator and denominator each simplified

    Raises
    ------
    InputError
        For other names.

    Examples
    --------
    >>> symbolic_critical_discount_factor(), symbolic_critical_discount_factor(path="turns")
    ((-R + T)/(-P + T), (P - S)/(-P + T))
    >>> import sympy
    >>> n = sympy.Symbol("n", positive=True)  # Bertrand: a share of the monopoly profit, all of it, nothing
    >>> sympy.expand(symbolic_critical_discount_factor({"R": 1 / n, "T": 1, "P": 0}))
    1 - 1/n
    """
    import sympy

    if not isinstance(payoffs, Mapping | None):
        raise InputError(f"payoffs is {payoffs!r}; it must map names among R, S, T and P to expressions")
    given = dict(payoffs or {})
    if not set(given) <= {"R", "S", "T", "P"}:
        raise InputError(f"payoffs has the names {sorted(given)}; the names are R, S, T and P")
    if path not in ("restraint", "turns"):
        raise InputError(f"path is {path!r}; it must be 'restraint' or 'turns'")
    R, S, T, P = (expression(given.get(name, sympy.Symbol(name, real=True)), name) for name in "RSTP")
    return sympy.simplify(T - R if path == "restraint" else P - S) / sympy.simplify(T - P)


def expression(value: Any, name: str) -> Any:
    """A sympy expression, or an error that names the argument.

    Examples
    --------
    >>> expression("a b", "effort")
    Traceback (most recent call last):
    theory.errors.InputError: effort is 'a b'; it must be a number or an expression of sympy
    """
    import sympy

    try:
        found = sympy.sympify(value)
    except (sympy.SympifyError, TypeError, SyntaxError):
        found = None
    if not isinstance(found, sympy.Expr):
        raise InputError(f"{name} is {value!r}; it must be a number or an expression of sympy")
    return found


LONGEST = 64
"""Most rounds of a punishment that are tried before the stage equilibrium for ever."""


@dataclass(frozen=True)
class StickAndCarrot:
    """Optimal symmetric punishment of some rounds.

    Parameters
    ----------
    discount_factor
        The smallest that supports the target; NaN if none below one does.
    punishment
        Action of the rounds of punishment, after which play returns to the target.
    rounds
        How many: one if the harshest action is harsh enough; infinity for the stage equilibrium for ever.
    """

    discount_factor: float
    punishment: float
    rounds: float = 1


def stick_and_carrot(
    payoff: Callable[[float], float],
    best_deviation_payoff: Callable[[float], float],
    *,
    target: float,
    nash: float,
    worst: float,
) -> StickAndCarrot:
    """Smallest discount factor that supports a symmetric target with rounds of one punishment (Abreu 1986).

    After any deviation, from the target ``q`` or from the punishment ``x``, all play ``x`` for ``L`` rounds and then
    ``q``. With ``g = best deviation payoff - payoff`` and ``D = payoff(q) - payoff(x)`` that holds if

        g(q) <= (d + ... + d^L) D,    g(x) <= d^L D.

    One round is best, and the two conditions bind together, where actions are harsh enough; else more rounds of the
    harshest are, up to `LONGEST`, or the stage equilibrium for ever.

    Parameters
    ----------
    payoff, best_deviation_payoff
        Of one player, when all play the same action; when the others play it and this one replies best.
    target
        Action to be supported.
    nash, worst
        The symmetric stage equilibrium, and the harshest action allowed. Between them ``payoff`` must fall and ``g``
        rise from 0.

    Raises
    ------
    InputError
        If ``nash`` is no equilibrium beside the target, or ``worst`` does not punish.

    Notes
    -----
    Source: Abreu 1986, J. Econ. Theory 39:191-225 (two-phase punishments).

    Examples
    --------
    Linear Cournot duopoly with demand 1 - Q: 9/32 where Nash reversion needs 9/17, by punishing with 5/12 each.

    >>> found = stick_and_carrot(
    ...     lambda q: q * (1 - 2 * q), lambda q: (1 - q) ** 2 / 4, target=1 / 4, nash=1 / 3, worst=1 / 2
    ... )
    >>> found.discount_factor * 32, found.punishment * 12
    (9.0, 5.0)
    """
    from scipy.optimize import brentq

    for name, given in {"payoff": payoff, "best_deviation_payoff": best_deviation_payoff}.items():
        if not callable(given):
            raise InputError(f"{name} is {given!r}; it must be a function of one action")
    target, nash, worst = (
        number_between(v, name, -np.inf) for name, v in {"target": target, "nash": nash, "worst": worst}.items()
    )

    def gain(action: float) -> float:
        return best_deviation_payoff(action) - payoff(action)

    temptation = gain(target)
    if temptation <= 1e-12 * abs(payoff(target) - payoff(worst)):  # a stage equilibrium needs no threat
        return StickAndCarrot(0.0, nash)
    # written so that NaN from the caller's functions is refused as well
    if not gain(nash) < temptation or not payoff(worst) < payoff(nash):
        raise InputError(
            f"gain from deviating is {gain(nash):g} at nash={nash:g} and {temptation:g} at target={target:g}; payoff "
            f"is {payoff(worst):g} at worst and {payoff(nash):g} at nash: nash must be an equilibrium, worst be worse"
        )

    def excess(step: float) -> float:  # in units of the temptation, along the way from nash (0) to worst (1)
        return gain(nash + step * (worst - nash)) / temptation - 1

    step = 1.0 if excess(1.0) <= 0 else float(brentq(excess, 0.0, 1.0, xtol=1e-15, rtol=1e-15))
    punishment = nash + step * (worst - nash)
    loss = payoff(target) - payoff(punishment)
    factor = critical_discount_factor(cooperation=0.0, deviation=temptation, punishment=temptation - loss)
    best = StickAndCarrot(float(factor), punishment)
    if step < 1.0:  # harsh enough
        return best
    for rounds in range(2, LONGEST + 1):
        best = _sooner(best, _longer(payoff, gain, target, nash, worst, rounds))
    loss = temptation + payoff(target) - payoff(nash)
    return _sooner(best, StickAndCarrot(temptation / loss, nash, math.inf) if loss > temptation else best)


def _sooner(one: StickAndCarrot, other: StickAndCarrot) -> StickAndCarrot:
    return other if other.discount_factor < one.discount_factor or math.isnan(one.discount_factor) else one


def _longer(
    payoff: Callable[[float], float],
    gain: Callable[[float], float],
    target: float,
    nash: float,
    worst: float,
    rounds: int,
) -> StickAndCarrot:
    """Best punishment of so many rounds; NaN if there is none."""
    from scipy.optimize import brentq

    def needed(step: float) -> tuple[float, float]:
        """Discount factors that keep players to the target, and to the punishment."""
        action = nash + step * (worst - nash)
        lost = payoff(target) - payoff(action)
        tempted = gain(target) / lost
        if not 0 < tempted < rounds:
            return 1.0, 0.0
        kept = brentq(lambda d: sum(d**k for k in range(1, rounds + 1)) - tempted, 0.0, 1.0, xtol=1e-15)
        return float(kept), float((max(gain(action) - 1e-12 * gain(target), 0.0) / lost) ** (1 / rounds))

    def excess(step: float) -> float:
        kept, returned = needed(step)
        return returned - kept

    step = 1.0 if excess(1.0) <= 0 else float(brentq(excess, 0.0, 1.0, xtol=1e-15, rtol=1e-15))
    factor = max(needed(step))
    return StickAndCarrot(factor if factor < 1 else math.nan, nash + step * (worst - nash), rounds)


# -- small helpers ---------------------------------------------------------------------------------


def _finite(**values: ArrayLike) -> list[FloatArray]:
    """Finite float arrays of shapes that broadcast."""
    arrays = [finite_floats(value, name) for name, value in values.items()]
    for name, array in zip(values, arrays, strict=True):
        if not array.size:
            raise InputError(f"{name} is empty; give at least one number")
    try:
        np.broadcast_shapes(*(array.shape for array in arrays))
    except ValueError as error:
        raise InputError(
            f"{', '.join(values)} have shapes {[array.shape for array in arrays]}; they must broadcast"
        ) from error
    return arrays


def _profile(game: Game, profile: Sequence[int] | None, default: int) -> tuple[int, ...]:
    require_game(game, "grim_trigger")
    return profile_of((default,) * game.n_players if profile is None else profile, game.n_actions, "profile")


def _pure_payoffs(game: Game, profile: tuple[int, ...]) -> tuple[Array, Array]:
    """Payoffs at a profile, and of each player's best reply to it, both of shape ``(*batch, N)``."""
    players = range(game.n_players)
    chosen: list[tuple[Any, ...]] = [(..., *profile)] * game.n_players
    free: list[tuple[Any, ...]] = [(..., *profile[:i], slice(None), *profile[i + 1 :]) for i in players]
    at = np.stack([game.payoff(i)[chosen[i]] for i in players], axis=-1)
    best = np.stack([game.payoff(i)[free[i]].max(axis=-1) for i in players], axis=-1)
    return np.asarray(at, dtype=float), np.asarray(best, dtype=float)


def _symmetric_payoffs(game: Game) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Payoffs R, S, T, P of a symmetric two-action race, each of shape ``batch``."""
    require_game(game, "turn_taking")
    if game.n_actions != (2, 2):
        raise InputError(f"{game!r} is not a game of two players with two actions each")
    row, column = (np.asarray(game.payoff(i), dtype=float) for i in (0, 1))
    scale = np.asarray(game.payoff_range, dtype=float)
    if not (np.abs(row - column.swapaxes(-1, -2)).max(axis=(-1, -2)) <= TOLERANCE * scale).all():
        raise InputError("the game is not symmetric: column[i, j] must equal row[j, i]")
    return row[..., 0, 0], row[..., 0, 1], row[..., 1, 0], row[..., 1, 1]
