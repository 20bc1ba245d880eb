r"""Tullock contests with asymmetric values, costs and abilities, by share functions.

Player ``i`` spends ``x_i >= 0`` at unit cost ``c_i`` and wins ``v_i`` with probability
``s_i = a_i x_i^r / sum_j a_j x_j^r``. In terms of ``y_i = a_i x_i^r`` the first-order condition at the
aggregate ``Y = sum_j y_j`` is, with ``y_i = s_i Y``,

    r v_i (1 - s_i) s_i^{(r-1)/r} = c_i a_i^{-1/r} Y^{1/r}     (active)      or      s_i = 0.

It gives the share ``s_i(Y)``, decreasing in ``Y``; the equilibrium aggregate is where the shares add up to one
(Cornes and Hartley 2005, Economic Theory 26:923-946; Stein 2002 for r = 1; Szidarovszky and Okuguchi 1997 for
existence and uniqueness at r <= 1). For ``r > 1`` the condition has two roots; the larger share is the one that
meets the second-order condition, and it is an equilibrium only if no player would rather stay out: that is checked,
and if one would, the strongest are tried alone, with the others out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import refuse_masked
from theory.best_replies import best_reply
from theory.continuous import ContinuousGame
from theory.errors import InputError, SolverError

Floats = NDArray[np.float64]

_REGRET = 1e-9  # of the largest prize
_BISECTIONS = 64  # of intervals of a few hundred, on a logarithmic scale: far below rounding


@dataclass(frozen=True)
class ContestEquilibrium:
    """Pure-strategy equilibrium of a Tullock contest; arrays of shape ``(*batch, N)`` or ``(*batch,)``."""

    spending: Floats
    share: Floats
    payoff: Floats
    aggregate: Floats
    active: NDArray[np.bool_]
    dissipation: Floats
    regret: Floats


def tullock_contest(
    value: ArrayLike,
    *,
    cost: ArrayLike = 1.0,
    ability: ArrayLike = 1.0,
    decisiveness: ArrayLike = 1.0,
    certify: bool = True,
) -> ContestEquilibrium:
    """Solve a Tullock contest for any number of players, and any number of draws at once.

    Parameters
    ----------
    value, cost, ability
        Prize values, unit costs and abilities, shape ``(*batch, N)`` or broadcastable; positive.
    decisiveness
        Exponent ``r > 0`` of the contest success function, shape ``batch`` or one number.
    certify
        Check every player's regret against a global best reply (in closed form at ``r = 1``). Equilibrium is unique
        for ``r <= 1``.

    Returns
    -------
    ContestEquilibrium
        ``dissipation`` is total spending (cost included) over the mean value of the prize to the players, weighted by
        their shares; ``regret`` is a share of the prize (NaN if not certified).

    Raises
    ------
    InputError
        If an argument is not positive, or there are fewer than two players.
    SolverError
        If no equilibrium in pure strategies is found (``r`` too large).

    Examples
    --------
    >>> tullock_contest([10, 8, 6, 2]).spending.round(6)  # Stein (2002): the fourth stays out
    array([2.498868, 1.84699 , 0.760525, 0.      ])
    """
    v, c, a, r = _arguments(value, cost, ability, decisiveness)
    scale = v.max(axis=-1, keepdims=True)
    share = _shares(v / scale, c, a, r)
    spending = _spending(v, c, r, share)
    regret = _regret(v, c, a, r, spending, scale[..., 0]) if certify else np.full(share.shape, np.nan)
    if certify and (r > 1).any() and (regret > _REGRET).any():
        share, spending, regret = _with_fewer(v, c, a, r, share, spending, regret)
    if certify and (regret > _REGRET).any():
        missing = (regret > _REGRET).any(axis=-1)
        raise SolverError(
            f"no equilibrium in pure strategies was found at decisiveness r = {np.max(r):g} in {int(missing.sum())} of "
            f"{missing.size} draws: a player gains {np.max(regret):.2g} of the prize by leaving; r up to n/(n-1) among "
            "equals, and at most 1 to be safe among unequals"
        )
    active = share > 0
    payoff = v * share - c * spending
    y = np.where(active, a * spending ** r[..., None], 0.0)
    return ContestEquilibrium(
        spending=spending,
        share=share,
        payoff=payoff,
        aggregate=y.sum(axis=-1),
        active=active,
        dissipation=(c * spending).sum(axis=-1) / (v * share).sum(axis=-1),
        regret=regret,
    )


def _spending(v: Floats, c: Floats, r: Floats, share: Floats) -> Floats:
    """What the first-order condition makes the active players spend."""
    return np.where(share > 0, r[..., None] * v * (1 - share) * share / c, 0.0)


def _with_fewer(
    v: Floats, c: Floats, a: Floats, r: Floats, share: Floats, spending: Floats, regret: Floats
) -> tuple[Floats, Floats, Floats]:
    """Where all who would are too many for ``r > 1``, equilibria of the strongest alone, from more of them to fewer.

    An active player pays at most its prize, ``r (1 - s) <= 1``: there are no more of them than ``r / (r - 1)``.
    """
    share, spending, regret = (array.copy() for array in (share, spending, regret))
    scale = v.max(axis=-1)
    strength = np.log(v) - np.log(c) + np.log(a) / r[..., None]
    rank = (-strength).argsort(axis=-1, kind="stable").argsort(axis=-1)
    r_least = float(r[np.asarray((regret > _REGRET).any(axis=-1))].min())
    most = v.shape[-1] - 1 if r_least <= 1 else min(v.shape[-1] - 1, int(r_least / (r_least - 1) + 1e-9))
    for size in range(most, 1, -1):
        missing = np.asarray((regret > _REGRET).any(axis=-1))
        if not missing.any():
            break
        chosen = np.asarray(rank[missing] < size)
        few = _shares((v / scale[..., None])[missing], c[missing], a[missing], r[missing], chosen)
        spent = _spending(v[missing], c[missing], r[missing], few)
        left = _regret(v[missing], c[missing], a[missing], r[missing], spent, scale[missing])
        good = np.asarray((left <= _REGRET).all(axis=-1, keepdims=True))
        for array, better in ((share, few), (spending, spent), (regret, left)):
            array[missing] = np.where(good, better, array[missing])
    return share, spending, regret


def _arguments(value: ArrayLike, cost: ArrayLike, ability: ArrayLike, r: ArrayLike) -> tuple[Floats, ...]:
    named = {"value": value, "cost": cost, "ability": ability, "decisiveness": r}
    arrays = {}
    for name, given in named.items():
        refuse_masked(given, name)
        try:
            array = np.asarray(given, dtype=float)
        except (TypeError, ValueError):
            raise InputError(f"{name} is {given!r}; it must be a number or an array of numbers") from None
        if not (np.isfinite(array) & (array > 0)).all():
            raise InputError(f"{name} is {array}; it must be finite and above zero")
        arrays[name] = array
    exponent = arrays.pop("decisiveness")
    try:
        v, c, a, spread = np.broadcast_arrays(*arrays.values(), exponent[..., None])
    except ValueError:
        shapes = {name: array.shape for name, array in arrays.items()}
        raise InputError(f"shapes are {shapes} and decisiveness {exponent.shape}; they must fit (*batch, N)") from None
    if v.ndim == 0 or v.shape[-1] < 2:
        raise InputError("a contest needs at least two players: value has shape (*batch, N)")
    return v, c, a, spread[..., 0]


def _shares(v: Floats, c: Floats, a: Floats, r: Floats, chosen: NDArray[np.bool_] | None = None) -> Floats:
    """Equilibrium shares, of ``chosen`` players alone: outer bisection on ln Y, inner on first-order conditions."""
    if chosen is None and (r == 1).all():
        return _linear_shares(c / (v * a))
    rr = r[..., None]
    strength = np.log(rr * v) - np.log(c) + np.log(a) / rr  # ln of r v a^{1/r} / c
    peak = np.maximum((rr - 1) / (2 * rr - 1), 0.0) if (rr > 1).any() else np.zeros_like(strength)

    def shares_at(log_y: Floats) -> Floats:
        target = log_y[..., None] / rr - strength
        linear = np.maximum(-np.expm1(np.minimum(target, 0.0)), 0.0)  # r = 1 in closed form: s = 1 - exp(target)
        low = np.broadcast_to(np.maximum(peak, 1e-300), target.shape).copy()
        log_low, log_high = np.log(low), np.zeros_like(low)
        for _ in range(_BISECTIONS):  # on ln s, as shares may be tiny
            middle = (log_low + log_high) / 2
            excess = np.log(-np.expm1(np.minimum(middle, -1e-300))) + middle * (rr - 1) / rr - target
            log_low, log_high = np.where(excess > 0, middle, log_low), np.where(excess > 0, log_high, middle)
        top = np.log1p(-peak) + np.where(peak > 0, (rr - 1) / rr * np.log(np.maximum(peak, 1e-300)), 0.0)
        out = (rr > 1) & (top < target)  # no root: the player would not enter at this aggregate
        inner = np.where(out if chosen is None else out | ~chosen, 0.0, np.exp((log_low + log_high) / 2))
        return np.asarray(np.where(rr == 1, linear, inner))

    reach = strength * rr
    low = reach.min(axis=-1) - 50.0 * np.maximum(r, 1.0)
    high = reach.max(axis=-1) + 50.0 * np.maximum(r, 1.0)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        above = shares_at(middle).sum(axis=-1) > 1
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    share = shares_at(low)
    return np.asarray(share / share.sum(axis=-1, keepdims=True))


def _linear_shares(weakness: Floats) -> Floats:
    """Shares at r = 1: ``s_i = 1 - Y w_i`` for the k players of smallest ``w``, whose shares add up to one.

    They do at ``Y = (k - 1) / sum_k w``; player k is active if ``Y w_k < 1`` there (Stein 2002, Public Choice 113).
    """
    ordered = np.sort(weakness, axis=-1)
    aggregate = np.arange(ordered.shape[-1]) / ordered.cumsum(axis=-1)
    last = (aggregate * ordered < 1).sum(axis=-1, keepdims=True) - 1
    share = np.maximum(1 - np.take_along_axis(aggregate, last, axis=-1) * weakness, 0.0)
    return np.asarray(share / share.sum(axis=-1, keepdims=True))


def _regret(v: Floats, c: Floats, a: Floats, r: Floats, spending: Floats, scale: Floats) -> Floats:
    """Gain of each player from its global best reply, as a share of the largest prize.

    A player's payoff depends on the others only through their aggregate, so every player is a draw of one problem.
    """
    exponent = np.broadcast_to(r[..., None], v.shape)
    own = a * spending**exponent
    others = np.maximum(own.sum(axis=-1, keepdims=True) - own, 0.0)
    n = v.shape[-1]

    def payoff(x: Floats, *parameters: Floats) -> Floats:
        value, cost, ability, power, rivals = parameters
        effort = ability * x[..., 0] ** power
        total = effort + rivals
        share = np.divide(effort, total, out=np.full(total.shape, 1 / n), where=total > 0)
        return np.asarray(value * share - cost * x[..., 0])

    problem = ContinuousGame(
        [payoff], lower=np.zeros((*v.shape, 1)), upper=(v / c)[..., None], parameters=[v, c, a, exponent, others]
    )
    reached = problem.payoff_of(0, spending[..., None])
    best = _linear_best(v, c / a, others) if (r == 1).all() else best_reply(problem, spending[..., None], 0)[1]
    return np.maximum((best - reached) / scale[..., None], 0.0)


def _linear_best(v: Floats, cost: Floats, others: Floats) -> Floats:
    """Largest payoff ``v y / (y + B) - k y`` over ``y >= 0``: at ``y = sqrt(v B / k) - B``, or at 0."""
    return np.asarray(np.where(v > cost * others, (np.sqrt(v) - np.sqrt(cost * others)) ** 2, 0.0))
