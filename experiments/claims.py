"""How a study states what it found on one of the article's claims.

A claim *needs* several things, named in words; it holds in a draw if all of them do. Where the model leaves something
open that is no parameter, such as who else bids, there are several *cases*, and each is judged; so is each of several
*readings* of a claim whose words allow them, such as the number of labs that it is about or what counts as a loss. A
case can be the condition of a claim, a reading cannot. A study records for each case, and for all at once, the
probability of what is needed, of all of it together, and the weakest condition on the parameters, if there is one,
under which the claim is nearly certain (`theory.scenario_discovery`). The draws in which the claim is judged, such
as those in which anything is built, are its *scope*. The verdict is a rule on these numbers, and is the paper's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.registry import Columns
from models.base import PayoffModel
from theory.errors import InputError
from theory.intervals import share_in_replicates
from theory.scenario_discovery import SufficientCondition, sufficient_condition

SURE, RARE = 0.9, 0.1
"""A claim is supported above the one, and not supported below the other; a condition must hold as often as that."""

ONLY = ""
"""Name of the case of a claim that has no others."""

Needs = Callable[[Columns], Mapping[str, NDArray[Any]]]
"""What a claim needs, in words, and in which draws of a replicate it is so."""

_DRAW = "draw of "


def drawn(model: PayoffModel) -> dict[str, NDArray[Any]]:
    """Uncertain parameters of a batch of draws as columns, one for each uncertain number."""
    columns = {}
    for name in model.priors().names:
        field, _, place = name.rstrip("]").partition("[")
        values = np.asarray(getattr(model, field), float)
        columns[_DRAW + name] = np.broadcast_to(values[..., int(place)] if place else values, model.batch_shape)
    return columns


def claim(
    parts: Sequence[Columns],
    cases: Needs | Mapping[str, Needs],
    model: PayoffModel,
    *,
    scope: Callable[[Columns], NDArray[Any]] | None = None,
    readings: bool = False,
) -> dict[str, Any]:
    """What independent sets of draws say of one claim.

    Parameters
    ----------
    parts
        Columns of each replicate, with the parameters as `drawn` names them.
    cases
        What the claim needs, by case; or what it needs, if there is one case only.
    model
        Model whose parameters were drawn, for their units and players.
    scope
        Function of a replicate: the draws in which the claim is judged; all if not given.
    readings
        Whether the cases are readings of the claim.

    Returns
    -------
    dict
        ``"readings"``, ``"scope"``, the probability of being judged, ``"cases"`` by name, and ``"every case"``. A case
        has ``"needs"`` (the probability of each by its words), ``"together"`` (of all), and ``"condition"``:
        ``"bounds"``, ``"share"`` (of the draws in scope) and ``"holds"``, or None. ``"ruled out"`` is a condition under
        which the claim holds in no case, or None. Probabilities are None if no draw is in scope.

    Raises
    ------
    InputError
        If there are fewer than two sets of draws: a condition is chosen on some and tested on others.
    """
    if len(parts) < 2:
        raise InputError(f"a claim is judged on {len(parts)} sets of draws; give two or more")
    judged, kept = _in_scope(parts, scope)
    named = cases if isinstance(cases, Mapping) else {ONLY: cases}
    found = {name: [needs(part) for part in kept] for name, needs in named.items()}
    holds = {name: [_together(each) for each in every] for name, every in found.items()}
    always, never = (
        [np.all([each[k] == so for each in holds.values()], axis=0) for k in range(len(kept))] for so in (True, False)
    )
    return {
        "readings": readings,
        "scope": share_in_replicates(judged),
        "cases": {name: _case(kept, found[name], holds[name], model) for name in named},
        "every case": _case(kept, [{} for _ in kept], always, model),
        "ruled out": _condition(kept, never, model),
    }


def _in_scope(
    parts: Sequence[Columns], scope: Callable[[Columns], NDArray[Any]] | None
) -> tuple[list[NDArray[np.bool_]], list[dict[str, NDArray[Any]]]]:
    """In which draws a claim is judged, and what is left of each set of draws."""
    judged = [np.asarray(scope(part), bool) if scope else np.ones(_length(part), bool) for part in parts]
    kept = [{name: column[there] for name, column in part.items()} for part, there in zip(parts, judged, strict=True)]
    return judged, kept


def _together(needs: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
    return np.asarray(np.all(list(needs.values()), axis=0))


def by_bound(
    parts: Sequence[Columns],
    cases: Callable[[float], Mapping[str, Needs]],
    bounds: Sequence[float],
    model: PayoffModel,
    *,
    scope: Callable[[Columns], NDArray[Any]] | None = None,
) -> dict[str, dict[str, Any]]:
    """What is found of a claim by the bound from which on something counts, which is a convention, for each case.

    Parameters
    ----------
    parts, model, scope
        As for `claim`.
    cases
        What the claim needs, by case, if things count from a bound on.
    bounds
        Bounds to try.

    Returns
    -------
    dict
        For each case, by bound, ``"together"`` and ``"condition"`` as of `claim`.
    """
    _, kept = _in_scope(parts, scope)
    results: dict[str, dict[str, Any]] = {}
    for bound in bounds:
        for name, needs in cases(bound).items():
            found = _case(kept, [{} for _ in kept], [_together(needs(part)) for part in kept], model)
            results.setdefault(name, {})[f"{bound:g}"] = {key: found[key] for key in ("together", "condition")}
    return results


def _case(
    parts: Sequence[Columns],
    needs: Sequence[Mapping[str, NDArray[Any]]],
    together: Sequence[NDArray[Any]],
    model: PayoffModel,
) -> dict[str, Any]:
    if not all(len(each) for each in together):
        return {"needs": dict.fromkeys(needs[0]), "together": None, "condition": None}
    return {
        "needs": {words: share_in_replicates([each[words] for each in needs]) for words in needs[0]},
        "together": share_in_replicates(together),
        "condition": _condition(parts, together, model),
    }


def _condition(parts: Sequence[Columns], event: Sequence[NDArray[Any]], model: PayoffModel) -> dict[str, Any] | None:
    """Condition under which an event is nearly certain; none if it is so without one."""
    if not all(len(each) for each in event):
        return None
    inputs = {
        name.removeprefix(_DRAW): np.concatenate([part[name] for part in parts])
        for name in parts[0]
        if name.startswith(_DRAW)
    }
    later = np.repeat(np.arange(len(parts)) >= len(parts) // 2, [len(each) for each in event])
    found = sufficient_condition(inputs, np.concatenate(event), later, sure=SURE, least=RARE)
    return _plain(found, model) if found and found.bounds and found.share.low >= RARE else None


def _length(part: Columns) -> int:
    return len(next(iter(part.values())))


def _plain(condition: SufficientCondition, model: PayoffModel) -> dict[str, Any]:
    """A condition as values for a record: whose parameter, on which side of what, in which unit."""
    bounds = []
    for bound in condition.bounds:
        field, _, place = bound.name.rstrip("]").partition("[")
        bounds.append(
            {
                "parameter": field,
                "player": model.players[int(place)] if place else None,
                "side": "above" if bound.above else "below",
                "value": bound.value,
                "unit": model.parameters()[field].unit,
            }
        )
    return {"bounds": bounds, "share": condition.share, "holds": condition.holds}
