"""What `computerace solve` says of the class of a game, and where it says nothing."""

from experiments.solve import solve, solve_finite
from experiments.solve_text import solve_text
from theory import Game


def test_players_with_choices_of_their_own_have_no_class():
    """Users, creators and regulators do not choose between restraint and racing."""
    result = solve("ai-trust")
    assert "class" not in result["finite"] and "critical discount factor" not in result["finite"]
    assert not any(line.startswith("class") for line in solve_text(result))


def test_players_with_the_same_two_actions_have_one():
    game = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]], actions=[["restrain", "race"]] * 2)
    assert solve_finite(game)["class"]["name"] == "prisoner's dilemma"
