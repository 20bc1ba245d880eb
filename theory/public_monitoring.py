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

- *outer*: half-spaces, moved in to the support of ``B`` until they rest; each iterate holds the set.
- *inner*: images of the outer set, with incentives asked for with a margin, settle on points that generate one another.
  Whatever generates itself goes on to do so when its image joins it; so stage equilibria, what images settled on, and
  what less patient players sustain make one set, which grows by its image until it rests, without any margin.
- The facets of the inner set join the directions, and both move again: mostly they then meet within the tolerance.

The inner set comes with its play: a state for each vertex, its action profile, and after each signal a public lottery
over states; `PublicBounds.deviation_gain` is computed from the play alone. The outer set rests on bounds of linear
programs that hold whatever rounding does to their solution, and is read with a slack of 1e-7 of the payoff ranges.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import discount_factor_of, finite_floats, number_between, signal_chances, whole_number
from theory.errors import InputError
from theory.game import Game, require_game
from theory.limit_set import limit_score
from theory.payoff_polytopes import corners_of, directions_for, maximiser
from theory.polytopes import corners_of_halfspaces, facets
from theory.public_generation import SLACK, Generated, PublicStage, in_a_row, union

Floats = NDArray[np.float64]

MAX_IMAGES = 300
"""Images that are taken in search of an inner set, and by which it grows at most."""

FACETS = 32
"""Facets of the inner set that join the directions at a time, those with the widest gaps first."""

MARGINS = (1e-2, 1e-3, 1e-4)
"""Margins of incentives with which images of the outer set are taken until they settle on play: the largest at first,
others where a `WIDE` gap is left; in units of the payoff ranges, as the gains of a single round are."""

WIDE = 0.05
"""Gap, as a share of the payoff ranges, that more directions alone are not expected to close."""

PATIENT = 0.9
"""Discount factor beyond which what is found at it is carried over: sets grow with patience (Abreu, Pearce and
Stacchetti 1990, theorem 6), but images settle more and more slowly."""


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

    def __repr__(self) -> str:
        played = sorted({tuple(profile) for profile in self.profiles.tolist()})
        return f"PublicPlay({len(self.profiles)} states, {self.lottery.shape[1]} signals; profiles {str(played)[:60]})"


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
    refinements: int = 3,
    tolerance: float = 1e-5,
    max_iterations: int = 2000,
) -> PublicBounds:
    """Inner and outer approximation of the payoffs of perfect public equilibria in pure strategies.

    A second or so for two players with two actions each, the longer the more patient; the ``gap`` is then mostly below
    a thousandth of the payoff range.

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
    refinements
        How often facets of the inner set join the directions, as long as there is a gap.
    tolerance
        Change of the levels, as a share of the payoff ranges, at which the iterations end.
    max_iterations
        Of the outer set in one turn; it is wider than it need be if they are used up.

    Raises
    ------
    InputError
        If shapes do not fit, or numbers are out of range.
    SolverError
        If a linear program fails for another reason than that it has no solution.

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
    refinements = whole_number(refinements, "refinements", 0)
    max_iterations = whole_number(max_iterations, "max_iterations")
    tolerance = number_between(tolerance, "tolerance", 0)
    stage = PublicStage.of(game, chances, discount_factor)
    found = _Bounds.of(game, stage, chances, directions_for(game.n_players, n_directions))
    return found.closer(refinements, tolerance, max_iterations).result()


@dataclass(frozen=True, eq=False)
class _Bounds:
    """The two sets while they are made; levels as of `PublicBounds`, points None if there is no inner one."""

    stage: PublicStage
    directions: Floats
    levels: Floats
    points: Generated | None = None
    iterations: int = 0

    @classmethod
    def of(cls, game: Game, stage: PublicStage, chances: Floats, directions: Floats) -> _Bounds:
        """What patient players could reach at most."""
        scaled = Game(np.stack([column.reshape(game.n_actions) for column in stage.payoffs.T]))
        limit = np.array([limit_score(scaled, chances, h).level for h in directions])
        most = (directions @ stage.payoffs.T).max(axis=1)
        return cls(stage, directions, np.minimum(most, limit + SLACK))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left of the outer set."""
        return bool(np.isneginf(self.levels).any())

    def closer(self, refinements: int, tolerance: float, max_iterations: int) -> _Bounds:
        """Move the outer set in, let the inner one grow, add facets of the inner one, and again."""
        found = self
        for turn in range(refinements + 1):
            found = found.moved_in(tolerance, max_iterations)
            if found.is_empty:
                break
            if turn == 0:
                found = found.begun(tolerance, max_iterations)
            elif turn < len(MARGINS) and found.gap() > WIDE:
                found = found.settled(MARGINS[turn])
            if found.points is None:
                continue
            found = found.grown(found.points, tolerance)
            if turn == refinements or (turn and found.gap() <= 10 * tolerance):
                break
            found = found.refined()
        return found

    def gap(self) -> float:
        """Largest distance between the two along a direction; infinite without an inner set."""
        if self.points is None:
            return float("inf")
        return max(float((self.levels - self.points.support(self.directions)).max()), 0.0)

    def corners(self, among: Floats) -> Floats:
        """Of the outer set: all of them, or those in some directions where it leaves little room."""
        every = corners_of_halfspaces(self.directions, self.levels + SLACK)
        return corners_of(self.directions, self.levels, among) if every is None else every

    def moved_in(self, tolerance: float, max_iterations: int) -> _Bounds:
        """The outer set with its half-spaces moved in as far as they go."""
        if self.is_empty:
            return self
        levels, more = self.stage.outer(self.directions, self.levels, tolerance, max_iterations)
        nothing = np.full(len(self.directions), -np.inf)
        return replace(self, levels=nothing if levels is None else levels, iterations=self.iterations + more)

    def begun(self, tolerance: float, max_iterations: int) -> _Bounds:
        """With stage equilibria as the inner set, and what less patient players sustain, or what images settle on."""
        stage = self.stage
        found = replace(self, points=stage.static())
        if found.gap() <= 10 * tolerance:  # nothing is left to be found
            return found
        if stage.discount_factor <= PATIENT:
            return found.settled(MARGINS[0])
        less = replace(self, stage=stage.less_patient(PATIENT)).closer(0, tolerance, max_iterations).points
        found = replace(self, points=union([found.points, None if less is None else stage.slowed(less, PATIENT)]))
        return found.settled(MARGINS[0]) if found.points is None else found

    def settled(self, margin: float) -> _Bounds:
        """With what images of the outer set settle on in the inner set."""
        stage, d = self.stage, self.stage.discount_factor
        more = stage.settled(self.corners(self.directions), self.directions, margin * (1 - d) / d, MAX_IMAGES)
        return replace(self, points=union([self.points, more]))

    def grown(self, points: Generated, tolerance: float) -> _Bounds:
        """With an inner set as wide as these points grow."""
        step = tolerance * (1 - self.stage.discount_factor)
        return replace(self, points=self.stage.grown(points, self.directions, step, MAX_IMAGES))

    def refined(self) -> _Bounds:
        """With facets of the inner set among the directions, as far out as the outer set reaches along them."""
        if self.points is None:
            return self
        normals = facets(self.points.points)
        normals = normals[(normals @ self.directions.T).max(axis=1, initial=-1.0) < 1 - 1e-9]
        if not len(normals):
            return self
        support = (normals @ self.corners(normals).T).max(axis=1)
        widest = np.argsort(self.points.support(normals) - support)[:FACETS]
        directions, levels = np.concatenate([self.directions, normals[widest]]), np.append(self.levels, support[widest])
        order = in_a_row(directions)
        return replace(self, directions=directions[order], levels=levels[order])

    def result(self) -> PublicBounds:
        """Both sets in units of the payoffs, and the play of the inner one."""
        stage, real = self.stage, self.directions / self.stage.scale
        unit, d = np.stack([stage.level, stage.scale]), stage.discount_factor
        moved = self.levels + real @ stage.level
        if self.is_empty or self.points is None:
            gap, nothing = 0.0 if self.is_empty else float("nan"), np.empty((0, len(stage.scale)))
            return PublicBounds(real, moved, nothing, None, float("nan"), gap, d, self.iterations, unit)
        lottery = stage.lotteries(self.points)
        points, gain = stage.closed(self.points, lottery)
        gap, vertices = replace(self, points=points).gap(), points.points * stage.scale + stage.level
        play = PublicPlay(stage.profiles[points.actions], lottery)
        return PublicBounds(real, moved, vertices, play, gain, gap, d, self.iterations, unit)
