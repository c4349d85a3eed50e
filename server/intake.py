"""What people submit, on its way to the writer: not too much, and not for rooms that recover."""

from server.attendance import Attendance
from server.batch import Waiting
from server.decisions import RECOVERING
from server.directory import Directory
from server.limits import Buckets, Rate, seconds
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
    """Takes commands for the writer. `rate` is how many a person may give from elsewhere."""

    def __init__(
        self,
        writer: Writer,
        directory: Directory,
        readers: Readers,
        recovery: Recovery,
        attendance: Attendance,
        rate: Rate,
    ) -> None:
        self._writer = writer
        self._directory = directory
        self._readers = readers
        self._recovery = recovery
        self._attendance = attendance
        self._commands = Buckets(rate)

    def submit(self, session: Session, message: Submit) -> None:
        """Give a command to the writer, or say that it has to come again."""
        if (busy := self._too_much(session)) is not None:
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
        if not self._writer.submit(self._waiting(session, message)):
            _decline(session, message, "the hub is overloaded, and this is not recorded")
            return
        session.waiting += 1
        if declares and room is None:
            self._attendance.attend(session, message.log)

    def _too_much(self, session: Session) -> str | None:
        if session.waiting >= MOST_WAITING:
            return "too many of your commands wait; send more slowly"
        if session.peer.remote and (wait := self._commands.take(session.you.person, monotonic())):
            return f"that is too many commands; the next is taken in {seconds(wait)} s"
        return None

    def _waiting(self, session: Session, message: Submit) -> Waiting:
        return Waiting(
            id=message.id,
            log=message.log,
            command=message.command,
            content=content_of(message),
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
