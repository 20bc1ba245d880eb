"""Choices that maximise a common objective: joint profit, or welfare.

Block coordinate ascent: each player's choice in turn, then the scale of all choices together, each by a global search
along its line. The scale matters: contest terms depend on ratios only, so that the objective has a ridge along
rays, on which single choices would creep. Between sweeps Newton steps, on differences of values, take the short way up
a smooth hill. Every step raises the objective, so the ascent cannot cycle or diverge; it is run from several starts,
the best end is kept, and swept finely until nothing improves. For an objective that is concave in all choices together
that is the global maximum; otherwise it is the best point that no single change and no common scaling improves, from
any start.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from theory.best_replies import best_reply
from theory.continuous import ContinuousGame, Floats, Payoff, require_continuous
from theory.errors import InputError

STARTS = (0.001, 0.03, 0.2)
"""Where the search starts, as shares of each interval."""

_COARSE = 2  # sweeps from each start
_SWEEPS = 60
_PRECISION = 1e-11  # of the objective's size: further sweeps only move rounding
_NEWTON_STEPS = 8
_LENGTHS = np.array([1.0, 0.5, 0.2, 0.05, 0.01])
_STEP = 1e-3  # of differences, of the distance from the lower bound
_AT_BOUND = 1e-12
_SCALES = np.log(100.0)  # one line search may grow or shrink all choices by this factor


def joint_optimum(game: ContinuousGame, objective: Payoff | None = None, *, starts: Floats | None = None) -> Floats:
    """Maximise a common objective over all choices, for every draw at once.

    Parameters
    ----------
    objective
        Function ``(x, *parameters) -> (..., *batch)``; the sum of all payoffs if not given.
    starts
        Shape ``(K, *batch, N)``, in the units of the choices.

    Returns
    -------
    array of shape ``(*batch, N)``

    Raises
    ------
    InputError
        If ``objective`` is no function, or the game has shared limits.

    Examples
    --------
    >>> profit = lambda i: lambda x: x[..., i] * (1 - x.sum(-1))
    >>> cartel = joint_optimum(ContinuousGame([profit(0), profit(1)], lower=0, upper=1))
    >>> round(float(cartel.sum()), 6)  # monopoly output
    0.5
    """
    require_continuous(game, "joint_optimum")
    if objective is not None and not callable(objective):
        raise InputError(f"objective is {objective!r}; it must be a function of (x, *parameters), or None")
    if game.shared:
        raise InputError(
            "joint_optimum knows no shared limits; take variational_equilibrium of game.identical_interest(objective), "
            "whose players maximise the objective under the limits"
        )
    common = game.identical_interest(objective or game.total())
    if starts is None:
        shares = np.reshape(STARTS, (-1, *(1,) * game.lower.ndim))
        starts = game.lower + shares * (game.upper - game.lower)
    ends = [_near(common, np.broadcast_to(start, game.lower.shape)) for start in starts]
    value = np.stack([common.payoff_of(0, x) for x in ends])
    best = value.argmax(axis=0)[None, ..., None]
    return _ascend(common, np.take_along_axis(np.stack(ends), best, axis=0)[0].copy())


def _near(common: ContinuousGame, x: Floats) -> Floats:
    """End of a few coarse sweeps and Newton steps: near a maximum."""
    for _ in range(_COARSE):
        x, _ = _sweep(common, x, zooms=2)
    return _newton(common, x)


def _ascend(common: ContinuousGame, x: Floats) -> Floats:
    """Sweep finely until no draw improves; draws that have converged are left alone."""
    active = np.ones(common.batch_shape, bool)
    value = np.array(common.payoff_of(0, x))
    for _ in range(_SWEEPS):
        part = common[active] if common.batch_shape else common
        moved, reached = _sweep(part, x[active], zooms=7)
        improved = reached - value[active] > _PRECISION * np.abs(reached)
        x[active], value[active] = moved, reached
        active[active] = improved
        if not active.any():
            break
        part = common[active] if common.batch_shape else common
        x[active] = _newton(part, x[active])
        value[active] = part.payoff_of(0, x[active])
    return x


def _newton(common: ContinuousGame, x: Floats) -> Floats:
    """Newton steps up the hill, with bounds that bind left alone and a Hessian made negative definite."""
    low, width = common.lower, common.upper - common.lower
    z = (x - low) / width

    def objective(points: Floats) -> Floats:
        return np.nan_to_num(common.payoff_of(0, low + points * width), nan=-np.inf)

    value = objective(z)
    for _ in range(_NEWTON_STEPS):
        gradient, hessian = _derivatives(objective, z)
        free = ~(((z <= _AT_BOUND) & (gradient <= 0)) | ((z >= 1 - _AT_BOUND) & (gradient >= 0)))
        hessian = np.where(free[..., None] & free[..., None, :], hessian, -np.eye(z.shape[-1]))
        curvature, axes = np.linalg.eigh(np.where(np.isfinite(hessian), hessian, 0.0))
        curvature = np.maximum(np.abs(curvature), 1e-9 * np.abs(curvature).max(axis=-1, keepdims=True) + 1e-300)
        slope = np.where(free & np.isfinite(gradient), gradient, 0.0)
        along = (axes.swapaxes(-1, -2) @ slope[..., None])[..., 0] / curvature
        step = (axes @ along[..., None])[..., 0]
        trials = np.clip(z + _LENGTHS.reshape(-1, *(1,) * z.ndim) * step, 0.0, 1.0)
        reached = objective(trials)
        best = reached.argmax(axis=0)[None]
        found = np.take_along_axis(reached, best, axis=0)[0]
        better = found > value
        gained = np.where(better, found - value, 0.0) > _PRECISION * np.abs(found)
        z = np.where(better[..., None], np.take_along_axis(trials, best[..., None], axis=0)[0], z)
        value = np.maximum(found, value)
        if not gained.any():
            break
    return np.clip(low + z * width, low, common.upper)


def _derivatives(objective: Callable[[Floats], Floats], z: Floats) -> tuple[Floats, Floats]:
    """Gradient and Hessian by central differences, of steps in proportion to the distance from the lower bound."""
    n = z.shape[-1]
    h = _STEP * np.clip(z, 1e-3, 1.0)
    centre = np.clip(z, h, 1 - h)
    shift = h[..., None, :] * np.eye(n)  # (*batch, n, n): along each axis
    up, down = (np.stack([objective(centre + s * shift[..., i, :]) for i in range(n)], axis=-1) for s in (1, -1))
    middle = objective(centre)[..., None]
    gradient = (up - down) / (2 * h)
    hessian = np.empty((*z.shape, n))
    hessian[..., np.arange(n), np.arange(n)] = (up - 2 * middle + down) / h**2
    for i, j in itertools.combinations(range(n), 2):
        a, b = shift[..., i, :], shift[..., j, :]
        mixed = objective(centre + a + b) - objective(centre + a - b) - objective(centre - a + b)
        mixed = (mixed + objective(centre - a - b)) / (4 * h[..., i] * h[..., j])
        hessian[..., i, j] = hessian[..., j, i] = mixed
    return gradient + (hessian @ (z - centre)[..., None])[..., 0], hessian


def _sweep(common: ContinuousGame, x: Floats, *, zooms: int) -> tuple[Floats, Floats]:
    x = x.copy()
    for player in range(common.n_players):
        x[..., player], value, _ = best_reply(common, x, player, levels=25, zooms=zooms)
    return _rescale(common, x, value, zooms=zooms + 2)


def _rescale(common: ContinuousGame, x: Floats, value: Floats, *, zooms: int) -> tuple[Floats, Floats]:
    """Move along the ray through ``x``, as far as the bounds let each choice go."""

    def scaled(log_scale: Floats) -> Floats:
        return np.clip(x * np.exp(log_scale), common.lower, common.upper)

    line = ContinuousGame(
        [lambda s, *parameters: common.payoffs[0](scaled(s), *parameters)],
        lower=np.full((*x.shape[:-1], 1), -_SCALES),
        upper=np.full((*x.shape[:-1], 1), _SCALES),
        parameters=common.parameters,
    )
    step, found, _ = best_reply(line, np.zeros((*x.shape[:-1], 1)), 0, levels=34, zooms=zooms)
    better = found > value
    return np.where(better[..., None], scaled(step[..., None]), x), np.where(better, found, value)
