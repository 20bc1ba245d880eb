"""Tournaments of strategies: everybody against everybody, ecologies, and neighbours on a graph.

A *round robin* plays every ordered pair of strategies, itself included, and keeps the mean score of each pair with its
standard error. The matrix of mean scores is the *empirical game* between strategies (Wellman 2006, AAAI 1552-1555): a
`theory.Game` like any other, to be solved, and what the ecology and the graph are run on.

- *Ecology* (Axelrod 1984, ch. 2; Nowak & Sigmund 1992): shares grow with their scores, in discrete generations.
- *Graph*: each node plays its neighbours with its strategy, then copies the best of its neighbourhood (Nowak & May
  1992, Nature 359:826-829), or imitates a neighbour with the Fermi rule (Szabo & Toke 1998, Phys. Rev. E 58:69-73).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import finite_floats, number_between, square_table, whole_number, yes_or_no
from theory.automata import Automaton
from theory.errors import InputError
from theory.game import Game, require_game
from theory.generators import require_generator
from theory.intervals import Estimate
from theory.simulated_play import Simulator

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tournament:
    """Result of a round robin.

    Attributes
    ----------
    names
        The strategies.
    scores
        Mean payoff per round of the row's strategy in the seat of player 0 and of the column's in that of player 1,
        shape ``(2, K, K)``.
    repetitions
        Mean score of each strategy over all its matches, by repetition: shape ``(R, K)``; repetitions are independent.
    errors
        Standard errors of ``scores``, same shape.
    """

    names: tuple[str, ...]
    scores: Floats
    errors: Floats
    repetitions: Floats

    def __repr__(self) -> str:
        count, means = len(self.repetitions), self.repetitions.mean(axis=0)
        best = ", ".join(f"{self.names[k]} {means[k]:.5g}" for k in np.argsort(-means, kind="stable")[:3])
        return f"Tournament({len(self.names)} strategies, {count} repetitions; best: {best})"

    def game(self) -> Game:
        """The empirical game: choose a strategy, get its mean score."""
        return Game(self.scores, actions=[self.names, self.names])

    def estimates(self, level: float = 0.95) -> dict[str, Estimate]:
        """Mean score of each strategy with its interval over the repetitions, best first."""
        from scipy import stats

        count = len(self.repetitions)
        mean = self.repetitions.mean(axis=0)
        half = stats.t.ppf(0.5 + level / 2, count - 1) * self.repetitions.std(axis=0, ddof=1) / np.sqrt(count)
        return {
            self.names[k]: Estimate(float(mean[k]), float(mean[k] - half[k]), float(mean[k] + half[k]))
            for k in np.argsort(-mean, kind="stable")
        }

    def ranks(self, *, rng: np.random.Generator, level: float = 0.95, samples: int = 1000) -> dict[str, Estimate]:
        """Rank of each strategy, 1 for the best, with a bootstrap interval over the repetitions; best first.

        Equal means share the better rank.
        """
        count = len(self.repetitions)
        drawn = require_generator(rng).integers(0, count, (samples, count))
        means = np.stack([self.repetitions[rows].mean(axis=0) for rows in drawn])
        low, high = np.quantile(_ranks(means), [0.5 - level / 2, 0.5 + level / 2], axis=0)
        rank = _ranks(self.repetitions.mean(axis=0))
        return {
            self.names[k]: Estimate(
                float(rank[k]), min(float(low[k]), float(rank[k])), max(float(high[k]), float(rank[k]))
            )
            for k in np.argsort(rank, kind="stable")
        }


def round_robin(
    game: Game,
    strategies: Mapping[str, Callable[[int], Automaton]],
    *,
    rounds: int,
    repetitions: int,
    seed: int,
    noise: ArrayLike = 0.0,
    misperception: ArrayLike = 0.0,
    discount_factor: float | None = None,
    continuation: float | None = None,
) -> Tournament:
    """Play every ordered pair of strategies.

    Parameters
    ----------
    game
        A two-player stage game, symmetric or not: strategies play in both seats.
    strategies
        Builders by name: ``strategies[name](player)``, such as `theory.strategies.CLASSICS` or a part of it.
    rounds, noise, misperception, discount_factor, continuation
        As in `theory.simulated_play.Simulator`.
    repetitions
        Matches of each pair, at least 2.
    seed
        Of the streams.

    Raises
    ------
    InputError
        For another number of players, or too few repetitions.

    Examples
    --------
    >>> from theory.strategies import CLASSICS
    >>> dilemma = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> entries = {name: CLASSICS[name] for name in ("always_race", "always_restrain", "tit_for_tat")}
    >>> result = round_robin(dilemma, entries, rounds=10, repetitions=2, seed=1)
    >>> result.scores[0]  # against each
    array([[1. , 5. , 1.4],
           [0. , 3. , 3. ],
           [0.9, 3. , 3. ]])
    """
    repetitions = _repetitions(game, strategies, repetitions)
    size = len(strategies)
    library = [[build(i) for build in strategies.values()] for i in (0, 1)]
    simulator = Simulator(
        game, library, rounds=rounds, noise=noise, misperception=misperception, discount_factor=discount_factor,
        continuation=continuation,
    )  # fmt: skip
    lineups = list(product(range(size), repeat=2))
    played = simulator.play(matches=repetitions, seed=seed, lineups=lineups).scores
    table = played.reshape(size, size, repetitions, 2)
    scores = np.moveaxis(table.mean(axis=2), -1, 0)
    errors = np.moveaxis(table.std(axis=2, ddof=1), -1, 0) / np.sqrt(repetitions)
    own = (table[..., 0].mean(axis=1) + table[..., 1].mean(axis=0)) / 2  # over rivals, in both seats
    return Tournament(tuple(strategies), scores, errors, np.ascontiguousarray(own.T))


def ecology(scores: ArrayLike, *, generations: int, start: ArrayLike | None = None) -> Floats:
    """Shares of strategies that grow with their mean scores.

    Parameters
    ----------
    scores
        Score of the row against the column, shape ``(K, K)``, not negative; of a `Tournament` of a symmetric game
        ``scores[0]``.
    generations
        Steps ``x_k <- x_k (A x)_k / (x A x)``.
    start
        First shares; equal if not given.

    Returns
    -------
    array of shape ``(generations + 1, K)``

    Raises
    ------
    InputError
        For negative scores or shares that do not add up to one.

    Examples
    --------
    >>> ecology([[3, 0], [5, 1]], generations=100)[-1].round(3)
    array([0., 1.])
    """
    table = finite_floats(scores, "scores")
    if (
        table.ndim != 2
        or not table.size
        or table.shape[0] != table.shape[1]
        or not (table >= 0).all()
        or not table.any()
    ):
        raise InputError(f"scores are {str(scores)[:60]}; they must be a square table, not negative, and not all zero")
    generations = whole_number(generations, "generations", 0)
    first = np.full(len(table), 1 / len(table)) if start is None else finite_floats(start, "start")
    if first.shape != (len(table),) or (first < 0).any() or abs(first.sum() - 1) > 1e-9:
        raise InputError(f"start is {start!r}; it must be {len(table)} shares that add up to one")
    path = np.empty((generations + 1, len(table)))
    path[0] = first
    for t in range(generations):
        fitness = table @ path[t]
        mean = path[t] @ fitness
        path[t + 1] = path[t] * fitness / mean if mean > 0 else path[t]
        path[t + 1] /= path[t + 1].sum()
    return path


def on_graph(
    graph: Any,
    scores: ArrayLike,
    start: Mapping[Any, int],
    *,
    generations: int,
    selection: float | None = None,
    rng: np.random.Generator | None = None,
    with_itself: bool = False,
) -> NDArray[np.int64]:
    """Spatial tournament: nodes play their neighbours, then imitate.

    Parameters
    ----------
    graph
        A `networkx` graph, or anything with ``nodes`` and ``neighbors(node)``.
    scores
        Score of the row against the column, shape ``(K, K)``.
    start
        Strategy of each node.
    generations
        Steps. Without ``selection`` all nodes copy the best score among their neighbours and themselves at the same
        time (a tie is kept by who has it, else goes to the strategy of the smallest number); with it as many nodes as
        there are look, one after the other, at a random neighbour and copy it with chance
        ``1 / (1 + exp(-selection (theirs - mine)))``.
    rng
        Needed with ``selection``.
    with_itself
        Whether a node also plays its own strategy, as in Nowak & May 1992.

    Returns
    -------
    array of shape ``(generations + 1, nodes)``
        Strategies, in the order of ``graph.nodes``.

    Raises
    ------
    InputError
        If a node has no strategy, or ``selection`` comes without ``rng``.

    Examples
    --------
    >>> import networkx
    >>> ring = networkx.cycle_graph(6)
    >>> on_graph(ring, [[3, 0], [5, 1]], dict.fromkeys(ring, 0) | {0: 1}, generations=2)
    array([[1, 0, 0, 0, 0, 0],
           [1, 1, 0, 0, 0, 1],
           [1, 1, 0, 0, 0, 1]])
    """
    if not hasattr(graph, "nodes") or not hasattr(graph, "neighbors"):
        raise InputError(f"graph is {str(graph)[:60]}; it must be a networkx graph")
    table, nodes = square_table(scores), list(graph.nodes)
    generations, with_itself = whole_number(generations, "generations", 0), yes_or_no(with_itself, "with_itself")
    known = isinstance(start, Mapping) and all(isinstance(k, int | np.integer) for k in start.values())
    if not known:
        raise InputError(f"start is {str(start)[:60]}; it must be a mapping from nodes to numbers of strategies")
    if not nodes:
        raise InputError("the graph has no nodes; a spatial tournament needs some")
    if selection is not None:
        selection = number_between(selection, "selection", 0)
    if set(nodes) - set(start) or (selection is not None and rng is None):
        raise InputError("every node needs a strategy in start, and imitation by chance needs rng")
    place = {node: k for k, node in enumerate(nodes)}
    near = [np.array([place[other] for other in graph.neighbors(node)], np.int64) for node in nodes]
    states = np.array([start[node] for node in nodes], np.int64)
    if states.min() < 0 or states.max() >= len(table):
        raise InputError(f"start has strategies {states.min()} to {states.max()}; there are {len(table)}")

    def score(k: int) -> float:
        alone = table[states[k], states[k]] if with_itself else 0.0
        return float(table[states[k], states[near[k]]].sum() + alone)

    history = [states.copy()]
    for _ in range(generations):
        if selection is None:
            states = _copy_best(states, near, [score(k) for k in range(len(nodes))])
        else:
            drawn = require_generator(rng)
            for k in drawn.integers(0, len(nodes), len(nodes)):
                if near[k].size:
                    other = int(drawn.choice(near[k]))
                    chance = 1 / (1 + np.exp(np.clip(-selection * (score(other) - score(k)), -700, 700)))
                    if drawn.random() < chance:
                        states[k] = states[other]
        history.append(states.copy())
    return np.array(history)


def _copy_best(states: NDArray[np.int64], near: Sequence[NDArray[np.int64]], scores: Sequence[float]) -> Any:
    following = states.copy()
    for k, neighbours in enumerate(near):
        best = max([scores[k], *(scores[j] for j in neighbours)])
        if scores[k] < best:
            following[k] = min(states[j] for j in neighbours if scores[j] == best)
    return following


def _ranks(means: Floats) -> Floats:
    """Rank of each entry along the last axis, 1 for the largest; equal ones share the better rank."""
    rounding = 1e-12 * np.abs(means).max()
    return np.asarray((means[..., None, :] > means[..., :, None] + rounding).sum(axis=-1) + 1, float)


def _repetitions(game: Game, strategies: Mapping[str, Any], repetitions: int) -> int:
    """Checked number of repetitions of a tournament."""
    require_game(game, "a tournament")
    if not isinstance(strategies, Mapping) or not all(callable(build) for build in strategies.values()):
        raise InputError(
            f"strategies is {str(strategies)[:60]}; it must be a mapping from names to builders, e.g. CLASSICS"
        )
    if game.n_players != 2 or game.batch_ndim or not strategies:
        raise InputError(
            f"{game!r} with {len(strategies)} strategies; a single game of two players, and some strategies"
        )
    return whole_number(repetitions, "repetitions", 2)


def from_programs(
    game: Game, strategies: Mapping[str, Callable[[], Any]], *, rounds: int, repetitions: int, rng: np.random.Generator,
    noise: float = 0.0, misperception: float = 0.0,
) -> Tournament:  # fmt: skip
    """Round robin of programs (`theory.history_play`), such as players of the `axelrod` library; much slower.

    Parameters and errors as `round_robin`; ``strategies[name]()`` makes a fresh `theory.history_play.Strategy`.
    """
    from theory.history_play import match

    repetitions = _repetitions(game, strategies, repetitions)
    size = len(strategies)
    table = np.empty((size, size, repetitions, 2))
    makers = list(strategies.values())
    for (a, first), (b, second) in product(enumerate(makers), repeat=2):
        for r in range(repetitions):
            moves = match(
                [first(), second()],
                rounds=rounds, rng=rng, noise=noise, misperception=misperception, n_actions=game.n_actions,
            )  # fmt: skip
            table[a, b, r] = np.asarray(game.payoffs, float)[:, moves[:, 0], moves[:, 1]].mean(axis=1)
    own = (table[..., 0].mean(axis=1) + table[..., 1].mean(axis=0)) / 2
    return Tournament(
        tuple(strategies), np.moveaxis(table.mean(axis=2), -1, 0),
        np.moveaxis(table.std(axis=2, ddof=1), -1, 0) / np.sqrt(repetitions), np.ascontiguousarray(own.T),
    )  # fmt: skip
