"""The room: one incident, live, and one line to say everything with."""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import Screen
from textual.widgets import Input

from warroom.client.connection import LineState
from warroom.client.draft import Draft
from warroom.client.replica import Sync
from warroom.clock import now
from warroom.domain.alarms import Alarm, alarms
from warroom.domain.vocabulary import Scope
from warroom.export.brief import brief
from warroom.text import one_line
from warroom.tui.feed import Feed
from warroom.tui.keymap import Where, bindings, hints
from warroom.tui.messages import Declined, LineMoved, RoomMoved, Said
from warroom.tui.present import alarm_text, header
from warroom.tui.present.addressed import addressed
from warroom.tui.present.completion import Completion, complete
from warroom.tui.present.entry import entry_lines
from warroom.tui.present.foot import foot
from warroom.tui.present.panes import PANES, VIEWS, View
from warroom.tui.present.pieces import Piece
from warroom.tui.present.scene import Scene
from warroom.tui.screens.reading import ReadingScreen
from warroom.tui.speaking import draft_line, understand
from warroom.tui.widgets.composer import Composer
from warroom.tui.widgets.lines import OneLine
from warroom.tui.widgets.overhead import Overhead
from warroom.tui.widgets.pane import PaneView
from warroom.tui.widgets.timeline import Timeline
from warroom.words.interpret import OpenDraft, ShowBrief, Shown
from warroom.words.misread import Misread, UnknownWord

if TYPE_CHECKING:
    from warroom.tui.app import WarroomApp


class RoomScreen(Screen[None]):
    """Everything about one incident. It shows the replica, and decides nothing."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Where.ROOM, Where.TIMELINE)
    HORIZONTAL_BREAKPOINTS = header.BREAKPOINTS

    def __init__(self, war: "WarroomApp", log: str) -> None:
        super().__init__()
        self.log_id = log
        self._desk = war.desk
        self._replica = war.desk.open(log)
        self._memory = war.memory(log)
        self._typed: dict[str, str] = {}
        self._alarms: list[Alarm] | None = None
        self.panes_view = View.COMMAND
        self._feed: Feed | None = None

    @property
    def war(self) -> "WarroomApp":
        return cast("WarroomApp", self.app)

    def compose(self) -> ComposeResult:
        yield Overhead()
        with Horizontal(id="body"):
            yield Timeline(id="timeline")
            with VerticalScroll(id="side", can_focus=False):
                for pane in PANES.values():
                    yield PaneView(pane)
        yield Input(id="search", placeholder="search the timeline; enter finds, esc leaves")
        yield Composer(self._completion, self._memory.history)
        yield OneLine(id="hints")

    def on_mount(self) -> None:
        self._feed = Feed(self._replica, self.timeline)
        self.timeline.border_title = "Timeline, UTC"
        self.query_one("#search").display = False
        self.query_one("#hints", OneLine).show(foot(hints(Where.COMPOSER, Where.ROOM)))
        self.composer.write(self._memory.draft)
        self._show_view()
        self.catch_up()
        self.set_interval(1, self.show_clocks)

    @property
    def timeline(self) -> Timeline:
        return self.query_one(Timeline)

    @property
    def composer(self) -> Composer:
        return self.query_one(Composer)

    @property
    def me(self) -> str:
        return self._desk.you.person if self._desk.you else ""

    @property
    def scene(self) -> Scene:
        replica = self._replica
        live = replica.sync is Sync.LIVE
        return Scene(replica.room, self._desk.now(), self.me, replica.here, live)

    # --- what the desk says ----------------------------------------------------------------------

    @on(RoomMoved)
    def _room_moved(self, message: RoomMoved) -> None:
        if message.log == self.log_id:
            self.catch_up()

    @on(LineMoved)
    def _line_moved(self) -> None:
        line = self._desk.line
        if line.state is LineState.OFFLINE and self._feed is not None:
            self._feed.away(line.since)
        self.show_clocks()

    @on(Declined)
    def _declined(self, message: Declined) -> None:
        """Say why, and give the words back."""
        if message.log != self.log_id:
            return
        typed = self._typed.pop(message.id, "")
        if typed:
            self.composer.take_back(typed)
        self.composer.complain(one_line(message.text))

    @on(Said)
    def _said(self, message: Said) -> None:
        if message.log in {None, self.log_id}:
            self.app.notify(one_line(message.text), severity="warning", markup=False)

    # --- showing ---------------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Show what the replica holds by now."""
        if self._feed is None or not self.is_attached:
            return
        for entry in self._feed.catch_up(self._desk.you, self._desk.now()):
            self._typed.pop(entry.id, None)
            if text := addressed(entry, self._replica.room, self.me):
                self.app.notify(text, title="to you", markup=False)
        self.show_clocks()

    def show_clocks(self) -> None:
        """Everything but the timeline: all of it may change with time alone."""
        if self._feed is None or not self.is_attached:
            return
        scene, line, replica = self.scene, self._desk.line, self._replica
        link = header.link(line, replica.sync, len(replica.pending), now())
        found = alarms(scene.incident, self.me)
        view = self.panes_view if self.has_class("-panes") else None
        trouble = header.trouble(line, replica.sync)
        self.query_one(Overhead).show(scene, link, trouble, found, view)
        for name in VIEWS[self.panes_view]:
            pane = self.query_one(f"#pane-{name}", PaneView)
            pane.show(pane.pane.rows(scene), whole=self.has_class("-narrow"))
        self._ring(found)

    def _ring(self, found: list[Alarm]) -> None:
        """Ring for what is new and concerns the reader; not for what was so on arrival."""
        known, self._alarms = self._alarms, found
        if known is not None and any(a.rings_for(self.me) for a in found if a not in known):
            self.app.bell()

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self.show_clocks)

    # --- views and places ------------------------------------------------------------------------

    def action_view(self, name: str) -> None:
        """Show a view's panes. If narrow they take the timeline's place, and give it back."""
        view = View(name)
        again = view is self.panes_view and self.has_class("-panes")
        self.panes_view = view
        self.set_class(self.has_class("-narrow") and not again, "-panes")
        self._show_view()
        self.show_clocks()

    def _show_view(self) -> None:
        for pane in self.query(PaneView):
            pane.display = pane.pane.name in VIEWS[self.panes_view]

    def action_compose(self) -> None:
        self.composer.line.focus()

    @on(Composer.Left)
    def _to_timeline(self) -> None:
        self.remove_class("-panes")
        self.timeline.focus()

    def action_lobby(self) -> None:
        """Leave for the lobby. What is typed stays for when one comes back."""
        self._memory.draft = self.composer.text
        self.war.leave_room(self.log_id)

    def action_help(self) -> None:
        self.war.show_help()

    def action_alarm(self) -> None:
        """Go to the worst alarm and begin the line that deals with it."""
        if not self._alarms:
            return
        worst = self._alarms[0]
        entry = self._replica.room.entry(worst.entry)
        if entry is not None:
            self.remove_class("-panes")
            self.timeline.move_to(entry.id)
        self.begin(alarm_text.opening(worst))

    def begin(self, text: str) -> None:
        """Put the beginning of a line into the composer; what stood there is in its history."""
        self.composer.write(text) if text else self.action_compose()

    # --- the timeline ----------------------------------------------------------------------------

    @on(Timeline.Opened)
    def _open_entry(self, event: Timeline.Opened) -> None:
        room = self._replica.room
        entry = room.entry(room.seq_of(event.key) or 0)
        if entry is not None:
            lines = entry_lines(entry, room)
            self.app.push_screen(ReadingScreen(f"{room.incident.label} #{entry.seq}", lines))

    @on(Timeline.NewCount)
    def _count_new(self, event: Timeline.NewCount) -> None:
        self.timeline.border_subtitle = f"{event.count} new, G goes there" if event.count else ""

    def action_promote(self, to: str) -> None:
        seq = self._replica.room.seq_of(self.timeline.cursor_key or "")
        if seq is not None:
            self.begin(f"/promote #{seq} {to} ")

    def action_search(self) -> None:
        search = self.query_one("#search", Input)
        search.display = True
        search.value = ""
        search.focus()

    @on(Input.Submitted, "#search")
    def _searched(self, event: Input.Submitted) -> None:
        event.stop()
        found = self.timeline.find(event.value)
        self.query_one("#search").display = False
        self.timeline.focus()
        if event.value and not found:
            self.app.notify("not found", markup=False)

    def key_escape(self) -> None:
        """Back to the timeline, from the search or a pane."""
        self.query_one("#search").display = False
        self._to_timeline()

    # --- speaking --------------------------------------------------------------------------------

    def _completion(self, text: str) -> Completion:
        scope = self._desk.you.scope if self._desk.you else Scope.RESPONDER
        return complete(text, self._replica.room, self.me, scope)

    @on(Composer.Submitted)
    def _submitted(self, event: Composer.Submitted) -> None:
        """Send what was written, or say what is wrong with it and keep it."""
        room, at = self._replica.room, self._desk.now()
        try:
            meant = understand(event.text, room, at, self.me, as_note=event.as_note)
        except UnknownWord as error:
            self.composer.complain(f"{error.text}; enter again posts it as a note", may_post=True)
            return
        except Misread as error:
            self.composer.complain(error.text)
            return
        self.composer.accepted(event.text)
        if isinstance(meant, list):
            self._send(meant, event.text)
        else:
            self._look_at(meant, at)

    def _send(self, drafts: list[Draft], typed: str) -> None:
        for draft in drafts:
            self._typed[self._desk.send(self.log_id, draft)] = typed
        self.timeline.follow()
        self.catch_up()

    def _look_at(self, shown: Shown, at: datetime) -> None:
        match shown:
            case ShowBrief(copy=copy):
                lines = brief(self._replica.room, at)
                if copy:
                    self.app.copy_to_clipboard("\n".join(lines))
                    self.app.notify("the brief is copied", markup=False)
                else:
                    pages = [(Piece(line),) for line in lines]
                    self.app.push_screen(ReadingScreen("brief", [*pages]))
            case OpenDraft():
                self.composer.write(*draft_line(shown))
                self.composer.say("write the text for them, then enter; alt+enter begins a line")
