"""What the one who runs the hub asks of it: invites, sessions, the port, how long words are kept,
the hub's own log."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import assert_never

from msgspec import Raw

from server.batch import Accepted
from server.doors import Doors
from server.hub import Hub
from server.people import people_lines
from server.place import PlaceRefused
from server.revoking import Unclear, meant, open_sessions
from server.session import Session
from warroom.domain.access import (
    AccessCommand,
    EndSession,
    MakeInvite,
    RevokeInvite,
    invite_is_over,
)
from warroom.domain.decide import Code
from warroom.domain.hublog import SetRetention
from warroom.domain.vocabulary import Denied
from warroom.protocol.envelopes import Failed
from warroom.protocol.stewardship import (
    AccessRevoked,
    AuditPage,
    HubShared,
    InviteLine,
    InviteList,
    InviteReady,
    InviteSomeone,
    ListInvites,
    ListPeople,
    PeopleList,
    PersonLine,
    ReadAudit,
    RetainWords,
    RevokeAccess,
    ShareHub,
    StewardAnswer,
    StewardMessage,
    WordsRetained,
)

AUDIT_PAGE = 200
"""Entries of the hub's own log in one answer."""


class _Refused(Exception):
    def __init__(self, code: Code, text: str) -> None:
        super().__init__(text)
        self.code = code


class Steward:
    """Serves the operator, and nobody else."""

    def __init__(self, hub: Hub, doors: Doors) -> None:
        self._hub = hub
        self._doors = doors

    async def act(self, session: Session, message: StewardMessage) -> None:
        """Answer one message."""
        if not session.operator:
            text = "only the one who runs the hub may do that, on the machine that it runs on"
            session.say(_failed(message, Code.NOT_ALLOWED, text))
            self._hub.records.denied(session, Denied.OPERATING)
            return
        if isinstance(message, ReadAudit) and message.export:
            own = self._hub.directory.state.log
            if not await self._hub.records.exported(session, own):
                return
        try:
            session.say(await self._answer(session, message))
        except _Refused as refused:
            session.say(_failed(message, refused.code, str(refused)))

    async def _answer(self, session: Session, message: StewardMessage) -> StewardAnswer:
        match message:
            case InviteSomeone():
                return await self._invite(session, message)
            case ShareHub():
                return await self._share(message)
            case ListPeople():
                return PeopleList(people=tuple(self._people(session)))
            case ListInvites():
                return InviteList(invites=tuple(self._invites()))
            case RevokeAccess(what=what):
                return await self._revoke(session, what)
            case ReadAudit(after=after):
                return await self._audit(after)
            case RetainWords():
                return await self._retain(session, message)
            case unreachable:
                assert_never(unreachable)

    async def _invite(self, session: Session, message: InviteSomeone) -> InviteReady:
        public = self._doors.public
        if public is None:
            text = "this hub listens on this machine only; open a port for others: warroom share"
            raise _Refused(Code.ILLEGAL_STATE, text)
        known = None
        if message.handle is not None:
            known = self._hub.directory.by_handle(message.handle)
            if known is None:
                raise _Refused(Code.NOT_FOUND, f"nobody is called @{message.handle} here")
        bound = None
        if message.room is not None:
            bound = self._hub.log_of(session, message.room)
            if bound is None:
                raise _Refused(Code.NOT_FOUND, f"there is no room {message.room}")
        command = MakeInvite(
            invite=message.invite,
            code=message.code,
            scope=message.scope,
            uses=message.uses,
            expires_at=self._hub.now() + timedelta(seconds=message.lasts),
            bound=bound,
            audience=message.audience,
            person=None if known is None else known.person,
            name=message.name,
        )
        await self._write(session, command)
        return InviteReady(
            invite=command.invite,
            url=public.url(message.address),
            expires_at=command.expires_at,
            pin=public.pin,
        )

    async def _share(self, message: ShareHub) -> HubShared:
        if message.stop:
            await self._doors.close()
            return HubShared()
        try:
            public = await self._doors.share(message.address, message.port)
        except PlaceRefused as refused:
            raise _Refused(Code.ILLEGAL_STATE, str(refused)) from None
        return HubShared(url=public.url())

    def _people(self, asking: Session) -> Iterator[PersonLine]:
        hub = self._hub
        others = [one for one in hub.connected if one is not asking]
        return people_lines(hub.access, hub.directory, hub.visits, others, hub.now())

    def _invites(self) -> Iterator[InviteLine]:
        directory, at = self._hub.directory, self._hub.now()
        for invite in sorted(self._hub.access.invites.values(), key=lambda one: one.seq):
            name = directory.invited_name(invite.id)
            if invite.person is not None:
                name = directory.person(invite.person).name
            yield InviteLine(
                invite=invite.id,
                scope=invite.scope,
                uses=invite.uses,
                used=invite.used,
                made_by=directory.person(invite.made_by).name,
                made_at=invite.made_at,
                expires_at=invite.expires_at,
                name=name,
                over=invite_is_over(invite, at),
            )

    async def _revoke(self, session: Session, what: str) -> AccessRevoked:
        hub = self._hub
        try:
            ending = meant(hub.directory, what, hub.now())
        except Unclear as unclear:
            raise _Refused(Code.INVALID, str(unclear)) from None
        if not ending.sessions and not ending.invites:
            text = f"no session and no invite that holds is called {what}"
            raise _Refused(Code.NOT_FOUND, text)
        for id_ in ending.invites:
            await self._write(session, RevokeInvite(invite=id_))
        # Nobody comes in by those any more, and what was opened meanwhile ends, too.
        more = [
            one.id for one in open_sessions(hub.directory, hub.now()) if one.person in ending.people
        ]
        sessions = tuple(dict.fromkeys((*ending.sessions, *more)))
        for id_ in sessions:
            await self._write(session, EndSession(session=id_))
        return AccessRevoked(
            sessions=sessions,
            invites=ending.invites,
            came_by=ending.came_by,
            people=tuple(map(self._whose, sessions)),
        )

    def _whose(self, session: str) -> str:
        """The handle of whoever has a session."""
        return self._hub.directory.person(self._hub.access.sessions[session].person).handle

    async def _retain(self, session: Session, message: RetainWords) -> WordsRetained:
        """What would be erased before anyone could think again is asked for twice."""
        rooms = self._hub.expiring(message.days)
        if rooms and not message.sure:
            which = "one room" if rooms == 1 else f"{rooms} rooms"
            text = (
                f"that erases words of {which} at once and for good, because today is "
                f"{self._hub.today()}; if that is so, and it is meant, give --yes"
            )
            raise _Refused(Code.CONFLICT, text)
        await self._write(session, SetRetention(days=message.days))
        return WordsRetained(days=message.days)

    async def _audit(self, after: int) -> AuditPage:
        page = await self._hub.own_page(after, AUDIT_PAGE)
        return AuditPage(
            log=self._hub.directory.state.log,
            seq=self._hub.directory.state.seq,
            entries=tuple(Raw(entry.line()) for entry in page.entries),
            heads=tuple(Raw(head.line()) for head in page.heads),
        )

    async def _write(self, session: Session, command: AccessCommand | SetRetention) -> None:
        """Write to the hub's own log what the operator did."""
        outcome = await asyncio.shield(self._hub.own(command, session.you.person, session.via))
        if not isinstance(outcome, Accepted):
            raise _Refused(outcome.refused.code, outcome.refused.text)


def _failed(message: StewardMessage, code: Code, text: str) -> Failed:
    """The refusal of a message; of an invite, it says which."""
    invite = message.invite if isinstance(message, InviteSomeone) else None
    return Failed(code=code, text=text, invite=invite)
