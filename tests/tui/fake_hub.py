"""A hub without a socket: the real rules and the real replica, and a desk that speaks to it.

Everything is decided and folded at once by `warroom.domain`; entries reach the replicas as the
hub would send them. `hub.holds` keeps commands unanswered, as a slow line would.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Raw
from msgspec.structs import replace

from warroom.client import desk as real
from warroom.client.connection import Line, LineState
from warroom.client.draft import Draft
from warroom.client.inviting import InviteAsked, InviteMade, InviteWanted
from warroom.client.outbox import AlreadySent
from warroom.client.replica import Change, Pending, Replica, Stand
from warroom.clock import new_command_id
from warroom.domain import commands as c
from warroom.domain.commands import Command
from warroom.domain.decide import Asked, Founding, Granted, Refused, cited, decide
from warroom.domain.events import DEFAULT_POLICY
from warroom.domain.timers import due
from warroom.domain.transcript import Transcript
from warroom.domain.vocabulary import HUB, Scope, Via
from warroom.domain.waiting import can_wait
from warroom.log.chain import GENESIS
from warroom.log.entry import Entry, make_entry
from warroom.protocol.envelopes import (
    Acked,
    Declined,
    Entries,
    Here,
    HubMessage,
    Opened,
    Presence,
    RoomSummary,
    Submit,
    You,
)
from warroom.protocol.stewardship import InviteReady
from warroom.protocol.summary import summary_of

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = "a" * 64
LOG = f"{1:032x}"


class FakeHub:
    """Rooms by log id, the hub's time, and the desks that are connected."""

    def __init__(self) -> None:
        self.rooms: dict[str, Transcript] = {}
        self.entries: dict[str, list[Entry]] = {}
        self.names: dict[str, str] = {}
        self.desks: list[FakeDesk] = []
        self.now = NINE
        self.holds = False
        self.held: list[tuple[str, Submit]] = []

    def desk(self, name: str, listener: Callable[[real.DeskEvent], None]) -> "FakeDesk":
        """A desk for someone, whose id is their name in small letters."""
        desk = FakeDesk(self, name, listener)
        self.desks.append(desk)
        return desk

    def says(self, person: str, command: Command, said_by: str | None = None) -> None:
        """Someone else, or the hub, gives a command; it must be granted."""
        answer = self._decide(person, LOG, new_command_id(), command, said_by, None)
        assert isinstance(answer, Granted), answer

    def declares(self, title: str = "Checkout is down", *people: str) -> str:
        """A room declared by Ana, and joined by people. Its log id."""
        self.says("ana", c.Declare(title=title))
        for person in ("ana", *people):
            self.join(LOG, person)
        return LOG

    def waits(self, seconds: float) -> None:
        """Time passes, and every timer that falls due fires."""
        self.now += timedelta(seconds=seconds)
        for log, room in list(self.rooms.items()):
            for timer in due(room.incident):
                if timer.at <= self.now:
                    self._decide(HUB, log, new_command_id(), timer.command, None, None)

    def answer(self) -> None:
        """Answer what was held."""
        self.holds = False
        held, self.held = self.held, []
        for person, submit in held:
            self.take(person, submit)

    def take(self, person: str, submit: Submit) -> None:
        """A command from a desk: acknowledged or declined to it, entries to all."""
        if self.holds:
            self.held.append((person, submit))
            return
        log = submit.log
        if log in self.rooms:
            named = {submit.said_by, *c.named_in(submit.command)}
            present = {one.person for one in self.desks if log in one.replicas}
            for one in (person, *sorted(present & named)):
                self.join(log, one)
        answer = self._decide(
            person, log, submit.id, submit.command, submit.said_by, submit.occurred_at
        )
        if isinstance(answer, Refused):
            declined = Declined(
                id=submit.id, log=log, code=answer.code, text=answer.text, about=answer.about
            )
            self._to(person, declined)
            return
        if isinstance(submit.command, c.Declare):
            self._to(person, Acked(id=submit.id, log=log, seq=1))
            self.join(log, person)
            for desk in self.desks:
                if log in desk.replicas:
                    self.open(desk, log)

    def join(self, log: str, person: str) -> None:
        """Attendance, before someone's first other entry."""
        if person not in self.rooms[log].incident.people:
            name = self.names.get(person, person.title())
            join = c.Join(person=person, name=name, handle=person)
            self._decide(HUB, log, new_command_id(), join, None, None)

    def open(self, desk: "FakeDesk", log: str) -> None:
        """A desk opens a room: it gets all of it, and everyone sees it there."""
        if log not in self.rooms:
            return
        entries = self.entries[log]
        label = self.rooms[log].incident.label
        desk.hear(
            Opened(
                log=log,
                label=label,
                after=desk.replicas[log].seq,
                seq=len(entries),
                head=entries[-1].hash,
            )
        )
        desk.hear(_entries(log, entries))
        self.presence(log)

    def presence(self, log: str) -> None:
        """Everyone learns who is here."""
        present = (one.person for one in self.desks if log in one.replicas)
        here = tuple(Here(person, handle=person) for person in present)
        for desk in self.desks:
            desk.hear(Presence(log=log, here=here))

    def summaries(self) -> tuple[RoomSummary, ...]:
        """The lobby."""
        lines = (summary_of(room, room.incident.label) for room in self.rooms.values())
        return tuple(line for line in lines if line is not None)

    def _to(self, person: str, message: HubMessage) -> None:
        for desk in self.desks:
            if desk.person == person:
                desk.hear(message)

    def _decide(
        self,
        person: str,
        log: str,
        id_: str,
        command: Command,
        said_by: str | None,
        occurred_at: datetime | None,
    ) -> Granted | Refused:
        room = self.rooms.get(log) or Transcript(log)
        label = f"INC-{len(self.rooms) + 1}"
        asked = Asked(
            person=person,
            via=Via.HUB if person == HUB else Via.OS,
            at=self.now,
            scope=Scope.HUB if person == HUB else Scope.RESPONDER,
            said_by=said_by,
            occurred_at=occurred_at,
            cited=cited(command, room.entry),
            founding=Founding(label, KEY, DEFAULT_POLICY),
        )
        answer = decide(room.incident, command, asked)
        if isinstance(answer, Granted):
            self.rooms[log] = room
            entries = self.entries.setdefault(log, [])
            entry = make_entry(
                log=log,
                seq=len(entries) + 1,
                prev=entries[-1].hash if entries else GENESIS,
                id=id_,
                at=self.now,
                by=person,
                via=asked.via,
                event=answer.event,
                salt="0" * 32,
                role=answer.role,
                said_by=said_by,
                refs=answer.refs,
            )
            entries.append(entry)
            room.append(entry.recorded())
            for desk in self.desks:
                desk.hear(_entries(log, [entry]))
                desk.hear_rooms()
        return answer


class FakeDesk:
    """A desk as the screens know it, spoken to by a `FakeHub`."""

    def __init__(self, hub: FakeHub, name: str, listener: Callable[[real.DeskEvent], None]) -> None:
        self.hub = hub
        self.person = name.casefold()
        self.listener = listener
        self.line = Line(LineState.LIVE, hub.now)
        self.you: You | None = You(self.person, name, self.person, Scope.RESPONDER)
        self.replicas: dict[str, Replica] = {}
        self.touched = 0
        self.asked: list[InviteAsked] = []

    @property
    def rooms(self) -> tuple[RoomSummary, ...]:
        return self.hub.summaries()

    async def run(self) -> None:
        await asyncio.Event().wait()

    def now(self) -> datetime:
        return self.hub.now

    def touch(self) -> None:
        self.touched += 1

    def try_again(self) -> None:
        pass

    def watch(self) -> None:
        self.hear_rooms()

    def open(self, log: str) -> Replica:
        if log not in self.replicas:
            self.replicas[log] = Replica(log)
            self.hub.open(self, log)
        return self.replicas[log]

    def close(self, log: str) -> None:
        if log in self.replicas and not self.replicas[log].pending:
            del self.replicas[log]

    def declare(self, title: str, typed: str = "", **facts: Any) -> str:
        log = f"{len(self.hub.rooms) + 1:032x}"
        self.replicas[log] = Replica(log)
        self.send(log, Draft(c.Declare(title=title, **facts)))
        self.hub.open(self, log)
        return log

    def send(self, log: str, draft: Draft, typed: str = "") -> str:
        replica = self.replicas[log]
        submit = replica.send(new_command_id(), draft, self.now())
        live = self.line.state is LineState.LIVE
        if live and (replica.open_to_words or not can_wait(draft.command)):
            asyncio.get_running_loop().call_soon(self.hub.take, self.person, submit)
        else:
            waiting = Pending(submit, self.now(), Stand.WAITING, kept=True, typed=typed)
            replica.pending[submit.id] = waiting
        return submit.id

    def take_back(self, log: str, id_: str, why: str | None = None) -> None:
        replica = self.replicas[log]
        pending = replica.pending.get(id_) or replica.returned[id_]
        if pending.stand is Stand.SENDING:
            raise AlreadySent(id_)
        replica.pending.pop(id_, None)
        replica.returned.pop(id_, None)
        if why is not None:
            replica.put_back(replace(pending, stand=Stand.RETURNED, why=why))

    def invite(self, wanted: InviteWanted) -> str | None:
        """Kept until `hub` answers: `welcomes` or `refuses`."""
        asked = InviteAsked(wanted)
        self.asked.append(asked)
        return asked.message.invite if self.line.state is LineState.LIVE else None

    def welcomes(self) -> InviteMade:
        """The hub has made the invite that was asked for last."""
        asked = self.asked[-1]
        ready = InviteReady(
            invite=asked.message.invite,
            url="wrs://10.0.0.5:8750/",
            expires_at=self.hub.now + timedelta(seconds=asked.message.lasts),
            pin="ab" * 32,
        )
        self.listener(made := asked.made(ready))
        return made

    def refuses(self, why: str) -> None:
        """The hub does not make it."""
        self.listener(real.InviteRefused(self.asked[-1].message.invite, why))

    def drops(self, state: LineState = LineState.OFFLINE, why: str = "the hub is gone") -> None:
        """The line is lost."""
        self.becomes(state, why)
        for log, replica in self.replicas.items():
            for change in replica.lost():
                self._tell(log, change)

    def becomes(self, state: LineState, why: str = "") -> None:
        """The line stands otherwise."""
        self.line = Line(state, self.hub.now, why)
        self.listener(real.LineChanged(self.line))

    def returns(self) -> None:
        """The line is back: every room is caught up with."""
        self.becomes(LineState.LIVE)
        for log, replica in self.replicas.items():
            self.hub.open(self, log)
            for pending in replica.pending.values():
                asyncio.get_running_loop().call_soon(self.hub.take, self.person, pending.submit)

    def hear(self, message: HubMessage) -> None:
        """What the hub sends about a room, unless the line is lost."""
        log = getattr(message, "log", "")
        replica = self.replicas.get(log)
        if replica is not None and self.line.state is LineState.LIVE:
            for change in replica.receive(message):
                self._tell(log, change)

    def hear_rooms(self) -> None:
        self.listener(real.RoomsChanged(self.rooms))

    def _tell(self, log: str, change: Change) -> None:
        self.listener(real.RoomChanged(log, change))


def _entries(log: str, entries: list[Entry]) -> Entries:
    return Entries(log=log, entries=tuple(Raw(entry.line()) for entry in entries), heads=())
