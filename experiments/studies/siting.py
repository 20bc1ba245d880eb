"""Who hosts the campuses, how much of what they bring is bid away, and what is an agreement not to bid worth? (S12).

Every draw is one campus and its regions, under four rules: values known and the winner pays, values known and all pay,
values private, and an agreement that caps the bids, a ban on bids also by whether the sites that suit the builder are
those where hosting brings most. No fact tells subsidies, taxes or jobs, so that what is bid away is
given as a share of what hosting brings, by the number of regions, with what drives it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.registry import Columns, Findings, experiment, share
from models.prior import fact
from models.siting import Siting, UnequalBids, winning_bid
from models.typeset import typst
from theory import from_replicates, ratio_of_means, share_in_replicates
from theory.sensitivity import sobol_indices

Replicates = Sequence[Mapping[str, NDArray[Any]]]

REPLICATES = 8
"""Independent scrambled point sets."""

REGIONS = (2, 3, 4, 6, 8)
"""Numbers of regions that bid."""

CAPS = (0.0, 0.25, 0.5, 0.75)
"""Caps of the agreement, over what a region would bid at most."""

ALIGNMENTS = (-1.0, -0.01, 0.01, 1.0)
"""Whether the sites that suit the builder are where hosting brings least (-1) or most (1), and only just so."""

RATIOS = (1.0, 1.5, 2.0, 3.0, 5.0)
"""Largest value of the stronger of two regions over the weaker one's."""

PARTIES = ("regions", "builder", "misplaced", "public", "society")

_NOTHING = 1e-9  # of the capital of the campus

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@experiment(
    "siting",
    question="Who hosts the campuses, how much of the gain is bid away, and what is an agreement not to bid worth?",
    claims=(),
    replicates=REPLICATES,
    quick={"draws": 2048},
)
def study(*, draws: int = 32_768, rng: np.random.Generator) -> Columns:
    """One independent set of draws; one row per draw."""
    base = Siting()
    sample = base.priors().sample(share(draws, REPLICATES), rng=rng)
    columns: dict[str, NDArray[Any]] = {name: sample[name] for name in ("capital", "alignment")}
    for n in REGIONS:
        columns |= {f"{name}, {n}": np.asarray(x) for name, x in _bidding(base.replace(n=n, **sample)).items()}
    model = base.replace(**sample)
    for cap in CAPS:
        columns |= {f"{name}, cap {cap:g}": np.asarray(x) for name, x in model.no_poach(cap).items()}
    for alignment in ALIGNMENTS:
        ban = model.replace(alignment=alignment)
        columns |= {f"{name}, alignment {alignment:g}": np.asarray(x) for name, x in ban.no_poach().items()}
    return columns | _hosts(model)


def _bidding(model: Siting) -> dict[str, Any]:
    """What hosting brings and what is bid for it, by rule, US$ bn; and the patience that an agreement needs."""
    award, private, pay = model.award(), model.private(), model.all_pay()
    return {
        "known: value": (award.winning * np.maximum(model.values(), 0.0)).sum(axis=-1),
        "known: subsidy": award.subsidy,
        "private: value": private["value"],
        "private: subsidy": private["subsidy"],
        "all pay: value": pay["value"],
        "all pay: subsidy": pay["spent"],
        "all pay: first wins": pay["first wins"],
        "patience": model.patience(),
    }


def _hosts(model: Siting) -> dict[str, NDArray[Any]]:
    """Whether the campus goes where hosting brings most, and where all gain most, with bids and without."""
    free, bound = model.award(), model.award(0.0)
    total = np.where(model.values() > 0, model.values() + model.edges(), -np.inf)
    gains_most, best = model.values().argmax(axis=-1), total.argmax(axis=-1)

    def goes(winning: NDArray[np.float64], where: NDArray[np.intp]) -> NDArray[np.float64]:
        return np.take_along_axis(winning, where[:, None], axis=-1)[:, 0]

    game, n = model.game(), model.n

    def payoff(i: int, profile: Sequence[int]) -> NDArray[np.float64]:
        cell: Any = (..., *profile)
        return np.asarray(game.payoff(i)[cell])

    gains = [payoff(i, [int(j == i) for j in range(n)]) - payoff(i, [0] * n) for i in range(n)]
    return {
        "bids: host gains most": goes(free.winning, gains_most),
        "bids: all gain most": goes(free.winning, best),
        "agreement: host gains most": goes(bound.winning, gains_most),
        "agreement: all gain most": goes(bound.winning, best),
        "someone is tempted": np.asarray(np.max(gains, axis=0) > _NOTHING * model.capital),
        "wanted": np.asarray((model.values() > 0).any(axis=-1)),
    }


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int) -> Findings:
    """Shares bid away by rule and number of regions, hosts, the agreement, campuses of the article, drivers."""
    pooled = {name: np.concatenate([part[name] for part in replicates]) for name in replicates[0]}
    numbers = {
        "draws": len(pooled["capital"]),
        "regions": Siting().n,
        "bid away": {str(n): _bid_away(replicates, pooled, n) for n in REGIONS},
        "hosts": _who(replicates),
        "agreement": {f"{cap:g}": _agreement(replicates, pooled, f"cap {cap:g}") for cap in CAPS},
        "ban by alignment": {f"{m:g}": _agreement(replicates, pooled, f"alignment {m:g}") for m in ALIGNMENTS},
        "all gain by a ban": _by_sign(replicates),
        "tempted": share_in_replicates([part["someone is tempted"] for part in replicates]),
        "patience": {str(n): _patience(replicates, pooled, n) for n in REGIONS},
        "unequal": {f"{ratio:g}": _unequal(ratio) for ratio in RATIOS},
        "campuses": campuses(),
        "drivers": drivers(rng, points=max(16, draws // 128)),
        "formulas": formulas(),
    }
    return Findings(numbers, {"society": {"society": (pooled["society, cap 0"] / pooled["capital"])[:20_000]}})


def _spread(values: Any) -> dict[str, float] | None:
    """Quantiles over the draws: uncertainty about the parameters, not sampling error."""
    if not np.size(values):
        return None
    return {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)}


def _bid_away(replicates: Replicates, pooled: Mapping[str, NDArray[Any]], n: int) -> dict[str, Any]:
    results: dict[str, Any] = {}
    for rule in ("known", "private", "all pay"):
        subsidy, value = ([part[f"{rule}: {what}, {n}"].sum() for part in replicates] for what in ("subsidy", "value"))
        results[rule] = {
            "share": ratio_of_means(subsidy, value),
            "over capital": ratio_of_means(subsidy, [part["capital"].sum() for part in replicates]),
        }
    wanted = pooled[f"known: value, {n}"] > 0
    results["known"]["by draw"] = _spread(pooled[f"known: subsidy, {n}"][wanted] / pooled[f"known: value, {n}"][wanted])
    return results


def _who(replicates: Replicates) -> dict[str, Any]:
    """Mean probabilities among draws in which some region wants the campus."""
    names = [f"{rule}: {where}" for rule in ("bids", "agreement") for where in ("host gains most", "all gain most")]
    results = {name: from_replicates([part[name][part["wanted"]].mean() for part in replicates]) for name in names}
    first = [part[f"all pay: first wins, {Siting().n}"][part["wanted"]].mean() for part in replicates]
    return results | {
        "all pay: host gains most": from_replicates(first),
        "P(wanted)": share_in_replicates([part["wanted"] for part in replicates]),
    }


def _agreement(replicates: Replicates, pooled: Mapping[str, NDArray[Any]], case: str) -> dict[str, Any]:
    capital = [part["capital"].sum() for part in replicates]
    results: dict[str, Any] = {
        party: ratio_of_means([part[f"{party}, {case}"].sum() for part in replicates], capital) for party in PARTIES
    }
    for party in ("regions", "public", "society"):
        results[f"P({party} gain)"] = share_in_replicates([part[f"{party}, {case}"] > 0 for part in replicates])
    results["regions by draw, US$ bn"] = _spread(pooled[f"regions, {case}"])
    return results


def _by_sign(replicates: Replicates) -> dict[str, Any]:
    """How often society gains by a ban, in all draws and by the sign of the alignment, which places the campus."""
    signs = {"all": None, "aligned": 1.0, "opposed": -1.0}
    return {
        name: share_in_replicates(
            [(p["society, cap 0"] > 0)[np.sign(p["alignment"]) == sign if sign else slice(None)] for p in replicates]
        )
        for name, sign in signs.items()
    }


def _patience(replicates: Replicates, pooled: Mapping[str, NDArray[Any]], n: int) -> dict[str, Any]:
    known = np.isfinite(pooled[f"patience, {n}"])
    return {
        "critical": _spread(pooled[f"patience, {n}"][known]),
        "equal regions": float(Siting(n=n, spread=0.0, edge=0.0).patience()),
        "P(never)": share_in_replicates([~np.isfinite(part[f"patience, {n}"]) for part in replicates]),
    }


def _unequal(ratio: float) -> dict[str, float]:
    """Two regions with private values of unequal law, closed form: the weaker wins too often when winners pay."""
    bids = UnequalBids((ratio, 1.0))
    low, high = 1.0, ratio
    second = low / 2 - low**2 / (6 * high)  # mean of the smaller of two values
    return {"weaker wins though worth less": bids.weaker_wins, "bids over second values": bids.subsidy / second}


def campuses() -> dict[str, dict[str, float]]:
    """Campuses of the article at the centre of all else: what hosting brings, what is bid, and without bids."""
    known = {"Arkansas": fact("F135"), "Rainier, Indiana": fact("S28"), "Hyperion, Louisiana": fact("F133a")}
    results = {}
    for name, capital in known.items():
        model = Siting(capital=capital)
        award, agreement = model.award(), model.no_poach()
        results[name] = {
            "capital": capital,
            "value to host": float((award.winning * model.values()).sum()),
            "subsidy": float(award.subsidy),
            "regions gain by agreement": float(agreement["regions"]),
            "society gains by agreement": float(agreement["society"]),
        }
    return results


def drivers(rng: np.random.Generator, points: int) -> dict[str, Any]:
    """Sobol indices of the subsidy and of what an agreement is worth to society, both over capital."""
    base = Siting()
    priors = base.priors()

    def outputs(u: NDArray[np.float64]) -> NDArray[np.float64]:
        model = base.replace(**priors.ppf(u))
        return np.asarray(np.stack([model.award().subsidy, model.no_poach()["society"]]) / model.capital)

    subsidy, society = sobol_indices(outputs, priors.names, points=points, rng=rng)
    return {"subsidy": subsidy, "society": society}


def formulas() -> dict[str, str]:
    """Payoff of the host when values are known, from the model's own arithmetic."""
    import sympy

    own, second, own_edge, second_edge = sympy.symbols("V_w V_2 a_w a_2", positive=True)
    return {"host": typst(own - winning_bid(second, second_edge, own_edge))}
