"""The RACI document: printed from the table, and what it says of a few acts."""

import re
from pathlib import Path

from warroom.domain.permissions import TABLE
from warroom.domain.vocabulary import Scope
from warroom.words.raci import raci

PAGE = Path(__file__).parents[2] / "docs/raci.md"


def row(first: str) -> list[str]:
    """The cells of the row that begins so."""
    (found,) = re.findall(rf"^\| {re.escape(first)} \|(.*)\|$", raci(), re.MULTILINE)
    return [cell.strip() for cell in found.split("|")]


def test_the_page_is_what_the_table_says() -> None:
    """`warroom raci > docs/raci.md` after a change of the table."""
    assert raci() == PAGE.read_text()


def test_every_act_and_every_scope_has_its_row() -> None:
    """The hub is no scope of people."""
    acts = re.findall(r"^\| `([a-z.]+)` \|", raci(), re.MULTILINE)
    assert [command.__struct_config__.tag for command in TABLE] == acts
    assert all(row(scope) for scope in set(Scope) - {Scope.HUB})


def test_a_row_says_who_does_who_answers_who_is_heard_and_who_is_told() -> None:
    """Only the last three columns may be empty."""
    who = ["`decide`", "A, R", "R", "C", "C", "C", "C", "I", "", "anyone who works here", ""]
    assert who == row("`decide.proposal`")
    assert ["`update`", "A, R", "R", "R", "I", "I", "I", "I", "I", "", ""] == row(
        "`update.publish`"
    )
    assert ["the hub itself", "A", "I", "I", "I", "I", "I", "I", "", "", "yes"] == row("`join`")
    assert ["one", "if admitted", "yes", "yes", "", "notes"] == row("guest")
