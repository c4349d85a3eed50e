"""Coming in with an invite: the hub is checked, the code exchanged for a session, the hub kept.

Or through ssh, where there is nothing to exchange, and the hub is kept all the same.

Nothing of the invite is ever printed, logged, or put into an environment or an address.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from warroom.cli.options import conversation, data_of, ssh_target
from warroom.cli.output import say
from warroom.cli.stop import Exit, Stop
from warroom.client import ending
from warroom.client.credentials import (
    LOCAL,
    KnownHub,
    digest_of,
    is_name,
    name_for,
    pending_token,
    remember,
    settled,
)
from warroom.client.invite import Invite, NotAnInvite, looks_like_one
from warroom.client.oneshot import Introduction
from warroom.client.target import Target
from warroom.clock import now

if TYPE_CHECKING:
    from warroom.protocol.envelopes import Welcome

FETCH_WITHIN = 10.0
"""Seconds for a hub to show its certificate."""


def invited(options: argparse.Namespace) -> Invite | None:
    """The invite that the options give, in whichever way; None if they name a room.

    Raises `Stop` for one that cannot be read.
    """
    text = _text(options)
    if text is None:
        return None
    try:
        return Invite.read(text)
    except NotAnInvite as wrong:
        raise Stop(Exit.USAGE, str(wrong)) from None


def come_in(invite: Invite, options: argparse.Namespace, env: Mapping[str, str]) -> str:
    """Exchange an invite for a session; the name under which the hub is known from now on."""
    data = data_of(options, env)
    kept_as = _name(options, data, invite.host, invite.url)
    # First of all, and with nothing in hand: is this the hub that the invite is of?
    certificate = _certificate(invite)
    name = options.as_name or invite.name or _ask_name()
    with _keeping(data):
        token, again = pending_token(data, invite.code)
    where = Target(url=invite.url, token=invite.code, certificate=certificate)
    try:
        welcome = _exchange(where, Introduction(digest_of(token), name), env)
    except Stop as stop:
        if stop.status is not Exit.NOT_ALLOWED:
            raise
        # It may have been exchanged the last time, and only the answer was lost.
        found = _returned(where, token, env) if again else None
        if found is None:
            settled(data, invite.code)
            raise
        welcome = found
    known = KnownHub(
        name=kept_as,
        url=invite.url,
        hub=welcome.hub,
        person=welcome.you.person,
        handle=welcome.you.handle,
        display=welcome.you.name,
        token=token,
        made_at=now(),
        certificate=certificate,
    )
    with _keeping(data):
        remember(data, known)
    settled(data, invite.code)
    you = welcome.you
    say(f"you are {you.name} (@{you.handle}), {you.scope}, at the hub known as {kept_as}")
    return kept_as


def come_through_ssh(address: str, options: argparse.Namespace, env: Mapping[str, str]) -> str:
    """See that a hub answers behind ssh; the name under which it is known from now on.

    No secret is kept: who one is there is for ssh to prove, each time.
    """
    where = ssh_target(address, env)
    assert where.ssh is not None
    data, url = data_of(options, env), str(where)
    kept_as = _name(options, data, where.ssh.host, url)
    with conversation(where, options.as_name, env) as hub:
        welcome = hub.welcome
    you = welcome.you
    known = KnownHub(
        name=kept_as,
        url=url,
        hub=welcome.hub,
        person=you.person,
        handle=you.handle,
        display=you.name,
        token="",
        made_at=now(),
    )
    with _keeping(data):
        remember(data, known)
    say(f"you are {you.name} (@{you.handle}) at the hub known as {kept_as}, through ssh")
    return kept_as


@contextmanager
def _keeping(data: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        text = f"the session cannot be kept in {data}: {error.strerror}; mend it and try again"
        raise Stop(Exit.FAILED, text) from error


def _text(options: argparse.Namespace) -> str | None:
    if options.invite_file is not None:
        try:
            return Path(options.invite_file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            text = f"{options.invite_file} cannot be read: {error}"
            raise Stop(Exit.NOT_FOUND, text) from error
    if options.incident == "-":
        return _pasted()
    given = options.incident or ""
    return given if looks_like_one(given) else None


def _pasted() -> str:
    """One line of standard input, which a terminal does not show."""
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    from getpass import getpass

    try:
        return getpass("paste the invite (it is not shown): ")
    except EOFError:
        return ""


def _certificate(invite: Invite) -> str | None:
    """The hub's certificate, if it vouches for itself."""
    if invite.pin is None:
        return None
    from warroom.client.tls import Impostor, fetch_pinned

    try:
        return fetch_pinned(invite.host, invite.port, invite.pin, FETCH_WITHIN)
    except Impostor:
        raise Stop(Exit.NOT_ALLOWED, ending.impostor(invite.url).why) from None
    except OSError as error:
        raise Stop(Exit.UNREACHABLE, ending.unreachable(invite.url, error).why) from None


def _exchange(where: Target, introduction: Introduction, env: Mapping[str, str]) -> "Welcome":
    with conversation(where, None, env, reads=False, introduction=introduction) as hub:
        return hub.welcome


def _returned(where: Target, token: str, env: Mapping[str, str]) -> "Welcome | None":
    """The welcome of a session that was opened before, if it was."""
    session = Target(url=where.url, token=token, certificate=where.certificate)
    try:
        with conversation(session, None, env, reads=False) as hub:
            return hub.welcome
    except Stop:
        return None


def _name(options: argparse.Namespace, data: Path, host: str, url: str) -> str:
    """What to call the hub: as `--hub` says, otherwise after its host."""
    chosen: str | None = options.hub
    if chosen is None:
        return name_for(data, host, url)
    if not is_name(chosen) or chosen == LOCAL:
        text = f"{chosen!r} is no short name for a hub; use small letters, digits, '.' and '-'"
        raise Stop(Exit.USAGE, text)
    return chosen


def _ask_name() -> str:
    """Who comes, asked at the terminal, also where standard input gave the invite."""
    try:
        # A terminal cannot be sought in, and so not be opened for both at once.
        with open("/dev/tty", "w", encoding="utf-8") as out:
            out.write("your name, as others shall see it: ")
        with open("/dev/tty", encoding="utf-8", errors="replace") as terminal:
            name = terminal.readline().strip()
    except OSError:
        name = ""
    if not name:
        raise Stop(Exit.USAGE, "say who you are: warroom join ... --as NAME")
    return name
