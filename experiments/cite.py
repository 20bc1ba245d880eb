"""BibTeX of the toolkit, and of a record."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.records import Record

AUTHOR = "{The computerace contributors}"
TITLE = "computerace: game theory of the {AI} compute race"
YEAR = 2026


def version() -> str:
    """Version of the installed toolkit."""
    return metadata.version("computerace")


def cite_software() -> str:
    """BibTeX entry of the toolkit, as in ``CITATION.cff``."""
    return _entry(
        "software",
        "computerace",
        {"author": AUTHOR, "title": f"{{{TITLE}}}", "version": f"{{{version()}}}", "year": f"{{{YEAR}}}"},
    )


def cite_record(record: Record) -> str:
    """BibTeX entry of a record; its key stands for parameters, source, data and libraries."""
    study = record.study.replace("_", r"\_")
    source = f"Record {record.short_key} of the study {study}, computerace {version()}"
    fields = {
        "author": AUTHOR,
        "title": f"{{{record.question}}}",
        "howpublished": f"{{{source}}}",
        "note": f"{{Values SHA-256 {record.values_digest}}}",
        "year": f"{{{record.started[:4]}}}",
    }
    return _entry("misc", f"computerace_{record.study}_{record.short_key}", fields)


def _entry(kind: str, key: str, fields: dict[str, str]) -> str:
    lines = [f"  {name} = {value}," for name, value in fields.items()]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"])
