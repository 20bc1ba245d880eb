"""From records to ``numbers.json``: everything in the paper that depends on a result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from experiments.records import Record
from paper.claims import judge_claims
from paper.consolidation import judge_consolidation
from paper.figures.drivers import drivers_hidden
from paper.figures.plane import chief_drivers as drivers_of_the_map
from paper.figures.style import spoken
from paper.formats import (
    BRACKETS,
    count,
    curly,
    in_words,
    listed,
    number,
    percent,
    percent_interval,
    signed_percent,
    spread,
)
from paper.main_cards import first_sentences, main_cards
from paper.phrases import (
    dilemma_phrases,
    explained_phrase,
    hidden_phrase,
    plane_phrase,
    race_phrases,
    repeated_phrases,
    spending_against_guidance,
    verdict_phrase,
)
from paper.systems import systems
from paper.systems.section import CARD, Section
from paper.tables import (
    article_rows,
    build_rows,
    danger_rows,
    fact_rows,
    notation_rows,
    parameter_rows,
    selection_rows,
    split_rows,
)

LONGEST_FORMULA = 260
"""A formula with more letters than this does not fit a line; the paper then points to the record."""

Numbers = Mapping[str, Any]

MAIN_LINE = (
    ("S1", "Restrain or race", "dilemma_class", "which"),
    ("S2", "How many GW", "overspend_underinvest", "who"),
    ("S13", "Restraint", "repeated_race", "S13"),
)
"""Systems of the main line: number, name, study, and label of the section."""

WITHOUT_STUDY = (
    ("S14", "The dynamic race", "Who leads in the long run, as compute ages and builders enter and leave?", ""),
)
"""Systems without a study: one that is left for later."""


def paper_content(records: Mapping[str, Record], verification: Numbers, *, quick: bool) -> dict[str, Any]:
    """All of ``numbers.json``.

    Parameters
    ----------
    records
        Records by study.
    verification
        What ``verify.json`` holds.
    quick
        Whether the records are of quick runs; the paper then says so.
    """
    calibration, dilemma, race, repeated = (
        records[name].numbers for name in ("calibration", "dilemma_class", "overspend_underinvest", "repeated_race")
    )
    chief = chief_drivers(dilemma)
    sections = {name: each.write(records[name].numbers) for name, each in systems().items()}
    shown = dilemma["drivers"]
    forecast = records["forecast"].numbers
    claims = judge_claims(
        dilemma,
        race,
        forecast,
        chief,
        [
            *(verdict for section in sections.values() for verdict in section.verdicts),
            judge_consolidation(records["equity_stakes"].numbers, records["ai_supermarket"].numbers),
        ],
    )
    phrases = (
        dilemma_phrases(dilemma, calibration)
        | race_phrases(race, calibration)
        | repeated_phrases(repeated)
        | {
            "plane": plane_phrase(drivers_of_the_map(dilemma)),
            "hidden": hidden_phrase(drivers_hidden(shown)),
            "verdicts": verdict_phrase(claims),
            "explained": explained_phrase(forecast),
        }
    )
    content = {
        "quick": quick,
        "text": {**_dilemma_texts(dilemma), **_race_texts(race, calibration), **_repeated_texts(repeated)}
        | _calibration_texts(calibration, chief),
        "phrase": phrases,
        "main cards": main_cards(phrases),
        "formula": formulas(calibration["formulas"] | dilemma["boundaries"] | {"critical": repeated["formula"]}),
        "claims": claims,
        "overview": overview_rows(records, sections),
        "systems": systems_content(sections, calibration),
        "parameters": parameter_rows(calibration),
        "notation": notation_rows(calibration),
        "facts": fact_rows(calibration),
        "article": article_rows(calibration),
        "split": split_rows(race),
        "danger": danger_rows(race),
        "selection": selection_rows(dilemma),
        "builds": build_rows(race, calibration),
        "records": [_record(record) for record in records.values()],
        "libraries": dict(sorted(next(iter(records.values())).libraries.items())),
        "python": next(iter(records.values())).python,
        "verification": verification_counts(verification),
    }
    typographic: dict[str, Any] = curly(content)
    return typographic


def overview_rows(records: Mapping[str, Record], sections: Mapping[str, Section]) -> list[dict[str, str]]:
    """Systems in order with name, question, and the label of the place that answers it; none if nothing does."""
    asked = [(system, name, records[study].question, label) for system, name, study, label in MAIN_LINE]
    asked += [(s.system, s.heading, records[study].question, study) for study, s in sections.items()]
    rows = sorted([*asked, *WITHOUT_STUDY], key=lambda row: (_place(row[0]), row[3] in sections))
    return [dict(zip(("system", "name", "question", "label"), row, strict=True)) for row in rows]


def _place(system: str) -> int:
    """Number of a system; one without a number comes last."""
    return int("".join(filter(str.isdigit, system)) or 99)


def systems_content(sections: Mapping[str, Section], calibration: Numbers) -> list[dict[str, Any]]:
    """Sections in order; the parameters of a model are on the first card that names it."""
    rows, models = [], set[str]()
    for study, section in in_order(sections):
        rows.append(section_content(study, section, calibration, parameters=section.model not in models))
        models.add(section.model)
    return rows


def in_order(sections: Mapping[str, Section]) -> list[tuple[str, Section]]:
    """Sections by the number of their system; those without a number last."""
    return sorted(sections.items(), key=lambda item: (_place(item[1].system), item[0]))


def card_rows(model: str, calibration: Numbers) -> list[dict[str, str]]:
    """Parameters of a model without those of the calibration table; the first row of a symbol says all of it."""
    shown = parameter_rows(calibration)
    rows = [row for row in parameter_rows(calibration, (model,)) if row not in shown]
    seen: set[str] = set()
    for row in rows:
        row["meaning"] = row["meaning"] if row["symbol"] in seen else row["in full"]
        seen.add(row["symbol"])
    return rows


def section_content(study: str, section: Section, calibration: Numbers, *, parameters: bool = True) -> dict[str, Any]:
    """A section and its model card as plain values, with the parameters unless another card has them."""
    return {
        "study": study,
        "system": section.system,
        "heading": section.heading,
        "model": section.model,
        "card": [{"term": term, "text": section.card[term]} for term in CARD],
        "payoff": section.payoff,
        "in words": section.payoff_in_words,
        "equation": None,
        "answer": first_sentences(section.paragraphs[0]),
        "parameters": card_rows(section.model, calibration) if parameters else [],
        "paragraphs": list(section.paragraphs),
        "caption": section.caption,
        "alt": section.alt,
        "cites": list(section.cites),
    }


def chief_drivers(dilemma: Numbers, most: int = 4) -> list[str]:
    """The parameters with the largest total index for the dilemma."""
    return [spoken(name) for name in list(dilemma["drivers"]["dilemma"])[:most]]


def formulas(given: Mapping[str, str]) -> dict[str, str | None]:
    """Formulas short enough to print; None for the others."""
    return {name: text if len(text) <= LONGEST_FORMULA else None for name, text in given.items()}


def parameter_symbols(calibration: Numbers) -> dict[str, dict[str, str]]:
    """Symbol and unit of every parameter by name, for the figures."""
    entries = (entry for model in ("compute-race", "lab-dilemma") for entry in calibration["models"][model])
    return {entry["parameter"]: {"symbol": entry["symbol"], "unit": entry["unit"]} for entry in entries}


def verification_counts(verification: Numbers) -> dict[str, Any]:
    """Totals of the verification, and its failed cases."""
    statuses = ("passed", "failed", "not implemented")
    cases = verification["cases"]
    totals = {status: str(sum(case["status"] == status for case in cases)) for status in statuses}
    return {"total": str(len(cases)), **totals, "failures": [c["id"] for c in cases if c["status"] == "failed"]}


def _record(record: Record) -> dict[str, Any]:
    changes = ", ".join(
        f"{name} {count(value) if isinstance(value, int) else value}" for name, value in record.parameters.items()
    )
    return {
        "study": record.study,
        "question": record.question,
        "key": record.short_key,
        "parameters": changes or "none",
        "replicates": str(record.replicates),
    }


def _calibration_texts(calibration: Numbers, chief: list[str]) -> dict[str, str]:
    rows = parameter_rows(calibration)
    return {
        "facts in file": str(calibration["facts in file"]),
        "last date": calibration["last date"],
        "brackets": BRACKETS,
        "undated": undated(calibration["dated by year alone"]),
        "unquoted": unquoted(calibration["not in the quotation"]),
        "uncertain numbers": str(len(rows)),
        "swept numbers": str(sum(row["grade"] == "swept" for row in rows)),
        "mapped numbers": str(sum(row["grade"] == "mapped" for row in rows)),
        "chief driver": chief[0],
        "second driver": chief[1],
    }


def unquoted(facts: list[str]) -> str:
    """How many of the facts that set a parameter have their number from elsewhere than the quotation."""
    if not facts:
        return "Each number is in its quotation."
    are = "is one fact whose number is" if len(facts) == 1 else f"are {in_words(len(facts))} facts whose numbers are"
    return (
        f"Among those that set or bound a parameter there {are} not in the quotation but computed from it or read "
        f"beside it, as the row says: {', '.join(facts)}."
    )


def undated(facts: list[str]) -> str:
    """What is said of facts that show a year and no day."""
    if not facts:
        return "Every one of them shows a date before that."
    verb = "shows" if len(facts) == 1 else "show"
    return f"Of those that set one, {listed(facts)} {verb} a year and no day."


def _dilemma_texts(dilemma: Numbers) -> dict[str, str]:
    asymmetry, centre = dilemma["asymmetry"], dilemma["centre"]
    drivers = dilemma["drivers"]
    first_sum = sum(max(0.0, index["first"]["value"]) for index in drivers["dilemma"].values())
    texts = {
        "draws": count(dilemma["draws"]),
        "states": str(dilemma["states per draw"]),
        "first-order sum": percent(first_sum),
        "median lambda": number(asymmetry["median lambda"]),
    }
    texts["P(dilemma)"] = percent_interval(dilemma["classes"]["prisoner's dilemma"])
    texts |= {name: percent_interval(e) for name, e in asymmetry.items() if name not in ("median lambda", "P(dilemma)")}
    texts |= {f"short {name}": percent(e and e["value"]) for name, e in asymmetry.items() if name != "median lambda"}
    texts |= {f"centre {key}": value if isinstance(value, str) else number(value) for key, value in centre.items()}
    texts["centre unit margin"] = signed_percent(centre["unit margin"])
    for strength in ("greed", "fear"):
        quartiles = [number(q, 2) for q in dilemma[f"{strength} in dilemmas"]] or ["n/a"] * 3
        texts[f"{strength} median"] = quartiles[1]
        texts[f"{strength} quartiles"] = f"{quartiles[0]} to {quartiles[2]}"
    return texts


def _race_texts(race: Numbers, calibration: Numbers) -> dict[str, str]:
    total, guidance, on_ai = spending_against_guidance(race, calibration)
    share = next(e["central"] for e in calibration["models"]["compute-race"] if e["parameter"] == "ai_share")
    centre = race["centre"]
    return {
        "race draws": count(race["draws"]),
        "race states": str(race["states per draw"]),
        "total Nash": spread(race["GW"]["Nash"]["total"]),
        "stranded": spread(race["stranded capital"]),
        "unmet": spread(race["unmet demand"]),
        "guidance": number(guidance),
        "guidance on AI": number(on_ai),
        "AI share": percent(share),
        "predicted spending": number(total),
        "predicted over guidance": percent(total / on_ai),
        "centre over joint": _signed_percent(centre["total over joint"]),
        "centre over welfare": _signed_percent(centre["total over welfare"]),
        "centre dissipation": percent(centre["dissipation"]),
        "centre anarchy": number(centre["price of anarchy"]),
        "centre spending": number(sum(centre["capital spending"].values())),
        "lambda range": _range([table["lambda"]["value"] for table in race["split"].values()]),
    }


def _repeated_texts(repeated: Numbers) -> dict[str, str]:
    critical, centre = repeated["critical"], repeated["centre"]
    texts = {
        "repeated draws": count(repeated["draws"]),
        "centre critical": number(centre["critical"], 2),
        "centre discount factor": number(centre["discount factor"], 2),
        "yearly factor": number(critical["2"]["mean yearly equivalent"], 2),
        "turns easier": percent_interval(repeated["taking turns"]["P(easier than restraint | dilemma)"]),
    }
    return texts | {f"critical {n}": spread(entry["quantiles"], 2) for n, entry in critical.items()}


def _signed_percent(value: float | None) -> str:
    if value is None:
        return "n/a"
    size = percent(abs(value)) if abs(value) <= 1 else f"{number(100 * abs(value))}%"
    return f"{size} {'above' if value > 0 else 'below'}"


def _range(values: list[Any]) -> str:
    numbers = [float(v) for v in values]
    return f"{number(min(numbers), 2)} to {number(max(numbers), 2)}"
