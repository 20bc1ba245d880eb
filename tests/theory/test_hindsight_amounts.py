"""How much too much and too little is chosen in hindsight, where integrals give it."""

from dataclasses import dataclass

import numpy as np
import pytest

from theory import ContinuousGame, hindsight_split


@dataclass(frozen=True)
class Newsvendor:
    """Sells what it has as far as demand goes, demand uniform on [0, 1]; ``scale`` is the dollars in a unit."""

    scale: float = 1.0

    def realised_game(self, states: int, rng: np.random.Generator) -> ContinuousGame:
        """One game for each state of demand."""
        demand = rng.random(states)
        return ContinuousGame(
            [lambda x, d: self.scale * (np.minimum(x[..., 0], d) - 0.4 * x[..., 0])], [0.0], [1.0], parameters=(demand,)
        )


@pytest.mark.parametrize("scale", [1.0, 1e9])
@pytest.mark.parametrize("choice", [0.2, 0.6])
def test_amounts_and_losses_of_a_newsvendor_are_those_of_the_integrals(choice: float, scale: float) -> None:
    """In hindsight it builds what is asked for, so that (k - d)+ is k^2 / 2 in the mean, and (d - k)+ (1 - k)^2 / 2."""
    split = hindsight_split(
        Newsvendor(scale), np.array([choice]), rng=np.random.default_rng(7), states=4096, replicates=16
    )
    (amounts,), (losses,) = split.amounts().values(), split.table().values()
    exact = {"E[too much]": choice**2 / 2, "E[too little]": (1 - choice) ** 2 / 2}
    for name, value in exact.items():
        error = (amounts[name].high - amounts[name].low) / 4
        assert abs(amounts[name].value - value) < 5 * error < 0.05
    assert losses["E[overspend]"].value == pytest.approx(0.4 * scale * amounts["E[too much]"].value, rel=1e-6)
    assert losses["E[underinvest]"].value == pytest.approx(0.6 * scale * amounts["E[too little]"].value, rel=1e-6)
