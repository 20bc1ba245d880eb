r"""Tullock contests with asymmetric values, costs and abilities, by share functions.

Player ``i`` spends ``x_i >= 0`` at unit cost ``c_i`` and wins ``v_i`` with probability
``s_i = a_i x_i^r / sum_j a_j x_j^r``. In terms of ``y_i = a_i x_i^r`` the first-order condition at the
aggregate ``Y = sum_j y_j`` is, with ``y_i = s_i Y``,

    r v_i (1 - s_i) s_i^{(r-1)/r} = c_i a_i^{-1/r} Y^{1/r}     (active)      or      s_i = 0.

It gives the share ``s_i(Y)``, decreasing in ``Y``; the equilibrium aggregate is where the shares add up to one
(Cornes and Hartley 2005, Economic Theory 26:923-946; Stein 2002 for r = 1; Szidarovszky and Okuguchi 1997 for
existence and uniqueness at r <= 1). For ``r > 1`` the condition has two roots; the larger share is the one that
meets the second-order condition, and a player who would lose by it, ``s_i < (r-1)/r``, stays out. Shares then jump, so
that what is found is an equilibrium only if nobody would rather enter or leave: that is checked, and if one would, the
strongest are tried alone, with the others out.

The check is a global best reply. Against rivals' aggregate ``B`` the share that a player would take solves

    s^{r-1} (1 - s)^{r+1} = B c^r / (a (r v)^r),

at the larger root, or is zero (`theory.share_equation` solves either condition).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import refuse_masked, yes_or_no
from theory.display import MOST_LINES, aligned
from theory.errors import InputError, SolverError
from theory.share_equation import log_odds, shares

Floats = NDArray[np.float64]

_REGRET = 1e-9  # of the largest prize
_MOST_STEPS = 100  # of a search that at least halves an interval of some hundreds
_CLOSE = 1e-14  # of the sum of shares to one
_ROUNDING = 1e-15
_NOBODY = -1e4  # logarithm of an aggregate that is as good as none


@dataclass(frozen=True, repr=False)
class ContestEquilibrium:
    """Pure-strategy equilibrium of a Tullock contest; arrays of shape ``(*batch, N)`` or ``(*batch,)``.

    Attributes
    ----------
    spending, share, payoff, active
        Of each player. NaN, and not active, in a draw without equilibrium.
    aggregate
        ``Y``, the sum of ``a_i x_i^r``.
    dissipation
        Total spending, cost included, over the mean value of the prize to the players, weighted by their shares.
    regret
        What each player would gain by its best reply, as a share of the largest prize; NaN if not certified.
    certified
        Which draws have an equilibrium, checked by everyone's best reply, shape ``batch``.
    """

    spending: Floats
    share: Floats
    payoff: Floats
    aggregate: Floats
    active: NDArray[np.bool_]
    dissipation: Floats
    regret: Floats
    certified: NDArray[np.bool_]

    def __repr__(self) -> str:
        *batch, players = self.spending.shape
        if batch:
            found = f"{int(self.certified.sum())} certified in a batch of {tuple(batch)}"
            mean = f", mean dissipation {np.nanmean(self.dissipation):.4g}" if (self.dissipation >= 0).any() else ""
            return f"contest of {players} players: {found}{mean}"
        certified = "certified" if self.certified else "not certified"
        head = f"contest of {players} players: {certified}, {int(self.active.sum())} active, dissipation "
        order = np.argsort(-self.share, kind="stable")[: MOST_LINES + 1]
        columns = (self.spending, self.share, self.payoff)
        rows = [[f"  {i + 1}", *(f"{values[i]:.6g}" for values in columns)] for i in order]
        lines = aligned([["  player", "spending", "share", "payoff"], *rows[:MOST_LINES]])
        rest = [f"  ... and {players - MOST_LINES} more"] if players > MOST_LINES else []
        return "\n".join([f"{head}{self.dissipation:.4g}", *lines, *rest])


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
        Check every player's regret against a global best reply. Equilibrium is unique for ``r <= 1``.

    Returns
    -------
    ContestEquilibrium
        Draws of a batch in which none was found (``r`` too large) hold NaN and are not ``certified``.

    Raises
    ------
    InputError
        If an argument is not positive, or there are fewer than two players.
    SolverError
        If a single contest has no equilibrium in pure strategies that could be found.

    Examples
    --------
    >>> tullock_contest([10, 8, 6, 2]).spending.round(6)  # Stein (2002): the fourth stays out
    array([2.498868, 1.84699 , 0.760525, 0.      ])
    """
    certify = yes_or_no(certify, "certify")
    v, c, a, r = _arguments(value, cost, ability, decisiveness)
    batch = v.shape[:-1]
    v, c, a, r = (array.reshape(-1, *array.shape[len(batch) :]) for array in (v, c, a, r))
    share = _shares(v, c, a, r)
    regret = _regret(v, c, a, r, share) if certify else np.full(share.shape, np.nan)
    if certify:
        _try_fewer(v, c, a, r, share, regret)
    certified = np.asarray((regret <= _REGRET).all(axis=-1))
    missing = ~certified & certify
    if missing.any() and not batch:
        raise SolverError(
            f"no equilibrium in pure strategies was found at decisiveness r = {r[0]:g}: a player gains "
            f"{regret.max():.2g} of the prize by another choice; r up to n/(n-1) among equals, and at most 1 to be "
            "safe among unequals"
        )
    share[missing] = np.nan
    spending = _spending(v, c, r, share)
    y = np.where(share > 0, a * spending ** r[:, None], share)

    def shaped(array: NDArray[Any]) -> NDArray[Any]:
        return array.reshape((*batch, *array.shape[1:]))

    return ContestEquilibrium(
        spending=shaped(spending),
        share=shaped(share),
        payoff=shaped(v * share - c * spending),
        aggregate=shaped(y.sum(axis=-1)),
        active=shaped(np.asarray(share > 0)),
        dissipation=shaped((c * spending).sum(axis=-1) / (v * share).sum(axis=-1)),
        regret=shaped(regret),
        certified=shaped(certified),
    )


def _spending(v: Floats, c: Floats, r: Floats, share: Floats) -> Floats:
    """What the first-order condition makes the active players spend."""
    rest, first = 1 - share, share.argmax(axis=-1)[:, None]
    np.put_along_axis(rest, first, _but_one(share, first), axis=-1)  # of a share near one all digits would be lost
    return np.asarray(r[:, None] * v * rest * share / c)


def _try_fewer(v: Floats, c: Floats, a: Floats, r: Floats, share: Floats, regret: Floats) -> None:
    """Where too many would enter for ``r > 1``, equilibria of the strongest alone, more of them first; in place.

    Nobody else gains by entering if the strongest of those who are out does not: the search is among them alone.
    """
    missing = np.flatnonzero((regret > _REGRET).any(axis=-1) & (r > 1))
    if not missing.size:
        return
    most = min(_most_active(r[missing]), v.shape[-1])
    strongest = _strongest(_strength(v[missing], c[missing], a[missing], r[missing]), most + 1)
    v_few, c_few, a_few = (np.take_along_axis(array[missing], strongest, axis=-1) for array in (v, c, a))
    for size in range(most, 1, -1):
        rows = np.flatnonzero((regret[missing] > _REGRET).any(axis=-1))
        if not rows.size:
            return
        few = np.zeros((len(rows), v_few.shape[-1]))
        few[:, :size] = _shares(
            v_few[rows, :size], c_few[rows, :size], a_few[rows, :size], r[missing[rows]], forced=True
        )
        good = (_regret(v_few[rows], c_few[rows], a_few[rows], r[missing[rows]], few) <= _REGRET).all(axis=-1)
        draws = missing[rows[good]]
        share[draws] = 0.0
        share[draws[:, None], strongest[rows[good]]] = few[good]
        regret[draws] = _regret(v[draws], c[draws], a[draws], r[draws], share[draws])


def _most_active(r: Floats) -> int:
    """Most players who can be active, as each of them pays at most its prize: ``r (1 - s) <= 1`` for ``r > 1``."""
    least = float(r.min())
    return max(2, int(min(least / (least - 1) + 1e-9, 1e15)))


def _strongest(strength: Floats, count: int) -> NDArray[np.intp]:
    """Places of so many of the strongest players, the strongest first, shape ``(B, count)``."""
    return np.argsort(-strength, axis=-1, kind="stable")[:, :count]


def _strength(v: Floats, c: Floats, a: Floats, r: Floats) -> Floats:
    """Logarithm of ``r v a^{1/r} / c``."""
    return np.asarray(np.log(r[:, None] * v) - np.log(c) + np.log(a) / r[:, None])


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


def _shares(v: Floats, c: Floats, a: Floats, r: Floats, *, forced: bool = False) -> Floats:
    """Shares that add up to one, each at the player's first-order condition, shape ``(B, N)``.

    For ``r > 1`` those who would lose by theirs have none, unless they are ``forced`` to enter.
    """
    share = np.zeros(v.shape)
    linear, smooth, jumping = (np.flatnonzero(kind) for kind in (r == 1, r < 1, r > 1))
    if linear.size:
        share[linear] = _linear_shares((c / (v * a))[linear])
    if smooth.size:
        share[smooth] = _curved_shares(_strength(v[smooth], c[smooth], a[smooth], r[smooth]), r[smooth, None], forced)
    if jumping.size:
        strength = _strength(v[jumping], c[jumping], a[jumping], r[jumping])
        places = _strongest(strength, min(_most_active(r[jumping]), v.shape[-1]))
        strength = np.take_along_axis(strength, places, axis=-1)
        share[jumping[:, None], places] = _curved_shares(strength, r[jumping, None], forced)
    return share


def _curved_shares(strength: Floats, r: Floats, forced: bool) -> Floats:
    """Shares at ``r != 1``: Newton's method on ``ln Y``, which the sum of shares falls with, in a bracket.

    That of the strongest player is compared with what the others leave, as the difference to one may be tiny.
    ``(1 - s) s^p = e^k`` with ``p = (r-1)/r`` and ``k = ln Y / r - strength``. A player alone would take ``s = 1/2`` of
    it at ``ln Y = r (strength - (1 + p) ln 2)``: where the second strongest does, shares add up to one or more.
    """
    n = strength.shape[-1]
    p, q = np.broadcast_to((r - 1) / r, strength.shape), np.ones(strength.shape)
    second = np.partition(strength, n - 2, axis=-1)[:, n - 2, None]
    low, high = r * (second - (1 + p[:, :1]) * np.log(2.0)), r * strength.max(axis=-1, keepdims=True)
    below = r < 1
    with np.errstate(divide="ignore", over="ignore"):
        # (1 - s) < 1: shares are below e^{k/p}, which add up to one at
        top = strength.max(axis=-1, keepdims=True)
        crowd = r * top + (1 - r) * np.log(np.exp(r / (1 - r) * (strength - top)).sum(axis=-1, keepdims=True))
    high = np.where(below, np.maximum(crowd, low), np.maximum(high, low))
    first = strength.argmax(axis=-1)[:, None]
    ln_y, u, before = high, None, np.full(high.shape, np.inf)
    for _ in range(_MOST_STEPS):
        u = log_odds(p, q, ln_y / r - strength, u)
        s, rest = shares(u)
        if not forced:
            s = np.where(s < p * (1 - _CLOSE), 0.0, s)
        beside, left = _but_one(s, first), np.take_along_axis(rest, first, axis=-1)
        gap = np.log(np.maximum(beside, np.finfo(float).tiny)) - np.log(left)
        low, high = np.where(gap > 0, ln_y, low), np.where(gap < 0, ln_y, high)
        with np.errstate(divide="ignore", invalid="ignore"):
            falls = s * rest / (p - (p + 1) * s) / r
            slope = _but_one(falls, first) / beside + np.take_along_axis(falls, first, axis=-1) / left
            guess = ln_y - gap / slope
        newton = (guess >= low) & (guess <= high) & (np.abs(gap) <= 0.5 * before)
        settled = (np.abs(gap) <= _CLOSE) | (np.abs(guess - ln_y) <= _ROUNDING * np.abs(ln_y))
        if (settled | (high - low <= _ROUNDING * np.abs(high))).all():
            break
        ln_y, before = np.where(newton, guess, (low + high) / 2), np.abs(gap)
    total = s.sum(axis=-1, keepdims=True)
    return np.asarray(s / np.where(total > 0, total, 1.0))  # none at all if everybody would lose


def _but_one(values: Floats, one: NDArray[np.intp]) -> Floats:
    """Sums of all but one of each row, without cancellation, shape ``(B, 1)``."""
    others = values.copy()
    np.put_along_axis(others, one, 0.0, axis=-1)
    return np.asarray(others.sum(axis=-1, keepdims=True))


def _linear_shares(weakness: Floats) -> Floats:
    """Shares at r = 1: ``s_i = 1 - Y w_i`` for the k players of smallest ``w``, whose shares add up to one.

    They do at ``Y = (k - 1) / sum_k w``; player k is active if ``Y w_k < 1`` there (Stein 2002, Public Choice 113).
    """
    ordered = np.sort(weakness, axis=-1)
    sums = ordered.cumsum(axis=-1)
    aggregate = np.arange(ordered.shape[-1]) / sums
    last = np.maximum((aggregate * ordered < 1).sum(axis=-1, keepdims=True) - 1, 1)
    share = np.maximum(1 - np.take_along_axis(aggregate, last, axis=-1) * weakness, 0.0)
    # the weakest of the active, whose share may be next to nothing, from what the others are without it
    weakest, before, total = (
        np.take_along_axis(array, at, axis=-1) for array, at in ((ordered, last), (sums, last - 1), (sums, last))
    )
    share = np.where(weakness == weakest, np.maximum(before - (last - 1) * weakest, 0.0) / total, share)
    return np.asarray(share / share.sum(axis=-1, keepdims=True))


def _regret(v: Floats, c: Floats, a: Floats, r: Floats, share: Floats) -> Floats:
    """Gain of each player from its global best reply to what the others spend, as a share of the largest prize."""
    rr = np.broadcast_to(r[:, None], v.shape)
    spending = _spending(v, c, r, share)
    with np.errstate(divide="ignore"):
        effort = np.log(a) + rr * np.log(spending)  # a logarithm, as powers may overflow
        unit = np.maximum(effort.max(axis=-1, keepdims=True), _NOBODY)
        own = np.exp(effort - unit)
        others = np.maximum(own.sum(axis=-1, keepdims=True) - own, 0.0)
        rivals = np.log(others) + unit
    reached = v * np.divide(own, own + others, out=np.zeros(v.shape), where=own > 0) - c * spending
    k = rivals - rr * _strength(v, c, a, r)
    best, rest = shares(log_odds(rr - 1, rr + 1, np.maximum(k, _NOBODY)))
    value = np.maximum(v * best * (1 - rr * rest), 0.0)
    return np.asarray(np.maximum((value - reached) / v.max(axis=-1, keepdims=True), 0.0))
