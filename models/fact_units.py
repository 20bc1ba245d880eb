"""Units in which the models take facts: a row whose unit was changed is refused, and not read as another number.

A fact that is not listed here is taken in the unit of its row, whatever that is.
"""

from __future__ import annotations

from collections.abc import Mapping

_BY_UNIT: Mapping[str, str] = {
    "1": "F055a F055b F058b F068a F068b F076b F117 F119a F119c F119d F120b F122",
    "1/yr": "F144",
    "GW": "F041b F071c F076c F078b F105b F107a F134",
    "US$ bn": "F058a F060a F060b F068c F071a F076a F133a F135 F136 F156 S03 S26 S28",
    "US$ bn/GW": "F120a F121",
    "US$ bn/quarter": "F022",
    "US$ bn/yr": "F003 F007 F011 F012 F017 F019 F020 F021 F035a F035b F036b F036c F039a F039b F042b F045 F050a",
    "US$ mn/rack": "F093a F093b",
    "US$/chip-h": "F115a F116a",
    "chips": "F078a F105a",
    "exponent": "F140d F140e F148b",
    "ratio": "F102",
    "ratio/yr": "F142",
    "years": "F071b F073b F077b F127b F128b F129b F130 F138b S30",
}

FACT_UNITS: Mapping[str, str] = {fact: unit for unit, facts in _BY_UNIT.items() for fact in facts.split()}
"""Unit of a fact's number by its id, for those that set parameters."""
