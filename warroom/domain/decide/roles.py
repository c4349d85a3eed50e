"""Rules for roles: one holder each; a handover is offered, and held until it is accepted."""

from datetime import timedelta
from typing import TypeAlias, assert_never

from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.briefing import briefing
from warroom.domain.decide.asked import Asked, Code, Ruling, in_room, refuse, words
from warroom.domain.events import TextWords
from warroom.domain.incident import Incident, Offer
from warroom.domain.vocabulary import Role, spoken

RoleCommand: TypeAlias = (
    c.TakeRole
    | c.OfferRole
    | c.AcceptRole
    | c.DeclineRole
    | c.ReleaseRole
    | c.AppointRole
    | c.LapseOffer
)


def rule(i: Incident, command: RoleCommand, asked: Asked) -> Ruling:
    match command:
        case c.TakeRole():
            return _take(i, command, asked)
        case c.OfferRole():
            return _offer(i, command, asked)
        case c.AcceptRole(role=role):
            offer = _offered_to(i, role, asked)
            accepted = e.RoleAccepted(role=role, person=offer.to, handed_over_by=i.holder(role))
            return Ruling(accepted, (offer.source.id,))
        case c.DeclineRole(role=role):
            offer = _offered_to(i, role, asked)
            declined = e.RoleDeclined(role=role, person=offer.to, words=words(command.reason))
            return Ruling(declined, (offer.source.id,))
        case c.ReleaseRole():
            return _release(i, command, asked)
        case c.AppointRole():
            return _appoint(i, command)
        case c.LapseOffer():
            return _lapse(i, command, asked)
        case unreachable:
            assert_never(unreachable)


def _take(i: Incident, command: c.TakeRole, asked: Asked) -> Ruling:
    """Two who claim at once: the first has it, the second is told who did."""
    held = i.roles.get(command.role)
    if held is None:
        return Ruling(e.RoleTaken(role=command.role, words=words(command.reason)))
    if held.person == asked.speaker:
        refuse(Code.CONFLICT, f"you are {spoken(command.role)} already")
    if command.reason is None:
        refuse(
            Code.CONFLICT,
            f"{{about}} is {spoken(command.role)}; to take over all the same, give a reason",
            held.person,
        )
    event = e.RoleTaken(role=command.role, taken_from=held.person, words=TextWords(command.reason))
    return Ruling(event, (held.source.id,))


def _offer(i: Incident, command: c.OfferRole, asked: Asked) -> Ruling:
    role = command.role
    holder = i.holder(role)
    if asked.speaker not in (holder, i.commander):
        refuse(
            Code.NOT_ALLOWED,
            f"only who is {spoken(role)}, or the incident commander, can offer that role",
        )
    in_room(i, command.to)
    if command.to == holder:
        refuse(Code.CONFLICT, f"{{about}} is {spoken(role)} already", command.to)
    pending = i.offers.get(role)
    if pending is not None:
        refuse(
            Code.CONFLICT,
            f"{spoken(role)} is offered to {{about}} already; wait for the answer",
            pending.to,
        )
    event = e.RoleOffered(
        role=role,
        to=command.to,
        lapses_at=asked.at + timedelta(seconds=i.policy.offer_lapses_after),
        cites=briefing(i),
        words=words(command.note),
    )
    return Ruling(event)


def _offered_to(i: Incident, role: Role, asked: Asked) -> Offer:
    """The pending offer that the speaker may answer."""
    offer = i.offers.get(role)
    if offer is None or asked.at >= offer.lapses_at:
        refuse(Code.CONFLICT, f"{spoken(role)} is not on offer (any more)")
    if offer.to != asked.speaker:
        refuse(Code.NOT_ALLOWED, f"{spoken(role)} is offered to {{about}}, not to you", offer.to)
    return offer


def _release(i: Incident, command: c.ReleaseRole, asked: Asked) -> Ruling:
    held = i.roles.get(command.role)
    if held is None:
        refuse(Code.CONFLICT, f"nobody is {spoken(command.role)}")
    if asked.speaker not in (held.person, i.commander):
        refuse(
            Code.NOT_ALLOWED,
            f"{{about}} is {spoken(command.role)}; they or the commander can release it",
            held.person,
        )
    event = e.RoleReleased(role=command.role, person=held.person, words=words(command.reason))
    return Ruling(event, (held.source.id,))


def _appoint(i: Incident, command: c.AppointRole) -> Ruling:
    if command.role is Role.INCIDENT_COMMANDER:
        refuse(Code.INVALID, "command is handed over, not appointed: /role ic @name offers it")
    in_room(i, command.person)
    held = i.roles.get(command.role)
    if held is not None and held.person == command.person:
        refuse(Code.CONFLICT, f"{{about}} is {spoken(command.role)} already", command.person)
    event = e.RoleAppointed(
        role=command.role,
        person=command.person,
        taken_from=held.person if held else None,
        words=words(command.note),
    )
    return Ruling(event, (held.source.id,) if held else ())


def _lapse(i: Incident, command: c.LapseOffer, asked: Asked) -> Ruling:
    offer = i.offers.get(command.role)
    if offer is None or offer.source.seq != command.offer or asked.at < offer.lapses_at:
        refuse(Code.NOT_DUE, "that offer is answered, or not lapsed yet")
    return Ruling(e.RoleOfferLapsed(role=offer.role, to=offer.to), (offer.source.id,))
