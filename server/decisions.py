"""One batch in the making: the waiting commands decided in order, on the writer's own folds."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

from msgspec import Struct

from server.batch import Accepted, Committed, Extended, Extension, Outcome, Rejected, Waiting
from server.journal import Append, JournalTemporary, LogHead, Transaction
from warroom.clock import HubClock, new_room_label, new_salt, now
from warroom.domain.commands import AdoptLog, Command, Declare, cited_by
from warroom.domain.decide import NO_ROOM, Asked, Cited, Code, Founding, Granted, Refused, decide
from warroom.domain.events import Citation, Policy
from warroom.domain.fold import apply
from warroom.domain.hublog import FoundHub, HubState, OwnCommand, apply_own, decide_own
from warroom.domain.incident import Incident
from warroom.domain.permissions import sees
from warroom.domain.vocabulary import HUB_LABEL, Scope
from warroom.log.chain import GENESIS
from warroom.log.entry import Entry, make_entry
from warroom.log.gone import without_gone
from warroom.log.signing import HubKey

FOLD_PAGE = 1_000
RESTRICTED_DIGITS = 4
"""How long the label of a restricted room is at least: `SEC-7f3a`."""

RECOVERING = Refused(
    Code.TEMPORARY,
    "this room is being recovered and takes nothing new yet; whoever runs the hub ends that with: "
    "warroom hub release",
    True,
)
_MOVED_ON = Refused(Code.CONFLICT, "the log has moved on meanwhile", True)
AHEAD = timedelta(days=1)
"""How far ahead of this machine's clock entries may be dated that were made elsewhere."""

_TWICE = Refused(Code.DUPLICATE_ID, "one of these entries has the id of an entry before")


class Local(Struct):
    """The writer's own fold of one log."""

    label: str
    state: Incident | HubState
    seq: int = 0
    head: str = GENESIS


class Decisions:
    """One batch in the making, on the writer's local folds."""

    def __init__(
        self, locals_: dict[str, Local], key: HubKey, clock: HubClock, policy: Policy
    ) -> None:
        self._locals = locals_
        self._key = key
        self._clock = clock
        self._policy = policy
        self._made: dict[str, list[Append]] = defaultdict(list)
        self._taken: list[Committed] = []

    def extend(self, tx: Transaction, one: Extension) -> Extended:
        """Append entries that were made elsewhere, if they follow the log as it is here."""
        self._catch_up(tx, one.log)
        local, part = self._locals.get(one.log), one.part
        stands = (0, GENESIS) if local is None else (local.seq, local.head)
        if stands != _place(part.after):
            return Extended(one, _MOVED_ON)
        if tx.known(one.log, {entry.header.id for entry in part.entries}):
            return Extended(one, _TWICE)
        if (fault := _ahead(part.entries[-1], max(now(), self._clock.now()))) is not None:
            return Extended(one, fault)
        entries = without_gone(part.entries)
        *earlier, head = part.heads
        tx.append(one.label, [Append(entry, None) for entry in entries], head, earlier)
        if local is None:
            local = self._locals[one.log] = Local(one.label, Incident(log=one.log))
        for entry in entries:
            _fold(local, entry)
        self._clock.not_before(datetime.fromisoformat(entries[-1].header.at))
        self._taken.append(Committed(one.log, one.label, entries, head, tuple(earlier)))
        return Extended(one)

    def decide_all(self, tx: Transaction, waiting: Sequence[Waiting]) -> tuple[Outcome, ...]:
        """The outcomes of all commands, in order, each decided on what those before it made."""
        by_log: dict[str, list[Waiting]] = defaultdict(list)
        for one in waiting:
            by_log[one.log].append(one)
        known: dict[tuple[str, str], tuple[int, str, bytes | None]] = {}
        for log, commands in by_log.items():
            self._catch_up(tx, log)
            for id_, found in tx.known(log, {one.id for one in commands}).items():
                known[log, id_] = (found.seq, found.by, found.asked)
        outcomes: list[Outcome] = []
        for one in waiting:
            digest = hashlib.sha256(one.content).digest()
            before = None if self._hidden(one) else known.get((one.log, one.id))
            outcome = (
                self._decide(tx, one, digest) if before is None else _again(one, before, digest)
            )
            if before is None and isinstance(outcome, Accepted):
                known[one.log, one.id] = (outcome.seq, one.person, digest)
            outcomes.append(outcome)
        return tuple(outcomes)

    def write(self, tx: Transaction) -> tuple[Committed, ...]:
        """Append what was decided, log by log, each under its signed head."""
        commits = self._taken
        for log, made in self._made.items():
            local = self._locals[log]
            head = self._key.sign(log, local.seq, local.head)
            tx.append(local.label, made, head)
            commits.append(Committed(log, local.label, tuple(one.entry for one in made), head))
        return tuple(commits)

    def _hidden(self, one: Waiting) -> bool:
        """Whether the room is not for who asks: then not even an id they may know is found there.

        `decide` refuses them, in the words for a room that does not exist.
        """
        local = self._locals.get(one.log)
        incident = local.state if local is not None else None
        if not isinstance(incident, Incident) or one.scope is Scope.HUB:
            return False
        return not sees(incident, one.person, one.scope, one.bound)

    def _catch_up(self, tx: Transaction, log: str) -> None:
        """Lock the head and fold what the local state lacks."""
        head = tx.head(log)
        local = self._locals.get(log)
        if head is None:
            self._locals.pop(log, None)
            return
        if local is None:
            own = head.label == HUB_LABEL
            state = HubState(log=log) if own else Incident(log=log)
            local = self._locals[log] = Local(head.label, state)
        while local.seq < head.seq:
            page = tx.after(log, local.seq, FOLD_PAGE)
            if not page:
                break
            for entry in page:
                _fold(local, entry)
        _check_head(local, head)

    def _decide(self, tx: Transaction, one: Waiting, digest: bytes) -> Outcome:
        local = self._locals.get(one.log)
        if local is not None and not self._hidden(one) and self._is_elsewhere(local, one.command):
            return Rejected(one, RECOVERING)
        if local is None:
            local = self._new_log(tx, one)
        asked = Asked(
            person=one.person,
            via=one.via,
            at=self._clock.now(),
            scope=one.scope,
            bound=one.bound,
            said_by=one.said_by,
            named=one.named,
            occurred_at=one.occurred_at,
            cited=self._cited(tx, one),
            founding=Founding(local.label, self._key.public, self._policy),
        )
        verdict = _ask(local.state, one.command, asked)
        if isinstance(verdict, Refused):
            return Rejected(one, verdict)
        entry = make_entry(
            log=one.log,
            seq=local.seq + 1,
            prev=local.head,
            id=one.id,
            at=asked.at,
            by=one.person,
            via=one.via,
            event=verdict.event,
            salt=new_salt(),
            seen=min(one.seen, local.seq),
            role=verdict.role,
            said_by=one.said_by,
            refs=verdict.refs,
        )
        _fold(local, entry)
        self._locals[one.log] = local
        self._made[one.log].append(Append(entry, digest))
        return Accepted(one, entry.seq)

    def _is_elsewhere(self, local: Local, command: Command | OwnCommand) -> bool:
        """Whether a log still stands under another hub's key: nothing here is signed under it."""
        if isinstance(local.state, HubState) or isinstance(command, AdoptLog):
            return False
        return local.state.key != self._key.public

    def _new_log(self, tx: Transaction, one: Waiting) -> Local:
        """The fold of a log that does not exist yet; it is kept only if its entry 1 is granted."""
        match one.command:
            case FoundHub():
                return Local(HUB_LABEL, HubState(log=one.log))
            case Declare():
                label = self._label(tx, restricted=one.command.restricted)
                return Local(label, Incident(log=one.log))
            case _:
                return Local("", Incident(log=one.log))

    def _label(self, tx: Transaction, *, restricted: bool) -> str:
        """What a new room is called: the next number, or by chance if it is restricted.

        A number that is missing would say that there is a room one does not see.
        """
        fresh = {local.label for log, local in self._locals.items() if self._is_new(log)}
        if restricted:
            made = (new_room_label(digits) for digits in count(RESTRICTED_DIGITS))
            return next(label for label in made if label not in fresh and not tx.has(label))
        numbers = [int(label[4:]) for label in fresh if label.startswith("INC-")]
        return f"INC-{max(tx.labels('INC-'), *numbers, 0) + 1}"

    def _is_new(self, log: str) -> bool:
        """Whether the log was begun in this batch."""
        return log in self._made and self._made[log][0].entry.seq == 1

    def _cited(self, tx: Transaction, one: Waiting) -> dict[int, Cited]:
        """The entries that a command speaks of, from the journal or from this very batch."""
        if isinstance(one.command, OwnCommand):
            return {}
        wanted = set(cited_by(one.command))
        if not wanted:
            return {}
        fresh = {made.entry.seq: made.entry for made in self._made.get(one.log, ())}
        found = dict(tx.entries(one.log, wanted - fresh.keys()))
        found.update((seq, fresh[seq]) for seq in wanted & fresh.keys())
        return {seq: _cite(entry) for seq, entry in found.items()}


def _ahead(last: Entry, at: datetime) -> Refused | None:
    """Why entries that end with this one are not taken in, if they would take the hub's time along:
    from then on every entry would be dated so, and what has a term would be over."""
    dated = datetime.fromisoformat(last.header.at)
    if dated <= at + AHEAD:
        return None
    text = (
        f"the last of these entries is dated {dated:%Y-%m-%d %H:%M} UTC, more than a day ahead of "
        "this hub's time, which never goes back; set the machine's clock if that is wrong"
    )
    return Refused(Code.INVALID, text)


def _again(one: Waiting, before: tuple[int, str, bytes | None], digest: bytes) -> Outcome:
    """The answer to an id that the log holds already: the same command, or another's.

    What was asked of another hub is known to that hub alone: there the person must do.
    """
    seq, by, asked = before
    if by == one.person and asked in (digest, None):
        return Accepted(one, seq)
    text = f"this id was used already, for #{seq}, by someone else or for something else"
    return Rejected(one, Refused(Code.DUPLICATE_ID, text))


def _ask(
    state: Incident | HubState, command: Command | OwnCommand, asked: Asked
) -> Granted | Refused:
    if isinstance(state, Incident) and not isinstance(command, OwnCommand):
        return decide(state, command, asked)
    if isinstance(state, HubState) and isinstance(command, OwnCommand):
        return decide_own(state, command, asked)
    return Refused(Code.NOT_FOUND, NO_ROOM)


def _fold(local: Local, entry: Entry) -> None:
    recorded = entry.recorded()
    if isinstance(local.state, Incident):
        local.state = apply(local.state, recorded)
    else:
        local.state = apply_own(local.state, recorded)
    local.seq, local.head = entry.seq, entry.hash


def _place(head: Citation) -> tuple[int, str]:
    return head.seq, head.hash or GENESIS


def _check_head(local: Local, head: LogHead) -> None:
    if (local.seq, local.head) != (head.seq, head.hash):
        raise JournalTemporary(
            f"log {head.log} ends at #{head.seq} in the journal, and differently in memory"
        )


def _cite(entry: Entry) -> Cited:
    recorded = entry.recorded()
    return Cited(
        entry.seq,
        recorded.id,
        entry.hash,
        entry.header.kind,
        entry.header.body is not None,
        recorded.happened_at,
    )
