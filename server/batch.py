"""What goes to the writer and what comes back: commands that wait, outcomes, committed batches."""

from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from warroom.domain.commands import Command
from warroom.domain.decide import Named, Refused
from warroom.domain.hublog import OwnCommand
from warroom.domain.vocabulary import Scope, Via
from warroom.log.entry import Entry
from warroom.log.part import Signed
from warroom.log.signing import SignedHead


class Waiting(Struct, frozen=True, kw_only=True):
    """A command on its way into the log. `content` is what it asks, in canonical bytes.

    `reply_to` belongs to whoever submitted it, and comes back with the outcome.
    """

    id: str
    log: str
    command: Command | OwnCommand
    content: bytes
    person: str
    via: Via
    scope: Scope = Scope.RESPONDER
    bound: str | None = None
    seen: int = 0
    said_by: str | None = None
    named: Named | None = None
    occurred_at: datetime | None = None
    reply_to: object = None


class Accepted(Struct, frozen=True):
    """The command is entry `seq`, durably; now, or since it was first sent."""

    waiting: Waiting
    seq: int


class Rejected(Struct, frozen=True):
    """The command made no entry."""

    waiting: Waiting
    refused: Refused


Outcome: TypeAlias = Accepted | Rejected


class Extension(Struct, frozen=True, kw_only=True):
    """Signed entries of a log as they were made elsewhere, to be taken as they are.

    `label` is that of a log that is new here; `note` what the hub then writes into its own.
    """

    log: str
    label: str
    part: Signed
    note: Waiting | None = None
    reply_to: object = None


class Extended(Struct, frozen=True):
    """What became of an extension: it is durable, or `refused`."""

    extension: Extension
    refused: Refused | None = None


class Committed(Struct, frozen=True):
    """New entries of one log, durable, under signed heads, the last of them `head`."""

    log: str
    label: str
    entries: tuple[Entry, ...]
    head: SignedHead
    earlier: tuple[SignedHead, ...] = ()


class Batch(Struct, frozen=True):
    """What one transaction brought: answers, and what to tell everyone."""

    outcomes: tuple[Outcome, ...]
    commits: tuple[Committed, ...]
    extended: tuple[Extended, ...] = ()
