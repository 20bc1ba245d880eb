"""Words for a share, a ratio, a series and the class of a game."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

DILEMMA = "prisoner's dilemma"

_FREQUENCIES: tuple[tuple[float, str], ...] = (
    (0.01, "in almost none of the draws"),
    (0.1, "in few draws"),
    (0.45, "in a minority of the draws"),
    (0.55, "in about half of the draws"),
    (0.9, "in most draws"),
)


def how_often(share: float) -> str:
    """A probability in words.

    Examples
    --------
    >>> how_often(0.34), how_often(0.95), how_often(1.0)
    ('in a minority of the draws', 'in almost all draws', 'in every draw')
    """
    if share in (0, 1):
        return "in every draw" if share else "in no draw"
    return next((words for bound, words in _FREQUENCIES if share < bound), "in almost all draws")


def against_one(estimate: Mapping[str, float]) -> str:
    """Where a ratio's interval lies: above one, below one, or on both sides."""
    if float(estimate["low"]) > 1:
        return "above one"
    return "below one" if float(estimate["high"]) < 1 else "not distinguishable from one"


def trend(values: list[float], noise: float = 0.0) -> str:
    """Direction of a series; steps that are no larger than the noise have none.

    Examples
    --------
    >>> trend([3.0, 2.0, 1.0]), trend([1.0, 3.0, 2.0]), trend([3.0, 3.1, 1.0], noise=0.2)
    ('falls', 'does not move in one direction', 'falls')
    """
    steps = [after - before for before, after in itertools.pairwise(values) if abs(after - before) > noise]
    if steps and all(step > 0 for step in steps):
        return "rises"
    return "falls" if steps and all(step < 0 for step in steps) else "does not move in one direction"


_NO_ARTICLE = ("harmony", "chicken", "deadlock", "racing assurance")
"""Classes of games that are named without an article."""


def with_article(name: str, article: str = "a") -> str:
    """Class of a game as a noun in a sentence.

    Examples
    --------
    >>> with_article("stag hunt"), with_article("prisoner's dilemma", "the"), with_article("harmony")
    ('a stag hunt', "the prisoner's dilemma", 'harmony')
    """
    if name[0] in "aeiou" and article == "a":
        article = "an"
    return name if name in _NO_ARTICLE else f"{article} {name}"
