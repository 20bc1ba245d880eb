"""Convex hulls of points: their vertices and facets, what of them lies above bounds, and mixtures of their points.

For payoffs in units of their ranges: lengths below `SAME` are rounding. Hulls may be flat, a segment or a point.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SAME = 1e-10
"""Distance below which points are one, and thickness below which a hull is flat."""

ROOM = 1e-4
"""Radius of the ball without which corners of half-spaces would be lost to rounding."""


def hull_points(points: Floats) -> NDArray[np.int64]:
    """Indices of the vertices of a convex hull, in whatever dimension the points span.

    Examples
    --------
    >>> hull_points(np.array([[0, 0], [1, 1], [0.5, 0.5], [0.25, 0.25]])).tolist()  # a segment
    [0, 1]
    """
    kept = _vertices(points)
    _, first = np.unique((points[kept] / SAME).round(), axis=0, return_index=True)
    return np.asarray(kept[np.sort(first)])


def _vertices(points: Floats) -> NDArray[np.int64]:
    """The same, with points twice where they are nearly one."""
    from scipy.spatial import ConvexHull, QhullError

    try:
        if len(points) > points.shape[1]:
            return np.asarray(ConvexHull(points).vertices)
    except QhullError:  # flat, most likely
        pass
    _, widths, axes = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    within = points @ axes[widths > SAME * np.sqrt(len(points))].T
    if within.shape[1] == 0:
        return np.zeros(1, np.int64)
    if within.shape[1] == 1:
        return np.array([within[:, 0].argmin(), within[:, 0].argmax()])
    try:
        return np.asarray(ConvexHull(within).vertices)
    except QhullError:  # few points, or too thin to tell: all of them will do
        return np.arange(len(points))


def facets(points: Floats) -> Floats:
    """Outward normals of the facets of a hull, shape ``(F, N)``; of a flat one both normals across it as well.

    Examples
    --------
    >>> facets(np.array([[0, 0], [1, 0], [0, 1]])).round(3) + 0
    array([[-1.   ,  0.   ],
           [ 0.   , -1.   ],
           [ 0.707,  0.707]])
    >>> facets(np.array([[0, 0], [1, 0]])) + 0  # a segment: its ends, and to both sides
    array([[-1.,  0.],
           [ 0., -1.],
           [ 0.,  1.],
           [ 1.,  0.]])
    """
    from scipy.spatial import ConvexHull, QhullError

    _, widths, axes = np.linalg.svd(points - points.mean(axis=0))
    rank = int((widths > SAME * np.sqrt(len(points))).sum())
    along, across = axes[:rank], axes[rank:]
    if rank > 1:
        try:
            normals = ConvexHull(points @ along.T).equations[:, :rank] @ along
        except QhullError:  # too thin to tell
            return points[:0]
    else:
        normals = np.concatenate([along, -along])
    return np.unique(np.concatenate([normals, across, -across]).round(12), axis=0)


def corners_of_halfspaces(normals: Floats, levels: Floats) -> Floats | None:
    """Vertices of a bounded set ``{w : normals @ w <= levels}``.

    In the plane a point or a segment is an answer, and so are no vertices at all; in more dimensions it is None if no
    ball of radius `ROOM` fits into the set.

    Parameters
    ----------
    normals, levels
        Shapes ``(L, N)``, of length one, and ``(L,)``.

    Examples
    --------
    >>> square = np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])
    >>> sorted(corners_of_halfspaces(square, np.array([1.0, 0, 1, 0])).round(9).tolist())
    [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    >>> sorted(corners_of_halfspaces(square, np.array([1.0, 0, 0, 0])).round(9).tolist())
    [[0.0, 0.0], [1.0, 0.0]]
    """
    from scipy.optimize import linprog
    from scipy.spatial import HalfspaceIntersection

    n = normals.shape[1]
    if n == 2:
        return _corners_of_lines(normals, levels)
    ball = linprog(  # the largest that fits
        np.append(np.zeros(n), -1.0), A_ub=np.column_stack([normals, np.ones(len(normals))]), b_ub=levels,
        bounds=[(None, None)] * n + [(0, None)], method="highs",
    )  # fmt: skip
    if ball.x is None or ball.x[-1] < ROOM:
        return None
    corners = HalfspaceIntersection(np.column_stack([normals, -levels]), ball.x[:n]).intersections
    return np.asarray(corners[hull_points(corners)])


def _corners_of_lines(normals: Floats, levels: Floats) -> Floats:
    """Ends of what the other half-planes leave of each line."""
    along = np.stack([-normals[:, 1], normals[:, 0]], axis=-1)
    slope, room = along @ normals.T, levels - levels[:, np.newaxis] * (normals @ normals.T)
    crossed = np.abs(slope) > 1e-9
    at = np.divide(room, slope, out=np.zeros_like(room), where=crossed)
    first = np.where(crossed & (slope < 0), at, -np.inf).max(axis=1)
    last = np.where(crossed & (slope > 0), at, np.inf).min(axis=1)
    kept = (first <= last + 10 * SAME) & (crossed | (room >= -10 * SAME)).all(axis=1)
    start, ends = (levels[:, np.newaxis] * normals)[kept], np.stack([first, last])[:, kept, np.newaxis]
    points = (start + ends * along[kept]).reshape(-1, 2)
    return np.asarray(points[hull_points(points)]) if len(points) else points


def above(points: Floats, least: Floats, slack: float) -> Floats:
    """Points whose hull is the part of a hull that is nowhere below ``least``; none if it is empty.

    One bound after the other: the points above it stay, and where the segments from those above to those below cross it
    there are the new ones. Points within ``slack`` below a bound count as on it.

    Examples
    --------
    >>> sorted(above(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), np.array([0.5, 0.0]), 0.0).tolist())
    [[0.5, 0.0], [0.5, 0.5], [1.0, 0.0]]
    """
    for i, bound in enumerate(least):
        over = points[:, i] - bound
        inside, outside = over > slack, over < -slack
        if not outside.any():
            continue
        high, low = points[inside, np.newaxis], points[outside]
        share = over[inside, np.newaxis] / (over[inside, np.newaxis] - over[outside])
        crossings = high + share[..., np.newaxis] * (low - high)
        crossings[..., i] = bound
        points = np.concatenate([crossings.reshape(-1, points.shape[1]), points[~outside]])
        if not len(points):
            return points
        points = points[hull_points(points)]
    return points


def as_lottery(target: Floats, points: Floats) -> Floats:
    """Chances over the points whose mean is nearest to ``target``: non-negative least squares.

    Examples
    --------
    >>> as_lottery(np.array([0.25]), np.array([[0.0], [1.0]]))
    array([0.75, 0.25])
    """
    from scipy.optimize import nnls

    weights, _ = nnls(np.vstack([points.T, np.full(len(points), 1e3)]), np.append(target, 1e3))
    return np.asarray(weights / weights.sum())
