"""Rules for who may come in from elsewhere: what invites give, and when sessions hold."""

from collections.abc import Container
from typing import assert_never

from warroom.domain import events as e
from warroom.domain.access import (
    INVITABLE,
    LONGEST_INVITE,
    SESSION_LASTS,
    Access,
    AccessCommand,
    Credential,
    EndSession,
    MakeInvite,
    NotePlace,
    OpenSession,
    RenewSession,
    RevokeInvite,
    RotateSession,
    SessionCommand,
    invite_is_over,
    session_is_over,
)
from warroom.domain.decide.asked import Asked, Code, Granted, Refused
from warroom.domain.events import AccessEvent, NameWords, PlaceWords
from warroom.domain.naming import problem
from warroom.domain.vocabulary import Scope


def decide_access(
    access: Access, command: AccessCommand, asked: Asked, people: Container[str]
) -> Granted | Refused:
    """What comes of a command; `people` are the ids of those whom the hub knows."""
    match command:
        case MakeInvite():
            return _make(access, command, asked, people)
        case RevokeInvite():
            return _revoke(access, command, asked)
        case OpenSession():
            return _open(access, command, asked, people)
        case NotePlace() | RotateSession() | RenewSession() | EndSession():
            session = access.sessions.get(command.session)
            if session is None:
                return Refused(Code.NOT_FOUND, "there is no such session")
            over = session_is_over(session, asked.at)
            if over is not None:
                return Refused(Code.CONFLICT, over)
            return _change(access, session, command, asked)
        case unreachable:
            assert_never(unreachable)


def _make(
    access: Access, command: MakeInvite, asked: Asked, people: Container[str]
) -> Granted | Refused:
    if command.scope not in INVITABLE:
        return Refused(Code.INVALID, f"nobody can be invited as {command.scope}")
    if (command.scope is Scope.GUEST) != (command.bound is not None):
        return Refused(Code.INVALID, "a guest is for one room, and nobody else is")
    if (command.scope is Scope.STAKEHOLDER) != (command.audience is not None):
        return Refused(Code.INVALID, "a stakeholder belongs to an audience, and nobody else does")
    if not asked.at < command.expires_at <= asked.at + LONGEST_INVITE:
        return Refused(Code.INVALID, "an invite lasts up to 30 days from now")
    if command.person is not None and command.person not in people:
        return Refused(Code.NOT_FOUND, "nobody by that name is known here")
    if command.name is not None and (why := problem(command.name)) is not None:
        return Refused(Code.INVALID, f"nobody could join as {command.name}: {why}")
    if command.invite in access.invites or command.code in access.codes:
        return Refused(Code.CONFLICT, "there is such an invite already")
    return _grant(
        e.InviteMade(
            invite=command.invite,
            code=command.code,
            scope=command.scope,
            uses=command.uses,
            expires_at=command.expires_at,
            bound=command.bound,
            audience=command.audience,
            person=command.person,
            words=None if command.name is None else NameWords(command.name),
        )
    )


def _open(
    access: Access, command: OpenSession, asked: Asked, people: Container[str]
) -> Granted | Refused:
    invite = access.invites.get(command.invite)
    if invite is None or command.person not in people:
        return Refused(Code.NOT_FOUND, "there is no such invite")
    over = invite_is_over(invite, asked.at)
    if over is not None:
        return Refused(Code.NOT_ALLOWED, over)
    if invite.person not in {None, command.person}:
        return Refused(Code.NOT_ALLOWED, "this invite is for someone else")
    if command.session in access.sessions or command.token in access.tokens:
        return Refused(Code.CONFLICT, "there is such a session already")
    return _grant(
        e.SessionOpened(
            session=command.session,
            person=command.person,
            scope=invite.scope,
            token=command.token,
            invite=invite.id,
            expires_at=asked.at + SESSION_LASTS,
            bound=invite.bound,
            audience=invite.audience,
        )
    )


def _revoke(access: Access, command: RevokeInvite, asked: Asked) -> Granted | Refused:
    invite = access.invites.get(command.invite)
    if invite is None:
        return Refused(Code.NOT_FOUND, "there is no such invite")
    over = invite_is_over(invite, asked.at)
    if over is not None:
        return Refused(Code.CONFLICT, over)
    return _grant(e.InviteRevoked(invite=invite.id))


def _change(
    access: Access, session: Credential, command: SessionCommand, asked: Asked
) -> Granted | Refused:
    """What comes of a command about a session that holds."""
    match command:
        case NotePlace(address=address, client=client):
            return _grant(e.SessionSeen(session=session.id, words=PlaceWords(address, client)))
        case RotateSession(token=token):
            if token in access.tokens:
                return Refused(Code.CONFLICT, "this token is known already")
            return _grant(e.SessionRotated(session=session.id, token=token))
        case RenewSession():
            if session.next is None:
                return Refused(Code.CONFLICT, "this session is renewed already")
            until = asked.at + SESSION_LASTS
            return _grant(e.SessionRenewed(session=session.id, expires_at=until))
        case EndSession():
            return _grant(e.SessionEnded(session=session.id))
        case unreachable:
            assert_never(unreachable)


def _grant(event: AccessEvent) -> Granted:
    return Granted(event, None)
