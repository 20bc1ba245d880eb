"""Model cards of the main line: S1, S2 and the repeated race of S13."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paper.systems.section import CARD

SENTENCE = re.compile(r"(?<=[\w%)\]])\.\s+(?=[A-Z‘'])")
"""Between two sentences; decimals and abbreviations are not followed by a space and a capital."""


@dataclass(frozen=True)
class MainCard:
    """A card whose system has its section in the main text.

    Attributes
    ----------
    system, model, place
        Number, name in the catalogue, and label of the section.
    terms
        One sentence for each heading of `CARD`.
    equation
        Label of the payoff's equation.
    answer
        Keys of the phrases that answer the system's question.
    """

    system: str
    model: str
    place: str
    terms: tuple[str, str, str, str]
    equation: str
    answer: tuple[str, ...]


CARDS = (
    MainCard(
        "S1",
        "lab-dilemma",
        "which",
        (
            "Identical labs, two unless said otherwise.",
            "To restrain (last year's build) or to race.",
            "One vintage; all choose at once.",
            "Class of the game from the signs of the payoff differences; all equilibria of the two-by-two game.",
        ),
        "lab",
        ("most probable", "labs"),
    ),
    MainCard(
        "S2",
        "compute-race",
        "who",
        (
            "Five named builders.",
            "GW to commission, any amount.",
            "One vintage; all choose at once, then demand and the value of the lead become known.",
            "Nash, by semismooth Newton from several starts, certified by global best replies.",
        ),
        "race",
        ("wedge", "danger in brief"),
    ),
    MainCard(
        "S13",
        "lab-dilemma",
        "S13",
        (
            "The labs of S1.",
            "To restrain or to race, every vintage again.",
            "Builds are seen after a lag; play goes on with the discount factor of that lag.",
            "Subgame perfect by grim trigger, or by turns; exact play of noisy automata at the central values.",
        ),
        "lab",
        ("patience", "lag"),
    ),
)


def main_cards(phrases: Mapping[str, str]) -> list[dict[str, Any]]:
    """Cards as plain values, with the sentences that answer."""
    return [
        {
            "study": card.place,
            "system": card.system,
            "model": card.model,
            "card": [{"term": term, "text": text} for term, text in zip(CARD, card.terms, strict=True)],
            "payoff": None,
            "in words": "",
            "equation": card.equation,
            "answer": " ".join(phrases[key] for key in card.answer),
            "parameters": [],
        }
        for card in CARDS
    ]


def first_sentences(text: str, most: int = 2) -> str:
    """Beginning of a paragraph, as an answer in short.

    Examples
    --------
    >>> first_sentences("It costs US$ 3.5 bn. It pays (1.2 times). More follows.")
    'It costs US$ 3.5 bn. It pays (1.2 times).'
    """
    sentences = SENTENCE.split(text.strip())
    kept = ". ".join(sentences[:most])
    return kept if kept.endswith(".") else kept + "."
