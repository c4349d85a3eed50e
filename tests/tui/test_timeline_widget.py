"""The timeline as a reader meets it: it follows, holds still, counts, searches and copies."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Self

import pytest
from msgspec.structs import replace
from textual import on
from textual.app import App, ComposeResult
from textual.events import MouseScrollUp
from textual.geometry import Offset, Region
from textual.message import Message
from textual.pilot import Pilot
from textual.selection import SELECT_ALL, Selection
from textual.widgets import Input

from warroom.tui.widgets.rows import PENDING, Row
from warroom.tui.widgets.timeline import Timeline

LONG = "the gateway has been dropping connections since about half past one " * 4


class Counted(Timeline):
    """A timeline that counts how often its window was placed anew, and asked to be drawn."""

    placed = 0
    refreshed = 0

    def _shown(self) -> None:
        self.placed += 1
        super()._shown()

    def refresh(self, *regions: Region, **what: bool) -> Self:
        self.refreshed += 1
        return super().refresh(*regions, **what)


class Room(App[None]):
    """A timeline over a line to type in, which has the focus at first."""

    AUTO_FOCUS = "Input"

    def __init__(self, rows: list[Row]) -> None:
        super().__init__()
        self.timeline = Counted()
        self.timeline.extend(rows)
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.timeline
        yield Input()

    @on(Timeline.Opened)
    @on(Timeline.CursorMoved)
    @on(Timeline.NewCount)
    def hear(self, message: Message) -> None:
        self.heard.append(message)


def row(number: int, text: str = "", **more: Any) -> Row:
    """The entry with this number."""
    text = text or f"note {number}"
    return Row(f"k{number}", 0, "14:18:20", f"#{number}", "Bo(Kim)", "obs", text, **more)


def rows(first: int, last: int) -> list[Row]:
    """Entries, every third of them long."""
    return [row(n, f"note {n} {LONG}" if n % 3 == 0 else "") for n in range(first, last + 1)]


def shown(timeline: Timeline) -> list[str]:
    """The lines one sees."""
    return [timeline.render_line(y).text.rstrip() for y in range(timeline.size.height)]


def sees(timeline: Timeline, text: str) -> bool:
    """Whether a text is to be seen."""
    return any(text in line for line in shown(timeline))


def marked(timeline: Timeline, component: str) -> str:
    """The text that is drawn with the background of a component."""
    background = timeline.get_component_rich_style(f"timeline--{component}").bgcolor
    return "".join(
        segment.text
        for y in range(timeline.size.height)
        for segment in timeline.render_line(y)
        if segment.style and segment.style.bgcolor == background
    )


def wheel_up(timeline: Timeline) -> MouseScrollUp:
    """A turn of the wheel over the timeline."""
    return MouseScrollUp(timeline, 5, 5, 0, -1, 0, False, False, False, 5, 5)


def moved_from(timeline: Timeline, y: float) -> bool:
    """Whether the view has left a line."""
    return timeline.scroll_y != y


async def until(condition: Callable[[], object]) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is drawn sets no event
            await asyncio.sleep(0.005)


@asynccontextmanager
async def room(
    some: list[Row], size: tuple[int, int] = (100, 24), *, focus: bool = True
) -> AsyncIterator[tuple[Pilot[None], Timeline, Room]]:
    """A room that shows these rows; the reader is in the timeline, or typing below it."""
    app = Room(some)
    async with app.run_test(size=size) as pilot:
        if focus:
            app.timeline.focus()
        await until(lambda: app.timeline.has_focus == focus and app.timeline.size.height > 3)
        await until(lambda: not some or sees(app.timeline, f"{some[-1].number} "))
        yield pilot, app.timeline, app


async def test_rows_come_in_columns() -> None:
    """A row is drawn as in the room's picture, behind the cursor's cell."""
    async with room([row(1)]) as (_, timeline, _app):
        assert ">14:18:20  #1  Bo(Kim)  obs  note 1" == shown(timeline)[0]


async def test_a_narrow_terminal_has_narrow_rows() -> None:
    """Below ninety columns the seconds go."""
    async with room([row(1)], (80, 24)) as (_, timeline, _app):
        assert ">14:18 #1 Bo(Kim)  obs  note 1" == shown(timeline)[0]


async def test_no_rows_are_no_trouble() -> None:
    """An empty timeline takes every key and opens nothing."""
    async with room([]) as (pilot, timeline, app):
        await pilot.press("j", "k", "g", "G", "enter", "space", "n", "N", "y", "pagedown", "ctrl+u")
        assert not timeline.find("x")
        assert timeline.cursor_row is None
        assert timeline.get_selection(SELECT_ALL) is None
        assert not [message for message in app.heard if isinstance(message, Timeline.Opened)]


async def test_markup_is_text() -> None:
    """What looks like markup neither styles nor acts."""
    text = "[b]x[/] [@click=app.quit]y[/]"
    async with room([row(1, text)]) as (pilot, timeline, app):
        assert sees(timeline, text)
        await pilot.click(Timeline, offset=(40, 0))
        assert app.is_running


async def test_it_follows_its_end() -> None:
    """While someone types, the newest row is always seen and none counts as new."""
    async with room(rows(1, 60), focus=False) as (_, timeline, _app):
        timeline.extend(rows(61, 90))
        await until(lambda: sees(timeline, "#90 "))
        assert timeline.following
        assert timeline.new_count == 0
        assert timeline.max_scroll_y == timeline.scroll_y
        assert "k90" == timeline.cursor_key


async def test_nothing_moves_under_a_reader() -> None:
    """Rows that come in while one reads further up are counted, and change nothing seen."""
    async with room(rows(1, 60)) as (pilot, timeline, app):
        await pilot.press("g")
        before = shown(timeline)
        timeline.extend(rows(61, 72))
        await until(lambda: timeline.new_count == 12)
        assert before == shown(timeline)
        await until(lambda: isinstance(app.heard[-1], Timeline.NewCount))
        assert isinstance(app.heard[-1], Timeline.NewCount)
        assert timeline.new_count == app.heard[-1].count
        await pilot.press("G")
        assert timeline.new_count == 0
        assert sees(timeline, "#72 ")


async def test_new_rows_count_until_they_are_seen() -> None:
    """Scrolling down to some of the new rows leaves the others to be seen."""
    async with room([row(n) for n in range(1, 60)], (100, 13)) as (pilot, timeline, _app):
        lines = timeline.size.height
        await pilot.press("pageup")
        timeline.extend([row(n) for n in range(60, 90)])
        await until(lambda: timeline.new_count == 30)
        await pilot.press("pagedown", "pagedown")
        assert 30 - lines == timeline.new_count


async def test_a_cursor_on_an_earlier_row_holds_the_view() -> None:
    """At the end, too, nothing moves while the reader has picked an earlier row."""
    async with room(rows(1, 60)) as (pilot, timeline, app):
        await pilot.press("k", "k")
        assert not timeline.following
        timeline.append(row(61))
        await until(lambda: timeline.new_count == 1)
        assert "k58" == timeline.cursor_key
        assert not sees(timeline, "#61 ")
        await pilot.press("G")
        await pilot.press("k")
        app.query_one(Input).focus()
        await until(lambda: not timeline.has_focus)
        assert timeline.following


async def test_a_flood_is_one_update() -> None:
    """Many rows that come in at once make the view move once."""
    async with room(rows(1, 60), focus=False) as (_, timeline, app):
        app.timeline.placed = 0
        for number in range(61, 561):
            timeline.append(row(number))
        await until(lambda: sees(timeline, "#560 "))
        assert 1 == app.timeline.placed


@pytest.mark.parametrize("focus", [True, False])
async def test_a_row_that_comes_in_is_drawn_once(*, focus: bool) -> None:
    """Not a second time because the cursor goes along."""
    async with room(rows(1, 60), focus=focus) as (pilot, timeline, app):
        await pilot.pause()
        app.timeline.refreshed = 0
        timeline.append(row(61))
        await until(lambda: sees(timeline, "#61 "))
        await pilot.pause()
        assert 1 == app.timeline.refreshed
        assert "k61" == timeline.cursor_key


async def test_lines_that_are_kept_are_what_would_be_drawn() -> None:
    """Whatever was done before: what the terminal gets is no older than what is shown."""

    def stale(timeline: Timeline) -> list[int]:
        """The lines that look otherwise once everything is drawn anew."""
        kept = timeline.render_lines(timeline.region.reset_offset)
        timeline.notify_style_update()
        timeline.refresh()
        fresh = timeline.render_lines(timeline.region.reset_offset)
        return [line for line, strip in enumerate(kept) if strip != fresh[line]]

    async with room(rows(1, 60)) as (pilot, timeline, app):
        for number, key in enumerate(("k", "g", "pagedown", "G", "k", "enter", "pageup"), 61):
            await pilot.press(key)
            app.timeline.placed = 0
            timeline.append(row(number))
            await until(partial(getattr, app.timeline, "placed"))
            await pilot.pause()
            assert not stale(timeline)
        timeline.find("connections")
        assert not stale(timeline)
        timeline.text_select_all()
        await pilot.pause()
        assert not stale(timeline)
        app.screen.clear_selection()
        timeline.border_title = "another"
        timeline.replace(row(67, "in other words", kind="struck"))
        await pilot.pause()
        assert not stale(timeline)
        app.query_one(Input).focus()
        await pilot.resize_terminal(70, 20)
        await pilot.pause()
        assert not stale(timeline)


async def test_keys_move_the_cursor() -> None:
    """The habits of the terminal work."""
    async with room([row(n) for n in range(1, 100)], (100, 23)) as (pilot, timeline, _app):
        for keys, number in [
            ("g", 1),
            ("k", 1),
            ("j", 2),
            ("down", 3),
            ("up", 2),
            ("ctrl+d", 12),
            ("ctrl+u", 2),
            ("pagedown", 22),
            ("pageup", 2),
            ("end", 99),
            ("j", 99),
            ("pageup", 79),
            ("home", 1),
            ("G", 99),
        ]:
            await pilot.press(keys)
            assert (keys, f"k{number}") == (keys, timeline.cursor_key)
            assert sees(timeline, f">14:18:20  #{number} ")


async def test_the_page_keys_reach_both_ends() -> None:
    """Paging on at an end takes the cursor to the last row, or to the first."""
    async with room(rows(1, 20), (100, 14)) as (pilot, timeline, _app):
        await pilot.press("g", *["pagedown"] * 8)
        assert "k20" == timeline.cursor_key
        assert timeline.following
        await pilot.press(*["pageup"] * 8)
        assert "k1" == timeline.cursor_key
        assert timeline.scroll_y == 0


async def test_paging_over_few_rows() -> None:
    """Where all rows are seen, the page keys still go to either end."""
    async with room([row(n) for n in range(1, 5)]) as (pilot, timeline, _app):
        await pilot.press("pageup")
        assert "k1" == timeline.cursor_key
        await pilot.press("pagedown")
        assert "k4" == timeline.cursor_key


async def test_paging_through_one_long_row() -> None:
    """Within a row that is taller than the view, the cursor stays on it."""
    paste = row(2, "\n".join(f"line {n}." for n in range(300)))
    async with room([row(1), paste, row(3)]) as (pilot, timeline, _app):
        await pilot.press("k", "space", "pagedown")
        assert not sees(timeline, "#2 ")
        assert "k2" == timeline.cursor_key


async def test_the_cursor_is_told() -> None:
    """The screen hears where the cursor is."""
    async with room(rows(1, 9)) as (pilot, timeline, app):
        await pilot.press("g")
        await until(lambda: isinstance(app.heard[-1], Timeline.CursorMoved))
        assert isinstance(app.heard[-1], Timeline.CursorMoved)
        assert "k1" == app.heard[-1].key
        assert rows(1, 1)[0] == timeline.cursor_row


async def test_the_cursor_shows_only_to_who_is_there() -> None:
    """Someone who types below sees no cursor in the timeline."""
    async with room([row(1)], focus=False) as (pilot, timeline, _app):
        assert " 14:18:20  #1  Bo(Kim)  obs  note 1" == shown(timeline)[0]
        await pilot.click(Timeline, offset=(5, 0))
        await until(lambda: sees(timeline, ">14:18:20"))
        assert "note 1" in marked(timeline, "cursor")


async def test_enter_and_two_clicks_open() -> None:
    """Opening names the row; one click only moves the cursor, and below the rows does nothing."""
    async with room([row(n) for n in range(1, 9)]) as (pilot, timeline, app):
        await pilot.press("enter")
        await pilot.click(Timeline, offset=(30, 2))
        assert "k3" == timeline.cursor_key
        await pilot.click(Timeline, offset=(30, 15))
        await pilot.click(Timeline, offset=(30, 4), times=2)
        await pilot.pause()
        opened = [message.key for message in app.heard if isinstance(message, Timeline.Opened)]
        assert ["k8", "k5"] == opened


async def test_the_wheel_scrolls_line_by_line() -> None:
    """Scrolling up over rows that were only estimated, no line is skipped or seen twice."""
    async with room(rows(1, 60), focus=False) as (_, timeline, app):
        step = round(app.scroll_sensitivity_y)
        while timeline.scroll_y > step:
            before, y = shown(timeline), timeline.scroll_y
            timeline.post_message(wheel_up(timeline))
            await until(partial(moved_from, timeline, y))
            assert before[:-step] == shown(timeline)[step:]
        assert not timeline.following


async def test_the_scroll_bar_jumps_and_comes_back() -> None:
    """The ends of the scroll bar are the ends of the timeline, and the end is followed again."""
    async with room(rows(1, 300)) as (_, timeline, _app):
        timeline.scroll_to(y=0, animate=False)
        await until(lambda: sees(timeline, "#1 "))
        assert not timeline.following
        timeline.scroll_to(y=timeline.max_scroll_y // 2, animate=False)
        await until(lambda: not sees(timeline, "#1 "))
        assert sees(timeline, timeline.cursor_row.number if timeline.cursor_row else "none")
        timeline.scroll_to(y=timeline.max_scroll_y, animate=False)
        await until(lambda: sees(timeline, "#300 "))
        assert timeline.following
        assert "k300" == timeline.cursor_key


async def test_scrolling_by_itself_ends_where_it_should() -> None:
    """An animated scroll to the beginning is not led astray by rows that were estimated."""
    async with room(rows(1, 60)) as (_, timeline, app):
        app.animation_level = "full"
        timeline.scroll_home(duration=0.1)
        await until(lambda: timeline.scroll_y == 0)
        assert "#1 " in shown(timeline)[0]
        assert not timeline.following


async def test_a_hidden_timeline_goes_on() -> None:
    """Rows that come in behind another pane are there when one comes back."""
    async with room(rows(1, 60), focus=False) as (_, timeline, _app):
        timeline.display = False
        timeline.extend(rows(61, 90))
        timeline.discard("k1")
        timeline.display = True
        await until(lambda: sees(timeline, "#90 "))
        assert timeline.row_count == 89


async def test_a_resize_keeps_the_row_at_the_top() -> None:
    """Whatever is wrapped anew above, the reader finds the row again; at the end, the end."""
    async with room(rows(1, 90), (120, 24)) as (pilot, timeline, _app):
        await pilot.resize_terminal(84, 20)
        await until(lambda: sees(timeline, "14:18 #90 "))
        timeline.move_to("k30")
        timeline.scroll_to(y=timeline.scroll_y + 1, animate=False)
        top = next(line.split()[1] for line in shown(timeline) if "#" in line)
        await pilot.resize_terminal(60, 20)
        await until(lambda: timeline.virtual_size.width < 61)
        assert sees(timeline, f"{top} ")
        assert not timeline.following


@pytest.mark.parametrize("shown_first", [True, False])
async def test_the_end_is_followed_while_the_view_changes_its_height(*, shown_first: bool) -> None:
    """An alarm row that comes or goes as entries arrive does not stop the following."""
    async with room(rows(1, 60), focus=False) as (_, timeline, app):
        alarm = app.query_one(Input)
        alarm.display = shown_first
        await until(lambda: sees(timeline, "note 60"))
        for number in range(61, 81):
            timeline.append(row(number))
            alarm.display = not alarm.display
            await until(lambda: alarm.display == (alarm.size.height > 0))
        await until(lambda: sees(timeline, "note 80"))
        assert timeline.following
        assert 0 == timeline.new_count


async def test_a_sent_row_becomes_a_committed_one() -> None:
    """It keeps its key and the cursor, and stands below what was committed before it."""
    sent = replace(row(3), number="", kind=PENDING, marks="sending")
    async with room([row(1)]) as (_, timeline, _app):
        timeline.append(sent)
        await until(lambda: sees(timeline, "sending"))
        timeline.append(row(2))
        await until(lambda: sees(timeline, "#2 "))
        assert "sending" in shown(timeline)[2]
        assert timeline.replace(replace(row(3), revision=1))
        await until(lambda: sees(timeline, "#3 "))
        assert not sees(timeline, "sending")
        assert not timeline.replace(row(4))


async def test_a_refused_row_goes_away() -> None:
    """The cursor goes to its neighbour."""
    async with room(rows(1, 3)) as (_, timeline, _app):
        assert timeline.discard("k3")
        await until(lambda: not sees(timeline, "#3 "))
        assert "k2" == timeline.cursor_key
        assert not timeline.discard("k3")
        timeline.discard("k1")
        timeline.discard("k2")
        await until(lambda: not any(shown(timeline)))
        assert timeline.cursor_key is None
        assert timeline.cursor_row is None


async def test_a_row_at_the_top_may_go_away() -> None:
    """The view goes on with the next."""
    async with room([row(n) for n in range(1, 60)]) as (pilot, timeline, _app):
        await pilot.press("g")
        timeline.discard("k1")
        await until(lambda: "#2 " in shown(timeline)[0])
        assert "k2" == timeline.cursor_key


async def test_a_row_that_is_struck_says_so() -> None:
    """A new revision is drawn in place of the old."""
    async with room(rows(1, 3)) as (_, timeline, _app):
        timeline.replace(replace(row(2), revision=1, kind="struck", marks="struck"))
        await until(lambda: sees(timeline, "struck"))
        assert sees(timeline, "#2 ")


async def test_a_filter_keeps_the_place() -> None:
    """With fewer rows, and with all of them again, one is where one was."""
    everything = [row(n) for n in range(1, 200)]
    async with room(everything) as (_, timeline, _app):
        timeline.move_to("k100")
        timeline.reset([row(n) for n in range(1, 200, 2)])
        await until(lambda: not sees(timeline, "#100 "))
        assert "k101" == timeline.cursor_key
        assert sees(timeline, "#101 ")
        timeline.reset(everything)
        await until(lambda: sees(timeline, "#102 "))
        assert "k101" == timeline.cursor_key
        assert "#101 " in shown(timeline)[0]


async def test_a_filter_at_the_end_stays_at_the_end() -> None:
    """Who follows goes on following."""
    async with room(rows(1, 90), focus=False) as (_, timeline, _app):
        timeline.reset(rows(1, 60))
        await until(lambda: sees(timeline, "#60 "))
        assert timeline.following
        timeline.reset([])
        await until(lambda: not any(shown(timeline)))
        assert timeline.cursor_key is None


async def test_the_number_column_grows_with_the_numbers() -> None:
    """Texts stay in one column when the numbers get longer."""
    async with room([row(1)]) as (_, timeline, _app):
        timeline.append(row(12345))
        await until(lambda: sees(timeline, "#12345"))
        assert 1 == len({line.index("note") for line in shown(timeline)[:2]})


async def test_rows_are_seen_if_the_screen_is_drawn_before_they_are_placed() -> None:
    """A room never held here fills while its screen is still being laid out."""
    async with room([]) as (_, _timeline, app):
        timeline = app.timeline
        view = Region(0, 0, *timeline.size)
        timeline.render_lines(view)
        timeline.extend(rows(990, 1010))
        timeline.render_lines(view)
        timeline.refreshed = 0
        await until(lambda: timeline.refreshed)
        assert any("note 1010" in strip.text for strip in timeline.render_lines(view))


async def test_a_filter_that_narrows_the_number_column_is_drawn_at_once() -> None:
    """Whatever asks for a picture before the new window's turn gets one with the new lines."""
    text = "x" * 67
    async with room([row(number, text) for number in range(12300, 12345)]) as (_, timeline, _app):
        assert "x" == shown(timeline)[-1].strip()
        timeline.reset([row(number, text) for number in range(1, 60)])
        strips = timeline.render_lines(Region(0, 0, *timeline.size))
        assert f"#59 Bo(Kim)  obs  {text}" in strips[-1].text


async def test_a_paste_unfolds() -> None:
    """A long text shows its beginning, all of it on demand, and its beginning again."""
    paste = row(1, "\n".join(f"line {n}." for n in range(300)))
    async with room([paste, row(2)]) as (pilot, timeline, _app):
        assert sees(timeline, "… 297 more lines, enter opens")
        await pilot.press("g", "space")
        assert sees(timeline, "line 15.")
        await pilot.press("pagedown")
        assert sees(timeline, "line 30.")
        await pilot.press("o")
        assert sees(timeline, "297 more lines")
        assert sees(timeline, "#1 ")


async def test_search_goes_round() -> None:
    """n and N go from one row found to the next, over the ends, and mark what was found."""
    async with room(rows(1, 60)) as (pilot, timeline, _app):
        await pilot.press("g")
        assert timeline.find("NOTE 2")
        assert "k2" == timeline.cursor_key
        assert "note 2" in marked(timeline, "found")
        for key, number in [("n", 20), ("n", 21), ("N", 20), ("N", 2), ("N", 29), ("n", 2)]:
            await pilot.press(key)
            assert (key, f"k{number}") == (key, timeline.cursor_key)
            assert sees(timeline, f"#{number} ")
        assert not timeline.find("nowhere")
        assert "k2" == timeline.cursor_key
        assert not timeline.find("")
        assert not timeline.find_next()
        assert marked(timeline, "found") == ""


async def test_search_looks_into_what_is_folded() -> None:
    """What was found in a long text is shown, with the text unfolded."""
    paste = row(2, "\n".join(f"line {n}." for n in range(300)))
    async with room([row(1), paste, row(3)]) as (_, timeline, _app):
        assert timeline.find("line 250.")
        assert sees(timeline, "line 250.")
        assert "line 250." == marked(timeline, "found")


async def test_search_finds_a_name_that_is_cut() -> None:
    """A row is found by what does not fit into its column, too."""
    async with room([replace(row(1), who="Bartholomew"), row(2)]) as (_, timeline, _app):
        assert timeline.find("mew")
        assert "k1" == timeline.cursor_key


async def test_a_row_is_reached_by_its_key() -> None:
    """A link leads to its row, and nowhere if that is not shown."""
    async with room(rows(1, 60)) as (_, timeline, _app):
        assert timeline.move_to("k7")
        assert sees(timeline, ">14:18:20  #7 ")
        assert not timeline.move_to("nowhere")


async def test_selected_lines_are_copied() -> None:
    """What the mouse selects is what is seen, without the cursor's cell."""
    async with room([row(n) for n in range(1, 9)]) as (pilot, timeline, app):
        await pilot.mouse_down(Timeline, offset=(29, 1))
        await pilot.hover(Timeline, offset=(34, 2))
        await pilot.mouse_up(Timeline, offset=(34, 2))
        await until(lambda: timeline.text_selection)
        selected = "note 2\n14:18:20  #3  Bo(Kim)  obs  note 3"
        assert selected == app.screen.get_selected_text()
        style = app.screen.get_component_rich_style("screen--selection")
        assert "note 2" in "".join(
            segment.text
            for segment in timeline.render_line(1)
            if segment.style and style.bgcolor == segment.style.bgcolor != segment.style.color
        )
        assert "k8" == timeline.cursor_key
        await pilot.press("y")
        assert selected == app.clipboard


async def test_a_row_is_copied_where_nothing_is_selected() -> None:
    """`y` copies the cursor's row."""
    async with room(rows(1, 2)) as (pilot, _timeline, app):
        await pilot.press("y")
        assert "14:18:20 #2 Bo(Kim) obs note 2" == app.clipboard


async def test_a_selection_stays_with_its_rows() -> None:
    """Rows that come in after it, and another width, do not change what is selected."""
    async with room(rows(1, 60)) as (_, timeline, _app):
        selection = Selection(Offset(29, 2 << 16), Offset(35, 4 << 16))
        before = timeline.get_selection(selection)
        assert before is not None
        assert before[0].startswith("note 3 the gateway")
        assert before[0].endswith("obs  note 5")
        timeline.extend(rows(61, 90))
        assert before == timeline.get_selection(selection)


async def test_everything_can_be_selected() -> None:
    """Selecting all takes all rows, seen or not."""
    async with room([row(n) for n in range(1, 60)]) as (_, timeline, _app):
        text, end = timeline.get_selection(SELECT_ALL) or ("", "")
        assert 59 == len(text.splitlines())
        assert "\n" == end


@pytest.mark.parametrize("theme", ["textual-light", "nord", "gruvbox"])
async def test_a_theme_changes_what_is_drawn_already(theme: str) -> None:
    """Colours come from the theme, also for rows that were drawn before."""
    async with room([row(1, kind="alarm")]) as (pilot, timeline, app):
        before = timeline.render_line(0)
        app.theme = theme
        await pilot.pause()
        await until(lambda: timeline.render_line(0) != before)
        assert before.text == timeline.render_line(0).text
