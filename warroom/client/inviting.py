"""An invite in the making: its code is made here, and the hub is told no more than the digest."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from warroom.client.credentials import digest_of
from warroom.client.invite import Invite
from warroom.clock import new_credential_id, new_secret
from warroom.domain.access import MOST_USES
from warroom.domain.commands import Handle, Line
from warroom.domain.vocabulary import Audience, Scope
from warroom.protocol.envelopes import FromClient
from warroom.protocol.stewardship import InviteReady, InviteSomeone, Seconds

UNANSWERED = (
    "the line was lost before the hub answered: `warroom invites` on its machine shows whether "
    "there is one by now, which nobody has seen then, and `warroom revoke` ends it"
)

WITHOUT_WARROOM = (
    "they need warroom there: uv tool install, or pipx install, with the wheel or the repository "
    "that yours came from"
)

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


class InviteRefused(Struct, frozen=True):
    """There is no invite with this id, or nobody knows. `text` is for a person."""

    id: str
    text: str


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


class Inviting:
    """Invites that the hub has not answered yet. `say` sends, if there is a line; `tell` is told
    what became of each."""

    def __init__(
        self,
        say: Callable[[FromClient], bool],
        tell: Callable[[InviteMade | InviteRefused], None],
    ) -> None:
        self._say = say
        self._tell = tell
        self._asked: dict[str, InviteAsked] = {}

    def ask(self, wanted: InviteWanted) -> str | None:
        """Ask for one; its id, None if there is no line."""
        asked = InviteAsked(wanted)
        if not self._say(asked.message):
            return None
        self._asked[asked.message.invite] = asked
        return asked.message.invite

    def made(self, ready: InviteReady) -> None:
        """The hub knows of it."""
        if (asked := self._asked.pop(ready.invite, None)) is not None:
            self._tell(asked.made(ready))

    def refused(self, id_: str, why: str) -> None:
        """The hub does not make it."""
        if self._asked.pop(id_, None) is not None:
            self._tell(InviteRefused(id_, why))

    def lost(self) -> None:
        """The line is: no answer comes any more."""
        for id_ in tuple(self._asked):
            self.refused(id_, UNANSWERED)
