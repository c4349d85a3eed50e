"""What the commands that write have in common: submit, and say what became of it."""

from warroom.cli.output import entry_lines, show, show_json
from warroom.cli.shell import shell_hint
from warroom.cli.stop import Exit, Stop
from warroom.client.draft import Draft
from warroom.client.oneshot import Conversation, HeldUp, TooLong
from warroom.client.replica import Replica, Returned
from warroom.client.wire import LineLost
from warroom.domain.vocabulary import Code
from warroom.text import visible

REFUSED: dict[Code, Exit] = {
    Code.INVALID: Exit.USAGE,
    Code.NOT_FOUND: Exit.NOT_FOUND,
    Code.NOT_ALLOWED: Exit.NOT_ALLOWED,
    Code.CONFLICT: Exit.CONFLICT,
    Code.ILLEGAL_STATE: Exit.CONFLICT,
    Code.DUPLICATE_ID: Exit.CONFLICT,
    Code.NOT_DUE: Exit.CONFLICT,
    Code.TOO_NEW: Exit.CONFLICT,
    Code.TEMPORARY: Exit.LATER,
}
"""The exit status of a command that the hub refuses."""


def submit(hub: Conversation, replica: Replica, id_: str, draft: Draft, hint: str) -> int:
    """The number of the entry that a command became. Raises `Stop` if there is none, or no answer.

    `hint` says what to do about a command that was sent and not answered, or has to be sent again.
    """
    try:
        answer = hub.submit(replica, id_, draft)
    except TooLong as error:
        raise Stop(Exit.USAGE, f"{error}; shorten it") from error
    except LineLost as lost:
        raise Stop(Exit.UNREACHABLE, f"{lost}, and it may have been recorded; {hint}") from lost
    except HeldUp as held:
        raise Stop(Exit.LATER, visible(f"{held}; {hint}")) from held
    if isinstance(answer, Returned):
        raise Stop(REFUSED[answer.declined.code], visible(shell_hint(answer.text)))
    return answer.seq


def tell(hub: Conversation, replica: Replica, seq: int, *, json: bool) -> None:
    """Print an entry as the timeline has it, or in JSON where it stands."""
    hub.see(replica, seq)
    recorded = replica.room.entries[seq - 1]
    if json:
        at = {"log": replica.log, "label": replica.label, "seq": seq, "id": recorded.id}
        show_json(at)
    else:
        show(entry_lines(recorded, replica.room))
