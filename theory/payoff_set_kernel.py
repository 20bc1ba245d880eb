"""Compiled operator of Abreu and Sannikov for games with many profiles; `theory.payoff_set` has the plain one.

The same steps in the same order of arithmetic as there: polygons are rows of points, counterclockwise. Import it only
where it is used: numba takes a second to load.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np


@numba.njit(cache=True)
def image_points(payoffs: Any, gains: Any, hull: Any, threats: Any, d: float, tolerance: float) -> Any:
    """All points of ``R(W, u)`` of which the hull is taken, shape ``(P, 2)``."""
    found = np.empty((4 * len(payoffs) + 4, 2))
    count = 0
    size = len(hull)
    first, second = np.empty((size + 4, 2)), np.empty((size + 6, 2))
    highest = np.array([hull[:, 0].max(), hull[:, 1].max()])
    least = np.empty(2)
    for a in range(len(payoffs)):
        least[0] = threats[0] + (1 - d) / d * gains[a, 0]
        least[1] = threats[1] + (1 - d) / d * gains[a, 1]
        if payoffs[a, 0] >= least[0] - tolerance and payoffs[a, 1] >= least[1] - tolerance:
            found[count] = payoffs[a]
            count += 1
            continue
        if least[0] > highest[0] + tolerance or least[1] > highest[1] + tolerance:
            continue
        m = _clip(hull, size, 0, least[0], tolerance, first)
        m = _clip(first, m, 1, least[1], tolerance, second)
        for k in range(m):
            if second[k, 0] <= least[0] + tolerance or second[k, 1] <= least[1] + tolerance:
                if count == len(found):  # more than four only where rounding doubles a corner
                    longer = np.empty((2 * len(found), 2))
                    longer[:count] = found
                    found = longer
                found[count, 0] = (1 - d) * payoffs[a, 0] + d * second[k, 0]
                found[count, 1] = (1 - d) * payoffs[a, 1] + d * second[k, 1]
                count += 1
    return found[:count]


@numba.njit(cache=True)
def _clip(hull: Any, size: int, axis: int, bound: float, tolerance: float, kept: Any) -> int:
    """Write the part of a polygon on which a coordinate is at least ``bound``; how many points it has."""
    count = 0
    for k in range(size):
        following = k + 1 if k + 1 < size else 0
        slack, next_slack = hull[k, axis] - bound, hull[following, axis] - bound
        if slack >= -tolerance:
            kept[count] = hull[k]
            count += 1
        if min(slack, next_slack) < -tolerance and max(slack, next_slack) > tolerance:
            share = slack / (slack - next_slack)
            kept[count, axis] = bound
            kept[count, 1 - axis] = hull[k, 1 - axis] + share * (hull[following, 1 - axis] - hull[k, 1 - axis])
            count += 1
    return count


@numba.njit(cache=True)
def convex_hull(points: Any) -> Any:
    """Extreme points, counterclockwise from the leftmost (Andrew 1979)."""
    points = points[np.argsort(points[:, 1], kind="mergesort")]
    points = points[np.argsort(points[:, 0], kind="mergesort")]
    distinct = 0
    for k in range(len(points)):
        if distinct == 0 or points[k, 0] != points[distinct - 1, 0] or points[k, 1] != points[distinct - 1, 1]:
            points[distinct] = points[k]
            distinct += 1
    points = points[:distinct]
    if distinct <= 2:
        return points
    chain = np.empty((2 * distinct, 2))
    size = 0
    for sweep in range(2):
        base = size
        for j in range(distinct):
            p = points[j] if sweep == 0 else points[distinct - 1 - j]
            while size - base > 1:
                ax, ay = chain[size - 2]
                bx, by = chain[size - 1]
                if (bx - ax) * (p[1] - ay) - (by - ay) * (p[0] - ax) > 0:
                    break
                size -= 1
            chain[size] = p
            size += 1
        size -= 1
    return chain[:size]


@numba.njit(cache=True)
def _farthest(one: Any, other: Any) -> float:
    """Largest distance of a point of ``one`` from the convex set ``other``."""
    worst = 0.0
    size = len(other)
    for k in range(len(one)):
        x, y = one[k]
        inside = size > 2
        nearest = np.inf
        for j in range(size):
            ax, ay = other[j]
            bx, by = other[j + 1 if j + 1 < size else 0]
            dx, dy = bx - ax, by - ay
            if dx * (y - ay) - dy * (x - ax) < 0:
                inside = False
            length = dx * dx + dy * dy
            share = ((x - ax) * dx + (y - ay) * dy) / length if length > 0 else 0.0
            share = min(max(share, 0.0), 1.0)
            nearest = min(nearest, np.hypot(x - ax - share * dx, y - ay - share * dy))
        if not inside:
            worst = max(worst, nearest)
    return worst


@numba.njit(cache=True)
def step(payoffs: Any, gains: Any, hull: Any, threats: Any, d: float, tolerance: float) -> Any:
    """Next hull and threats, and the change of both; no hull and an infinite change if nothing is left."""
    points = image_points(payoffs, gains, hull, threats, d, tolerance)
    if len(points) == 0:
        return points, threats, np.inf
    image = convex_hull(points)
    lowest = np.array([max(threats[0], image[:, 0].min()), max(threats[1], image[:, 1].min())])
    change = max(_farthest(hull, image), _farthest(image, hull))
    change = max(change, max(abs(lowest[0] - threats[0]), abs(lowest[1] - threats[1])))
    return image, lowest, change
