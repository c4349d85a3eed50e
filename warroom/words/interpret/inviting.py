"""The word that lets someone in from another machine."""

from warroom.client.inviting import HOUR, InviteWanted
from warroom.domain.access import LONGEST_INVITE, MOST_USES
from warroom.domain.vocabulary import Scope
from warroom.words.interpret.reader import Reader
from warroom.words.misread import misread
from warroom.words.scopes import ScopeOf, read_scope


def invite(line: Reader) -> InviteWanted:
    if line.said_by is not None:
        misread("an invite is for whoever it names: write /invite @dee, without the colon")
    uses = line.times()
    scope, room, audience = _scope(line)
    handle, name = _whom(line)
    line.end()
    if not 1 <= uses <= MOST_USES:
        misread(f"an invite lets in 1 to {MOST_USES} people; write x3, say")
    return InviteWanted(
        scope=scope,
        room=room,
        audience=audience,
        handle=handle,
        name=name,
        uses=uses,
        lasts=_lasts(line),
    )


def _scope(line: Reader) -> ScopeOf:
    """What they are let in for; a responder, if the line begins with whom it is for."""
    if not line.peek() or line.peek() == "for" or line.peek().startswith("@"):
        return Scope.RESPONDER, None, None
    return read_scope(line.take(), line.incident.label)


def _whom(line: Reader) -> tuple[str | None, str | None]:
    """The handle of someone who is known, or the name of someone who is new."""
    named = line.take_if("for")
    handle = line.handle()
    if not named or handle is not None:
        return handle, None
    return None, line.text("say whom it is for: /invite for Dee Park")


def _lasts(line: Reader) -> int:
    """How long it holds, in seconds."""
    window = line.window()
    if window is None:
        return HOUR
    if not 60 <= window <= LONGEST_INVITE.total_seconds():
        misread("an invite lasts a minute to 30 days; write +12h, say")
    return window
