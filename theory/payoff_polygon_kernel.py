"""Compiled operator of Abreu and Sannikov for games with many profiles; `theory.payoff_polygon` has the plain one.

The same steps as there: polygons are rows of points, counterclockwise. Import it only where it is used: numba takes a
second to load.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

_FEW = 64  # points of which the hull is taken at once


@numba.njit(cache=True)
def image_points(payoffs: Any, gains: Any, hull: Any, threats: Any, d: float, tolerance: float) -> Any:
    """All points of ``R(W, u)`` of which the hull is taken, shape ``(P, 2)``."""
    found = np.empty((4 * len(payoffs) + 4, 2))
    count, size = 0, len(hull)
    first, second = np.empty((size + 4, 2)), np.empty((size + 6, 2))
    highest_x, highest_y = hull[:, 0].max() + tolerance, hull[:, 1].max() + tolerance
    for a in range(len(payoffs)):
        x, y = payoffs[a, 0], payoffs[a, 1]
        least_x = threats[0] + (1 - d) / d * gains[a, 0]
        least_y = threats[1] + (1 - d) / d * gains[a, 1]
        if x >= least_x - tolerance and y >= least_y - tolerance:
            found[count, 0], found[count, 1] = x, y
            count += 1
            continue
        if least_x > highest_x or least_y > highest_y:
            continue
        m = _clip(hull, size, 0, least_x, tolerance, first)
        m = _clip(first, m, 1, least_y, tolerance, second)
        if count + m > len(found):  # more than four a profile only where rounding doubles a corner
            longer = np.empty((2 * len(found) + m, 2))
            longer[:count] = found[:count]
            found = longer
        for k in range(m):
            if second[k, 0] <= least_x + tolerance or second[k, 1] <= least_y + tolerance:
                found[count, 0] = (1 - d) * x + d * second[k, 0]
                found[count, 1] = (1 - d) * y + d * second[k, 1]
                count += 1
    return found[:count]


@numba.njit(cache=True)
def _clip(hull: Any, size: int, axis: int, bound: float, tolerance: float, kept: Any) -> int:
    """Write the part of a polygon on which a coordinate is at least ``bound``; how many points it has."""
    count = 0
    if size == 0:
        return 0
    slack = hull[0, axis] - bound
    for k in range(size):
        following = k + 1 if k + 1 < size else 0
        next_slack = hull[following, axis] - bound
        if slack >= -tolerance:
            kept[count, 0], kept[count, 1] = hull[k, 0], hull[k, 1]
            count += 1
        if (slack < -tolerance and next_slack > tolerance) or (next_slack < -tolerance and slack > tolerance):
            share = slack / (slack - next_slack)
            kept[count, axis] = bound
            kept[count, 1 - axis] = hull[k, 1 - axis] + share * (hull[following, 1 - axis] - hull[k, 1 - axis])
            count += 1
        slack = next_slack
    return count


@numba.njit(cache=True)
def _outer_points(points: Any) -> Any:
    """Points that are not well inside the octagon of the farthest ones in eight directions (Akl & Toussaint 1978)."""
    right, up = (1, 1, 0, -1, -1, -1, 0, 1), (0, 1, 1, 1, 0, -1, -1, -1)  # counterclockwise
    corner_x, corner_y = np.empty(9), np.empty(9)
    for j in range(8):
        best = -np.inf
        for k in range(len(points)):
            level = right[j] * points[k, 0] + up[j] * points[k, 1]
            if level > best:
                best = level
                corner_x[j], corner_y[j] = points[k, 0], points[k, 1]
    corner_x[8], corner_y[8] = corner_x[0], corner_y[0]
    kept = np.empty_like(points)
    count = 0
    for k in range(len(points)):
        x, y = points[k, 0], points[k, 1]
        for j in range(8):
            dx, dy = corner_x[j + 1] - corner_x[j], corner_y[j + 1] - corner_y[j]
            if (dx != 0 or dy != 0) and dx * (y - corner_y[j]) - dy * (x - corner_x[j]) <= 1e-9:
                kept[count, 0], kept[count, 1] = x, y
                count += 1
                break
    return kept[:count] if count else points  # none only if all are the same


@numba.njit(cache=True)
def convex_hull(points: Any) -> Any:
    """Extreme points, counterclockwise from the leftmost (Andrew 1979)."""
    if len(points) > _FEW:
        points = _outer_points(points)
    points = points[np.argsort(points[:, 1], kind="mergesort")]
    points = points[np.argsort(points[:, 0], kind="mergesort")]
    distinct = 0
    for k in range(len(points)):
        if distinct == 0 or points[k, 0] != points[distinct - 1, 0] or points[k, 1] != points[distinct - 1, 1]:
            points[distinct, 0], points[distinct, 1] = points[k, 0], points[k, 1]
            distinct += 1
    points = points[:distinct]
    if distinct <= 2:
        return points
    chain = np.empty((2 * distinct, 2))
    size = 0
    for sweep in range(2):
        base = size
        for j in range(distinct):
            k = j if sweep == 0 else distinct - 1 - j
            x, y = points[k, 0], points[k, 1]
            while size - base > 1:
                ax, ay, bx, by = chain[size - 2, 0], chain[size - 2, 1], chain[size - 1, 0], chain[size - 1, 1]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                size -= 1
            chain[size, 0], chain[size, 1] = x, y
            size += 1
        size -= 1
    return chain[:size]


@numba.njit(cache=True)
def _inside(x: float, y: float, hull: Any) -> bool:
    """Whether a point lies in a polygon."""
    size = len(hull)
    for j in range(size):
        following = j + 1 if j + 1 < size else 0
        ax, ay = hull[j, 0], hull[j, 1]
        if (hull[following, 0] - ax) * (y - ay) - (hull[following, 1] - ay) * (x - ax) < 0:
            return False
    return size > 2


@numba.njit(cache=True)
def _farthest(one: Any, other: Any) -> float:
    """Largest distance of a point of ``one`` from the convex set ``other``."""
    worst = 0.0
    size = len(other)
    for k in range(len(one)):
        x, y = one[k, 0], one[k, 1]
        if _inside(x, y, other):
            continue
        nearest = np.inf
        for j in range(size):
            following = j + 1 if j + 1 < size else 0
            ax, ay = other[j, 0], other[j, 1]
            dx, dy = other[following, 0] - ax, other[following, 1] - ay
            length = dx * dx + dy * dy
            share = ((x - ax) * dx + (y - ay) * dy) / length if length > 0 else 0.0
            share = min(max(share, 0.0), 1.0)
            off_x, off_y = x - ax - share * dx, y - ay - share * dy
            nearest = min(nearest, off_x * off_x + off_y * off_y)
        worst = max(worst, nearest)
    return float(np.sqrt(worst))


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


@numba.njit(cache=True)
def settle(
    payoffs: Any, gains: Any, threats: Any, d: float, tolerance: float, enough: float, patience: int, most: int
) -> Any:
    """Iterate from the hull of all payoffs: the last hull, the iterations (-1 if unsettled), and the last change.

    It ends when the change is at most ``enough``, or as small as rounding and not shrinking for ``patience`` steps.
    """
    hull = convex_hull(payoffs)
    smallest, since = np.inf, 0
    change = np.inf
    for iteration in range(1, most + 1):
        hull, threats, change = step(payoffs, gains, hull, threats, d, tolerance)
        if change < smallest:
            smallest, since = change, 0
        else:
            since += 1
        if len(hull) == 0 or change <= enough or (change <= 4 * tolerance and since > patience):
            return hull, iteration, change
    return hull, -1, change
