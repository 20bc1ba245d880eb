"""Compiled formulas: a parameter may be called as a function or a constant of numpy is."""

import numpy as np
import pytest

from models import PayoffModel, Value, count, parameter
from models.base import payoff_parts
from models.symbolic import exp, log


@payoff_parts
class Clash(PayoffModel):
    """Symbols that are names of functions in the code that is compiled."""

    n: int = count("n", default=2, low=2, high=5, meaning="number of players")
    first: Value = parameter("exp", default=2.0, above=0, meaning="called as a function that the payoff calls")
    second: Value = parameter("log", default=3.0, above=0, meaning="the same")
    third: Value = parameter("lambda", default=5.0, above=0, meaning="called as a word of Python")

    action_unit = "GW"

    def payoff(self, i, k):
        """Any formula."""
        return self.first * exp(-k[i]) + self.second * log(1 + k[i]) - self.third * k[i] ** 2

    def action_bounds(self):
        """Between nothing and one."""
        return 0.0, 1.0


def test_symbols_may_be_names_of_functions() -> None:
    x = np.array([0.3, 0.6])
    expected = 2 * np.exp(-x) + 3 * np.log1p(x) - 5 * x**2
    assert Clash().continuous_game().payoff(x) == pytest.approx(expected, rel=1e-14)
