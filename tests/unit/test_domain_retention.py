"""Words expire so many days after their room ended, unless it is held."""

from datetime import timedelta
from typing import cast

import pytest

from tests.unit.conftest import Playbook, entry_hash, entry_id
from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.decide import Code, Granted, Refused
from warroom.domain.decide.retention import rule
from warroom.domain.events import Citation, TextWords
from warroom.domain.incident import Expiry
from warroom.domain.retention import expirable
from warroom.domain.vocabulary import HUB, Role, Status

DAY = 24 * 3600


@pytest.fixture
def over(staffed: Playbook) -> Playbook:
    """A room that Ana, who commands, has just cancelled; she can still speak there."""
    staffed.does("ana", c.ChangeStatus(to=Status.CANCELLED, reason="a false alarm"))
    return staffed


def through(room: Playbook, days: int | None = 90) -> int | None:
    """Up to where words are old enough."""
    old = expirable(room.incident, days, room.now)
    return None if old is None else old.seq


def expires(room: Playbook, days: int = 90) -> e.WordsExpired:
    event = room.does(HUB, c.ExpireWords(days=days)).event
    assert isinstance(event, e.WordsExpired)
    return event


def test_words_expire_so_long_after_their_room_ended(over: Playbook) -> None:
    """Not a second before, however old they are; all up to the end go, and once."""
    end = over.incident.seq
    over.waits(90 * DAY - 1)
    assert through(over) is None
    over.waits(1)
    assert (end, None) == (through(over), through(over, None))
    assert e.WordsExpired(through=Citation(end, entry_hash(end)), days=90) == expires(over)
    assert (end, None) == (over.incident.expired, through(over))
    late = over.refuses(HUB, c.ExpireWords(days=90))
    assert Refused(Code.NOT_DUE, "nothing here has been kept for so long") == late


def test_an_end_that_is_dated_back_counts_from_when_it_was_recorded(staffed: Playbook) -> None:
    """Or whoever closes a room could have its words erased at once."""
    long_ago = staffed.now - timedelta(days=400)
    over = c.ChangeStatus(to=Status.CANCELLED, reason="x")
    staffed.does("ana", over, occurred_at=long_ago)
    assert through(staffed, 1) is None


@pytest.mark.parametrize("status", [Status.INVESTIGATING, Status.RESOLVED, Status.DEBRIEFING])
def test_a_room_that_is_not_closed_keeps_its_words(staffed: Playbook, status: Status) -> None:
    """Also one in which only the debrief is left."""
    for to in {Status.RESOLVED: (Status.RESOLVED,), Status.DEBRIEFING: (Status.RESOLVED,)}.get(
        status, ()
    ):
        staffed.does("ana", c.ChangeStatus(to=to, reason="x"))
    if staffed.incident.status is not status:
        staffed.does("ana", c.ChangeStatus(to=status, reason="x"))
    staffed.waits(4000 * DAY)
    assert through(staffed, 1) is None


def test_what_is_written_later_expires_later(over: Playbook) -> None:
    """By the day: all of a day goes so long after the last of it was written."""
    end = over.incident.seq
    over.waits(10 * DAY)
    over.does("ana", c.Post(text="ten days later"))
    over.waits(3600)
    over.does("ana", c.Post(text="an hour after that"))
    over.waits(DAY)
    over.does("ana", c.Post(text="the day after"))
    assert [end, end + 2, end + 3] == [spoken.seq for spoken in over.incident.spoken]
    over.waits(79 * DAY)
    assert end == expires(over).through.seq
    over.waits(10 * DAY - 1)
    assert through(over) is None
    over.waits(1)
    assert end + 2 == expires(over).through.seq
    over.waits(DAY)
    assert end + 3 == expires(over).through.seq
    over.waits(4000 * DAY)
    assert through(over, 1) is None


def test_several_days_expire_at_once_if_nobody_looked(over: Playbook) -> None:
    """A hub that was off catches up with one entry."""
    over.waits(DAY)
    over.does("ana", c.Post(text="x"))
    last = over.incident.seq
    over.waits(400 * DAY)
    assert last == expires(over).through.seq
    assert () == over.incident.spoken


def test_who_reopens_a_room_keeps_what_is_left(over: Playbook) -> None:
    """Until it ends again: then all of it counts from there."""
    over.waits(DAY)
    over.does("ana", c.ChangeStatus(to=Status.INVESTIGATING, reason="again"))
    over.waits(400 * DAY)
    assert through(over, 1) is None
    over.does("ana", c.ChangeStatus(to=Status.CANCELLED, reason="no"))
    end = over.incident.seq
    assert through(over, 1) is None
    over.waits(DAY)
    assert end == through(over, 1)


def test_facts_alone_do_not_count(over: Playbook) -> None:
    """What can hold no words need not expire: an expiry itself, for one."""
    over.waits(90 * DAY)
    expires(over)
    over.does(HUB, c.ResumeLog(restore=entry_id(1)))
    assert () == over.incident.spoken


def test_words_in_a_room_that_is_held_do_not_expire(over: Playbook) -> None:
    """Anyone holds it, with a reason; the commander ends it, and time counts as if nothing were."""
    over.waits(80 * DAY)
    held = over.does("cy", c.Hold(reason="the insurer asks"))
    assert Granted(e.RoomHeld(words=TextWords("the insurer asks")), None) == held
    since = over.incident.seq
    again = f"this room is held already, since #{since} by {{about}}"
    assert Refused(Code.CONFLICT, again, about="cy") == over.refuses("ana", c.Hold(reason="x"))
    over.waits(80 * DAY)
    assert through(over) is None
    assert Code.NOT_DUE == over.refuses(HUB, c.ExpireWords(days=90)).code
    assert Code.NOT_ALLOWED == over.refuses("cy", c.Unhold(reason="x")).code
    unheld = over.does("ana", c.Unhold(reason="settled"))
    assert (
        Granted(
            e.RoomUnheld(words=TextWords("settled")), Role.INCIDENT_COMMANDER, (entry_id(since),)
        )
        == unheld
    )
    assert (None, entry_id(since + 1)) == (over.incident.held, over.incident.unheld)
    assert Refused(Code.CONFLICT, "this room is not held") == over.refuses(
        "ana", c.Unhold(reason="x")
    )
    assert since - 1 == expires(over).through.seq


def test_a_hold_outlasts_its_end(staffed: Playbook) -> None:
    """A room may be held while it goes on."""
    staffed.does("cy", c.Hold(reason="x"))
    staffed.does("ana", c.ChangeStatus(to=Status.CANCELLED, reason="x"))
    staffed.waits(400 * DAY)
    assert through(staffed, 1) is None


def test_words_that_have_expired_are_gone(over: Playbook) -> None:
    """As those that were redacted are: nothing can be done with them any more."""
    end = over.incident.seq
    over.does("cy", c.RequestRedaction(entry=2, reason="a name"))
    over.does("bo", c.ApproveRedaction(entry=2))
    over.waits(90 * DAY)
    expires(over)
    i, by = over.incident, over.incident.seq
    assert [False, True, True, True, False] == [i.gone(n) for n in (0, 1, 2, end + 1, by)]
    assert Expiry(end + 1, by, over.now) == i.expiry_of(1) == i.expiry_of(end)
    assert (None, None) == (i.expiry_of(0), i.expiry_of(by))
    for command in (c.Amend(entry=1, text="x"), c.RequestRedaction(entry=1, reason="x")):
        said = over.refuses("ana", command)
        assert Refused(Code.ILLEGAL_STATE, "the words of #1 are gone: they have expired") == said
    said = over.refuses("ana", c.Amend(entry=2, text="x"))
    assert "the words of #2 are redacted already" == said.text


def test_which_expiry_took_words(over: Playbook) -> None:
    """The first that covers them."""
    over.waits(90 * DAY)
    first = expires(over)
    over.does("ana", c.Post(text="x"))
    later = over.incident.seq
    over.waits(90 * DAY)
    expires(over)
    found = [over.incident.expiry_of(seq) for seq in (first.through.seq, first.through.seq + 1)]
    assert [first.through.seq, later] == [one.through for one in found if one]


def test_an_expiry_that_makes_no_sense_changes_nothing(over: Playbook) -> None:
    """Of what does not stand before it, or is gone already."""
    over.waits(90 * DAY)
    expires(over)
    before = over.incident.expiries
    for ahead in (10**6, 1):
        nowhere = Citation(over.incident.seq + ahead, "0" * 64)
        over.records(e.WordsExpired(through=nowhere, days=90), by=HUB)
    for seq in (0, -1, 1, before[0].through):
        over.records(e.WordsExpired(through=Citation(seq, "0" * 64), days=90), by=HUB)
    assert before == over.incident.expiries


def test_who_was_there_before_arrives_anew(over: Playbook) -> None:
    """Their name is gone: not so if it was redacted, which is for good."""
    over.waits(90 * DAY)
    assert Code.CONFLICT == over.refuses(HUB, c.Join(person="cy", name="Cy", handle="cy")).code
    seq = over.incident.people["bo"].source.seq
    over.does("cy", c.RequestRedaction(entry=seq, reason="a name"))
    over.does("bo", c.ApproveRedaction(entry=seq))
    over.waits(90 * DAY)
    expires(over)
    i = over.incident
    assert [True, False, False] == [i.attends(person) for person in ("bo", "cy", "nobody")]
    over.joins("cy")
    assert over.incident.attends("cy")


def test_a_command_of_another_family_is_a_bug(over: Playbook) -> None:
    """A command that the family does not know fails loudly."""
    with pytest.raises(AssertionError):
        rule(over.incident, cast(c.Hold, c.Post(text="x")), over.asked("ana", c.Post(text="x")))
