"""Commitment to a quantity: a leader chooses from an interval, the others see it and play the equilibrium that is left.

Definitions
-----------
The leader ``L`` chooses ``t`` in its interval. The followers play a Nash equilibrium ``f(t)`` of the game in which the
leader's choice is fixed; of several that are found, the one the leader likes best (*strong* commitment). The leader
chooses ``t`` to make ``V(t) = u_L(t, f(t))`` largest. Inside the interval, where ``f`` is smooth,

    V'(t) = du_L/dt + sum_i du_L/dx_i f_i'(t) = 0,

the effect on the own payoff and the effect through the followers. ``V`` need not be concave, nor continuous (a follower
may drop out), so that this condition only sharpens what a grid over the whole interval and refinement around its best
point found. The result is certified by the followers' regret against global best replies, and by the most
that the leader gains on a second grid between the points of the first, refined in its turn.

Sources: von Stackelberg (1934), *Marktform und Gleichgewicht*; Fudenberg and Tirole (1991), *Game Theory*, section 3.1;
Sherali, Soyster and Murphy (1983), *Stackelberg-Nash-Cournot equilibria*, Operations Research 31:253-276.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.continuous import ContinuousGame, Floats, Payoff, require_continuous
from theory.continuous_solution import table_of_choices
from theory.errors import InputError
from theory.newton import search
from theory.payoff_probes import require_payoffs

_ZOOM_POINTS = 17
_ZOOMS = 9  # each divides the bracket by eight
_CHECK_ZOOMS = 4
_STENCIL = 3e-3  # of the interval: step of the derivatives of V
_NOISE = 1e-9  # of the range: what V is known to, as the followers' equilibrium is itself found numerically
_NEWTON = 3


@dataclass(frozen=True, eq=False, repr=False)
class ContinuousCommitment:
    """What a leader commits to, and what follows; axes of parameter draws (``batch``) lead.

    Attributes
    ----------
    game
        The game.
    leader
        Which player commits.
    choices, payoffs
        Of all players, shape ``(*batch, N)``; NaN where no equilibrium of the followers was certified.
    slope
        ``V'`` at the leader's choice over the range of ``V`` and the width of the interval, shape ``batch``:
        zero inside, not zero at a bound that binds; without meaning where ``V`` has a jump or a kink there.
    follower_regret
        Largest gain of a follower from any other choice, over the range of its payoff, shape ``batch``.
    leader_gain
        The most that the leader gains at any other choice examined, over the range of ``V``, shape ``batch``.
    path, path_payoffs
        Choices and payoffs of all players along the first grid, shape ``(points, *batch, N)``.
    certified
        Followers in equilibrium at every point of the grid, and no gain above the tolerance. Shape ``batch``.
    note
        What is not proved.
    """

    game: ContinuousGame
    leader: int
    choices: Floats
    payoffs: Floats
    slope: Floats
    follower_regret: Floats
    leader_gain: Floats
    path: Floats
    path_payoffs: Floats
    certified: NDArray[np.bool_]
    note: str = ""

    def __repr__(self) -> str:
        name = self.game.players[self.leader]
        note = f" [{self.note}]" if self.note else ""
        if self.game.batch_shape:
            return f"commitment of {name}: {int(self.certified.sum())} certified of {self.game!r}{note}"
        certified = "certified" if self.certified else "not certified"
        gains = f"follower regret {self.follower_regret:.1e}, leader gain {self.leader_gain:.1e}"
        table = table_of_choices(self.game, self.choices, self.payoffs)
        return "\n".join([f"commitment of {name}: {certified}, {gains}{note}", *table])


@dataclass(frozen=True, eq=False)
class _Responses:
    """Equilibria of the followers at leader's choices ``t``: arrays with the shape of ``t`` in front."""

    choices: Floats
    payoffs: Floats
    regret: Floats
    several: NDArray[np.bool_]

    def values(self, leader: int) -> Floats:
        """The leader's payoff; minus infinity where there is no response."""
        return np.nan_to_num(self.payoffs[..., leader], nan=-np.inf)


def continuous_commitment(
    game: ContinuousGame, leader: int = 0, *, points: int = 65, tolerance: float = 1e-8
) -> ContinuousCommitment:
    """Optimal quantity for one player to commit to, for every draw at once.

    Parameters
    ----------
    game
        Two or more players, any batch of draws, no shared limits.
    leader
        The player who moves first.
    points
        Points of the first grid over the leader's interval, 3 or more.
    tolerance
        Gain of the leader accepted, as a share of the range of ``V``.

    Returns
    -------
    ContinuousCommitment

    Raises
    ------
    InputError
        If the game is not one over quantities, has shared limits or one player only, or an argument is out of range.

    Examples
    --------
    Linear duopoly of Stackelberg: the leader produces a half, the follower a quarter.

    >>> def profit(i):
    ...     return lambda x: x[..., i] * (1 - x.sum(axis=-1))
    >>> found = continuous_commitment(ContinuousGame((profit(0), profit(1)), lower=0, upper=1))
    >>> found.choices.round(6), found.payoffs.round(6), bool(found.certified)
    (array([0.5 , 0.25]), array([0.125 , 0.0625]), True)
    """
    _require(game, leader, points, tolerance)
    require_payoffs(game)
    low, high = game.lower[..., leader], game.upper[..., leader]

    def respond(t: Floats) -> _Responses:
        return _respond(game, leader, t)

    grid = _spread(low, high, np.linspace(0.0, 1.0, points))
    first = respond(grid)
    values = first.values(leader)
    scale = _range(values)
    best, value = _refine(game, leader, grid, values, _ZOOMS)
    best, slope = _first_order(game, leader, best, value, scale, (high - low) * 2 / (points - 1))
    final = respond(best[None])
    value = final.values(leader)[0]
    between = _spread(low, high, (np.arange(points - 1) + 0.5) / (points - 1))
    _, most = _refine(game, leader, between, respond(between).values(leader), _CHECK_ZOOMS)
    most = np.maximum(most, values.max(axis=0))
    with np.errstate(invalid="ignore"):
        gain = np.maximum(most - value, 0.0) / scale
    everywhere = np.asarray(np.isfinite(values).all(axis=0), bool)
    regret = final.regret[0]
    notes = [
        "there may be other equilibria of the followers",
        *(["several were found: the leader's favourite is taken"] if first.several.any() else []),
        *(["at some choices of the leader none was certified"] if not everywhere.all() else []),
    ]
    return ContinuousCommitment(
        game=game,
        leader=leader,
        choices=final.choices[0],
        payoffs=final.payoffs[0],
        slope=slope,
        follower_regret=regret,
        leader_gain=np.asarray(gain),
        path=first.choices,
        path_payoffs=first.payoffs,
        certified=np.asarray(everywhere & np.isfinite(regret) & (gain <= tolerance)),
        note="; ".join(notes),
    )


def _require(game: ContinuousGame, leader: int, points: int, tolerance: float) -> None:
    require_continuous(game, "continuous_commitment")
    n = game.n_players
    if game.shared:
        raise InputError("this game has shared limits, which tie the leader to its followers; leave out shared=")
    if n < 2 or isinstance(leader, bool) or not isinstance(leader, int | np.integer) or not 0 <= leader < n:
        raise InputError(f"leader is {leader!r} in {game!r}; it must be a player, counted from 0, who has followers")
    if isinstance(points, bool) or not isinstance(points, int | np.integer) or points < 3:
        raise InputError(f"points is {points!r}; it must be a whole number, 3 or more")
    if not isinstance(tolerance, int | float | np.number) or not 0 < tolerance < 1:
        raise InputError(f"tolerance is {tolerance!r}; it must be a share between 0 and 1")


def _respond(game: ContinuousGame, leader: int, t: Floats) -> _Responses:
    """Equilibrium of the followers at each leader's choice ``t`` of shape ``(G, *batch)``."""
    followers = [i for i in range(game.n_players) if i != leader]

    def reduced(function: Payoff) -> Payoff:
        def payoff(x: Floats, chosen: Floats, *parameters: Floats) -> Floats:
            return function(_insert(x, chosen, leader), *parameters)

        return payoff

    shape = (*t.shape, len(followers))
    rest = ContinuousGame(
        [reduced(game.payoffs[i]) for i in followers],
        lower=np.broadcast_to(game.lower[..., followers], shape),
        upper=np.broadcast_to(game.upper[..., followers], shape),
        gradients=[reduced(game.gradients[i]) for i in followers] if game.gradients else (),
        parameters=[t, *game.parameters],
    )
    solution = search(rest)
    actions = np.moveaxis(solution.actions, -2, 0)  # (K, G, *batch, N - 1)
    found = np.moveaxis(solution.certified, -1, 0)
    choices = _insert(np.where(found[..., None], actions, rest.lower), t, leader)
    payoffs = game.payoff(choices)
    place = np.where(found, payoffs[..., leader], -np.inf).argmax(axis=0)[None]

    def take(values: Floats) -> Floats:
        return np.asarray(np.take_along_axis(values, place, axis=0)[0])

    none = np.asarray(~found.any(axis=0))
    regret = take(np.moveaxis(solution.relative_regret, -1, 0))
    chosen, paid = (np.take_along_axis(values, place[..., None], axis=0)[0] for values in (choices, payoffs))
    return _Responses(
        np.where(none[..., None], np.nan, chosen),
        np.where(none[..., None], np.nan, paid),
        np.where(none, np.nan, regret),
        np.asarray(found.sum(axis=0) > 1),
    )


def _insert(x: Floats, t: Floats, leader: int) -> Floats:
    """Full choices from those of the followers and of the leader."""
    own = np.broadcast_to(t, x.shape[:-1])[..., None]
    return np.concatenate([x[..., :leader], own, x[..., leader:]], axis=-1)


def _spread(low: Floats, high: Floats, shares: Floats) -> Floats:
    weight = shares.reshape(-1, *(1,) * np.ndim(low))
    return np.asarray(low + (high - low) * weight)


def _range(values: Floats) -> Floats:
    """Range of ``V`` over the grid; 1 where it is flat or unknown."""
    finite = np.asarray(np.isfinite(values))
    top = np.where(finite, values, -np.inf).max(axis=0)
    bottom = np.where(finite, values, np.inf).min(axis=0)
    spread = np.where(finite.any(axis=0), top, 1.0) - np.where(finite.any(axis=0), bottom, 0.0)
    return np.where(spread > 0, spread, 1.0)


def _refine(game: ContinuousGame, leader: int, grid: Floats, values: Floats, zooms: int) -> tuple[Floats, Floats]:
    """Best leader's choice and its value, from the best grid point and ever finer grids around it."""
    low, high = game.lower[..., leader], game.upper[..., leader]
    step = grid[1] - grid[0]
    place = values.argmax(axis=0)[None]
    best, value = np.take_along_axis(grid, place, 0)[0], np.take_along_axis(values, place, 0)[0]
    for _ in range(zooms):
        points = _spread(np.maximum(best - step, low), np.minimum(best + step, high), np.linspace(0, 1, _ZOOM_POINTS))
        values = _respond(game, leader, points).values(leader)
        place = values.argmax(axis=0)[None]
        found = np.take_along_axis(values, place, 0)[0]
        best = np.where(found > value, np.take_along_axis(points, place, 0)[0], best)
        value = np.maximum(found, value)
        step = step * 2 / (_ZOOM_POINTS - 1)
    return np.asarray(best), np.asarray(value)


def _first_order(
    game: ContinuousGame, leader: int, best: Floats, value: Floats, scale: Floats, reach: Floats
) -> tuple[Floats, Floats]:
    """Newton's method on ``V' = 0`` where it lowers nothing, and the slope that is left, free of units."""
    low, high = game.lower[..., leader], game.upper[..., leader]
    width = high - low
    step = _STENCIL * width
    offsets = np.arange(-2.0, 3.0).reshape(-1, *(1,) * best.ndim)

    def derivatives(t: Floats) -> tuple[Floats, Floats]:
        v = _respond(game, leader, np.clip(t + offsets * step, low, high)).payoffs[..., leader]
        inside = (t - 2 * step >= low) & (t + 2 * step <= high)
        slope = np.where(inside, (v[0] - 8 * v[1] + 8 * v[3] - v[4]) / (12 * step), np.nan)
        return slope, (v[1] - 2 * v[2] + v[3]) / step**2

    t = best
    for _ in range(_NEWTON):
        slope, bend = derivatives(t)
        move = np.divide(-slope, bend, out=np.zeros_like(t), where=np.isfinite(slope) & (bend < 0))
        t = np.where(np.abs(move) <= reach, np.clip(t + move, low, high), t)
    reached = _respond(game, leader, t[None]).values(leader)[0]
    best = np.where((reached >= value - _NOISE * scale) & (np.abs(t - best) <= reach), t, best)
    slope, _ = derivatives(best)
    at_bound = (best - low < 2 * step) | (high - best < 2 * step)
    return best, np.where(at_bound, _one_sided(game, leader, best, step), slope) * width / scale


def _one_sided(game: ContinuousGame, leader: int, t: Floats, step: Floats) -> Floats:
    """Slope of ``V`` at or near a bound, from the inside, by three points."""
    low, high = game.lower[..., leader], game.upper[..., leader]
    inward = np.where(t - low < high - t, step, -step)
    v = _respond(game, leader, t + np.arange(3.0).reshape(-1, *(1,) * t.ndim) * inward).payoffs[..., leader]
    return np.asarray((-3 * v[0] + 4 * v[1] - v[2]) / (2 * inward))
