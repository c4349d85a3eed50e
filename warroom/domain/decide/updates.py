"""Rules for stakeholder updates: draft, submit, approve exactly this text, publish, send.

Segregation of duties: who wrote an external update does not approve it. Break-glass lets an
author do so, with a reason that stays in the log.
"""

from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.decide.asked import Asked, Code, Ruling, in_utc, refuse, words
from warroom.domain.events import SentWords, TextWords
from warroom.domain.incident import Incident, StakeholderUpdate, stale_because
from warroom.domain.vocabulary import EXTERNAL, Audience, UpdateState

UpdateCommand: TypeAlias = (
    c.DraftUpdate
    | c.ReviseUpdate
    | c.SubmitUpdate
    | c.ReturnUpdate
    | c.ApproveUpdate
    | c.PublishUpdate
    | c.RecordSent
    | c.MarkUpdateOverdue
)


def rule(i: Incident, command: UpdateCommand, asked: Asked) -> Ruling:
    match command:
        case c.DraftUpdate():
            return _draft(i, command, asked)
        case c.ReviseUpdate():
            return _revise(i, command, asked)
        case c.SubmitUpdate(update=number):
            update = _readable(i, _in_state(i, number, UpdateState.DRAFT))
            event = e.UpdateSubmitted(update=number, text=update.text.citation)
            return Ruling(event, (update.text.id,))
        case c.ReturnUpdate():
            return _return(i, command)
        case c.ApproveUpdate():
            return _approve(i, command, asked)
        case c.PublishUpdate():
            return _publish(i, command, asked)
        case c.RecordSent():
            return _sent(i, command)
        case c.MarkUpdateOverdue():
            return _overdue(i, command, asked)
        case unreachable:
            assert_never(unreachable)


def _known(i: Incident, number: int) -> StakeholderUpdate:
    update = i.updates.get(number)
    if update is None:
        refuse(Code.NOT_FOUND, f"there is no stakeholder update U{number}")
    return update


def _in_state(i: Incident, number: int, *states: UpdateState) -> StakeholderUpdate:
    update = _known(i, number)
    if update.state not in states:
        needed = " or ".join(states)
        refuse(Code.ILLEGAL_STATE, f"U{number} is {update.state}; this takes one that is {needed}")
    return update


def _readable(i: Incident, update: StakeholderUpdate) -> StakeholderUpdate:
    """The update, whose text must still be there to be read by whoever it is for."""
    if i.gone(update.text.seq):
        refuse(Code.ILLEGAL_STATE, f"the text of U{update.number} is gone; revise it first")
    return update


def _cited(cites: tuple[int, ...], asked: Asked) -> tuple[str, ...]:
    """The ids of the entries that a draft was written from."""
    missing = next((seq for seq in cites if seq not in asked.cited), None)
    if missing is not None:
        refuse(Code.NOT_FOUND, f"cites: there is no entry #{missing}")
    return tuple(asked.cited[seq].id for seq in cites)


def _draft(i: Incident, command: c.DraftUpdate, asked: Asked) -> Ruling:
    refs = _cited(command.cites, asked)
    if command.corrects is not None:
        corrected = _in_state(i, command.corrects, UpdateState.PUBLISHED)
        refs = (corrected.text.id, *refs)
    event = e.UpdateDrafted(
        update=len(i.updates) + 1,
        audience=command.audience,
        cites=command.cites,
        corrects=command.corrects,
        words=TextWords(command.text),
    )
    return Ruling(event, refs)


def _revise(i: Incident, command: c.ReviseUpdate, asked: Asked) -> Ruling:
    update = _known(i, command.update)
    if update.published is not None:
        refuse(
            Code.ILLEGAL_STATE,
            f"U{update.number} is published and stays as it is; draft a correction of it",
        )
    event = e.UpdateRevised(
        update=update.number, cites=command.cites, words=TextWords(command.text)
    )
    return Ruling(event, (update.text.id, *_cited(command.cites, asked)))


def _return(i: Incident, command: c.ReturnUpdate) -> Ruling:
    update = _in_state(i, command.update, UpdateState.SUBMITTED, UpdateState.APPROVED)
    event = e.UpdateReturned(
        update=update.number, text=update.text.citation, words=TextWords(command.reason)
    )
    return Ruling(event, (update.text.id,))


def _approve(i: Incident, command: c.ApproveUpdate, asked: Asked) -> Ruling:
    update = _readable(i, _in_state(i, command.update, UpdateState.SUBMITTED))
    if command.text != update.text.hash:
        refuse(
            Code.CONFLICT,
            f"U{update.number} was revised since you read it; read #{update.text.seq} and "
            "approve again",
        )
    own = update.audience in EXTERNAL and bool(asked.hands & update.authors)
    if own and not command.break_glass:
        refuse(
            Code.NOT_ALLOWED,
            "whoever wrote an update for customers cannot approve it; ask someone else, or "
            "break the glass with a reason",
        )
    if command.break_glass and command.reason is None:
        refuse(Code.INVALID, "reason: breaking the glass needs one, and it stays in the log")
    event = e.UpdateApproved(
        update=update.number,
        text=update.text.citation,
        break_glass=own,
        words=words(command.reason),
    )
    return Ruling(event, (update.text.id,))


def _publish(i: Incident, command: c.PublishUpdate, asked: Asked) -> Ruling:
    """Internal updates need no approval; every other audience does. What the room has overtaken
    goes out only if that is said on purpose."""
    update = _readable(i, _known(i, command.update))
    internal = update.audience is Audience.INTERNAL
    unapproved = (UpdateState.DRAFT, UpdateState.SUBMITTED) if internal else ()
    _in_state(i, command.update, *unapproved, UpdateState.APPROVED)
    event = e.UpdatePublished(
        update=update.number,
        text=update.text.citation,
        next_by=_next_by(i, command.next_by, asked.at),
        stale=_overtaken(i, update, command.anyway),
    )
    refs = [update.text.id]
    if update.approved is not None:
        refs.append(update.approved.id)
    return Ruling(event, tuple(refs))


def _overtaken(i: Incident, update: StakeholderUpdate, anyway: bool) -> bool:
    """Whether the room has moved on since the text was written; refused unless it is meant."""
    why, u = stale_because(i, update), f"U{update.number}"
    if why is not None and not anyway:
        refuse(
            Code.CONFLICT,
            f"{u} is stale: {why} since it was written; revise it, or let it go out as it is: "
            f"/update {u} publish anyway",
        )
    return why is not None


def _next_by(i: Incident, asked_for: datetime | None, at: datetime) -> datetime | None:
    """The promise: as asked, otherwise by the room's policy, none once service is back."""
    if asked_for is not None:
        if asked_for <= at:
            refuse(Code.INVALID, "next_by lies in the past; promise a time to come, +20m say")
        return in_utc(asked_for)
    if i.over:
        return None
    every = i.policy.update_every_unrated
    if i.severity is not None:
        every = i.policy.update_every.get(i.severity, every)
    return at + timedelta(seconds=every)


def _sent(i: Incident, command: c.RecordSent) -> Ruling:
    update = _in_state(i, command.update, UpdateState.PUBLISHED)
    event = e.UpdateSent(
        update=update.number,
        text=update.text.citation,
        words=SentWords(where=command.where, text=command.text),
    )
    return Ruling(event, (update.text.id,))


def _overdue(i: Incident, command: c.MarkUpdateOverdue, asked: Asked) -> Ruling:
    promise = i.promises.get(command.audience)
    if (
        promise is None
        or promise.overdue
        or promise.at != command.promised_at
        or asked.at < promise.at
    ):
        refuse(Code.NOT_DUE, "that update was given, or is not due yet")
    event = e.UpdateOverdue(audience=promise.audience, promised_at=promise.at)
    return Ruling(event, (promise.source.id,))
