"""Close codes say whether to come back."""

import pytest

from warroom.protocol.closing import CloseCode, reconnects


@pytest.mark.parametrize("code", [None, 1000, 1001, 1006, 1012, 4001, 4499, 3000])
def test_these_come_back(code: int | None) -> None:
    """A line that broke, a restart, a stall: the client returns by itself."""
    assert reconnects(code)


@pytest.mark.parametrize("code", [4500, 4501, CloseCode.NOT_ALLOWED, 4999])
def test_these_do_not(code: int) -> None:
    """What trying again cannot help is shown to the person."""
    assert not reconnects(code)
