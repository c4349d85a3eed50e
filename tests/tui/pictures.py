"""Draws the pictures of the documentation: `python -m tests.tui.pictures docs/pictures`.

A made-up incident on the fake hub, so that a picture changes only when the screen does. Chromium
turns Textual's SVG into PNG.
"""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from tests.tui.fake_hub import LOG, FakeHub
from tests.tui.house import NARROW, WIDE, House, house
from warroom.domain import commands as c
from warroom.domain.names import voice_id
from warroom.domain.vocabulary import (
    Audience,
    HypothesisState,
    Outcome,
    PromotedTo,
    Risk,
    Role,
    Severity,
    Status,
)
from warroom.tui.screens.story import StoryScreen
from warroom.tui.widgets.pane import PaneView

NAMES = {"ana": "Ana Ruiz", "bo": "Bo Chen", "dee": "Dee Park", "kim": "Kim Vos"}
LOGGED = "\n".join(f"2026-03-02T09:04:{second:02} pool-3 WARN timeout" for second in range(12))
Act = Callable[[House], Awaitable[None]]


def incident() -> FakeHub:
    """Checkout fails: half an hour of it."""
    hub = FakeHub()
    hub.names = dict(NAMES)
    hub.declares("Checkout failing for EU cards", "bo", "dee", "kim")
    for act in (_staffed, _looked_into, _told, _mitigated):
        act(hub)
    return hub


def _staffed(hub: FakeHub) -> None:
    hub.says("ana", c.TakeRole(role=Role.INCIDENT_COMMANDER))
    hub.says("ana", c.ChangeSeverity(to=Severity.SEV1, reason="all EU cards"))
    hub.says("ana", c.AppointRole(role=Role.TECHNICAL_LEAD, person="bo", note="knows the pool"))
    hub.says("ana", c.AppointRole(role=Role.COMMS_LEAD, person="dee"))
    raj = voice_id(LOG, "raj")
    hub.says("kim", c.CallRoll(people=(c.Voice(raj, "raj"),)))
    hub.says("ana", c.ChangeStatus(to=Status.INVESTIGATING))
    hub.now += timedelta(seconds=55)


def _looked_into(hub: FakeHub) -> None:
    raj = voice_id(LOG, "raj")
    hub.says("bo", c.Observe(text="p99 4.2 s, 31 % errors, only eu-west-1"))
    hub.now += timedelta(seconds=40)
    hub.says("kim", c.Post(text="the card scheme sees nothing on its side"), said_by=raj)
    hub.says("bo", c.RaiseHypothesis(text="connection pool exhausted after deploy 8.14.2"))
    hub.says("kim", c.RaiseHypothesis(text="the certificate of the card scheme has changed"))
    hub.now += timedelta(seconds=70)
    hub.says(
        "kim",
        c.AssessHypothesis(hypothesis=2, state=HypothesisState.RULED_OUT, text="same since May"),
    )
    choice = c.DecisionText(
        choice="roll back 8.14.2 in eu-west-1",
        rationale="errors began with it",
        verification="errors under 1 % within 5 min",
    )
    hub.says("ana", c.RecordDecision(decision=choice, risk=Risk.MEDIUM))
    hub.says(
        "ana",
        c.AddAction(text="drain pool-3", assignee="bo", due_at=hub.now + timedelta(minutes=7)),
    )
    hub.says(
        "ana",
        c.AddAction(
            text="page the card scheme", assignee="kim", due_at=hub.now + timedelta(minutes=45)
        ),
    )


def _told(hub: FakeHub) -> None:
    (seen,) = (e.seq for e in hub.rooms[LOG].entries if e.event.kind == "observation.made")
    first = "Some card payments in Europe fail. We are on it and will write again within 20 min."
    hub.says("dee", c.DraftUpdate(audience=Audience.CUSTOMERS, text=first, cites=(seen,)))
    hub.says("dee", c.SubmitUpdate(update=1))
    approved = hub.rooms[LOG].incident.updates[1].text.hash
    hub.says("ana", c.ApproveUpdate(update=1, text=approved))
    hub.says("dee", c.PublishUpdate(update=1))
    hub.says("dee", c.RecordSent(update=1, where="statuspage"))
    hub.says("bo", c.Promote(entry=seen, to=PromotedTo.FACT))
    hub.now += timedelta(minutes=5)


def _mitigated(hub: FakeHub) -> None:
    hub.says("ana", c.RecordOutcome(decision=1, outcome=Outcome.WORKED, text="errors at 0.4 %"))
    hub.says("ana", c.ChangeStatus(to=Status.IDENTIFIED))
    over = c.DecisionText(choice="fail over the rest to eu-west-2", rationale="pool-3 is slow")
    hub.says("bo", c.ProposeDecision(decision=over, risk=Risk.HIGH, window=120))
    hub.says("kim", c.ObjectTo(decision=2, reason="the replica lags 40 s"))
    second = "Card payments in Europe work again for most. We keep watching."
    hub.says("dee", c.DraftUpdate(audience=Audience.CUSTOMERS, text=second))
    hub.says("bo", c.Post(text=LOGGED))
    hub.waits(150)


async def _room(at: House) -> None:
    await at.waits_for(lambda: at.timeline.row_count)


async def _comms(at: House) -> None:
    at.hub.says("dee", c.SubmitUpdate(update=2))
    await at.presses("f3")


async def _technical(at: House) -> None:
    await at.presses("f4")


async def _offered(at: House) -> None:
    at.hub.says("ana", c.OfferRole(role=Role.INCIDENT_COMMANDER, to="kim", note="I need sleep"))


async def _story(at: House) -> None:
    pane = at.room.query_one("#pane-decisions", PaneView)
    pane.focus()
    await at.waits_for(lambda: pane.has_focus)
    await at.presses("enter")
    await at.waits_for(lambda: isinstance(at.app.screen, StoryScreen))


PICTURES: dict[str, tuple[tuple[int, int], str, str, Act | None]] = {
    "lobby": (NARROW, "Ana", "warroom-dark", None),
    "room": (WIDE, "Ana", "warroom-dark", _room),
    "small": (NARROW, "Ana", "warroom-dark", _room),
    "comms": (WIDE, "Dee", "warroom-light", _comms),
    "technical": (WIDE, "Bo", "warroom-dark", _technical),
    "handover": (WIDE, "Kim", "warroom-dark", _offered),
    "story": (WIDE, "Ana", "warroom-light", _story),
}


async def draw(name: str) -> str:
    """One picture, as SVG."""
    size, person, theme, act = PICTURES[name]
    async with house(incident(), size=size, person=person) as at:
        at.app.theme = theme
        if act is not None:
            await at.enters()
            await act(at)
        await asyncio.sleep(2)
        return at.app.export_screenshot(title="warroom")


def png(svg: str, size: tuple[int, int], target: Path) -> None:
    """Have Chromium draw it."""
    width, height = (1260, 789) if size == WIDE else (845, 540)
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "picture.svg"
        source.write_text(svg, encoding="utf-8")
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu",
             f"--window-size={width},{height}", "--default-background-color=00000000",
             f"--screenshot={target}", source.as_uri()],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip


def main() -> None:
    folder = Path(sys.argv[1]).resolve(strict=True)
    for name in sys.argv[2:] or PICTURES:
        png(asyncio.run(draw(name)), PICTURES[name][0], folder / f"{name}.png")


if __name__ == "__main__":
    main()
