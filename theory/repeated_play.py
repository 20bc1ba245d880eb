"""Exact repeated play of automata.

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

The chain and its limits are those of `theory.joint_chain`; who gains by a deviation is told by
`theory.subgame_perfection`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import discount_factor_of, whole_number
from theory.automata import Automaton
from theory.errors import InputError
from theory.game import Array, Game
from theory.joint_chain import joint_chain, limit_of_averages, stationary
from theory.solution import Solution


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
        return payoffs_at(self.game, self.discounted)

    @property
    def long_run_payoffs(self) -> Array:
        """Limits of the average payoffs, shape ``(*batch, N)``."""
        return payoffs_at(self.game, self.long_run)

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
    profiles, chain = joint_chain(game, automata, noise, misperception)
    restart = discount_factor * chain
    restart[:, 0] += 1 - discount_factor  # restarting with probability 1-d: its stationary law is the discounted one
    return RepeatedPlay(
        game=game,
        automata=tuple(automata),
        discount_factor=discount_factor,
        discounted=_mix(stationary(restart), profiles),
        long_run=_mix(limit_of_averages(chain), profiles),
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
    profiles, chain = joint_chain(game, automata, noise, misperception)
    states = np.zeros((rounds, len(chain)))
    states[0, 0] = 1
    for t in range(1, rounds):
        states[t] = states[t - 1] @ chain
    return np.asarray(np.tensordot(states, profiles, axes=1))


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


def _mix(states: Array, profiles: Array) -> Array:
    distribution = np.tensordot(states, profiles, axes=1)
    distribution.setflags(write=False)
    return np.asarray(distribution)


def payoffs_at(game: Game, distribution: Array) -> Array:
    """Expected payoffs at one distribution over profiles, shape ``(*batch, N)``."""
    return np.asarray(game.expected_payoffs(distribution[np.newaxis])[..., 0, :], dtype=float)


def _share(distribution: Array, action: int) -> Array:
    if not 0 <= action < min(distribution.shape):
        raise InputError(f"action is {action}; the players have {distribution.shape} actions")
    return np.array([np.take(distribution, action, axis=i).sum() for i in range(distribution.ndim)])
