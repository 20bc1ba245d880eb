"""Payoffs and regret of distributions over profiles: the certificate that every `Solution` carries.

One game is a few matrix products. A batch of small games is not: a million products of 2 x 2 matrices are a
million calls. There the loop is over the cells of the payoff table, and every step of it is one operation on a
block of draws that fits the cache of the processor.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from theory.game import Array, Game

BLOCK = 8192
"""Numbers (draws times places) handled at once: 64 kB per array."""

MOST_CELLS = 64
"""Batches of games with more profiles than this are left to matrix products."""


def payoffs_and_regret(game: Game, distributions: Array) -> tuple[Array, Array]:
    """Payoffs and regret of all players under each distribution.

    Parameters
    ----------
    game
        A game or a batch.
    distributions
        Shape ``(*batch, K, n_0, ..., n_{N-1})``; NaN in places that hold nothing.

    Returns
    -------
    payoffs, regret
        Shape ``(*batch, K, N)``; regret is 0 or more, NaN in places that hold nothing.

    Examples
    --------
    >>> pennies = Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    >>> payoffs, regret = payoffs_and_regret(pennies, np.array([[[0.0, 1.0], [0.0, 0.0]]]))
    >>> payoffs, regret
    (array([[-1.,  1.]]), array([[2., 0.]]))
    """
    if game.batch_ndim and not game.is_exact and math.prod(game.n_actions) <= MOST_CELLS:
        return _in_blocks(game, distributions)
    return _by_products(game, distributions)


def largest(values: Array) -> Array:
    """Maximum over the last axis: one comparison per column, as reductions over short axes are slow."""
    return np.asarray(functools.reduce(_larger, np.moveaxis(values, -1, 0)))


def _larger(left: Array, right: Array) -> Array:
    return np.where(left >= right, left, right)


def _by_products(game: Game, distributions: Array) -> tuple[Array, Array]:
    shifted, least = game.from_minimum()  # differences are then not lost against a large common level
    payoffs = shifted.expected_payoffs(distributions)
    best = [largest(shifted.deviation_payoffs(i, distributions)) for i in range(game.n_players)]
    regret = np.stack(best, axis=-1) - payoffs
    return payoffs + np.expand_dims(least, -2), np.where(regret < 0, 0 * regret, regret)  # minus rounding


def _in_blocks(game: Game, distributions: Array) -> tuple[Array, Array]:
    n, shape = game.n_players, game.n_actions
    draws, cells, places = math.prod(game.batch_shape), math.prod(shape), distributions.shape[game.batch_ndim]
    table = game.payoffs.reshape(draws, n, cells).transpose(1, 2, 0)
    weights = distributions.reshape(draws, places, cells).transpose(1, 2, 0)
    payoffs, regret = np.empty((places, n, draws)), np.empty((places, n, draws))
    step = max(BLOCK // max(places, 1), 64)
    for start in range(0, draws, step):
        block = slice(start, start + step)
        _block(
            np.ascontiguousarray(table[..., block]), weights[..., block], shape, payoffs[..., block], regret[..., block]
        )
    order = (*game.batch_shape, places, n)
    return payoffs.transpose(2, 0, 1).reshape(order), regret.transpose(2, 0, 1).reshape(order)


def _block(table: Array, weights: Array, shape: tuple[int, ...], payoffs: Array, regret: Array) -> None:
    """Fill ``payoffs`` and ``regret``, (K, N, draws), of ``table`` (N, cells, draws) ``weights`` (K, cells, draws)."""
    least = table.min(axis=1)
    shifted = table - least[:, None]  # differences are then not lost against a large common level
    grid = weights.reshape(len(weights), *shape, -1)
    scratch, value = np.empty((2, len(weights), table.shape[-1]))
    for player, n_own in enumerate(shape):
        others = functools.reduce(np.add, np.moveaxis(grid, player + 1, 0)).reshape(len(weights), -1, table.shape[-1])
        own = np.moveaxis(shifted[player].reshape(*shape, -1), player, 0).reshape(n_own, -1, table.shape[-1])
        best = np.full(scratch.shape, -np.inf)
        for action in range(n_own):
            reply = others[:, 0] * own[action, 0]
            for rival in range(1, own.shape[1]):
                np.multiply(others[:, rival], own[action, rival], out=scratch)
                reply += scratch
            np.maximum(best, reply, out=best)
        np.multiply(weights[:, 0], shifted[player, 0], out=value)
        for cell in range(1, table.shape[1]):
            np.multiply(weights[:, cell], shifted[player, cell], out=scratch)
            value += scratch
        np.maximum(best - value, 0.0, out=regret[:, player])  # minus rounding
        np.add(value, least[player], out=payoffs[:, player])
