"""A room's line in the lobby."""

from datetime import timedelta

from tests.unit.conftest import LOG, Playbook
from warroom.domain import commands as c
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import Audience, Role, Severity, Status
from warroom.protocol.envelopes import RoomSummary
from warroom.protocol.summary import summary_of


def line(room: Playbook, *, here: int = 0, recovering: bool = False) -> RoomSummary:
    transcript = Transcript(LOG)
    for entry in room.entries:
        transcript.append(entry)
    found = summary_of(transcript, "INC-7", here=here, recovering=recovering)
    assert found is not None
    return found


def test_a_room_without_its_declaration_has_no_line() -> None:
    """It shows up once it is declared."""
    assert summary_of(Transcript(LOG), "") is None


def test_commander_promise_and_end_are_absent_until_there_are_any(room: Playbook) -> None:
    """A room just declared says what it is called, and how it stands."""
    room.opens("ana")
    now = line(room, here=2)
    assert (LOG, "INC-7", "Checkout is down") == (now.log, now.label, now.title)
    assert (room.incident.seq, 2, Status.DECLARED) == (now.seq, now.here, now.status)
    assert (None, None, None) == (now.commander, now.next_by, now.resolved_at)
    assert (False, False) == (now.recovering, now.restricted)


def test_the_line_says_how_things_stand(staffed: Playbook) -> None:
    """Who is in command, what is promised, how bad it is, and when it was over."""
    staffed.does("ana", c.ChangeSeverity(to=Severity.SEV1, reason="all cards fail"))
    staffed.does("cy", c.DraftUpdate(audience=Audience.INTERNAL, text="We look."))
    staffed.does("cy", c.SubmitUpdate(update=1))
    staffed.does("ana", staffed.approval(1))
    promised_at = staffed.now + timedelta(minutes=20)
    staffed.does("bo", c.PublishUpdate(update=1, next_by=promised_at))
    now = line(staffed)
    assert ("Ana", Severity.SEV1, promised_at) == (now.commander, now.severity, now.next_by)
    staffed.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    assert (Status.RESOLVED, staffed.now) == (line(staffed).status, line(staffed).resolved_at)
    staffed.does("ana", c.ReleaseRole(role=Role.INCIDENT_COMMANDER))
    assert line(staffed).commander is None


def test_the_line_says_when_it_was_over(staffed: Playbook) -> None:
    """As it was put right later; what was called off ended then, however it had stood before."""
    staffed.does("ana", c.ChangeStatus(to=Status.RESOLVED))
    was = staffed.now - timedelta(minutes=3)
    staffed.does("cy", c.Describe(resolved_at=was))
    assert was == line(staffed).resolved_at
    staffed.does("ana", c.ChangeStatus(to=Status.INVESTIGATING, reason="it is back"))
    assert line(staffed).resolved_at is None
    staffed.waits(60)
    staffed.does("ana", c.ChangeStatus(to=Status.CANCELLED, reason="it never was"))
    assert staffed.now == line(staffed).resolved_at


def test_rooms_that_recover_or_are_restricted_or_held_say_so(staffed: Playbook) -> None:
    """The one is known to the hub, the others stand in the log."""
    assert line(staffed, recovering=True).recovering
    staffed.does("ana", c.Restrict(reason="customer data"))
    assert line(staffed).restricted
    staffed.does("cy", c.Hold(reason="the insurer asks"))
    assert line(staffed).held
