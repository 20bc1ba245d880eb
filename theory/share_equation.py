r"""Largest root of ``p ln s + q ln(1 - s) = k`` in shares ``0 < s < 1``, for any number of equations at once.

It is the first-order condition of a contest, in a player's share at a given aggregate, and of its best reply to given
rivals (`theory.contest`). In the log odds ``u = ln s - ln(1 - s)`` the left side is

    h(u) = - p ln(1 + e^{-u}) - q ln(1 + e^u),        h'(u) = p (1 - s) - q s,

a line of slope ``p`` that bends to one of slope ``-q``. For ``p < 0 < q`` it falls from infinity to minus infinity: one
root. For ``p > 0`` it rises to its peak at ``s = p / (p + q)`` and falls: the larger root is beyond the peak, if the
peak reaches ``k``. As ``0 < ln(1 + e^u) - max(u, 0) <= ln 2`` the lines bracket the root, and Newton's method finds it
in a handful of steps; a step that leaves the bracket, or does not help enough, is replaced by bisection.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_MOST_STEPS = 200  # bisection alone needs as many at worst; Newton's method a handful
_SHARP = 0.3  # of q: p nearer to zero than this
_CLOSE = 1e-9  # in log odds: the step after it is below rounding


def log_odds(p: Floats, q: Floats, k: Floats, start: Floats | None = None) -> Floats:
    """Log odds ``u`` of the largest root; minus infinity where there is none.

    Parameters
    ----------
    p, q, k
        Coefficients of one shape; ``q > 0``.
    start
        Log odds near the roots, if known.

    Examples
    --------
    With p = 0 the share is ``1 - e^{k/q}``, and there is none if k is not negative:

    >>> log_odds(np.zeros(2), np.ones(2), np.log([0.25, 2.0])).round(6)
    array([1.098612,     -inf])
    """
    if not p.any():
        with np.errstate(divide="ignore"):
            return _flat(np.minimum(k / q, 0.0))
    low, high = _bracket(p, q, k)
    missing = low > high
    u = _start(p, q, k, low, high, start)
    u, low, high = (np.where(missing, 0.0, bound) for bound in (u, low, high))
    before = np.full(u.shape, np.inf)
    for _ in range(_MOST_STEPS):
        value, slope = _line(p, q, u)
        gap = np.where(missing, 0.0, value - k)
        low, high = np.where(gap > 0, u, low), np.where(gap < 0, u, high)
        with np.errstate(divide="ignore", invalid="ignore"):
            guess = u - gap / slope
        newton = (guess >= low) & (guess <= high) & (np.abs(gap) <= 0.5 * before)
        guess = np.where(gap == 0, u, np.where(newton, guess, (low + high) / 2))
        moved, u, before = np.abs(guess - u), guess, np.abs(gap)
        if (moved <= _CLOSE * np.maximum(1.0, np.abs(u))).all():
            break
    return np.where(missing, -np.inf, u)


def shares(u: Floats) -> tuple[Floats, Floats]:
    """``s`` and ``1 - s`` from log odds, both to full relative precision."""
    small = np.exp(-np.abs(u))
    large = 1 / (1 + small)
    small = small * large
    return np.where(u > 0, large, small), np.where(u > 0, small, large)


def _line(p: Floats, q: Floats, u: Floats) -> tuple[Floats, Floats]:
    """``h`` and its slope."""
    small = np.exp(-np.abs(u))
    above = np.log1p(small)
    below = above + np.abs(u)  # ln(1 + e^|u|)
    right = u > 0
    s = np.where(right, 1.0, small) / (1 + small)
    return -p * np.where(right, above, below) - q * np.where(right, below, above), p - (p + q) * s


def _bracket(p: Floats, q: Floats, k: Floats) -> tuple[Floats, Floats]:
    """Log odds below and above the root; the lower one is above the upper one where there is none."""
    bends_down = p + q > 0  # h lies below its lines, by less than q ln 2; else above them, by less than -p ln 2
    with np.errstate(divide="ignore", invalid="ignore"):
        low = _on_lines(p, q, k + np.where(bends_down, q, 0.0) * np.log(2.0))
        high = _on_lines(p, q, k + np.where(bends_down, 0.0, p) * np.log(2.0))
        if (p >= 0).any():
            peak = np.where(p > 0, np.log(p / q), 0.0)
            there = np.where(p > 0, _line(p, q, peak)[0] >= k, k < 0)
            closed = _flat(np.minimum(k / q, 0.0))
            low = np.where(p < 0, low, np.where(there, np.where(p > 0, peak, closed), np.inf))
            high = np.where(p < 0, high, np.where(there, np.where(p > 0, -k / q, closed), -np.inf))
    return low, high


def _flat(level: Floats) -> Floats:
    """Log odds of ``1 - s = e^level`` for ``level <= 0``: the root at ``p = 0``."""
    return np.log(-np.expm1(level)) - level


def _start(p: Floats, q: Floats, k: Floats, low: Floats, high: Floats, known: Floats | None) -> Floats:
    """Log odds from which Newton's method moves to the root from one side, or those that are known.

    If ``h`` bends fast (small ``p < 0``), that is from above the root, but not much above: ``-ln(1 - s) > s`` gives
    the bound ``s < a omega(-k/|p| - ln a)``, where ``a = |p| / q`` and ``omega(x) + ln omega(x) = x`` (Wright).
    """
    from scipy.special import wrightomega

    start = np.where(p + q > 0, high, low) if known is None else np.clip(known, low, high)
    sharp = np.flatnonzero((p < 0) & (p > -_SHARP * q))
    if sharp.size:
        log_a = np.log(-p.flat[sharp] / q.flat[sharp])
        x = k.flat[sharp] / p.flat[sharp] - log_a
        ln_s = log_a + np.where(x < -30, x, np.log(wrightomega(np.maximum(x, -30.0))))
        ln_s = np.minimum(ln_s, -np.log(2.0))  # no bound of use beyond
        start.flat[sharp] = np.where(
            ln_s < -np.log(2.0), np.minimum(high.flat[sharp], ln_s - np.log1p(-np.exp(ln_s))), high.flat[sharp]
        )
    return start


def _on_lines(p: Floats, q: Floats, level: Floats) -> Floats:
    """Where the two lines of ``h`` reach a level."""
    return np.where(level > 0, level / p, -level / q)
