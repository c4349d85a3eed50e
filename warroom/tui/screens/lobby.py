"""The lobby: the rooms of the hub, and the way into one."""

from typing import ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.suggester import SuggestFromList
from textual.widgets import Input, OptionList, Static

from warroom.client.connection import LineState
from warroom.client.replica import Sync
from warroom.clock import now
from warroom.text import one_line
from warroom.tui.keymap import LOBBY_TRY_AGAIN, Where, bindings
from warroom.tui.messages import LineMoved, RoomsMoved
from warroom.tui.port import War
from warroom.tui.present import header, lobby
from warroom.tui.present.foot import foot
from warroom.tui.present.lobby_layout import columns, heading, lay_out, letters
from warroom.tui.present.pieces import Piece, Pieces, Tone, spread
from warroom.tui.widgets.answer import AnswerLine
from warroom.tui.widgets.lines import Lines, OneLine, content
from warroom.tui.widgets.room_list import RoomList
from warroom.tui.widgets.toasts import place_toasts
from warroom.words.misread import Misread

DECLARE = lobby.WORDS[0].strip()
_LONGEST_TITLE = 300


class Asked(AnswerLine):
    """The line of the lobby. Tab and right write out the word that is begun, in the order of keys:
    what Textual suggests by itself comes a moment later, and the letters after it may overtake."""

    async def _on_key(self, event: events.Key) -> None:
        word = lobby.begun(self.value) if self.cursor_at_end else ""
        if event.key in {"tab", "right"} and word:
            event.stop()
            event.prevent_default()
            self.value, self.cursor_position = word, len(word)
        else:
            await super()._on_key(event)


class LobbyScreen(Screen[None]):
    """Which rooms there are, and what burns first."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Where.LOBBY)

    def __init__(self) -> None:
        super().__init__()
        self._wrong = ""

    @property
    def war(self) -> War:
        return cast(War, self.app)

    def compose(self) -> ComposeResult:
        yield OneLine(id="condition")
        yield OneLine(id="trouble")
        yield OneLine(id="columns")
        yield RoomList()
        with Horizontal(id="asked"):
            yield Static("> ")
            yield Asked(
                id="title",
                max_length=_LONGEST_TITLE,
                placeholder="What is broken?  (!restricted at the end: only whom you admit)",
                select_on_focus=False,
                suggester=SuggestFromList(lobby.WORDS, case_sensitive=False),
                compact=True,
            )
        yield Lines(id="why")
        yield OneLine(id="hints")

    def on_mount(self) -> None:
        place_toasts(self, before=self.query_one("#asked"))
        self._ask_title(None)
        self._show()
        self.set_interval(1, self._show)
        self.watch(self.query_one(RoomList), "scroll_y", self._scrolled, init=False)
        self.call_after_refresh(self.war.take_keys, self)

    def on_resize(self) -> None:
        self._show()

    def _scrolled(self) -> None:
        """The heading says what stands above; but the list may be in the middle of a change."""
        self.call_next(self._show)

    def on_screen_resume(self) -> None:
        self._show()

    @on(LineMoved)
    @on(RoomsMoved)
    def _moved(self) -> None:
        self._show()

    # --- showing -------------------------------------------------------------------------------

    def _show(self) -> None:
        if not self.is_attached or not self.is_current:
            return
        desk, line = self.war.desk, self.query_one("#condition", OneLine)
        waiting = {log: len(replica.pending) for log, replica in desk.replicas.items()}
        link = header.link(desk.line, Sync.LIVE, sum(waiting.values()), now())
        who = (
            f"   you are {one_line(desk.you.name)} @{one_line(desk.you.handle)}" if desk.you else ""
        )
        left = (Piece("warroom", Tone.STRONG), Piece(who, Tone.QUIET))
        line.show(spread(left, (link,), line.width))
        self.query_one("#trouble", OneLine).warn(
            header.trouble(desk.line, Sync.LIVE, self.war.keymap.first(LOBBY_TRY_AGAIN))
        )
        live = desk.line.state is LineState.LIVE
        self._show_rooms(lobby.rows(desk.rooms, desk.now(), live=live, waiting=waiting))

    def _show_rooms(self, rows: list[lobby.LobbyRow]) -> None:
        rooms, names = self.query_one(RoomList), self.query_one("#columns", OneLine)
        found = columns(rows, names.width)
        rooms.show({row.log: content(lay_out(row, found)) for row in rows})
        names.show(heading(found, rows[: rooms.scroll_offset.y]) if rows else ())
        you = self.war.desk.you
        if not rows and you is not None:
            rooms.teach(lobby.teaching(you.scope))
        self._show_foot(letters(rows, found))

    def _show_foot(self, marks: list[lobby.RoomMark]) -> None:
        """The keys, and what the letters before a title mean."""
        hints = self.query_one("#hints", OneLine)
        keys = foot(self.war.keymap.hints(Where.LOBBY), hints.width)
        meant = foot([*marks], hints.width)
        hints.show(spread(keys, meant, hints.width))

    # --- doing ---------------------------------------------------------------------------------

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        if event.option_id is not None:
            self.war.open_room(event.option_id)

    def action_declare(self) -> None:
        if self._only_reads:
            self.app.notify(lobby.MAY_NOT_DECLARE, severity="warning", timeout=10, markup=False)
        else:
            begun = self.query_one(Input).value
            self._ask_title("" if lobby.is_word(begun) else begun)

    @property
    def _only_reads(self) -> bool:
        you = self.war.desk.you
        return you is not None and not lobby.may_declare(you.scope)

    def action_word(self) -> None:
        self.begin("/")

    def begin(self, line: str) -> None:
        """Begin a line. Nothing is sent."""
        self._ask_title(line)

    def _ask_title(self, value: str | None) -> None:
        """Ask for a title, beginning with `value`; None puts the question away."""
        self._warn("")
        title = self.query_one(Input)
        self.query_one("#asked").display = value is not None
        if value is None:
            self.set_focus(self.query_one(RoomList))
        else:
            title.value = value
            self.set_focus(title)
            title.cursor_position = len(value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        """Do what the line asks, or say what is wrong with it and keep it."""
        line = event.value
        why = self._invite(line) if lobby.asks_invite(line) else self._declare(line)
        if why:
            self._warn(why)
        else:
            self._ask_title(None)
            self.query_one(Input).value = ""
        self.query_one(AnswerLine).dealt_with()

    def _warn(self, why: str) -> None:
        """Say under the line what is wrong with it, until it is another; nothing, if nothing is."""
        self._wrong = self.query_one(Input).value
        lines: list[Pieces] = [(Piece(one_line(why), Tone.WARN),)] if why else []
        self.query_one("#why", Lines).show(lines)

    @on(Input.Changed)
    def _mended(self, event: Input.Changed) -> None:
        if event.value != self._wrong:
            self._warn("")

    def _declare(self, line: str) -> str:
        """Declare an incident, and go into its room; why that cannot be, empty if it can."""
        title = one_line(line.removeprefix(DECLARE))[:_LONGEST_TITLE]
        if not title:
            return "say what is wrong, then enter; esc puts the question away"
        if title.startswith("/"):
            return lobby.FOR_A_ROOM
        if self._only_reads:
            return lobby.MAY_NOT_DECLARE
        if self.war.desk.line.state not in {LineState.LIVE, LineState.STALE}:
            return "declaring needs the hub; the title stays here for when it is back"
        title, facts = lobby.declaration(title)
        self.war.open_room(self.war.desk.declare(title, line, **facts))
        return ""

    def _invite(self, line: str) -> str:
        """Ask the hub for an invite; why it cannot be asked, empty if it is."""
        from warroom.tui.screens.inviting import ask_invite
        from warroom.tui.speaking import understand_invite

        def refused(why: str) -> None:
            self.begin(line)
            self._warn(why)

        try:
            wanted = understand_invite(line, self.war.desk.now())
        except Misread as error:
            return error.text
        return ask_invite(self, self.war.desk, wanted, refused)

    def key_escape(self) -> None:
        self._ask_title(None)
        self.war.take_keys(self)

    async def action_go(self, to: str) -> None:
        """Move the cursor as the list does."""
        await self.query_one(RoomList).run_action(to)

    def action_try_again(self) -> None:
        self.war.desk.try_again()

    def action_help(self) -> None:
        self.war.show_help()

    async def action_leave(self) -> None:
        await self.app.action_quit()
