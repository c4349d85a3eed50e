"""An invite on its way from one person to another: what is read back, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.client.invite import Invite, NotAnInvite, looks_like_one
from warroom.clock import new_secret

CODE, PIN = "c" * 43, "ab" * 32
WHOLE = Invite(host="ops.example.org", port=8750, code=CODE, pin=PIN, name="Dee Park")


def test_an_invite_is_one_line() -> None:
    """All that must not be sent anywhere by mistake stands in the fragment."""
    line = WHOLE.line()
    assert line.startswith(f"wrs://ops.example.org:8750/#{CODE}.")
    assert line.endswith(".Dee%20Park")
    assert WHOLE == Invite.read(line)
    assert "wss://ops.example.org:8750/" == WHOLE.url


@given(
    host=st.sampled_from(["10.0.0.5", "2001:db8::1", "ops", "a.b-c.example"]),
    port=st.integers(1, 65535),
    pin=st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex),
    name=st.none() | st.sampled_from(["Bo", "Ana Ruíz", "a.b#c/d?e%f", "李"]),
)
def test_what_was_written_is_read(host: str, port: int, pin: str | None, name: str | None) -> None:
    """By whatever quotes and blanks it is surrounded."""
    invite = Invite(host=host, port=port, code=new_secret(), pin=pin, name=name)
    assert invite == Invite.read(f"  '{invite.line()}'\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wrs://",
        "wrs://[::1",
        "wrs://ops/#" + CODE,
        "wrs://ops:99999/#" + CODE,
        f"https://ops:1/#{CODE}.ca",
        f"wrs://ops:1/#{CODE}",
        f"wrs://ops:1/#{CODE[1:]}.ca",
        f"wrs://ops:1/#{CODE}.{'p' * 42}",
        f"wrs://ops:1/#{CODE}.ca.%1b%5b2J",
        f"wrs://ops:1/#{CODE}.ca.{'x' * 301}",
        f"wrs://ops:1/?{CODE}.ca",
    ],
)
def test_what_is_no_invite(text: str) -> None:
    """The refusal repeats nothing of it: it may hold a code."""
    with pytest.raises(NotAnInvite) as refused:
        Invite.read(text)
    assert CODE not in str(refused.value)


def test_a_code_does_not_show_by_accident() -> None:
    """In a traceback or a log, an invite is only where it leads."""
    assert CODE not in repr(WHOLE)


@pytest.mark.parametrize(
    ("text", "meant"), [("wrs://x", True), ("'wrs:", True), ("INC-1", False), ("-", False)]
)
def test_what_is_meant_as_an_invite(text: str, meant: bool) -> None:
    """Also what is not whole, so that it is refused as one."""
    assert meant is looks_like_one(text)


@pytest.mark.parametrize("printed", ["warroom join '{}'", "  warroom join  {}\n", '"{}"'])
def test_the_line_is_read_as_it_was_printed(printed: str) -> None:
    """Who pastes the whole command into `join -` means the invite in it."""
    invite = Invite(host="h.example", port=8750, code="c" * 43, name="Dee Park")
    pasted = printed.format(invite.line())
    assert invite == Invite.read(pasted)
    assert looks_like_one(pasted)
