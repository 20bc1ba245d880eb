"""Results of repeated play, evolution and learning print in one line that a notebook can show."""

import numpy as np
import pytest

from theory import (
    CLASSICS,
    Game,
    Simulator,
    fictitious_play,
    invasion_diagram,
    learn,
    mutation_distribution,
    one_shot_deviations,
    path_payoffs,
    payoff_bounds,
    payoff_set,
    public_bounds,
    round_robin,
    simulate,
    stochastic_stability,
)

GAME = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
PENNIES = Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
TABLE = np.array([[3, 0], [5, 1]])
PAIR = [CLASSICS["grim"](0), CLASSICS["tit_for_tat"](1)]
ENTRIES = {name: CLASSICS[name] for name in ("grim", "always_race")}


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
        (lambda: path_payoffs(GAME, 0.1), "PathPayoffs(1 equilibrium payoffs"),
        (lambda: Simulator(GAME, [PAIR[:1], PAIR[1:]], rounds=3).play(matches=2, seed=1), "Matches(2 matches; payoffs"),
        (lambda: simulate(GAME, PAIR, rounds=3, rng=np.random.default_rng(1)), "SimulatedPlay(1 matches of 3 rounds"),
        (lambda: round_robin(GAME, ENTRIES, rounds=3, repetitions=2, seed=1), "best: grim 1.8333, always_race 1.6667)"),
        (lambda: fictitious_play(GAME, [0, 0], rounds=9), "LearningPath(fictitious play, 9 rounds of Game(2 players"),
        (lambda: learn(GAME, "hedge", rounds=9, rng=np.random.default_rng(1)), "Learned(hedge, 9 rounds of Game"),
        (lambda: mutation_distribution(TABLE, 9, 0, 1), "PopulationDistribution(10 states; mean shares 0.5, 0.5)"),
        (lambda: stochastic_stability(TABLE, 9), "StochasticStability(10 states; stable: [[0, 9]])"),
        (lambda: invasion_diagram(TABLE, 9, 0), "InvasionDiagram(population of 9; long run: 0 0.5, 1 0.5)"),
    ],
)
def test_one_line(make, words):
    text = repr(make())
    assert words in text and "\n" not in text and len(text) < 200
