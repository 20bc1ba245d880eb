"""Every system of the plan has a model card with its players, timing, payoff, equilibrium and answer."""

import re
from importlib import resources
from pathlib import Path

import pytest

from models.catalogue import catalogue
from paper.assemble import load_records
from paper.claim_texts import CLAIMS
from paper.claims import BY_READING, CONDITIONAL, REJECTED, SUPPORTED, UNDECIDED
from paper.content import paper_content
from paper.formats import BRACKETS, curly
from paper.main_cards import first_sentences
from paper.systems.section import CARD, Section
from paper.tables import article_rows
from theory import InputError


def test_every_system_has_a_whole_card(tiny: None, records: Path) -> None:
    content = paper_content(load_records(records, quick=True), {"cases": []}, quick=True)
    cards = content["main cards"] + content["systems"]
    assert {f"S{n}" for n in range(1, 14)} <= {card["system"] for card in cards}
    for card in cards:
        assert [row["term"] for row in card["card"]] == list(CARD)
        assert all(row["text"].endswith(".") for row in card["card"]), card["study"]
        assert card["model"] in catalogue()
        assert card["payoff"] or card["equation"] or card["in words"].endswith("."), card["study"]
        assert card["answer"].endswith(".") and len(card["answer"]) > 40


def test_a_card_without_a_payoff_is_refused() -> None:
    card = dict.fromkeys(CARD, "One sentence.")
    given = ("S0", "Nothing", "siting", card, None, ("text",), "caption", "alt", ())
    with pytest.raises(InputError, match=r"S0.*its payoff"):
        Section(*given)
    with pytest.raises(InputError, match="lacks Timing"):
        Section(*given[:3], card | {"Timing": ""}, "x", *given[5:])
    assert Section(*given, payoff_in_words="What it earns.").payoff is None


def test_every_claim_has_verdict_numbers_model_sensitivity_and_cautions(tiny: None, records: Path) -> None:
    content = paper_content(load_records(records, quick=True), {"cases": []}, quick=True)
    assert [claim["claim"] for claim in content["claims"]] == list(CLAIMS)
    for claim in content["claims"]:
        assert claim["verdict"] in (SUPPORTED, CONDITIONAL, REJECTED, BY_READING, UNDECIDED), claim["claim"]
        assert re.search(r"\d", claim["evidence"]) and claim["model"].startswith("S")
        assert len(claim["sensitivity"]) > 40 and len(claim["cautions"]) > 40
        assert bool(claim["condition"]) or claim["verdict"] not in (CONDITIONAL, BY_READING), claim["claim"]
        assert not claim["condition"] or claim["verdict"] not in (SUPPORTED, REJECTED), claim["claim"]
    chapter = resources.files("paper").joinpath("main.typ").read_text("utf-8").partition("<systems>")[2]
    assert '#t("brackets")' in chapter.partition("#for s in data.systems")[0]
    assert content["text"]["brackets"] == curly(BRACKETS)


def test_the_numbers_of_the_article_enter_a_model_or_are_context_with_the_reason(tiny: None, records: Path) -> None:
    rows = {row["id"]: row for row in article_rows(load_records(records, quick=True)["calibration"].numbers)}
    asked = {
        "S03": "350 US$ bn", "S26": "8 US$ bn", "S47": "38 US$ bn", "S28": "11 US$ bn", "S31": "500,000 chips",
        "S32": "1,000,000 chips", "S44": "2 GW", "S16": "1,000,000 chips",
    }  # fmt: skip
    for fact, value in asked.items():
        assert f"{rows[fact]['value']} {rows[fact]['unit']}" == value
        where = rows[fact]["where"]
        named = set(re.findall(r"[a-z-]+", where)) & set(catalogue())
        assert (where.startswith("context: ") and len(where) > 40) or named, fact
    assert rows["S47"]["where"].startswith("as F073a: ")  # the same number by another source


def test_an_answer_is_whole_sentences() -> None:
    text = "It is 1.5 (0.2 to 3.1) GW. So it pays (S. 3). A third."
    assert first_sentences(text, 1) == "It is 1.5 (0.2 to 3.1) GW."
    assert first_sentences("One only") == "One only."
