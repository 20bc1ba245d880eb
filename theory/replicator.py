"""Replicator dynamics: strategies grow as fast as their payoff exceeds the average.

Definitions
-----------
A large population plays a symmetric two-player game: ``payoffs[i, j]`` is what strategy ``i`` gets against ``j``. With
shares ``x`` on the simplex,

    dx_i/dt = x_i ((A x)_i - x . A x)

(Taylor & Jonker 1978, Math. Biosci. 40:145-156). A shift of all payoffs changes nothing; a scale is a change of the
unit of time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats
from theory.errors import InputError, SolverError

FloatArray = NDArray[np.float64]


def replicator_derivative(payoffs: ArrayLike, shares: ArrayLike) -> FloatArray:
    """Rate of change of every share.

    Parameters
    ----------
    payoffs
        Shape ``(*batch, S, S)``.
    shares
        Shape ``(*batch, S)``: points of the simplex.

    Returns
    -------
    array of shape ``(*batch, S)``
        Sums to zero.

    Raises
    ------
    InputError
        For wrong shapes, payoffs that are not finite, shares that are no distribution.

    Examples
    --------
    >>> replicator_derivative([[3, 2, 3], [4, 1, 1], [2, 3, 1]], [0.2, 0.4, 0.4])
    array([ 0.128, -0.144,  0.016])
    """
    matrix, x = _matrix(payoffs), finite_floats(shares, "shares")
    _check_shares(x, matrix.shape[-1])
    return _derivative(matrix, x)


def replicator_path(payoffs: ArrayLike, start: ArrayLike, times: ArrayLike) -> FloatArray:
    """Shares along the path from ``start``.

    Parameters
    ----------
    payoffs
        Shape ``(S, S)``.
    start
        Shape ``(S,)``; shares that are zero stay zero.
    times
        Shape ``(K,)``, increasing; the first one is the time of ``start``.

    Returns
    -------
    array of shape ``(K, S)``

    Raises
    ------
    InputError
        As `replicator_derivative`, or for times that do not increase.
    SolverError
        If the integration fails.

    Notes
    -----
    DOP853 with relative tolerance 1e-11 (Hairer, Norsett & Wanner 1993, Solving Ordinary Differential Equations I).

    Examples
    --------
    >>> replicator_path([[3, 2], [4, 1]], [0.9, 0.1], [0, 10])[:, 0]
    array([0.9   , 0.5045])
    """
    from scipy.integrate import solve_ivp

    matrix, x, t = _matrix(payoffs), finite_floats(start, "start"), finite_floats(times, "times")
    if matrix.ndim != 2 or x.ndim != 1:
        raise InputError(f"payoffs has shape {matrix.shape} and start {x.shape}; a path is that of one game")
    _check_shares(x, len(matrix))
    if t.ndim != 1 or t.size < 2 or not (np.diff(t) > 0).all():
        raise InputError(f"times is {times!r}; two or more increasing finite times are needed")
    # A shift does not matter, and the range of payoffs is the unit of time: tolerances mean the same in any unit.
    # Payoffs in [1, 2] make the simplex attract: off it, by rounding, d(sum x)/dt = (x . A x)(1 - sum x).
    rate = float(np.ptp(matrix)) or 1.0
    scaled = (matrix - matrix.min()) / rate + 1
    found = solve_ivp(
        lambda _, y: _derivative(scaled, y),
        (0.0, rate * float(t[-1] - t[0])),
        x,
        method="DOP853",
        t_eval=np.minimum(rate * (t - t[0]), rate * float(t[-1] - t[0])),
        rtol=1e-11,
        atol=1e-14,
    )
    if not found.success:
        raise SolverError(f"the replicator path could not be integrated: {found.message}; try shorter times")
    path = np.clip(found.y.T, 0, None)
    return np.asarray(path / path.sum(axis=1, keepdims=True))


@dataclass(frozen=True, eq=False)
class RestPoints:
    """Rest points of the replicator dynamics with two strategies.

    Parameters
    ----------
    shares
        Shape ``(*batch, 3)``: share of strategy 0 at the rest points, ``0``, interior, ``1``; the interior place is
        NaN where there is none, or where every point is one.
    stable
        Shape ``(*batch, 3)``: whether the point is asymptotically stable.
    """

    shares: FloatArray
    stable: NDArray[np.bool_]


def rest_points(payoffs: ArrayLike) -> RestPoints:
    """Rest points and their stability with two strategies.

    The advantage of strategy 0 at share ``x`` is ``(a - c) x + (b - d)(1 - x)`` for payoffs ``[[a, b], [c, d]]``;
    rest points are the ends and its zero, and stable where it changes from plus to minus.

    Parameters
    ----------
    payoffs
        Shape ``(*batch, 2, 2)``.

    Raises
    ------
    InputError
        For wrong shapes or payoffs that are not finite.

    Examples
    --------
    >>> found = rest_points([[-0.5, 2], [0, 0]])  # hawk and dove
    >>> found.shares, found.stable
    (array([0. , 0.8, 1. ]), array([False,  True, False]))
    """
    matrix = _matrix(payoffs)
    if matrix.shape[-1] != 2:
        raise InputError(f"payoffs has shape {matrix.shape}; two strategies are needed")
    at_one, at_zero = matrix[..., 0, 0] - matrix[..., 1, 0], matrix[..., 0, 1] - matrix[..., 1, 1]
    inside = np.sign(at_one) * np.sign(at_zero) < 0
    interior = np.divide(at_zero, at_zero - at_one, out=np.full(at_zero.shape, np.nan), where=inside)
    stable_zero = (at_zero < 0) | ((at_zero == 0) & (at_one < 0))  # in a tie the other end decides
    stable_one = (at_one > 0) | ((at_one == 0) & (at_zero > 0))
    shares = np.stack([np.zeros_like(interior), interior, np.ones_like(interior)], axis=-1)
    return RestPoints(shares, np.stack([stable_zero, inside & (at_zero > 0), stable_one], axis=-1))


def _derivative(matrix: FloatArray, x: FloatArray) -> FloatArray:
    payoff = np.einsum("...ij,...j->...i", matrix, x)
    return np.asarray(x * (payoff - (x * payoff).sum(axis=-1, keepdims=True)))


def _matrix(payoffs: ArrayLike) -> FloatArray:
    matrix = finite_floats(payoffs, "payoffs")
    if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2]:
        raise InputError(f"payoffs has shape {matrix.shape}; it must be finite numbers, shape (*batch, S, S)")
    return matrix


def _check_shares(x: FloatArray, n: int) -> None:
    if x.ndim < 1 or x.shape[-1] != n or not (x >= 0).all() or not (np.abs(x.sum(axis=-1) - 1) <= 1e-9).all():
        raise InputError(f"shares are {x.tolist()}; {n} non-negative numbers that sum to one are needed")
