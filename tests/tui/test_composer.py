"""The composer: one line for everything, and nothing is lost."""

from textual.events import Key, Paste

from tests.tui.fake_hub import LOG, FakeHub
from tests.tui.house import House, in_room
from warroom.domain import commands as c
from warroom.domain.vocabulary import Audience, Role, Status, UpdateState
from warroom.tui.widgets.composer import LONGEST
from warroom.tui.widgets.line import Line
from warroom.tui.widgets.lines import Lines


def last_text(at: House) -> str:
    """The words of the last entry of the hub's log."""
    room = at.hub.rooms[LOG]
    return room.text(room.incident.seq)


async def paste(at: House, text: str) -> None:
    at.composer.line.post_message(Paste(text))
    await at.pilot.pause()


def burst(at: House, text: str, newline: str = "enter", *, after: float = 0.0) -> None:
    """A paste as a terminal without bracketed paste sends it: key by key, at once.

    `after` so many seconds, as the person's clock has it.
    """
    at_once = Key("a", "a").time + after
    for char in text:
        key = Key(newline, None) if char == "\n" else Key(char, char)
        key.time = at_once
        at.composer.line.post_message(key)


def drawn(line: Line) -> str:
    """What the line shows, rows put together."""
    shown = line.region
    strips = line.screen._compositor.render_strips()[shown.y : shown.bottom]
    return "".join(strip.crop(shown.x, shown.right).text.strip() for strip in strips)


async def test_plain_text_is_a_note() -> None:
    """Type, enter: the note is in the log, the line is free."""
    async with in_room() as at:
        await at.presses(*"p99 ok", "enter")
        await at.waits_for(lambda: last_text(at) == "p99 ok")
        assert "" == at.composer.text


async def test_a_word_is_a_command() -> None:
    """/r ic takes command."""
    async with in_room() as at:
        await at.sends("/r ic")
        await at.waits_for(lambda: at.hub.rooms[LOG].incident.commander == "ana")


async def test_said_by_another() -> None:
    """@bo: records what Bo said by whoever types it."""
    async with in_room() as at:
        await at.sends("@bo: it is the pool")
        await at.waits_for(lambda: any("Bo(Ana) it is the pool" in row for row in at.rows()))


async def test_an_unknown_word_is_not_sent_until_enter_again() -> None:
    """/var full is kept with a hint; enter again posts it as a note."""
    async with in_room() as at:
        await at.sends("/var full")
        await at.waits_for(lambda: "enter again posts it as a note" in at.composer.complaint)
        assert "/var full" == at.composer.text
        await at.presses("enter")
        await at.waits_for(lambda: last_text(at) == "/var full")


async def test_a_changed_line_is_no_note() -> None:
    """Whoever changes the odd line after the hint is asked again."""
    async with in_room() as at:
        await at.sends("/var full")
        await at.waits_for(lambda: at.composer.complaint)
        await at.presses("x", "enter")
        await at.waits_for(lambda: "enter again" in at.composer.complaint)
        assert "/var fullx" == at.composer.text


async def test_what_cannot_be_read_stays() -> None:
    """A word without its argument says what is missing and keeps the line."""
    async with in_room() as at:
        await at.sends("/sev 9 everything")
        await at.waits_for(lambda: at.composer.complaint)
        assert "/sev 9 everything" == at.composer.text


async def test_what_the_hub_declines_comes_back() -> None:
    """A refusal is shown under the line, and the words are there again."""
    async with in_room() as at:
        await at.sends("/role accept tl")
        await at.waits_for(lambda: at.composer.complaint)
        assert "/role accept tl" == at.composer.text
        assert not any("sending" in row for row in at.rows())


async def test_why_a_line_came_back_is_to_be_read() -> None:
    """No list of what could follow is in its way, until the line is another."""
    async with in_room() as at:
        await at.sends("/role accept tl")
        await at.waits_for(lambda: at.composer.complaint)
        await at.pilot.pause()
        assert not at.composer.completion
        await at.presses("backspace")
        await at.waits_for(lambda: at.composer.completion)


async def test_what_is_declined_does_not_overwrite_the_next_line() -> None:
    """Words that come back while one types go to the history instead."""
    async with in_room() as at:
        at.hub.holds = True
        await at.sends("/object D1 no")
        await at.waits_for(lambda: at.hub.held or at.composer.complaint)
        at.composer.line.text = "typing"
        at.hub.answer()
        await at.waits_for(lambda: at.composer.complaint)
        assert "typing" == at.composer.text
        await at.presses("up")
        assert "/object D1 no" == at.composer.text


async def test_sent_lines_come_back_with_up_and_down() -> None:
    """Up goes through what was sent, down comes back to what was being typed."""
    async with in_room() as at:
        await at.sends("one")
        await at.waits_for(lambda: last_text(at) == "one")
        await at.sends("two")
        await at.waits_for(lambda: last_text(at) == "two")
        await at.types("thr")
        await at.presses("up", "up")
        assert "one" == at.composer.text
        await at.presses("down", "down")
        assert "thr" == at.composer.text


async def test_a_slash_lists_the_words() -> None:
    """A slash opens the list; letters narrow it; tab takes what is marked."""
    async with in_room() as at:
        await at.presses("/")
        await at.waits_for(lambda: at.composer.completion.choices)
        assert "/post" == at.composer.completion.choices[0].name
        await at.waits_for(lambda: at.line("hints").startswith("tab takes what is marked"))
        await at.presses(*"rol", "tab")
        await at.waits_for(lambda: at.composer.text == "/role ")
        assert at.composer.completion.usage[0].startswith("/role ROLE")
        await at.presses("ctrl+u")
        await at.waits_for(lambda: at.line("hints").startswith("esc timeline"))


async def test_the_list_is_gone_through_with_the_arrows() -> None:
    """Down marks the next choice."""
    async with in_room() as at:
        await at.presses("/", "down", "tab")
        await at.waits_for(lambda: at.composer.text == "/obs ")


async def test_people_are_completed() -> None:
    """@ and a letter offer the people in the room."""
    async with in_room() as at:
        await at.presses(*"ask @b", "tab")
        await at.waits_for(lambda: at.composer.text == "ask @bo ")


async def test_words_one_may_not_use_say_so() -> None:
    """The list marks what needs a role one does not hold."""
    hub = FakeHub()
    hub.declares("Down", "bo")
    hub.says("bo", c.TakeRole(role=Role.INCIDENT_COMMANDER))
    async with in_room(hub) as at:
        await at.presses(*"/sev")
        await at.waits_for(lambda: at.composer.completion.choices)
        assert [False] == [choice.may for choice in at.composer.completion.choices]


async def test_escape_closes_the_list_and_then_leaves() -> None:
    """esc closes what is open first; the line keeps its text in the timeline."""
    async with in_room() as at:
        await at.presses("/")
        await at.waits_for(lambda: at.composer.completion)
        await at.presses("escape")
        await at.waits_for(lambda: not at.composer.completion)
        assert at.composer.line.has_focus
        await at.presses("escape")
        await at.waits_for(lambda: at.timeline.has_focus)
        assert "/" == at.composer.text


async def test_another_line() -> None:
    """alt+enter begins another line; enter sends both."""
    async with in_room() as at:
        await at.presses(*"one", "alt+enter", *"two")
        await at.waits_for(lambda: at.composer.text == "one\ntwo")
        await at.presses("enter")
        await at.waits_for(lambda: last_text(at) == "one\ntwo")


async def test_a_long_paste_is_held() -> None:
    """More than three lines wait for a decision; enter keeps them as one block."""
    async with in_room() as at:
        await at.types("look:")
        await paste(at, "a\n/r ic\nc\nd")
        await at.waits_for(lambda: "4 lines: enter keeps them" in at.composer.complaint)
        await at.presses("enter")
        await at.waits_for(lambda: last_text(at) == "a\n/r ic\nc\nd")
        assert at.hub.rooms[LOG].incident.commander is None
        assert "look:" == at.composer.text


async def test_a_held_paste_is_discarded_with_escape() -> None:
    """esc drops the paste, and the composer stays."""
    async with in_room() as at:
        await paste(at, "a\nb\nc\nd")
        await at.waits_for(lambda: at.composer.held)
        await at.presses("escape")
        await at.waits_for(lambda: at.composer.held is None)
        assert ("", "") == (at.composer.text, at.composer.complaint)
        assert at.composer.line.has_focus


async def test_a_paste_too_long_for_an_entry_is_not_sent() -> None:
    """What no entry can hold stays held, and says what to do."""
    async with in_room() as at:
        seq = at.hub.rooms[LOG].incident.seq
        await paste(at, "line\n" * LONGEST)
        await at.waits_for(lambda: "too many" in at.composer.complaint)
        await at.presses("enter")
        assert at.composer.held is not None
        assert seq == at.hub.rooms[LOG].incident.seq


async def test_a_short_paste_is_text() -> None:
    """Up to three lines are put into the line, with controls made visible."""
    async with in_room() as at:
        await paste(at, "red \x1b[31m\nand more\n")
        await at.waits_for(lambda: at.composer.text)
        assert "red ␛[31m\nand more" == at.composer.text


async def test_a_burst_of_keys_is_a_paste() -> None:
    """Without bracketed paste, lines that arrive at once run nothing."""
    async with in_room() as at:
        burst(at, "/r ic\n/s resolved\nc\nd\n")
        await at.waits_for(lambda: at.composer.held is not None)
        assert "/r ic\n/s resolved\nc\nd" == at.composer.held
        assert at.hub.rooms[LOG].incident.commander is None


async def test_a_burst_with_line_feeds_is_a_paste_too() -> None:
    """Some terminals paste line feeds, which are ctrl+j: lines stay lines, and run nothing."""
    async with in_room() as at:
        burst(at, "/r ic\nb\nc\nd", "ctrl+j")
        await at.waits_for(lambda: at.composer.text == "/r ic\nb\nc\nd")
        await at.presses("enter")
        await at.waits_for(lambda: at.composer.held == "/r ic\nb\nc\nd")


async def test_a_burst_in_pieces_stays_one_paste() -> None:
    """What comes after a pause joins what is held, even if it begins with the end of a line."""
    async with in_room() as at:
        seq = at.hub.rooms[LOG].incident.seq
        burst(at, "a\nb\nc\nd\n/r ")
        await at.waits_for(lambda: at.composer.text == "a\nb\nc\nd\n/r ")
        burst(at, "ic\n", after=0.1)
        await at.waits_for(lambda: at.composer.held == "a\nb\nc\nd\n/r ic")
        burst(at, "\n/s resolved\n", after=5)
        await at.waits_for(lambda: "/s resolved" in (at.composer.held or ""))
        assert "7 lines" in at.composer.complaint
        assert seq == at.hub.rooms[LOG].incident.seq


async def test_two_lines_at_once_are_asked_about() -> None:
    """A machine that stood still, or a short paste: nothing is sent, and the lines are in sight."""
    async with in_room() as at:
        seq = at.hub.rooms[LOG].incident.seq
        burst(at, "errors are falling\n/s resolved\n")
        await at.waits_for(lambda: "2 lines came at once" in at.composer.complaint)
        assert "errors are falling\n/s resolved" == at.composer.text
        assert seq == at.hub.rooms[LOG].incident.seq
        await at.presses("enter")
        await at.waits_for(lambda: last_text(at) == "errors are falling\n/s resolved")
        assert "" == at.composer.complaint


async def test_a_line_typed_while_the_machine_stood_still_is_not_joined() -> None:
    """What counts is when a key came, not when it was looked at."""
    async with in_room() as at:
        for text, after in (("one", 0.0), ("two", 5.0)):
            for key in (*text, "enter"):
                pressed = Key(key, key if len(key) == 1 else None)
                pressed.time += after
                at.composer.line.post_message(pressed)
        await at.waits_for(lambda: last_text(at) == "two")
        assert 1 == sum("one" in row and "two" not in row for row in at.rows())


async def test_a_line_is_wrapped_anew_when_the_window_changes() -> None:
    """No letter is drawn twice, none is left out."""
    async with in_room() as at:
        text = "".join(chr(ord("a") + n % 26) for n in range(104))
        await at.types(text)
        for width in (60, 80, 50):
            await at.pilot.resize_terminal(width, 24)
            await at.waits_for(lambda: text == drawn(at.composer.line))


async def test_keys_are_letters_in_the_composer() -> None:
    """Single-letter keys of the timeline only write here."""
    async with in_room() as at:
        await at.presses(*"qdafi")
        await at.waits_for(lambda: at.composer.text == "qdafi")
        assert isinstance(at.app.focused, Line)


async def test_an_empty_update_opens_a_draft() -> None:
    """/u customers without a text begins one in the line, from its template."""
    async with in_room() as at:
        await at.sends("/u customers")
        await at.waits_for(lambda: at.composer.text.startswith("/update customers We know"))


async def test_a_quick_tab_takes_what_was_just_typed() -> None:
    """The key may come before the list is drawn; it counts for the text as it is."""
    async with in_room() as at:
        for key in ("slash", "r", "o", "l", "tab"):
            char = {"slash": "/", "tab": "\t"}.get(key, key)
            at.composer.line.post_message(Key(key, char))
        await at.waits_for(lambda: at.composer.text == "/role ")


async def test_a_list_that_was_closed_stays_closed() -> None:
    """esc closes it; tab opens it no more, and another letter does."""
    async with in_room() as at:
        await at.presses("slash", "r")
        await at.waits_for(lambda: at.composer.completion)
        await at.presses("escape", "tab")
        assert ("/r", False) == (at.composer.text, bool(at.composer.completion))
        await at.presses("o")
        await at.waits_for(lambda: at.composer.completion.choices)


async def test_what_is_typed_after_enter_is_the_next_line() -> None:
    """Enter takes the line at once: nothing typed while it is read is lost, or goes along."""
    async with in_room() as at:
        for number, key in enumerate((*"one", "enter", "enter", *"two")):
            pressed = Key(key, key if len(key) == 1 else None)
            pressed.time += number * 0.2  # typed one by one, and read late by a busy machine
            at.composer.line.post_message(pressed)
        await at.waits_for(lambda: at.composer.text == "two")
        await at.waits_for(lambda: last_text(at) == "one")
        assert 1 == sum("one" in row for row in at.rows())


async def test_what_was_said_of_a_line_goes_with_it() -> None:
    """Under an empty line no complaint about another stays."""
    async with in_room() as at:
        await at.sends("/sev 9 everything")
        await at.waits_for(lambda: at.composer.complaint and at.composer.text)
        await at.presses("ctrl+u")
        await at.waits_for(lambda: not at.composer.complaint)


async def test_a_line_of_several_rows_is_cleared_at_once() -> None:
    """ctrl+u takes all of it away, and up brings it back."""
    async with in_room() as at:
        await at.types("one\ntwo " + "and more " * 30)
        text = at.composer.text
        await at.presses("ctrl+u")
        await at.waits_for(lambda: not at.composer.text)
        await at.presses("up")
        assert text == at.composer.text


async def test_esc_leaves_where_there_is_nothing_to_choose() -> None:
    """How a word is used is in nobody's way: one esc, and single letters are keys again."""
    async with in_room() as at:
        await at.presses(*"/promote #1 ")
        await at.types("fact ")
        await at.waits_for(lambda: at.composer.completion.usage)
        assert not at.composer.completion.choices
        await at.presses("escape")
        await at.waits_for(lambda: at.timeline.has_focus)


async def test_a_long_list_says_that_it_goes_on() -> None:
    """Eight words are in sight, and that there are others."""
    async with in_room() as at:
        await at.presses("/")
        await at.waits_for(lambda: at.composer.completion.choices)
        hidden = len(at.composer.completion.choices) - 8
        shown = at.composer.query_one("#choices", Lines).plain
        assert f"{hidden} more: type on" in shown


async def test_a_draft_with_gaps_is_submitted_on_purpose_only() -> None:
    """What a template left to be written is named once; enter again lets it stand."""
    async with in_room() as at:
        await at.sends("/u customers We see a problem with [which services].")
        await at.waits_for(lambda: 1 in at.hub.rooms[LOG].incident.updates)
        await at.sends("/u U1 submit")
        await at.waits_for(lambda: "U1 still says [which services]" in at.composer.complaint)
        assert UpdateState.DRAFT is at.hub.rooms[LOG].incident.updates[1].state
        await at.presses("enter")
        await at.waits_for(
            lambda: at.hub.rooms[LOG].incident.updates[1].state is UpdateState.SUBMITTED
        )


async def test_a_time_that_is_yet_to_come_is_asked_about() -> None:
    """It is nine, UTC: 09:40 may be this person's own clock. Enter again means yesterday's."""
    async with in_room() as at:
        await at.sends("/o seen ~09:40")
        await at.waits_for(lambda: "09:40 UTC is yet to come, it is 09:00" in at.composer.complaint)
        assert "2026-03-01T09:40Z; enter again means that" in at.composer.complaint
        assert "/o seen ~09:40" == at.composer.text
        await at.presses("enter")
        await at.waits_for(lambda: last_text(at) == "seen")


async def test_a_mark_that_is_none_is_asked_about() -> None:
    """~noon was meant as a time; enter again keeps it as text."""
    async with in_room() as at:
        await at.sends("/o queues grow ~noon")
        await at.waits_for(lambda: "~noon is not understood; write ~14:01" in at.composer.complaint)
        await at.presses("enter")
        await at.waits_for(lambda: last_text(at) == "queues grow ~noon")


async def test_a_status_from_before_it_began_is_asked_about() -> None:
    """What is seen may be older than the incident; where it stands is not."""
    async with in_room() as at:
        await at.sends("/s investigating ~08:10")
        await at.waits_for(lambda: "08:10 UTC is before it began, 09:00" in at.composer.complaint)
        await at.sends("/o queues grew ~08:10")
        await at.waits_for(lambda: last_text(at) == "queues grew")
        await at.sends("/info mitigated 08:20")
        await at.waits_for(lambda: "08:20 UTC is before it began, 09:00" in at.composer.complaint)
        await at.sends("/info started 08:00 mitigated 08:20")
        await at.waits_for(lambda: at.composer.text == "")


async def test_cancelling_names_who_still_believes_in_it() -> None:
    """Who was told of a trouble that is none would go on waiting."""
    hub = FakeHub()
    hub.declares("Checkout is down", "bo")
    hub.says("ana", c.TakeRole(role=Role.INCIDENT_COMMANDER))
    hub.says("ana", c.DraftUpdate(audience=Audience.INTERNAL, text="Checkout is down."))
    hub.says("ana", c.PublishUpdate(update=1))
    async with in_room(hub) as at:
        await at.sends("/s cancelled a test")
        await at.waits_for(lambda: "internal readers would go on waiting" in at.composer.complaint)
        await at.presses("enter")
        await at.waits_for(lambda: hub.rooms[LOG].incident.status is Status.CANCELLED)


async def test_closing_names_what_is_not_finished() -> None:
    """A nag before the close, never a wall: enter again closes."""
    hub = FakeHub()
    hub.declares("Checkout is down", "bo")
    hub.says("ana", c.TakeRole(role=Role.INCIDENT_COMMANDER))
    hub.says("ana", c.AddAction(text="drain"))
    hub.says("ana", c.RaiseHypothesis(text="the pool"))
    hub.says("ana", c.DraftUpdate(audience=Audience.INTERNAL, text="Checkout is down."))
    hub.says("ana", c.PublishUpdate(update=1))
    hub.says("ana", c.ChangeStatus(to=Status.RESOLVED))
    async with in_room(hub) as at:
        await at.sends("/s closed")
        left = "not finished: A1, H1, nobody told internal readers that it is over (F5 says how)"
        await at.waits_for(lambda: left in at.composer.complaint)
        await at.waits_for(lambda: at.composer.text == "/s closed")
        await at.presses("enter")
        await at.waits_for(lambda: hub.rooms[LOG].incident.status is Status.CLOSED)
