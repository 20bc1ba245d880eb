"""Simulated repeated play at scale: any players, actions, automata, errors, horizons and states of nature.

Errors are those of `theory.repeated_play`, which solves small cases exactly; here nothing is solved and everything is
drawn, by a compiled loop. A *stochastic state* multiplies the stage games: one table of payoffs for each state of
nature, and the chances of the next state after each profile. Horizons: a fixed number of rounds, with payoffs averaged
or discounted, or a game that goes on with probability ``continuation`` after each round (at most ``rounds``), whose
sum times ``1 - continuation`` has the mean of the normalised discounted payoff.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats, number_between, whole_number
from theory.automata import Automaton
from theory.errors import InputError
from theory.game import Game, require_game

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_ROUNDS = 10**9
"""Rounds of a match, for they cannot be interrupted: some ten seconds."""

LANES = 1 << 16
"""Matches that are played at a time: bounds the memory."""


@dataclass(frozen=True, eq=False)
class Matches:
    """Scores of many matches.

    Attributes
    ----------
    scores
        Payoff per round of each match, shape ``(matches, N)``; normalised discounted with a discount factor or a
        chance of going on.
    counts
        Rounds at each profile, shape ``(matches, n_0, ..., n_{N-1})``.
    """

    scores: Floats
    counts: Integers

    def __repr__(self) -> str:
        each = ", ".join(f"{v:.6g} ± {e:.2g}" for v, e in zip(self.payoffs, self.standard_errors, strict=True))
        return f"Matches({len(self.scores)} matches; payoffs with standard errors {each})"

    @property
    def payoffs(self) -> Floats:
        """Mean scores, shape ``(N,)``."""
        return np.asarray(self.scores.mean(axis=0))

    @property
    def standard_errors(self) -> Floats:
        """Standard errors of `payoffs`; NaN with a single match."""
        matches = len(self.scores)
        spread = self.scores.std(axis=0, ddof=1) if matches > 1 else np.full(self.scores.shape[1], np.nan)
        return np.asarray(spread / np.sqrt(matches))

    @property
    def frequencies(self) -> Floats:
        """Share of all rounds at each profile, shape ``(n_0, ..., n_{N-1})``."""
        total = self.counts.sum(axis=0)
        return np.asarray(total / total.sum())


@dataclass(frozen=True, eq=False)
class Nature:
    """A state of nature that changes what profiles pay.

    Attributes
    ----------
    payoffs
        Shape ``(M, N, n_0, ..., n_{N-1})``; play starts in state 0.
    transition
        Chances of the next state: ``(M, M)``, or ``(M, n_0, ..., n_{N-1}, M)`` if it depends on the profile.
    """

    payoffs: ArrayLike
    transition: ArrayLike


class Simulator:
    """Matches of automata from a library, with one stage game and one set of errors.

    Parameters
    ----------
    game
        A single stage game.
    library
        For each player the automata that it may use: ``library[i][k]``.
    noise, misperception
        Error probabilities, one or one per player, as in `theory.repeated_play`.
    rounds
        Rounds of a match; with ``continuation`` the most rounds.
    discount_factor
        If given, scores are ``(1-d)/(1-d^rounds) sum d^t u``.
    continuation
        If given, the chance that a match goes on after each round.
    nature
        States of nature, in place of the payoffs of ``game``.

    Raises
    ------
    InputError
        If things do not fit, or numbers are out of range.

    Examples
    --------
    >>> from theory.automata import alternator, tit_for_tat
    >>> dilemma = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> match = Simulator(dilemma, [[alternator(0)], [tit_for_tat(1)]], rounds=5)
    >>> match.play(matches=1, seed=1).payoffs * 5
    array([13., 13.])
    """

    def __repr__(self) -> str:
        return f"Simulator({self.game!r}, {' x '.join(map(str, self.sizes))} automata, {self.rounds} rounds)"

    def __init__(
        self,
        game: Game,
        library: Sequence[Sequence[Automaton]],
        *,
        rounds: int,
        noise: ArrayLike = 0.0,
        misperception: ArrayLike = 0.0,
        discount_factor: float | None = None,
        continuation: float | None = None,
        nature: Nature | None = None,
    ) -> None:
        require_game(game, "Simulator")
        if not all(isinstance(a, Automaton) for own in _lists(library) for a in _lists(own)):
            raise InputError(f"library is {str(library)[:60]}; it must be a list of automata for each player")
        if game.batch_ndim or len(library) != game.n_players or not all(len(own) for own in library):
            raise InputError(f"{game!r} with automata for {len(library)} players; one game, and some for each player")
        for name, value in (("discount_factor", discount_factor), ("continuation", continuation)):
            if value is not None and number_between(value, name, 0, 1) == 1:
                raise InputError(f"{name} is {value}; it must be below 1")
        if discount_factor is not None and continuation is not None:
            raise InputError("give a discount_factor or a chance of continuation, not both")
        self.game, self.rounds = game, whole_number(rounds, "rounds", 1, MOST_ROUNDS)
        self.noise = _chances("noise", noise, game.n_players)
        self.misperception = _chances("misperception", misperception, game.n_players)
        self.discount, self.continuation = discount_factor, continuation
        self._payoffs, self._nature = _nature(game, nature)
        self._tables(library)

    def _tables(self, library: Sequence[Sequence[Automaton]]) -> None:
        shape = self.game.n_actions
        automata = [automaton for own in library for automaton in own]
        for i, own in enumerate(library):
            for automaton in own:
                automaton.require_seat(i, shape)
        self.sizes = tuple(len(own) for own in library)
        self._offset = np.concatenate([[0], np.cumsum(self.sizes)[:-1]])
        self._first = np.concatenate([[0], np.cumsum([a.n_states for a in automata])[:-1]]).astype(np.int64)
        self._start = np.array([a.initial for a in automata], np.int64)
        self._transition = np.concatenate([a.transition.reshape(a.n_states, -1) for a in automata]).astype(np.int64)
        width = max(max(shape) - 1, 1)
        self._thresholds = np.ones((len(self._transition), width))
        outputs = [row for a in automata for row in a.output]
        for row, output in zip(self._thresholds, outputs, strict=True):
            row[: len(output) - 1] = np.cumsum(output)[:-1]
        self._fixed = np.array([int(o.argmax()) if o.max() == 1 else -1 for o in outputs], np.int64)

    def play(self, *, matches: int, seed: int, lineups: ArrayLike | None = None, first: int = 0) -> Matches:
        """Play matches.

        Parameters
        ----------
        matches
            How many of each line-up.
        seed
            Of the streams: the same seed gives the same bits, with any number of threads.
        lineups
            Shape ``(L, N)``, the automaton of each player; the first of each if not given. Rows of the result are
            line-up by line-up.
        first
            Number of the first stream, to go on where an earlier call stopped.

        Raises
        ------
        InputError
            For line-ups that do not exist.
        """
        chosen = np.zeros((1, self.game.n_players)) if lineups is None else finite_floats(lineups, "lineups")
        n = self.game.n_players
        if chosen.ndim != 2 or chosen.shape[1] != n or ((chosen < 0) | (chosen >= self.sizes) | (chosen % 1 > 0)).any():
            raise InputError(
                f"lineups is {str(lineups)[:60]}; it must be rows of {n} indices of automata, below {self.sizes}"
            )
        seed, first = whole_number(seed, "seed", 0), whole_number(first, "first", 0)
        matches = whole_number(matches, "matches")
        rows = np.repeat(chosen.astype(np.int64) + self._offset, matches, axis=0)
        parts = [self._run(rows[at : at + LANES], seed, first + at) for at in range(0, len(rows), LANES)]
        scores, counts = (np.concatenate(p) for p in zip(*parts, strict=True))
        return Matches(scores, counts.reshape(-1, *self.game.n_actions))

    def play_to_precision(
        self, *, standard_error: float, seed: int, start: int = 256, most: int = 1 << 22
    ) -> tuple[Matches, bool]:
        """Double the matches until the standard error of every player's payoff is small enough.

        Returns
        -------
        matches, reached
            All matches, and whether the target was met with at most ``most`` of them.

        Raises
        ------
        InputError
            If the target is not positive.
        """
        if not number_between(standard_error, "standard_error", 0) > 0:
            raise InputError(f"standard_error is {standard_error}; it must be above 0, in units of the payoffs")
        start = whole_number(start, "start", 2)
        most = whole_number(most, "most", start)
        found = self.play(matches=start, seed=seed)
        while (reached := bool((found.standard_errors <= standard_error).all())) is False and len(found.scores) < most:
            more = self.play(
                matches=min(len(found.scores), most - len(found.scores)), seed=seed, first=len(found.scores)
            )
            found = Matches(np.concatenate([found.scores, more.scores]), np.concatenate([found.counts, more.counts]))
        return found, reached

    def _run(self, rows: Integers, seed: int, first: int) -> tuple[Floats, Integers]:
        from theory.play_kernel import play_lanes

        n_actions = np.array(self.game.n_actions, np.int64)
        stride = np.array([prod(self.game.n_actions[i + 1 :]) for i in range(len(n_actions))], np.int64)
        scores = np.zeros(rows.shape)
        counts = np.zeros((len(rows), prod(self.game.n_actions)), np.int64)
        goes_on = 1.0 if self.continuation is None else self.continuation
        discount = 1.0 if self.discount is None else self.discount
        play_lanes(
            np.uint64(seed % (1 << 64)), first, rows, self._first, self._start, self._fixed, self._thresholds,
            self._transition, n_actions, stride, self.noise, self.misperception, self.rounds, goes_on, discount,
            self._payoffs, self._nature, scores, counts,
        )  # fmt: skip
        if self.continuation is not None:
            return scores * (1 - goes_on), counts
        weight = float(self.rounds) if discount == 1 else (1 - discount**self.rounds) / (1 - discount)
        return scores / weight, counts


def memory_one_counts(
    first: ArrayLike, second: ArrayLike, *, rounds: int, matches: int, seed: int, noise: float = 0.0
) -> Integers:
    """Rounds at CC, CD, DC, DD of matches between two strategies that remember one round: the fast case.

    Parameters
    ----------
    first, second
        Chances of restraint in the first round and after (own, rival's) = CC, CD, DC, DD: five numbers each; resolved
        to 2^-32.
    noise
        Chance that an action slips.

    Returns
    -------
    array of shape ``(matches, 4)``

    Raises
    ------
    InputError
        For what is no probability.

    Examples
    --------
    >>> tit_for_tat, always_race = [1, 1, 0, 1, 0], [0] * 5
    >>> memory_one_counts(tit_for_tat, always_race, rounds=10, matches=1, seed=1)
    array([[0, 1, 0, 9]])
    """
    from theory.play_kernel import memory_one_lanes

    own, rival = finite_floats(first, "first"), finite_floats(second, "second")
    for name, five in (("first", own), ("second", rival)):
        if five.shape != (5,) or not ((five >= 0) & (five <= 1)).all():
            raise InputError(f"{name} is {five}; it must be five probabilities: in round one, after CC, CD, DC and DD")
    noise = number_between(noise, "noise", 0, 1)
    rounds, matches, seed = (
        whole_number(rounds, "rounds"),
        whole_number(matches, "matches"),
        whole_number(seed, "seed", 0),
    )
    chances = np.stack([own, rival])
    chances = (1 - noise) * chances + noise * (1 - chances)
    mine, theirs = chances[0, [1, 2, 3, 4, 0]], chances[1, [1, 3, 2, 4, 0]]  # the rival sees CD as DC
    table = np.rint(np.stack([mine, theirs], axis=-1) * 2.0**32).astype(np.uint64)
    counts = np.zeros((matches, 4), np.int64)
    lanes = np.broadcast_to(table, (matches, 5, 2)).copy()
    memory_one_lanes(np.uint64(seed % (1 << 64)), 0, lanes, rounds, counts)
    return counts


def _lists(given: Any) -> Any:
    return given if isinstance(given, Sequence) and not isinstance(given, str) else [None]


def _chances(name: str, value: ArrayLike, n_players: int) -> Floats:
    array = finite_floats(value, name)
    if array.shape not in ((), (n_players,)) or not ((array >= 0) & (array <= 1)).all():
        raise InputError(f"{name} is {value!r}; it must be a probability in [0, 1], or one for each player")
    return np.array(np.broadcast_to(array, (n_players,)))


def _nature(game: Game, nature: Nature | None) -> tuple[Floats, Floats]:
    """Payoffs ``(M, N, profiles)`` and cumulative chances of the next state ``(M, profiles, M - 1)``."""
    n, size = game.n_players, prod(game.n_actions)
    if nature is None:
        return np.asarray(game.payoffs, float).reshape(1, n, size), np.zeros((1, size, 1))
    payoffs, chances = finite_floats(nature.payoffs, "payoffs"), finite_floats(nature.transition, "transition")
    m = len(payoffs) if payoffs.ndim else 0
    if not m or chances.shape not in ((m, m), (m, size, m), (m, *game.n_actions, m)):
        raise InputError(
            f"nature has payoffs {payoffs.shape} and transition {chances.shape}; of M states it must have "
            f"{('M', n, *game.n_actions)}, and ('M', 'M') or {('M', *game.n_actions, 'M')}"
        )
    wide = np.broadcast_to(chances.reshape(m, 1, m), (m, size, m)) if chances.ndim == 2 else chances.reshape(m, -1, m)
    fits = payoffs.shape == (m, n, *game.n_actions) and wide.shape == (m, size, m)
    if not fits or (wide < 0).any() or np.abs(wide.sum(axis=-1) - 1).max() > 1e-12:
        raise InputError(
            f"nature has payoffs {payoffs.shape} and transition {chances.shape}; {game!r} has another shape"
        )
    return payoffs.reshape(m, n, size), np.ascontiguousarray(np.cumsum(wide, axis=-1)[..., :-1])
