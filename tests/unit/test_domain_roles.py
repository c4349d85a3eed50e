"""Who does what: one holder a role, and a handover that is offered before it is given."""

from datetime import timedelta

import pytest

from tests.unit.conftest import Playbook
from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.decide import Code, Granted, Refused
from warroom.domain.decide.roles import rule
from warroom.domain.events import TextWords
from warroom.domain.vocabulary import HUB, Role

IC, DEPUTY, COMMS = Role.INCIDENT_COMMANDER, Role.DEPUTY, Role.COMMS_LEAD


def test_of_two_who_claim_at_once_one_has_it(room: Playbook) -> None:
    """B2: the first has the role, the other is told who did."""
    room.opens("ana", "bo")
    room.does("bo", c.TakeRole(role=IC))
    refused = room.refuses("ana", c.TakeRole(role=IC))
    text = "{about} is incident commander; to take over all the same, give a reason"
    assert Refused(Code.CONFLICT, text, about="bo") == refused
    assert "bo" == room.incident.commander


def test_a_takeover_needs_a_reason_and_says_from_whom(staffed: Playbook) -> None:
    """B4: any responder can take a role from who dropped off; the log says why."""
    held_since = staffed.incident.roles[IC].source
    granted = staffed.does("cy", c.TakeRole(role=IC, reason="Ana's line is dead"))
    words = TextWords("Ana's line is dead")
    assert Granted(e.RoleTaken(role=IC, taken_from="ana", words=words), None, (held_since.id,)) == (
        granted
    )
    assert "cy" == staffed.incident.commander


def test_a_holder_has_nothing_to_take(staffed: Playbook) -> None:
    """Taking what one has is refused, reason or not."""
    expected = Refused(Code.CONFLICT, "you are incident commander already")
    assert expected == staffed.refuses("ana", c.TakeRole(role=IC, reason="to be sure"))


def test_a_holding_says_since_when(staffed: Playbook) -> None:
    """B3: who held a role at which time follows from the log."""
    staffed.waits(60)
    staffed.does("cy", c.TakeRole(role=DEPUTY))
    held = staffed.incident.roles[DEPUTY]
    assert ("cy", staffed.now, staffed.incident.seq) == (held.person, held.since, held.source.seq)
    assert {DEPUTY} == staffed.incident.roles_of("cy")


def test_a_handover_is_held_until_it_is_accepted(staffed: Playbook) -> None:
    """B3: offer, then acceptance; nobody is without a commander in between."""
    offered = staffed.does("ana", c.OfferRole(role=IC, to="cy", note="the vendor calls at ten"))
    lapses_at = staffed.now + timedelta(seconds=120)
    words = TextWords("the vendor calls at ten")
    cites = (1,)
    expected = e.RoleOffered(role=IC, to="cy", lapses_at=lapses_at, cites=cites, words=words)
    assert expected == offered.event
    assert "ana" == staffed.incident.commander
    staffed.waits(119)
    accepted = staffed.does("cy", c.AcceptRole(role=IC))
    assert e.RoleAccepted(role=IC, person="cy", handed_over_by="ana") == accepted.event
    assert (staffed.entries[-2].id,) == accepted.refs
    assert ("cy", 0) == (staffed.incident.commander, len(staffed.incident.offers))


def test_an_offer_can_be_declined(staffed: Playbook) -> None:
    """B3: the holder keeps the role, and may offer it to someone else."""
    staffed.does("ana", c.OfferRole(role=IC, to="cy"))
    declined = staffed.does("cy", c.DeclineRole(role=IC, reason="I have to leave"))
    words = TextWords("I have to leave")
    assert e.RoleDeclined(role=IC, person="cy", words=words) == declined.event
    assert "ana" == staffed.incident.commander
    staffed.does("ana", c.OfferRole(role=IC, to="dee"))


def test_an_offer_lapses(staffed: Playbook) -> None:
    """B3: nobody answered in time; the holder keeps the role and the log says so."""
    staffed.does("ana", c.OfferRole(role=IC, to="cy"))
    staffed.waits(120)
    refused = staffed.refuses("cy", c.AcceptRole(role=IC))
    assert Refused(Code.CONFLICT, "incident commander is not on offer (any more)") == refused
    (lapsed,) = staffed.fires()
    assert isinstance(lapsed, Granted)
    assert e.RoleOfferLapsed(role=IC, to="cy") == lapsed.event
    assert ("ana", 0) == (staffed.incident.commander, len(staffed.incident.offers))


@pytest.mark.parametrize("answer", [c.AcceptRole(role=IC), c.DeclineRole(role=IC)])
def test_only_the_one_it_is_offered_to_answers(staffed: Playbook, answer: c.PersonCommand) -> None:
    """B3: the others are told to whom it is offered, if it is at all."""
    expected = Refused(Code.CONFLICT, "incident commander is not on offer (any more)")
    assert expected == staffed.refuses("dee", answer)
    staffed.does("ana", c.OfferRole(role=IC, to="cy"))
    text = "incident commander is offered to {about}, not to you"
    assert Refused(Code.NOT_ALLOWED, text, about="cy") == staffed.refuses("dee", answer)


def test_an_offer_is_accepted_by_voice(staffed: Playbook) -> None:
    """B15: someone on the phone says yes, and another person records it."""
    raj = staffed.calls("bo", "raj")
    staffed.does("ana", c.OfferRole(role=IC, to=raj))
    staffed.does("bo", c.AcceptRole(role=IC), said_by=raj)
    recorded = staffed.entries[-1]
    assert (raj, "bo", raj) == (staffed.incident.commander, recorded.by, recorded.said_by)
    assert {raj} == {staffed.incident.roles[IC].source.speaker}


def test_a_role_is_offered_by_its_holder_or_the_commander(staffed: Playbook) -> None:
    """B3: others have nothing to offer."""
    text = "only who is comms lead, or the incident commander, can offer that role"
    assert Refused(Code.NOT_ALLOWED, text) == staffed.refuses(
        "cy", c.OfferRole(role=COMMS, to="dee")
    )
    staffed.does("bo", c.OfferRole(role=COMMS, to="dee"))
    staffed.does("dee", c.DeclineRole(role=COMMS))
    staffed.does("ana", c.OfferRole(role=COMMS, to="dee"))
    staffed.does("dee", c.AcceptRole(role=COMMS))
    assert "dee" == staffed.incident.holder(COMMS)


def test_a_vacant_role_is_offered_too(staffed: Playbook) -> None:
    """B2: the commander asks someone to be deputy; nobody hands it over."""
    staffed.does("ana", c.OfferRole(role=DEPUTY, to="cy"))
    accepted = staffed.does("cy", c.AcceptRole(role=DEPUTY))
    assert e.RoleAccepted(role=DEPUTY, person="cy") == accepted.event


def test_a_role_is_offered_to_someone_else_who_is_here(staffed: Playbook) -> None:
    """B3: not to who holds it, and not to who is not in the room."""
    text = "{about} is comms lead already"
    assert Refused(Code.CONFLICT, text, about="bo") == staffed.refuses(
        "ana", c.OfferRole(role=COMMS, to="bo")
    )
    assert Code.NOT_FOUND == staffed.refuses("ana", c.OfferRole(role=COMMS, to="eve")).code


def test_a_role_is_offered_to_one_at_a_time(staffed: Playbook) -> None:
    """B3: a second offer waits for the answer to the first."""
    staffed.does("ana", c.OfferRole(role=IC, to="cy"))
    text = "incident commander is offered to {about} already; wait for the answer"
    assert Refused(Code.CONFLICT, text, about="cy") == staffed.refuses(
        "ana", c.OfferRole(role=IC, to="dee")
    )


def test_a_takeover_ends_the_offer(staffed: Playbook) -> None:
    """B3: what someone else now holds can no longer be accepted from who held it."""
    staffed.does("ana", c.OfferRole(role=IC, to="cy"))
    staffed.does("dee", c.TakeRole(role=IC, reason="Ana is gone"))
    assert Code.CONFLICT == staffed.refuses("cy", c.AcceptRole(role=IC)).code
    assert "dee" == staffed.incident.commander


@pytest.mark.parametrize("who", ["bo", "ana"])
def test_a_role_is_released_by_its_holder_or_the_commander(staffed: Playbook, who: str) -> None:
    """B2: a role left is vacant, its pending offer with it."""
    staffed.does("bo", c.OfferRole(role=COMMS, to="cy"))
    released = staffed.does(who, c.ReleaseRole(role=COMMS, reason="end of shift"))
    assert e.RoleReleased(role=COMMS, person="bo", words=TextWords("end of shift")) == (
        released.event
    )
    assert (None, 0) == (staffed.incident.holder(COMMS), len(staffed.incident.offers))


def test_a_role_is_not_released_by_others(staffed: Playbook) -> None:
    """B2: who is neither holder nor commander is told who can; a vacant role has nobody."""
    text = "{about} is comms lead; they or the commander can release it"
    assert Refused(Code.NOT_ALLOWED, text, about="bo") == staffed.refuses(
        "cy", c.ReleaseRole(role=COMMS)
    )
    assert Refused(Code.CONFLICT, "nobody is deputy") == staffed.refuses(
        "ana", c.ReleaseRole(role=DEPUTY)
    )


def test_the_commander_appoints(staffed: Playbook) -> None:
    """B2: a vacant role is given; one that is held is taken from its holder, by name."""
    assert e.RoleAppointed(role=DEPUTY, person="cy") == (
        staffed.does("ana", c.AppointRole(role=DEPUTY, person="cy")).event
    )
    granted = staffed.does("ana", c.AppointRole(role=COMMS, person="dee", note="Bo sleeps"))
    words = TextWords("Bo sleeps")
    assert e.RoleAppointed(role=COMMS, person="dee", taken_from="bo", words=words) == granted.event
    assert (1, "dee") == (len(granted.refs), staffed.incident.holder(COMMS))


def test_command_is_handed_over_not_appointed(staffed: Playbook) -> None:
    """B3: whoever commands has said that they do."""
    refused = staffed.refuses("ana", c.AppointRole(role=IC, person="cy"))
    assert (Code.INVALID, True) == (refused.code, "/role ic @name" in refused.text)


def test_an_appointment_changes_something(staffed: Playbook) -> None:
    """B2: the person is here, and does not hold the role yet."""
    text = "{about} is comms lead already"
    assert Refused(Code.CONFLICT, text, about="bo") == staffed.refuses(
        "ana", c.AppointRole(role=COMMS, person="bo")
    )
    assert Code.NOT_FOUND == staffed.refuses("ana", c.AppointRole(role=DEPUTY, person="eve")).code


def test_only_the_offer_that_was_armed_lapses(staffed: Playbook) -> None:
    """B3: a timer of an earlier offer does nothing to a later one of the same role."""
    staffed.does("ana", c.OfferRole(role=IC, to="cy"))
    (first,) = staffed.due()
    staffed.does("cy", c.DeclineRole(role=IC))
    staffed.does("ana", c.OfferRole(role=IC, to="dee"))
    staffed.waits(120)
    expected = Refused(Code.NOT_DUE, "that offer is answered, or not lapsed yet")
    assert expected == staffed.refuses(HUB, first.command)


def test_a_command_of_another_family_is_a_bug(staffed: Playbook) -> None:
    """A command that no rule here knows fails loudly."""
    post = c.Post(text="x")
    with pytest.raises(AssertionError):
        rule(staffed.incident, post, staffed.asked("ana", post))  # type: ignore[arg-type]
