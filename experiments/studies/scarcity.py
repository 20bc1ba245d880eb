"""What do rival suppliers build before they know demand, and what must be true for too little to be worse? (S9).

Every draw is one market for compute: what a GW earns and costs over its life, and how uncertain demand is. It is
solved for one supplier and for several. Without spill-over, each with an even part of the demand, any number of
suppliers builds what one does: the newsvendor's capacity, which is the joint optimum as well. With spill-over (all of
demand visits them in random order) each builds for customers that others cannot serve; what this adds is the premium
of herding. Nothing but unit margins counts here: S2 adds prize, share and survival.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from experiments.registry import Columns, Findings, experiment, share
from models.capacity_race import CapacityRace
from models.newsvendor import cvar_capacity, spill_capacities
from models.typeset import typst
from theory import from_replicates, ratio_of_means, share_in_replicates

Replicates = Sequence[Mapping[str, NDArray[Any]]]

REPLICATES = 8
"""Independent scrambled point sets."""

SUPPLIERS = (1, 2, 3, 5, 8)
"""Numbers of suppliers; one is the newsvendor, and any number without spill-over."""

RATIOS = tuple(np.linspace(0.0, 0.6, 61).tolist())
"""Critical ratios of the curves at the central volatility."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@experiment(
    "scarcity",
    question="What do suppliers build on unit margins alone, and what must be true for too little to be worse?",
    replicates=REPLICATES,
    quick={"draws": 2048},
)
def study(*, draws: int = 32_768, rng: np.random.Generator) -> Columns:
    """One independent set of draws; one row per draw."""
    base = CapacityRace()
    model = base.replace(**base.priors().sample(share(draws, REPLICATES), rng=rng))
    columns: dict[str, NDArray[Any]] = {
        "critical ratio": np.asarray(model.critical_ratio),
        "price over cost": np.asarray(model.price / model.cost),
        "stakes needed": np.asarray(model.stakes_for_too_little),
        "stakes needed over cost": np.asarray(model.stakes_for_too_little / model.cost),
    }
    for n in SUPPLIERS:
        columns |= {f"{name}, {n}": values for name, values in built(model.replace(n=n)).items()}
    return columns


def built(model: CapacityRace) -> dict[str, NDArray[Any]]:
    """Capacity, profit, what idles and what is unmet in equilibrium, and the ratio at which too little is worse."""
    total = np.asarray(model.n * model.each())
    served = np.where(total > 0, model.limited(np.where(total > 0, total, model.demand)), 0.0)
    return {
        "capacity": np.asarray(total / model.demand),
        "profit": np.asarray((model.price - model.salvage) * served - (model.cost - model.salvage) * total),
        "idle": np.asarray(model.cost * (total - served)),
        "all met": np.asarray(model.met(total)),
        "ratio needed": np.asarray(model.idle(model.level(0.5) / model.n)),
    }


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int) -> Findings:
    """Capacity and profit by number of suppliers, the premium of herding, and what too little would take."""
    pooled = {name: np.concatenate([part[name] for part in replicates]) for name in replicates[0]}
    numbers = {
        "draws": len(pooled["critical ratio"]),
        "critical ratio": _spread(pooled["critical ratio"]),
        "P(something is built)": share_in_replicates([part["critical ratio"] > 0 for part in replicates]),
        "by suppliers": {str(n): _with_suppliers(replicates, pooled, n) for n in SUPPLIERS},
        "too little is worse": too_little(replicates, pooled),
        "centre": {str(n): centre(n) for n in SUPPLIERS},
        "own customers": own_customers(),
        "curves": curves(),
        "formulas": formulas(),
    }
    keep = pooled["critical ratio"] > 0
    return Findings(numbers, {"premium": {str(n): _premium(pooled, n)[keep][:20_000] for n in SUPPLIERS}})


def _spread(values: Any) -> dict[str, float] | None:
    """Quantiles over the draws: uncertainty about the parameters, not sampling error."""
    if not np.size(values):
        return None
    return {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)}


def _premium(columns: Mapping[str, NDArray[Any]], n: int) -> NDArray[np.float64]:
    """What spill-over adds to the capacity of one supplier, as a share of it; NaN where that builds nothing."""
    one = columns["capacity, 1"]
    return np.asarray(columns[f"capacity, {n}"] / np.where(one > 0, one, np.nan) - 1)


def _with_suppliers(replicates: Replicates, pooled: Mapping[str, NDArray[Any]], n: int) -> dict[str, Any]:
    """With spill-over among ``n``; quantiles over the draws in which something is built, means over all."""
    keep = pooled["critical ratio"] > 0

    def sums(name: str) -> list[float]:
        return [float(part[f"{name}, {n}"].sum()) for part in replicates]

    one = {name: [float(part[f"{name}, 1"].sum()) for part in replicates] for name in ("capacity", "profit")}
    return {
        "capacity": _spread(pooled[f"capacity, {n}"][keep]),
        "premium": _spread(_premium(pooled, n)[keep]),
        "mean premium": _less_one(ratio_of_means(sums("capacity"), one["capacity"])),
        "mean capacity": from_replicates([float(part[f"capacity, {n}"].mean()) for part in replicates]),
        "mean profit": from_replicates([float(part[f"profit, {n}"].mean()) for part in replicates]),
        "profit kept": ratio_of_means(sums("profit"), one["profit"]),
        "mean idle": from_replicates([float(part[f"idle, {n}"].mean()) for part in replicates]),
        "all met": _spread(pooled[f"all met, {n}"][keep]),
        "P(met as often as not)": share_in_replicates([part[f"all met, {n}"] >= 0.5 for part in replicates]),
        "ratio needed": _spread(pooled[f"ratio needed, {n}"]),
        "margin reaches it": share_in_replicates(
            [part["critical ratio"] >= part[f"ratio needed, {n}"] for part in replicates]
        ),
    }


def _less_one(estimate: Any) -> Any:
    return type(estimate)(*(value - 1 for value in (estimate.value, estimate.low, estimate.high)))


def too_little(replicates: Replicates, pooled: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """What a GW too few costs against one too many: a critical ratio of one half, or stakes that make up for it."""
    return {
        "P(ratio above half)": share_in_replicates([part["critical ratio"] > 0.5 for part in replicates]),
        "price over cost": _spread(pooled["price over cost"]),
        "price over cost needed": 2.0,
        "largest ratio": float(pooled["critical ratio"].max()),
        "stakes needed": _spread(pooled["stakes needed"]),
        "stakes needed over cost": _spread(pooled["stakes needed over cost"]),
    }


def centre(n: int) -> dict[str, float]:
    """At the central values: what is built and earned, over what one supplier builds and earns."""
    model = CapacityRace(n=n)
    found, alone = built(model), built(model.replace(n=1))
    return {
        "critical ratio": float(model.critical_ratio),
        "capacity": float(found["capacity"]),
        "premium": float(found["capacity"] / alone["capacity"] - 1),
        "profit kept": float(found["profit"] / alone["profit"]),
        "all met": float(found["all met"]),
        "ratio needed": float(found["ratio needed"]),
        "stakes needed": float(model.stakes_for_too_little),
    }


def own_customers() -> dict[str, float]:
    """Two suppliers with independent customers of their own (Parlar 1988), at the central values, over mean demand.

    Without spill-over each is a newsvendor of its own demand; with it each also serves whom the other cannot; the
    planner serves both demands from one pool.
    """
    model = CapacityRace()
    demand = stats.lognorm(model.volatility, scale=float(np.exp(-(model.volatility**2) / 2)))
    found = spill_capacities(demand, price=model.price, cost=model.cost)
    apart = 2 * cvar_capacity(demand, price=model.price, cost=model.cost)
    return {"apart": apart / 2, "spill": found.total / 2, "planner": found.central / 2}


def curves() -> dict[str, Any]:
    """Total capacity over mean demand by critical ratio, at the central volatility."""
    base, ratios = CapacityRace(), np.array(RATIOS)
    price = base.cost / (1 - ratios)
    totals = {str(n): (n * base.replace(n=n, price=price).each()).tolist() for n in SUPPLIERS}
    return {"critical ratio": ratios.tolist(), "capacity": totals, "median": float(base.level(0.5))}


def formulas() -> dict[str, str]:
    """Payoff of one of two suppliers, with G for the mean of the smaller of demand and capacity."""
    import sympy

    served = sympy.Function("G")

    class Abstract(CapacityRace):
        def limited(self, x: Any) -> Any:
            return served(x)

    model = Abstract.symbolic(n=2)
    return {"payoff": typst(model.payoff(0, sympy.symbols("q_1 q_2", positive=True)))}
