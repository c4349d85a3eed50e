"""An invite in the making: its code is made here, and the hub is told no more than the digest."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from warroom.client.credentials import digest_of
from warroom.client.invite import Invite
from warroom.clock import new_credential_id, new_secret
from warroom.domain.access import MOST_USES
from warroom.domain.commands import Handle, Line
from warroom.domain.vocabulary import Audience, Scope
from warroom.protocol.stewardship import InviteReady, InviteSomeone, Seconds

HOUR = 3600
"""Seconds that an invite lasts, unless someone says otherwise."""


class InviteWanted(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whom to let in, what for, how often, and how long: see `InviteSomeone`."""

    scope: Scope = Scope.RESPONDER
    uses: Annotated[int, Meta(ge=1, le=MOST_USES)] = 1
    lasts: Seconds = HOUR
    name: Line | None = None
    handle: Handle | None = None
    room: Line | None = None
    audience: Audience | None = None
    address: Line | None = None

    @property
    def what_for(self) -> str:
        """The scope as people write it: `observer`, `guest:INC-7`."""
        of = self.room or self.audience
        return f"{self.scope}:{of}" if of else f"{self.scope}"


class InviteMade(Struct, frozen=True, kw_only=True):
    """An invite that the hub knows of. `invite` has the code, which is nowhere else."""

    id: str
    invite: Invite
    wanted: InviteWanted
    expires_at: datetime

    @property
    def command(self) -> str:
        """What to type on the other machine. It is a secret."""
        return f"warroom join '{self.invite.line()}'"

    @property
    def terms(self) -> str:
        """What it is good for, in a sentence without the code."""
        uses = "once" if self.wanted.uses == 1 else f"{self.wanted.uses} times"
        until = f"{self.expires_at:%d %b %H:%M} UTC"
        return f"invite {self.id}: lets in {uses}, as {self.wanted.what_for}, until {until}"


class InviteAsked:
    """An invite that the hub is asked for: the message, and the code that it does not hold."""

    def __init__(self, wanted: InviteWanted) -> None:
        self._wanted = wanted
        self._code = new_secret()
        self.message = InviteSomeone(
            invite=new_credential_id(),
            code=digest_of(self._code),
            scope=wanted.scope,
            uses=wanted.uses,
            lasts=wanted.lasts,
            name=wanted.name,
            handle=wanted.handle,
            room=wanted.room,
            audience=wanted.audience,
            address=wanted.address,
        )

    def made(self, ready: InviteReady) -> InviteMade:
        """The invite, once the hub knows of it."""
        name = self._wanted.handle or self._wanted.name
        return InviteMade(
            id=ready.invite,
            invite=Invite.made(ready.url, self._code, ready.pin, name),
            wanted=self._wanted,
            expires_at=ready.expires_at,
        )
