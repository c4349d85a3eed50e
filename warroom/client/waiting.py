"""What becomes of a line on its way: sent now, or kept until the hub is there, or back again."""

from collections.abc import Callable
from datetime import datetime

from msgspec.structs import replace

from warroom.client.draft import Draft
from warroom.client.keeper import Keeper
from warroom.client.outbox import AlreadySent
from warroom.client.replica import Pending, Replica, Stand
from warroom.domain.waiting import can_wait
from warroom.protocol.codec import MAX_CLIENT_FRAME, encode
from warroom.protocol.envelopes import Submit


class Waiting:
    """The lines of one desk. `give` sends a command, or does nothing where there is no line."""

    def __init__(self, keeper: Keeper, give: Callable[[Submit], None]) -> None:
        self._keeper = keeper
        self._give = give

    def send(
        self, replica: Replica, id_: str, draft: Draft, typed: str, at: datetime, *, up: bool
    ) -> int:
        """Send a command, or keep it for when the hub takes it. Returns the bytes of its frame.

        If that is more than a frame may have, it is only pending. What waits carries when it was
        written: it will be late.
        """
        waits = self._keeper.outbox is not None and can_wait(draft.command)
        goes = up and replica.open_to_words
        if waits and not goes and draft.occurred_at is None:
            draft = replace(draft, occurred_at=at)
        submit = replica.send(id_, draft, at)
        size = len(encode(submit))
        pending = replace(replica.pending[id_], typed=typed)
        if size <= MAX_CLIENT_FRAME:
            if waits and self._keeper.keep_line(pending, sent=goes):
                stand = Stand.SENDING if goes else Stand.WAITING
                pending = replace(pending, kept=True, stand=stand)
            if pending.stand is Stand.SENDING:
                self._give(submit)
        replica.pending[id_] = pending
        return size

    def go_out(self, replica: Replica, at: datetime) -> None:
        """Send what waits, if the hub takes lines for this room by now."""
        waiting = [one for one in replica.pending.values() if one.stand is Stand.WAITING]
        if not waiting or not replica.open_to_words:
            return
        for pending in waiting:
            submit = pending.submit
            if submit.occurred_at is not None and submit.occurred_at > at:
                # This machine's clock was ahead of the hub's, which takes nothing of the future.
                submit = replace(submit, occurred_at=at)
            if self._keeper.may_send(submit):
                replica.pending[submit.id] = replace(pending, submit=submit, stand=Stand.SENDING)
                self._give(submit)
            else:
                del replica.pending[submit.id]

    def put_back(self, replica: Replica) -> None:
        """What an earlier process left in the outbox is in its room again."""
        self._keeper.waiting(replica)

    def settled(self, replica: Replica, id_: str) -> None:
        """The hub has a command."""
        pending = replica.pending.get(id_)
        if pending is None or pending.kept:
            self._keeper.answered(replica.log, id_)

    def returned(self, replica: Replica, pending: Pending, why: str) -> None:
        """The hub has refused a command: a kept one stays with its author."""
        if pending.kept:
            self._keeper.give_back(pending.submit, why)
            back = replace(pending, stand=Stand.RETURNED, why=why)
            replica.returned[pending.submit.id] = back

    def take_back(self, replica: Replica, id_: str, why: str | None) -> None:
        """See `Desk.take_back`."""
        pending = replica.pending.get(id_) or replica.returned.get(id_)
        if pending is None:
            return
        outbox = self._keeper.outbox
        if pending.stand is Stand.SENDING or outbox is None:
            raise AlreadySent(id_)
        outbox.take_back(pending.submit, why)
        replica.pending.pop(id_, None)
        replica.returned.pop(id_, None)
        if why is not None:
            replica.returned[id_] = replace(pending, stand=Stand.RETURNED, why=why)
