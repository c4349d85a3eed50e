"""From another machine: invites, sessions, their tokens, and what nobody gets in with.

The hub is a process, the port speaks TLS, and every request is a real handshake.
"""

import asyncio
import contextlib
import hashlib
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from server.access import digest_of
from server.backup import make
from server.config import Address
from server.gateway import Patience
from server.hub import Hub
from server.limits import Rate, Rates
from server.place import Place
from server.tls import own_identity
from tests.integration.conftest import (
    HELLO,
    WAIT,
    Client,
    HubProcess,
    Hubs,
    Serve,
    dialled,
    joined,
)
from warroom.client.tls import Impostor, fetch_pinned, trust
from warroom.clock import new_credential_id, new_log_id, new_secret
from warroom.domain.access import EndSession, MakeInvite, OpenSession, RotateSession
from warroom.domain.commands import Declare, Post
from warroom.domain.decide import Code
from warroom.domain.events import HubRestored
from warroom.domain.hublog import OwnCommand, RegisterPerson
from warroom.domain.vocabulary import Scope, Via
from warroom.log.entry import read_line
from warroom.protocol.closing import CloseCode
from warroom.protocol.envelopes import Acked, Declined, Failed, Open, Opened, Welcome
from warroom.protocol.stewardship import (
    AccessRevoked,
    AuditPage,
    InviteList,
    InviteReady,
    InviteSomeone,
    ListInvites,
    ListPeople,
    PeopleList,
    ReadAudit,
    RevokeAccess,
    ShareHub,
    StewardMessage,
)

SERVER = [sys.executable, "-P", "-m", "server"]


class Far:
    """A hub with a port for other machines, and the operator at its socket."""

    def __init__(self, hub: HubProcess, operator: Client, ready: InviteReady) -> None:
        self.hub = hub
        self.operator = operator
        self.url = ready.url.replace("wrs:", "wss:")
        parts = urlsplit(self.url)
        assert ready.pin is not None
        assert parts.hostname is not None
        assert parts.port is not None
        self.port = parts.port
        self.pin = ready.pin
        self.certificate = fetch_pinned(parts.hostname, parts.port, self.pin, WAIT)

    async def invite(self, **changed: Any) -> str:
        """A code."""
        code = new_secret()
        await _invite(self.operator, code, **changed)
        return code

    @contextlib.asynccontextmanager
    async def dialled(
        self, secret: str | None, origin: str | None = None, address: str = "127.0.0.1"
    ) -> AsyncIterator[Client]:
        """A connection that shows a code or a token, and has said nothing yet."""
        headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
        async with dialled(
            self.url,
            ssl=trust(self.certificate),
            additional_headers=headers,
            origin=None if origin is None else Origin(origin),
            local_addr=(address, 0),
        ) as client:
            yield client

    async def comes_in(self, name: str = "Bo Chen", **changed: Any) -> str:
        """The token of someone who was invited just now."""
        token = new_secret()
        await self.exchanges(await self.invite(**changed), token, name)
        return token

    async def exchanges(self, code: str, token: str, name: str | None) -> Welcome:
        async with self.dialled(code) as client:
            return await client.hello(replace(HELLO, name=name, token=digest_of(token)))

    async def turned_away(self, secret: str | None, **how: Any) -> tuple[int, str, str | None]:
        """How a handshake is refused: status, text, and when to come back."""
        with pytest.raises(InvalidStatus) as refused:
            async with self.dialled(secret, **how):
                pass
        response = refused.value.response
        body = bytes(response.body or b"").decode()
        return response.status_code, body, response.headers.get("Retry-After")


async def _invite(operator: Client, code: str, **changed: Any) -> InviteReady:
    asked = InviteSomeone(invite=new_credential_id(), code=digest_of(code), scope=Scope.RESPONDER)
    await operator.say(replace(asked, **changed))
    return await operator.hear(InviteReady)


@contextlib.asynccontextmanager
async def shared(hubs: Hubs) -> AsyncIterator[Far]:
    """A hub that listens with a certificate of its own."""
    hub = hubs.start("--bind", "127.0.0.1:0", "--tls-self-signed")
    async with joined(hub.socket) as operator:
        yield Far(hub, operator, await _invite(operator, new_secret()))


# --- coming in -----------------------------------------------------------------------------------


async def test_an_invite_becomes_a_session(hubs: Hubs) -> None:
    """Once; the session is the same person every time, and writes as itself."""
    async with shared(hubs) as far:
        code, token = await far.invite(), new_secret()
        first = await far.exchanges(code, token, "Bo Chen")
        assert ("Bo Chen", "bo", Scope.RESPONDER, True) == (
            first.you.name,
            first.you.handle,
            first.you.scope,
            first.rotated,
        )
        async with far.dialled(token) as bo:
            assert first.you == (await bo.hello()).you
            log = await bo.declares()
            await bo.opens(log)
            assert "session" == (await bo.reads(log, 1))[0].header.via
        status, text, _ = await far.turned_away(code)
        assert (401, "This invite was used already; ask for another one.\n") == (status, text)


async def test_an_invite_for_several_lets_in_as_many(hubs: Hubs) -> None:
    """Each under a handle of their own, even if they are called the same."""
    async with shared(hubs) as far:
        code = await far.invite(uses=2)
        handles = {(await far.exchanges(code, new_secret(), "Bo")).you.handle for _ in range(2)}
        assert {"bo", "bo2"} == handles
        assert 401 == (await far.turned_away(code))[0]


async def test_a_code_that_two_use_at_once_lets_one_in(hubs: Hubs) -> None:
    """The hub's own log decides, not who asks first; and it makes one person known."""
    async with shared(hubs) as far:
        code = await far.invite()
        known = (await _audited(far.operator)).count("person.registered")
        tries = [far.exchanges(code, new_secret(), f"Bo {number}") for number in range(5)]
        outcomes = await asyncio.wait_for(asyncio.gather(*map(_settled, tries)), timeout=2 * WAIT)
        assert 1 == outcomes.count(True)
        assert known + 1 == (await _audited(far.operator)).count("person.registered")


async def test_an_invite_that_opens_no_session_makes_nobody_known(hubs: Hubs) -> None:
    """With a token that the hub knows, one invite would register people without end."""
    async with shared(hubs) as far:
        code, token = await far.invite(), await far.comes_in("Bo Chen")
        known = (await _audited(far.operator)).count("person.registered")
        for number in range(3):
            async with far.dialled(code) as client:
                name = f"Squatter {number}"
                await client.say(replace(HELLO, name=name, token=digest_of(token)))
                ended = await client.closed()
            assert (CloseCode.NOT_ALLOWED, "there is such a session already") == ended
        assert known == (await _audited(far.operator)).count("person.registered")
        await far.exchanges(code, new_secret(), "Dee")


async def _settled(exchange: Any) -> bool:
    try:
        async with asyncio.timeout(WAIT):
            await exchange
    except Exception:  # noqa: BLE001 - refused in the handshake, or after it
        return False
    return True


async def test_an_invite_can_name_its_person(hubs: Hubs) -> None:
    """By a new name, or as one more machine of someone known."""
    async with shared(hubs) as far:
        new = await far.exchanges(await far.invite(name="Dee Park"), new_secret(), None)
        again = await far.exchanges(await far.invite(handle="dee"), new_secret(), "Not Dee")
        assert ("Dee Park", "dee") == (new.you.name, new.you.handle)
        assert new.you == again.you


async def test_nobody_comes_in_without_a_name(hubs: Hubs) -> None:
    """And the invite is not used up by it."""
    async with shared(hubs) as far:
        code = await far.invite()
        async with far.dialled(code) as client:
            await client.say(replace(HELLO, token=digest_of(new_secret())))
            code_, reason = await client.closed()
        assert CloseCode.NOT_ALLOWED == code_
        assert "say who you are" in reason
        await far.exchanges(code, new_secret(), "Bo")


async def test_an_observer_only_reads(hubs: Hubs) -> None:
    """The invite's scope holds, whatever the client says of itself."""
    async with shared(hubs) as far:
        log = await far.operator.declares()
        token = await far.comes_in(scope=Scope.OBSERVER)
        async with far.dialled(token) as client:
            welcome = await client.hello(replace(HELLO, observer=False))
            assert Scope.OBSERVER is welcome.you.scope
            await client.opens(log)
            answer = await client.submits(log, Post(text="hello"))
        assert isinstance(answer, Declined)
        assert Code.NOT_ALLOWED is answer.code


async def test_a_session_is_nobody_else(hubs: Hubs) -> None:
    """`--as` is for one's own socket."""
    async with shared(hubs) as far:
        token = await far.comes_in()
        async with far.dialled(token) as client:
            await client.say(replace(HELLO, as_name="ana"))
            code, reason = await client.closed()
        assert CloseCode.NOT_ALLOWED == code
        assert "--as" in reason


# --- what nobody gets in with --------------------------------------------------------------------


async def test_what_lets_nobody_in(hubs: Hubs) -> None:
    """No token, a wrong one, and the token of this machine's programs."""
    async with shared(hubs) as far:
        (far.hub.data / "token").write_text("x" * 43)
        for secret in (None, "", "wrong", "\xe9", "x" * 43):
            status, text, _ = await far.turned_away(secret)
            assert (401, True) == (status, "invite" in text)


async def test_the_plain_port_takes_the_file_token_and_sessions(hubs: Hubs) -> None:
    """It is of this machine alone; a tunnel of one's own may lead there."""
    hub = hubs.start("--bind", "127.0.0.1:0")
    bearer = {"Authorization": f"Bearer {hub.token}"}
    async with dialled(hub.ready["url"], additional_headers=bearer) as client:
        await client.hello()
        await client.say(ListPeople())
        assert Code.NOT_ALLOWED is (await client.hear(Failed)).code


async def test_a_page_gets_403_before_any_token_counts(hubs: Hubs) -> None:
    """Even one that has a token."""
    async with shared(hubs) as far:
        token = await far.comes_in()
        status, _, _ = await far.turned_away(token, origin="https://evil.example")
        assert 403 == status
        assert 403 == (await far.turned_away(None, origin="null"))[0]


async def test_wrong_tokens_are_slowed_down(hubs: Hubs) -> None:
    """After a few, 429 says when to come back; who has a good one is not held up."""
    async with shared(hubs) as far:
        token = await far.comes_in()
        answers = [await far.turned_away(f"wrong-{n}") for n in range(12)]
        status, text, after = answers[-1]
        assert (429, True) == (status, after is not None and int(after) > 0)
        assert f"try again in {after} s" in text
        async with far.dialled(token) as client:
            await client.hello()


async def test_old_tokens_are_slowed_down(hubs: Hubs) -> None:
    """Like wrong ones, and the hub's log file tells of it once a minute, not each time."""
    async with shared(hubs) as far:
        old, new = await far.comes_in("Bo"), new_secret()
        async with far.dialled(old) as client:
            await client.hello(replace(HELLO, token=digest_of(new)))
        async with far.dialled(new) as client:
            await client.hello()
            await _until_audited(far.operator, "session.renewed")
        answers = [await far.turned_away(old) for _ in range(12)]
        assert "replaced by a newer one" in answers[0][1]
        status, _, after = answers[-1]
        assert (429, True) == (status, after is not None)
        assert far.hub.errors.read_text().count("an old token of session") < len(answers)
        async with far.dialled(new) as client:
            await client.hello()


async def test_only_tls_1_3(hubs: Hubs) -> None:
    """No older version, and no plain text."""
    async with shared(hubs) as far:
        old = trust(far.certificate)
        old.minimum_version = ssl.TLSVersion.TLSv1_2
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        # Either it reads the alert, or the line is gone before it could.
        with pytest.raises(OSError):  # noqa: PT011
            await asyncio.open_connection("127.0.0.1", far.port, ssl=old)
        reader, writer = await asyncio.open_connection("127.0.0.1", far.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n")
        async with asyncio.timeout(WAIT):
            with contextlib.suppress(ConnectionError):
                answer = await reader.read()
                assert b"HTTP" not in answer
        writer.close()


async def test_the_certificate_stays_the_same(hubs: Hubs) -> None:
    """After a restart those who were invited before still know the hub."""
    async with shared(hubs) as far:
        pin = far.pin
    far.hub.stop()
    async with shared(hubs) as far:
        assert pin == far.pin
        assert 0o600 == (far.hub.data / "hub.pem").stat().st_mode & 0o777
        with pytest.raises(Impostor):
            fetch_pinned("127.0.0.1", far.port, "00" * 32, WAIT)


# --- the operator --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        InviteSomeone(invite="aaaaaaaa", code="0" * 64, scope=Scope.RESPONDER),
        ShareHub(),
        ListPeople(),
        ListInvites(),
        RevokeAccess(what="bo"),
        ReadAudit(),
    ],
    ids=lambda message: type(message).__name__,
)
async def test_only_the_operator_runs_the_hub(hubs: Hubs, message: StewardMessage) -> None:
    """A session, whatever it may do in rooms, is refused."""
    async with shared(hubs) as far:
        token = await far.comes_in()
        async with far.dialled(token) as client:
            await client.hello()
            await client.say(message)
            assert Code.NOT_ALLOWED is (await client.hear(Failed)).code


async def test_nobody_comes_in_as_the_hub(hubs: Hubs) -> None:
    """Not even by the operator's word."""
    async with shared(hubs) as far:
        asked = InviteSomeone(invite="aaaaaaaa", code="0" * 64, scope=Scope.HUB)
        await far.operator.say(asked)
        assert Code.INVALID is (await far.operator.hear(Failed)).code


async def test_who_is_revoked_is_out_at_once(hubs: Hubs) -> None:
    """Every open connection closes, and the token is worth nothing, after a restart too."""
    async with shared(hubs) as far:
        token = await far.comes_in("Bo Chen")
        other = await far.comes_in("Dee")
        async with far.dialled(token) as first, far.dialled(token) as second:
            await first.hello()
            await second.hello()
            await far.operator.say(RevokeAccess(what="@bo"))
            revoked = await far.operator.hear(AccessRevoked)
            ended = [await first.closed(), await second.closed()]
        assert 1 == len(revoked.sessions)
        assert [(CloseCode.NOT_ALLOWED, "this session was revoked; ask for an invite")] * 2 == ended
        said = "This session was revoked; ask for an invite.\n"
        assert said == (await far.turned_away(token))[1]
    far.hub.stop()
    async with shared(hubs) as far:
        assert said == (await far.turned_away(token))[1]
        async with far.dialled(other) as dee:
            await dee.hello()


async def test_who_is_revoked_while_they_come_in_stays_out(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the handshake and the answer to it, while the hub writes down their new token."""
    own = Hub.own

    def revoked_meanwhile(hub: Hub, command: OwnCommand, *who: Any) -> Any:
        if isinstance(command, RotateSession):
            own(hub, EndSession(session=command.session))
        return own(hub, command, *who)

    monkeypatch.setattr(Hub, "own", revoked_meanwhile)
    # No heartbeat mends it later.
    monkeypatch.setattr("server.hub.HEARTBEAT", 3600)
    async with serve() as served, joined(served.socket, "dee"):
        url = await served.gateway.open_tcp(Address("127.0.0.1", 0), "unused")
        bearer = {"Authorization": f"Bearer {await _let_in(served.hub)}"}
        async with dialled(url, additional_headers=bearer) as bo:
            await bo.say(replace(HELLO, token=digest_of(new_secret())))
            ended = await bo.closed()
    assert (CloseCode.NOT_ALLOWED, "this session was revoked; ask for an invite") == ended
    assert [] == bo.kept


async def test_an_invite_that_is_revoked_says_so(hubs: Hubs) -> None:
    """By its name, which the list shows; its code is nowhere."""
    async with shared(hubs) as far:
        code = await far.invite(name="Dee")
        await far.operator.say(ListInvites())
        listed = (await far.operator.hear(InviteList)).invites
        await far.operator.say(RevokeAccess(what=listed[-1].invite))
        assert (listed[-1].invite,) == (await far.operator.hear(AccessRevoked)).invites
        assert "This invite was revoked" in (await far.turned_away(code))[1]
        await far.operator.say(RevokeAccess(what=listed[-1].invite))
        assert Code.NOT_FOUND is (await far.operator.hear(Failed)).code


async def test_an_invite_for_someone_is_revoked_by_their_name(hubs: Hubs) -> None:
    """Who runs the hub need not look up its id, and nothing of theirs is left open."""
    async with shared(hubs) as far:
        code, other = await far.invite(name="Dee Park"), await far.invite(name="Bo")
        await far.operator.say(RevokeAccess(what="dee park"))
        assert 1 == len((await far.operator.hear(AccessRevoked)).invites)
        assert "This invite was revoked" in (await far.turned_away(code))[1]
        async with far.dialled(other) as bo:
            await bo.hello(replace(HELLO, name="Bo", token=digest_of(new_secret())))


async def test_who_is_revoked_does_not_come_back_by_the_same_invite(hubs: Hubs) -> None:
    """An invite for several ends with whoever came by it; the answer says so, and who stays."""
    async with shared(hubs) as far:
        code = await far.invite(uses=5)
        gus, zed = new_secret(), new_secret()
        await far.exchanges(code, gus, "Gus")
        await far.exchanges(code, zed, "Zed")
        await far.operator.say(RevokeAccess(what="@gus"))
        revoked = await far.operator.hear(AccessRevoked)
        assert (("gus",), 1, revoked.invites) == (
            revoked.people,
            len(revoked.sessions),
            revoked.came_by,
        )
        assert 1 == len(revoked.came_by)
        assert "This invite was revoked" in (await far.turned_away(code))[1]
        async with far.dialled(zed) as client:
            await client.hello()


async def test_a_name_that_several_have_ends_nobody(hubs: Hubs) -> None:
    """People choose their names: who runs the hub is told the handles, and chooses."""
    async with shared(hubs) as far:
        await far.comes_in("Dee Park")
        # The same to the eye: a Cyrillic letter in it.
        await far.comes_in("D\u0435e Park")
        await far.operator.say(RevokeAccess(what="dee park"))
        refused = await far.operator.hear(Failed)
        assert Code.INVALID is refused.code
        assert "@dee (Dee Park, session" in refused.text
        await far.operator.say(RevokeAccess(what="dee"))
        assert ("dee",) == (await far.operator.hear(AccessRevoked)).people
        await far.operator.say(ListPeople())
        lines = (await far.operator.hear(PeopleList)).people
        assert 1 == sum(line.session is not None and line.over is None for line in lines)


async def test_nobody_shields_another_by_taking_their_handle_as_a_name(hubs: Hubs) -> None:
    """`@bo` is one person, whoever calls themselves Bo."""
    async with shared(hubs) as far:
        await far.comes_in("Bo Chen")
        await far.comes_in("Bo")
        await far.operator.say(RevokeAccess(what="bo"))
        assert "@bo2 (Bo, session" in (await far.operator.hear(Failed)).text
        await far.operator.say(RevokeAccess(what="@bo"))
        assert ("bo",) == (await far.operator.hear(AccessRevoked)).people


async def test_one_session_from_two_addresses_shows(hubs: Hubs) -> None:
    """A session file that was copied to another machine is at least seen."""
    async with shared(hubs) as far:
        token = await far.comes_in("Bo")
        async with (
            far.dialled(token, address="127.0.0.1") as own,
            far.dialled(token, address="127.0.0.2") as thief,
        ):
            await own.hello()
            await thief.hello()
            await far.operator.say(ListPeople())
            (line,) = (await far.operator.hear(PeopleList)).people
        assert "here from 2 addresses at once: 127.0.0.1, 127.0.0.2" == line.warning
        assert {"127.0.0.1", "127.0.0.2"} == {place.address for place in line.here}
        async with asyncio.timeout(20):
            # It is written without anybody waiting for it.
            while 2 != (await _audited(far.operator)).count("session.seen"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)


async def _audited(operator: Client) -> list[str]:
    """The kinds of the entries in the hub's own log."""
    await operator.say(ReadAudit())
    page = await operator.hear(AuditPage)
    return [read_line(bytes(line)).header.kind for line in page.entries]


# --- tokens --------------------------------------------------------------------------------------


async def test_a_token_is_changed_without_a_moment_in_which_none_holds(hubs: Hubs) -> None:
    """Old and new both hold until the new one is used; then the old one shows."""
    async with shared(hubs) as far:
        old, new = await far.comes_in("Bo"), new_secret()
        async with far.dialled(old) as client:
            assert (await client.hello(replace(HELLO, token=digest_of(new)))).rotated
        async with far.dialled(old) as client:
            # The answer may have been lost: the same offer again is the same.
            assert (await client.hello(replace(HELLO, token=digest_of(new)))).rotated
        async with far.dialled(new) as client:
            await client.hello()
            await _until_audited(far.operator, "session.renewed")
        assert "replaced by a newer one" in (await far.turned_away(old))[1]
        await far.operator.say(ListPeople())
        (line,) = (await far.operator.hear(PeopleList)).people
        assert line.warning is not None
        assert "an old token of it came from 127.0.0.1" in line.warning


async def _until_audited(operator: Client, kind: str) -> None:
    async with asyncio.timeout(WAIT):
        while kind not in await _audited(operator):  # noqa: ASYNC110 - the hub tells nobody
            await asyncio.sleep(0.05)


async def test_a_session_gets_only_so_many_tokens(serve: Serve) -> None:
    """The hub's own log takes no more; the token that one has goes on."""
    async with serve(rates=Rates(rotations=Rate(2, 0.001))) as served, joined(served.socket, "dee"):
        url = await served.gateway.open_tcp(Address("127.0.0.1", 0), "unused")
        bearer = {"Authorization": f"Bearer {await _let_in(served.hub)}"}
        rotated = []
        for _ in range(4):
            async with dialled(url, additional_headers=bearer) as bo:
                offer = replace(HELLO, token=digest_of(new_secret()))
                rotated.append((await bo.hello(offer)).rotated)
    assert [True, True, False, False] == rotated


# --- limits --------------------------------------------------------------------------------------


async def test_too_many_commands_of_one_person_are_put_off(serve: Serve) -> None:
    """Over all their connections together; the others are served meanwhile."""
    rates = Rates(commands=Rate(5, 0.01))
    async with serve(rates=rates) as served, joined(served.socket, "dee") as dee:
        url = await served.gateway.open_tcp(Address("127.0.0.1", 0), "unused")
        bearer = {"Authorization": f"Bearer {await _let_in(served.hub)}"}
        log = await dee.declares()
        async with (
            dialled(url, additional_headers=bearer) as bo,
            dialled(url, additional_headers=bearer) as too,
        ):
            await bo.hello()
            await too.hello()
            answers = [await client.submits(log, Post(text="x")) for client in (bo, too) * 4]
            await dee.posts(log, *map(str, range(20)))
    assert 5 == sum(isinstance(answer, Acked) for answer in answers)
    put_off = answers[-1]
    assert isinstance(put_off, Declined)
    assert put_off.temporary
    assert "too many commands; the next is taken in" in put_off.text


async def test_long_texts_and_many_rooms_of_one_person_are_put_off(serve: Serve) -> None:
    """By their bytes, and by how many rooms: others, and whoever is on this machine, go on."""
    rates = Rates(content=Rate(5_000, 0.01), rooms=Rate(2, 0.01))
    async with serve(rates=rates) as served, joined(served.socket, "dee") as dee:
        url = await served.gateway.open_tcp(Address("127.0.0.1", 0), "unused")
        bearer = {"Authorization": f"Bearer {await _let_in(served.hub)}"}
        log = await dee.declares()
        async with dialled(url, additional_headers=bearer) as bo:
            await bo.hello()
            rooms = [await bo.submits(new_log_id(), Declare(title="x")) for _ in range(3)]
            texts = [await bo.submits(log, Post(text="x" * 2_000)) for _ in range(3)]
        for client_rooms in range(3):
            await dee.declares(f"room {client_rooms}")
        await dee.posts(log, *("x" * 2_000 for _ in range(3)))
    for answers, said in ((rooms, "too many rooms; the next"), (texts, "too much text at once")):
        assert [True, True, False] == [isinstance(answer, Acked) for answer in answers]
        put_off = answers[-1]
        assert isinstance(put_off, Declined)
        assert (True, True) == (put_off.temporary, said in put_off.text)


async def test_looking_again_and_again_does_not_fill_the_log(serve: Serve) -> None:
    """Exports are recorded first, so only so many are handed out; whoever runs the hub has all."""
    async with (
        serve(rates=Rates(looks=Rate(3, 0.001))) as served,
        joined(served.socket, "dee") as dee,
    ):
        log = await dee.declares()
        url = await served.gateway.open_tcp(Address("127.0.0.1", 0), "unused")
        bearer = {"Authorization": f"Bearer {await _let_in(served.hub)}"}
        async with dialled(url, additional_headers=bearer) as bo:
            await bo.hello()
            for client, times in ((bo, 5), (dee, 5)):
                for _ in range(times):
                    await client.say(Open(log=log, export=True))
                for _ in range(times if client is dee else 3):
                    await client.hear(Opened)
            for _ in range(2):
                failed = await bo.hear(Failed)
                assert (Code.TEMPORARY, True) == (failed.code, failed.temporary)
                assert "too much to record of you; come back in" in failed.text
        kinds = [one.header.kind for one in (await served.hub.own_page(0, 100)).entries]
        assert 3 + 5 == kinds.count("room.exported")


async def _let_in(hub: Hub) -> str:
    """The token of someone who has a session, made where the hub is."""
    operator = hub.directory.by_handle("dee")
    assert operator is not None
    token, expires_at = new_secret(), hub.now() + timedelta(hours=1)
    await hub.own(
        MakeInvite(
            invite="aaaaaaaa",
            code="0" * 64,
            scope=Scope.RESPONDER,
            uses=1,
            expires_at=expires_at,
        )
    )
    await hub.own(RegisterPerson(person="b0", via=Via.SESSION, name="Bo", handle="bo"))
    await hub.own(
        OpenSession(session="55555555", person="b0", token=digest_of(token), invite="aaaaaaaa")
    )
    return token


async def test_half_a_handshake_is_not_waited_for(serve: Serve, tmp_path: Path) -> None:
    """Neither one that never says a word, nor one that stops in the middle of TLS."""
    place = Place(tmp_path / "data", {}, -1)
    async with serve(Patience(hello=0.3, spread=0.01)) as served:
        identity = own_identity(place, ("127.0.0.1",))
        port = await served.gateway.open_tls(Address("127.0.0.1", 0), identity.context)
        for said in (b"", b"\x16\x03\x01\x02\x00"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(said)
            async with asyncio.timeout(WAIT):
                with contextlib.suppress(ConnectionError):
                    assert b"" == await reader.read()
            writer.close()


async def test_one_address_has_only_so_many_connections(serve: Serve, tmp_path: Path) -> None:
    """The one too many is cut before TLS costs anything; another address still gets in."""
    place = Place(tmp_path / "data", {}, -1)
    async with serve(Patience(hello=600, spread=0.01), Rates(connections=3)) as served:
        identity = own_identity(place, ("127.0.0.1",))
        port = await served.gateway.open_tls(Address("127.0.0.1", 0), identity.context)
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        async with asyncio.timeout(WAIT):
            with contextlib.suppress(ConnectionError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                assert b"" == await reader.read()
                writer.close()
        context = trust(
            place.certificate_file.read_text().partition("-----END PRIVATE KEY-----")[2]
        )
        with pytest.raises(InvalidStatus) as refused:
            async with dialled(
                f"wss://127.0.0.1:{port}/", ssl=context, local_addr=("127.0.0.2", 0)
            ):
                pass
        assert 401 == refused.value.response.status_code
        for _, held_writer in held:
            held_writer.close()


# --- secrets -------------------------------------------------------------------------------------


async def test_codes_and_tokens_are_nowhere(hubs: Hubs, tmp_path: Path) -> None:
    """Neither in a file of the hub, nor in what it says, nor in its arguments or environment."""
    async with shared(hubs) as far:
        code, token, new = await far.invite(), new_secret(), new_secret()
        await far.exchanges(code, token, "Bo")
        async with far.dialled(token) as client:
            await client.hello(replace(HELLO, token=digest_of(new)))
        async with far.dialled(new) as client:
            await client.hello()
            await _until_audited(far.operator, "session.renewed")
        await far.turned_away(token)
        await far.turned_away(code)
        content = _everything(far.hub, tmp_path)
        secrets = [secret.encode() for secret in (code, token, new)]
        assert [] == [path for path, data in content.items() if any(s in data for s in secrets)]
        # The journal was really looked at: the digest stands there.
        digest = hashlib.sha256(new.encode()).hexdigest().encode()
        assert any(digest in data for data in content.values())


def _everything(hub: HubProcess, base: Path) -> dict[Path, bytes]:
    """All files of a hub, what it said, its arguments and its environment."""
    process = Path("/proc", str(hub.process.pid))
    files = [path for path in base.rglob("*") if path.is_file()]
    return {path: path.read_bytes() for path in (process / "cmdline", process / "environ", *files)}


# --- restores ------------------------------------------------------------------------------------


async def test_what_a_backup_opens_again_is_said(hubs: Hubs, tmp_path: Path) -> None:
    """Open invites are void; sessions hold again, also one that was revoked, and are named."""
    async with shared(hubs) as far:
        several, unused = await far.invite(uses=5), await far.invite()
        bo, dee = new_secret(), await far.comes_in("Dee Park")
        await far.exchanges(several, bo, "Bo Chen")
        make(far.hub.data, tmp_path / "hub.backup")
        await far.operator.say(RevokeAccess(what="@bo"))
        (revoked,) = (await far.operator.hear(AccessRevoked)).sessions
        assert 401 == (await far.turned_away(bo))[0]
    far.hub.stop()
    said = _put_back(hubs, tmp_path / "hub.backup")
    assert f"  {revoked}  Bo Chen (@bo), opened 20" in said
    assert "Dee Park (@dee), opened 20" in said
    assert "invite again" in said
    async with shared(hubs) as far:
        for code in (several, unused):
            assert "when the hub came back from a backup" in (await far.turned_away(code))[1]
        for token in (bo, dee):
            async with far.dialled(token) as client:
                await client.hello()
        await far.operator.say(ReadAudit())
        entries = [read_line(bytes(one)) for one in (await far.operator.hear(AuditPage)).entries]
        (event,) = [e.recorded().event for e in entries if e.header.kind == "hub.restored"]
        assert isinstance(event, HubRestored)
        assert 2 == len(event.sessions)
        assert revoked in event.sessions


def _put_back(hubs: Hubs, backup: Path) -> str:
    """What is said when a backup is restored."""
    command = [*SERVER, "--data", str(hubs.data), "--restore", str(backup), "--force"]
    done = subprocess.run(
        command, env=hubs.env, capture_output=True, encoding="utf-8", timeout=WAIT, check=True
    )
    return done.stdout
