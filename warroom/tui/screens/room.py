"""The room: one incident, live, and one line to say everything with."""

from typing import ClassVar, cast

from msgspec.structs import replace
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType

from warroom.client.connection import LineState
from warroom.client.replica import Sync
from warroom.clock import now
from warroom.domain.alarms import Alarm, AlarmKind, alarms
from warroom.domain.vocabulary import Scope
from warroom.text import one_line
from warroom.tui.feed import Feed, Left
from warroom.tui.keymap import (
    COMPLETE,
    FIND_NEXT,
    FIND_PREVIOUS,
    REVISE,
    TRY_AGAIN,
    WITHDRAW,
    Where,
    bindings,
)
from warroom.tui.messages import Declined, LineMoved, RoomMoved
from warroom.tui.port import War
from warroom.tui.present import alarm_text, filters, header, waiting
from warroom.tui.present.addressed import addressed
from warroom.tui.present.foot import foot, found_words
from warroom.tui.present.glance import Glance
from warroom.tui.present.handover import in_turn, unsaid
from warroom.tui.present.scene import Scene
from warroom.tui.present.subject import Item
from warroom.tui.screens.beside import PanesOfRoom
from warroom.tui.screens.speaking import SpeakingOfRoom
from warroom.tui.screens.timeline import TimelineOfRoom
from warroom.tui.widgets.asking import Asking
from warroom.tui.widgets.body import RoomBody
from warroom.tui.widgets.composer import Composer
from warroom.tui.widgets.lines import OneLine
from warroom.tui.widgets.offer import OfferBanner
from warroom.tui.widgets.overhead import Overhead
from warroom.tui.widgets.toasts import place_toasts

BANNERS = 3
"""So many entries that speak to the reader have a banner each; more at once share one."""


class RoomScreen(SpeakingOfRoom, PanesOfRoom, TimelineOfRoom):
    """Everything about one incident. It shows the replica, and decides nothing."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Where.ROOM, Where.TIMELINE)
    HORIZONTAL_BREAKPOINTS = header.BREAKPOINTS
    AUTO_FOCUS = "#line"
    BLANK = True

    def __init__(self, war: War, log: str) -> None:
        super().__init__(classes=header.size_class(war.size.width))
        self.log_id = log
        self.desk = war.desk
        self.keymap = war.keymap
        self.replica = war.desk.open(log)
        self.memory = war.memory(log)
        self._alarms: list[Alarm] | None = None
        self.left = False
        self._arrived = False

    @property
    def war(self) -> War:
        return cast(War, self.app)

    def compose(self) -> ComposeResult:
        yield Overhead(self.keymap)
        yield OfferBanner()
        yield OneLine(id="filter")
        yield RoomBody()
        yield Asking(lambda text: filters.completed(text, self.replica.room))
        yield Composer(self.completion, self.memory.history, self.keymap)
        yield OneLine(id="hints")

    def on_mount(self) -> None:
        answers = waiting.answers(*map(self.keymap.first, (REVISE, WITHDRAW)))
        self.feed = Feed(self.replica, self.timeline, self.memory.left, answers)
        self.timeline.border_title = "Timeline, UTC"
        self.query_one("#filter").display = False
        place_toasts(self, before=self.composer)
        self._recall()
        self.catch_up()
        self.set_interval(1, self._pass)
        self.call_after_refresh(self._furnish)

    async def _furnish(self) -> None:
        """Complete the room once it is seen, and take the keys that came meanwhile."""
        if not self.left:
            await self.composer.furnish()
        self.war.take_keys(self)

    def on_unmount(self) -> None:
        self.war.take_keys(self)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """On arrival all styles have just been applied, and need not be again."""
        event.refresh_styles, self._arrived = self._arrived, True

    def _recall(self) -> None:
        """Put back what was left in the composer."""
        memory = self.memory
        self.composer.write(memory.draft)
        if memory.said:
            self.composer.complain(memory.said)
        if memory.held is not None:
            self.composer.hold(memory.held)
        memory.said = ""

    def remember(self) -> None:
        """Keep what is typed, and how far the reader has read."""
        memory, composer = self.memory, self.composer
        memory.draft, memory.held = composer.text, composer.held
        self.keep_begun()
        if self.feed is not None and self.feed.seen:
            memory.left = Left(self.feed.seen, self.desk.now())

    def leave(self) -> None:
        """The room is left: what is still answered goes to the memory, not to this screen."""
        self.remember()
        self.left = True

    @property
    def me(self) -> str:
        return self.desk.you.person if self.desk.you else ""

    @property
    def scene(self) -> Scene:
        replica = self.replica
        live = replica.sync is Sync.LIVE
        scope = self.desk.you.scope if self.desk.you else Scope.RESPONDER
        return Scene(replica.room, self.desk.now(), self.me, replica.here, live, scope)

    @property
    def glance(self) -> Glance:
        """What must be seen of the room wherever one is in it."""
        scene, line, replica = self.scene, self.desk.line, self.replica
        sync = Sync.RECOVERING if scene.live and replica.recovering else replica.sync
        return Glance(
            scene,
            header.link(line, sync, len(replica.pending), now(), replica.held_up),
            header.trouble(line, sync, self.keymap.first(TRY_AGAIN), replica.held_up),
            in_turn(scene, alarms(scene.incident, self.me)),
        )

    # --- what the desk says ----------------------------------------------------------------------

    @on(RoomMoved)
    def _room_moved(self, message: RoomMoved) -> None:
        if message.log == self.log_id:
            self.catch_up()

    @on(LineMoved)
    def _line_moved(self) -> None:
        line = self.desk.line
        if line.state is LineState.OFFLINE and self.feed is not None:
            self.feed.away(self.desk.now())
        self.show_clocks()

    @on(Declined)
    def _declined(self, message: Declined) -> None:
        """Say why, and give the words back."""
        if message.log != self.log_id:
            return
        self.came_back(message.id, self.memory.typed.pop(message.id, message.typed))
        self.composer.complain(one_line(message.text))

    # --- showing ---------------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Show what the replica holds by now."""
        if self.feed is None or not self.is_attached:
            return
        before = self.feed.whole
        fresh = self.feed.catch_up(self.desk.you, self.desk.now())
        if self.feed.whole and not before:
            self.war.room_is_whole()
        for entry in fresh:
            if self.memory.typed.pop(entry.id, None) is not None:
                self.published(entry)
        you, room = self.desk.you, self.replica.room
        said = [addressed(entry, room, you) for entry in fresh] if you else []
        self._show_banners([text for text in said if text])
        self.show_filter()
        self.show_clocks()

    def _show_banners(self, texts: list[str]) -> None:
        if len(texts) > BANNERS:
            texts = [f"{len(texts)} entries, the last is {texts[-1]}"]
        for text in texts:
            self.app.notify(f"to you: {text}", markup=False)

    def show_clocks(self) -> None:
        """Everything but the timeline: all of it may change with time alone."""
        if self.feed is None or not self.is_attached:
            return
        glance = self.glance
        scene = glance.scene
        self.show_hints()
        self.composer.only_reads(scene.scope is Scope.OBSERVER)
        beside_banner = replace(glance, alarms=unsaid(scene, glance.alarms))
        self.query_one(Overhead).show(beside_banner, self.body.covering)
        self.show_panes(scene)
        self._ring(glance.alarms)

    def _pass(self) -> None:
        """A second has passed."""
        self.show_clocks()
        if self.is_attached:
            self.keep_begun()

    @on(events.DescendantFocus)
    @on(Composer.Offered)
    def show_hints(self) -> None:
        """The keys that matter where the reader is."""
        hints = self.query_one("#hints", OneLine)
        where = self._where()
        keys = self.keymap.hints(where, reads=self.scene.scope is Scope.OBSERVER)
        if where is Where.COMPOSER and self.composer.completion.choices:
            keys = [(self.keymap.first(COMPLETE), "takes what is marked"), *keys]
        found = self.timeline.found if where is Where.ROWS else None
        if found is not None and (said := found_words(*found)):
            on = f"{self.keymap.first(FIND_NEXT)} {self.keymap.first(FIND_PREVIOUS)}"
            keys = [(on, said), ("esc", "ends search"), *keys]
        if (new := self.timeline.new_count) and self.has_class("-narrow"):
            # Where there is no room for borders, there is none on which the timeline says it.
            keys = [("G" if where is Where.ROWS else "esc G", f"{new} new"), *keys]
        hints.show(foot(keys, hints.width))

    def _where(self) -> Where:
        """Where the reader is in the room."""
        if self.query_one(Asking).has_focus_within:
            return Where.ASKING
        if self.body.has_focus_within:
            return Where.ROWS if self.timeline.has_focus else Where.PANES
        return Where.COMPOSER

    def _ring(self, found: list[Alarm]) -> None:
        """Ring for what is new and concerns the reader; not for what was so on arrival."""
        known, self._alarms = self._alarms, found
        if known is not None and any(a.rings_for(self.me) for a in found if a not in known):
            self.app.bell()

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self.show_clocks)

    # --- views and places ------------------------------------------------------------------------

    def action_debrief(self) -> None:
        """How it went so far, and how to take the log away."""
        from warroom.tui.present.debrief import debrief
        from warroom.tui.screens.reading import ReadingScreen

        self.app.push_screen(ReadingScreen("debrief", debrief(self.scene)))

    def action_try_again(self) -> None:
        self.desk.try_again()

    def action_compose(self) -> None:
        self.set_focus(self.composer.line)

    @on(Composer.Left)
    def to_timeline(self) -> None:
        """Show the timeline, and go into it; the next keys are for it."""
        self.body.give_back()
        self.set_focus(self.timeline)
        self.war.take_keys(self)

    @on(Composer.Stayed)
    def _type_on(self) -> None:
        self.war.take_keys(self)

    def action_lobby(self) -> None:
        """Leave for the lobby. What is typed stays for when one comes back."""
        self.war.leave_room(self.log_id)

    def action_help(self) -> None:
        self.war.show_help()

    def action_alarm(self) -> None:
        """Go to the worst alarm and begin the line that deals with it: the one in the row, or what
        the banner says. An objection is read first: an enter too many would override it."""
        worst = next(iter(in_turn(self.scene, self._alarms or [])), None)
        if worst is None:
            self.app.notify("there is no alarm", markup=False)
            return
        entry = self.replica.room.entry(worst.entry)
        if entry is not None:
            self.body.give_back()
            self.timeline.move_to(entry.id)
        if worst.kind is AlarmKind.OBJECTION and worst.number is not None:
            self.open_story(Item("D", worst.number))
        else:
            self.begin(alarm_text.opening(worst))

    def begin(self, text: str) -> None:
        """Put the beginning of a line into the composer; what stood there is in its history."""
        self.composer.write(text) if text else self.action_compose()
