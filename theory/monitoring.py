"""Restraint when rivals' moves are seen with noise.

Two closed forms with public monitoring:

- price wars of Green & Porter (1984, Econometrica 52:87-100), in the version of Tirole (1988, The Theory of
  Industrial Organization, sec. 6.7.1): ``n`` firms share the monopoly profit; with probability ``alpha`` demand fails,
  and then nobody earns anything, which no firm can tell from a rival's undercutting; after a bad round all firms punish
  for ``T`` rounds;
- the bound of Abreu, Milgrom & Pearce (1991, Econometrica 59:1713-1733) on strongly symmetric equilibria: punishment
  that hits all alike is set off by mistake too, and that loss does not vanish with patience.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats
from theory.errors import InputError

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PriceWar:
    """Optimal collusion with price wars; all arrays have the broadcast shape of the inputs.

    Parameters
    ----------
    punishment_length
        The shortest ``T`` that keeps firms from undercutting, in rounds; ``inf`` where only a war without end does;
        NaN where collusion is impossible.
    value
        Present value ``V+`` of a firm in the collusive phase, with that ``T``; NaN where collusion is impossible.
    critical_discount_factor
        The smallest discount factor at which some ``T``, perhaps infinite, is enough:
        ``(n - 1) / (n (1 - alpha))``; NaN where that is not below one, that is for ``alpha >= 1/n``.
    """

    punishment_length: FloatArray
    value: FloatArray
    critical_discount_factor: FloatArray


def green_porter(
    alpha: ArrayLike, discount_factor: ArrayLike, monopoly_profit: ArrayLike = 1.0, n_firms: ArrayLike = 2
) -> PriceWar:
    """Shortest price war that supports the monopoly price, and what collusion is then worth.

    No firm undercuts if and only if ``n (1-alpha) d + (n alpha - 1) d^(T+1) >= n - 1``, and
    ``V+ = (1-alpha) (monopoly_profit/n) / (1 - (1-alpha) d - alpha d^(T+1))`` (for
    ``n = 2`` Tirole 1988, sec. 6.7.1).

    Parameters
    ----------
    alpha
        Probability of a bad round, in [0, 1).
    discount_factor
        In [0, 1).
    monopoly_profit
        Profit of the industry in a good round.
    n_firms
        At least 2; whole numbers.

    Raises
    ------
    InputError
        For values out of range.

    Examples
    --------
    >>> war = green_porter(0.25, 0.9)
    >>> float(war.punishment_length), float(war.value), float(war.critical_discount_factor)
    (3.0, 2.3296, 0.6667)
    """
    a = _within("alpha", alpha, 0, 1, upper_open=True)
    d = _within("discount_factor", discount_factor, 0, 1, upper_open=True)
    profit = _within("monopoly_profit", monopoly_profit, 0, np.inf, upper_open=True)
    n = _within("n_firms", n_firms, 2, np.inf, upper_open=True)
    if (n != np.floor(n)).any():
        raise InputError(f"n_firms is {n_firms!r}; it must be a whole number of firms")
    a, d, profit, n = np.broadcast_arrays(a, d, profit, n)
    length = _shortest_war(a, d, n)
    with np.errstate(invalid="ignore"):  # NaN where there is no collusion
        memory = np.where(np.isinf(length), 0.0, d ** (length + 1))
        value = np.where(np.isnan(length), np.nan, (1 - a) * profit / n / (1 - (1 - a) * d - a * memory))
    threshold = (n - 1) / (n * (1 - a))
    return PriceWar(length, value, np.where(n * a < 1, threshold, np.nan))


def _shortest_war(a: FloatArray, d: FloatArray, n: FloatArray) -> FloatArray:
    """Smallest whole T with ``(1 - n a) d^(T+1) <= n (1-a) d - (n-1)``; inf at the threshold; NaN beyond it."""
    slack, weight = n * (1 - a) * d - (n - 1), 1 - n * a
    rounding = 1e-12 * n  # of a sum of terms of the size of n
    feasible = (weight > 0) & (slack >= -rounding)
    finite = feasible & (slack > rounding)
    ratio = np.divide(slack, weight, out=np.full(a.shape, 0.5), where=finite)
    log_d = np.log(d, out=np.full(a.shape, -1.0), where=finite)
    guess = np.maximum(np.ceil(np.log(ratio) / log_d) - 1, 1)
    shorter = np.maximum(guess - 1, 1)  # if the logarithms were rounded up past a whole number
    enough = weight * np.where(finite, d, 0.5) ** (shorter + 1) <= slack + rounding
    return np.where(finite, np.where(enough, shorter, guess), np.where(feasible, np.inf, np.nan))


def abreu_milgrom_pearce_bound(
    gain: ArrayLike, q0: ArrayLike, q1: ArrayLike, *, cooperation: ArrayLike = 1.0, punishment: ArrayLike = 0.0
) -> FloatArray:
    """Best payoff of a strongly symmetric equilibrium with a binary public signal, however patient the players.

    ``cooperation - gain / (l - 1)`` with the likelihood ratio ``l = q1 / q0``, and not less than ``punishment``, the
    stage equilibrium (Abreu, Milgrom & Pearce 1991, Econometrica 59:1713-1733).

    Parameters
    ----------
    gain
        What a deviation adds to ``cooperation`` in its round; not negative.
    q0, q1
        Probability of the bad signal when all cooperate, and when one player deviates.
    cooperation, punishment
        Payoffs per round when all cooperate, and in the stage equilibrium.

    Returns
    -------
    array of the broadcast shape
        ``punishment`` where ``q1 <= q0``: the signal does not tell of deviations, unless there is nothing to gain.

    Raises
    ------
    InputError
        For values out of range.

    Examples
    --------
    >>> float(abreu_milgrom_pearce_bound(0.5, 0.1, 0.6))
    0.9
    """
    g = _within("gain", gain, 0, np.inf, upper_open=True)
    low, high = _within("q0", q0, 0, 1), _within("q1", q1, 0, 1)
    c = _within("cooperation", cooperation, -np.inf, np.inf, upper_open=True)
    p = _within("punishment", punishment, -np.inf, np.inf, upper_open=True)
    g, low, high, c, p = np.broadcast_arrays(g, low, high, c, p)
    # g / (q1/q0 - 1), written so that q0 = 0, a bad signal that proves a deviation, costs nothing
    loss = np.divide(g * low, high - low, out=np.full(g.shape, np.inf), where=high > low)
    return np.maximum(c - np.where(g == 0, 0.0, loss), p)


def imperfect_monitoring_discount_factor(
    gain: ArrayLike, q0: ArrayLike, q1: ArrayLike, *, cooperation: ArrayLike = 1.0, punishment: ArrayLike = 0.0
) -> FloatArray:
    """Smallest discount factor at which the bound of `abreu_milgrom_pearce_bound` is reached, by grim punishment.

    The future must hold enough to take away: ``(1-d) gain <= d (q1 - q0) (v - punishment)``, so
    ``d = gain / (gain + (q1 - q0)(v - punishment))``; 0 where ``gain`` is 0; NaN where the bound is ``punishment``.
    With ``q0 = 0`` and ``q1 = 1`` it is grim trigger's factor.

    Raises
    ------
    InputError
        For values out of range.

    Examples
    --------
    >>> float(imperfect_monitoring_discount_factor(2, 0, 1, cooperation=3, punishment=1))
    0.5
    """
    value = abreu_milgrom_pearce_bound(gain, q0, q1, cooperation=cooperation, punishment=punishment)
    g = np.asarray(gain, dtype=float)
    hold = (np.asarray(q1, dtype=float) - np.asarray(q0, dtype=float)) * (value - np.asarray(punishment, dtype=float))
    g, hold = np.broadcast_arrays(g, hold)
    factor = np.divide(g, g + hold, out=np.full(g.shape, np.nan), where=hold > 0)
    return np.where(g == 0, 0.0, factor)


def delayed_discount_factor(discount_factor: ArrayLike, delay: ArrayLike) -> FloatArray:
    """Discount factor that counts when moves are seen ``delay`` rounds late: ``discount_factor ** (delay + 1)``.

    Play that answers the newest move seen falls apart into ``delay + 1`` games that take turns; a deviation pays for
    ``delay + 1`` rounds before it is answered (compare Abreu, Milgrom & Pearce 1991, Econometrica 59:1713-1733, on the
    length of periods). All thresholds are read with this factor.

    Raises
    ------
    InputError
        For a factor outside [0, 1) or a delay that is no whole number of rounds.

    Examples
    --------
    >>> float(delayed_discount_factor(0.9, 2))
    0.729
    """
    d = _within("discount_factor", discount_factor, 0, 1, upper_open=True)
    late = _within("delay", delay, 0, np.inf, upper_open=True)
    if (late != np.floor(late)).any():
        raise InputError(f"delay is {delay!r}; it must be a whole number of rounds")
    return np.asarray(d ** (late + 1))


def _within(name: str, value: ArrayLike, low: float, high: float, *, upper_open: bool = False) -> FloatArray:
    """Finite floats in [low, high], or in [low, high)."""
    array = finite_floats(value, name)
    inside = (array >= low) & ((array < high) if upper_open else (array <= high))
    if not inside.all():
        raise InputError(f"{name} is {value!r}; it must be in [{low:g}, {high:g}{')' if upper_open else ']'}")
    return array
