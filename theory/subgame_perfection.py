"""Is a profile of automata a subgame-perfect equilibrium of the repeated game? Exactly, by one-shot deviations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from theory.arrays import discount_factor_of, number_between
from theory.automata import Automaton
from theory.game import Array, Game
from theory.joint_chain import check_fit, joint_states, reach
from theory.solution import TOLERANCE, product_distribution


@dataclass(frozen=True, eq=False)
class OneShotDeviations:
    """Gains from one-shot deviations of a profile of automata, after every history.

    Parameters
    ----------
    states
        Shape ``(S, N)``: the joint states that some history leads to, on the path or off it.
    gains
        Shape ``(*batch, S, N)``: the most that player ``i`` adds to the value ``sum_t d^t u_i`` by another
        action in this round alone; in units of the stage payoffs. Never negative.
    subgame_perfect
        Shape ``batch``: no gain is more than ``tolerance`` times the player's range of stage payoffs.
    """

    states: Array
    gains: Array
    subgame_perfect: Array

    def __repr__(self) -> str:
        perfect = str(np.asarray(self.subgame_perfect).tolist())
        most = float(np.max(self.gains))
        return (
            f"OneShotDeviations({len(self.states)} joint states, largest gain {most:.4g}; subgame perfect: {perfect})"
        )


def one_shot_deviations(
    game: Game, automata: Sequence[Automaton], *, discount_factor: float, tolerance: float = TOLERANCE
) -> OneShotDeviations:
    """Check subgame perfection by the one-shot-deviation principle, without noise.

    Actions are observed, so after any history all players know the joint state: a profile is subgame perfect if
    and only if no player gains by one deviation in a joint state that some history, with anyone's deviations,
    leads to (Mailath & Samuelson 2006, prop. 2.2.1 and 2.4.1). Joint states that no history leads to are no subgames.

    Raises
    ------
    InputError
        As `play`.

    Examples
    --------
    >>> from theory.automata import grim, tit_for_tat
    >>> dilemma = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> found = one_shot_deviations(dilemma, [grim(0), grim(1)], discount_factor=0.25)
    >>> found.states
    array([[0, 0],
           [1, 1]])
    >>> found.gains  # (5-3) - (3-1) 0.25/0.75, and nothing while everybody punishes
    array([[1.333, 1.333],
           [0.   , 0.   ]])
    """
    discount_factor = discount_factor_of(discount_factor, lowest_included=True)
    tolerance = number_between(tolerance, "tolerance", 0)
    check_fit(game, automata)
    states, following = _all_histories(automata)
    probabilities = [a.output[states[:, i]] for i, a in enumerate(automata)]
    stage = _from_minimum(game)
    values = _values(stage, product_distribution(probabilities), following, discount_factor)
    gains = np.stack(
        [_gains(i, stage, values, probabilities, following, discount_factor) for i in range(game.n_players)], axis=-1
    )
    scale = stage.reshape(*game.batch_shape, game.n_players, -1).max(axis=-1)
    return OneShotDeviations(states, gains, np.all(gains <= tolerance * scale[..., np.newaxis, :], axis=(-2, -1)))


def is_subgame_perfect(
    game: Game, automata: Sequence[Automaton], *, discount_factor: float, tolerance: float = TOLERANCE
) -> Array:
    """Whether a profile of automata is a subgame-perfect equilibrium, shape ``batch``; see `one_shot_deviations`.

    Examples
    --------
    >>> from theory.automata import grim, tit_for_tat
    >>> dilemma = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> bool(is_subgame_perfect(dilemma, [grim(0), grim(1)], discount_factor=0.6))
    True
    >>> bool(is_subgame_perfect(dilemma, [tit_for_tat(0), tit_for_tat(1)], discount_factor=0.6))
    False
    """
    return one_shot_deviations(game, automata, discount_factor=discount_factor, tolerance=tolerance).subgame_perfect


def _all_histories(automata: Sequence[Automaton]) -> tuple[Array, Array]:
    """Joint states after some history ``(S, N)``, and the next of them ``(S, n_0, ..., n_{N-1})``."""
    from scipy.sparse.csgraph import breadth_first_order

    sizes = tuple(a.n_states for a in automata)
    table = joint_states(automata)
    following = np.ravel_multi_index(tuple(a.transition[table[:, i]] for i, a in enumerate(automata)), sizes)
    start = int(np.ravel_multi_index(tuple(a.initial for a in automata), sizes))
    rows = np.repeat(np.arange(len(table)), following[0].size)
    graph = np.zeros((len(table),) * 2)
    graph[rows, following.ravel()] = 1
    kept = np.sort(breadth_first_order(reach(graph), start, return_predecessors=False))
    return table[kept], np.searchsorted(kept, following[kept])


def _values(stage: Array, profiles: Array, following: Array, discount_factor: float) -> tuple[Array, Array]:
    """Normalised value in state 0, shape ``(*batch, N)``, and how much more ``sum_t d^t u`` is in each state.

    The second, shape ``(*batch, S, N)``, is solved for directly. The sums themselves grow like ``1/(1-d)``, and their
    differences would lose all digits with patient players.
    """
    n_states = len(profiles)
    flat = profiles.reshape(n_states, -1)
    system = np.eye(n_states)
    np.add.at(system, (np.arange(n_states)[:, np.newaxis], following.reshape(n_states, -1)), -discount_factor * flat)
    system[:, 0] = 1  # the value per round stands in for the first state's advantage, which is zero
    rewards = np.einsum("sa,...ia->...si", flat, stage.reshape(*stage.shape[: stage.ndim - profiles.ndim + 1], -1))
    advantage = np.linalg.solve(system, rewards)
    level = advantage[..., 0, :].copy()
    advantage[..., 0, :] = 0
    return level, advantage


def _gains(
    player: int,
    stage: Array,
    values: tuple[Array, Array],
    probabilities: Sequence[Array],
    following: Array,
    discount_factor: float,
) -> Array:
    """Gain of one player from the best one-shot deviation, shape ``(*batch, S)``."""
    n_players = len(probabilities)
    axes = tuple(range(-n_players, 0))
    level, advantage = (value[..., player] for value in values)
    now = np.expand_dims(np.take(stage, player, axis=-n_players - 1), -n_players - 1)  # (*batch, 1, n_0, ...)
    here = np.expand_dims(advantage + level[..., np.newaxis], axes)  # (*batch, S, 1, ...)
    gain = now + discount_factor * advantage[..., following] - here
    others = product_distribution([np.ones_like(p) if j == player else p for j, p in enumerate(probabilities)])
    rivals = tuple(axis for j, axis in enumerate(axes) if j != player)
    best = (gain * others).sum(axis=rivals).max(axis=-1)
    return np.asarray(np.maximum(best, 0))  # below zero only by rounding


def _from_minimum(game: Game) -> Array:
    """Payoffs above each player's lowest, as floats: a shift of 1e9 must not cost digits in the linear algebra."""
    axes = tuple(range(-game.n_players, 0))
    return np.asarray(game.payoffs - game.payoffs.min(axis=axes, keepdims=True), dtype=float)
