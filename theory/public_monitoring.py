"""Equilibrium payoffs at a given discount factor when play is seen through a public signal.

Definitions
-----------
After each round all see a signal ``y``, drawn from ``pi(y | a)``, and nothing else of what the others did. For a convex
set ``W`` of continuations,

    B(W) = convex hull of {(1-d) g(a) + d sum_y pi(y | a) w(y) : w(y) in W, and for all i and a_i'
           d sum_y (pi(y | a) - pi(y | a_i', a_-i)) w_i(y) >= (1-d) (g_i(a_i', a_-i) - g_i(a))}

and the payoffs of perfect public equilibria in pure strategies, with public randomisation, are the largest set with
``W = B(W)`` (Abreu, Pearce & Stacchetti 1990, Econometrica 58:1041-1063). As in `theory.payoff_polytopes` it is bounded
by half-spaces from outside and a convex hull of points from within (Judd, Yeltekin & Conklin 2003, Econometrica
71:1239-1254); the first half-spaces are those of `theory.limit_set`, which hold at every discount factor. Here a
threat is a lower continuation after bad signals, which come by mistake as well.

The inner set comes with its play: a state for each vertex, its action profile, and after each signal a public lottery
over states. Incentives are asked for with a margin, so that what rounding and the end of the iterations leave does not
undo them; `PublicBounds.deviation_gain` is what is left, computed from the play alone. The outer set is exact to the
1e-7 of the payoff ranges to which the linear programs (HiGHS) are solved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import discount_factor_of, finite_floats, signal_chances
from theory.errors import InputError, SolverError
from theory.game import Game, require_game
from theory.limit_set import limit_score
from theory.payoff_polytopes import corners_of, directions_for, maximiser
from theory.polytopes import as_lottery

Floats = NDArray[np.float64]

MAX_IMAGES = 300
"""Images that are taken in search of an inner set."""

_SLACK = 1e-7  # of the payoff ranges
_NO_GAIN = 1e-9  # of the payoff ranges: what counts as no gain from a deviation
PATIENT = 0.95
"""Discount factor beyond which what is found at it is carried over: sets grow with patience (Abreu, Pearce and
Stacchetti 1990, theorem 6), but their approximations find it harder."""

_PATIENCE = 15  # images without a wider set


@dataclass(frozen=True, eq=False)
class PublicPlay:
    """Play with one state for each vertex of an inner set.

    Attributes
    ----------
    profiles
        Action profile of each state, shape ``(K, N)``.
    lottery
        Chances of the next state after each signal, shape ``(K, Y, K)``.
    """

    profiles: NDArray[np.int64]
    lottery: Floats


@dataclass(frozen=True, eq=False)
class PublicBounds:
    """Polytopes between which the payoffs of perfect public equilibria lie.

    Attributes
    ----------
    directions, levels
        Outer set ``{w : directions @ w <= levels}`` in units of the payoffs, shapes ``(L, N)`` and ``(L,)``; levels of
        minus infinity if the set is empty.
    vertices
        Of the inner set, shape ``(K, N)``; a point, a segment or none are answers.
    play
        Supports every vertex of the inner set; None without one.
    deviation_gain
        Most that one deviation gains in any state of the play, as a share of the payoff range; NaN without one.
    gap
        Largest distance between the two along a direction, as a share of the payoff ranges; NaN if no inner set was
        found though the outer is not empty; 0 if both are empty.
    discount_factor, iterations
        As given, and of the outer set.
    unit
        Smallest stage payoff and range of each player, shape ``(2, N)``.
    """

    directions: Floats
    levels: Floats
    vertices: Floats
    play: PublicPlay | None
    deviation_gain: float
    gap: float
    discount_factor: float
    iterations: int
    unit: Floats

    @property
    def is_empty(self) -> bool:
        """Whether there is no equilibrium in pure strategies."""
        return bool(np.isneginf(self.levels).any())

    def __repr__(self) -> str:
        inner = "empty" if self.is_empty else f"{len(self.vertices)} inner vertices, gap {self.gap:.1e} of the range"
        return f"PublicBounds({inner}; discount factor {self.discount_factor:g})"

    def best(self, weights: ArrayLike | None = None) -> tuple[float, float]:
        """Most that weighted payoffs add up to, within the inner and the outer set; all weights one if not given.

        Returns
        -------
        at_least, at_most
            NaN without an inner set; minus infinity if there is no equilibrium.

        Raises
        ------
        InputError
            If there is not one weight for each player.
        """
        n = self.directions.shape[1]
        h = np.ones(n) if weights is None else finite_floats(weights, "weights")
        if h.shape != (n,):
            raise InputError(f"weights are {weights!r}; one finite number for each of the {n} players is needed")
        if self.is_empty:
            return float("-inf"), float("-inf")
        base, scale = self.unit
        weight = h * scale
        x = maximiser(
            weight / (np.abs(weight).max() or 1.0),
            A_ub=self.directions * scale, b_ub=self.levels - self.directions @ base, bounds=(None, None),
        )  # fmt: skip
        at_most = float("nan") if x is None else float(h @ base + weight @ x)
        return (float((self.vertices @ h).max()) if len(self.vertices) else float("nan")), at_most


def public_bounds(
    game: Game,
    signals: ArrayLike,
    discount_factor: float,
    *,
    n_directions: int = 16,
    tolerance: float = 1e-4,
    max_iterations: int = 2000,
) -> PublicBounds:
    """Inner and outer approximation of the payoffs of perfect public equilibria in pure strategies.

    Parameters
    ----------
    game
        A single game of two or more players.
    signals
        Chances of the public signals, shape ``(n_0, ..., n_{N-1}, Y)``; with chances of zero and one of telling
        profiles apart it is perfect monitoring.
    discount_factor
        In (0, 1).
    n_directions
        For two players, a multiple of four. For more, the directions are all vectors of -1, 0 and 1.
    tolerance
        Change of the levels, as a share of the payoff ranges, at which the iterations end.
    max_iterations
        Of the outer set, which is wider than it need be if they are used up.

    Raises
    ------
    InputError
        If shapes do not fit, or numbers are out of range.
    SolverError
        If a linear program fails for another reason than that it has no solution, or nothing settles.

    Examples
    --------
    Two labs see only whether an accident came, which is more likely if somebody raced:

    >>> dilemma = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> accident = np.array([[0.1, 0.6], [0.6, 0.8]])
    >>> signals = np.stack([1 - accident, accident], axis=-1)
    >>> low, high = public_bounds(dilemma, signals, 0.9).best()  # of at most 5.2, however patient
    >>> round(low, 2), round(high, 2)
    (5.2, 5.2)
    """
    require_game(game, "public_bounds")
    discount_factor = discount_factor_of(discount_factor)
    if game.batch_ndim or game.n_players < 2:
        raise InputError(f"{game!r}: a single game of two or more players is needed; pick one draw of a batch: game[0]")
    chances = signal_chances(signals, game.n_actions)
    directions = directions_for(game.n_players, n_directions)
    stage = _Stage.of(game, chances, discount_factor, directions)
    real = directions / stage.scale
    levels, iterations = stage.outer(game, tolerance, max_iterations)
    unit = np.stack([stage.level, stage.scale])
    nan, nothing = float("nan"), np.empty((0, game.n_players))
    if levels is None:
        return PublicBounds(
            real, np.full(len(real), -np.inf), nothing, None, nan, 0.0, discount_factor, iterations, unit
        )
    found = stage.inner(levels, tolerance)
    if discount_factor > PATIENT:
        found = stage.wider(found, _Stage.of(game, chances, PATIENT, directions).found(game, tolerance, max_iterations))
    moved = levels + real @ stage.level
    if found is None:
        return PublicBounds(real, moved, nothing, None, nan, nan, discount_factor, iterations, unit)
    points, play, gain = found
    gap = max(float((levels - (directions @ points.T).max(axis=1)).max()), 0.0)
    return PublicBounds(
        real, moved, points * stage.scale + stage.level, play, gain, gap, discount_factor, iterations, unit
    )


@dataclass(frozen=True, eq=False)
class _Stage:
    """Stage game in units of the payoff ranges, with what each profile asks of continuations."""

    payoffs: Floats  # (A, N)
    profiles: NDArray[np.int64]  # (A, N)
    chances: Floats  # (A, Y)
    player: list[NDArray[np.int64]]  # of each constraint of each profile
    drift: list[Floats]  # (constraints, Y): pi(y | a) - pi(y | deviation)
    gains: list[Floats]  # (constraints,): (1-d)/d times what the deviation gains
    directions: Floats
    discount_factor: float
    level: Floats
    scale: Floats

    @classmethod
    def of(cls, game: Game, chances: Floats, d: float, directions: Floats) -> _Stage:
        plain, level = game.from_minimum()
        tables, n = np.asarray(plain.payoffs, float), game.n_players
        scale = tables.reshape(n, -1).max(axis=1)
        scale = np.where(scale > 0, scale, 1.0)
        tables = tables / scale.reshape(-1, *(1,) * n)
        profiles = np.array(list(np.ndindex(*game.n_actions)), np.int64)
        player, drift, gains = [], [], []
        for profile in profiles:
            a = tuple(int(k) for k in profile)
            others = [(i, (*a[:i], b, *a[i + 1 :])) for i in range(n) for b in range(game.n_actions[i]) if b != a[i]]
            player.append(np.array([i for i, _ in others], np.int64))
            drift.append(np.array([chances[a] - chances[b] for _, b in others]).reshape(-1, chances.shape[-1]))
            gains.append(np.array([(1 - d) / d * (tables[(i, *b)] - tables[(i, *a)]) for i, b in others]))
        return cls(
            tables.reshape(n, -1).T, profiles, chances.reshape(len(profiles), -1), player, drift, gains, directions, d,
            np.asarray(level, float), scale,
        )  # fmt: skip

    def outer(self, game: Game, tolerance: float, max_iterations: int) -> tuple[Floats | None, int]:
        """Levels of the outer set, None if it is empty."""
        d, n = self.discount_factor, self.payoffs.shape[1]
        scaled = Game(np.stack([column.reshape(game.n_actions) for column in self.payoffs.T]))
        signals = self.chances.reshape(*game.n_actions, -1)
        levels = (self.directions @ self.payoffs.T).max(axis=1)
        limit = np.array([limit_score(scaled, signals, h).level for h in self.directions])
        if np.isneginf(limit).any():
            return None, 0  # no profile can be enforced, however patient the players
        levels = np.minimum(levels, limit + _SLACK)
        alive = list(range(len(self.payoffs)))
        for iteration in range(1, max_iterations + 1):
            best = np.full(len(levels), -np.inf)
            for a in list(alive):
                support = self.support_of_halfspaces(a, levels)
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
            if (levels + levels[self.opposite()] < -n * 10 * _SLACK).any():
                return None, iteration  # half-spaces that exclude each other
        return levels, iteration  # each iterate holds the set: this one is wider than it need be

    def opposite(self) -> NDArray[np.int64]:
        return np.asarray((self.directions @ self.directions.T).argmin(axis=1))

    def inner(self, levels: Floats, tolerance: float) -> tuple[Floats, PublicPlay, float] | None:
        """Vertices, play and largest gain of a deviation of an inner set; None if nothing was found to support itself.

        Points that a profile still supports are kept along with those at which the image is supported: the hull of the
        latter alone would wander. Every iterate is made a play, and the widest one that no deviation gains from stays.
        """
        static = np.array([k for k, gains in enumerate(self.gains) if (gains <= 1e-12).all()], np.int64)
        corners, margin = corners_of(self.directions, levels), 2 * tolerance
        points = np.concatenate([corners, self.payoffs[static]])
        actions = np.concatenate([np.full(len(corners), -1), static])
        best, width, since = None, -np.inf, 0
        for _ in range(MAX_IMAGES):
            found = self.generate(points, margin)
            for p, a in zip(points, actions, strict=True):
                kept = self.kept(int(a), p, points, margin) if a >= 0 else None
                if kept is not None:
                    found.append((p, int(a), kept))
            found = _extreme(found)
            if not found:
                break
            following = np.stack([point for point, _, _ in found])
            support = (self.directions @ following.T).max(axis=1)
            change = np.abs((self.directions @ points.T).max(axis=1) - support).max()
            points, actions = following, np.array([a for _, a, _ in found])
            play = self.close(points, actions, np.stack([after for _, _, after in found]))
            since += 1
            if play[2] <= _NO_GAIN:
                wide = float((self.directions @ play[0].T).max(axis=1).sum())
                if wide > width + tolerance:
                    since = 0
                best, width = (play, wide) if wide > width else (best, width)
            if change <= tolerance * (1 - self.discount_factor) or (best is not None and since > _PATIENCE):
                break
        return best

    def found(self, game: Game, tolerance: float, max_iterations: int) -> tuple[Floats, PublicPlay, float] | None:
        """Vertices, play and largest gain of an inner set."""
        levels, _ = self.outer(game, tolerance, max_iterations)
        return None if levels is None else self.inner(levels, tolerance)

    def wider(
        self, own: tuple[Floats, PublicPlay, float] | None, less: tuple[Floats, PublicPlay, float] | None
    ) -> tuple[Floats, PublicPlay, float] | None:
        """The wider of a set and one for less patient players, whose play is slowed down: its values stay.

        With ``k = d0 (1 - d) / (d (1 - d0))``, continuations ``v + k (w - v)`` give the same values and rewards.
        """
        if less is None:
            return own
        values, play, _ = less
        d = self.discount_factor
        k = PATIENT * (1 - d) / (d * (1 - PATIENT))
        lottery = k * play.lottery + (1 - k) * np.eye(len(values))[:, None]
        numbers = np.ravel_multi_index(tuple(play.profiles.T), tuple(self.profiles.max(axis=0) + 1))
        carried = self.close(values, np.asarray(numbers), np.einsum("kyj,jn->kyn", lottery, values))
        if carried[2] > _NO_GAIN:
            return own
        widths = [(self.directions @ each[0].T).max(axis=1).sum() if each else -np.inf for each in (own, carried)]
        return carried if widths[1] > widths[0] else own

    def generate(self, points: Floats, margin: float) -> list[tuple[Floats, int, Floats]]:
        """Points at which ``B`` of the convex hull is supported, their profiles, and continuations ``(Y, N)``."""
        d = self.discount_factor
        values, kept, after = [], [], []
        for a in range(len(self.payoffs)):
            found = self.support_of_points(a, points, margin)
            if found is not None:
                values.append((1 - d) * self.payoffs[a] + d * np.einsum("y,lyn->ln", self.chances[a], found))
                kept.append(a)
                after.append(found)
        if not kept:
            return []
        table = np.stack(values)  # (kept, L, N)
        best = np.einsum("aln,ln->al", table, self.directions).argmax(axis=0)
        return [(table[a, place], kept[a], after[a][place]) for place, a in enumerate(best)]

    def kept(self, a: int, target: Floats, points: Floats, margin: float) -> Floats | None:
        """`supports`, and None as well where the linear program ends undecided: the set is then the smaller."""
        try:
            return self.supports(a, target, points, margin)
        except SolverError:
            return None

    def supports(self, a: int, target: Floats, points: Floats, margin: float) -> Floats | None:
        """Continuations in a convex hull by which a profile pays exactly a given point; None if there are none."""
        d, p, corners = self.discount_factor, self.chances[a], len(points)
        x = maximiser(
            np.zeros(len(p) * corners),
            A_ub=-np.einsum("cy,ck->cyk", self.drift[a], points[:, self.player[a]].T).reshape(-1, len(p) * corners),
            b_ub=-self.asks(a, margin),
            A_eq=np.vstack([np.einsum("y,kn->nyk", p, points).reshape(points.shape[1], -1),
                            np.kron(np.eye(len(p)), np.ones(corners))]),
            b_eq=np.concatenate([(target - (1 - d) * self.payoffs[a]) / d, np.ones(len(p))]),
            bounds=(0, None),
        )  # fmt: skip
        return None if x is None else np.asarray(x.reshape(-1, corners) @ points)

    def asks(self, a: int, margin: float) -> Floats:
        """What continuations must give up after each deviation, with a margin; nothing if it does not pay anyway."""
        return np.where(self.gains[a] > 0, self.gains[a] + margin, np.minimum(self.gains[a] + margin, 0))

    def close(
        self, points: Floats, actions: NDArray[np.int64], continuations: Floats
    ) -> tuple[Floats, PublicPlay, float]:
        """Continuations as lotteries over the points themselves, which makes them a play; its values and gains."""
        d = self.discount_factor
        lottery = np.stack([[as_lottery(w, points) for w in after] for after in continuations])
        expected = np.einsum("ky,kyj->kj", self.chances[actions], lottery)
        values = np.linalg.solve(np.eye(len(points)) - d * expected, (1 - d) * self.payoffs[actions])
        after = np.einsum("kyj,jn->kyn", lottery, values)
        gains = [
            d * self.gains[a] - d * (self.drift[a] * after[k][:, self.player[a]].T).sum(axis=1)
            for k, a in enumerate(actions)
        ]
        worst = max((float(gain.max()) for gain in gains if gain.size), default=float("-inf"))
        return np.asarray(values), PublicPlay(self.profiles[actions], lottery), worst

    def support_of_halfspaces(self, a: int, levels: Floats) -> Floats | None:
        """Support of the expected continuations that enforce a profile, in all directions at once; None without any."""
        from scipy.sparse import csr_array, eye_array, kron, vstack

        count, n = self.directions.shape
        p, size = self.chances[a], self.chances.shape[1]
        inside = kron(eye_array(size), self.directions, format="csr")  # w(y) one after the other
        asked = np.zeros((len(self.gains[a]), size, n))
        asked[np.arange(len(asked)), :, self.player[a]] = -self.drift[a]
        one = vstack([inside, csr_array(asked.reshape(-1, size * n))])
        bound = np.concatenate([np.tile(levels + _SLACK, size), -self.gains[a] + _SLACK])
        objective = np.einsum("y,ln->lyn", p, self.directions)
        x = maximiser(
            objective.ravel(),
            A_ub=kron(eye_array(count), one, format="csr"),
            b_ub=np.tile(bound, count),
            bounds=(None, None),
        )
        if x is None:
            return None
        return np.asarray((objective * x.reshape(count, size, n)).sum(axis=(1, 2)))

    def support_of_points(self, a: int, points: Floats, margin: float) -> Floats | None:
        """Continuations in a convex hull that enforce a profile, the farthest in each direction, ``(L, Y, N)``."""
        from scipy.sparse import eye_array, kron

        count = len(self.directions)
        p, size, corners = self.chances[a], self.chances.shape[1], len(points)
        asked = -np.einsum("cy,ck->cyk", self.drift[a], points[:, self.player[a]].T).reshape(-1, size * corners)
        objective = np.einsum("y,lk->lyk", p, self.directions @ points.T)
        adds_up = kron(eye_array(size * count), np.ones((1, corners)), format="csr")
        x = maximiser(
            objective.ravel(),
            A_ub=kron(eye_array(count), asked, format="csr"),
            b_ub=np.tile(-self.asks(a, margin), count),
            A_eq=adds_up,
            b_eq=np.ones(size * count),
            bounds=(0, None),
        )
        if x is None:
            return None
        return np.asarray(x.reshape(count, size, corners) @ points)


def _extreme(found: list[tuple[Floats, int, Floats]]) -> list[tuple[Floats, int, Floats]]:
    """Those of the points that are no mixtures of the others."""
    kept: list[tuple[Floats, int, Floats]] = []
    for item in found:
        if all(np.abs(item[0] - other[0]).max() > 1e-9 for other in kept):
            kept.append(item)
    for item in list(kept):
        others = [other[0] for other in kept if other is not item]
        if others and np.abs(as_lottery(item[0], np.stack(others)) @ np.stack(others) - item[0]).max() <= 1e-9:
            kept = [other for other in kept if other is not item]
    return kept
