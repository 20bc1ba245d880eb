"""Repeated play of automata by drawing every action in turn: plain, and the check of exact and of compiled play."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import whole_number
from theory.automata import Automaton
from theory.game import Array, Game
from theory.generators import require_generator
from theory.joint_chain import check_fit, probabilities_of


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

    def __repr__(self) -> str:
        matches, rounds, players = self.actions.shape
        return f"SimulatedPlay({matches} matches of {rounds} rounds, {players} players)"

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
    check_fit(game, automata)
    require_generator(rng)
    rounds, replications = whole_number(rounds, "rounds"), whole_number(replications, "replications")
    noises = probabilities_of(noise, "noise", game.n_players)
    misperceptions = probabilities_of(misperception, "misperception", game.n_players)
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
