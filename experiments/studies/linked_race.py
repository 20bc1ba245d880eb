"""What do rents, contracts and equity add to the race? Ties switched on one at a time (S2 with S3, S4 and S5).

Every draw is one race of six builders. The same draw is solved without ties, with each tie alone, and with all of
them; the joint optimum of the untied industry is the yardstick for all, because ties only move money between players
(and to hosts outside the race).

The terms of the ties are drawn, as a mark-up and a minimum payment: reduced forms of S3 and S5. The last case takes the
mark-up from S3 instead: what the clouds of a lab that ports to the best number of them ask in equilibrium, over the
market's cost, with the draw's margin and the rest of S3's priors drawn anew. It is cut at zero: a host's own chips let
it ask less than the market's cost, but the race books what a host lets at the market's, and it would be seen to pay for
its tenants. S5's contract has no such case: its price pays for a term, an exit fee and a market that takes idle
capacity over, none of which the race has. What hosts earn by the ties is recorded; where it is below zero, they would
not let on these terms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.registry import Columns, Findings, experiment, share
from models.cloud_pricing import homing
from models.cloud_sourcing import CloudSourcing
from models.linked_race import LINKED, LinkedRace
from theory import continuous_nash, from_replicates, hindsight_split, joint_optimum, probability

Replicates = Sequence[Mapping[str, NDArray[Any]]]

REPLICATES = 8
STATES = 8
"""States of demand and prize per draw, for hindsight losses."""

STAKES = ("stake_microsoft_openai", "stake_amazon_anthropic", "stake_alphabet_anthropic")
OFF: dict[str, dict[str, float]] = {
    "rents": {"markup": 0.0},
    "contracts": {"take_or_pay": 1.0},
    "stakes": dict.fromkeys(STAKES, 0.0),
}
"""What switches a tie off."""

CASES: dict[str, tuple[str, ...]] = {
    "no ties": (),
    "+ rents": ("rents",),
    "+ contracts": ("contracts",),
    "+ stakes": ("stakes",),
    "all ties": tuple(OFF),
}
"""Which ties are on under each heading."""

SOLVED = "all ties, S3's mark-up"
"""All ties, with the mark-up that S3 gives."""

KEPT = ("take_or_pay", "markup", "hosted_in_plans")
"""Parameters that draws are sorted by."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@experiment(
    "linked_race",
    question="What do rents, take-or-pay contracts and equity stakes add to the race?",
    replicates=REPLICATES,
    quick={"draws": 64},
)
def study(*, draws: int = 512, rng: np.random.Generator) -> Columns:
    """One independent set of draws, one row each."""
    base = LinkedRace()
    model = base.replace(**base.priors().sample(share(draws, REPLICATES), rng=rng))
    price = np.asarray(model.capital_cost)[:, None] * np.asarray(model.cost_factor)
    seed = int(rng.integers(2**62))  # every case meets the same states
    columns: dict[str, NDArray[Any]] = {name: np.asarray(getattr(model, name)) for name in KEPT}
    columns["solved markup"] = solved_markup(model, rng)
    bill = np.asarray(model.rented * (1 + model.markup) * model.cost(LINKED.index("OpenAI/Stargate")))
    columns["use earns less than it costs"] = np.asarray(model.revenue_per_gw()) < bill
    races = {case: with_ties(model, on) for case, on in CASES.items()}
    races[SOLVED] = model.replace(markup=np.maximum(columns["solved markup"], 0.0))
    for case, tied in races.items():
        game = tied.continuous_game()
        solution = continuous_nash(game)
        certified = np.asarray(solution.certified.any(axis=-1))
        builds = np.where(certified[:, None], solution.select(), game.lower)  # the uncertified are left out below
        columns[f"certified, {case}"] = certified
        columns[f"total GW, {case}"] = builds.sum(axis=-1)
        columns[f"capital, {case}"] = (builds * price).sum(axis=-1)
        columns[f"margin of hosts, {case}"] = game.outcome("margin of hosts", builds)
        split = hindsight_split(tied, builds, rng=np.random.default_rng(seed), states=STATES, replicates=2)
        for title, loss in (("overspend", split.overspend), ("underinvest", split.underinvest)):
            columns[f"{title}, {case}"] = loss.mean(axis=(0, 1)).sum(axis=-1)
        for i, name in enumerate(LINKED):
            columns[f"GW, {case}, {name}"] = builds[..., i]
            columns[f"payoff, {case}, {name}"] = game.payoff(builds)[..., i]
        if case == "no ties":
            starts = np.stack([builds, game.lower, game.lower + 0.1 * (game.upper - game.lower)])
            joint = joint_optimum(game, game.total(), starts=starts)
            columns["capital, joint"] = (joint * price).sum(axis=-1)
    return columns


def with_ties(model: LinkedRace, on: Sequence[str]) -> LinkedRace:
    """The race with only these ties."""
    return model.replace(**{name: value for tie, off in OFF.items() if tie not in on for name, value in off.items()})


def solved_markup(model: LinkedRace, rng: np.random.Generator) -> NDArray[np.float64]:
    """Price over the market's cost less one, by S3 at the draw's margin; the draw's own if S3 has no equilibrium."""
    sourcing = CloudSourcing()
    terms = sourcing.priors().sample(len(np.asarray(model.markup)), rng=rng)
    market = sourcing.replace(**terms | {"margin": model.markup / (1 + model.markup)})
    found = homing(market)
    best = np.nanargmax(np.where(np.isfinite(found.surplus), found.surplus, -np.inf), axis=0)
    markup = np.take_along_axis(found.mean_price, best[None], axis=0)[0] / market.unit_cost - 1
    return np.asarray(np.where(np.isfinite(markup), markup, model.markup))


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int) -> Findings:
    """Effect of every tie on builds, spending beyond the joint optimum, losses and payoffs."""
    solved = [np.all([part[f"certified, {case}"] for case in (*CASES, SOLVED)], axis=0) for part in replicates]
    parts = [
        {name: values[keep] for name, values in part.items()} for part, keep in zip(replicates, solved, strict=True)
    ]
    rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    numbers = {
        "draws": len(rows["capital, joint"]),
        "P(certified)": probability(np.concatenate(solved)),
        "cases": {case: _case(parts, rows, case) for case in CASES},
        "GW change with all ties": {
            name: _spread(rows[f"GW, all ties, {name}"] / rows[f"GW, no ties, {name}"] - 1) for name in LINKED
        },
        "payoff change with all ties": {
            name: _spread(rows[f"payoff, all ties, {name}"] - rows[f"payoff, no ties, {name}"]) for name in LINKED
        },
        "excess, no ties": _spread(rows["capital, no ties"] - rows["capital, joint"]),
        "P(use earns less than it costs)": probability(rows["use earns less than it costs"]),
        "P(adds) by terms": by_terms(rows),
        "counted twice": counted_twice(rows),
        "solved markup": {
            "markup": _spread(np.maximum(rows["solved markup"], 0.0)),
            "P(below zero)": probability(rows["solved markup"] < 0),
            "drawn": _spread(rows["markup"]),
            "case": _case(parts, rows, SOLVED),
        },
    }
    return Findings(numbers)


def by_terms(rows: Mapping[str, NDArray[Any]]) -> list[dict[str, Any]]:
    """Share of draws in which all ties together add capital, by the contracts' share of idle capacity and mark-up."""
    adds = rows["capital, all ties"] > rows["capital, no ties"]
    middle = {name: float(np.median(rows[name])) for name in ("take_or_pay", "markup")}
    cells = []
    for loose in (True, False):
        for cheap in (True, False):
            keep = (rows["take_or_pay"] <= middle["take_or_pay"]) == loose
            keep &= (rows["markup"] <= middle["markup"]) == cheap
            chance = probability(adds[keep]) if keep.any() else None
            cells.append({"loose contracts": loose, "low mark-up": cheap, "P(adds)": chance} | middle)
    return cells


def counted_twice(rows: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Share of draws in which all ties add capital, as hosts' plans hold little or much of what they let to labs."""
    adds = rows["capital, all ties"] > rows["capital, no ties"]
    middle = float(np.median(rows["hosted_in_plans"]))
    little = rows["hosted_in_plans"] <= middle
    race = LinkedRace()
    every, none = (float(race.replace(hosted_in_plans=part).demand().sum()) for part in (0.0, 1.0))
    return {
        "P(adds), little": probability(adds[little]),
        "P(adds), much": probability(adds[~little]) if (~little).any() else None,
        "let GW over demand": 1 - none / every,
    }


def _case(parts: Replicates, rows: Mapping[str, NDArray[Any]], case: str) -> dict[str, Any]:
    added = rows[f"capital, {case}"] - rows["capital, no ties"]
    tiny = 1e-9 * rows["capital, no ties"]  # a smaller sum is rounding
    margin = rows[f"margin of hosts, {case}"]
    lose = margin < -tiny

    def mean(of: str) -> Any:
        return from_replicates([float((part[f"{of}, {case}"] - part[f"{of}, no ties"]).mean()) for part in parts])

    return {
        "total GW": _spread(rows[f"total GW, {case}"]),
        "added capital": _spread(added),
        "mean added capital": mean("capital"),
        "P(adds)": probability(added > tiny),
        "margin of hosts": _spread(margin),
        "P(hosts lose)": probability(lose),
        "P(adds), hosts lose nothing": probability((added > tiny)[~lose]) if not lose.all() else None,
        "mean added overspend": mean("overspend"),
        "mean added underinvest": mean("underinvest"),
    }


def _spread(values: Any) -> dict[str, float]:
    """Quantiles over the draws: uncertainty about the parameters, not sampling error."""
    return {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)}
