"""Rules for action items: who does what by when, and what became of it."""

from datetime import datetime
from typing import TypeAlias, assert_never

from warroom.domain import commands as c
from warroom.domain import events as e
from warroom.domain.decide.asked import Asked, Code, Ruling, in_room, in_utc, refuse, words
from warroom.domain.events import TextWords
from warroom.domain.incident import Action, Incident
from warroom.domain.vocabulary import ActionState

ActionCommand: TypeAlias = (
    c.AddAction | c.AssignAction | c.AdvanceAction | c.PostponeAction | c.MarkActionOverdue
)


def rule(i: Incident, command: ActionCommand, asked: Asked) -> Ruling:
    match command:
        case c.AddAction():
            return _add(i, command, asked)
        case c.AssignAction():
            return _assign(i, command)
        case c.AdvanceAction():
            return _advance(i, command)
        case c.PostponeAction():
            return _postpone(i, command, asked)
        case c.MarkActionOverdue():
            return _overdue(i, command, asked)
        case unreachable:
            assert_never(unreachable)


def future(due_at: datetime, asked: Asked) -> datetime:
    """A due time, which must lie ahead."""
    if due_at <= asked.at:
        refuse(Code.INVALID, "due_at lies in the past; give a time to come, +10m say")
    return in_utc(due_at)


def _add(i: Incident, command: c.AddAction, asked: Asked) -> Ruling:
    event = e.ActionAdded(
        action=len(i.actions) + 1,
        assignee=None if command.assignee is None else in_room(i, command.assignee),
        due_at=None if command.due_at is None else future(command.due_at, asked),
        words=TextWords(command.text),
    )
    return Ruling(event)


def _pending(i: Incident, number: int) -> Action:
    action = i.actions.get(number)
    if action is None:
        refuse(Code.NOT_FOUND, f"there is no action A{number}")
    if not action.pending:
        refuse(Code.ILLEGAL_STATE, f"A{number} is {action.state} already; add a new action")
    return action


def _assign(i: Incident, command: c.AssignAction) -> Ruling:
    action = _pending(i, command.action)
    in_room(i, command.assignee)
    if action.assignee == command.assignee:
        refuse(Code.CONFLICT, f"A{action.number} is {{about}}'s already", command.assignee)
    event = e.ActionAssigned(action=action.number, assignee=command.assignee)
    return Ruling(event, (action.source.id,))


def _advance(i: Incident, command: c.AdvanceAction) -> Ruling:
    action = _pending(i, command.action)
    said = words(command.text)
    refs = (action.source.id,)
    match command.to:
        case ActionState.DONE:
            return Ruling(e.ActionDone(action=action.number, words=said), refs)
        case ActionState.DROPPED:
            if said is None:
                refuse(Code.INVALID, f"say why: /act A{action.number} dropped REASON")
            return Ruling(e.ActionDropped(action=action.number, words=said), refs)
        case ActionState.STARTED | ActionState.OPEN:
            if action.state is command.to or command.to is ActionState.OPEN:
                refuse(Code.CONFLICT, f"A{action.number} is {action.state} already")
            return Ruling(e.ActionStarted(action=action.number), refs)
        case unreachable:
            assert_never(unreachable)


def _postpone(i: Incident, command: c.PostponeAction, asked: Asked) -> Ruling:
    action = _pending(i, command.action)
    event = e.ActionPostponed(
        action=action.number,
        due_at=future(command.due_at, asked),
        words=words(command.reason),
    )
    return Ruling(event, (action.source.id,))


def _overdue(i: Incident, command: c.MarkActionOverdue, asked: Asked) -> Ruling:
    action = i.actions.get(command.action)
    if (
        action is None
        or not action.pending
        or action.overdue
        or action.due_at != command.due_at
        or asked.at < command.due_at
    ):
        refuse(Code.NOT_DUE, "that action is over, or not due yet")
    event = e.ActionOverdue(action=action.number, due_at=command.due_at)
    return Ruling(event, (action.source.id,))
