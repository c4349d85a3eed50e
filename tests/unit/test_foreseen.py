"""What is on its way reads as its entry will."""

import re
from typing import get_args

import pytest

from tests.unit.conftest import LOG, NINE, Playbook, whole_incident
from warroom.client.replica import Pending, Stand
from warroom.domain import commands as c
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import ActionState, PromotedTo, Role, Scope
from warroom.export.phrasing import phrase
from warroom.protocol.envelopes import Submit, You
from warroom.tui.present.foreseen import foreseen
from warroom.tui.present.rows import Rows
from warroom.tui.widgets.rows import PENDING

KNOWN_BY_THE_HUB = {c.Admit, c.Remove}
"""Only the hub can look up whom these name by handle."""


def you(person: str) -> You:
    return You(person, person.title(), person, Scope.RESPONDER)


def test_every_command_of_an_incident_reads_as_its_entry() -> None:
    """Word for word, but for the numbers that the hub gives."""
    story, room, told = whole_incident(), Transcript(LOG), set[type]()
    assert len(story.commands) == len(story.entries)
    for command, entry in zip(story.commands, story.entries, strict=True):
        said = None
        if isinstance(command, c.PersonCommand):
            submit = Submit(
                id=entry.id,
                log=LOG,
                command=command,
                said_by=entry.said_by,
                occurred_at=entry.event.occurred_at,
            )
            said = foreseen(submit, room, you(entry.by), entry.at)
        room.append(entry)
        if said is not None:
            committed = phrase(entry, room)
            expected = (re.sub(r"\d+$", "", committed.tag), committed.text, committed.details)
            assert expected == (re.sub(r"\d+$", "", said.tag), said.text, said.details)
            told.add(type(command))
    never = set(get_args(c.PersonCommand)) - told
    assert KNOWN_BY_THE_HUB == never


@pytest.mark.parametrize(
    ("command", "tag", "text"),
    [
        (c.Observe(text="p99 is 4 s"), "obs", "p99 is 4 s"),
        (c.RaiseHypothesis(text="the pool"), "H", "the pool"),
        (c.RecordDecision(decision=c.DecisionText(choice="roll back")), "D", "roll back"),
        (c.AddAction(text="drain", assignee="bo"), "A", "Bo: drain"),
        (c.AdvanceAction(action=1, to=ActionState.DONE), "A1", "done"),
        (c.Promote(entry=1, to=PromotedTo.FACT), "", "promote"),
    ],
)
def test_a_row_on_its_way_has_no_number_of_its_own(
    staffed: Playbook, command: c.PersonCommand, tag: str, text: str
) -> None:
    """What it speaks of has one; what the hub will hardly grant says what was asked."""
    staffed.does("ana", c.AddAction(text="page them"))
    room = Transcript(LOG)
    for entry in staffed.entries:
        room.append(entry)
    pending = Pending(Submit(id="x", log=LOG, command=command), staffed.now, Stand.WAITING)
    row = Rows(room).sending(pending, you("ana"))
    assert ("", tag, text, "waiting", PENDING) == (
        row.number,
        row.tag,
        row.text,
        row.marks,
        row.kind,
    )


def test_who_was_not_there_yet_and_a_room_that_is_none_yet() -> None:
    """A declaration reads as one, and a voice that is called by what it is called."""
    declare = Submit(id="x", log=LOG, command=c.Declare(title="Checkout is down"))
    said = foreseen(declare, Transcript(LOG), you("ana"), NINE)
    assert said is not None
    assert "declared: Checkout is down" == said.text
    take = Submit(id="x", log=LOG, command=c.TakeRole(role=Role.DEPUTY))
    assert foreseen(take, Transcript(LOG), you("ana"), NINE) is None
