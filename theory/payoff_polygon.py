"""Payoffs of pure-strategy subgame-perfect equilibria of a repeated game, with public randomisation.

Definitions
-----------
Two players play a stage game for ever with perfect monitoring and discount factor ``d``; payoffs are normalised by
``1 - d``. ``g(a)`` are the payoffs of an action profile and ``h(a) >= 0`` the gains of the best deviations from it.
For a convex set ``W`` of continuation payoffs and threats ``u`` (the worst that each player can be given),

    Q(a, W, u) = {w in W : d (w - u) >= (1 - d) h(a)}

are the continuations that enforce ``a``. The algorithm of Abreu and Sannikov iterates

    R(W, u) = convex hull of all (1 - d) g(a) + d C(a, W, u),

where ``C(a, W, u)`` is the point ``g(a)`` if playing ``a`` for ever is enforced by the threats, and else the extreme
points of ``Q(a, W, u)`` at which some player's constraint binds (at most four per profile). From the convex hull of
all payoffs and the pure minmax values the iterates shrink to ``V*``, the set of equilibrium payoffs. The set can be a
polygon, a segment, a point or empty (no equilibrium in pure strategies): all of these are answers.

Payoffs are first scaled to ``[0, 1]`` player by player, so that neither their unit nor their level matters.

Source: Abreu and Sannikov (2014), *An algorithm for two-player repeated games with perfect monitoring*, Theoretical
Economics 9:313-338, theorem 1 and section 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import discount_factor_of, finite_floats, whole_number
from theory.errors import InputError, SolverError
from theory.game import Game, require_game

Floats = NDArray[np.float64]
Point = tuple[float, float]

MAX_ITERATIONS = 100_000
"""Iterations before `payoff_set` gives up: reached only very near a discount factor at which the set jumps."""

_TOLERANCE = 1e-12  # of the range of a player's payoffs: slack with which constraints are read
_STALLED = 100  # iterations without a smaller change
_MANY_PROFILES = 100  # from which the compiled operator is worth loading
_SAME = 1e-10  # vertices nearer than this are one


@dataclass(frozen=True, eq=False)
class PayoffSet:
    """Set of equilibrium payoffs of a repeated two-player game.

    Attributes
    ----------
    vertices
        Shape ``(K, 2)``, counterclockwise from the smallest payoff of player 1; K = 0 (empty), 1 (a point), 2 (a
        segment) or more.
    threats
        Smallest equilibrium payoff of each player, shape ``(2,)``; NaN if the set is empty.
    discount_factor, iterations
        As given, and as needed.
    residual
        Distance between the set and its image under the operator, as a share of the payoff ranges.
    scale
        Range of each player's stage payoffs, shape ``(2,)``.
    """

    vertices: Floats
    threats: Floats
    discount_factor: float
    iterations: int
    residual: float
    scale: Floats

    @property
    def is_empty(self) -> bool:
        """Whether there is no equilibrium in pure strategies."""
        return len(self.vertices) == 0

    def __repr__(self) -> str:
        corners = ", ".join(f"({x:.5g}, {y:.5g})" for x, y in self.vertices)
        return f"PayoffSet({corners or 'empty'}; discount factor {self.discount_factor:g})"

    @property
    def area(self) -> float:
        """Area of the set, in squared payoff units; 0 for a segment or a point."""
        if self.is_empty:
            return 0.0
        x, y = (self.vertices - self.vertices[0]).T
        return float(abs(np.roll(x, -1) @ y - x @ np.roll(y, -1)) / 2)

    def contains(self, payoffs: ArrayLike, tolerance: float = 1e-9) -> bool:
        """Whether a pair of payoffs lies in the set, up to ``tolerance`` of the payoff ranges."""
        if self.is_empty:
            return False
        corners = (self.vertices - self.vertices[0]) / self.scale
        given = finite_floats(payoffs, "payoffs")
        if given.shape != (2,):
            raise InputError(f"payoffs is {payoffs!r}; it must be one number for each of two players")
        point = (given - self.vertices[0]) / self.scale
        hull = [(float(x), float(y)) for x, y in corners]
        return _distance((float(point[0]), float(point[1])), hull) <= tolerance


def payoff_set(game: Game, discount_factor: float, *, max_iterations: int = MAX_ITERATIONS) -> PayoffSet:
    """Payoffs of all pure-strategy subgame-perfect equilibria with public randomisation.

    Parameters
    ----------
    game
        A single two-player stage game.
    discount_factor
        In (0, 1).
    max_iterations
        When to give up.

    Returns
    -------
    PayoffSet

    Raises
    ------
    InputError
        For another number of players, a batch, or a discount factor out of bounds.
    SolverError
        If the iterates have not settled: the discount factor lies within rounding of one at which the set jumps.

    Examples
    --------
    Two patient labs sustain restraint (9, 9), and can share the gains in other ways:

    >>> race = Game.from_bimatrix([[9, 1], [10, 3]], [[9, 10], [1, 3]])
    >>> payoff_set(race, 0.75).vertices.round(6)
    array([[3.  , 3.  ],
           [9.75, 3.  ],
           [9.  , 9.  ],
           [3.  , 9.75]])
    >>> payoff_set(race, 0.1).vertices  # impatient ones race
    array([[3., 3.]])
    """
    require_game(game, "payoff_set")
    if game.n_players != 2 or game.batch_ndim:
        raise InputError(f"payoff_set takes a single two-player game, not {game!r}")
    discount_factor = discount_factor_of(discount_factor)
    max_iterations = whole_number(max_iterations, "max_iterations")
    stage = _Stage.of(game, float(discount_factor))
    enough = max(_TOLERANCE * (1 - discount_factor), 4e-16)
    settle = stage.compiled_settle if len(stage.payoffs) >= _MANY_PROFILES else stage.settle
    hull, iterations, change = settle(enough, max_iterations)
    if iterations < 0:
        raise SolverError(
            f"the payoff set has not settled after {max_iterations} iterations (last change {change:.1e} of the "
            f"payoff range): discount_factor {discount_factor} is too near one at which the set jumps; move it a "
            "little, or raise max_iterations"
        )
    return stage.result(hull, iterations, change if hull else 0.0)


@dataclass(frozen=True)
class _Stage:
    """Stage game in units of the payoff ranges: payoffs and deviation gains of every profile."""

    payoffs: Floats
    gains: Floats
    floor: Point
    discount_factor: float
    level: Floats
    scale: Floats

    @classmethod
    def of(cls, game: Game, discount_factor: float) -> _Stage:
        tables, level, widths = game.in_ranges()
        best = [tables[0].max(axis=0, keepdims=True), tables[1].max(axis=1, keepdims=True)]
        gains = np.stack([best[0] - tables[0], best[1] - tables[1]])
        points = [np.ascontiguousarray(t.reshape(2, -1).T) for t in (tables, gains)]
        floor = (float(best[0].min()), float(best[1].min()))
        return cls(points[0], points[1], floor, discount_factor, level, widths)

    def settle(self, enough: float, max_iterations: int) -> tuple[list[Point], int, float]:
        """Iterate from the hull of all payoffs and the minmax values: the set, iterations (-1: unsettled), change."""
        payoffs, gains = _points(self.payoffs), _points(self.gains)
        hull, threats = _convex_hull(payoffs), self.floor
        smallest, since, change = float("inf"), 0, float("inf")
        for iteration in range(1, max_iterations + 1):
            image, punishments = self.operator(payoffs, gains, hull, threats)
            change = max(_hausdorff(hull, image), float(np.abs(np.subtract(punishments, threats)).max()))
            hull, threats = image, punishments
            smallest, since = (change, 0) if change < smallest else (smallest, since + 1)
            only_rounding = change <= 4 * _TOLERANCE and since > _STALLED  # a true approach shrinks every time
            if not hull or change <= enough or only_rounding:
                return hull, iteration, change
        return hull, -1, change

    def compiled_settle(self, enough: float, max_iterations: int) -> tuple[list[Point], int, float]:
        """`settle` in compiled code, which pays for games with many profiles."""
        from theory import payoff_polygon_kernel

        hull, iterations, change = payoff_polygon_kernel.settle(
            self.payoffs, self.gains, np.array(self.floor), self.discount_factor, _TOLERANCE, enough, _STALLED,
            max_iterations,
        )  # fmt: skip
        return _points(hull), int(iterations), float(change)

    def operator(
        self, payoffs: list[Point], gains: list[Point], hull: list[Point], threats: Point
    ) -> tuple[list[Point], Point]:
        """``R(W, u)``, and the threats that it leaves."""
        d = self.discount_factor
        points: list[Point] = []
        for g, h in zip(payoffs, gains, strict=True):
            least = [u + (1 - d) / d * gain for u, gain in zip(threats, h, strict=True)]
            if all(value >= bound - _TOLERANCE for value, bound in zip(g, least, strict=True)):
                points.append(g)
                continue
            for w in _binding(hull, least):
                points.append(((1 - d) * g[0] + d * w[0], (1 - d) * g[1] + d * w[1]))
        image = _convex_hull(points)
        if not image:
            return [], threats
        return image, (max(threats[0], min(p[0] for p in image)), max(threats[1], min(p[1] for p in image)))

    def result(self, hull: list[Point], iterations: int, residual: float) -> PayoffSet:
        vertices = _tidy(hull)
        points = np.array(vertices).reshape(-1, 2) * self.scale + self.level
        threats = points.min(axis=0) if len(points) else np.full(2, np.nan)
        return PayoffSet(points, threats, self.discount_factor, iterations, residual, self.scale)


def _points(rows: Floats) -> list[Point]:
    return [(x, y) for x, y in rows.tolist()]


def _binding(hull: list[Point], least: list[float]) -> list[Point]:
    """Extreme points of ``{w in hull : w >= least}`` at which a constraint binds."""
    for axis in (0, 1):
        hull = _clip(hull, axis, least[axis])
    return [p for p in hull if any(p[axis] <= least[axis] + _TOLERANCE for axis in (0, 1))]


def _clip(hull: list[Point], axis: int, bound: float) -> list[Point]:
    """Part of a polygon, segment or point on which a coordinate is at least ``bound`` (Sutherland and Hodgman 1974)."""
    kept: list[Point] = []
    for k, p in enumerate(hull):
        q = hull[(k + 1) % len(hull)]
        slack, next_slack = p[axis] - bound, q[axis] - bound
        if slack >= -_TOLERANCE:
            kept.append(p)
        if min(slack, next_slack) < -_TOLERANCE and max(slack, next_slack) > _TOLERANCE:
            share = slack / (slack - next_slack)
            other = p[1 - axis] + share * (q[1 - axis] - p[1 - axis])
            kept.append((bound, other) if axis == 0 else (other, bound))
    return kept


def _convex_hull(points: list[Point]) -> list[Point]:
    """Extreme points, counterclockwise from the leftmost (Andrew 1979)."""
    ordered = sorted(set(points))
    if len(ordered) <= 2:
        return ordered
    chains = [_chain(ordered), _chain(ordered[::-1])]
    return chains[0][:-1] + chains[1][:-1]


def _chain(points: list[Point]) -> list[Point]:
    chain: list[Point] = []
    for p in points:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], p) <= 0:
            chain.pop()
        chain.append(p)
    return chain


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _tidy(hull: list[Point]) -> list[Point]:
    """Drop vertices that rounding made: those near another, or near the line between their neighbours."""
    kept: list[Point] = []
    for p in hull:  # in order around the set, so that near ones follow each other
        if not kept or hypot(p[0] - kept[-1][0], p[1] - kept[-1][1]) > _SAME:
            kept.append(p)
    while len(kept) > 1 and hypot(kept[0][0] - kept[-1][0], kept[0][1] - kept[-1][1]) <= _SAME:
        kept.pop()
    k = 0
    while len(kept) > 2 and k < len(kept):
        if _distance(kept[k], [kept[k - 1], kept[(k + 1) % len(kept)]]) <= _SAME:
            kept.pop(k)
            k = max(k - 1, 0)
        else:
            k += 1
    # of a vertical edge the lower end, whatever rounding says
    start = kept.index(min(kept, key=lambda p: (round(p[0] / _SAME / 10), p[1]))) if kept else 0
    return kept[start:] + kept[:start]


def _hausdorff(one: list[Point], other: list[Point]) -> float:
    """Distance between two convex sets: the farthest vertex of either from the other."""
    if not one or not other:
        return 0.0 if not one and not other else float("inf")
    there = max(_distance(p, other) for p in one)
    return max(there, max(_distance(p, one) for p in other))


def _distance(p: Point, hull: list[Point]) -> float:
    """Distance of a point from a convex set given by its vertices, counterclockwise."""
    edges = list(zip(hull, hull[1:] + hull[:1], strict=True))
    if len(hull) > 2 and all(_turn(a, b, p) >= 0 for a, b in edges):
        return 0.0
    return min(_from_segment(p, a, b) for a, b in edges)


def _from_segment(p: Point, a: Point, b: Point) -> float:
    direction = (b[0] - a[0], b[1] - a[1])
    length = direction[0] ** 2 + direction[1] ** 2
    share = ((p[0] - a[0]) * direction[0] + (p[1] - a[1]) * direction[1]) / length if length > 0 else 0.0
    share = min(max(share, 0.0), 1.0)
    return hypot(p[0] - a[0] - share * direction[0], p[1] - a[1] - share * direction[1])
