"""What would a policy change? Six policies on the tied race of six builders, on common random numbers.

Every draw is one race, solved without a policy and under each policy at several strengths, and met by the same states
of demand and prize in all of them. What changes is therefore paired, draw by draw. Hindsight losses are those of the
builders' payoffs before tax and without the cap, so that what a rule forbids counts as underinvestment. Ruin is not in
this race.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.registry import Columns, Findings, experiment, share
from models.linked_race import LinkedRace
from models.policy import POLICIES, Compared, regulate
from theory import continuous_nash, from_replicates, hindsight_split, probability, share_in_replicates

Replicates = Sequence[Mapping[str, NDArray[Any]]]

REPLICATES = 8
STATES = 8
"""States of demand and prize per draw, twice."""

STRENGTHS = (0.25, 0.5, 1.0)

MEASURES = (
    "total GW",
    "capital",
    "overspend",
    "underinvest",
    "welfare",
    "industry profit",
    "stranded capital",
    "unmet demand",
)
"""What is compared, all but the first in US$ bn."""

NONE = "no policy"


@experiment(
    "policies",
    question="What do caps, taxes, reporting, shared infrastructure, stake limits and bans on exclusivity change?",
    replicates=REPLICATES,
    quick={"draws": 32},
)
def study(*, draws: int = 256, rng: np.random.Generator) -> Columns:
    """One independent set of draws, one row each."""
    base = LinkedRace()
    race = base.replace(**base.priors().sample(share(draws, REPLICATES), rng=rng))
    cases = {NONE: regulate(race, next(iter(POLICIES)), 0.0)} | {
        _case(policy, strength): regulate(race, policy, strength) for policy in POLICIES for strength in STRENGTHS
    }
    compared = Compared(list(cases.values()))
    columns: dict[str, NDArray[Any]] = {}
    for name, values in _measures(compared, rng).items():
        columns |= {f"{name}, {case}": part for case, part in zip(cases, compared.split(values), strict=True)}
    return columns


def _case(policy: str, strength: float) -> str:
    return f"{policy}, {strength:g}"


def _measures(compared: Compared, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
    """Measures of every draw under every policy."""
    race, game = compared.stacked.race, compared.stacked.continuous_game()
    solution = continuous_nash(game)
    certified = np.asarray(solution.certified.any(axis=-1))
    builds = np.where(certified[:, None], solution.select(), game.lower)  # the uncertified are left out below
    split = hindsight_split(compared, builds, rng=rng, states=STATES, replicates=2)
    price = np.asarray(race.capital_cost)[:, None] * np.asarray(race.cost_factor)
    outcomes = ("welfare", "industry profit", "stranded capital", "unmet demand")
    return {
        "certified": certified,
        "total GW": builds.sum(axis=-1),
        "capital": (builds * price).sum(axis=-1),
        "overspend": split.overspend.mean(axis=(0, 1)).sum(axis=-1),
        "underinvest": split.underinvest.mean(axis=(0, 1)).sum(axis=-1),
    } | {name: np.asarray(game.outcome(name, builds)) for name in outcomes}


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int) -> Findings:
    """Paired effects of every policy at every strength, and which of them no other one beats."""
    cases = [_case(policy, strength) for policy in POLICIES for strength in STRENGTHS]
    solved = [np.all([part[f"certified, {case}"] for case in (NONE, *cases)], axis=0) for part in replicates]
    parts = [
        {name: values[keep] for name, values in part.items()} for part, keep in zip(replicates, solved, strict=True)
    ]
    effects = {
        policy: {f"{strength:g}": _effects(parts, _case(policy, strength)) for strength in STRENGTHS}
        for policy in POLICIES
    }
    numbers = {
        "draws": sum(len(part[f"welfare, {NONE}"]) for part in parts),
        "P(certified)": probability(np.concatenate(solved)),
        NONE: {name: from_replicates([part[f"{name}, {NONE}"].mean() for part in parts]) for name in MEASURES},
        "effects": effects,
        "frontier": frontier(
            {
                (policy, strength): (found["overspend"].value, found["underinvest"].value, -found["welfare"].value)
                for policy, by_strength in effects.items()
                for strength, found in by_strength.items()
            }
        ),
    }
    return Findings(numbers)


def _effects(parts: Replicates, case: str) -> dict[str, Any]:
    """Mean change of each measure against no policy, and how often welfare rises."""
    changes = {name: [part[f"{name}, {case}"] - part[f"{name}, {NONE}"] for part in parts] for name in MEASURES}
    found: dict[str, Any] = {name: from_replicates([c.mean() for c in change]) for name, change in changes.items()}
    return found | {"P(welfare rises)": share_in_replicates([change > 0 for change in changes["welfare"]])}


def frontier(changes: Mapping[tuple[str, str], tuple[float, ...]]) -> list[dict[str, str]]:
    """Which policies no other one beats: none is at least as low in every criterion, and lower in one.

    Parameters
    ----------
    changes
        ``{(policy, strength): (overspend, underinvest, -welfare)}``; doing nothing, all zeros, competes as well.

    Examples
    --------
    >>> frontier({("a", "1"): (-1.0, -2.0), ("b", "1"): (-2.0, -1.0), ("c", "1"): (-1.0, -1.0), ("d", "1"): (1.0, 1.0)})
    [{'policy': 'b', 'strength': '1'}, {'policy': 'a', 'strength': '1'}]
    """
    criteria = len(next(iter(changes.values())))
    points = {(NONE, "0"): (0.0,) * criteria, **changes}

    def beaten(at: tuple[float, ...]) -> bool:
        return any(all(o <= a for o, a in zip(other, at, strict=True)) and other != at for other in points.values())

    kept = sorted((at, name) for name, at in points.items() if not beaten(at))
    return [{"policy": policy, "strength": strength} for _, (policy, strength) in kept]
