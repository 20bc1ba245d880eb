"""How much is overspent, and how much underinvested? The asymmetric race (S2; claims 2 and 10).

Every draw is one calibrated race of the named builders: its equilibrium, the joint-profit and the welfare optimum,
and the hindsight loss of every builder in drawn states of demand and prize, split into overspending and
underinvesting. The same draws with the terms of the payoff switched on one at a time say which term carries the
spending, and which the losses: unit margins alone, then business stealing, the prize, and standing, on the same states,
each at its own equilibrium and at a build of just the mean demand. And how patient the builders must be to keep to the
joint optimum, or half the way to it, under the threat of the race for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.claims import claim, drawn
from experiments.prize_laws import asymmetry_by_law
from experiments.registry import Columns, Findings, Part, at_once, experiment
from models.compute_race import BUILDERS, PLANS, ComputeRace
from theory import (
    ContinuousSolution,
    continuous_nash,
    cvar,
    from_replicates,
    hindsight_split,
    probability,
    ratio_of_means,
    reversion_thresholds,
    share_in_replicates,
    strategic_wedge,
)
from theory.errors import SolverError
from theory.risk import cvar_of_replicate
from theory.sensitivity import Design, indices_of, sobol_designs

Replicates = Sequence[Mapping[str, NDArray[Any]]]
Draws = Mapping[str, NDArray[Any]]
"""A row per draw."""

REPLICATES = 8
"""Independent scrambled point sets."""

STATES = 4
"""States of demand and prize per draw, twice; draws and states are averaged over together, and draws vary more."""

CHUNK = 2048
"""Draws in memory at one time, times the points of the best replies' grid: a tenth of a gigabyte."""

LOSSES = ("overspend", "underinvest")

EQUILIBRIUM, DEMAND = "equilibrium", "mean demand"
"""Builds at which the losses under every heading of `TERMS` are taken."""

OFF: dict[str, float] = {"stealing": 0.0, "decided": 0.0, "survival": 0.0}
TERMS: dict[str, tuple[str, ...]] = {
    "unit margins alone": ("stealing", "decided", "survival"),
    "+ business stealing": ("decided", "survival"),
    "+ prize": ("stealing", "survival"),
    "+ standing": ("stealing", "decided"),
    "all terms": (),
}
"""Which parameters are set to zero under each heading."""

_NOTHING = 0.05  # of mean demand: a joint optimum below this is to build as little as the bounds allow

TARGETS = {"the joint optimum": 1.0, "half the way to it": 0.5}
"""Builds that might be kept to, as shares of the way from the race to the joint optimum."""

ANSWERED = (1, 2, 4)
"""Years until a rival's build is seen and answered."""

PLANNED = "at planned demand"
REFERENCES = {"at last year's build": "low", "at this year's guidance": "high"}
"""Builds at which mistakes are compared: planned demand, and the ends of what it is drawn from."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

BUILDS = ("Nash", "joint", "welfare")
"""What is built in equilibrium, and at the optima of joint profit and of welfare."""

LOST = "profit lost to the race"
DISSIPATION = "dissipation, where joint profit is above zero"
ANARCHY = "price of anarchy, where welfare is above zero"

EXPECTED = ("stranded capital", "unmet demand")
"""Outcomes of every draw that are expectations over its states, US$ bn."""


@experiment(
    "overspend_underinvest",
    question="How much does each builder overspend and underinvest, against hindsight, joint profit and welfare?",
    claims=(2, 10),
    replicates=REPLICATES,
    quick={"draws": 512},
    chunk=CHUNK,
)
def study(*, draws: int = 4096, rng: np.random.Generator, part: Part) -> Columns:
    """Some of one independent set of draws; a row per draw and state, the draw's numbers repeated over its states.

    Draws that are not solved have no row; the summary counts them by the draws that were asked for.
    """
    base = ComputeRace()
    drawn = base.replace(**base.priors().sample_part(part, rng=rng))
    found = {term: _solved(model, alone=term != "all terms") for term, model in _by_term(drawn).items()}
    solved = np.all([solution.certified.any(axis=-1) for solution in found.values()], axis=0)
    if not solved.any():
        raise SolverError(f"none of {solved.size} draws has a certified equilibrium under every heading of TERMS")
    model = base.replace(**{name: np.asarray(getattr(drawn, name))[solved] for name in base.priors().fields})
    equilibria = {term: solution.select()[solved] for term, solution in found.items()}
    game, equilibrium = model.continuous_game(), equilibria["all terms"]
    wedge = strategic_wedge(game, equilibrium)
    constant = model.replace(price_decline=0.0)
    per_draw: dict[str, NDArray[Any]] = {
        "profit Nash": wedge.profit_nash,
        "profit joint": wedge.profit_joint,
        "welfare Nash": wedge.welfare_nash,
        "welfare optimum": wedge.welfare_optimum,
        "unit margin": np.asarray(1 - model.cost_per_gw() / model.revenue_per_gw()),
        "unit margin, constant price": np.asarray(1 - model.cost_per_gw() / constant.revenue_per_gw()),
        "margin at constant price": np.asarray(model.margin_at_constant_price()),
        "joint builds nothing": wedge.joint.sum(axis=-1) < _NOTHING * model.demand().sum(axis=-1),
        "excess spending": ((wedge.nash - wedge.joint) * model.cost_factor).sum(axis=-1) * model.capital_cost,
        "excess over welfare": ((wedge.nash - wedge.welfare) * model.cost_factor).sum(axis=-1) * model.capital_cost,
        "stranded capital": game.outcome("stranded capital", equilibrium),
        "unmet demand": game.outcome("unmet demand", equilibrium),
    }
    for target, share in TARGETS.items():
        path = wedge.nash + share * (wedge.joint - wedge.nash)
        needed = reversion_thresholds(game, path, equilibrium).max(axis=-1)  # of the most tempted; max keeps NaN
        per_draw[f"patience, {target}"] = np.nan_to_num(needed, nan=1.0)  # one: at no discount factor
    per_draw["discount factor of a year"] = np.exp(-np.broadcast_to(model.discount_rate, model.batch_shape))
    for i, name in enumerate(BUILDERS):
        for title, choices in (("Nash", wedge.nash), ("joint", wedge.joint), ("welfare", wedge.welfare)):
            per_draw[f"{title} GW, {name}"] = choices[..., i]
        per_draw[f"capital, {name}"] = model.capital_cost * model.cost_factor[..., i]
    for term, choices in equilibria.items():
        per_draw[f"total GW, {term}"] = choices.sum(axis=-1)
    columns = {name: np.repeat(values, 2 * STATES) for name, values in per_draw.items()}
    return columns | _losses(model, equilibria, rng)


def _by_term(model: ComputeRace) -> dict[str, ComputeRace]:
    """The race with what each heading of `TERMS` leaves."""
    return {term: model.replace(**dict.fromkeys(zeros, 0.0)) for term, zeros in TERMS.items()}


def _losses(
    model: ComputeRace, equilibria: Mapping[str, NDArray[Any]], rng: np.random.Generator
) -> dict[str, NDArray[Any]]:
    """Overspending less underinvesting, US$ bn, of every draw and state; the states are the same in all columns."""
    seed = int(rng.integers(2**62))
    columns = {}
    for term, left in _by_term(model).items():
        for build, choices in ((EQUILIBRIUM, equilibria[term]), (DEMAND, model.demand())):
            split = hindsight_split(left, choices, rng=np.random.default_rng(seed), states=STATES, replicates=2)
            signed = (split.overspend - split.underinvest).reshape(2 * STATES, -1, len(BUILDERS))
            for i, name in enumerate(BUILDERS):
                columns[_loss(term, build, name)] = signed[..., i].T.ravel()
    return columns


def _loss(term: str, build: str, name: str) -> str:
    """Name of the column of a builder's losses: positive where it overspends, negative where it underinvests."""
    return f"loss at {build}, {term}, {name}"


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int) -> Findings:
    """Split and wedge per builder with intervals, the terms' shares, drivers, and the calibrated centre."""
    states = 2 * STATES
    stream = iter(rng.spawn(4))
    points = max(16, draws // 64)
    designs = {f"design {k}": design for k, design in enumerate(_designs(next(stream), points=points))}
    calls: dict[str, Callable[[], Any]] = {
        "rivals": rivals,
        "centre": partial(centre, next(stream)),
        "laws": partial(asymmetry_by_law, next(stream)),
        "scarcity": partial(scarcity, next(stream)),
        **designs,
    }
    found, made = at_once(replicates, _reduce, calls)
    parts = [part["per draw"] for part in found]
    per_draw = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    headlines = _headlines(per_draw)
    split = {build: {term: _split(found, term, build) for term in TERMS} for build in (EQUILIBRIUM, DEMAND)}
    numbers = {
        "draws": len(per_draw["unit margin"]),
        "states per draw": states,
        "share not certified": _share_lost(parts, draws),
        "unit margin": _spread(per_draw["unit margin"]),
        "P(unit margin > 0)": probability(per_draw["unit margin"] > 0),
        "P(unit margin > 0), constant price": probability(per_draw["unit margin, constant price"] > 0),
        "unit margin, constant price": _spread(per_draw["unit margin, constant price"]),
        "margin at constant price": _spread(per_draw["margin at constant price"]),
        "split": split[EQUILIBRIUM]["all terms"],
        "split by terms": split[EQUILIBRIUM],
        "split at mean demand": split[DEMAND],
        "GW": {
            title: {name: _spread(headlines[f"{title} GW, {name}"]) for name in (*BUILDERS, "total")}
            for title in BUILDS
        },
        "capital spending": {name: _spread(headlines[f"capital spending, {name}"]) for name in BUILDERS},
        "wedge": _wedge(per_draw, headlines),
        "restraint": _restraint(per_draw),
        "terms": {term: _spread(per_draw[f"total GW, {term}"]) for term in TERMS},
        "medians": _medians(parts),
        **{name: _spread(headlines[name]) for name in EXPECTED},
        **{f"E[{name}]": from_replicates([part[name].mean() for part in parts]) for name in EXPECTED},
        "drivers": drivers([made[name] for name in designs]),
        "centre": made["centre"],
        "rivals": made["rivals"],
        "lambda by law of the prize": made["laws"],
        **made["scarcity"],
    }
    return Findings(numbers, {"losses": _shown([part["shown"] for part in found])})


def _reduce(part: Columns) -> dict[str, Any]:
    """What the summary needs of one replicate: a row per draw, statistics of every loss, and some losses to show."""
    shown = {name: part[_loss("all terms", EQUILIBRIUM, name)] for name in BUILDERS}
    length = len(shown[BUILDERS[0]])
    return {
        "per draw": {name: part[name][:: 2 * STATES] for name in part if not name.startswith("loss at ")},
        "losses": {name: _statistics(part[name]) for name in part if name.startswith("loss at ")},
        "shown": {name: signed[:: max(1, length * REPLICATES // 20_000)] for name, signed in shown.items()},
    }


def _statistics(signed: NDArray[np.float64]) -> dict[str, float]:
    """Probability, mean and CVaR of overspending and of underinvesting; one independent estimate of each."""
    found: dict[str, float] = {}
    for title, loss in zip(LOSSES, _parts(signed), strict=True):
        found |= {f"P({title})": float((loss > 0).mean()), f"E[{title}]": float(loss.mean())}
        found[f"CVaR95[{title}]"] = float(cvar_of_replicate(loss))
    return found


def _parts(signed: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Overspending and underinvesting."""
    return np.maximum(signed, 0.0), np.maximum(-signed, 0.0)


def _split(found: Sequence[Mapping[str, Any]], term: str, build: str) -> dict[str, Any]:
    """Hindsight statistics per builder over draws and states, as `HindsightSplit.table` gives them."""

    def row(name: str) -> dict[str, Any]:
        each = [part["losses"][_loss(term, build, name)] for part in found]
        numbers = {statistic: from_replicates([one[statistic] for one in each]) for statistic in each[0]}
        over, under = ([one[f"E[{title}]"] for one in each] for title in LOSSES)
        return numbers | {"lambda": ratio_of_means(under, over)}

    return {name: row(name) for name in BUILDERS}


def _shown(samples: Sequence[Mapping[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    """Some of the losses of the whole race in equilibrium, for figures."""
    table: dict[str, NDArray[Any]] = {}
    for name in BUILDERS:
        signed = np.concatenate([sample[name] for sample in samples])
        table |= {f"{title}, {name}": loss for title, loss in zip(LOSSES, _parts(signed), strict=True)}
    return table


def _spread(values: Any) -> dict[str, float]:
    """Quantiles over the draws: uncertainty about the parameters, not sampling error."""
    return {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)}


def _share_lost(parts: Sequence[Draws], draws: int) -> float:
    """Share of the draws that have no row, as no certified equilibrium was found."""
    asked = len(parts) * study.draws_of_replicate({"draws": draws})
    return 1 - sum(len(part["unit margin"]) for part in parts) / asked


def _headlines(per_draw: Draws) -> dict[str, NDArray[Any]]:
    """Quantities of every draw of which the median is reported with its sampling interval, by name."""
    found = {name: per_draw[name] for name in ("excess spending", "excess over welfare", *EXPECTED)}
    for title in BUILDS:
        builds = {f"{title} GW, {name}": per_draw[f"{title} GW, {name}"] for name in BUILDERS}
        found |= builds | {f"{title} GW, total": np.sum(list(builds.values()), axis=0)}
    for name in BUILDERS:
        found[f"capital spending, {name}"] = per_draw[f"Nash GW, {name}"] * per_draw[f"capital, {name}"]
    joint, nash = per_draw["profit joint"], per_draw["profit Nash"]
    best, reached = per_draw["welfare optimum"], per_draw["welfare Nash"]
    return found | {
        LOST: joint - nash,
        "welfare lost to the race": best - reached,
        DISSIPATION: (joint - nash)[joint > 0] / joint[joint > 0],
        ANARCHY: best[reached > 0] / reached[reached > 0],
    }


def _medians(parts: Sequence[Draws]) -> dict[str, Any]:
    """Sampling intervals of the medians, about the mean of the replicates' medians: what `_spread` does not say."""
    each = [_headlines(part) for part in parts]
    values = {name: [float(np.median(one[name])) for one in each if one[name].size] for name in each[0]}
    return {name: from_replicates(medians) if len(medians) > 1 else None for name, medians in values.items()}


def _wedge(per_draw: Draws, headlines: Draws) -> dict[str, Any]:
    nash, joint, welfare = (headlines[f"{title} GW, total"] for title in BUILDS)
    builds = ~per_draw["joint builds nothing"]
    spreads = ("excess spending", "excess over welfare", LOST, "welfare lost to the race", DISSIPATION, ANARCHY)
    return {
        "P(joint optimum builds)": probability(builds),
        "least build, share of demand": _NOTHING,
        "Nash over joint, where it builds": _spread((nash / joint)[builds]) if builds.any() else None,
        "P(Nash above joint)": probability(nash > joint),
        "P(Nash above welfare)": probability(nash > welfare),
        "P(joint profit above zero)": probability(per_draw["profit joint"] > 0),
        "P(welfare above zero)": probability(per_draw["welfare Nash"] > 0),
        **{name: _spread(headlines[name]) if headlines[name].size else None for name in spreads},
    }


def _restraint(per_draw: Draws) -> dict[str, Any]:
    """Whether all builders would keep to less, answered after some years; and the patience of the most tempted."""
    yearly, results = per_draw["discount factor of a year"], {}
    for target in TARGETS:
        needed = per_draw[f"patience, {target}"]
        gains = needed < 1
        results[target] = {
            "P(every builder gains)": probability(gains),
            "needed, where every builder gains": _spread(needed[gains]) if gains.any() else None,
            "P(lasts)": {str(years): probability((yearly**years >= needed) & gains) for years in ANSWERED},
        }
    return results


def drivers(designs: Sequence[Design]) -> dict[str, Any]:
    """Sobol indices of the total build in equilibrium, and of the spending beyond what unit margins would bring."""
    total, excess = indices_of(ComputeRace().priors().names, designs)
    return {"total GW": total, "spending beyond unit margins": excess}


def _designs(rng: np.random.Generator, points: int) -> list[Callable[[], Design]]:
    return sobol_designs(_builds, ComputeRace().priors().names, points=points, rng=rng)


def _builds(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Total build, and spending beyond what unit margins would bring, at quantiles of the parameters."""
    base = ComputeRace()
    model = base.replace(**base.priors().ppf(u))
    equilibrium, alone = (_solved(m, alone=True).actions[..., 0, :] for m in (model, model.replace(**OFF)))
    spent = (equilibrium - alone).sum(axis=-1) * model.capital_cost
    return np.asarray(np.nan_to_num(np.stack([equilibrium.sum(axis=-1), spent])))


def _solved(model: ComputeRace, *, alone: bool) -> ContinuousSolution:
    """Certified equilibria, from one start alone where the search for several is left to the whole race."""
    game = model.continuous_game()
    start = game.lower + 0.1 * (game.upper - game.lower)
    return continuous_nash(game, starts=start[None] if alone else None)


def scarcity(rng: np.random.Generator, draws: int = 32_768, sets: int = 8) -> dict[str, Any]:
    """Claim 10: critical ratio of each builder at planned demand by term, and at the ends between which plans lie.

    At last year's build and at this year's guidance the ratio is that of the same draw, with all terms.
    """
    base, parts = ComputeRace(), []
    ends = {name: np.array([getattr(prior, end) for prior in PLANS]) for name, end in REFERENCES.items()}
    ratios: dict[str, list[NDArray[np.float64]]] = {term: [] for term in TERMS}
    stakes: dict[str, list[NDArray[np.float64]]] = {"added": [], "needed": []}
    for stream in rng.spawn(sets):
        model = base.replace(**base.priors().sample(draws // sets, rng=stream))
        planned = model.demand()
        for term, zeros in TERMS.items():
            ratios[term].append(model.replace(**dict.fromkeys(zeros, 0.0)).critical_ratio(planned))
        stakes["added"].append(model.at_the_margin(planned)[0])
        stakes["needed"].append(model.stakes_needed(planned))
        builds = {PLANNED: planned} | {name: model.replace(plan=plan).demand() for name, plan in ends.items()}
        above = {name: model.critical_ratio(build) > 0.5 for name, build in builds.items()}
        parts.append(
            drawn(model) | {f"{name}, {b}": above[name][:, i] for name in above for i, b in enumerate(BUILDERS)}
        )
    return {
        "critical ratio": {
            term: {
                name: _spread(np.concatenate(every)[:, i])
                | {"P(above half)": share_in_replicates([each[:, i] > 0.5 for each in every])}
                for i, name in enumerate(BUILDERS)
            }
            for term, every in ratios.items()
        },
        "stakes per GW": {
            word: {name: _spread(np.concatenate(every)[:, i]) for i, name in enumerate(BUILDERS)}
            for word, every in stakes.items()
        },
        "P(above half) by build": {
            where: {name: share_in_replicates([part[f"{where}, {name}"] for part in parts]) for name in BUILDERS}
            for where in (PLANNED, *REFERENCES)
        },
        "claims": {"10": claim(parts, greater_danger(), base, readings=True)},
    }


QUANTIFIERS = {"every builder": len(BUILDERS), "most builders": len(BUILDERS) // 2 + 1, "any builder": 1}
"""To how many builders, at least, too little must lose more."""


def greater_danger() -> dict[str, Any]:
    """Readings of claim 10: to how many builders too little loses more, and at which builds it is asked."""
    return {
        f"{who} {where}": partial(_in_danger, least, who, where)
        for where in (PLANNED, *REFERENCES)
        for who, least in QUANTIFIERS.items()
    }


def _in_danger(least: int, who: str, where: str, part: Columns) -> dict[str, NDArray[Any]]:
    """In which draws too little loses more to so many builders; for every one of them, builder by builder."""
    each = {f"too little loses more to {name}": np.asarray(part[f"{where}, {name}"]) for name in BUILDERS}
    if least == len(BUILDERS):
        return each
    return {f"too little loses more to {who}": np.sum(list(each.values()), axis=0) >= least}


def centre(rng: np.random.Generator) -> dict[str, Any]:
    """Equilibrium, wedge and split at the calibrated centre, with only demand and prize uncertain."""
    model = ComputeRace()
    game = model.continuous_game()
    solution = continuous_nash(game)
    wedge = strategic_wedge(game, solution)
    split = hindsight_split(model, solution, rng=rng, states=1024)
    chosen = solution.select()
    return {
        "relative regret": float(solution.relative_regret[0]),
        "Nash GW": dict(zip(BUILDERS, wedge.nash.tolist(), strict=True)),
        "joint GW": dict(zip(BUILDERS, wedge.joint.tolist(), strict=True)),
        "welfare GW": dict(zip(BUILDERS, wedge.welfare.tolist(), strict=True)),
        "demand GW": dict(zip(BUILDERS, model.demand().tolist(), strict=True)),
        "capital spending": dict(
            zip(BUILDERS, (chosen * model.capital_cost * model.cost_factor).tolist(), strict=True)
        ),
        "total over joint": float(wedge.total_over_joint),
        "total over welfare": float(wedge.total_over_welfare),
        "dissipation": float(wedge.dissipation),
        "profit lost": float(wedge.profit_joint - wedge.profit_nash),
        "welfare lost": float(wedge.welfare_optimum - wedge.welfare_nash),
        "price of anarchy": float(wedge.price_of_anarchy),
        "split": split.table(),
        "worst twentieth of losses": {name: float(cvar(split.loss[..., i].ravel())) for i, name in enumerate(BUILDERS)},
    }


def rivals() -> dict[str, dict[str, float]]:
    """Race among n equal builders with total demand and total standing held at the centre's: rivalry alone varies."""
    centre = ComputeRace()
    named, factor = centre.n_builders, np.mean(centre.cost_factor)
    plan = centre.demand().sum() * factor * centre.capital_cost / centre.ai_share
    results = {}
    for n in range(2, 9):
        model = centre.replace(
            n_builders=n,
            plan=np.full(n, plan / n),
            cost_factor=np.full(n, factor),
            compute_only=np.zeros(n),
            survival=centre.survival * named / n,
        )
        game = model.continuous_game()
        wedge = strategic_wedge(game, continuous_nash(game))
        results[str(n)] = {
            "total GW": float(wedge.nash.sum()),
            "joint GW": float(wedge.joint.sum()),
            "dissipation": float(wedge.dissipation),
        }
    return results
