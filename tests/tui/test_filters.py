"""The timeline, filtered: what is not seen is said, and one key brings it back."""

import pytest

from tests.tui.fake_hub import FakeHub
from tests.tui.house import NARROW, House, in_room
from warroom.domain import commands as c
from warroom.domain.vocabulary import ActionState, Outcome, PromotedTo, Role
from warroom.tui.screens.reading import EntryScreen
from warroom.tui.screens.room import RoomScreen
from warroom.tui.widgets.asking import Asking


@pytest.fixture
def hub() -> FakeHub:
    """A room of Ana and Bo, with a decision, an action, two notes and a confirmed fact."""
    hub = FakeHub()
    hub.declares("Checkout is down", "bo")
    hub.says("ana", c.TakeRole(role=Role.INCIDENT_COMMANDER))
    hub.says("ana", c.RecordDecision(decision=c.DecisionText(choice="roll back")))
    hub.says("bo", c.AddAction(text="drain pool-3", assignee="bo"))
    hub.says("bo", c.Post(text="p99 is 4 s"))
    hub.says("ana", c.Post(text="who is on the bridge"))
    hub.says("ana", c.Promote(entry=7, to=PromotedTo.FACT))
    return hub


async def asks(at: House, text: str) -> None:
    """Filter, from the timeline."""
    await at.presses("escape", "v")
    await at.waits_for(lambda: at.room.query_one(Asking).asks)
    at.room.query_one(Asking).line.value = text
    await at.presses("enter")


def numbers(at: House) -> list[str]:
    """The numbers of the rows that are there."""
    return [row.number for row in at.timeline._rows.rows]


async def test_only_what_is_asked_for_is_there(hub: FakeHub) -> None:
    """v, a kind, enter: the others are gone, and how many they are is said."""
    async with in_room(hub) as at:
        await asks(at, "decisions")
        await at.waits_for(lambda: numbers(at) == ["#5"])
        assert at.line("filter").startswith("only decisions  8 hidden")
        assert at.line("filter").endswith("V shows all")
        assert at.timeline.has_focus


async def test_one_key_shows_all_again(hub: FakeHub) -> None:
    """V clears the filter, and the line about it goes."""
    async with in_room(hub) as at:
        await asks(at, "@bo")
        await at.waits_for(lambda: numbers(at) == ["#6", "#7"])
        await at.presses("V")
        await at.waits_for(lambda: len(numbers(at)) == 9)
        assert "" == at.line("filter")


async def test_new_entries_pass_the_same_filter(hub: FakeHub) -> None:
    """What comes in is shown or counted; what one sends is seen until it is committed."""
    async with in_room(hub) as at:
        await asks(at, "notes @bo")
        await at.waits_for(lambda: numbers(at) == ["#7"])
        hub.says("bo", c.Post(text="errors are down"))
        hub.says("ana", c.Post(text="good"))
        await at.waits_for(lambda: numbers(at) == ["#7", "#10"])
        assert "9 hidden, 1 of them new" in at.line("filter")
        hub.holds = True
        await at.sends("mine")
        await at.waits_for(lambda: any("mine sending" in row for row in at.rows()))
        hub.answer()
        await at.waits_for(lambda: numbers(at) == ["#7", "#10"])
        assert "10 hidden, 2 of them new" in at.line("filter")


async def test_what_is_open_goes_when_it_is_closed(hub: FakeHub) -> None:
    """An action that is done leaves the view of what is open, with its whole story."""
    async with in_room(hub) as at:
        await asks(at, "open")
        await at.waits_for(lambda: numbers(at) == ["#5", "#6"])
        hub.says("bo", c.AdvanceAction(action=1, to=ActionState.DONE))
        await at.waits_for(lambda: numbers(at) == ["#5"])
        hub.says("ana", c.RecordOutcome(decision=1, outcome=Outcome.WORKED))
        await at.waits_for(lambda: numbers(at) == [])
        hub.says("bo", c.RaiseHypothesis(text="the pool"))
        await at.waits_for(lambda: numbers(at) == ["#12"])


async def test_pinned_are_the_confirmed_facts(hub: FakeHub) -> None:
    """Until the entry that was confirmed is struck."""
    async with in_room(hub) as at:
        await asks(at, "pinned")
        await at.waits_for(lambda: numbers(at) == ["#9"])
        assert "p99 is 4 s" in at.rows()[0]
        hub.says("bo", c.Strike(entry=7, reason="wrong cluster"))
        await at.waits_for(lambda: numbers(at) == [])


async def test_a_filter_that_makes_no_sense_stays_in_the_line(hub: FakeHub) -> None:
    """It is said what there is, and nothing is hidden."""
    async with in_room(hub) as at:
        await asks(at, "decisons")
        await at.waits_for(at.toasts)
        assert "there is no kind decisons" in at.toasts()[0]
        assert "decisons" == at.room.query_one(Asking).line.value
        assert 9 == len(numbers(at))


async def test_tab_writes_a_word_out(hub: FakeHub) -> None:
    """@b tab is Bo, dec tab are the decisions."""
    async with in_room(hub) as at:
        await at.presses("escape", "v", *"dec", "tab", *"@b", "tab")
        await at.waits_for(lambda: at.room.query_one(Asking).line.value == "decisions @bo ")


async def test_the_filter_is_seen_on_a_narrow_screen(hub: FakeHub) -> None:
    """Where the timeline has no border the line is there all the same."""
    async with in_room(hub, size=NARROW) as at:
        await asks(at, "act")
        await at.waits_for(lambda: "only actions  8 hidden" in at.line("filter"))


async def test_an_entry_says_what_it_is_linked_with(hub: FakeHub) -> None:
    """Both ways, and a digit goes there; esc comes back entry by entry."""
    hub.says("bo", c.Amend(entry=7, text="p99 is 2.4 s"))
    async with in_room(hub) as at:
        at.timeline.move_to(at.desk.replicas[at.room.log_id].room.entries[6].id)
        await at.presses("escape", "enter")
        await at.waits_for(lambda: isinstance(at.app.screen, EntryScreen))
        page = at.app.screen
        assert isinstance(page, EntryScreen)
        assert "confirmed by" in page.plain
        assert "amended by" in page.plain
        await at.presses("2")
        await at.waits_for(
            lambda: isinstance(at.app.screen, EntryScreen) and at.app.screen.entry.seq == 10
        )
        await at.presses("escape", "escape")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))


async def test_coming_back_to_a_room_one_had_left(hub: FakeHub) -> None:
    """A line stands before what came meanwhile, with how much that is; nobody is called twice."""
    async with in_room(hub) as at:
        await at.presses("escape", "q")
        await at.waits_for(lambda: not isinstance(at.app.screen, RoomScreen))
        hub.waits(12)
        hub.says("bo", c.Post(text="@ana come back"))
        hub.says("bo", c.Post(text="please"))
        await at.enters()
        await at.waits_for(lambda: any("please" in row for row in at.rows()))
        assert "09:00:00 --- since you were away, 09:00: 2 new ---" == at.rows()[-3]
        assert [] == at.toasts()


@pytest.mark.parametrize(("seconds", "person"), [(3, "bo"), (60, "ana")])
async def test_what_is_no_news_has_no_line_before_it(
    hub: FakeHub, seconds: float, person: str
) -> None:
    """What came in while one was gone for a moment is seen to come in; of one's own words, which
    waited for the hub, nothing was missed."""
    async with in_room(hub) as at:
        at.desk.drops()
        await at.waits_for(lambda: "OFFLINE" in at.line("condition"))
        hub.waits(seconds)
        hub.says(person, c.Post(text="meanwhile"))
        at.desk.returns()
        await at.waits_for(lambda: any("meanwhile" in row for row in at.rows()))
        assert not [row for row in at.rows() if "since" in row]


async def test_leaving_a_filter_keeps_ones_place(hub: FakeHub) -> None:
    """The entry that one has found with it is still in sight, and the cursor on it."""
    for number in range(60):
        hub.says("bo", c.Post(text=f"note {number}"))
        if number % 20 == 10:
            hub.says("bo", c.AddAction(text=f"do {number}"))
    async with in_room(hub, size=NARROW) as at:
        await at.presses("escape", "v", *"actions", "enter")
        await at.waits_for(lambda: 4 == at.timeline.row_count and at.timeline.has_focus)
        await at.presses("k")
        await at.waits_for(
            lambda: at.timeline.cursor_row and "do 30" in at.timeline.cursor_row.text
        )
        await at.presses("V")
        await at.waits_for(lambda: at.timeline.row_count > 60)
        await at.waits_for(lambda: "do 30" in "".join(seen(at)))
        assert at.timeline.cursor_row is not None
        assert "do 30" in at.timeline.cursor_row.text


def seen(at: House) -> list[str]:
    """The lines of the timeline that stand on the screen."""
    height = at.timeline.scrollable_content_region.height
    return [at.timeline.render_line(y).text for y in range(height)]


FOOT = "esc ends search  i write"


async def test_a_search_says_where_one_is_and_of_how_many(hub: FakeHub) -> None:
    """Of how many, on which; also of those that come in, and once a filter has other rows."""
    for number in range(17):
        hub.says("bo", c.Post(text=f"needle {number}"))
        hub.says("bo", c.Observe(text="hay"))
    async with in_room(hub) as at:
        await at.presses("escape", "g", "slash", *"needle", "enter")
        await at.waits_for(lambda: at.line("hints").startswith(f"n N 1 of 17  {FOOT}"))
        await at.presses("n", "n")
        await at.waits_for(lambda: "n N 3 of 17" in at.line("hints"))
        hub.says("bo", c.Post(text="another needle"))
        await at.waits_for(lambda: "n N 3 of 18" in at.line("hints"))
        await at.presses("j")
        await at.waits_for(lambda: "n N 18 found" in at.line("hints"))
        await at.presses("v", *"observations", "enter")
        await at.waits_for(lambda: at.line("hints").startswith("i write"))
        await at.presses("V")
        await at.waits_for(lambda: "n N 18 found" in at.line("hints"))
        await at.presses("escape")
        await at.waits_for(lambda: at.line("hints").startswith("i write"))
        assert not at.timeline.searching


async def test_a_question_says_what_ends_it(hub: FakeHub) -> None:
    """Its keys stand at the foot, for as long as it is asked; nothing at all ends a search, too."""
    async with in_room(hub) as at:
        await at.presses("escape", "slash")
        await at.waits_for(lambda: at.line("hints").startswith("enter go  esc leave"))
        await at.presses(*"checkout", "enter")
        await at.waits_for(lambda: at.line("hints").startswith("n N 1 of "))
        await at.presses("slash", "escape")
        await at.waits_for(lambda: at.line("hints").startswith("n N 1 of "))
        await at.presses("slash", "enter")
        await at.waits_for(lambda: at.line("hints").startswith("i write"))


async def test_a_search_is_counted_again_when_people_are_called_otherwise(hub: FakeHub) -> None:
    """Every row is another one then: what is found is what now holds the text."""
    hub.says("bo", c.Post(text="the needle"))
    hub.says("bo", c.Post(text="hay"))
    async with in_room(hub) as at:
        await at.presses("escape", "g", "slash", *"needle", "enter")
        await at.waits_for(lambda: at.line("hints").startswith(f"n N 1 of 1  {FOOT}"))
        hub.says("bo", c.Rename(name="Bo Needle"))
        await at.waits_for(lambda: at.line("hints").startswith(f"n N 2 of 3  {FOOT}"))


async def test_coming_back_to_nothing_new(hub: FakeHub) -> None:
    """Without news there is no such line."""
    async with in_room(hub) as at:
        await at.presses("escape", "q")
        await at.waits_for(lambda: not isinstance(at.app.screen, RoomScreen))
        await at.enters()
        assert 9 == len(at.rows())


async def test_many_that_speak_to_one_share_a_banner(hub: FakeHub) -> None:
    """After an hour offline there is one banner, not one for each."""
    async with in_room(hub) as at:
        at.desk.drops()
        for number in range(5):
            hub.says("bo", c.Post(text=f"@ana {number}"))
        at.desk.returns()
        await at.waits_for(at.toasts)
        assert ["to you: 5 entries, the last is #14 Bo: @ana 4"] == at.toasts()


async def test_the_debrief_so_far(hub: FakeHub) -> None:
    """F5 shows the milestones, what is missing, and how to take the log along."""
    async with in_room(hub) as at:
        await at.presses("f5")
        await at.waits_for(lambda: not isinstance(at.app.screen, RoomScreen))
        page = getattr(at.app.screen, "plain", "")
        for words in (
            "declared    2026-03-02 09:00:00",
            "identified  not known",
            "what came of D1: /decide D1 worked",
            "how A1 ended: /act A1 done",
            "warroom export -i INC-1 --format md -o INC-1.md",
        ):
            assert words in page


async def test_trying_again_has_a_key(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offline, the line says which; ^r works in the composer too."""
    asked: list[str] = []
    monkeypatch.setattr("tests.tui.fake_hub.FakeDesk.try_again", lambda desk: asked.append("now"))
    async with in_room(hub) as at:
        at.desk.drops()
        await at.waits_for(lambda: "^r tries again now" in at.line("trouble"))
        await at.presses("ctrl+r")
        await at.waits_for(lambda: asked == ["now"])
