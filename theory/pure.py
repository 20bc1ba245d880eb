"""Pure equilibria of finite games, for any number of players and for a whole batch of draws.

A profile ``a`` is a pure Nash equilibrium if for every player ``i`` no other action pays more against
``a_{-i}``. All profiles of all draws are compared at once: the payoff array is set against its own
maximum along the player's action axis.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from theory.errors import InputError
from theory.game import Array, Game, require_game
from theory.solution import TOLERANCE, Solution


def pure_nash(game: Game, tolerance: float | Fraction = 0.0) -> Solution:
    """All pure equilibria of a game, or of every draw of a batch.

    Parameters
    ----------
    game
        Any number of players, any batch axes. Payoffs are compared exactly at ``tolerance`` 0, so that the
        result does not depend on the unit of the payoffs; exact rationals stay exact.
    tolerance
        Largest gain from a deviation that is accepted, in the unit of the payoffs: epsilon-equilibria.

    Returns
    -------
    Solution
        Degenerate distributions, shape ``(*batch, K, n_0, ..., n_{N-1})`` where K is the largest count over the
        batch, profiles in lexicographic order. ``complete`` is True: the list holds every *pure* equilibrium
        (mixed ones are not searched, and the note says so).

    Raises
    ------
    InputError
        If ``tolerance`` is negative or not a finite number.

    Examples
    --------
    >>> coordination = Game.from_bimatrix([[2, 0], [0, 1]], [[2, 0], [0, 1]])
    >>> pure_nash(coordination).profiles()
    [((1.0, 0.0), (1.0, 0.0)), ((0.0, 1.0), (0.0, 1.0))]
    """
    require_game(game, "pure_nash")
    if not isinstance(tolerance, int | float | Fraction) or not math.isfinite(tolerance) or tolerance < 0:
        raise InputError(f"tolerance is {tolerance!r}; it must be a finite number of payoff units, 0 or more")
    accepted = Fraction(tolerance) if game.is_exact else float(tolerance)
    stable = np.ones((*game.batch_shape, *game.n_actions), bool)
    for player in range(game.n_players):
        payoff = game.payoff(player)
        best = payoff.max(axis=player - game.n_players, keepdims=True)
        stable &= np.asarray(best - payoff <= accepted, bool)
    distributions, mask = _one_hot(stable, game.n_players, exact=game.is_exact)
    with np.errstate(invalid="ignore"):  # empty places of a batch of exact games hold nan
        return Solution(
            game,
            "pure_nash",
            distributions,
            mask=mask,
            complete=True,
            tolerance=_certificate(game, float(tolerance)),
            note="pure equilibria only",
        )


def _one_hot(stable: NDArray[np.bool_], n_players: int, *, exact: bool) -> tuple[Array, NDArray[np.bool_]]:
    """Turn the table of stable profiles, shape (*batch, n...), into K point masses per draw and their mask."""
    batch, profiles = stable.shape[:-n_players], stable.shape[-n_players:]
    flat = stable.reshape(-1, math.prod(profiles))
    draw, profile = np.nonzero(flat)
    place = (flat.cumsum(axis=1) - 1)[draw, profile]
    count = int(flat.sum(axis=1).max())
    zero, one = (Fraction(0), Fraction(1)) if exact else (0.0, 1.0)
    distributions: Array = np.full((flat.shape[0], count, flat.shape[1]), zero, dtype=object if exact else float)
    distributions[draw, place, profile] = one
    mask = np.zeros((flat.shape[0], count), bool)
    mask[draw, place] = True
    return distributions.reshape(*batch, count, *profiles), mask.reshape(*batch, count)


def _certificate(game: Game, tolerance: float) -> float:
    """Share of the payoff range that an epsilon-equilibrium may lose; the largest share over the batch."""
    ranges = np.asarray(game.payoff_range, float)
    positive = ranges[ranges > 0]
    if not tolerance or not positive.size:
        return TOLERANCE
    return max(TOLERANCE, tolerance / float(positive.min()) * (1 + 1e-9))  # minus rounding of the regret
