"""What a solver found in a finite game, with payoffs and regret computed here.

A `Solution` holds K distributions over action *profiles* per game. Marginals are not enough: correlated
and simulated play would be reported wrongly. The regret of player ``i`` is

    regret_i = max_{a_i} E[u_i(a_i, a_{-i})] - E[u_i(a)] >= 0,

the most that a fixed action would add against what the others do. A product distribution with zero regret
for every player is a Nash equilibrium. No solver's word is taken for it: both sides are computed here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import list_of, outcome_of, player_of
from theory.certificate import largest, payoffs_and_regret
from theory.display import mixture, shortened
from theory.errors import InputError
from theory.game import Array, Game

TOLERANCE = 1e-9
"""Default certificate: regret at most this share of the game's payoff range."""

_FEW = 6  # actions of a player whose probabilities are all printed


@dataclass(frozen=True, eq=False, repr=False)
class Solution:
    """Distributions over the action profiles of a game, certified by their regret.

    Parameters
    ----------
    game
        The game, possibly a batch.
    method
        Name of the solver.
    distributions
        Shape ``(*batch, K, n_0, ..., n_{N-1})``; the rows that ``mask`` excludes are ignored.
    mask
        Shape ``(*batch, K)``: which of the K places hold a solution. All of them, if not given.
    complete
        Shape ``batch`` (or one value): whether the list provably holds every equilibrium.
    tolerance
        Regret accepted, as a share of the payoff range.
    iterations
        What the solver counted, if it counts.
    note
        What the reader of the result should know: why it is empty, or what is not proved.

    Examples
    --------
    >>> from theory import Game, nash
    >>> pennies = Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    >>> solution = nash(pennies)
    >>> solution.strategies(0)
    array([[0.5, 0.5]])
    >>> bool(solution.certified.all()), bool(solution.complete)
    (True, True)
    """

    game: Game
    method: str
    distributions: Array
    mask: NDArray[np.bool_] = field(default_factory=lambda: np.ones(0, bool))
    complete: NDArray[np.bool_] | bool = False
    tolerance: float = TOLERANCE
    iterations: int | None = None
    note: str = ""
    payoffs: Array = field(init=False)
    regret: Array = field(init=False)

    def __post_init__(self) -> None:
        game, distributions = self.game, self.distributions
        lead = distributions.ndim - game.n_players - 1
        expected = (*game.batch_shape, *game.n_actions)
        if (*distributions.shape[:lead], *distributions.shape[lead + 1 :]) != expected:
            raise InputError(
                f"distributions has shape {distributions.shape}; it must be (*batch, K, n_0, ..., n_{{N-1}})"
            )
        places = distributions.shape[: lead + 1]
        mask = np.broadcast_to(np.asarray(self.mask, bool), places) if self.mask.size else np.ones(places, bool)
        distributions = _with_gaps(distributions, mask)
        payoffs, regret = payoffs_and_regret(game, distributions)
        for name, value in {
            "mask": mask,
            "distributions": distributions,
            "payoffs": payoffs,
            "regret": regret,
        }.items():
            object.__setattr__(self, name, value)

    @property
    def count(self) -> NDArray[np.int64]:
        """Number of solutions found in each game, shape ``batch``."""
        return np.asarray(self.mask.sum(axis=-1))

    @property
    def relative_regret(self) -> NDArray[np.float64]:
        """Largest regret of any player over the game's payoff range, shape ``(*batch, K)``; 0 in a flat game."""
        scale = np.expand_dims(np.asarray(self.game.payoff_range, float), -1)
        worst = np.asarray(largest(self.regret), float)
        positive = np.broadcast_to(scale > 0, worst.shape)
        return np.asarray(np.divide(worst, scale, out=np.zeros(worst.shape), where=positive))

    @property
    def certified(self) -> NDArray[np.bool_]:
        """Whether each solution is an equilibrium: product form, and regret within tolerance. Shape ``(*batch, K)``."""
        with np.errstate(invalid="ignore"):
            small = self.relative_regret <= self.tolerance
            return np.asarray(self.mask & small & (self.correlation <= 1e-9))

    @property
    def correlation(self) -> NDArray[np.float64]:
        """Largest difference between a distribution and the product of its marginals, shape ``(*batch, K)``."""
        product = product_distribution([self.strategies(i) for i in range(self.game.n_players)])
        axes = tuple(range(-self.game.n_players, 0))
        difference: NDArray[np.float64] = np.abs(np.asarray(self.distributions - product, float)).max(axis=axes)
        return difference

    def strategies(self, player: int) -> Array:
        """Marginal mixed strategies of one player, shape ``(*batch, K, n_player)``."""
        own = player_of(player, self.game.n_players) - self.game.n_players
        axes = tuple(axis for axis in range(-self.game.n_players, 0) if axis != own)
        return np.asarray(self.distributions.sum(axis=axes))

    def outcome(self, name: str) -> Array:
        """Expected value of one of the game's outcomes, shape ``(*batch, K)``."""
        values = np.expand_dims(outcome_of(self.game.outcomes, name), self.game.batch_ndim)
        return np.asarray((values * self.distributions).sum(axis=tuple(range(-self.game.n_players, 0))))

    def profiles(self) -> list[tuple[tuple[Any, ...], ...]]:
        """Equilibria of a single game as tuples of mixed strategies, sorted: convenient to print and compare."""
        if self.game.batch_ndim:
            raise InputError("profiles() lists a single game; read distributions and mask of a batch")
        marginals = [self.strategies(i) for i in range(self.game.n_players)]
        found = (tuple(tuple(m[k].tolist()) for m in marginals) for k in np.flatnonzero(self.mask))
        return sorted(found, reverse=True)

    def __repr__(self) -> str:
        note = f" [{self.note}]" if self.note else ""
        if self.game.batch_ndim:
            return f"Solution({self.method}: {int(self.count.sum())} equilibria of {self.game!r}){note}"
        complete = "complete" if np.all(self.complete) else "not proved complete"
        worst = float(self.relative_regret[self.mask].max()) if self.mask.any() else 0.0
        head = f"{self.method}: {int(self.count)} found, {complete}, relative regret {worst:.1e}"
        lines = [
            "  " + "  ".join(_shown(*pair) for pair in zip(profile, self.game.actions, strict=True))
            for profile in self.profiles()
        ]
        return "\n".join([head + note, *shortened(lines, "solution.profiles()")])


def _shown(strategy: tuple[Any, ...], labels: tuple[str, ...]) -> str:
    """All probabilities of few actions, those in use of many."""
    few = len(strategy) <= _FEW
    return f"({', '.join(f'{float(p):.4g}' for p in strategy) if few else mixture(strategy, labels)})"


def _with_gaps(distributions: Array, mask: NDArray[np.bool_]) -> Array:
    """NaN in the places that hold nothing; no copy if they are so already."""
    first = distributions.reshape(*mask.shape, math.prod(distributions.shape[mask.ndim :]))[..., 0]
    if mask.all() or (distributions.dtype == float and (np.isnan(first) | mask).all()):
        return distributions
    empty = np.expand_dims(~mask, tuple(range(mask.ndim, distributions.ndim)))
    return np.asarray(np.where(empty, np.nan, distributions))


def product_distribution(strategies: Sequence[ArrayLike]) -> Array:
    """Distribution over profiles of independent mixed strategies.

    Parameters
    ----------
    strategies
        One array per player, shape ``(*lead, n_i)``.

    Returns
    -------
    array of shape ``(*lead, n_0, ..., n_{N-1})``

    Raises
    ------
    InputError
        If there is no strategy, or they are no numbers or do not fit one another.

    Examples
    --------
    >>> product_distribution([[0.5, 0.5], [0.25, 0.75]])
    array([[0.125, 0.375],
           [0.125, 0.375]])
    """
    arrays = _strategies(strategies)
    n = len(arrays)
    result: Array = np.ones(1, dtype=arrays[0].dtype)
    result = result.reshape((1,) * n)
    for i, strategy in enumerate(arrays):
        result = result * np.expand_dims(strategy, tuple(axis for axis in range(-n, 0) if axis != i - n))
    return result


def _strategies(given: Sequence[ArrayLike]) -> list[Array]:
    try:
        arrays = [np.asarray(own) for own in list_of(given, "strategies", "probabilities for each player")]
        np.broadcast_shapes(*(own.shape[:-1] for own in arrays))
    except (TypeError, ValueError):
        arrays = []
    if not arrays or not all(own.ndim and own.dtype.kind in "biufO" for own in arrays):
        raise InputError(f"strategies are {str(given)[:60]}; they must be a list of probabilities for each player")
    return arrays
