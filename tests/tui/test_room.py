"""The room: live, readable at a glance, never surprising."""

from datetime import timedelta
from functools import partial

import pytest
from textual.command import CommandList
from textual.widgets import Input

from tests.tui.fake_hub import LOG, FakeDesk, FakeHub
from tests.tui.house import NARROW, WIDE, House, house, in_room
from warroom.client.connection import LineState
from warroom.client.replica import Sync
from warroom.domain import commands as c
from warroom.domain.vocabulary import Audience, Code, Role, Scope, Severity, Status
from warroom.protocol.envelopes import Declined, Here, Presence, You
from warroom.tui.screens.lobby import LobbyScreen
from warroom.tui.screens.reading import EntryScreen, ReadingScreen
from warroom.tui.screens.room import RoomScreen
from warroom.tui.widgets.asking import Asking
from warroom.tui.widgets.lines import Hanging
from warroom.tui.widgets.overhead import Overhead


@pytest.fixture
def hub() -> FakeHub:
    """A room with a commander, joined by Bo."""
    hub = FakeHub()
    hub.declares("Checkout is down", "bo")
    hub.says("ana", c.TakeRole(role=Role.INCIDENT_COMMANDER))
    return hub


def reading(at: House) -> ReadingScreen:
    assert isinstance(at.app.screen, ReadingScreen)
    return at.app.screen


def says(at: House, word: str) -> bool:
    return word in at.line("condition")


async def test_the_header_says_it_all(hub: FakeHub) -> None:
    """Label, title, severity, status, elapsed time and the line stand in the first row."""
    hub.says("ana", c.ChangeSeverity(to=Severity.SEV1, reason="all"))
    hub.waits(49 * 60)
    async with in_room(hub) as at:
        header = at.line("condition")
        for word in ("INC-1 Checkout is down", "SEV1", "DECLARED", "+00:49", "live, 1 here"):
            assert word in header


async def test_the_title_stays_where_there_is_room_for_the_rest() -> None:
    """At 100 columns the facts are said in short before the title goes; at 80 it comes last."""
    for columns in (100, 80):
        hub = FakeHub()
        hub.declares("Checkout failing for EU cards", "bo")
        hub.says("ana", c.TakeRole(role=Role.INCIDENT_COMMANDER))
        hub.says("ana", c.ChangeSeverity(to=Severity.SEV1, reason="all"))
        hub.says("ana", c.ChangeStatus(to=Status.INVESTIGATING))
        hub.says("ana", c.DraftUpdate(audience=Audience.INTERNAL, text="We look."))
        hub.says("ana", c.PublishUpdate(update=1))
        async with in_room(hub, size=(columns, 30)) as at:
            await at.waits_for(partial(says, at, "Checkout fail"))
            assert "SEV1" in at.line("condition")


async def test_sending_goes_to_the_end_again_after_the_alarm(hub: FakeHub) -> None:
    """^g leaves the end of the timeline; whoever then sends sees what they sent, and follows."""
    hub.says("ana", c.AddAction(text="drain", due_at=hub.now + timedelta(minutes=1)))
    for number in range(60):
        hub.says("bo", c.Post(text=f"note {number}"))
    hub.waits(120)
    async with in_room(hub) as at:
        await at.waits_for(lambda: "A1 overdue" in at.line("alarm"))
        await at.presses("ctrl+g")
        await at.waits_for(lambda: at.composer.text == "/act A1 ")
        await at.waits_for(lambda: not at.timeline.following)
        await at.types("done")
        await at.presses("enter")
        await at.waits_for(lambda: any("A1 done" in row for row in at.rows()))
        await at.waits_for(lambda: at.timeline.following)
        hub.says("bo", c.Post(text="the last"))
        await at.waits_for(lambda: at.timeline._window[-1][0].plain().endswith("the last"))


async def test_only_what_can_be_promoted_is_begun(hub: FakeHub) -> None:
    """A line that the hub would refuse is not begun; it is said why."""
    hub.says("bo", c.Post(text="a note"))
    async with in_room(hub) as at:
        await at.presses("escape", "g", "f")
        await at.waits_for(lambda: any("#1 cannot be promoted" in one for one in at.toasts()))
        assert "" == at.composer.text
        await at.presses("G", "f")
        await at.waits_for(lambda: at.composer.text.startswith("/promote #"))


async def test_who_has_just_come_has_a_name(hub: FakeHub) -> None:
    """Before the log knows someone the hub says who they are."""
    async with in_room(hub) as at:
        at.desk.hear(Presence(log=LOG, here=(Here("ae1a8d", name="Kim Vos"),)))
        await at.waits_for(lambda: "Kim" in at.pane("command"))
        assert "?ae1a8d" not in at.pane("command")


async def test_a_narrow_room_names_who_holds_what(hub: FakeHub) -> None:
    """At 80 columns the second row has the roles, the third the tabs, and no pane is beside."""
    async with in_room(hub, size=NARROW) as at:
        await at.waits_for(lambda: at.line("tabs"))
        assert at.line("holders").startswith("IC Ana  TL -")
        assert at.line("tabs").startswith(">timeline")
        assert not at.room.query_one("#side").display


async def test_a_narrow_room_shows_panes_by_key(hub: FakeHub) -> None:
    """F2 puts the panes in place of the timeline, and gives it back."""
    async with in_room(hub, size=NARROW) as at:
        await at.presses("f2")
        await at.waits_for(lambda: "Ana" in at.pane("command"))
        assert not at.timeline.display
        await at.presses("f2")
        await at.waits_for(lambda: at.timeline.display)


async def test_entries_of_others_appear(hub: FakeHub) -> None:
    """What someone else writes is there without a key."""
    async with in_room(hub) as at:
        hub.says("bo", c.Observe(text="p99 is 4 s"))
        await at.waits_for(lambda: any("#5 Bo obs p99 is 4 s" in row for row in at.rows()))


async def test_an_entry_on_its_way_looks_different(hub: FakeHub) -> None:
    """Until the hub has it an entry has no number and says `sending`."""
    async with in_room(hub) as at:
        hub.holds = True
        await at.sends("on its way")
        await at.waits_for(lambda: any("on its way sending" in row for row in at.rows()))
        assert "1 waiting" in at.line("condition")
        hub.answer()
        await at.waits_for(lambda: any("#5 Ana on its way" in row for row in at.rows()))
        assert not any("sending" in row for row in at.rows())
        assert "waiting" not in at.line("condition")


async def test_a_hub_that_takes_nothing_for_now_says_why(hub: FakeHub) -> None:
    """In the header and beneath it, for as long as that lasts."""
    async with in_room(hub) as at:
        hub.holds = True
        await at.sends("p99 is back")
        await at.waits_for(lambda: bool(hub.held))
        [(_, submit)] = hub.held
        at.desk.hear(
            Declined(
                id=submit.id,
                log=LOG,
                code=Code.TEMPORARY,
                text="the hub's disk is full",
                temporary=True,
            )
        )
        await at.waits_for(lambda: says(at, "HELD UP, 1 waiting"))
        assert at.line("trouble").startswith("the hub's disk is full; what you wrote waits")
        hub.answer()
        await at.waits_for(lambda: says(at, "live"))
        assert "" == at.line("trouble")


async def test_panes_follow_the_log(hub: FakeHub) -> None:
    """Decisions, actions and updates stand beside the timeline as they come."""
    async with in_room(hub) as at:
        await at.sends("/d roll back 8.14 !high")
        await at.sends("/a @bo drain pool-3 +10m")
        await at.sends("/u internal We roll back.")
        await at.waits_for(lambda: "U1" in at.pane("updates"))
        assert "D1" in at.pane("decisions")
        assert "high risk" in at.pane("decisions")
        assert "Bo: drain pool-3" in at.pane("actions")


async def test_views_by_role(hub: FakeHub) -> None:
    """F4 shows hypotheses, F3 who hears when."""
    async with in_room(hub) as at:
        await at.sends("/h the pool is exhausted")
        await at.presses("f4")
        await at.waits_for(lambda: "the pool is exhausted" in at.pane("hypotheses"))
        await at.presses("f3")
        await at.waits_for(lambda: "customers: never told" in at.pane("promises"))
        assert not at.room.query_one("#pane-hypotheses").display


async def test_who_has_just_come_can_be_named_and_quoted(hub: FakeHub) -> None:
    """As soon as they are seen here; the log has them before the entry that names them."""
    async with in_room(hub) as at:
        kim = at.hub.desk("Kim", lambda event: None)
        kim.open(LOG)
        await at.waits_for(lambda: "kim" in at.room.replica.here)
        await at.sends("/a @kim drain pool-3")
        await at.waits_for(lambda: "A1" in at.rows()[-1])
        assert "hub kim joined" in at.rows()[-2].casefold()
        assert "kim" == at.hub.rooms[LOG].incident.actions[1].assignee
        assert at.hub.rooms[LOG].incident.people["kim"].voice is False


@pytest.mark.parametrize("size", [(120, 36), NARROW])
async def test_an_empty_room_teaches_itself(size: tuple[int, int]) -> None:
    """In three lines after those who came, which go as soon as something is said."""
    async with in_room(size=size) as at:
        await at.waits_for(lambda: "Nothing said yet. Type what you see" in at.rows()[-1])
        at.hub.join(LOG, "cy")
        await at.waits_for(lambda: "Nothing said yet" in at.rows()[-1] and "#4" in at.rows()[-2])
        assert 3 == at.timeline._rows.height_of(len(at.rows()) - 1)
        at.hub.holds = True
        await at.sends("p99 is 4 s")
        await at.waits_for(lambda: "p99 is 4 s sending" in at.rows()[-1])
        assert not any("Nothing said yet" in row for row in at.rows())
        at.hub.answer()
        await at.waits_for(lambda: "#5 Ana p99 is 4 s" in at.rows()[-1])


async def test_an_empty_room_tells_who_only_reads_what_there_is_to_see() -> None:
    """Not how to write, which they cannot; and nothing once others write."""
    hub = FakeHub()
    hub.declares("Checkout is down")
    async with house(hub, person="Eve") as at:
        at.desk.you = You("eve", "Eve", "eve", Scope.OBSERVER)
        await at.enters()
        await at.waits_for(lambda: "What people write stands here" in at.rows()[-1])
        hub.says("ana", c.Post(text="p99 is 4 s"))
        await at.waits_for(lambda: "#3 Ana p99 is 4 s" in at.rows()[-1])
        assert not any("Nothing said yet" in row for row in at.rows())


async def test_the_worst_alarm_has_a_row_and_a_key() -> None:
    """^g goes to the worst alarm and begins the line for it, and sends nothing."""
    async with in_room() as at:
        await at.waits_for(lambda: "nobody is incident commander" in at.line("alarm"))
        await at.presses("ctrl+g")
        await at.waits_for(lambda: at.composer.text == "/role ic")
        assert at.hub.rooms[LOG].incident.commander is None


async def test_without_an_alarm_its_key_says_so(hub: FakeHub) -> None:
    """A key that does nothing looks broken."""
    async with in_room(hub) as at:
        await at.waits_for(lambda: not at.line("alarm"))
        await at.presses("ctrl+g")
        await at.waits_for(lambda: "there is no alarm" in at.toasts())
        assert "" == at.composer.text


async def test_an_alarm_goes_when_it_is_dealt_with(hub: FakeHub) -> None:
    """An overdue action alarms until it is done."""
    async with in_room(hub) as at:
        await at.sends("/a @ana drain +10m")
        await at.waits_for(lambda: at.hub.rooms[LOG].incident.actions)
        hub.waits(13 * 60)
        await at.waits_for(lambda: "A1 overdue 3 min: Ana, drain" in at.line("alarm"))
        await at.sends("/a A1 done")
        await at.waits_for(lambda: not at.line("alarm"))


async def test_the_bell_is_for_whom_it_concerns(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An overdue action rings for assignee and commander, not for everybody."""
    soon = hub.now + timedelta(minutes=1)
    hub.says("ana", c.AddAction(text="drain", assignee="bo", due_at=soon))
    hub.join(LOG, "kim")
    for person, rings in (("Bo", 1), ("Kim", 0)):
        bells: list[str] = []
        hub.desks.clear()
        async with in_room(hub, person=person) as at:
            monkeypatch.setattr(at.app, "bell", partial(bells.append, "ring"))
            if rings:
                hub.waits(60)
            else:
                later = hub.now + timedelta(minutes=1)
                hub.says("ana", c.PostponeAction(action=1, due_at=later))
                await at.waits_for(lambda: not at.line("alarm"))
                hub.waits(60)
            await at.waits_for(lambda: "A1 overdue" in at.line("alarm"))
            assert rings == len(bells)


async def test_who_is_addressed_sees_a_banner(hub: FakeHub) -> None:
    """@ana, and @ic for whoever commands, are told by a banner, not by a modal."""
    async with in_room(hub) as at:
        hub.says("bo", c.Post(text="@ana look [/] here"))
        await at.waits_for(at.toasts)
        assert ["to you: #5 Bo: @ana look [/] here"] == at.toasts()
        assert at.composer.line.has_focus
        hub.says("bo", c.Post(text="what does @ic say"))
        await at.waits_for(lambda: len(at.toasts()) == 2)


async def test_offline_says_since_when_and_keeps_what_is_typed(hub: FakeHub) -> None:
    """Offline, why, and a line about what one missed; what was typed is sent later."""
    async with in_room(hub) as at:
        at.desk.drops()
        await at.waits_for(lambda: "OFFLINE" in at.line("condition"))
        assert "the hub is gone" in at.line("trouble")
        hub.says("bo", c.Post(text="missed this"))
        await at.types("half a li")
        hub.waits(60)
        at.desk.returns()
        await at.waits_for(lambda: any("missed this" in row for row in at.rows()))
        assert "since the line was lost" in at.rows()[-2]
        assert "half a li" == at.composer.text
        assert "live" in at.line("condition")
        assert "" == at.line("trouble")


async def test_every_state_of_the_line_has_its_word(hub: FakeHub) -> None:
    """Stale, refused, connecting: never in doubt."""
    async with in_room(hub) as at:
        for state, word in (
            (LineState.STALE, "STALE"),
            (LineState.REFUSED, "REFUSED"),
            (LineState.CONNECTING, "connecting"),
        ):
            at.desk.becomes(state)
            await at.waits_for(partial(says, at, word))


async def test_a_diverged_room_says_so(hub: FakeHub) -> None:
    """Two logs are never merged silently."""
    async with in_room(hub) as at:
        at.desk.replicas[LOG].sync = Sync.DIVERGED
        at.room.show_clocks()
        assert "DIVERGED" in at.line("condition")
        assert "the hub has another log: nothing is sent" in at.line("trouble")


async def test_an_entry_is_promoted_with_one_key(hub: FakeHub) -> None:
    """d on an entry begins the line that makes it a decision; enter sends it."""
    async with in_room(hub) as at:
        hub.says("bo", c.Post(text="roll back now"))
        await at.waits_for(lambda: any("roll back now" in row for row in at.rows()))
        await at.presses("escape", "d")
        await at.waits_for(lambda: at.composer.text == "/promote #5 decision ")
        await at.presses("enter")
        await at.waits_for(lambda: 1 in hub.rooms[LOG].incident.decisions)


async def test_a_begun_line_does_not_eat_what_was_typed(hub: FakeHub) -> None:
    """What stood in the composer is in the history."""
    hub.says("bo", c.Post(text="a note"))
    async with in_room(hub) as at:
        await at.types("half a thought")
        await at.presses("escape", "f")
        await at.waits_for(lambda: at.composer.text.startswith("/promote"))
        assert "half a thought" == at.composer._history.lines[-1]


async def test_i_goes_back_to_the_composer(hub: FakeHub) -> None:
    """esc to the timeline, i to the composer."""
    async with in_room(hub) as at:
        await at.presses("escape")
        await at.waits_for(lambda: at.timeline.has_focus)
        await at.presses("i")
        await at.waits_for(lambda: at.composer.line.has_focus)


async def test_an_entry_opens_in_full(hub: FakeHub) -> None:
    """Enter on an entry shows all of it; esc leads back."""
    async with in_room(hub) as at:
        hub.says("bo", c.Post(text="all\nof\nit"))
        await at.waits_for(lambda: any("all" in row for row in at.rows()))
        await at.presses("escape", "enter")
        await at.waits_for(lambda: isinstance(at.app.screen, ReadingScreen))
        assert "#5 Bo\n\nall\nof\nit" in reading(at).plain
        await at.presses("escape")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))


async def test_redacted_words_leave_the_page_of_their_entry(hub: FakeHub) -> None:
    """While it is read: whoever asked for it need not ask everyone to press esc."""
    hub.says("bo", c.Post(text="swordfish"))
    async with in_room(hub) as at:
        await at.presses("escape", "G", "enter")
        await at.waits_for(lambda: isinstance(at.app.screen, EntryScreen))
        assert "swordfish" in reading(at).plain
        hub.says("ana", c.RequestRedaction(entry=5, reason="a password"))
        hub.says("bo", c.ApproveRedaction(entry=5))
        await at.waits_for(lambda: "swordfish" not in reading(at).plain)
        assert "[redacted" in reading(at).plain
        assert "swordfish" not in str(at.app.screen.query_one(Hanging).content)


async def test_keys_that_come_at_once_go_where_they_were_meant(hub: FakeHub) -> None:
    """A search is asked for, written, and sent off, and then a line is begun, all in a burst."""
    for number in range(3):
        hub.says("bo", c.Post(text=f"look {number}"))
    async with in_room(hub) as at:
        await at.presses("escape")
        at.bursts("slash", *"look", "enter", "i", *"seen")
        await at.waits_for(lambda: at.composer.text == "seen")
        await at.waits_for(lambda: at.timeline.found == (3, 3))
        assert not at.room.query_one(Asking).asks


async def test_search(hub: FakeHub) -> None:
    """/ in the timeline searches; the cursor goes there."""
    async with in_room(hub) as at:
        hub.says("bo", c.Post(text="the needle"))
        hub.says("bo", c.Post(text="hay"))
        await at.waits_for(lambda: any("hay" in row for row in at.rows()))
        await at.presses("escape", "slash", *"needle", "enter")
        await at.waits_for(
            lambda: at.timeline.cursor_row and "the needle" in at.timeline.cursor_row.text
        )
        assert at.timeline.has_focus
        assert not at.room.query_one(Asking).asks


async def test_an_amended_entry_reads_otherwise(hub: FakeHub) -> None:
    """A correction changes the row of the entry it corrects."""
    async with in_room(hub) as at:
        await at.sends("p99 is 24 s")
        await at.waits_for(lambda: any("#5 Ana p99 is 24 s" in row for row in at.rows()))
        await at.sends("/m #5 p99 is 2.4 s")
        await at.waits_for(lambda: any("#5 Ana p99 is 2.4 s amended" in row for row in at.rows()))


async def test_words_that_expire_leave_the_screen(hub: FakeHub) -> None:
    """Also of a room that is open, and the names that nothing later says."""
    hub.says("bo", c.Post(text="swordfish"))
    hub.says("ana", c.ChangeStatus(to=Status.CANCELLED, reason="a false alarm"))
    hub.now += timedelta(days=101)
    async with in_room(hub) as at:
        await at.waits_for(lambda: any("Bo swordfish" in row for row in at.rows()))
        hub.says("hub", c.ExpireWords(days=100))
        await at.waits_for(lambda: any("[expired" in row for row in at.rows()))
        told = "".join(at.rows()) + at.line("condition")
        assert not [
            word for word in ("swordfish", "false alarm", "Bo ", "Checkout") if word in told
        ]


async def test_the_brief_is_one_word_away(hub: FakeHub) -> None:
    """/b shows where things stand."""
    async with in_room(hub) as at:
        await at.sends("/b")
        await at.waits_for(lambda: isinstance(at.app.screen, ReadingScreen))
        assert "INC-1 Checkout is down" in reading(at).plain


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_brief_takes_the_screen_as_it_is(hub: FakeHub, size: tuple[int, int]) -> None:
    """Its lines are broken for this width and no other, and go on beside their label."""
    hub.says("ana", c.AddAction(text="drain the pools of all regions " * 6))
    async with in_room(hub, size=size) as at:
        await at.sends("/b")
        await at.waits_for(lambda: isinstance(at.app.screen, ReadingScreen))
        shown = at.app.screen.query_one(Hanging)
        await at.waits_for(lambda: fits(shown))
        lines = str(shown.content).split("\n")
        (number,) = (n for n, line in enumerate(lines) if line.startswith("ACTIONS"))
        used = shown.content_size.width
        assert len(lines[number]) + len(lines[number + 1].split()[0]) >= used
        assert lines[number + 1].startswith(" " * 11)


async def test_a_key_says_that_one_is_here(hub: FakeHub) -> None:
    """Whoever types is not idle."""
    async with in_room(hub) as at:
        before = at.desk.touched
        await at.presses("a", "b")
        assert before + 2 == at.desk.touched


def fits(page: Hanging) -> bool:
    """Whether a page is laid out for its width, and so broken nowhere else."""
    return max(map(len, str(page.content).split("\n"))) <= page.content_size.width


async def test_long_lines_of_the_help_hang_on_a_small_screen(hub: FakeHub) -> None:
    """At 80 columns what goes on stands under its text, whatever size came before."""
    async with in_room(hub, size=(120, 36)) as at:
        await at.presses("f1")
        await at.waits_for(lambda: isinstance(at.app.screen, ReadingScreen))
        page = at.app.screen.query_one(Hanging)
        await at.waits_for(lambda: fits(page) and page.content_size.width > NARROW[0])
        await at.pilot.resize_terminal(*NARROW)
        await at.waits_for(lambda: fits(page) and page.content_size.width < NARROW[0])
        assert "\n" + " " * 22 + "with it; an objection" in str(page.content)


async def test_help_is_every_word_and_key(hub: FakeHub) -> None:
    """F1 works in the composer too."""
    async with in_room(hub) as at:
        await at.presses("f1")
        await at.waits_for(lambda: isinstance(at.app.screen, ReadingScreen))
        assert "/propose  /p" in reading(at).plain
        assert "^g" in reading(at).plain


async def test_copying_says_once_where_to_look(hub: FakeHub) -> None:
    """Terminals do not tell whether they took it; a second copy says nothing new."""
    async with in_room(hub) as at:
        await at.presses("escape", "y", "y")
        await at.waits_for(lambda: 2 == at.toasts().count("copied"))
        doubts = [one for one in at.toasts() if "sent to your terminal's clipboard" in one]
        assert 1 == len(doubts)


async def test_the_palette_begins_a_line(hub: FakeHub) -> None:
    """A word chosen in the palette stands in the composer, not in the log."""
    async with in_room(hub) as at:
        await at.presses("ctrl+p", *"/withdraw", "enter")
        await at.waits_for(
            lambda: isinstance(at.app.screen, RoomScreen) and at.composer.text == "/withdraw "
        )


def offered(at: House) -> list[str]:
    """What the palette has found, by name."""
    found = at.app.screen.query_one(CommandList).options
    return [str(option.prompt).split("\n")[0].strip() for option in found]


async def test_the_palette_is_the_rooms_over_whatever_is_read(hub: FakeHub) -> None:
    """Its words, keys and themes are there, and Textual's own commands are nowhere."""
    async with in_room(hub) as at:
        await at.presses("f1")
        await at.waits_for(lambda: isinstance(at.app.screen, ReadingScreen))
        await at.presses("ctrl+p")
        await at.waits_for(lambda: {"/obs", "debrief  F5", "theme light"} <= set(offered(at)))
        assert "/post" == offered(at)[0]
        names = " ".join(offered(at))
        assert not [word for word in ("Screenshot", "Maximize", "Theme", "Quit") if word in names]
        await at.presses(*"/withdraw")
        await at.waits_for(lambda: offered(at)[:1] == ["/withdraw"])
        await at.presses("enter")
        await at.waits_for(
            lambda: isinstance(at.app.screen, RoomScreen) and at.composer.text == "/withdraw "
        )


async def test_the_palette_does_what_keys_do_and_wears_a_theme(hub: FakeHub) -> None:
    """Keys, by what they are called; a theme, by the name that settings have for it."""
    async with in_room(hub) as at:
        await at.presses("ctrl+p", *"debrief")
        await at.waits_for(lambda: "debrief  F5" in offered(at)[:1])
        await at.presses("enter")
        await at.waits_for(lambda: "debrief" == at.line("heading"))
        await at.presses("ctrl+p", *"light")
        await at.waits_for(lambda: "theme light" in offered(at)[:1])
        await at.presses("enter")
        await at.waits_for(lambda: "warroom-light" == at.app.theme)


async def test_the_palette_finds_words_by_what_they_say(hub: FakeHub) -> None:
    """By its words, not by letters that are spread over them; what has the name comes first."""
    async with in_room(hub) as at:
        await at.presses("ctrl+p", *"theme")
        await at.waits_for(lambda: offered(at)[:1] == ["theme dark"])
        assert {"theme"} == {name.partition(" ")[0] for name in offered(at)}
        await at.presses("ctrl+u", *"timeline")
        await at.waits_for(lambda: "/post" in offered(at))


async def test_the_palette_of_the_lobby_has_the_word_that_needs_no_room(hub: FakeHub) -> None:
    """Also over the help; its line is begun in the lobby."""
    async with house(hub) as at:
        await at.presses("f1", "ctrl+p")
        await at.waits_for(lambda: "declare  ^n" in offered(at))
        assert ["/invite"] == [name for name in offered(at) if name.startswith("/")]
        await at.presses(*"invite")
        await at.waits_for(lambda: offered(at)[:1] == ["/invite"])
        await at.presses("enter")
        await at.waits_for(lambda: isinstance(at.app.screen, LobbyScreen))
        await at.waits_for(lambda: at.lobby.query_one(Input).has_focus)
        assert "/invite " == at.lobby.query_one(Input).value


async def test_a_second_enter_in_the_palette_does_nothing(hub: FakeHub) -> None:
    """It must not take the room away."""
    async with in_room(hub) as at:
        await at.presses("ctrl+p", *"/withdraw")
        at.bursts("enter", "enter", "enter", "enter")
        await at.waits_for(
            lambda: isinstance(at.app.screen, RoomScreen) and at.composer.text == "/withdraw "
        )


async def test_what_is_typed_into_the_palette_at_once_is_what_is_found(hub: FakeHub) -> None:
    """Not what was offered before the last letter came, nor what the letters mean elsewhere."""
    async with in_room(hub) as at:
        await at.presses("escape")
        at.bursts("ctrl+p", *"/withdraw", "enter", *"D1")
        await at.waits_for(
            lambda: isinstance(at.app.screen, RoomScreen) and at.composer.text == "/withdraw D1"
        )


async def test_what_is_not_found_can_be_typed_otherwise(hub: FakeHub) -> None:
    """Enter does nothing where nothing is found, and keys go on into the line."""
    async with in_room(hub) as at:
        at.bursts("ctrl+p", *"/wxx", "enter", "backspace", "backspace", *"ithdraw", "enter")
        await at.waits_for(
            lambda: isinstance(at.app.screen, RoomScreen) and at.composer.text == "/withdraw "
        )


async def test_what_is_typed_before_and_after_escape_goes_where_it_was_meant(
    hub: FakeHub,
) -> None:
    """However quickly it comes: the one is text, the other are keys of the timeline."""
    async with in_room(hub) as at:
        at.bursts(*"half", "escape", "g", "i", *" a line")
        await at.waits_for(lambda: at.composer.text == "half a line")
        assert at.composer.has_focus_within
        assert 0 == at.timeline._cursor
        at.bursts("ctrl+u", *"/ob")
        await at.waits_for(lambda: at.composer.completion.choices)
        at.bursts("escape", *"s p99")
        await at.waits_for(lambda: at.composer.text == "/obs p99")
        at.bursts("ctrl+u", "escape", "slash", *"no", "escape", "j", "i", *"more")
        await at.waits_for(lambda: at.composer.text == "more")
        await at.presses("escape", "tab")
        await at.waits_for(lambda: at.room.query("PaneView:focus"))
        at.bursts("escape", "q")
        await at.waits_for(lambda: isinstance(at.app.screen, LobbyScreen))
        at.bursts("ctrl+n", *"down", "escape", "k", "enter")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen) and at.room.query("#line"))


async def test_a_second_escape_leaves_the_room_where_it_is(hub: FakeHub) -> None:
    """What is read over the room goes once."""
    async with in_room(hub) as at:
        await at.presses("f1")
        await at.waits_for(lambda: isinstance(at.app.screen, ReadingScreen))
        at.bursts("escape", "escape", "escape")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))
        await at.pilot.pause()
        assert isinstance(at.app.screen, RoomScreen)


async def test_what_is_typed_survives_the_lobby(hub: FakeHub) -> None:
    """q in the timeline leaves; coming back, the half-written line is there."""
    async with in_room(hub) as at:
        await at.types("half")
        await at.presses("escape", "q")
        await at.waits_for(lambda: not isinstance(at.app.screen, RoomScreen))
        await at.enters()
        assert "half" == at.composer.text


async def test_quitting_with_unsent_lines_asks_once(hub: FakeHub) -> None:
    """What the hub has not taken is named before it is lost."""
    async with in_room(hub) as at:
        hub.holds = True
        await at.sends("not yet there")
        await at.waits_for(lambda: hub.held)
        await at.app.action_quit()
        await at.waits_for(at.toasts)
        assert "1 of your lines" in at.toasts()[0]
        assert at.app.is_running


async def test_hostile_text_reaches_no_terminal() -> None:
    """Markup and escapes in names, titles and notes are text, on every part of the screen."""
    hub = FakeHub()
    hub.names["bo"] = "[/]Bo[@click=app.quit] X"
    hub.declares("[/] \x1b]0;owned\x07 title", "bo")
    hub.says("bo", c.TakeRole(role=Role.INCIDENT_COMMANDER))
    hub.says("bo", c.Post(text="\x1b[2J [/] [red]x"))
    hub.says("bo", c.AddAction(text="[/] \x9b31m", assignee="bo"))
    async with in_room(hub) as at:
        await at.waits_for(lambda: "A1" in at.pane("actions"))
        strips = at.app.screen._compositor.render_strips()
        drawn = "".join(segment.text for strip in strips for segment in strip)
        assert "[/]Bo" in drawn
        assert not {"\x1b", "\x07", "\x9b"} & set(drawn)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60), (40, 10)])
async def test_every_size_has_a_composer_and_a_header(hub: FakeHub, size: tuple[int, int]) -> None:
    """Whatever the terminal, one can read the condition and write."""
    async with in_room(hub, size=size) as at:
        assert "INC-1" in at.line("condition")
        assert at.composer.line.region.height >= 1
        assert at.composer.line.region.bottom <= size[1]


async def test_a_declined_line_of_a_room_one_has_left(hub: FakeHub) -> None:
    """In the lobby one still learns what became of a line."""
    async with in_room(hub) as at:
        hub.holds = True
        await at.sends("/role tl @bo")
        await at.waits_for(lambda: hub.held)
        hub.says("ana", c.ReleaseRole(role=Role.INCIDENT_COMMANDER))
        hub.says("bo", c.TakeRole(role=Role.INCIDENT_COMMANDER))
        await at.presses("escape", "q")
        await at.waits_for(lambda: isinstance(at.app.screen, LobbyScreen))
        hub.answer()
        await at.waits_for(at.toasts)
        assert at.toasts()[0].startswith("a line of yours was declined and waits in its room: ")


async def test_a_desk_that_fails_is_seen(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in the client is said on the screen, and does not take the room away."""

    async def fail(desk: FakeDesk) -> None:
        raise RuntimeError("[/] a bug")

    monkeypatch.setattr(FakeDesk, "run", fail)
    async with house(hub) as at:
        await at.waits_for(at.toasts)
        assert "the line to the hub failed" in at.toasts()[0]
        assert at.app.is_running


async def test_whoever_reads_sees_the_rooms_first_lines_all_the_same(hub: FakeHub) -> None:
    """State, line and the worst alarm stand above what is read over a room, and keep in step."""
    hub.says("ana", c.AddAction(text="drain", due_at=hub.now + timedelta(minutes=1)))
    async with in_room(hub) as at:
        await at.presses("f1")
        await at.waits_for(lambda: isinstance(at.app.screen, ReadingScreen))
        assert "INC-1 Checkout is down" in at.line("condition")
        assert "help" == at.line("heading")
        assert "" == at.line("alarm")
        hub.waits(120)
        await at.waits_for(lambda: "A1 overdue" in at.line("alarm"))
        at.desk.drops()
        await at.waits_for(lambda: "OFFLINE" in at.line("condition"))
        assert "the hub is gone" in at.line("trouble")
        await at.presses("escape", "escape", "enter")
        await at.waits_for(lambda: isinstance(at.app.screen, EntryScreen))
        assert "A1 overdue" in at.line("alarm")


async def test_an_offer_is_an_alarm_where_no_banner_says_it(hub: FakeHub) -> None:
    """The banner stands in the room; whoever reads over it has the alarms' row."""
    async with in_room(hub, person="Bo") as at:
        await at.presses("f1")
        await at.waits_for(lambda: isinstance(at.app.screen, ReadingScreen))
        hub.says("ana", c.OfferRole(role=Role.TECHNICAL_LEAD, to="bo"))
        await at.waits_for(lambda: "Ana offers you TL" in at.line("alarm"))
        await at.presses("escape")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))
        assert "" == at.line("alarm")


async def test_the_help_of_the_lobby_has_no_room_above_it(hub: FakeHub) -> None:
    """No room is open: there is nothing to say of one."""
    async with house(hub) as at:
        await at.presses("f1")
        await at.waits_for(lambda: isinstance(at.app.screen, ReadingScreen))
        assert not at.app.screen.query_one(Overhead).display


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_what_comes_while_one_reads_further_up_is_counted(
    hub: FakeHub, size: tuple[int, int]
) -> None:
    """Nothing moves under the reader; how many are new is in sight at either size."""
    for number in range(60):
        hub.says("bo", c.Post(text=f"note {number}"))
    async with in_room(hub, size=size) as at:
        await at.presses("escape", "g")
        hub.says("bo", c.Post(text="news"))
        hub.says("bo", c.Post(text="more news"))
        said = "G 2 new" if size == NARROW else "2 new, G goes there"
        await at.waits_for(lambda: said in drawn(at))
        await at.presses("i")
        await at.waits_for(lambda: "2 new" in drawn(at))
        await at.presses("escape", "G")
        await at.waits_for(lambda: "2 new" not in drawn(at))


def drawn(at: House) -> str:
    """What one sees."""
    return "\n".join(strip.text for strip in at.app.screen._compositor.render_strips())
