"""Learning without foresight, and how far play is from equilibrium.

Each round every player looks at what its actions would have earned against what the others just did.

- *Hedge* (Freund & Schapire 1997, J. Comput. Syst. Sci. 55:119-139): weights grow by ``exp(rate u)``; the empirical
  distribution approaches the coarse correlated equilibria.
- *Regret matching* (Hart & Mas-Colell 2000, Econometrica 68:1127-1150): switch from the last action in proportion to
  what another one would have earned in its place; the empirical distribution approaches the correlated equilibria.
- *Q-learning* (Watkins & Dayan 1992), without states: estimates of the actions played, logit choice; no promise.
- *Best reply* (Cournot 1838): to what the others just did, by each with a chance of revising; else as before. With
  inertia it settles in an equilibrium of any generic potential game (Young 2004, Strategic Learning and its Limits).
- *Smooth fictitious play* (Fudenberg & Kreps 1993, Games Econ. Behav. 5:320-367): logit choice on the average of what
  each action would have earned so far; where it settles, it is in a logit equilibrium.
- *Introspection* (Hauser, Hilbe et al. 2021; Couto, Giaimo & Hilbe 2022, New J. Phys. 24:063010): compare the last
  payoff with what another action would have paid, and switch by the Fermi rule.
- *Logit* (Blume 1993, Games Econ. Behav. 5:387-424): one player at a time revises, by logit choice on what each action
  earns against the others' present ones; in a potential game the long run is the Gibbs measure of the potential.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.arrays import number_between, whole_number
from theory.distances import distances_note
from theory.errors import InputError
from theory.game import Game, require_game
from theory.generators import require_generator
from theory.learning import TIE, empirical_distribution
from theory.solution import Solution

Floats = NDArray[np.float64]
Rule = Callable[["_Memory", np.random.Generator], int]


@dataclass(frozen=True, eq=False)
class Learned:
    """Path of a learning process.

    Attributes
    ----------
    game
        The stage game.
    actions
        Shape ``(rounds, N)``.
    rule
        Its name.
    """

    game: Game
    actions: NDArray[np.int64]
    rule: str

    def __repr__(self) -> str:
        return f"Learned({self.rule}, {len(self.actions)} rounds of {self.game!r})"

    def distribution(self, burn_in: int = 0) -> Floats:
        """Shares of the profiles after the first rounds."""
        return empirical_distribution(self.game, self.actions, burn_in)

    def solution(self, burn_in: int = 0) -> Solution:
        """The empirical distribution as a `Solution`, which computes its payoffs and regret."""
        found = self.distribution(burn_in)
        return Solution(self.game, self.rule, found[np.newaxis], note=distances_note(self.game, found))


@dataclass(eq=False)
class _Memory:
    """What one player remembers; payoffs scaled to [0, 1]."""

    round: int
    last: int
    instead: Floats  # what each action would have earned in the last round
    totals: Floats  # the sum of that over rounds
    regrets: Floats  # (n, n): what b would have earned more where a was played
    values: Floats  # running estimates of the actions played
    played: NDArray[np.int64]


def learn(game: Game, rule: str, *, rounds: int, rng: np.random.Generator, rate: float | None = None) -> Learned:
    """Let all players of a game learn by the same rule.

    Parameters
    ----------
    game
        A single game.
    rule
        ``"hedge"``, ``"regret matching"``, ``"q-learning"``, ``"introspection"``, ``"best reply"``, ``"logit"`` or
        ``"smooth fictitious play"``.
    rate
        Of Hedge (default ``sqrt(8 log n / rounds)``); step of Q-learning (default 0.1); precision of logit and of
        smooth fictitious play, and strength of selection of introspection (default 20), on payoffs scaled to [0, 1];
        chance of revising of best replies (default 0.5).

    Raises
    ------
    InputError
        For another rule, a batch, no rounds, or a rate out of range.

    Examples
    --------
    >>> dilemma = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> path = learn(dilemma, "hedge", rounds=500, rng=np.random.default_rng(1))
    >>> bool(path.distribution(burn_in=250)[1, 1] > 0.95)
    True
    """
    require_game(game, "learn")
    if not isinstance(rule, str) or rule not in RULES:
        raise InputError(f"rule is {rule!r}; it must be one of {sorted(RULES)}")
    if game.batch_ndim:
        raise InputError(f"{game!r} is a batch; pick one draw of it: game[0]")
    rounds = whole_number(rounds, "rounds")
    payoffs = np.asarray(game.from_minimum()[0].payoffs, float)
    require_generator(rng)
    rate = None if rate is None else number_between(rate, "rate", 0, 1 if rule in SHARES else np.inf)
    payoffs = payoffs / (payoffs.reshape(len(payoffs), -1).max(axis=1).reshape(-1, *(1,) * game.n_players) + 1e-300)
    choose = [RULES[rule](n, rounds, rate) for n in game.n_actions]
    memories = [
        _Memory(0, 0, np.zeros(n), np.zeros(n), np.zeros((n, n)), np.full(n, 0.5), np.zeros(n, np.int64))
        for n in game.n_actions
    ]
    actions = np.empty((rounds, game.n_players), np.int64)
    for t in range(rounds):
        revising = int(rng.integers(game.n_players)) if t and rule in ONE_AT_A_TIME else None
        profile = tuple(
            rule_of(m, rng) if revising in (None, i) else m.last
            for i, (rule_of, m) in enumerate(zip(choose, memories, strict=True))
        )
        actions[t] = profile
        for i, (memory, a) in enumerate(zip(memories, profile, strict=True)):
            memory.instead = payoffs[(i, *profile[:i], slice(None), *profile[i + 1 :])]
            memory.totals += memory.instead
            memory.regrets[a] += memory.instead - memory.instead[a]
            memory.played[a] += 1
            memory.last, memory.round = a, t + 1
    return Learned(game, actions, rule)


def _draw(chances: Floats, rng: np.random.Generator) -> int:
    return int(min((rng.random() >= np.cumsum(chances)).sum(), len(chances) - 1))


def _logit(values: Floats, strength: float) -> Floats:
    weights = np.exp(strength * (values - values.max()))
    return np.asarray(weights / weights.sum())


def _hedge(n: int, rounds: int, rate: float | None) -> Rule:
    strength = np.sqrt(8 * np.log(max(n, 2)) / rounds) if rate is None else rate
    return lambda memory, rng: _draw(_logit(memory.totals, strength), rng)


def _regret_matching(n: int, rounds: int, rate: float | None) -> Rule:
    def choose(memory: _Memory, rng: np.random.Generator) -> int:
        if memory.round == 0:
            return int(rng.integers(n))
        chances = np.maximum(memory.regrets[memory.last], 0) / (memory.round * 2 * max(n - 1, 1))
        chances[memory.last] = 0
        chances[memory.last] = 1 - chances.sum()
        return _draw(chances, rng)

    return choose


def _q_learning(n: int, rounds: int, rate: float | None) -> Rule:
    step = 0.1 if rate is None else rate

    def choose(memory: _Memory, rng: np.random.Generator) -> int:
        if memory.round:
            memory.values[memory.last] += step * (memory.instead[memory.last] - memory.values[memory.last])
        return _draw(_logit(memory.values, 20.0), rng)

    return choose


def _introspection(n: int, rounds: int, rate: float | None) -> Rule:
    strength = 20.0 if rate is None else rate

    def choose(memory: _Memory, rng: np.random.Generator) -> int:
        if memory.round == 0 or n == 1:
            return int(rng.integers(n))
        other = (memory.last + int(rng.integers(1, n))) % n
        gain = memory.instead[other] - memory.instead[memory.last]
        return other if rng.random() < _logit(np.array([0.0, gain]), strength)[1] else memory.last

    return choose


def _best_reply(n: int, rounds: int, rate: float | None) -> Rule:
    chance = 0.5 if rate is None else rate

    def choose(memory: _Memory, rng: np.random.Generator) -> int:
        if memory.round == 0:
            return int(rng.integers(n))
        best = np.flatnonzero(memory.instead >= memory.instead.max() - TIE)
        if memory.last in best or rng.random() >= chance:
            return memory.last
        return int(rng.choice(best))

    return choose


def _smooth_fictitious_play(n: int, rounds: int, rate: float | None) -> Rule:
    precision = 20.0 if rate is None else rate
    return lambda memory, rng: _draw(_logit(memory.totals / max(memory.round, 1), precision), rng)


def _log_linear(n: int, rounds: int, rate: float | None) -> Rule:
    precision = 20.0 if rate is None else rate
    return lambda memory, rng: _draw(_logit(memory.instead, precision), rng)


RULES: dict[str, Callable[[int, int, float | None], Rule]] = {
    "hedge": _hedge,
    "regret matching": _regret_matching,
    "q-learning": _q_learning,
    "introspection": _introspection,
    "best reply": _best_reply,
    "logit": _log_linear,
    "smooth fictitious play": _smooth_fictitious_play,
}
"""Rules by name: each takes the number of actions, of rounds, and the rate."""

ONE_AT_A_TIME = ("introspection", "logit")
"""Rules by which one player, drawn at random, revises in a round; else all do."""

SHARES = ("q-learning", "best reply")
"""Rules whose rate is a share, at most one."""
