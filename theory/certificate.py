"""Payoffs and regret of distributions over profiles: the certificate that every `Solution` carries.

One game is a few matrix products. A batch of small games is not: a million products of 2 x 2 matrices are a
million calls. There the loop is over the cells of the payoff table, and every step of it is one operation on a
block of draws that fits the cache of the processor.
"""

from __future__ import annotations

import functools
import itertools
import math

import numpy as np

from theory.game import Array, Game

BLOCK = 8192
"""Draws handled at once: 64 kB per array."""

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
    if not game.batch_ndim and not game.is_exact:
        return _single(game, distributions)
    return _by_products(game, distributions)


def largest(values: Array) -> Array:
    """Maximum over the last axis: one comparison per column, as reductions over short axes are slow."""
    return np.asarray(functools.reduce(np.maximum, np.moveaxis(values, -1, 0)))


def _by_products(game: Game, distributions: Array) -> tuple[Array, Array]:
    shifted, least = game.from_minimum()  # differences are then not lost against a large common level
    payoffs = shifted.expected_payoffs(distributions)
    best = [largest(shifted.deviation_payoffs(i, distributions)) for i in range(game.n_players)]
    regret = np.stack(best, axis=-1) - payoffs
    return payoffs + np.expand_dims(least, -2), np.where(regret < 0, 0 * regret, regret)  # minus rounding


def _single(game: Game, distributions: Array) -> tuple[Array, Array]:
    """One game of floats, in few calls: single games are solved in fractions of a millisecond."""
    flat = game.payoffs.reshape(game.n_players, -1)
    least = flat.min(axis=1)
    shifted = flat - least[:, None]
    payoffs = distributions.reshape(len(distributions), flat.shape[1]) @ shifted.T
    regret = np.empty(payoffs.shape)
    for player, n_own in enumerate(game.n_actions):
        others = distributions.sum(axis=player + 1).reshape(len(distributions), flat.shape[1] // n_own)
        own = np.moveaxis(shifted[player].reshape(game.n_actions), player, 0).reshape(n_own, -1)
        regret[:, player] = (others @ own.T).max(axis=1)
    return payoffs + least, np.maximum(regret - payoffs, 0.0)  # minus rounding


def _in_blocks(game: Game, distributions: Array) -> tuple[Array, Array]:
    n, shape = game.n_players, game.n_actions
    draws, cells, places = math.prod(game.batch_shape), math.prod(shape), distributions.shape[game.batch_ndim]
    table = game.payoffs.reshape(draws, n, cells).transpose(1, 2, 0)
    weights = distributions.reshape(draws, places, cells).transpose(1, 2, 0)
    results = np.full((2, places, n, draws), np.nan)
    for start in range(0, draws, BLOCK):
        block = slice(start, start + BLOCK)
        rows = np.array(table[..., block], order="C")
        least = functools.reduce(np.minimum, rows.swapaxes(0, 1))
        rows -= least[:, None]  # differences are then not lost against a large common level
        for place in range(places):
            own = weights[place, :, block]
            filled = np.flatnonzero(own[0] == own[0])
            if 2 * filled.size > own.shape[1]:  # most draws: all of them, those that hold nothing give NaN
                values = _block(rows, own, shape)
                values[0] += least
                results[:, place, :, block] = values
            elif filled.size:
                values = _block(rows.take(filled, axis=2), own.take(filled, axis=1), shape)
                values[0] += least.take(filled, axis=1)
                for kind, player in itertools.product(range(2), range(n)):
                    results[kind, place, player, block][filled] = values[kind, player]
    order = (2, *game.batch_shape, places, n)
    payoffs, regret = results.transpose(0, 3, 1, 2).reshape(order)
    return payoffs, regret


def _block(table: Array, weights: Array, shape: tuple[int, ...]) -> Array:
    """Payoffs and regret, (2, N, draws), of ``weights`` (cells, draws) in ``table`` (N, cells, draws), least zero."""
    draws = table.shape[-1]
    results = np.empty((2, len(table), draws))
    grid = weights.reshape(*shape, draws)
    for player, n_own in enumerate(shape):
        values = np.moveaxis(table[player].reshape(*shape, draws), player, 0).reshape(n_own, -1, draws)
        moved = np.moveaxis(grid, player, 0).reshape(values.shape)
        others = functools.reduce(np.add, moved)
        best = _dot(others, values[0])
        for action in range(1, n_own):
            np.maximum(best, _dot(others, values[action]), out=best)
        value = results[0, player] = _dot(moved.reshape(-1, draws), values.reshape(-1, draws))
        np.maximum(best - value, 0.0, out=results[1, player])  # minus rounding
    return results


def _dot(left: Array, right: Array) -> Array:
    """Sum of products over the first axis, along the draws: one pass, where products and sums apart take many."""
    return np.asarray(np.einsum("cd,cd->d", left, right))
