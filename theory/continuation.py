"""All equilibria of a game over quantities along a parameter: branches, folds, and where corners start to bind.

With choices as shares ``z`` of their intervals and own marginal payoffs scaled to ``g``, candidates along the parameter
``t`` are the curves of ``F(z, t) = z - clip(z + g(z, t), 0, 1) = 0``. From equilibria found at several values of ``t``
the curves are followed in both directions by pseudo-arclength continuation (Keller 1977; Allgower and Georg 2003,
*Introduction to Numerical Continuation Methods*, ch. 2 and 6): a step along the tangent, then Newton steps orthogonal
to it, so that a curve is followed around a *fold*, where it turns back in ``t`` and two equilibria meet and vanish.
``F`` is only piecewise smooth: where a choice reaches or leaves a bound the curve has a corner, which is reported.

A point of a curve is only a candidate: each is certified by the regret against global best replies, and the
regime map counts certified equilibria. A branch that no start leads to, at any of the values, is not found.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.arrays import number_between, whole_number
from theory.comparative_statics import Family, family_at
from theory.continuous import Floats
from theory.display import counted, shortened
from theory.errors import InputError
from theory.newton import certify, continuous_nash, payoff_scale, rounded_slopes

_STARTS = (0.001, 0.05, 0.2, 0.4, 0.6, 0.8, 0.999)
_STEP, _SMALLEST, _LARGEST = 0.01, 1e-6, 0.03  # of the length of the curve, in shares of the intervals and of t
_MOST_POINTS = 2000
_SINGULAR = 1e-3  # least singular value of the equations at a fold, relative to the largest: there it is near one
_SAME = 1e-6  # of the interval: crossings nearer than that are one
_BOUNDS = {-1: "lower bound", 1: "upper bound"}
_ON_CURVE = 1e-8  # marginal payoffs that are differences are known to ten digits


@dataclass(frozen=True, eq=False, repr=False)
class Branch:
    """One curve of candidates, in the order in which it was followed.

    Attributes
    ----------
    parameter, choices
        Shapes ``(M,)`` and ``(M, N)``.
    binding
        -1 at the lower bound, +1 at the upper one, 0 inside; ``(M, N)``.
    certified
        Whether a point is an equilibrium by global best replies, ``(M,)``.
    folds
        Values of the parameter at which the curve turns back, and the choices there: two equilibria meet and vanish.
    crossings
        The same where it turns back on another curve, as at a pitchfork: three equilibria meet, and one goes on.
    corners
        Values of the parameter at which a choice reaches or leaves a bound, and the player.
    """

    parameter: Floats
    choices: Floats
    binding: NDArray[np.int64]
    certified: NDArray[np.bool_]
    folds: tuple[tuple[float, Floats], ...]
    crossings: tuple[tuple[float, Floats], ...]
    corners: tuple[tuple[float, int], ...]

    def __repr__(self) -> str:
        ends = f"{self.parameter[0]:.6g} to {self.parameter[-1]:.6g}"
        turns = f"{counted(len(self.folds), 'fold')}, {counted(len(self.corners), 'corner')}"
        return f"Branch({len(self.parameter)} points from {ends}; {turns}; {self.certified.mean():.0%} certified)"

    def at(self, value: float) -> list[tuple[Floats, tuple[int, ...], bool]]:
        """Points of the branch at a value of the parameter, between neighbours: choices, binding, certified."""
        found = []
        for k in range(len(self.parameter) - 1):
            a, b = self.parameter[k], self.parameter[k + 1]
            if a == b or not min(a, b) <= value <= max(a, b) or (value == b and k + 2 < len(self.parameter)):
                continue
            share = (value - a) / (b - a)
            near = k if share < 0.5 else k + 1
            point = (1 - share) * self.choices[k] + share * self.choices[k + 1]
            found.append((point, tuple(self.binding[near].tolist()), bool(self.certified[near])))
        return found


@dataclass(frozen=True)
class Regime:
    """Interval of the parameter with the same equilibria: which bounds bind in each of them."""

    low: float
    high: float
    equilibria: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, eq=False, repr=False)
class EquilibriumMap:
    """Branches of equilibria along a parameter; see `continue_equilibria`."""

    low: float
    high: float
    branches: tuple[Branch, ...]
    players: tuple[str, ...]

    def __repr__(self) -> str:
        cuts = [("folds", self.folds), ("crossings", self.crossings)]
        turns = [f"{name} at {', '.join(f'{t:.6g}' for t in values)}" for name, values in cuts if values]
        head = f"equilibria from {self.low:.6g} to {self.high:.6g}: {'; '.join(turns) or 'no folds'}"
        lines = [
            f"  {one.low:.6g} to {one.high:.6g}: {counted(len(one.equilibria), 'equilibrium')}{self._bounds(one)}"
            for one in self.regimes()
        ]
        return "\n".join([head, *shortened(lines, "regimes()")])

    def _bounds(self, regime: Regime) -> str:
        """Which choices are at a bound in the equilibria of a regime."""
        held = [
            ", ".join(f"{name} at {_BOUNDS[bound]}" for name, bound in zip(self.players, one, strict=True) if bound)
            for one in regime.equilibria
        ]
        return f" ({'; '.join(one or 'inside' for one in held)})" if any(held) else ""

    @property
    def crossings(self) -> tuple[float, ...]:
        """Values of the parameter at which branches cross and one of them turns back (pitchforks), sorted."""
        values = sorted(value for branch in self.branches for value, _ in branch.crossings)
        return tuple(
            b for a, b in zip([-np.inf, *values], values, strict=False) if b - a > _SAME * (self.high - self.low)
        )

    @property
    def folds(self) -> tuple[float, ...]:
        """Values of the parameter at which two equilibria meet and vanish, sorted."""
        return tuple(sorted(value for branch in self.branches for value, _ in branch.folds))

    def at(self, value: float) -> Floats:
        """Certified equilibria at a value of the parameter, interpolated: shape ``(K, N)``."""
        points = [point for branch in self.branches for point, _, good in branch.at(value) if good]
        kept: list[Floats] = []
        for point in points:
            if not any(np.allclose(point, other, rtol=1e-4, atol=1e-9) for other in kept):
                kept.append(point)
        return np.array(kept).reshape(len(kept), -1)

    def regimes(self, resolution: int = 400) -> tuple[Regime, ...]:
        """Intervals between folds and corners, with the certified equilibria in each by which bounds bind.

        Parameters
        ----------
        resolution
            Points at which certificates are looked up, besides folds and corners.
        """
        cuts = {value for branch in self.branches for value, _ in (*branch.folds, *branch.crossings, *branch.corners)}
        grid = np.unique([*np.linspace(self.low, self.high, resolution), *cuts])
        result: list[Regime] = []
        for low, high in itertools.pairwise(grid.tolist()):
            middle = (low + high) / 2
            found = tuple(sorted(bound for b in self.branches for _, bound, good in b.at(middle) if good))
            if result and result[-1].equilibria == found:
                result[-1] = Regime(result[-1].low, high, found)
            else:
                result.append(Regime(low, high, found))
        return tuple(result)


def continue_equilibria(family: Family, low: float, high: float, *, seeds: int = 9) -> EquilibriumMap:
    """Follow all equilibria that can be found along a parameter.

    Parameters
    ----------
    family
        Gives the batch of games at an array of values of the parameter, e.g.
        ``lambda V: model.replace(prize=V).continuous_game()``.
    low, high
        Ends of the parameter.
    seeds
        Number of values at which equilibria are looked for, each from seven starts per game.

    Raises
    ------
    InputError
        If ``low < high`` does not hold, the family does not give one game per value, or its payoffs have a level that
        leaves their differences too few digits.

    Examples
    --------
    A best reply ``t + S(x)`` to the other's choice with a steep S has folds:

    >>> from theory import ContinuousGame
    >>> pull = lambda x: 1 / (1 + np.exp(-8 * (x - 1)))
    >>> def payoff(i):
    ...     return lambda x, t: x[..., i] * (t + pull(x[..., 1 - i])) - x[..., i] ** 2 / 2
    >>> family = lambda t: ContinuousGame([payoff(0), payoff(1)], lower=0, upper=3, parameters=[t])
    >>> found = continue_equilibria(family, 0.1, 0.9)
    >>> [round(t, 6) for t in found.folds]
    [0.36679, 0.63321]
    >>> [len(regime.equilibria) for regime in found.regimes()]
    [1, 3, 1]
    """
    low, high = number_between(low, "low", -np.inf), number_between(high, "high", -np.inf)
    seeds = whole_number(seeds, "seeds")
    if not low < high:
        raise InputError(f"the parameter goes from {low:g} to {high:g}; it must go upwards, low < high")
    if not callable(family):
        raise InputError(f"the family is {family!r}; it must be a function of an array of values of the parameter")
    tracer = _Tracer(family, low, high)
    branches: list[Branch] = []
    for u in tracer.seeds(seeds):
        if not any(_passes(branch, tracer, u) for branch in branches):
            branches.append(tracer.branch(u))
    return EquilibriumMap(low, high, tuple(branches), tracer.players)


@dataclass(eq=False)
class _Tracer:
    """Follows ``F(z, s) = 0`` in ``u = (z, s)``, where ``s`` is the share of the parameter's interval."""

    family: Family
    low: float
    high: float

    def __post_init__(self) -> None:
        values = np.linspace(self.low, self.high, 5)
        game = family_at(self.family, values)
        if rounded_slopes(game).any():
            raise InputError(
                "payoffs are so large against their range that differences of them do not hold the digits that "
                "following a curve takes; give gradients=, or take their common level off"
            )
        self.players = game.players
        middle = (game.lower + game.upper) / 2
        self.scale = np.asarray(payoff_scale(game, middle[None]).max(axis=0))

    def value(self, s: Floats) -> Floats:
        return np.asarray(self.low + s * (self.high - self.low))

    def slope(self, u: Floats) -> Floats:
        """Scaled marginal payoffs at points ``u`` of shape ``(M, N + 1)``."""
        game = family_at(self.family, self.value(u[:, -1]))
        width = game.upper - game.lower
        return np.asarray(game.gradient(game.lower + u[:, :-1] * width) * width / self.scale)

    def residual(self, u: Floats) -> Floats:
        z = u[:, :-1]
        return np.asarray(z - np.clip(z + self.slope(u), 0.0, 1.0))

    def jacobian(self, u: Floats) -> Floats:
        """Derivative of F at one point, ``(N, N + 1)``, by central differences of the marginal payoffs."""
        n = len(u) - 1
        h = np.full(n + 1, 1e-6)
        h[:-1] = np.minimum(h[:-1], 0.01 * np.maximum(u[:-1], 1e-6))
        points = np.concatenate([u + np.diag(h), u - np.diag(h)])
        values = self.slope(points)
        across = ((values[: n + 1] - values[n + 1 :]) / (2 * h)[:, None]).T
        z = u[:-1] + self.slope(u[None])[0]
        free = (z > 0) & (z < 1)
        return np.where(free[:, None], -across, np.eye(n, n + 1))

    def binding(self, u: Floats) -> NDArray[np.int64]:
        z = u[..., :-1]
        return np.where(z <= 1e-9, -1, np.where(z >= 1 - 1e-9, 1, 0))

    def tangent(self, u: Floats, ahead: Floats) -> Floats:
        direction = np.linalg.svd(self.jacobian(u))[2][-1]
        return np.asarray(direction if direction @ ahead >= 0 else -direction)

    def correct(self, guess: Floats, tangent: Floats) -> Floats | None:
        """Newton steps back to the curve, orthogonal to the tangent; None if they do not get there."""
        u = guess.copy()
        for _ in range(12):
            residual = self.residual(u[None])[0]
            if not np.isfinite(residual).all():
                return None
            if np.abs(residual).max() <= 1e-12 and abs(tangent @ (u - guess)) <= 1e-10:
                return u
            matrix = np.vstack([self.jacobian(u), tangent])
            try:
                step = np.linalg.solve(matrix, np.append(residual, tangent @ (u - guess)))
            except np.linalg.LinAlgError:
                return None
            u = u - step
            u[:-1] = np.clip(u[:-1], 0.0, 1.0)
            if np.abs(step).max() <= 1e-13:
                break
        return u if np.abs(self.residual(u[None])).max() <= _ON_CURVE else None

    def seeds(self, count: int) -> Iterator[Floats]:
        """Certified equilibria at values spread over the interval."""
        shares = np.linspace(0.0, 1.0, count + 2)[1:-1]
        game = family_at(self.family, self.value(shares))
        width = game.upper - game.lower
        same = [game.lower + share * width for share in _STARTS]
        apart = [
            game.lower + np.roll(np.linspace(0.02, 0.98, game.n_players), k) * width for k in range(game.n_players)
        ]
        solution = continuous_nash(game, starts=np.stack([*same, *apart]))
        for k, place in zip(*np.nonzero(solution.certified), strict=True):
            yield np.append((solution.actions[k, place] - game.lower[k]) / width[k], shares[k])

    def branch(self, seed: Floats) -> Branch:
        ahead = np.zeros(len(seed))
        ahead[-1] = 1.0
        forward, closed = self.follow(seed, ahead)
        points = forward if closed else self.follow(seed, -ahead)[0][:0:-1] + forward
        u = np.array(points)
        turns = list(self.turns(u))
        for k, share, fold in reversed(turns):  # among the points, so that both ways to it are followed to the end
            chord = u[k + 1] - u[k - 1]
            u = np.insert(u, k if share < (u[k] - u[k - 1]) @ chord / (chord @ chord) else k + 1, fold, axis=0)
        game = family_at(self.family, self.value(u[:, -1]))
        x = game.lower + u[:, :-1] * (game.upper - game.lower)
        return Branch(
            parameter=self.value(u[:, -1]),
            choices=x,
            binding=self.binding(u),
            certified=certify(game, x[None], 1e-8).certified[:, 0],
            folds=tuple(self.placed(turn) for _, _, turn in turns if not self.singular(turn)),
            crossings=tuple(self.placed(turn) for _, _, turn in turns if self.singular(turn)),
            corners=tuple(self.corners(u)),
        )

    def follow(self, u: Floats, ahead: Floats) -> tuple[list[Floats], bool]:
        """Points from ``u`` on until the parameter leaves its interval, and whether the curve closed on itself."""
        points, step = [u], _STEP
        tangent = self.tangent(u, ahead)
        while len(points) < _MOST_POINTS:
            guess = points[-1] + step * tangent
            found = self.correct(guess, tangent)
            if found is None or np.linalg.norm(found - points[-1]) > 3 * step:
                step /= 2
                if step < _SMALLEST:
                    break
                continue
            outside = not 0.0 <= found[-1] <= 1.0
            if outside:
                end = self.at_end(points[-1], found)
                return ([*points, end] if end is not None else points), False
            turned = self.tangent(found, found - points[-1])
            if tangent @ turned < 0.9 and step > 1e-4:  # a sharp turn: take it in smaller steps
                step /= 2
                continue
            points.append(found)
            tangent = turned
            step = min(1.3 * step, _LARGEST)
            if len(points) > 10 and np.linalg.norm(found - u) < step:
                return [*points, u], True
        return points, False

    def at_end(self, before: Floats, after: Floats) -> Floats | None:
        """Point at which the curve leaves the interval of the parameter."""
        s = 1.0 if after[-1] > 1.0 else 0.0
        share = (s - before[-1]) / (after[-1] - before[-1])
        level = np.append(np.zeros(len(before) - 1), 1.0)
        guess = before + share * (after - before)
        return self.correct(np.append(guess[:-1], s), level)

    def between(self, a: Floats, b: Floats, share: float) -> Floats:
        """Point of the curve between two neighbours."""
        chord = b - a
        found = self.correct(a + share * chord, chord / np.linalg.norm(chord))
        return a + share * chord if found is None else found

    def singular(self, u: Floats) -> bool:
        """Whether curves cross at a point: one curve alone is where the equations have full rank, also at its folds."""
        sizes = np.linalg.svd(self.jacobian(u), compute_uv=False)
        return bool(sizes[-1] <= _SINGULAR * sizes[0])

    def placed(self, u: Floats) -> tuple[float, Floats]:
        """Value of the parameter and choices at a point of the curve."""
        value = self.value(u[-1:])
        game = family_at(self.family, value)
        return float(value[0]), (game.lower + u[:-1] * (game.upper - game.lower))[0]

    def turns(self, u: Floats) -> Iterator[tuple[int, float, Floats]]:
        """Where the parameter turns back: the extremum of s between neighbours, by golden section on the chord."""
        for k in range(1, len(u) - 1):
            if (u[k, -1] - u[k - 1, -1]) * (u[k + 1, -1] - u[k, -1]) < 0:
                sign = np.sign(u[k, -1] - u[k - 1, -1])
                low, high = 0.0, 1.0
                ratio = (np.sqrt(5) - 1) / 2
                for _ in range(40):
                    left, right = high - ratio * (high - low), low + ratio * (high - low)
                    at = [sign * self.between(u[k - 1], u[k + 1], share)[-1] for share in (left, right)]
                    low, high = (left, high) if at[0] < at[1] else (low, right)
                share = (low + high) / 2
                yield k, share, self.between(u[k - 1], u[k + 1], share)

    def corners(self, u: Floats) -> Iterator[tuple[float, int]]:
        """Where a choice reaches or leaves a bound: the parameter at which it is there with no marginal payoff."""
        bounds = self.binding(u)
        for k, player in zip(*np.nonzero(np.diff(bounds, axis=0)), strict=True):
            bound = max(bounds[k, player], bounds[k + 1, player], key=abs)
            end = self.corner((u[k] + u[k + 1]) / 2, int(player), float(bound > 0))
            reach = 2 * np.linalg.norm(u[k + 1] - u[k])
            if end is None or np.linalg.norm(end - u[k]) > reach:
                end = (u[k] + u[k + 1]) / 2
            yield float(self.value(end[-1:])[0]), int(player)

    def corner(self, u: Floats, player: int, bound: float) -> Floats | None:
        """Newton on F with ``z_player = bound`` and ``g_player = 0`` in place of the player's own row."""
        for _ in range(30):
            slope = self.slope(u[None])[0]
            residual = u[:-1] - np.clip(u[:-1] + slope, 0.0, 1.0)
            residual[player] = u[player] - bound
            residual = np.append(residual, slope[player])
            if not np.isfinite(residual).all():
                return None
            matrix = self.jacobian(u)
            matrix[player] = np.eye(len(u))[player]
            matrix = np.vstack([matrix, self.slope_row(u, player)])
            try:
                step = np.linalg.solve(matrix, residual)
            except np.linalg.LinAlgError:
                return None
            u = u - step
            u[:-1] = np.clip(u[:-1], 0.0, 1.0)
            if np.abs(step).max() <= 1e-9:  # the next one would be the square of it, or rounding
                return u
        return None

    def slope_row(self, u: Floats, player: int) -> Floats:
        """Derivative of one player's marginal payoff, ``(N + 1,)``."""
        h = 1e-6 * np.eye(len(u))
        values = self.slope(np.concatenate([u + h, u - h]))[:, player]
        return np.asarray((values[: len(u)] - values[len(u) :]) / 2e-6)


def _passes(branch: Branch, tracer: _Tracer, u: Floats) -> bool:
    """Whether a branch goes through a point."""
    value = float(tracer.value(u[-1:])[0])
    game = family_at(tracer.family, np.array([value]))
    width = (game.upper - game.lower)[0]
    x = game.lower[0] + u[:-1] * width
    return any((np.abs(point - x) / width).max() < 1e-3 for point, _, _ in branch.at(value))
