"""Every system of the plan has a model card with its players, timing, payoff, equilibrium and answer."""

from pathlib import Path

from models.catalogue import catalogue
from paper.assemble import load_records
from paper.content import paper_content
from paper.main_cards import first_sentences
from paper.systems.section import CARD


def test_every_system_has_a_whole_card(tiny: None, records: Path) -> None:
    content = paper_content(load_records(records, quick=True), {"cases": []}, quick=True)
    cards = content["main cards"] + content["systems"]
    assert {f"S{n}" for n in range(1, 14)} <= {card["system"] for card in cards}
    for card in cards:
        assert [row["term"] for row in card["card"]] == list(CARD)
        assert all(row["text"].endswith(".") for row in card["card"]), card["study"]
        assert card["model"] in catalogue()
        assert card["answer"].endswith(".") and len(card["answer"]) > 40


def test_an_answer_is_whole_sentences() -> None:
    text = "It is 1.5 (0.2 to 3.1) GW. So it pays (S. 3). A third."
    assert first_sentences(text, 1) == "It is 1.5 (0.2 to 3.1) GW."
    assert first_sentences("One only") == "One only."
