"""What the hub's own log is told of readings, exports and refusals.

What someone is about to see is recorded before they see it. A refusal costs whoever is refused
nothing, so they could fill the log with refusals: of one kind, one a minute is recorded of each
person or credential.
"""

from server.arrivals import Own
from server.batch import Accepted, Outcome
from server.limits import Buckets, Rate, seconds
from server.session import Session
from warroom.clock import monotonic
from warroom.domain.decide import NO_ROOM, Code
from warroom.domain.hublog import NoteDenial, NoteExport, NoteRead
from warroom.domain.vocabulary import Denied
from warroom.protocol.envelopes import Failed

DENIALS = Rate(1, 1 / 60)

_UNRECORDED = (
    "the hub could not record that you {act}, so {otherwise}; "
    "try again, and if it stays so, tell whoever runs the hub"
)
UNREAD = _UNRECORDED.format(act="read this restricted room", otherwise="it stays shut")
UNEXPORTED = _UNRECORDED.format(act="export this", otherwise="it is not handed out")


class Records:
    """Writes to the hub's own log, through `own`. `rate` is how much someone may make it write
    from elsewhere by looking at things."""

    def __init__(self, own: Own, rate: Rate, denials: Rate = DENIALS) -> None:
        self._own = own
        self._seen = Buckets(rate)
        self._denials = Buckets(denials)

    async def first(self, session: Session, note: NoteRead | NoteExport, otherwise: str) -> bool:
        """Record what someone is about to see; False, and they are told why, if it cannot be."""
        wait = session.peer.remote and self._seen.take(session.you.person, monotonic())
        if wait:
            otherwise = f"that is too much to record of you; come back in {seconds(wait)} s"
        elif isinstance(await self._own(note), Accepted):
            return True
        session.say(Failed(code=Code.TEMPORARY, text=otherwise, temporary=True, log=note.log))
        return False

    async def exported(self, session: Session, log: str) -> bool:
        """Record that someone exports a log; False, and why, if it cannot be recorded."""
        you = session.you
        note = NoteExport(log=log, person=you.person, scope=you.scope)
        return await self.first(session, note, UNEXPORTED)

    def denied(self, session: Session, denied: Denied, log: str | None = None) -> None:
        """Someone was refused. Nobody waits until it is written."""
        self._note(NoteDenial(denied=denied, person=session.you.person, log=log))

    def answered(self, session: Session, outcome: Outcome) -> None:
        """A command of someone was decided: note it if it, or the room, was not for them."""
        if isinstance(outcome, Accepted):
            return
        if outcome.refused.code is Code.NOT_ALLOWED:
            self.denied(session, Denied.COMMAND, outcome.waiting.log)
        elif outcome.refused.text == NO_ROOM:
            self.denied(session, Denied.ROOM, outcome.waiting.log)

    def turned_away(self, person: str | None, credential: str | None) -> None:
        """Someone showed an invite, or the token of a session, that is over."""
        self._note(NoteDenial(denied=Denied.ENTRY, person=person, credential=credential))

    def _note(self, denial: NoteDenial) -> None:
        key = f"{denial.denied} {denial.person or denial.credential}"
        if not self._denials.take(key, monotonic()):
            self._own(denial)
