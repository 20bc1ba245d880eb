"""No result is typed by hand: the text holds no decimal number and no percentage of its own."""

import re
from importlib import resources

import pytest

SOURCE = resources.files("paper").joinpath("main.typ").read_text("utf-8")

ALLOWED = {
    "95 per cent": "the level of every interval (theory.intervals.LEVEL)",
    "5th to 95th percentile": "what a spread shows (paper.formats.spread)",
}
"""Model constants in prose, with the reason why they are no results."""

LENGTH = re.compile(r"-?\d*\.?\d+(?:pt|cm|em|fr)\b")


def prose(source: str) -> str:
    """The text without comments, set-up, lengths in code, strings in code, and mathematics."""
    body = source[source.index("#align(center)") :]
    body = re.sub(r"(?m)^\s*//.*$", "", body)
    body = re.sub(r'"[^"\n]*"', '""', body)
    body = re.sub(r"(?m)^\s*#?(?:set|show|v|let|block|text|grid|table|columns|inset|stroke)\b[^\n]*", "", body)
    body = re.sub(r"(?:width|columns|inset|column-gutter|x|y|stroke|leading|spacing|size):[^\n]*", "", body)
    body = re.sub(r"\$[^$]*\$", "$$", body)
    body = re.sub(r"#(?:v|h|text)\([^)]*\)", "", body)
    for phrase in ALLOWED:
        body = body.replace(phrase, "")
    return LENGTH.sub("", body)


def test_no_decimals() -> None:
    assert re.findall(r"[^\n]*\b\d+[.,]\d+\b[^\n]*", prose(SOURCE)) == []


def test_no_percentages() -> None:
    assert re.findall(r"[^\n]*\d\s*(?:%|per ?cent|percent)[^\n]*", prose(SOURCE)) == []


def test_no_amounts() -> None:
    assert re.findall(r"[^\n]*(?:US\\\$\s*\d|\d\s*(?:GW|bn|billion|years?\b))[^\n]*", prose(SOURCE)) == []


def test_no_decimals_in_mathematics() -> None:
    formulas = re.findall(r"\$[^$]*\$", SOURCE.replace(r"\$", ""))
    assert [formula for formula in formulas if re.search(r"\d\.\d|\d{2,}", formula)] == []


@pytest.mark.parametrize(
    "typed", ["The share is 0.34 of all.", "It is 34% of them.", "They build 4 GW.", "It is 12.5."]
)
def test_a_typed_number_would_be_found(typed: str) -> None:
    text = prose(SOURCE + "\n" + typed)
    patterns = (r"\b\d+[.,]\d+\b", r"\d\s*(?:%|per ?cent|percent)", r"\d\s*(?:GW|bn)")
    assert any(re.search(pattern, text) for pattern in patterns)
