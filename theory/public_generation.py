"""Payoffs that public signals generate: the operator B of `theory.public_monitoring`, from outside and within.

Payoffs are in units of each player's range. What enforces a profile is found in all directions at once by
`theory.enforcement_kernel`, whose bounds from above move half-spaces in, and whose continuations make play.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from theory.game import Game
from theory.payoff_polytopes import maximiser
from theory.polytopes import as_lottery, corners_of_halfspaces, facets, hull_points

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SLACK = 1e-7
"""Of the payoff ranges: with which half-spaces are read."""

NO_GAIN = 1e-9
"""Of the payoff ranges: what counts as no gain from a deviation."""

_CLOSER = 10  # times that facets are asked for what lies beyond them
_FACETS = 64  # most of them at a time: in three and more dimensions there are thousands
_ENOUGH = 128  # points, with which an image is left as it is
_WIDER = 3e-9  # of the payoff ranges: more than what the bounds of programs are short of exactness


@dataclass(frozen=True, eq=False)
class Generated:
    """Points that generate one another.

    Attributes
    ----------
    points
        Shape ``(K, N)``.
    actions
        Number of the profile at each, shape ``(K,)``.
    after
        Continuations after each signal, within the hull of the points, shape ``(K, Y, N)``.
    """

    points: Floats
    actions: Integers
    after: Floats

    def support(self, directions: Floats) -> Floats:
        """How far the points reach along each direction."""
        return np.asarray((directions @ self.points.T).max(axis=1))

    def joined(self, other: Generated) -> Generated:
        """The vertices of the hull of both."""
        points = np.concatenate([self.points, other.points])
        kept = hull_points(points)
        actions, after = np.append(self.actions, other.actions), np.concatenate([self.after, other.after])
        return Generated(points[kept], actions[kept], after[kept])


@dataclass(frozen=True, eq=False)
class PublicStage:
    """Stage game in units of the payoff ranges, with what each profile asks of continuations."""

    payoffs: Floats  # (A, N)
    profiles: Integers  # (A, N)
    chances: Floats  # (A, Y)
    player: list[Integers]  # of each constraint of each profile
    drift: list[Floats]  # (constraints, Y): pi(y | a) - pi(y | deviation)
    gains: list[Floats]  # (constraints,): what the deviation gains in its round
    discount_factor: float
    level: Floats
    scale: Floats

    @classmethod
    def of(cls, game: Game, chances: Floats, discount_factor: float) -> PublicStage:
        """Scale a game and list the deviations from each of its profiles."""
        tables, level, scale = game.in_ranges()
        n = game.n_players
        profiles = np.array(list(np.ndindex(*game.n_actions)), np.int64)
        player, drift, gains = [], [], []
        for profile in profiles:
            a = tuple(int(k) for k in profile)
            others = [(i, (*a[:i], b, *a[i + 1 :])) for i in range(n) for b in range(game.n_actions[i]) if b != a[i]]
            player.append(np.array([i for i, _ in others], np.int64))
            drift.append(np.array([chances[a] - chances[b] for _, b in others]).reshape(-1, chances.shape[-1]))
            gains.append(np.array([tables[(i, *b)] - tables[(i, *a)] for i, b in others]))
        return cls(
            tables.reshape(n, -1).T, profiles, chances.reshape(len(profiles), -1), player, drift, gains,
            discount_factor, level, scale,
        )  # fmt: skip

    def less_patient(self, discount_factor: float) -> PublicStage:
        """The same game at another discount factor."""
        return replace(self, discount_factor=discount_factor)

    def asks(self, a: int, margin: float) -> Floats:
        """What continuations must give up after each deviation, with a margin; nothing if it does not pay anyway."""
        gains = (1 - self.discount_factor) / self.discount_factor * self.gains[a]
        return np.where(gains > 0, gains + margin, np.minimum(gains + margin, 0))

    # -- from outside ------------------------------------------------------------------------------

    def outer(
        self, directions: Floats, levels: Floats, tolerance: float, max_iterations: int
    ) -> tuple[Floats | None, int]:
        """Levels of the outer set from levels that hold it; None if it is empty."""
        d = self.discount_factor
        alive = list(range(len(self.payoffs)))
        for iteration in range(1, max_iterations + 1):
            corners = corners_of_halfspaces(directions, levels + SLACK)
            if corners is not None and not len(corners):
                return None, iteration  # half-spaces that exclude each other
            best = np.full(len(levels), -np.inf)
            for a in list(alive):
                support = (
                    self._by_programs(a, directions, levels) if corners is None else self._reach(a, directions, corners)
                )
                if support is None:
                    alive.remove(a)  # for good: the sets shrink
                    continue
                best = np.maximum(best, (1 - d) * directions @ self.payoffs[a] + d * support)
            if not alive:
                return None, iteration
            change = float((levels - best).max())
            levels = np.minimum(levels, best)
            if change <= tolerance * (1 - d):
                return levels, iteration
        return levels, iteration  # each iterate holds the set: this one is wider than it need be

    def _reach(self, a: int, directions: Floats, corners: Floats) -> Floats | None:
        """Bound of the expected continuations in a hull that enforce a profile; None without any."""
        from theory.enforcement_kernel import enforce

        shortfall, _, bounds = enforce(
            corners, self.chances[a], self.drift[a], self.player[a], self.asks(a, -SLACK), directions
        )
        if shortfall > _WIDER:
            return None
        return np.asarray(np.minimum(bounds, (directions @ corners.T).max(axis=1)))

    def _by_programs(self, a: int, directions: Floats, levels: Floats) -> Floats | None:
        """The same of half-spaces that leave little room, in one sparse program."""
        from scipy.sparse import csr_array, eye_array, kron, vstack

        count, n = directions.shape
        p, size = self.chances[a], self.chances.shape[1]
        inside = kron(eye_array(size), directions, format="csr")  # w(y) one after the other
        asked = np.zeros((len(self.gains[a]), size, n))
        asked[np.arange(len(asked)), :, self.player[a]] = -self.drift[a]
        one = vstack([inside, csr_array(asked.reshape(-1, size * n))])
        bound = np.concatenate([np.tile(levels + SLACK, size), -self.asks(a, -SLACK)])
        objective = np.einsum("y,ln->lyn", p, directions)
        x = maximiser(
            objective.ravel(),
            A_ub=kron(eye_array(count), one, format="csr"),
            b_ub=np.tile(bound, count),
            bounds=(None, None),
        )
        return None if x is None else np.asarray((objective * x.reshape(count, size, n)).sum(axis=(1, 2)))

    # -- from within -------------------------------------------------------------------------------

    def image(self, points: Floats, directions: Floats, margin: float, accuracy: float) -> Generated | None:
        """The image ``B`` of a hull to some accuracy; None if nothing is enforced.

        Supported in the directions, and then along the facets of what was found until none of them moves.
        """
        found = self._supported(points, directions, margin)
        if found is None:
            return None
        asked = directions
        for _ in range(_CLOSER):
            normals = facets(found.points)
            normals = normals[(normals @ asked.T).max(axis=1, initial=-1.0) < 1 - 1e-12]
            normals = normals[in_a_row(normals)[:: max(len(normals) // _FACETS, 1)]]
            more = self._supported(points, normals, margin) if len(normals) else None
            if more is None:
                break
            grown = (more.support(normals) - found.support(normals)).max()
            found, asked = found.joined(more), np.concatenate([asked, normals])
            if grown <= accuracy or (points.shape[1] > 2 and len(found.points) > _ENOUGH):
                break
        return found

    def _supported(self, points: Floats, directions: Floats, margin: float) -> Generated | None:
        """Points at which the image of a hull is supported in each direction; None if nothing is enforced."""
        from theory.enforcement_kernel import enforce

        d = self.discount_factor
        values, after, kept = [], [], []
        for a, p in enumerate(self.chances):
            shortfall, weights, _ = enforce(points, p, self.drift[a], self.player[a], self.asks(a, margin), directions)
            if shortfall == 0:  # not NaN either: what is not found only makes the set smaller
                after.append(weights @ points)
                values.append((1 - d) * self.payoffs[a] + d * np.einsum("y,lyn->ln", p, after[-1]))
                kept.append(a)
        if not kept:
            return None
        table, place = np.stack(values), np.arange(len(directions))
        best = np.einsum("aln,ln->al", table, directions).argmax(axis=0)
        found = Generated(table[best, place], np.array(kept)[best], np.stack(after)[best, place])
        return found.joined(_nothing(found))

    def static(self) -> Generated | None:
        """Stage equilibria, each for ever."""
        stable = np.flatnonzero([(gains <= 1e-12).all() for gains in self.gains])
        if not stable.size:
            return None
        after = np.repeat(self.payoffs[stable][:, np.newaxis], self.chances.shape[1], axis=1)
        found = Generated(self.payoffs[stable], stable, after)
        return found.joined(_nothing(found))

    def settled(self, points: Floats, directions: Floats, margin: float, images: int) -> Generated | None:
        """What images with a margin of incentives settle on, if that is play from which nobody gains by leaving."""
        for _ in range(images):
            found = self.image(points, directions, margin, margin / 10)
            if found is None:
                return None
            change = np.abs((directions @ points.T).max(axis=1) - found.support(directions)).max()
            points = found.points
            if change <= margin / 4:
                closed, gain = self.closed(found)
                if gain <= NO_GAIN:
                    return closed
        return None

    def grown(self, found: Generated, directions: Floats, tolerance: float, images: int) -> Generated:
        """Add the image of a set that generates itself, again and again: it generates itself still."""
        for _ in range(images):
            image = self._supported(found.points, directions, 0.0)
            if image is None:
                break
            along = directions @ image.points.T
            farther = (along - found.support(directions)[:, np.newaxis]).max(axis=0) > tolerance
            if not farther.any():
                break
            found = found.joined(Generated(image.points[farther], image.actions[farther], image.after[farther]))
        return found

    def lotteries(self, found: Generated) -> Floats:
        """Continuations as lotteries over the points themselves, shape ``(K, Y, K)``."""
        return np.stack([[as_lottery(w, found.points) for w in after] for after in found.after])

    def closed(self, found: Generated, lottery: Floats | None = None) -> tuple[Generated, float]:
        """The play of points, with its own values, and the most that a deviation gains in it."""
        d = self.discount_factor
        lottery = self.lotteries(found) if lottery is None else lottery
        expected = np.einsum("ky,kyj->kj", self.chances[found.actions], lottery)
        values = np.linalg.solve(np.eye(len(lottery)) - d * expected, (1 - d) * self.payoffs[found.actions])
        after = np.einsum("kyj,jn->kyn", lottery, values)
        return Generated(np.asarray(values), found.actions, after), self.gain(found.actions, after)

    def gain(self, actions: Integers, after: Floats) -> float:
        """Most that one deviation gains, with these continuations."""
        d = self.discount_factor
        gains = [
            (1 - d) * self.gains[a] - d * (self.drift[a] * after[k][:, self.player[a]].T).sum(axis=1)
            for k, a in enumerate(actions.tolist())
        ]
        return max((float(gain.max()) for gain in gains if gain.size), default=float("-inf"))

    def slowed(self, found: Generated, lower: float) -> Generated | None:
        """Play of players with a lower discount factor, slowed down so that its values and rewards stay.

        With ``k = d0 (1 - d) / (d (1 - d0))``, continuations ``v + k (w - v)`` do that.
        """
        d = self.discount_factor
        k = lower * (1 - d) / (d * (1 - lower))
        after = found.points[:, np.newaxis] + k * (found.after - found.points[:, np.newaxis])
        slow = Generated(found.points, found.actions, after)
        return slow if self.gain(slow.actions, after) <= NO_GAIN else None


def in_a_row(directions: Floats) -> Integers:
    """Order of directions in which neighbours follow each other, as far as two of their numbers tell."""
    return np.argsort(np.arctan2(directions[:, 1], directions[:, 0]))


def _nothing(like: Generated) -> Generated:
    """No points."""
    return Generated(like.points[:0], like.actions[:0], like.after[:0])


def union(sets: Sequence[Generated | None]) -> Generated | None:
    """Hull of several sets that generate themselves, which does so too."""
    there = [each for each in sets if each is not None]
    return reduce(Generated.joined, there) if there else None
