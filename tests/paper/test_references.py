"""What is cited exists, and what exists is cited; what the text asks of the numbers is there."""

import json
import re
from importlib import resources
from pathlib import Path

import pytest

from paper.assemble import load_records
from paper.content import paper_content

FILES = resources.files("paper")
SOURCE = FILES.joinpath("main.typ").read_text("utf-8")
KEYS = re.findall(r"@\w+\{(\w+),", FILES.joinpath("refs.bib").read_text("utf-8"))
ENTRIES = set(KEYS)
SECTIONS = [path.read_text("utf-8") for path in FILES.joinpath("systems").iterdir() if path.name.endswith(".py")]
LABELS = set(re.findall(r"(?<!\()<([\w-]+)>(?!\))", SOURCE))
NAMED = set(re.findall(r"@([\w-]+)", SOURCE))


def cited() -> set[str]:
    keys = {key for text in SECTIONS for key in re.findall(r'"([a-z]\w*\d{4}[a-z]?)"', text)}
    return (NAMED - LABELS) | set(re.findall(r"paren\(<(\w+)>\)", SOURCE)) | keys


def test_no_entry_stands_twice() -> None:
    assert sorted(KEYS) == sorted(ENTRIES)


def test_every_citation_has_an_entry() -> None:
    assert cited() - ENTRIES == set()


def test_every_entry_is_cited() -> None:
    assert ENTRIES - cited() == set()


def test_every_reference_inside_the_text_has_a_label() -> None:
    assert NAMED - ENTRIES <= LABELS


@pytest.mark.usefixtures("tiny")
def test_every_number_and_phrase_is_used_or_dropped(records: Path) -> None:
    content = paper_content(load_records(records, quick=True), {"cases": []}, quick=True)
    json.dumps(content, allow_nan=False)
    for function, part in (("t", "text"), ("say", "phrase"), ("formula", "formula")):
        asked = set(re.findall(rf'#{function}\("([^"]+)"\)', SOURCE))
        assert asked <= set(content[part]), part
    assert set(re.findall(r'#say\("([^"]+)"\)', SOURCE)) == set(content["phrase"])
