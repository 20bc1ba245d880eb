"""Exact repeated play of automata, and a plain simulation to check it.

Definitions
-----------
N automata (`theory.automata`) play a stage game for ever. Their joint state is a Markov chain. In each round
every automaton draws its action from its output; then, independently for every player,

- *noise* (error of implementation): with this probability the action is replaced by one of the player's other
  actions, all equally likely. The realised action is what is paid and what everybody, the player included, sees;
- *misperception* (private error of observation): with this probability a player sees, in place of the realised
  action of one rival, another action of that rival, all equally likely; independent over observers, rivals and
  rounds. A player always sees its own realised action. Payoffs follow the realised actions.

The *discounted* distribution over action profiles is ``(1-d) sum_t d^t Pr(a in round t)``; the *long-run*
distribution is the limit of the averages over rounds from the given start, which always exists (also when the
chain is periodic, and with several recurrent classes). Neither depends on payoffs: a whole batch of games is
contracted with one distribution.

All chains are solved by state reduction without subtractions (Grassmann, Taksar & Heyman 1985, Oper. Res.
33:1107-1116), so errors of probability 1e-12 and discount factors within 1e-12 of one lose no digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import discount_factor_of, finite_floats, whole_number
from theory.automata import Automaton
from theory.errors import InputError
from theory.game import Array, Game, require_game
from theory.generators import require_generator
from theory.solution import TOLERANCE, Solution, product_distribution

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MAX_JOINT_STATES = 4096
"""Joint states of the automata that a dense chain may have: above, memory (130 MB a matrix) is the limit."""


@dataclass(frozen=True, eq=False, repr=False)
class RepeatedPlay:
    """How a profile of automata plays a stage game for ever.

    Parameters
    ----------
    game
        The stage game, possibly a batch.
    automata
        One per player.
    discount_factor
        In [0, 1).
    discounted, long_run
        Distributions over action profiles, shape ``(n_0, ..., n_{N-1})``.
    """

    game: Game
    automata: tuple[Automaton, ...]
    discount_factor: float
    discounted: Array
    long_run: Array

    @property
    def discounted_payoffs(self) -> Array:
        """Normalised discounted payoffs ``(1-d) sum_t d^t u``, shape ``(*batch, N)``."""
        return _payoffs(self.game, self.discounted)

    @property
    def long_run_payoffs(self) -> Array:
        """Limits of the average payoffs, shape ``(*batch, N)``."""
        return _payoffs(self.game, self.long_run)

    def share(self, action: int = 1) -> Array:
        """Long-run share of rounds in which each player takes ``action``, shape ``(N,)``; 1 is *race*."""
        return _share(self.long_run, action)

    def discounted_share(self, action: int = 1) -> Array:
        """Discounted share of rounds in which each player takes ``action``, shape ``(N,)``."""
        return _share(self.discounted, action)

    def solution(self) -> Solution:
        """The long-run distribution as a `Solution`: its regret is that of the empirical play in the stage game."""
        shape = (*self.game.batch_shape, 1, *self.game.n_actions)
        names = ", ".join(automaton.name for automaton in self.automata)
        return Solution(self.game, "repeated play (long run)", np.broadcast_to(self.long_run, shape), note=names)

    def __repr__(self) -> str:
        names = ", ".join(automaton.name for automaton in self.automata)
        return f"RepeatedPlay({names}; discount factor {self.discount_factor:g})"


def play(
    game: Game,
    automata: Sequence[Automaton],
    *,
    discount_factor: float,
    noise: ArrayLike = 0.0,
    misperception: ArrayLike = 0.0,
) -> RepeatedPlay:
    """Play a stage game repeatedly and report the exact distributions over action profiles.

    Parameters
    ----------
    automata
        One per player of ``game``, in order.
    discount_factor
        In [0, 1).
    noise, misperception
        Error probabilities as the module defines them: one number, or one per player (of the player who slips;
        of the player who sees).

    Raises
    ------
    InputError
        If automata and game do not fit, or a number is out of range.

    Examples
    --------
    >>> from theory.automata import grim, tit_for_tat
    >>> dilemma = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> play(dilemma, [grim(0), grim(1)], discount_factor=0.9).long_run_payoffs
    array([3., 3.])
    >>> play(dilemma, [tit_for_tat(0), tit_for_tat(1)], discount_factor=0.9, noise=1e-9).long_run_payoffs
    array([2.25, 2.25])
    """
    discount_factor = discount_factor_of(discount_factor, lowest_included=True)
    profiles, chain = _chain(game, automata, noise, misperception)
    restart = discount_factor * chain
    restart[:, 0] += 1 - discount_factor  # restarting with probability 1-d: its stationary law is the discounted one
    return RepeatedPlay(
        game=game,
        automata=tuple(automata),
        discount_factor=discount_factor,
        discounted=_mix(_stationary(restart), profiles),
        long_run=_mix(_limit_of_averages(chain), profiles),
    )


def expected_path(
    game: Game,
    automata: Sequence[Automaton],
    *,
    rounds: int,
    noise: ArrayLike = 0.0,
    misperception: ArrayLike = 0.0,
) -> Array:
    """Exact distribution over action profiles in each of the first rounds: a finite match.

    Returns
    -------
    array of shape ``(rounds, n_0, ..., n_{N-1})``
        ``game.expected_payoffs`` of it, summed over rounds, are the expected scores.

    Raises
    ------
    InputError
        As `play`.

    Examples
    --------
    >>> from theory.automata import always_race, tit_for_tat
    >>> dilemma = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> path = expected_path(dilemma, [tit_for_tat(0), always_race(1)], rounds=5)
    >>> dilemma.expected_payoffs(path).sum(axis=0)
    array([4., 9.])
    """
    rounds = whole_number(rounds, "rounds")
    profiles, chain = _chain(game, automata, noise, misperception)
    states = np.zeros((rounds, len(chain)))
    states[0, 0] = 1
    for t in range(1, rounds):
        states[t] = states[t - 1] @ chain
    return np.asarray(np.tensordot(states, profiles, axes=1))


# -- the joint chain -------------------------------------------------------------------------------


def _chain(
    game: Game, automata: Sequence[Automaton], noise: ArrayLike, misperception: ArrayLike
) -> tuple[Array, Array]:
    """Profile probabilities ``(S, n_0, ..., n_{N-1})`` and transition matrix ``(S, S)``; state 0 is the start.

    Only the joint states that can follow the start are kept.
    """
    from scipy.sparse.csgraph import breadth_first_order

    _check_fit(game, automata)
    noises = _probabilities(noise, "noise", game.n_players)
    misperceptions = _probabilities(misperception, "misperception", game.n_players)
    states = _joint_states(automata)
    outputs = [_slip(game.n_actions[i], noises[i]) for i in range(game.n_players)]
    profiles = product_distribution([a.output[states[:, i]] @ outputs[i] for i, a in enumerate(automata)])
    moves = [_moves(a, i, misperceptions[i]) for i, a in enumerate(automata)]
    chain = np.zeros((len(states), len(states)))
    for profile in np.ndindex(*game.n_actions):
        step = reduce(np.kron, [move[(slice(None), *profile)] for move in moves])
        chain += profiles[(slice(None), *profile)][:, np.newaxis] * step
    start = int(np.ravel_multi_index(tuple(a.initial for a in automata), tuple(a.n_states for a in automata)))
    kept = breadth_first_order(_graph(chain), start, return_predecessors=False)
    return profiles[kept], chain[np.ix_(kept, kept)]


def _joint_states(automata: Sequence[Automaton]) -> Array:
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


# -- linear algebra of chains, without subtractions ------------------------------------------------


def _stationary(chain: Array) -> Array:
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


def _graph(chain: Array) -> csr_array[np.int8, tuple[int, int]]:
    """Which state leads to which."""
    from scipy.sparse import csr_array

    return csr_array((chain > 0).astype(np.int8))


def _limit_of_averages(chain: Array) -> Array:
    """Limit of the average distribution over states, from state 0."""
    from scipy.sparse.csgraph import connected_components

    _, label = connected_components(_graph(chain), directed=True, connection="strong")
    leaves = ((chain > 0) & (label[:, np.newaxis] != label)).any(axis=1)
    transient = np.isin(label, label[leaves])
    entry = _entry(chain, transient)
    limit = np.zeros(len(chain))
    for c in np.unique(label[~transient]):
        members = np.flatnonzero(label == c)
        limit[members] = entry[members].sum() * _stationary(chain[np.ix_(members, members)])
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


# -- subgame perfection ----------------------------------------------------------------------------


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
    _check_fit(game, automata)
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
    table = _joint_states(automata)
    following = np.ravel_multi_index(tuple(a.transition[table[:, i]] for i, a in enumerate(automata)), sizes)
    start = int(np.ravel_multi_index(tuple(a.initial for a in automata), sizes))
    rows = np.repeat(np.arange(len(table)), following[0].size)
    graph = np.zeros((len(table),) * 2)
    graph[rows, following.ravel()] = 1
    kept = np.sort(breadth_first_order(_graph(graph), start, return_predecessors=False))
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


# -- simulation ------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, repr=False)
class SimulatedPlay:
    """Simulated matches.

    Parameters
    ----------
    game
        The stage game, possibly a batch: the same actions are paid by every draw.
    actions
        Shape ``(replications, rounds, N)``: realised actions.
    """

    game: Game
    actions: Array

    @property
    def frequencies(self) -> Array:
        """Share of rounds spent at each profile, shape ``(replications, n_0, ..., n_{N-1})``."""
        replications, rounds, _ = self.actions.shape
        size = prod(self.game.n_actions)
        index = np.ravel_multi_index(tuple(np.moveaxis(self.actions, -1, 0)), self.game.n_actions)
        index += size * np.arange(replications)[:, np.newaxis]
        counts = np.bincount(index.ravel(), minlength=size * replications)
        return np.asarray(counts.reshape(replications, *self.game.n_actions) / rounds)

    @property
    def scores(self) -> Array:
        """Average payoff per round of each match, shape ``(*batch, replications, N)``."""
        return np.asarray(self.game.expected_payoffs(self.frequencies), dtype=float)

    @property
    def payoffs(self) -> Array:
        """Average payoffs per round over all matches, shape ``(*batch, N)``."""
        return np.asarray(self.scores.mean(axis=-2))

    @property
    def standard_errors(self) -> Array:
        """Standard errors of `payoffs` over independent matches, shape ``(*batch, N)``; NaN with a single match."""
        replications = len(self.actions)
        if replications == 1:
            return np.full_like(self.payoffs, np.nan)
        return np.asarray(self.scores.std(axis=-2, ddof=1) / np.sqrt(replications))


def simulate(
    game: Game,
    automata: Sequence[Automaton],
    *,
    rounds: int,
    rng: np.random.Generator,
    replications: int = 1,
    noise: ArrayLike = 0.0,
    misperception: ArrayLike = 0.0,
) -> SimulatedPlay:
    """Play independent matches by drawing every action: the check of `play` and `expected_path`.

    Raises
    ------
    InputError
        As `play`.

    Examples
    --------
    >>> from theory.automata import alternator, tit_for_tat
    >>> dilemma = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> match = simulate(dilemma, [alternator(0), tit_for_tat(1)], rounds=5, rng=np.random.default_rng(1))
    >>> match.actions[0].T
    array([[0, 1, 0, 1, 0],
           [0, 0, 1, 0, 1]])
    >>> match.payoffs * 5
    array([13., 13.])
    """
    _check_fit(game, automata)
    require_generator(rng)
    rounds, replications = whole_number(rounds, "rounds"), whole_number(replications, "replications")
    noises = _probabilities(noise, "noise", game.n_players)
    misperceptions = _probabilities(misperception, "misperception", game.n_players)
    actions = np.empty((rounds, game.n_players, replications), dtype=np.int64)
    states = [np.full(replications, automaton.initial) for automaton in automata]
    for t in range(rounds):
        for i, automaton in enumerate(automata):
            intended = _draw(automaton.output[states[i]], rng)
            actions[t, i] = _slipped(intended, game.n_actions[i], noises[i], rng)
        for i, automaton in enumerate(automata):
            seen = [
                actions[t, j] if j == i else _slipped(actions[t, j], n, misperceptions[i], rng)
                for j, n in enumerate(game.n_actions)
            ]
            states[i] = automaton.transition[(states[i], *seen)]
    return SimulatedPlay(game, actions.transpose(2, 0, 1))


def _draw(probabilities: Array, rng: np.random.Generator) -> Array:
    """One action per row of ``probabilities``."""
    thresholds = probabilities.cumsum(axis=1)[:, :-1]  # without the last: rounding cannot lead past it
    return np.asarray((rng.random(len(probabilities))[:, np.newaxis] >= thresholds).sum(axis=1))


def _slipped(actions: Array, n: int, probability: float, rng: np.random.Generator) -> Array:
    """The actions, each replaced with this probability by another one, uniformly."""
    if n == 1 or probability == 0:
        return actions
    slips = rng.random(actions.shape) < probability
    return np.asarray(np.where(slips, (actions + rng.integers(1, n, actions.shape)) % n, actions))


# -- finite horizons -------------------------------------------------------------------------------


def finite_strategy_counts(n_actions: Sequence[int], rounds: int) -> tuple[int, ...]:
    """Number of pure strategies of each player in the finitely repeated game: one action after every history.

    There are ``sum_{t < rounds} (n_0 ... n_{N-1})^t`` histories; two rounds are already many.

    Raises
    ------
    InputError
        If a number of actions or of rounds is not positive.

    Examples
    --------
    >>> finite_strategy_counts((2, 3), rounds=2)
    (128, 2187)
    """
    rounds = whole_number(rounds, "rounds")
    if not n_actions or min(n_actions) < 1:
        raise InputError(f"n_actions is {tuple(n_actions)}; every player needs at least one action")
    histories = sum(prod(n_actions) ** t for t in range(rounds))
    return tuple(int(n) ** histories for n in n_actions)


# -- small helpers ---------------------------------------------------------------------------------


def _mix(states: Array, profiles: Array) -> Array:
    distribution = np.tensordot(states, profiles, axes=1)
    distribution.setflags(write=False)
    return np.asarray(distribution)


def _payoffs(game: Game, distribution: Array) -> Array:
    return np.asarray(game.expected_payoffs(distribution[np.newaxis])[..., 0, :], dtype=float)


def _share(distribution: Array, action: int) -> Array:
    if not 0 <= action < min(distribution.shape):
        raise InputError(f"action is {action}; the players have {distribution.shape} actions")
    return np.array([np.take(distribution, action, axis=i).sum() for i in range(distribution.ndim)])


def _check_fit(game: Game, automata: Sequence[Automaton]) -> None:
    require_game(game, "repeated play")
    if not isinstance(automata, Sequence) or not all(isinstance(automaton, Automaton) for automaton in automata):
        raise InputError(f"automata is {str(automata)[:60]}; it must be a list of automata, e.g. [grim(0), grim(1)]")
    if len(automata) != game.n_players:
        raise InputError(f"{len(automata)} automata for {game!r}; one per player is needed")
    for i, automaton in enumerate(automata):
        if automaton.transition.shape[1:] != game.n_actions or automaton.output.shape[1] != game.n_actions[i]:
            raise InputError(
                f"automaton {automaton.name!r} of player {i} has {automaton.output.shape[1]} actions and reads "
                f"profiles of {automaton.transition.shape[1:]}; {game!r} needs {game.n_actions[i]} and {game.n_actions}"
            )


def _probabilities(value: ArrayLike, name: str, n_players: int) -> list[float]:
    array = finite_floats(value, name)
    if array.shape not in ((), (n_players,)) or not ((array >= 0) & (array <= 1)).all():
        raise InputError(f"{name} is {value!r}; it must be a probability in [0, 1], or one for each player")
    return [float(p) for p in np.broadcast_to(array, (n_players,))]
