"""What one person's client keeps on this machine, as its desk uses it.

A disk that fails must not end a war room: the room goes on in memory, and the person is told once.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from msgspec.structs import replace

from warroom.client.outbox import Kept, Outbox
from warroom.client.replica import Change, Pending, Replica, Sync
from warroom.client.replica_file import ReplicaFile
from warroom.client.store import Known, Store
from warroom.client.target import Target
from warroom.clock import now
from warroom.domain.waiting import can_wait
from warroom.protocol.envelopes import RoomSummary, Submit, You
from warroom.protocol.summary import summary_of

REMEMBERS_EVERY = timedelta(seconds=10)
"""How often the lobby is written down while it changes."""


class Keeper:
    """The files behind a desk. Without a store, nothing is kept and nothing is said.

    `complain` is called with a sentence for the person, and the log that it is about, if any.
    """

    def __init__(
        self,
        store: Store | None,
        target: Target,
        name: str | None,
        complain: Callable[[str, str | None], None],
    ) -> None:
        self._store = store
        self._target = target
        self._name = name
        self._complain = complain
        self._said: set[str] = set()
        self._files: dict[str, ReplicaFile] = {}
        self._written_at: datetime | None = None
        self.known: Known | None = None
        with self._careful():
            self.known = store.known(target, name) if store else None

    @property
    def hub(self) -> str | None:
        """The id of the hub, once it is known."""
        return self.known.hub if self.known else None

    # --- the hub and its lobby -------------------------------------------------------------------

    def welcomed(self, hub: str, you: You, offset: timedelta) -> None:
        """A hub has welcomed us. If it is another than before, the files go on in copies."""
        before = self.known if self.known and self.known.name == (self._name or "") else None
        rooms = before.rooms if before and before.hub == hub else ()
        if before and before.hub != hub:
            for log in list(self._files):
                self.forget(log)
        self.known = Known(
            target=str(self._target),
            name=self._name or "",
            hub=hub,
            you=you,
            heard_at=now(),
            offset=round(offset.total_seconds()),
            rooms=rooms,
        )
        self._remember()
        if self._store is not None and before and before.you.person != you.person:
            with self._careful():
                self._store.outbox(you.person).take_over(self._store.outbox(before.you.person))

    def saw(self, rooms: Iterable[RoomSummary]) -> None:
        """The lobby as it is now. New rooms are written down at once, the rest now and then."""
        self._note(tuple(replace(room, here=0) for room in rooms))

    def _note(self, rooms: tuple[RoomSummary, ...]) -> None:
        if self.known is None:
            return
        others = {room.log for room in rooms} != {room.log for room in self.known.rooms}
        self.known = replace(self.known, rooms=rooms, heard_at=now())
        if others or self._written_at is None or now() - self._written_at >= REMEMBERS_EVERY:
            self._remember()

    def heard(self, replicas: Iterable[Replica]) -> None:
        """The hub is there, and says where its logs stand."""
        for replica in replicas:
            file = self._files.get(replica.log)
            if file is not None and replica.sync is Sync.LIVE:
                with self._careful(replica.log):
                    file.keep(replica)
                    file.confirm()

    def _remember(self) -> None:
        if self._store is not None and self.known is not None:
            with self._careful():
                self._store.remember(self._target, self.known)
                self._written_at = now()

    # --- rooms -----------------------------------------------------------------------------------

    @property
    def logs(self) -> set[str]:
        """The rooms that have a file here, of this hub or of one before it."""
        with self._careful():
            return self._store.logs() if self._store else set()
        return set()

    def load(self, replica: Replica) -> Iterator[list[Change]]:
        """What this machine has of a room, slice by slice. Nothing if its hub is not known yet."""
        if self._store is None or self.hub is None or replica.log in self._files:
            return
        with self._careful(replica.log):
            file = self._files[replica.log] = self._store.replica(self.hub, replica.log)
            if not replica.seq:
                yield from file.load(replica)
            if file.complaint:
                self._complain(file.complaint, replica.log)

    def keep(self, replica: Replica) -> None:
        """Write down what a room has got."""
        file = self._files.get(replica.log)
        if file is not None:
            with self._careful(replica.log):
                file.keep(replica)
        summary = summary_of(replica.room, replica.label, recovering=replica.recovering)
        if self.known is not None and summary is not None:
            rest = (room for room in self.known.rooms if room.log != replica.log)
            self._note((*rest, summary))

    def forget(self, log: str, replica: Replica | None = None) -> None:
        """The room is open no longer: another client may write its file."""
        file = self._files.pop(log, None)
        if file is not None:
            with self._careful(log):
                file.close(replica)

    def close(self, replicas: Iterable[Replica]) -> None:
        """The client ends."""
        self._remember()
        for replica in replicas:
            self.forget(replica.log, replica)

    # --- lines that wait -------------------------------------------------------------------------

    @property
    def outbox(self) -> Outbox | None:
        """What this person has waiting; None if nothing can be kept."""
        if self._store is None or self.known is None:
            return None
        return self._store.outbox(self.known.you.person)

    def waiting_logs(self) -> list[str]:
        """The rooms for which lines wait."""
        if (outbox := self.outbox) is not None:
            with self._careful():
                return outbox.logs()
        return []

    def waiting(self, replica: Replica) -> None:
        """Put the lines that an earlier process left back into a room."""
        if (outbox := self.outbox) is None:
            return
        with self._careful(replica.log):
            for kept in outbox.all(replica.log):
                if replica.room.seq_of(kept.submit.id) is not None:
                    outbox.drop(replica.log, kept.submit.id)
                elif kept.submit.id not in replica.pending:
                    replica.put_back(kept.pending())

    def keep_line(self, pending: Pending, *, sent: bool) -> bool:
        """Keep a line until the hub has answered it; False if it is not safe here."""
        outbox = self.outbox
        if outbox is None or not can_wait(pending.submit.command):
            return False
        with self._careful(pending.submit.log):
            kept = Kept(
                submit=pending.submit,
                written_at=pending.written_at,
                typed=pending.typed,
                sent=sent,
            )
            outbox.keep(kept)
            return True
        return False

    def may_send(self, submit: Submit) -> bool:
        """Mark a line as sent, just before it is; False if it was taken back elsewhere."""
        if (outbox := self.outbox) is not None:
            with self._careful(submit.log):
                return outbox.send(submit)
        return True

    def answered(self, log: str, id_: str) -> None:
        """The hub has taken a line."""
        if (outbox := self.outbox) is not None:
            with self._careful(log):
                outbox.drop(log, id_)

    def give_back(self, submit: Submit, why: str) -> None:
        """The hub has refused a line."""
        if (outbox := self.outbox) is not None:
            with self._careful(submit.log):
                outbox.give_back(submit, why)

    @contextmanager
    def _careful(self, log: str | None = None) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            text = (
                f"nothing more is kept on this machine ({error.strerror or error}): "
                "the hub has what it answered, and what waits is only in memory"
            )
            if text not in self._said:
                self._said.add(text)
                self._complain(text, log)
