"""A hub that lies: it speaks the protocol, and serves words that no real hub would take."""

import contextlib
import threading
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
from msgspec import Raw
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, unix_serve
from websockets.typing import Subprotocol

from tests.data.hostile_text import LETTERS, Pour, tame
from warroom.clock import now
from warroom.domain import events as e
from warroom.domain.decide.asked import Code
from warroom.domain.events import Citation, Event, TextWords
from warroom.domain.vocabulary import (
    HUB,
    Audience,
    HypothesisState,
    Level,
    Outcome,
    PromotedTo,
    Risk,
    Role,
    Scope,
    Severity,
    Status,
    Via,
)
from warroom.log.chain import GENESIS
from warroom.log.entry import Entry, make_entry
from warroom.protocol.codec import decode_client, encode
from warroom.protocol.envelopes import (
    PROTOCOL,
    SUBPROTOCOL,
    Declined,
    Entries,
    Failed,
    FromClient,
    FromHub,
    Heartbeat,
    Hello,
    Here,
    Limits,
    ListRooms,
    Open,
    Opened,
    Presence,
    Rooms,
    RoomSummary,
    Submit,
    Welcome,
    You,
)

LOG = "7" * 32
ME, ANA, BO = "person-me", "person-ana", "person-bo"
LAST = "the end of the log"
"""The words of the last entry."""


class Book:
    """A log with every kind of entry, whose words are poured into it."""

    def __init__(self, pour: Pour, began: datetime) -> None:
        self.pour = pour
        self.entries: list[Entry] = []
        self._at = began
        self._lapses_at = began + timedelta(hours=1)
        self._open()
        self._people()
        self._decisions()
        self._actions()
        self._updates()
        self._notes()
        self._corrections()
        self._members()
        self._goes_on()
        self._strange()
        self.note(LAST)

    def text(self) -> TextWords:
        return TextWords(self.pour())

    def add(self, event: Event, by: str = ANA, **more: Any) -> Citation:
        """Write an entry; how it is cited."""
        self._at += timedelta(seconds=1)
        fields: dict[str, Any] = {
            "log": LOG,
            "seq": len(self.entries) + 1,
            "prev": self.entries[-1].hash if self.entries else GENESIS,
            "id": f"{len(self.entries):08}-0000-7000-8000-000000000000",
            "at": self._at,
            "by": by,
            "via": Via.AS,
            "event": event,
            "salt": "0" * 32,
        }
        entry = make_entry(**fields | more)
        self.entries.append(entry)
        return Citation(entry.seq, entry.hash)

    def note(self, text: str, by: str = ANA) -> Citation:
        return self.add(e.NotePosted(words=TextWords(text)), by)

    def _open(self) -> None:
        self.label = f"INC-7{self.pour()}"
        self.title = self.pour()
        words = e.IncidentWords(
            title=self.pour(), services=(self.pour(), self.pour()), bridge=self.pour()
        )
        self.add(
            e.IncidentDeclared(label=self.label, key="a" * 64, policy=e.DEFAULT_POLICY, words=words)
        )
        for person in (ANA, BO, ME):
            names = e.PersonWords(name=self.pour(), handle=self.pour(), team=self.pour())
            self.add(e.PersonJoined(person=person, words=names), HUB)
        handles = e.RollWords(handles=(self.pour(), self.pour()))
        self.add(e.RollCalled(people=("voice-1", self.pour()), words=handles))
        self.add(e.IncidentRetitled(words=TextWords(self.title)))
        described = e.IncidentWords(services=(self.pour(),), bridge=self.pour())
        self.add(e.IncidentDescribed(impact=Level.HIGH, urgency=Level.LOW, words=described))
        self.add(e.StatusChanged(was=Status.DECLARED, now=Status.IDENTIFIED, words=self.text()))
        self.add(e.SeverityChanged(now=Severity.SEV1, words=self.text()))
        self.add(e.PolicyChanged(policy=e.DEFAULT_POLICY, words=self.text()))

    def _people(self) -> None:
        lead, scribe, deputy = Role.TECHNICAL_LEAD, Role.SCRIBE, Role.DEPUTY
        self.add(e.RoleTaken(role=Role.INCIDENT_COMMANDER, words=self.text()))
        self.add(e.RoleTaken(role=lead, words=self.text()), ME)
        self.add(e.RoleOffered(role=scribe, to=BO, lapses_at=self._lapses_at, words=self.text()))
        self.add(e.RoleAccepted(role=scribe, person=BO, handed_over_by=ANA), BO)
        self.add(e.RoleReleased(role=scribe, person=BO, words=self.text()))
        self.add(e.RoleOffered(role=scribe, to=BO, lapses_at=self._lapses_at, words=self.text()))
        self.add(e.RoleDeclined(role=scribe, person=BO, words=self.text()), BO)
        self.add(e.RoleOffered(role=scribe, to=BO, lapses_at=self._lapses_at, words=self.text()))
        self.add(e.RoleOfferLapsed(role=scribe, to=BO), HUB)
        self.add(e.RoleAppointed(role=Role.COMMS_LEAD, person=self.pour()))
        offer = e.RoleOffered(role=deputy, to=ME, lapses_at=self._lapses_at, words=self.text())
        self.add(offer)

    def _decisions(self) -> None:
        until = self._lapses_at
        for number in (1, 2, 3, 4):
            words = e.DecisionWords(
                choice=self.pour(),
                question=self.pour(),
                options=(self.pour(), self.pour()),
                rationale=self.pour(),
                rollback=self.pour(),
                verification=self.pour(),
            )
            self.add(
                e.DecisionProposed(
                    decision=number, objections_until=until, risk=Risk.HIGH, words=words
                )
            )
            self.add(e.ObjectionRaised(decision=number, words=self.text()), BO)
        self.add(e.ObjectionsClosed(decision=2, heard=1), HUB)
        self.add(e.ProposalDecided(decision=2, objections=1, words=self.text()))
        self.add(e.OutcomeRecorded(decision=2, outcome=Outcome.WORKED, words=self.text()))
        self.add(e.ProposalWithdrawn(decision=3, words=self.text()))
        self.add(e.DecisionRecorded(decision=5, words=e.DecisionWords(choice=self.pour())))

    def _actions(self) -> None:
        late = self._at + timedelta(seconds=20)
        for number, who in ((1, BO), (2, self.pour()), (3, None), (4, ANA), (5, ME)):
            self.add(e.ActionAdded(action=number, assignee=who, due_at=late, words=self.text()))
        self.add(e.ActionAssigned(action=3, assignee=BO))
        self.add(e.ActionStarted(action=3))
        self.add(e.ActionDone(action=4, words=self.text()))
        self.add(e.ActionDropped(action=5, words=self.text()))
        postponed = e.ActionPostponed(action=3, due_at=self._lapses_at, words=self.text())
        self.add(postponed)
        self.add(e.ActionOverdue(action=1, due_at=late), HUB)

    def _updates(self) -> None:
        for number, audience in enumerate(Audience, 1):
            text = self.add(e.UpdateDrafted(update=number, audience=audience, words=self.text()))
            self.add(e.UpdateSubmitted(update=number, text=text))
            if number == 1:
                self.add(e.UpdateReturned(update=1, text=text, words=self.text()), BO)
                self.add(e.UpdateRevised(update=1, words=self.text()))
                continue
            self.add(
                e.UpdateApproved(update=number, text=text, break_glass=True, words=self.text())
            )
        self.add(e.UpdatePublished(update=3, text=text, next_by=self._at))
        sent = e.SentWords(where=self.pour(), text=self.pour())
        self.add(e.UpdateSent(update=3, text=text, words=sent))
        self.add(e.UpdateOverdue(audience=Audience.CUSTOMERS, promised_at=self._at), HUB)

    def _notes(self) -> None:
        for number, state in enumerate(HypothesisState, 1):
            self.add(e.HypothesisRaised(hypothesis=number, words=self.text()))
            assessed = e.HypothesisAssessed(hypothesis=number, state=state, words=self.text())
            self.add(assessed)
        self.add(e.ObservationMade(words=self.text(), occurred_at=self._at - timedelta(hours=1)))
        harmless = self.label == tame(self.label)
        for text in LETTERS:
            self.note(tame(text) if harmless else text)

    def _corrections(self) -> None:
        said, gone = self.note(self.pour()), self.note(self.pour())
        self.add(e.EntryAmended(of=said, words=self.text()))
        self.add(e.EntryStruck(of=said, words=self.text()))
        asked = self.add(e.RedactionRequested(of=gone, words=self.text()))
        self.add(e.EntryRedacted(of=gone, request=asked), BO)
        for to in (PromotedTo.FACT, PromotedTo.DECISION, PromotedTo.ACTION, PromotedTo.HYPOTHESIS):
            number = None if to is PromotedTo.FACT else 9
            self.add(e.EntryPromoted(of=self.note(self.pour()), to=to, number=number))

    def _members(self) -> None:
        self.add(e.PersonRenamed(person=BO, words=self.text()), BO)
        known = (ME, ANA, BO)
        self.add(e.RoomRestricted(members=(*known, self.pour()), words=self.text()))
        stranger = e.PersonWords(name=self.pour(), handle=self.pour(), team=self.pour())
        self.add(e.MemberAdmitted(person="person-cy", words=stranger))
        self.add(e.MemberRemoved(person="person-cy", words=self.text()))
        self.add(e.MemberRemoved(person=self.pour(), words=self.text()))

    def _goes_on(self) -> None:
        """The log of a hub that was restored, then of another, which names a key that is none."""
        last = Citation(len(self.entries), self.entries[-1].hash)
        self.add(e.LogRestored(head=last, restore=self.pour()), HUB)
        last = Citation(len(self.entries), self.entries[-1].hash)
        self.add(e.LogAdopted(key=self.pour(), head=last), HUB)
        self.add(e.RoomHeld(words=self.text()))
        self.add(e.RoomUnheld(words=self.text()))
        first = Citation(1, self.entries[0].hash)
        self.add(e.WordsExpired(through=first, days=1), HUB)

    def _strange(self) -> None:
        """Ids nobody has, a kind nobody knows, and who said it."""
        self.note(self.pour(), by=self.pour())
        self.add(e.NotePosted(words=self.text()), said_by=self.pour(), id=self.pour())
        kind: Any = msgspec.defstruct(
            "Strange",
            [("extra", str), ("words", TextWords)],
            bases=(e.EventBase,),
            tag=f"strange.{self.pour()}",
            tag_field="kind",
            frozen=True,
            kw_only=True,
        )
        self.add(kind(extra=self.pour(), words=self.text()))


class RogueHub:
    """Listens on a socket for as long as the block runs."""

    def __init__(self, path: Path, pour: Pour) -> None:
        self._path = path
        self._pour = pour
        self.book = Book(pour, now() - timedelta(minutes=10))
        self.turns_away: str | None = None
        self._lines: list[ServerConnection] = []
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._server = unix_serve(
            self._listen,
            str(self._path),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            compression=None,
            ping_interval=None,
            process_request=self._let_in,
        )
        self._threads = [
            threading.Thread(target=target) for target in (self._server.serve_forever, self._beat)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._server.shutdown()
        for thread in self._threads:
            thread.join()
        for line in self._lines:
            line.close()
        self._path.unlink(missing_ok=True)

    # --- what it says by itself ------------------------------------------------------------------

    def speaks_up(self, mark: str) -> None:
        """Say everything to everyone that makes a screen show a sentence at once."""
        self._say(Failed(code=Code.INVALID, text=f"{mark}-1 {self._pour()}"))
        self._say(Failed(code=Code.INVALID, text=f"{mark}-2 {self._pour()}", log=LOG))
        self.book.note(f"@tl {mark}-3 {self._pour()}", by=BO)
        self._say(_entries(self.book.entries[-1:]))
        self._say(Presence(log=LOG, here=(Here(self._pour()), Here(ANA), Here(BO, 900, True))))

    def breaks_the_log(self) -> None:
        """Send an entry that is none; what is wrong with it is in words of the hub's."""
        broken = self.book.entries[-1].line().replace(b'"at":"', b'"at":"\\u001b[2J\\u202e')
        self._say(Entries(log=LOG, entries=(Raw(broken),), heads=()))

    def sends_words(self, escaped: str) -> None:
        """Send a note whose words stand in the frame as they are given, as JSON."""
        self.book.note("words")
        line = self.book.entries.pop().line()
        raw = Raw(line.replace(b'"text":"words"', b'"text":"%b"' % escaped.encode()))
        frame = encode(Entries(log=LOG, entries=(raw,), heads=()))
        for sender in self._lines:
            sender.send(frame.decode())

    def hangs_up(self, code: int, reason: str) -> None:
        """End every line."""
        lines, self._lines = self._lines, []
        for line in lines:
            line.close(code, reason)

    def _beat(self) -> None:
        while not self._over.wait(5):
            self._say(Heartbeat(time=now()))

    def _say(self, message: FromHub) -> None:
        for line in self._lines.copy():
            with contextlib.suppress(ConnectionClosed):
                line.send(encode(message).decode())

    # --- what it answers -------------------------------------------------------------------------

    def _let_in(self, line: ServerConnection, request: Request) -> Response | None:
        if self.turns_away is None:
            return None
        body = self.turns_away.encode()
        headers = Headers({"Content-Length": str(len(body)), "Connection": "close"})
        return Response(503, "Busy", headers, body)

    def _listen(self, line: ServerConnection) -> None:
        self._lines.append(line)
        with contextlib.suppress(ConnectionClosed):
            for frame in line:
                for message in self._answers(decode_client(frame)):
                    line.send(encode(message).decode())

    def _answers(self, message: FromClient) -> list[FromHub]:
        match message:
            case Hello():
                return [self._welcome()]
            case ListRooms():
                return [self._rooms()]
            case Open(after=after):
                return self._opened(after)
            case Submit(id=id_):
                text = f"no-{{about}} {self._pour()}"
                return [
                    Declined(id=id_, log=LOG, code=Code.CONFLICT, text=text, about=self._pour())
                ]
            case _:
                return []

    def _welcome(self) -> Welcome:
        you = You(ME, self._pour(), self._pour(), Scope.RESPONDER)
        limits = Limits(frame=65536, waiting=100, logs=100)
        return Welcome(
            hub=self._pour(),
            protocol=PROTOCOL,
            server=self._pour(),
            you=you,
            limits=limits,
            time=now(),
        )

    def _rooms(self) -> Rooms:
        began = now() - timedelta(minutes=10)
        room = RoomSummary(
            log=LOG,
            label=self.book.label,
            title=self.book.title,
            seq=len(self.book.entries),
            status=Status.IDENTIFIED,
            declared_at=began,
            began_at=began,
            severity=Severity.SEV1,
            commander=self._pour(),
            here=3,
        )
        others = [
            msgspec.structs.replace(
                room,
                log=f"{number:032x}",
                label=f"INC-{number}",
                title=self._pour() * (60 if number == 1 else 1),
                commander=self._pour(),
                severity=Severity.SEV4,
            )
            for number in range(1, 7)
        ]
        return Rooms(rooms=(room, *others))

    def _opened(self, after: int) -> list[FromHub]:
        entries = self.book.entries
        label, head = self.book.label, entries[-1].hash
        opened = Opened(log=LOG, label=label, after=after, seq=len(entries), head=head)
        return [opened, *([_entries(entries[after:])] if entries[after:] else [])]


def _entries(entries: list[Entry]) -> Entries:
    return Entries(log=LOG, entries=tuple(Raw(entry.line()) for entry in entries), heads=())
