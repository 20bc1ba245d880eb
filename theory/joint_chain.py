"""The joint Markov chain of automata that play a stage game with errors, and its limits.

Errors are those of `theory.repeated_play`. All chains are solved by state reduction without subtractions (Grassmann,
Taksar & Heyman 1985, Oper. Res. 33:1107-1116), so errors of probability 1e-12 and discount factors within 1e-12 of one
lose no digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import finite_floats
from theory.automata import Automaton
from theory.errors import InputError
from theory.game import Array, Game, require_game
from theory.solution import product_distribution

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MAX_JOINT_STATES = 4096
"""Joint states of the automata that a dense chain may have: above, memory (130 MB a matrix) is the limit."""


def joint_chain(
    game: Game, automata: Sequence[Automaton], noise: ArrayLike, misperception: ArrayLike
) -> tuple[Array, Array]:
    """Profile probabilities ``(S, n_0, ..., n_{N-1})`` and transition matrix ``(S, S)``; state 0 is the start.

    Only the joint states that can follow the start are kept.
    """
    from scipy.sparse.csgraph import breadth_first_order

    check_fit(game, automata)
    noises = probabilities_of(noise, "noise", game.n_players)
    misperceptions = probabilities_of(misperception, "misperception", game.n_players)
    states = joint_states(automata)
    outputs = [_slip(game.n_actions[i], noises[i]) for i in range(game.n_players)]
    profiles = product_distribution([a.output[states[:, i]] @ outputs[i] for i, a in enumerate(automata)])
    moves = [_moves(a, i, misperceptions[i]) for i, a in enumerate(automata)]
    chain = np.zeros((len(states), len(states)))
    for profile in np.ndindex(*game.n_actions):
        step = reduce(np.kron, [move[(slice(None), *profile)] for move in moves])
        chain += profiles[(slice(None), *profile)][:, np.newaxis] * step
    start = int(np.ravel_multi_index(tuple(a.initial for a in automata), tuple(a.n_states for a in automata)))
    kept = breadth_first_order(reach(chain), start, return_predecessors=False)
    return profiles[kept], chain[np.ix_(kept, kept)]


def joint_states(automata: Sequence[Automaton]) -> Array:
    """Joint states, shape ``(prod n_states, N)``, last player fastest (the order of `numpy.kron`)."""
    sizes = tuple(automaton.n_states for automaton in automata)
    if prod(sizes) > MAX_JOINT_STATES:
        raise InputError(
            f"the automata have {prod(sizes)} joint states; at most {MAX_JOINT_STATES} can be solved exactly: "
            "use simulate() or smaller automata"
        )
    return np.indices(sizes).reshape(len(sizes), -1).T


def _slip(n: int, probability: float) -> Array:
    """Matrix of shape ``(n, n)``: with this probability an action becomes another one, uniformly."""
    if n == 1:
        return np.ones((1, 1))
    other = probability / (n - 1)
    return np.asarray(np.full((n, n), other) + (1 - probability - other) * np.eye(n))


def _moves(automaton: Automaton, player: int, misperception: float) -> Array:
    """Probabilities of the next state, shape ``(n_states, n_0, ..., n_{N-1}, n_states)``."""
    moves = np.eye(automaton.n_states)[automaton.transition]
    for j, n in enumerate(automaton.transition.shape[1:]):
        if j != player and misperception > 0:
            seen = np.tensordot(_slip(n, misperception), moves, axes=(1, j + 1))
            moves = np.moveaxis(seen, 0, j + 1)
    return moves


def stationary(chain: Array) -> Array:
    """Stationary distribution, by the algorithm of Grassmann, Taksar & Heyman.

    Every state must lead, perhaps through later ones, to an earlier state: true of an irreducible chain and of one
    that restarts in state 0.
    """
    chain = chain.copy()
    n = len(chain)
    for k in range(n - 1, 0, -1):
        chain[:k, k] /= chain[k, :k].sum()
        chain[:k, :k] += np.outer(chain[:k, k], chain[k, :k])
    weight = np.ones(n)
    for k in range(1, n):
        weight[k] = weight[:k] @ chain[:k, k]
    return np.asarray(weight / weight.sum())


def reach(chain: Array) -> csr_array[np.int8, tuple[int, int]]:
    """Which state leads to which."""
    from scipy.sparse import csr_array

    return csr_array((chain > 0).astype(np.int8))


def limit_of_averages(chain: Array) -> Array:
    """Limit of the average distribution over states, from state 0."""
    from scipy.sparse.csgraph import connected_components

    _, label = connected_components(reach(chain), directed=True, connection="strong")
    leaves = ((chain > 0) & (label[:, np.newaxis] != label)).any(axis=1)
    transient = np.isin(label, label[leaves])
    entry = _entry(chain, transient)
    limit = np.zeros(len(chain))
    for c in np.unique(label[~transient]):
        members = np.flatnonzero(label == c)
        limit[members] = entry[members].sum() * stationary(chain[np.ix_(members, members)])
    return limit


def _entry(chain: Array, transient: Array) -> Array:
    """Probabilities of the first recurrent state that is reached from state 0."""
    if not transient[0]:
        return np.asarray(np.eye(len(chain))[0])
    chain = chain.copy()
    for k in np.flatnonzero(transient)[::-1]:  # state 0 comes last
        chain[k, k] = 0  # given that the state is left at last
        chain[k] /= chain[k].sum()
        through = chain[:, k].copy()
        chain[:, k] = 0
        chain += np.outer(through, chain[k])
    return np.asarray(chain[0])


def check_fit(game: Game, automata: Sequence[Automaton]) -> None:
    """Refuse what is no list of automata that fit a game, one for each player."""
    require_game(game, "repeated play")
    if not isinstance(automata, Sequence) or not all(isinstance(automaton, Automaton) for automaton in automata):
        raise InputError(
            f"automata is {str(automata)[:60]}; it must be a list of automata, one for each player, e.g. "
            "[CLASSICS['grim'](0), CLASSICS['grim'](1)]"
        )
    if len(automata) != game.n_players:
        raise InputError(f"{len(automata)} automata for {game!r}; one per player is needed")
    for i, automaton in enumerate(automata):
        automaton.require_seat(i, game.n_actions)


def probabilities_of(value: ArrayLike, name: str, n_players: int) -> list[float]:
    """Error probabilities of all players, from one number or one for each."""
    array = finite_floats(value, name)
    if array.shape not in ((), (n_players,)) or not ((array >= 0) & (array <= 1)).all():
        raise InputError(f"{name} is {value!r}; it must be a probability in [0, 1], or one for each player")
    return [float(p) for p in np.broadcast_to(array, (n_players,))]
