"""What is scarce compute worth in the race, who gets it, and who gains? Shared limits on the total build (S2).

Every draw is one race of the named builders, first free, then with a limit on the GW that all of them together can
build in the vintage: a share of what the free race would build. The equilibrium under the limit is the variational
one, at which a GW is worth the same to all; its multiplier is the shadow price of a GW of chips with power. The limit
does what no builder would do alone, so it is also a ceiling on the race: industry profit and welfare say for whom.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.registry import Columns, Findings, experiment, share
from models.compute_race import BUILDERS, ComputeRace
from models.prior import fact
from theory import SharedLimit, continuous_nash, from_replicates, probability, variational_equilibrium

Replicates = Sequence[Mapping[str, NDArray[Any]]]

REPLICATES = 8
LEVELS = (0.9, 0.75, 0.5, 0.25)
"""Limits, as shares of the build of the free race."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

GROWTH_YEARS = 6  # from 2024 to 2030, the years that the two facts on electricity refer to
TWH_PER_GW_YEAR = 8.76

POWER_FACTS = ("F137a", "F137b")


def yearly_power() -> float:
    """Growth of the power that data centres of the world draw, GW a year, as projected from 2024 to 2030."""
    return (fact("F137b") - fact("F137a")) / GROWTH_YEARS / TWH_PER_GW_YEAR


@experiment(
    "shared_limits",
    question="What is a GW worth in the race when chips and power are limited, who gets it, and who gains?",
    replicates=REPLICATES,
    quick={"draws": 64},
)
def study(*, draws: int = 512, rng: np.random.Generator) -> Columns:
    """One independent set of draws, one row each."""
    base = ComputeRace()
    model = base.replace(**base.priors().sample(share(draws, REPLICATES), rng=rng))
    game = model.continuous_game()
    solution = continuous_nash(game)
    certified = np.asarray(solution.certified.any(axis=-1))
    free = np.where(certified[:, None], solution.select(), game.lower)
    columns: dict[str, NDArray[Any]] = {
        "certified, free": certified,
        "total GW": free.sum(axis=-1),
        "cost of a GW": np.asarray(model.cost_per_gw()),
    }
    for level in LEVELS:
        limit = SharedLimit(level * free.sum(axis=-1), name="chips and power", unit="GW")
        limited = variational_equilibrium(game.replace(shared=(limit,)))
        fits = np.asarray(limited.certified[..., 0])
        builds = np.where(fits[:, None], limited.actions[..., 0, :], game.lower)
        columns[f"certified, {level:g}"] = fits
        columns[f"price, {level:g}"] = limited.shadow_prices[..., 0, 0]
        for title in ("industry profit", "welfare"):
            columns[f"{title}, {level:g}"] = game.outcome(title, builds) - game.outcome(title, free)
        for i, name in enumerate(BUILDERS):
            moved = builds[:, i] / builds.sum(axis=-1) - free[:, i] / free.sum(axis=-1)
            columns[f"share, {level:g}, {name}"] = moved
            columns[f"out, {level:g}, {name}"] = builds[:, i] <= 1.001 * game.lower[:, i]
    return columns


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int) -> Findings:
    """Shadow price, shares, profit and welfare by limit."""
    solved = [
        np.all([part[f"certified, {key}"] for key in ("free", *map("{:g}".format, LEVELS))], 0) for part in replicates
    ]
    parts = [
        {name: values[keep] for name, values in part.items()} for part, keep in zip(replicates, solved, strict=True)
    ]
    rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    power = yearly_power()
    return Findings(
        {
            "draws": len(rows["total GW"]),
            "P(certified)": probability(np.concatenate(solved)),
            "total GW": _spread(rows["total GW"]),
            "power GW a year": power,
            "share of power": _spread(rows["total GW"] / power),
            "limits": {f"{level:g}": _limit(parts, rows, f"{level:g}") for level in LEVELS},
        }
    )


def _limit(parts: Replicates, rows: Mapping[str, NDArray[Any]], level: str) -> dict[str, Any]:
    out = {name: rows[f"out, {level}, {name}"] for name in BUILDERS}
    return {
        "price": _spread(rows[f"price, {level}"]),
        "price over cost": _spread(rows[f"price, {level}"] / rows["cost of a GW"]),
        "profit gain": _spread(rows[f"industry profit, {level}"]),
        "mean profit gain": from_replicates([float(part[f"industry profit, {level}"].mean()) for part in parts]),
        "P(profit rises)": probability(rows[f"industry profit, {level}"] > 0),
        "welfare gain": _spread(rows[f"welfare, {level}"]),
        "P(welfare rises)": probability(rows[f"welfare, {level}"] > 0),
        "share moved": {name: _spread(rows[f"share, {level}, {name}"]) for name in BUILDERS},
        "P(out)": {name: probability(flags) for name, flags in out.items()},
    }


def _spread(values: Any) -> dict[str, float]:
    """Quantiles over the draws: uncertainty about the parameters, not sampling error."""
    return {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)}
