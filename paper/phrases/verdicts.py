"""How many of the article's claims have each verdict, and what the spending itself would say of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from paper.claim_texts import once_rejected
from paper.claims import BY_READING, CONDITIONAL, OPEN, REJECTED, SUPPORTED, UNDECIDED
from paper.formats import in_words, listed, percent_interval


def verdict_phrase(claims: Sequence[Mapping[str, Any]]) -> str:
    """How many claims have each verdict, and for how many it turns with a convention or has turned with a rule."""
    counts = Counter(claim["verdict"] for claim in claims)
    verdicts = (SUPPORTED, CONDITIONAL, REJECTED, BY_READING, UNDECIDED, OPEN)
    found = [f"{in_words(n)} {'is' if n == 1 else 'are'} {verdict}" for verdict in verdicts if (n := counts[verdict])]
    never = [verdict for verdict in (SUPPORTED, REJECTED) if not counts[verdict]]
    names = {SUPPORTED: "supported without conditions", REJECTED: "rejected"}
    end = f"; none is {' or '.join(names[verdict] for verdict in never)}" if never else ""
    if len(found) == 1:
        return f"All {in_words(len(claims))} claims of the article are {claims[0]['verdict']}{end}. {_turns(claims)}"
    return f"Of the article's {in_words(len(claims))} claims {listed(found)}{end}. {_turns(claims)}"


def _turns(claims: Sequence[Mapping[str, Any]]) -> str:
    """What counts as enough is a convention, and rules were changed: how much hangs on either."""
    turning = [claim for claim in claims if claim["turns"]]
    clear = [claim for claim in claims if claim["verdict"] in (SUPPORTED, CONDITIONAL)]
    among = bool(clear) and all(claim["turns"] for claim in clear)
    too = f", {'the one' if len(clear) == 1 else 'those'} supported included," if among else ""
    return (
        f"What is said of {in_words(len(turning))} of them{too} changes "
        "with the bound of what counts, within the few that were tried; rules were changed after results had been "
        f"seen, and by earlier ones {in_words(len(once_rejected()))} were not supported."
    )


_BOTH = ("2 labs in a prisoner's dilemma", "inaction loses more with 2 labs")
_LITTLE = {year: f"too little loses more in {year}" for year in (2025, 2026)}


def explained_phrase(forecast: Mapping[str, Any]) -> str:
    """How often the race explains the spending of 2025, and which game it then is."""
    start = (
        f"The race explains the spending of 2025 in {percent_interval(forecast['P(meets guidance)'])} of the draws, "
        f"those whose backcast is within a factor of {forecast['tolerance']:g} of it"
    )
    game = forecast["game"]["guidance met"]
    if game is None:
        return f"{start}: too few to say which game it would be."
    two, inaction = (percent_interval(game[name]) for name in _BOTH)
    little = listed([f"to {year} in {percent_interval(game[name])}" for year, name in _LITTLE.items()])
    overall = forecast["game"]["all draws"]
    more = all(game[name]["low"] > overall[name]["high"] for name in (*_BOTH, *_LITTLE.values()))
    against = "all more often than in all draws" if more else "not all clearly more often than in all draws"
    held = [words for words, name in _CLAIMED.items() if game[name]["low"] > 1 / 2]
    size = f"at which {listed(held)} mostly {'hold' if len(held) > 1 else 'holds'}" if held else "drawn there"
    return (
        f"{start}. In these, two labs are in a prisoner's dilemma in {two} and inaction loses them more in {inaction}, "
        f"and too little compute is the greater danger for every builder at demand rolled forward {little}; {against}. "
        f"So either the stakes are of the size {size}, or something else than this race moves the spending."
    )


_CLAIMED = {
    "the first": _BOTH[0],
    "the second": _BOTH[1],
    "the third by the demand of 2025": _LITTLE[2025],
    "the third by that of 2026": _LITTLE[2026],
}
"""What the sentence before names, in its order."""
