"""Names of parameters for readers."""

from __future__ import annotations

NAMES = {
    "ai_share": "AI share of spending",
    "base_spending": "restrained spending",
    "decided": "part of prize settled",
    "ending": "rate at which a shortage ends",
    "glut": "price fall in a glut",
    "intensity": "racing intensity",
    "parity": "rivals\N{RIGHT SINGLE QUOTATION MARK} weight",
    "survival": "standing at stake",
}
"""Names for readers, where the field's own says too little."""


def spoken(parameter: str) -> str:
    """Name of a parameter for readers.

    Examples
    --------
    >>> spoken("glut"), spoken("capital_cost")
    ('price fall in a glut', 'capital cost')
    """
    return NAMES.get(parameter, parameter.replace("_", " "))
