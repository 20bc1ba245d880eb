"""Claim 12, by readings of two studies: a stake in a rival lab (S4), and deals of a cloud with labs (S6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paper.claims import CLAIMS, Verdict, by_bound_in_words, case_by_case, verdict_of
from paper.formats import number, percent_interval, spread
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
    bounds = equity["consolidated by bound"] | {
        name: rows for name, rows in supermarket["consolidated by bound"].items() if "at cost" not in name
    }
    return Verdict(
        12,
        CLAIMS[12],
        verdict,
        f"{case_by_case(found)} Google's stake of today changes the concentration of the two labs' compute by "
        f"{changes} (points).",
        "S4, Google's stake in a rival of its own lab; S6, AWS's stake and exclusive service",
        f"{by_bound_in_words(bounds, lambda points: f'{float(points):g} points')} Exclusive service of OpenAI raises "
        f"the index of clouds as much, too, in {percent_interval(exclusive['P(both indices rise materially)'])}; the "
        f"stake of AWS moves that of the two suppliers by at most {number(stake['largest change']['HHI of clouds'])} "
        "points in any draw, so that it is no part of what is needed. A lab drops out that would not have in "
        f"{percent_interval(stake['P(rises)']['a lab drops out'])} under that stake.",
        condition=condition,
    )
