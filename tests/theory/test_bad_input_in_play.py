"""Senseless input to repeated play, tournaments, evolution and learning: one class of error, with a message."""

import networkx
import numpy as np
import pytest

from theory import (
    Automaton,
    AutomatonStrategy,
    FunctionStrategy,
    Game,
    Nature,
    QLearner,
    Simulator,
    SymmetricRace,
    adaptive_tit_for_tat,
    best_so_far,
    best_trigger,
    capped,
    cournot_threshold,
    critical_discount_factor,
    deterring_penalty,
    deviation_gain,
    expected_path,
    fictitious_play,
    green_porter,
    inspected,
    invasion_diagram,
    is_subgame_perfect,
    keeps_to_path,
    learn,
    limit_score,
    local_interaction,
    log_fixation_matrix,
    logit_equilibrium,
    match,
    memory_one_counts,
    mutation_distribution,
    on_graph,
    path_payoffs,
    path_thresholds,
    payoff_bounds,
    payoff_set,
    penal_threshold,
    play,
    population_generations,
    population_paths,
    public_bounds,
    replicator_path,
    round_robin,
    simulate,
    spending_trigger,
    stick_and_carrot,
    stochastic_stability,
    strategy_stability,
    supporting_play,
    symbolic_critical_discount_factor,
    symmetric_public_payoffs,
    tullock_threshold,
    turn_taking,
)
from theory.automata import always_race, extortion, forgiving_grim, generous_tit_for_tat, memory_one, tit_for_tat
from theory.automata import grim_trigger as grim_trigger_automaton
from theory.discounting import grim_trigger
from theory.errors import InputError
from theory.finite_population import moran_fixation_exact, rare_mutation_distribution
from theory.strategies import cycle, n_tits_for_m_tats, zero_determinant

GAME = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
PAIR = [tit_for_tat(0), always_race(1)]
ENTRIES = {"tit for tat": tit_for_tat, "always race": always_race}
LEVELS = [[1, 2, 3], [1, 2, 3]]
TRIGGER = {"threshold": 4, "restrained": (0, 0), "punish": (2, 2), "rounds": 2}
HALVES = ([0.5, 0.5], [0.5, 0.5])
TABLE = [[1, 2], [3, 4]]
SIGNALS = np.full((2, 2, 2), 0.5)
DUOPOLY = SymmetricRace(lambda own, rival: own * (1 - own - rival), 2, 1 / 3, 1 / 4, 0.01, 0.5)
RNG = np.random.default_rng(1)


def simulator(**changes):
    return Simulator(**({"game": GAME, "library": [[PAIR[0]], [PAIR[1]]], "rounds": 3} | changes))


def played(**changes):
    return simulator().play(**({"matches": 2, "seed": 1} | changes))


CALLS = {
    "not a count": (
        (None, "x", 1.5, np.nan, -1),
        [
            lambda v: played(seed=v),
            lambda v: played(matches=v),
            lambda v: played(first=v),
            lambda v: simulator(rounds=v),
            lambda v: memory_one_counts([1] * 5, [0] * 5, rounds=3, matches=v, seed=1),
            lambda v: memory_one_counts([1] * 5, [0] * 5, rounds=v, matches=3, seed=1),
            lambda v: round_robin(GAME, ENTRIES, rounds=3, repetitions=v, seed=1),
            lambda v: round_robin(GAME, ENTRIES, rounds=v, repetitions=3, seed=1),
            lambda v: expected_path(GAME, PAIR, rounds=v),
            lambda v: simulate(GAME, PAIR, rounds=v, rng=RNG),
            lambda v: match([AutomatonStrategy(a) for a in PAIR], rounds=v, rng=RNG),
            lambda v: population_generations(GAME, HALVES, v),
            lambda v: log_fixation_matrix(TABLE, v, 1),
            lambda v: mutation_distribution(TABLE, v, 1, 0.1),
            lambda v: invasion_diagram(TABLE, v, 1),
            lambda v: fictitious_play(GAME, [0, 0], rounds=v),
            lambda v: learn(GAME, "hedge", rounds=v, rng=RNG),
            lambda v: spending_trigger(v, LEVELS, **TRIGGER),
            lambda v: path_payoffs(GAME, 0.5, cells=v),
        ],
    ),
    "not a share": (
        ("x", np.nan, -0.1, 1.1, [0.1, 0.2, 0.3]),
        [
            lambda v: simulator(noise=v),
            lambda v: simulator(misperception=v),
            lambda v: simulator(discount_factor=v),
            lambda v: simulator(continuation=v),
            lambda v: play(GAME, PAIR, discount_factor=v),
            lambda v: play(GAME, PAIR, discount_factor=0.5, noise=v),
            lambda v: is_subgame_perfect(GAME, PAIR, discount_factor=v),
            lambda v: keeps_to_path(GAME, [(0, 0)], (1, 1), v),
            lambda v: payoff_set(GAME, v),
            lambda v: payoff_bounds(GAME, v),
            lambda v: path_payoffs(GAME, v),
            lambda v: mutation_distribution(TABLE, 5, 1, v),
            lambda v: fictitious_play(GAME, [0, 0], rounds=3, gain=v),
            lambda v: public_bounds(GAME, SIGNALS, v),
            lambda v: symmetric_public_payoffs(GAME, SIGNALS, v),
            lambda v: inspected(GAME, [[0], [0]], detection=v, penalty=1),
            lambda v: deterring_penalty(GAME, (0, 0), v),
            lambda v: match([AutomatonStrategy(a) for a in PAIR], rounds=3, rng=RNG, noise=v),
        ],
    ),
    "not a profile": (
        (5, "ab", (0,), (0, 5), (0, 0.5), (0, np.nan), (0, -1)),
        [
            lambda v: path_thresholds(GAME, [v], (1, 1)),
            lambda v: path_thresholds(GAME, [(0, 0)], v),
            lambda v: grim_trigger(GAME, v),
            lambda v: fictitious_play(GAME, v, rounds=3),
            lambda v: penal_threshold(GAME, v),
            lambda v: deterring_penalty(GAME, v),
            lambda v: spending_trigger(0, LEVELS, **(TRIGGER | {"restrained": v})),
            lambda v: spending_trigger(0, LEVELS, **(TRIGGER | {"punish": v})),
        ],
    ),
    "not a game": (
        (None, "game", np.eye(2)),
        [
            lambda v: simulator(game=v),
            lambda v: play(v, PAIR, discount_factor=0.5),
            lambda v: round_robin(v, ENTRIES, rounds=3, repetitions=2, seed=1),
            lambda v: turn_taking(v),
            lambda v: grim_trigger(v),
            lambda v: path_thresholds(v, [(0, 0)], (1, 1)),
            lambda v: payoff_set(v, 0.5),
            lambda v: payoff_bounds(v, 0.5),
            lambda v: fictitious_play(v, [0, 0], rounds=3),
            lambda v: learn(v, "hedge", rounds=3, rng=RNG),
            lambda v: population_paths(v, HALVES, [0, 1]),
            lambda v: penal_threshold(v, (0, 0)),
            lambda v: path_payoffs(v, 0.5),
            lambda v: limit_score(v, SIGNALS, [1, 1]),
            lambda v: public_bounds(v, SIGNALS, 0.5),
            lambda v: symmetric_public_payoffs(v, SIGNALS, 0.5),
            lambda v: supporting_play(v, payoff_set(GAME, 0.6)),
            lambda v: deviation_gain(v, supporting_play(GAME, payoff_set(GAME, 0.6)), 0.6),
            lambda v: capped(v, [[0], [0]]),
            lambda v: inspected(v, [[0], [0]], detection=0.5, penalty=1),
            lambda v: deterring_penalty(v, (0, 0)),
            lambda v: best_so_far(v, [0]),
            lambda v: QLearner(v),
        ],
    ),
    "not what plays": (
        (None, "ab", [1, 2], [tit_for_tat(0)]),
        [
            lambda v: simulator(library=v),
            lambda v: play(GAME, v, discount_factor=0.5),
            lambda v: is_subgame_perfect(GAME, v, discount_factor=0.5),
            lambda v: round_robin(GAME, v, rounds=3, repetitions=2, seed=1),
            lambda v: match(v or [], rounds=3, rng=RNG),
            lambda v: on_graph(networkx.path_graph(2), TABLE, v, generations=1),
            lambda v: on_graph(v, TABLE, {0: 0, 1: 1}, generations=1),
        ],
    ),
    "not shares": (
        (None, "ab", ([np.nan, 1], [0.5, 0.5]), ([0.5, 0.5],), ([0.5, 0.6], [0.5, 0.5])),
        [
            lambda v: population_paths(GAME, v, [0, 1]),
            lambda v: population_generations(GAME, v, 3),
        ],
    ),
    "not line-ups": (
        ("ab", [0, 0], [[0]], [[0, 1]], [[0.5, 0]], [[np.nan, 0]], [["a", "b"]]),
        [lambda v: played(lineups=v)],
    ),
    "not times": (
        ([0], [1, 0], None, "a", [0, np.nan]),
        [lambda v: population_paths(GAME, HALVES, v), lambda v: replicator_path(TABLE, [0.5, 0.5], v)],
    ),
    "not one share": (
        (None, "ab", ["a", "b"], [np.nan, 1], [0.5, 0.6], [1]),
        [lambda v: replicator_path(TABLE, v, [0, 1]), lambda v: strategy_stability(TABLE, v)],
    ),
    "not a discount factor or noise": (
        ("x", None, np.nan, -0.1),
        [
            lambda v: green_porter(0.1, v),
            lambda v: green_porter(v, 0.9),
            lambda v: best_trigger(DUOPOLY, v, 0.5),
            lambda v: best_trigger(DUOPOLY, 0.1, v),
        ],
    ),
    "not a state of nature": (
        (
            Nature("a", [[1.0]]),
            Nature(5, [[1.0]]),
            Nature(np.zeros((1, 2, 2, 2)), "x"),
            Nature(np.full((1, 2, 2, 2), np.nan), [[1.0]]),
            Nature(np.zeros((2, 2, 2, 2)), [[1.0]]),
            Nature(np.zeros((2, 2, 2, 2)), [[0.5, 0.4], [0.5, 0.5]]),
        ),
        [lambda v: simulator(nature=v)],
    ),
    "not a number of a strategy": (
        ("x", [1, 2], np.nan, -0.5, 9.0),
        [
            lambda v: adaptive_tit_for_tat(v),
            lambda v: QLearner(GAME, rate=v),
            lambda v: QLearner(GAME, discount_factor=v),
            lambda v: QLearner(GAME, exploration=v),
            lambda v: learn(GAME, "best reply", rounds=3, rng=RNG, rate=v),
            lambda v: learn(GAME, "q-learning", rounds=3, rng=RNG, rate=v),
            lambda v: generous_tit_for_tat(0, v),
            lambda v: memory_one("one", v, (1, 0, 1, 0), 0),
            lambda v: memory_one("one", 1, (1, 0, v, 0), 0),
            lambda v: zero_determinant(0, v, 0.5, 1),
            lambda v: extortion(0, 3.0, v),
            lambda v: zero_determinant(v, 0.1, 0.5, 1),
            lambda v: Automaton("one", [[1, 0]], np.zeros((1, 2, 2), int), initial=v),
        ],
    ),
    "not a count of a strategy": (
        (None, "x", 1.5, 0, np.nan),
        [
            lambda v: forgiving_grim(0, v),
            lambda v: n_tits_for_m_tats(v, 2, 0),
            lambda v: SymmetricRace(DUOPOLY.payoff, v, 1 / 3, 1 / 4, 0.01, 0.5),
            lambda v: SymmetricRace(DUOPOLY.payoff, 2, 1 / 3, 1 / 4, 0.01, 0.5, levels=v),
            lambda v: green_porter(0.1, 0.9, n_firms=v),
            lambda v: payoff_set(GAME, 0.5, max_iterations=v),
            lambda v: payoff_bounds(GAME, 0.5, max_iterations=v),
            lambda v: payoff_bounds(GAME, 0.5, n_directions=v),
            lambda v: public_bounds(GAME, SIGNALS, 0.5, max_iterations=v),
            lambda v: public_bounds(GAME, SIGNALS, 0.5, n_directions=v),
        ],
    ),
    "not a tolerance": (
        (None, "x", np.nan, -1),
        [
            lambda v: payoff_bounds(GAME, 0.5, tolerance=v),
            lambda v: public_bounds(GAME, SIGNALS, 0.5, tolerance=v),
            lambda v: population_generations(GAME, HALVES, 3, background=v),
        ],
    ),
    "not four payoffs": (
        (None, "x", (1, 2), (5, 3, 1, "a"), (5, 3, 1, np.nan)),
        [lambda v: extortion(0, payoffs=v), lambda v: zero_determinant(0, 0.1, 0.5, 1, v)],
    ),
    "not actions of rounds or players": (
        (None, "ab", 5, [9], [0.5], [np.nan]),
        [
            lambda v: best_so_far(GAME, v),
            lambda v: local_interaction(TABLE, np.ones((2, 2)), v, [[0]]),
            lambda v: local_interaction(TABLE, np.ones((2, 2)), [0, 0], v),
            lambda v: local_interaction(TABLE, np.ones((2, 2)), [0, 0], [[0], v]),
            lambda v: grim_trigger_automaton(0, (2, 2), v, (1, 1)),
        ],
    ),
    "not a function or its value": (
        ("x", 0.5, 7),
        [
            lambda v: FunctionStrategy(v),
            lambda v: match([FunctionStrategy(lambda past, i, rng: v)] * 2, rounds=3, rng=RNG),
            lambda v: SymmetricRace(v, 2, 1 / 3, 1 / 4, 0.01, 0.5),
            lambda v: stick_and_carrot(v, lambda q: (1 - q) ** 2 / 4, target=1 / 4, nash=1 / 3, worst=1 / 2),
            lambda v: local_interaction(TABLE, np.ones((2, 2)), [0, 0], [[0]], v),
            lambda v: best_trigger(v, 0.1, 0.5),
            lambda v: supporting_play(GAME, v),
        ],
    ),
    "not a name, expression or list": (
        ("a b", ["a", "b", "c"], 0.5, {"a": 1}),
        [
            lambda v: learn(GAME, v, rounds=3, rng=RNG),
            lambda v: cycle(v, 0),
            lambda v: cournot_threshold(v),
            lambda v: tullock_threshold(n=v),
            lambda v: symbolic_critical_discount_factor(v),
            lambda v: invasion_diagram(TABLE, 5, 1, names=v),
            lambda v: moran_fixation_exact(v, 5),
            lambda v: rare_mutation_distribution(v),
        ],
    ),
    "neither strategies, names, flags nor numbers": (
        ({"a": 1}, [], np.zeros((2, 2)), [["a"], ["b"]], 1j),
        [
            lambda v: match(v, rounds=3, rng=RNG),
            lambda v: match(PAIR, rounds=3, rng=RNG, n_actions=v),
            lambda v: invasion_diagram(TABLE, 5, 1, names=v),
            lambda v: invasion_diagram(TABLE, 5, 1, process=v),
            lambda v: invasion_diagram(TABLE, 5, v),
            lambda v: stochastic_stability(TABLE, 5, mistakes=v),
            lambda v: cournot_threshold(2, threat=v),
            lambda v: on_graph(networkx.path_graph(2), TABLE, {0: 0, 1: 1}, generations=1, with_itself=v),
            lambda v: is_subgame_perfect(GAME, PAIR, discount_factor=0.5, tolerance=v),
            lambda v: logit_equilibrium(GAME, v),
        ],
    ),
    "too large": (
        (10**400, 1e301),
        [
            lambda v: logit_equilibrium(GAME, v),
            lambda v: path_payoffs(GAME, 0.5, cells=v),
            lambda v: replicator_path([[v, 0], [0, 1]], [0.5, 0.5], [0, 1]),
            lambda v: critical_discount_factor(cooperation=0, deviation=v, punishment=-1),
        ],
    ),
    "not a threshold": (
        (np.nan, "x", None, 1.0),  # the restrained spend 2
        [lambda v: spending_trigger(0, LEVELS, **(TRIGGER | {"threshold": v}))],
    ),
}


@pytest.mark.parametrize(
    ("call", "value"),
    [
        pytest.param(call, value, id=f"{kind}-{number}-{place}")
        for kind, (values, calls) in CALLS.items()
        for number, call in enumerate(calls)
        for place, value in enumerate(values)
    ],
)
def test_refused(call, value):
    with pytest.raises(InputError) as caught:
        call(value)
    assert len(str(caught.value)) > 20  # says what was given and what to do
