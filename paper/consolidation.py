"""Claim 12, by readings of two studies: a stake in a rival lab (S4), and deals of a cloud with labs (S6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paper.claim_texts import CLAIMS
from paper.claims import Verdict, by_bound_in_words, case_by_case, turns_with_bound, verdict_of
from paper.formats import in_words, listed, number, percent_interval, spread
from paper.joined import joined

Numbers = Mapping[str, Any]


def judge_consolidation(equity: Numbers, supermarket: Numbers) -> Verdict:
    """Claim 12: whether stakes or exclusive service concentrate the labs, by the index that is looked at.

    Parameters
    ----------
    equity, supermarket
        Numbers of the records of ``equity_stakes`` and ``ai_supermarket``.
    """
    found = joined(equity["claims"]["12"], supermarket["claims"]["12"])
    verdict, condition = verdict_of(found)
    moves = supermarket["concentration"]
    stake, exclusive = moves["both, stake"], moves["only OpenAI"]
    changes = " and ".join(f"{spread(change)} by the {index}" for index, change in equity["concentration"].items())
    return Verdict(
        12,
        CLAIMS[12],
        verdict,
        f"{case_by_case(found)} Google's stake of today changes the concentration of the two labs' compute by "
        f"{changes} (points).",
        "S4, Google's stake in a rival of its own lab; S6, AWS's stake and exclusive service",
        f"{by_bound_in_words(found, 'If a rise counts from {} points on', str)} "
        f"{_more_labs(equity['rise among equal labs'])} Exclusive service of OpenAI raises the index of clouds as much "
        "in "
        f"{percent_interval(exclusive['P(both indices rise materially)'])}; the stake of AWS moves that of the two "
        f"suppliers by at most {number(stake['largest change']['HHI of clouds'])} points in any draw, so that it is no "
        "part of what is needed. A lab drops out that would not have in "
        f"{percent_interval(stake['P(rises)']['a lab drops out'])} under that stake.",
        condition=condition,
        turns=turns_with_bound(found),
    )


def _more_labs(rises: Mapping[str, float]) -> str:
    """By how much the modified index rises with today's stake, if the sector has more labs of one size."""
    said = listed([f"{number(points)} points among {in_words(int(labs))}" for labs, points in rises.items()])
    return f"Among labs of one size Google's stake raises the modified index by {said}."
