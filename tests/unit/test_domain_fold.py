"""The fold: what each entry does to the incident, and that anything folds."""

from datetime import timedelta
from typing import cast

import pytest
from msgspec.structs import replace

from tests.unit.conftest import LOG, NINE, Playbook, entry_hash, entry_id
from warroom.domain import events as e
from warroom.domain.events import Citation
from warroom.domain.fold import apply, source_of
from warroom.domain.incident import NO_ENTRY, Incident, Source
from warroom.domain.vocabulary import (
    Audience,
    Denied,
    HypothesisState,
    Outcome,
    PromotedTo,
    Role,
    Scope,
    Status,
    Via,
)

NOWHERE = Citation(99, entry_hash(99))

NONSENSE: list[e.IncidentEvent] = [
    e.HypothesisAssessed(hypothesis=9, state=HypothesisState.SUPPORTED),
    e.RoleDeclined(role=Role.SCRIBE, person="eve"),
    e.RoleOfferLapsed(role=Role.SCRIBE, to="eve"),
    e.RoleReleased(role=Role.SCRIBE, person="eve"),
    e.ObjectionRaised(decision=9),
    e.ObjectionsClosed(decision=9, heard=0),
    e.ProposalDecided(decision=9, objections=0),
    e.ProposalWithdrawn(decision=9),
    e.OutcomeRecorded(decision=9, outcome=Outcome.WORKED),
    e.ActionAssigned(action=9, assignee="eve"),
    e.ActionStarted(action=9),
    e.ActionDone(action=9),
    e.ActionDropped(action=9),
    e.ActionPostponed(action=9, due_at=NINE),
    e.ActionOverdue(action=9, due_at=NINE),
    e.UpdateRevised(update=9),
    e.UpdateSubmitted(update=9, text=NOWHERE),
    e.UpdateReturned(update=9, text=NOWHERE),
    e.UpdateApproved(update=9, text=NOWHERE),
    e.UpdatePublished(update=9, text=NOWHERE, next_by=NINE),
    e.UpdateSent(update=9, text=NOWHERE),
    e.UpdateOverdue(audience=Audience.EXECUTIVE, promised_at=NINE),
]
"""Events that speak of what is not there."""


@pytest.mark.parametrize("event", NONSENSE, ids=lambda event: event.kind)
def test_what_is_not_there_is_left_alone(staffed: Playbook, event: e.IncidentEvent) -> None:
    """A log is only as good as the hub that wrote it: nonsense moves the head and no more."""
    before = staffed.incident
    staffed.records(event)
    assert replace(before, seq=before.seq + 1, head=entry_hash(before.seq + 1)) == staffed.incident


@pytest.mark.parametrize(
    "event",
    [
        e.NotePosted(),
        e.ObservationMade(),
        e.HubFounded(key="", policy=e.DEFAULT_POLICY),
        e.PersonRegistered(person="eve", via=Via.OS),
        e.RoomExported(log="f" * 32, person="eve", scope=Scope.AUDITOR),
        e.AccessDenied(denied=Denied.ROOM, person="eve", log="f" * 32),
        e.ClockStepped(by_ms=1),
        e.HubRestored(),
        e.RoomAdopted(log="f" * 32, seq=1, hash="0" * 64, key="ab" * 32),
        e.SessionEnded(session="5e"),
    ],
    ids=lambda event: event.kind,
)
def test_what_changes_nothing(staffed: Playbook, event: e.Event) -> None:
    """Words alone, and kinds of the hub's own log, only move the head."""
    before = staffed.incident
    staffed.waits(1)
    staffed.records(event)
    moved = replace(before, seq=before.seq + 1, head=entry_hash(before.seq + 1), at=staffed.now)
    assert moved == staffed.incident


def test_kinds_of_a_newer_version_are_counted(staffed: Playbook) -> None:
    """What cannot be read shows as a placeholder, and stops this hub from writing."""
    staffed.records(e.Unknown(kind="poll.opened", facts={"poll": 1}))
    staffed.records(e.Unknown(kind="poll.closed", words={"text": "yes"}))
    assert 2 == staffed.incident.unknown


def test_an_event_that_is_none_is_a_bug(staffed: Playbook) -> None:
    """A value outside the types fails loudly: reading makes `Unknown` of what it does not know."""
    to_poll = e.EntryPromoted(of=NOWHERE, to=cast(PromotedTo, "poll"))
    for event in (to_poll, cast(e.Event, "note.posted")):
        recorded = replace(staffed.entries[-1], event=event)
        with pytest.raises(AssertionError):
            apply(staffed.incident, recorded)


def test_a_source_names_entry_and_people(staffed: Playbook) -> None:
    """L12: who spoke and who recorded it are both kept."""
    recorded = staffed.records(e.NotePosted(), by="cy", said_by="dee")
    source = source_of(recorded)
    seq = recorded.seq
    assert Source(seq, entry_id(seq), entry_hash(seq), "cy", "dee") == source
    assert (frozenset({"cy", "dee"}), Citation(seq, entry_hash(seq))) == (
        source.people,
        source.citation,
    )
    assert frozenset({""}) == NO_ENTRY.people


def test_an_empty_log_is_an_incident_that_nobody_declared() -> None:
    """What every fold begins with: nobody commands, nothing is owed, and it is not over."""
    empty = Incident(log=LOG)
    assert (None, None, None, None, False, Status.CANDIDATE) == (
        empty.commander,
        empty.holder(Role.SCRIBE),
        empty.began_at,
        empty.next_update,
        empty.over,
        empty.status,
    )


def test_a_status_keeps_the_first_time_it_was_reached(staffed: Playbook) -> None:
    """M1: falling back and finding the cause again does not move the milestone."""
    for now in (Status.IDENTIFIED, Status.INVESTIGATING, Status.IDENTIFIED):
        staffed.waits(60)
        staffed.records(e.StatusChanged(was=staffed.incident.status, now=now))
    assert NINE + timedelta(seconds=60) == staffed.incident.reached[Status.IDENTIFIED]


def test_a_promotion_without_refs_or_number_still_folds(staffed: Playbook) -> None:
    """An entry of a careless hub has no id to cite; its number and hash are enough."""
    of = Citation(1, entry_hash(1))
    staffed.records(e.EntryPromoted(of=of, to=PromotedTo.HYPOTHESIS))
    source = staffed.incident.hypotheses[0].source
    assert (1, entry_hash(1), "") == (source.seq, source.hash, "")
    assert "" == source.id


def test_a_publication_without_a_promise_ends_the_one_before(staffed: Playbook) -> None:
    """U4: the last update says that no other is to be expected."""
    for update, next_by in ((1, NINE + timedelta(hours=1)), (2, None)):
        staffed.records(e.UpdateDrafted(update=update, audience=Audience.CUSTOMERS))
        text = staffed.incident.updates[update].text.citation
        staffed.records(e.UpdatePublished(update=update, text=text, next_by=next_by))
    assert 0 == len(staffed.incident.promises)
