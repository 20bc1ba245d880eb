"""Choices that maximise a common objective: joint profit, or welfare.

Block coordinate ascent: each player's choice in turn, then the scale of all choices together, each by a global search
along its line. The scale matters: contest terms depend on ratios only, so that the objective has a ridge along
rays, on which single choices would creep. Every step raises the objective, so the ascent cannot cycle or
diverge; it is run from several starts and the best end is kept. For an objective that is concave in all
choices together that is the global maximum; otherwise it is the best point that no single change and no common
scaling improves, from any start.
"""

from __future__ import annotations

import numpy as np

from theory.best_replies import best_reply
from theory.continuous import ContinuousGame, Floats, Payoff, require_continuous
from theory.errors import InputError

STARTS = (0.001, 0.03, 0.2)
"""Where the search starts, as shares of each interval."""

_SWEEPS = 60
_PRECISION = 1e-11  # of the objective's size: further sweeps only move rounding
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
    ends = [_ascend(common, np.broadcast_to(start, game.lower.shape).copy()) for start in starts]
    value = np.stack([common.payoff_of(0, x) for x in ends])
    best = value.argmax(axis=0)[None, ..., None]
    return np.asarray(np.take_along_axis(np.stack(ends), best, axis=0)[0])


def _ascend(common: ContinuousGame, x: Floats) -> Floats:
    """Sweep until no draw improves; draws that have converged are left alone."""
    active = np.ones(common.batch_shape, bool)
    value = np.array(common.payoff_of(0, x))
    for _ in range(_SWEEPS):
        moved, reached = _sweep(common[active] if common.batch_shape else common, x[active])
        improved = reached - value[active] > _PRECISION * np.abs(reached)
        x[active], value[active] = moved, reached
        active[active] = improved
        if not active.any():
            break
    return x


def _sweep(common: ContinuousGame, x: Floats) -> tuple[Floats, Floats]:
    x = x.copy()
    for player in range(common.n_players):
        x[..., player], value, _ = best_reply(common, x, player, levels=25, zooms=7)
    return _rescale(common, x, value)


def _rescale(common: ContinuousGame, x: Floats, value: Floats) -> tuple[Floats, Floats]:
    """Move along the ray through ``x``, as far as the bounds let each choice go."""

    def scaled(log_scale: Floats) -> Floats:
        return np.clip(x * np.exp(log_scale), common.lower, common.upper)

    line = ContinuousGame(
        [lambda s, *parameters: common.payoffs[0](scaled(s), *parameters)],
        lower=np.full((*x.shape[:-1], 1), -_SCALES),
        upper=np.full((*x.shape[:-1], 1), _SCALES),
        parameters=common.parameters,
    )
    step, found, _ = best_reply(line, np.zeros((*x.shape[:-1], 1)), 0, levels=34, zooms=9)
    better = found > value
    return np.where(better[..., None], scaled(step[..., None]), x), np.where(better, found, value)
