"""What the commands that write have in common: submit, and say what became of it."""

from warroom.cli.output import entry_lines, show, show_json
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

_RECOVERING = (
    "{room} is being recovered and takes nothing new yet, so this was not sent; the hub has what "
    "this machine held of the room, and whoever runs the hub ends the recovery with: "
    "warroom hub release"
)


def submit(hub: Conversation, replica: Replica, id_: str, draft: Draft, hint: str) -> int:
    """The number of the entry that a command became. Raises `Stop` if there is none, or no answer.

    `hint` says what to do about a command that was sent and not answered, or has to be sent again.
    """
    if replica.recovering:
        raise Stop(Exit.LATER, f"{_RECOVERING.format(room=replica.label)}; {hint}")
    try:
        answer = hub.submit(replica, id_, draft)
    except TooLong as error:
        raise Stop(Exit.USAGE, f"{error}; shorten it") from error
    except LineLost as lost:
        raise Stop(Exit.UNREACHABLE, f"{lost}, and it may have been recorded; {hint}") from lost
    except HeldUp as held:
        raise Stop(Exit.LATER, visible(f"{held}; {hint}")) from held
    if isinstance(answer, Returned):
        from warroom.cli.shell import shell_hint

        raise Stop(REFUSED[answer.declined.code], visible(shell_hint(answer.text)))
    return answer.seq


def two_logs(replica: Replica) -> Stop:
    """What has happened and what to do where the hub's log is not the one that is held here."""
    from warroom.client.healing import both_heads

    room = replica.label or replica.log
    refusal = f", and {replica.refusal}" if replica.refusal else ""
    return Stop(
        Exit.CONFLICT,
        f"the hub's log of {room} is not the one that this machine holds ({both_heads(replica)}"
        f"{refusal}): nothing was sent, and yours stays as it was. Keep it with warroom export "
        f"-i {room} --held -o mine.jsonl, and ask whoever runs the hub which of the two is true; "
        f"if theirs is, move replicas/*/{replica.log}.jsonl out of your data folder",
    )


def tell(hub: Conversation, replica: Replica, seq: int, *, json: bool) -> None:
    """Print an entry as the timeline has it, or in JSON where it stands."""
    hub.see(replica, seq)
    recorded = replica.room.entries[seq - 1]
    if json:
        at = {"log": replica.log, "label": replica.label, "seq": seq, "id": recorded.id}
        show_json(at)
    else:
        show(entry_lines(recorded, replica.room))
