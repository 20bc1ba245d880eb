"""Results print in a few lines that a notebook can show, and say what a reader has to know."""

import warnings

import numpy as np
import pytest
import sympy

from models import ComputeRace
from theory import (
    CLASSICS,
    AutomatonStrategy,
    AxelrodStrategy,
    ContinuousGame,
    Game,
    QLearner,
    SharedLimit,
    Simulator,
    adaptive_tit_for_tat,
    best_so_far,
    continue_equilibria,
    continuous_commitment,
    continuous_penal_threshold,
    correlated_equilibrium,
    decompose,
    equilibrium_derivative,
    fictitious_play,
    fit_logit,
    invasion_diagram,
    iterated_dominance,
    learn,
    logit_branch,
    mutation_distribution,
    nash,
    one_shot_deviations,
    path_payoffs,
    payoff_bounds,
    payoff_set,
    penal_code,
    public_bounds,
    pure_nash,
    round_robin,
    simulate,
    stochastic_stability,
    strong_stackelberg,
    supermodularity,
    support_regimes,
    symbolic_equilibria,
    symmetric_count_equilibria,
    tullock_contest,
    weighted_potential,
)
from theory.first_tournament import ENTRIES as FIRST_TOURNAMENT
from theory.two_by_two import two_by_two
from theory.vertices import maximal_components

GAME = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
PENNIES = Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
TABLE = np.array([[3, 0], [5, 1]])
PAIR = [CLASSICS["grim"](0), CLASSICS["tit_for_tat"](1)]
ENTRIES = {name: CLASSICS[name] for name in ("grim", "always_race")}
RACE = Game(GAME.payoffs, players=["Meta", "Google"], actions=[["restrain", "race"]] * 2)
CHICKEN = Game.from_bimatrix([[6, 2], [7, 0]], [[6, 7], [2, 0]], actions=[["restrain", "race"]] * 2)
STAG_HUNT = Game.from_bimatrix([[10, 1], [8, 5]], [[10, 8], [1, 5]], actions=[["stag", "hare"]] * 2)
LEADER = Game.from_bimatrix([[2, 4], [1, 3]], [[1, 0], [0, 1]], players=["Meta", "Google"], actions=["ab", "cd"])


def axelrod_player():
    with warnings.catch_warnings():  # of the library, when it is imported
        warnings.simplefilter("ignore")
        import axelrod
    return axelrod.TitForTat()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: payoff_set(GAME, 0.1), "PayoffSet((1, 1); discount factor 0.1)"),
        (lambda: payoff_set(PENNIES, 0.5), "PayoffSet(empty; discount factor 0.5)"),
        (lambda: payoff_bounds(GAME, 0.1), "PayoffBounds(1 inner vertices, gap"),
        (lambda: public_bounds(PENNIES, np.ones((2, 2, 1)), 0.5), "PublicBounds(empty; discount factor 0.5)"),
        (lambda: payoff_bounds(GAME, 0.6).play, "SupportingPlay("),
        (
            lambda: public_bounds(GAME, np.ones((2, 2, 1)), 0.5).play,
            "PublicPlay(1 states, 1 signals; profiles [(1, 1)])",
        ),
        (lambda: one_shot_deviations(GAME, PAIR, discount_factor=0.6), "joint states, largest gain"),
        (lambda: Simulator(GAME, [PAIR[:1], PAIR[1:]], rounds=3), "1 x 1 automata, 3 rounds)"),
        (lambda: supermodularity(STAG_HUNT), "supermodular; equilibria from (stag, stag) to (hare, hare)"),
        (lambda: supermodularity(RACE), "with the order of Google turned; dominance solvable, (race, race)"),
        (lambda: supermodularity(CHICKEN), "with the order of 2 turned; equilibria from (restrain, race) to (race, "),
        (lambda: supermodularity(PENNIES), "not supermodular, whichever orders"),
        (lambda: SharedLimit(0.4, name="power", unit="GW"), "SharedLimit(power: at most 0.4 GW, weights 1)"),
        (lambda: SharedLimit([2, 5], [[1, 2], [1, 3]]), "(total: at most 2 to 5, weights 1 to 3; draws (2,))"),
        (lambda: support_regimes(coordination, -1, 1)[0], "-1 to 0: 1 equilibrium (hare, hare)"),
        (lambda: support_regimes(coordination, -1, 1)[1], "; hare, hare; stag | hare, stag | hare)"),
        (lambda: path_payoffs(GAME, 0.1), "PathPayoffs(1 equilibrium payoffs"),
        (lambda: Simulator(GAME, [PAIR[:1], PAIR[1:]], rounds=3).play(matches=2, seed=1), "Matches(2 matches; payoffs"),
        (lambda: simulate(GAME, PAIR, rounds=3, rng=np.random.default_rng(1)), "SimulatedPlay(1 matches of 3 rounds"),
        (lambda: round_robin(GAME, ENTRIES, rounds=3, repetitions=2, seed=1), "best: grim 1.8333, always_race 1.6667)"),
        (lambda: fictitious_play(GAME, [0, 0], rounds=9), "LearningPath(fictitious play, 9 rounds of Game(2 players"),
        (lambda: learn(GAME, "hedge", rounds=9, rng=np.random.default_rng(1)), "Learned(hedge, 9 rounds of Game"),
        (lambda: mutation_distribution(TABLE, 9, 0, 1), "PopulationDistribution(10 states; mean shares 0.5, 0.5)"),
        (lambda: stochastic_stability(TABLE, 9), "StochasticStability(10 states; stable: [[0, 9]])"),
        (lambda: CLASSICS["grim"], "Classic('grim'; Friedman 1971"),
        (lambda: AutomatonStrategy(PAIR[0]), "AutomatonStrategy(Automaton('grim', 2 states))"),
        (lambda: AxelrodStrategy(axelrod_player()), "AxelrodStrategy(Tit For Tat)"),
        (lambda: FIRST_TOURNAMENT["shubik"](9), "FunctionStrategy('shubik')"),
        (lambda: FIRST_TOURNAMENT["stein_rapoport"](9), "FunctionStrategy('stein_rapoport of 9 rounds')"),
        (lambda: adaptive_tit_for_tat(0.25), "FunctionStrategy('adaptive tit for tat, rate 0.25')"),
        (lambda: best_so_far(GAME, [0, 1]), "FunctionStrategy('best so far after 2 trials')"),
        (lambda: QLearner(GAME), "QLearner(2 x 2 actions, rate 0.1, discount factor 0.9)"),
        (lambda: invasion_diagram(TABLE, 9, 0), "InvasionDiagram(population of 9; long run: 0 0.5, 1 0.5)"),
    ],
)
def test_one_line(make, words):
    text = repr(make())
    assert words in text and "\n" not in text and len(text) < 200


def test_a_degenerate_game_says_that_it_lists_the_corners_of_a_continuum():
    """In this game of von Stengel (2007) the first row against both columns, mixed in a range, is an equilibrium."""
    solution = nash(Game.from_bimatrix([[3, 3], [2, 5], [0, 6]], [[3, 3], [2, 6], [3, 1]]))
    assert "maximal_components" in repr(solution)
    assert any(len(rows) > 1 or len(columns) > 1 for rows, columns in maximal_components(solution))


@pytest.mark.parametrize("game", [GAME, PENNIES, Game(np.eye(3) * np.ones((2, 1, 1)))], ids=str)
def test_isolated_equilibria_are_not_called_a_continuum(game):
    assert "maximal_components" not in repr(nash(game))


def test_ties_are_said_wherever_the_list_is_not_complete():
    tied = Game(np.zeros((2, 2, 2)))
    assert "vertex_enumeration" in repr(two_by_two(tied))
    assert "1 of 2 draws have ties" in repr(nash(Game(np.stack([GAME.payoffs, tied.payoffs]), batch_ndim=1)))


def test_many_equilibria_are_counted_and_not_all_printed():
    solution = nash(Game(np.eye(6) * np.ones((2, 1, 1))))  # every set of actions carries one
    text = repr(solution)
    assert "63 found" in text and "53 more: solution.profiles()" in text and len(text.splitlines()) == 12


def test_of_many_actions_those_in_use_are_printed():
    game = Game(np.eye(12) * np.ones((2, 1, 1)), actions=[[f"a{k}" for k in range(12)]] * 2)
    text = repr(pure_nash(game))
    assert "(a3)  (a3)" in text and max(map(len, text.splitlines())) < 100


def duopoly():
    profit = [lambda x, i=i: x[..., i] * (1 - x.sum(-1)) for i in range(2)]
    return ContinuousGame(profit, 0, 1, players=["Meta", "Google"], action_unit="GW")


def coordination(stag):
    payoffs = np.stack([np.stack([stag, 0 * stag], -1), np.stack([0 * stag, 1 + 0 * stag], -1)], -2)
    return Game.from_bimatrix(payoffs, payoffs, actions=STAG_HUNT.actions)


def lottery(prize):
    rent = [lambda x, v, i=i: v * x[..., i] / x.sum(-1) - x[..., i] for i in range(2)]
    return ContinuousGame(rent, 1e-6, 50, parameters=[prize], players=["Meta", "Google"])


def cleared(a, c):
    return 1.0 * c[..., (a - 1) % 3] - c[..., (a + 1) % 3]


V = sympy.Symbol("V", positive=True)


@pytest.mark.parametrize(
    ("make", "lines"),
    [
        (lambda: logit_branch(STAG_HUNT, 2.0), ["no turning point; ends at", "  1  stag: 0.0003367, hare: 0.9997"]),
        (lambda: fit_logit(STAG_HUNT, [[3, 7], [2, 8]]), ["precision 0.4394", "  2  stag: 0.25, hare: 0.75"]),
        (lambda: fit_logit(STAG_HUNT, [[3, 7], [0, 0]]), ["others' choices: none was observed of player 1"]),
        (
            lambda: continuous_penal_threshold(duopoly(), [1 / 4, 1 / 4], levels=9, refinements=3),
            ["penal code of the path (0.25, 0.25): kept from a discount factor of 0.", "  after Meta deviates: ("],
        ),
        (
            lambda: continuous_penal_threshold(duopoly(), [1, 1], levels=5, refinements=0),
            ["penal code of the path (1, 1): none is found up to a discount factor of 0.9999"],
        ),
        (lambda: penal_code(GAME, (0, 0), 0.6), ["(0, 0) at discount factor 0.6: an", "  after player 1 deviates: ("]),
        (lambda: penal_code(GAME, (0, 0), [0.2, 0.3]), ["(0, 0) at discount factors (0.2, 0.3): no equilibrium"]),
        (lambda: fit_logit(STAG_HUNT, [[0, 7], [0, 8]]), ["or more: the likelihood still rises there"]),
        (lambda: symmetric_count_equilibria(cleared, 3, 3), ["1 found, complete", "  (0.3333, 0.3333, 0.3333)"]),
        (lambda: iterated_dominance(RACE), ["one profile left", "strikes out Meta: restrain; Google: restrain"]),
        (lambda: iterated_dominance(RACE), ["  Google keeps race"]),
        (lambda: correlated_equilibrium(CHICKEN), ["value 10.5, payoffs (5.25, 5.25)", "  restrain, restrain: 0.5"]),
        (lambda: decompose(RACE), ["a potential game, harmonic share 0", "  largest potential at race, race"]),
        (lambda: decompose(PENNIES), ["no potential game, harmonic share 1"]),
        (lambda: weighted_potential(RACE), ["2 x 2 actions: exact"]),
        (lambda: strong_stackelberg(LEADER), ["  Meta commits to a: 0.5, b: 0.5", "  Google replies d"]),
        (lambda: continuous_commitment(duopoly()), ["of Meta: certified", "choice, GW", "  Google        0.25"]),
        (lambda: tullock_contest([10, 8, 6, 2]), ["4 players: certified, 3 active", "  1        2.49887  0.489362"]),
        (lambda: tullock_contest(np.linspace(1, 2, 40)), ["  40 ", "... and 30 more"]),
        (lambda: tullock_contest([[10, 8], [3, 4]]), ["2 certified in a batch of (2,)"]),
        (lambda: continue_equilibria(lottery, 1.0, 2.0), ["from 1 to 2: no folds", "  1 to 2: 1 equilibrium"]),
        (lambda: equilibrium_derivative(lottery, 10.0), ["at 1 value", "  Meta       2.5        0.25"]),
        (lambda: symbolic_equilibria([[V, 0], [0, 1]], [[V, 0], [0, 1]])[-1], ["with (1/(V + 1), 1/(V + 1))"]),
        (lambda: ComputeRace().priors(), ["Priors(24 uncertain numbers, independent: revenue,", "14 more"]),
    ],
)  # fmt: skip
def test_results_of_solvers_print_in_words_and_labels(make, lines):
    result = make()
    text = repr(result)
    assert all(line in text for line in lines)
    assert str(result) == text and "array(" not in text and len(text) < 1200


def test_a_shadow_price_prints_with_or_without_a_unit():
    limited = duopoly().replace(shared=[SharedLimit(0.4, name="power", unit="GW")])
    assert "limit 'power': 100.0% used, shadow price 0.4 per GW" in repr(nash(limited))
    assert "shadow price 0.4 US$ bn per GW" in repr(nash(limited.replace(payoff_unit="US$ bn")))
