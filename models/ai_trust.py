"""Trust in AI regulation: users, creators and regulators, each adapting to the other two.

Players: one of each of three populations. Timing: one shot, repeated in large populations. Choices and payoffs:

- a user trusts the product or does not use it: ``b_U`` if it is safe, ``epsilon b_U`` if not; 0 without use;
- a creator builds it safe, at a cost ``c_P``, or unsafe: ``b_P`` if it is used, less ``u`` if it is unsafe and the
  regulator checks;
- a regulator checks, at a cost ``c_R``, or is lax: ``b_R``, and ``b_fo - v`` more when it catches an unsafe product in
  use (``b_fo`` a reward for it, ``v`` what the finding costs).

Source: Alalawi et al. (2026), Appl. Math. Comput. 508 (arXiv:2403.09510). Users who trust only if regulators check are
left out. From the literature: all of it. Large populations follow the multi-population replicator
(`theory.multi_population`), whose interior rest points are the fully mixed equilibria of this game. What the paper
says: without a reward nobody checks, so creators are unsafe, so nobody trusts; regulators must be paid. Parameters are
normalised as in the paper's code. Held to: the cases trust_*.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from models.base import PayoffModel, Value, parameter, payoff_model
from models.symbolic import symbolic_model
from theory.game import Array, Game

ACTIONS = (("trust", "abstain"), ("safe", "unsafe"), ("check", "lax"))
"""Actions of the user, the creator and the regulator; the first of each is counted as 1 in the formulas."""


@payoff_model("ai-trust")
class AiTrust(PayoffModel):
    """Game of a user, a creator and a regulator."""

    use: Value = parameter("b_U", default=4.0, unit="1", above=0, meaning="benefit of a safe product to a user")
    sale: Value = parameter("b_P", default=4.0, unit="1", low=0, meaning="benefit of a product in use to its creator")
    care: Value = parameter("c_P", default=0.5, unit="1", low=0, meaning="cost of building safely")
    penalty: Value = parameter("u", default=1.5, unit="1", low=0, meaning="penalty of a creator that is caught")
    checking: Value = parameter("c_R", default=0.5, unit="1", low=0, meaning="cost of checking")
    budget: Value = parameter("b_R", default=4.0, unit="1", low=0, meaning="what a regulator gets in any case")
    finding: Value = parameter("v", default=0.5, unit="1", low=0, meaning="what a finding costs the regulator")
    reward: Value = parameter("b_fo", default=2.0, unit="1", low=0, meaning="reward of the regulator for a finding")
    harm: Value = parameter(
        "epsilon", default=-0.1, unit="1", high=1, meaning="worth to a user of an unsafe product over a safe one"
    )

    action_unit = ""
    payoff_unit = "1"

    @property
    def players(self) -> tuple[str, ...]:
        """One of each population."""
        return ("user", "creator", "regulator")

    def payoffs_at(self, trust: Any, safe: Any, check: Any) -> tuple[Any, Any, Any]:
        """Payoffs of user, creator and regulator when each does (1) or does not do (0) this; also for shares."""
        user = trust * self.use * (safe + (1 - safe) * self.harm)
        creator = trust * self.sale - safe * self.care - trust * (1 - safe) * check * self.penalty
        regulator = self.budget + check * (trust * (1 - safe) * (self.reward - self.finding) - self.checking)
        return user, creator, regulator

    def game(self) -> Game:
        """Finite game of three players with two actions each."""
        does = (1.0, 0.0)
        cells = [[[self._cell(t, s, r) for r in does] for s in does] for t in does]
        payoffs: Array = np.moveaxis(np.asarray(cells), (0, 1, 2, 3), (-3, -2, -1, -4))  # to (*batch, player, t, s, r)
        return Game(payoffs, players=self.players, actions=ACTIONS, batch_ndim=len(self.batch_shape))

    def least_reward(self, trust: Any = 1.0, safe: Any = 0.0) -> Any:
        """Reward from which on checking pays, at given shares of users that trust and creators that are safe."""
        symbols, formula = _least_reward()
        known = dict(zip(symbols, (trust, safe, self.checking, self.finding), strict=True))
        if not np.all(np.asarray(known[symbols[0]]) > 0) or not np.all(np.asarray(known[symbols[1]]) < 1):
            return np.full(self.batch_shape, np.inf)  # nothing to find
        return formula(*known.values())

    def _cell(self, trust: float, safe: float, check: float) -> Array:
        values = [np.asarray(v, float) for v in self.payoffs_at(trust, safe, check)]
        return np.stack([np.broadcast_to(v, self.batch_shape) for v in values])


@functools.cache
def _least_reward() -> tuple[tuple[Any, ...], Any]:
    """Solve the regulator's indifference for the reward: its arguments, and the function."""
    import sympy

    model = symbolic_model(AiTrust)
    trust, safe = sympy.symbols("x y")
    gain = model.payoffs_at(trust, safe, 1)[2] - model.payoffs_at(trust, safe, 0)[2]
    (found,) = sympy.solve(gain, model.reward)
    arguments = (trust, safe, model.checking, model.finding)
    return arguments, sympy.lambdify(arguments, found, "numpy")
