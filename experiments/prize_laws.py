"""Which risk is larger in hindsight under other laws of the prize with the same mean (S2).

The equilibrium is the same under all of them, as only the mean of the prize enters it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import Shock
from models.compute_race import ComputeRace
from theory import ContinuousGame, continuous_nash, hindsight_split


@dataclass(frozen=True)
class _UniformPrize(Shock):
    """Prize spread evenly over [0, 2]: mean one, symmetric."""

    def draw(self, u: NDArray[np.float64], volatility: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(2 * u)


@dataclass(frozen=True)
class _LikelyPrize(Shock):
    """Prize of 1.25 with probability four fifths, else none: mean one, skewed to the left."""

    def draw(self, u: NDArray[np.float64], volatility: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(u < 0.8, 1.25, 0.0)


class _OtherPrize:
    """The race with another law of the prize; the equilibrium is the same, as only its mean enters."""

    def __init__(self, model: ComputeRace, prize: Shock) -> None:
        self.model = model
        self.shocks = dict(model.shocks) | {"prize": prize}

    def realised_game(self, states: int, rng: np.random.Generator) -> ContinuousGame:
        return self.model.realised_game(states, rng, self.shocks)


def asymmetry_by_law(rng: np.random.Generator) -> dict[str, Any]:
    """Lambda of each builder at the centre under three laws of the prize with one mean."""
    model = ComputeRace()
    solution = continuous_nash(model.continuous_game())
    laws: dict[str, type[Shock]] = {"lognormal": Shock, "uniform": _UniformPrize, "likely": _LikelyPrize}
    results = {}
    for name, law in laws.items():
        other = _OtherPrize(model, law("theta_V", "prize_volatility"))
        table = hindsight_split(other, solution, rng=rng, states=512).table()
        results[name] = {builder: row["lambda"] for builder, row in table.items()}
    return results
