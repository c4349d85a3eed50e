"""What an entry about invites, sessions and refusals says to people. No digest is ever shown."""

from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from warroom.domain import events as e
from warroom.domain.events import AccessDenied, AccessEvent
from warroom.domain.transcript import WORDLESS
from warroom.domain.vocabulary import Denied, spoken
from warroom.text import one_line


def access_text(
    event: AccessEvent, name: Callable[[str], str], time: Callable[[datetime], str]
) -> str:
    """The entry in words, after the name of whose deed it is."""
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


def denied_text(event: AccessDenied, name: Callable[[str], str]) -> str:
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
