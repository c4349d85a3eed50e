"""Milestones and durations, as the log has them."""

from datetime import timedelta

import pytest

from tests.unit.conftest import NINE, Playbook
from warroom.domain import commands as c
from warroom.domain.incident import Incident
from warroom.domain.metrics import Milestones, elapsed, milestones
from warroom.domain.vocabulary import Role, Status


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


@pytest.fixture
def room(room: Playbook) -> Playbook:
    """Began at nine, declared five minutes later."""
    room.waits(300)
    room.does("ana", c.Declare(title="Checkout is down", started_at=NINE))
    room.joins("ana")
    room.does("ana", c.TakeRole(role=Role.INCIDENT_COMMANDER))
    return room


def reaches(room: Playbook, *statuses: Status) -> None:
    """One status after another, five minutes apart."""
    for status in statuses:
        room.waits(300)
        room.does("ana", c.ChangeStatus(to=status, reason="it turned out so"))


def test_milestones_are_when_each_status_was_reached(room: Playbook) -> None:
    """M1: the hand-computed fixture, five minutes a step."""
    reaches(room, Status.IDENTIFIED, Status.MITIGATED, Status.RESOLVED, Status.CLOSED)
    expected = Milestones(
        started_at=NINE,
        declared_at=NINE + minutes(5),
        identified_at=NINE + minutes(10),
        mitigated_at=NINE + minutes(15),
        resolved_at=NINE + minutes(20),
        closed_at=NINE + minutes(25),
    )
    assert expected == milestones(room.incident)


def test_a_reopening_undoes_the_end(room: Playbook) -> None:
    """M1: resolved and closed count when they held; the cause was found once."""
    reaches(room, Status.IDENTIFIED, Status.RESOLVED, Status.CLOSED)
    reaches(room, Status.INVESTIGATING, Status.IDENTIFIED, Status.RESOLVED, Status.CLOSED)
    found = milestones(room.incident)
    assert (NINE + minutes(10), NINE + minutes(35), NINE + minutes(40)) == (
        found.identified_at,
        found.resolved_at,
        found.closed_at,
    )


def test_a_late_entry_counts_when_it_happened(room: Playbook) -> None:
    """L7, M1: service was back at 9:10, and someone said so at 9:30."""
    room.waits(1500)
    resolved = c.ChangeStatus(to=Status.RESOLVED)
    room.does("ana", resolved, occurred_at=NINE + minutes(10))
    assert NINE + minutes(10) == milestones(room.incident).resolved_at
    assert minutes(10) == elapsed(room.incident, room.now)


def test_a_resolution_dated_anew_ends_it_then(room: Playbook) -> None:
    """L7, M1: how long it went on is counted to when it was, whatever was said first."""
    reaches(room, Status.RESOLVED)
    room.does("ana", c.Describe(resolved_at=NINE + minutes(7)))
    assert NINE + minutes(7) == milestones(room.incident).resolved_at
    assert minutes(7) == elapsed(room.incident, NINE + minutes(99))


def test_nothing_is_known_of_an_empty_log() -> None:
    """M2: what was never said is not made up."""
    nothing = Milestones(
        started_at=None,
        declared_at=None,
        identified_at=None,
        mitigated_at=None,
        resolved_at=None,
        closed_at=None,
    )
    assert nothing == milestones(Incident())
    assert timedelta(0) == elapsed(Incident(), NINE)


def test_an_incident_is_counted_from_its_start(room: Playbook) -> None:
    """M1: from when it began, if that is known, until it is resolved."""
    assert minutes(7) == elapsed(room.incident, NINE + minutes(7))
    reaches(room, Status.RESOLVED, Status.DEBRIEFING)
    assert minutes(10) == elapsed(room.incident, NINE + minutes(99))
    reaches(room, Status.INVESTIGATING)
    assert minutes(99) == elapsed(room.incident, NINE + minutes(99))


def test_without_a_start_it_is_counted_from_its_declaration() -> None:
    """M1: the declaration is the earliest that is known."""
    room = Playbook()
    room.opens("ana")
    assert minutes(3) == elapsed(room.incident, NINE + minutes(3))


def test_a_cancelled_incident_is_counted_until_then(room: Playbook) -> None:
    """M1: a false alarm ends when it is called off, also if it was resolved and reopened before."""
    reaches(room, Status.CANCELLED)
    assert minutes(10) == elapsed(room.incident, NINE + minutes(99))
    reaches(room, Status.INVESTIGATING, Status.RESOLVED, Status.INVESTIGATING, Status.CANCELLED)
    assert minutes(30) == elapsed(room.incident, NINE + minutes(99))


def test_no_duration_is_negative(room: Playbook) -> None:
    """M2: a clock that stands behind shows nothing rather than less than nothing."""
    assert timedelta(0) == elapsed(room.incident, NINE - minutes(1))
