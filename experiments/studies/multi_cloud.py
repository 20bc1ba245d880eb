"""When does a lab run on several clouds, and what does it gain by it? Multi-cloud balancing (S3; claim 3).

Every draw is one calibrated market, solved backwards: the lab's split at any prices, the clouds' price equilibrium for
1, 2, .. n clouds that the lab has ported to, and the number that pays it best. It is compared with two ways of having
one cloud: captive, where the price is named when the lab cannot leave, and an exclusive contract that clouds bid for up
front. For Anthropic there are two clouds with chips of their own, for OpenAI four with chips of one maker.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.claims import by_bound, claim, drawn
from experiments.registry import Columns, Findings, experiment, share
from models.cloud_pricing import Homing, cost_multipliers, exclusive_auction, homing, price_equilibrium
from models.cloud_sourcing import CLOUDS, CloudSourcing
from models.typeset import typst
from theory import from_replicates, probability, share_in_replicates
from theory.sensitivity import sobol_indices

Replicates = Sequence[Mapping[str, NDArray[Any]]]
Floats = NDArray[np.float64]

REPLICATES = 8
"""Independent scrambled point sets."""

FOUR = 4
"""One draw in so many is also solved for OpenAI's four clouds, whose games are larger."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

MATERIAL = 0.05
"""Fall of the price that counts, as a share: a small but significant change of a price, of merger guidelines."""

BOUNDS = (0.01, 0.02, 0.05, 0.1)
"""Other falls that might count."""

SWITCHING = tuple(float(v) for v in np.geomspace(0.02, 4.0, 25))
"""Switching costs of the figure, over a year's cost."""

RIGIDITY = (0.03, 0.1, 0.5)
"""Rigidities of the figure's lines: the ends and the centre of the swept range."""


@experiment(
    "multi_cloud",
    question="When does a lab run on several clouds, what does that do to the price, and what does it insure?",
    claims=(3,),
    replicates=REPLICATES,
    quick={"draws": 256},
)
def study(*, draws: int = 4096, rng: np.random.Generator) -> Columns:
    """One independent set of draws; a row per draw. Columns of OpenAI are NaN where it was not solved."""
    base = CloudSourcing()
    sample = base.priors().sample(share(draws, REPLICATES), rng=rng)
    model = base.replace(**sample)
    found, auction = homing(model), exclusive_auction(model)
    year = np.asarray(model.demand * model.unit_cost)
    balanced = _balanced_price(model)
    columns = {
        **_outcomes(found, model),
        "auction surplus": auction.against_all / year,
        "winner": auction.winner,
        "balanced price": balanced / model.unit_cost,
        "pass-through": (found.prices[0, :, 0] - found.prices[-1, :, 0]) / (model.switching * model.once()),
        "porting": np.asarray(model.porting * model.once() / model.unit_cost),
        "charge": np.asarray(model.once() / model.unit_cost),
    }
    return columns | drawn(model) | {f"OpenAI {name}": values for name, values in _openai(model).items()}


def _outcomes(found: Homing, model: CloudSourcing) -> dict[str, Floats]:
    """Outcomes by number of clouds, money over the year's cost of the planned demand and prices over unit cost."""
    year = np.asarray(model.demand * model.unit_cost)
    columns: dict[str, Floats] = {}
    for m in range(model.n):
        columns |= {
            f"surplus, {m + 1}": found.surplus[m] / year,
            f"price, {m + 1}": found.mean_price[m] / model.unit_cost,
            f"effective price, {m + 1}": found.effective_price[m] / model.unit_cost,
            f"insurance, {m + 1}": found.insurance[m] / year,
            f"bought, {m + 1}": found.shares[m].sum(axis=-1),
            f"largest share, {m + 1}": found.shares[m].max(axis=-1) / found.shares[m].sum(axis=-1),
        }
    return columns


def _balanced_price(model: CloudSourcing) -> Floats:
    """Mean price once the lab has run on both clouds in equal parts."""
    used = model.replace(prior_share=(0.5, 0.5))
    found = price_equilibrium(used)
    s = used.shares([found.prices[..., j] for j in range(2)])
    paid = sum(found.prices[..., j] * s[j] for j in range(2)) / sum(s)
    return np.where(found.certified, paid, np.nan)


def _openai(model: CloudSourcing) -> dict[str, Floats]:
    """Outcomes of the first of every `FOUR` draws with four clouds at the market's cost."""
    draws, names = model.batch_shape[0], CLOUDS["OpenAI"]
    part = {name: np.asarray(getattr(model, name))[::FOUR] for name in model.priors().fields if name != "cost_factor"}
    four = CloudSourcing(lab="OpenAI", n=2, **part).replace(n=len(names), cost_factor=np.ones(len(names)))
    columns = {}
    for name, values in _outcomes(homing(four), four).items():
        columns[name] = np.full(draws, np.nan)
        columns[name][::FOUR] = values
    return columns


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int) -> Findings:
    """Homing, prices, insurance, what drives the gain, and the centre."""
    pooled = {name: np.concatenate([part[name] for part in replicates]) for name in replicates[0]}
    solved = np.isfinite(pooled["surplus, 2"] + pooled["surplus, 1"] + pooled["auction surplus"])
    driven = drivers(rng, points=max(16, draws // 128))
    numbers: dict[str, Any] = {
        "draws": len(solved),
        "not certified": float(1 - solved.mean()),
        "material": MATERIAL,
        "claims": {
            "3": claim(replicates, readings_of(MATERIAL), CloudSourcing(), scope=_solved, readings=True)
            | {"by bound": by_bound(replicates, competing, BOUNDS, CloudSourcing(), scope=_solved)},
        },
        "claim": {
            "P(second cloud lowers the price)": _share(replicates, lambda p: p["price, 2"] < p["price, 1"]),
            "P(second cloud pays)": _share(replicates, lambda p: p["surplus, 2"] > p["surplus, 1"]),
            "P(second cloud beats the auction)": _share(replicates, lambda p: p["surplus, 2"] > p["auction surplus"]),
            "P(incumbent wins the auction)": _share(replicates, lambda p: p["winner"] == 0),
        },
        "price": {str(m): _spread(pooled[f"price, {m}"]) for m in (1, 2)},
        "price, balanced": _spread(pooled["balanced price"]),
        "effective price": {str(m): _spread(pooled[f"effective price, {m}"]) for m in (1, 2)},
        "price fall": _spread(1 - pooled["price, 2"] / pooled["price, 1"]),
        "mean price fall": from_replicates([np.nanmean(1 - p["price, 2"] / p["price, 1"]) for p in replicates]),
        "effective price fall": _spread(1 - pooled["effective price, 2"] / pooled["effective price, 1"]),
        "pass-through": _spread(pooled["pass-through"]),
        "gain": _spread(pooled["surplus, 2"] - pooled["surplus, 1"]),
        "gain against auction": _spread(pooled["surplus, 2"] - pooled["auction surplus"]),
        "insurance": {str(m): _spread(pooled[f"insurance, {m}"]) for m in (1, 2)},
        "insurance share of gain": _spread(_insured(pooled)),
        "break-even porting": _spread(_break_even(pooled)),
        "largest share": _spread(pooled["largest share, 2"]),
        "OpenAI": four_clouds(pooled),
        "condition": condition(pooled, next(iter(driven["gain against auction"]))),
        "drivers": driven,
        "centre": centre(),
        "formula": formula(),
    }
    return Findings(numbers, {"switching": by_switching_cost(), "draws": _shown(pooled)})


def readings_of(material: float) -> dict[str, Any]:
    """Readings of claim 3, the first if a fall of the price counts from a share on."""
    return competing(material) | {"exclusive bids are beaten": beats_exclusivity}


def competing(material: float) -> dict[str, Any]:
    """The reading of claim 3 that hangs on the share."""
    return {"suppliers compete": functools.partial(competes, material)}


def competes(material: float, part: Columns) -> dict[str, NDArray[Any]]:
    """Claim 3 by its words: suppliers compete, and it pays a lab that would else be held to one of them."""
    fall = 1 - part["price, 2"] / part["price, 1"]
    return {
        f"a second cloud lowers the price by {100 * material:g}%": fall >= material,
        "it pays a captive lab to port to it": part["surplus, 2"] > part["surplus, 1"],
    }


def beats_exclusivity(part: Columns) -> dict[str, NDArray[Any]]:
    """Claim 3 against what a lab could do else: that clouds bid for exclusivity is a fact."""
    return {"two clouds beat an exclusive contract that clouds bid for": part["surplus, 2"] > part["auction surplus"]}


def _solved(part: Columns) -> NDArray[Any]:
    return np.isfinite(part["surplus, 2"])


def _share(replicates: Replicates, event: Any) -> Any:
    return share_in_replicates([event(part)[_solved(part)] for part in replicates])


def _spread(values: Floats) -> dict[str, float]:
    """Quantiles over the certified draws: uncertainty about the parameters, not sampling error."""
    return {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.nanquantile(values, QUANTILES), strict=True)}


def _break_even(pooled: Mapping[str, Floats]) -> Floats:
    """Largest planned cost of porting, over a year's cost, that the second cloud is worth to a captive lab."""
    return _gain_before_porting(pooled) / pooled["charge"]


def _gain_before_porting(pooled: Mapping[str, Floats]) -> Floats:
    """What a second cloud is worth a year to a captive lab whose software is ported to it."""
    return pooled["surplus, 2"] - pooled["surplus, 1"] + pooled["porting"]


def _insured(pooled: Mapping[str, Floats]) -> Floats:
    """What the wider spread is worth, over the gain from the second cloud before its porting."""
    return (pooled["insurance, 2"] - pooled["insurance, 1"]) / _gain_before_porting(pooled)


def four_clouds(pooled: Mapping[str, Floats]) -> dict[str, Any]:
    """OpenAI: price by the number of clouds, the gain of the next one, and how many pay best."""
    solved = np.isfinite(sum(pooled[f"OpenAI surplus, {m}"] for m in range(1, 5)))
    surplus = np.stack([pooled[f"OpenAI surplus, {m}"][solved] for m in range(1, 5)])
    best = surplus.argmax(axis=0) + 1
    return {
        "draws": int(solved.sum()),
        "price": {str(m): _spread(pooled[f"OpenAI price, {m}"]) for m in range(1, 5)},
        "effective price": {str(m): _spread(pooled[f"OpenAI effective price, {m}"]) for m in range(1, 5)},
        "gain of the next": {str(m + 1): _spread(surplus[m] - surplus[m - 1]) for m in range(1, 4)},
        "best": {str(m): probability(best == m) for m in range(1, 5)},
    }


def condition(pooled: Mapping[str, Floats], driver: str) -> dict[str, Any]:
    """How often the second cloud beats an auction on either side of the median of the parameter that drives it most."""
    beats, values = pooled["surplus, 2"] > pooled["auction surplus"], pooled[f"draw of {driver}"]
    middle = float(np.median(values))
    return {
        "driver": driver,
        "median": middle,
        "above": probability(beats[values > middle]),
        "below": probability(beats[values <= middle]),
    }


def drivers(rng: np.random.Generator, points: int) -> dict[str, Any]:
    """Sobol indices of the fall of the effective price, and of the gain against the auction, over a year's cost."""
    base = CloudSourcing()
    priors = base.priors()
    power = 2 ** int(np.log2(points))

    def outputs(u: Floats) -> Floats:
        model = base.replace(**priors.ppf(u))
        found = homing(model)
        one, two = found.effective_price
        gain = found.surplus[1] - exclusive_auction(model).against_all
        return np.asarray(np.nan_to_num(np.stack([1 - two / one, gain / (model.demand * model.unit_cost)])))

    fall, gain = sobol_indices(outputs, priors.names, points=power, rng=rng)
    return {"fall of the effective price": fall, "gain against auction": gain}


def by_switching_cost() -> dict[str, Floats]:
    """Mean price over unit cost at the centre, by switching cost and rigidity, with one and with two clouds."""
    columns: dict[str, Floats] = {"switching": np.array(SWITCHING)}
    for level in RIGIDITY:
        model = CloudSourcing(switching=np.array(SWITCHING), rigidity=level)
        price = homing(model).mean_price / model.unit_cost
        columns |= {f"one, {level:g}": price[0], f"two, {level:g}": price[1]}
    return columns


def centre() -> dict[str, Any]:
    """Equilibria at the calibrated centre with one and two clouds, and the auction."""
    model = CloudSourcing()
    found, auction = homing(model), exclusive_auction(model)
    return {
        "unit cost": float(model.unit_cost),
        "prices": {str(m + 1): dict(zip(model.players, found.prices[m].tolist(), strict=True)) for m in range(2)},
        "shares": {str(m + 1): dict(zip(model.players, found.shares[m].tolist(), strict=True)) for m in range(2)},
        "surplus": {str(m + 1): float(found.surplus[m]) for m in range(2)},
        "auction surplus": float(auction.against_all),
        "insurance": float(found.insurance[1]),
        "cloud profit": {str(m + 1): float(found.profit[m]) for m in range(2)},
        "cost multipliers": cost_multipliers(model).tolist(),
    }


def formula() -> str:
    """A cloud's profit in Typst mathematics, the share being the lab's best split."""
    import sympy

    prices, shares = (sympy.symbols(f"{letter}_1 {letter}_2", positive=True) for letter in "ws")
    return typst(CloudSourcing.symbolic(n=2).profit(0, prices, shares))


def _shown(pooled: Mapping[str, Floats]) -> dict[str, Floats]:
    step = max(1, len(pooled["porting"]) // 1000)
    names = ("draw of switching", "price, 1", "price, 2", "surplus, 1", "surplus, 2", "auction surplus")
    return {name: pooled[name][::step] for name in names}
