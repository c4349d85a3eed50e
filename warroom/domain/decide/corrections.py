"""Rules for corrections: amend, strike, redact (by two people), promote. The first entry stays."""

from typing import TypeAlias, assert_never

from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.decide.actions import future
from warroom.domain.decide.asked import Asked, Cited, Code, Ruling, in_room, refuse
from warroom.domain.events import TextWords
from warroom.domain.incident import Incident
from warroom.domain.permissions import TABLE, allowed
from warroom.domain.vocabulary import PromotedTo

CorrectionCommand: TypeAlias = (
    c.Amend | c.Strike | c.RequestRedaction | c.ApproveRedaction | c.Promote
)

UPDATE_TEXTS = frozenset({"update.drafted", "update.revised"})
"""Texts that are revised, not amended: an approval names exactly one of them."""

PROMOTABLE = frozenset({"note.posted", "observation.made", "hypothesis.raised"})


def rule(i: Incident, command: CorrectionCommand, asked: Asked) -> Ruling:
    match command:
        case c.Amend():
            return _amend(i, command, asked)
        case c.Strike():
            return _strike(i, command, asked)
        case c.RequestRedaction():
            return _request(i, command, asked)
        case c.ApproveRedaction():
            return _approve(i, command, asked)
        case c.Promote():
            return _promote(i, command, asked)
        case unreachable:
            assert_never(unreachable)


def _entry(i: Incident, seq: int, asked: Asked) -> Cited:
    entry = asked.cited.get(seq)
    if entry is None:
        refuse(Code.NOT_FOUND, f"there is no entry #{seq}; the last one is #{i.seq}")
    return entry


def _with_words(i: Incident, seq: int, asked: Asked) -> Cited:
    entry = _entry(i, seq, asked)
    if i.gone(seq):
        how = "redacted already" if seq in i.redacted else "gone: they have expired"
        refuse(Code.ILLEGAL_STATE, f"the words of #{seq} are {how}")
    if not entry.has_words:
        refuse(Code.ILLEGAL_STATE, f"#{seq} holds no words, only facts")
    return entry


def _amend(i: Incident, command: c.Amend, asked: Asked) -> Ruling:
    entry = _with_words(i, command.entry, asked)
    if entry.kind in UPDATE_TEXTS:
        refuse(Code.ILLEGAL_STATE, f"#{entry.seq} is an update's text: revise the update instead")
    event = e.EntryAmended(of=entry.citation, words=TextWords(command.text))
    return Ruling(event, (entry.id,))


def _strike(i: Incident, command: c.Strike, asked: Asked) -> Ruling:
    entry = _entry(i, command.entry, asked)
    if entry.seq in i.struck:
        refuse(Code.CONFLICT, f"#{entry.seq} is struck already, in #{i.struck[entry.seq]}")
    event = e.EntryStruck(of=entry.citation, words=TextWords(command.reason))
    return Ruling(event, (entry.id,))


def _request(i: Incident, command: c.RequestRedaction, asked: Asked) -> Ruling:
    entry = _with_words(i, command.entry, asked)
    pending = i.redaction_requests.get(entry.seq)
    if pending is not None:
        refuse(
            Code.CONFLICT,
            f"{{about}} asked for that already; someone else approves it: "
            f"/redact #{entry.seq} approve",
            pending.speaker,
        )
    event = e.RedactionRequested(of=entry.citation, words=TextWords(command.reason))
    return Ruling(event, (entry.id,))


def _approve(i: Incident, command: c.ApproveRedaction, asked: Asked) -> Ruling:
    entry = _with_words(i, command.entry, asked)
    request = i.redaction_requests.get(entry.seq)
    if request is None:
        refuse(Code.NOT_FOUND, f"nobody asked to redact #{entry.seq}: /redact #{entry.seq} REASON")
    if asked.hands & request.people:
        refuse(
            Code.NOT_ALLOWED,
            "a redaction takes two people: someone other than {about} approves it",
            request.speaker,
        )
    event = e.EntryRedacted(of=entry.citation, request=request.citation)
    return Ruling(event, (entry.id, request.id))


def _promote(i: Incident, command: c.Promote, asked: Asked) -> Ruling:
    """What is promoted keeps its time and its words stay where they are."""
    entry = _with_words(i, command.entry, asked)
    if entry.kind not in PROMOTABLE:
        refuse(
            Code.ILLEGAL_STATE,
            f"#{entry.seq} cannot be promoted; notes, observations and hypotheses can",
        )
    event = e.EntryPromoted(
        occurred_at=entry.happened_at,
        of=entry.citation,
        to=command.to,
        number=_number(i, command, asked),
        assignee=None if command.assignee is None else in_room(i, command.assignee),
        due_at=None if command.due_at is None else future(command.due_at, asked),
    )
    return Ruling(event, (entry.id,))


def _number(i: Incident, command: c.Promote, asked: Asked) -> int | None:
    match command.to:
        case PromotedTo.DECISION:
            if not allowed(i, TABLE[c.RecordDecision], asked.speaker, asked.scope):
                refuse(
                    Code.NOT_ALLOWED,
                    "a decision needs who is in command, leads the technical side, or is scribe",
                )
            return len(i.decisions) + 1
        case PromotedTo.ACTION:
            return len(i.actions) + 1
        case PromotedTo.HYPOTHESIS:
            return len(i.hypotheses) + 1
        case PromotedTo.FACT:
            if command.entry in i.facts:
                refuse(Code.CONFLICT, f"#{command.entry} is a confirmed fact already")
            return None
        case unreachable:
            assert_never(unreachable)
