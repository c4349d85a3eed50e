"""An invite from the room: shown once, to whoever runs the hub, and in nobody's way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace
from textual.widgets import Input

from tests.tui.house import House, house, in_room
from warroom.client.connection import LineState
from warroom.client.inviting import InviteMade, InviteWanted
from warroom.domain import commands as c
from warroom.domain.vocabulary import Scope
from warroom.tui.screens.inviting import InviteScreen
from warroom.tui.screens.lobby import LobbyScreen
from warroom.tui.screens.room import RoomScreen


@asynccontextmanager
async def operating() -> AsyncIterator[House]:
    """Ana runs the hub, and is in its one room."""
    async with in_room() as at:
        assert at.desk.you is not None
        at.desk.you = replace(at.desk.you, operator=True)
        yield at


async def asks(at: House, line: str) -> None:
    """A line is sent, and the page that waits for the invite is there."""
    await at.sends(line)
    await at.waits_for(lambda: isinstance(at.app.screen, InviteScreen))


async def sees(at: House, text: str) -> None:
    """The page of the invite says something."""
    await at.waits_for(
        lambda: isinstance(at.app.screen, InviteScreen) and text in at.app.screen.plain
    )


def kept(at: House, made: InviteMade) -> list[str]:
    """What the client still holds that has the code of an invite in it."""
    memory = at.room.memory
    held = [*memory.history.lines, memory.draft, at.composer.text, *memory.typed.values()]
    held += [repr(memory), repr(made), repr(at.app.screen), *at.toasts(), *at.rows()]
    return [text for text in held if made.invite.code in text]


async def test_an_invite_is_shown_once_and_copied_on_a_key() -> None:
    """The line says all that the command line does; after esc it is nowhere."""
    async with operating() as at:
        await asks(at, "/invite observer for Dee Park x3 +12h")
        made = at.desk.welcomes()
        wanted = InviteWanted(scope=Scope.OBSERVER, name="Dee Park", uses=3, lasts=43_200)
        assert wanted == made.wanted
        await sees(at, made.command)
        await sees(at, "lets in 3 times, as observer, until 02 Mar 21:00 UTC")
        assert made.command.startswith("warroom join 'wrs://10.0.0.5:8750/#")
        await at.presses("y")
        await at.waits_for(lambda: made.command == at.app.clipboard)
        await at.presses("escape")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))
        await at.presses("up")
        await at.waits_for(lambda: at.composer.text.startswith("/invite observer"))
        assert [] == kept(at, made)
        assert 3 == at.hub.rooms[at.room.log_id].incident.seq


async def lobby_of(at: House, line: str) -> None:
    """The lobby, with a line begun in it."""
    await at.waits_for(lambda: at.desk.you)
    assert at.desk.you is not None
    at.desk.you = replace(at.desk.you, operator=True)
    await at.presses("slash")
    begun = at.lobby.query_one(Input)
    begun.value = line
    await at.presses("enter")


async def test_the_lobby_invites_as_a_room_does() -> None:
    """Shown once, copied on a key, and nothing of it is left in the lobby."""
    async with house() as at:
        await lobby_of(at, "/invite guest:INC-7 for Dee Park +12h")
        await at.waits_for(lambda: isinstance(at.app.screen, InviteScreen))
        made = at.desk.welcomes()
        wanted = InviteWanted(scope=Scope.GUEST, room="INC-7", name="Dee Park", lasts=43_200)
        assert wanted == made.wanted
        await sees(at, made.command)
        await at.presses("y")
        await at.waits_for(lambda: made.command == at.app.clipboard)
        await at.presses("escape")
        await at.waits_for(lambda: isinstance(at.app.screen, LobbyScreen))
        assert "" == at.lobby.query_one(Input).value
        assert {} == at.hub.rooms


async def test_the_lobby_gives_a_refused_line_back() -> None:
    """With the reason; nothing is declared by it."""
    async with house() as at:
        await lobby_of(at, "/invite @dee")
        await at.waits_for(lambda: isinstance(at.app.screen, InviteScreen))
        at.desk.refuses("nobody is called @dee here")
        await at.waits_for(lambda: isinstance(at.app.screen, LobbyScreen))
        await at.waits_for(lambda: "nobody is called @dee here" in at.wrong)
        assert "/invite @dee" == at.lobby.query_one(Input).value
        assert {} == at.hub.rooms


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("/invite guest", "a guest is for one room: guest:INC-7"),
        ("/invite Dee Park", "there is no scope dee"),
    ],
)
async def test_the_lobby_says_what_is_wrong_with_a_line(line: str, why: str) -> None:
    """Before anyone is asked, and the line stays to be mended."""
    async with house() as at:
        await lobby_of(at, line)
        await at.waits_for(lambda: why in at.wrong)
        assert (line, []) == (at.lobby.query_one(Input).value, at.desk.asked)


async def test_who_may_not_is_told_so_in_the_lobby() -> None:
    """As in a room."""
    async with house() as at:
        await at.presses("slash", *"invite", "enter")
        await at.waits_for(lambda: "only whoever runs the hub" in at.wrong)
        assert [] == at.desk.asked


async def test_nothing_comes_up_while_someone_types() -> None:
    """Whoever went back before the answer keeps typing, and is told what became of it."""
    async with operating() as at:
        await asks(at, "/invite")
        await at.presses("escape")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))
        await at.presses(*"p99")
        made = at.desk.welcomes()
        await at.waits_for(lambda: any(made.id in toast for toast in at.toasts()))
        assert any(f"warroom revoke {made.id}" in toast for toast in at.toasts())
        await at.presses(*" ok")
        assert ("p99 ok", []) == (at.composer.text, kept(at, made))


async def test_a_refusal_gives_the_line_back() -> None:
    """With what to do, in the hub's own words."""
    async with operating() as at:
        await asks(at, "/invite guest")
        assert "INC-1" == at.desk.asked[-1].message.room
        at.desk.refuses("this hub listens on this machine only; open a port: warroom share")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))
        await at.waits_for(lambda: "warroom share" in at.composer.complaint)
        assert "/invite guest" == at.composer.text


async def test_a_refusal_under_another_page_stays_to_be_read() -> None:
    """Help is over the invite when the answer comes."""
    async with operating() as at:
        await asks(at, "/invite")
        at.app.show_help()
        await at.waits_for(lambda: not isinstance(at.app.screen, InviteScreen))
        at.desk.refuses("nobody is called @dee here")
        await at.presses("escape")
        await sees(at, "nobody is called @dee here")


async def test_who_may_not_is_told_who_can_and_how() -> None:
    """Nothing is asked of the hub, and the line is not lost."""
    async with in_room() as at:
        await at.sends("/invite @bo")
        await at.waits_for(lambda: "`warroom invite`" in at.composer.complaint)
        assert "only whoever runs the hub" in at.composer.complaint
        assert ("/invite @bo", []) == (at.composer.text, at.desk.asked)


async def test_without_the_hub_there_is_no_invite() -> None:
    """It is not kept for later: whoever waits for it would not know."""
    async with operating() as at:
        at.desk.drops()
        await at.sends("/invite")
        await at.waits_for(lambda: "needs the hub" in at.composer.complaint)
        assert [] == at.desk.asked
        at.desk.becomes(LineState.LIVE)


async def test_the_list_says_who_may() -> None:
    """As for any word: not someone who does not run the hub."""
    async with in_room() as at:
        await at.types("/invi")
        await at.waits_for(lambda: [one.name for one in at.composer.completion.choices])
        assert [False] == [one.may for one in at.composer.completion.choices]
        await at.types("te ")
        await at.waits_for(lambda: "(not you now: whoever runs the hub)" in _usage(at))
        names = [one.name for one in at.composer.completion.choices]
        assert ["responder", "observer", "auditor", "guest", "for"] == names[:5]


def _usage(at: House) -> str:
    return " ".join(at.composer.completion.usage)


async def test_what_others_say_meanwhile_is_not_lost() -> None:
    """The room goes on under the page."""
    async with operating() as at:
        await asks(at, "/invite")
        at.desk.welcomes()
        at.hub.says("bo", c.Post(text="p99 is back"))
        await at.presses("escape")
        await at.waits_for(lambda: isinstance(at.app.screen, RoomScreen))
        await at.waits_for(lambda: any("p99 is back" in row for row in at.rows()))
