"""What would a policy change? Six policies on the tied race of six builders, on common random numbers.

Every draw is one race, solved without a policy and under each policy at several strengths, and met by the same states
of demand and prize in all of them. What changes is therefore paired, draw by draw. Hindsight losses are those of the
builders' payoffs before tax and without the cap, so that what a rule forbids counts as underinvestment.

Ruin is not in that race but in that of two labs for money (`models.runway`). The policies that reach it are set against
no policy there, on its own draws: the same ones and the same paths in all cases. Where a game of plans has several pure
equilibria, the one with the most spending (*fearful*) and the one with the least (*trusting*) are both kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.registry import Columns, Findings, experiment, share
from experiments.studies.runway import pure_equilibria, solved
from models.linked_race import LinkedRace
from models.policy import POLICIES, UNTOUCHED, Compared, price_of_compute, regulate, regulate_labs
from models.runway import LABS, Runway
from theory import Estimate, continuous_nash, from_replicates, hindsight_split, probability, share_in_replicates

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

CHOSEN = ("fearful", "trusting")
"""Pure equilibria that are reported of a game of plans: with the most spending, and with the least."""

RUIN = (*(f"ruin, {lab}" for lab in LABS), "compute", "bills")
"""What is compared where cash is finite: probabilities of ruin, and both labs' compute and bills, US$ bn.

Compute is counted at its price without a policy; bills are what is paid.
"""

REACHING = tuple(policy for policy in POLICIES if policy not in UNTOUCHED)
"""Policies that reach the labs' runway."""


@experiment(
    "policies",
    question="What do caps, taxes, reporting, shared infrastructure, stake limits and bans on exclusivity change?",
    replicates=REPLICATES,
    quick={"draws": 32, "paths": 64},
)
def study(*, draws: int = 256, paths: int = 256, rng: np.random.Generator) -> Columns:
    """One independent set of draws of either race, one row each; the paths are those of the labs' money."""
    base = LinkedRace()
    race = base.replace(**base.priors().sample(share(draws, REPLICATES), rng=rng))
    cases = {NONE: regulate(race, next(iter(POLICIES)), 0.0)} | {
        _case(policy, strength): regulate(race, policy, strength) for policy in POLICIES for strength in STRENGTHS
    }
    compared = Compared(list(cases.values()))
    columns: dict[str, NDArray[Any]] = {}
    for name, values in _measures(compared, rng).items():
        columns |= {f"{name}, {case}": part for case, part in zip(cases, compared.split(values), strict=True)}
    base_of_labs = Runway(paths=paths)
    labs = base_of_labs.replace(**base_of_labs.priors().sample(share(draws, REPLICATES), rng=rng))
    return columns | ruin_by_case(labs, int(rng.integers(2**62)))


def ruin_by_case(labs: Runway, seed: int) -> dict[str, NDArray[Any]]:
    """Ruin, compute and bills in equilibrium in every draw and case; the seed is that of the paths, which all meet."""
    cases = {NONE: (labs, 1.0)} | {
        _case(policy, strength): (regulate_labs(labs, policy, strength), price_of_compute(policy, strength))
        for policy in REACHING
        for strength in STRENGTHS
    }
    columns: dict[str, NDArray[Any]] = {}
    for case, (model, price) in cases.items():
        game = model.induced_game(np.random.default_rng(seed))
        found = solved(game)
        columns[f"pure, {case}"] = np.asarray(pure_equilibria(game).any(axis=(-1, -2)))
        for word in CHOSEN:
            ruin = {f"ruin, {lab}": found[f"{word} ruin, {lab}"] for lab in LABS}
            bills = found[f"{word} spending"]
            for name, values in {**ruin, "compute": bills / price, "bills": bills}.items():
                columns[f"{word} {name}, {case}"] = values
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
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int, paths: int) -> Findings:
    """Paired effects of every policy at every strength, and which of them no other one beats."""
    parts, certified = _kept(replicates, "certified", POLICIES)
    effects = {
        policy: {f"{strength:g}": _effects(parts, _case(policy, strength)) for strength in STRENGTHS}
        for policy in POLICIES
    }
    numbers = {
        "draws": sum(len(part[f"welfare, {NONE}"]) for part in parts),
        "P(certified)": certified,
        NONE: {name: from_replicates([part[f"{name}, {NONE}"].mean() for part in parts]) for name in MEASURES},
        "effects": effects,
        "frontier": frontier(
            {
                (policy, strength): (found["overspend"].value, found["underinvest"].value, -found["welfare"].value)
                for policy, by_strength in effects.items()
                for strength, found in by_strength.items()
            }
        ),
        "ruin": ruin_against_none(replicates) | {"paths": paths, "years": Runway().years},
    }
    return Findings(numbers)


def _kept(replicates: Replicates, flag: str, policies: Iterable[str]) -> tuple[Replicates, Estimate]:
    """The draws that are flagged in every case, and how many of all those are."""
    cases = (NONE, *(_case(policy, strength) for policy in policies for strength in STRENGTHS))
    flagged = [np.all([part[f"{flag}, {case}"] for case in cases], axis=0) for part in replicates]
    parts = [{name: values[keep] for name, values in p.items()} for p, keep in zip(replicates, flagged, strict=True)]
    return parts, probability(np.concatenate(flagged))


def ruin_against_none(replicates: Replicates) -> dict[str, Any]:
    """Ruin, compute and bills without a policy, and the mean change of each under the policies that reach them."""
    parts, pure = _kept(replicates, "pure", REACHING)

    def means(case: str, less: str | None) -> dict[str, Any]:
        return {word: {name: _mean(parts, f"{word} {name}", case, less) for name in RUIN} for word in CHOSEN}

    return {
        "draws": sum(len(part[f"pure, {NONE}"]) for part in parts),
        "P(pure)": pure,
        NONE: means(NONE, None),
        "effects": {
            policy: {f"{strength:g}": means(_case(policy, strength), NONE) for strength in STRENGTHS}
            for policy in REACHING
        },
        "price": {policy: price_of_compute(policy, STRENGTHS[-1]) for policy in REACHING},
        "untouched": UNTOUCHED,
    }


def _mean(parts: Replicates, name: str, case: str, less: str | None) -> Estimate:
    """Mean over draws of what a case brings, or of what it brings more than another, draw by draw."""
    return from_replicates(
        [float((part[f"{name}, {case}"] - (part[f"{name}, {less}"] if less else 0.0)).mean()) for part in parts]
    )


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
