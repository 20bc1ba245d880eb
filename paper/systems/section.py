"""What the paper says of one system of the compute race."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from paper.claims import Verdict
from paper.formats import listed
from theory.errors import InputError

CARD = ("Players", "Choices", "Timing", "Equilibrium")
"""What every model card states, in this order."""


@dataclass(frozen=True)
class Section:
    """Text, figure and verdicts of one system; every number in it comes from a record.

    Attributes
    ----------
    system, heading
        Name in the plan, such as ``"S3"``, and title of the section.
    model
        Name of its model in the catalogue; its parameters are printed on the card.
    card
        One plain sentence for each heading of `CARD`.
    payoff
        Typst mathematics of the payoff, made from the model's own expression; None if it has no closed form, or that
        of another system.
    paragraphs
        The answer, in plain text.
    caption, alt
        Caption of the figure, and what it shows in one line for those who cannot see it.
    cites
        Keys of ``refs.bib``.
    verdicts
        Verdicts on the claims that the study judges.
    payoff_in_words
        What the payoff consists of, where it is not printed as a formula.

    Raises
    ------
    InputError
        If a card lacks a heading, or says the payoff neither as a formula nor in words.
    """

    system: str
    heading: str
    model: str
    card: Mapping[str, str]
    payoff: str | None
    paragraphs: tuple[str, ...]
    caption: str
    alt: str
    cites: tuple[str, ...]
    verdicts: tuple[Verdict, ...] = ()
    payoff_in_words: str = ""

    def __post_init__(self) -> None:
        missing = [term for term in CARD if not self.card.get(term)]
        if missing or not (self.payoff or self.payoff_in_words):
            raise InputError(
                f"the model card of {self.system}, {self.heading!r}, lacks {listed([*missing] or ['its payoff'])}; "
                f"give {listed(list(CARD))}, and the payoff as a formula or in words"
            )
