"""Choices that maximise a common objective: joint profit, or welfare.

Block coordinate ascent: each player's choice in turn, then the scale of all choices together, each by a global search
along its line. The scale matters: contest terms depend on ratios only, so that the objective has a ridge along
rays, on which single choices would creep. Choices are searched in logarithms, for the same reason: there a common scale
is a common shift, and a choice of a thousandth of its upper bound is as easily found as one of a half. Between sweeps
Newton steps, on differences of values, take the short way up a smooth hill. Every step raises the objective, so the
ascent cannot cycle or diverge; it is run from several starts, the best end is kept, and swept finely until nothing
improves. For an objective that is concave in all choices together that is the global maximum; otherwise it is the best
point that no single change and no common scaling improves, from any start.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from theory.best_replies import best_reply
from theory.continuous import ContinuousGame, Floats, Payoff, require_continuous, values_along
from theory.errors import InputError
from theory.payoff_probes import require_payoffs

STARTS = (0.001, 0.03, 0.2)
"""Where the search starts, as shares of each interval."""

_LEAST = 1e-6  # of the interval: lower bounds below this are no scale for logarithms
_PLACES = np.linspace(0.0, 1.0, 33)  # of the first grid along every line, in logarithms
_COARSE, _FINE = 3, 14  # refinements of the searches along lines, at first and in the end
_SWEEPS = 60
_PRECISION = 1e-11  # of the objective's size: further sweeps only move rounding
_NEWTON_STEPS = 12
_LENGTHS = np.array([1.0, 0.5, 0.2, 0.05, 0.01])
_STEP = 1e-3  # of differences, in logarithms
_AT_BOUND = 1e-12
_POLISHED = 3  # last steps: their Hessian is right to a few digits, so that each gains as many
_RIDGE = 1e-6  # of the largest curvature
_ROUNDING = 4 * np.finfo(float).eps
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
    together = game if objective is None else game.identical_interest(objective)
    require_payoffs(together, finite=False)  # where it is not defined it is taken as minus infinity
    if starts is None:
        shares = np.reshape(STARTS, (-1, *(1,) * game.lower.ndim))
        starts = game.lower + shares * (game.upper - game.lower)
    unit = np.maximum(game.lower, _LEAST * (game.upper - game.lower))
    common = _in_logarithms(game, objective or game.total(), unit)
    y = np.stack([np.broadcast_to(np.log1p((start - game.lower) / unit), game.lower.shape) for start in starts])
    y, _ = _sweep(common, y, _value(common, y), zooms=_COARSE)
    y, value, level = _newton(common, y)
    best = value.argmax(axis=0)[None]
    value, level = (np.array(np.take_along_axis(each, best, axis=0)[0]) for each in (value, level))
    y = _ascend(common, np.take_along_axis(y, best[..., None], axis=0)[0], value, level)
    linear = game.identical_interest(objective or game.total())
    for _ in range(_POLISHED):
        y = _polished(common, linear, unit, y)
    return np.asarray(np.clip(game.lower + unit * np.expm1(y), game.lower, game.upper))


def _in_logarithms(game: ContinuousGame, objective: Payoff, unit: Floats) -> ContinuousGame:
    """Game of common interest in ``y``, where ``x = lower + unit (exp(y) - 1)``; a positive lower bound is the unit."""
    columns = [values[..., i] for values in (game.lower, unit) for i in range(game.n_players)]
    return ContinuousGame(
        (_OfLogarithms(objective, game.n_players),) * game.n_players,
        lower=np.zeros(game.lower.shape),
        upper=np.log1p((game.upper - game.lower) / unit),
        parameters=(*game.parameters, *columns),
    )


class _OfLogarithms:
    """An objective as a function of logarithms; lower bounds and units of the choices are its last parameters."""

    def __init__(self, objective: Payoff, n_players: int) -> None:
        self.objective, self.n_players = objective, n_players

    def __call__(self, y: Floats, *parameters: Floats) -> Floats:
        return self.objective(self._choices(y, parameters), *parameters[: -2 * self.n_players])

    def along(self, y: Floats, player: int, own: Floats, *parameters: Floats) -> Floats:
        known, low, unit = self._split(parameters)
        moved = low[player] + unit[player] * np.expm1(own)
        return values_along(self.objective, self._choices(y, parameters), player, moved, known)

    def _choices(self, y: Floats, parameters: tuple[Floats, ...]) -> Floats:
        _, low, unit = self._split(parameters)
        return np.stack(low, axis=-1) + np.stack(unit, axis=-1) * np.expm1(y)

    def _split(self, parameters: tuple[Floats, ...]) -> tuple[tuple[Floats, ...], ...]:
        n = self.n_players
        return parameters[: -2 * n], parameters[-2 * n : -n], parameters[-n:]


def _value(common: ContinuousGame, y: Floats) -> Floats:
    """Objective, minus infinity where it is not defined."""
    return np.nan_to_num(common.payoff_of(0, y), nan=-np.inf)


def _ascend(common: ContinuousGame, y: Floats, value: Floats, level: NDArray[np.bool_]) -> Floats:
    """Sweep until no draw improves, finely unless Newton steps have found a level top; then from there with them."""
    active = np.ones(common.batch_shape, bool)
    for _ in range(_SWEEPS):
        for zooms, these in ((_COARSE, active & level), (_FINE, active & ~level)):
            part = common[these] if common.batch_shape else common
            if not these.any():
                continue
            moved, reached = _sweep(part, y[these], value[these], zooms=zooms)
            active[these] = reached - value[these] > _PRECISION * np.abs(reached)
            y[these], value[these] = moved, reached
        if not active.any():
            break
        part = common[active] if common.batch_shape else common
        y[active], value[active], level[active] = _newton(part, y[active])
    return y


def _sweep(common: ContinuousGame, y: Floats, value: Floats, *, zooms: int) -> tuple[Floats, Floats]:
    """Each choice in turn, then all together, to the best place along its line, if that is better."""
    y = y.copy()
    for player in range(common.n_players):
        reply, found, _ = best_reply(common, y, player, levels=_PLACES, zooms=zooms)
        better = found > value
        y[..., player], value = np.where(better, reply, y[..., player]), np.where(better, found, value)
    return _shift(common, y, value, zooms=zooms)


def _shift(common: ContinuousGame, y: Floats, value: Floats, *, zooms: int) -> tuple[Floats, Floats]:
    """Move all choices by one factor, as far as the bounds let each of them go."""

    def shifted(by: Floats) -> Floats:
        return np.clip(y + by, common.lower, common.upper)

    line = ContinuousGame(
        [lambda by, *parameters: common.payoffs[0](shifted(by), *parameters)],
        lower=np.full((*y.shape[:-1], 1), -_SCALES),
        upper=np.full((*y.shape[:-1], 1), _SCALES),
        parameters=common.parameters,
    )
    step, found, _ = best_reply(line, np.zeros((*y.shape[:-1], 1)), 0, levels=_PLACES, zooms=zooms)
    better = found > value
    return np.where(better[..., None], shifted(step[..., None]), y), np.where(better, found, value)


def _newton(common: ContinuousGame, y: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Newton steps up the hill from each of the points; the ends, their values, and whether they promise no more."""
    ends = y.reshape(-1, common.n_players).copy()
    lanes = np.arange(len(ends))
    part = common.of_lanes(lanes)
    values, level = _value(part, ends).copy(), np.zeros(len(ends), bool)
    for _ in range(_NEWTON_STEPS):
        here, value = ends[lanes], values[lanes]
        step, promised = _newton_step(part, here)
        found, reached = _shortened(part, here, step, _LENGTHS[:1])
        short = np.flatnonzero(~(reached - value > promised / 4))
        if short.size:
            again = _shortened(common.of_lanes(lanes[short]), here[short], step[short], _LENGTHS)
            found[short], reached[short] = again
        better = reached > value
        ends[lanes], values[lanes] = np.where(better[:, None], found, here), np.where(better, reached, value)
        level[lanes] = promised <= _PRECISION * np.abs(value)
        lanes = lanes[reached - value > _PRECISION * np.abs(reached)]
        if not lanes.size:
            break
        part = common.of_lanes(lanes)
    return ends.reshape(y.shape), values.reshape(y.shape[:-1]), level.reshape(y.shape[:-1])


def _polished(common: ContinuousGame, game: ContinuousGame, unit: Floats, y: Floats) -> Floats:
    """One more Newton step with slopes of the fourth order in the choices themselves, unless the objective falls.

    Differences in logarithms are biased by the third derivative; these are exact for payoffs up to the fourth degree.
    """
    scale = unit * np.exp(y)  # dx / dy
    x = game.lower + unit * np.expm1(y)
    room = np.minimum(x - game.lower, game.upper - x)
    h = np.minimum(_STEP * scale, room / 2)
    weights = np.array([1.0, -8.0, 8.0, -1.0]) / 12
    offsets = np.array([-2.0, -1.0, 1.0, 2.0]).reshape(-1, *(1,) * (y.ndim - 1))
    slopes = []
    for i in range(game.n_players):
        values = game.payoff_along(i, x, x[..., i] + offsets * h[..., i])
        slopes.append(np.tensordot(weights, values, axes=1))
    inside = h > 0
    gradient = np.where(inside, np.stack(slopes, axis=-1) * scale / np.where(inside, h, 1.0), 0.0)
    lanes = y.reshape(-1, game.n_players)
    part = common.of_lanes(np.arange(len(lanes)))
    step, _ = _newton_step(part, lanes, gradient.reshape(lanes.shape))
    end = np.clip(lanes + step, part.lower, part.upper)
    before, after = _value(part, lanes), _value(part, end)
    better = after >= before - _ROUNDING * np.abs(before)
    return np.where(better[:, None], end, lanes).reshape(y.shape)


def _newton_step(part: ContinuousGame, y: Floats, slopes: Floats | None = None) -> tuple[Floats, Floats]:
    """Step with bounds that bind left alone and a Hessian made negative definite, and the rise that it promises."""
    gradient, hessian = _derivatives(part, y)
    gradient = gradient if slopes is None else slopes
    at_bound = (y <= part.lower + _AT_BOUND) & (gradient <= 0) | (y >= part.upper - _AT_BOUND) & (gradient >= 0)
    free = ~at_bound
    hessian = np.where(free[..., None] & free[..., None, :], hessian, -np.eye(y.shape[-1]))
    curvature, axes = np.linalg.eigh(np.where(np.isfinite(hessian), hessian, 0.0))
    curvature = np.maximum(np.abs(curvature), 1e-9 * np.abs(curvature).max(axis=-1, keepdims=True) + 1e-300)
    slope = np.where(free & np.isfinite(gradient), gradient, 0.0)
    along = (axes.swapaxes(-1, -2) @ slope[..., None])[..., 0] / curvature
    if slopes is not None:  # at the top nothing is left along a ridge but rounding
        along = np.where(curvature > _RIDGE * curvature.max(axis=-1, keepdims=True), along, 0.0)
    step = (axes @ along[..., None])[..., 0]
    return step, (step * slope).sum(axis=-1) / 2


def _shortened(part: ContinuousGame, y: Floats, step: Floats, lengths: Floats) -> tuple[Floats, Floats]:
    """Points after the best of some multiples of the step, and their values."""
    trials = np.clip(y + lengths.reshape(-1, 1, 1) * step, part.lower, part.upper)
    reached = _value(part, trials)
    best: NDArray[np.intp] = reached.argmax(axis=0)
    lanes = np.arange(len(y))
    return trials[best, lanes], reached[best, lanes]


def _derivatives(part: ContinuousGame, y: Floats) -> tuple[Floats, Floats]:
    """Gradient and Hessian by central differences."""
    n = y.shape[-1]
    h = np.minimum(_STEP, (part.upper - part.lower) / 4)
    centre = np.clip(y, part.lower + h, part.upper - h)
    shift = h[..., None, :] * np.eye(n)  # (lanes, n, n): along each axis

    def objective(points: Floats) -> Floats:
        return part.payoff_of(0, points)

    up, down = (np.stack([objective(centre + s * shift[..., i, :]) for i in range(n)], axis=-1) for s in (1, -1))
    middle = objective(centre)[..., None]
    gradient = (up - down) / (2 * h)
    hessian = np.empty((*y.shape, n))
    hessian[..., np.arange(n), np.arange(n)] = (up - 2 * middle + down) / h**2
    beside = up + down - middle
    for i, j in itertools.combinations(range(n), 2):
        both = shift[..., i, :] + shift[..., j, :]
        mixed = objective(centre + both) + objective(centre - both) - beside[..., i] - beside[..., j]
        hessian[..., i, j] = hessian[..., j, i] = mixed / (2 * h[..., i] * h[..., j])
    return gradient + (hessian @ (y - centre)[..., None])[..., 0], hessian
