"""The composer: one line for everything, that grows, and loses nothing."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from warroom.tui.keymap import Keymap, Where, bindings
from warroom.tui.present.choices import CHOICES, NOTHING, Choice, Completion, usage_lines
from warroom.tui.present.pieces import Piece, Pieces, Tone, fitted
from warroom.tui.widgets.history import History
from warroom.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from warroom.tui.widgets.line import Line

LONGEST = 40_000
"""Characters of the longest text that a room takes."""

LEAST_CHOICES = 4
"""So many choices are in sight however many forms a word has."""

PROMPT = "type and press enter; / for everything else"
AT_ONCE = "enter sends them as one entry, ^u takes them out (up: back)"
LOOKING_ON = "you look on: /brief shows all on one screen; the hub takes no words of yours"


class Composer(Vertical):
    """The line, what could follow above it, and what is wrong below it."""

    DEFAULT_CSS = """
    Composer {
        height: auto;
        & > #choices { height: auto; max-height: 10; padding: 0 1; text-wrap: nowrap; }
        & > #prompted { height: auto; background: $panel; padding: 0 1; }
        & #prompt { width: 2; color: $text-muted; }
        & #empty { width: 1fr; color: $text 40%; }
        & #line { width: 1fr; height: auto; max-height: 7; padding: 0; border: none; }
        & #line, & #line:focus { background: $panel; border: none; }
        &:focus-within #prompt { color: $text-accent; text-style: bold; }
        & > #said { height: auto; max-height: 3; padding: 0 1; color: $text-warning; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Where.COMPOSER)

    class Submitted(Message):
        """A line to understand; it is out of the composer by now.

        `as_note`: post it as it is, whatever it looks like. `sure`: it was asked about, and is
        meant. `block`: it is a paste that was held, and no line.
        """

        def __init__(
            self, text: str, *, as_note: bool = False, sure: bool = False, block: bool = False
        ) -> None:
            super().__init__()
            self.text = text
            self.as_note = as_note
            self.sure = sure
            self.block = block

    class Cleared(Message):
        """The line was cleared by its key: what stood there is in the history, and done with."""

    class Offered(Message):
        """There is something to take from the list, or nothing any more."""

    class Left(Message):
        """The person wants to go to the timeline."""

    class Stayed(Message):
        """What was open is closed; the person types on."""

    def __init__(
        self, complete: Callable[[str], Completion], history: History, keymap: Keymap
    ) -> None:
        super().__init__(id="composer")
        self._keymap = keymap
        self._complete = complete
        self._history = history
        self.completion = NOTHING
        self._offered_for = ""
        self._choice = 0
        self.held: str | None = None
        self._unread: str | None = None
        self._doubted: str | None = None
        self._stood = ""
        self._purpose = PROMPT
        self._begun = ("", "")
        self._line: Line | None = None

    def compose(self) -> ComposeResult:
        yield Lines(id="choices")
        with Horizontal(id="prompted"):
            yield Static("> ", id="prompt")
            yield Static(self._purpose, id="empty", markup=False)
        yield Lines(id="said")

    async def furnish(self) -> None:
        """Put in the line itself, once the room is drawn; what is written till then waits for it.

        What it is made of would be a tenth of the time until the room is seen.
        """
        from warroom.tui.widgets.line import Line  # noqa: PLC0415 - drawn first, then written in

        line = self._line = Line(self._keymap, self)
        line.placeholder = self._purpose
        await self.query_one("#empty").remove()
        await self.query_one("#prompted").mount(line)
        # What was written into the line itself meanwhile is the latest.
        self.write(*((line.text, "") if line.text else self._begun))

    @property
    def line(self) -> "Line":
        """The line itself; it is there once the composer is furnished."""
        assert self._line is not None
        return self._line

    @property
    def text(self) -> str:
        return "".join(self._begun) if self._line is None else self._line.text

    @property
    def complaint(self) -> str:
        """What stands under the line."""
        return self.query_one("#said", Lines).plain

    def write(self, text: str, after: str = "") -> None:
        """Put a text into the line, and the cursor at its end, before what comes `after`.

        What stood there goes to the history.
        """
        if self.text.strip() and self.text != text:
            self._history.keep(self.text)
        line = self._line
        if line is None:
            self._begun = text, after
            return
        line.text = text
        end = line.document.end
        line.insert(after, end)
        line.move_cursor(end)
        self.screen.set_focus(line)

    def take_back(self, text: str) -> None:
        """Bring a text back that was not accepted: into the line if that is free."""
        if self.text.strip():
            self._history.keep(text)
        else:
            self.write(text)

    def offer_nothing(self) -> None:
        """Offer nothing for the text as it is: what is said of it is to be read."""
        if self._line is not None:
            self._offered_for = self._before_cursor()
            self._offer(NOTHING)

    def only_reads(self, observer: bool) -> None:
        """Say in the empty line what it is for."""
        self._purpose = LOOKING_ON if observer else PROMPT
        if self._line is None:
            self.query_one("#empty", Static).update(self._purpose, layout=False)
        else:
            self._line.placeholder = self._purpose

    def hold(self, text: str) -> None:
        """Hold a paste until the person says what to do with it."""
        self.held = text
        self._hold_shown()

    def accepted(self, text: str) -> None:
        """The line was sent, and can be had again."""
        self._history.keep(text)
        self.say("")

    def complain(self, text: str, *, may_post: bool = False, may_send: bool = False) -> None:
        """Say what is wrong with the line. `may_post`: enter again posts it as a note;
        `may_send`: enter again sends it as it is."""
        self._unread = self.text if may_post else None
        self._doubted = self.text if may_send else None
        self.say(text)

    def mark(self, part: str) -> None:
        """Select a part of the line: what is typed next takes its place."""
        at = self.text.index(part)
        begin, end = self._at(at), self._at(at + len(part))
        self.line.move_cursor(begin)
        self.line.move_cursor(end, select=True)

    def say(self, text: str) -> None:
        """Show a sentence under the line; none takes it away."""
        self.query_one("#said", Lines).show([(Piece(text),)] if text else [])

    # --- keys ------------------------------------------------------------------------------------

    @property
    def holds(self) -> bool:
        return self.held is not None

    def key(self, action: str) -> bool:
        """Do what a key says; False if it only moves the cursor."""
        match action:
            case "newline":
                self.line.insert("\n")
                return True
            case "clear":
                self._history.keep(self.text)
                self.line.text = ""
                self.post_message(self.Cleared())
                return True
            case "complete":
                return self._take_choice()
            case "earlier" | "later":
                return self._move(1 if action == "later" else -1)
            case "leave":
                self._leave()
                return True
            case _:
                return False

    def _move(self, step: int) -> bool:
        if self.completion.choices:
            self._choice = (self._choice + step) % len(self.completion.choices)
            self._show_choices()
            return True
        row, last = self.line.cursor_location[0], self.line.document.line_count - 1
        if row != (0 if step < 0 else last):
            return False
        text = self._history.step(step, self.text)
        if text is not None:
            self.line.text = text
            self.line.move_cursor(self.line.document.end)
        return True

    def _take_choice(self) -> bool:
        """Take the marked choice; False in an empty line, where the key goes on to the panes."""
        self._offer_anew()  # a quick tab comes before the list for what was typed last
        if not self.completion.choices:
            return bool(self.text)
        choice = self.completion.choices[self._choice]
        before = self._before_cursor()
        start = self._at(self.completion.start)
        self.line.replace(choice.insert, start, self._at(len(before)))
        return True

    def _leave(self) -> None:
        """Close what is open: a held paste, a list of choices, and only then go to the timeline.

        How a word is used is no list: it is in nobody's way, and goes along.
        """
        if self.held is not None:
            self.held = None
            self._hold_shown()
            self.post_message(self.Stayed())
            return
        choosing = bool(self.completion.choices)
        self._offer(NOTHING)
        self.post_message(self.Stayed() if choosing else self.Left())

    # --- what happens ----------------------------------------------------------------------------

    def send(self) -> None:
        """Take what is written, at once: what is typed while it is read belongs to the next line,
        and a second enter has nothing to send."""
        text = self.text
        if self.held is not None:
            if len(self.held) <= LONGEST:
                self.post_message(self.Submitted(self.held, as_note=True, block=True))
                self.held = None
                self.say("")
        elif text.strip():
            as_note, sure = text == self._unread, text == self._doubted
            self.line.text = ""
            self.post_message(self.Submitted(text, as_note=as_note, sure=sure))

    def ask(self) -> None:
        """Lines that came at once may be a paste: nothing of them is sent unasked."""
        self.say(f"{self.line.document.line_count} lines came at once: {AT_ONCE}")

    def pasted(self, text: str) -> None:
        """Hold several lines that were pasted, after those that are held already."""
        self.hold(text if self.held is None else f"{self.held}\n{text}")

    def on_text_area_changed(self, event: Message) -> None:
        event.stop()
        stood, self._stood = self._stood, self.text
        asked = self._unread or self._doubted
        if (asked is not None and self.text != asked) or self._emptied(stood):
            self._unread = self._doubted = None
            self.say("")
        self._offer_anew()

    def _emptied(self, stood: str) -> bool:
        """Whether the line that something was said about is gone."""
        return bool(stood) and not self.text and self.held is None

    def _hold_shown(self) -> None:
        """Say that a paste is held, and let enter and esc decide about it."""
        if self.held is None:
            self.say("")
            return
        count = len(self.held.rstrip("\n").split("\n"))
        if len(self.held) > LONGEST:
            self.say(
                f"{len(self.held):,} characters are too many, {LONGEST:,} is the most: "
                "esc discards; paste the part that matters"
            )
        else:
            self.say(f"{count} lines: enter keeps them as one evidence block, esc discards")

    # --- the list --------------------------------------------------------------------------------

    def _before_cursor(self) -> str:
        return self.line.document.get_text_range((0, 0), self.line.cursor_location)

    def _at(self, index: int) -> tuple[int, int]:
        """The place of a character of the text before the cursor."""
        before = self._before_cursor()[:index]
        return before.count("\n"), len(before) - (before.rfind("\n") + 1)

    def _offer_anew(self) -> None:
        """Look at what could follow, unless that was done for this text."""
        before = self._before_cursor()
        if before != self._offered_for:
            self._offered_for = before
            self._offer(self._complete(before))

    def _offer(self, completion: Completion) -> None:
        if completion != self.completion:
            offers = bool(self.completion.choices)
            self.completion = completion
            self._choice = 0
            if bool(completion.choices) != offers:
                self.post_message(self.Offered())
        self._show_choices()

    def _show_choices(self) -> None:
        width = max(1, self.app.size.width - 2)
        lines = self._choice_lines(width) if self.completion else []
        self.query_one("#choices", Lines).show([fitted(line, width) for line in lines])

    def _choice_lines(self, cells: int) -> list[Pieces]:
        """What can be taken, and below it how the word is used."""
        completion = self.completion
        told = (line for text in completion.usage for line in usage_lines(text, cells))
        usage: list[Pieces] = [(Piece(line, Tone.QUIET),) for line in told]
        most = max(LEAST_CHOICES, CHOICES - len(usage))
        top = max(0, min(self._choice - most + 1, len(completion.choices) - most))
        shown = list(enumerate(completion.choices))[top : top + most]
        width = max((len(choice.name) for choice in completion.choices), default=0) + 2
        lines = [self._choice_line(number, one, width) for number, one in shown]
        if hidden := len(completion.choices) - len(shown):
            lines.append((Piece(f"  {hidden} more: type on, or go through them", Tone.QUIET),))
        return [*lines, *usage]

    def _choice_line(self, number: int, choice: Choice, width: int) -> Pieces:
        chosen = number == self._choice
        tone = (Tone.STRONG if chosen else Tone.PLAIN) if choice.may else Tone.QUIET
        return (
            Piece("> " if chosen else "  ", Tone.STRONG),
            Piece(choice.name.ljust(width), tone),
            Piece(choice.help if choice.may else f"(not your role) {choice.help}", Tone.QUIET),
        )
