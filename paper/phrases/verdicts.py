"""How many of the article's claims have each verdict, and what the spending itself would say of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from paper.claims import BY_READING, CONDITIONAL, OPEN, REJECTED, SUPPORTED, UNDECIDED
from paper.formats import in_words, listed, percent_interval


def verdict_phrase(claims: Sequence[Mapping[str, Any]]) -> str:
    """How many of the claims have each verdict."""
    counts = Counter(claim["verdict"] for claim in claims)
    verdicts = (SUPPORTED, CONDITIONAL, REJECTED, BY_READING, UNDECIDED, OPEN)
    found = [f"{in_words(n)} {'is' if n == 1 else 'are'} {verdict}" for verdict in verdicts if (n := counts[verdict])]
    never = [verdict for verdict in (SUPPORTED, REJECTED) if not counts[verdict]]
    names = {SUPPORTED: "supported without conditions", REJECTED: "rejected"}
    end = f"; none is {' or '.join(names[verdict] for verdict in never)}" if never else ""
    if len(found) == 1:
        return f"All {in_words(len(claims))} claims of the article are {claims[0]['verdict']}{end}."
    return f"Of the article's {in_words(len(claims))} claims {listed(found)}{end}."


_EVENTS = ("2 labs in a prisoner's dilemma", "inaction loses more with 2 labs", "too little loses more in 2025")


def explained_phrase(forecast: Mapping[str, Any]) -> str:
    """How often the race explains the spending of 2025, and which game it then is."""
    start = (
        f"The race explains the spending of 2025 in {percent_interval(forecast['P(meets guidance)'])} of the draws, "
        f"those whose backcast is within a factor of {forecast['tolerance']:g} of it"
    )
    game = forecast["game"]["guidance met"]
    if game is None:
        return f"{start}: too few to say which game it would be."
    two, inaction, little = (percent_interval(game[name]) for name in _EVENTS)
    overall = forecast["game"]["all draws"]
    more = all(game[name]["low"] > overall[name]["high"] for name in _EVENTS)
    against = "more often than in all draws" if more else "not clearly more often than in all draws"
    return (
        f"{start}. In these, two labs are in a prisoner's dilemma in {two} and inaction loses them more in {inaction}, "
        f"and too little compute is the greater danger for every builder at planned demand in {little}, "
        f"{against}. So either the stakes are of the size at which these claims mostly hold, or something "
        "else than this race moves the spending."
    )
