"""DSAIR: safe or unsafe development, in a race of many rounds with a prize at its end.

Players: two developers. Timing: a race to ``W`` steps, the strategies chosen once. Choice, with ``b`` the benefit of
a round (shared by speed), ``c`` the cost of care, ``s`` the speed of the unsafe, ``B`` the prize, ``p_r`` the
probability that an unsafe winner loses everything, ``pfo`` that the unsafe are found out in a round:

    AS  always safe: one step a round, pays c         AU  always unsafe: s steps a round
    CS  safe in the first round, then as the other did in the round before

With pi the payoffs of one round of two who are both safe (11), safe against unsafe (12), and so on,

    pi_11 = b/2 - c                              pi_12 = (1 - pfo) b / (s + 1) + pfo b - c
    pi_21 = (1 - pfo) s b / (s + 1)              pi_22 = (1 - pfo^2) b / 2

the payoffs per round of the race are, with p = 1 - p_r,

    AS: AS, CS  B/2W + pi_11    AU  pi_12
    AU: AS  p (s B/W + pi_21)   AU  p (s B/2W + pi_22)   CS  p (s B/W + (s/W)(pi_21 + (W/s - 1) pi_22))
    CS: AS, CS  B/2W + pi_11    AU  (s/W)(pi_12 + (W/s - 1) pi_22)

Source: Han, Pereira, Santos and Lenaerts (2020), J. Artif. Intell. Res. 69:881-921. The rows and columns of CS are as
recalled, not checked against the paper. From the literature: all of it. The dilemma zone, in which safety is better for
both and yet risk-dominated, is solved by sympy from the payoffs below, and so is its limit when the prize is all that
counts. Parameters are normalised as in the paper. Held to: the cases dsair_*.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import PayoffModel, Value, choice, parameter, payoff_model
from models.symbolic import symbolic_model
from theory.finite_population import log_fixation_matrix, small_mutation_distribution
from theory.game import Game

Floats = NDArray[np.float64]

SAFE, UNSAFE = 0, 1
"""Places of AS and AU among the strategies."""


@payoff_model("dsair")
class Dsair(PayoffModel):
    """Race of two developers for a prize, safely or unsafely."""

    strategies: str = choice(
        "strategies", default="AS AU CS", options=("AS AU", "AS AU CS"), meaning="with or without conditional safety"
    )
    benefit: Value = parameter("b", default=4.0, unit="per round", low=0, meaning="benefit of a round, shared by speed")
    care: Value = parameter("c", default=1.0, unit="per round", low=0, meaning="cost of a safe round")
    length: Value = parameter("W", default=100.0, unit="rounds", above=0, meaning="rounds of a safe developer's race")
    prize: Value = parameter("B", default=1e4, unit="1", above=0, meaning="prize at the end of the race")
    speed: Value = parameter("s", default=1.5, unit="1", above=1, meaning="steps a round of the unsafe")
    found_out: Value = parameter(
        "pfo", default=0.0, unit="1", low=0, high=1, meaning="probability that unsafe development is found out"
    )
    risk: Value = parameter(
        "p_r", default=0.6, unit="1", low=0, high=1, meaning="probability that an unsafe winner loses everything"
    )

    action_unit = ""
    payoff_unit = "per round"

    def __post_init__(self) -> None:
        super().__post_init__()
        speed, length = np.broadcast_arrays(self.speed, self.length)
        if (bad := speed > length).any():
            raise self.refused(
                "speed", float(speed[bad][0]), f"at most length (W), {length[bad][0]:g}: one round is least"
            )

    @property
    def players(self) -> tuple[str, ...]:
        """Two developers."""
        return ("developer 1", "developer 2")

    def table(self) -> list[list[Any]]:
        """Payoffs of the row strategy against the column strategy: plain arithmetic in the fields."""
        b, s, found = self.benefit, self.speed, self.found_out
        pi11 = b / 2 - self.care
        pi12 = (1 - found) * b / (s + 1) + found * b - self.care
        pi21 = (1 - found) * s * b / (s + 1)
        pi22 = (1 - found**2) * b / 2
        prize, intact = self.prize / self.length, 1 - self.risk
        first = s / self.length  # share of the first round in the race of the unsafe
        safe = prize / 2 + pi11
        full = [
            [safe, pi12, safe],
            [
                intact * (s * prize + pi21),
                intact * (s * prize / 2 + pi22),
                intact * (s * prize + first * pi21 + (1 - first) * pi22),
            ],
            [safe, first * pi12 + (1 - first) * pi22, safe],
        ]
        names = self.strategies.split()
        return [row[: len(names)] for row in full[: len(names)]]

    def payoff_matrix(self) -> Floats:
        """Table of payoffs as an array of shape ``(*batch, S, S)``."""
        rows = [[np.broadcast_to(np.asarray(x, float), self.batch_shape) for x in row] for row in self.table()]
        return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)

    def game(self) -> Game:
        """Symmetric game of the two developers."""
        matrix = self.payoff_matrix()
        names = self.strategies.split()
        return Game.from_bimatrix(matrix, np.swapaxes(matrix, -1, -2), players=self.players, actions=[names, names])

    # -- the dilemma zone ----------------------------------------------------------------------------

    def dilemma_zone(self) -> tuple[Floats, Floats]:
        """Risks between which two safe developers do better than two unsafe ones, and yet unsafe is risk-dominant."""
        names = [name for name in self.parameters() if name not in ("strategies", "risk")]
        values = [np.asarray(getattr(self, name), float) for name in names]
        low, high = _compiled_zone()(*values)
        return np.broadcast_to(low, self.batch_shape), np.broadcast_to(high, self.batch_shape)

    @classmethod
    def symbolic_zone(cls) -> tuple[Any, Any]:
        """Ends of the dilemma zone as formulas: the collective preference, and risk dominance."""
        return _zone()

    @classmethod
    def early_zone(cls) -> tuple[Any, Any]:
        """Ends of the dilemma zone when the prize outweighs all benefits of the rounds, as formulas in ``s``.

        Examples
        --------
        >>> Dsair.early_zone()
        ((s - 1)/s, (3*s - 1)/(3*s))
        """
        import sympy

        prize = symbolic_model(cls).prize
        low, high = (sympy.factor(sympy.limit(end, prize, sympy.oo)) for end in _zone())
        return low, high

    # -- evolution -----------------------------------------------------------------------------------

    def fixation(self, *, population: int, selection: float) -> Floats:
        """Probability that one ``j`` takes over a population of ``i`` by pairwise comparison, ``(*batch, S, S)``."""
        return np.exp(log_fixation_matrix(self.payoff_matrix(), population, selection))

    def long_run(self, *, population: int, selection: float) -> Floats:
        """Share of time in each strategy if mutations are rare, shape ``(*batch, S)``."""
        return small_mutation_distribution(self.payoff_matrix(), population, selection)


@functools.cache
def _zone() -> tuple[Any, Any]:
    """Solve both conditions on the risk, which are linear in it, from the model's table."""
    import sympy

    model = symbolic_model(Dsair)
    table = model.table()
    preference = table[SAFE][SAFE] - table[UNSAFE][UNSAFE]
    dominance = table[SAFE][SAFE] + table[SAFE][UNSAFE] - table[UNSAFE][SAFE] - table[UNSAFE][UNSAFE]
    (low,), (high,) = (sympy.solve(condition, model.risk) for condition in (preference, dominance))
    return sympy.simplify(low), sympy.simplify(high)


@functools.cache
def _compiled_zone() -> Any:
    import sympy

    model = symbolic_model(Dsair)
    names = [name for name in Dsair.parameters() if name not in ("strategies", "risk")]
    return sympy.lambdify([getattr(model, name) for name in names], _zone(), "numpy")
