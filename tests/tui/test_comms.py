"""The view for comms: facts beside the draft, two people for what goes out, and no silence."""

from datetime import timedelta
from functools import partial

import pytest
from textual.command import CommandList

from tests.tui.fake_hub import LOG, FakeHub
from tests.tui.house import NARROW, House, in_room
from warroom.domain import commands as c
from warroom.domain.incident import StakeholderUpdate
from warroom.domain.vocabulary import (
    Audience,
    PromotedTo,
    Role,
    Severity,
    Status,
    UpdateState,
)
from warroom.tui.screens.reading import EntryScreen
from warroom.tui.screens.room import RoomScreen
from warroom.tui.screens.story import StoryScreen
from warroom.tui.widgets.pane import PaneView

VAST = (200, 60)


@pytest.fixture
def hub() -> FakeHub:
    """Ana commands, Dee leads communications; #6 is a confirmed fact."""
    hub = FakeHub()
    hub.declares("The pool is exhausted", "bo", "dee")
    hub.says("ana", c.TakeRole(role=Role.INCIDENT_COMMANDER))
    hub.says("bo", c.Observe(text="card payments fail in the EU"))
    hub.says("ana", c.AppointRole(role=Role.COMMS_LEAD, person="dee"))
    hub.says("ana", c.Promote(entry=6, to=PromotedTo.FACT))
    return hub


def update(hub: FakeHub, number: int = 1) -> StakeholderUpdate:
    return hub.rooms[LOG].incident.updates[number]


def drafted(hub: FakeHub, by: str = "dee") -> None:
    text = "Cards fail.\nWe work on it."
    hub.says(by, c.DraftUpdate(audience=Audience.CUSTOMERS, text=text, cites=(6,)))


def submitted(hub: FakeHub, by: str = "dee") -> None:
    drafted(hub, by)
    hub.says(by, c.SubmitUpdate(update=1))


def approved(hub: FakeHub) -> None:
    submitted(hub)
    hub.says("ana", c.ApproveUpdate(update=1, text=update(hub).text.hash))


def published(hub: FakeHub) -> None:
    approved(hub)
    hub.says("dee", c.PublishUpdate(update=1, next_by=hub.now + timedelta(minutes=20)))


def pane(at: House, name: str) -> PaneView:
    return at.room.query_one(f"#pane-{name}", PaneView)


def begun(at: House, line: str) -> bool:
    return line == at.composer.text


def options(at: House) -> bool:
    """Whether the palette has found what was searched for, and only that."""
    found = at.app.screen.query_one(CommandList).options
    return [True] == ["executives: resolved" in str(option.prompt) for option in found]


async def shows_comms(at: House) -> None:
    await at.presses("f3")
    await at.waits_for(lambda: at.pane("promises"))


async def goes_into(at: House, name: str) -> None:
    pane(at, name).focus()
    await at.waits_for(lambda: pane(at, name).has_focus)


# --- the view --------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [NARROW, (120, 36), VAST])
async def test_facts_on_one_side_the_draft_on_the_other(
    hub: FakeHub, size: tuple[int, int]
) -> None:
    """Two columns at every size; the timeline stays only where there is room for all three."""
    drafted(hub)
    async with in_room(hub, size=size, person="Dee") as at:
        await shows_comms(at)
        await at.waits_for(lambda: pane(at, "draft").region.width)
        facts, draft = pane(at, "facts").region, pane(at, "draft").region
        assert facts.right <= draft.x
        assert facts.width >= size[0] // 4
        assert (size == VAST) == bool(at.timeline.display)
        assert at.composer.line.region.bottom <= size[1]


async def test_f3_gives_the_timeline_back(hub: FakeHub) -> None:
    """F3 again, or esc: the timeline is where it was, and what is typed stays."""
    async with in_room(hub) as at:
        await at.types("half")
        await shows_comms(at)
        await at.waits_for(lambda: not at.timeline.display)
        await at.presses("f3")
        await at.waits_for(lambda: at.timeline.display)
        await shows_comms(at)
        await at.presses("escape")
        await at.waits_for(lambda: at.timeline.display and at.timeline.has_focus)
        assert "half" == at.composer.text


async def test_what_changed_since_the_last_update(hub: FakeHub) -> None:
    """Facts stay; status, severity and decisions stand as news until the next update is out."""
    published(hub)
    hub.says("ana", c.ChangeStatus(to=Status.IDENTIFIED))
    hub.says("ana", c.ChangeSeverity(to=Severity.SEV1, reason="all regions"))
    hub.says("ana", c.RecordDecision(decision=c.DecisionText(choice="roll back")))
    async with in_room(hub, person="Dee") as at:
        await shows_comms(at)
        assert "#6 ok card payments fail in the EU" in at.pane("facts")
        for said in ("status identified", "severity SEV1", "D1 roll back"):
            assert said in at.pane("news")
        assert "card payments" not in at.pane("news")
        await at.sends("/u internal All known. #6")
        await at.sends("/u U2 publish")
        await at.waits_for(lambda: "nothing" in at.pane("news"))


async def test_a_fact_opens_its_entry(hub: FakeHub) -> None:
    """enter on a fact shows the entry and what it is linked with."""
    async with in_room(hub, person="Dee") as at:
        await shows_comms(at)
        await goes_into(at, "facts")
        await at.presses("enter")
        await at.waits_for(lambda: isinstance(at.app.screen, EntryScreen))
        assert isinstance(at.app.screen, EntryScreen)
        assert "card payments fail in the EU" in at.app.screen.plain


# --- a draft begins --------------------------------------------------------------------------


async def test_a_draft_begins_with_its_template(hub: FakeHub) -> None:
    """/u customers alone opens the holding notice; what the log does not know is a gap."""
    async with in_room(hub, person="Dee") as at:
        await at.sends("/u customers")
        await at.waits_for(lambda: "We know that there is a problem with" in at.composer.text)
        assert at.composer.text.startswith("/update customers We know")
        assert "[which services]" in at.composer.text
        assert "write again within 30 minutes." in at.composer.text
        assert "what you type takes the place of [which services]" in at.composer.complaint
        await at.presses("c", "a", "r", "d", "s")
        await at.waits_for(lambda: "a problem with cards, and we" in at.composer.text)
        assert {} == dict(hub.rooms[LOG].incident.updates)


async def test_a_later_draft_cites_its_facts(hub: FakeHub) -> None:
    """The next one is of the stage, and rests on the confirmed facts; enter drafts it."""
    published(hub)
    hub.says("ana", c.Describe(services=("card payments",), started_at=hub.now))
    hub.says("ana", c.ChangeStatus(to=Status.IDENTIFIED))
    async with in_room(hub, person="Dee") as at:
        await at.sends("/u customers")
        await at.waits_for(lambda: "We have found the cause" in at.composer.text)
        assert at.composer.text.endswith("within 30 minutes. #6")
        assert "#41 cites an entry; enter drafts it" == at.composer.complaint
        await at.presses("enter")
        await at.waits_for(lambda: 2 in hub.rooms[LOG].incident.updates)
        assert (6,) == update(hub, 2).cites
        words = hub.rooms[LOG].text(update(hub, 2).text.seq)
        assert "Since 09:00 UTC there has been a problem with card payments." in words
        assert "Card payments fail in the EU." in words


async def test_the_palette_has_every_template(hub: FakeHub) -> None:
    """Another stage than the one that comes next is one search away."""
    async with in_room(hub, person="Dee") as at:
        await at.presses("ctrl+p", *"executives: resolved")
        await at.waits_for(lambda: options(at))
        await at.presses("enter")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))
        await at.waits_for(lambda: at.composer.text.startswith("/update executive INC-1"))
        assert at.composer.text.endswith("The debrief follows. #6")


async def test_a_correction_begins_with_what_it_corrects(hub: FakeHub) -> None:
    """Nobody writes it all again."""
    published(hub)
    async with in_room(hub, person="Dee") as at:
        await at.sends("/u customers corrects U1")
        await at.waits_for(lambda: "Cards fail.\nWe work on it. #6" in at.composer.text)


# --- the draft and the people it takes -------------------------------------------------------


async def test_the_draft_pane_says_it_all(hub: FakeHub) -> None:
    """State, author, text, what it cites, what is missing, what is next."""
    drafted(hub)
    async with in_room(hub, person="Dee") as at:
        await shows_comms(at)
        for said in (
            "draft for customers by Dee 09:00",
            "Cards fail.",
            "We work on it.",
            "cites #6 card payments fail in the EU",
            "missing: approval by Ana (incident commander)",
            "then: /update U1 submit",
        ):
            assert said in at.pane("draft")


async def test_a_gap_is_named(hub: FakeHub) -> None:
    """What a template left open is missing until someone writes it."""
    async with in_room(hub, person="Dee") as at:
        await at.sends("/u customers A problem with [which services]")
        await shows_comms(at)
        await at.waits_for(lambda: "missing: [which services]" in at.pane("draft"))
        assert "missing: what it rests on" in at.pane("draft")


async def test_keys_take_an_update_all_the_way(hub: FakeHub) -> None:
    """s, a, p, t: each begins its line, enter sends it, and a refusal says who may."""
    drafted(hub)
    async with in_room(hub, person="Dee") as at:
        await shows_comms(at)
        for key, line in (("s", "/update U1 submit"), ("a", "/update U1 approve")):
            await goes_into(at, "draft")
            await at.presses(key)
            await at.waits_for(partial(begun, at, line))
            await at.presses("enter")
            await at.waits_for(lambda: update(hub).state is UpdateState.SUBMITTED)
        await at.waits_for(lambda: "this needs the incident commander" in at.composer.complaint)
        hub.says("ana", c.ApproveUpdate(update=1, text=update(hub).text.hash))
        await at.waits_for(lambda: "approved by Ana 09:00" in at.pane("draft"))
        await goes_into(at, "draft")
        at.composer.line.text = ""
        await at.presses("p")
        await at.waits_for(lambda: "/update U1 publish" == at.composer.text)
        await at.presses("enter")
        await at.waits_for(lambda: "U1 >" in at.pane("told"))
        await goes_into(at, "told")
        await at.presses("t")
        await at.waits_for(lambda: "/update U1 sent " == at.composer.text)


async def test_an_author_reads_who_approves(hub: FakeHub) -> None:
    """The commander who wrote it cannot approve it: names who can, and the way out if nobody."""
    submitted(hub, by="ana")
    async with in_room(hub) as at:
        await at.presses("f3")
        await at.waits_for(lambda: "U1" in at.pane("draft"))
        await goes_into(at, "draft")
        await at.presses("a")
        await at.waits_for(lambda: "nobody else here may approve" in at.composer.complaint)
        hub.says("ana", c.AppointRole(role=Role.DEPUTY, person="bo"))
        await at.waits_for(lambda: "approval by Bo (deputy)" in at.pane("draft"))
        await goes_into(at, "draft")
        await at.presses("a")
        await at.waits_for(
            lambda: "you wrote it, so someone else approves: Bo (deputy)" in at.composer.complaint
        )
        await goes_into(at, "draft")
        await at.presses("b")
        await at.waits_for(lambda: "/update U1 break " == at.composer.text)


async def test_a_returned_draft_says_why(hub: FakeHub) -> None:
    """r begins the return; its author reads the reason and revises with e."""
    submitted(hub)
    async with in_room(hub, person="Dee") as at:
        await shows_comms(at)
        hub.says("ana", c.ReturnUpdate(update=1, reason="say since when"))
        await at.waits_for(lambda: "returned: say since when" in at.pane("draft"))
        await goes_into(at, "draft")
        await at.presses("e")
        await at.waits_for(
            lambda: "/update U1 revise Cards fail.\nWe work on it. #6" == at.composer.text
        )


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (c.ChangeStatus(to=Status.MITIGATED), "STALE: status changed"),
        (c.ChangeSeverity(to=Severity.SEV1, reason="all"), "STALE: severity changed"),
        (c.Strike(entry=6, reason="only in test"), "STALE: #6 was struck"),
        (c.Amend(entry=6, text="cards and wallets fail"), "STALE: #6 was amended"),
    ],
)
async def test_a_draft_that_the_log_has_left_behind(
    hub: FakeHub, command: c.PersonCommand, why: str
) -> None:
    """Status, severity or what it cites moved: stale in both views, and at its publication."""
    approved(hub)
    hub.says("ana" if not isinstance(command, c.Strike | c.Amend) else "bo", command)
    async with in_room(hub, person="Dee") as at:
        await at.waits_for(lambda: why in at.pane("updates"))
        await shows_comms(at)
        assert why in at.pane("draft")
        await goes_into(at, "draft")
        await at.presses("p")
        await at.waits_for(lambda: why in at.composer.complaint)


# --- out, and the promise --------------------------------------------------------------------


async def test_publishing_copies_and_says_that_nothing_was_sent(hub: FakeHub) -> None:
    """Exactly the text is in the clipboard; where it goes is for people, until one says so."""
    approved(hub)
    async with in_room(hub, person="Dee") as at:
        await at.sends("/u U1 publish +20m")
        await at.waits_for(lambda: "Cards fail.\nWe work on it." == at.app.clipboard)
        warning = "NOT SENT BY WARROOM: paste it, then /update U1 sent WHERE"
        await at.waits_for(lambda: warning in at.composer.complaint)
        await shows_comms(at)
        assert "NOT SENT BY WARROOM" in at.pane("told")
        assert "published 09:00, NOT SENT" in at.pane("promises")
        await at.sends("/u U1 sent statuspage")
        await at.waits_for(lambda: "sent to statuspage, Dee 09:00" in at.pane("told"))
        assert "NOT SENT" not in at.pane("told")
        assert "told 09:00, next 09:20" in at.pane("promises")


async def test_others_publishing_leave_the_clipboard_alone(hub: FakeHub) -> None:
    """Only who publishes gets the text."""
    async with in_room(hub) as at:
        published(hub)
        await at.waits_for(lambda: "U1 >" in at.pane("updates"))
        assert "" == at.app.clipboard
        await goes_into(at, "updates")
        await at.presses("y")
        await at.waits_for(lambda: "Cards fail.\nWe work on it." == at.app.clipboard)


@pytest.mark.parametrize("size", [NARROW, VAST])
async def test_a_promise_warns_and_then_alarms(hub: FakeHub, size: tuple[int, int]) -> None:
    """Two minutes before it falls due the header says so; after that there is an alarm."""
    published(hub)
    async with in_room(hub, person="Dee", size=size) as at:
        hub.waits(18 * 60 + 30)
        at.room.show_clocks()
        assert "update DUE in 90 s" in at.line("condition")
        await at.presses("f3")
        await at.waits_for(lambda: "DUE in 90 s" in at.pane("promises"))
        hub.waits(3 * 60)
        await at.waits_for(lambda: "update to customers overdue 1 min" in at.line("alarm"))
        assert "update 1 min late" in at.line("condition")
        assert "1 min late" in at.pane("promises")


async def test_the_story_of_an_update(hub: FakeHub) -> None:
    """Drafted, submitted, approved, published, sent, with numbers; y copies just the text."""
    published(hub)
    hub.says("dee", c.RecordSent(update=1, where="statuspage"))
    async with in_room(hub, person="Dee") as at:
        await shows_comms(at)
        await goes_into(at, "told")
        await at.presses("enter")
        await at.waits_for(lambda: isinstance(at.app.screen, StoryScreen))
        story = at.app.screen
        assert isinstance(story, StoryScreen)
        await at.waits_for(lambda: "sent to statuspage" in story.plain)
        for said in ("drafted for customers", "submitted for approval", "approved", "published"):
            assert said in story.plain[story.plain.index("In the log") :]
        assert "card payments fail in the EU" in story.plain[story.plain.index("Speaks of") :]
        await at.presses("y")
        await at.waits_for(lambda: "Cards fail.\nWe work on it." == at.app.clipboard)
        await at.presses("c")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))
        await at.waits_for(lambda: "/update customers corrects U1 " == at.composer.text)


async def test_what_an_audience_was_told(hub: FakeHub) -> None:
    """enter on an audience: all that it was told, and the next draft at a key."""
    published(hub)
    async with in_room(hub, person="Dee") as at:
        await shows_comms(at)
        await goes_into(at, "promises")
        await at.presses("down", "down", "enter")
        await at.waits_for(lambda: isinstance(at.app.screen, StoryScreen))
        story = at.app.screen
        assert isinstance(story, StoryScreen)
        await at.waits_for(lambda: "published to customers" in story.plain)
        await at.presses("u")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))
        await at.waits_for(lambda: "/update customers " == at.composer.text)
