"""What solvers find in games over quantities: action vectors, certified by a global best reply of every player."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.continuous import ContinuousGame, Floats
from theory.display import aligned, shortened
from theory.errors import InputError


@dataclass(frozen=True, eq=False, repr=False)
class ContinuousSolution:
    """Action vectors of a continuous game, certified by a global best reply of every player.

    Attributes
    ----------
    actions
        Shape ``(*batch, K, N)``; NaN where ``mask`` is false.
    payoffs, regret
        Shape ``(*batch, K, N)``. ``regret`` is the most any player gains by any other choice in its interval.
    relative_regret
        Largest regret over the range of that player's payoffs along its own interval, shape ``(*batch, K)``.
    mask, certified
        Shape ``(*batch, K)``: what was found, and what was also certified.
    complete
        Whether the list is proved to hold every equilibrium.
    """

    game: ContinuousGame
    method: str
    actions: Floats
    mask: NDArray[np.bool_]
    payoffs: Floats
    regret: Floats
    relative_regret: Floats
    tolerance: float
    complete: bool = False
    iterations: int = 0
    note: str = ""

    @property
    def certified(self) -> NDArray[np.bool_]:
        """Whether each action vector is an equilibrium within the tolerance, shape ``(*batch, K)``."""
        return np.asarray(self.mask & (np.nan_to_num(self.relative_regret, nan=np.inf) <= self.tolerance))

    @property
    def count(self) -> NDArray[np.int64]:
        """Number of certified equilibria in each game, shape ``batch``."""
        return np.asarray(self.certified.sum(axis=-1))

    def select(self, place: int = 0) -> Floats:
        """Action vectors in one place of the list, shape ``(*batch, N)``; NaN where nothing is certified there."""
        places = self.certified.shape[-1]
        if isinstance(place, bool) or not isinstance(place, int | np.integer) or not -places <= place < places:
            raise InputError(f"place is {place!r}; the solution has places 0 to {places - 1}")
        found = np.expand_dims(self.certified[..., place], -1)
        return np.where(found, self.actions[..., place, :], np.nan)

    def only(self) -> Floats:
        """Action vectors of the one equilibrium of each draw, as `select`.

        Raises
        ------
        InputError
            If some draw has several: which of them is meant is for the caller to say.
        """
        most = int(self.count.max(initial=0))
        if most > 1:
            raise InputError(
                f"the solution has up to {most} equilibria; say which is meant: solution.select(place), place 0 to "
                f"{most - 1}"
            )
        return self.select()

    def outcome(self, name: str) -> Floats:
        """Value of a named outcome at each equilibrium, shape ``(*batch, K)``."""
        values = [self.game.outcome(name, self.actions[..., k, :]) for k in range(self.mask.shape[-1])]
        return np.stack(values, axis=-1)

    def replace(self, **changes: Any) -> ContinuousSolution:
        """Copy with some fields changed."""
        return replace(self, **changes)

    def __repr__(self) -> str:
        if self.game.batch_shape:
            return f"ContinuousSolution({self.method}: {int(self.count.sum())} equilibria of {self.game!r})"
        complete = "complete" if self.complete else "uniqueness not proved"
        lines = [f"{self.method}: {int(self.count)} certified, {complete}" + (f" [{self.note}]" if self.note else "")]
        for k in np.flatnonzero(self.certified):
            lines.append(f"  relative regret {self.relative_regret[k]:.1e}")
            lines += table_of_choices(self.game, self.actions[k], self.payoffs[k])
        return "\n".join(lines)


def table_of_choices(game: ContinuousGame, choices: Floats, payoffs: Floats) -> list[str]:
    """Lines with the choice and the payoff of every player, and their units."""
    units = (("choice", game.action_unit), ("payoff", game.payoff_unit))
    header = ["", *(f"{what}, {unit}" if unit else what for what, unit in units)]
    rows = [[f"  {name}", f"{x:.6g}", f"{u:.6g}"] for name, x, u in zip(game.players, choices, payoffs, strict=True)]
    return shortened(aligned([header, *rows]), "actions", most=21)
