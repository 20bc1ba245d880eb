"""Nash equilibria of continuous games: semismooth Newton, with best replies as start, fallback and certificate.

With choices scaled to ``z`` in [0, 1] and own marginal payoffs scaled to ``g``, an equilibrium of a game with
own-concave payoffs solves the box complementarity problem

    F(z) = z - clip(z + g(z), 0, 1) = 0

(Facchinei and Pang 2003, Finite-Dimensional Variational Inequalities, section 9.4). ``F`` is semismooth: rows
whose clip binds are the identity, the others are ``-dg/dz``. A zero of ``F`` is only a candidate: the
certificate is the regret against a *global* best reply of every player, computed afterwards.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from theory.arrays import finite_floats, number_between, whole_number
from theory.best_replies import LEVELS, ZOOMS, best_reply
from theory.continuous import ContinuousGame, Floats, require_continuous
from theory.continuous_solution import ContinuousSolution
from theory.errors import InputError
from theory.payoff_probes import refuse_undefined, require_payoffs

STARTS = (0.02, 0.15, 0.5)
"""Where the search starts, as shares of each interval."""

FEW = 3
"""Players up to whom each is also started alone ahead of the others: equilibria in which one keeps others out."""

_SAME = 1e-12  # of the interval: candidates this near are one point but for rounding
_ROUNDING = 4 * np.finfo(float).eps  # of a payoff
_ARRIVED = 1e-14
_STEPS = np.array([1.0, 0.5, 0.2, 0.05, 0.01])


def continuous_nash(
    game: ContinuousGame,
    *,
    starts: Floats | None = None,
    tolerance: float = 1e-9,
    max_iterations: int = 60,
) -> ContinuousSolution:
    """Find and certify equilibria of a game over quantities, for every draw at once.

    Parameters
    ----------
    starts
        Shape ``(K, *batch, N)`` (or broadcastable): starting points in the units of the choices; the default
        is `STARTS`, and up to `FEW` players also each at its upper bound with the others at their lower ones.
    tolerance
        Regret accepted, as a share of the range of the player's own payoff.

    Returns
    -------
    ContinuousSolution
        Distinct equilibria found from the starts, in one place of ``K`` each; what could not be certified is
        masked out. ``complete`` is False: uniqueness is a theorem about a model, not a finding of a search. The
        certificate sees what a grid of 97 points over the player's whole interval sees, refined at its best point: a
        peak narrower than the grid's steps (a hundredth of the interval) may escape it.

    Raises
    ------
    InputError
        If the game has shared limits; if a payoff function does not give one finite number per point, with the
        choices (and the draw) at which it does not.

    Examples
    --------
    >>> rent = lambda i: lambda x: 9 * x[..., i] / x.sum(-1) - x[..., i]
    >>> lottery = ContinuousGame([rent(i) for i in range(3)], lower=1e-6, upper=9)
    >>> continuous_nash(lottery).select().round(6)  # Tullock: (n-1) V / n^2
    array([2., 2., 2.])
    """
    require_continuous(game, "continuous_nash")
    if game.shared:
        raise InputError(
            "this game has shared limits: solve it with nash(game), which is variational_equilibrium(game)"
        )
    tolerance, max_iterations = (
        number_between(tolerance, "tolerance", 0),
        whole_number(max_iterations, "max_iterations"),
    )
    require_payoffs(game)
    solution = search(game, starts=starts, tolerance=tolerance, max_iterations=max_iterations)
    refuse_undefined(game, ~solution.certified.any(axis=-1))
    return solution


def search(
    game: ContinuousGame, *, starts: Floats | None = None, tolerance: float = 1e-9, max_iterations: int = 60
) -> ContinuousSolution:
    """`continuous_nash` for games whose payoffs were looked at before, in which some draws may have no value."""
    width = game.upper - game.lower
    if starts is None:
        starts = game.lower + _shares(game.n_players).reshape(-1, *(1,) * len(game.batch_shape), game.n_players) * width
    given = finite_floats(starts, "starts")
    try:
        x = np.broadcast_to(given, (len(given), *width.shape)).copy()
    except (TypeError, ValueError):
        raise InputError(f"starts have shape {given.shape}; it must be {('K', *width.shape)}, or fit that") from None
    scale = payoff_scale(game, x)
    x = _sweep(game, x, damping=1.0)
    x, used = newton(game, x, scale, max_iterations)
    solution = certify(game, x, tolerance)
    if not solution.certified.any(axis=-1).all():
        solution = _retry(game, solution, tolerance)
    return solution.replace(iterations=used)


def _shares(n: int) -> Floats:
    """Shares of the intervals to start from, shape ``(K, N)``: alike, and if players are few each alone ahead."""
    alike = np.repeat(np.array(STARTS)[:, None], n, axis=1)
    if not 1 < n <= FEW:
        return alike
    ahead = np.where(np.eye(n, dtype=bool), 1.0, 0.0)
    return np.concatenate([alike, ahead])


def payoff_scale(game: ContinuousGame, x: Floats) -> Floats:
    """Range of each player's payoff along its interval, shape ``(*batch, N)``: what makes ``F`` free of units."""
    spreads = [best_reply(game, x[-1], i, levels=17, zooms=0)[2] for i in range(game.n_players)]
    spread = np.stack(spreads, axis=-1)
    return np.where(spread > 0, spread, 1.0)


def _sweep(game: ContinuousGame, x: Floats, damping: float, levels: int = 33, zooms: int = 4) -> Floats:
    """One round of best replies in turn (Gauss-Seidel)."""
    x = x.copy()
    for i in range(game.n_players):
        reply, _, _ = best_reply(game, x, i, levels=levels, zooms=zooms)
        x[..., i] += damping * (reply - x[..., i])
    return x


def newton(game: ContinuousGame, x: Floats, scale: Floats, max_iterations: int) -> tuple[Floats, int]:
    """Zeros of ``F`` from the starts ``x`` of shape ``(K, *batch, N)``, and the number of steps.

    Every start of every draw is a *lane*; lanes that have arrived, or that no step improves, are left where they are.
    """
    width = game.upper - game.lower
    unit = np.broadcast_to(width / scale, x.shape).reshape(-1, game.n_players)

    def marginal(lanes: NDArray[np.intp]) -> Callable[[Floats], Floats]:
        """Marginal payoffs of some lanes, of choices in [0, 1] and in units of the payoffs' ranges."""
        part = game.of_lanes(lanes)
        return lambda z: part.gradient(part.lower + z * (part.upper - part.lower)) * unit[lanes]

    ends = ((x - game.lower) / width).reshape(-1, game.n_players)
    rounded = np.broadcast_to(rounded_slopes(game), x.shape).reshape(ends.shape)
    lanes = np.arange(len(ends))
    gradient, z = marginal(lanes), ends
    g, moved, used = gradient(z), np.ones(len(ends), bool), 0
    for used in range(max_iterations + 1):
        size = _distance(z, g)
        far = moved & ~(size <= _ARRIVED)
        if used == max_iterations or not far.any():
            break
        if not far.all():
            lanes, z, g, size = lanes[far], z[far], g[far], size[far]
            gradient = marginal(lanes)
        step = _newton_step(gradient, z, g, rounded[lanes])
        trial, slope, merit = _shortened(gradient, z, step, _STEPS[:1])
        short = np.flatnonzero(~(merit <= size / 2))
        if short.size:
            again = _shortened(marginal(lanes[short]), z[short], step[short], _STEPS)
            trial[short], slope[short], merit[short] = again
        moved = merit < size
        z, g = (np.where(moved[:, None], new, old) for new, old in ((trial, z), (slope, g)))
        ends[lanes] = z
    return game.lower + ends.reshape(x.shape) * width, used


def _distance(z: Floats, g: Floats) -> Floats:
    """Largest entry of ``F``."""
    return np.asarray(np.abs(z - np.clip(z + g, 0.0, 1.0)).max(axis=-1))


def _shortened(
    gradient: Callable[[Floats], Floats], z: Floats, step: Floats, lengths: Floats
) -> tuple[Floats, Floats, Floats]:
    """Points after the best of some multiples of the step, with marginal payoffs and ``F`` there."""
    found = (z, z, np.full(len(z), np.inf))
    for length in lengths:
        trial = np.clip(z - length * step, 0.0, 1.0)
        g = gradient(trial)
        merit = _distance(trial, g)
        better = merit < found[2]
        there = better[:, None]
        found = (np.where(there, trial, found[0]), np.where(there, g, found[1]), np.where(better, merit, found[2]))
    return found


def rounded_slopes(game: ContinuousGame) -> Floats:
    """Shares of the intervals over which marginal payoffs are differences of few digits; 0 where they are precise.

    One such player is enough: how its marginal payoff moves with any choice is a difference of few digits.
    """
    if game.gradients:
        return np.zeros(game.lower.shape)
    steps = np.broadcast_to(game.difference_steps.max(axis=-1, keepdims=True), game.lower.shape)
    return np.where(steps > 1.01 * np.cbrt(np.finfo(float).eps), steps, 0.0)


def _newton_step(gradient: Callable[[Floats], Floats], z: Floats, g: Floats, rounded: Floats) -> Floats:
    """Solve ``J step = F``, ``J`` from central differences of the marginal payoffs, ``rounded`` wide or more.

    To one side only they would mislead at a kink of marginal payoffs, where equilibria like to lie.
    """
    n = z.shape[-1]
    jacobian = np.empty((*z.shape, n))
    for j in range(n):
        h = np.maximum(1e-6 * np.maximum(z[..., j], 1e-6), rounded[..., j]) * np.where(z[..., j] > 0.5, -1, 1)
        up, down = z.copy(), z.copy()
        up[..., j] += h
        down[..., j] = np.clip(z[..., j] - h, 0.0, 1.0)
        jacobian[..., j] = -(gradient(up) - gradient(down)) / (up[..., j] - down[..., j])[..., None]
    free = (z + g > 0.0) & (z + g < 1.0)
    jacobian = np.where(free[..., None], jacobian, np.eye(n))
    jacobian = np.where(np.isfinite(jacobian), jacobian, np.eye(n))
    singular = np.linalg.det(jacobian) == 0
    jacobian[singular] = np.eye(n)
    residual = z - np.clip(z + g, 0.0, 1.0)
    return np.asarray(np.linalg.solve(jacobian, residual[..., None])[..., 0])


def certify(game: ContinuousGame, x: Floats, tolerance: float) -> ContinuousSolution:
    """Compute payoffs and regret of the candidates ``x`` of shape ``(K, *batch, N)`` and drop repeats."""
    payoffs = game.payoff(x)
    width = game.upper - game.lower
    fresh = np.stack([~_repeats(x, k, width, _SAME) for k in range(len(x))])
    value, spread = (np.full(x.shape, np.nan) for _ in range(2))
    for k, here in enumerate(fresh):  # what several starts led to is looked at once
        part = game[here] if game.batch_shape else game
        replies = [best_reply(part, x[k][here] if game.batch_shape else x[k], i) for i in range(game.n_players)]
        value[k][here], spread[k][here] = (np.stack([reply[j] for reply in replies], axis=-1) for j in (1, 2))
    gain = value - payoffs
    regret = np.where(gain <= _ROUNDING * np.abs(payoffs), 0.0, gain)  # what the numbers do not hold is no gain
    relative = np.divide(regret, spread, out=np.zeros(regret.shape), where=spread > 0).max(axis=-1)
    finite = np.isfinite(x) & np.isfinite(payoffs) & np.isfinite(spread)  # of payoffs that overflow nothing is known
    mask = finite.all(axis=-1) & (relative <= tolerance)
    apart = np.maximum(1e-6, 0.1 * rounded_slopes(game)) * width
    for k in range(1, len(x)):  # the same equilibrium found twice is listed once
        mask[k] &= ~_repeats(np.where(mask[: k + 1, ..., None], x[: k + 1], np.nan), k, apart, 1.0)
    order = np.argsort(~mask, axis=0, kind="stable")  # found first, so that place 0 is filled wherever any is

    def places(values: Floats) -> Floats:
        index = order.reshape(*order.shape, *(1,) * (values.ndim - order.ndim))
        return np.moveaxis(np.take_along_axis(values, index, axis=0), 0, len(game.batch_shape))

    found = places(mask)
    return ContinuousSolution(
        game=game,
        method="semismooth Newton",
        actions=np.where(found[..., None], places(x), np.nan),
        mask=found.astype(bool),
        payoffs=places(payoffs),
        regret=places(regret),
        relative_regret=np.where(found, places(relative), np.nan),
        tolerance=tolerance,
        note=f"searched from {len(x)} starts; best replies on a grid of {LEVELS}, refined",
    )


def _repeats(x: Floats, k: int, width: Floats, apart: float) -> NDArray[np.bool_]:
    """Where a candidate is one of those before it, shape ``batch``."""
    return np.asarray((np.abs((x[:k] - x[k]) / width).max(axis=-1) <= apart).any(axis=0))


def _retry(game: ContinuousGame, solution: ContinuousSolution, tolerance: float) -> ContinuousSolution:
    """Damped best-reply iteration, then Newton, for the draws in which nothing was certified."""
    missing = ~solution.certified.any(axis=-1)
    part = game[missing] if game.batch_shape else game
    x = np.broadcast_to((0.9 * part.lower + 0.1 * part.upper), (1, *part.lower.shape)).copy()
    for _ in range(40):  # on the certificate's own grid: a reply that it would object to is one that is tried here
        x = _sweep(part, x, damping=0.5, levels=LEVELS)
    polished, _ = newton(part, x, payoff_scale(part, x), 60)
    for _ in range(3):  # where Newton does not move, as between peaks, replies to the last digit may settle
        x = _sweep(part, x, damping=1.0, levels=LEVELS, zooms=ZOOMS)
    again = certify(part, np.concatenate([polished, x]), tolerance)
    first = np.arange(again.mask.shape[-1]) == 0  # the two are the same point but for rounding
    again = again.replace(mask=again.mask & first)
    if not game.batch_shape:
        return again if again.certified.any() else solution.replace(note="no candidate could be certified")
    fields = {}
    for name in ("actions", "mask", "payoffs", "regret", "relative_regret"):
        values = getattr(solution, name).copy()
        target = values[missing]
        target[:, :1] = getattr(again, name)[:, :1]  # what is certified comes first
        values[missing] = target
        fields[name] = values
    return solution.replace(**fields)
