"""Sentences that depend on results: chosen by the numbers, so that they cannot contradict them."""

from paper.phrases.dilemma import dilemma_phrases, hidden_phrase, plane_phrase
from paper.phrases.race import guidance_gap, margin_phrase, race_phrases, spending_against_guidance, wedge_phrases
from paper.phrases.restraint import repeated_phrases
from paper.phrases.verdicts import explained_phrase, verdict_phrase
from paper.phrases.words import how_often

__all__ = [
    "dilemma_phrases",
    "explained_phrase",
    "guidance_gap",
    "hidden_phrase",
    "how_often",
    "margin_phrase",
    "plane_phrase",
    "race_phrases",
    "repeated_phrases",
    "spending_against_guidance",
    "verdict_phrase",
    "wedge_phrases",
]
