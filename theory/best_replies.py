"""Global best reply of one player in a continuous game, for a whole batch at once.

The reply is found on values alone: a grid over the whole interval (denser near its lower end, where contest
payoffs bend most), then the neighbourhoods of the grid's highest peaks are refined again and again. A local maximum
that is not the best reply is therefore rejected as far as the grid can see, and kinks (a capacity that just
meets demand) need no special case. Values are right to rounding; the maximiser of a smooth payoff to about
the square root of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.arrays import player_of, whole_number
from theory.continuous import ContinuousGame, Floats, require_continuous

LEVELS = 97
"""Points of the first grid."""

MOST_PEAKS = 4
"""Peaks of the first grid that are refined, the highest first: between grid points another may be higher."""

_NOISE = 1e-13  # of the spread: rises below it are rounding
_ZOOM_POINTS = 9
ZOOMS = 22  # each divides the bracket by four: 2/96 * 4**-22 is below rounding


def best_reply(
    game: ContinuousGame, x: Floats, player: int, *, levels: int = LEVELS, zooms: int = ZOOMS
) -> tuple[Floats, Floats, Floats]:
    """Best reply of ``player`` to the others' choices in ``x``, over its whole interval.

    Parameters
    ----------
    x
        Shape ``(..., *batch, N)``; the player's own entry is not used.
    levels, zooms
        Points of the first grid, and number of refinements.

    Returns
    -------
    reply, value, spread
        Each of shape ``(..., *batch)``: the best choice, its payoff, and the range of the player's payoff
        along the first grid, which is the scale for regret.

    Examples
    --------
    >>> from theory import ContinuousGame
    >>> monopoly = ContinuousGame((lambda x: x[..., 0] * (1 - x[..., 0]),), lower=0, upper=1)
    >>> reply, value, _ = best_reply(monopoly, np.array([0.9]), 0)
    >>> round(float(reply), 6), round(float(value), 6)
    (0.5, 0.25)
    """
    require_continuous(game, "best_reply")
    levels, zooms = whole_number(levels, "levels", 2), whole_number(zooms, "zooms", 0)
    player = player_of(player, game.n_players)
    x = game.choices(x)
    low, high = game.lower[..., player], game.upper[..., player]
    steps = np.linspace(0.0, 1.0, levels) ** 2
    points = low + (high - low) * steps.reshape(-1, *(1,) * low.ndim)
    points = _broadcast(points, x)
    values = _along(game, x, player, points)
    spread = values.max(axis=0) - values.min(axis=0)
    peaks = _peaks(values, spread)
    reply, value = _take(points, peaks[:1]), _take(values, peaks[:1])
    for peak in peaks:
        place = peak[None]
        left, right = _take(points, np.maximum(place - 1, 0)), _take(points, np.minimum(place + 1, levels - 1))
        found, height = _climbed(game, x, player, left, right, zooms)
        better = height > value
        reply, value = np.where(better, found, reply), np.maximum(height, value)
    return reply, value, spread


def _peaks(values: Floats, spread: Floats) -> NDArray[np.intp]:
    """Places of the highest peaks of a grid, the best point first, shape ``(peaks, ...)``; repeated where fewer."""
    best = values.argmax(axis=0)
    below = np.full((1, *best.shape), -np.inf)
    rises = values - np.concatenate([below, values[:-1]]) > _NOISE * spread
    falls = values - np.concatenate([values[1:], below]) >= -_NOISE * spread
    heights = np.where(rises & falls, values, -np.inf)
    np.put_along_axis(heights, best[None], np.inf, axis=0)
    count = min(int(np.isfinite(heights).sum(axis=0).max(initial=0)), MOST_PEAKS - 1)
    if not count:
        return np.asarray(best[None])
    order = np.argsort(-heights, axis=0, kind="stable")[: count + 1]
    there = np.take_along_axis(heights, order, axis=0) > -np.inf
    return np.asarray(np.where(there, order, best))


def _climbed(
    game: ContinuousGame, x: Floats, player: int, left: Floats, right: Floats, zooms: int
) -> tuple[Floats, Floats]:
    """Best point between two, and its payoff: the neighbourhood of the best of a few points, again and again."""
    reply, value = left, np.full(left.shape, -np.inf)
    fractions = np.linspace(0.0, 1.0, _ZOOM_POINTS).reshape(-1, *(1,) * left.ndim)
    for _ in range(zooms):
        points = left + (right - left) * fractions
        values = _along(game, x, player, points)
        best = values.argmax(axis=0)[None]
        found = _take(values, best)
        better = found > value
        reply, value = np.where(better, _take(points, best), reply), np.maximum(found, value)
        left, right = (
            _take(points, np.maximum(best - 1, 0)),
            _take(points, np.minimum(best + 1, _ZOOM_POINTS - 1)),
        )
    return reply, value


def _along(game: ContinuousGame, x: Floats, player: int, points: Floats) -> Floats:
    """Payoff at each of the points, shape ``(points, ..., *batch)``, the others held at ``x``."""
    moved = np.broadcast_to(x, (*points.shape, x.shape[-1])).copy()
    moved[..., player] = points
    return game.payoff_of(player, moved)


def _broadcast(points: Floats, x: Floats) -> Floats:
    shape = (points.shape[0], *x.shape[:-1])
    return np.broadcast_to(points.reshape(points.shape[0], *(1,) * (x.ndim - points.ndim), *points.shape[1:]), shape)


def _take(values: Floats, index: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> Floats:
    return np.asarray(np.take_along_axis(values, index, axis=0)[0])
