"""The long run of a finite population whose members imitate and mutate, and what remains as mistakes vanish.

Definitions
-----------
A state says how many of ``Z`` individuals play each of ``S`` strategies; ``f_s`` is what one who plays ``s`` gets on
average from all others. In a step one individual, drawn at random, revises:

- *imitation*: with probability ``mutation`` it takes one of the other strategies, all equally likely; else it
  looks at another individual, of strategy ``b``, and copies it with probability ``1/(1 + exp(-selection (f_b -
  f_a)))`` (pairwise comparison; Traulsen, Nowak & Pacheco 2006, Phys. Rev. E 74:011909). Every state is visited; the
  share of time in each is the *stationary distribution*.
- *birth and death* (Moran): one is drawn to have a child with chances in proportion to fitness, ``1 - selection +
  selection f_s``; the child mutates with probability ``mutation``, and takes the place of one drawn from all, its
  parent included (Nowak, Sasaki, Taylor & Fudenberg 2004, Nature 428:646-650; with mutation Fudenberg & Imhof 2006).
- *best reply with mistakes*: it takes a best reply to the others, or by mistake, at a cost, another strategy: cost one
  (uniform mistakes; Kandori, Mailath & Rob 1993, Econometrica 61:29-56; Young 1993, Econometrica 61:57-84), or what
  the mistake loses (logit; Blume 1993, Games Econ. Behav. 5:387-424). The probability of a mistake is ``e^cost``; the
  states that keep a positive share of time as ``e`` goes to zero are *stochastically stable*: those of least
  stochastic potential, which is the least cost of a tree of moves that leads to the state from all others.

All are the same elimination of states, without subtractions (Grassmann, Taksar & Heyman 1985, Oper. Res.
33:1107-1116): on logarithms of probabilities for the first two, and for the last with sums replaced by the largest
term, which keeps the leading power of ``e`` exactly. A move changes two counts by one, so that
states in lexicographic order have neighbours within a band, and only the band is touched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import number_between, square_table
from theory.errors import InputError
from theory.finite_population import population_state_count

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MAX_STATES = 4096
"""States of a population that are solved: above, the matrix (130 MB) is the limit."""

_TIE = 1e-12  # of the payoff range: replies nearer than this to the best are best


@dataclass(frozen=True, eq=False)
class PopulationDistribution:
    """Share of time in each state of a population.

    Attributes
    ----------
    states
        How many play each strategy, shape ``(K, S)``.
    log_shares
        Log of the share of time, shape ``(K,)``.
    """

    states: Integers
    log_shares: Floats

    def __repr__(self) -> str:
        shares = ", ".join(f"{x:.4g}" for x in self.mean_shares)
        return f"PopulationDistribution({len(self.states)} states; mean shares {shares})"

    @property
    def shares(self) -> Floats:
        """Share of time in each state, shape ``(K,)``."""
        return np.asarray(np.exp(self.log_shares))

    @property
    def mean_shares(self) -> Floats:
        """Average share of the population that plays each strategy, shape ``(S,)``."""
        return np.asarray(self.shares @ self.states / self.states[0].sum())


@dataclass(frozen=True, eq=False)
class StochasticStability:
    """What remains as mistakes vanish.

    Attributes
    ----------
    states
        How many play each strategy, shape ``(K, S)``.
    potentials
        Stochastic potential of each state less the smallest, shape ``(K,)``: mistakes, or payoff lost by them.
    """

    states: Integers
    potentials: Floats

    def __repr__(self) -> str:
        return f"StochasticStability({len(self.states)} states; stable: {self.stable.tolist()})"

    @property
    def stable(self) -> Integers:
        """The stochastically stable states, shape ``(L, S)``."""
        tolerance = 1e-9 * float(self.potentials.max())
        return np.asarray(self.states[self.potentials <= tolerance])


def population_states(population_size: int, n_strategies: int) -> Integers:
    """All ways to split a population among strategies, in lexicographic order, shape ``(K, S)``.

    Raises
    ------
    InputError
        If there are more than `MAX_STATES`.

    Examples
    --------
    >>> population_states(2, 2).tolist()
    [[0, 2], [1, 1], [2, 0]]
    """
    count = population_state_count(population_size, n_strategies)
    if count > MAX_STATES:
        raise InputError(
            f"{population_size} individuals and {n_strategies} strategies have {count} states; at most {MAX_STATES} "
            "are solved; take a smaller population, or theory.finite_population.small_mutation_distribution"
        )
    population_size, n_strategies = int(population_size), int(n_strategies)  # whole numbers, as just seen
    states: list[tuple[int, ...]] = [(k,) for k in range(population_size + 1)]
    for _ in range(n_strategies - 2):
        states = [(*head, k) for head in states for k in range(population_size - sum(head) + 1)]
    if n_strategies == 1:
        return np.array([[population_size]])
    return np.array([(*head, population_size - sum(head)) for head in states], np.int64)


def mutation_distribution(
    payoffs: ArrayLike, population_size: int, selection: float, mutation: float
) -> PopulationDistribution:
    """Stationary distribution of imitation with mutation, over all states of the population.

    Parameters
    ----------
    payoffs
        Shape ``(S, S)``: what the row strategy gets against the column strategy.
    population_size
        ``Z``, at least 2; up to `MAX_STATES` states.
    selection
        Strength of selection per unit of payoff; not negative.
    mutation
        Chance that who revises takes another strategy at random, in (0, 1].

    Raises
    ------
    InputError
        For wrong shapes, numbers out of range, or too many states.

    Examples
    --------
    Imitation without selection: with mutations at every step the states of two individuals are coin tosses.

    >>> mutation_distribution([[3, 0], [5, 1]], 2, selection=0, mutation=1).shares
    array([0.25, 0.5 , 0.25])
    """
    selection = number_between(selection, "selection", 0)
    states, fitness, mutation = _population(payoffs, population_size, mutation)
    n, size = states.shape[1], states[0].sum()
    moves = np.full((len(states), n, n), -np.inf)
    with np.errstate(divide="ignore"):
        counts = np.log(states)
        for a, b in permutations(range(n), 2):
            copied = counts[:, b] - np.log(size - 1) - np.logaddexp(0, -selection * (fitness[:, b] - fitness[:, a]))
            mutant = np.log(mutation) - np.log(n - 1)
            moves[:, a, b] = counts[:, a] - np.log(size) + np.logaddexp(np.log1p(-mutation) + copied, mutant)
    return PopulationDistribution(states, _eliminate(states, moves, np.logaddexp, np.logaddexp.reduce))


def moran_distribution(
    payoffs: ArrayLike, population_size: int, selection: float, mutation: float
) -> PopulationDistribution:
    """Stationary distribution of birth and death with mutation, over all states of the population.

    Parameters
    ----------
    payoffs, population_size
        As `mutation_distribution`.
    selection
        Weight of the payoffs in fitness, in [0, 1]; one takes payoffs for fitness.
    mutation
        Chance that a child plays another strategy than its parent, in (0, 1].

    Raises
    ------
    InputError
        For wrong shapes, numbers out of range, fitness that is not positive, or too many states.

    Examples
    --------
    >>> moran_distribution([[3, 1], [4, 2]], 20, selection=1, mutation=1e-9).mean_shares
    array([0.0002, 0.9998])
    """
    selection = number_between(selection, "selection", 0, 1)
    states, average, mutation = _population(payoffs, population_size, mutation)
    n, size = states.shape[1], states[0].sum()
    fitness = 1 - selection + selection * average
    if not (fitness[states > 0] > 0).all():
        raise InputError(
            f"fitness goes down to {fitness[states > 0].min():g}; it must be positive: add a background to the "
            "payoffs, or take less selection"
        )
    with np.errstate(divide="ignore"):
        counts = np.log(states)
        births = counts + np.log(np.where(states > 0, fitness, 1.0))
        births -= np.logaddexp.reduce(births, axis=1, keepdims=True)
        mutants = np.full((len(states), n), -np.inf)  # children of other strategies
        for b, c in permutations(range(n), 2):
            mutants[:, b] = np.logaddexp(mutants[:, b], births[:, c] + np.log(mutation) - np.log(n - 1))
        born = np.logaddexp(np.log1p(-mutation) + births, mutants)
    moves = counts[:, :, None] - np.log(size) + born[:, None, :]
    return PopulationDistribution(states, _eliminate(states, moves, np.logaddexp, np.logaddexp.reduce))


def stochastic_stability(payoffs: ArrayLike, population_size: int, *, mistakes: str = "uniform") -> StochasticStability:
    """States that a population of best repliers spends its time in when mistakes are rare.

    Parameters
    ----------
    payoffs
        Shape ``(S, S)``.
    population_size
        ``Z``, at least 2; up to `MAX_STATES` states.
    mistakes
        ``"uniform"``: all equally unlikely; ``"logit"``: the less likely the more they lose.

    Raises
    ------
    InputError
        For wrong shapes, an unknown name, or too many states.

    Examples
    --------
    Aumann's stag hunt: hunting stag (9) pays more, but the risk-dominant hare is where the population settles.

    >>> stochastic_stability([[9, 0], [8, 7]], 12).stable
    array([[ 0, 12]])
    """
    table = square_table(payoffs, least=2)
    if not isinstance(mistakes, str) or mistakes not in ("uniform", "logit"):
        raise InputError(f"mistakes is {mistakes!r}; it must be 'uniform' or 'logit'")
    n = len(table)
    scale = float(np.ptp(table)) or 1.0
    states = population_states(population_size, n)
    moves = np.full((len(states), n, n), -np.inf)
    for a in range(n):
        others = states - np.eye(n, dtype=np.int64)[a]  # those whom a reviser of strategy a meets
        replies = others @ (table.T - table.min()) / (states[0].sum() - 1)
        loss = replies.max(axis=1, keepdims=True) - replies
        loss = np.where(loss <= _TIE * scale, 0.0, 1.0 if mistakes == "uniform" else loss)
        moves[:, a, :] = np.where(states[:, [a]] > 0, -loss, -np.inf)
        moves[:, a, a] = -np.inf
    found = _eliminate(states, moves, np.maximum, np.maximum.reduce)
    return StochasticStability(states, np.asarray(found.max() - found))


def _population(payoffs: ArrayLike, population_size: int, mutation: float) -> tuple[Integers, Floats, float]:
    """States, average payoff of each strategy against all others ``(K, S)``, and the checked chance of a mutation.

    Of a strategy that nobody plays the payoff does not matter.
    """
    table = square_table(payoffs, least=2)
    if number_between(mutation, "mutation", 0, 1) == 0:
        raise InputError("mutation is 0; it must be above 0, e.g. 1e-9: without mutations the end depends on chance")
    states = population_states(population_size, len(table))
    average = (states @ table.T - np.diag(table)) / (states[0].sum() - 1)
    return states, np.asarray(average), float(mutation)


def _eliminate(states: Integers, moves: Floats, add: Callable[..., Floats], total: Callable[..., Floats]) -> Floats:
    """Log of the stationary distribution, from logs of the rates at which one individual goes from ``a`` to ``b``.

    ``add`` and ``total`` are the sum of two, and of many: of logarithms, or the largest for the leading power.
    """
    count, n = states.shape
    place = {tuple(state): k for k, state in enumerate(states.tolist())}
    rates = np.full((count, count), -np.inf)
    unit = np.eye(n, dtype=np.int64)
    for a, b in permutations(range(n), 2):
        sources = np.flatnonzero(states[:, a] > 0)
        targets = [place[tuple(state)] for state in (states[sources] - unit[a] + unit[b]).tolist()]
        rates[sources, targets] = moves[sources, a, b]
    rows, columns = np.nonzero(rates > -np.inf)
    band = int(np.abs(rows - columns).max(initial=0))
    for k in range(count - 1, 0, -1):
        near = slice(max(0, k - band), k)
        rates[near, k] -= total(rates[k, near])
        rates[near, near] = add(rates[near, near], rates[near, k, np.newaxis] + rates[k, near])
    log_weight = np.zeros(count)
    for k in range(1, count):
        near = slice(max(0, k - band), k)
        log_weight[k] = total(log_weight[near] + rates[near, k])
    return np.asarray(log_weight - total(log_weight))
