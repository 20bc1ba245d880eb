"""Do own chips undercut the market leader, and what does a cheaper chip do to spending? Custom silicon (S7; claim 8).

Every draw is one calibrated chip market, solved backwards: clouds' quantities, merchants' quantities, and how many of
the clouds that can make their own chips do so. It is compared with the same market without own chips, and with own
chips a tenth cheaper. The race of `models.compute_race` is solved again with the same cut in its capital cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from experiments.registry import Columns, Findings, experiment, share
from models.chip_market import MakeOrBuy, break_even_ratio, chip_equilibrium, make_or_buy, scarce_prices
from models.compute_race import ComputeRace
from models.custom_silicon import CustomSilicon
from models.facts import load_facts
from models.prior import fact
from models.shared_priors import own_chip_ratio
from models.typeset import typst
from theory import continuous_nash, from_replicates, probability, share_in_replicates
from theory.sensitivity import sobol_indices

Replicates = Sequence[Mapping[str, NDArray[Any]]]
Floats = NDArray[np.float64]

REPLICATES = 8
"""Independent scrambled point sets."""

CUT = 0.9
"""The cheaper chip: cost over what it was."""

RACE = 8
"""One draw in so many is also a race, whose games are larger."""

OUTCOMES = ("chip price", "compute price", "total compute", "capital spending", "user spending", "merchant profit")

SCARCE, AMPLE = 0.7, 1.5
"""Merchants' capacities in a shortage and in a glut, over what they would choose to sell."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

HIGH_ENDS = (3.0, 2.0, 1.5, 1.25)
"""Other high ends of the cost ratio than F102, a fact of grade C and the only one above one."""

RATIOS = tuple(float(v) for v in np.geomspace(0.5, 6.0, 61))
"""Cost ratios of the figure."""


@experiment(
    "custom_silicon",
    question="How often do own chips undercut the market leader, and what does a cheaper chip do to spending?",
    claims=(8,),
    replicates=REPLICATES,
    quick={"draws": 256},
)
def study(*, draws: int = 4096, rng: np.random.Generator) -> Columns:
    """One independent set of draws; one row per draw. Columns of the race are NaN where it was not solved."""
    base = CustomSilicon()
    model = base.replace(**base.priors().sample(share(draws, REPLICATES), rng=rng))
    found = make_or_buy(model)
    cheaper = make_or_buy(model.replace(cost_ratio=CUT * model.cost_ratio))
    columns: dict[str, NDArray[Any]] = {
        "cost ratio": np.asarray(model.cost_ratio),
        "break-even ratio": break_even_ratio(model, steps=24),
        "makers": found.makers,
        "stable numbers": found.stable.sum(axis=0),
        "own share": found.outcome("own share"),
        "markup": _markup(found, model),
        "markup without own chips": 1 - _lowest_cost(model) / found.stages[0].outcome("chip price"),
        "chip price over today's": found.outcome("chip price") / (model.chip_share * model.capital_cost),
    }
    for name in OUTCOMES:
        here, without = found.outcome(name), found.stages[0].outcome(name)
        columns[f"effect on {name}"] = here / without - 1
        columns[f"elasticity of {name}"] = np.log(cheaper.outcome(name) / here) / np.log(CUT)
    return columns | race_elasticities(len(found.makers), rng)


def _lowest_cost(model: CustomSilicon) -> Floats:
    return np.asarray(np.min([model.production_cost(i) for i in range(model.n)], axis=0))


def _markup(found: MakeOrBuy, model: CustomSilicon) -> Floats:
    """Margin of the cheapest merchant over its price."""
    return np.asarray(1 - _lowest_cost(model) / found.outcome("chip price"))


def race_elasticities(rows: int, rng: np.random.Generator) -> dict[str, Floats]:
    """Elasticities of the build and of the spending of the race to capital cost, one draw in `RACE`, else NaN.

    Plans are in dollars, so that the demand of the race in GW falls as a GW gets dearer. Each cut is therefore also
    made with plans that are cut as well: then demand in GW stands still, and only the race responds.
    """
    base = ComputeRace()
    count = max(rows // RACE, 2)
    race = base.replace(**base.priors().sample(count, rng=rng))
    plan, factor = np.asarray(race.plan), np.asarray(race.cost_factor)
    own = np.where(np.arange(race.n_builders) < 2, CUT, 1.0)  # Amazon and Alphabet
    changes = {
        "all, plans in dollars": {"capital_cost": CUT * race.capital_cost},
        "all, demand in GW": {"capital_cost": CUT * race.capital_cost, "plan": CUT * plan},
        "own chips, demand in GW": {"cost_factor": own * factor, "plan": own * plan},
    }
    before, columns = _spending(race), {}
    for name, change in changes.items():
        for what, old, new in zip(("build", "spending"), before, _spending(race.replace(**change)), strict=True):
            column = np.full(rows, np.nan)
            column[:count] = np.log(new / old) / np.log(CUT)
            columns[f"{what} of the race, {name}"] = column
    return columns


def _spending(race: ComputeRace) -> tuple[Floats, Floats]:
    """Total GW in equilibrium and capital spending, US$ bn; NaN where no equilibrium was certified."""
    game = race.continuous_game()
    start = game.lower + 0.1 * (game.upper - game.lower)
    built = continuous_nash(game, starts=start[None]).select()
    spent = (built * np.asarray(race.cost_factor)).sum(axis=-1) * race.capital_cost
    return built.sum(axis=-1), np.asarray(spent)


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int) -> Findings:
    """Cost ratio against break-even, effects of own chips, elasticities of spending, shortage, and the centre."""
    pooled = {name: np.concatenate([part[name] for part in replicates]) for name in replicates[0]}
    made = pooled["makers"] > 0
    numbers: dict[str, Any] = {
        "draws": len(made),
        "not certified": float(np.isnan(pooled["chip price over today's"]).mean()),
        "several numbers of makers": float((pooled["stable numbers"] > 1).mean()),
        "cut": 1 - CUT,
        "claim": {
            "P(cost ratio below one)": _share(replicates, lambda p: p["cost ratio"] < 1),
            "P(cost ratio below break-even)": _share(replicates, lambda p: p["cost ratio"] < p["break-even ratio"]),
            "P(somebody makes)": _share(replicates, lambda p: p["makers"] > 0),
        },
        "sources": {"Bernstein": 1 - fact("F122"), "benchmark": fact("F102")},
        "grade of the benchmark": load_facts()["F102"].grade,
        "by high end": by_high_end(replicates),
        "makers": {str(o): probability(pooled["makers"] == o) for o in range(3)},
        "break-even ratio": _spread(pooled["break-even ratio"]),
        "markup without own chips": _spread(pooled["markup without own chips"]),
        "where somebody makes": {
            name: _spread(pooled[name][made])
            for name in ("markup", "own share", "chip price over today's", *(f"effect on {o}" for o in OUTCOMES))
        },
        "elasticities": {name: _spread(pooled[f"elasticity of {name}"][made]) for name in OUTCOMES},
        "race": {name: _spread(values) for name, values in pooled.items() if " of the race, " in name},
        "P(spending of the race rises)": {
            name: probability(values[np.isfinite(values)] < 0)
            for name, values in pooled.items()
            if name.startswith("spending of the race, ")
        },
        "drivers": drivers(rng, points=max(16, draws // 128)),
        "centre": centre(),
        "scarcity": {str(v): _at_capacity(v) for v in (SCARCE, AMPLE)},
        "formula": formula(),
    }
    return Findings(numbers, {"ratio": by_ratio()})


def _share(replicates: Replicates, event: Any) -> Any:
    return share_in_replicates([event(part) for part in replicates])


def by_high_end(replicates: Replicates) -> dict[str, dict[str, Any]]:
    """Probability that the cost ratio is below one, and below the maker's point, by the high end of its prior.

    The first is that of the prior; the second is the mean over the draws of the maker's point, which the ratio does not
    move.
    """
    ends = (own_chip_ratio().high, *HIGH_ENDS)
    return {
        f"{high:g}": {
            "below one": float(_below(high, np.array(1.0))),
            "below break-even": from_replicates(
                [float(_below(high, p["break-even ratio"]).mean()) for p in replicates]
            ),
        }
        for high in ends
    }


def _below(high: float, values: Floats) -> Floats:
    """Probability that a cost ratio with another high end is below each of some values."""
    prior = own_chip_ratio()
    low, mode, high = np.log([prior.low, prior.central, high])
    return np.asarray(stats.triang((mode - low) / (high - low), low, high - low).cdf(np.log(values)))


def _spread(values: Floats) -> dict[str, float] | None:
    """Quantiles over the draws: uncertainty about the parameters, not sampling error. None if there is no draw."""
    kept = values[np.isfinite(values)]
    if not kept.size:
        return None
    return {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.quantile(kept, QUANTILES), strict=True)}


def drivers(rng: np.random.Generator, points: int) -> dict[str, Any]:
    """Sobol indices of the break-even ratio, and of the chip price with two makers over today's."""
    base = CustomSilicon()
    priors = base.priors()

    def outputs(u: Floats) -> Floats:
        model = base.replace(**priors.ppf(u))
        price = chip_equilibrium(model).outcome("chip price") / (model.chip_share * model.capital_cost)
        return np.asarray(np.nan_to_num(np.stack([break_even_ratio(model, steps=14), price])))

    ratio, price = sobol_indices(outputs, priors.names, points=2 ** int(np.log2(points)), rng=rng)
    return {"break-even ratio": ratio, "chip price": price}


def by_ratio() -> dict[str, Floats]:
    """The market at the centre by the cost ratio: prices over today's, share of own chips, number of makers."""
    model = CustomSilicon(cost_ratio=np.array(RATIOS))
    found = make_or_buy(model)
    today = model.chip_share * model.capital_cost
    return {
        "ratio": np.array(RATIOS),
        "makers": found.makers,
        "chip price": found.outcome("chip price") / today,
        "compute price": found.outcome("compute price") * (1 - model.margin) / model.capital_cost,
        "own share": found.outcome("own share"),
    }


def _at_capacity(relative: float) -> dict[str, float]:
    """Chip prices over today's at the centre, two equal merchants with capacities over their equilibrium output."""
    model = CustomSilicon()
    equal = model.replace(merchant_cost=np.full(2, np.mean(model.merchant_cost)))
    free, today = chip_equilibrium(equal), float(model.chip_share * model.capital_cost)
    capacity = relative * float(free.quantities[0])
    stage = scarce_prices(equal, (capacity, capacity))
    return {
        "capacity": relative,
        "equilibrium": float(free.outcome("chip price")) / today,
        "lowest": stage.lowest / today,
        "highest": stage.highest / today,
    }


def centre() -> dict[str, Any]:
    """The market at the calibrated centre, with and without own chips."""
    model = CustomSilicon()
    found = make_or_buy(model)
    return {
        "makers": int(found.makers),
        "break-even ratio": float(break_even_ratio(model)),
        "today's chip price": float(model.chip_share * model.capital_cost),
        "by makers": {
            str(o): {name: float(stage.outcome(name)) for name in (*OUTCOMES, "own share")}
            for o, stage in enumerate(found.stages)
        },
    }


def formula() -> str:
    """A merchant's profit in Typst mathematics, ``w`` being the chip price that clears the market."""
    import sympy

    price, cost, share, capital, x = sympy.symbols("w m_i h kappa x_i", positive=True)
    return typst((price - cost * share * capital) * x)
