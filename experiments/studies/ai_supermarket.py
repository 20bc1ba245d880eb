"""When serving both rival labs beats a tie to one, and what either does to the sector (S6; claims 5 and 12).

Every draw is one calibrated pair of labs and two suppliers of compute, solved backwards in both states (either lab
ahead) for every policy of the cloud: both labs, one of them, nobody; with a stake in one lab or in both; and for every
pair of decisions whom to serve. Differences are between equilibria of one draw.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.claims import by_bound, claim, drawn
from experiments.registry import Columns, Findings, at_once, experiment, share
from models.ai_supermarket import LABS, SERVED, SUPPLIERS, AiSupermarket, Supply, pair_gain, solve_supplies
from models.cross_holdings import concentration, profit_weights
from models.two_lab_pricing import sale
from models.typeset import typst
from theory import probability
from theory.sensitivity import Design, indices_of, sobol_designs

Replicates = Sequence[Mapping[str, NDArray[Any]]]

REPLICATES = 4
"""Independent scrambled point sets."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

POLICIES: dict[str, tuple[str, tuple[float, float]]] = {
    "both": ("both labs", (0, 0)),
    "only Anthropic": ("only Anthropic", (0, 0)),
    "only OpenAI": ("only OpenAI", (0, 0)),
    "nobody": ("nobody", (0, 0)),
    "both, stake": ("both labs", (1, 0)),
    "only Anthropic, stake": ("only Anthropic", (1, 0)),
    "both, two stakes": ("both labs", (1, 1)),
}
"""Whom the cloud serves, and its stakes in the two labs as multiples of today's stake in the first."""

TIES = ("only Anthropic", "both, stake", "only Anthropic, stake")
"""Policies compared with serving both without a stake, in what the cloud and the first lab earn together."""

MOVES = ("both, stake", "only Anthropic", "only OpenAI")
"""Policies whose effect on concentration is measured, against serving both without a stake."""

CONCENTRATION = ("HHI of labs", "HHI of clouds", "the cloud's share of profits", "a lab drops out")
"""Measures of concentration."""

MATERIAL = 100.0
"""Rise of a concentration index, in points, that counts: the bound of the United States' Merger Guidelines of 2023."""

BOUNDS = (10.0, 50.0, 100.0, 200.0)
"""Rises that might count, points."""

LOST = 0.5
"""Part of a lab's profit that goes without a cloud, above which the cloud is called indispensable."""

LOSSES = (0.4, 0.5, 0.55, 0.6, 0.65)
"""Parts that might count."""

CONDITIONS = ("rivalry", "substitution", "worth", "swing", "relative_size", "odds")
"""Parameters compared between draws in which an exclusive deal with the second lab pays and the others."""

AT_COST = ", others at cost"


@experiment(
    "ai_supermarket",
    question="When does serving both rival labs beat a tie to one, and does the movement consolidate the sector?",
    claims=(5, 12),
    replicates=REPLICATES,
    quick={"draws": 32},
)
def study(*, draws: int = 640, rng: np.random.Generator) -> Columns:
    """One independent set of draws, one row each."""
    base = AiSupermarket()
    model = base.replace(**base.priors().sample(share(draws, REPLICATES), rng=rng))
    found, served = solve_all(model)
    at_cost = solve_at_cost(model)
    each_one = (*found.values(), *served.values(), *at_cost.values())
    columns: dict[str, NDArray[Any]] = {"certified": np.all([each.certified for each in each_one], axis=0)}
    for name, each in found.items():
        columns |= {f"{name}: {key}": values for key, values in outcomes(each).items()}
    columns |= {f"parameter {name}": np.asarray(getattr(model, name)) for name in CONDITIONS}
    both = found["both"]
    for tie in TIES:
        columns[f"gain with Anthropic: {tie}"] = pair_gain(found[tie], both, 0)
    columns["gain with OpenAI: only OpenAI"] = pair_gain(found["only OpenAI"], both, 1)
    for title, supplies in (("", found), (AT_COST, at_cost)):
        for lab, refused in enumerate(("only OpenAI", "only Anthropic")):
            columns[f"lost without the cloud, {LABS[lab]}{title}"] = lost(supplies["both"], supplies[refused], lab)
    for lab, refused in enumerate(("only OpenAI", "only Anthropic")):
        rival = found[refused].mean(found[refused].profit) - both.mean(both.profit)
        columns[f"gain of the rival when {LABS[lab]} is refused"] = rival[..., 1 - lab]
    fee = [pair_gain(at_cost[f"only {name}"], at_cost["both"], lab) for lab, name in enumerate(LABS)]
    columns[f"exclusive deal pays a pair{AT_COST}"] = np.max(fee, axis=0) > 0
    alone = np.max([at_cost[f"only {name}"].mean(at_cost[f"only {name}"].earned) for name in LABS], axis=0)
    columns[f"both earns more than one{AT_COST}"] = at_cost["both"].mean(at_cost["both"].earned) > alone
    levels = {name: outcomes(each) for name, each in at_cost.items()}
    for move in MOVES:
        changes = {key: levels[move][key] - levels["both"][key] for key in CONCENTRATION}
        columns |= {f"change of {key}, {move}{AT_COST}": values for key, values in changes.items()}
    return columns | serving(served) | drawn(model)


def solve_all(model: AiSupermarket) -> tuple[dict[str, Supply], dict[tuple[str, str], Supply]]:
    """Equilibria by policy of the cloud, and by whom both suppliers serve without stakes; one batch."""
    markets: dict[Any, Any] = {}
    for name, (served, (first, second)) in POLICIES.items():
        stake = np.asarray(model.stake)
        markets[name] = model.replace(stake=first * stake, other_stake=second * stake).market(served)
    plain = model.replace(stake=0.0, other_stake=0.0)
    known = {(served, SERVED[0]): name for name, (served, stakes) in POLICIES.items() if stakes == (0, 0)}
    pairs = [(cloud, others) for cloud in SERVED for others in SERVED]
    markets |= {pair: plain.market(*pair) for pair in pairs if pair not in known}
    found = solve_supplies(markets, model.odds)
    return {name: found[name] for name in POLICIES}, {pair: found[known.get(pair, pair)] for pair in pairs}


def solve_at_cost(model: AiSupermarket) -> dict[str, Supply]:
    """Equilibria by policy of the cloud when the others sell at cost."""
    model = model.replace(others="at cost")
    markets = {}
    for name in ("both", "only Anthropic", "only OpenAI", "both, stake"):
        served, (first, _) = POLICIES[name]
        markets[name] = model.replace(stake=first * np.asarray(model.stake)).market(served)
    return solve_supplies(markets, model.odds, model.setters)


def lost(both: Supply, refused: Supply, lab: int) -> NDArray[np.float64]:
    """Part of a lab's expected profit that it loses when the cloud refuses it."""
    before, after = (each.mean(each.profit)[..., lab] for each in (both, refused))
    return np.where(before > 0, 1 - after / np.where(before > 0, before, 1), 0)


def outcomes(found: Supply) -> dict[str, NDArray[np.float64]]:
    """Expected earnings (US$ bn), compute (GW), concentration (points) and exits under one policy."""
    earned, labs, clouds, profit = found.earned, found.labs, found.clouds, found.profit
    others = found.margin[..., 1]
    kept = profit * (1 - found.stake)
    total = earned + others + kept.sum(axis=-1)
    mean_earned = found.mean(earned)
    return {
        "earned": mean_earned,
        "spread of earnings": np.where(
            mean_earned > 0, found.deviation(earned) / np.where(mean_earned > 0, mean_earned, 1), 0
        ),
        "others earn": found.mean(others),
        "Anthropic's profit": found.mean(profit)[..., 0],
        "OpenAI's profit": found.mean(profit)[..., 1],
        "compute": found.mean(labs.sum(axis=-1)),
        "the cloud's share": found.mean(_shares(clouds))[..., 0],
        "HHI of labs": found.mean(herfindahl(labs)),
        "HHI of clouds": found.mean(herfindahl(clouds)),
        "the cloud's share of profits": found.mean(earned / np.where(total > 0, total, 1)),
        "a lab drops out": found.mean((labs <= 0).any(axis=-1).astype(float)),
    }


def _shares(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    total = amounts.sum(axis=-1, keepdims=True)
    return amounts / np.where(total > 0, total, 1)


def herfindahl(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Herfindahl index of amounts along the last axis, points."""
    return np.asarray(1e4 * (_shares(amounts) ** 2).sum(axis=-1))


def serving(served: Mapping[tuple[str, str], Supply]) -> dict[str, NDArray[Any]]:
    """The game of whom to serve: which pairs are equilibria, and whether a split market would pay both suppliers."""
    first, second = np.empty((2, *served[SERVED[0], SERVED[0]].odds.shape, 3, 3))
    for (cloud, others), found in served.items():
        cell = (..., SERVED.index(cloud), SERVED.index(others))
        first[cell], second[cell] = found.mean(found.earned), found.mean(found.margin[..., 1])
    best = (first >= first.max(axis=-2, keepdims=True)) & (second >= second.max(axis=-1, keepdims=True))
    splits = [(1, 2), (2, 1)]
    pays = [(first[..., a, b] > first[..., 0, 0]) & (second[..., a, b] > second[..., 0, 0]) for a, b in splits]
    return {
        "both serve both: equilibrium": best[..., 0, 0],
        "a split market: equilibrium": np.any([best[..., a, b] for a, b in splits], axis=0),
        "a split market: pays both": np.any(pays, axis=0),
        "serving both: dominant": (first[..., :1, :] >= first).all(axis=(-1, -2)),
    }


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int) -> Findings:
    """Policies, ties, hedge, foreclosure, softening, concentration, drivers, and the centre over rivalry."""
    designs = {f"design {k}": design for k, design in enumerate(_designs(rng, points=8 if draws > 64 else 2))}
    parts, made = at_once(replicates, dict, {**designs, "centre": centre, "payoff": formula})
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    certified = columns.pop("certified")
    kept = {name: values[certified] for name, values in columns.items()}
    gains = {tie: kept[f"gain with Anthropic: {tie}"] for tie in TIES} | {
        "only OpenAI": kept["gain with OpenAI: only OpenAI"]
    }
    best = np.stack([np.zeros_like(gains[TIES[0]]), *(gains[tie] for tie in TIES)]).argmax(axis=0)
    exclusive = (gains["only Anthropic"] > 0) | (gains["only OpenAI"] > 0)
    spreads = {name: kept[f"{name}: spread of earnings"] for name in ("both", "only Anthropic", "only OpenAI")}
    alone = np.maximum(kept["only Anthropic: earned"], kept["only OpenAI: earned"])
    missed = {f"{lab}{title}": kept[f"lost without the cloud, {lab}{title}"] for title in ("", AT_COST) for lab in LABS}
    numbers = {
        "draws": int(certified.sum()),
        "share not certified": float(1 - certified.mean()),
        "policies": {
            name: {key: _spread(kept[f"{name}: {key}"]) for key in outcomes_named(kept, name)} for name in POLICIES
        },
        "P(both earns more than one, no fee)": probability(kept["both: earned"] > alone),
        "P(no exclusive deal pays a pair)": probability(~exclusive),
        "others at cost": {
            "P(both earns more than one, no fee)": probability(kept[f"both earns more than one{AT_COST}"]),
            "P(no exclusive deal pays a pair)": probability(~kept[f"exclusive deal pays a pair{AT_COST}"]),
            "P(rises)": {key: probability(kept[f"change of {key}, both, stake{AT_COST}"] > 0) for key in CONCENTRATION},
        },
        "gain of a pair": {name: _spread(values) for name, values in gains.items()},
        "P(pair gains)": {name: probability(values > 0) for name, values in gains.items()},
        "when OpenAI alone pays": conditions(kept, gains["only OpenAI"] > 0),
        "by substitution": by_substitution(columns, certified),
        "best for cloud and Anthropic": {name: probability(best == row) for row, name in enumerate(("both", *TIES))},
        "P(hedge)": probability(spreads["both"] < np.minimum(spreads["only Anthropic"], spreads["only OpenAI"])),
        "lost without the cloud": {lab: _spread(values) for lab, values in missed.items()},
        "P(a lab loses more than half)": {lab: probability(values > 0.5) for lab, values in missed.items()},
        "gain of the rival": {lab: _spread(kept[f"gain of the rival when {lab} is refused"]) for lab in LABS},
        "softening": softening(kept),
        "claims": {
            "5": claim(replicates, indispensable(LOST), AiSupermarket(), scope=_certified)
            | {"by bound": by_bound(replicates, indispensable, LOSSES, AiSupermarket(), scope=_certified)},
            "12": claim(replicates, consolidated(MATERIAL), AiSupermarket(), scope=_certified, readings=True)
            | {"by bound": by_bound(replicates, consolidated, BOUNDS, AiSupermarket(), scope=_certified)},
        },
        "concentration": {move: concentrated(kept, move) for move in MOVES},
        "serving": {
            key: probability(kept[key]) for key in kept if key.endswith(("equilibrium", "pays both", "dominant"))
        },
        "drivers": drivers([made[name] for name in designs]),
        "centre": made["centre"],
        "payoff": made["payoff"],
    }
    return Findings(numbers, {"gains": {name.replace(",", ""): values for name, values in gains.items()}})


CONDUCT = {"": "act as one seller", AT_COST: "sell at cost"}
"""How the clouds other than the one in question conduct themselves."""


def _certified(part: Columns) -> NDArray[Any]:
    return np.asarray(part["certified"], bool)


def indispensable(lost: float) -> dict[str, Any]:
    """What claim 5 needs, by the others' conduct, if a cloud is indispensable without which so much of a profit goes.

    Against others who act as one seller a lab loses at least half by construction (equal clouds, the other lab aside).
    """
    return {
        f"the other clouds {words}": functools.partial(_indispensable, conduct, lost)
        for conduct, words in CONDUCT.items()
    }


def _indispensable(conduct: str, lost: float, part: Columns) -> dict[str, NDArray[Any]]:
    alone = np.maximum(part["only Anthropic: earned"], part["only OpenAI: earned"])
    deal = (part["gain with Anthropic: only Anthropic"] > 0) | (part["gain with OpenAI: only OpenAI"] > 0)
    pays = part[f"both earns more than one{AT_COST}"] if conduct else part["both: earned"] > alone
    deal = part[f"exclusive deal pays a pair{AT_COST}"] if conduct else deal
    share = "half" if lost == LOST else f"{lost:g}"
    return {
        "serving both earns more than serving one": pays,
        "no exclusive deal would pay": ~np.asarray(deal, bool),
        **{
            f"{lab} would lose more than {share} without the cloud": part[f"lost without the cloud, {lab}{conduct}"]
            > lost
            for lab in LABS
        },
    }


DEALS = {
    "both, stake": "AWS's stake",
    "only OpenAI": "exclusive service of OpenAI",
    "only Anthropic": "exclusive service of Anthropic",
}
"""Moves of the cloud away from serving both without a stake, as readings of claim 12."""


def consolidated(points: float) -> dict[str, Any]:
    """Readings of claim 12 that are about AWS: a deal, by the others' conduct, raises the labs' index by so much.

    The index of clouds is none of the needs: the others are one supplier of AWS's size, where it is flat.
    """
    return {
        f"{deal} if the others {words}": functools.partial(_consolidated, move, conduct, points)
        for move, deal in DEALS.items()
        for conduct, words in CONDUCT.items()
    }


def _consolidated(move: str, conduct: str, points: float, part: Columns) -> dict[str, NDArray[Any]]:
    key = CONCENTRATION[0]
    change = part[f"change of {key}, {move}{conduct}"] if conduct else part[f"{move}: {key}"] - part[f"both: {key}"]
    return {f"the Herfindahl index of the labs rises by {points:g} points": change >= points}


def outcomes_named(kept: Mapping[str, Any], policy: str) -> list[str]:
    """Names of the outcomes of a policy."""
    return [name.removeprefix(f"{policy}: ") for name in kept if name.startswith(f"{policy}: ")]


def conditions(kept: Mapping[str, NDArray[Any]], pays: NDArray[np.bool_]) -> dict[str, Any]:
    """Median of each parameter where an exclusive deal with the second lab pays and where not; most apart first."""
    rows: dict[str, dict[str, Any]] = {}
    for name in CONDITIONS:
        values = kept[f"parameter {name}"]
        apart = (np.median(values[pays]) - np.median(values[~pays])) / values.std() if 0 < pays.mean() < 1 else 0.0
        rows[name] = {
            "pays": float(np.median(values[pays])) if pays.any() else None,
            "not": float(np.median(values[~pays])) if not pays.all() else None,
            "apart": float(apart),
        }
    return dict(sorted(rows.items(), key=lambda row: -abs(row[1]["apart"])))


def by_substitution(columns: Mapping[str, NDArray[Any]], certified: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Exclusive deals by thirds of the draws, from the least to the most substitution; no fact tells that parameter.

    Draws without a certified equilibrium are counted by third, for leaving them out is not neutral if they cluster.
    """
    values, rows = columns["parameter substitution"], []
    deals = {
        LABS[0]: columns["gain with Anthropic: only Anthropic"] > 0,
        LABS[1]: columns["gain with OpenAI: only OpenAI"] > 0,
    }
    for part in np.array_split(np.argsort(values), 3):
        kept = part[certified[part]]
        pays = {lab: probability(gains[kept]) if len(kept) else None for lab, gains in deals.items()}
        rows.append(
            {
                "from": float(values[part].min()),
                "to": float(values[part].max()),
                "not certified": float(1 - certified[part].mean()),
                "P(pair gains)": pays,
            }
        )
    return rows


def softening(kept: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """What stakes in both labs do to all compute, against serving both without stakes, and against a stake in one."""
    change = kept["both, two stakes: compute"] - kept["both: compute"]
    second = kept["both, two stakes: compute"] - kept["both, stake: compute"]
    return {
        "change of compute": _spread(change),
        "P(less compute)": probability(change < 0),
        "P(the second stake means less compute)": probability(second < 0),
    }


def concentrated(kept: Mapping[str, NDArray[Any]], move: str) -> dict[str, Any]:
    """Change of each measure of concentration, and how probably it rises, when the cloud goes over to ``move``."""
    changes = {key: kept[f"{move}: {key}"] - kept[f"both: {key}"] for key in CONCENTRATION}
    return {
        "change": {key: _spread(values) for key, values in changes.items()},
        "mean": {key: float(values.mean()) for key, values in changes.items()},
        "P(rises)": {key: probability(values > 0) for key, values in changes.items()},
        "P(both indices rise materially)": probability(
            np.all([changes[key] >= MATERIAL for key in CONCENTRATION[:2]], axis=0)
        ),
        "largest change": {key: float(values.max()) for key, values in changes.items()},
    }


def _spread(values: NDArray[np.float64]) -> dict[str, float]:
    """Quantiles over the draws: uncertainty about the parameters, not sampling error."""
    return {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)}


def drivers(designs: Sequence[Design]) -> dict[str, Any]:
    """Sobol indices of what the cloud and Anthropic gain by an exclusive deal, and by a stake, over serving both."""
    exclusive, stake = indices_of(AiSupermarket().priors().names, designs)
    return {"exclusive deal": exclusive, "stake": stake}


def _designs(rng: np.random.Generator, points: int) -> list[Callable[[], Design]]:
    return sobol_designs(_pair_gains, AiSupermarket().priors().names, points=points, rng=rng, replicates=4)


def _pair_gains(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gains of the cloud and Anthropic by an exclusive deal and by a stake, at quantiles of the parameters."""
    base = AiSupermarket()
    model = base.replace(**base.priors().ppf(u))
    plain = model.replace(stake=0.0)
    markets = {
        "both": plain.market(),
        "exclusive": plain.market("only Anthropic"),
        "stake": model.market(),
    }
    found = solve_supplies(markets, model.odds)
    gains = [pair_gain(found[name], found["both"], 0) for name in ("exclusive", "stake")]
    return np.nan_to_num(np.stack(gains))


def centre() -> dict[str, Any]:
    """Central values over the rivalry of the labs: gains of the ties, and the modified index with and without votes."""
    model = AiSupermarket()
    rivalry = np.linspace(0.0, 1.0, 21)
    found, _ = solve_all(model.replace(rivalry=rivalry))
    gains = {tie: pair_gain(found[tie], found["both"], 0).tolist() for tie in TIES}
    gains["only OpenAI"] = pair_gain(found["only OpenAI"], found["both"], 1).tolist()
    plain = solve_all(model)[0]
    return {
        "rivalry": rivalry.tolist(),
        "gains": gains,
        "earned": {name: float(each.mean(each.earned)) for name, each in plain.items()},
        "margins": {SUPPLIERS[i]: float(plain["both"].mean(plain["both"].margin)[i]) for i in range(2)},
        "labs": ownership(model, plain["both, two stakes"]),
    }


def ownership(model: AiSupermarket, found: Supply) -> dict[str, float]:
    """Modified Herfindahl index of the labs when the cloud holds as much of both: silent, and if its shares voted."""
    stake = float(model.stake)
    labs = found.mean(found.labs)
    held = np.array([[stake, stake], [1 - stake, 0], [0, 1 - stake]])
    silent = concentration(labs / labs.sum(), profit_weights(held, np.array([[0, 0], [1, 0], [0, 1]])))
    voting = concentration(labs / labs.sum(), profit_weights(held, held))
    return {"HHI": silent.hhi, "MHHI, silent": silent.mhhi, "MHHI, voting": voting.mhhi}


def formula() -> str:
    """The cloud's payoff in Typst mathematics, from the function that gives the numbers."""
    import sympy

    terms: list[Any] = []
    for lab in (1, 2):
        price, cost, order, stake, profit = sympy.symbols(f"w_{lab} c_{lab} x_{lab} theta_{lab} L_{lab}", positive=True)
        terms += [sale(price, cost, order), stake * profit]
    return typst(sum(terms))
