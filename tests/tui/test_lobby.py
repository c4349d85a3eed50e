"""The lobby: what burns, and the way into it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec.structs import replace
from textual import events
from textual.widgets import Input, OptionList

from tests.tui.fake_hub import LOG, FakeHub
from tests.tui.house import NARROW, House, house
from warroom.client.connection import LineState
from warroom.client.desk import Failure, RoomChanged, RoomShut
from warroom.client.draft import Draft
from warroom.client.replica import Returned
from warroom.domain import commands as c
from warroom.domain.decide.asked import Code
from warroom.domain.vocabulary import Role, Scope, Severity
from warroom.protocol.envelopes import Declined, You
from warroom.tui.screens.lobby import LobbyScreen
from warroom.tui.screens.room import RoomScreen
from warroom.tui.widgets.lines import Lines
from warroom.tui.widgets.room_list import RoomList
from warroom.tui.widgets.timeline import Timeline


async def test_an_empty_lobby_teaches() -> None:
    """Without a room the lobby says in three lines how to begin."""
    async with house() as at:
        await at.waits_for(lambda: len(at.rooms) == 3)
        assert "ctrl+n" in at.rooms[1]


async def test_a_room_shows_what_one_must_know() -> None:
    """Severity, status, elapsed time, commander and title stand in a room's row."""
    hub = FakeHub()
    hub.declares("Checkout is down", "bo")
    hub.says("bo", c.TakeRole(role=Role.INCIDENT_COMMANDER))
    hub.says("bo", c.ChangeSeverity(to=Severity.SEV1, reason="all of it"))
    hub.waits(49 * 60)
    async with house(hub) as at:
        await at.waits_for(lambda: at.rooms)
        row = at.rooms[0].split()
        assert ["INC-1", "SEV1", "DECLARED", "+00:49"] == row[:4]
        assert "Bo" in row


async def test_a_room_without_a_commander_says_so() -> None:
    """A vacant command is a word, not a colour."""
    hub = FakeHub()
    hub.declares()
    async with house(hub, size=NARROW) as at:
        await at.waits_for(lambda: at.rooms)
        assert "VACANT" in at.rooms[0]


async def test_other_peoples_titles_are_no_markup() -> None:
    """A title with markup and brackets shows as it was written."""
    hub = FakeHub()
    hub.declares("[@click=app.quit]x[/] [/]")
    async with house(hub) as at:
        await at.waits_for(lambda: at.rooms)
        assert "[@click=app.quit]x[/] [/]" in at.rooms[0]


async def test_enter_opens_a_room_and_q_leads_back() -> None:
    """A room is one key away, and so is the lobby."""
    hub = FakeHub()
    hub.declares()
    async with house(hub) as at:
        await at.enters()
        await at.presses("escape", "q")
        await at.waits_for(lambda: isinstance(at.app.screen, LobbyScreen))
        assert {} == at.desk.replicas


async def test_the_letters_of_the_timeline_go_through_the_rooms() -> None:
    """One habit for every list; in a title they are letters."""
    async with house() as at:
        for declared, title in enumerate(("one", "two", "three"), 1):
            at.desk.declare(title)
            await at.waits_for(lambda: len(at.desk.rooms) == declared)  # noqa: B023 - at once
        at.desk.hear_rooms()
        rooms = at.lobby.query_one(OptionList)
        await at.waits_for(lambda: rooms.option_count == 3 and not rooms.options[0].disabled)
        await at.presses("g")
        for key, expected in (("j", 1), ("G", 2), ("k", 1), ("g", 0)):
            await at.presses(key)
            await at.waits_for(lambda: rooms.highlighted == expected)  # noqa: B023 - at once
        await at.presses("ctrl+n", *"jkgG")
        assert "jkgG" == at.lobby.query_one(Input).value


@asynccontextmanager
async def thirty_rooms() -> AsyncIterator[tuple[House, RoomList]]:
    """A lobby with more rooms than a small screen has lines."""
    async with house(size=NARROW) as at:
        for number in range(30):
            await declared(at, f"room {number}")
        rooms = at.lobby.query_one(RoomList)
        await at.waits_for(lambda: rooms.option_count == 30 and rooms.max_scroll_y > 5)
        yield at, rooms


async def declared(at: House, title: str) -> str:
    """The log id of a room that is declared."""
    log = at.desk.declare(title)
    await at.waits_for(lambda: log in at.hub.rooms)
    return log


async def burns(at: House) -> str:
    """A room is declared that stands above all others; its log id."""
    log = await declared(at, "all of it")
    at.desk.send(log, Draft(c.ChangeSeverity(to=Severity.SEV1, reason="all of it")))
    return log


async def test_the_cursor_has_a_mark() -> None:
    """Colours are not on every screen: it is in the margin, as in the timeline."""
    async with thirty_rooms() as (at, rooms):
        for key, line in (("g", 0), ("j", 1), ("j", 2)):
            await at.presses(key)
            await at.waits_for(lambda: rooms.highlighted == line)  # noqa: B023 - at once
            seen = [rooms.render_line(y).text for y in range(rooms.size.height)]
            assert [line] == [y for y, text in enumerate(seen) if text.startswith(">")]
            assert seen[line].startswith(f">INC-{line + 1} ")


async def test_a_room_that_comes_above_the_cursor_is_seen_by_who_has_not_gone_down() -> None:
    """The cursor stays on its room, and the list on its beginning."""
    async with thirty_rooms() as (at, rooms):
        await at.presses("g", "j")
        first = await burns(at)
        await at.waits_for(lambda: rooms.options[0].id == first)
        assert (2, 0) == (rooms.highlighted, rooms.scroll_offset.y)
        assert "SEV1" in rooms.render_line(0).text


async def test_the_cursor_stays_on_its_line_while_rooms_come_and_go() -> None:
    """Who has gone down keeps what they look at; and stays near a room that is gone."""
    async with thirty_rooms() as (at, rooms):
        await at.presses("G", *"k" * 23, *"jjj")
        await at.waits_for(lambda: (9, 6) == (rooms.highlighted, rooms.scroll_offset.y))
        chosen = rooms.options[9].id
        first = await burns(at)
        await at.waits_for(lambda: rooms.options[0].id == first)
        assert (10, 7) == (rooms.highlighted, rooms.scroll_offset.y)
        await at.waits_for(lambda: at.line("columns").startswith("7 above SEV1 "))
        assert chosen == rooms.options[10].id
        assert rooms.render_line(3).text.startswith(">INC-10 ")
        del at.hub.rooms[chosen or ""]
        at.desk.hear_rooms()
        await at.waits_for(lambda: rooms.option_count == 30)
        assert (10, 7) == (rooms.highlighted, rooms.scroll_offset.y)


async def test_declaring_asks_for_a_title_and_nothing_else() -> None:
    """ctrl+n, a title, enter: the room is there and open."""
    async with house() as at:
        await at.presses("ctrl+n", *"db down", "enter")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen) and at.timeline.row_count)
        await at.waits_for(lambda: "INC-1 db down" in at.line("condition"))


async def test_a_title_is_not_written_after_a_word_that_was_put_away() -> None:
    """A title that was, is there again."""
    async with house() as at:
        line = at.lobby.query_one(Input)
        for begun, kept in (("/obs", ""), ("/declare db", "/declare db"), ("db", "db")):
            at.lobby.begin(begun)
            await at.presses("escape")
            await at.waits_for(lambda: not line.has_focus)
            await at.presses("ctrl+n")
            await at.waits_for(lambda: line.has_focus)
            assert kept == line.value
            assert 1 == line.size.height


async def test_who_only_reads_is_not_asked_what_is_broken() -> None:
    """Nothing would come of the title: the key says so, and so does the line of a word."""
    async with house() as at:
        at.desk.you = You("eve", "Eve", "eve", Scope.OBSERVER)
        await at.presses("ctrl+n")
        await at.waits_for(lambda: at.toasts() and "you only read here" in at.toasts()[-1])
        assert not at.lobby.query_one("#asked").display
        await at.presses("/", *"declare db down", "enter")
        await at.waits_for(lambda: "you only read here" in at.wrong)
        assert isinstance(at.app.screen, LobbyScreen)
        assert {} == at.desk.replicas


async def test_a_declaration_that_is_declined_leads_back() -> None:
    """There is no room to stand in: the lobby says why, and still has the title."""
    hub = FakeHub()
    hub.take = lambda person, submit: None  # type: ignore[method-assign]
    async with house(hub) as at:
        await at.presses("ctrl+n", *"db down", "enter")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))
        ((log, replica),) = at.desk.replicas.items()
        (sent,) = replica.pending.values()
        replica.pending.clear()
        why = "declare [b]less[/b]"
        answer = Declined(id=sent.submit.id, log=log, code=Code.INVALID, text=why)
        at.desk.listener(RoomChanged(log, Returned(replace(sent, typed="db down"), answer, why)))
        await at.waits_for(lambda: isinstance(at.app.screen, LobbyScreen))
        await at.waits_for(lambda: why in at.toasts())
        assert "db down" == at.lobby.query_one(Input).value


async def test_trouble_that_is_cut_shows_it() -> None:
    """The path of a socket ended where the screen does, and read as if it were whole."""
    async with house(size=NARROW) as at:
        at.desk.becomes(LineState.OFFLINE, f"no hub is listening at /run/{'x' * 60}.sock")
        await at.waits_for(lambda: at.line("trouble").endswith("x~"))
        assert 78 == len(at.line("trouble"))


async def test_a_declaration_can_close_the_room_from_the_start() -> None:
    """The last word says so, and both the lobby and the room show it."""
    async with house() as at:
        await at.presses("ctrl+n", *"keys leaked !security", "enter")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen) and at.timeline.row_count)
        await at.waits_for(lambda: "RESTRICTED" in at.line("condition"))
        assert any("a security incident, restricted: keys leaked" in row for row in at.rows())
        await at.presses("escape", "q")
        await at.waits_for(lambda: isinstance(at.app.screen, LobbyScreen) and at.rooms)
        assert "restricted: keys leaked" in at.rooms[0]


async def test_a_room_that_is_held_is_marked() -> None:
    """For as long as its words are kept from expiring; at 80 columns by a letter that the foot
    explains."""
    hub = FakeHub()
    hub.declares("Checkout is down")
    async with house(hub, size=NARROW) as at:
        await at.waits_for(lambda: at.rooms and " Checkout" in at.rooms[0])
        assert "held" not in at.line("hints")
        hub.says("ana", c.Hold(reason="the insurer asks"))
        await at.waits_for(lambda: " H Checkout" in at.rooms[0])
        await at.waits_for(lambda: at.line("hints").endswith("  H held"))
        await at.pilot.resize_terminal(120, 36)
        await at.waits_for(lambda: " held: Checkout" in at.rooms[0])
        assert "held" not in at.line("hints")
        hub.says("ana", c.TakeRole(role=Role.INCIDENT_COMMANDER))
        hub.says("ana", c.Unhold(reason="settled"))
        await at.waits_for(lambda: "held" not in at.rooms[0])


async def test_who_is_shown_out_is_back_in_the_lobby() -> None:
    """Whatever stood before the room goes with it, and they are told."""
    hub = FakeHub()
    hub.declares()
    async with house(hub) as at:
        await at.enters()
        await at.presses("f1")
        await at.waits_for(lambda: not isinstance(at.app.screen, RoomScreen))
        at.desk.listener(RoomShut(LOG))
        await at.waits_for(lambda: isinstance(at.app.screen, LobbyScreen))
        await at.waits_for(at.toasts)
        assert ["the room that you were in is open to you no longer"] == at.toasts()


async def test_the_word_declares_too() -> None:
    """/declare TITLE is the same."""
    async with house() as at:
        await at.presses("slash", "d", "tab", *"x", "enter")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen) and at.timeline.row_count)
        assert "x" == at.hub.rooms[LOG].title


async def test_a_word_that_is_begun_is_written_out_before_the_next_letter() -> None:
    """Keys that are all there at once mean what they would one by one."""
    async with house() as at:
        await at.presses("slash")
        line = at.lobby.query_one(Input)
        await at.waits_for(lambda: line.has_focus)
        for key in ("i", "right", "f", "o", "r"):
            at.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await at.waits_for(lambda: "/invite for" == line.value)
        line.value = "cards"
        await at.presses("tab")
        await at.waits_for(lambda: not line.has_focus)
        assert "cards" == line.value


async def test_words_of_a_room_declare_nothing() -> None:
    """Nor does a word that is begun and not finished; it stays to be mended."""
    async with house() as at:
        await at.presses("slash", *"obs p99", "enter")
        await at.waits_for(lambda: "that is a word for a room" in at.wrong)
        assert "/obs p99" == at.lobby.query_one(Input).value
        assert {} == at.hub.rooms


async def test_what_is_wrong_with_a_line_is_said_until_it_is_another() -> None:
    """Under it and whole, not for ten seconds beside what was done meanwhile."""
    async with house(size=NARROW) as at:
        await at.presses("slash", *"obs", "enter")
        await at.waits_for(lambda: at.wrong)
        said = at.lobby.query_one("#why", Lines)
        await at.waits_for(lambda: 2 == said.size.height)
        assert [] == at.toasts()
        await at.presses("backspace")
        await at.waits_for(lambda: not at.wrong)


async def test_what_is_typed_after_a_title_stands_in_the_rooms_line() -> None:
    """However quickly it comes; nothing of it is part of the title, or lost, or a key."""
    async with house() as at:
        at.bursts("ctrl+n", *"queue fulx", "backspace", "l", "enter", *"p99 is up")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))
        await at.waits_for(lambda: at.composer.text == "p99 is up")
        assert "queue full" == at.hub.rooms[LOG].title


async def test_what_is_typed_after_a_title_that_was_not_taken_stands_there() -> None:
    async with house() as at:
        at.bursts("ctrl+n", " ", "enter", *"down")
        await at.waits_for(lambda: at.lobby.query_one(Input).value == " down")


async def test_an_empty_title_declares_nothing() -> None:
    """Enter on nothing waits; esc puts the question away."""
    async with house() as at:
        await at.presses("ctrl+n", "enter")
        assert at.lobby.query_one("#asked").display
        await at.waits_for(lambda: "say what is wrong" in at.wrong)
        await at.presses("escape")
        await at.waits_for(lambda: not at.lobby.query_one("#asked").display)
        assert {} == at.hub.rooms
        assert "" == at.wrong


async def test_rooms_appear_by_themselves() -> None:
    """A room that someone else declares is there without a key."""
    async with house() as at:
        at.hub.declares("Disk full")
        await at.waits_for(lambda: at.rooms and "Disk full" in at.rooms[0])


async def test_the_room_named_on_the_command_line_is_opened() -> None:
    """`warroom join inc-1` begins in the room."""
    hub = FakeHub()
    hub.declares()
    async with house(hub, incident="inc-1") as at:
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))
        # Who leaves while it is still being made would end it half made.
        await at.waits_for(lambda: at.app.screen.query(Timeline) and at.timeline.row_count)
        assert LOG == at.room.log_id


async def test_a_room_that_is_not_there_is_named() -> None:
    """An unknown room leaves one in the lobby, and says so."""
    hub = FakeHub()
    hub.declares()
    async with house(hub, incident="INC-9") as at:
        await at.waits_for(at.toasts)
        assert ["there is no room INC-9 here"] == at.toasts()


async def test_the_line_is_told_truthfully() -> None:
    """Refused is a word, and the reason stands beside it."""
    async with house() as at:
        at.desk.becomes(LineState.REFUSED, "this hub needs an invite")
        await at.waits_for(lambda: "REFUSED" in at.line("condition"))
        assert "^r tries again now: this hub needs an invite" == at.line("trouble")


async def test_what_the_hub_refuses_is_shown_as_text() -> None:
    """A refusal with markup in it does not end the app."""
    async with house() as at:
        at.desk.listener(Failure("no [/] such [b]room", None))
        await at.waits_for(at.toasts)
        assert ["no [/] such [b]room"] == at.toasts()


async def test_q_quits() -> None:
    """q in the lobby ends the app; nothing is waiting."""
    async with house() as at:
        await at.presses("q")
        await at.waits_for(lambda: not at.app.is_running)
        assert 0 == (at.app.return_code or 0)


async def test_a_word_for_a_room_declares_nothing() -> None:
    """What was meant for a room and typed here is kept, and said; no incident has it as a title."""
    async with house() as at:
        await at.waits_for(lambda: at.app.screen.query("OptionList"))
        await at.presses("ctrl+n", *"/r ic", "enter")
        await at.waits_for(lambda: "a word for a room" in at.wrong)
        assert {} == at.hub.rooms
        assert "/r ic" == at.lobby.query_one(Input).value
