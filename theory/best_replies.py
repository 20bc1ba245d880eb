"""Global best reply of one player in a continuous game, for a whole batch at once.

The reply is found on values alone: a grid over the whole interval (denser near its lower end, where contest
payoffs bend most), then the neighbourhoods of the grid's highest peaks are divided again and again, into thirds. A
local maximum that is not the best reply is therefore rejected as far as the grid can see, and kinks (a capacity that
just meets demand) need no special case. Values are right to rounding at a smooth maximum, whose place is found to about
1e-10 of the interval, and to 1e-11 of the payoff's range at a kink.
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
_FLAT = 1e-15  # of the spread: nothing is to be gained between points that differ by less
_SLOPE = 1e-5  # of the interval: a difference over so much loses as little to rounding as to curvature
ZOOMS = 22  # each divides the bracket by three: 2/96 * 3**-22 is 1e-12


def best_reply(
    game: ContinuousGame, x: Floats, player: int, *, levels: int | Floats = LEVELS, zooms: int = ZOOMS
) -> tuple[Floats, Floats, Floats]:
    """Best reply of ``player`` to the others' choices in ``x``, over its whole interval.

    Parameters
    ----------
    x
        Shape ``(..., *batch, N)``; the player's own entry is not used.
    levels
        Number of points of the first grid; or their places, rising from 0 to 1, as shares of the interval.
    zooms
        Number of refinements.

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
    zooms = whole_number(zooms, "zooms", 0)
    steps = levels if isinstance(levels, np.ndarray) else np.linspace(0.0, 1.0, whole_number(levels, "levels", 2)) ** 2
    player = player_of(player, game.n_players)
    x = game.choices(x)
    low, high = game.lower[..., player], game.upper[..., player]
    points = low + (high - low) * steps.reshape(-1, *(1,) * low.ndim)
    points = _broadcast(points, x)
    values = game.payoff_along(player, x, points)
    spread = values.max(axis=0) - values.min(axis=0)
    peaks = _peaks(values, spread)
    reply, value = _climbed(game, x, player, points, values, spread, peaks[0], zooms)
    for peak in peaks[1:]:
        found, height = _climbed(game, x, player, points, values, spread, peak, zooms)
        better = height > value
        reply, value = np.where(better, found, reply), np.where(better, height, value)
    return _vertex(game, x, player, reply, value, spread), value, spread


def _vertex(game: ContinuousGame, x: Floats, player: int, reply: Floats, value: Floats, spread: Floats) -> Floats:
    """The reply, or the vertex of the parabola through three points around it if the payoff there is as large.

    Comparing values finds a smooth maximum to the square root of rounding, slopes find it to two thirds of the digits.
    """
    low, high = game.lower[..., player], game.upper[..., player]
    h = _SLOPE * (high - low)
    middle = np.clip(reply, low + h, high - h)
    below, here, above = game.payoff_along(player, x, np.stack([middle - h, middle, middle + h]))
    bend = below - 2 * here + above
    move = np.divide((below - above) / 2, bend, out=np.zeros(bend.shape), where=bend < 0)
    vertex = np.clip(middle + np.clip(move, -1.0, 1.0) * h, low, high)
    reached = game.payoff_along(player, x, vertex[None])[0]
    return np.where(reached >= value - _FLAT * spread, vertex, reply)


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
    game: ContinuousGame,
    x: Floats,
    player: int,
    points: Floats,
    values: Floats,
    spread: Floats,
    peak: NDArray[np.intp],
    zooms: int,
) -> tuple[Floats, Floats]:
    """Best point around a peak of the grid, and its payoff: around the best of a few points, again and again."""
    places = np.maximum(peak - 1, 0), peak, np.minimum(peak + 1, len(points) - 1)
    left, middle, right = (_take(points, place) for place in places)
    before, value, after = (_take(values, place) for place in places)
    for _ in range(zooms):
        if (value - np.minimum(before, after) <= _FLAT * spread).all():
            break
        below, above = (middle - left) / 3, (right - middle) / 3
        points = np.stack([left, left + below, middle - below, middle, middle + above, right - above, right])
        one, two, four, five = game.payoff_along(player, x, points[[1, 2, 4, 5]])
        values = np.stack([before, one, two, value, four, five, after])
        best = np.where(np.isnan(values), -np.inf, values)[1:-1].argmax(axis=0)
        best = np.where(_take(values, best + 1) > value, best, 2)  # at a bound, points that coincide with the middle
        left, middle, right = (_take(points, best + place) for place in range(3))
        before, value, after = (_take(values, best + place) for place in range(3))
    return middle, value


def _broadcast(points: Floats, x: Floats) -> Floats:
    shape = (points.shape[0], *x.shape[:-1])
    return np.broadcast_to(points.reshape(points.shape[0], *(1,) * (x.ndim - points.ndim), *points.shape[1:]), shape)


def _take(values: Floats, place: NDArray[np.intp]) -> Floats:
    """Values at one place of the first axis, for every lane its own."""
    lanes = np.asarray(place).ravel()
    return np.asarray(values.reshape(len(values), -1)[lanes, np.arange(lanes.size)].reshape(values.shape[1:]))
