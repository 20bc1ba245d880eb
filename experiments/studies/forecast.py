"""What will each builder spend in 2026? The calibrated race, one year on, from facts up to November 2025 only.

Demand without a race is rolled forward by a rule: from the latest year's spending (demand stands still) to that
spending grown once more as it grew in that year, log-triangular between them. Growth is in part common to all
builders and in part their own: the quantiles of the builders are tied by a Gaussian copula whose correlation is drawn
as well, for two years of four builders do not tell it; each keeps its quantile in both years. The race then says what
is built on AI; spending on the rest, ``(1 - a)`` of the latest year, is taken to stand still. The same draws one year
earlier, on the spending of 2023 and 2024 but otherwise on the same facts, give a *backcast* of 2025 that can be held
against the guidance now. Two forecasts come out: over all draws, and over those whose backcast meets the guidance
(rejection sampling, Rubin 1984), which also says what would have to be true for the race to explain the spending of
2025, and what game it would then be: on these draws it is recorded how often labs with the same parameters are in a
prisoner's dilemma, inaction loses more, and too little compute is the greater danger. That is circular as evidence, for
it takes for granted that the race explains the spending, and it decides no claim. As these draws meet the guidance from
below there are two forecasts from them to score: their level, as if the miss did not last, and each builder's guidance
grown as its spending does in them (`from_guidance`), as if it came again; demand of 2026 starts from the guidance, so
that the second counts it twice if it does not. By how much a backcast may miss is varied. Two rules without any model,
no change and the same growth again, are recorded beside them. All of it is there for others to score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from experiments.dilemma_risk import LABS
from experiments.registry import Columns, Findings, experiment, share
from models.compute_race import BUILDERS, PLANS, ComputeRace
from models.facts import LAST_DATE
from models.lab_dilemma import LabDilemma
from models.prior import Prior, fact, swept
from theory import continuous_nash, probability
from theory.taxonomy import CLASSES, symmetric_dilemma_class

Replicates = Sequence[Mapping[str, NDArray[Any]]]

REPLICATES = 8
MADE_ON = LAST_DATE
"""A forecast from facts up to this day; it is the record's date, not that of a run."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def _reported(fact_id: str) -> float:
    """Spending in the dollars of its year, as it will be reported when the forecast is scored."""
    return fact(fact_id, as_reported=True)


LEASES = _reported("F017") / _reported("F016")
"""Meta's spending of 2024 with the principal of finance leases over that without; no fact has 2023 with it."""

YEARS: dict[int, dict[str, tuple[float, float]]] = {
    2025: {
        "Amazon": (_reported("F002"), _reported("F003")),
        "Alphabet": (_reported("F006"), _reported("F007")),
        "Microsoft": (_reported("F010"), _reported("F011")),
        "Meta": (LEASES * _reported("F015"), LEASES * _reported("F016")),
    },
    2026: {
        "Amazon": (_reported("F003"), _reported("F019")),
        "Alphabet": (_reported("F007"), _reported("F020")),
        "Microsoft": (_reported("F011"), _reported("F012")),
        "Meta": (_reported("F017"), _reported("F021")),
    },
}
"""Capital expenditure, US$ bn as reported, of the two years before each target, each pair in one definition.

Microsoft: cash, fiscal years to June. Meta: with finance leases, as it guides. The others: cash of the calendar year.
The second number of 2026 is guidance, for Microsoft what was reported.
"""

NAMED = tuple(YEARS[2026])
"""Builders with accounts; OpenAI/Stargate has none and keeps its calibrated demand in both years."""

COMMON = swept(0.0, 0.5, 1.0, reason="correlation of builders' growth, from none to one wave for all; no fact")
"""Part of the variance of growth that is common to all builders."""

TOLERANCE = 1.25
"""A backcast meets the guidance if their totals differ by no more than this factor."""

TOLERANCES = (1.1, TOLERANCE, 1.5)
"""By how much a backcast might be allowed to miss."""

FEW = 20
"""Draws that must meet the guidance for something to be said of them."""


@experiment(
    "forecast",
    question="What will each builder spend in 2026, from facts up to November 2025?",
    replicates=REPLICATES,
    quick={"draws": 1024},
)
def study(*, draws: int = 8192, rng: np.random.Generator) -> Columns:
    """One independent set of draws; each is raced for 2026 and, from a year's older spending, for 2025."""
    base = ComputeRace()
    sample = base.priors().sample(share(draws, REPLICATES), rng=rng)
    common = COMMON.ppf(rng.random(len(sample["plan"])))
    u = growth_quantiles(common, sample["plan"].shape[-1], rng)
    columns: dict[str, NDArray[Any]] = {"common growth": common} | {
        name: np.asarray(values) for name, values in sample.items() if values.ndim == 1
    }
    for target, years in YEARS.items():
        model = base.replace(**(sample | {"plan": rolled_forward(years, u)}))
        solution = continuous_nash(model.continuous_game())
        spent = solution.select() * np.asarray(model.capital_cost)[:, None] * np.asarray(model.cost_factor)
        columns[f"certified {target}"] = np.asarray(solution.certified.any(axis=-1))
        columns[f"too little loses more in {target}"] = np.all(model.critical_ratio(model.demand()) > 0.5, axis=-1)
        for i, name in enumerate(BUILDERS):
            rest = (1 - np.asarray(model.ai_share)) * years[name][1] if name in years else 0.0
            columns[f"capital {target}, {name}"] = spent[:, i] + rest
    return columns | race_of_labs(sample, rng)


def race_of_labs(sample: Mapping[str, NDArray[Any]], rng: np.random.Generator) -> dict[str, NDArray[np.bool_]]:
    """Which draws are a prisoner's dilemma of labs, and in which inaction loses more, with what both models share.

    The mean loss from inaction exceeds that from overspending, while all rivals race, as far as racing pays more.
    """
    labs = LabDilemma()
    own = labs.priors().sample(len(sample["plan"]), rng=rng)
    columns = {}
    for n in LABS:
        model = labs.replace(n=n, **(own | {name: sample[name] for name in own.keys() & sample.keys()}))
        payoffs = model.payoffs_by_count()
        codes = symmetric_dilemma_class(payoffs).codes
        columns[f"{n} labs in a prisoner's dilemma"] = codes == CLASSES.index("prisoner's dilemma")
        columns[f"inaction loses more with {n} labs"] = payoffs[..., 1, n - 1] > payoffs[..., 0, n - 1]
    return columns


def growth_quantiles(common: NDArray[np.float64], builders: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Quantiles of growth, uniform, of shape ``(draws, builders)``; ``common`` is the correlation of their normals."""
    wave, own = rng.standard_normal((len(common), 1)), rng.standard_normal((len(common), builders))
    weight = common[:, None]
    return np.asarray(special.ndtr(weight**0.5 * wave + (1 - weight) ** 0.5 * own))


def rolled_forward(years: Mapping[str, tuple[float, float]], u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Demand without a race one year on at quantiles ``u`` of shape ``(draws, builders)``, US$ bn."""
    priors = list(PLANS)
    for i, name in enumerate(BUILDERS):
        if name in years:
            before, now = years[name]
            low, high = sorted((now, now * now / before))
            priors[i] = Prior(low, (low * high) ** 0.5, high, log=True)
    return np.stack([prior.ppf(u[:, i]) for i, prior in enumerate(priors)], axis=-1)


@study.summary
def summarise(replicates: Replicates, *, rng: np.random.Generator, draws: int) -> Findings:
    """Forecast per builder over all draws and over those that meet the guidance; what sets these apart."""
    solved = [part["certified 2026"] & part["certified 2025"] for part in replicates]
    rows = {
        name: np.concatenate([part[name][keep] for part, keep in zip(replicates, solved, strict=True)])
        for name in replicates[0]
        if not name.startswith("certified")
    }
    guidance = {name: now for name, (_, now) in YEARS[2026].items()}
    backcast = np.sum([rows[f"capital 2025, {name}"] for name in NAMED], axis=0)
    meets = np.abs(np.log(backcast / sum(guidance.values()))) <= np.log(TOLERANCE)
    numbers = {
        "made on": MADE_ON,
        "draws": len(meets),
        "P(certified)": probability(np.concatenate(solved)),
        "P(meets guidance)": probability(meets),
        "draws that meet": int(meets.sum()),
        "tolerance": TOLERANCE,
        "forecast": _forecast(rows, np.ones_like(meets)),
        "forecast, guidance met": _forecast(rows, meets) if meets.sum() >= FEW else None,
        "game": {"all draws": _game(rows, np.ones_like(meets)), "guidance met": _game(rows, meets)},
        "backcast over guidance, guidance met": _spread(backcast[meets] / sum(guidance.values()))
        if meets.any()
        else None,
        "forecast, from guidance": from_guidance(rows, meets, guidance),
        "growth, guidance met": _growth(rows, meets, sum(guidance.values())),
        "P(more than guided)": more_than_guided(rows, meets, guidance),
        "by tolerance": by_tolerance(rows, backcast / sum(guidance.values())),
        "total by common growth": by_common_growth(rows),
        "no change": guidance,
        "same growth": {name: now * now / before for name, (before, now) in YEARS[2026].items()},
        "backcast": {name: _spread(rows[f"capital 2025, {name}"]) for name in NAMED} | {"total": _spread(backcast)},
        "guidance total": sum(guidance.values()),
        "sets apart": _sets_apart(rows, meets),
    }
    return Findings(numbers)


def _forecast(rows: Mapping[str, NDArray[Any]], keep: NDArray[np.bool_]) -> dict[str, dict[str, float]]:
    """Median, 50% and 90% intervals of capital expenditure in 2026 by builder, US$ bn."""
    table = {name: rows[f"capital 2026, {name}"][keep] for name in BUILDERS}
    table["the four with accounts"] = sum((table[name] for name in NAMED), np.zeros(int(keep.sum())))
    return {name: _spread(values) for name, values in table.items()}


def from_guidance(
    rows: Mapping[str, NDArray[Any]], keep: NDArray[np.bool_], guidance: Mapping[str, float]
) -> dict[str, dict[str, float]] | None:
    """Spending of 2026 if each builder's guidance grows as its spending does in the draws that meet it, US$ bn."""
    if keep.sum() < FEW:
        return None
    table = _grown(rows, keep, guidance)
    total = sum(table[name] for name in NAMED)
    return {name: _spread(values) for name, values in (table | {"the four with accounts": total}).items()}


def _grown(
    rows: Mapping[str, NDArray[Any]], keep: NDArray[np.bool_], guidance: Mapping[str, float]
) -> dict[str, NDArray[np.float64]]:
    """Guidance of each builder that has any, grown as in each draw kept; the others as in the draw."""
    table = {name: rows[f"capital 2026, {name}"][keep] for name in BUILDERS}
    for name, guided in guidance.items():
        table[name] = guided * table[name] / rows[f"capital 2025, {name}"][keep]
    return table


def more_than_guided(
    rows: Mapping[str, NDArray[Any]], keep: NDArray[np.bool_], guidance: Mapping[str, float]
) -> dict[str, dict[str, Any]]:
    """Probability that a builder spends more in 2026 than its guidance for 2025, by forecast."""
    grown = _grown(rows, keep, guidance)
    return {
        name: {
            "all draws": probability(rows[f"capital 2026, {name}"] > guided),
            "guidance met": probability(rows[f"capital 2026, {name}"][keep] > guided) if keep.any() else None,
            "from guidance": probability(grown[name] > guided) if keep.any() else None,
        }
        for name, guided in guidance.items()
    }


def by_tolerance(rows: Mapping[str, NDArray[Any]], missed: NDArray[np.float64]) -> dict[str, dict[str, Any]]:
    """How often the backcast meets the guidance, and what holds then of the dilemma and of too little, by its miss."""
    results = {}
    for tolerance in TOLERANCES:
        meets = np.abs(np.log(missed)) <= np.log(tolerance)
        game = _game(rows, meets)
        results[f"{tolerance:g}"] = {
            "P(meets guidance)": probability(meets),
            "P(dilemma)": game and game["2 labs in a prisoner's dilemma"],
            **{f"P(too little) {year}": game and game[f"too little loses more in {year}"] for year in YEARS},
        }
    return results


def _game(rows: Mapping[str, NDArray[Any]], keep: NDArray[np.bool_]) -> dict[str, Any] | None:
    """Probability of each event of `race_of_labs`, and that too little loses more to every builder as planned."""
    if keep.sum() < FEW:
        return None
    return {name: probability(values[keep]) for name, values in rows.items() if values.dtype == bool}


def _growth(
    rows: Mapping[str, NDArray[Any]], keep: NDArray[np.bool_], guidance: float
) -> dict[str, dict[str, float]] | None:
    """Backcast of the four over guidance, and the factor by which they grow from there to 2026."""
    if keep.sum() < FEW:
        return None
    now, then = (np.sum([rows[f"capital {year}, {name}"][keep] for name in NAMED], axis=0) for year in (2026, 2025))
    return {
        "backcast over guidance": _spread(then / guidance),
        "factor": _spread(now / then),
    }


def by_common_growth(rows: Mapping[str, NDArray[Any]]) -> dict[str, dict[str, float]]:
    """Total of the builders with accounts in 2026, US$ bn, where growth is mostly their own and mostly common."""
    mostly = rows["common growth"] > COMMON.central
    return {
        name: _forecast(rows, keep)["the four with accounts"]
        for name, keep in (("own", ~mostly), ("common", mostly))
        if keep.any()
    }


def _sets_apart(rows: Mapping[str, NDArray[Any]], meets: NDArray[np.bool_]) -> dict[str, dict[str, float]]:
    """Parameters by the largest gap between the distribution functions of draws that meet and do not (Smirnov)."""
    from scipy import stats

    if not FEW <= meets.sum() <= len(meets) - FEW:
        return {}
    table = {
        name: {
            "distance": float(stats.ks_2samp(values[meets], values[~meets]).statistic),
            "median, met": float(np.median(values[meets])),
            "median, not met": float(np.median(values[~meets])),
        }
        for name, values in rows.items()
        if not name.startswith("capital 2") and values.dtype != bool
    }
    return dict(sorted(table.items(), key=lambda item: -item[1]["distance"])[:6])


def _spread(values: Any) -> dict[str, float]:
    return {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)}
