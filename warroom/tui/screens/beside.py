"""What the panes of a room ask for: stories, next steps, answers to an offer, the clipboard."""

from typing import TYPE_CHECKING

from textual import on
from textual.screen import Screen

from warroom.client.draft import Draft
from warroom.domain.commands import AcceptRole, DeclineRole
from warroom.domain.events import Recorded, UpdatePublished
from warroom.domain.vocabulary import Audience
from warroom.tui.present import comms
from warroom.tui.present.copying import copied
from warroom.tui.present.handover import offer_to_me
from warroom.tui.present.panes import View
from warroom.tui.present.scene import Scene
from warroom.tui.present.steps import ROLE_WORDS, Step
from warroom.tui.present.subject import Item, Subject
from warroom.tui.widgets.body import RoomBody
from warroom.tui.widgets.composer import Composer
from warroom.tui.widgets.offer import OfferBanner
from warroom.tui.widgets.pane import PaneView

if TYPE_CHECKING:
    from warroom.words.templates import Stage


class PanesOfRoom(Screen[None]):
    """The part of a room's screen that answers its panes and the banner above them."""

    @property
    def scene(self) -> Scene:
        """The room as it is now."""
        raise NotImplementedError

    def hindrance(self, drafts: list[Draft]) -> str:
        """Why these commands cannot be given now; empty if they can, or can wait."""
        raise NotImplementedError

    def send(self, drafts: list[Draft], typed: str) -> None:
        """Send commands; `typed` is the line that comes back if they are declined."""
        raise NotImplementedError

    @property
    def composer(self) -> Composer:
        return self.query_one(Composer)

    @property
    def body(self) -> RoomBody:
        return self.query_one(RoomBody)

    def show_panes(self, scene: Scene) -> None:
        """Show the panes of the view, and what is offered to the reader."""
        self.body.show(scene)
        self.query_one(OfferBanner).offer(scene)

    def action_view(self, name: str) -> None:
        """Show a view's panes; go into them if they are there already."""
        self.body.switch(View(name))
        self.show_panes(self.scene)

    # --- stories and steps -----------------------------------------------------------------------

    @on(PaneView.Opened)
    def _open_story(self, event: PaneView.Opened) -> None:
        self.open_story(event.subject)

    def open_story(self, subject: Subject) -> None:
        """Show everything that the log says about a thing."""
        from warroom.tui.screens.reading import EntryScreen
        from warroom.tui.screens.story import StoryScreen

        if isinstance(subject, int):
            self.app.push_screen(EntryScreen(self.scene.room, subject))
        else:
            self.app.push_screen(StoryScreen(subject, lambda: self.scene), self._begin_step)

    @on(PaneView.Stepped)
    def _stepped(self, event: PaneView.Stepped) -> None:
        self._begin_step(event.step)

    def _begin_step(self, step: Step | None) -> None:
        """Begin the line of a step, and say what stands in its way. Nothing is sent."""
        if step is not None:
            self.composer.write(step.line, step.after)
            self.composer.say(step.hindrance)

    @on(PaneView.Copied)
    def _copied(self, event: PaneView.Copied) -> None:
        text, name = copied(event.subject, self.scene)
        if text:
            self.app.copy_to_clipboard(text)
            self.app.notify(f"{name} is copied", markup=False)

    def begin_update(self, audience: Audience, stage: "Stage") -> None:
        """Begin a draft with the template of a stage."""
        from warroom.words.templates import begin

        begun = begin(self.scene.room, self.scene.now, audience, stage)
        cited = "".join(f" #{seq}" for seq in begun.cites)
        self.composer.write(f"/update {audience} {begun.text}", cited)

    # --- a handover ------------------------------------------------------------------------------

    def action_answer(self, word: str) -> None:
        """Accept or decline what the banner offers; what is being typed stays."""
        offer = offer_to_me(self.scene)
        if offer is None:
            return
        command = AcceptRole if word == "accept" else DeclineRole
        typed = f"/role {word} {ROLE_WORDS[offer.role]}"
        drafts = [Draft(command(role=offer.role))]
        if why := self.hindrance(drafts):
            self.app.notify(why, severity="warning", markup=False)
        else:
            self.send(drafts, typed)

    # --- publishing ------------------------------------------------------------------------------

    def published(self, entry: Recorded) -> None:
        """An entry of the reader's own is committed: a published text goes to the clipboard.

        Nothing else goes anywhere by itself, and that is said plainly.
        """
        if not isinstance(entry.event, UpdatePublished):
            return
        number = entry.event.update
        text, name = copied(Item("U", number), self.scene)
        self.app.copy_to_clipboard(text)
        self.composer.say(f"{name} is copied. {comms.NOT_SENT.format(n=number)}")
