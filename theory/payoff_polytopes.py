"""Inner and outer approximations of the equilibrium payoffs of a repeated game, for any number of players.

Definitions
-----------
As in `theory.payoff_polygon`: perfect monitoring, pure strategies, public randomisation, discount factor ``d``, payoffs
scaled to ``[0, 1]`` player by player. For a convex set ``W`` of continuations with worst points ``v_i``,

    B(W) = convex hull of {(1-d) g(a) + d w : w in W, d (w_i - v_i) >= (1-d) h_i(a) for all i}.

The set ``V*`` of equilibrium payoffs is the largest with ``W = B(W)`` (Abreu, Pearce & Stacchetti 1990, Econometrica
58:1041-1063). Judd, Yeltekin & Conklin (2003, Econometrica 71:1239-1254) bound it between polytopes:

- *outer*: half-spaces in fixed directions, moved in to the support of ``B(W)``; every iterate contains ``V*``;
- *inner*: the convex hull of points at which ``B(W)`` is supported. Any ``W`` inside ``B(W)`` is inside ``V*``; such
  starts are stage equilibria, paths that a penal code supports with its sticks, and what the images of the slightly
  shrunk outer set settle on, if it passes.

Directions that no facet has leave a gap, so the normals of the inner set's facets (without one, those of the outer
set's image) join them and both sets are made again, from where they are: mostly they then agree to the tolerance, and
for two players with the set of Abreu and Sannikov. What is left is the ``gap``; more ``refinements`` make it smaller.

The inner set comes with its play: every vertex is an action profile and a public lottery over vertices, and a deviation
by player ``i`` leads to the vertex that is worst for ``i``. Constraints are read with a slack of 1e-7 of the payoff
ranges, which is how all claims are to be read. Two players take about a second; three with two actions each some
seconds, the longer the more patient: iterations grow like ``1/(1 - d)``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.arrays import discount_factor_of, number_between, whole_number
from theory.errors import InputError, SolverError
from theory.game import Game, require_game
from theory.penal_codes import penal_code
from theory.polytopes import above, as_lottery, corners_of_halfspaces, facets, hull_points

Floats = NDArray[np.float64]
Generated = tuple[Floats, NDArray[np.int64], Floats]  # points, their profiles, their continuations

_SLACK = 1e-7  # of the payoff ranges: with which programs are solved and inclusions read
SHRINKAGE = (1e-6, 1e-4, 1e-3, 1e-2, 0.1, 0.3)
"""How far the outer set is drawn to its centre, in turn, until its images settle on a set that generates itself."""

ATTEMPTS = 40
"""Images of such a start before the next one is tried."""

PATIENT = 0.9
"""Discount factor beyond which images settle too slowly to start from the outer set, if there is another start."""

GROWTH = 60
"""Most images by which the inner set grows; it may be left at any of them."""


@dataclass(frozen=True, eq=False)
class SupportingPlay:
    """Equilibrium that gives the vertices of an inner approximation: one state for each.

    Attributes
    ----------
    profiles
        Action profile of each state, shape ``(K, N)``.
    lottery
        Chances of the next state when all comply, shape ``(K, K)``.
    punishments
        State after a deviation of each player alone, shape ``(N,)``.
    """

    profiles: NDArray[np.int64]
    lottery: Floats
    punishments: NDArray[np.int64]

    def __repr__(self) -> str:
        played = ", ".join(str(tuple(profile)) for profile in self.profiles[:6].tolist())
        more = ", ..." if len(self.profiles) > 6 else ""
        return f"SupportingPlay({len(self.profiles)} states, in which {played}{more}; punishments {self.punishments})"


@dataclass(frozen=True, eq=False)
class PayoffBounds:
    """Polytopes between which the equilibrium payoffs lie.

    Attributes
    ----------
    directions, levels
        Outer set ``{w : directions @ w <= levels}`` in units of the payoffs, shapes ``(L, N)`` and ``(L,)``; levels of
        minus infinity if the set is empty.
    vertices
        Of the inner set, shape ``(K, N)``; a point, a segment or none are answers.
    gap
        Largest distance between the two along a direction, the normals of the inner set's facets among them, as a share
        of the payoff ranges; NaN if no inner set was found though the outer is not empty; 0 if both are empty.
    play
        Supports every vertex of the inner set; None without one.
    discount_factor, iterations
        As given, and of the outer set.
    """

    directions: Floats
    levels: Floats
    vertices: Floats
    gap: float
    play: SupportingPlay | None
    discount_factor: float
    iterations: int

    @property
    def is_empty(self) -> bool:
        """Whether there is no equilibrium in pure strategies."""
        return bool(np.isneginf(self.levels).any())

    def __repr__(self) -> str:
        inner = "empty" if self.is_empty else f"{len(self.vertices)} inner vertices, gap {self.gap:.1e} of the range"
        return f"PayoffBounds({inner}; discount factor {self.discount_factor:g})"


def payoff_bounds(
    game: Game,
    discount_factor: float,
    *,
    n_directions: int = 32,
    refinements: int = 6,
    tolerance: float = 1e-6,
    max_iterations: int = 2000,
) -> PayoffBounds:
    """Inner and outer approximation of the payoffs of pure subgame-perfect equilibria with public randomisation.

    Parameters
    ----------
    game
        A single game of two or more players.
    discount_factor
        In (0, 1).
    n_directions
        To begin with, for two players, a multiple of four. For more, the directions are all vectors of -1, 0 and 1.
    refinements
        How often facets of the inner set join the directions, as long as there is a gap.
    tolerance
        Change of the levels, as a share of the payoff ranges, at which the iterations end.
    max_iterations
        Of the outer set, which is wider than it need be if they are used up; it holds the payoffs at any of them.

    Raises
    ------
    InputError
        For a batch, one player, or numbers out of range.
    SolverError
        If a linear program fails for another reason than that it has no solution.

    Examples
    --------
    >>> race = Game.from_bimatrix([[9, 1], [10, 3]], [[9, 10], [1, 3]])
    >>> found = payoff_bounds(race, 0.75)
    >>> found.vertices.max(axis=0).round(2), found.gap < 1e-5
    (array([9.75, 9.75]), True)
    """
    require_game(game, "payoff_bounds")
    discount_factor = discount_factor_of(discount_factor)
    if game.batch_ndim or game.n_players < 2:
        raise InputError(f"{game!r}: a single game of two or more players is needed; pick one draw of a batch: game[0]")
    refinements = whole_number(refinements, "refinements", 0)
    tolerance, max_iterations = (
        number_between(tolerance, "tolerance", 0),
        whole_number(max_iterations, "max_iterations"),
    )
    stage = _Stage.of(game, discount_factor, directions_for(game.n_players, n_directions))
    levels, iterations, found = None, 0, None
    for _ in range(refinements + 1):
        levels, more = stage.outer(tolerance, max_iterations, levels)
        iterations += more
        found = stage.inner(levels, tolerance, max_iterations) if levels is not None else None
        if levels is None:
            break
        stage, levels = stage.refined(levels, stage.image(levels) if found is None else found[0])
        if found is not None and stage.gap(levels, found[0]) <= 10 * tolerance:
            break
    if levels is None:
        nothing = np.full(len(stage.directions), -np.inf)
        empty = np.empty((0, game.n_players))
        return PayoffBounds(stage.directions / stage.scale, nothing, empty, 0.0, None, discount_factor, iterations)
    directions = stage.directions / stage.scale
    moved = levels + directions @ stage.level
    if found is None:
        empty = np.empty((0, game.n_players))
        return PayoffBounds(directions, moved, empty, float("nan"), None, discount_factor, iterations)
    points, play = found
    vertices, gap = points * stage.scale + stage.level, stage.gap(levels, points)
    return PayoffBounds(directions, moved, vertices, gap, play, discount_factor, iterations)


@dataclass(frozen=True, eq=False)
class _Stage:
    """Stage game in units of the payoff ranges, and the directions."""

    payoffs: Floats  # (A, N)
    gains: Floats  # (A, N)
    profiles: NDArray[np.int64]  # (A, N)
    directions: Floats  # (L, N)
    discount_factor: float
    level: Floats
    scale: Floats

    @classmethod
    def of(cls, game: Game, discount_factor: float, directions: Floats) -> _Stage:
        tables, level, scale = game.in_ranges()
        n = game.n_players
        gains = np.stack([table.max(axis=i, keepdims=True) - table for i, table in enumerate(tables)])
        profiles = np.array(list(np.ndindex(*game.n_actions)), np.int64)
        return cls(tables.reshape(n, -1).T, gains.reshape(n, -1).T, profiles, directions, discount_factor, level, scale)

    def least(self, a: int, worst: Floats) -> Floats:
        """Least continuations that enforce a profile."""
        d = self.discount_factor
        return np.asarray(worst + (1 - d) / d * self.gains[a])

    def gap(self, levels: Floats, points: Floats) -> float:
        """Largest distance along a direction from a hull of points to the levels."""
        return max(float((levels - (self.directions @ points.T).max(axis=1)).max()), 0.0)

    def refined(self, levels: Floats, points: Floats) -> tuple[_Stage, Floats]:
        """The same with the facets of a hull among the directions, and the levels of the outer set in all of them."""
        normals = facets(points)
        normals = normals[(normals @ self.directions.T).max(axis=1, initial=-1.0) < 1 - 1e-9]
        if not len(normals):
            return self, levels
        support = (normals @ corners_of(self.directions, levels, normals).T).max(axis=1)
        return replace(self, directions=np.concatenate([self.directions, normals])), np.concatenate([levels, support])

    def outer(self, tolerance: float, max_iterations: int, start: Floats | None = None) -> tuple[Floats | None, int]:
        """Levels of the outer set, None if it is empty; from levels that hold it, if they are given."""
        d, n = self.discount_factor, self.payoffs.shape[1]
        levels = (self.directions @ self.payoffs.T).max(axis=1) if start is None else start
        lowest = [int(np.argmin(self.directions @ e)) for e in np.eye(n)]  # directions -e_i
        alive = list(range(len(self.payoffs)))
        for iteration in range(1, max_iterations + 1):
            worst = -levels[lowest]
            best = np.full(len(levels), -np.inf)
            support_above = _support_of_halfspaces(self.directions, levels + _SLACK)
            for a in list(alive):
                support = support_above(self.least(a, worst) - _SLACK)
                if support is None:
                    alive.remove(a)  # for good: the sets shrink
                    continue
                best = np.maximum(best, (1 - d) * self.directions @ self.payoffs[a] + d * support)
            if not alive:
                return None, iteration
            change = float((levels - best).max())
            levels = np.minimum(levels, best)
            if change <= tolerance * (1 - d):
                return levels, iteration
        return levels, iteration  # each iterate holds the set: this one is wider than it need be

    def image(self, levels: Floats) -> Floats:
        """Points at which the image of the outer set is supported, or its corners if nothing can be enforced."""
        corners = corners_of(self.directions, levels)
        found = self.generate(corners)
        return corners if found is None else found[0]

    def inner(self, levels: Floats, tolerance: float, max_iterations: int) -> tuple[Floats, SupportingPlay] | None:
        """Vertices of an inner set and their play, None if no start generates itself.

        The hull of sets that generate themselves does so too, and with its image still: the set only grows, and is an
        answer whenever it is left.
        """
        begun = self.threatened()
        if begun is not None and self.gap(levels, begun[0]) <= 10 * _SLACK:  # nothing is left to be found
            return self.close(*begun)
        corners = corners_of(self.directions, levels)
        centre = corners.mean(axis=0)
        for shrinkage in SHRINKAGE if begun is None or self.discount_factor <= PATIENT else ():
            points = self.settle(centre + (1 - shrinkage) * (corners - centre))
            if points is not None:
                image = self.generate(points)
                begun = image if begun is None or image is None else self.joined(begun, image)
                break
        if begun is None:
            return None
        step = begun
        for _ in range(min(max_iterations, GROWTH)):
            image = self.generate(step[0])
            if image is None:
                return None
            wider = self.joined(step, image)
            grown = (self.directions @ wider[0].T).max(axis=1) - (self.directions @ step[0].T).max(axis=1)
            step = wider
            if grown.max() <= tolerance:
                break
        return self.close(*step)

    def threatened(self) -> Generated | None:
        """What is sustained by the threats of stage equilibria and of penal codes; None if there are neither.

        Stage equilibria, paths with their sticks, and single profiles for ever; and, by public lotteries over all
        profiles, every mean of payoffs that is worth more than the worst of these by what any deviation brings.
        """
        d = self.discount_factor
        stable = np.flatnonzero((self.gains <= 1e-12).all(axis=1))
        parts = [(self.payoffs[stable], stable, self.payoffs[stable]), *self.punished()]
        if not sum(len(actions) for _, actions, _ in parts):
            return None
        worst = np.concatenate([points for points, _, _ in parts]).min(axis=0)
        kept = np.flatnonzero(((1 - d) * self.gains <= d * (self.payoffs - worst)).all(axis=1))
        parts.append((self.payoffs[kept], kept, self.payoffs[kept]))
        means = _support_of_points(self.directions, self.payoffs, worst + (1 - d) / d * self.gains.max(axis=0) + _SLACK)
        for mean in np.unique(means.round(12), axis=0) if means is not None else ():
            every = np.arange(len(self.payoffs))
            parts.append(((1 - d) * self.payoffs + d * mean, every, np.broadcast_to(mean, self.payoffs.shape)))
        points, actions, after = (np.concatenate(each) for each in zip(*parts, strict=True))
        chosen = hull_points(points)
        return points[chosen], actions[chosen], after[chosen]

    def punished(self) -> list[Generated]:
        """Paths that a two-phase penal code supports, each with its sticks (`theory.penal_codes`)."""
        d, (shape, n) = self.discount_factor, (self.profiles.max(axis=0) + 1, self.payoffs.shape[1])
        game = Game(self.payoffs.T.reshape(n, *shape))
        found = []
        for path, profile in enumerate(self.profiles):
            try:
                code = penal_code(game, profile.tolist(), d)
            except SolverError:  # too near a threshold to tell: what is not sure is left out
                continue
            if not code.supports:
                continue
            played = np.array([stick for stick in code.sticks if stick is not None])  # all: what supports has them
            sticks, chance = np.ravel_multi_index(tuple(played.T), shape), code.returns[:, np.newaxis]
            on_path = self.payoffs[path]
            values = ((1 - d) * self.payoffs[sticks] + d * chance * on_path) / (1 - d + d * chance)
            actions = np.append(sticks, path)
            after = np.concatenate([chance * on_path + (1 - chance) * values, [on_path]])
            found.append((np.concatenate([values, [on_path]]), actions, after))
        return found

    def joined(self, one: Generated, other: Generated) -> Generated:
        """Points of both that span their hull, with profiles and continuations."""
        points, actions, after = (np.concatenate(pair) for pair in zip(one, other, strict=True))
        kept = hull_points(points)
        return points[kept], actions[kept], after[kept]

    def settle(self, points: Floats) -> Floats | None:
        """First image that lies inside its own image; None if the images vanish or do not settle."""
        for _ in range(ATTEMPTS):
            step = self.generate(points)
            if step is None:
                return None
            if _inside(points, step[0]):
                return points
            points = step[0]
        return None

    def generate(self, points: Floats) -> Generated | None:
        """Points at which ``B`` of the convex hull is supported, their profiles, and their continuations."""
        d, worst = self.discount_factor, points.min(axis=0)
        values: list[Floats] = []
        continuations: list[Floats] = []
        kept: list[int] = []
        for a in range(len(self.payoffs)):
            found = _support_of_points(self.directions, points, self.least(a, worst))
            if found is not None:
                values.append((1 - d) * self.payoffs[a] + d * found)
                continuations.append(found)
                kept.append(a)
        if not kept:
            return None
        table = np.stack(values)  # (kept, L, N)
        best = np.einsum("aln,ln->al", table, self.directions).argmax(axis=0)
        place = np.arange(len(best))
        chosen = table[best, place]
        _, first = np.unique(chosen.round(9), axis=0, return_index=True)
        return chosen[first], np.array(kept)[best[first]], np.stack(continuations)[best, place][first]

    def close(self, points: Floats, actions: NDArray[np.int64], continuations: Floats) -> tuple[Floats, SupportingPlay]:
        """Continuations as lotteries over the points themselves, which makes them a play."""
        lottery = np.stack([as_lottery(w, points) for w in continuations])
        d = self.discount_factor
        values = np.asarray(np.linalg.solve(np.eye(len(points)) - d * lottery, (1 - d) * self.payoffs[actions]), float)
        return values, SupportingPlay(self.profiles[actions], lottery, values.argmin(axis=0).astype(np.int64))


def directions_for(n: int, count: int) -> Floats:
    """Directions in which sets are supported: on the circle for two players, else all vectors of -1, 0 and 1."""
    if whole_number(count, "n_directions", 0, 4096) % 4 or count < 4:
        raise InputError(f"n_directions is {count}; it must be a multiple of four")
    if n == 2:
        angles = 2 * np.pi * np.arange(count) / count
        return np.stack([np.cos(angles), np.sin(angles)], axis=-1).round(15)
    signs = np.array([v for v in product((-1, 0, 1), repeat=n) if any(v)], float)
    return np.asarray(signs / np.linalg.norm(signs, axis=1, keepdims=True))


def _support_of_halfspaces(directions: Floats, levels: Floats) -> Callable[[Floats], Floats | None]:
    """Support of ``{w : directions w <= levels, w >= least}`` in all directions, given ``least``; None if it is empty.

    From the corners of the half-spaces, unless they leave so little room that linear programs are more exact.
    """
    corners = corners_of_halfspaces(directions, levels)
    if corners is None:
        return lambda least: _support_by_programs(directions, levels, least)

    def support(least: Floats) -> Floats | None:
        kept = above(corners, least, 0.0)
        return (directions @ kept.T).max(axis=1) if len(kept) else None

    return support


def _support_by_programs(directions: Floats, levels: Floats, least: Floats) -> Floats | None:
    """All directions in one sparse program."""
    from scipy.sparse import eye_array, kron

    count, n = directions.shape
    x = maximiser(
        directions.ravel(),
        A_ub=kron(eye_array(count), directions, format="csr"),
        b_ub=np.tile(levels, count),
        bounds=np.tile(np.stack([least, np.full(n, np.inf)], axis=-1), (count, 1)),
    )
    if x is None:
        return None
    return np.asarray((directions * x.reshape(count, n)).sum(axis=1))


def _support_of_points(directions: Floats, points: Floats, least: Floats) -> Floats | None:
    """Maximisers over the convex hull of points, where at least ``least``, shape ``(L, N)``; None if there are none."""
    kept = above(points, least, _SLACK)
    return kept[(directions @ kept.T).argmax(axis=1)] if len(kept) else None


def _inside(points: Floats, hull: Floats) -> bool:
    """Whether every point is a mixture of those of ``hull``."""
    return all(float(np.abs(as_lottery(p, hull) @ hull - p).max()) <= 10 * _SLACK for p in points)


def corners_of(directions: Floats, levels: Floats, among: Floats | None = None) -> Floats:
    """Points of the outer set at which its support is reached in each direction, or in each of others."""
    points: list[Floats] = []
    for h in directions if among is None else among:
        x = maximiser(h, A_ub=directions, b_ub=levels + _SLACK, bounds=(None, None))
        if x is not None:
            points.append(x)
    return np.array(points)


def maximiser(objective: Floats, **program: Any) -> Floats | None:
    """Solution of a linear program that maximises; None if it has none."""
    from scipy import optimize

    solve: Any = optimize.linprog  # whose types do not know sparse constraints
    for method, presolve in (("highs", True), ("highs-ds", False), ("highs-ipm", True)):  # some end undecided
        result = solve(-objective, method=method, options={"presolve": presolve}, **program)
        if result.status in (0, 2):
            return np.asarray(result.x, float) if result.status == 0 else None
    raise SolverError(f"a linear program ended with status {result.status} of HiGHS: {result.message}")
