"""What the hub's own log is told of exports and refusals.

An export is recorded before it begins. A refusal costs whoever is refused nothing, so they could
fill the log with refusals: of one kind, one a minute is recorded of each person or credential.
"""

from server.arrivals import Own
from server.batch import Accepted, Outcome
from server.limits import Buckets, Rate
from server.session import Session
from warroom.clock import monotonic
from warroom.domain.decide import NO_ROOM, Code
from warroom.domain.hublog import NoteDenial, NoteExport
from warroom.domain.vocabulary import Denied
from warroom.protocol.envelopes import Failed

DENIALS = Rate(1, 1 / 60)

UNRECORDED = (
    "the hub could not record that you export this, so it does not hand it out; "
    "try again, and if it stays so, tell whoever runs the hub"
)


class Records:
    """Writes to the hub's own log, through `own`."""

    def __init__(self, own: Own, denials: Rate = DENIALS) -> None:
        self._own = own
        self._denials = Buckets(denials)

    async def exported(self, session: Session, log: str) -> bool:
        """Record that someone exports a log; False, and why, if it cannot be recorded."""
        you = session.you
        outcome = await self._own(NoteExport(log=log, person=you.person, scope=you.scope))
        if isinstance(outcome, Accepted):
            return True
        session.say(Failed(code=Code.TEMPORARY, text=UNRECORDED, temporary=True, log=log))
        return False

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
