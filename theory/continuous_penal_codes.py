"""How patient players of a game over quantities must be if they punish as harshly as stick and carrot can.

Definitions
-----------
The penal codes of `theory.penal_codes` (Abreu 1986, 1988), one for each player, for players who need not be alike. The
sticks are looked for among finitely many choices: a grid over the bounds, the stage equilibria that are found, and then
finer and finer grids around the harshest sticks so far. Deviations are not: each is the best reply over the whole
interval. So every code that is found is an equilibrium of the game over quantities itself, and its discount factor an
upper bound on the threshold, which no refinement raises. Another first grid is tried as well, and the difference is
told: exact where players can be held to their minmax, some 1e-4 where many sticks are nearly as good as each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats, whole_number
from theory.best_replies import best_reply
from theory.continuous import ContinuousGame, require_continuous
from theory.display import named, numbers, shortened
from theory.errors import InputError
from theory.newton import continuous_nash
from theory.penal_codes import MOST_PATIENT, PenalCode, PenalStage, least_patience

Floats = NDArray[np.float64]

_MOST_LEVELS = 1000
_MOST_STICKS = 1500  # of the first grid, if its levels are not given
_NO_GAIN = 1e-12  # of the payoff range: a best reply that is found pays more by rounding
_PROGRESS = 1e-4  # share by which the factor falls while a grid is not made finer
_ACCURACY = 1e-11  # of the discount factor, for given sticks
_LEVELS = {1: 9, 2: 9, 3: 5}  # of a finer grid, by players; three for more


@dataclass(frozen=True, eq=False, repr=False)
class ContinuousPenalCode:
    """Least common discount factor that is found for a path, and what deters.

    Attributes
    ----------
    path
        Choices to be kept, shape ``(N,)``.
    discount_factor
        At which path and sticks are an equilibrium; NaN if there is none up to `theory.penal_codes.MOST_PATIENT`.
    sticks
        Choices of all after a deviation of each player, shape ``(N, N)``: row ``j`` punishes player ``j``.
    returns
        Chance of returning to the path after a round of it, shape ``(N,)``.
    values
        Normalised payoff of each player from its punishment on, shape ``(N,)``.
    accuracy
        Difference between the discount factors from two first grids: an estimate of what is left to be found, no bound.
    players
        Labels of the players.
    """

    path: Floats
    discount_factor: float
    sticks: Floats
    returns: Floats
    values: Floats
    accuracy: float
    players: tuple[str, ...]

    def __repr__(self) -> str:
        kept = f"penal code of the path {numbers(self.path)}"
        if np.isnan(self.discount_factor):
            return f"{kept}: none is found up to a discount factor of {MOST_PATIENT:g}"
        head = f"{kept}: kept from a discount factor of {self.discount_factor:.6g} on"
        other = f" (another first grid: {self.accuracy:.1e} apart)" if np.isfinite(self.accuracy) else ""
        labels = [named(self.players, i) for i in range(len(self.players))]
        punished = zip(labels, self.sticks, self.returns, self.values, strict=True)
        lines = [
            f"  after {who} deviates: {numbers(stick)}, then back with chance {back:.4g}; to {who} worth {value:.4g}"
            for who, stick, back, value in punished
            if not np.isnan(stick).any()
        ]
        return "\n".join([head + other, *shortened(lines, "sticks")])


def continuous_penal_threshold(
    game: ContinuousGame, path: ArrayLike, *, levels: int | None = None, refinements: int = 30
) -> ContinuousPenalCode:
    """Least common discount factor at which two-phase punishments keep players, alike or not, to their choices.

    Parameters
    ----------
    game
        A single game without shared limits.
    path
        Choices to be kept, shape ``(N,)``, in the game's unit.
    levels
        Choices of each player in the first grid; as many as make some 1500 profiles if not given.
    refinements
        Grids around the sticks, each half as wide as the one before if that one did not help.

    Raises
    ------
    InputError
        For a batch, shared limits, choices that do not fit or lie outside the bounds, or payoffs that are not finite.
    SolverError
        As `theory.penal_codes.penal_code`.

    Examples
    --------
    Monopoly quarters in a duopoly: 9/32 by equal sticks, 1/5 if the rival floods while the deviator replies best.

    >>> profit = lambda i: lambda x: x[..., i] * (1 - x.sum(-1))
    >>> duopoly = ContinuousGame([profit(0), profit(1)], lower=0, upper=1 / 2)
    >>> found = continuous_penal_threshold(duopoly, [1 / 4, 1 / 4])
    >>> round(found.discount_factor, 9), found.values.round(9) * 16
    (0.2, array([1., 1.]))
    """
    require_continuous(game, "continuous_penal_threshold")
    if game.batch_shape or game.shared:
        raise InputError(f"{game!r} is a batch or has shared limits; pick one draw, game[0], and leave out shared=")
    kept = game.choices_within(finite_floats(path, "path"))
    if kept.shape != (game.n_players,):
        raise InputError(f"path is {str(path)[:60]}; one choice for each of {game.n_players} players is needed")
    levels = (
        max(int(_MOST_STICKS ** (1 / game.n_players)), 3)
        if levels is None
        else whole_number(levels, "levels", 2, _MOST_LEVELS)
    )
    refinements = whole_number(refinements, "refinements", 0, 1000)
    _require_finite(game, _grid(game.lower, game.upper, levels))
    first = np.vstack([kept, _equilibria(game)])
    found = [_search(game, first, count, refinements) for count in (levels, max(2 * levels // 3, 2))]
    (best, profiles), factors = found[0], [_factor(code) for code, _ in found]
    if np.isnan(factors[0]) or factors[1] < factors[0]:
        best, profiles = found[1]
    sticks, accuracy = _sticks(best, profiles), abs(factors[0] - factors[1])
    return ContinuousPenalCode(kept, _factor(best), sticks, best.returns, best.values, accuracy, game.players)


def _search(game: ContinuousGame, first: Floats, levels: int, refinements: int) -> tuple[PenalCode, Floats]:
    """Best code whose sticks are the first profiles or on a grid, which gets finer around the best sticks so far."""
    fixed = np.vstack([first, _grid(game.lower, game.upper, levels)])
    best, profiles, reach = least_patience(_stage(game, fixed), _ACCURACY), fixed, (game.upper - game.lower) / levels
    for _ in range(refinements):
        if not best.supports or _factor(best) == 0:
            break
        sticks, before = _sticks(best, profiles), _factor(best)
        around = [_grid(s - reach, s + reach, _LEVELS.get(game.n_players, 3)) for s in sticks]
        trial = np.unique(np.vstack([sticks, *around]).clip(game.lower, game.upper), axis=0)
        profiles = np.vstack([fixed, trial])
        best = least_patience(_stage(game, profiles), _ACCURACY)
        if before - _factor(best) <= _PROGRESS * before:
            reach = reach / 2
    return best, profiles


def _stage(game: ContinuousGame, profiles: Floats) -> PenalStage:
    """Payoffs at the profiles, the first of which is the path, and of the best deviations over whole intervals."""
    at = game.payoff(profiles)
    best = np.stack([best_reply(game, profiles, i)[1] for i in range(game.n_players)], axis=-1)
    origin = at.min(axis=0)
    scale = best.max(axis=0) - origin
    scale = np.where(scale > 0, scale, 1.0)
    level, gain = (at - origin) / scale, (best - at) / scale
    tempted = level + np.where(gain > _NO_GAIN, gain, 0.0)
    return PenalStage((0,), (len(profiles),), level.T.copy(), tempted.T.copy(), origin, scale)


def _require_finite(game: ContinuousGame, profiles: Floats) -> None:
    with np.errstate(all="ignore"):  # what it warns of is told
        gaps = ~np.isfinite(game.payoff(profiles)).all(axis=-1)
    if gaps.any():
        where = profiles[gaps][0].tolist()
        raise InputError(f"a payoff is not finite at the choices {where}; narrow the bounds, or define it there")


def _equilibria(game: ContinuousGame) -> Floats:
    found = continuous_nash(game)
    return np.asarray(found.actions[found.certified]).reshape(-1, game.n_players)


def _grid(low: Floats, high: Floats, levels: int) -> Floats:
    """All profiles of so many equally spaced choices."""
    shares = np.array(list(product(np.linspace(0, 1, levels), repeat=len(low))))
    return np.asarray(low + shares * (high - low))


def _factor(code: PenalCode) -> float:
    return float(code.discount_factors[0])


def _sticks(code: PenalCode, profiles: Floats) -> Floats:
    """Choices of the sticks; NaN where there is none."""
    nothing = np.full(profiles.shape[1], np.nan)
    return np.array([nothing if stick is None else profiles[stick[0]] for stick in code.sticks])
