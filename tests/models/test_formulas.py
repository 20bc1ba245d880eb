"""A payoff that is no formula is refused in words of the toolkit, not in sympy's."""

import math

import numpy as np
import pytest

from models import PayoffModel, Value, parameter
from models.base import payoff_parts
from models.contract import check_model
from models.symbolic import exp
from theory import ContinuousGame, InputError, nash


@payoff_parts
class Saturating(PayoffModel):
    """Users are won at a falling rate, capacity costs one."""

    name = "saturating"
    users: Value = parameter("u", default=4.0, above=0, unit="US$ bn", meaning="users")
    payoff_unit, action_unit = "US$ bn", ""

    def payoff(self, i, k):
        return self.users * (1 - exp(-k[i])) - k[i]

    def action_bounds(self):
        return 0.0, 5.0


@payoff_parts
class NumpyInside(Saturating):
    def payoff(self, i, k):
        return self.users * (1 - np.exp(-k[i])) - k[i]


@payoff_parts
class MathInside(Saturating):
    def payoff(self, i, k):
        return self.users * (1 - math.exp(-k[i])) - k[i]


@payoff_parts
class BranchInside(Saturating):
    def payoff(self, i, k):
        return self.users * k[i] if k[i] < k[1 - i] else -k[i]


@payoff_parts
class NumpyInAnOutcome(Saturating):
    def outcomes(self, k):
        return {"largest": np.maximum(*k)}


BROKEN = [NumpyInside, MathInside, BranchInside, NumpyInAnOutcome]


@pytest.mark.parametrize("cls", BROKEN)
def test_what_symbols_do_not_have_is_refused_with_what_to_write(cls):
    with pytest.raises(InputError, match=r"saturating are no formula \(TypeError: .*from models\.symbolic .*numeric"):
        cls().continuous_game()
    failed = [detail for _, passed, detail in check_model(cls) if not passed]
    assert any("models.symbolic" in detail for detail in failed)


def test_the_function_of_models_symbolic_is_the_one_to_take():
    np.testing.assert_allclose(nash(Saturating().continuous_game()).select(), np.log(4.0), rtol=1e-9)


def test_a_numeric_payoff_in_a_game_of_its_own_is_as_good():
    class Numeric(NumpyInside):
        def continuous_game(self):
            payoffs = [lambda x, users, i=i: users * (1 - np.exp(-x[..., i])) - x[..., i] for i in range(2)]
            return ContinuousGame(payoffs, *self.action_bounds(), parameters=(self.users,))

    np.testing.assert_allclose(nash(Numeric().continuous_game()).select(), np.log(4.0), rtol=1e-6)
