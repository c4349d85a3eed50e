"""Who may come in from elsewhere: invites, and the sessions that they were exchanged for.

A part of the fold of the hub's own log; its rules stand in `decide/access.py`. Codes and tokens are
256 random bits, and only their SHA-256 digests are known here: what was stolen from a log lets
nobody in. One code, used once, is one `session.opened`: no crash can burn an invite without opening
the session.

A token is changed in two steps, so that no lost answer locks anyone out: the new one is *rotated*
in beside the old one, and the session is *renewed* once the new one was used.
"""

from datetime import datetime, timedelta
from typing import Annotated, TypeAlias, assert_never

from immutables import Map
from msgspec import Meta, Struct
from msgspec.structs import replace

from warroom.domain import events as e
from warroom.domain.commands import CommandBase, Line, Moment, PersonId
from warroom.domain.events import AccessEvent, Recorded
from warroom.domain.vocabulary import Audience, Scope

Digest: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
"""A SHA-256, in hex."""

LogId: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]

CredentialId: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{8}\Z")]
"""What an invite or a session is called: random, and no secret."""

MOST_USES = 1_000
LONGEST_INVITE = timedelta(days=30)
SESSION_LASTS = timedelta(days=30)
"""How long a session lasts from when it was opened or last renewed."""

MOST_EARLIER = 8
"""Tokens of a session that are remembered when they count no more: whoever shows one shows up."""

INVITABLE = frozenset(Scope) - {Scope.HUB}
"""Scopes that an invite can give: all but the hub's own."""


# --- what is asked ---------------------------------------------------------------------------


class MakeInvite(CommandBase, frozen=True, tag="invite.make"):
    """Let so many people in who show the code with this digest, or `person` once more.

    `bound` is the log of the one room that a guest is for, `audience` that of stakeholders.
    """

    invite: CredentialId
    code: Digest
    scope: Scope
    uses: Annotated[int, Meta(ge=1, le=MOST_USES)]
    expires_at: Moment
    bound: LogId | None = None
    audience: Audience | None = None
    person: PersonId | None = None
    name: Line | None = None


class RevokeInvite(CommandBase, frozen=True, tag="invite.revoke"):
    invite: CredentialId


class OpenSession(CommandBase, frozen=True, tag="session.open"):
    """Exchange one use of an invite for a session under a token of the person's own making."""

    session: CredentialId
    person: PersonId
    token: Digest
    invite: CredentialId


class NotePlace(CommandBase, frozen=True, tag="session.see"):
    session: CredentialId
    address: Line
    client: Line


class RotateSession(CommandBase, frozen=True, tag="session.rotate"):
    session: CredentialId
    token: Digest


class RenewSession(CommandBase, frozen=True, tag="session.renew"):
    session: CredentialId


class EndSession(CommandBase, frozen=True, tag="session.end"):
    session: CredentialId


SessionCommand: TypeAlias = NotePlace | RotateSession | RenewSession | EndSession
AccessCommand: TypeAlias = MakeInvite | RevokeInvite | OpenSession | SessionCommand


# --- what is -----------------------------------------------------------------------------------


class Invite(Struct, frozen=True, kw_only=True):
    """A code that was given out. `seq` is the entry that made it, which holds its name.

    `void`: the hub came back from a backup since, and cannot know whether it was used or revoked.
    """

    id: str
    seq: int
    scope: Scope
    uses: int
    made_by: str
    made_at: datetime
    expires_at: datetime
    person: str | None
    bound: str | None = None
    audience: Audience | None = None
    used: int = 0
    revoked: bool = False
    void: bool = False


class Credential(Struct, frozen=True, kw_only=True):
    """A session. `next` is the digest of a token that was rotated in and not used yet; `earlier`
    are the last ones that do not count any more."""

    id: str
    person: str
    scope: Scope
    invite: str
    token: str
    opened_at: datetime
    renewed_at: datetime
    expires_at: datetime
    bound: str | None = None
    audience: Audience | None = None
    next: str | None = None
    earlier: tuple[str, ...] = ()
    ended: bool = False


class Access(Struct, frozen=True, kw_only=True):
    """All invites and sessions, and which of them a digest stands for.

    Digests stay when what they stood for is over: so a refusal can say why. Of the tokens that a
    session had before, the last few do.
    """

    invites: Map[str, Invite] = Map()
    sessions: Map[str, Credential] = Map()
    codes: Map[str, str] = Map()
    tokens: Map[str, str] = Map()


def invite_is_over(invite: Invite, at: datetime) -> str | None:
    """Why an invite lets nobody in any more, for a person; None if it does."""
    if invite.revoked:
        return "this invite was revoked"
    if invite.used >= invite.uses:
        return "this invite was used already"
    if invite.void:
        return "this invite ended when the hub came back from a backup"
    if at >= invite.expires_at:
        return f"this invite expired at {invite.expires_at:%Y-%m-%d %H:%M} UTC"
    return None


def session_is_over(session: Credential, at: datetime) -> str | None:
    """Why a session is worth nothing any more, for a person; None if it holds."""
    if session.ended:
        return "this session was revoked"
    if at >= session.expires_at:
        return f"this session expired at {session.expires_at:%Y-%m-%d %H:%M} UTC"
    return None


# --- the fold ----------------------------------------------------------------------------------


def apply_access(access: Access, event: AccessEvent, recorded: Recorded) -> Access:
    """The invites and sessions after one more entry. Total: what is not there is left alone."""
    match event:
        case e.InviteMade():
            return _made(access, event, recorded)
        case e.InviteRevoked(invite=id_):
            return _change_invite(access, id_, revoked=True)
        case e.SessionOpened():
            return _opened(access, event, recorded)
        case e.SessionSeen():
            return access
        case e.SessionRotated(session=id_, token=token):
            return _rotated(access, id_, token)
        case e.SessionRenewed(session=id_, expires_at=expires_at):
            return _renewed(access, id_, expires_at, recorded.at)
        case e.SessionEnded(session=id_):
            return _change_session(access, id_, ended=True)
        case unreachable:
            assert_never(unreachable)


def after_restore(access: Access) -> Access:
    """The same once the hub came back from a backup: what was open may have been used since."""
    invites = {id_: replace(invite, void=True) for id_, invite in access.invites.items()}
    return replace(access, invites=Map(invites))


def _made(access: Access, made: e.InviteMade, recorded: Recorded) -> Access:
    invite = Invite(
        id=made.invite,
        seq=recorded.seq,
        scope=made.scope,
        uses=made.uses,
        made_by=recorded.by,
        made_at=recorded.at,
        expires_at=made.expires_at,
        person=made.person,
        bound=made.bound,
        audience=made.audience,
    )
    return replace(
        access,
        invites=access.invites.set(invite.id, invite),
        codes=access.codes.set(made.code, invite.id),
    )


def _opened(access: Access, opened: e.SessionOpened, recorded: Recorded) -> Access:
    session = Credential(
        id=opened.session,
        person=opened.person,
        scope=opened.scope,
        invite=opened.invite,
        token=opened.token,
        opened_at=recorded.at,
        renewed_at=recorded.at,
        expires_at=opened.expires_at,
        bound=opened.bound,
        audience=opened.audience,
    )
    invite = access.invites.get(opened.invite)
    if invite is not None:
        access = _change_invite(access, invite.id, used=invite.used + 1)
    return replace(
        access,
        sessions=access.sessions.set(session.id, session),
        tokens=access.tokens.set(opened.token, session.id),
    )


def _rotated(access: Access, id_: str, token: str) -> Access:
    session = access.sessions.get(id_)
    if session is not None and session.next is not None:
        access = _retire(access, session, session.next)
    access = _change_session(access, id_, next=token)
    return replace(access, tokens=access.tokens.set(token, id_))


def _retire(access: Access, session: Credential, token: str) -> Access:
    """A token of a session counts no more; the one before the last few is not even known."""
    earlier = (*session.earlier, token)
    tokens = access.tokens
    for forgotten in earlier[:-MOST_EARLIER]:
        if tokens.get(forgotten) == session.id:
            tokens = tokens.delete(forgotten)
    access = replace(access, tokens=tokens)
    return _change_session(access, session.id, earlier=earlier[-MOST_EARLIER:])


def _renewed(access: Access, id_: str, expires_at: datetime, at: datetime) -> Access:
    session = access.sessions.get(id_)
    if session is None or session.next is None:
        return access
    access = _retire(access, session, session.token)
    return _change_session(
        access, id_, token=session.next, next=None, renewed_at=at, expires_at=expires_at
    )


def _change_invite(access: Access, id_: str, **changes: object) -> Access:
    invite = access.invites.get(id_)
    if invite is None:
        return access
    return replace(access, invites=access.invites.set(id_, replace(invite, **changes)))


def _change_session(access: Access, id_: str, **changes: object) -> Access:
    session = access.sessions.get(id_)
    if session is None:
        return access
    return replace(access, sessions=access.sessions.set(id_, replace(session, **changes)))
