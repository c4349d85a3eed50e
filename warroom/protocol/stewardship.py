"""What the one who runs the hub says to it, over the hub's own socket, and what it answers.

    InviteSomeone -> InviteReady     the code is made by the client: the hub knows its digest
    ShareHub -> HubShared            open a port for other machines, or close it
    ListPeople -> PeopleList         who may come in, who is here, and from where
    ListInvites -> InviteList
    RevokeAccess -> AccessRevoked    a person's sessions, or an invite; they end within a second
    ReadAudit -> AuditPage           the hub's own log, as many pages as it takes
    RetainWords -> WordsRetained     how long words are kept once their room has ended

The hub answers anyone else with `failed`.
"""

from datetime import datetime
from typing import Annotated, TypeAlias

from msgspec import Meta, Raw, Struct

from warroom.domain.access import MOST_USES, CredentialId, Digest
from warroom.domain.commands import Days, Handle, Line
from warroom.domain.vocabulary import Audience, Scope
from warroom.protocol.envelopes import FromClient, FromHub, Seq

Seconds: TypeAlias = Annotated[int, Meta(ge=60, le=30 * 24 * 3600)]
Port: TypeAlias = Annotated[int, Meta(ge=0, le=65535)]


class InviteSomeone(FromClient, frozen=True, tag="invite"):
    """Let so many people in, for so long. `handle`: one more machine of someone known.

    `room` is the label of a guest's one room, `audience` that of stakeholders. `address` is what
    stands in the invite in place of what the hub would choose.
    """

    invite: CredentialId
    code: Digest
    scope: Scope
    uses: Annotated[int, Meta(ge=1, le=MOST_USES)] = 1
    lasts: Seconds = 3600
    name: Line | None = None
    handle: Handle | None = None
    room: Line | None = None
    audience: Audience | None = None
    address: Line | None = None


class ShareHub(FromClient, frozen=True, tag="share"):
    """Open a port; the hub picks what is left out. With `stop`, close it."""

    address: Line | None = None
    port: Port = 0
    stop: bool = False


class ListPeople(FromClient, frozen=True, tag="people"):
    pass


class ListInvites(FromClient, frozen=True, tag="invites"):
    pass


class RevokeAccess(FromClient, frozen=True, tag="revoke"):
    """End what this names: a handle, a name, a session, or an invite."""

    what: Line


class ReadAudit(FromClient, frozen=True, tag="audit"):
    """A page of the hub's own log, after entry `after`; with `export`, to write it to a file."""

    after: Seq = 0
    export: bool = False


class RetainWords(FromClient, frozen=True, tag="retain"):
    """From now on words are kept for so many days after their room ended; or else for ever.

    If words would be gone at once, the hub refuses, unless one is `sure`.
    """

    days: Days | None = None
    sure: bool = False


StewardMessage: TypeAlias = (
    InviteSomeone | ShareHub | ListPeople | ListInvites | RevokeAccess | ReadAudit | RetainWords
)


class InviteReady(FromHub, frozen=True, tag="invite_ready"):
    """The hub knows the code. `pin` is the SHA-256 of its certificate, hex, if it vouches for
    itself."""

    invite: str
    url: str
    expires_at: datetime
    pin: str | None = None


class HubShared(FromHub, frozen=True, tag="shared"):
    """Where the hub listens for other machines; nowhere, without a URL."""

    url: str | None = None


class Connected(Struct, frozen=True, kw_only=True):
    """One open connection: from where, with what, since when."""

    address: str
    client: str
    since: datetime


class PersonLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A session of someone; without `session`, someone on the hub's own machine.

    `last` is the last connection, whose `since` is when it was last heard of.
    `warning` says what looks like a stolen session, in a sentence.
    """

    person: str
    name: str
    handle: str
    scope: Scope
    session: str | None = None
    invite: str | None = None
    opened_at: datetime | None = None
    last: Connected | None = None
    expires_at: datetime | None = None
    over: str | None = None
    here: tuple[Connected, ...] = ()
    warning: str | None = None


class PeopleList(FromHub, frozen=True, tag="people_list"):
    people: tuple[PersonLine, ...]


class InviteLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An invite. `over` says why it lets nobody in any more."""

    invite: str
    scope: Scope
    uses: int
    used: int
    made_by: str
    made_at: datetime
    expires_at: datetime
    name: str | None = None
    over: str | None = None


class InviteList(FromHub, frozen=True, tag="invite_list"):
    invites: tuple[InviteLine, ...]


class AccessRevoked(FromHub, frozen=True, tag="revoked"):
    """The sessions and invites that ended.

    `people` are the handles of whoever had the sessions, one for each; `came_by` are those of the
    invites that could have brought them back, and ended for that.
    """

    sessions: tuple[str, ...] = ()
    invites: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    came_by: tuple[str, ...] = ()


class AuditPage(FromHub, frozen=True, tag="audit_page"):
    """Entries of the hub's own log, whose last is `seq`, and the signed heads among them."""

    log: str
    seq: int
    entries: tuple[Raw, ...]
    heads: tuple[Raw, ...]


class WordsRetained(FromHub, frozen=True, tag="retained"):
    """It is so, and stands in the hub's own log."""

    days: int | None = None


StewardAnswer: TypeAlias = (
    InviteReady | HubShared | PeopleList | InviteList | AccessRevoked | AuditPage | WordsRetained
)
