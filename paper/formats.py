"""Numbers as the paper prints them. Everything that a reader sees as a number passes through here."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

MISSING = "n/a"
"""What is printed where a record holds no number."""

MINUS = "\N{MINUS SIGN}"

SMALL = 1e-4
"""Below this a row of noughts is harder to read than a power of ten."""

_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

VERBATIM = ("symbol", "payoff", "formula", "address", "study", "key", "model")
"""Entries that hold mathematics, addresses or names of files: their apostrophes stay as they are."""

BRACKETS = (
    "Square brackets: 95 per cent interval for the sampling of the draws alone. Round brackets: 5th to 95th percentile "
    "over the draws, the spread that the ranges of the parameters leave."
)
"""What the two kinds of brackets cover; every chapter and every table with brackets says it."""

Interval = Mapping[str, Any]
"""An estimate with ``value``, ``low`` and ``high``."""


def number(value: Any, digits: int = 3) -> str:
    """Number to so many significant digits; below a ten-thousandth as a power of ten.

    Examples
    --------
    >>> number(0.012345), number(52.4626), number(1048576), number(None), number("inf")
    ('0.0123', '52.5', '1,048,576', 'n/a', '∞')
    >>> number(-5.7e-7, 2)
    '−5.7×10⁻⁷'
    """
    if value is None or (isinstance(value, str) and value not in ("inf", "-inf")):
        return MISSING
    real = float(value)
    if math.isnan(real):
        return MISSING
    if math.isinf(real):
        return "\N{INFINITY}" if real > 0 else MINUS + "\N{INFINITY}"
    if real == 0:
        return "0"
    if abs(real) < SMALL:
        mantissa, exponent = f"{abs(real):.{digits - 1}e}".split("e")
        power = str(abs(int(exponent))).translate(_SUPERSCRIPT)
        return f"{MINUS if real < 0 else ''}{mantissa}×10⁻{power}"
    places = max(0, digits - 1 - math.floor(math.log10(abs(real))))
    text = f"{abs(real):,.{places}f}"
    return (MINUS if real < 0 and float(text.replace(",", "")) else "") + text


def count(value: Any) -> str:
    """Whole number.

    Examples
    --------
    >>> count(131072), count(None)
    ('131,072', 'n/a')
    """
    return MISSING if value is None else f"{round(value):,}"


_WORDS = (
    *("none", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)


def in_words(whole: int) -> str:
    """Small whole number as a word.

    Examples
    --------
    >>> in_words(0), in_words(12), in_words(13)
    ('none', 'twelve', '13')
    """
    return _WORDS[whole] if whole < len(_WORDS) else count(whole)


def trimmed(value: Any) -> str:
    """Number to four significant digits without zeros at the end.

    Examples
    --------
    >>> trimmed(0.1), trimmed(82.999), trimmed(5.0)
    ('0.1', '83', '5')
    """
    text = number(value, 4)
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: Any) -> str:
    """Share as a percentage; small ones keep two significant digits.

    Examples
    --------
    >>> percent(0.34138), percent(0.0036), percent(0.0), percent(1.0), percent(0.9996)
    ('34.1%', '0.36%', '0%', '100%', '99.96%')
    """
    if share is None:
        return MISSING
    value = 100 * min(1.0, max(0.0, float(share)))
    if value in (0.0, 100.0):
        return f"{value:.0f}%"
    return f"{value:.1f}%" if 1 <= value <= 99.9 else f"{value:.2f}%"


def chosen_percent(share: Any) -> str:
    """Share that was chosen and not computed, as a percentage without digits that it does not have.

    Examples
    --------
    >>> chosen_percent(0.05), chosen_percent("0.025"), chosen_percent(1)
    ('5%', '2.5%', '100%')
    """
    return f"{trimmed(100 * float(share))}%"


def signed_percent(share: Any) -> str:
    """Share of either sign, and of any size, as a percentage.

    Examples
    --------
    >>> signed_percent(0.24), signed_percent(-0.512), signed_percent(-1.68)
    ('24.0%', '\N{MINUS SIGN}51.2%', '\N{MINUS SIGN}168%')
    """
    text = number(None if share is None else 100 * float(share))
    return text if text == MISSING else f"{text}%"


def percent_interval(estimate: Interval | None) -> str:
    """Probability with its interval, cut at 0 and 1: sampling error of the draws, not the range of the parameters.

    Examples
    --------
    >>> percent_interval({"value": 0.3414, "low": 0.3364, "high": 0.3463})
    '34.1% [33.6%, 34.6%]'
    """
    if estimate is None:
        return MISSING
    value, low, high = (percent(estimate[key]) for key in ("value", "low", "high"))
    return value if low == high == value else f"{value} [{low}, {high}]"


def interval(estimate: Interval | None, digits: int = 3) -> str:
    """Number with its interval.

    Examples
    --------
    >>> interval({"value": 2.327, "low": 1.699, "high": 2.955})
    '2.33 [1.70, 2.96]'
    """
    if estimate is None:
        return MISSING
    value, low, high = (number(estimate[key], digits) for key in ("value", "low", "high"))
    return value if low == high else f"{value} [{low}, {high}]"


def spread(quantiles: Mapping[str, Any], digits: int = 3) -> str:
    """Median over the draws with the 5th and 95th percentile.

    Examples
    --------
    >>> spread({"0.05": 1.0, "0.25": 2, "0.5": 3.0, "0.75": 4, "0.95": 5.0})
    '3.00 (1.00 to 5.00)'
    """
    low, middle, high = (number(quantiles[q], digits) for q in ("0.05", "0.5", "0.95"))
    return middle if middle == MISSING else f"{middle} ({low} to {high})"


def curly(content: Any) -> Any:
    """Text with typographic quotation marks and apostrophes; lists and mappings with all their values so.

    Examples
    --------
    >>> curly("a rival's 'risk'") == "a rival\N{RIGHT SINGLE QUOTATION MARK}s " + curly("'risk'")
    True
    >>> curly({"a": ["it's"]})["a"][0] == curly("it's")
    True
    """
    if isinstance(content, str):
        opened = re.sub(r"(^|[\s(\[])'(?=\w)", "\\1\N{LEFT SINGLE QUOTATION MARK}", content)
        return opened.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
    if isinstance(content, Mapping):
        return {key: value if key in VERBATIM else curly(value) for key, value in content.items()}
    return [curly(value) for value in content] if isinstance(content, list) else content


def listed(words: list[str]) -> str:
    """Words as an enumeration.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a"]), listed([])
    ('a, b and c', 'a', '')
    """
    return "".join(words) if len(words) < 2 else f"{', '.join(words[:-1])} and {words[-1]}"
