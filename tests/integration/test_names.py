"""Names are evidence: what the hub lets people be called, and what a change of name leaves."""

import pytest
from msgspec.structs import replace

from tests.integration.conftest import HELLO, Serve, dialled, joined
from warroom.domain import commands as c
from warroom.domain.events import PersonRenamed, TextWords
from warroom.protocol.closing import CloseCode
from warroom.protocol.envelopes import Acked


@pytest.mark.parametrize("name", ["hub", "Everyone", "tl", "ic", "ԝarroom"])
async def test_nobody_comes_under_a_word_of_the_house(serve: Serve, name: str) -> None:
    """The hub says why, and not to come back so."""
    async with serve() as served, dialled(served.socket) as client:
        await client.say(replace(HELLO, as_name=name))
        code, reason = await client.closed()
        assert (CloseCode.NOT_ALLOWED, True) == (code, "stands for something else" in reason)


async def test_a_handle_that_reads_like_another_s_is_not_given(serve: Serve) -> None:
    """Case and width make no other handle; a letter of another script is refused."""
    async with serve() as served, joined(served.socket, "kim"):
        async with dialled(served.socket) as client:
            wide = await client.hello(replace(HELLO, as_name="ＫＩＭ"))
            assert "kim" == wide.you.handle
        async with dialled(served.socket) as client:
            await client.say(replace(HELLO, as_name="kіm"))
            code, reason = await client.closed()
            assert (CloseCode.NOT_ALLOWED, True) == (code, "reads like the handle" in reason)


async def test_a_change_of_name_follows_the_person(serve: Serve) -> None:
    """An entry in the room where they said it, in every other that they come to, and at the door
    the next time, also after the hub was started anew."""
    async with serve() as served:
        async with joined(served.socket, "kim") as kim, joined(served.socket, "ana") as ana:
            here, there = await kim.declares("here"), await ana.declares("there")
            await kim.posts(there, "hello")
            answer = await kim.submits(here, c.Rename(name="Kim Lee"))
            assert isinstance(answer, Acked)
            await kim.posts(there, "it is me")
            opened = await ana.opens(there)
            entries = [entry.recorded() for entry in await ana.reads(there, opened.seq)]
            renamed = [one.event for one in entries if isinstance(one.event, PersonRenamed)]
            assert [TextWords("Kim Lee")] == [event.words for event in renamed]
        async with dialled(served.socket) as client:
            assert "Kim Lee" == (await client.hello(replace(HELLO, as_name="kim"))).you.name
    async with serve() as served, dialled(served.socket) as client:
        assert "Kim Lee" == (await client.hello(replace(HELLO, as_name="kim"))).you.name
