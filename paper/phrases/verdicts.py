"""How many of the article's claims have each verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from paper.claims import BY_READING, CONDITIONAL, OPEN, REJECTED, SUPPORTED, UNDECIDED
from paper.formats import in_words, listed


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
