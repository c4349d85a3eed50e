"""What an entry gives to the reader, or takes from them: a role, an action."""

from warroom.domain import events as e
from warroom.domain.events import Recorded, TextWords
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import PromotedTo
from warroom.export.phrasing import office
from warroom.export.times import time_beside
from warroom.text import one_line


def given(entry: Recorded, room: Transcript, me: str) -> str:
    """What someone has done with the reader's roles and actions, after their name; or nothing.

    An offer is not told here: it has a banner of its own.
    """
    said = _role(entry, room, me) or _action(entry, room, me)
    words = entry.event.words
    if not said or not isinstance(words, TextWords) or isinstance(entry.event, e.ActionAdded):
        return said
    return f"{said}: {one_line(words.text)}"


def _role(entry: Recorded, room: Transcript, me: str) -> str:
    match entry.event:
        case e.RoleAppointed(role=role, person=person) if person == me:
            return f"gave you {office(role)}"
        case e.RoleAppointed(role=role, person=person, taken_from=held) if held == me:
            return f"gave {office(role)}, which you had, to {_name(room, person)}"
        case e.RoleTaken(role=role, taken_from=held) if held == me:
            return f"took {office(role)} from you"
        case e.RoleAccepted(role=role, handed_over_by=held) if held == me:
            return f"accepted {office(role)} from you"
        case e.RoleReleased(role=role, person=person) if person == me:
            return f"took {office(role)} from you, and nobody has it now"
        case _:
            return ""


def _action(entry: Recorded, room: Transcript, me: str) -> str:
    match entry.event:
        case e.ActionAdded(action=n, assignee=assignee) if assignee == me:
            return f"gave you {_told(entry, room, n)}"
        case e.EntryPromoted(to=PromotedTo.ACTION, number=int(n), assignee=assignee) if (
            assignee == me
        ):
            return f"gave you {_told(entry, room, n)}"
        case e.ActionAssigned(action=n, assignee=assignee) if assignee == me:
            return f"gave you {_told(entry, room, n)}"
        case e.ActionAssigned(action=n, assignee=assignee) if _had(room, n, entry.seq) == me:
            return f"gave {_told(entry, room, n)}, which you had, to {_name(room, assignee)}"
        case _:
            return ""


def _told(entry: Recorded, room: Transcript, number: int) -> str:
    """An action by its number, with its text and until when."""
    action = room.incident.actions.get(number)
    if action is None:
        return f"A{number}"
    due = f", due {time_beside(action.due_at, entry.at)}" if action.due_at else ""
    return f"A{number}: {one_line(room.text(action.source.seq))}{due}"


def _had(room: Transcript, number: int, seq: int) -> str | None:
    """Who had an action before an entry gave it to another."""
    for entry in reversed(room.entries[: seq - 1]):
        match entry.event:
            case e.ActionAdded(action=n, assignee=had) | e.ActionAssigned(action=n, assignee=had):
                if n == number:
                    return had
            case e.EntryPromoted(to=PromotedTo.ACTION, number=n, assignee=had) if n == number:
                return had
            case _:
                pass
    return None


def _name(room: Transcript, person: str) -> str:
    return one_line(room.names.name(person))
