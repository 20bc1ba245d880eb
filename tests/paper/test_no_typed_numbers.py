"""No result is typed by hand: the text holds no decimal number and no percentage of its own."""

import ast
import re
from importlib import resources
from importlib.resources.abc import Traversable

import pytest

SOURCE = resources.files("paper").joinpath("main.typ").read_text("utf-8")

ALLOWED = {
    "95 per cent": "the level of every interval (theory.intervals.LEVEL)",
    "5th to 95th percentile": "what a spread shows (paper.formats.spread)",
    "50 and 90 per cent": "levels of the forecast's intervals (experiments.studies.forecast.QUANTILES)",
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


def sentences(source: str) -> list[str]:
    """Strings of a module that a reader may see: no docstrings, no keys, no format specifications."""
    tree = ast.parse(source)
    hidden = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    hidden += [node.slice for node in ast.walk(tree) if isinstance(node, ast.Subscript)]
    hidden += [node.format_spec for node in ast.walk(tree) if isinstance(node, ast.FormattedValue) and node.format_spec]
    inside = {id(child) for node in hidden for child in ast.walk(node)}
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [str(node.value) for node in texts if id(node) not in inside]


TYPED = re.compile(r"(?<!\w)\d+[.,]\d+(?!\w) |\d\s*(?:%|per ?cent|GW|bn|billion|years?\b)|US\$ ?\d")


@pytest.mark.parametrize("path", sorted(resources.files("paper").joinpath("systems").iterdir(), key=str), ids=str)
def test_sentences_of_the_systems_take_their_numbers_from_records(path: Traversable) -> None:
    if path.name.endswith(".py"):
        typed = [text for text in sentences(path.read_text("utf-8")) if TYPED.search(text)]
        assert [text for text in typed if not any(phrase in text for phrase in ALLOWED)] == []


def test_a_typed_number_in_a_sentence_would_be_found() -> None:
    typed = (
        'def write(numbers):\n    """Doc 4 GW."""\n    return f"It is {numbers[\'5 GW\']:.2f}, that is 34% of 4 GW."'
    )
    assert [text for text in sentences(typed) if TYPED.search(text)]
    assert not TYPED.search("".join(sentences(typed.replace("34% of 4 GW", "much"))))
