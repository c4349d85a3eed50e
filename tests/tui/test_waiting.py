"""Lines without a hub: they wait, are taken back, withdrawn; and a hub with another log."""

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.fake_hub import LOG, FakeHub
from tests.tui.house import House, house, in_room
from warroom.client.drafts import Drafts
from warroom.client.replica import Sync
from warroom.domain.vocabulary import Status
from warroom.protocol.envelopes import Diverged
from warroom.tui.present import waiting

LARGEST_PROCESS_ID = 4_194_304
"""Of Linux; no process has a greater one."""


@pytest.fixture
def hub() -> FakeHub:
    hub = FakeHub()
    hub.declares("Checkout is down", "bo")
    return hub


def row(at: House, text: str) -> str:
    """The row that holds a text, empty if there is none."""
    return next((row for row in at.rows() if text in row), "")


async def on_last_row(at: House) -> None:
    await at.presses("escape", "G")


async def takes_up(at: House, text: str) -> None:
    """Write a line that waits for the hub, and take it back into the composer."""
    at.desk.drops()
    await at.sends(text)
    await at.waits_for(lambda: row(at, text))
    await on_last_row(at)
    await at.presses("r")


async def test_words_wait_and_go_out_when_the_hub_is_back(hub: FakeHub) -> None:
    """What depends on the room says that it needs the hub, and stays in the composer."""
    async with in_room(hub) as at:
        at.desk.drops()
        await at.sends("p99 is 4 s")
        await at.waits_for(lambda: "waiting" in row(at, "p99 is 4 s"))
        assert "OFFLINE" in at.line("condition")
        assert "1 waiting" in at.line("condition")
        await at.sends("/status identified")
        await at.waits_for(lambda: "needs the hub" in at.composer.complaint)
        assert "/status identified" == at.composer.text
        at.desk.returns()
        await at.waits_for(lambda: "#4 Ana p99 is 4 s" in row(at, "p99 is 4 s"))
        await at.presses("enter")
        await at.waits_for(lambda: hub.rooms[LOG].incident.status is Status.IDENTIFIED)


async def test_a_line_that_waits_is_taken_back_and_sent_anew(hub: FakeHub) -> None:
    """It is not sent meanwhile; it stands there until the new one does."""
    async with in_room(hub) as at:
        await takes_up(at, "p99 is 4 s")
        await at.waits_for(lambda: "p99 is 4 s" == at.composer.text)
        await at.waits_for(lambda: waiting.EDITED in row(at, "p99 is 4 s"))
        await at.sends("p99 is 5 s")
        await at.waits_for(lambda: "waiting" in row(at, "p99 is 5 s"))
        assert "" == row(at, "p99 is 4 s")


async def test_a_line_taken_up_and_cleared_is_put_away(hub: FakeHub) -> None:
    """Its row goes with it; up brings the words back."""
    async with in_room(hub) as at:
        await takes_up(at, "p99 is 4 s")
        await at.waits_for(lambda: "r takes it up and x puts it away" in row(at, "p99 is 4 s"))
        await at.presses("ctrl+u")
        await at.waits_for(lambda: "" == row(at, "p99 is 4 s") == at.composer.text)
        await at.presses("up")
        await at.waits_for(lambda: "p99 is 4 s" == at.composer.text)


async def test_a_line_that_waits_is_withdrawn(hub: FakeHub) -> None:
    """An entry is not, and a line that was sent is not."""
    async with in_room(hub) as at:
        hub.holds = True
        await at.sends("on its way")
        await at.waits_for(lambda: row(at, "on its way"))
        await on_last_row(at)
        await at.presses("x")
        await at.waits_for(lambda: waiting.SENT in at.toasts())
        hub.answer()
        await at.waits_for(lambda: "#4" in row(at, "on its way"))
        await at.presses("x")
        await at.waits_for(lambda: waiting.ENTRY in at.toasts())
        at.desk.drops()
        await at.presses("i")
        await at.sends("wrong room")
        await at.waits_for(lambda: row(at, "wrong room"))
        await on_last_row(at)
        await at.presses("x")
        await at.waits_for(lambda: not row(at, "wrong room"))
        assert not at.desk.replicas[LOG].pending


async def test_quitting_warns_only_of_what_would_be_lost(hub: FakeHub) -> None:
    """What waits in the outbox is safe."""
    async with in_room(hub) as at:
        at.desk.drops()
        await at.sends("this waits")
        await at.waits_for(lambda: row(at, "this waits"))
        await at.app.action_quit()
        assert [] == at.toasts()


async def test_a_hub_with_another_log_is_said_with_both_heads_and_what_to_do(hub: FakeHub) -> None:
    """At the end of the timeline, and in the header."""
    async with in_room(hub) as at:
        replica = at.desk.replicas[LOG]
        at.desk.hear(Diverged(log=LOG, seq=2, head="f" * 64))
        await at.waits_for(lambda: "DIVERGED" in at.line("condition"))
        assert replica.sync is Sync.DIVERGED
        shown = row(at, "is not the one held here")
        assert f"yours #3 {(replica.head or '')[:8]}, the hub's #2 ffffffff" in shown
        assert "--adopt" in shown
        await at.sends("/role ic")
        await at.waits_for(lambda: "another log" in at.composer.complaint)


async def test_declaring_needs_the_hub(hub: FakeHub) -> None:
    """The title stays."""
    async with house(hub) as at:
        at.desk.drops()
        await at.presses("ctrl+n")
        at.lobby.query_one(Input).value = "Payments fail"
        await at.presses("enter")
        await at.waits_for(lambda: "needs the hub" in at.wrong)
        assert "Payments fail" == at.lobby.query_one(Input).value
        assert 1 == len(hub.rooms)


async def test_a_begun_line_outlives_its_terminal(tmp_path: Path) -> None:
    """What an earlier client left stands in the composer, and is not sent; what is sent is gone."""
    hub = FakeHub()
    hub.declares("Checkout is down", "bo")
    gone = tmp_path / LOG / "ana" / f"{LARGEST_PROCESS_ID + 1}.txt"
    gone.parent.mkdir(parents=True)
    gone.write_text("half a thought")
    async with in_room(hub, drafts=Drafts(tmp_path)) as at:
        await at.waits_for(lambda: at.composer.text == "half a thought")
        assert "you had begun this line" in at.composer.complaint
        await at.waits_for(lambda: any(tmp_path.rglob("*.txt")))
        await at.presses("enter")
        await at.waits_for(lambda: any("half a thought" in row for row in at.rows()))
        await at.waits_for(lambda: not any(tmp_path.rglob("*.txt")))
