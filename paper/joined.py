"""What the records say of the claims, where a claim is judged by one study or by the readings of several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from paper.claims import Found
from theory.errors import InputError

NO_CASE: Mapping[str, Any] = {"needs": {}, "together": None, "condition": None}


def joined(*found: Found) -> Found:
    """One claim of which several studies judge readings of their own.

    Their models have no draw in common: what holds in all readings at once, and bounds for that, stay open.

    Raises
    ------
    InputError
        If a study judges cases and no readings, or two judge a reading of the same name.
    """
    if len(found) == 1:
        return found[0]
    names = [name for each in found for name in each["cases"]]
    if not all(each["readings"] for each in found) or len(set(names)) < len(names):
        raise InputError(
            f"two studies judge one claim by {names}; only readings of different names can be put together"
        )
    cases = {name: case for each in found for name, case in each["cases"].items()}
    bounds = {name: rows for each in found for name, rows in each.get("by bound", {}).items()}
    return {"readings": True, "cases": cases, "every case": NO_CASE, "ruled out": None, "by bound": bounds}


def found_claims(records: Iterable[Mapping[str, Any]]) -> dict[int, Found]:
    """What the numbers of all records say of each claim, by its number.

    Examples
    --------
    >>> one, two = ({"readings": True, "cases": {name: dict(NO_CASE)}} for name in ("by size", "by ownership"))
    >>> list(found_claims([{"claims": {"12": one}}, {}, {"claims": {"12": two}}])[12]["cases"])
    ['by size', 'by ownership']
    """
    parts: dict[int, list[Found]] = {}
    for numbers in records:
        for claim, found in numbers.get("claims", {}).items():
            parts.setdefault(int(claim), []).append(found)
    return {claim: joined(*every) for claim, every in parts.items()}
