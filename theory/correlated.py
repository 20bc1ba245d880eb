"""How far a distribution over action profiles is from correlated and coarse correlated equilibrium.

Definitions
-----------
A mediator draws a profile ``a`` from ``mu`` and tells every player only their own action. A *swap* deviation
replaces each recommended action by one of the player's choice; a *fixed* deviation commits to one action before the
draw. With ``G_i[r, d] = sum_{a_{-i}} mu(r, a_{-i}) u_i(d, a_{-i})``, the gains of player ``i`` are

    swap_i  = sum_r ( max_d G_i[r, d] - G_i[r, r] ),        fixed_i = max_d sum_r G_i[r, d] - sum_r G_i[r, r].

``mu`` is a correlated equilibrium if no swap gains (Aumann 1974), and a coarse one if no fixed deviation does
(Moulin and Vial 1978). The split on which the two differ is that of Gibson (2013), *Regret minimization in
non-zero-sum games*, section 3.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from theory.errors import InputError
from theory.game import Array, Game


def correlated_gap(game: Game, distribution: ArrayLike) -> tuple[Array, Array]:
    """Largest expected gain of any player from swap deviations, and from fixed deviations.

    Parameters
    ----------
    game
        Any number of players; if it is a batch, its axes lead the distribution's.
    distribution
        Shape ``(*lead, n_0, ..., n_{N-1})``: probabilities of the profiles. For a batch, ``lead`` is
        ``(*batch, K)``, as in `Solution.distributions`.

    Returns
    -------
    ce_gap, cce_gap
        Each of shape ``lead``, in payoff units, 0 or more; 0 at a correlated, a coarse correlated equilibrium.

    Raises
    ------
    InputError
        If the shape does not fit, or the numbers are not probabilities that add up to 1.

    Examples
    --------
    The traffic light in the game of chicken (Aumann 1974):

    >>> chicken = Game.from_bimatrix([[6, 2], [7, 0]], [[6, 7], [2, 0]])
    >>> ce_gap, cce_gap = correlated_gap(chicken, [[1 / 3, 1 / 3], [1 / 3, 0]])
    >>> round(float(ce_gap), 12), round(float(cce_gap), 12)
    (0.0, 0.0)
    """
    mu = _distribution(game, distribution)
    game, _ = game.from_minimum()  # differences are then not lost against a large common level
    swaps, fixed = [], []
    for player in range(game.n_players):
        own = player - game.n_players
        told = _rows(mu, own, game.n_players)
        payoff = _rows(np.asarray(game.payoff(player)), own, game.n_players)
        if game.batch_ndim:
            payoff = np.expand_dims(payoff, -3)  # the K distributions of a draw share its game
        gains = told @ np.swapaxes(payoff, -1, -2)
        obeyed = np.diagonal(gains, axis1=-2, axis2=-1)
        swaps.append((gains.max(axis=-1) - obeyed).sum(axis=-1))
        fixed.append(gains.sum(axis=-2).max(axis=-1) - obeyed.sum(axis=-1))
    # the least is 0: obeying is one of the swaps; a fixed deviation may lose
    return np.asarray(np.maximum(np.max(swaps, axis=0), 0)), np.asarray(np.maximum(np.max(fixed, axis=0), 0))


def _distribution(game: Game, distribution: ArrayLike) -> Array:
    try:
        mu = np.array(distribution) if game.is_exact else np.array(distribution, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"the distribution must be a full array of numbers ({error})") from error
    lead = mu.ndim - game.n_players
    batch_fits = not game.batch_ndim or (lead == game.batch_ndim + 1 and mu.shape[: lead - 1] == game.batch_shape)
    if lead < 0 or mu.shape[lead:] != game.n_actions or not batch_fits:
        wanted = (*game.batch_shape, "K", *game.n_actions) if game.batch_ndim else game.n_actions
        raise InputError(f"the distribution has shape {mu.shape}; {game!r} needs {wanted}")
    total = np.asarray(mu.sum(axis=tuple(range(lead, mu.ndim))), float)
    if not (np.asarray(mu, float) >= -1e-12).all() or not np.allclose(total, 1, atol=1e-9):
        raise InputError("the distribution must hold probabilities, 0 or more, that add up to 1")
    return mu


def _rows(values: Array, own: int, n_players: int) -> Array:
    """Bring a player's axis forward and flatten the others': (*lead, n_i, profiles of the others)."""
    moved = np.moveaxis(values, own, -n_players)
    lead = moved.shape[: moved.ndim - n_players + 1]
    return moved.reshape(*lead, math.prod(moved.shape[moved.ndim - n_players + 1 :]))
