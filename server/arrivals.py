"""Who comes from elsewhere: an invite becomes a session, and a session gets a new token."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from server.access import Invited, Returning
from server.batch import Accepted, Outcome
from server.directory import Directory, Known
from server.limits import Buckets, Rate
from warroom.clock import monotonic, new_credential_id
from warroom.domain.access import (
    Credential,
    NotePlace,
    OpenSession,
    RenewSession,
    RotateSession,
    invite_is_over,
)
from warroom.domain.hublog import OwnCommand
from warroom.domain.permissions import Admission
from warroom.domain.vocabulary import HUB, Audience, Scope, Via
from warroom.protocol.closing import CloseCode
from warroom.protocol.envelopes import Hello, You

MOST_PLACES = 50
"""Addresses that are recorded of one session."""


class Unwelcome(Exception):
    """A hello that leads nowhere."""

    def __init__(self, close: CloseCode, text: str) -> None:
        super().__init__(text)
        self.close = close


class Arrival(Struct, frozen=True, kw_only=True):
    """Someone who is in. `rotated`: the token that they offered is good from now on."""

    you: You
    via: Via
    session: str | None = None
    rotated: bool = False


class Own(Protocol):
    """Writes to the hub's own log, in someone's name."""

    def __call__(
        self, command: OwnCommand, by: str = HUB, via: Via = Via.HUB
    ) -> "asyncio.Future[Outcome]": ...


class Arrivals:
    """Takes in people from elsewhere. `enrol` makes someone known by the name they want."""

    def __init__(
        self,
        directory: Directory,
        own: Own,
        enrol: Callable[[str], Awaitable[str]],
        now: Callable[[], datetime],
        rotations: Rate,
    ) -> None:
        self._directory = directory
        self._own = own
        self._enrol = enrol
        self._now = now
        self._exchanging = asyncio.Lock()
        self._rotations = Buckets(rotations)

    async def take_in(self, hello: Hello, admitted: Returning | Invited, address: str) -> Arrival:
        """Who it is. Raises `Unwelcome`."""
        if hello.as_name is not None:
            raise Unwelcome(CloseCode.NOT_ALLOWED, "your session says who you are; leave --as out")
        match admitted:
            case Returning():
                session, rotated = await self._return(hello, admitted)
            case Invited():
                session, rotated = await self._invited(hello, admitted), True
        self._note_place(session, hello, address)
        known = self._directory.person(session.person)
        admission = Admission(session.scope, session.bound, session.audience or Audience.INTERNAL)
        you = you_of(known, admission.reading() if hello.observer else admission)
        return Arrival(you=you, via=Via.SESSION, session=session.id, rotated=rotated)

    async def _return(self, hello: Hello, returning: Returning) -> tuple[Credential, bool]:
        session = self._session(returning.session)
        if returning.fresh:
            # Nobody waits for it: until it is written, the old token is good too.
            self._own(RenewSession(session=session.id), session.person, Via.SESSION)
        if hello.token is None:
            return session, False
        if hello.token in {session.token, session.next}:
            return session, True
        if self._rotations.take(session.id, monotonic()):
            # The old one goes on, and the client offers another the next time.
            return session, False
        rotate = RotateSession(session=session.id, token=hello.token)
        outcome = await asyncio.shield(self._own(rotate, session.person, Via.SESSION))
        return session, isinstance(outcome, Accepted)

    async def _invited(self, hello: Hello, invited: Invited) -> Credential:
        if hello.token is None:
            text = "an invite is exchanged for a session: warroom join does it"
            raise Unwelcome(CloseCode.NOT_ALLOWED, text)
        # To its end, also when whoever asks has gone: nobody is to be known whom no session let in.
        return await asyncio.shield(self._exchange(hello, hello.token, invited.invite))

    async def _exchange(self, hello: Hello, token: str, id_: str) -> Credential:
        """One at a time: an invite for one makes one person known, however many show it."""
        async with self._exchanging:
            self._check_exchange(token, id_)
            person = await self._person(hello, id_)
            session = new_credential_id()
            command = OpenSession(session=session, person=person, token=token, invite=id_)
            outcome = await self._own(command, person, Via.SESSION)
            if not isinstance(outcome, Accepted):
                refused = outcome.refused
                close = CloseCode.RESTARTING if refused.temporary else CloseCode.NOT_ALLOWED
                raise Unwelcome(close, refused.text)
            return self._session(session)

    def _check_exchange(self, token: str, id_: str) -> None:
        """Refuse what would be refused at its end before anyone is made known."""
        access = self._directory.state.access
        if (over := invite_is_over(access.invites[id_], self._now())) is not None:
            raise Unwelcome(CloseCode.NOT_ALLOWED, over)
        if token in access.tokens:
            raise Unwelcome(CloseCode.NOT_ALLOWED, "there is such a session already")

    async def _person(self, hello: Hello, id_: str) -> str:
        """Whom an invite is for: someone known, or whoever they say they are."""
        person = self._directory.state.access.invites[id_].person
        if person is not None:
            return person
        name = hello.name or self._directory.invited_name(id_)
        if name is None:
            raise Unwelcome(CloseCode.NOT_ALLOWED, "say who you are: warroom join --as NAME")
        return await self._enrol(name)

    def _session(self, id_: str) -> Credential:
        access = self._directory.state.access
        session = access.sessions[id_]
        # It was looked at in the handshake, and may have ended since.
        if session.ended:
            raise Unwelcome(CloseCode.NOT_ALLOWED, "this session was revoked")
        return session

    def _note_place(self, session: Credential, hello: Hello, address: str) -> None:
        places = self._directory.places.setdefault(session.id, set())
        if address in places or len(places) >= MOST_PLACES:
            return
        places.add(address)
        seen = NotePlace(session=session.id, address=address, client=hello.client)
        self._own(seen, session.person, Via.SESSION)


def you_of(known: Known, admission: Admission) -> You:
    """What a client is told of itself: who it is, and what it is let in for."""
    stakeholder = admission.scope is Scope.STAKEHOLDER
    return You(
        known.person,
        known.name,
        known.handle,
        admission.scope,
        admission.bound,
        admission.audience if stakeholder else None,
    )
