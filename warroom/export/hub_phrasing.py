"""What an entry of the hub's own log says to people: who may come in, who was shown what, what was
refused. No digest is ever shown."""

from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from warroom.domain import events as e
from warroom.domain.events import AccessDenied, AccessEvent, HubEvent
from warroom.domain.transcript import WORDLESS
from warroom.domain.vocabulary import Denied, spoken
from warroom.export.times import keeping
from warroom.text import one_line


def hub_text(event: HubEvent, name: Callable[[str], str], time: Callable[[datetime], str]) -> str:
    """The entry in words, after the name of whose deed it is."""
    match event:
        case e.HubFounded():
            return "founded this hub"
        case e.PersonRegistered(person=person):
            return f"registered {name(person)}"
        case e.RestrictedRead() | e.RoomExported():
            what = (
                "opened restricted room" if isinstance(event, e.RestrictedRead) else "exported log"
            )
            return f"{name(event.person)} {what} {event.log[:8]} as {event.scope}"
        case e.AccessDenied():
            return _denied(event, name)
        case e.ClockStepped(by_ms=by_ms):
            return f"the machine's clock stepped by {by_ms / 1000:+.3f} s"
        case e.RetentionSet(days=days):
            return f"from now on {keeping(days)}"
        case e.HubRestored(rooms=rooms, sessions=sessions):
            held = f"{len(rooms)} room{'s' * (len(rooms) != 1)}"
            again = f"; open again: session {', '.join(map(one_line, sessions))}" * bool(sessions)
            return f"restored from a backup of {held}{again}"
        case e.RoomAdopted(log=log, seq=seq):
            return f"adopted the log {one_line(log)} as far as #{seq}"
        case access if isinstance(access, AccessEvent):
            return _access(access, name, time)
        case unreachable:
            assert_never(unreachable)


def _access(event: AccessEvent, name: Callable[[str], str], time: Callable[[datetime], str]) -> str:
    match event:
        case e.InviteMade():
            return _made(event, name, time)
        case e.InviteRevoked(invite=invite):
            return f"revoked invite {invite}"
        case e.SessionOpened(session=session, invite=invite, scope=scope):
            return f"came in as {spoken(scope)} with invite {invite}: session {session}"
        case e.SessionSeen(session=session, words=words):
            came = f"{one_line(words.address)} ({one_line(words.client)})" if words else WORDLESS
            return f"came from {came}: session {session}"
        case e.SessionRotated(session=session):
            return f"made a new token for session {session}"
        case e.SessionRenewed(session=session, expires_at=at):
            return f"renewed session {session}, until {time(at)}"
        case e.SessionEnded(session=session):
            return f"ended session {session}"
        case unreachable:
            assert_never(unreachable)


def _made(event: e.InviteMade, name: Callable[[str], str], time: Callable[[datetime], str]) -> str:
    uses = "1 use" if event.uses == 1 else f"{event.uses} uses"
    whom = name(event.person) if event.person else one_line(event.words.name) if event.words else ""
    for_whom = f" for {whom}" if whom else ""
    until = time(event.expires_at)
    return f"made invite {event.invite}{for_whom}: {spoken(event.scope)}, {uses}, until {until}"


def _denied(event: AccessDenied, name: Callable[[str], str]) -> str:
    """What was refused, and to whom."""
    who = "someone" if event.person is None else name(event.person)
    match event.denied:
        case Denied.ROOM:
            return f"refused {who} room {_meant(event.log)}: it is not for them, or is none"
        case Denied.COMMAND:
            return f"refused {who} a command in room {_meant(event.log)}"
        case Denied.OPERATING:
            return f"refused {who} what only the one who runs the hub may do"
        case Denied.ENTRY:
            return f"turned away {who}, who showed {_meant(event.credential)}, which is over"
        case unreachable:
            assert_never(unreachable)


def _meant(id_: str | None) -> str:
    return one_line(id_ or "?")[:8]
