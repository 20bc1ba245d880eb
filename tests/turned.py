"""Numbers of a record with one claim turned, to see that words and verdicts turn with it."""

from __future__ import annotations

import copy
from typing import Any


def with_claim(numbers: Any, claim: str, together: float, condition: Any = None, *, cases: Any = None) -> Any:
    """A record's numbers with one claim's probability, in every case or in some, made what a test asks for.

    No bounds rule it out.
    """
    changed = copy.deepcopy(numbers)
    found = changed["claims"][claim]
    found["ruled out"] = None
    for name in [*found["cases"], "every case"] if cases is None else cases:
        each = found["cases"].get(name, found["every case"])
        estimate = {"value": together, "low": together - 0.005, "high": together + 0.005}
        each.update(needs=dict.fromkeys(each["needs"], estimate), together=estimate, condition=condition)
    return changed
