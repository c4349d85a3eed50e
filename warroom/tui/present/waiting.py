"""What is said of lines that the hub has not got, and of a hub that has another log. Pure."""

from collections.abc import Iterable

from warroom.client.connection import Line, LineState
from warroom.client.draft import Draft
from warroom.client.healing import both_heads
from warroom.client.replica import Replica, Sync
from warroom.domain.waiting import WAITING_WORDS, can_wait

EDITED = "you took it back to edit it; it is not sent"
"""Why a line is back that its author wanted to change."""

SENT = "that was sent, so the hub may have it; once it is an entry, /amend and /strike correct it"
"""Why a line cannot be taken back."""

ENTRY = "that is an entry; /amend and /strike correct it"
"""Why an entry cannot be taken back."""


def answers(revise: str, withdraw: str) -> str:
    """What one does with a line that came back, by these keys of the timeline."""
    return f"in the timeline, {revise} takes it up and {withdraw} puts it away"


BEGUN = "you had begun this line; enter sends it, ^u takes it out"
"""Why there is a line in the composer of a room just opened."""


def not_kept(error: OSError) -> str:
    """That a line which is being typed would not outlive its terminal."""
    return f"the line you are typing is not kept on this machine: {error.strerror or error}"


def needs_hub(drafts: Iterable[Draft], line: Line, sync: Sync, *, recovering: bool) -> str:
    """Why these commands cannot be given now; empty if they can, or can wait."""
    if all(can_wait(draft.command) for draft in drafts):
        return ""
    if sync is Sync.DIVERGED:
        return "nothing is sent: the hub has another log than this client; the text stays here"
    if recovering:
        return (
            "this room takes nothing but its own past until whoever runs the hub ends its "
            f"recovery (warroom hub release); enter sends this then. {_these_wait()}"
        )
    if line.state in {LineState.LIVE, LineState.STALE}:
        return ""
    return f"that needs the hub: enter sends it once the hub is back. {_these_wait()}"


def _these_wait() -> str:
    return f"{WAITING_WORDS[0].upper()}{WAITING_WORDS[1:]} need not: they wait by themselves"


def diverged(replica: Replica) -> tuple[str, tuple[str, ...]]:
    """What has happened and what to do, as a row of the timeline: its text and its details."""
    label = replica.label or "this room"
    refusal = (f"the hub says: {replica.refusal}",) if replica.refusal else ()
    return (
        f"--- {label}: the hub's log is not the one held here ({both_heads(replica)}) ---",
        (
            *refusal,
            "Nothing is sent and nothing is mixed: what you see stays on this machine as it was.",
            f"1. keep yours: warroom export -i {label} --held -o mine.jsonl",
            "2. ask whoever runs the hub for its export, and see where the two part:",
            "   warroom verify theirs.jsonl --seen mine.jsonl",
            "3. if yours is the true one, a hub goes on from it: warroom serve --adopt mine.jsonl",
            f"4. if the hub's is: move replicas/*/{replica.log}.jsonl out of your data folder, ",
            "   and join again",
        ),
    )
