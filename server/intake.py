"""What people submit, on its way to the writer: not too much, and not for rooms that recover."""

from server.attendance import Attendance
from server.batch import Waiting
from server.decisions import RECOVERING
from server.directory import Directory
from server.limits import Buckets, Rates, seconds
from server.readers import Readers
from server.recovery import Recovery
from server.session import Session
from server.writer import Writer
from warroom.clock import monotonic
from warroom.domain.commands import Admit, Command, Declare, Remove, named_in
from warroom.domain.decide import Code, Named
from warroom.protocol.codec import content_of
from warroom.protocol.envelopes import Declined, Submit

MOST_WAITING = 100
"""Commands of one connection that may wait for an answer."""


class Intake:
    """Takes commands for the writer. `rates` are how many, how long ones, and how many rooms, a
    person may give from elsewhere."""

    def __init__(
        self,
        writer: Writer,
        directory: Directory,
        readers: Readers,
        recovery: Recovery,
        attendance: Attendance,
        rates: Rates,
    ) -> None:
        self._writer = writer
        self._directory = directory
        self._readers = readers
        self._recovery = recovery
        self._attendance = attendance
        self._commands = Buckets(rates.commands)
        self._content = Buckets(rates.content)
        self._rooms = Buckets(rates.rooms)

    def submit(self, session: Session, message: Submit) -> None:
        """Give a command to the writer, or say that it has to come again."""
        content = content_of(message)
        if (busy := self._too_much(session, message, len(content))) is not None:
            _decline(session, message, busy)
            return
        room = self._readers.room(session, message.log)
        if room is not None and self._recovery.holds(room.log):
            _decline(session, message, RECOVERING.text)
            return
        declares = isinstance(message.command, Declare)
        if not declares and room is not None:
            self._attendance.attend(session, room.log)
            self._attendance.named(_spoken_of(message), room)
        if not self._writer.submit(self._waiting(session, message, content)):
            _decline(session, message, "the hub is overloaded, and this is not recorded")
            return
        session.waiting += 1
        if declares and room is None:
            self._attendance.attend(session, message.log)

    def _too_much(self, session: Session, message: Submit, size: int) -> str | None:
        if session.waiting >= MOST_WAITING:
            return "too many of your commands wait; send more slowly"
        if not session.peer.remote:
            return None
        person, at = session.you.person, monotonic()
        if wait := self._commands.take(person, at):
            return f"that is too many commands; the next is taken in {seconds(wait)} s"
        if wait := self._content.take(person, at, size):
            return f"that is too much text at once; this is taken in {seconds(wait)} s"
        if isinstance(message.command, Declare) and (wait := self._rooms.take(person, at)):
            return f"you declared too many rooms; the next is taken in {seconds(wait)} s"
        return None

    def _waiting(self, session: Session, message: Submit, content: bytes) -> Waiting:
        return Waiting(
            id=message.id,
            log=message.log,
            command=message.command,
            content=content,
            person=session.you.person,
            via=session.via,
            scope=session.you.scope,
            bound=session.you.bound,
            seen=message.seen,
            said_by=message.said_by,
            named=self._named(message.command),
            occurred_at=message.occurred_at,
            reply_to=session,
        )

    def _named(self, command: Command) -> Named | None:
        """Whom a command means by a handle, of all whom the hub knows."""
        match command:
            case Admit(handle=handle) | Remove(handle=handle):
                known = self._directory.by_handle(handle)
            case _:
                return None
        return None if known is None else Named(known.person, known.name, known.handle)


def _spoken_of(message: Submit) -> tuple[str, ...]:
    said_by = () if message.said_by is None else (message.said_by,)
    return *said_by, *named_in(message.command)


def _decline(session: Session, message: Submit, text: str) -> None:
    session.say(
        Declined(id=message.id, log=message.log, code=Code.TEMPORARY, text=text, temporary=True)
    )
