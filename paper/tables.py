"""Tables of the paper: rows of strings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from paper.formats import interval, percent_interval, spread, trimmed

Numbers = Mapping[str, Any]


def parameter_rows(
    calibration: Numbers, models: tuple[str, ...] = ("lab-dilemma", "compute-race")
) -> list[dict[str, str]]:
    """Parameters of the models, each once, with range, grade and facts."""
    rows, seen = [], set()
    for model in models:
        for entry in calibration["models"][model]:
            key = (entry["parameter"], entry["player"])
            if key in seen or entry.get("low") is None or entry["low"] == entry["high"]:
                continue
            seen.add(key)
            first = not entry["player"] or (entry["parameter"], "first") not in seen
            seen.add((entry["parameter"], "first"))
            rows.append(_row(entry, first))
    return rows


def _row(entry: Numbers, first: bool) -> dict[str, str]:
    player = entry["player"]
    meaning = entry["meaning"] + (f": {player}" if player else "")
    return {
        "meaning": meaning if first else f"\N{EM SPACE}{player}",
        "in full": meaning,
        "symbol": entry["symbol"],
        "unit": entry["unit"],
        "low": trimmed(entry["low"]),
        "central": trimmed(entry["central"]),
        "high": trimmed(entry["high"]),
        "grade": entry["grade"],
        "facts": ", ".join(entry["facts"]) or "none",
    }


def notation_rows(calibration: Numbers) -> list[dict[str, str]]:
    """Symbol, meaning and unit of every parameter of the two races, once."""
    rows: dict[str, dict[str, str]] = {}
    for model in ("lab-dilemma", "compute-race"):
        for entry in calibration["models"][model]:
            if entry["symbol"].startswith('"'):
                continue
            rows.setdefault(entry["symbol"], {k: entry[k] for k in ("symbol", "meaning", "unit")})
    return list(rows.values())


def fact_rows(calibration: Numbers) -> list[dict[str, str]]:
    """Facts behind the parameters of the two races."""
    used = sorted(
        {f for model in ("lab-dilemma", "compute-race") for p in calibration["models"][model] for f in p["facts"]}
    )
    facts = calibration["facts"]
    return [{"id": f, **_fact(facts[f])} for f in used if f in facts]


def article_rows(calibration: Numbers) -> list[dict[str, str]]:
    """Numbers of the news article, and where each enters: the models by name, or context, with the reason."""
    return [
        {"id": fact["id"], "kind": fact["kind"].partition(" (")[0], **_fact(fact), "where": _where(fact)}
        for fact in calibration["article"]
    ]


def _where(fact: Numbers) -> str:
    """Models that a number of the article enters, itself or as the same number from another source; else why not."""
    own = [_names(fact["used"])] if fact["used"] else []
    other = [f"as {twin}: {_names(used)}" for twin, used in fact["as"].items()]
    beside = f" (beside what is swept or set in {_names(fact['beside'])})" if fact["beside"] else ""
    return "; ".join([*own, *other]) or f"context{beside}: {fact['note']}"


def _names(used: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(use.partition(":")[0] for use in used))


def _fact(fact: Numbers) -> dict[str, str]:
    values = [fact[k] for k in ("low", "central", "high")]
    known = [trimmed(v) for v in dict.fromkeys(v for v in values if v is not None)]
    who = f"{fact['actor']} / {fact['counterparty']}" if fact["counterparty"] else fact["actor"]
    source, _, address = fact["source"].partition("http")
    return {
        "who": who,
        "kind": fact["kind"],
        "value": " to ".join(known[:1] + known[-1:] if len(known) > 1 else known) or "text",
        "unit": fact["unit"],
        "date": fact["date"],
        "grade": fact["grade"],
        "source": source.strip(" ,;") or fact["source"],
        "address": f"http{address.split()[0].rstrip(',;')}" if address else "",
    }


def split_rows(race: Numbers) -> list[dict[str, str]]:
    """Hindsight split per builder."""
    rows = []
    for name, table in race["split"].items():
        rows.append(
            {
                "builder": name,
                "po": percent_interval(table["P(overspend)"]),
                "eo": interval(table["E[overspend]"]),
                "co": interval(table["CVaR95[overspend]"]),
                "eu": interval(table["E[underinvest]"]),
                "cu": interval(table["CVaR95[underinvest]"]),
                "ratio": interval(table["lambda"]),
            }
        )
    return rows


def danger_rows(race: Numbers) -> list[dict[str, str]]:
    """Critical ratios and losses in hindsight per builder where mean demand would just be met."""
    ratios, split = race["critical ratio"], race["split at mean demand"]
    alone, everything = next(iter(ratios)), list(ratios)[-1]
    return [
        {
            "builder": name,
            "alone": spread(ratios[alone][name], 2),
            "all": spread(ratios[everything][name], 2),
            "above": percent_interval(ratios[everything][name]["P(above half)"]),
            "added": spread(race["stakes per GW"]["added"][name], 2),
            "needed": spread(race["stakes per GW"]["needed"][name], 2),
            "lambda": interval(split[everything][name]["lambda"], 2),
        }
        for name in ratios[alone]
    ]


RULES = {
    "risk-dominant": "risk-dominant",
    "payoff-dominant": "payoff-dominant",
    "worst": "worst for the labs",
    "logit limit": "limit of logit equilibria",
    "least": "least over all equilibria",
    "most": "most over all equilibria",
}
"""Rules of selection, and the bounds, as the table names them."""


def selection_rows(dilemma: Numbers) -> list[dict[str, str]]:
    """Racing labs and money burnt by rule of selection, over all draws and where there are several equilibria."""
    found = dilemma["equilibria"]
    columns = {
        "racing": "racing",
        "several": "racing, where several",
        "burnt": "burnt",
        "lost": "burnt, where several",
    }
    return [
        {"rule": words} | {key: interval(found[name][rule]) for key, name in columns.items() if rule in found[name]}
        for rule, words in RULES.items()
        if rule in found["racing"]
    ]


def build_rows(race: Numbers, calibration: Numbers) -> list[dict[str, str]]:
    """GW per builder under the three rules, capital, and the guidance behind the parameter 'plan'."""
    plans = {e["player"]: e["high"] for e in calibration["models"]["compute-race"] if e["parameter"] == "plan"}
    builds = race["GW"]
    return [
        {
            "builder": name,
            "nash": spread(builds["Nash"][name], 2),
            "joint": spread(builds["joint"][name], 2),
            "welfare": spread(builds["welfare"][name], 2),
            "capital": spread(race["capital spending"][name], 2),
            "plan": trimmed(plans[name]),
        }
        for name in race["capital spending"]
    ]
