"""How patient players must be if they punish as harshly as stick and carrot can: any finite game, unequal patience.

Definitions
-----------
A *simple penal code* (Abreu 1988, Econometrica 56:383-396) has one punishment for each player, whichever rule that
player broke. Here each has two phases (Abreu 1986, J. Econ. Theory 39:191-225): after player ``j`` deviates, from the
path ``a`` or from any punishment, all play its *stick*, the profile ``s^j``; after every such round a public lottery
lets them return to the path with chance ``p_j``, or else they go on. ``p_j = 1`` is a stick of one round, ``p_j = 0`` a
stage equilibrium for ever. With ``u`` stage payoffs, ``D`` those of best deviations and ``v_i`` what player ``i`` gets
from its own punishment on (normalised), player ``i`` keeps to the stick of ``j`` if and only if

    p_j d_i (u_i(a) - K) >= (1 - d_i) (K - u_i(s^j)),    K = (1 - d_i) D_i(s^j) + d_i v_i,

in its own punishment ``K = D_i(s^i)``, and to the path if ``(1 - d_i) D_i(a) + d_i v_i <= u_i(a)``. Harsher punishments
make more sticks credible, and more sticks make harsher punishments: iterating from the lowest payoffs gives the
harshest code there is. With the lottery, whoever keeps to it keeps to it when all are more patient, so that a path has
one threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats, profile_of
from theory.display import numbers, shortened
from theory.errors import InputError, SolverError
from theory.game import Game, require_game

Floats = NDArray[np.float64]
Profile = tuple[int, ...]

_SLACK = 1e-13  # of the range of a player's payoffs: with which conditions are read
_SETTLED = 1e-15
_MOST_STEPS = 50_000

MOST_PATIENT = 0.9999
"""Discount factor up to which `penal_threshold` looks."""

_NEAREST_TO_ONE = 1 - 1e-7  # what a stage weighs beside it is still some digits above rounding


@dataclass(frozen=True, eq=False, repr=False)
class PenalCode:
    """Harshest two-phase punishments, and whether they keep all players to a path.

    Attributes
    ----------
    path
        The profile to be kept.
    discount_factors
        One per player, shape ``(N,)``.
    supports
        Whether path and punishments are a subgame-perfect equilibrium.
    sticks
        Profile played after each player's deviation; None for a player that no such stick punishes.
    returns
        Chance of returning to the path after a round of it, shape ``(N,)``.
    values
        Normalised payoff of each player from its punishment on, shape ``(N,)``; NaN without a stick.
    """

    path: Profile
    discount_factors: Floats
    supports: bool
    sticks: tuple[Profile | None, ...]
    returns: Floats
    values: Floats

    def __repr__(self) -> str:
        verdict = "an equilibrium" if self.supports else "no equilibrium"
        factors = self.discount_factors
        at = f"discount factor {factors[0]:.6g}" if np.ptp(factors) == 0 else f"discount factors {numbers(factors)}"
        lines = [
            f"  after player {j} deviates: {stick}, then back with chance {back:.4g}; worth {value:.4g}"
            for j, (stick, back, value) in enumerate(zip(self.sticks, self.returns, self.values, strict=True))
            if stick is not None
        ]
        return "\n".join([f"penal code of the path {self.path} at {at}: {verdict}", *shortened(lines, "sticks")])


def penal_code(game: Game, path: Sequence[int], discount_factors: ArrayLike) -> PenalCode:
    """Harshest two-phase penal code for a path, with one discount factor or one for each player.

    Parameters
    ----------
    game
        A single stage game of any number of players and actions.
    path
        Action profile to be played for ever.
    discount_factors
        In [0, 1 - 1e-7].

    Raises
    ------
    InputError
        For a batch, a profile that does not exist, or discount factors out of range.
    SolverError
        If punishments have not settled, as may be very near the threshold or one.

    Examples
    --------
    Two firms choose 3, 4 or 5 twelfths of a market; a round or more of five twelfths each keeps both to a quarter.

    >>> q = np.array([3, 4, 5]) / 12
    >>> profit = q[:, None] * (1 - q[:, None] - q)
    >>> code = penal_code(Game.from_bimatrix(profit, profit.T), (0, 0), 0.3)
    >>> code.supports, code.sticks, code.returns.round(2)
    (True, ((2, 2), (2, 2)), array([0.78, 0.78]))
    """
    stage = PenalStage.of(game, path)
    factors = finite_floats(discount_factors, "discount_factors")
    if factors.shape not in ((), (game.n_players,)) or not ((factors >= 0) & (factors <= _NEAREST_TO_ONE)).all():
        raise InputError(
            f"discount_factors is {discount_factors!r}; it must be one, or one for each player, of 0 to 1 - 1e-7: "
            "nearer to one rounding decides"
        )
    return stage.code(np.broadcast_to(factors, (game.n_players,)).copy())


def penal_threshold(game: Game, path: Sequence[int]) -> PenalCode:
    """Least common discount factor at which two-phase punishments keep all players to a path.

    Returns
    -------
    PenalCode
        Of that factor, found to the last bits; 0 for a stage equilibrium, NaN where players of `MOST_PATIENT` do not
        keep to the path.

    Raises
    ------
    InputError, SolverError
        As `penal_code`.

    Examples
    --------
    >>> dilemma = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> penal_threshold(dilemma, (0, 0)).discount_factors  # nothing is harsher than racing for ever: Friedman's
    array([0.5, 0.5])
    """
    return least_patience(PenalStage.of(game, path))


def least_patience(stage: PenalStage, accuracy: float = 1e-15) -> PenalCode:
    """The code of the least common discount factor that supports a path, by bisection; `penal_threshold` has the rest.

    Parameters
    ----------
    stage
        Path, profiles to punish with, and payoffs.
    accuracy
        Of the factor, from above.
    """
    n = len(stage.payoffs)

    def code(factor: float) -> PenalCode:
        return stage.code(np.full(n, factor))

    low, high = 0.0, MOST_PATIENT
    impatient, best = code(low), code(high)
    if impatient.supports:
        return impatient
    if not best.supports:
        nothing = np.full(n, np.nan)
        return PenalCode(best.path, nothing, False, (None,) * n, nothing, nothing)
    while high - low > accuracy:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        found = code(middle)
        if found.supports:
            high, best = middle, found
        else:
            low = middle
    return best


@dataclass(frozen=True, eq=False)
class PenalStage:
    """Profiles, among them the path, and what they pay, scaled to [0, 1] player by player.

    Attributes
    ----------
    path, shape
        Place of the path among the profiles, in an array of this shape.
    payoffs, best
        At each profile and of the best deviation from it, shape ``(N, profiles)``.
    origin, scale
        Smallest payoff and range of each player, shape ``(N,)``.
    """

    path: Profile
    shape: tuple[int, ...]
    payoffs: Floats
    best: Floats
    origin: Floats
    scale: Floats

    @classmethod
    def of(cls, game: Game, path: Sequence[int]) -> PenalStage:
        """All profiles of a finite game."""
        require_game(game, "penal_code")
        if game.batch_ndim:
            raise InputError(f"penal codes are of a single finite game, not {game!r}")
        n, shape = game.n_players, game.n_actions
        profile = profile_of(path, shape, "path")
        table = np.asarray(game.from_minimum()[0].payoffs, float)
        scale = table.reshape(n, -1).max(axis=1)
        scale = np.where(scale > 0, scale, 1.0)
        table = table / scale.reshape(-1, *(1,) * n)
        best = np.stack([np.broadcast_to(t.max(axis=i, keepdims=True), shape) for i, t in enumerate(table)])
        origin = np.array([float(np.min(game.payoff(i))) for i in range(n)])
        return cls(profile, shape, table.reshape(n, -1), best.reshape(n, -1), origin, scale)

    def code(self, d: Floats) -> PenalCode:
        """Iterate the punishments' payoffs upwards from the lowest."""
        values = np.zeros(len(d))
        for _ in range(_MOST_STEPS):
            found = [self._harshest(j, d, values) for j in range(len(d))]
            raised = np.array([value for value, _, _ in found])
            if np.isinf(raised).any() or np.abs(raised - values).max() <= _SETTLED:
                break
            values = raised
        else:
            raise SolverError(
                f"punishments for {self.path} have not settled in {_MOST_STEPS} steps at discount factors {d}: they "
                "lie too near a threshold or one"
            )
        at = int(np.ravel_multi_index(self.path, self.shape))
        kept = _left_with(d, self.best[:, at], raised) <= self.payoffs[:, at] + _SLACK
        hit = np.isfinite(raised)
        sticks = [tuple(int(a) for a in np.unravel_index(stick, self.shape)) for _, stick, _ in found]
        return PenalCode(
            path=self.path,
            discount_factors=d,
            supports=bool(kept.all()),
            sticks=tuple(stick if there else None for stick, there in zip(sticks, hit, strict=True)),
            returns=np.where(hit, [chance for _, _, chance in found], np.nan),
            values=np.where(hit, self.origin + raised * self.scale, np.nan),
        )

    def _harshest(self, j: int, d: Floats, values: Floats) -> tuple[float, int, float]:
        """Least payoff of player ``j`` under a credible stick, the stick, and the chance of returning."""
        at = int(np.ravel_multi_index(self.path, self.shape))
        on_path, patience = self.payoffs[:, at, None], d[:, None]
        left = _left_with(patience, self.best, values[:, None])
        left[j] = self.best[j]  # who breaks its own punishment starts it again
        gain, cost = patience * (on_path - left), (1 - patience) * (left - self.payoffs) - _SLACK
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = cost / gain
        least = np.maximum(np.where(gain > 0, ratio, 0.0).max(axis=0), 0.0)
        most = np.minimum(np.where(gain < 0, ratio, 1.0).min(axis=0), 1.0)
        credible = (least <= most) & ~((gain == 0) & (cost > 0)).any(axis=0)
        chance = np.where(self.payoffs[j] < self.payoffs[j, at], least, most)
        stay, back = 1 - d[j], d[j] * chance
        value = (stay * self.payoffs[j] + back * self.payoffs[j, at]) / (stay + back)
        value = np.where(credible, value, np.inf)
        stick = int(value.argmin())
        return float(value[stick]), stick, float(chance[stick])


def _left_with(d: Floats, deviation: Floats, punished: Floats) -> Floats:
    """Normalised payoff of deviating once and being punished from the next round on."""
    with np.errstate(invalid="ignore"):  # an impatient player does not mind a punishment that nothing bounds
        return np.asarray((1 - d) * deviation + np.where(d > 0, d * punished, 0.0))
