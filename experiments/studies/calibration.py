"""What the numbers rest on: every calibrated parameter with its range, grade and facts, and the formulas.

No draws: the paper reads records and never models, so what it prints of the calibration is recorded here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.registry import Columns, Findings, experiment
from models.base import PayoffModel
from models.catalogue import catalogue
from models.facts import LAST_DATE, Fact, load_facts
from models.lab_dilemma import LabDilemma
from models.parameters import Parameter
from models.prior import Prior
from models.symbolic import choice_symbols
from models.typeset import symbol, typst


@experiment("calibration", question="What do the numbers rest on?", claims=(), replicates=1, quick={})
def study(*, rng: np.random.Generator) -> Columns:
    """One row per uncertain number of any model."""
    rows = [
        (name, spec.name, j, prior)
        for name, model in catalogue().items()
        for spec in model.parameters().values()
        if spec.prior is not None
        for j, prior in enumerate(spec.prior if isinstance(spec.prior, tuple) else (spec.prior,))
    ]
    return {
        "model": np.array([model for model, *_ in rows]),
        "parameter": np.array([name for _, name, *_ in rows]),
        "player": np.array([j for *_, j, _ in rows]),
        "low": np.array([prior.low for *_, prior in rows]),
        "central": np.array([prior.central for *_, prior in rows]),
        "high": np.array([prior.high for *_, prior in rows]),
    }


@study.summary
def summarise(replicates: Sequence[Mapping[str, NDArray[Any]]], *, rng: np.random.Generator) -> Findings:
    """Parameters of each model for tables, the facts they use, and payoffs as formulas."""
    facts = load_facts()
    models = catalogue()
    used = sorted({f for model in models.values() for spec in model.parameters().values() for f in spec.fact_ids})
    return Findings(
        {
            "models": {name: _parameters(model) for name, model in models.items()},
            "facts": {f: _fact(facts[f]) for f in used},
            "facts in file": len(facts),
            "article": article(models, facts),
            "last date": LAST_DATE,
            "not in the quotation": [f for f in used if f in setting(models) and not facts[f].quoted],
            "dated by year alone": [f for f in used if year_alone(facts[f])],
            "for scoring only": [f for f, fact in facts.items() if fact.late],
            "formulas": formulas(),
        },
        {},
    )


def article(models: Mapping[str, type[PayoffModel]], facts: Mapping[str, Fact]) -> list[dict[str, Any]]:
    """Every number of the news article: the parameters that it sets, or, as context, what its row says of it."""
    sets, beside = setting(models), mentioning(models)
    numbered = {f: fact for f, fact in facts.items() if fact.grade == "article" and (fact.low or fact.high)}
    return [
        _fact(fact)
        | {"id": f, "note": fact.note, "used": sets.get(f, []), "beside": beside.get(f, [])}
        | {"as": {twin: sets[twin] for twin in twins(fact, facts) if twin in sets}}
        for f, fact in numbered.items()
    ]


def setting(models: Mapping[str, type[PayoffModel]]) -> dict[str, list[str]]:
    """Parameters by the facts that set or bound them: those of a prior, or of a default that has none."""
    return _by_fact(
        models, lambda spec: [f for prior in _priors(spec) for f in prior.facts] if _priors(spec) else spec.facts
    )


def mentioning(models: Mapping[str, type[PayoffModel]]) -> dict[str, list[str]]:
    """Parameters by the facts that are named beside their prior, of which they set no number."""
    return _by_fact(models, lambda spec: spec.facts if _priors(spec) else ())


def _by_fact(
    models: Mapping[str, type[PayoffModel]], facts_of: Callable[[Parameter], Sequence[str]]
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, model in models.items():
        for spec in model.parameters().values():
            for fact_id in dict.fromkeys(facts_of(spec)):
                found.setdefault(fact_id, []).append(f"{name}: {spec.name}")
    return found


def _priors(spec: Parameter) -> tuple[Prior, ...]:
    return spec.prior if isinstance(spec.prior, tuple) else (spec.prior,) if spec.prior else ()


def twins(fact: Fact, facts: Mapping[str, Fact]) -> list[str]:
    """Other facts that give the same number, in the same unit, of the same parties."""

    def gist(one: Fact) -> tuple[Any, ...]:
        values = {value for value in (one.low, one.central, one.high) if value is not None}
        names = f"{one.actor};{one.counterparty}".replace("AWS", "Amazon")
        parties = frozenset(name.partition("(")[0].strip() for name in names.split(";")) - {""}
        return values, one.unit, parties

    return [other for other, one in facts.items() if one.id != fact.id and gist(one) == gist(fact)]


def year_alone(fact: Any) -> bool:
    """Whether a fact shows only that it is of the limit's year, and not on which side of the limit."""
    year = LAST_DATE[:4]
    return fact.date == year and fact.published in ("", year)


def _parameters(model: type[PayoffModel]) -> list[dict[str, Any]]:
    players = model().players
    rows = []
    for spec in model.parameters().values():
        priors = spec.prior if isinstance(spec.prior, tuple) else (spec.prior,)
        for j, prior in enumerate(priors):
            rows.append(
                {
                    "parameter": spec.name,
                    "player": players[j] if isinstance(spec.prior, tuple) else None,
                    "symbol": symbol(spec.symbol),
                    "unit": spec.unit,
                    "meaning": spec.meaning,
                    "bounds": spec.bounds,
                }
                | (_prior(prior) if prior else {"central": spec.default, "facts": list(spec.facts), "grade": "set"})
            )
    return rows


def _prior(prior: Prior) -> dict[str, Any]:
    return {
        "low": prior.low,
        "central": prior.central,
        "high": prior.high,
        "facts": list(prior.facts),
        "grade": prior.grade,
        "reason": prior.reason,
    }


def _fact(fact: Any) -> dict[str, Any]:
    names = ("actor", "counterparty", "kind", "low", "central", "high", "unit", "date", "grade", "source", "quotation")
    return {name: getattr(fact, name) for name in names}


def formulas() -> dict[str, str]:
    """Parts of the payoff as Typst mathematics, from the models' own expressions."""
    model = LabDilemma.symbolic(n=2)
    k = choice_symbols(2)
    return {
        "revenue per GW": typst(model.revenue_per_gw()),
        "cost per GW": typst(model.cost_per_gw()),
        "prize share": typst(model.prize_share(0, k)),
        "standing": typst(model.standing(0, k)),
        "restrained build": typst(model.restrained()),
    }
