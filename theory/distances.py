"""How far a distribution over action profiles is from Nash, correlated and coarse correlated equilibrium.

The distances are those of the definitions: the most that a player gains by leaving for one action (coarse), by a
change of every action separately (correlated), or, all playing their shares independently, by leaving (Nash), as a
share of the payoff range. Zero is an equilibrium.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats
from theory.errors import InputError
from theory.game import Game, require_game
from theory.solution import product_distribution

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Distances:
    """Gains from leaving, the largest over players, as shares of the payoff range."""

    nash: float
    correlated: float
    coarse: float


def distances(game: Game, distribution: ArrayLike) -> Distances:
    """How far a distribution over action profiles is from Nash, correlated and coarse correlated equilibrium.

    Raises
    ------
    InputError
        For a batch, or a distribution of another shape.

    Examples
    --------
    >>> chicken = Game.from_bimatrix([[6, 2], [7, 0]], [[6, 7], [2, 0]])
    >>> found = distances(chicken, np.array([[2, 1], [1, 0]]) / 4)  # correlated as in Aumann 1974, and not Nash
    >>> found.correlated, found.nash > 0
    (0.0, True)
    """
    require_game(game, "distances")
    p = finite_floats(distribution, "distribution")
    if (p < 0).any():
        raise InputError(f"distribution has {p.min()}; chances are not negative")
    if game.batch_ndim or p.shape != game.n_actions or abs(p.sum() - 1) > 1e-9:
        raise InputError(f"{game!r} and a distribution of shape {p.shape}; a single game, and chances of its profiles")
    payoffs = np.asarray(game.from_minimum()[0].payoffs, float)
    scale = payoffs.max() or 1.0
    independent = product_distribution([_shares(p, i) for i in range(game.n_players)])
    gaps = np.array([[*_gains(payoffs[i], p, i), _gains(payoffs[i], independent, i)[1]] for i in range(p.ndim)])
    correlated, coarse, nash = np.maximum(gaps.max(axis=0), 0) / scale
    return Distances(float(nash), float(correlated), float(coarse))


def _shares(p: Floats, i: int) -> Floats:
    return np.asarray(p.sum(axis=tuple(j for j in range(p.ndim) if j != i)))


def _gains(payoff: Floats, p: Floats, i: int) -> tuple[float, float]:
    """Gains of a player by a change of each action, and by leaving for one action."""
    table, chances = (np.moveaxis(a, i, 0).reshape(a.shape[i], -1) for a in (payoff, p))
    instead = chances @ table.T  # what action b earns when a was to be played
    own = np.diag(instead)
    return float((instead.max(axis=1) - own).sum()), float(instead.sum(axis=0).max() - own.sum())


def distances_note(game: Game, distribution: ArrayLike) -> str:
    """The three distances in words, for the note of a solution."""
    found = distances(game, distribution)
    return f"distance to Nash {found.nash:.2g}, correlated {found.correlated:.2g}, coarse {found.coarse:.2g}"
